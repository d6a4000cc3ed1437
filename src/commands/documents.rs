//! The JSON documents, in one place: their shape is a contract.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::connection::handover::{Field, Value as FieldValue};
use crate::connection::{Change, ConnectionRecord};
use crate::error::Error;
use crate::exit::Exit;
use crate::plan::execute::Ended;
use crate::plan::preflight::Held;
use crate::plan::survey::Survey;
use crate::steps::Permission;

/// A document: `version`, `ok` and `exit`, and the parts.
pub fn document(exit: Exit, parts: Value) -> Value {
    let mut document = Map::from_iter([
        ("version".to_owned(), json!(1)),
        ("ok".to_owned(), json!(exit == Exit::Ok)),
        ("exit".to_owned(), json!(exit.name())),
    ]);
    if let Value::Object(parts) = parts {
        document.extend(parts);
    }
    Value::Object(document)
}

/// `connection`.
pub fn connection(record: &ConnectionRecord) -> Value {
    json!({
        "name": record.name,
        "vendor": record.vendor,
        "cloud": record.cloud,
        "tenant_id": record.tenant_id,
        "client_id": record.client_id,
        "application_object_id": record.application_object_id,
        "service_principal_object_id": record.service_principal_object_id,
        "agreement": record.agreement,
        "scopes": record.scopes,
        "credential": record.credential,
        "partner": record.partner,
        "exports": record.exports,
    })
}

/// A failure in a row of its own, where the run goes on with the next one: as `error` of a failed run.
pub fn failure(error: &Error) -> Value {
    json!({
        "code": error.code(),
        "message": error.message(),
        "why": error.reason(),
        "hints": error.advice(),
        "correlation_id": error.correlation_id(),
        "retry": error.retry(),
    })
}

/// `steps` of a run.
pub fn steps(ended: &[Ended], survey: &Survey) -> Value {
    ended
        .iter()
        .map(|end| {
            let planned = survey
                .rows
                .iter()
                .find(|row| row.id == end.id)
                .map(|row| row.change);
            let change = end
                .receipt
                .as_ref()
                .filter(|_| end.status == "found")
                .map(|_| Change::Reuse)
                .or(planned)
                // What only a person can do has no row: it is there, or is made.
                .unwrap_or(if end.status == "found" {
                    Change::Reuse
                } else {
                    Change::Create
                });
            json!({
                "id": end.id,
                "title": end.title,
                "change": change,
                "status": end.status,
                "resource_id": end.receipt.as_ref().map(|receipt| &receipt.id),
            })
        })
        .collect()
}

/// `steps` of a plan that is only shown: what each needs, and whether the person holds it (`yes`, `no`, `unknown`).
/// `source` says where the answer came from that a step follows.
pub fn planned(
    survey: &Survey,
    held: &BTreeMap<Permission, Held>,
    source: &dyn Fn(&str) -> Option<String>,
) -> Value {
    let right = |permission: &Permission| {
        let held = match held.get(permission) {
            Some(Held::Yes) => "yes",
            Some(Held::No) => "no",
            Some(Held::Unknown) | None => "unknown",
        };
        json!({"right": permission.holders(), "held": held})
    };
    survey
        .rows
        .iter()
        .map(|row| {
            let found = survey.found.get(&row.id);
            json!({
                "id": row.id,
                "title": row.title,
                "change": row.change,
                "status": if found.is_some() { "found" } else { "pending" },
                "resource_id": found.map(|receipt| &receipt.id),
                "source": source(&row.id),
                "needs": row.needs.iter().map(Permission::holders).collect::<Vec<_>>(),
                "rights": row.needs.iter().map(right).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// `handover`: the vendor's form. A secret's value is null unless it was asked for.
pub fn handover(fields: &[Field]) -> Value {
    let fields: Vec<Value> = fields
        .iter()
        .map(|field| {
            let (value, secret) = match &field.value {
                FieldValue::Open(value) => (Some(value.as_str()), false),
                FieldValue::Secret(secret) => {
                    (secret.as_ref().map(crate::secret::Secret::expose), true)
                }
            };
            json!({"key": field.key, "label": field.label, "value": value, "secret": secret})
        })
        .collect();
    json!({"fields": fields})
}

/// A failure, as one part of a document of several runs: the members of the failure's own document.
pub fn failed_run(error: &Error, extra: Value) -> Value {
    let mut parts = json!({"ok": false, "exit": error.exit().name(), "error": {
        "code": error.code(),
        "message": error.message(),
        "why": error.reason(),
        "hints": error.advice(),
        "correlation_id": error.correlation_id(),
        "retry": error.retry(),
    }});
    if !error.gaps().is_empty() {
        parts["error"]["gaps"] = json!(error.gaps());
    }
    if let (Value::Object(parts), Value::Object(extra)) = (&mut parts, extra) {
        parts.extend(extra);
    }
    parts
}
