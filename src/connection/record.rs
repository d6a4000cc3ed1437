//! What a connection turned out to be: the non-secret facts that stay on this machine.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Agreement, Census, ConnectionName, ExportRecord, Partner, Receipt, ResourceKind, Scope,
};
use crate::azure::ids::{ApplicationObjectId, ClientId, KeyId, ServicePrincipalObjectId, TenantId};

/// A stored connection. Fields are only ever added; every released version can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRecord {
    /// The connection's name.
    pub name: ConnectionName,
    /// The vendor's id.
    pub vendor: String,
    /// The cloud's name.
    pub cloud: String,
    /// Directory (tenant) ID.
    pub tenant_id: TenantId,
    /// The directory's display name.
    #[serde(default)]
    pub tenant_name: Option<String>,
    /// Application (client) ID.
    pub client_id: ClientId,
    /// The application's object id; unknown for a connection that was given by flags.
    pub application_object_id: Option<ApplicationObjectId>,
    /// The service principal's object id.
    pub service_principal_object_id: Option<ServicePrincipalObjectId>,
    /// The agreement, where known.
    pub agreement: Option<Agreement>,
    /// What the vendor reads.
    pub scopes: Vec<Scope>,
    /// The credential, without the secret.
    pub credential: CredentialRecord,
    /// Everything that was made or found for it, in the order in which that was done.
    #[serde(default)]
    pub receipts: Vec<Receipt>,
    /// The cost exports that the vendor reads.
    #[serde(default)]
    pub exports: Vec<ExportRecord>,
    /// Who the partner is, where the vendor asks for it.
    #[serde(default)]
    pub partner: Option<Partner>,
    /// When it was first connected.
    pub created_at: Timestamp,
    /// The directory's subscriptions, as they were seen when it was connected; unknown for what earlier releases made, and for what
    /// reads a billing account.
    #[serde(default)]
    pub census: Option<Census>,
}

impl ConnectionRecord {
    /// The receipt of the credential in use, where azconnect made or found it.
    pub fn credential_receipt(&self) -> Option<&Receipt> {
        let key = self.credential.key_id.map(|key| key.to_string());
        self.receipts.iter().rev().find(|receipt| {
            key.as_ref() == Some(&receipt.id)
                || (self.credential.kind == "federated"
                    && receipt.kind == ResourceKind::FederatedCredential)
        })
    }
}

/// A credential without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialRecord {
    /// `secret`, `certificate`, `federated`, or `elsewhere`: the principal's own, or the vendor's.
    pub kind: String,
    /// The key id; unknown for a secret that was brought along.
    pub key_id: Option<KeyId>,
    /// When it ends, where known.
    pub expires_at: Option<Timestamp>,
    /// `keyring`, `file:PATH`, `helper:COMMAND`, `key-vault:NAME` or `none`.
    pub stored_in: String,
}
