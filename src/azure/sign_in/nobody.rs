//! Nobody: for a run in which no one signs in. It has no token for any API, and says so before a request leaves.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};

/// Why there is no token: nobody signed in, as was asked for.
#[derive(Debug, thiserror::Error)]
#[error("nobody is signed in")]
pub(in crate::azure) struct NobodySignedIn;

#[derive(Debug)]
struct Nobody;

#[async_trait]
impl TokenCredential for Nobody {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Err(Error::new(ErrorKind::Credential, NobodySignedIn))
    }
}

/// The credential of a run in which nobody signs in. Every call that needs a token fails with status 401 and the code `NotSignedIn`, and
/// nothing is sent.
pub fn nobody() -> Arc<dyn TokenCredential> {
    Arc::new(Nobody)
}
