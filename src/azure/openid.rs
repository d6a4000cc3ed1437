//! Which directory a domain belongs to, by Entra ID's public document about it. No token is needed, and none is sent.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri>

use serde::Deserialize;

use super::client::Call;
use super::error::SignInError;
use super::ids::TenantId;
use super::{Azure, AzureError, Result};

/// What Entra ID publishes about a directory, as far as it tells which one it is.
#[derive(Deserialize)]
struct Configuration {
    issuer: String,
}

/// What Entra ID calls a domain that belongs to no directory: the OAuth word, and the codes of its texts.
const NO_DIRECTORY: &[&str] = &[
    "invalid_tenant",
    "AADSTS90002",
    "AADSTS900021",
    "AADSTS900023",
];

impl Azure {
    /// The directory that a domain belongs to; none where it belongs to no directory of this cloud.
    ///
    /// `domain` must have the form of a domain: it becomes part of a path.
    ///
    /// # Errors
    /// Whatever Entra ID answers, except that there is no such directory; [`AzureError::Unreadable`] where the document names none.
    pub async fn directory_of_domain(&self, domain: &str) -> Result<Option<TenantId>> {
        let call = Call::get(format!("/{domain}/v2.0/.well-known/openid-configuration"));
        let found: Configuration = match self.login.read(call).await {
            Err(error) if is_unknown(&error) => return Ok(None),
            answer => answer?,
        };
        directory_of_issuer(&found.issuer)
            .map(Some)
            .ok_or_else(|| AzureError::Unreadable {
                service: "Microsoft Entra ID",
                detail: "the issuer of a directory without its ID".to_owned(),
            })
    }
}

fn is_unknown(error: &AzureError) -> bool {
    let of = |code: &str, message: &str| {
        NO_DIRECTORY
            .iter()
            .any(|word| code == *word || message.starts_with(&format!("{word}:")))
    };
    match error {
        AzureError::Api(error) => error.status == 400 && of(&error.code, &error.message),
        AzureError::SignIn(error) => {
            let SignInError { code, message, .. } = &**error;
            of(code, message)
        }
        AzureError::Network(_) | AzureError::Unreadable { .. } => false,
    }
}

/// The GUID in `https://login.microsoftonline.com/{guid}/v2.0`.
fn directory_of_issuer(issuer: &str) -> Option<TenantId> {
    issuer.split('/').find_map(|part| part.parse().ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_tells_the_directory() {
        let id = "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e";
        for issuer in [
            format!("https://login.microsoftonline.com/{id}/v2.0"),
            format!("https://sts.windows.net/{id}/"),
        ] {
            assert_eq!(directory_of_issuer(&issuer).unwrap().to_string(), id);
        }
        // What `organizations` answers.
        assert_eq!(
            directory_of_issuer("https://login.microsoftonline.com/{tenantid}/v2.0"),
            None
        );
    }
}
