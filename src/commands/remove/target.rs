//! What is known of a connection that is to be removed, finished or not.

use crate::commands::app::App;
use crate::commands::journals;
use crate::connection::{ConnectionName, ConnectionRecord, Receipt};
use crate::error::{Error, Result};
use crate::plan::journal::Journal;
use crate::plan::undo::Undo;

/// What is known of a connection, finished or not.
pub(super) struct Target {
    pub(super) name: ConnectionName,
    pub(super) tenant: String,
    pub(super) cloud: String,
    pub(super) stored_in: String,
    pub(super) receipts: Vec<Receipt>,
    pub(super) journal: Option<Journal>,
    pub(super) record: Option<ConnectionRecord>,
}

/// Reads it from the connection's record and the journal of its last run.
///
/// # Errors
/// `Usage` where there is neither, `Failed` where a file can't be read.
pub(super) fn find(app: &App, name: &str) -> Result<Target> {
    let journal = match name.parse() {
        Ok(name) => journals::find(&app.connections, &name)?,
        Err(_) => None,
    };
    let record = match (app.connections.get(name), &journal) {
        (Ok(record), _) => Some(record),
        (Err(_), Some(_)) => None,
        (Err(error), None) => return Err(error),
    };
    let mut receipts = record
        .as_ref()
        .map(|record| record.receipts.clone())
        .unwrap_or_default();
    for receipt in journal.as_ref().map(Journal::receipts).unwrap_or_default() {
        if receipts.iter().all(|known| known.id != receipt.id) {
            receipts.push(receipt);
        }
    }
    let spec = journal
        .as_ref()
        .map(|journal| journal.written().spec.clone());
    let pick = |of_record: fn(&ConnectionRecord) -> String, of_spec: Option<String>| {
        record
            .as_ref()
            .map(of_record)
            .or(of_spec)
            .unwrap_or_default()
    };
    Ok(Target {
        name: name
            .parse()
            .map_err(|_| Error::bug("a stored connection with an impossible name"))?,
        tenant: pick(
            |record| record.tenant_id.to_string(),
            spec.as_ref().map(|spec| spec.directory.id.to_string()),
        ),
        cloud: pick(
            |record| record.cloud.clone(),
            spec.as_ref().map(|spec| spec.cloud.clone()),
        ),
        stored_in: pick(
            |record| record.credential.stored_in.clone(),
            spec.map(|spec| spec.store),
        ),
        receipts,
        journal,
        record,
    })
}

impl Target {
    /// Whether there may be anything in Azure to take away.
    pub(super) fn needs_azure(&self, undo: &Undo) -> bool {
        !undo.ours.is_empty() || self.has_open_intent()
    }

    /// Whether a run was interrupted between an intent and its outcome.
    pub(super) fn has_open_intent(&self) -> bool {
        self.journal.as_ref().is_some_and(|journal| {
            journal
                .written()
                .steps
                .values()
                .any(|entry| entry.receipt.is_none())
        })
    }
}
