//! Which place a person chose for the secret: the value of `--store`, and `stored_in` of a record.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::Error;

/// Where a secret is to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    /// The operating system's keyring.
    #[default]
    Keyring,
    /// A dotenv file of the person's own.
    File(PathBuf),
    /// A program of the person's own: it and its arguments.
    Helper(String),
    /// Nowhere.
    None,
}

/// A place that this release can't keep a secret in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChoice {
    /// The contract names it, no code does it yet. The caller says so and offers the others.
    #[error(
        "Couldn't use `{0}`: this release can't keep secrets in a key vault. Use `keyring`, `file:PATH`, `helper:COMMAND` or `none`."
    )]
    KeyVault(String),
    /// `file:` and nothing behind it.
    #[error("Couldn't use `file:`: it needs a path, such as `file:azconnect.env`.")]
    NoPath,
    /// `helper:` and nothing behind it.
    #[error(
        "Couldn't use `helper:`: it needs a command, such as `helper:/usr/local/bin/keep-secrets`."
    )]
    NoCommand,
    /// Anything else.
    #[error(
        "`{0}` is no place for a secret: use `keyring`, `file:PATH`, `helper:COMMAND` or `none`."
    )]
    Unknown(String),
}

impl FromStr for Choice {
    type Err = InvalidChoice;

    fn from_str(text: &str) -> Result<Self, InvalidChoice> {
        match text.split_once(':') {
            None if text == "keyring" => Ok(Choice::Keyring),
            None if text == "none" => Ok(Choice::None),
            Some(("file", "")) => Err(InvalidChoice::NoPath),
            Some(("file", path)) => Ok(Choice::File(PathBuf::from(path))),
            Some(("helper", command)) if command.trim().is_empty() => Err(InvalidChoice::NoCommand),
            Some(("helper", command)) => Ok(Choice::Helper(command.trim().to_owned())),
            Some(("key-vault", _)) => Err(InvalidChoice::KeyVault(text.to_owned())),
            _ => Err(InvalidChoice::Unknown(text.to_owned())),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Keyring => f.write_str("keyring"),
            Choice::File(path) => write!(f, "file:{}", path.display()),
            Choice::Helper(command) => write!(f, "helper:{command}"),
            Choice::None => f.write_str("none"),
        }
    }
}

impl From<InvalidChoice> for Error {
    fn from(invalid: InvalidChoice) -> Self {
        let code = match invalid {
            InvalidChoice::KeyVault(_) => "store_not_supported",
            InvalidChoice::NoPath | InvalidChoice::NoCommand | InvalidChoice::Unknown(_) => {
                "invalid_store"
            }
        };
        Error::usage(code, invalid.to_string())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_choice_survives_the_record() {
        for text in [
            "keyring",
            "none",
            "file:/a b/c.env",
            r"file:C:\keys\a.env",
            "helper:keep a",
        ] {
            assert_eq!(text.parse::<Choice>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_this_release_cannot_do_is_refused_in_words() {
        let refused = |text: &str| Error::from(text.parse::<Choice>().unwrap_err());
        let vault = refused("key-vault:https://contoso.vault.azure.net");
        assert_eq!(vault.code(), "store_not_supported");
        assert!(
            vault.message().contains("this release can't"),
            "{}",
            vault.message()
        );
        for text in [
            "file:",
            "helper: ",
            "",
            "./a.env",
            "Keyring",
            "keyring:x",
            "none:",
        ] {
            assert_eq!(refused(text).code(), "invalid_store", "{text:?}");
        }
    }
}
