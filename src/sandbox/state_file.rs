//! The state on disk: read at start, replaced as a whole after every change.
//!
//! [`super::world`] calls it under the lock, before an answer leaves. A process that is killed at any moment leaves either
//! the old file or the new one, because the new one is written beside it and renamed.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::tenant::{STATE_VERSION, State};
use super::{Options, SandboxError};

/// Reads the state file, or takes the seed where there is none.
pub(super) fn load(options: &Options) -> Result<State, SandboxError> {
    let Some(path) = options.state_file.as_deref() else {
        return Ok(options.seed.clone());
    };
    match fs::read(path) {
        Ok(bytes) => parse(path, &bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(options.seed.clone()),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<State, SandboxError> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| unreadable(path, &error))?;
    // The version comes first: a newer file may differ in ways that would only give a puzzling message.
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(STATE_VERSION) => {
            serde_json::from_value(value).map_err(|error| unreadable(path, &error))
        }
        Some(version) => Err(unreadable(
            path,
            &format!("its version is {version}, this build knows {STATE_VERSION}"),
        )),
        None => Err(unreadable(path, &"it has no `version`")),
    }
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> SandboxError {
    SandboxError::StateFile {
        path: path.to_path_buf(),
        why: why.to_string(),
    }
}

/// Keeps the file equal to the state.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    /// What is in the file. Comparing states costs a fraction of writing one out, and most requests change nothing.
    saved: Option<State>,
}

impl StateFile {
    /// Takes over the file; nothing is written until [`StateFile::save`].
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, saved: None }
    }

    /// Writes the state if it differs from what was written last.
    pub(super) fn save(&mut self, state: &State) -> io::Result<()> {
        if self.saved.as_ref() == Some(state) {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(state)?;
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder)?;
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(&self.path).map_err(|error| error.error)?;
        self.saved = Some(state.clone());
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use std::time::Instant;

    use super::super::{PartnerOffer, ids};
    use super::*;

    fn options(path: &Path) -> Options {
        Options {
            state_file: Some(path.to_path_buf()),
            ..Options::default()
        }
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/state.json");
        let mut state = load(&options(&path)).unwrap();
        let subscription = state.add_subscription("Second");
        StateFile::new(path.clone()).save(&state).unwrap();
        let loaded = load(&options(&path)).unwrap();
        assert_eq!(loaded, state);
        assert!(loaded.subscriptions.contains_key(&subscription));
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no temporary file is left"
        );
    }

    #[test]
    fn what_has_not_changed_costs_little() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::contoso_as_partner();
        state.add_partner_customers(ids::TENANT, 10_000, PartnerOffer::AzurePlan);
        let mut file = StateFile::new(folder.path().join("state.json"));
        let mut timed = || {
            let began = Instant::now();
            file.save(&state).unwrap();
            began.elapsed()
        };
        let written = timed();
        // The quickest of a few, as other tests are running.
        let unchanged = (0..5).map(|_| timed()).min().unwrap();
        assert!(
            unchanged * 5 < written,
            "{unchanged:?} for nothing, {written:?} for all"
        );
    }

    #[test]
    fn another_version_is_refused_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        fs::write(&path, r#"{"version":2,"anything":[]}"#).unwrap();
        let message = load(&options(&path)).unwrap_err().to_string();
        assert!(message.contains("version is 2"), "{message}");
        assert!(message.contains("--reset"), "{message}");
    }
}
