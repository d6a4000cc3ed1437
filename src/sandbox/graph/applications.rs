//! App registrations: create, upsert, read, change, delete.
//!
//! <https://learn.microsoft.com/graph/api/application-upsert>: a PATCH by `uniqueName` with `Prefer: create-if-missing`
//! gives 201 with the application, or 204 where it was there already.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::tenant::Application;
use super::application_body::{apply, bound_owners};
use super::application_view::application as view;
use super::directory::object;
use super::query::Key;
use super::refusal::GraphError;
use super::{Outcome, Visit};

const FILTERS: [&str; 4] = ["id", "appId", "displayName", "uniqueName"];
/// Longest `uniqueName`.
const LONGEST_UNIQUE_NAME: usize = 120;

/// `GET /applications`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    let (tenant, now) = (visit.caller.tenant, visit.call.now);
    let state = &visit.world.state;
    let visible = state
        .applications
        .values()
        .filter(|found| found.tenant == tenant && found.is_usable(now));
    let items = visible.map(|found| view(state, found, false)).collect();
    visit.collection("applications", "application", items, &FILTERS, None)
}

/// `GET /applications/{id}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    visit.check_options()?;
    let with_keys = visit
        .selected()
        .is_some_and(|names| names.contains(&"keyCredentials"));
    let id = found(visit)?;
    let body = whole(visit, id, with_keys);
    visit.entity(200, "applications", "application", body, None)
}

/// `POST /applications`
pub(super) fn create(visit: &mut Visit<'_>) -> Outcome {
    let body = visit.body()?;
    created(visit, body, None)
}

/// `PATCH /applications/{id}`: an update, or an upsert by `uniqueName`.
pub(super) fn update(visit: &mut Visit<'_>) -> Outcome {
    let body = visit.body()?;
    let key = Key::parse(visit.parameters.get("application"))?;
    let upserted = match &key {
        Key::Alternate { name, value }
            if name.eq_ignore_ascii_case("uniqueName") && visit.creates_if_missing() =>
        {
            Some(value.clone())
        }
        _ => None,
    };
    let id = match upserted {
        Some(name) => match holder(visit, &name)? {
            Some(id) => id,
            None => return created(visit, body, Some(name)),
        },
        None => found(visit)?,
    };
    let now = visit.call.now;
    let Visit { world, caller, .. } = visit;
    let application = world
        .state
        .applications
        .get_mut(&id)
        .ok_or_else(|| GraphError::not_found(key.value()))?;
    caller.check_changes(application)?;
    apply(application, &body, now)?;
    Ok(Answer::empty(204))
}

/// Who has this `uniqueName`. One that has not replicated counts: uniqueness is decided where it was written.
fn holder(visit: &Visit<'_>, unique_name: &str) -> Result<Option<Uuid>, GraphError> {
    let tenant = visit.caller.tenant;
    let holder = visit.world.state.applications.values().find(|found| {
        found.tenant == tenant
            && found
                .unique_name
                .as_deref()
                .is_some_and(|own| own.eq_ignore_ascii_case(unique_name))
    });
    match holder {
        // Undocumented: Microsoft does not say what an upsert does while a soft-deleted application holds the name. This is
        // what other unique properties of the directory answer.
        Some(application) if application.deleted_at.is_some() => {
            let text = "Another object with the same value for property uniqueName already exists.";
            Err(GraphError::bad_request(text).with_detail("ObjectConflict", "uniqueName"))
        }
        other => Ok(other.map(|application| application.id)),
    }
}

fn created(
    visit: &mut Visit<'_>,
    mut body: Map<String, Value>,
    unique_name: Option<String>,
) -> Outcome {
    visit
        .caller
        .check_creates_applications(&visit.world.state)?;
    if unique_name
        .as_ref()
        .is_some_and(|name| name.is_empty() || name.chars().count() > LONGEST_UNIQUE_NAME)
    {
        return Err(GraphError::invalid_value("uniqueName", "Application"));
    }
    let mut owners = bound_owners(&visit.world.state, &mut body)?;
    // Whoever could not manage the application otherwise becomes its owner.
    if !visit.caller.manages_applications() {
        owners.insert(visit.caller.id);
    }
    let mut application = blank(visit, unique_name, owners);
    apply(&mut application, &body, visit.call.now)?;
    let id = application.id;
    visit.world.state.applications.insert(id, application);
    let whole = whole(visit, id, false);
    let location = format!(
        "{}/v2/{}/directoryObjects/{id}/Microsoft.DirectoryServices.Application",
        visit.call.base, visit.caller.tenant
    );
    Ok(visit
        .entity(201, "applications", "application", whole, None)?
        .with_header("location", location))
}

fn blank(visit: &Visit<'_>, unique_name: Option<String>, owners: BTreeSet<Uuid>) -> Application {
    let now = visit.call.now;
    Application {
        id: Uuid::new_v4(),
        app_id: Uuid::new_v4(),
        tenant: visit.caller.tenant,
        display_name: String::new(),
        unique_name,
        // Graph's own default is wider than most callers expect.
        sign_in_audience: "AzureADandPersonalMicrosoftAccount".to_owned(),
        redirect_uris: Vec::new(),
        notes: None,
        description: None,
        service_management_reference: None,
        tags: Vec::new(),
        password_credentials: Vec::new(),
        key_credentials: Vec::new(),
        federated_identity_credentials: Vec::new(),
        owners,
        is_disabled: false,
        created: now,
        visible_at: now + visit.world.replication.directory,
        deleted_at: None,
    }
}

/// `DELETE /applications/{id}`: for 30 days it can be restored. Its service principal goes; role assignments stay behind.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let id = found(visit)?;
    let now = visit.call.now;
    let Visit { world, caller, .. } = visit;
    if let Some(application) = world.state.applications.get_mut(&id) {
        caller.check_changes(application)?;
        application.deleted_at = Some(now);
        let app_id = application.app_id;
        world
            .state
            .service_principals
            .retain(|_, principal| principal.app_id != app_id);
    }
    Ok(Answer::empty(204))
}

/// `GET /applications/{id}/owners`
pub(super) fn owners(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    let id = found(visit)?;
    let state = &visit.world.state;
    let ids = state
        .applications
        .get(&id)
        .map(|application| &application.owners)
        .into_iter()
        .flatten();
    let items = ids
        .filter_map(|owner| {
            let user = state
                .users
                .get(owner)
                .map(|user| ("#microsoft.graph.user", &user.display_name));
            let principal = || {
                let found = state.service_principals.get(owner)?;
                Some(("#microsoft.graph.servicePrincipal", &found.display_name))
            };
            let (kind, name) = user.or_else(principal)?;
            Some(object(
                json!({"@odata.type": kind, "id": owner, "displayName": name}),
            ))
        })
        .collect();
    visit.collection("directoryObjects", "directoryObject", items, &[], None)
}

/// The id of the application that the path names, if requests see it yet.
pub(super) fn found(visit: &Visit<'_>) -> Result<Uuid, GraphError> {
    let key = Key::parse(visit.parameters.get("application"))?;
    for application in visit.world.state.applications.values() {
        let alternates = [
            ("appId", Some(application.app_id.to_string())),
            ("uniqueName", application.unique_name.clone()),
        ];
        let alternates = alternates
            .each_ref()
            .map(|(name, value)| (*name, value.as_deref()));
        let here =
            application.tenant == visit.caller.tenant && application.is_usable(visit.call.now);
        if key.names(application.id, &alternates)? && here {
            return Ok(application.id);
        }
    }
    Err(GraphError::not_found(key.value()))
}

fn whole(visit: &Visit<'_>, id: Uuid, with_keys: bool) -> Map<String, Value> {
    let state = &visit.world.state;
    state
        .applications
        .get(&id)
        .map(|application| view(state, application, with_keys))
        .unwrap_or_default()
}
