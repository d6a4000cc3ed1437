//! Signing in with a browser: authorization code with PKCE (S256), the answer coming back to `loopback` or pasted.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::loopback::{Answer, Loopback, read};
use super::session::{Ask, Interaction};
use super::token_endpoint::{Failed, TokenEndpoint, Tokens, with_identity};
use super::{News, Person};
use crate::host::Host;
use crate::secret::Secret;

/// How long a person may take on the sign-in page.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);
/// How long starting a browser may take: some never come back from it (WSL without a desktop, text browsers).
pub(super) const OPENING: Duration = Duration::from_secs(2);

/// Asks through a browser.
pub(super) struct Browser {
    pub(super) endpoint: TokenEndpoint,
    pub(super) person: Arc<dyn Person>,
    pub(super) host: Host,
    pub(super) patience: Duration,
    /// How long the browser may take to start before the address is told all the same.
    pub(super) opening: Duration,
}

/// What ties the answer to this question: neither part is sent to anybody but Entra.
struct Proof {
    state: String,
    verifier: Secret,
}

impl Proof {
    fn new(host: &Host) -> Self {
        let random = || format!("{}{}", host.new_guid().simple(), host.new_guid().simple());
        Proof {
            state: random(),
            verifier: Secret::new(random()),
        }
    }

    /// RFC 7636's S256.
    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose()))
    }
}

#[async_trait]
impl Interaction for Browser {
    async fn ask(&self, ask: &Ask<'_>) -> Result<Tokens, Failed> {
        let proof = Proof::new(&self.host);
        let mut loopback = Loopback::start(&proof.state).await.map_err(|error| {
            let reason = format!("Couldn't listen on localhost for the browser's answer: {error}");
            self.endpoint.refuse("browser_no_port", reason)
        })?;
        let returns_to = loopback.address();
        let url = self.address(ask, &proof, &returns_to)?;
        if ask.claims.is_some() {
            self.person.tell(News::MoreProofNeeded);
        }
        self.show(url, &returns_to).await;
        let answer = tokio::time::timeout(self.patience, async {
            tokio::select! {
                answer = loopback.answer() => answer,
                answer = self.pasted(&proof.state) => answer,
            }
        })
        .await;
        loopback.finish().await;
        match answer {
            Ok(Answer::Code(code)) => self.redeem(ask, &proof, &code, &returns_to).await,
            Ok(Answer::Refused { word, description }) => {
                Err(self.endpoint.redirected(&word, &description))
            }
            Err(_) => Err(self.late()),
        }
    }
}

impl Browser {
    fn address(&self, ask: &Ask<'_>, proof: &Proof, returns_to: &str) -> Result<String, Failed> {
        let (scope, challenge) = (with_identity(ask.scope), proof.challenge());
        let mut fields = vec![
            ("response_type", "code"),
            ("redirect_uri", returns_to),
            ("response_mode", "query"),
            ("scope", &scope),
            ("state", &proof.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        match ask.login_hint {
            Some(hint) => fields.push(("login_hint", hint)),
            // A browser is often signed in as somebody else, with an account that has no rights here.
            None => fields.push(("prompt", "select_account")),
        }
        fields.extend(ask.claims.map(|claims| ("claims", claims)));
        let url = self.endpoint.authorize_address(ask.tenant, &fields)?;
        Ok(url.into())
    }

    /// Tells the address whatever becomes of the browser; the server answers meanwhile.
    async fn show(&self, url: String, returns_to: &str) {
        let (person, address) = (self.person.clone(), url.clone());
        let started = tokio::task::spawn_blocking(move || person.open_browser(&address));
        let opened = match tokio::time::timeout(self.opening, started).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(_)) | Err(_) => false,
        };
        self.person.tell(News::OpenThisAddress {
            url,
            opened,
            returns_to: returns_to.to_owned(),
            expires_in: self.patience,
        });
    }

    /// The answer as a person pastes it; pending for ever where nobody pastes.
    async fn pasted(&self, state: &str) -> Answer {
        while let Some(text) = self.person.paste_back().await {
            let text = Secret::new(text);
            match read(query_of(text.expose()), state) {
                Ok(answer) => return answer,
                Err(reason) => self.person.tell(News::PastedTextRefused {
                    reason: reason.to_owned(),
                }),
            }
        }
        std::future::pending().await
    }

    async fn redeem(
        &self,
        ask: &Ask<'_>,
        proof: &Proof,
        code: &Secret,
        returns_to: &str,
    ) -> Result<Tokens, Failed> {
        self.person.tell(News::Returned);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", returns_to),
            ("code_verifier", proof.verifier.expose()),
        ];
        self.endpoint.tokens(ask.tenant, ask.scope, &fields).await
    }

    fn late(&self) -> Failed {
        let seconds = self.patience.as_secs();
        self.endpoint.refuse(
            "browser_timeout",
            format!("Nobody finished the sign-in in the browser within {seconds} seconds"),
        )
    }
}

/// The query of a pasted address, or the text itself where only the query was pasted.
fn query_of(text: &str) -> &str {
    let text = text.trim().trim_matches(['"', '\'', '<', '>']);
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    query.split_once('#').map_or(query, |(query, _)| query)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::scripted::{Script, Somebody, comes_back_with, granted, query_field};
    use super::*;

    const ASK: Ask<'static> = Ask {
        tenant: "organizations",
        scope: "https://management.azure.com/.default",
        claims: None,
        login_hint: None,
    };

    fn browser(script: &Script, person: Somebody) -> (Browser, Arc<Somebody>) {
        let person = Arc::new(person);
        let browser = Browser {
            endpoint: script.endpoint(),
            person: person.clone(),
            host: Host::made_of([]),
            patience: Duration::from_secs(60),
            opening: Duration::from_secs(60),
        };
        (browser, person)
    }

    #[tokio::test]
    async fn the_code_is_redeemed_with_the_verifier_of_its_challenge() {
        let script = Script::new([granted("arm", "r", 3600)]);
        let somebody = Somebody {
            browser: Some(comes_back_with("code=the%2Bcode")),
            ..Somebody::default()
        };
        let (browser, person) = browser(&script, somebody);
        let tokens = browser.ask(&ASK).await.unwrap();
        assert_eq!(tokens.access.token.secret(), "arm");

        let heard = person.heard();
        let Some(News::OpenThisAddress {
            url,
            opened: true,
            returns_to,
            ..
        }) = heard.first()
        else {
            panic!("{heard:?}");
        };
        assert_eq!(heard.last(), Some(&News::Returned));
        let sent = script.requests().remove(0);
        assert_eq!(sent.field("code").as_deref(), Some("the+code"));
        assert_eq!(sent.field("redirect_uri").as_ref(), Some(returns_to));
        assert_eq!(sent.field("client_secret"), None);
        let verifier = sent.field("code_verifier").unwrap();
        assert!((43..=128).contains(&verifier.len()));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        assert_eq!(query_field(url, "code_challenge"), Some(challenge));
        assert_eq!(
            query_field(url, "code_challenge_method").as_deref(),
            Some("S256")
        );
        assert_eq!(
            query_field(url, "prompt").as_deref(),
            Some("select_account")
        );
        assert!(
            returns_to.starts_with("http://localhost:")
                && !returns_to.trim_start_matches("http://").contains('/')
        );
        assert!(!url.contains(&verifier));
    }

    #[tokio::test]
    async fn a_pasted_address_wins_after_a_wrong_one_was_refused() {
        let script = Script::new([granted("arm", "r", 3600)]);
        let somebody = Somebody {
            reaction: Some(Box::new(|me, news| {
                if let News::OpenThisAddress { url, .. } = news {
                    let state = query_field(url, "state").unwrap();
                    let mut pastes = me.pastes.lock().unwrap();
                    pastes.push_back("http://localhost:1/?code=x&state=theirs".to_owned());
                    pastes.push_back(format!(
                        " \"http://localhost:1/?code=pasted&state={state}&session_state=1#\"\n"
                    ));
                }
            })),
            ..Somebody::default()
        };
        let (browser, person) = browser(&script, somebody);
        browser.ask(&ASK).await.unwrap();
        assert_eq!(
            script.requests()[0].field("code").as_deref(),
            Some("pasted")
        );
        assert!(matches!(
            &person.heard()[0],
            News::OpenThisAddress { opened: false, .. }
        ));
        assert!(
            matches!(&person.heard()[1], News::PastedTextRefused { reason } if reason.contains("another sign-in"))
        );
    }

    #[tokio::test]
    async fn a_refusal_in_the_browser_is_typed_and_sends_nothing() {
        let script = Script::new([]);
        let somebody = Somebody {
            browser: Some(comes_back_with(
                "error=access_denied&error_description=AADSTS65004%3a+User+declined+to+consent.%0d%0aTrace+ID%3a+1",
            )),
            ..Somebody::default()
        };
        let (browser, _) = browser(&script, somebody);
        let Err(Failed::Refused(refusal)) = browser.ask(&ASK).await else {
            panic!("not refused");
        };
        assert_eq!(
            (refusal.word.as_str(), refusal.error.code.as_str()),
            ("access_denied", "AADSTS65004")
        );
        assert_eq!(
            refusal.error.message,
            "AADSTS65004: User declined to consent."
        );
        assert!(script.requests().is_empty());
    }

    #[tokio::test]
    async fn waiting_ends_with_a_typed_refusal() {
        let (mut browser, _) = browser(&Script::new([]), Somebody::default());
        browser.patience = Duration::ZERO;
        let Err(Failed::Refused(refusal)) = browser.ask(&ASK).await else {
            panic!("not refused");
        };
        assert_eq!(refusal.error.code, "browser_timeout");
    }

    #[tokio::test]
    async fn the_address_is_told_while_a_browser_hangs() {
        let (told, heard) = std::sync::mpsc::channel();
        let (told, heard) = (std::sync::Mutex::new(told), std::sync::Mutex::new(heard));
        let somebody = Somebody {
            // The browser comes back only after the address was told.
            browser: Some(Box::new(move |_| heard.lock().unwrap().recv().unwrap())),
            reaction: Some(Box::new(move |_, _| _ = told.lock().unwrap().send(()))),
            ..Somebody::default()
        };
        let (mut browser, person) = browser(&Script::new([]), somebody);
        (browser.opening, browser.patience) = (Duration::ZERO, Duration::ZERO);
        assert!(browser.ask(&ASK).await.is_err());
        assert!(matches!(
            &person.heard()[0],
            News::OpenThisAddress { opened: false, .. }
        ));
    }

    #[tokio::test]
    async fn a_challenge_goes_to_the_page_with_the_person_it_is_for() {
        let script = Script::new([granted("arm", "r", 3600)]);
        let somebody = Somebody {
            browser: Some(comes_back_with("code=c")),
            ..Somebody::default()
        };
        let (browser, person) = browser(&script, somebody);
        let ask = Ask {
            claims: Some("{\"access_token\":{}}"),
            login_hint: Some("maria@contoso.com"),
            ..ASK
        };
        browser.ask(&ask).await.unwrap();
        assert_eq!(person.heard()[0], News::MoreProofNeeded);
        let News::OpenThisAddress { url, .. } = &person.heard()[1] else {
            panic!("no address");
        };
        assert_eq!(query_field(url, "claims").as_deref(), ask.claims);
        assert_eq!(query_field(url, "login_hint").as_deref(), ask.login_hint);
        assert_eq!(query_field(url, "prompt"), None);
    }

    #[test]
    fn pasted_text_is_found_in_its_wrapping() {
        for text in [
            "http://localhost:1/?code=a&state=b",
            "code=a&state=b",
            "?code=a&state=b#",
            " '/?code=a&state=b' ",
        ] {
            assert_eq!(query_of(text), "code=a&state=b");
        }
    }
}
