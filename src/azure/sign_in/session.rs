//! What a person's sign-in leaves behind: a refresh token in memory, and the access tokens that it brings.
//!
//! A [`Session`] is the credential that the rest of the program uses after a browser or device-code sign-in. It gives a
//! token for every audience of the cloud, in one directory; [`Session::elsewhere`] is the same person in another one.
//! Nothing is written to disk: Azure CLI's refresh tokens are good for other Microsoft applications too.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use super::claims::claims;
use super::token_endpoint::{Failed, TokenEndpoint, Tokens};
use crate::azure::ids::TenantId;
use crate::secret::Secret;

/// Tokens are renewed so long before they end, as azure_core and azure_identity do.
const RENEW_BEFORE: Duration = Duration::minutes(5);

/// How a person proves who they are: browser or device code.
#[async_trait]
pub(super) trait Interaction: Send + Sync {
    /// Has the person sign in.
    async fn ask(&self, ask: &Ask<'_>) -> Result<Tokens, Failed>;
}

/// What a sign-in is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    /// GUID, domain or `organizations`.
    pub(super) tenant: &'a str,
    /// `https://management.azure.com/.default`
    pub(super) scope: &'a str,
    /// Entra's claims challenge, word for word.
    pub(super) claims: Option<&'a str>,
    /// Who it was before.
    pub(super) login_hint: Option<&'a str>,
}

/// A signed-in person in one directory.
pub(super) struct Session {
    person: Arc<SignedInPerson>,
    tenant: String,
    may_ask: bool,
    cache: Cache,
}

/// What sessions of the same person share.
struct SignedInPerson {
    endpoint: TokenEndpoint,
    interaction: Box<dyn Interaction>,
    refresh: Mutex<Option<Secret>>,
    login_hint: Option<String>,
}

/// Access tokens by scope. The lock is held while a token is fetched, so that no two requests fetch the same one.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<String, AccessToken>>);

impl Cache {
    /// The cached token for `scope`, or what `fetch` brings.
    pub(super) async fn get_or<E>(
        &self,
        scope: &str,
        fetch: impl Future<Output = Result<AccessToken, E>>,
    ) -> Result<AccessToken, E> {
        let mut cached = self.0.lock().await;
        let renew_at = OffsetDateTime::now_utc() + RENEW_BEFORE;
        if let Some(token) = cached
            .get(scope)
            .filter(|token| token.expires_on > renew_at)
        {
            return Ok(token.clone());
        }
        let token = fetch.await?;
        cached.insert(scope.to_owned(), token.clone());
        Ok(token)
    }

    async fn put(&self, scope: &str, token: AccessToken) {
        self.0.lock().await.insert(scope.to_owned(), token);
    }
}

impl Session {
    /// Has the person sign in, for `scope` first. A claims challenge is answered once, by asking once more.
    pub(super) async fn begin(
        endpoint: TokenEndpoint,
        interaction: Box<dyn Interaction>,
        tenant: &str,
        scope: &str,
    ) -> Result<Self, Failed> {
        let ask = Ask {
            tenant,
            scope,
            claims: None,
            login_hint: None,
        };
        let tokens = match interaction.ask(&ask).await {
            Err(Failed::Refused(refusal)) if refusal.claims.is_some() => {
                let claims = refusal.claims.as_deref();
                interaction.ask(&Ask { claims, ..ask }).await?
            }
            other => other?,
        };
        let known = claims(&tokens.access).unwrap_or_default();
        let session = Session {
            // From here on every token comes from the directory that the first one came from.
            tenant: known.tid.map_or(tenant.to_owned(), |id| id.to_string()),
            person: Arc::new(SignedInPerson {
                endpoint,
                interaction,
                refresh: Mutex::new(tokens.refresh),
                login_hint: known.upn,
            }),
            may_ask: true,
            cache: Cache::default(),
        };
        session.cache.put(scope, tokens.access).await;
        Ok(session)
    }

    /// The same person in another directory. It never asks: with many directories, one prompt each would be too many.
    pub(super) fn elsewhere(&self, tenant: TenantId) -> Session {
        Session {
            person: self.person.clone(),
            tenant: tenant.to_string(),
            may_ask: false,
            cache: Cache::default(),
        }
    }

    async fn fetch(&self, scope: &str) -> Result<AccessToken, Failed> {
        let mut refresh = self.person.refresh.lock().await;
        let endpoint = &self.person.endpoint;
        let Some(token) = refresh.as_ref() else {
            return Err(endpoint.refuse(
                "interaction_required",
                "Microsoft Entra ID gave no refresh token, so this sign-in serves one audience only",
            ));
        };
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.expose()),
        ];
        let tokens = match endpoint.tokens(&self.tenant, scope, &fields).await {
            Err(Failed::Refused(refusal)) if self.may_ask && refusal.claims.is_some() => {
                let ask = Ask {
                    tenant: &self.tenant,
                    scope,
                    claims: refusal.claims.as_deref(),
                    login_hint: self.person.login_hint.as_deref(),
                };
                self.person.interaction.ask(&ask).await?
            }
            other => other?,
        };
        if tokens.refresh.is_some() {
            *refresh = tokens.refresh;
        }
        Ok(tokens.access)
    }
}

#[async_trait]
impl TokenCredential for Session {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let scope = scopes.join(" ");
        let token = self.cache.get_or(&scope, self.fetch(&scope)).await?;
        Ok(token)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::scripted::{Reply, Script, granted, refused};
    use super::*;
    use crate::azure::error::SignInError;

    const ARM: &str = "https://management.azure.com/.default";
    const GRAPH: &str = "https://graph.microsoft.com/.default";

    /// A person who redeems whatever the script has next, and notes which challenge they saw.
    struct Redeems(TokenEndpoint, Arc<Mutex<Vec<Option<String>>>>);

    #[async_trait]
    impl Interaction for Redeems {
        async fn ask(&self, ask: &Ask<'_>) -> Result<Tokens, Failed> {
            self.1.lock().await.push(ask.claims.map(str::to_owned));
            self.0
                .tokens(
                    ask.tenant,
                    ask.scope,
                    &[("grant_type", "authorization_code")],
                )
                .await
        }
    }

    async fn begin(replies: Vec<Reply>) -> (Script, Session, Arc<Mutex<Vec<Option<String>>>>) {
        let script = Script::new(replies);
        let asked = Arc::default();
        let interaction = Redeems(script.endpoint(), Arc::clone(&asked));
        let begun = Session::begin(
            script.endpoint(),
            Box::new(interaction),
            "organizations",
            ARM,
        );
        let session = begun.await.unwrap();
        (script, session, asked)
    }

    fn code(error: &azure_core::Error) -> String {
        error.downcast_ref::<SignInError>().unwrap().code.clone()
    }

    #[tokio::test]
    async fn one_sign_in_serves_every_audience_and_renews_its_refresh_token() {
        let (script, session, _) = begin(vec![
            granted("arm", "first", 3600),
            granted("graph", "second", 3600),
            granted("storage", "third", 3600),
        ])
        .await;
        assert_eq!(
            session
                .get_token(&[ARM], None)
                .await
                .unwrap()
                .token
                .secret(),
            "arm"
        );
        for _ in 0..2 {
            let token = session.get_token(&[GRAPH], None).await.unwrap();
            assert_eq!(token.token.secret(), "graph");
        }
        session
            .get_token(&["https://storage.azure.com/.default"], None)
            .await
            .unwrap();
        let sent: Vec<_> = script
            .requests()
            .iter()
            .map(|request| request.field("refresh_token"))
            .collect();
        assert_eq!(sent, [None, Some("first".into()), Some("second".into())]);
        let shown = format!("{session:?}");
        assert!(
            !shown.contains("third") && !shown.contains("storage"),
            "{shown}"
        );
    }

    #[tokio::test]
    async fn two_requests_at_once_fetch_one_token() {
        let (script, session, _) =
            begin(vec![granted("arm", "r", 3600), granted("graph", "r", 3600)]).await;
        let (one, two) = tokio::join!(
            session.get_token(&[GRAPH], None),
            session.get_token(&[GRAPH], None)
        );
        assert_eq!(one.unwrap().token.secret(), two.unwrap().token.secret());
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn a_token_that_ends_soon_is_renewed() {
        let (script, session, _) =
            begin(vec![granted("old", "r", 120), granted("new", "r", 3600)]).await;
        assert_eq!(
            session
                .get_token(&[ARM], None)
                .await
                .unwrap()
                .token
                .secret(),
            "new"
        );
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn a_claims_challenge_is_passed_on_once() {
        let challenge = r#"{"access_token":{"acrs":{"value":"c1"}}}"#;
        let (_, session, asked) = begin(vec![
            granted("arm", "r", 3600),
            refused("interaction_required", 50076, Some(challenge)),
            granted("graph", "r2", 3600),
        ])
        .await;
        assert_eq!(
            session
                .get_token(&[GRAPH], None)
                .await
                .unwrap()
                .token
                .secret(),
            "graph"
        );
        assert_eq!(*asked.lock().await, [None, Some(challenge.to_owned())]);
    }

    #[tokio::test]
    async fn a_second_challenge_ends_the_sign_in() {
        let script = Script::new([
            refused("interaction_required", 50076, Some("{}")),
            refused("interaction_required", 50079, Some("{}")),
        ]);
        let interaction = Redeems(script.endpoint(), Arc::default());
        let begun = Session::begin(
            script.endpoint(),
            Box::new(interaction),
            "organizations",
            ARM,
        )
        .await;
        match begun.err().unwrap() {
            Failed::Refused(refusal) => assert_eq!(refusal.error.code, "AADSTS50079"),
            Failed::Unanswered(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn another_directory_that_wants_more_is_an_error_and_no_question() {
        let (script, session, asked) = begin(vec![
            granted("arm", "r", 3600),
            granted("there", "r", 3600),
            refused("interaction_required", 50076, Some("{}")),
        ])
        .await;
        let elsewhere = session.elsewhere(TenantId::new(uuid::Uuid::from_u128(7)));
        assert_eq!(
            elsewhere
                .get_token(&[ARM], None)
                .await
                .unwrap()
                .token
                .secret(),
            "there"
        );
        let error = elsewhere.get_token(&[GRAPH], None).await.unwrap_err();
        assert_eq!(code(&error), "AADSTS50076");
        assert_eq!(asked.lock().await.len(), 1);
        assert!(
            script.requests()[1]
                .address
                .contains("/00000000-0000-0000-0000-000000000007/")
        );
    }

    #[tokio::test]
    async fn an_ended_session_is_a_typed_refusal() {
        let (_, session, _) = begin(vec![
            granted("arm", "r", 3600),
            refused("invalid_grant", 700_082, None),
        ])
        .await;
        let error = session.get_token(&[GRAPH], None).await.unwrap_err();
        assert_eq!(code(&error), "AADSTS700082");
    }
}
