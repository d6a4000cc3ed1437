//! What can be done with secrets.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::refusal::Refusal;
use super::state::{SecretVersion, VaultSecret};
use super::{Outcome, Visit};

/// The longest value, in bytes.
const LONGEST_VALUE: usize = 25 * 1024;
/// The most tags, and the longest name or value of one.
const TAGS: (usize, usize) = (15, 256);
/// How long a deleted secret keeps its name, in days and seconds.
const RECOVERABLE: (i64, i64) = (90, 90 * 24 * 3600);

/// PUT: a new version.
pub(super) fn set(visit: &mut Visit<'_>) -> Outcome {
    let name = name(visit)?;
    let version = written(visit)?;
    let secret = visit
        .vault
        .secrets
        .entry(name.to_ascii_lowercase())
        .or_insert_with(|| VaultSecret {
            name: name.clone(),
            versions: Vec::new(),
            deleted_at: None,
        });
    if secret.deleted_at.is_some() {
        return Err(Refusal::deleted_but_recoverable(&name));
    }
    secret.versions.push(version.clone());
    Ok(Answer::json(
        200,
        bundle(&visit.base, &secret.name, &version),
    ))
}

/// GET: the current version, or the one that the path names.
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let name = name(visit)?;
    let wanted = visit.parameters.get("version");
    let found = visit
        .vault
        .secrets
        .get(&name.to_ascii_lowercase())
        .filter(|secret| secret.deleted_at.is_none())
        .and_then(|secret| {
            let mut newest = secret.versions.iter().rev();
            let version = newest.find(|version| wanted.is_empty() || version.id == wanted)?;
            Some(bundle(&visit.base, &secret.name, version))
        });
    found
        .map(|body| Answer::json(200, body))
        .ok_or_else(|| Refusal::secret_not_found(&name))
}

/// DELETE: the name stays taken.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let name = name(visit)?;
    let now = visit.call.now;
    let secret = find(visit, &name)
        .filter(|secret| secret.deleted_at.is_none())
        .ok_or_else(|| Refusal::secret_not_found(&name))?;
    secret.deleted_at = Some(now);
    let secret = secret.clone();
    Ok(Answer::json(200, deleted_bundle(&visit.base, &secret, now)))
}

/// GET of a deleted one, without its value.
pub(super) fn get_deleted(visit: &mut Visit<'_>) -> Outcome {
    let name = name(visit)?;
    let secret = find(visit, &name).cloned();
    secret
        .and_then(|secret| {
            let at = secret.deleted_at?;
            Some(Answer::json(200, deleted_bundle(&visit.base, &secret, at)))
        })
        .ok_or_else(|| Refusal::deleted_not_found(&name))
}

/// POST: a deleted one is there again, with all its versions.
pub(super) fn recover(visit: &mut Visit<'_>) -> Outcome {
    let name = name(visit)?;
    let secret = find(visit, &name)
        .filter(|secret| secret.deleted_at.is_some())
        .ok_or_else(|| Refusal::deleted_not_found(&name))?;
    secret.deleted_at = None;
    let secret = secret.clone();
    let current = secret
        .versions
        .last()
        .map(|version| without_value(bundle(&visit.base, &secret.name, version)));
    Ok(Answer::json(200, current.unwrap_or_default()))
}

/// DELETE of a deleted one: for good.
pub(super) fn purge(visit: &mut Visit<'_>) -> Outcome {
    let name = name(visit)?;
    find(visit, &name)
        .filter(|secret| secret.deleted_at.is_some())
        .ok_or_else(|| Refusal::deleted_not_found(&name))?;
    visit.vault.secrets.remove(&name.to_ascii_lowercase());
    Ok(Answer::empty(204))
}

fn find<'visit>(visit: &'visit mut Visit<'_>, name: &str) -> Option<&'visit mut VaultSecret> {
    visit.vault.secrets.get_mut(&name.to_ascii_lowercase())
}

/// The name in the path, which is letters, digits and hyphens.
fn name(visit: &Visit<'_>) -> Result<String, Refusal> {
    let name = visit.parameters.get("name");
    let fits = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !fits || name.is_empty() || name.len() > 127 {
        return Err(Refusal::bad_parameter(format!(
            "The request URI contains an invalid name: {name}"
        )));
    }
    Ok(name.to_owned())
}

/// The version that a body describes.
fn written(visit: &Visit<'_>) -> Result<SecretVersion, Refusal> {
    let body = visit.call.json().filter(|_| visit.call.is_json());
    let Some(Value::Object(body)) = body else {
        return Err(Refusal::bad_parameter("The request body is not JSON."));
    };
    let known = ["value", "contentType", "attributes", "tags"];
    if let Some(unknown) = body.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(Refusal::bad_parameter(format!(
            "Property  {unknown} is not recognized"
        )));
    }
    let value = body
        .get("value")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if value.is_empty() || value.len() > LONGEST_VALUE {
        return Err(Refusal::bad_parameter(
            "The property 'value' must be a string of 1 to 25600 bytes.",
        ));
    }
    let tags: BTreeMap<String, String> = body
        .get("tags")
        .map(|tags| serde_json::from_value(tags.clone()))
        .transpose()
        .map_err(|_| Refusal::bad_parameter("The property 'tags' must be strings by name."))?
        .unwrap_or_default();
    let (most, longest) = TAGS;
    if tags.len() > most
        || tags
            .iter()
            .any(|(key, value)| key.len().max(value.len()) > longest)
    {
        return Err(Refusal::bad_parameter(
            "There are too many tags, or one is too long.",
        ));
    }
    let content_type = body.get("contentType").and_then(Value::as_str);
    Ok(SecretVersion {
        id: Uuid::new_v4().simple().to_string(),
        value: value.to_owned(),
        content_type: content_type.map(str::to_owned),
        tags,
        created: visit.call.now,
        expires: expires(&body)?,
    })
}

/// `attributes.exp`. It may be over: the vault keeps such a version all the same.
fn expires(body: &serde_json::Map<String, Value>) -> Result<Option<i64>, Refusal> {
    let Some(attributes) = body.get("attributes").filter(|given| !given.is_null()) else {
        return Ok(None);
    };
    let wrong =
        || Refusal::bad_parameter("The property 'attributes' must be enabled, nbf and exp.");
    let attributes = attributes.as_object().ok_or_else(wrong)?;
    let known = ["enabled", "nbf", "exp"];
    if attributes.keys().any(|key| !known.contains(&key.as_str())) {
        return Err(wrong());
    }
    match attributes.get("exp") {
        None | Some(Value::Null) => Ok(None),
        Some(exp) => exp.as_i64().map(Some).ok_or_else(wrong),
    }
}

fn bundle(base: &str, name: &str, version: &SecretVersion) -> Value {
    let created = version.created.as_second();
    let mut body = json!({
        "value": version.value,
        "id": format!("{base}/secrets/{name}/{}", version.id),
        "attributes": {"enabled": true, "created": created, "updated": created,
            "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": RECOVERABLE.0},
        "tags": version.tags,
    });
    if let Some(expires) = version.expires {
        body["attributes"]["exp"] = json!(expires);
    }
    if let Some(content_type) = &version.content_type {
        body["contentType"] = json!(content_type);
    }
    body
}

fn without_value(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("value");
    }
    body
}

fn deleted_bundle(base: &str, secret: &VaultSecret, at: Timestamp) -> Value {
    let current = secret.versions.last();
    let mut body = current.map_or_else(
        || json!({}),
        |version| without_value(bundle(base, &secret.name, version)),
    );
    body["recoveryId"] = json!(format!("{base}/deletedsecrets/{}", secret.name));
    body["deletedDate"] = json!(at.as_second());
    body["scheduledPurgeDate"] = json!(at.as_second() + RECOVERABLE.1);
    body
}
