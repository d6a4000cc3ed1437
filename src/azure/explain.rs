//! From a failed call to what a person reads: the remedy of our table, with this run's values.

use super::decode::NO_REASON;
use super::error::{ApiError, AzureError, Facts, NetworkError, SignInError};
use crate::error::{Error, Kind};
use crate::remedies::{self, Service};

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
