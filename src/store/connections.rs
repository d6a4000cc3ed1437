//! The connections of this machine: one versioned file each, with the facts that are no secret.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::atomic::clear_leftovers;
use super::{Lock, Paths, StoreError, write_atomically};
use crate::connection::{ConnectionName, ConnectionRecord};
use crate::error::{Error, Kind, Result};

/// The format that this release writes.
const VERSION: u32 = 1;
/// How long one command waits for another that works on the same connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// The folder of connections.
#[derive(Debug, Clone)]
pub struct Connections {
    records: PathBuf,
    journals: PathBuf,
    backfills: PathBuf,
    rotations: PathBuf,
    locks: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    connection: ConnectionRecord,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Connections {
    /// The connections below our folders.
    pub fn of(paths: &Paths) -> Self {
        Connections {
            records: paths.config.join("connections"),
            journals: paths.state.join("journals"),
            backfills: paths.state.join("backfills"),
            rotations: paths.state.join("rotations"),
            locks: paths.state.join("locks"),
        }
    }

    /// Keeps every other process away from a connection until the lock is dropped, and clears what a killed holder left half written.
    ///
    /// # Errors
    /// `Storage` where another process holds it, named by its process id, or the folder can't be made.
    pub fn lock(&self, name: &ConnectionName) -> Result<Lock> {
        super::paths::make_private_folder(&self.locks)?;
        let lock = Lock::acquire(&self.locks.join(format!("{name}.lock")), PATIENCE)?;
        clear_leftovers(&self.record_file(name));
        clear_leftovers(&self.journals.join(format!("{name}.json")));
        clear_leftovers(&self.backfills.join(format!("{name}.json")));
        clear_leftovers(&self.rotations.join(format!("{name}.json")));
        Ok(lock)
    }

    /// The connection of this name, if there is one.
    ///
    /// # Errors
    /// `Failed` where its file is damaged or of a later release.
    pub fn find(&self, name: &ConnectionName) -> Result<Option<ConnectionRecord>> {
        read(&self.record_file(name))
    }

    /// The connection of this name.
    ///
    /// # Errors
    /// `Usage` where there is none, with those that there are; else as [`Connections::find`].
    pub fn get(&self, name: &str) -> Result<ConnectionRecord> {
        let known = name
            .parse::<ConnectionName>()
            .ok()
            .map(|name| self.find(&name))
            .transpose()?
            .flatten();
        if let Some(record) = known {
            return Ok(record);
        }
        let names: Vec<String> = self
            .all()?
            .into_iter()
            .map(|record| record.name.to_string())
            .collect();
        let hint = match names.as_slice() {
            [] => "There is none on this machine yet: azconnect init".to_owned(),
            names => format!("There are: {}", names.join(", ")),
        };
        Err(Error::usage(
            "connection_unknown",
            format!(
                "There is no connection called `{}`.",
                crate::text::printable(name)
            ),
        )
        .hint(hint))
    }

    /// Every connection, by name.
    ///
    /// # Errors
    /// `Failed` where a file can't be read.
    pub fn all(&self) -> Result<Vec<ConnectionRecord>> {
        let mut all = Vec::new();
        for file in files(&self.records)? {
            all.extend(read(&file)?);
        }
        all.sort_by(|a: &ConnectionRecord, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// Keeps a connection. On disk when this returns.
    ///
    /// # Errors
    /// `Storage` where it can't be written.
    pub fn save(&self, record: &ConnectionRecord) -> Result<()> {
        super::paths::make_private_folder(&self.records)?;
        let written = Written {
            version: VERSION,
            connection: record.clone(),
        };
        let text = serde_json::to_vec_pretty(&written)
            .map_err(|error| Error::bug(format!("a connection can't be written: {error}")))?;
        Ok(write_atomically(&self.record_file(&record.name), &text)?)
    }

    /// Forgets a connection.
    ///
    /// # Errors
    /// `Storage` where its file can't be removed.
    pub fn forget(&self, name: &ConnectionName) -> Result<()> {
        let of = |folder: &Path| folder.join(format!("{name}.json"));
        for file in [
            of(&self.backfills),
            of(&self.rotations),
            self.record_file(name),
        ] {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::io("remove", &file, error).into());
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Where the book of a connection's backfill lies.
    ///
    /// # Errors
    /// `Storage` where its folder can't be made.
    pub fn backfill_file(&self, name: &ConnectionName) -> Result<PathBuf> {
        super::paths::make_private_folder(&self.backfills)?;
        Ok(self.backfills.join(format!("{name}.json")))
    }

    /// Where the journal of a connection's run lies.
    ///
    /// # Errors
    /// `Storage` where its folder can't be made.
    pub fn journal_file(&self, name: &ConnectionName) -> Result<PathBuf> {
        super::paths::make_private_folder(&self.journals)?;
        Ok(self.journals.join(format!("{name}.json")))
    }

    /// Where the journal of a connection's rotation lies.
    ///
    /// # Errors
    /// `Storage` where its folder can't be made.
    pub fn rotation_file(&self, name: &ConnectionName) -> Result<PathBuf> {
        super::paths::make_private_folder(&self.rotations)?;
        Ok(self.rotations.join(format!("{name}.json")))
    }

    /// The journals of interrupted runs.
    ///
    /// # Errors
    /// `Failed` where the folder can't be read.
    pub fn journal_files(&self) -> Result<Vec<PathBuf>> {
        files(&self.journals)
    }

    fn record_file(&self, name: &ConnectionName) -> PathBuf {
        self.records.join(format!("{name}.json"))
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error.to_string())),
    };
    let mut all: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    all.sort();
    Ok(all)
}

fn read(file: &Path) -> Result<Option<ConnectionRecord>> {
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(file, &error.to_string())),
    };
    let Versioned { version } =
        serde_json::from_slice(&text).map_err(|error| unreadable(file, &error.to_string()))?;
    if version > VERSION {
        return Err(unreadable(
            file,
            &format!(
                "a later azconnect wrote it (format {version}, this one reads up to {VERSION})"
            ),
        ));
    }
    let Written { connection, .. } =
        serde_json::from_slice(&text).map_err(|error| unreadable(file, &error.to_string()))?;
    Ok(Some(connection))
}

fn unreadable(path: &Path, reason: &str) -> Error {
    Error::new(Kind::Failed, "connection_file", format!("`{}` can't be read: {}.", path.display(), crate::text::printable(reason)))
        .why("It is one of azconnect's own files, and azconnect doesn't guess what stood in it.")
        .hint("Put it back from a backup, or move it away and connect again: what was made in Azure is found by its unique name.")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_or_later_file_is_named_and_never_guessed_at() {
        let home = tempfile::tempdir().unwrap();
        let connections = Connections::of(&Paths::at(home.path()));
        assert!(connections.all().unwrap().is_empty());
        std::fs::create_dir_all(&connections.records).unwrap();
        for (text, expected) in [
            ("{", "EOF"),
            ("{\"version\":99}", "later azconnect"),
            ("{\"version\":1}", "missing field"),
        ] {
            std::fs::write(connections.records.join("x.json"), text).unwrap();
            let error = connections.get("x").unwrap_err();
            assert!(error.message().contains(expected), "{error}");
        }
    }
}
