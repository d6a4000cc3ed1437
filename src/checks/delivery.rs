//! Whether an export delivers: which manifest counts, how old its files may be, and what an empty folder means. Pure.
//!
//! Where files go: `{folder}/{export}/{first day}-{last day}/…/manifest.json`. How deep, differs; so only the parts are looked at.
//! Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports#file-partitioning-for-large-datasets>

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::azure::blob::Blob;
use crate::azure::exports::{Export, ExportRun, RunState};
use crate::connection::ExportRecord;
use crate::vendors::Recurrence;

/// How long an export may take to its first run: up to a day, and some hours for the run.
/// Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports#export-schedule>
const FIRST_RUN: SignedDuration = SignedDuration::from_hours(36);

/// What is in an export's folder.
#[derive(Debug, Default)]
pub struct Survey {
    /// How many files whose path names the export.
    pub own: u64,
    /// How many others.
    pub others: u64,
    /// The newest file whose path names the export.
    pub newest: Option<Timestamp>,
    /// The manifests, of whichever export.
    pub manifests: Vec<Candidate>,
}

/// A manifest that may be the one that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its full name.
    pub name: String,
    /// When it was written.
    pub last_modified: Timestamp,
    /// Whether its path names the export.
    pub is_own: bool,
    /// The first day that it covers, by its path.
    first_day: Date,
}

impl Survey {
    /// Notes a file that the container lists.
    pub fn see(&mut self, blob: Blob, export: &str) {
        let is_own = blob
            .name
            .split('/')
            .any(|part| part.eq_ignore_ascii_case(export));
        if is_own {
            self.own += 1;
            self.newest = self.newest.max(Some(blob.last_modified));
        } else {
            self.others += 1;
        }
        // Exports of old have `_manifest.json`.
        if blob.name.ends_with("manifest.json") {
            self.manifests.push(Candidate {
                first_day: first_day(&blob.name)
                    .unwrap_or_else(|| day(blob.last_modified).first_of_month()),
                last_modified: blob.last_modified,
                is_own,
                name: blob.name,
            });
        }
    }

    /// The manifests, the one that tells most first: the export's own before others', the latest month before earlier ones (a backfill
    /// writes old months later than the new ones), and of a month's the newest.
    pub fn in_order(&self) -> Vec<&Candidate> {
        let mut all: Vec<&Candidate> = self.manifests.iter().collect();
        all.sort_by_key(|one| std::cmp::Reverse((one.is_own, one.first_day, one.last_modified)));
        all
    }
}

impl Candidate {
    /// The folder that it is in, with a slash at the end; empty for the container's root.
    pub fn folder(&self) -> &str {
        let end = self.name.rfind('/').map_or(0, |at| at + 1);
        &self.name[..end]
    }
}

/// The first day of a path's `20261101-20261130`.
fn first_day(path: &str) -> Option<Date> {
    path.rsplit('/').find_map(|part| {
        let (from, to) = part.split_once('-')?;
        let (from, to) = (compact_date(from)?, compact_date(to)?);
        (from <= to).then_some(from)
    })
}

fn compact_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = text.split_at(4);
    let (month, day) = rest.split_at(2);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// From which age on the newest files are stale: a run may be missed, or late, but not two. Monthly exports run on the fifth.
pub fn most_age(recurrence: Recurrence) -> SignedDuration {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    match recurrence {
        Recurrence::Daily => days(2),
        Recurrence::Weekly => days(7 + 2),
        Recurrence::Monthly => days(31 + 2),
    }
}

/// How the recurrence is called in a sentence: "a daily export".
pub fn word(recurrence: Recurrence) -> &'static str {
    match recurrence {
        Recurrence::Daily => "daily",
        Recurrence::Weekly => "weekly",
        Recurrence::Monthly => "monthly",
    }
}

/// An age as people say it: `5 hours`, `3 days`.
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let hours = now.duration_since(since).as_hours().max(0);
    let some = |count: i64, unit: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    };
    match hours {
        0 => "less than an hour".to_owned(),
        1..=47 => some(hours, "hour"),
        _ => some(hours / 24, "day"),
    }
}

/// What it means that an export has no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// Its first run is due, or under way.
    Waiting(String),
    /// It ran, and there was no data.
    NoData(Timestamp),
    /// It ran and wrote files, which are not here.
    Gone(Timestamp),
    /// Its last run failed; the check of the export says why.
    RunFailed(Timestamp),
    /// It should have run by now.
    NeverRan(&'static str),
}

/// What it means that the export has no file. `export` is `None` where the app can't see it; `made_at`, when the connection was made, is
/// `None` where that isn't known.
pub fn absence(export: Option<&Export>, made_at: Option<Timestamp>, now: Timestamp) -> Absence {
    let Some(export) = export else {
        return match made_at {
            Some(made_at) if now < made_at + FIRST_RUN => {
                Absence::Waiting("A new export first runs within a day.".to_owned())
            }
            _ => Absence::NeverRan("Whether it ever ran can't be seen with the app's rights."),
        };
    };
    if let Some(run) = export
        .runs()
        .iter()
        .find(|run| run.state() == RunState::Underway)
    {
        let since = began(run).map_or_else(String::new, |at| format!(" since {}", minute(at)));
        return Absence::Waiting(format!("A run is under way{since}."));
    }
    match (last_run(export), export.is_active()) {
        (Some((run, at)), _) => match run.state() {
            RunState::Completed => Absence::Gone(at),
            RunState::NoData => Absence::NoData(at),
            RunState::Failed | RunState::Underway => Absence::RunFailed(at),
        },
        (None, false) => Absence::NeverRan("Its schedule is switched off, and nobody ran it."),
        (None, true) => never_ran(export, made_at, now),
    }
}

fn never_ran(export: &Export, made_at: Option<Timestamp>, now: Timestamp) -> Absence {
    let schedule = export.properties.schedule.as_ref();
    let from = schedule
        .and_then(|schedule| schedule.recurrence_period.as_ref())
        .and_then(|period| period.from);
    let due = from.max(made_at).map(|from| from + FIRST_RUN);
    if due.is_some_and(|due| now >= due) {
        return Absence::NeverRan("Its first run is overdue.");
    }
    Absence::Waiting(match export.properties.next_run_time_estimate {
        Some(next) if next > now => format!("Its first run is due about {}.", minute(next)),
        _ => "A new export first runs within a day.".to_owned(),
    })
}

/// The run that was asked for last, of those that are over.
pub fn last_run(export: &Export) -> Option<(&ExportRun, Timestamp)> {
    let over = export
        .runs()
        .iter()
        .filter(|run| run.state() != RunState::Underway);
    over.filter_map(|run| began(run).map(|at| (run, at)))
        .max_by_key(|(_, at)| *at)
}

fn began(run: &ExportRun) -> Option<Timestamp> {
    let properties = &run.properties;
    properties
        .submitted_time
        .or(properties.processing_start_time)
        .or(properties.processing_end_time)
}

/// `2026-11-26 09:00 UTC`.
pub fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The folder that the export's files are in, with a slash at the end, and the one that it may share with others.
pub fn folders(export: &ExportRecord) -> [String; 2] {
    let directory = export.directory.trim_matches('/');
    let shared = if directory.is_empty() {
        String::new()
    } else {
        format!("{directory}/")
    };
    [format!("{shared}{}/", export.name), shared]
}

#[cfg(test)]
mod tests;
