//! The journal: what a run is about to do, and what it has done, on disk before and after each step.
//!
//! It is what makes a run repeatable after `kill -9`: an intent without an outcome is looked at again, a thing found after our own
//! intent is ours. It holds ids and markers, never a secret. The file is versioned and replaced atomically; fields are only added.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::guide::Guided;
use super::versioned;
use crate::connection::{ConnectionSpec, Receipt};
use crate::error::{Error, Kind, Result};

/// The format that this release writes.
const VERSION: u32 = 1;

/// The journal of one connection's run, and the file that it lives in.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    save: fn(&Path, &[u8]) -> std::io::Result<()>,
    written: Written,
}

/// The file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    version: u32,
    /// What the run is to lead to: the answers, for `--resume`.
    pub spec: ConnectionSpec,
    /// When the first run of it began.
    pub started_at: Timestamp,
    /// That a person does the steps and is guided, where it is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guided: Option<Guided>,
    /// Each step that was begun.
    pub steps: BTreeMap<String, Entry>,
}

/// One step's place in the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Markers of attempts, oldest first. All but the last one's leftovers have been removed, as far as Azure showed them.
    #[serde(default)]
    pub markers: Vec<String>,
    /// What it left. Absent: begun, outcome unknown.
    pub receipt: Option<Receipt>,
    /// The order in which it ended.
    #[serde(default)]
    pub order: u32,
}

impl Journal {
    /// A journal at `path`, saved by `save` (atomic and on disk when it returns).
    pub fn new(
        path: PathBuf,
        save: fn(&Path, &[u8]) -> std::io::Result<()>,
        spec: ConnectionSpec,
        now: Timestamp,
    ) -> Self {
        Journal {
            path,
            save,
            written: Written {
                version: VERSION,
                spec,
                started_at: now,
                guided: None,
                steps: BTreeMap::new(),
            },
        }
    }

    /// The journal at `path`, if there is one.
    ///
    /// # Errors
    /// `Failed` where the file can't be read, is damaged, or was written by a later release.
    pub fn open(
        path: PathBuf,
        save: fn(&Path, &[u8]) -> std::io::Result<()>,
    ) -> Result<Option<Self>> {
        let written = versioned::read(&path, VERSION, unreadable)?;
        Ok(written.map(|written| Journal {
            path,
            save,
            written,
        }))
    }

    /// What the file says.
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// Takes a new wish for the same connection; what was made so far stays known.
    pub fn update_spec(&mut self, spec: ConnectionSpec) {
        self.written.spec = spec;
    }

    /// Notes the wish and how it is carried out, before the first step. On disk when this returns.
    ///
    /// # Errors
    /// `Failed` where the file can't be written.
    pub fn keep(&mut self, spec: &ConnectionSpec, guided: &Guided) -> Result<()> {
        self.written.spec = spec.clone();
        self.written.guided = Some(guided.clone());
        self.write()
    }

    /// Whether the step was begun by us, in this run or an earlier one.
    pub fn has_begun(&self, step: &str) -> bool {
        self.written.steps.contains_key(step)
    }

    /// What the step left, if it ended.
    pub fn receipt(&self, step: &str) -> Option<&Receipt> {
        self.written.steps.get(step)?.receipt.as_ref()
    }

    /// The markers of the step's attempts.
    pub fn markers(&self, step: &str) -> &[String] {
        self.written
            .steps
            .get(step)
            .map_or(&[], |entry| entry.markers.as_slice())
    }

    /// Every receipt, in the order in which the steps ended.
    pub fn receipts(&self) -> Vec<Receipt> {
        let mut ended: Vec<&Entry> = self
            .written
            .steps
            .values()
            .filter(|entry| entry.receipt.is_some())
            .collect();
        ended.sort_by_key(|entry| entry.order);
        ended
            .into_iter()
            .filter_map(|entry| entry.receipt.clone())
            .collect()
    }

    /// Notes that a step is about to be done. On disk when this returns.
    ///
    /// # Errors
    /// `Failed` where the file can't be written; the step must then not be done.
    pub fn begin(&mut self, step: &str, marker: Option<String>) -> Result<()> {
        let entry = self.written.steps.entry(step.to_owned()).or_default();
        entry.markers.extend(marker);
        entry.receipt = None;
        self.write()
    }

    /// Notes what a step left. On disk when this returns.
    ///
    /// # Errors
    /// `Failed` where the file can't be written.
    pub fn finish(&mut self, step: &str, receipt: Receipt) -> Result<()> {
        let order = self
            .written
            .steps
            .values()
            .map(|entry| entry.order)
            .max()
            .unwrap_or(0)
            + 1;
        let entry = self.written.steps.entry(step.to_owned()).or_default();
        entry.receipt = Some(receipt);
        entry.order = order;
        self.write()
    }

    /// Notes that a thing is gone. On disk when this returns.
    ///
    /// # Errors
    /// `Failed` where the file can't be written.
    pub fn forget(&mut self, step: &str) -> Result<()> {
        self.written.steps.remove(step);
        self.write()
    }

    /// Removes the file: the run is over, and its outcome stands in the connection's record.
    ///
    /// # Errors
    /// `Failed` where the file can't be removed.
    pub fn close(self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(unwritable(&self.path, &error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn write(&self) -> Result<()> {
        let text = serde_json::to_vec_pretty(&self.written)
            .map_err(|error| Error::bug(format!("the journal can't be written: {error}")))?;
        (self.save)(&self.path, &text).map_err(|error| unwritable(&self.path, &error))
    }
}

fn unreadable(path: &Path, reason: &str) -> Error {
    Error::new(Kind::Failed, "journal", format!("The journal `{}` can't be read: {}.", path.display(), crate::text::printable(reason)))
        .why("It says what an earlier run made in Azure, so azconnect doesn't go on without it.")
        .hint("Move the file away to begin anew; what the earlier run made is then found again by its unique name, but counts as yours.")
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(Kind::Failed, "journal", format!("The journal `{}` can't be written: {error}.", path.display()))
        .why("azconnect changes nothing in Azure that it could not find again.")
        .hint("Make room or give yourself the right to write there, or point `AZCONNECT_HOME` at another folder.")
}
