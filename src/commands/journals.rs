//! Journals of runs, opened from and saved to this machine's files.

use std::path::Path;

use crate::connection::ConnectionName;
use crate::error::{Error, Result};
use crate::plan::journal::Journal;
use crate::plan::rotation::Rotation;
use crate::store::{Connections, write_atomically};

/// The journal of a connection's interrupted run, if there is one.
///
/// # Errors
/// `Failed` where it can't be read.
pub fn find(connections: &Connections, name: &ConnectionName) -> Result<Option<Journal>> {
    Journal::open(connections.journal_file(name)?, save)
}

/// The journal of a connection's interrupted rotation, if there is one.
///
/// # Errors
/// `Failed` where it can't be read.
pub fn rotation(connections: &Connections, name: &ConnectionName) -> Result<Option<Rotation>> {
    Rotation::open(connections.rotation_file(name)?, save)
}

/// The journals of all interrupted runs, and why others can't be read: a damaged one is the matter of its own connection, whose run
/// opens it again by [`find`].
///
/// # Errors
/// `Failed` where their folder can't be read.
pub fn all(connections: &Connections) -> Result<(Vec<Journal>, Vec<Error>)> {
    let (mut all, mut damaged) = (Vec::new(), Vec::new());
    for file in connections.journal_files()? {
        match Journal::open(file, save) {
            Ok(journal) => all.extend(journal),
            Err(error) => damaged.push(error),
        }
    }
    Ok((all, damaged))
}

/// How journals are saved: whole or not at all, and on disk.
pub fn save(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_atomically(path, bytes).map_err(|error| std::io::Error::other(error.to_string()))
}

/// `2 steps`.
pub fn done(journal: &Journal) -> String {
    match journal.receipts().len() {
        1 => "1 step is".to_owned(),
        count => format!("{count} steps are"),
    }
}
