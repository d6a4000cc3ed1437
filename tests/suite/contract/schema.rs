//! Judges a JSON value by a schema of Swagger 2.0, OpenAPI 3 or JSON Schema 4, as far as Azure's definitions use them.
//!
//! Unknown properties are faults, read-only properties in a request too. A null is a fault in a request, and in an answer only
//! for a required property: Microsoft's own validator (`oav`) reads it so.

use serde_json::Value;

use super::library::Node;
use super::oddities::is_known_oddity;
use super::scalars::{has_format, matches_pattern};
use super::shape::{Further, Shape};

/// Which way a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the program to Azure.
    Request,
    /// From Azure to the program.
    Answer,
}

/// Appends what is wrong with `value`; `at` says where it is, for the reader of a fault.
pub(crate) fn judge(
    schema: Node,
    value: &Value,
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    if schema.resolved().get("oneOf").is_some() {
        return judge_one_of(schema.resolved(), value, at, direction, faults);
    }
    let shape = Shape::of(schema);
    if shape.kind() == Some("object") {
        judge_object(&shape, value, at, direction, faults);
    } else if let Some(kind) = shape.kind()
        && !has_type(value, kind)
    {
        faults.push(format!("{at} should be of type {kind}, but is {value}"));
    } else if let Some(items) = value.as_array() {
        judge_array(&shape, items, at, direction, faults);
    } else {
        judge_scalar(&shape, value, at, faults);
    }
}

fn judge_one_of(
    schema: Node,
    value: &Value,
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    let mut first = None;
    for branch in schema.get("oneOf").into_iter().flat_map(Node::items) {
        let mut found = Vec::new();
        judge(branch, value, at, direction, &mut found);
        if found.is_empty() {
            return;
        }
        first.get_or_insert(found);
    }
    faults.extend(first.unwrap_or_default());
}

fn judge_object(
    shape: &Shape,
    value: &Value,
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    let Some(fields) = value.as_object() else {
        faults.push(format!("{at} should be an object, but is {value}"));
        return;
    };
    for (name, value) in fields {
        let at = format!("{at}.{name}");
        match (shape.properties.get(name.as_str()), shape.further) {
            (Some(property), _) => {
                judge_property(shape, (name, *property), value, &at, direction, faults)
            }
            (None, Further::Values(schema)) => judge(schema, value, &at, direction, faults),
            (None, Further::Anything) => {}
            (None, Further::Nothing) => faults.push(format!("{at} is unknown to the definition")),
        }
    }
    for name in &shape.required {
        let travels = shape
            .properties
            .get(name)
            .is_none_or(|property| may_travel(*property, direction));
        if travels && !fields.contains_key(*name) {
            faults.push(format!("{at}.{name} is required, but absent"));
        }
    }
    check_length(shape, ("minItems", "maxItems"), fields.len(), at, faults);
}

fn judge_property(
    shape: &Shape,
    (name, property): (&str, Node),
    value: &Value,
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    if !may_travel(property, direction) {
        let side = if direction == Direction::Request {
            "read-only"
        } else {
            "write-only"
        };
        faults.push(format!("{at} is {side}"));
    } else if value.is_null() {
        let said = nullable(property);
        let by_default = direction == Direction::Answer && !shape.required.contains(name);
        if !said.unwrap_or(by_default) {
            faults.push(format!("{at} must not be null"));
        }
    } else {
        judge(property, value, at, direction, faults);
    }
}

/// Whether a property may appear on the way in `direction`.
fn may_travel(property: Node, direction: Direction) -> bool {
    let nodes = [property, property.resolved()];
    let mutability = nodes.iter().find_map(|node| node.get("x-ms-mutability"));
    let allows =
        |word: &str| mutability.is_none_or(|list| list.items().any(|item| item.value == word));
    match direction {
        Direction::Request => {
            !nodes.iter().any(|node| node.flag("readOnly"))
                && (allows("create") || allows("update"))
        }
        Direction::Answer => allows("read"),
    }
}

fn nullable(property: Node) -> Option<bool> {
    [property, property.resolved()]
        .iter()
        .find_map(|node| node.get("x-nullable").or_else(|| node.get("nullable")))
        .and_then(|said| said.value.as_bool())
}

fn has_type(value: &Value, kind: &str) -> bool {
    match kind {
        "string" | "file" => value.is_string(),
        "integer" => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => true,
    }
}

fn judge_array(
    shape: &Shape,
    items: &[Value],
    at: &str,
    direction: Direction,
    faults: &mut Vec<String>,
) {
    check_length(shape, ("minItems", "maxItems"), items.len(), at, faults);
    let Some(schema) = shape.word("items") else {
        return;
    };
    let anything = schema
        .value
        .as_object()
        .is_some_and(serde_json::Map::is_empty);
    for (index, item) in items.iter().enumerate() {
        let at = format!("{at}[{index}]");
        match item {
            _ if anything => {}
            Value::Null if nullable(schema) != Some(true) => {
                faults.push(format!("{at} must not be null"))
            }
            item => judge(schema, item, &at, direction, faults),
        }
    }
}

fn judge_scalar(shape: &Shape, value: &Value, at: &str, faults: &mut Vec<String>) {
    for part in &shape.parts {
        check_list(*part, value, at, faults);
    }
    if let Some(text) = value.as_str() {
        judge_text(shape, text, at, faults);
    }
    if let Some(number) = value.as_f64() {
        let bound = |keyword| shape.word(keyword).and_then(|bound| bound.value.as_f64());
        if bound("minimum").is_some_and(|least| number < least)
            || bound("maximum").is_some_and(|most| number > most)
        {
            faults.push(format!("{at} is {number}, which is out of bounds"));
        }
        if bound("multipleOf").is_some_and(|step| (number / step).fract() != 0.0) {
            faults.push(format!(
                "{at} is {number}, which is no multiple as the definition asks"
            ));
        }
    }
}

fn judge_text(shape: &Shape, text: &str, at: &str, faults: &mut Vec<String>) {
    for part in &shape.parts {
        if let Some(pattern) = part.text("pattern")
            && !matches_pattern(text, pattern)
        {
            faults.push(format!("{at} is `{text}`, which does not match {pattern}"));
        }
        if let Some(format) = part.text("format")
            && !has_format(text, format)
        {
            faults.push(format!("{at} is `{text}`, which is no {format}"));
        }
    }
    check_length(
        shape,
        ("minLength", "maxLength"),
        text.chars().count(),
        at,
        faults,
    );
}

/// A value outside a list of values, closed (`enum`) or only documented (`x-known-values`, in the derived definitions).
fn check_list(part: Node, value: &Value, at: &str, faults: &mut Vec<String>) {
    let Some(list) = part.get("enum").or_else(|| part.get("x-known-values")) else {
        return;
    };
    let name = part.get("x-ms-enum").and_then(|list| list.text("name"));
    let known = list.items().any(|item| item.value == value)
        || value
            .as_str()
            .is_some_and(|value| is_known_oddity(name, value));
    if !known {
        let allowed: Vec<String> = list.items().map(|item| item.value.to_string()).collect();
        faults.push(format!(
            "{at} is {value}, which is none of {}",
            allowed.join(", ")
        ));
    }
}

fn check_length(
    shape: &Shape,
    (least, most): (&str, &str),
    length: usize,
    at: &str,
    faults: &mut Vec<String>,
) {
    let bound = |keyword| {
        let bound = shape.word(keyword).and_then(|bound| bound.value.as_u64());
        bound.and_then(|bound| usize::try_from(bound).ok())
    };
    if bound(least).is_some_and(|least| length < least)
        || bound(most).is_some_and(|most| length > most)
    {
        faults.push(format!(
            "{at} has a length of {length}, which is out of bounds"
        ));
    }
}
