//! Applications that were deleted in the last 30 days.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::tenant::Application;
use super::application_view::application as view;
use super::refusal::GraphError;
use super::{Outcome, Visit};

/// How long a deleted application can be restored.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// `GET /directory/deletedItems/microsoft.graph.application`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    let (tenant, now) = (visit.caller.tenant, visit.call.now);
    let state = &visit.world.state;
    let kept = state
        .applications
        .values()
        .filter(|found| found.tenant == tenant && is_kept(found, now));
    let items: Vec<Map<String, Value>> = kept.map(|found| view(state, found, false)).collect();
    visit.collection(
        "applications",
        "application",
        items,
        &["id", "appId", "displayName", "uniqueName"],
        None,
    )
}

/// `GET /directory/deletedItems/{id}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    let body = typed(view(&visit.world.state, item(visit)?, false));
    visit.entity(200, "directoryObjects", "application", body, None)
}

/// `DELETE /directory/deletedItems/{id}`: for good.
pub(super) fn purge(visit: &mut Visit<'_>) -> Outcome {
    let item = item(visit)?;
    visit.caller.check_changes(item)?;
    let id = item.id;
    visit.world.state.applications.remove(&id);
    Ok(Answer::empty(204))
}

/// `POST /directory/deletedItems/{id}/restore`. Its service principal does not come back.
pub(super) fn restore(visit: &mut Visit<'_>) -> Outcome {
    let item = item(visit)?;
    visit.caller.check_changes(item)?;
    let id = item.id;
    if let Some(application) = visit.world.state.applications.get_mut(&id) {
        application.deleted_at = None;
    }
    let state = &visit.world.state;
    let body = state
        .applications
        .get(&id)
        .map(|application| typed(view(state, application, false)))
        .unwrap_or_default();
    visit.entity(200, "directoryObjects", "application", body, None)
}

/// Both are declared to return a `directoryObject`; OData names the type of what is more than that.
fn typed(mut body: Map<String, Value>) -> Map<String, Value> {
    body.insert(
        "@odata.type".to_owned(),
        Value::from("#microsoft.graph.application"),
    );
    body
}

fn item<'visit>(visit: &'visit Visit<'_>) -> Result<&'visit Application, GraphError> {
    let text = visit.parameters.get("item");
    Uuid::try_parse(text)
        .ok()
        .and_then(|id| visit.world.state.applications.get(&id))
        .filter(|found| found.tenant == visit.caller.tenant && is_kept(found, visit.call.now))
        .ok_or_else(|| GraphError::not_found(text))
}

fn is_kept(application: &Application, now: Timestamp) -> bool {
    application
        .deleted_at
        .is_some_and(|deleted| now < deleted + KEPT)
}
