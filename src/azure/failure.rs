//! Requests and credentials that failed without an answer of the API's: sorted into Entra's refusal, an answer that can't be
//! read, or the network. `client` and the sign-ins come here with what the pipeline gave them.

use std::sync::Arc;

use azure_core::http::Url;

use super::decode::{oddity, sign_in_refusal};
use super::error::{ApiError, AzureError, Facts, SignInError, UnreadableSignIn};
use super::sign_in::NobodySignedIn;
use super::transport::diagnose;
use crate::remedies::Service;

/// An answer that this service does not give.
pub(super) fn unreadable(service: Service, detail: String) -> AzureError {
    AzureError::Unreadable {
        service: service.title(),
        detail,
    }
}

/// Sorts a failure that came from the pipeline or a credential: Entra's refusal, or the network.
pub(super) fn failure(error: azure_core::Error, endpoint: &Url, facts: &Arc<Facts>) -> AzureError {
    let mut texts = vec![error.to_string()];
    let mut parser = None;
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        // Our own credentials put a typed refusal into the chain.
        if let Some(refusal) = cause.downcast_ref::<SignInError>() {
            return AzureError::from(Box::new(refusal.clone()));
        }
        if cause.is::<NobodySignedIn>() {
            return not_signed_in(endpoint, facts);
        }
        if let Some(UnreadableSignIn { detail }) = cause.downcast_ref() {
            return unreadable(Service::Entra, detail.clone());
        }
        parser = parser.or_else(|| cause.downcast_ref::<serde_json::Error>().map(oddity));
        texts.push(cause.to_string());
        source = cause.source();
    }
    let text = texts.join(": ");
    if let Some(refusal) = sign_in_refusal(&text, facts) {
        return AzureError::from(Box::new(refusal));
    }
    // The SDK's credentials read what they take for JSON, whatever the status says.
    if let Some(detail) = parser {
        return unreadable(Service::Entra, detail);
    }
    let is_credential = matches!(error.kind(), azure_core::error::ErrorKind::Credential);
    let reached_nobody = texts
        .iter()
        .any(|text| text.contains("failed to execute `reqwest` request"));
    if is_credential && !reached_nobody {
        return AzureError::from(Box::new(SignInError {
            code: "sign_in".to_owned(),
            message: crate::text::printable(texts.last().map_or("no reason given", String::as_str)),
            correlation_id: None,
            facts: facts.clone(),
        }));
    }
    let host = endpoint.host_str().unwrap_or_default().to_owned();
    AzureError::from(Box::new(diagnose(host, error.into())))
}

/// What every API would answer, said without asking it.
fn not_signed_in(endpoint: &Url, facts: &Arc<Facts>) -> AzureError {
    AzureError::from(Box::new(ApiError {
        status: 401,
        code: "NotSignedIn".to_owned(),
        message: "Nobody is signed in".to_owned(),
        correlation_id: None,
        request: format!(
            "nothing was sent to {}",
            endpoint.host_str().unwrap_or_default()
        ),
        service: Service::Entra,
        retry_after: None,
        facts: facts.clone(),
    }))
}
