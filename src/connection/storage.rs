//! Where exported costs are kept: a storage account and a container in it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::azure::ids::SubscriptionId;

/// A storage account, by the three names that make up its resource id.
///
/// Source: <https://learn.microsoft.com/rest/api/storagerp/storage-accounts/get-properties>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageAccountId {
    /// The subscription that it is in.
    pub subscription: SubscriptionId,
    /// Its resource group.
    pub resource_group: String,
    /// Its name, which is unique in the whole cloud.
    pub account: String,
}

/// A text that is no storage account's resource id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no storage account's resource ID")]
pub struct InvalidStorageAccount(String);

impl StorageAccountId {
    /// The id of a container in it.
    pub fn container(&self, container: &str) -> String {
        format!("{self}/blobServices/default/containers/{container}")
    }
}

impl fmt::Display for StorageAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Storage/storageAccounts/{}",
            self.subscription, self.resource_group, self.account
        )
    }
}

impl std::str::FromStr for StorageAccountId {
    type Err = InvalidStorageAccount;

    fn from_str(text: &str) -> Result<Self, InvalidStorageAccount> {
        let refused = || InvalidStorageAccount(crate::text::printable(text));
        let parts: Vec<&str> = text.trim_start_matches('/').split('/').collect();
        let [
            subscriptions,
            id,
            groups,
            group,
            providers,
            provider,
            accounts,
            account,
        ] = parts.as_slice()
        else {
            return Err(refused());
        };
        let words = [
            (subscriptions, "subscriptions"),
            (groups, "resourceGroups"),
            (providers, "providers"),
            (provider, "Microsoft.Storage"),
            (accounts, "storageAccounts"),
        ];
        let fits = words
            .iter()
            .all(|(word, wanted)| word.eq_ignore_ascii_case(wanted));
        if !fits || !is_resource_group_name(group) || !is_account_name(account) {
            return Err(refused());
        }
        Ok(StorageAccountId {
            subscription: id.parse().map_err(|_| refused())?,
            resource_group: (*group).to_owned(),
            account: (*account).to_owned(),
        })
    }
}

impl Serialize for StorageAccountId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StorageAccountId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Where a connection's exports are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageSpec {
    /// The storage account, made where it is not there.
    pub account: StorageAccountId,
    /// The region in which resource group and account are made, `westeurope`. One that is there keeps its own.
    pub location: String,
    /// The container, made where it is not there.
    pub container: String,
}

/// Whether `name` can be a storage account's: 3 to 24 lower-case letters and digits.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftstorage>
pub fn is_account_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Whether `name` can be a container's: 3 to 63 lower-case letters, digits and single hyphens, none at an end.
///
/// Source: as [`is_account_name`]
pub fn is_container_name(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// Whether `name` can be a resource group's: 1 to 90 letters, digits, `_`, `-`, `.`, `(` and `)`, and no full stop at the end.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources>
pub fn is_resource_group_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.()".contains(c);
    (1..=90).contains(&name.len()) && name.chars().all(legal) && !name.ends_with('.')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const ACCOUNT: &str = "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts";

    #[test]
    fn a_storage_account_is_its_resource_id_in_any_case() {
        let id: StorageAccountId = ACCOUNT.parse().unwrap();
        assert_eq!(id.to_string(), ACCOUNT);
        let shouted = ACCOUNT.replace("resourceGroups", "RESOURCEGROUPS");
        assert_eq!(shouted.parse::<StorageAccountId>().unwrap(), id);
        for bad in [
            "contosocosts",
            "/subscriptions/x/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/a",
            &ACCOUNT.replace("contosocosts", "Contoso-Costs"),
            &format!("{ACCOUNT}/blobServices/default"),
            &ACCOUNT.replace("Microsoft.Storage", "Microsoft.Compute"),
        ] {
            assert!(bad.parse::<StorageAccountId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_those_that_azure_takes() {
        assert!(is_container_name("azconnect-costs") && is_container_name("123"));
        for bad in ["ab", "a--b", "-ab", "ab-", "Costs", "a_b", "$logs"] {
            assert!(!is_container_name(bad), "{bad}");
        }
        assert!(is_resource_group_name("rg-costs_(1)") && !is_resource_group_name("rg."));
        assert!(!is_resource_group_name("a/b") && !is_account_name("a-b"));
    }
}
