//! Making, changing and deleting an export.
//!
//! <https://learn.microsoft.com/rest/api/cost-management/exports/create-or-update>. Azure makes one identity per export and
//! gives it Storage Blob Data Contributor at the container; both go with the export, where the caller may take roles.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::super::arm::{Visit, may};
use super::super::exchange::Answer;
use super::super::storage::Container;
use super::super::tenant::{RoleAssignment, State};
use super::clock;
use super::destination::{self, account_of};
use super::place::{Place, Wish};
use super::read::{found, shown};
use super::refusal::Refusal;
use super::rules;
use super::settings::Settings;
use super::shape;
use super::state::{Export, key};
use super::{Outcome, version};

/// Storage Blob Data Contributor.
pub(super) const WRITER: Uuid = uuid::uuid!("ba92f5b4-2d11-453d-a403-e96b0029c9fe");
const LONGEST_NAME: usize = 64;

/// `PUT …/exports/{name}`
pub(super) fn put(visit: &mut Visit<'_>) -> Outcome {
    let name = visit.parameters.get("name").to_owned();
    let key = key(visit.parameters.get("scope"), &name);
    let existing = visit.world.state.exports.exports.get(&key).cloned();
    let wish = match existing {
        Some(_) => Wish::Update,
        None => Wish::Create,
    };
    let place = Place::of_visit(visit, wish)?;
    check_name(&name)?;
    let body = shape::export(&visit.body()?)?;
    let has_identity = check_identity(&body, existing.as_ref())?;
    check_tag(&name, &body, existing.as_ref())?;
    let properties = &body["properties"];
    let before = existing.as_ref().map(|export| &export.properties);
    rules::check(properties, before, &place, visit.call.now)?;
    destination::check(visit, Settings(properties), has_identity)?;
    let mut export = written(visit, &place, &body, existing.as_ref());
    let (state, now) = (&mut visit.world.state, visit.call.now);
    provide_container(state, Settings(&export.properties), now);
    if has_identity {
        let identity = export.identity.unwrap_or_else(Uuid::new_v4);
        export.identity = Some(identity);
        give_role(state, &export, identity, Some(visit.caller.id));
    } else {
        take_role(state, export.identity.take());
    }
    let answer = Answer::json(
        if existing.is_some() { 200 } else { 201 },
        shown(&export, 0, now),
    );
    state.exports.exports.insert(key, export);
    clock::advance(state, now, &visit.world.replication);
    Ok(answer)
}

/// `DELETE …/exports/{name}`: its files stay.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    Place::of_visit(visit, Wish::Delete)?;
    let export = found(visit)?;
    let (key, identity) = (export.id().to_ascii_lowercase(), export.identity);
    let storage = Settings(&export.properties).storage().to_owned();
    let action = "Microsoft.Authorization/roleAssignments/delete";
    if may(
        &visit.world.state,
        &visit.caller,
        action,
        &storage,
        visit.call.now,
    ) {
        take_role(&mut visit.world.state, identity);
    }
    visit.world.state.exports.exports.remove(&key);
    Ok(Answer::empty(200))
}

/// Nothing is published; these are the letters of names that were seen.
fn check_name(name: &str) -> Result<(), Refusal> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.len() <= LONGEST_NAME && name.bytes().all(is_letter) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid export name '{name}'; letters, digits, hyphens and underscores are allowed, {LONGEST_NAME} at most"
    )))
}

/// Whether the export is to have an identity. Where it lives is said once, when it is made.
fn check_identity(body: &Value, existing: Option<&Export>) -> Result<bool, Refusal> {
    match Settings(body).text("/identity/type") {
        "SystemAssigned" => {
            let is_known = existing.is_some_and(|export| export.location.is_some());
            if Settings(body).text("/location").is_empty() && !is_known {
                return Err(Refusal::new(
                    400,
                    "LocationRequired",
                    "The location property is required for this definition.",
                ));
            }
            Ok(true)
        }
        "" | "None" => Ok(false),
        other => Err(Refusal::invalid(format!(
            "Invalid identity type '{other}'; valid values: 'SystemAssigned', 'None'."
        ))),
    }
}

/// <https://github.com/Azure/bicep/issues/6404>. That an outdated one is refused in the same way is an assumption.
fn check_tag(name: &str, body: &Value, existing: Option<&Export>) -> Result<(), Refusal> {
    let Some(existing) = existing else {
        return Ok(());
    };
    let tag = Settings(body).text("/eTag");
    if tag == existing.e_tag {
        return Ok(());
    }
    let text = if tag.is_empty() {
        format!(
            "Etag value required for update operation of report: {name}.Please get the latest to avoid overwrite."
        )
    } else {
        format!(
            "Etag value does not match for report: {name}.Please get the latest to avoid overwrite."
        )
    };
    Err(Refusal::new(400, "400", text))
}

fn written(visit: &Visit<'_>, place: &Place, body: &Value, existing: Option<&Export>) -> Export {
    let now = visit.call.now;
    let properties = body["properties"].clone();
    let location = Settings(body).text("/location");
    let next_run = next_run(
        Settings(&properties),
        existing,
        now + visit.world.replication.first_export,
    );
    let known_location = existing.and_then(|export| export.location.clone());
    Export {
        scope: place.scope.clone(),
        name: existing.map_or_else(
            || visit.parameters.get("name").to_owned(),
            |export| export.name.clone(),
        ),
        tenant: visit.caller.tenant,
        e_tag: format!("\"{}\"", Uuid::new_v4()),
        api_version: version(visit).to_owned(),
        identity: existing.and_then(|export| export.identity),
        location: known_location.or_else(|| (!location.is_empty()).then(|| location.to_owned())),
        created: existing.map_or(now, |export| export.created),
        next_run,
        runs: existing
            .map(|export| export.runs.clone())
            .unwrap_or_default(),
        properties,
    }
}

/// A schedule that begins runs soon, whatever its start: Azure says "within a day". One that goes on keeps its time.
fn next_run(
    settings: Settings<'_>,
    existing: Option<&Export>,
    soon: Timestamp,
) -> Option<Timestamp> {
    if !settings.is_active() {
        return None;
    }
    let same = existing
        .filter(|export| export.properties.get("schedule") == settings.0.get("schedule"))
        .and_then(|export| export.next_run);
    Some(same.unwrap_or(soon))
}

/// Makes the container where it is absent, as Azure does.
pub(super) fn provide_container(state: &mut State, settings: Settings<'_>, now: Timestamp) {
    let name = account_of(settings.storage()).map(|(_, name)| name.to_ascii_lowercase());
    let account = name.and_then(|name| state.storage.accounts.get_mut(&name));
    let Some(account) = account else {
        return;
    };
    let name = settings.container();
    let is_gone = account
        .containers
        .get(name)
        .is_none_or(|container| container.deleting_until.is_some_and(|until| until <= now));
    if is_gone {
        let container = Container {
            created: now,
            public_access: "None".to_owned(),
            deleting_until: None,
            blobs: std::collections::BTreeMap::new(),
        };
        account.containers.insert(name.to_owned(), container);
    }
}

/// The scope at which an export's identity has its role.
pub(super) fn container_scope(settings: Settings<'_>) -> String {
    format!(
        "{}/blobServices/default/containers/{}",
        settings.storage(),
        settings.container()
    )
}

/// Gives the identity its role at the container, at once, and takes it where it was before.
pub(super) fn give_role(state: &mut State, export: &Export, identity: Uuid, by: Option<Uuid>) {
    take_role(state, Some(identity));
    let name = Uuid::new_v5(&identity, b"writer");
    let assignment = RoleAssignment {
        name,
        tenant: export.tenant,
        scope: container_scope(Settings(&export.properties)),
        principal: identity,
        principal_type: "ServicePrincipal".to_owned(),
        role: WRITER,
        description: None,
        condition: None,
        condition_version: None,
        created_by: by,
        created: export.created,
        effective_at: export.created,
    };
    state.role_assignments.insert(name, assignment);
}

fn take_role(state: &mut State, identity: Option<Uuid>) {
    if let Some(identity) = identity {
        state
            .role_assignments
            .remove(&Uuid::new_v5(&identity, b"writer"));
    }
}
