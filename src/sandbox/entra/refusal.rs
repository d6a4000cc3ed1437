//! What the login service refuses, and how it says so.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::{Answer, Call};

/// A refusal: OAuth's word, Entra's number, and the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    pub(super) code: u32,
    pub(super) text: String,
}

impl Refusal {
    pub(super) fn new(error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self {
            error,
            code,
            text: text.into(),
        }
    }

    /// AADSTS900144.
    pub(super) fn missing(parameter: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{parameter}'.");
        Self::new("invalid_request", 900_144, text)
    }

    pub(super) fn invalid_grant(code: u32, text: impl Into<String>) -> Self {
        Self::new("invalid_grant", code, text)
    }

    pub(super) fn invalid_client(code: u32, text: impl Into<String>) -> Self {
        Self::new("invalid_client", code, text)
    }

    /// The sentence with its number, as pages and redirects show it.
    pub(super) fn sentence(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }

    /// The body of the token endpoint: 401 for a client that could not prove itself, 400 for the rest.
    pub(super) fn answer(&self, call: &Call) -> Answer {
        let status = if self.error == "invalid_client" {
            401
        } else {
            400
        };
        Answer::json(status, self.body(call))
    }

    fn body(&self, call: &Call) -> Value {
        let trace = call.request_id.to_string();
        let correlation = call
            .header("client-request-id")
            .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let timestamp = call.now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        // RFC 8628's `slow_down` has no number of Entra's.
        let (sentence, codes) = match self.code {
            0 => (self.text.clone(), json!([])),
            code => (self.sentence(), json!([code])),
        };
        json!({
            "error": self.error,
            "error_description":
                format!("{sentence}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}"),
            "error_codes": codes,
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", call.base, self.code),
        })
    }
}
