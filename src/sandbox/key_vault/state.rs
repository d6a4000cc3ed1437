//! What exists in key vaults, and the words in which tests change it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::ids;
use super::super::tenant::State;

/// A vault. Its name is its key in the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyVault {
    /// The directory that it trusts.
    pub tenant: Uuid,
    /// Whether roles decide who may do what, and not access policies. The list is [`KeyVault::access`] in both cases; the
    /// refusals' words differ.
    pub uses_roles: bool,
    /// Whether the firewall lets nobody in.
    pub firewall_closed: bool,
    /// What principals may do with secrets, by object id.
    pub access: BTreeMap<Uuid, BTreeSet<VaultPermission>>,
    /// Secrets by name in lower case, deleted ones included.
    pub secrets: BTreeMap<String, VaultSecret>,
}

/// Something that may be done with secrets, in the words of access policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultPermission {
    /// Read a value.
    Get,
    /// Write a new version.
    Set,
    /// Delete; the name stays taken.
    Delete,
    /// Bring a deleted one back.
    Recover,
    /// Delete for good.
    Purge,
}

/// A secret with all its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VaultSecret {
    /// Name as first written.
    pub name: String,
    /// Oldest first; the last one is current.
    pub versions: Vec<SecretVersion>,
    /// When it was deleted; none while it is there.
    pub deleted_at: Option<Timestamp>,
}

/// One version of a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecretVersion {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The secret itself.
    pub value: String,
    /// Free text about the value.
    pub content_type: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Time of creation.
    pub created: Timestamp,
    /// When it is said to end, in seconds since 1970. Files written before that was kept lack it.
    #[serde(default)]
    pub expires: Option<i64>,
}

impl VaultPermission {
    /// What a Key Vault Secrets Officer may do; purging is another role's.
    pub const OFFICER: [Self; 4] = [Self::Get, Self::Set, Self::Delete, Self::Recover];
}

impl State {
    /// Adds an empty vault of Contoso's, whose secrets the administrator and the operator may manage.
    pub fn add_key_vault(&mut self, name: &str) {
        let officers = [ids::AVERY, ids::OPERATOR_SERVICE_PRINCIPAL];
        let vault = KeyVault {
            tenant: ids::TENANT,
            uses_roles: true,
            firewall_closed: false,
            access: officers
                .map(|id| (id, BTreeSet::from(VaultPermission::OFFICER)))
                .into(),
            secrets: BTreeMap::new(),
        };
        self.key_vaults.insert(name.to_ascii_lowercase(), vault);
    }
}
