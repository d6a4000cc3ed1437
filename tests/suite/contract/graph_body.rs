//! Judges bodies of requests to Microsoft Graph, and of its answers, by the metadata's types.
//!
//! Graph's directory objects are open types, for the sake of schema extensions alone (`extension_…`): any other property that
//! the metadata does not know is a fault.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::csdl::{Model, TypeReference, short};
use super::graph_rules::READ_ONLY;
use super::scalars::has_format;
use super::schema::Direction;

/// Appends what is wrong with a value of a type.
pub(crate) fn judge_value(
    model: &Model,
    kind: &TypeReference,
    value: &Value,
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    match value {
        Value::Null if kind.nullable && !kind.collection => {}
        Value::Null => faults.push(format!("{at} must not be null")),
        Value::Array(items) if kind.collection => {
            let one = TypeReference {
                collection: false,
                nullable: false,
                ..kind.clone()
            };
            for (index, item) in items.iter().enumerate() {
                judge_value(
                    model,
                    &one,
                    item,
                    &format!("{at}[{index}]"),
                    direction,
                    faults,
                );
            }
        }
        _ if kind.collection => faults.push(format!("{at} should be an array, but is {value}")),
        _ => judge_one(model, &kind.name, value, at, direction, faults),
    }
}

fn judge_one(
    model: &Model,
    kind: &str,
    value: &Value,
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    if kind.starts_with("Edm.") {
        judge_primitive(kind, value, at, faults);
    } else if let Some(enumeration) = model.enumerations.get(kind) {
        let text = value.as_str().unwrap_or_default();
        let mut parts = text.split(',').map(str::trim);
        let known = if enumeration.flags {
            parts.all(|part| enumeration.members.contains(part))
        } else {
            enumeration.members.contains(text)
        };
        if !known {
            let members: Vec<&str> = enumeration.members.iter().map(String::as_str).collect();
            faults.push(format!(
                "{at} is {value}, which is none of {}",
                members.join(", ")
            ));
        }
    } else if let Some(fields) = value.as_object() {
        judge_structure(model, kind, fields, at, direction, faults);
    } else {
        faults.push(format!("{at} should be an object, but is {value}"));
    }
}

/// An entity or a complex value. One that says its own type (`@odata.type`) is judged as that; a type that the metadata here
/// leaves out is not judged.
pub(crate) fn judge_structure(
    model: &Model,
    declared: &str,
    fields: &Map<String, Value>,
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    let said = fields
        .get("@odata.type")
        .and_then(Value::as_str)
        .map(|name| short(name.trim_start_matches('#')));
    let kind = said
        .filter(|name| model.is_a(name, declared))
        .unwrap_or(declared);
    if let Some(said) = said.filter(|said| *said != kind && model.types.contains_key(*said)) {
        faults.push(format!(
            "{at} says that it is a `{said}`, which is no kind of `{declared}`"
        ));
    }
    if model.lineage(kind).is_empty() {
        return;
    }
    for (name, value) in fields {
        let at = format!("{at}.{name}");
        if let Some(bound) = name.strip_suffix("@odata.bind") {
            if model.navigation(kind, bound).is_none() {
                faults.push(format!("{at} names no navigation property of `{kind}`"));
            }
        } else if !name.contains('@') && !name.starts_with("extension_") {
            judge_member(model, kind, (name, value), &at, direction, faults);
        }
    }
}

fn judge_member(
    model: &Model,
    kind: &str,
    (name, value): (&str, &Value),
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    match (
        model.property(kind, name),
        model.navigation(kind, name),
        direction,
    ) {
        (Some(property), _, _) => judge_value(model, property, value, at, direction, faults),
        (None, Some((related, _)), Direction::Answer) => {
            judge_value(model, related, value, at, direction, faults)
        }
        (None, Some(_), Direction::Request) => {
            faults.push(format!(
                "{at} leads to other entities: it should be bound with `@odata.bind`"
            ));
        }
        (None, None, _) => faults.push(format!("{at} is unknown to the definition of `{kind}`")),
    }
}

fn judge_primitive(kind: &str, value: &Value, at: &str, faults: &mut Vec<String>) {
    let fits = match (kind, value) {
        ("Edm.Boolean", value) => value.is_boolean(),
        ("Edm.Int16" | "Edm.Int32" | "Edm.Int64" | "Edm.Byte", value) => {
            value.is_i64() || value.is_u64()
        }
        ("Edm.Double" | "Edm.Single" | "Edm.Decimal", value) => value.is_number(),
        (_, Value::String(text)) => has_format(text, kind),
        _ => false,
    };
    if !fits {
        faults.push(format!("{at} should be {kind}, but is {value}"));
    }
}

/// Properties in a request's body that Graph sets itself. The key that addresses the entity may be repeated.
pub(crate) fn judge_read_only(
    model: &Model,
    kind: &str,
    fields: &Map<String, Value>,
    key: Option<&str>,
    faults: &mut Vec<String>,
) {
    let read_only: BTreeSet<&str> = READ_ONLY
        .iter()
        .filter(|(owner, _)| model.is_a(kind, owner))
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    for name in fields
        .keys()
        .filter(|name| read_only.contains(name.as_str()) && Some(name.as_str()) != key)
    {
        faults.push(format!("body.{name} is read-only"));
    }
}
