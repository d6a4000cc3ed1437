//! What a call to Azure can end in, decoded once.
//!
//! Azure has many error shapes (Resource Manager's envelope, Graph's, a flat one, ASP.NET's problem details, OAuth's, XML, nothing
//! at all). They all become one [`ApiError`]; callers match on its `status` and `code`, people read the
//! [`crate::error::Error`] that it turns into with the remedy of our table.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::decode::NO_REASON;
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
