//! One month of past costs, as one run of an export that is there already. Nothing to take back: its files go with the container.
//!
//! Source: <https://learn.microsoft.com/rest/api/cost-management/exports/run?view=rest-cost-management-2025-03-01>

use jiff::{Timestamp, ToSpan};

use crate::azure::exports::{ExportRun, RunState};
use crate::azure::{Azure, Result};
use crate::connection::{ExportRecord, Month};

/// How far this machine's clock may be ahead of Azure's.
const SKEW: i64 = 5;

/// What became of a month, by the export's run history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Queued, or being exported.
    Underway,
    /// The files are there.
    Done,
    /// Azure has no data for it: no failure.
    NoData,
    /// The run failed, for this reason.
    Failed(String),
}

/// Asks for the run. Azure only queues it. Look at [`fate`] before it is asked for again: whether a request without an answer was carried
/// out is unknown.
///
/// # Errors
/// Whatever Azure answers; a refusal (429 among them) queued nothing.
pub async fn ask(azure: &Azure, export: &ExportRecord, month: Month) -> Result<()> {
    let days = (month.first_day(), month.last_day());
    azure
        .run_export(&export.scope, &export.name, Some(days))
        .await
}

/// What the newest run that covers exactly this month came to; only runs since `since`, where that matters.
pub fn fate(runs: &[ExportRun], month: Month, since: Option<Timestamp>) -> Option<Fate> {
    let run = runs
        .iter()
        .filter(|run| covers(run, month) && is_since(run, since))
        .max_by_key(|run| run.properties.submitted_time)?;
    Some(match run.state() {
        RunState::Underway => Fate::Underway,
        RunState::Completed => Fate::Done,
        RunState::NoData => Fate::NoData,
        RunState::Failed => Fate::Failed(reason(run)),
    })
}

/// From its first day to its last; some answers name the day after as the end.
fn covers(run: &ExportRun, month: Month) -> bool {
    run.days().is_some_and(|(from, to)| {
        let day_after = month.last_day().tomorrow().unwrap_or(to);
        from == month.first_day() && (to == month.last_day() || to == day_after)
    })
}

/// A run without a time counts: better a month that was not asked for again than one that was asked for twice.
fn is_since(run: &ExportRun, since: Option<Timestamp>) -> bool {
    let Some(since) = since.and_then(|at| at.checked_sub(SKEW.minutes()).ok()) else {
        return true;
    };
    run.properties.submitted_time.is_none_or(|at| at >= since)
}

fn reason(run: &ExportRun) -> String {
    let text = run.properties.error.as_ref().map_or_else(
        || format!("the run ended as {}", run.properties.status),
        |error| format!("{}: {}", error.code, error.message),
    );
    crate::text::printable(&text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(status: &str, from: &str, to: &str, submitted: &str) -> ExportRun {
        serde_json::from_value(json!({"id": "r", "properties": {
            "status": status, "executionType": "OnDemand", "submittedTime": submitted,
            "startDate": from, "endDate": to, "error": {"code": "E", "message": "m"},
        }}))
        .unwrap()
    }

    #[test]
    fn a_month_is_what_its_newest_run_came_to() {
        let month: Month = "2027-02".parse().unwrap();
        let (from, to) = ("2027-02-01T00:00:00Z", "2027-02-28T00:00:00");
        let runs = [
            run("Failed", from, to, "2027-03-02T10:00:00Z"),
            run("Completed", from, to, "2027-03-03T10:00:00Z"),
            run(
                "Failed",
                from,
                "2027-02-27T00:00:00Z",
                "2027-03-04T10:00:00Z",
            ),
            run("Failed", "2027-01-01T00:00:00Z", to, "2027-03-05T10:00:00Z"),
        ];
        assert_eq!(fate(&runs, month, None), Some(Fate::Done));
        assert_eq!(
            fate(&runs[..1], month, None),
            Some(Fate::Failed("E: m".to_owned()))
        );
        assert_eq!(fate(&runs, month.previous(), None), None);
        for (status, expected) in [
            ("Queued", Fate::Underway),
            ("InProgress", Fate::Underway),
            ("DataNotAvailable", Fate::NoData),
            ("NewDataNotAvailable", Fate::NoData),
        ] {
            let one = [run(status, from, "2027-03-01T00:00:00Z", "")];
            assert_eq!(fate(&one, month, None), Some(expected));
        }
    }

    #[test]
    fn an_earlier_run_is_none_of_ours_but_for_a_clock_that_is_ahead() {
        let month: Month = "2027-02".parse().unwrap();
        let runs = [run(
            "Queued",
            "2027-02-01",
            "2027-02-28",
            "2027-03-03T10:00:00Z",
        )];
        let runs = runs.map(|mut run| {
            run.properties.start_date = "2027-02-01T00:00:00Z".parse().ok();
            run.properties.end_date = "2027-02-28T00:00:00Z".parse().ok();
            run
        });
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        assert!(fate(&runs, month, at("2027-03-03T10:04:00Z")).is_some());
        assert!(fate(&runs, month, at("2027-03-03T10:06:00Z")).is_none());
    }
}
