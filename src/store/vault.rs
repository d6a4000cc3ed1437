//! `--store key-vault:NAME`: an Azure key vault keeps the secret, for this machine and others.
//!
//! This room knows no Azure: [`Vault`] is what it asks of one, and the commands bring it. Decided here: what a connection's secret is
//! called in the vault, whose a secret is that is there already, and what is done about a name that belongs to a deleted one.
//!
//! A vault that keeps deleted secrets (nearly every one does) also keeps their names. A connection that is made again gets its old
//! secret's name: it is recovered, and then gets a new version.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Entry, SecretStore, StoreError};
use crate::error::Error;
use crate::secret::Secret;

/// A secret as a vault keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The value.
    pub value: Secret,
    /// What is written on it, for whoever looks into the vault. Not secret.
    pub tags: BTreeMap<String, String>,
    /// When it ends, in seconds since 1970, where that is known: what the vault's own alerts go by.
    pub expires: Option<i64>,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is there, as this version.
    Version(String),
    /// The name belongs to a deleted secret, which can be recovered.
    Deleted,
    /// The vault is about to delete or to recover it: asking again soon helps.
    Busy,
}

/// What a key vault can do. Each failure is explained already, with what to do about it.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Its name, however it was addressed; known once something was asked of it.
    fn name(&self) -> Option<String>;
    /// The current version of a secret, or one of its versions.
    async fn get(&self, name: &str, version: Option<&str>) -> Result<Option<Kept>, Error>;
    /// Writes a new version.
    async fn set(&self, name: &str, kept: &Kept) -> Result<Written, Error>;
    /// Deletes a secret; `false` where there is none.
    async fn delete(&self, name: &str) -> Result<bool, Error>;
    /// The tags of a deleted secret.
    async fn deleted(&self, name: &str) -> Result<Option<BTreeMap<String, String>>, Error>;
    /// Brings a deleted secret back.
    async fn recover(&self, name: &str) -> Result<(), Error>;
}

/// How often a write is tried while the vault deletes or recovers, and how long is waited in between: a minute in all.
const TRIES: usize = 30;
const PAUSE: Duration = Duration::from_secs(2);
/// The longest name of a secret.
const LONGEST: usize = 127;

/// The tags: who put it there, for which connection, of which directory and app.
const MADE_BY: &str = "managed-by";
const CONNECTION: &str = "connection";
const TENANT: &str = "tenant-id";
const CLIENT: &str = "client-id";

/// A vault as the place of secrets.
pub struct VaultStore {
    vault: Arc<dyn Vault>,
    place: String,
    service: &'static str,
    pause: Duration,
}

impl VaultStore {
    /// The vault that `--store key-vault:PLACE` names; secrets are called after `service`.
    pub fn new(vault: Arc<dyn Vault>, place: &str, service: &'static str) -> Self {
        VaultStore {
            vault,
            place: place.to_owned(),
            service,
            pause: PAUSE,
        }
    }

    fn taken(&self, secret: String) -> StoreError {
        StoreError::VaultTaken {
            store: self.describe(),
            secret,
        }
    }

    /// Whether a secret that is there is this connection's: ours, of this name, and of this directory where one is given. The same
    /// connection in the same directory is the same app registration, whichever machine made it.
    fn is_ours(tags: &BTreeMap<String, String>, connection: &str, tenant: Option<&str>) -> bool {
        let says = |tag: &str, expected: &str| {
            tags.get(tag)
                .is_some_and(|value| value.eq_ignore_ascii_case(expected))
        };
        says(MADE_BY, "azconnect")
            && says(CONNECTION, connection)
            && tenant.is_none_or(|tenant| says(TENANT, tenant))
    }

    /// The secret of a connection.
    async fn find(
        &self,
        connection: &str,
        tenant: Option<&str>,
    ) -> Result<Option<Kept>, StoreError> {
        let name = secret_name(self.service, connection);
        let kept = self.vault.get(&name, None).await?;
        match kept {
            Some(kept) if !Self::is_ours(&kept.tags, connection, tenant) => Err(self.taken(name)),
            other => Ok(other),
        }
    }

    /// Writes a version, over a deleted secret too where that was ours.
    async fn write(&self, name: &str, connection: &str, kept: &Kept) -> Result<String, StoreError> {
        let tenant = kept.tags.get(TENANT).map(String::as_str);
        for _ in 0..TRIES {
            match self.vault.set(name, kept).await? {
                Written::Version(version) => return Ok(version),
                Written::Busy => {}
                Written::Deleted => match self.vault.deleted(name).await? {
                    Some(tags) if !Self::is_ours(&tags, connection, tenant) => {
                        return Err(self.taken(name.to_owned()));
                    }
                    Some(_) => self.vault.recover(name).await?,
                    None => {}
                },
            }
            tokio::time::sleep(self.pause).await;
        }
        Err(StoreError::VaultBusy {
            store: self.describe(),
            secret: name.to_owned(),
        })
    }
}

#[async_trait]
impl SecretStore for VaultStore {
    fn describe(&self) -> String {
        format!(
            "key vault {} (secrets `{}-…`)",
            crate::text::printable(&self.place),
            self.service
        )
    }

    /// By its name, so that one vault in two spellings is one place: what moves from one place to another is deleted in the former.
    fn kind(&self) -> String {
        let name = self.vault.name();
        format!("key-vault:{}", name.as_deref().unwrap_or(&self.place))
    }

    /// Writes a marker and reads that very version back. The marker stays, as one secret whose versions are rewritten: a deleted one would
    /// stay as well, for up to 90 days, and would have to be recovered before each run.
    async fn probe(&self) -> Result<(), StoreError> {
        // No connection's name begins with a hyphen.
        let name = format!("{}--probe", self.service);
        let marker = Kept {
            value: Secret::new(uuid::Uuid::new_v4().to_string()),
            tags: tags(PROBE, &[]),
            expires: None,
        };
        let version = self.write(&name, PROBE, &marker).await?;
        let read = self.vault.get(&name, Some(&version)).await?;
        if read.is_none_or(|read| read.value != marker.value) {
            return Err(StoreError::Forgetful {
                store: self.describe(),
            });
        }
        Ok(())
    }

    async fn get(&self, connection: &str) -> Result<Option<Secret>, StoreError> {
        Ok(self.find(connection, None).await?.map(|kept| kept.value))
    }

    async fn set(&self, entry: &Entry) -> Result<(), StoreError> {
        let kept = Kept {
            value: entry.secret.clone(),
            tags: tags(
                &entry.connection,
                &[(TENANT, &entry.tenant_id), (CLIENT, &entry.client_id)],
            ),
            expires: entry.expires_at.map(Timestamp::as_second),
        };
        let there = self.find(&entry.connection, Some(&entry.tenant_id)).await?;
        if there.as_ref() == Some(&kept) {
            return Ok(());
        }
        let name = secret_name(self.service, &entry.connection);
        self.write(&name, &entry.connection, &kept).await.map(drop)
    }

    async fn delete(&self, connection: &str) -> Result<bool, StoreError> {
        if self.find(connection, None).await?.is_none() {
            return Ok(false);
        }
        let name = secret_name(self.service, connection);
        Ok(self.vault.delete(&name).await?)
    }
}

/// What the marker's tag says instead of a connection's name.
const PROBE: &str = "_probe";

fn tags(connection: &str, more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let always = [(MADE_BY, "azconnect"), (CONNECTION, connection)];
    let all = always.iter().chain(more);
    all.map(|(tag, value)| ((*tag).to_owned(), (*value).to_owned()))
        .collect()
}

/// What a connection's secret is called: `azconnect-NAME`. A vault's names have letters, digits and hyphens, so `.` becomes `--d`, `_`
/// becomes `--u`, and a hyphen before one of these or another hyphen becomes `--h`: no two connections share a name. One that would be
/// too long is called by a hash instead.
fn secret_name(service: &str, connection: &str) -> String {
    let mut name = format!("{service}-");
    let mut letters = connection.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '.' => name.push_str("--d"),
            '_' => name.push_str("--u"),
            '-' if letters.peek().is_some_and(|next| ".-_".contains(*next)) => name.push_str("--h"),
            other => name.push(other),
        }
    }
    if name.len() <= LONGEST {
        return name;
    }
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, connection.as_bytes());
    format!("{service}---x{}", hash.simple())
}

#[cfg(test)]
mod tests;
