//! `--store none`: the secret is handed over once and kept nowhere.

use async_trait::async_trait;

use super::{Entry, SecretStore, StoreError};
use crate::secret::Secret;

/// Keeps nothing, on the person's own wish; so it never fails.
#[derive(Debug, Clone, Copy)]
pub struct NoStore;

#[async_trait]
impl SecretStore for NoStore {
    fn describe(&self) -> String {
        "nowhere: the secret is handed over once".to_owned()
    }

    fn kind(&self) -> String {
        "none".to_owned()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn get(&self, _connection: &str) -> Result<Option<Secret>, StoreError> {
        Ok(None)
    }

    async fn set(&self, _entry: &Entry) -> Result<(), StoreError> {
        Ok(())
    }

    async fn delete(&self, _connection: &str) -> Result<bool, StoreError> {
        Ok(false)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_set_is_not_kept() {
        let entry = Entry {
            connection: "spot".into(),
            tenant_id: "t".into(),
            client_id: "c".into(),
            secret: Secret::new("s3cret"),
            expires_at: None,
        };
        NoStore.probe().await.unwrap();
        NoStore.set(&entry).await.unwrap();
        assert_eq!(NoStore.get("spot").await.unwrap(), None);
        assert!(!NoStore.delete("spot").await.unwrap());
    }
}
