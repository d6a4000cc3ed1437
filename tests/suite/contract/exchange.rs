//! One request with its answer, and what the definitions say of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::exceptions::Exception;

/// One request and its answer, as the sandbox recorded them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exchange {
    /// `login`, `graph`, `arm`, `blob` or `partner_center`.
    pub(crate) service: String,
    /// HTTP method, in capitals.
    pub(crate) method: String,
    /// Path as sent, without the query: `/v1.0/applications(uniqueName='x')`, `/subscriptions/…`.
    pub(crate) path: String,
    /// Decoded query parameters, in order.
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    pub(crate) request_headers: BTreeMap<String, String>,
    /// JSON, or the fields of a form as an object of strings.
    pub(crate) request_body: Option<Value>,
    /// HTTP status; 0 where the connection was cut before an answer: then only the request is judged.
    pub(crate) status: u16,
    /// JSON, or a string for anything else.
    pub(crate) response_body: Option<Value>,
}

impl Exchange {
    /// The value of a query parameter, its name compared as Azure does: without regard to case.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether Azure refused the request.
    pub(crate) fn refused(&self) -> bool {
        self.status >= 400
    }

    /// The object that a refusal came with. None where something in front of the service may have refused, without a body or
    /// with a page of its own: gateways, proxies, throttles.
    ///
    /// # Errors
    /// A sentence, where the service itself must have refused and did so without an object.
    pub(crate) fn refusal(&self) -> Result<Option<&Map<String, Value>>, String> {
        match &self.response_body {
            Some(Value::Object(fields)) => Ok(Some(fields)),
            _ if matches!(self.status, 401 | 403 | 429 | 500..) || self.method == "HEAD" => {
                Ok(None)
            }
            _ => Err(format!(
                "status {} should come with an error, but has none",
                self.status
            )),
        }
    }
}

/// What the definitions say of an exchange.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    /// Request and answer are as the definition has them.
    Valid {
        /// The definition's own name for what was asked.
        operation: String,
        /// The file below the specs folder that defines it; for a protocol without a file, its documentation.
        definition: String,
    },
    /// No definition covers it, and the table of exceptions says why that is in order.
    Excepted {
        /// The row of the table.
        reason: &'static Exception,
    },
    /// Microsoft has a page on such a request and no definition of it: nothing but the address was looked at.
    Undefined,
    /// A definition covers it and is broken.
    Invalid {
        /// The operation that comes nearest, if any.
        operation: Option<String>,
        /// What is wrong, a sentence each.
        faults: Vec<String>,
    },
    /// Neither a definition nor an exception knows such a request.
    Uncovered,
}

impl Verdict {
    /// Valid if nothing is wrong, invalid otherwise.
    pub(crate) fn of(operation: &str, definition: &str, faults: Vec<String>) -> Self {
        if faults.is_empty() {
            Self::Valid {
                operation: operation.to_owned(),
                definition: definition.to_owned(),
            }
        } else {
            Self::Invalid {
                operation: Some(operation.to_owned()),
                faults,
            }
        }
    }
}
