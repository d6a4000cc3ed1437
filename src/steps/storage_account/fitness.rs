//! Whether exports can be written to a storage account that is there: a table of what stands in the way, and one of what to know.
//!
//! Pure. Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports#understand-export-data-types>

use crate::azure::storage_accounts::StorageAccount;

/// Something that keeps exports from being written.
#[derive(Debug)]
pub(super) struct Obstacle {
    /// Its code in the remedies.
    pub(super) code: &'static str,
    /// Whether it is there.
    is_there: fn(&StorageAccount) -> bool,
    /// What it is, as a sentence without its full stop.
    pub(super) what: fn(&StorageAccount) -> String,
}

/// The worst first: the remedy is the first one's.
const OBSTACLES: &[Obstacle] = &[
    Obstacle {
        code: "AccountHoldsNoBlobs",
        is_there: |account| !account.holds_blobs(),
        what: |account| {
            format!(
                "The storage account {} is of the kind {}, which holds no blobs",
                account.name, account.kind
            )
        },
    },
    Obstacle {
        code: "AccountLimitsCopies",
        is_there: |account| account.copy_scope().is_some(),
        what: |account| {
            format!(
                "The storage account {} takes copies only from `{}`",
                account.name,
                account.copy_scope().unwrap_or_default()
            )
        },
    },
    Obstacle {
        code: "AccountKeepsExportsOut",
        is_there: |account| {
            (account.has_firewall() || account.is_private()) && !account.lets_trusted_services_in()
        },
        what: |account| {
            format!(
                "The firewall of the storage account {} keeps Microsoft's trusted services out",
                account.name
            )
        },
    },
];

/// Whether something should be known, and what.
type Caution = (fn(&StorageAccount) -> bool, &'static str);

/// Nothing of this stops an export.
const CAUTIONS: &[Caution] = &[
    (
        |account| account.has_firewall() || account.is_private(),
        "has a firewall: the export service passes it, the vendor and `azconnect check` do only from networks that it lets in.",
    ),
    (
        |account| {
            account
                .properties
                .allow_blob_public_access
                .unwrap_or_default()
        },
        "lets blobs be made public. azconnect makes none public; whoever may change it should forbid it (Configuration > Allow Blob anonymous access).",
    ),
    (
        |account| {
            matches!(
                account.properties.minimum_tls_version.as_deref(),
                Some("TLS1_0" | "TLS1_1")
            )
        },
        "still speaks TLS 1.0 or 1.1 (Configuration > Minimum TLS version).",
    ),
    (
        |account| {
            account
                .properties
                .status_of_primary
                .as_deref()
                .is_some_and(|state| state.eq_ignore_ascii_case("unavailable"))
        },
        "is unavailable: its region has an outage.",
    ),
];

/// What keeps exports from being written to the account.
pub(super) fn obstacles(account: &StorageAccount) -> Vec<&'static Obstacle> {
    OBSTACLES
        .iter()
        .filter(|obstacle| (obstacle.is_there)(account))
        .collect()
}

/// What to know of the account.
pub(super) fn warnings(account: &StorageAccount) -> Vec<String> {
    CAUTIONS
        .iter()
        .filter(|(is_there, _)| is_there(account))
        .map(|(_, what)| {
            format!(
                "The storage account {} {what}",
                crate::text::printable(&account.name)
            )
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::azure::storage_accounts::account_body;

    fn codes(kind: &str, properties: Value) -> Vec<&'static str> {
        let account: StorageAccount = serde_json::from_value(
            json!({"id": "", "name": "costs", "kind": kind, "properties": properties}),
        )
        .unwrap();
        obstacles(&account).iter().map(|each| each.code).collect()
    }

    #[test]
    fn each_obstacle_is_told_from_the_others() {
        let closed = json!({"defaultAction": "Deny", "bypass": "None"});
        let trusting = json!({"defaultAction": "Deny", "bypass": "Logging, AzureServices"});
        for (kind, properties, expected) in [
            ("StorageV2", json!({}), vec![]),
            ("BlockBlobStorage", json!({}), vec![]),
            ("FileStorage", json!({}), vec!["AccountHoldsNoBlobs"]),
            (
                "StorageV2",
                json!({"allowedCopyScope": "AAD"}),
                vec!["AccountLimitsCopies"],
            ),
            (
                "StorageV2",
                json!({"allowedCopyScope": "PrivateLink"}),
                vec!["AccountLimitsCopies"],
            ),
            (
                "StorageV2",
                json!({"networkAcls": closed}),
                vec!["AccountKeepsExportsOut"],
            ),
            ("StorageV2", json!({"networkAcls": trusting}), vec![]),
            (
                "StorageV2",
                json!({"publicNetworkAccess": "Disabled", "networkAcls": {"bypass": "None"}}),
                vec!["AccountKeepsExportsOut"],
            ),
            (
                "StorageV2",
                json!({"publicNetworkAccess": "Disabled"}),
                vec![],
            ),
            ("StorageV2", json!({"allowSharedKeyAccess": false}), vec![]),
            (
                "FileStorage",
                json!({"allowedCopyScope": "AAD", "networkAcls": {"defaultAction": "Deny", "bypass": "None"}}),
                vec![
                    "AccountHoldsNoBlobs",
                    "AccountLimitsCopies",
                    "AccountKeepsExportsOut",
                ],
            ),
        ] {
            assert_eq!(
                codes(kind, properties.clone()),
                expected,
                "{kind} {properties}"
            );
        }
    }

    #[test]
    fn an_account_as_we_make_it_has_no_obstacle_and_no_caution() {
        let body = account_body("westeurope", &json!({}));
        let account: StorageAccount = serde_json::from_value(json!({
            "id": "", "name": "costs", "kind": body["kind"], "properties": body["properties"],
        }))
        .unwrap();
        assert!(obstacles(&account).is_empty());
        assert_eq!(warnings(&account), Vec::<String>::new());
    }

    #[test]
    fn a_firewall_is_said_even_where_exports_pass_it() {
        let account: StorageAccount = serde_json::from_value(json!({
            "id": "", "name": "costs", "kind": "StorageV2",
            "properties": {"networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"}, "minimumTlsVersion": "TLS1_0"},
        }))
        .unwrap();
        assert_eq!(warnings(&account).len(), 2);
    }

    #[test]
    fn every_obstacle_has_a_remedy_of_its_own() {
        for obstacle in OBSTACLES {
            let found = crate::remedies::find(
                crate::remedies::Service::StorageAccounts,
                obstacle.code,
                409,
                "",
            );
            assert!(
                found.is_some_and(|remedy| remedy.codes == [obstacle.code]),
                "{}",
                obstacle.code
            );
        }
    }
}
