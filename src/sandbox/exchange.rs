//! A request as a handler sees it, and the answer that it gives back.
//!
//! [`super::dispatch`] makes the first from what arrived and sends the second. Everything is decoded here once, so that no
//! service decodes on its own.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::Service;

/// Largest body that is read; Azure's own limits are of this order.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// A request.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) service: Service,
    pub(super) method: String,
    /// Path as sent.
    pub(super) path: String,
    /// Decoded, in order.
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// `https://HOST` as the caller spelt it: links in answers stay on that host.
    pub(super) base: String,
    /// Identifies the request in errors and headers.
    pub(super) request_id: Uuid,
    pub(super) now: Timestamp,
}

impl Call {
    /// Reads a request to its end; a body that breaks off or is too large counts as empty.
    pub(super) async fn read(service: Service, endpoint: &str, request: Request<Body>) -> Self {
        let (parts, body) = request.into_parts();
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        Self {
            service,
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: form_pairs(parts.uri.query().unwrap_or_default()),
            base: host.map_or_else(|| endpoint.to_owned(), |host| format!("https://{host}")),
            headers: parts.headers,
            body: to_bytes(body, LARGEST_BODY).await.unwrap_or_default(),
            request_id: Uuid::new_v4(),
            now: Timestamp::now(),
        }
    }

    /// The path's segments, decoded; empty ones are left out.
    pub(super) fn segments(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(percent_decoded)
            .collect()
    }

    /// The first value of a query parameter; names are compared without regard to case, as ARM and Graph do.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The token of `Authorization: Bearer …`.
    pub(super) fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim())
            .filter(|token| !token.is_empty())
    }

    fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    /// Whether the body says that it is JSON.
    pub(super) fn is_json(&self) -> bool {
        self.content_type()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .ends_with("json")
    }

    /// Whether the body says that it is a form.
    pub(super) fn is_form(&self) -> bool {
        self.content_type()
            .starts_with("application/x-www-form-urlencoded")
    }

    /// The body as JSON; none where it is not.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The fields of a form body.
    pub(super) fn form(&self) -> BTreeMap<String, String> {
        form_pairs(&String::from_utf8_lossy(&self.body))
            .into_iter()
            .collect()
    }

    /// The body for the log: JSON, the fields of a form, or text.
    pub(super) fn loggable_body(&self) -> Value {
        if self.body.is_empty() {
            Value::Null
        } else if self.is_form() {
            self.form()
                .into_iter()
                .map(|(name, value)| (name, Value::from(value)))
                .collect()
        } else {
            self.json()
                .unwrap_or_else(|| Value::from(String::from_utf8_lossy(&self.body)))
        }
    }
}

/// `application/x-www-form-urlencoded`, decoded.
pub(super) fn form_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                percent_decoded(&name.replace('+', " ")),
                percent_decoded(&value.replace('+', " ")),
            )
        })
        .collect()
}

/// `%XX` decoded; what is no such escape stays as it is.
pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let escaped = bytes
            .get(index + 1..index + 3)
            .filter(|_| byte == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(byte));
        index += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Encodes everything but unreserved characters.
pub(super) fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Payload,
}

/// The body of an answer.
#[derive(Debug, Clone)]
pub(super) enum Payload {
    Empty,
    Json(Value),
    /// JSON with a byte order mark in front, as .NET's serializer may write it.
    MarkedJson(Value),
    Text {
        content_type: &'static str,
        text: String,
    },
    /// Bytes, whose type the headers say.
    Bytes(Bytes),
    /// So many bytes without a meaning, made while they are sent.
    Filler(u64),
}

/// What filler consists of: lines of dots.
const FILLER: &[u8; 64] = b"...............................................................\n";
/// Bytes of filler that are made at a time.
const FILLER_CHUNK: u64 = 64 * 1024;

/// A body of filler, which is never in memory as a whole.
fn filler(length: u64) -> Body {
    let chunk = Bytes::from(FILLER.repeat(1024));
    let whole = length / FILLER_CHUNK;
    // Less than a chunk, so that it fits.
    let rest = usize::try_from(length % FILLER_CHUNK).unwrap_or_default();
    let last = chunk.slice(..rest);
    let chunks = (0..whole).map(move |_| chunk.clone()).chain([last]);
    Body::from_stream(futures::stream::iter(chunks.map(Ok::<_, Infallible>)))
}

impl Answer {
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Payload::Empty,
        }
    }

    pub(super) fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Payload::Json(body),
        }
    }

    /// The same answer with a byte order mark in front of its JSON.
    pub(super) fn with_byte_order_mark(mut self) -> Self {
        self.body = match self.body {
            Payload::Json(value) => Payload::MarkedJson(value),
            other => other,
        };
        self
    }

    pub(super) fn html(status: u16, page: String) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Payload::Text {
                content_type: "text/html; charset=utf-8",
                text: page,
            },
        }
    }

    pub(super) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The headers for the log, names in lower case. A redirect's query may hold a code and is left out.
    pub(super) fn loggable_headers(&self) -> BTreeMap<String, String> {
        let shown = |(name, value): &(String, String)| {
            let name = name.to_ascii_lowercase();
            let value = match value.split_once('?') {
                Some((path, _)) if name == "location" => format!("{path}?REDACTED"),
                _ => value.clone(),
            };
            (name, value)
        };
        self.headers.iter().map(shown).collect()
    }

    /// The body for the log.
    pub(super) fn loggable_body(&self) -> Value {
        match &self.body {
            Payload::Empty => Value::Null,
            Payload::Json(value) | Payload::MarkedJson(value) => value.clone(),
            Payload::Text { text, .. } => Value::from(text.clone()),
            Payload::Bytes(bytes) => Value::from(format!("{} bytes", bytes.len())),
            Payload::Filler(length) => Value::from(format!("{length} bytes")),
        }
    }

    /// The answer as it is sent.
    pub(super) fn into_response(self) -> Response<Body> {
        let (content_type, body) = match self.body {
            Payload::Empty => (None, Body::empty()),
            Payload::Json(value) => (
                Some("application/json; charset=utf-8"),
                Body::from(value.to_string()),
            ),
            Payload::MarkedJson(value) => (
                Some("application/json; charset=utf-8"),
                Body::from(format!("\u{feff}{value}")),
            ),
            Payload::Text { content_type, text } => (Some(content_type), Body::from(text)),
            Payload::Bytes(bytes) => (None, Body::from(bytes)),
            Payload::Filler(length) => (None, filler(length)),
        };
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(content_type) = content_type {
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn decoding_is_the_inverse_of_encoding() {
        let text = "a b+c/%&='ü";
        assert_eq!(percent_decoded(&percent_encoded(text)), text);
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(
            form_pairs("a=1+2&b=%2B&c"),
            [("a", "1 2"), ("b", "+"), ("c", "")].map(|(a, b)| (a.into(), b.into()))
        );
    }
}
