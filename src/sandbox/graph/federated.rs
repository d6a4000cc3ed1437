//! Federated identity credentials: trusts in tokens of other identity providers.
//!
//! <https://learn.microsoft.com/graph/api/federatedidentitycredential-upsert>

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::tenant::{Application, FederatedIdentityCredential};
use super::applications::found;
use super::directory::object;
use super::query::Key;
use super::refusal::GraphError;
use super::{Outcome, Visit};

const MOST: usize = 20;
const LONGEST: usize = 600;
const KNOWN: [&str; 6] = [
    "id",
    "name",
    "issuer",
    "subject",
    "audiences",
    "description",
];

/// `GET /applications/{id}/federatedIdentityCredentials`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    let (_, credentials) = all(visit)?;
    let items = credentials.iter().map(view).collect();
    visit.collection(
        "federatedIdentityCredentials",
        "federatedIdentityCredential",
        items,
        &["name", "subject"],
        None,
    )
}

/// `GET /applications/{id}/federatedIdentityCredentials/{id or name}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    let (_, credentials) = all(visit)?;
    let body = view(&credentials[position(visit, credentials)?]);
    visit.entity(
        200,
        "federatedIdentityCredentials",
        "federatedIdentityCredential",
        body,
        None,
    )
}

/// `POST /applications/{id}/federatedIdentityCredentials`
pub(super) fn create(visit: &mut Visit<'_>) -> Outcome {
    let body = visit.body()?;
    created(visit, &body, None)
}

/// `PATCH /applications/{id}/federatedIdentityCredentials/{id or name}`: an update, or an upsert by `name`.
pub(super) fn update(visit: &mut Visit<'_>) -> Outcome {
    let body = visit.body()?;
    let (application, credentials) = all(visit)?;
    visit.caller.check_changes(application)?;
    let id = application.id;
    let index = match (
        position(visit, credentials),
        Key::parse(visit.parameters.get("credential"))?,
    ) {
        (Ok(index), _) => index,
        (Err(_), Key::Alternate { name, value })
            if name == "name" && visit.creates_if_missing() =>
        {
            return created(visit, &body, Some(&value));
        }
        (Err(error), _) => return Err(error),
    };
    if body.contains_key("name") && body.get("name") != Some(&json!(credentials[index].name)) {
        return Err(GraphError::read_only("name"));
    }
    let mut merged = view(&credentials[index]);
    merged.extend(body);
    let changed = parsed(visit, &merged, None)?;
    check_unique(credentials, &changed, Some(index))?;
    if let Some(application) = visit.world.state.applications.get_mut(&id)
        && let Some(slot) = application.federated_identity_credentials.get_mut(index)
    {
        *slot = FederatedIdentityCredential {
            id: slot.id,
            name: slot.name.clone(),
            ..changed
        };
    }
    Ok(Answer::empty(204))
}

/// `DELETE /applications/{id}/federatedIdentityCredentials/{id or name}`
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let (application, credentials) = all(visit)?;
    visit.caller.check_changes(application)?;
    let (id, index) = (application.id, position(visit, credentials)?);
    if let Some(application) = visit.world.state.applications.get_mut(&id) {
        application.federated_identity_credentials.remove(index);
    }
    Ok(Answer::empty(204))
}

fn created(visit: &mut Visit<'_>, body: &Map<String, Value>, name: Option<&str>) -> Outcome {
    let (application, credentials) = all(visit)?;
    visit.caller.check_changes(application)?;
    if credentials.len() >= MOST {
        return Err(GraphError::bad_request(
            "An application can have at most 20 federated identity credentials.",
        ));
    }
    let credential = parsed(visit, body, name)?;
    check_unique(credentials, &credential, None)?;
    let (id, shown) = (application.id, view(&credential));
    if let Some(application) = visit.world.state.applications.get_mut(&id) {
        application.federated_identity_credentials.push(credential);
    }
    visit.entity(
        201,
        "federatedIdentityCredentials",
        "federatedIdentityCredential",
        shown,
        None,
    )
}

fn parsed(
    visit: &Visit<'_>,
    body: &Map<String, Value>,
    name: Option<&str>,
) -> Result<FederatedIdentityCredential, GraphError> {
    if let Some(unknown) = body.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(GraphError::invalid_property(unknown));
    }
    let text = |property: &str| {
        let text = body
            .get(property)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty() && text.len() <= LONGEST);
        text.map(str::to_owned).ok_or_else(|| invalid(property))
    };
    let name = name.map_or_else(|| text("name"), |name| Ok(name.to_owned()))?;
    if !is_name(&name) {
        return Err(invalid("name"));
    }
    let issuer = text("issuer")?;
    if !issuer.starts_with("https://") {
        return Err(invalid("issuer"));
    }
    let audiences = match body
        .get("audiences")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([Value::String(audience)]) if !audience.is_empty() && audience.len() <= LONGEST => {
            vec![audience.clone()]
        }
        _ => return Err(invalid("audiences")),
    };
    Ok(FederatedIdentityCredential {
        id: Uuid::new_v4(),
        name,
        issuer,
        subject: text("subject")?,
        audiences,
        description: body
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned),
        effective_at: visit.call.now + visit.world.replication.password,
    })
}

/// 3 to 120 letters, digits, hyphens and underscores, the first one a letter or digit.
fn is_name(name: &str) -> bool {
    (3..=120).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
}

fn check_unique(
    others: &[FederatedIdentityCredential],
    new: &FederatedIdentityCredential,
    own: Option<usize>,
) -> Result<(), GraphError> {
    for (index, other) in others
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != own)
    {
        if other.name == new.name {
            let text = format!(
                "FederatedIdentityCredential with name {} already exists (number {index}).",
                new.name
            );
            return Err(GraphError::new(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                text,
            ));
        }
        if other.issuer == new.issuer && other.subject == new.subject {
            let text = "FederatedIdentityCredential with the same issuer and subject already exists on the application.";
            return Err(GraphError::bad_request(text));
        }
    }
    Ok(())
}

fn all<'visit>(
    visit: &'visit Visit<'_>,
) -> Result<(&'visit Application, &'visit [FederatedIdentityCredential]), GraphError> {
    let id = found(visit)?;
    let application = visit
        .world
        .state
        .applications
        .get(&id)
        .ok_or_else(|| GraphError::not_found(&id.to_string()))?;
    Ok((application, &application.federated_identity_credentials))
}

fn position(
    visit: &Visit<'_>,
    credentials: &[FederatedIdentityCredential],
) -> Result<usize, GraphError> {
    let key = Key::parse(visit.parameters.get("credential"))?;
    // Plain segments may be names too.
    let named = |credential: &FederatedIdentityCredential| {
        credential.name == key.value() || credential.id.to_string() == key.value()
    };
    credentials
        .iter()
        .position(named)
        .ok_or_else(|| GraphError::not_found(key.value()))
}

fn view(credential: &FederatedIdentityCredential) -> Map<String, Value> {
    object(json!({
        "id": credential.id, "name": credential.name, "issuer": credential.issuer, "subject": credential.subject,
        "description": credential.description, "audiences": credential.audiences,
    }))
}

fn invalid(property: &str) -> GraphError {
    GraphError::invalid_value(property, "FederatedIdentityCredential")
}
