//! `--store file:PATH`: a dotenv file, as the Azure SDKs, `source` and container runtimes read it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;

use super::atomic::{clear_leftovers, folder_of, write_atomically};
use super::dotenv::Document;
use super::paths::make_private_folder;
use super::private_file::{check_folder, read};
use super::time_limit::within;
use super::{Entry, SecretStore, StoreError};
use crate::secret::Secret;

const TENANT_ID: &str = "AZURE_TENANT_ID";
const CLIENT_ID: &str = "AZURE_CLIENT_ID";
const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";

/// The variables of azure_identity's `EnvironmentCredential` and its like in every Azure SDK.
const VARIABLES: [&str; 3] = [TENANT_ID, CLIENT_ID, CLIENT_SECRET];

/// How a certificate begins, which is kept with its key in place of a secret.
const PEM: &str = "-----BEGIN CERTIFICATE-----";

/// How our comment begins, by which deleting finds it.
const MARK: &str = "# azconnect:";

/// A disk answers at once; a dead network share never does.
const LIMIT: Duration = Duration::from_secs(20);

/// One connection's secret in a file of the person's own, which may hold other variables too.
#[derive(Debug, Clone)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// The store over this file, which need not be there yet; the path should be absolute, for it goes into the record.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        FileStore { path: path.into() }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        within(LIMIT, &self.describe(), move || work(&path)).await
    }
}

/// The client secret in the text of a dotenv file such as this store's; none where the text is no such file, or has none.
pub fn secret_in(text: &str) -> Option<Secret> {
    let document = Document::parse(text, &VARIABLES).ok()?;
    document.value(CLIENT_SECRET).cloned()
}

#[async_trait]
impl SecretStore for FileStore {
    fn describe(&self) -> String {
        format!("file {}", self.path.display())
    }

    fn kind(&self) -> String {
        format!("file:{}", self.path.display())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.run(prove).await
    }

    /// The secret in the file; the file has no names, the connection's record leads here.
    async fn get(&self, _connection: &str) -> Result<Option<Secret>, StoreError> {
        self.run(|path| {
            if let Some(pem) = pem(path)? {
                return Ok(Some(pem));
            }
            let document = load(path)?;
            Ok(document
                .value(CLIENT_SECRET)
                .filter(|secret| !secret.is_empty())
                .cloned())
        })
        .await
    }

    async fn set(&self, entry: &Entry) -> Result<(), StoreError> {
        let entry = entry.clone();
        self.run(move |path| write(path, &entry)).await
    }

    async fn delete(&self, _connection: &str) -> Result<bool, StoreError> {
        self.run(erase).await
    }
}

/// The whole way of a later `set`, with a marker in a file beside the real one.
fn prove(path: &Path) -> Result<(), StoreError> {
    load(path)?;
    prepare_folder(path)?;
    let mut name = OsString::from(".azconnect-probe-");
    let marker = uuid::Uuid::new_v4().to_string();
    name.push(&marker);
    let beside = path.with_file_name(name);
    write_atomically(&beside, marker.as_bytes())?;
    let back = read(&beside);
    // Removed before the reading is judged: a failed probe leaves nothing behind.
    std::fs::remove_file(&beside).map_err(|error| StoreError::io("delete", &beside, error))?;
    if back?.is_some_and(|bytes| bytes.as_slice() == marker.as_bytes()) {
        Ok(())
    } else {
        Err(StoreError::Forgetful {
            store: format!("folder of `{}`", path.display()),
        })
    }
}

fn write(path: &Path, entry: &Entry) -> Result<(), StoreError> {
    let mut document = load(path)?;
    refuse_anothers(path, &document, &entry.client_id)?;
    prepare_folder(path)?;
    clear_leftovers(path);
    if document.is_blank() {
        document.comment(&format!("{MARK} connection {}", entry.connection));
    }
    let pem = Some(entry.secret.expose()).filter(|text| text.starts_with(PEM));
    let mut values = vec![
        (TENANT_ID, entry.tenant_id.as_str()),
        (CLIENT_ID, &entry.client_id),
    ];
    if pem.is_none() {
        values.push((CLIENT_SECRET, entry.secret.expose()));
    } else if document.value(CLIENT_SECRET).is_some() {
        values.push((CLIENT_SECRET, ""));
    }
    for (key, value) in values {
        document.set(key, value).map_err(|_| StoreError::Unfit {
            file: path.to_owned(),
        })?;
    }
    let mut text = document.to_text();
    text.push_str(pem.unwrap_or_default());
    write_atomically(path, text.as_bytes())
}

/// Takes our lines out; the file goes with them unless a person keeps something else in it.
fn erase(path: &Path) -> Result<bool, StoreError> {
    clear_leftovers(path);
    let mut document = load(path)?;
    if VARIABLES.iter().all(|key| document.value(key).is_none()) {
        return Ok(false);
    }
    document.remove_ours(MARK);
    if document.is_blank() {
        std::fs::remove_file(path).map_err(|error| StoreError::io("delete", path, error))?;
    } else {
        write_atomically(path, document.to_text().as_bytes())?;
    }
    Ok(true)
}

/// The certificate and its key, where the file holds them: behind our lines, as readers of PEM allow it. The file itself is then what
/// `AZURE_CLIENT_CERTIFICATE_PATH` wants.
fn pem(path: &Path) -> Result<Option<Secret>, StoreError> {
    let bytes = read(path)?;
    let text = bytes
        .as_ref()
        .and_then(|bytes| std::str::from_utf8(bytes).ok());
    Ok(text
        .and_then(|text| text.get(text.find(PEM)?..))
        .map(Secret::new))
}

fn load(path: &Path) -> Result<Document, StoreError> {
    let corrupt = |line, why| StoreError::Corrupt {
        file: path.to_owned(),
        line,
        why,
    };
    let Some(bytes) = read(path)? else {
        return Ok(Document::default());
    };
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        corrupt(line, "is not UTF-8 text")
    })?;
    let text = text.find(PEM).map_or(text, |at| &text[..at]);
    Document::parse(text, &VARIABLES).map_err(|bad| corrupt(bad.line, bad.why))
}

fn refuse_anothers(path: &Path, document: &Document, client_id: &str) -> Result<(), StoreError> {
    let filled = |key| document.value(key).filter(|value| !value.is_empty());
    let taken = |client_id: Option<&Secret>| StoreError::Taken {
        file: path.to_owned(),
        client_id: client_id.map(|id| id.expose().to_owned()),
    };
    match (filled(CLIENT_ID), filled(CLIENT_SECRET)) {
        (Some(id), _) if !id.expose().eq_ignore_ascii_case(client_id) => Err(taken(Some(id))),
        (None, Some(_)) => Err(taken(None)),
        _ => Ok(()),
    }
}

fn prepare_folder(path: &Path) -> Result<(), StoreError> {
    let folder = folder_of(path);
    make_private_folder(folder)?;
    check_folder(folder)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const ID: &str = "2222aaaa-2222-2222-2222-222222222222";

    fn entry(secret: &str) -> Entry {
        Entry {
            connection: "spot".into(),
            tenant_id: "11111111-1111-1111-1111-111111111111".into(),
            client_id: ID.into(),
            secret: Secret::new(secret),
        }
    }

    /// A file in a folder of its own, which goes when the first is dropped.
    fn store() -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("keys/spot.env"));
        (folder, store)
    }

    fn private(store: &FileStore, text: &str) {
        make_private_folder(folder_of(&store.path)).unwrap();
        write_atomically(&store.path, text.as_bytes()).unwrap();
    }

    #[tokio::test]
    async fn a_secret_is_kept_replaced_and_forgotten() {
        let (_folder, store) = store();
        assert_eq!(store.get("spot").await.unwrap(), None);
        assert!(!store.delete("spot").await.unwrap());
        store.set(&entry("first")).await.unwrap();
        store.set(&entry("abc8Q~second")).await.unwrap();
        assert_eq!(
            std::fs::read_to_string(&store.path).unwrap(),
            format!(
                "# azconnect: connection spot\nAZURE_TENANT_ID=11111111-1111-1111-1111-111111111111\nAZURE_CLIENT_ID={ID}\nAZURE_CLIENT_SECRET=abc8Q~second\n"
            )
        );
        assert_eq!(
            store.get("spot").await.unwrap(),
            Some(Secret::new("abc8Q~second"))
        );
        assert!(store.delete("spot").await.unwrap());
        assert!(!store.path.exists());
    }

    #[tokio::test]
    async fn a_probe_makes_the_folder_and_leaves_it_empty() {
        let (_folder, store) = store();
        store.probe().await.unwrap();
        assert_eq!(
            std::fs::read_dir(folder_of(&store.path)).unwrap().count(),
            0
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn file_and_folder_are_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, store) = store();
        store.set(&entry("s")).await.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store.path), 0o600);
        assert_eq!(mode(folder_of(&store.path)), 0o700);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_place_that_others_reach_is_refused_by_every_method() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, store) = store();
        private(&store, "AZURE_CLIENT_SECRET=s\n");
        std::fs::set_permissions(&store.path, PermissionsExt::from_mode(0o644)).unwrap();
        for code in [
            store.probe().await.unwrap_err().code(),
            store.get("spot").await.unwrap_err().code(),
            store.set(&entry("s")).await.unwrap_err().code(),
            store.delete("spot").await.unwrap_err().code(),
        ] {
            assert_eq!(code, "store_file_unsafe");
        }
        std::fs::remove_file(&store.path).unwrap();
        std::fs::set_permissions(folder_of(&store.path), PermissionsExt::from_mode(0o777)).unwrap();
        for code in [
            store.probe().await.unwrap_err().code(),
            store.set(&entry("s")).await.unwrap_err().code(),
        ] {
            assert_eq!(code, "store_folder_world_writable");
        }
        assert!(!store.path.exists());
    }

    #[tokio::test]
    async fn two_connections_do_not_share_a_file() {
        let (_folder, store) = store();
        store.set(&entry("s")).await.unwrap();
        let mut other = entry("t");
        other.client_id = "33333333-3333-3333-3333-333333333333".into();
        let refused = store.set(&other).await.unwrap_err();
        assert!(
            matches!(&refused, StoreError::Taken { client_id: Some(id), .. } if id == ID),
            "{refused:?}"
        );
        other.client_id = ID.to_uppercase();
        store.set(&other).await.unwrap();
        private(&store, "AZURE_CLIENT_SECRET=unknown\n");
        let refused = store.set(&entry("s")).await.unwrap_err();
        assert_eq!(refused.code(), "store_file_taken");
    }

    #[tokio::test]
    async fn a_project_s_env_file_keeps_its_other_variables() {
        let (_folder, store) = store();
        private(&store, "# project\nPORT=80\n");
        store.set(&entry("s")).await.unwrap();
        assert_eq!(store.get("spot").await.unwrap(), Some(Secret::new("s")));
        assert!(store.delete("spot").await.unwrap());
        assert_eq!(
            std::fs::read_to_string(&store.path).unwrap(),
            "# project\nPORT=80\n"
        );
    }

    #[tokio::test]
    async fn a_file_that_is_no_dotenv_is_refused_by_line_and_unharmed() {
        let (_folder, store) = store();
        for (bytes, expected) in [
            (&b"PORT=80\nAZURE_CLIENT_SECRET='canary"[..], 2),
            (b"\nDear diary\n", 2),
            (b"A=1\nB=\xff\n", 2),
        ] {
            make_private_folder(folder_of(&store.path)).unwrap();
            write_atomically(&store.path, bytes).unwrap();
            let error = store.set(&entry("s")).await.unwrap_err();
            assert!(
                matches!(error, StoreError::Corrupt { line, .. } if line == expected),
                "{error:?}"
            );
            assert!(!format!("{error:?} {error}").contains("canary"));
            assert_eq!(std::fs::read(&store.path).unwrap(), bytes);
        }
    }

    #[tokio::test]
    async fn a_secret_with_a_line_break_is_refused_and_not_shown() {
        let (_folder, store) = store();
        let error = store.set(&entry("canary\nPATH=/evil")).await.unwrap_err();
        assert!(matches!(error, StoreError::Unfit { .. }), "{error:?}");
        assert!(!format!("{error:?} {error}").contains("canary"));
        assert!(!store.path.exists());
    }
}
