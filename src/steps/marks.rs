//! What tells a thing of ours from somebody else's, in Azure itself: a tag, or a sentence in its description.
//!
//! The journal says what we were about to make. A thing that we then meet without our mark is somebody else's all the same, made a
//! moment before us, and must never be ours to remove.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::step::Making;
use crate::connection::{Change, Receipt};

/// The fact of a receipt whose thing bears no mark of ours.
pub const FOREIGN: &str = "foreign";

/// The tag that has the connection's name.
const TAG: &str = "azconnect";

/// The description of a credential of ours: connection, day, and a word that only this run has.
pub(super) fn in_description(connection: &str, making: &Making<'_>) -> String {
    let now = making.now.to_string();
    let day = now.get(..10).unwrap_or_default();
    format!("azconnect {connection} {day} {}", making.nonce)
}

/// The tags of what we make for a connection.
pub(super) fn tags(connection: &str) -> Value {
    json!({TAG: connection})
}

/// Whether tags are those of what we make for a connection.
pub(super) fn are_ours(tags: &BTreeMap<String, String>, connection: &str) -> bool {
    let own = tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(TAG));
    own.is_some_and(|(_, value)| value == connection)
}

/// A found thing as the outcome of making it: ours if it bears our mark, since only an interrupted run of ours can have made it.
pub(super) fn as_made(found: Receipt, now: Timestamp) -> Receipt {
    let change = if found.facts.contains_key(FOREIGN) {
        Change::Reuse
    } else {
        Change::Create
    };
    Receipt {
        change,
        at: now,
        ..found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_ours_by_the_connection_that_its_tag_names() {
        let tagged =
            |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        assert!(are_ours(&tagged("azconnect", "cloudpi"), "cloudpi"));
        assert!(are_ours(&tagged("AzConnect", "cloudpi"), "cloudpi"));
        assert!(!are_ours(&tagged("azconnect", "other"), "cloudpi"));
        assert!(!are_ours(&tagged("env", "cloudpi"), "cloudpi"));
        assert!(!are_ours(&BTreeMap::new(), "cloudpi"));
    }
}
