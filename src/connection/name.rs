//! The name of a connection: what a person types, a file name, a keyring entry, and part of the app registration's unique name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A connection's name: 1 to 64 characters of `a`–`z`, `0`–`9`, `.`, `_` and `-`, beginning with a letter or digit.
///
/// So narrow because it becomes a file name on three platforms and part of a Graph URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionName(String);

/// A name that can't be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` can't be a connection's name: use 1 to 64 of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or a digit."
)]
pub struct InvalidName(String);

impl ConnectionName {
    /// The longest name.
    pub const LONGEST: usize = 64;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that a vendor's connection to a directory gets when nobody gives one: both, in lower case, joined by `-`.
    pub fn suggested(vendor: &str, directory: &str) -> Self {
        let mut slug = String::new();
        for c in format!("{vendor}-{directory}").to_lowercase().chars() {
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(Self::LONGEST);
        let slug = slug.trim_matches('-');
        ConnectionName(if slug.is_empty() {
            "connection".to_owned()
        } else {
            slug.to_owned()
        })
    }
}

impl FromStr for ConnectionName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        let first = text
            .chars()
            .next()
            .is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if first && text.len() <= Self::LONGEST && text.chars().all(legal) {
            Ok(ConnectionName(text.to_owned()))
        } else {
            Err(InvalidName(crate::text::printable(text)))
        }
    }
}

impl TryFrom<String> for ConnectionName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<ConnectionName> for String {
    fn from(name: ConnectionName) -> String {
        name.0
    }
}

impl fmt::Display for ConnectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for bad in [
            "",
            "..",
            "../x",
            "a/b",
            "-x",
            "A",
            "a b",
            "a\u{0}",
            &"a".repeat(65),
        ] {
            assert!(bad.parse::<ConnectionName>().is_err(), "{bad:?}");
        }
        assert_eq!(
            ConnectionName::suggested("spot-cost-intelligence", "Contoso GmbH & Co."),
            "spot-cost-intelligence-contoso-gmbh-co".parse().unwrap()
        );
    }

    proptest! {
        #[test]
        fn a_suggested_name_is_always_a_name(vendor in "[a-z-]{0,40}", directory in any::<String>()) {
            let name = ConnectionName::suggested(&vendor, &directory);
            prop_assert!(name.as_str().parse::<ConnectionName>().is_ok(), "{name}");
        }
    }
}
