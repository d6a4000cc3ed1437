//! What Graph refuses, and how it says so.

use serde_json::{Value, json};

use super::super::exchange::{Answer, Call};

/// A refusal in Graph's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GraphError {
    status: u16,
    code: &'static str,
    message: String,
    details: Vec<(&'static str, &'static str)>,
}

impl GraphError {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// 400 `Request_BadRequest`.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// 403 `Authorization_RequestDenied`.
    pub(super) fn denied() -> Self {
        Self::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// 404 `Request_ResourceNotFound`; also what a change that has not replicated looks like.
    pub(super) fn not_found(what: &str) -> Self {
        let text = format!(
            "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "Request_ResourceNotFound", text)
    }

    /// A value that its property does not take.
    pub(super) fn invalid_value(property: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "Invalid value specified for property '{property}' of resource '{resource}'."
        ))
    }

    /// A property that the type does not have.
    pub(super) fn invalid_property(property: &str) -> Self {
        Self::bad_request(format!("Invalid property '{property}'."))
    }

    /// A property of the type that callers may not write.
    pub(super) fn read_only(property: &str) -> Self {
        Self::bad_request(format!(
            "Property '{property}' is read-only and cannot be set."
        ))
    }

    /// Adds a code and the target that it is about.
    pub(super) fn with_detail(mut self, code: &'static str, target: &'static str) -> Self {
        self.details.push((code, target));
        self
    }

    /// The answer that carries it.
    pub(super) fn answer(&self, call: &Call) -> Answer {
        let client_request_id = call
            .header("client-request-id")
            .map_or_else(|| call.request_id.to_string(), str::to_owned);
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "innerError": {
                "date": call.now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                "request-id": call.request_id.to_string(),
                "client-request-id": client_request_id,
            },
        });
        if !self.details.is_empty() {
            let detail = |(code, target): &(&str, &str)| json!({"code": code, "target": target, "message": self.message});
            error["details"] = self.details.iter().map(detail).collect::<Value>();
        }
        let answer = Answer::json(self.status, json!({"error": error}));
        if self.status == 401 {
            return answer.with_header("www-authenticate", "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"");
        }
        answer
    }
}
