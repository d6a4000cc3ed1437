//! `--store keyring`: the operating system's own place for secrets.
//!
//! One entry a connection: service `azconnect` (`azconnect-sandbox` for simulated ones), user = the connection's name, value = the client
//! secret as text, so that `secret-tool lookup service azconnect username NAME`, Keychain Access and Credential Manager find it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use keyring_core::{CredentialStore, Error as Cause};
use zeroize::Zeroizing;

use super::keyring_error::explained;
use super::time_limit::within;
use super::{Entry, SecretStore, StoreError};
use crate::secret::Secret;

/// How long a keyring may take when nobody is there to unlock it.
const UNATTENDED: Duration = Duration::from_secs(10);

/// How long a person may take to find the window that asks to unlock it, and type.
const ATTENDED: Duration = Duration::from_secs(60);

/// The keyring of this platform, or another that speaks its interface.
#[derive(Debug, Clone)]
pub struct Keyring {
    backend: Backend,
    service: String,
    limit: Duration,
}

#[derive(Debug, Clone)]
enum Backend {
    /// What the `keyring` crate opens for this platform, once a process.
    Native,
    /// One that the caller opened.
    Given(Arc<CredentialStore>),
}

impl Keyring {
    /// The platform's keyring, opened at the first use. `wait_for_unlock` says that a person is there to unlock it: then a
    /// call may take a minute, and 10 seconds otherwise.
    pub fn native(service: &str, wait_for_unlock: bool) -> Self {
        Keyring {
            backend: Backend::Native,
            service: service.to_owned(),
            limit: if wait_for_unlock {
                ATTENDED
            } else {
                UNATTENDED
            },
        }
    }

    /// A store that is open already, such as `keyring_core::mock`'s.
    pub fn over(store: Arc<CredentialStore>, service: &str) -> Self {
        Keyring {
            backend: Backend::Given(store),
            ..Keyring::native(service, false)
        }
    }

    /// Runs `work` on the entry of `user`, in time and off the async runtime: zbus starts a runtime of its own, and a locked
    /// keyring blocks on a window.
    async fn with_entry<T: Send + 'static>(
        &self,
        user: &str,
        work: impl FnOnce(&keyring_core::Entry) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (keyring, user, store) = (self.clone(), user.to_owned(), self.describe());
        within(self.limit, &self.describe(), move || {
            keyring
                .entry(&user)
                .and_then(|entry| work(&entry))
                .map_err(|trouble| match trouble {
                    Trouble::Said(cause) => explained(&cause, &store, &user),
                    Trouble::NotOpened(cause) => explained(cause, &store, &user),
                    Trouble::Forgot => StoreError::Forgetful { store },
                })
        })
        .await
    }

    fn entry(&self, user: &str) -> Result<keyring_core::Entry, Trouble> {
        let store = match &self.backend {
            Backend::Given(store) => Arc::clone(store),
            Backend::Native => {
                // store_status opens the store and says why it can't; Entry::new of the same crate would hide the reason.
                keyring::Entry::store_status()
                    .as_ref()
                    .map_err(Trouble::NotOpened)?;
                keyring_core::get_default_store().ok_or(Cause::NoDefaultStore)?
            }
        };
        Ok(store.build(&self.service, user, None)?)
    }
}

/// What can go wrong on the keyring's thread.
enum Trouble {
    /// The keyring said so.
    Said(Cause),
    /// The keyring could not be opened; the reason is kept for the process's life.
    NotOpened(&'static Cause),
    /// The marker came back changed or not at all.
    Forgot,
}

impl From<Cause> for Trouble {
    fn from(cause: Cause) -> Self {
        Trouble::Said(cause)
    }
}

#[async_trait]
impl SecretStore for Keyring {
    fn describe(&self) -> String {
        format!("keyring ({PLATFORM_NAME})")
    }

    fn kind(&self) -> String {
        "keyring".to_owned()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        // A connection's name never begins with `_`, so no secret can be hit; a new marker each time, so no other probe.
        let marker = uuid::Uuid::new_v4().to_string();
        let user = format!("_probe-{marker}");
        self.with_entry(&user, move |entry| {
            entry.set_password(&marker)?;
            let read = entry.get_password();
            // Deleted before the reading is judged: a failed probe leaves nothing behind.
            let deleted = entry.delete_credential();
            if read? != marker {
                return Err(Trouble::Forgot);
            }
            Ok(deleted?)
        })
        .await
    }

    async fn get(&self, connection: &str) -> Result<Option<Secret>, StoreError> {
        self.with_entry(connection, |entry| match entry.get_password() {
            Ok(value) => Ok(Some(Secret::new(value))),
            Err(Cause::NoEntry) => Ok(None),
            Err(Cause::BadEncoding(value)) => {
                drop(Zeroizing::new(value));
                Err(Cause::BadEncoding(Vec::new()).into())
            }
            Err(cause) => Err(cause.into()),
        })
        .await
    }

    async fn set(&self, entry: &Entry) -> Result<(), StoreError> {
        let secret = entry.secret.clone();
        self.with_entry(&entry.connection, move |place| {
            Ok(place.set_password(secret.expose())?)
        })
        .await
    }

    async fn delete(&self, connection: &str) -> Result<bool, StoreError> {
        self.with_entry(connection, |entry| match entry.delete_credential() {
            Ok(()) => Ok(true),
            Err(Cause::NoEntry) => Ok(false),
            Err(cause) => Err(cause.into()),
        })
        .await
    }
}

const PLATFORM_NAME: &str = if cfg!(target_os = "macos") {
    "macOS Keychain"
} else if cfg!(windows) {
    "Windows Credential Manager"
} else {
    "Secret Service"
};

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use keyring_core::api::{CredentialApi, CredentialStoreApi};
    use keyring_core::mock;
    use std::any::Any;
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn keyring() -> (Keyring, Arc<CredentialStore>) {
        let store: Arc<CredentialStore> = mock::Store::new().unwrap();
        (Keyring::over(Arc::clone(&store), "azconnect-test"), store)
    }

    fn entry(connection: &str, secret: &str) -> Entry {
        Entry {
            connection: connection.into(),
            tenant_id: "11111111-1111-1111-1111-111111111111".into(),
            client_id: "22222222-2222-2222-2222-222222222222".into(),
            secret: Secret::new(secret),
            expires_at: None,
        }
    }

    /// The next call for `user` meets this error, as the mock promises.
    fn next_call_fails(store: &Arc<CredentialStore>, user: &str, cause: Cause) {
        let entry = store.build("azconnect-test", user, None).unwrap();
        let mock: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        mock.set_error(cause);
    }

    #[tokio::test]
    async fn a_secret_is_kept_replaced_and_forgotten() {
        let (keyring, store) = keyring();
        assert_eq!(keyring.get("spot").await.unwrap(), None);
        keyring.set(&entry("spot", "first")).await.unwrap();
        keyring.set(&entry("spot", "s3cret~ü")).await.unwrap();
        assert_eq!(
            keyring.get("spot").await.unwrap(),
            Some(Secret::new("s3cret~ü"))
        );
        assert_eq!(keyring.get("other").await.unwrap(), None);
        let outside = store.build("azconnect-test", "spot", None).unwrap();
        assert_eq!(outside.get_password().unwrap(), "s3cret~ü");
        assert!(keyring.delete("spot").await.unwrap());
        assert!(!keyring.delete("spot").await.unwrap());
    }

    #[tokio::test]
    async fn a_probe_leaves_nothing_behind() {
        let (keyring, store) = keyring();
        keyring.probe().await.unwrap();
        let probed = store.search(&HashMap::new()).unwrap();
        assert_eq!(probed.len(), 1, "the mock remembers that it was asked");
        assert!(matches!(probed[0].get_password(), Err(Cause::NoEntry)));
    }

    #[tokio::test]
    async fn a_locked_keyring_is_not_an_empty_one() {
        let (keyring, store) = keyring();
        let dismissed = || {
            Cause::NoStorageAccess(Box::new(std::io::Error::other(
                "SS error: prompt dismissed",
            )))
        };
        next_call_fails(&store, "spot", dismissed());
        assert!(matches!(
            keyring.get("spot").await,
            Err(StoreError::Locked { .. })
        ));
        next_call_fails(&store, "spot", dismissed());
        let result = keyring.set(&entry("spot", "s3cret")).await;
        assert!(
            matches!(result, Err(StoreError::Locked { .. })),
            "{result:?}"
        );
        next_call_fails(&store, "spot", Cause::TooLong("password".into(), 2560));
        let result = keyring.set(&entry("spot", "s3cret")).await;
        assert!(matches!(result, Err(StoreError::Full { .. })), "{result:?}");
    }

    #[test]
    fn a_person_gets_more_time_than_a_pipeline() {
        assert!(
            Keyring::native("azconnect", true).limit > Keyring::native("azconnect", false).limit
        );
    }

    /// A keyring that takes everything and gives back something else, or never answers.
    #[derive(Debug, Clone)]
    struct Broken {
        hangs: bool,
        deletions: Arc<AtomicUsize>,
    }

    impl CredentialStoreApi for Broken {
        fn vendor(&self) -> String {
            "test".to_owned()
        }

        fn id(&self) -> String {
            "broken".to_owned()
        }

        fn build(
            &self,
            _service: &str,
            _user: &str,
            _modifiers: Option<&HashMap<&str, &str>>,
        ) -> keyring_core::Result<keyring_core::Entry> {
            Ok(keyring_core::Entry::new_with_credential(Arc::new(
                self.clone(),
            )))
        }

        fn as_any(&self) -> &dyn Any {
            self
        }

        fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            std::fmt::Debug::fmt(self, f)
        }
    }

    impl CredentialApi for Broken {
        fn set_secret(&self, _secret: &[u8]) -> keyring_core::Result<()> {
            if self.hangs {
                std::thread::sleep(Duration::from_secs(60));
            }
            Ok(())
        }

        fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
            Ok(b"another".to_vec())
        }

        fn delete_credential(&self) -> keyring_core::Result<()> {
            self.deletions.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }

        fn get_credential(&self) -> keyring_core::Result<Option<Arc<keyring_core::Credential>>> {
            Ok(None)
        }

        fn get_specifiers(&self) -> Option<(String, String)> {
            None
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    #[tokio::test]
    async fn a_keyring_that_changes_what_it_keeps_fails_the_probe_and_keeps_no_marker() {
        let deletions = Arc::new(AtomicUsize::new(0));
        let broken = Broken {
            hangs: false,
            deletions: Arc::clone(&deletions),
        };
        let result = Keyring::over(Arc::new(broken), "azconnect-test")
            .probe()
            .await;
        assert!(
            matches!(result, Err(StoreError::Forgetful { .. })),
            "{result:?}"
        );
        assert_eq!(deletions.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_keyring_that_never_answers_is_given_up() {
        let broken = Broken {
            hangs: true,
            deletions: Arc::default(),
        };
        let keyring = Keyring {
            limit: Duration::from_millis(30),
            ..Keyring::over(Arc::new(broken), "azconnect-test")
        };
        let result = keyring.set(&entry("spot", "s3cret")).await;
        assert!(
            matches!(result, Err(StoreError::TimedOut { .. })),
            "{result:?}"
        );
    }
}
