//! Judges an answer by an operation's responses, and refusals by Azure Resource Manager's error envelope.

use serde_json::Value;

use super::exchange::Exchange;
use super::library::Node;
use super::operations::{Operation, json_content};
use super::schema::{Direction, judge};

/// The schema of a response, in either dialect.
pub(crate) fn schema(response: Node) -> Option<Node> {
    response.get("schema").or_else(|| json_content(response))
}

/// Judges status and body.
pub(crate) fn judge_answer(operation: &Operation, exchange: &Exchange, faults: &mut Vec<String>) {
    let declared = operation
        .node
        .get("responses")
        .and_then(|responses| responses.get(&exchange.status.to_string()))
        .map(Node::resolved);
    match declared {
        Some(response) if !exchange.refused() => {
            judge_body(schema(response), exchange.response_body.as_ref(), faults)
        }
        None if !exchange.refused() => faults.push(format!(
            "status {} is unknown to the definition",
            exchange.status
        )),
        _ => judge_refusal(exchange, faults),
    }
}

fn judge_body(schema: Option<Node>, body: Option<&Value>, faults: &mut Vec<String>) {
    match (schema, body) {
        (Some(schema), Some(body)) => judge(schema, body, "answer", Direction::Answer, faults),
        (Some(_), None) => faults.push("the answer should have a body, but has none".to_owned()),
        (None, Some(body)) => {
            faults.push(format!("the answer should have no body, but has {body}"))
        }
        (None, None) => {}
    }
}

/// `ErrorResponse` of the definitions' common types: `{"error":{"code","message","target"?,"details"?,"additionalInfo"?}}`.
pub(crate) fn judge_refusal(exchange: &Exchange, faults: &mut Vec<String>) {
    let fields = match exchange.refusal() {
        Ok(Some(fields)) => fields,
        Ok(None) => return,
        Err(fault) => return faults.push(fault),
    };
    if exchange.path.to_lowercase().contains("/microsoft.billing/")
        && (is_flat(fields) || is_problem(fields))
    {
        return;
    }
    let Some(Value::Object(error)) = fields.get("error") else {
        faults.push(format!(
            "the refusal should be {{\"error\":{{\"code\",\"message\"}}}}, but is {}",
            Value::from(fields.clone())
        ));
        return;
    };
    judge_error(error, faults);
    for name in fields.keys().filter(|name| *name != "error") {
        faults.push(format!("answer.{name} is unknown in a refusal"));
    }
}

const ERROR_FIELDS: [&str; 6] = [
    "code",
    "message",
    "target",
    "details",
    "additionalInfo",
    "innererror",
];

fn judge_error(error: &serde_json::Map<String, Value>, faults: &mut Vec<String>) {
    for name in ["code", "message"] {
        if !error.get(name).is_some_and(Value::is_string) {
            faults.push(format!("answer.error.{name} should be a text"));
        }
    }
    for name in error
        .keys()
        .filter(|name| !ERROR_FIELDS.contains(&name.as_str()))
    {
        faults.push(format!("answer.error.{name} is unknown in a refusal"));
    }
}

/// Microsoft.Billing also refuses with a bare code and message
/// (<https://github.com/helderpinto/AzureOptimizationEngine/issues/104>) …
fn is_flat(fields: &serde_json::Map<String, Value>) -> bool {
    fields.contains_key("code") && fields.contains_key("message")
}

/// … and as ASP.NET does (<https://github.com/helderpinto/AzureOptimizationEngine/issues/116>).
fn is_problem(fields: &serde_json::Map<String, Value>) -> bool {
    fields.contains_key("errors") && fields.contains_key("title")
}
