//! Every way in which keeping something can fail, by what the caller should do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;

/// Why something can't be kept on, read from or forgotten by this machine. No secret is ever in it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no keyring, or nobody who answers for it. The caller offers another place; trying again cannot help.
    #[error("Couldn't find a {store} on this machine.")]
    Absent {
        /// The place, as [`describe`](super::SecretStore::describe) says it.
        store: String,
        /// The platform's own words.
        why: String,
    },
    /// The keyring is locked. The caller asks the person to unlock it and tries again.
    #[error("Couldn't use the {store}: it is locked.")]
    Locked {
        /// The place.
        store: String,
        /// The platform's own words.
        why: String,
    },
    /// The keyring is there and refused. The caller offers another place, or lets the person grant access.
    #[error("Couldn't use the {store}: it refused access.")]
    Denied {
        /// The place.
        store: String,
        /// The platform's own words.
        why: String,
    },
    /// No answer in time. The caller may try again; what it asked for may still happen.
    #[error("Couldn't use the {store}: it did not answer {}.", in_time(*after))]
    TimedOut {
        /// The place.
        store: String,
        /// How long we waited, where it was we who gave up.
        after: Option<Duration>,
    },
    /// No room for this value. The caller offers another place.
    #[error("Couldn't write to the {store}: there is no room.")]
    Full {
        /// The place.
        store: String,
        /// The platform's own words.
        why: String,
    },
    /// The keyring failed in a way that we have no name for. The caller offers another place.
    #[error("Failed to use the {store}.")]
    Failed {
        /// The place.
        store: String,
        /// The platform's own words.
        why: String,
    },
    /// What was written is not what is read back. The caller offers another place.
    #[error("Failed to read back from the {store} what was written to it.")]
    Forgetful {
        /// The place.
        store: String,
    },
    /// Several entries answer to one name. The caller lets the person delete all but one.
    #[error("Couldn't tell which of {count} entries in the {store} belongs to `{connection}`.")]
    Ambiguous {
        /// The place.
        store: String,
        /// The connection's name.
        connection: String,
        /// How many there are.
        count: usize,
    },
    /// Any user of this machine could replace a file in this folder. The caller offers another place.
    #[error("Couldn't keep a secret under `{}`: every user of this machine may replace files there.", folder.display())]
    WorldWritable {
        /// The folder, or one above the file's.
        folder: PathBuf,
    },
    /// The file is not one to trust with a secret. The caller shows why; the person decides.
    #[error("Couldn't use `{}`: {flaw}.", file.display())]
    Unsafe {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The file holds another app registration's secret. The caller asks for another file.
    #[error("Couldn't write `{}`: it holds a secret {}.", file.display(), owner(client_id.as_deref()))]
    Taken {
        /// The file.
        file: PathBuf,
        /// Whose secret it is, where the file says so.
        client_id: Option<String>,
    },
    /// A line is not what a dotenv file has. The caller shows the line's number (never its text).
    #[error("Couldn't read `{}`: line {line} {why}.", file.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The value has a line break or another control character. The caller asks for another place.
    #[error("Couldn't write the secret to `{}`: a dotenv file can't hold a control character.", file.display())]
    Unfit {
        /// The file.
        file: PathBuf,
    },
    /// There is no such program, or it can't be run. The caller asks for another one.
    #[error("Couldn't start the {store}.")]
    HelperMissing {
        /// The place.
        store: String,
        /// The platform's own words.
        why: String,
    },
    /// The program says that it failed. The caller shows what it said.
    #[error("The {store} couldn't do `{verb}`.")]
    HelperFailed {
        /// The place.
        store: String,
        /// What it was asked for.
        verb: &'static str,
        /// What it said, without any secret.
        why: String,
    },
    /// The program answered with something else than the protocol has. The caller points at the protocol; the answer is never shown.
    #[error("The {store} answered `{verb}` with something else than the JSON of the protocol.")]
    HelperAnswer {
        /// The place.
        store: String,
        /// What it was asked for.
        verb: &'static str,
    },
    /// The key vault refused or can't be reached. The caller shows what it said, which is explained already.
    #[error("{0}")]
    Vault(#[from] Error),
    /// The vault has a secret of this name that is not this connection's. The caller offers another name or another vault.
    #[error("Couldn't use the secret `{secret}` in the {store}: it is not this connection's.")]
    VaultTaken {
        /// The place.
        store: String,
        /// The secret's name.
        secret: String,
    },
    /// The vault still deletes or recovers a secret of this name. Trying again later helps.
    #[error(
        "Couldn't write the secret `{secret}` to the {store}: it is still being deleted or recovered."
    )]
    VaultBusy {
        /// The place.
        store: String,
        /// The secret's name.
        secret: String,
    },
    /// Another azconnect is at work. The caller says so; trying again later helps.
    #[error("Couldn't lock `{}`: {} holds it.", file.display(), process(*holder))]
    Held {
        /// The lock's file.
        file: PathBuf,
        /// The other process, where the platform tells.
        holder: Option<u32>,
    },
    /// The environment names no home folder. The caller stops: there is no place for any file of ours.
    #[error("Couldn't find a folder for azconnect's files.")]
    NoHome,
    /// The operating system failed. The caller shows what was being done.
    #[error("Failed to {doing} `{}`.", path.display())]
    Io {
        /// What was being done: `write`, `lock`.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
}

/// Why a file is not to be trusted with a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Somebody may point it elsewhere.
    #[error("it is a symbolic link")]
    Symlink,
    /// A folder, a pipe, a device.
    #[error("it is no ordinary file")]
    NotAFile,
    /// Nobody's dotenv file is this long.
    #[error("it is too large to be a dotenv file")]
    TooLarge,
    /// Another user of this machine could read or change what we put there.
    #[error("it belongs to another user (id {0})")]
    NotOurs(u32),
    /// Other users can read the secret.
    #[error("other users may open it (mode {0:04o})")]
    OpenToOthers(u32),
    /// It changed between two looks.
    #[error("another process replaced it meanwhile")]
    Replaced,
}

impl StoreError {
    /// An error of the operating system while `doing` something to `path`; a full disk is [`StoreError::Full`].
    pub fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full {
                store: format!("disk of `{}`", path.display()),
                why: sentence(&source.to_string()),
            },
            _ => StoreError::Io {
                doing,
                path: path.to_owned(),
                source,
            },
        }
    }

    /// The stable code, as `--output json` shows it.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Absent { .. } => "store_absent",
            StoreError::Locked { .. } => "store_locked",
            StoreError::Denied { .. } => "store_denied",
            StoreError::TimedOut { .. } => "store_timed_out",
            StoreError::Full { .. } => "store_full",
            StoreError::Failed { .. } => "store_failed",
            StoreError::Forgetful { .. } => "store_forgetful",
            StoreError::Ambiguous { .. } => "store_ambiguous",
            StoreError::WorldWritable { .. } => "store_folder_world_writable",
            StoreError::Unsafe { .. } => "store_file_unsafe",
            StoreError::Taken { .. } => "store_file_taken",
            StoreError::Corrupt { .. } => "store_file_corrupt",
            StoreError::Unfit { .. } => "store_value_unfit",
            StoreError::HelperMissing { .. } => "store_helper_missing",
            StoreError::HelperFailed { .. } => "store_helper_failed",
            StoreError::HelperAnswer { .. } => "store_helper_answer",
            StoreError::Vault(_) => "store_vault",
            StoreError::VaultTaken { .. } => "store_vault_taken",
            StoreError::VaultBusy { .. } => "store_vault_busy",
            StoreError::Held { .. } => "locked_by_another_process",
            StoreError::NoHome => "no_home",
            StoreError::Io { .. } => "file_failed",
        }
    }
}

fn in_time(after: Option<Duration>) -> String {
    after.map_or_else(
        || "in time".to_owned(),
        |after| format!("within {} seconds", after.as_secs()),
    )
}

fn owner(client_id: Option<&str>) -> String {
    client_id.map_or_else(
        || "of an unnamed app registration".to_owned(),
        |id| format!("of another app registration, client id `{id}`"),
    )
}

fn process(holder: Option<u32>) -> String {
    holder.map_or_else(
        || "another azconnect".to_owned(),
        |id| format!("another azconnect (process {id})"),
    )
}

/// A system's message as a sentence of ours: a capital first, a full stop last.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}
