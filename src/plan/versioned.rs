//! Files of ours that say their version first: the journals and the backfill's book. Every released version can be read.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// What the file at `path` says, if there is one; `newest` is the latest version that this release knows.
///
/// # Errors
/// What `unreadable` makes of the reason: the file can't be read, is damaged, or was written by a later release.
pub(super) fn read<T: DeserializeOwned>(
    path: &Path,
    newest: u32,
    unreadable: fn(&Path, &str) -> Error,
) -> Result<Option<T>> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error.to_string())),
    };
    let wrong = |error: serde_json::Error| unreadable(path, &error.to_string());
    // The version comes first: a later file may differ in ways that would only give a puzzling reason.
    let Versioned { version } = serde_json::from_slice(&text).map_err(wrong)?;
    if version > newest {
        let later =
            format!("a later azconnect wrote it (format {version}, this one reads up to {newest})");
        return Err(unreadable(path, &later));
    }
    serde_json::from_slice(&text).map(Some).map_err(wrong)
}
