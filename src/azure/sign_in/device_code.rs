//! Signing in with a code that is typed in a browser on any device.
//!
//! A directory may block this way, and then only the browser says so while this side goes on waiting; that is why an
//! expiry names the policy. Dropping the future ends the wait, and nothing is left behind.
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code>

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use tokio::time::Instant;

use super::session::{Ask, Interaction};
use super::token_endpoint::{Failed, TokenEndpoint, Tokens, seconds, with_identity};
use super::{News, Person};
use crate::secret::Secret;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The pause between two questions where the service names none (RFC 8628).
const INTERVAL: u32 = 5;
/// How much longer the pause gets each time the service says `slow_down` (RFC 8628).
const SLOWER: u32 = 5;
/// How many broken connections in a row are taken for a passing failure.
const PATIENCE: u32 = 5;

/// Asks with a code.
pub(super) struct DeviceCode {
    pub(super) endpoint: TokenEndpoint,
    pub(super) person: Arc<dyn Person>,
    /// The length of a second of the service's; only tests have another.
    pub(super) second: Duration,
}

#[derive(Deserialize)]
struct Issued {
    device_code: String,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    #[serde(deserialize_with = "seconds")]
    expires_in: i64,
    #[serde(default)]
    interval: Option<u32>,
    #[serde(default)]
    message: String,
}

/// What a refusal means for the wait.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    AskAgainAfter(u32),
    Expired,
    Over,
}

fn next(word: &str, interval: u32) -> Next {
    match word {
        "authorization_pending" => Next::AskAgainAfter(interval),
        "slow_down" => Next::AskAgainAfter(interval + SLOWER),
        "expired_token" | "code_expired" => Next::Expired,
        _ => Next::Over,
    }
}

#[async_trait]
impl Interaction for DeviceCode {
    async fn ask(&self, ask: &Ask<'_>) -> Result<Tokens, Failed> {
        if ask.claims.is_some() {
            self.person.tell(News::MoreProofNeeded);
        }
        let issued = self.issue(ask).await?;
        let expires_in = Duration::from_secs(issued.expires_in.try_into().unwrap_or_default());
        self.person.tell(News::EnterThisCode {
            url: crate::text::printable(&issued.verification_uri),
            code: crate::text::printable(&issued.user_code),
            message: crate::text::printable(&issued.message),
            expires_in,
        });
        let code = Secret::new(issued.device_code);
        let interval = issued.interval.unwrap_or(INTERVAL);
        self.poll(ask, &code, interval, Instant::now() + expires_in)
            .await
    }
}

impl DeviceCode {
    async fn issue(&self, ask: &Ask<'_>) -> Result<Issued, Failed> {
        let scope = with_identity(ask.scope);
        let mut form = vec![("scope", scope.as_str())];
        form.extend(ask.claims.map(|claims| ("claims", claims)));
        self.endpoint.post(ask.tenant, "devicecode", &form).await
    }

    /// Asks again and again until the person is through, says no, or the time is up.
    async fn poll(
        &self,
        ask: &Ask<'_>,
        code: &Secret,
        mut interval: u32,
        end: Instant,
    ) -> Result<Tokens, Failed> {
        let mut fields = vec![("grant_type", GRANT), ("device_code", code.expose())];
        fields.extend(ask.claims.map(|claims| ("claims", claims)));
        let mut broken = 0;
        while Instant::now() < end {
            tokio::time::sleep(self.second * interval).await;
            match self.endpoint.tokens(ask.tenant, ask.scope, &fields).await {
                Ok(tokens) => {
                    self.person.tell(News::Returned);
                    return Ok(tokens);
                }
                Err(Failed::Unanswered(error)) => {
                    broken += 1;
                    if broken >= PATIENCE {
                        return Err(error.into());
                    }
                }
                Err(Failed::Refused(refusal)) => {
                    broken = 0;
                    match next(&refusal.word, interval) {
                        Next::AskAgainAfter(pause) => interval = pause,
                        Next::Expired => break,
                        Next::Over => return Err(refusal.into()),
                    }
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            self.person.tell(News::StillWaiting { left });
        }
        Err(self.endpoint.refuse(
            "expired_token",
            "The device code expired before anybody finished the sign-in with it. Where the browser refused the code, a policy of the directory blocks this way to sign in",
        ))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::scripted::{Reply, Script, Somebody, granted, refused, reply};
    use super::*;

    const ASK: Ask<'static> = Ask {
        tenant: "contoso.com",
        scope: "https://management.azure.com/.default",
        claims: None,
        login_hint: None,
    };

    fn issued(expires_in: u32) -> Reply {
        reply(
            200,
            &format!(
                r#"{{"device_code":"hunter2","user_code":"ABCD-EFGH","verification_uri":"https://microsoft.com/devicelogin",
                    "expires_in":{expires_in},"interval":5,"message":"To sign in, use ABCD-EFGH"}}"#
            ),
        )
    }

    async fn ask(replies: Vec<Reply>) -> (Result<Tokens, Failed>, Script, Vec<News>) {
        let script = Script::new(replies);
        let person = Arc::new(Somebody::default());
        let device_code = DeviceCode {
            endpoint: script.endpoint(),
            person: person.clone(),
            second: Duration::ZERO,
        };
        (device_code.ask(&ASK).await, script, person.heard())
    }

    fn code(result: Result<Tokens, Failed>) -> String {
        match result.unwrap_err() {
            Failed::Refused(refusal) => refusal.error.code,
            Failed::Unanswered(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn the_code_is_told_and_asked_for_until_approved() {
        let (result, script, heard) = ask(vec![
            issued(900),
            refused("authorization_pending", 70016, None),
            refused("slow_down", 70016, None),
            None,
            granted("arm", "r", 3600),
        ])
        .await;
        assert_eq!(result.unwrap().access.token.secret(), "arm");
        assert!(
            matches!(&heard[0], News::EnterThisCode { url, code, expires_in, .. }
            if url == "https://microsoft.com/devicelogin" && code == "ABCD-EFGH" && expires_in.as_secs() == 900)
        );
        assert_eq!(heard.last(), Some(&News::Returned));
        assert!(!format!("{heard:?}").contains("hunter2"));
        let requests = script.requests();
        assert!(
            requests[0]
                .address
                .ends_with("/contoso.com/oauth2/v2.0/devicecode")
        );
        assert_eq!(requests.len(), 5);
        for poll in &requests[1..] {
            assert_eq!(poll.field("grant_type").as_deref(), Some(GRANT));
            assert_eq!(poll.field("device_code").as_deref(), Some("hunter2"));
        }
    }

    #[tokio::test]
    async fn a_denial_ends_the_wait() {
        let (result, script, _) = ask(vec![
            issued(900),
            refused("authorization_declined", 65004, None),
        ])
        .await;
        assert_eq!(code(result), "AADSTS65004");
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn an_expiry_names_the_policy_that_may_be_behind_it() {
        for replies in [
            vec![issued(900), refused("expired_token", 70019, None)],
            vec![issued(0)],
        ] {
            let (result, _, _) = ask(replies).await;
            let Err(Failed::Refused(refusal)) = result else {
                panic!("not refused");
            };
            assert_eq!(refusal.error.code, "expired_token");
            assert!(refusal.error.message.contains("policy"));
        }
    }

    #[tokio::test]
    async fn a_policy_that_blocks_the_way_is_told_at_once() {
        let (result, _, _) = ask(vec![issued(900), refused("access_denied", 53003, None)]).await;
        assert_eq!(code(result), "AADSTS53003");
    }

    #[tokio::test]
    async fn a_line_that_stays_broken_is_not_waited_for() {
        let (result, script, _) = ask(vec![issued(900), None, None, None, None, None]).await;
        assert!(matches!(result, Err(Failed::Unanswered(_))));
        assert_eq!(script.requests().len(), 6);
    }

    #[test]
    fn slow_down_lengthens_every_later_pause() {
        assert_eq!(next("authorization_pending", 5), Next::AskAgainAfter(5));
        assert_eq!(next("slow_down", 5), Next::AskAgainAfter(10));
        assert_eq!(next("slow_down", 10), Next::AskAgainAfter(15));
        assert_eq!(next("code_expired", 5), Next::Expired);
        assert_eq!(next("bad_verification_code", 5), Next::Over);
    }
}
