//! The end of a run: files in the container, or why there are none.
//!
//! Names are those that production readers see (`{folder}/{export}/{first day}-{last day}/…`): one file, or parts and a
//! `manifest.json` beside them, in a folder for each run. <https://learn.microsoft.com/cloud-computing/finops/toolkit/hubs/data-processing>.
//! Overwriting removes what is there of the same days. A part has two hundred rows, far fewer than
//! Azure's, so that a month has more than one.
//! Parquet is a binary format of its own; a part in it is filler of a likely size, under the right name, so that listings
//! and manifests can be read and its content cannot be mistaken for data.

use std::collections::BTreeMap;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::storage::{Blob, BlobBody, Container};
use super::super::tenant::{CostProfile, State};
use super::destination::{account, account_of, obstacle};
use super::place::Place;
use super::rows::{Table, table};
use super::settings::{Settings, date};
use super::state::{Execution, Export, ExportRun, RunError, RunResult};
use super::write::{WRITER, container_scope};

const ROWS_OF_A_PART: usize = 200;
/// How much smaller a likely Parquet file is than the same rows as text.
const PARQUET_SHRINKS: u64 = 8;

/// A file that is about to be written.
struct File {
    name: String,
    rows: usize,
    body: BlobBody,
    bytes: u64,
    content_type: &'static str,
}

/// Ends a run of an export.
pub(super) fn deliver(state: &mut State, export: &mut Export, index: usize) {
    let Some(mut run) = export.runs.get(index).cloned() else {
        return;
    };
    let result = match blocked(state, export, &run) {
        Some(error) => {
            run.error = Some(error);
            RunResult::Failed
        }
        None => written(state, export, &mut run),
    };
    run.result = Some(result);
    if let Some(slot) = export.runs.get_mut(index) {
        *slot = run;
    }
}

/// Why the service cannot write at this moment.
fn blocked(state: &State, export: &Export, run: &ExportRun) -> Option<RunError> {
    let settings = Settings(&run.settings);
    let (id, now) = (settings.storage(), run.ends);
    let name = account_of(id).map_or(id, |(_, name)| name);
    let error = |code: &str, message: String| {
        Some(RunError {
            code: code.to_owned(),
            message,
        })
    };
    if let Some(obstacle) = obstacle(state, id, export.identity.is_some(), now) {
        let (code, message) = obstacle.words(name);
        return error(code, message);
    }
    let container = account(state, id)?.containers.get(settings.container());
    if container.is_none_or(|container| container.deleting_until.is_some()) {
        let text = format!(
            "The specified container '{}' does not exist in the storage account '{name}'.",
            settings.container()
        );
        return error("ContainerNotFound", text);
    }
    let identity = export.identity?;
    let scope = container_scope(settings);
    let may_write = state.role_assignments.values().any(|assignment| {
        assignment.principal == identity
            && assignment.role == WRITER
            && is_within(&scope, &assignment.scope)
    });
    if may_write {
        return None;
    }
    let text = format!(
        "The managed identity of the export is not authorized to write to the container '{}' of the storage account '{name}'.",
        settings.container()
    );
    error("Unauthorized", text)
}

fn is_within(scope: &str, above: &str) -> bool {
    let (scope, above) = (scope.to_ascii_lowercase(), above.to_ascii_lowercase());
    scope
        .strip_prefix(above.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn written(state: &mut State, export: &Export, run: &mut ExportRun) -> RunResult {
    let settings = Settings(&run.settings);
    let today = date(run.ends);
    let place = Place::of_export(state, &export.scope, export.tenant);
    let Some(place) = place.filter(|place| has_data(state, place, settings, run, today)) else {
        return RunResult::DataNotAvailable;
    };
    let table = table(&place, settings, (run.from, run.to), today);
    let digest = digest(&table);
    let is_old = run.execution == Execution::Scheduled
        && newest_delivery(export, run).as_deref() == Some(digest.as_str());
    if is_old {
        return RunResult::NewDataNotAvailable;
    }
    let folder = run_folder(export, run);
    let mut files = files(export, run, &table, &folder);
    run.file_name = files.first().map(|file| file.name.clone());
    if settings.is_partitioned() {
        let name = format!("{folder}/manifest.json");
        files.push(manifest(export, run, &files, name.clone()));
        run.manifest = Some(name);
    }
    put(state, settings, &month_folder(export, run), files, run.ends);
    run.digest = Some(digest);
    RunResult::Completed
}

/// Whether there is any data of the period: not of the future, of before the data set begins, or of a scope that Cost
/// Management knows nothing about.
fn has_data(
    state: &State,
    place: &Place,
    settings: Settings<'_>,
    run: &ExportRun,
    today: Date,
) -> bool {
    let begins = settings
        .dataset()
        .map_or(today, |dataset| dataset.begins(today));
    let begins = state
        .exports
        .data_since
        .map_or(begins, |since| since.max(begins));
    let is_known = place
        .bearers
        .iter()
        .any(|bearer| bearer.costs != CostProfile::NoContent);
    is_known && run.from <= today && run.to >= begins
}

/// The digest of what was delivered last for the same days.
fn newest_delivery(export: &Export, run: &ExportRun) -> Option<String> {
    export
        .runs
        .iter()
        .filter(|other| (other.from, other.to) == (run.from, run.to) && other.ends <= run.ends)
        .filter(|other| other.execution == Execution::Scheduled)
        .filter_map(|other| other.digest.clone())
        .next_back()
}

fn digest(table: &Table) -> String {
    let digest = Sha256::digest(table.text(0..table.rows()));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The folder of all runs of the same days.
fn month_folder(export: &Export, run: &ExportRun) -> String {
    let folder = Settings(&run.settings).folder();
    let (first, last) = named_days(run);
    let days = format!("{}-{}", first.strftime("%Y%m%d"), last.strftime("%Y%m%d"));
    if folder.is_empty() {
        format!("{}/{days}", export.name)
    } else {
        format!("{folder}/{}/{days}", export.name)
    }
}

/// A folder is named by whole months, weeks excepted.
fn named_days(run: &ExportRun) -> (Date, Date) {
    let is_week = Settings(&run.settings).text("/definition/timeframe") == "WeekToDate";
    let is_within_month = run.from.first_of_month() == run.to.first_of_month();
    if is_within_month && !is_week {
        (run.from.first_of_month(), run.from.last_of_month())
    } else {
        (run.from, run.to)
    }
}

fn run_folder(export: &Export, run: &ExportRun) -> String {
    let month = month_folder(export, run);
    let settings = Settings(&run.settings);
    match (settings.is_partitioned(), settings.overwrites()) {
        (false, _) => month,
        (true, true) => format!("{month}/{}", run.id),
        (true, false) => {
            let submitted = run.submitted.to_zoned(TimeZone::UTC);
            format!("{month}/{}/{}", submitted.strftime("%Y%m%d%H%M"), run.id)
        }
    }
}

/// The data: parts, or one file. Without rows there is no part, and one file with a head only.
fn files(export: &Export, run: &ExportRun, table: &Table, folder: &str) -> Vec<File> {
    let settings = Settings(&run.settings);
    let suffix = match (settings.is_parquet(), settings.compression()) {
        (true, "snappy") => "snappy.parquet",
        (true, _) => "parquet",
        (false, "gzip") => "csv.gz",
        (false, _) => "csv",
    };
    let rows = table.rows();
    if !settings.is_partitioned() {
        let name = format!("{folder}/{}_{}.{suffix}", export.name, run.id);
        return vec![file(settings, name, table, 0..rows)];
    }
    (0..rows.div_ceil(ROWS_OF_A_PART))
        .map(|part| {
            let first = part * ROWS_OF_A_PART;
            let name = format!("{folder}/part_{part}_0001.{suffix}");
            file(
                settings,
                name,
                table,
                first..rows.min(first + ROWS_OF_A_PART),
            )
        })
        .collect()
}

fn file(settings: Settings<'_>, name: String, table: &Table, rows: std::ops::Range<usize>) -> File {
    let (count, text) = (rows.len(), table.text(rows));
    let size = u64::try_from(text.len()).unwrap_or_default();
    let (body, bytes, content_type) = if settings.is_parquet() {
        let bytes = (size / PARQUET_SHRINKS).max(1);
        (BlobBody::Filler(bytes), bytes, "application/octet-stream")
    } else if settings.compression() == "gzip" {
        let packed = packed(&text);
        let bytes = u64::try_from(packed.len()).unwrap_or_default();
        let body = BlobBody::Base64(STANDARD.encode(packed));
        (body, bytes, "application/gzip")
    } else {
        (BlobBody::Text(text), size, "text/csv")
    };
    File {
        name,
        rows: count,
        body,
        bytes,
        content_type,
    }
}

/// Gzip. Writing to memory does not fail.
fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    _ = encoder.write_all(text.as_bytes());
    encoder.finish().unwrap_or_default()
}

/// `manifest.json`, as consumers read it: <https://github.com/microsoft/finops-toolkit/issues/527>.
fn manifest(export: &Export, run: &ExportRun, files: &[File], name: String) -> File {
    let settings = Settings(&run.settings);
    let blobs: Vec<Value> = files
        .iter()
        .map(|file| json!({"blobName": file.name, "byteCount": file.bytes, "dataRowCount": file.rows}))
        .collect();
    let manifest = json!({
        "manifestVersion": "2024-04-01",
        "byteCount": files.iter().map(|file| file.bytes).sum::<u64>(),
        "blobCount": files.len(),
        "dataRowCount": files.iter().map(|file| file.rows).sum::<usize>(),
        "exportConfig": {
            "exportName": export.name, "resourceId": export.id(), "dataVersion": settings.data_version(),
            "apiVersion": export.api_version, "type": settings.text("/definition/type"),
            "timeFrame": settings.text("/definition/timeframe"),
            "granularity": settings.text("/definition/dataSet/granularity"),
        },
        "deliveryConfig": {
            "partitionData": true,
            "dataOverwriteBehavior": if settings.overwrites() { "OverwritePreviousReport" } else { "CreateNewReport" },
            "fileFormat": if settings.is_parquet() { "Parquet" } else { "Csv" },
            "compressionMode": settings.compression(),
            "containerUri": container_scope(settings), "rootFolderPath": settings.folder(),
        },
        "runInfo": {
            "executionType": if run.execution == Execution::OnDemand { "OnDemand" } else { "Scheduled" },
            "submittedTime": run.submitted, "runId": run.id,
            "startDate": bare_midnight(run.from), "endDate": bare_midnight(run.to),
        },
        "blobs": blobs,
    });
    let text = manifest.to_string();
    File {
        name,
        rows: 0,
        bytes: u64::try_from(text.len()).unwrap_or_default(),
        body: BlobBody::Text(text),
        content_type: "application/json",
    }
}

/// As manifests write days: without a zone.
fn bare_midnight(date: Date) -> String {
    format!("{date}T00:00:00")
}

fn put(
    state: &mut State,
    settings: Settings<'_>,
    month: &str,
    files: Vec<File>,
    written: Timestamp,
) {
    let name = account_of(settings.storage()).map(|(_, name)| name.to_ascii_lowercase());
    let account = name.and_then(|name| state.storage.accounts.get_mut(&name));
    let container = account.and_then(|account| account.containers.get_mut(settings.container()));
    let Some(Container { blobs, .. }) = container else {
        return;
    };
    if settings.overwrites() {
        remove_below(blobs, month);
    }
    for file in files {
        let blob = Blob {
            last_modified: written,
            content_type: file.content_type.to_owned(),
            body: file.body,
        };
        blobs.insert(file.name, blob);
    }
}

fn remove_below(blobs: &mut BTreeMap<String, Blob>, folder: &str) {
    let prefix = format!("{folder}/");
    blobs.retain(|name, _| !name.starts_with(&prefix));
}
