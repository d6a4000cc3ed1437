//! Judges the path, the query and the required headers of a request by an operation's parameters.

use serde_json::Value;

use super::exchange::Exchange;
use super::library::Node;
use super::odata;
use super::operations::Operation;
use super::schema::{Direction, judge};
use super::shape::Shape;
use super::template::Captures;

/// Values of names in the path. A scope has its own form, checked when the path was matched.
pub(crate) fn judge_path(operation: &Operation, captures: &Captures, faults: &mut Vec<String>) {
    for (name, value) in captures {
        if let Some(parameter) = parameter(operation, "path", name) {
            judge_text(parameter, value, &format!("path {{{name}}}"), faults);
        }
    }
}

/// Names and values of the query, and that `api-version` is the definition's.
pub(crate) fn judge_query(operation: &Operation, exchange: &Exchange, faults: &mut Vec<String>) {
    for (name, value) in &exchange.query {
        match parameter(operation, "query", name) {
            Some(parameter) => judge_text(parameter, value, &format!("query {name}"), faults),
            None if name.eq_ignore_ascii_case("$skiptoken") && is_paged(operation) => {}
            None => faults.push(format!("query {name} is unknown to the definition")),
        }
    }
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| parameter.flag("required"))
    {
        let name = parameter.text("name").unwrap_or_default();
        let present = match parameter.text("in") {
            Some("query") => exchange.query_value(name).is_some(),
            Some("header") => exchange.request_headers.contains_key(&name.to_lowercase()),
            _ => true,
        };
        if !present {
            faults.push(format!("{name} is required, but absent"));
        }
    }
    if let Some(filter) = exchange.query_value("$filter") {
        judge_filter(operation, filter, faults);
    }
}

/// Functions that Microsoft.Authorization's `$filter` knows besides properties:
/// <https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope> and
/// <https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest>.
const FILTER_FUNCTIONS: [&str; 3] = ["atScope", "assignedTo", "atScopeAndBelow"];

/// `$filter`, where the definition says on which properties (`x-ms-odata`).
fn judge_filter(operation: &Operation, filter: &str, faults: &mut Vec<String>) {
    let Some(reference) = operation.node.text("x-ms-odata") else {
        return;
    };
    let Some(definition) = operation.node.follow(reference) else {
        return;
    };
    let words = odata::words(filter);
    let known = Shape::of(definition).properties;
    for name in words
        .properties
        .iter()
        .filter(|name| !known.contains_key(name.as_str()))
    {
        faults.push(format!(
            "query $filter names `{name}`, which is unknown to the definition"
        ));
    }
    for name in words
        .functions
        .iter()
        .filter(|name| !FILTER_FUNCTIONS.contains(&name.as_str()))
    {
        faults.push(format!(
            "query $filter calls `{name}`, which is not documented"
        ));
    }
}

fn parameter(operation: &Operation, place: &str, name: &str) -> Option<Node> {
    let fits = |parameter: &&Node| {
        let known = parameter
            .text("name")
            .is_some_and(|known| known.eq_ignore_ascii_case(name));
        known && parameter.text("in") == Some(place)
    };
    operation.parameters.iter().find(fits).copied()
}

/// A page's `nextLink` is Azure's own and may carry a `$skiptoken` of which the definition does not speak.
fn is_paged(operation: &Operation) -> bool {
    operation
        .node
        .get("responses")
        .and_then(|responses| responses.get("200"))
        .and_then(super::responses::schema)
        .is_some_and(|schema| Shape::of(schema).properties.contains_key("nextLink"))
}

/// In Swagger 2.0 a parameter is its own schema; in OpenAPI 3 it has one.
fn judge_text(parameter: Node, text: &str, at: &str, faults: &mut Vec<String>) {
    let schema = parameter.get("schema").unwrap_or(parameter);
    let value = match schema.resolved().text("type") {
        Some("integer" | "number") => text.parse().map_or_else(
            |_| Value::from(text),
            |number: serde_json::Number| Value::Number(number),
        ),
        Some("boolean") => text.parse().map_or_else(|_| Value::from(text), Value::Bool),
        Some("array") => text.split(',').map(Value::from).collect(),
        _ => Value::from(text),
    };
    judge(schema, &value, at, Direction::Request, faults);
}
