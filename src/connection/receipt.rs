//! What a step leaves behind: enough to find the thing again and to take it back, and never a secret.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The kinds of things that azconnect makes, each with a way of its own to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// An app registration. `id` is its object id.
    Application,
    /// A service principal. `id` is its object id.
    ServicePrincipal,
    /// A client secret. `id` is its key id.
    ClientSecret,
    /// A certificate. `id` is its key id.
    Certificate,
    /// A federated credential. `id` is its own id.
    FederatedCredential,
    /// A role assignment. `id` is its resource id.
    RoleAssignment,
    /// A billing role assignment. `id` is its resource id.
    BillingRoleAssignment,
    /// A resource provider that is registered in a subscription. `id` is its path there.
    ResourceProvider,
    /// A resource group. `id` is its resource id.
    ResourceGroup,
    /// A storage account. `id` is its resource id.
    StorageAccount,
    /// A container of a storage account. `id` is its resource id.
    Container,
    /// An export of costs. `id` is its resource id.
    Export,
    /// A run of an export: nothing stays of it but files. `id` is its resource id.
    ExportRun,
}

/// Whether we made a thing or found it. Only what we made is ours to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// We made it.
    Create,
    /// It was there.
    Reuse,
    /// It is taken away.
    Remove,
}

/// The fact of a receipt that stands on a person's word: nobody could look, and its id is only what it would be.
pub const UNSEEN: &str = "unseen";

/// One thing that a connection stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The id of the step that made or found it.
    pub step: String,
    /// What it is, in words: `App registration "azconnect-spot"`.
    pub title: String,
    /// What kind of thing it is.
    pub kind: ResourceKind,
    /// The id by which Azure knows it.
    pub id: String,
    /// Whether it is ours to remove.
    pub change: Change,
    /// When it was made or found.
    pub at: Timestamp,
    /// What later steps and the record need: `client_id`, `expires_at`, `application_object_id`.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
}

impl Receipt {
    /// A fact of the receipt, parsed. `None` where it is absent or of another form.
    pub fn fact<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.facts.get(key)?.parse().ok()
    }
}
