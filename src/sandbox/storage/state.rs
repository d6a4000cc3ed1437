//! The part of the state that lies below subscriptions: registered providers, resource groups, storage accounts, containers, blobs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
        self.providers
            .get(&Self::provider_key(subscription, namespace))
            .is_some_and(|provider| {
                provider.state == RegistrationState::Registered && provider.settled_at <= now
            })
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
