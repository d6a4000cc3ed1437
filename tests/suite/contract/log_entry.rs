//! The sandbox's log as exchanges.
//!
//! An entry is taken as the JSON that it serialises to, which is also what a line of a request log file is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::exchange::Exchange;

/// The part of an entry that is judged.
#[derive(Deserialize)]
struct Recorded {
    service: String,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    request_headers: BTreeMap<String, String>,
    request_body: Value,
    status: Option<u16>,
    response_body: Value,
}

/// An entry of the log, `azconnect::sandbox::LogEntry`, as an exchange.
///
/// # Panics
/// When the entry has another form: then what the log records has changed, and this must follow.
pub(crate) fn exchange(entry: &impl Serialize) -> Exchange {
    let recorded: Recorded = serde_json::to_value(entry)
        .and_then(serde_json::from_value)
        .unwrap_or_else(|error| panic!("the log's entries have another form: {error}"));
    Exchange {
        service: recorded.service,
        method: recorded.method,
        path: recorded.path,
        query: recorded.query,
        request_headers: recorded.request_headers,
        request_body: body(recorded.request_body),
        status: recorded.status.unwrap_or(0),
        response_body: body(recorded.response_body),
    }
}

/// The log has null, or an empty text, where there is no body.
fn body(recorded: Value) -> Option<Value> {
    Some(recorded).filter(|body| !body.is_null() && body.as_str() != Some(""))
}
