//! Secrets of applications, under the directory's app management policy.
//!
//! <https://learn.microsoft.com/graph/api/application-addpassword>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::tenant::{AppManagementPolicy, PasswordCredential};
use super::application_view::password as view;
use super::applications::found;
use super::directory::object;
use super::key_credentials::time;
use super::refusal::GraphError;
use super::{Outcome, Visit};

/// What `addPassword` takes in its `passwordCredential`.
const WRITABLE: [&str; 4] = [
    "customKeyIdentifier",
    "displayName",
    "startDateTime",
    "endDateTime",
];
/// What else a `passwordCredential` has.
const READ_ONLY: [&str; 3] = ["hint", "keyId", "secretText"];
/// Years that a secret lives without `endDateTime`.
const DEFAULT_YEARS: i32 = 2;

/// `POST /applications/{id}/addPassword`
pub(super) fn add(visit: &mut Visit<'_>) -> Outcome {
    let body = visit.body()?;
    let id = found(visit)?;
    let application = visit
        .world
        .state
        .applications
        .get(&id)
        .ok_or_else(|| GraphError::not_found(&id.to_string()))?;
    visit.caller.check_changes(application)?;
    let credential = requested(visit, &body)?;
    if let Some(tenant) = visit.world.state.tenants.get(&visit.caller.tenant) {
        check_policy(&tenant.app_management_policy, &credential)?;
    }
    let shown = object(view(&credential, true));
    if let Some(application) = visit.world.state.applications.get_mut(&id) {
        application.password_credentials.push(credential);
    }
    let mut answer = Map::new();
    answer.insert(
        "@odata.context".to_owned(),
        json!(visit.context("microsoft.graph.passwordCredential")),
    );
    answer.extend(shown);
    Ok(Answer::json(200, Value::Object(answer)))
}

fn requested(
    visit: &Visit<'_>,
    body: &Map<String, Value>,
) -> Result<PasswordCredential, GraphError> {
    if let Some(unknown) = body.keys().find(|name| *name != "passwordCredential") {
        let text = format!(
            "The parameter '{unknown}' in the request payload is not a valid parameter for the operation 'addPassword'."
        );
        return Err(GraphError::new(400, "BadRequest", text));
    }
    let nothing = Map::new();
    let fields = match body.get("passwordCredential") {
        None | Some(Value::Null) => &nothing,
        Some(Value::Object(fields)) => fields,
        Some(_) => {
            return Err(GraphError::invalid_value(
                "passwordCredential",
                "Application",
            ));
        }
    };
    for name in fields.keys().map(String::as_str) {
        if READ_ONLY.contains(&name) {
            return Err(GraphError::read_only(name));
        }
        if !WRITABLE.contains(&name) {
            return Err(GraphError::invalid_property(name));
        }
    }
    let now = visit.call.now;
    let start = time(fields, "startDateTime")?.unwrap_or(now);
    let end = match time(fields, "endDateTime")? {
        Some(end) => end,
        None => later(start, Span::new().years(DEFAULT_YEARS)),
    };
    if end <= start || end <= now {
        return Err(
            GraphError::bad_request("The password credential's end date is invalid.")
                .with_detail("InvalidKeyEndDate", "EndDate"),
        );
    }
    let secret_text = new_secret();
    Ok(PasswordCredential {
        key_id: Uuid::new_v4(),
        display_name: fields
            .get("displayName")
            .and_then(Value::as_str)
            .map(str::to_owned),
        start_date_time: start,
        end_date_time: end,
        hint: secret_text.chars().take(3).collect(),
        secret_text,
        effective_at: now + visit.world.replication.password,
    })
}

/// Forty characters in Entra's pattern, with the punctuation that careless form encoding breaks.
fn new_secret() -> String {
    let random = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    let text = URL_SAFE_NO_PAD.encode(random);
    let (head, tail) = text.split_at(3);
    format!("{head}8Q~{}.{}", &tail[..16], &tail[16..33])
}

fn check_policy(
    policy: &AppManagementPolicy,
    credential: &PasswordCredential,
) -> Result<(), GraphError> {
    if !policy.is_enabled {
        return Ok(());
    }
    if policy.password_addition_forbidden {
        let text = format!(
            "Credential type not allowed as per assigned policy '{}'.",
            policy.id
        );
        return Err(GraphError::new(
            400,
            "CredentialTypeNotAllowedAsPerAppPolicy",
            text,
        ));
    }
    let longest: Option<Span> = policy
        .password_max_lifetime
        .as_deref()
        .and_then(|text| text.parse().ok());
    if longest.is_some_and(|longest| {
        credential.end_date_time > later(credential.start_date_time, longest)
    }) {
        let text = format!(
            "Credential lifetime exceeds the max value allowed as per assigned policy '{}'.",
            policy.id
        );
        return Err(
            GraphError::new(400, "CredentialInvalidLifetimeAsPerAppPolicy", text)
                .with_detail("InvalidKeyEndDate", "EndDate"),
        );
    }
    Ok(())
}

/// A time later by a calendar span.
fn later(from: Timestamp, span: Span) -> Timestamp {
    from.to_zoned(TimeZone::UTC)
        .checked_add(span)
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// `POST /applications/{id}/removePassword`
pub(super) fn remove(visit: &mut Visit<'_>) -> Outcome {
    let body = visit.body()?;
    if let Some(unknown) = body.keys().find(|name| *name != "keyId") {
        let text = format!(
            "The parameter '{unknown}' in the request payload is not a valid parameter for the operation 'removePassword'."
        );
        return Err(GraphError::new(400, "BadRequest", text));
    }
    let text = body
        .get("keyId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let key_id = Uuid::try_parse(text)
        .map_err(|_| GraphError::invalid_value("keyId", "PasswordCredential"))?;
    let id = found(visit)?;
    let Visit { world, caller, .. } = visit;
    let application = world
        .state
        .applications
        .get_mut(&id)
        .ok_or_else(|| GraphError::not_found(&id.to_string()))?;
    caller.check_changes(application)?;
    let before = application.password_credentials.len();
    application
        .password_credentials
        .retain(|credential| credential.key_id != key_id);
    if application.password_credentials.len() == before {
        return Err(GraphError::bad_request(format!(
            "No password credential found with keyId '{key_id}'."
        )));
    }
    Ok(Answer::empty(204))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_entras_pattern() {
        let secret = new_secret();
        assert_eq!(secret.len(), 40, "{secret}");
        assert_eq!(&secret[3..6], "8Q~");
        assert_ne!(secret, new_secret());
    }
}
