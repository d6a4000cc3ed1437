//! Signing in: who asks Azure, and how they prove it.
//!
//! The commands call [`sign_in`] once a run, for the person (or the pipeline) that sets a connection up, and
//! [`of_application`] for the connection's own identity. What a person has to see or type meanwhile goes through the
//! [`Person`] that the caller brings: nothing here prints or asks.
//!
//! Promised: a returned credential has already given one token (for Azure Resource Manager), so a wrong sign-in ends
//! here and not in the middle of the work. Tokens are kept in memory only. No `Debug` shows any of them.

mod azure_cli;
mod browser;
mod certificate;
mod choose;
mod claims;
mod device_code;
mod environment;
mod explained;
mod failures;
mod loopback;
mod managed;
mod method;
mod nobody;
mod quiet;
mod routes;
#[cfg(test)]
mod scripted;
mod session;
mod token_endpoint;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;

pub use azure_cli::{AzAccount, AzSession, az_session};
pub use choose::{Facts, choose};
pub use claims::{Claims, claims};
pub use environment::{OwnProof, of_application};
pub use method::Method;
pub(super) use nobody::NobodySignedIn;
pub use nobody::nobody;
pub use quiet::{Quiet, quietly};

use super::cloud::Cloud;
use super::ids::{ClientId, TenantId};
use super::transport::Transport;
use crate::error::{Error, Kind, Result};
use crate::host::Host;

/// The client that browser and device-code sign-in use unless told otherwise: Microsoft's own *Microsoft Azure CLI*.
/// It is the same in every cloud, its rights are consented everywhere, and an administrator may block it.
/// Source: <https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in>
pub const AZURE_CLI_CLIENT_ID: ClientId = ClientId::new(uuid::Uuid::from_u128(
    0x04b0_7795_8ddb_461a_bbee_02f9_e1bf_7b46,
));

/// What a sign-in is made of.
#[derive(Clone)]
pub struct Request<'a> {
    /// Where to sign in.
    pub cloud: &'a Arc<Cloud>,
    /// The way there.
    pub transport: &'a Transport,
    /// The environment that credentials are looked for in, the clock, randomness.
    pub host: &'a Host,
    /// Directory to sign in to, GUID or domain. `None` lets a person's account decide; an application then needs
    /// `AZURE_TENANT_ID`.
    pub tenant: Option<&'a str>,
    /// `--sign-in-client-id`: the public client for browser and device code. `None` = [`AZURE_CLI_CLIENT_ID`].
    pub client_id: Option<ClientId>,
    /// Who watches, if anybody does.
    pub person: Arc<dyn Person>,
}

/// What the room above shows and asks while somebody signs in. The commands implement it over their `Ui`.
#[async_trait]
pub trait Person: Send + Sync {
    /// Whether somebody is there who can act on what they are told. Only [`Method::Auto`] asks this: who names a
    /// method gets it.
    fn is_present(&self) -> bool;

    /// Tries to open the address in a browser; false where there is none. The address is told as well, in any case, after
    /// two seconds at the latest. Called on a thread that may block.
    fn open_browser(&self, url: &str) -> bool;

    /// Shows something. Must not block.
    fn tell(&self, news: News);

    /// Waits for the person to paste the address that their browser ended at (it carries the authorization code: show
    /// no echo of it in a log). Raced with the browser itself and dropped when that wins. Where nobody can type, it
    /// must stay pending; `None` means that no more will come.
    async fn paste_back(&self) -> Option<String>;
}

/// Something that a person who signs in should see. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The address to sign in at. Show it in full even where `opened`, so that it can be copied to another browser.
    OpenThisAddress {
        /// Microsoft's page.
        url: String,
        /// Whether a browser was started with it.
        opened: bool,
        /// Where the browser will end, `http://localhost:50123`: on another machine that page fails to load, and its
        /// address is what has to be pasted.
        returns_to: String,
        /// How long we wait.
        expires_in: Duration,
    },
    /// The code to type at an address, on any device.
    EnterThisCode {
        /// Microsoft's page for codes, as this cloud named it.
        url: String,
        /// The code, to be shown large.
        code: String,
        /// Microsoft's own sentence with both.
        message: String,
        /// How long the code is good for.
        expires_in: Duration,
    },
    /// Nothing came yet. Sent every few seconds while a device code waits.
    StillWaiting {
        /// How long the wait may go on.
        left: Duration,
    },
    /// The pasted text was of no use; paste again.
    PastedTextRefused {
        /// What is wrong with it, as a sentence.
        reason: String,
    },
    /// Entra wants more proof (multi-factor authentication, as a policy demands): the page opens once more.
    MoreProofNeeded,
    /// The person is through; tokens are being fetched.
    Returned,
    /// A method that `auto` tried first gave nothing, so the next one follows.
    WentOn {
        /// What was tried and why it failed, as a sentence.
        reason: String,
    },
}

/// A finished sign-in.
#[derive(Clone)]
pub struct SignedIn {
    /// Gives tokens for every audience of the cloud.
    pub credential: Arc<dyn TokenCredential>,
    /// How.
    pub method: Method,
    /// One line on why this method.
    pub why: String,
    /// User principal name, or the client id of an application.
    pub account: Option<String>,
    /// The directory that the tokens are for.
    pub tenant: Option<TenantId>,
    elsewhere: Elsewhere,
}

/// Makes the same identity's credential for another directory.
type Elsewhere = Arc<dyn Fn(TenantId) -> Result<Arc<dyn TokenCredential>> + Send + Sync>;

impl SignedIn {
    /// The same identity in another directory, without asking again. The credential is made, not tried: a directory
    /// that wants its own proof answers the first call with a [`super::error::SignInError`] (such as `AADSTS50076`),
    /// and the way on is a [`sign_in`] with that `tenant`.
    ///
    /// # Errors
    /// `Usage` for a managed identity, which exists in one directory only.
    pub fn for_tenant(&self, tenant: TenantId) -> Result<Arc<dyn TokenCredential>> {
        (self.elsewhere)(tenant)
    }
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn")
            .field("method", &self.method)
            .field("account", &self.account)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// Signs in, and proves it with a first token.
///
/// With [`Method::Auto`] the order is [`choose()`]'s. Where it leads to an `az` session that has ended, and somebody is
/// there to be asked, the next way is taken and [`News::WentOn`] says so.
///
/// # Errors
/// `Usage` where the environment or the tenant is not valid, `SignedOut` where Entra ID refuses or nobody finishes the
/// sign-in, `Failed` where Entra can't be reached.
pub async fn sign_in(method: Method, request: &Request<'_>) -> Result<SignedIn> {
    let request = &Request {
        tenant: request.tenant.map(valid_tenant).transpose()?,
        ..request.clone()
    };
    let present = request.person.is_present();
    let mut facts = Facts::of_environment(request.host, request.tenant.is_some(), present);
    facts.explicit = Some(method).filter(|method| *method != Method::Auto);
    // This machine's identity is Azure's own: its tokens are nothing for a simulated one.
    facts.managed_identity &= !request.cloud.is_loopback();
    if facts.az_matters() {
        facts.az_session = azure_cli::account(request.cloud, request.host).await;
    }
    let (chosen, why) = choose(&facts)?;
    match routes::take(chosen, why, request).await {
        Err(ended)
            if facts.az_session.take().is_some() && present && ended.kind() == Kind::SignedOut =>
        {
            let (next, why) = choose(&facts)?;
            request.person.tell(News::WentOn {
                reason: ended.message().to_owned(),
            });
            routes::take(next, why, request).await
        }
        other => other,
    }
}

/// A directory as people name it: a GUID, or one of its domains. Anything else could change the address that is asked.
fn valid_tenant(tenant: &str) -> Result<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let trimmed = tenant.trim();
    if !trimmed.is_empty()
        && trimmed.len() <= 253
        && trimmed.chars().all(plain)
        && !trimmed.starts_with('.')
    {
        return Ok(trimmed);
    }
    let shown = crate::text::printable(tenant);
    Err(Error::usage("tenant", format!("`{shown}` is not a directory (tenant): that is a GUID or a domain such as contoso.onmicrosoft.com."))
        .hint("Find it with `az account show --query tenantId`, or in the portal under Microsoft Entra ID > Overview."))
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::transport::Network;
    use super::scripted::{Somebody, comes_back_with, with_az};
    use super::*;

    const SHOWN: &str = r#"echo '{"environmentName":"AzureCloud","tenantId":"x","user":{"name":"maria@contoso.com","type":"user"}}'"#;
    /// `{"tid":"…-1","upn":"maria@contoso.com"}`
    const TOKEN: &str = "e30.eyJ0aWQiOiIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDEiLCJ1cG4iOiJtYXJpYUBjb250b3NvLmNvbSJ9.x";

    async fn auto(script: &str, person: Somebody) -> (Result<SignedIn>, Arc<Somebody>) {
        let (_folder, host) = with_az(script);
        let cloud = Arc::new(Cloud::named("public").unwrap());
        let transport = Transport::new(&cloud, &Network::default()).unwrap();
        let person = Arc::new(person);
        let request = Request {
            cloud: &cloud,
            transport: &transport,
            host: &host,
            tenant: None,
            client_id: None,
            person: person.clone(),
        };
        (sign_in(Method::Auto, &request).await, person)
    }

    #[tokio::test]
    async fn auto_takes_the_az_session_and_names_it() {
        let script = format!(
            r#"case "$2" in show) {SHOWN};; *) echo '{{"accessToken":"{TOKEN}","expires_on":4102444800,"tokenType":"Bearer"}}';; esac"#
        );
        let (signed_in, _) = auto(&script, Somebody::default()).await;
        let signed_in = signed_in.unwrap();
        assert_eq!(signed_in.method, Method::AzureCli);
        assert_eq!(signed_in.why, "`az` is signed in as maria@contoso.com");
        assert_eq!(signed_in.account.as_deref(), Some("maria@contoso.com"));
        assert_eq!(
            signed_in.tenant,
            Some(TenantId::new(uuid::Uuid::from_u128(1)))
        );
    }

    #[tokio::test]
    async fn auto_goes_on_to_the_browser_where_the_az_session_has_ended() {
        let script = format!(
            r#"case "$2" in show) {SHOWN};; *) echo 'ERROR: AADSTS70043: The refresh token has expired.' >&2; exit 1;; esac"#
        );
        let somebody = Somebody {
            browser: Some(comes_back_with(
                "error=access_denied&error_description=AADSTS65004%3a+No.",
            )),
            ..Somebody::default()
        };
        let (result, person) = auto(&script, somebody).await;
        assert_eq!(
            result.unwrap_err().code(),
            "AADSTS65004",
            "it was the browser that ended it"
        );
        let heard = person.heard();
        assert!(
            matches!(&heard[0], News::WentOn { reason } if reason.contains("AADSTS70043")),
            "{heard:?}"
        );
        assert!(matches!(&heard[1], News::OpenThisAddress { .. }));
    }

    #[test]
    fn a_directory_is_a_guid_or_a_domain() {
        for good in [
            "contoso.com",
            "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e",
            " contoso.onmicrosoft.com ",
        ] {
            assert_eq!(valid_tenant(good).unwrap(), good.trim());
        }
        for bad in [
            "",
            " ",
            "..",
            "a/b",
            "a?b",
            "a b",
            "a%2fb",
            "ü.example",
            &"a".repeat(254),
        ] {
            assert_eq!(valid_tenant(bad).unwrap_err().code(), "tenant");
        }
    }
}
