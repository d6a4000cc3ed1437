//! The one question that commands ask about secrets: keep this, give it back, forget it.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::secret::Secret;

/// What is kept of a connection: the secret, and the two ids without which nobody can use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The connection's name: the keyring's user name.
    pub connection: String,
    /// The directory (tenant) that the app registration lives in.
    pub tenant_id: String,
    /// The app registration's application (client) id.
    pub client_id: String,
    /// The client secret.
    pub secret: Secret,
    /// When it ends, where that is known: for a place that can say so to whoever looks into it.
    pub expires_at: Option<Timestamp>,
}

/// A place that keeps secrets.
///
/// No method blocks the async runtime, and none waits for ever.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The place in words, for the plan: `keyring (Secret Service)`, `file /home/ada/spot.env`.
    fn describe(&self) -> String;

    /// The place as it goes into the connection's record: `keyring`, `file:PATH`, `helper:COMMAND`, `key-vault:NAME` or `none`.
    /// [`Choice`](super::Choice) reads it back.
    fn kind(&self) -> String;

    /// Proves that the place works: writes a marker, reads it back, deletes it.
    ///
    /// Called before the first secret is made, because a secret that can't be kept is lost: Azure shows it once.
    async fn probe(&self) -> Result<(), StoreError>;

    /// The secret of a connection; `None` where nothing is kept.
    async fn get(&self, connection: &str) -> Result<Option<Secret>, StoreError>;

    /// Keeps a connection's secret, in place of the one that was there.
    ///
    /// After [`StoreError::TimedOut`] the secret may still arrive in the keyring.
    async fn set(&self, entry: &Entry) -> Result<(), StoreError>;

    /// Forgets a connection's secret. `false` says that there was none.
    async fn delete(&self, connection: &str) -> Result<bool, StoreError>;
}
