//! azure_identity's credentials, with their failures in our words.
//!
//! `azure_cli` and `managed` wrap what they make in [`Explained`]: it caches (Azure CLI's credential would run `az` for
//! every token), bounds the wait, and puts a typed [`SignInError`] into the chain of causes, where the client finds it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;

use super::session::Cache;
use crate::azure::decode::sign_in_refusal;
use crate::azure::error::{Facts, SignInError};

/// A code and a sentence for a failure's text.
pub(super) type Explain = fn(&str) -> (&'static str, String);

/// A credential of the SDK's, cached, bounded and explained.
pub(super) struct Explained {
    pub(super) inner: Arc<dyn TokenCredential>,
    pub(super) patience: Duration,
    /// What a failure without an AADSTS code means.
    pub(super) explain: Explain,
    pub(super) facts: Arc<Facts>,
    pub(super) cache: Cache,
}

impl Explained {
    async fn fetch(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let asked = self.inner.get_token(scopes, options);
        match tokio::time::timeout(self.patience, asked).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(error)) => Err(self.refusal(&texts(&error))),
            Err(_) => Err(self.refusal("it did not answer in time")),
        }
    }

    fn refusal(&self, text: &str) -> azure_core::Error {
        let refusal = sign_in_refusal(text, &self.facts).unwrap_or_else(|| {
            let (code, message) = (self.explain)(text);
            SignInError {
                code: code.to_owned(),
                message,
                correlation_id: None,
                facts: self.facts.clone(),
            }
        });
        azure_core::Error::new(ErrorKind::Credential, refusal)
    }
}

/// The texts of an error and its causes, innermost last.
fn texts(error: &azure_core::Error) -> String {
    std::iter::successors(Some(error as &dyn std::error::Error), |error| {
        error.source()
    })
    .map(ToString::to_string)
    .collect::<Vec<_>>()
    .join("\n")
}

#[async_trait]
impl TokenCredential for Explained {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.cache
            .get_or(&scopes.join(" "), self.fetch(scopes, options))
            .await
    }
}

impl fmt::Debug for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explained")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
