//! Service principals: an application's identity in the directory, what roles are assigned to.
//!
//! <https://learn.microsoft.com/graph/api/serviceprincipal-upsert>

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::tenant::{Application, ServicePrincipal, State};
use super::application_body::{strings, text};
use super::directory::object;
use super::query::Key;
use super::refusal::GraphError;
use super::{Outcome, Visit};

const FILTERS: [&str; 3] = ["id", "appId", "displayName"];
const LONGEST_NOTES: usize = 1024;
/// Properties that Graph has and callers may not write.
const READ_ONLY: [&str; 8] = [
    "appDescription",
    "appDisplayName",
    "applicationTemplateId",
    "appOwnerOrganizationId",
    "createdByAppId",
    "deletedDateTime",
    "id",
    "signInAudience",
];
/// Properties that Graph has and the sandbox does not keep.
const NOT_SIMULATED: [&str; 16] = [
    "alternativeNames",
    "appRoleAssignmentRequired",
    "appRoles",
    "customSecurityAttributes",
    "description",
    "displayName",
    "homepage",
    "keyCredentials",
    "loginUrl",
    "logoutUrl",
    "notificationEmailAddresses",
    "passwordCredentials",
    "preferredSingleSignOnMode",
    "replyUrls",
    "servicePrincipalNames",
    "servicePrincipalType",
];

/// `GET /servicePrincipals`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    let (tenant, now) = (visit.caller.tenant, visit.call.now);
    let state = &visit.world.state;
    let visible = state
        .service_principals
        .values()
        .filter(|found| found.tenant == tenant && found.visible_at <= now);
    let items = visible.map(|found| view(state, found)).collect();
    visit.collection(
        "servicePrincipals",
        "servicePrincipal",
        items,
        &FILTERS,
        None,
    )
}

/// `GET /servicePrincipals/{id}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    visit.check_options()?;
    let principal = found(visit)?;
    let body = view(&visit.world.state, principal);
    visit.entity(200, "servicePrincipals", "servicePrincipal", body, None)
}

/// `POST /servicePrincipals`
pub(super) fn create(visit: &mut Visit<'_>) -> Outcome {
    let mut body = visit.body()?;
    let app_id = match body.remove("appId") {
        Some(Value::String(app_id)) => app_id,
        Some(_) => return Err(GraphError::invalid_value("appId", "ServicePrincipal")),
        None => {
            let text = "A value is required for property 'appId' of resource 'ServicePrincipal'.";
            return Err(GraphError::bad_request(text));
        }
    };
    created(visit, &app_id, &body)
}

/// `PATCH /servicePrincipals/{id}`: an update, or an upsert by `appId`.
pub(super) fn update(visit: &mut Visit<'_>) -> Outcome {
    let mut body = visit.body()?;
    let key = Key::parse(visit.parameters.get("principal"))?;
    let upserted = match &key {
        Key::Alternate { name, value }
            if name.eq_ignore_ascii_case("appId") && visit.creates_if_missing() =>
        {
            Some(value.clone())
        }
        _ => None,
    };
    if let Some(app_id) = &upserted {
        match body.remove("appId") {
            Some(repeated) if repeated.as_str() != Some(app_id.as_str()) => {
                return Err(GraphError::invalid_value("appId", "ServicePrincipal"));
            }
            _ => {}
        }
    }
    let id = match upserted {
        Some(app_id) => match holder(visit, &app_id) {
            Some(id) => id,
            None => return created(visit, &app_id, &body),
        },
        None => found(visit)?.id,
    };
    let Visit { world, caller, .. } = visit;
    let state = &mut world.state;
    let app_id = state
        .service_principals
        .get(&id)
        .map(|principal| principal.app_id);
    let application = state
        .applications
        .values()
        .find(|application| Some(application.app_id) == app_id);
    match application {
        Some(application) => caller.check_changes(application)?,
        None if caller.manages_applications() => {}
        None => return Err(GraphError::denied()),
    }
    if let Some(principal) = state.service_principals.get_mut(&id) {
        apply(principal, &body)?;
    }
    Ok(Answer::empty(204))
}

/// `DELETE /servicePrincipals/{id}`: its role assignments stay behind.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let principal = found(visit)?;
    let (id, app_id) = (principal.id, principal.app_id);
    match visit
        .world
        .state
        .applications
        .values()
        .find(|application| application.app_id == app_id)
    {
        Some(application) => visit.caller.check_changes(application)?,
        None if visit.caller.manages_applications() => {}
        None => return Err(GraphError::denied()),
    }
    visit.world.state.service_principals.remove(&id);
    Ok(Answer::empty(204))
}

/// Who has this `appId` in the directory; one that has not replicated counts.
fn holder(visit: &Visit<'_>, app_id: &str) -> Option<Uuid> {
    let app_id = Uuid::try_parse(app_id).ok()?;
    let mut all = visit.world.state.service_principals.values();
    all.find(|found| found.tenant == visit.caller.tenant && found.app_id == app_id)
        .map(|found| found.id)
}

fn created(visit: &mut Visit<'_>, app_id: &str, body: &Map<String, Value>) -> Outcome {
    let now = visit.call.now;
    let tenant = visit.caller.tenant;
    let application = backing(visit, app_id)?;
    visit.caller.check_instantiates(application)?;
    if holder(visit, app_id).is_some() {
        let text = format!(
            "The service principal cannot be created, updated, or restored because the service principal name {app_id} is \
             already in use."
        );
        return Err(GraphError::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            text,
        ));
    }
    let mut principal = ServicePrincipal {
        id: Uuid::new_v4(),
        app_id: application.app_id,
        tenant,
        display_name: application.display_name.clone(),
        account_enabled: true,
        notes: None,
        tags: Vec::new(),
        directory_roles: BTreeSet::new(),
        created: now,
        visible_at: now + visit.world.replication.directory,
    };
    apply(&mut principal, body)?;
    let view = view(&visit.world.state, &principal);
    visit
        .world
        .state
        .service_principals
        .insert(principal.id, principal);
    visit.entity(201, "servicePrincipals", "servicePrincipal", view, None)
}

/// The application behind an `appId`; one that has not replicated does not count.
fn backing<'visit>(
    visit: &'visit Visit<'_>,
    app_id: &str,
) -> Result<&'visit Application, GraphError> {
    let tenant = visit.caller.tenant;
    let id = Uuid::try_parse(app_id)
        .map_err(|_| GraphError::invalid_value("appId", "ServicePrincipal"))?;
    let found = visit.world.state.applications.values().find(|application| {
        application.app_id == id
            && application.is_usable(visit.call.now)
            && (application.tenant == tenant || application.is_multi_tenant())
    });
    found.ok_or_else(|| {
        let text = format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
        GraphError::new(400, "Request_BadRequest", text).with_detail("NoBackingApplicationObject", "appId")
    })
}

fn apply(principal: &mut ServicePrincipal, body: &Map<String, Value>) -> Result<(), GraphError> {
    let mut changed = principal.clone();
    for (name, value) in body {
        match name.as_str() {
            "accountEnabled" => {
                changed.account_enabled = value
                    .as_bool()
                    .ok_or_else(|| GraphError::invalid_value(name, "ServicePrincipal"))?;
            }
            "notes" => changed.notes = text(name, value, LONGEST_NOTES)?,
            "tags" => changed.tags = strings(name, value)?,
            "appId" => return Err(GraphError::read_only(name)),
            name if READ_ONLY.contains(&name) => return Err(GraphError::read_only(name)),
            name if NOT_SIMULATED.contains(&name) => {
                let text = format!(
                    "The sandbox does not simulate the property '{name}' of a service principal."
                );
                return Err(GraphError::new(501, "NotImplemented", text));
            }
            name if name.starts_with("@odata.") => {}
            name => return Err(GraphError::invalid_property(name)),
        }
    }
    *principal = changed;
    Ok(())
}

/// The service principal that the path names, if requests see it yet.
fn found<'visit>(visit: &'visit Visit<'_>) -> Result<&'visit ServicePrincipal, GraphError> {
    let key = Key::parse(visit.parameters.get("principal"))?;
    for principal in visit.world.state.service_principals.values() {
        let app_id = principal.app_id.to_string();
        let here =
            principal.tenant == visit.caller.tenant && principal.visible_at <= visit.call.now;
        if key.names(principal.id, &[("appId", Some(&app_id))])? && here {
            return Ok(principal);
        }
    }
    Err(GraphError::not_found(key.value()))
}

fn view(state: &State, principal: &ServicePrincipal) -> Map<String, Value> {
    let application = state
        .applications
        .values()
        .find(|application| application.app_id == principal.app_id);
    object(json!({
        "id": principal.id, "deletedDateTime": null, "accountEnabled": principal.account_enabled,
        "alternativeNames": [], "appDisplayName": principal.display_name, "appDescription": null,
        "appId": principal.app_id, "applicationTemplateId": null,
        "appOwnerOrganizationId": application.map(|application| application.tenant),
        "appRoleAssignmentRequired": false, "displayName": principal.display_name, "homepage": null,
        "loginUrl": null, "logoutUrl": null, "notes": principal.notes, "notificationEmailAddresses": [],
        "preferredSingleSignOnMode": null, "replyUrls": [], "servicePrincipalNames": [principal.app_id],
        "servicePrincipalType": "Application",
        "signInAudience": application.map(|application| application.sign_in_audience.clone()),
        "tags": principal.tags, "tokenEncryptionKeyId": null, "appRoles": [], "oauth2PermissionScopes": [],
        "keyCredentials": [], "passwordCredentials": [],
    }))
}
