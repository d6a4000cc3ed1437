//! What a call to Azure can end in, decoded once.
//!
//! Azure has many error shapes (Resource Manager's envelope, Graph's, a flat one, ASP.NET's problem details, OAuth's, XML, nothing
//! at all). They all become one [`ApiError`]; callers match on its `status` and `code`, people read the
//! [`crate::error::Error`] that it turns into with the remedy of our table.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::remedies::Service;

/// The result of a call to Azure.
pub type Result<T, E = AzureError> = std::result::Result<T, E>;

/// What a remedy's text may need to know: tenant, portal, who is signed in.
pub type Facts = BTreeMap<&'static str, String>;

/// How long to wait where a service throttles and doesn't say for how long.
const THROTTLED: Duration = Duration::from_secs(30);

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
    /// How long the service asks to wait before the next request, where it says so.
    pub retry_after: Option<Duration>,
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

    /// How long the service asks to wait before the same request is sent again: only where it refused it for now (429, 503), so that
    /// nothing was done.
    pub fn throttled_for(&self) -> Option<Duration> {
        match self {
            AzureError::Api(error) if matches!(error.status, 429 | 503) => {
                Some(error.retry_after.unwrap_or(THROTTLED))
            }
            AzureError::Api(_)
            | AzureError::SignIn(_)
            | AzureError::Network(_)
            | AzureError::Unreadable { .. } => None,
        }
    }

    /// How long Azure asks to be left alone, where it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            AzureError::Api(error) => error.retry_after,
            AzureError::SignIn(_) | AzureError::Network(_) | AzureError::Unreadable { .. } => None,
        }
    }

    /// Whether the thing that was asked for is not there (any more, or yet).
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }
}
