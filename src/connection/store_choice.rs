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
    /// An Azure key vault: its name, or its address as the portal shows it.
    KeyVault(String),
    /// Nowhere.
    None,
}

/// A place that no secret can be kept in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChoice {
    /// `key-vault:` and no vault behind it.
    #[error(
        "Couldn't use `{0}`: it needs a key vault's name (3 to 24 letters, digits and single hyphens) or its address, such as `key-vault:contoso-vault` or `key-vault:https://contoso-vault.vault.azure.net`."
    )]
    NoVault(String),
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
        "`{0}` is no place for a secret: use `keyring`, `file:PATH`, `helper:COMMAND`, `key-vault:NAME` or `none`."
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
            Some(("key-vault", vault)) if is_vault(vault) => {
                Ok(Choice::KeyVault(vault.trim_end_matches('/').to_owned()))
            }
            Some(("key-vault", _)) => Err(InvalidChoice::NoVault(crate::text::printable(text))),
            _ => Err(InvalidChoice::Unknown(text.to_owned())),
        }
    }
}

/// Whether it is a vault's name, or may be its address; which addresses are a cloud's, the cloud knows.
/// <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftkeyvault>
fn is_vault(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("https://") {
        let legal = |letter: char| letter.is_ascii_alphanumeric() || "-.:/".contains(letter);
        return !rest.is_empty() && rest.chars().all(legal);
    }
    is_vault_name(text)
}

/// Whether a key vault can be called so. It becomes part of a host's name.
pub fn is_vault_name(text: &str) -> bool {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    (3..=24).contains(&text.len())
        && text.chars().all(legal)
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && !text.ends_with('-')
        && !text.contains("--")
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Keyring => f.write_str("keyring"),
            Choice::File(path) => write!(f, "file:{}", path.display()),
            Choice::Helper(command) => write!(f, "helper:{command}"),
            Choice::KeyVault(vault) => write!(f, "key-vault:{vault}"),
            Choice::None => f.write_str("none"),
        }
    }
}

impl From<InvalidChoice> for Error {
    fn from(invalid: InvalidChoice) -> Self {
        Error::usage("invalid_store", invalid.to_string())
            .hint("See what each of them is: `azconnect init --help`, at `--store`")
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
            "key-vault:contoso-vault",
            "key-vault:https://contoso-vault.vault.azure.net",
        ] {
            assert_eq!(text.parse::<Choice>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_place_is_refused_in_words() {
        let refused = |text: &str| Error::from(text.parse::<Choice>().unwrap_err());
        for text in [
            "file:",
            "helper: ",
            "",
            "./a.env",
            "Keyring",
            "keyring:x",
            "none:",
            "key-vault:",
            "key-vault:a",
            "key-vault:two--hyphens",
            "key-vault:http://contoso-vault.vault.azure.net",
            "key-vault:https://",
            "key-vault:https://user@contoso-vault.vault.azure.net",
            "key-vault:contoso.vault.azure.net",
        ] {
            assert_eq!(refused(text).code(), "invalid_store", "{text:?}");
        }
    }
}
