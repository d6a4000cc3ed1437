//! A vault in memory, which keeps the names of deleted secrets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::error::Kind;

#[derive(Default)]
struct Memory {
    there: Mutex<BTreeMap<String, Vec<Kept>>>,
    deleted: Mutex<BTreeSet<String>>,
    /// How often a write is still put off.
    busy: Mutex<usize>,
    forgets: bool,
}

impl Memory {
    fn versions(&self, name: &str) -> Vec<Kept> {
        let there = self.there.lock().unwrap();
        there.get(name).cloned().unwrap_or_default()
    }

    fn is_deleted(&self, name: &str) -> bool {
        self.deleted.lock().unwrap().contains(name)
    }

    fn tags_of(&self, name: &str) -> Option<BTreeMap<String, String>> {
        Some(self.versions(name).last()?.tags.clone())
    }
}

#[async_trait]
impl Vault for Memory {
    fn name(&self) -> Option<String> {
        None
    }

    async fn get(&self, name: &str, version: Option<&str>) -> Result<Option<Kept>, Error> {
        if self.forgets || self.is_deleted(name) {
            return Ok(None);
        }
        let all = self.versions(name);
        let at = version.map_or(all.len().wrapping_sub(1), |version| {
            version.parse().unwrap()
        });
        Ok(all.get(at).cloned())
    }

    async fn set(&self, name: &str, kept: &Kept) -> Result<Written, Error> {
        if self.is_deleted(name) {
            return Ok(Written::Deleted);
        }
        let mut busy = self.busy.lock().unwrap();
        if *busy > 0 {
            *busy -= 1;
            return Ok(Written::Busy);
        }
        let mut there = self.there.lock().unwrap();
        let versions = there.entry(name.to_owned()).or_default();
        versions.push(kept.clone());
        Ok(Written::Version((versions.len() - 1).to_string()))
    }

    async fn delete(&self, name: &str) -> Result<bool, Error> {
        Ok(self.deleted.lock().unwrap().insert(name.to_owned()))
    }

    async fn deleted(&self, name: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
        Ok(self.tags_of(name).filter(|_| self.is_deleted(name)))
    }

    async fn recover(&self, name: &str) -> Result<(), Error> {
        self.deleted.lock().unwrap().remove(name);
        *self.busy.lock().unwrap() = 2;
        Ok(())
    }
}

fn store(vault: Memory) -> (Arc<Memory>, VaultStore) {
    let vault = Arc::new(vault);
    let mut store = VaultStore::new(vault.clone(), "contoso-vault", "azconnect");
    store.pause = Duration::ZERO;
    (vault, store)
}

fn entry(tenant: &str, secret: &str) -> Entry {
    Entry {
        connection: "spot".to_owned(),
        tenant_id: tenant.to_owned(),
        client_id: "c".to_owned(),
        secret: Secret::new(secret),
        expires_at: None,
    }
}

#[tokio::test]
async fn a_secret_is_kept_once_and_comes_back_until_it_is_deleted() {
    let (vault, store) = store(Memory::default());
    for _ in 0..2 {
        store.set(&entry("t", "canary~1")).await.unwrap();
    }
    let versions = vault.versions("azconnect-spot");
    assert_eq!(versions.len(), 1, "the same again makes no version");
    let tags: Vec<&str> = versions[0].tags.values().map(String::as_str).collect();
    assert_eq!(tags, ["c", "spot", "azconnect", "t"]);
    assert_eq!(
        store.get("spot").await.unwrap(),
        Some(Secret::new("canary~1"))
    );
    assert!(store.delete("spot").await.unwrap());
    assert!(!store.delete("spot").await.unwrap());
    assert_eq!(store.get("spot").await.unwrap(), None);
}

#[tokio::test]
async fn a_name_of_a_deleted_secret_of_ours_is_recovered_and_written_again() {
    let (vault, store) = store(Memory::default());
    store.set(&entry("t", "canary~1")).await.unwrap();
    store.delete("spot").await.unwrap();
    store.set(&entry("t", "canary~2")).await.unwrap();
    assert_eq!(
        store.get("spot").await.unwrap(),
        Some(Secret::new("canary~2"))
    );
    assert_eq!(vault.versions("azconnect-spot").len(), 2);
}

#[tokio::test]
async fn another_directorys_secret_is_neither_overwritten_nor_recovered_nor_is_a_strangers_read() {
    let (vault, store) = store(Memory::default());
    store.set(&entry("t", "canary~1")).await.unwrap();
    let refused = store.set(&entry("other", "canary~2")).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::VaultTaken { secret, .. } if secret == "azconnect-spot")
    );
    assert_eq!(Error::from(refused).kind(), Kind::Storage);
    store.delete("spot").await.unwrap();
    store.set(&entry("other", "canary~2")).await.unwrap_err();
    assert!(vault.is_deleted("azconnect-spot"), "it stays deleted");
    vault.recover("azconnect-spot").await.unwrap();
    let stranger = Kept {
        value: Secret::new("theirs"),
        tags: BTreeMap::new(),
        expires: None,
    };
    let mut there = vault.there.lock().unwrap().clone();
    there.insert("azconnect-spot".to_owned(), vec![stranger]);
    *vault.there.lock().unwrap() = there;
    store.get("spot").await.unwrap_err();
    store.delete("spot").await.unwrap_err();
    assert!(!vault.is_deleted("azconnect-spot"));
}

#[tokio::test]
async fn the_probe_rewrites_one_marker_and_sees_a_vault_that_forgets() {
    let (vault, store) = store(Memory::default());
    store.probe().await.unwrap();
    vault.delete("azconnect--probe").await.unwrap();
    store.probe().await.unwrap();
    let names: Vec<String> = vault.there.lock().unwrap().keys().cloned().collect();
    assert_eq!(names, ["azconnect--probe"]);
    let (_, forgetful) = super::tests::store(Memory {
        forgets: true,
        ..Memory::default()
    });
    assert!(matches!(
        forgetful.probe().await,
        Err(StoreError::Forgetful { .. })
    ));
}

#[tokio::test]
async fn a_vault_that_stays_busy_is_told_so() {
    let (_, store) = store(Memory {
        busy: Mutex::new(usize::MAX),
        ..Memory::default()
    });
    let error = Error::from(store.probe().await.unwrap_err());
    assert_eq!(error.code(), "store_vault_busy");
    assert!(error.retry());
}

/// What [`secret_name`] made a name from.
fn original(name: &str) -> String {
    let mut rest = name.strip_prefix("azconnect-").unwrap();
    let mut text = String::new();
    while let Some(letter) = rest.chars().next() {
        let escaped = [("--d", '.'), ("--u", '_'), ("--h", '-')];
        let (length, plain) = escaped
            .iter()
            .find(|(escape, _)| rest.starts_with(escape))
            .map_or((1, letter), |(escape, plain)| (escape.len(), *plain));
        text.push(plain);
        rest = &rest[length..];
    }
    text
}

#[test]
fn the_usual_names_stay_readable() {
    for (connection, name) in [
        ("spot-contoso", "azconnect-spot-contoso"),
        ("a.b_c", "azconnect-a--db--uc"),
        ("a--d", "azconnect-a--h-d"),
        ("a-", "azconnect-a-"),
    ] {
        assert_eq!(secret_name("azconnect", connection), name);
    }
    let long = secret_name("azconnect", &"a_".repeat(32));
    assert_eq!(long.len(), "azconnect---x".len() + 32);
}

proptest! {
    #[test]
    fn every_name_is_legal_and_can_be_undone(connection in "[a-z0-9][a-z0-9._-]{0,63}") {
        let name = secret_name("azconnect", &connection);
        let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        prop_assert!(name.len() <= LONGEST && name.chars().all(legal), "{}", name);
        if !name.starts_with("azconnect---x") {
            prop_assert_eq!(original(&name), connection);
        }
    }
}
