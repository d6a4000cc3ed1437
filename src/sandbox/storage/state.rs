//! The part of the state that lies below subscriptions: registered providers, resource groups, storage accounts, containers, blobs.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::provider_table::is_always_registered;

/// Everything below subscriptions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Storage {
    /// Resource providers that were registered, by `{subscription}/{namespace in lower case}`. What is not here is `NotRegistered`,
    /// but for `Microsoft.Authorization`, `Microsoft.Billing` and `Microsoft.Resources`, which every subscription has.
    #[serde(default)]
    pub providers: BTreeMap<String, ProviderRegistration>,
    /// Resource groups, by resource id in lower case.
    #[serde(default)]
    pub resource_groups: BTreeMap<String, ResourceGroup>,
    /// Storage accounts, by name, which is unique in the whole cloud.
    #[serde(default)]
    pub accounts: BTreeMap<String, StorageAccount>,
    /// What Azure Policy forbids.
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// What goes on after its answer, by the id under which it is looked at.
    #[serde(default)]
    pub operations: BTreeMap<Uuid, ResourceOperation>,
}

/// An assignment of a policy with the effect `deny`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Where it is assigned: a subscription or a management group.
    pub scope: String,
    /// What it denies.
    pub denies: Denied,
}

/// What a policy denies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denied {
    /// Storage accounts that keys open. An account that does not say so allows it.
    SharedKeyAccess,
    /// Storage accounts that can be reached from the internet.
    PublicNetworkAccess,
    /// Storage accounts and resource groups in other regions than these.
    OtherLocations(Vec<String>),
}

/// Something that goes on after its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceOperation {
    /// The subscription that it goes on in.
    pub subscription: Uuid,
    /// Id of the resource that is made or removed.
    pub subject: String,
    /// When it is done.
    pub ready_at: Timestamp,
}

/// A resource provider in a subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderRegistration {
    /// Its namespace, `Microsoft.CostManagementExports`.
    pub namespace: String,
    /// The state that was asked for.
    pub state: RegistrationState,
    /// Until then it is on the way there (`Registering`, `Unregistering`).
    pub settled_at: Timestamp,
}

/// Where a provider's registration is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegistrationState {
    /// It may be used.
    Registered,
    /// It was used once.
    Unregistered,
}

/// A resource group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceGroup {
    /// The subscription that it is in.
    pub subscription: Uuid,
    /// Its name, as first written.
    pub name: String,
    /// Its region.
    pub location: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Until then it is being deleted, and gone afterwards.
    #[serde(default)]
    pub deleting_until: Option<Timestamp>,
}

/// A storage account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StorageAccount {
    /// Its name.
    pub name: String,
    /// Directory of its subscription.
    pub tenant: Uuid,
    /// The subscription that it is in.
    pub subscription: Uuid,
    /// Its resource group, as first written.
    pub resource_group: String,
    /// Its region.
    pub location: String,
    /// `Standard_LRS` and so on.
    pub sku: String,
    /// `StorageV2`, `BlobStorage`, `BlockBlobStorage`, `FileStorage`.
    pub kind: String,
    /// When it was made.
    pub created: Timestamp,
    /// Until then it is being made.
    pub provisioned_at: Timestamp,
    /// Whether keys and SAS made from them open it.
    pub allow_shared_key_access: bool,
    /// Whether a container may be opened to everybody.
    pub allow_blob_public_access: bool,
    /// `TLS1_2` and so on.
    pub minimum_tls_version: String,
    /// Whether plain HTTP is refused.
    pub https_only: bool,
    /// `Enabled` or `Disabled`.
    pub public_network_access: String,
    /// Its firewall.
    pub network: NetworkRules,
    /// From where blobs may be copied: none (anywhere), `AAD`, `PrivateLink`.
    pub allowed_copy_scope: Option<String>,
    /// Further properties that were written, as they were written.
    #[serde(default)]
    pub further: BTreeMap<String, serde_json::Value>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// An administrator or Microsoft switched it off.
    #[serde(default)]
    pub is_disabled: bool,
    /// Its containers, by name.
    #[serde(default)]
    pub containers: BTreeMap<String, Container>,
}

/// A storage account's firewall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkRules {
    /// `Allow` or `Deny`.
    pub default_action: String,
    /// Who passes all the same: `AzureServices`, `Logging`, `Metrics`, joined by `, `; or `None`.
    pub bypass: String,
    /// Addresses that pass where `default_action` is `Deny`. Whoever asks the sandbox comes from 127.0.0.1.
    #[serde(default)]
    pub ip_rules: Vec<String>,
}

/// A container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// When it was made.
    pub created: Timestamp,
    /// `None`, `Blob` or `Container`.
    pub public_access: String,
    /// Until then it is being deleted, and gone afterwards.
    #[serde(default)]
    pub deleting_until: Option<Timestamp>,
    /// Its blobs, by full name.
    #[serde(default)]
    pub blobs: BTreeMap<String, Blob>,
}

/// A blob.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blob {
    /// When it was last written. Blobs with a time to come are not there yet.
    pub last_modified: Timestamp,
    /// Its content type.
    pub content_type: String,
    /// What is in it.
    pub body: BlobBody,
}

/// What is in a blob.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobBody {
    /// Text.
    Text(String),
    /// Bytes, in base64.
    Base64(String),
    /// So many bytes that nobody cares about, made when they are read.
    Filler(u64),
}

impl Storage {
    /// The key of a provider's registration in [`Storage::providers`].
    #[must_use]
    pub fn provider_key(subscription: Uuid, namespace: &str) -> String {
        format!("{subscription}/{}", namespace.to_ascii_lowercase())
    }

    /// Whether a provider may be used in a subscription.
    #[must_use]
    pub fn is_registered(&self, subscription: Uuid, namespace: &str, now: Timestamp) -> bool {
        if is_always_registered(namespace) {
            return true;
        }
        self.providers
            .get(&Self::provider_key(subscription, namespace))
            .is_some_and(|provider| {
                provider.state == RegistrationState::Registered && provider.settled_at <= now
            })
    }

    /// The key of a resource group in [`Storage::resource_groups`].
    #[must_use]
    pub fn group_key(subscription: Uuid, name: &str) -> String {
        format!(
            "/subscriptions/{subscription}/resourcegroups/{}",
            name.to_ascii_lowercase()
        )
    }

    /// A resource group; one that is being deleted is there until it is gone.
    #[must_use]
    pub fn group(&self, subscription: Uuid, name: &str) -> Option<&ResourceGroup> {
        self.resource_groups
            .get(&Self::group_key(subscription, name))
    }

    /// The storage account of that name in a resource group.
    #[must_use]
    pub fn account(
        &self,
        subscription: Uuid,
        resource_group: &str,
        name: &str,
    ) -> Option<&StorageAccount> {
        self.group(subscription, resource_group)?;
        self.accounts
            .get(&name.to_ascii_lowercase())
            .filter(|account| {
                account.subscription == subscription
                    && account.resource_group.eq_ignore_ascii_case(resource_group)
            })
    }

    /// Takes what is gone out of the state: groups whose deletion has ended, with what was in them, and containers. Done before
    /// every request, so that nobody else has to look at the clock.
    pub(in crate::sandbox) fn sweep(&mut self, now: Timestamp) {
        let gone = |until: Option<Timestamp>| until.is_some_and(|until| until <= now);
        let groups: Vec<String> = self
            .resource_groups
            .iter()
            .filter(|(_, group)| gone(group.deleting_until))
            .map(|(key, _)| key.clone())
            .collect();
        self.accounts.retain(|_, account| {
            !groups.contains(&Self::group_key(
                account.subscription,
                &account.resource_group,
            ))
        });
        for group in groups {
            self.resource_groups.remove(&group);
        }
        for account in self.accounts.values_mut() {
            account
                .containers
                .retain(|_, container| !gone(container.deleting_until));
        }
    }
}

impl Container {
    /// A blob that is there: one with a time to come is not yet.
    #[must_use]
    pub fn blob(&self, name: &str, now: Timestamp) -> Option<&Blob> {
        self.blobs
            .get(name)
            .filter(|blob| blob.last_modified <= now)
    }
}

impl BlobBody {
    /// Its length in bytes. Base64 that is none counts as empty.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Base64(text) => STANDARD.decode(text).map_or(0, |bytes| bytes.len() as u64),
            Self::Filler(length) => *length,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl StorageAccount {
    /// Its resource id.
    #[must_use]
    pub fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Storage/storageAccounts/{}",
            self.subscription, self.resource_group, self.name
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_before_there_was_more_still_opens() {
        let old: Storage =
            serde_json::from_str(r#"{"providers": {}, "resource_groups": {}, "accounts": {}}"#)
                .unwrap();
        assert_eq!(old, Storage::default());
    }

    #[test]
    fn some_providers_are_always_there() {
        let storage = Storage::default();
        let is_registered =
            |namespace| storage.is_registered(Uuid::nil(), namespace, Timestamp::UNIX_EPOCH);
        assert!(is_registered("microsoft.billing"));
        assert!(!is_registered("Microsoft.Storage"));
        assert!(!is_registered("Contoso.Nothing"));
    }
}
