//! Reading refusals: an error answer of any of Azure's shapes, Entra's text however it is wrapped, and what is no answer of
//! theirs at all. Called by `client` and the sign-ins; the results are `error`'s types.

use std::sync::Arc;

use azure_core::http::headers::{HeaderName, Headers};
use serde_json::Value;

use super::error::{Facts, SignInError};
use crate::remedies::Service;

/// What stands for a message where the answer had none.
pub(super) const NO_REASON: &str = "Azure gave no reason";

/// Decodes an error answer of any of Azure's shapes.
pub(super) fn decode(status: u16, body: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let (code, message) = match serde_json::from_str::<Value>(text) {
        Ok(value) => from_json(&value),
        Err(_) => (
            between(text, "<Code>", "</Code>"),
            between(text, "<Message>", "</Message>").map(|message| without_ids(&message)),
        ),
    };
    let code = code
        .filter(|code| !code.is_empty())
        .unwrap_or_else(|| status.to_string());
    let message = message
        .filter(|message| !message.is_empty())
        .unwrap_or_else(|| NO_REASON.to_owned());
    (
        crate::text::printable(&code),
        crate::text::printable_message(&message),
    )
}

/// The code inside an error (`innererror`), which says more than the error's own.
pub(super) fn inner_code(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let inner = value.get("error")?.get("innererror")?;
    let code = inner.get("code")?.as_str()?;
    Some(crate::text::printable(code)).filter(|code| !code.is_empty())
}

fn from_json(value: &Value) -> (Option<String>, Option<String>) {
    // Resource Manager and Graph wrap in `error`; older services answer flat; OAuth has a string under `error`.
    let error = value
        .get("error")
        .or_else(|| value.get("Error"))
        .filter(|error| error.is_object())
        .unwrap_or(value);
    let text = |key: &str| error.get(key).and_then(as_text);
    if let (Some(word), Some(description)) = (
        value.get("error").and_then(Value::as_str),
        value.get("error_description").and_then(Value::as_str),
    ) {
        return (Some(word.to_owned()), Some(description.to_owned()));
    }
    if let Some(fields) = value.get("errors").and_then(Value::as_object) {
        let all: Vec<String> = fields
            .iter()
            .map(|(field, reasons)| format!("{field}: {}", reasons_as_text(reasons)))
            .collect();
        return (text("title"), Some(all.join("; ")));
    }
    let code = text("code").or_else(|| text("Code"));
    let message = text("message")
        .or_else(|| text("Message"))
        .or_else(|| text("description"))
        .or_else(|| text("title"));
    (code, message)
}

/// A code may be a number, a message may be `{lang, value}`.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => object.get("value").and_then(as_text),
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}

fn reasons_as_text(reasons: &Value) -> String {
    match reasons {
        Value::Array(all) => all.iter().filter_map(as_text).collect::<Vec<_>>().join(" "),
        other => as_text(other).unwrap_or_default(),
    }
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let start = text.find(before)? + before.len();
    let end = text[start..].find(after)? + start;
    Some(text[start..end].to_owned())
}

/// The blob service puts the request's id and the time on lines of their own behind the message; both are headers as well.
fn without_ids(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    match quick_xml::escape::unescape(first) {
        Ok(plain) => plain.into_owned(),
        Err(_) => first.to_owned(),
    }
}

/// Reads Entra's refusal out of a text that holds its `error_description`, however it is wrapped.
///
/// azure_identity 1.0 loses the body of an error whose description has an escape (`\r\n`, which Entra's always has) but repeats
/// the description in its own message; so the text is all there is.
pub(super) fn sign_in_refusal(text: &str, facts: &Arc<Facts>) -> Option<SignInError> {
    let start = text.find("AADSTS")?;
    let rest = &text[start..];
    let digits = rest["AADSTS".len()..]
        .chars()
        .take_while(char::is_ascii_digit)
        .count();
    let code = &rest[.."AADSTS".len() + digits];
    let end = [
        "Trace ID:",
        "\\r\\n",
        "\r\n",
        "\", expected",
        "\nTo troubleshoot",
    ]
    .iter()
    .filter_map(|mark| rest.find(mark))
    .min()
    .unwrap_or(rest.len());
    let correlation_id = rest.find("Correlation ID: ").map(|at| {
        rest[at + "Correlation ID: ".len()..]
            .chars()
            .take(36)
            .collect::<String>()
    });
    Some(SignInError {
        code: code.to_owned(),
        message: crate::text::printable_message(rest[..end].trim()),
        correlation_id: correlation_id.filter(|id| uuid::Uuid::try_parse(id).is_ok()),
        facts: facts.clone(),
    })
}

/// What a parser says about an answer, without what it found there (which may be a token).
pub(super) fn oddity(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof if error.column() == 0 => "it is empty".to_owned(),
        serde_json::error::Category::Data => {
            format!("it has another form than expected (line {})", error.line())
        }
        _ => "it is no JSON".to_owned(),
    }
}

/// Where a service says under which id it logged the request, the more telling ones first.
const CORRELATION_IDS: &[&str] = &[
    "x-ms-correlation-request-id",
    "request-id",
    "x-ms-request-id",
    "ms-correlationid",
];

/// The id under which the service logged the request.
pub(super) fn correlation_id(headers: &Headers) -> Option<String> {
    let mut all = CORRELATION_IDS.iter().copied();
    all.find_map(|name| id(headers, name))
}

/// The request as a person reads it. Partner Center's support wants the id of the single request beside that of the run.
pub(super) fn with_id(request: String, headers: &Headers) -> String {
    match id(headers, "ms-requestid") {
        Some(id) => format!("{request}, request id {id}"),
        None => request,
    }
}

fn id(headers: &Headers, name: &'static str) -> Option<String> {
    headers
        .get_optional_str(&HeaderName::from_static(name))
        .map(crate::text::printable)
}

/// The service behind Resource Manager that answered: the last provider that the request's path names.
pub(super) fn provider(request: &str) -> Option<Service> {
    let last = request.rsplit_once("/providers/")?.1.split('/').next()?;
    PROVIDERS
        .iter()
        .find(|(namespace, _)| namespace.eq_ignore_ascii_case(last))
        .map(|(_, service)| *service)
}

/// Providers whose errors have remedies of their own.
const PROVIDERS: &[(&str, Service)] = &[
    ("Microsoft.CostManagement", Service::CostManagement),
    ("Microsoft.Billing", Service::Billing),
    ("Microsoft.Storage", Service::StorageAccounts),
];

/// Whether the answer is a page or a redirect, which Azure's APIs send only when they are out of order themselves.
pub(super) fn is_a_strangers(status: u16, body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let is_page = text.trim_start().starts_with('<') && !text.contains("<Code>");
    (300..400).contains(&status) || (status < 500 && is_page)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_shape_is_read() {
        for (body, code, message) in [
            (
                r#"{"error":{"code":"AuthorizationFailed","message":"The client \"x\""}}"#,
                "AuthorizationFailed",
                "The client \"x\"",
            ),
            (
                r#"{"error":{"code":"401","message":"No claims present"}}"#,
                "401",
                "No claims present",
            ),
            (
                r#"{"error":{"code":"Request_BadRequest","message":{"lang":"en","value":"Bad"}}}"#,
                "Request_BadRequest",
                "Bad",
            ),
            (
                r#"{"code":"NotFound","message":"Gone"}"#,
                "NotFound",
                "Gone",
            ),
            (
                r#"{"code":900329,"description":"App-only"}"#,
                "900329",
                "App-only",
            ),
            (
                r#"{"errors":{"A":["is required."]},"title":"Invalid"}"#,
                "Invalid",
                "A: is required.",
            ),
            (
                r#"{"error":"invalid_grant","error_description":"AADSTS1: x"}"#,
                "invalid_grant",
                "AADSTS1: x",
            ),
            (
                "<?xml version=\"1.0\"?><Error><Code>AuthFailed</Code><Message>No</Message></Error>",
                "AuthFailed",
                "No",
            ),
            (
                "<Error><Code>ContainerNotFound</Code><Message>The container &quot;x&quot; isn't there.\nRequestId:1\nTime:2026</Message></Error>",
                "ContainerNotFound",
                "The container \"x\" isn't there.",
            ),
            ("", "502", "Azure gave no reason"),
            ("<html>proxy</html>", "502", "Azure gave no reason"),
            ("\u{feff}{\"code\":\"A\",\"message\":\"b\"}", "A", "b"),
        ] {
            assert_eq!(
                decode(502, body.as_bytes()),
                (code.to_owned(), message.to_owned()),
                "{body}"
            );
        }
    }

    #[test]
    fn the_code_inside_is_read_where_there_is_one() {
        let inner = |body: &str| inner_code(body.as_bytes());
        assert_eq!(
            inner(
                r#"{"error":{"code":"Forbidden","message":"x","innererror":{"code":"ForbiddenByRbac"}}}"#
            ),
            Some("ForbiddenByRbac".to_owned())
        );
        for none in [
            "",
            "{}",
            r#"{"error":{"code":"Forbidden"}}"#,
            r#"{"error":{"innererror":{"code":""}}}"#,
        ] {
            assert_eq!(inner(none), None, "{none}");
        }
    }

    #[test]
    fn a_refusal_is_found_in_a_wrapped_text() {
        let text = "invalid type: string \"AADSTS7000215: Invalid client secret provided.\\r\\nTrace ID: 1\\r\\nCorrelation ID: 0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e\\r\\n\", expected a borrowed string";
        let error = sign_in_refusal(text, &Arc::default()).unwrap();
        assert_eq!(error.code, "AADSTS7000215");
        assert_eq!(
            error.message,
            "AADSTS7000215: Invalid client secret provided."
        );
        assert_eq!(
            error.correlation_id.as_deref(),
            Some("0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e")
        );
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(status in 400u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (code, message) = decode(status, &body);
            prop_assert!(!code.is_empty() && !message.is_empty());
        }

        #[test]
        fn no_text_makes_it_panic(text in "(AADSTS)?\\PC{0,80}(Correlation ID: )?\\PC{0,40}") {
            let _ = sign_in_refusal(&text, &Arc::default());
        }
    }
}
