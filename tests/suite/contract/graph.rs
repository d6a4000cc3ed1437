//! Judges an exchange with Microsoft Graph v1.0 by its metadata: path, method, query, body, and the answer.

use serde_json::{Map, Value};

use super::csdl::{Callable, Model, TypeReference};
use super::exchange::{Exchange, Verdict};
use super::graph_body::{judge_read_only, judge_structure, judge_value};
use super::graph_path::{Ending, Target, resolve};
use super::graph_query::judge_query;
use super::graph_rules::REQUIRED_TO_CREATE;
use super::schema::Direction;

/// Judges one exchange; `definition` is the metadata's file.
pub(crate) fn judge(model: &Model, exchange: &Exchange, definition: &str) -> Verdict {
    let target = match resolve(model, &exchange.path) {
        Ok(target) => target,
        Err(fault) => {
            return Verdict::Invalid {
                operation: None,
                faults: vec![fault],
            };
        }
    };
    let operation = format!("{} {}", exchange.method, target.template);
    let Some(act) = act(&target, exchange) else {
        let fault = format!("Graph has no {} of {}", exchange.method, target.template);
        return Verdict::Invalid {
            operation: Some(operation),
            faults: vec![fault],
        };
    };
    let mut faults = Vec::new();
    judge_query(model, &target, exchange, &mut faults);
    judge_request(model, &target, act, exchange, &mut faults);
    match exchange.status {
        0 => {}
        400.. => judge_refusal(exchange, &mut faults),
        _ => judge_answer(model, &target, act, exchange, &mut faults),
    }
    Verdict::of(&operation, definition, faults)
}

/// What a request does.
#[derive(Debug, Clone, Copy)]
enum Act<'model> {
    List,
    Read,
    Create,
    Upsert,
    Change,
    Delete,
    Call(&'model Callable),
    Count,
    Link,
    Unlink,
}

fn act<'model>(target: &Target<'model>, exchange: &Exchange) -> Option<Act<'model>> {
    let many = target.kind.collection;
    let upsert = preference(exchange).contains("create-if-missing");
    Some(match (&target.ending, exchange.method.as_str()) {
        (Ending::Resource, "GET") if many => Act::List,
        (Ending::Resource, "POST") if many && target.contained => Act::Create,
        (Ending::AlternateKey(_), "PATCH") if upsert => Act::Upsert,
        (Ending::Resource | Ending::AlternateKey(_), "GET") if !many => Act::Read,
        (Ending::Resource | Ending::AlternateKey(_), "PATCH") if !many => Act::Change,
        (Ending::Resource | Ending::AlternateKey(_), "DELETE") if !many => Act::Delete,
        (Ending::Call(callable), "POST") if callable.is_action => Act::Call(callable),
        (Ending::Call(callable), "GET") if !callable.is_action => Act::Call(callable),
        (Ending::Count, "GET") => Act::Count,
        (Ending::Reference, "POST") if many => Act::Link,
        (Ending::Reference, "DELETE") => Act::Unlink,
        _ => return None,
    })
}

fn preference(exchange: &Exchange) -> &str {
    exchange
        .request_headers
        .get("prefer")
        .map_or("", String::as_str)
}

fn judge_request(
    model: &Model,
    target: &Target<'_>,
    act: Act<'_>,
    exchange: &Exchange,
    faults: &mut Vec<String>,
) {
    let empty = Map::new();
    let fields = match &exchange.request_body {
        None => &empty,
        Some(Value::Object(fields)) => fields,
        Some(other) => return faults.push(format!("the body should be an object, but is {other}")),
    };
    match act {
        Act::Create | Act::Upsert | Act::Change => {
            let key = match &target.ending {
                Ending::AlternateKey(property) => Some(property.as_str()),
                _ => None,
            };
            judge_structure(
                model,
                &target.kind.name,
                fields,
                "body",
                Direction::Request,
                faults,
            );
            judge_read_only(model, &target.kind.name, fields, key, faults);
            if !matches!(act, Act::Change) {
                judge_required(&target.kind.name, fields, key, faults);
            }
        }
        Act::Call(callable) => judge_arguments(model, callable, fields, faults),
        Act::Link if !fields.contains_key("@odata.id") => {
            faults.push("body.@odata.id is required, but absent".to_owned())
        }
        Act::Link => {}
        _ if !fields.is_empty() => {
            faults.push(format!("a {} should have no body", exchange.method))
        }
        _ => {}
    }
}

fn judge_required(
    kind: &str,
    fields: &Map<String, Value>,
    key: Option<&str>,
    faults: &mut Vec<String>,
) {
    for rule in REQUIRED_TO_CREATE.iter().filter(|rule| rule.kind == kind) {
        for name in rule
            .properties
            .iter()
            .filter(|name| !fields.contains_key(**name) && Some(**name) != key)
        {
            faults.push(format!(
                "body.{name} is required, but absent ({})",
                rule.source
            ));
        }
    }
}

fn judge_arguments(
    model: &Model,
    callable: &Callable,
    fields: &Map<String, Value>,
    faults: &mut Vec<String>,
) {
    for (name, value) in fields {
        match callable.parameters.get(name) {
            Some((kind, _)) => judge_value(
                model,
                kind,
                value,
                &format!("body.{name}"),
                Direction::Request,
                faults,
            ),
            None => faults.push(format!(
                "body.{name} is no parameter of `{}`",
                callable.name
            )),
        }
    }
    for (name, _) in callable
        .parameters
        .iter()
        .filter(|(name, (_, optional))| !optional && !fields.contains_key(*name))
    {
        faults.push(format!("body.{name} is required, but absent"));
    }
}

fn judge_answer(
    model: &Model,
    target: &Target<'_>,
    act: Act<'_>,
    exchange: &Exchange,
    faults: &mut Vec<String>,
) {
    let expected: &[u16] = match act {
        Act::List | Act::Read | Act::Count => &[200],
        Act::Create => &[201],
        Act::Upsert => &[201, 204],
        Act::Change if preference(exchange).contains("return=representation") => &[200, 204],
        Act::Change | Act::Delete | Act::Link | Act::Unlink => &[204],
        Act::Call(callable) if callable.returns.is_some() => &[200],
        Act::Call(_) => &[204],
    };
    if !expected.contains(&exchange.status) {
        return faults.push(format!(
            "status {} is none that Graph ends such a request with",
            exchange.status
        ));
    }
    let created = TypeReference {
        collection: false,
        ..target.kind.clone()
    };
    let returned = match act {
        Act::Call(callable) => callable.returns.as_ref(),
        Act::Create => Some(&created),
        _ => Some(&target.kind),
    };
    match (&exchange.response_body, returned) {
        (None, _) if exchange.status == 204 => {}
        (Some(body), _) if exchange.status == 204 => {
            faults.push(format!("the answer should have no body, but has {body}"))
        }
        (None, _) => faults.push("the answer should have a body, but has none".to_owned()),
        (Some(_), _) if matches!(act, Act::Count) => {}
        (Some(body), Some(kind)) if kind.collection => {
            judge_page(model, &kind.name, body, exchange, faults)
        }
        (Some(Value::Object(fields)), Some(kind)) => {
            judge_entity(model, &kind.name, fields, ("answer", exchange), faults)
        }
        (Some(body), _) => faults.push(format!("the answer should be an object, but is {body}")),
    }
}

fn judge_page(
    model: &Model,
    kind: &str,
    body: &Value,
    exchange: &Exchange,
    faults: &mut Vec<String>,
) {
    let Some(items) = body.get("value").and_then(Value::as_array) else {
        return faults.push("the answer should have an array `value`".to_owned());
    };
    let members = body.as_object().into_iter().flatten();
    for (name, _) in members.filter(|(name, _)| *name != "value" && !name.starts_with('@')) {
        faults.push(format!("answer.{name} is unknown in a page"));
    }
    for (index, item) in items.iter().enumerate() {
        match item {
            Value::Object(fields) => judge_entity(
                model,
                kind,
                fields,
                (&format!("answer.value[{index}]"), exchange),
                faults,
            ),
            other => faults.push(format!(
                "answer.value[{index}] should be an object, but is {other}"
            )),
        }
    }
}

/// One entity of an answer: its properties are known, those that `$select` names and no others, and its `id` is there.
fn judge_entity(
    model: &Model,
    kind: &str,
    fields: &Map<String, Value>,
    (at, exchange): (&str, &Exchange),
    faults: &mut Vec<String>,
) {
    judge_structure(model, kind, fields, at, Direction::Answer, faults);
    let selected: Option<Vec<&str>> = exchange
        .query_value("$select")
        .map(|list| list.split(',').map(str::trim).collect());
    let has_id = model.property(kind, "id").is_some();
    if has_id
        && selected.as_ref().is_none_or(|names| names.contains(&"id"))
        && !fields.contains_key("id")
    {
        faults.push(format!("{at}.id is required, but absent"));
    }
    for name in fields
        .keys()
        .filter(|name| !name.contains('@') && *name != "id")
    {
        let expanded = model.navigation(kind, name).is_some();
        if selected
            .as_ref()
            .is_some_and(|names| !names.contains(&name.as_str()))
            && !expanded
        {
            faults.push(format!("{at}.{name} was not selected"));
        }
    }
}

/// `{"error":{"code","message","innerError"?,"details"?}}`: <https://learn.microsoft.com/graph/errors>.
fn judge_refusal(exchange: &Exchange, faults: &mut Vec<String>) {
    let fields = match exchange.refusal() {
        Ok(Some(fields)) => fields,
        Ok(None) => return,
        Err(fault) => return faults.push(fault),
    };
    let error = fields.get("error").and_then(Value::as_object);
    for name in ["code", "message"] {
        if !error
            .and_then(|error| error.get(name))
            .is_some_and(Value::is_string)
        {
            faults.push(format!("answer.error.{name} should be a text"));
        }
    }
    let unknown = error
        .into_iter()
        .flat_map(Map::keys)
        .filter(|name| !ERROR_FIELDS.contains(&name.as_str()));
    faults.extend(unknown.map(|name| format!("answer.error.{name} is unknown in a refusal")));
}

const ERROR_FIELDS: [&str; 5] = ["code", "message", "innerError", "details", "target"];
