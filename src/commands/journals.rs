//! Journals of runs, opened from and saved to this machine's files.

use std::path::Path;

use crate::connection::ConnectionName;
use crate::error::Result;
use crate::plan::journal::Journal;
use crate::store::{Connections, write_atomically};

/// The journal of a connection's interrupted run, if there is one.
///
/// # Errors
/// `Failed` where it can't be read.
pub fn find(connections: &Connections, name: &ConnectionName) -> Result<Option<Journal>> {
    Journal::open(connections.journal_file(name)?, save)
}

/// The journals of all interrupted runs.
///
/// # Errors
/// `Failed` where one can't be read.
pub fn all(connections: &Connections) -> Result<Vec<Journal>> {
    let mut all = Vec::new();
    for file in connections.journal_files()? {
        all.extend(Journal::open(file, save)?);
    }
    Ok(all)
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
