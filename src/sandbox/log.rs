//! The request log: what was asked of the sandbox, in order, with everything secret blotted out.
//!
//! Tests read it through `Sandbox::log`; with `Options::request_log` each entry is also appended to a file of JSON lines
//! when it is complete. An entry appears the moment a request arrives, before any fault holds it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::Service;

/// One request and, once there is one, its answer.
#[derive(Debug, Clone, Serialize)]
pub struct LogEntry {
    /// Counted from 1 over all services.
    pub number: u64,
    /// Time of arrival.
    pub at: Timestamp,
    /// The service asked.
    pub service: Service,
    /// HTTP method.
    pub method: String,
    /// Path as sent, without the query.
    pub path: String,
    /// Decoded query parameters, in order.
    pub query: Vec<(String, String)>,
    /// Request headers, names in lower case, `authorization` redacted.
    pub request_headers: BTreeMap<String, String>,
    /// JSON body, or the fields of a form as an object; null without a body. Secrets and codes are redacted.
    pub request_body: Value,
    /// HTTP status of the answer; none while the request is open or where the connection was cut.
    pub status: Option<u16>,
    /// Headers of the answer.
    pub response_headers: BTreeMap<String, String>,
    /// Body of the answer; tokens and secrets are redacted.
    pub response_body: Value,
    /// Whether the service handled it (a fault may prevent that).
    pub processed: bool,
}

/// What takes the place of a secret.
pub(super) const REDACTED: &str = "REDACTED";

/// Names of fields that are secret wherever they occur, in requests and answers.
const SECRET_FIELDS: [&str; 11] = [
    "client_secret",
    "client_assertion",
    "code",
    "code_verifier",
    "refresh_token",
    "device_code",
    "access_token",
    "id_token",
    "secretText",
    "assertion",
    // The signature of a SAS.
    "sig",
];

/// The log of one sandbox.
#[derive(Debug)]
pub(super) struct RequestLog {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    entries: Vec<LogEntry>,
    file: Option<File>,
}

/// What an answer adds to an entry.
pub(super) struct Completion {
    pub(super) status: Option<u16>,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
    pub(super) processed: bool,
}

impl RequestLog {
    pub(super) fn new(file: Option<&Path>) -> io::Result<Self> {
        let file = file
            .map(|path| OpenOptions::new().create(true).append(true).open(path))
            .transpose()?;
        Ok(Self {
            inner: Mutex::new(Inner {
                entries: Vec::new(),
                file,
            }),
        })
    }

    /// Enters a request and gives it its number.
    pub(super) fn open(&self, mut entry: LogEntry) -> u64 {
        let mut inner = self.lock();
        entry.number = inner.entries.len() as u64 + 1;
        entry.request_body = redacted(entry.request_body, Secrets::All);
        if entry.service == Service::KeyVault {
            hide_value(&mut entry.request_body);
        }
        for (name, value) in &mut entry.query {
            if SECRET_FIELDS.contains(&name.as_str()) {
                REDACTED.clone_into(value);
            }
        }
        inner.entries.push(entry);
        inner.entries.len() as u64
    }

    /// Notes that the handler has run, whatever becomes of the answer.
    pub(super) fn processed(&self, number: u64) {
        if let Some(entry) = self.lock().entry(number) {
            entry.processed = true;
        }
    }

    /// Completes the entry `number`, and writes it to the file if there is one.
    pub(super) fn complete(&self, number: u64, completion: Completion) {
        let mut inner = self.lock();
        let Some(entry) = inner.entry(number) else {
            return;
        };
        entry.status = completion.status;
        entry.response_headers = completion.headers;
        entry.response_body = redacted(completion.body, Secrets::ButErrorCodes);
        if entry.service == Service::KeyVault {
            hide_value(&mut entry.response_body);
        }
        entry.processed = completion.processed;
        let line = serde_json::to_string(entry).unwrap_or_default();
        if let Some(file) = &mut inner.file
            && let Err(error) = writeln!(file, "{line}")
        {
            tracing::warn!(%error, "Failed to append to the request log");
        }
    }

    pub(super) fn entries(&self) -> Vec<LogEntry> {
        self.lock().entries.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn entry(&mut self, number: u64) -> Option<&mut LogEntry> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.entries.get_mut(index)
    }
}

/// `code` is an authorization code in a request and an error code in an answer.
#[derive(Clone, Copy, PartialEq)]
enum Secrets {
    All,
    ButErrorCodes,
}

/// Key Vault's word for a secret, which elsewhere means a list.
fn hide_value(body: &mut Value) {
    if let Some(value) = body.get_mut("value").filter(|value| value.is_string()) {
        *value = Value::from(REDACTED);
    }
}

fn redacted(value: Value, secrets: Secrets) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let secret = SECRET_FIELDS.contains(&name.as_str())
                    && !(name == "code" && secrets == Secrets::ButErrorCodes);
                let value = if secret && !value.is_null() {
                    Value::from(REDACTED)
                } else {
                    redacted(value, secrets)
                };
                (name, value)
            })
            .collect(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| redacted(item, secrets))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_go_but_error_codes_stay() {
        let request = redacted(
            json!({"client_secret": "s", "code": "c", "scope": "x"}),
            Secrets::All,
        );
        assert_eq!(
            request,
            json!({"client_secret": REDACTED, "code": REDACTED, "scope": "x"})
        );
        let answer = redacted(
            json!({"error": {"code": "E"}, "a": [{"secretText": "s"}]}),
            Secrets::ButErrorCodes,
        );
        assert_eq!(
            answer,
            json!({"error": {"code": "E"}, "a": [{"secretText": REDACTED}]})
        );
    }
}
