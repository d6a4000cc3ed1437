//! Certificates: a PATCH replaces the whole list.
//!
//! An entry with a known `keyId` and no `key` stays as it is, because Graph shows keys only when asked for them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::entra::validity;
use super::super::tenant::{Application, KeyCredential};
use super::refusal::GraphError;

const KNOWN: [&str; 8] = [
    "customKeyIdentifier",
    "displayName",
    "endDateTime",
    "key",
    "keyId",
    "startDateTime",
    "type",
    "usage",
];

/// The list that takes the place of the application's certificates.
pub(super) fn replaced(
    application: &Application,
    value: &Value,
    now: Timestamp,
) -> Result<Vec<KeyCredential>, GraphError> {
    let items = value.as_array().ok_or_else(|| invalid("keyCredentials"))?;
    items
        .iter()
        .map(|item| {
            let fields = item.as_object().ok_or_else(|| invalid("keyCredentials"))?;
            one(application, fields, now)
        })
        .collect()
}

fn one(
    application: &Application,
    fields: &Map<String, Value>,
    now: Timestamp,
) -> Result<KeyCredential, GraphError> {
    if let Some(unknown) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(GraphError::invalid_property(unknown));
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let key_id = text("keyId")
        .map(Uuid::try_parse)
        .transpose()
        .map_err(|_| invalid("keyId"))?;
    let existing = application
        .key_credentials
        .iter()
        .find(|credential| Some(credential.key_id) == key_id);
    let key = match (text("key"), existing) {
        (Some(key), _) => key,
        (None, Some(existing)) => return Ok(existing.clone()),
        (None, None) => return Err(invalid("key")),
    };
    if text("type") != Some("AsymmetricX509Cert") {
        return Err(invalid("type"));
    }
    if text("usage") != Some("Verify") {
        return Err(invalid("usage"));
    }
    let der = STANDARD.decode(key).map_err(|_| invalid("key"))?;
    let (from, until) = validity(&der).ok_or_else(|| invalid("key"))?;
    let start = time(fields, "startDateTime")?.unwrap_or(from);
    let end = time(fields, "endDateTime")?.unwrap_or(until);
    if end > until || end <= now || start < from {
        let text = "Key credential end date is invalid.";
        return Err(GraphError::new(400, "KeyCredentialsInvalidEndDate", text));
    }
    Ok(KeyCredential {
        key_id: key_id.unwrap_or_else(Uuid::new_v4),
        display_name: text("displayName").map(str::to_owned),
        key: STANDARD.encode(der),
        start_date_time: start,
        end_date_time: end,
    })
}

/// A time in RFC 3339; null or absent is none.
pub(super) fn time(
    fields: &Map<String, Value>,
    name: &str,
) -> Result<Option<Timestamp>, GraphError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let text = value.as_str().unwrap_or_default();
            let unreadable = || {
                GraphError::bad_request(format!(
                    "Cannot convert the literal '{text}' to the expected type 'Edm.DateTimeOffset'."
                ))
            };
            text.parse().map(Some).map_err(|_| unreadable())
        }
    }
}

fn invalid(property: &str) -> GraphError {
    GraphError::invalid_value(property, "KeyCredential")
}
