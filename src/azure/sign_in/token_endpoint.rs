//! The Microsoft identity platform as a public client sees it: the authorize page's address, the token and the device-code
//! endpoint, and their refusals. `browser`, `device_code` and `session` speak to Entra through this file only.
//!
//! Requests are sent once: an authorization code is good for one try. Errors are decoded from owned text, once, here.
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>

use std::sync::Arc;

use azure_core::credentials::AccessToken;
use azure_core::error::ErrorKind;
use azure_core::http::{
    ClientOptions, Context, Method, Pipeline, PipelineSendOptions, Request, Url,
};
use azure_core::time::{Duration, OffsetDateTime};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::azure::decode::{oddity, sign_in_refusal};
use crate::azure::error::{AzureError, Facts, SignInError, UnreadableSignIn};
use crate::azure::ids::ClientId;
use crate::secret::Secret;

/// One public client at one authority.
#[derive(Debug, Clone)]
pub(super) struct TokenEndpoint {
    login: Url,
    client_id: ClientId,
    pipeline: Pipeline,
    facts: Arc<Facts>,
}

/// What a good answer of the token endpoint brings.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) access: AccessToken,
    pub(super) refresh: Option<Secret>,
}

/// No token.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// Entra said no, or the person did not finish.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// No answer, or none that can be read.
    #[error(transparent)]
    Unanswered(#[from] azure_core::Error),
}

/// A refusal with what the program decides by; `error` is what a person reads.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub(super) struct Refusal {
    /// OAuth's word (`authorization_pending`): the only part that is stable by contract.
    pub(super) word: String,
    /// What Entra wants proven, to be sent along with the next sign-in.
    pub(super) claims: Option<String>,
    pub(super) error: SignInError,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(deserialize_with = "seconds")]
    expires_in: i64,
    refresh_token: Option<String>,
}

/// The error body. Source: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
#[derive(Deserialize)]
struct Refused {
    error: String,
    error_description: Option<String>,
    #[serde(default)]
    error_codes: Vec<i64>,
    correlation_id: Option<String>,
    claims: Option<String>,
}

/// Entra sends numbers; proxies and older authorities send them as text.
pub(super) fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .ok_or_else(|| serde::de::Error::custom("no number of seconds"))
}

impl TokenEndpoint {
    /// The endpoints of `login` for `client_id`.
    pub(super) fn new(
        login: &Url,
        client_id: ClientId,
        once: ClientOptions,
        facts: Arc<Facts>,
    ) -> Self {
        TokenEndpoint {
            login: login.clone(),
            client_id,
            pipeline: Pipeline::new(
                Some("azconnect"),
                option_env!("CARGO_PKG_VERSION"),
                once,
                Vec::new(),
                Vec::new(),
                None,
            ),
            facts,
        }
    }

    /// The address of the sign-in page, with `fields` beside the client's own.
    pub(super) fn authorize_address(
        &self,
        tenant: &str,
        fields: &[(&str, &str)],
    ) -> Result<Url, Failed> {
        let mut url = self.address(tenant, "authorize")?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id.to_string())
            .extend_pairs(fields);
        Ok(url)
    }

    /// Asks for tokens for `scope`.
    pub(super) async fn tokens(
        &self,
        tenant: &str,
        scope: &str,
        fields: &[(&str, &str)],
    ) -> Result<Tokens, Failed> {
        let scope = with_identity(scope);
        let mut form = vec![("scope", scope.as_str())];
        form.extend_from_slice(fields);
        let granted: Granted = self.post(tenant, "token", &form).await?;
        let lifetime = Duration::seconds(granted.expires_in.max(0));
        Ok(Tokens {
            access: AccessToken::new(granted.access_token, OffsetDateTime::now_utc() + lifetime),
            refresh: granted.refresh_token.map(Secret::new),
        })
    }

    /// Posts a form and reads the answer.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        tenant: &str,
        endpoint: &str,
        form: &[(&str, &str)],
    ) -> Result<T, Failed> {
        let url = self.address(tenant, endpoint)?;
        let mut request = Request::new(url, Method::Post);
        request.insert_header("content-type", "application/x-www-form-urlencoded");
        request.insert_header("accept", "application/json");
        request.set_body(self.encoded(form));
        let unchecked = PipelineSendOptions {
            skip_checks: true,
            ..PipelineSendOptions::default()
        };
        let response = self
            .pipeline
            .send(&Context::new(), &mut request, Some(unchecked))
            .await?;
        let (status, _, body) = response.deconstruct();
        let status = u16::from(status);
        if (200..300).contains(&status) {
            return serde_json::from_slice(&body).map_err(|error| odd(status, &error));
        }
        let refused = serde_json::from_slice(&body).map_err(|error| odd(status, &error))?;
        Err(self.refusal(refused).into())
    }

    /// A refusal of our own making, such as a wait that ended.
    pub(super) fn refuse(&self, code: &str, message: impl Into<String>) -> Failed {
        Failed::from(Box::new(Refusal {
            word: code.to_owned(),
            claims: None,
            error: SignInError {
                code: code.to_owned(),
                message: message.into(),
                correlation_id: None,
                facts: self.facts.clone(),
            },
        }))
    }

    /// A refusal that came as the parameters of a redirect.
    pub(super) fn redirected(&self, word: &str, description: &str) -> Failed {
        Failed::from(self.refusal(Refused {
            error: word.to_owned(),
            error_description: Some(description.to_owned()),
            error_codes: Vec::new(),
            correlation_id: None,
            claims: None,
        }))
    }

    /// As the callers of the credentials get to see it.
    pub(super) fn told(&self, failed: Failed) -> AzureError {
        crate::azure::failure::failure(failed.into(), &self.login, &self.facts)
    }

    fn address(&self, tenant: &str, endpoint: &str) -> Result<Url, Failed> {
        self.login
            .join(&format!("/{tenant}/oauth2/v2.0/{endpoint}"))
            .map_err(|error| azure_core::Error::new(ErrorKind::DataConversion, error).into())
    }

    /// The form's text. `Url` has the encoder, so no further crate is needed for it.
    fn encoded(&self, form: &[(&str, &str)]) -> String {
        let mut scratch = self.login.clone();
        scratch
            .query_pairs_mut()
            .clear()
            .append_pair("client_id", &self.client_id.to_string())
            .extend_pairs(form);
        scratch.query().unwrap_or_default().to_owned()
    }

    fn refusal(&self, refused: Refused) -> Box<Refusal> {
        let word = crate::text::printable(&refused.error);
        let description = refused.error_description.unwrap_or_default();
        let mut error = sign_in_refusal(&description, &self.facts).unwrap_or_else(|| SignInError {
            code: word.clone(),
            message: crate::text::printable_message(&description),
            correlation_id: None,
            facts: self.facts.clone(),
        });
        if error.message.is_empty() {
            error.message = "Microsoft Entra ID refused the sign-in and gave no reason".to_owned();
        }
        if let Some(number) = refused.error_codes.first() {
            error.code = format!("AADSTS{number}");
        }
        let given = refused
            .correlation_id
            .filter(|id| uuid::Uuid::try_parse(id).is_ok());
        error.correlation_id = given.or(error.correlation_id);
        Box::new(Refusal {
            word,
            claims: refused.claims.filter(|claims| !claims.is_empty()),
            error,
        })
    }
}

/// Microsoft's own clients may ask for `/.default` only (else AADSTS65002), beside the parts that bring a refresh token.
pub(super) fn with_identity(scope: &str) -> String {
    format!("{scope} openid profile offline_access")
}

fn odd(status: u16, error: &serde_json::Error) -> Failed {
    let detail = format!("{} (HTTP status {status})", oddity(error));
    azure_core::Error::new(ErrorKind::Credential, UnreadableSignIn { detail }).into()
}

impl From<Failed> for azure_core::Error {
    fn from(failed: Failed) -> Self {
        match failed {
            // The client finds the typed refusal in the chain of causes.
            Failed::Refused(refusal) => {
                azure_core::Error::new(ErrorKind::Credential, refusal.error)
            }
            Failed::Unanswered(error) => error,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::scripted::{Script, reply};
    use super::*;

    fn refusal(failed: Failed) -> Refusal {
        match failed {
            Failed::Refused(refusal) => *refusal,
            Failed::Unanswered(error) => panic!("unanswered: {error}"),
        }
    }

    #[tokio::test]
    async fn a_refusal_keeps_word_number_claims_and_correlation() {
        let script = Script::new([reply(
            400,
            r#"{"error":"interaction_required","error_description":"AADSTS50076: Due to a \"policy\" \u00fc.\r\nTrace ID: 1\r\n",
                "error_codes":[50076],"correlation_id":"0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e","claims":"{\"access_token\":{}}","suberror":"basic_action"}"#,
        )]);
        let endpoint = script.endpoint();
        let failed = endpoint
            .tokens("contoso.com", "https://graph.microsoft.com/.default", &[])
            .await
            .unwrap_err();
        let refused = refusal(failed);
        assert_eq!(refused.word, "interaction_required");
        assert_eq!(refused.claims.as_deref(), Some("{\"access_token\":{}}"));
        assert_eq!(refused.error.code, "AADSTS50076");
        assert_eq!(refused.error.message, "AADSTS50076: Due to a \"policy\" ü.");
        assert!(refused.error.correlation_id.is_some());
        let request = script.requests().remove(0);
        assert_eq!(
            request.address,
            "https://login.example/contoso.com/oauth2/v2.0/token"
        );
        assert_eq!(
            request.field("scope").as_deref(),
            Some("https://graph.microsoft.com/.default openid profile offline_access")
        );
        assert!(matches!(
            endpoint.told(Failed::from(Box::new(refused))),
            AzureError::SignIn(_)
        ));
    }

    #[tokio::test]
    async fn a_proxys_page_is_not_repeated() {
        let script = Script::new([
            reply(200, "<html>hunter2</html>"),
            reply(200, r#"{"access_token":7,"x":"hunter2"}"#),
        ]);
        for _ in 0..2 {
            let failed = script.endpoint().tokens("t", "s", &[]).await.unwrap_err();
            assert!(!format!("{failed:?} {failed}").contains("hunter2"));
        }
    }

    #[tokio::test]
    async fn tokens_are_not_shown_by_debug() {
        let script = Script::new([reply(
            200,
            r#"{"access_token":"hunter2","expires_in":"3599","refresh_token":"hunter3"}"#,
        )]);
        let tokens = script.endpoint().tokens("t", "s", &[]).await.unwrap();
        assert_eq!(tokens.refresh.as_ref().unwrap().expose(), "hunter3");
        assert!(!format!("{tokens:?}").contains("hunter"));
    }
}
