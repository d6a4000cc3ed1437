//! What a call to Azure can end in, decoded once.
//!
//! Azure has many error shapes (Resource Manager's envelope, Graph's, a flat one, ASP.NET's problem details, OAuth's, XML, nothing
//! at all). They all become one [`ApiError`]; callers match on its `status` and `code`, people read the
//! [`crate::error::Error`] that it turns into with the remedy of our table.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::error::{Error, Kind};
use crate::remedies::{self, Service};

/// The result of a call to Azure.
pub type Result<T, E = AzureError> = std::result::Result<T, E>;

/// What a remedy's text may need to know: tenant, portal, who is signed in.
pub type Facts = BTreeMap<&'static str, String>;

/// A failed call.
#[derive(Debug, thiserror::Error)]
pub enum AzureError {
    /// Azure answered, and said no. Match on `status` and `code`.
    #[error(transparent)]
    Api(#[from] Box<ApiError>),
    /// Entra ID gave no token. Another credential, or signing in again, is needed.
    #[error(transparent)]
    SignIn(#[from] Box<SignInError>),
    /// No answer came. Whether the request was carried out is unknown, unless it could not be sent at all.
    #[error(transparent)]
    Network(#[from] Box<NetworkError>),
    /// An answer came that this API does not give.
    #[error("{service} sent an answer that azconnect can't read: {detail}")]
    Unreadable {
        /// Who answered.
        service: &'static str,
        /// What is odd about it; never the body itself.
        detail: String,
    },
}

/// An error answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// Azure's code (`AuthorizationFailed`); the status as text where the answer had none.
    pub code: String,
    /// Azure's message, printable.
    pub message: String,
    /// The id under which Azure logged the request.
    pub correlation_id: Option<String>,
    /// `GET https://management.azure.com/subscriptions`, without the query.
    pub request: String,
    /// Which API answered.
    pub service: Service,
    /// What we know for the remedy.
    pub facts: Arc<Facts>,
}

/// A refused sign-in or credential.
#[derive(Debug, Clone, Default, thiserror::Error)]
#[error("{message}")]
pub struct SignInError {
    /// `AADSTS7000215`, or OAuth's word (`invalid_client`) where there is no number.
    pub code: String,
    /// Entra's first sentence, printable.
    pub message: String,
    /// The id under which Entra logged it.
    pub correlation_id: Option<String>,
    /// What we know for the remedy.
    pub facts: Arc<Facts>,
}

/// A credential's failure to read what the sign-in service answered; in the chain of causes, where the client finds it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the answer can't be read: {detail}")]
pub(super) struct UnreadableSignIn {
    /// What is odd about it; never the body itself.
    pub(super) detail: String,
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

/// A request without an answer.
#[derive(Debug, thiserror::Error)]
#[error("Failed to reach {host}: {detail}")]
pub struct NetworkError {
    /// The host that was asked.
    pub host: String,
    /// Our word for what went wrong: `dns`, `connect`, `tls-unknown-issuer`, `tls-other`, `timeout`, `proxy`, `reset`.
    pub code: &'static str,
    /// The innermost cause, as a sentence.
    pub detail: String,
    /// The failure underneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl AzureError {
    /// HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            AzureError::Api(error) => Some(error.status),
            AzureError::SignIn(_) | AzureError::Network(_) | AzureError::Unreadable { .. } => None,
        }
    }

    /// The code to match on; empty where there is none.
    pub fn code(&self) -> &str {
        match self {
            AzureError::Api(error) => &error.code,
            AzureError::SignIn(error) => &error.code,
            AzureError::Network(error) => error.code,
            AzureError::Unreadable { .. } => "unreadable",
        }
    }

    /// Whether the thing that was asked for is not there (any more, or yet).
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }
}

impl From<AzureError> for Error {
    fn from(error: AzureError) -> Error {
        match error {
            AzureError::Api(error) => from_api(*error),
            AzureError::SignIn(error) => from_sign_in(*error),
            AzureError::Network(error) => from_network(*error),
            AzureError::Unreadable { service, detail } => from_unreadable(service, &detail),
        }
    }
}

fn from_api(error: ApiError) -> Error {
    let mut facts = (*error.facts).clone();
    facts.extend(
        error
            .correlation_id
            .iter()
            .map(|id| ("correlation_id", id.clone())),
    );
    if let Some(denied) = remedies::parse_authorization_failed(&error.message) {
        facts.insert("principal", denied.client);
        facts.insert("action", denied.action);
        facts.insert("scope", denied.scope);
    }
    let remedy = remedies::find(error.service, &error.code, error.status, &error.message);
    let message = if error.message == NO_REASON {
        format!(
            "{} answered with HTTP status {} and gave no reason ({}).",
            error.service.title(),
            error.status,
            error.request
        )
    } else {
        format!(
            "{} ({}, {}).",
            sentence(&error.message),
            error.code,
            error.request
        )
    };
    let fallback = match error.status {
        401 => Kind::SignedOut,
        403 => Kind::Forbidden,
        _ => Kind::Failed,
    };
    let explained = Error::new(
        remedy.map_or(fallback, |remedy| kind(&remedy.kind)),
        error.code.clone(),
        message,
    )
    .correlation(error.correlation_id.clone())
    .may_retry(
        remedy.map_or(error.status == 429 || error.status >= 500, |remedy| {
            remedy.retry
        }),
    );
    match remedy {
        Some(remedy) => with_remedy(explained, remedy, &facts),
        None => explained
            .why(format!("Azure answered with HTTP status {}.", error.status))
            .hint(match &error.correlation_id {
                Some(id) => format!("Give Microsoft support the correlation id {id}"),
                None => "Run the command again with `-vv` to see each request.".to_owned(),
            }),
    }
    .because(error)
}

fn from_sign_in(error: SignInError) -> Error {
    let mut facts = (*error.facts).clone();
    facts.extend(
        error
            .correlation_id
            .iter()
            .map(|id| ("correlation_id", id.clone())),
    );
    let message = if error.message.contains(&error.code) {
        format!("{}.", sentence(&error.message))
    } else {
        format!("{} ({}).", sentence(&error.message), error.code)
    };
    let remedy = remedies::find(Service::Entra, &error.code, 0, &error.message);
    let explained = Error::new(
        remedy.map_or(Kind::SignedOut, |remedy| kind(&remedy.kind)),
        error.code.clone(),
        message,
    )
    .correlation(error.correlation_id.clone())
    .may_retry(remedy.is_some_and(|remedy| remedy.retry));
    match remedy {
        Some(remedy) => with_remedy(explained, remedy, &facts),
        None => explained
            .why("Microsoft Entra ID refused the sign-in.")
            .hints(remedies::unknown_sign_in(&error.code))
            .hint("Sign in another way: `--sign-in browser`, `device-code` or `azure-cli`"),
    }
    .because(error)
}

fn from_network(error: NetworkError) -> Error {
    let remedy = remedies::find(Service::Network, error.code, 0, &error.detail);
    let facts = Facts::from([("host", error.host.clone())]);
    let explained = Error::new(
        Kind::Failed,
        error.code,
        format!(
            "Failed to reach {}: {}.",
            error.host,
            sentence(&error.detail)
        ),
    )
    .may_retry(remedy.is_none_or(|remedy| remedy.retry));
    match remedy {
        Some(remedy) => with_remedy(explained, remedy, &facts),
        None => explained.hint(format!(
            "Look whether this machine may reach https://{}",
            error.host
        )),
    }
    .because(error)
}

/// Our word for an answer that is none of Azure's.
const NOT_JSON: &str = "not-json";

fn from_unreadable(service: &str, detail: &str) -> Error {
    let message = format!(
        "{service} sent an answer that azconnect can't read: {}.",
        sentence(detail)
    );
    let error = Error::new(Kind::Failed, NOT_JSON, message);
    match remedies::find(Service::Network, NOT_JSON, 0, detail) {
        Some(remedy) => with_remedy(error.may_retry(remedy.retry), remedy, &Facts::new()),
        None => error.hint("Run the command again with `-vv` and look at which host answered."),
    }
}

fn with_remedy(error: Error, remedy: &remedies::Remedy, facts: &Facts) -> Error {
    let more = remedy.link.iter().map(|link| format!("Read more: {link}"));
    let who = remedy.who.iter().map(|who| format!("Who can do it: {who}"));
    error
        .why(remedy.why.clone())
        .hints(more)
        .hints(who)
        .hints(remedy.fixes(facts))
}

fn kind(word: &remedies::Kind) -> Kind {
    match word {
        remedies::Kind::SignedOut => Kind::SignedOut,
        remedies::Kind::Forbidden => Kind::Forbidden,
        remedies::Kind::Usage => Kind::Usage,
        remedies::Kind::Failed => Kind::Failed,
        remedies::Kind::Pending => Kind::Pending,
        remedies::Kind::Storage => Kind::Storage,
    }
}

/// The text without its full stop, so that more can follow.
fn sentence(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}

/// What stands for a message where the answer had none.
const NO_REASON: &str = "Azure gave no reason";

/// Decodes an error answer of any of Azure's shapes.
pub(super) fn decode(status: u16, body: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let (code, message) = match serde_json::from_str::<Value>(text) {
        Ok(value) => from_json(&value),
        Err(_) => (
            between(text, "<Code>", "</Code>"),
            between(text, "<Message>", "</Message>"),
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
