//! Lists of exports, one export, and what became of its runs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::arm::Visit;
use super::super::exchange::Answer;
use super::place::{Place, Wish};
use super::refusal::Refusal;
use super::settings::midnight;
use super::state::{Execution, Export, ExportRun, key};
use super::{Outcome, sees, version};

/// Runs that one expanded export shows.
const EXPANDED: usize = 10;

/// `GET {scope}/…/exports`: those of this scope, not of what is in it.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let place = Place::of_visit(visit, Wish::Read)?;
    let runs = usize::from(is_expanded(visit)?);
    let now = visit.call.now;
    let exports = visit.world.state.exports.exports.values();
    let here = exports
        .filter(|export| export.scope.eq_ignore_ascii_case(&place.scope))
        .filter(|export| sees(version(visit), export));
    let value: Vec<Value> = here
        .map(|export| {
            let mut shown = shown(export, runs, now);
            // As in Microsoft's example of a list: without the slash that the id of a single one begins with.
            shown["id"] = json!(export.id().trim_start_matches('/'));
            shown
        })
        .collect();
    Ok(Answer::json(200, json!({ "value": value })))
}

/// `GET …/exports/{name}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    Place::of_visit(visit, Wish::Read)?;
    let runs = if is_expanded(visit)? { EXPANDED } else { 0 };
    let export = found(visit)?;
    Ok(Answer::json(200, shown(export, runs, visit.call.now)))
}

/// `GET …/exports/{name}/runHistory`
pub(super) fn history(visit: &mut Visit<'_>) -> Outcome {
    Place::of_visit(visit, Wish::Read)?;
    let export = found(visit)?;
    let runs = export.runs.len();
    Ok(Answer::json(
        200,
        json!({ "value": last_runs(export, runs, visit.call.now) }),
    ))
}

/// The export of a request, where this api-version sees it.
pub(super) fn found<'visit>(visit: &'visit Visit<'_>) -> Result<&'visit Export, Refusal> {
    let name = visit.parameters.get("name");
    let key = key(visit.parameters.get("scope"), name);
    let export = visit.world.state.exports.exports.get(&key);
    export
        .filter(|export| sees(version(visit), export))
        .ok_or_else(|| Refusal::not_found(name))
}

fn is_expanded(visit: &Visit<'_>) -> Result<bool, Refusal> {
    match visit.call.query("$expand") {
        None | Some("") => Ok(false),
        Some(name) if name.eq_ignore_ascii_case("runHistory") => Ok(true),
        Some(other) => Err(Refusal::invalid(format!(
            "Invalid query parameter $expand '{other}'; valid values: 'runHistory'."
        ))),
    }
}

/// An export as it is answered, with so many of its runs.
pub(super) fn shown(export: &Export, runs: usize, now: Timestamp) -> Value {
    let mut properties = export.properties.clone();
    if let Some(dataset) = properties
        .pointer_mut("/definition/dataSet")
        .and_then(Value::as_object_mut)
    {
        dataset.entry("granularity").or_insert(Value::Null);
    }
    if let Some(next) = export.next_run {
        properties["nextRunTimeEstimate"] = json!(next);
    }
    if runs > 0 {
        properties["runHistory"] = json!({ "value": last_runs(export, runs, now) });
    }
    let mut answer = json!({
        "id": export.id(), "name": export.name, "type": "Microsoft.CostManagement/exports", "eTag": export.e_tag,
        "properties": properties,
    });
    if let Some(principal) = export.identity {
        answer["identity"] =
            json!({"type": "SystemAssigned", "principalId": principal, "tenantId": export.tenant});
        answer["location"] = json!(export.location);
    }
    answer
}

/// The newest first.
fn last_runs(export: &Export, count: usize, now: Timestamp) -> Vec<Value> {
    export
        .runs
        .iter()
        .rev()
        .take(count)
        .map(|run| shown_run(export, run, now))
        .collect()
}

fn shown_run(export: &Export, run: &ExportRun, now: Timestamp) -> Value {
    let mut properties = json!({
        "executionType": match run.execution {
            Execution::OnDemand => "OnDemand",
            Execution::Scheduled => "Scheduled",
        },
        "status": run.status(now), "submittedBy": run.submitted_by, "submittedTime": run.submitted,
        "startDate": midnight(run.from), "endDate": midnight(run.to), "runSettings": run.settings,
    });
    if run.result.is_some() || now >= run.picked_up {
        properties["processingStartTime"] = json!(run.picked_up);
    }
    if run.result.is_some() {
        properties["processingEndTime"] = json!(run.ends);
    }
    if let Some(name) = &run.file_name {
        properties["fileName"] = json!(name);
    }
    if let Some(name) = &run.manifest {
        properties["manifestFile"] = json!(name);
    }
    if let Some(error) = &run.error {
        properties["error"] = json!({"code": error.code, "message": error.message});
    }
    json!({
        "id": format!("{}/Run/{}", export.id(), run.id), "name": run.id,
        "type": "Microsoft.CostManagement/exports/runs", "properties": properties,
    })
}
