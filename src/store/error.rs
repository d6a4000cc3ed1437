//! Every way in which keeping something can fail, by what the caller should do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Kind};

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
    #[error("Couldn't use the {store}: it did not answer within {} seconds.", after.as_secs())]
    TimedOut {
        /// The place.
        store: String,
        /// How long we waited.
        after: Duration,
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
            StoreError::Held { .. } => "locked_by_another_process",
            StoreError::NoHome => "no_home",
            StoreError::Io { .. } => "file_failed",
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            StoreError::Absent { why, .. }
            | StoreError::Locked { why, .. }
            | StoreError::Denied { why, .. }
            | StoreError::Full { why, .. }
            | StoreError::Failed { why, .. } => Some(why.clone()),
            StoreError::TimedOut { .. } => Some("A window that asks to unlock it may be waiting on a screen. What was asked for may still happen.".to_owned()),
            StoreError::Io { source, .. } => Some(sentence(&source.to_string())),
            StoreError::NoHome => Some(format!("Neither `AZCONNECT_HOME` nor `{HOME}` is set to a folder.")),
            StoreError::WorldWritable { .. } => Some("The folder is writable by all and has no sticky bit.".to_owned()),
            _ => None,
        }
    }

    /// The one thing that most likely helps.
    fn remedy(&self) -> &'static str {
        match self {
            StoreError::Absent { .. } => INSTALL,
            StoreError::Locked { .. } | StoreError::TimedOut { .. } => UNLOCK,
            StoreError::Denied { .. } => ALLOW,
            StoreError::Full { .. } => "Make room, and run the same command again.",
            StoreError::Failed { .. } | StoreError::Forgetful { .. } => {
                "Run `azconnect doctor` to see what works on this machine."
            }
            StoreError::Ambiguous { .. } => {
                "Delete all but one of them with the keyring's own program, and run the same command again."
            }
            StoreError::WorldWritable { .. } => {
                "Run `chmod o-w` on that folder, or name a file in another one."
            }
            StoreError::Unsafe {
                flaw: Flaw::OpenToOthers(_),
                ..
            } => {
                "Run `chmod 600` on the file. If others may have read a secret in it, renew that secret."
            }
            StoreError::Unsafe { .. } => "Name another file.",
            StoreError::Taken { .. } => "Name another file: each connection needs its own.",
            StoreError::Corrupt { .. } => "Correct the line, or name another file.",
            StoreError::Unfit { .. } => "Keep this secret in the keyring.",
            StoreError::Held { .. } => {
                "Wait until the other azconnect ends, and run the same command again."
            }
            StoreError::NoHome => "Set `AZCONNECT_HOME` to a folder of your own.",
            StoreError::Io { .. } => "Check the path, its permissions and the disk.",
        }
    }

    /// Whether it is the place that is wrong, so that another one may do.
    fn another_place_helps(&self) -> bool {
        !matches!(
            self,
            StoreError::Held { .. } | StoreError::NoHome | StoreError::Io { .. }
        )
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let choices = if error.another_place_helps() {
            &OTHER_PLACES[..]
        } else {
            &[]
        };
        let mut shown = Error::new(Kind::Storage, error.code(), error.to_string())
            .hints(choices.iter().map(|hint| (*hint).to_owned()))
            .hint(error.remedy())
            .may_retry(matches!(
                error,
                StoreError::TimedOut { .. } | StoreError::Held { .. }
            ));
        if let Some(why) = error.why() {
            shown = shown.why(why);
        }
        shown.because(error)
    }
}

/// Said with every failure of a place, because an unattended run can do nothing else.
const OTHER_PLACES: [&str; 2] = [
    "Use `--store none` to keep the secret nowhere; it is then handed over once.",
    "Use `--store file:PATH` to keep it in a file that only you can read.",
];

const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

const INSTALL: &str = if cfg!(target_os = "macos") {
    "Make a login keychain in Keychain Access, and run the same command again."
} else if cfg!(windows) {
    "Sign in at the machine or by Remote Desktop: Credential Manager is closed to SSH sessions."
} else {
    "Install and start a keyring (GNOME Keyring, KWallet or KeePassXC) in this session, and run the same command again."
};

const UNLOCK: &str = if cfg!(target_os = "macos") {
    "Run `security unlock-keychain`, and then the same command again."
} else {
    "Unlock the keyring, and run the same command again."
};

const ALLOW: &str = if cfg!(target_os = "macos") {
    "Run the same command again and choose `Allow` when macOS asks."
} else {
    "Run azconnect as the user whose keyring it is."
};

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

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring_troubles() -> Vec<StoreError> {
        let (store, why) = ("keyring (Secret Service)", "The bus said no.");
        vec![
            StoreError::Absent {
                store: store.into(),
                why: why.into(),
            },
            StoreError::Locked {
                store: store.into(),
                why: why.into(),
            },
            StoreError::Denied {
                store: store.into(),
                why: why.into(),
            },
            StoreError::TimedOut {
                store: store.into(),
                after: Duration::from_secs(10),
            },
            StoreError::Full {
                store: store.into(),
                why: why.into(),
            },
        ]
    }

    #[test]
    fn five_troubles_of_a_keyring_are_five_texts_with_three_ways_on() {
        let shown: Vec<Error> = keyring_troubles().into_iter().map(Error::from).collect();
        for (index, error) in shown.iter().enumerate() {
            assert_eq!(error.exit() as u8, 8);
            assert!(error.reason().is_some());
            let advice = error.advice();
            assert_eq!(advice.len(), 3, "{advice:?}");
            assert!(advice[0].contains("--store none"), "{advice:?}");
            assert!(advice[1].contains("--store file:PATH"), "{advice:?}");
            for other in &shown[index + 1..] {
                assert_ne!(error.message(), other.message());
                assert_ne!(error.code(), other.code());
            }
        }
        assert_eq!(
            shown[3].message(),
            "Couldn't use the keyring (Secret Service): it did not answer within 10 seconds."
        );
        assert!(shown[3].retry());
    }

    #[test]
    fn a_full_disk_is_full_and_other_failures_keep_the_systems_words() {
        let path = Path::new("/x/journal");
        let full = StoreError::io("write", path, io::ErrorKind::StorageFull.into());
        assert!(matches!(full, StoreError::Full { .. }));
        let other = Error::from(StoreError::io(
            "write",
            path,
            io::Error::other("bad sector"),
        ));
        assert_eq!(other.message(), "Failed to write `/x/journal`.");
        assert_eq!(other.reason(), Some("Bad sector."));
        assert_eq!(
            other.advice().len(),
            1,
            "another place for the secret would not help"
        );
    }

    #[test]
    fn who_holds_a_lock_or_a_file_is_named() {
        let held = StoreError::Held {
            file: "/x/lock".into(),
            holder: Some(4711),
        };
        assert_eq!(
            held.to_string(),
            "Couldn't lock `/x/lock`: another azconnect (process 4711) holds it."
        );
        let taken = StoreError::Taken {
            file: "/x/a.env".into(),
            client_id: Some("c1".into()),
        };
        assert_eq!(
            taken.to_string(),
            "Couldn't write `/x/a.env`: it holds a secret of another app registration, client id `c1`."
        );
    }
}
