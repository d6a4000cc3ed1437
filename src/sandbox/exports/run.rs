//! `POST …/exports/{name}/run`: a run now, of what the export says or of a period.
//!
//! <https://learn.microsoft.com/rest/api/cost-management/exports/run>. It is answered with 200 and nothing else; the run is
//! found in the history.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::super::Replication;
use super::super::arm::{ArmError, Visit};
use super::super::exchange::Answer;
use super::Outcome;
use super::clock;
use super::place::{Place, Wish};
use super::read::found;
use super::refusal::Refusal;
use super::rules::{check_period, check_run_period};
use super::settings::{Settings, date};
use super::shape;
use super::state::{Execution, Export, ExportRun};

/// Runs that can be asked for at a scope within [`Replication::export_pace`]: "10 per minute" is what others pace to,
/// <https://github.com/microsoft/finops-toolkit> (`Start-FinOpsCostExport`).
const PACE: usize = 10;
const WAITS: [&str; 2] = [
    "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after",
    "x-ms-ratelimit-microsoft.consumption-retry-after",
];

/// Queues a run.
pub(super) fn run(visit: &mut Visit<'_>) -> Outcome {
    let place = Place::of_visit(visit, Wish::Run)?;
    check_pace(visit, &place)?;
    let export = found(visit)?;
    let (now, today) = (visit.call.now, date(visit.call.now));
    let settings = Settings(&export.properties);
    let (from, to) = if visit.call.body.is_empty() {
        let (from, to) = settings.period(today);
        if settings.text("/definition/timeframe") == "Custom" {
            check_period(from, to, today)?;
        }
        (from, to)
    } else {
        let body = shape::run(&visit.body()?).map_err(|_| Refusal::time_period(""))?;
        check_run_period(settings, &body, today)?
    };
    let mut run = queued(export, now, &visit.world.replication);
    run.execution = Execution::OnDemand;
    run.submitted_by.clone_from(&visit.caller.name);
    (run.from, run.to) = (from, to);
    let key = export.id().to_ascii_lowercase();
    let state = &mut visit.world.state;
    if let Some(export) = state.exports.exports.get_mut(&key) {
        export.runs.push(run);
    }
    clock::advance(state, now, &visit.world.replication);
    Ok(Answer::empty(200))
}

/// A scheduled run of an export, queued at a time.
pub(super) fn queued(export: &Export, at: Timestamp, pace: &Replication) -> ExportRun {
    let (from, to) = Settings(&export.properties).period(date(at));
    let mut settings = export.properties.clone();
    if let Value::Object(members) = &mut settings {
        members.remove("schedule");
    }
    ExportRun {
        id: Uuid::new_v4(),
        execution: Execution::Scheduled,
        submitted_by: "System".to_owned(),
        submitted: at,
        picked_up: at + pace.export_run / 2,
        ends: at + pace.export_run,
        result: None,
        from,
        to,
        settings,
        file_name: None,
        manifest: None,
        error: None,
        digest: None,
    }
}

/// Refuses where too many runs were asked for at the scope just now.
fn check_pace(visit: &Visit<'_>, place: &Place) -> Result<(), Refusal> {
    let now = visit.call.now;
    let Ok(window) = jiff::SignedDuration::try_from(visit.world.replication.export_pace) else {
        return Ok(());
    };
    let exports = visit.world.state.exports.exports.values();
    let recent: Vec<Timestamp> = exports
        .filter(|export| export.scope.eq_ignore_ascii_case(&place.scope))
        .flat_map(|export| &export.runs)
        .filter(|run| run.execution == Execution::OnDemand)
        .map(|run| run.submitted)
        .filter(|submitted| now.duration_since(*submitted) < window)
        .collect();
    let Some(oldest) = recent.iter().min().filter(|_| recent.len() >= PACE) else {
        return Ok(());
    };
    let wait = (window - now.duration_since(*oldest)).as_secs().max(0) + 1;
    let error = ArmError::new(429, "429", "Too many requests. Please retry.");
    let error = WAITS.iter().fold(error, |error, name| {
        error.with_header(name, wait.to_string())
    });
    Err(error.into())
}
