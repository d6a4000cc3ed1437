//! The part of the state that exports are: what was asked for, and what became of each run.
//!
//! Plain data, part of [`super::super::State`]. What a caller wrote is kept as checked JSON, so that it is answered as it was
//! written; [`super::settings`] reads it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// All exports.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Exports {
    /// Exports by resource id in lower case.
    #[serde(default)]
    pub exports: BTreeMap<String, Export>,
    /// Of the days before this one there is no data to export, at any scope. None: only the limits of the data set hold.
    #[serde(default)]
    pub data_since: Option<Date>,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// Its scope, as first written.
    pub scope: String,
    /// Its name, as first written.
    pub name: String,
    /// The directory of who made it.
    pub tenant: Uuid,
    /// Changes with each write.
    pub e_tag: String,
    /// The api-version that it was last written with: older ones do not see it.
    pub api_version: String,
    /// Object id of its system-assigned identity.
    pub identity: Option<Uuid>,
    /// Region of that identity.
    pub location: Option<String>,
    /// `properties` as they were written, checked, without what only the service writes.
    pub properties: Value,
    /// When it was made.
    pub created: Timestamp,
    /// When its schedule runs it next; none for one without an active schedule, or whose schedule has ended.
    pub next_run: Option<Timestamp>,
    /// Its runs, the newest last.
    pub runs: Vec<ExportRun>,
}

/// A run of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportRun {
    /// Its id, which is also the folder of its files.
    pub id: Uuid,
    /// Who started it.
    pub execution: Execution,
    /// User principal name or client id; `System` for scheduled runs.
    pub submitted_by: String,
    /// When it was queued.
    pub submitted: Timestamp,
    /// Until then it is `Queued`, and then `InProgress`.
    pub picked_up: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// What came of it; none until it has ended.
    pub result: Option<RunResult>,
    /// First day of the data.
    pub from: Date,
    /// Last day of the data.
    pub to: Date,
    /// `properties` of the export at that time, without its schedule.
    pub settings: Value,
    /// Name of the file, or of the first part, within the container.
    pub file_name: Option<String>,
    /// Name of the manifest within the container.
    pub manifest: Option<String>,
    /// Why it failed.
    pub error: Option<RunError>,
    /// Of what was delivered, to tell whether there is something new.
    #[serde(default)]
    pub digest: Option<String>,
}

/// Who starts a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Execution {
    /// Somebody who asked for it.
    OnDemand,
    /// The schedule.
    Scheduled,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunResult {
    /// The files are there.
    Completed,
    /// See [`ExportRun::error`].
    Failed,
    /// There is nothing new since the run before.
    NewDataNotAvailable,
    /// There is no data for the period.
    DataNotAvailable,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunError {
    /// Short.
    pub code: String,
    /// A sentence.
    pub message: String,
}

impl Export {
    /// Its resource id.
    #[must_use]
    pub fn id(&self) -> String {
        id(&self.scope, &self.name)
    }
}

impl ExportRun {
    /// `status`, in the words of Cost Management.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> &'static str {
        match self.result {
            Some(RunResult::Completed) => "Completed",
            Some(RunResult::Failed) => "Failed",
            Some(RunResult::NewDataNotAvailable) => "NewDataNotAvailable",
            Some(RunResult::DataNotAvailable) => "DataNotAvailable",
            None if now < self.picked_up => "Queued",
            None => "InProgress",
        }
    }
}

/// The id of an export.
pub(super) fn id(scope: &str, name: &str) -> String {
    format!(
        "{}/providers/Microsoft.CostManagement/exports/{name}",
        scope.trim_end_matches('/')
    )
}

/// The key of an export in [`Exports::exports`].
pub(super) fn key(scope: &str, name: &str) -> String {
    id(scope, name).to_ascii_lowercase()
}
