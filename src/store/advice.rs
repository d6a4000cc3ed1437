//! What a person reads about a [`StoreError`]: why it happened and what to do next.

use super::StoreError;
use super::error::{Flaw, sentence};
use crate::error::{Error, Kind};

impl StoreError {
    fn why(&self) -> Option<String> {
        match self {
            StoreError::Absent { why, .. }
            | StoreError::Locked { why, .. }
            | StoreError::Denied { why, .. }
            | StoreError::Full { why, .. }
            | StoreError::Failed { why, .. }
            | StoreError::HelperMissing { why, .. }
            | StoreError::HelperFailed { why, .. } => Some(why.clone()),
            StoreError::TimedOut { .. } => Some("A window that asks to unlock it may be waiting on a screen. What was asked for may still happen.".to_owned()),
            StoreError::Io { source, .. } => Some(sentence(&source.to_string())),
            StoreError::NoHome => Some(format!("Neither `AZCONNECT_HOME` nor `{HOME}` is set to a folder.")),
            StoreError::VaultTaken { .. } => Some("Its tags name another connection or directory, or say nothing of azconnect.".to_owned()),
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
            StoreError::Full { .. } => "Make room there, or keep the secret elsewhere.",
            StoreError::Failed { .. } | StoreError::Forgetful { .. } => {
                "Run the command again with `-vv` to see what the keyring answered."
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
            StoreError::HelperMissing { .. } => {
                "Name a program that you may run, with its whole path: `--store helper:/path/to/program`"
            }
            StoreError::HelperFailed { .. } => "Mend what it says, and run the same command again.",
            StoreError::HelperAnswer { .. } => {
                "Compare it with the protocol, under \"A store of your own\" in the document on secrets: `get` answers {\"secret\":\"…\"} or nothing."
            }
            StoreError::VaultTaken { .. } => {
                "Give the connection another name (`--connection`), or use another vault."
            }
            // What Key Vault said has its own.
            StoreError::Vault(_) | StoreError::VaultBusy { .. } => {
                "Wait a minute, and run the same command again."
            }
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
        let error = match error {
            StoreError::Vault(explained) => {
                return explained.hints(OTHER_PLACES.map(str::to_owned));
            }
            other => other,
        };
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
                StoreError::TimedOut { .. }
                    | StoreError::VaultBusy { .. }
                    | StoreError::Held { .. }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::path::Path;
    use std::time::Duration;

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
                after: Some(Duration::from_secs(10)),
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
