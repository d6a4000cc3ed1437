//! A simulated human with a browser: signs in on the sandbox's pages as somebody.
//!
//! Tests hand it the URL that the program would open. It goes the way a browser goes, over TLS and through the redirect,
//! so the program's own loopback server is met as in life.

use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, Url};

use super::exchange::percent_encoded;
use super::partner_center::APP_MANAGEMENT;
use super::{Endpoints, SandboxError};

/// Longest wait for one page.
const PATIENCE: Duration = Duration::from_secs(20);

/// A human who signs in as one user. Made by `Sandbox::person`; may outlive the borrow.
#[derive(Debug, Clone)]
pub struct Person {
    name: String,
    login: String,
    partner_center: String,
    ca_pem: String,
}

impl Person {
    pub(super) fn new(name: &str, endpoints: &Endpoints, ca_pem: String) -> Self {
        Self {
            name: name.to_owned(),
            login: endpoints.login.clone(),
            partner_center: endpoints.partner_center.clone(),
            ca_pem,
        }
    }

    /// Opens an authorize URL, signs in as this user, and follows the redirect to the program's loopback server.
    ///
    /// # Errors
    /// The sign-in page shows an error ([`SandboxError::Refused`], with the AADSTS text), or a page does not answer.
    pub async fn open(&self, url: &str) -> Result<(), SandboxError> {
        self.go(url, &[]).await
    }

    /// Opens an authorize URL and declines at the consent prompt; the redirect then carries `error=access_denied`.
    ///
    /// # Errors
    /// As [`Person::open`].
    pub async fn decline(&self, url: &str) -> Result<(), SandboxError> {
        self.go(url, &[("sandbox_decline", "true")]).await
    }

    /// Opens an admin consent URL and consents, as this user.
    ///
    /// # Errors
    /// The page refuses: no such application, or the person may not consent for the directory.
    pub async fn consent(&self, url: &str) -> Result<(), SandboxError> {
        self.visit(url, &[]).await.map(drop)
    }

    /// Enters a user code on the device page, and approves or declines.
    ///
    /// # Errors
    /// The page refuses: the code is unknown or expired, or Conditional Access blocks the flow.
    pub async fn enter_device_code(&self, code: &str, approve: bool) -> Result<(), SandboxError> {
        let form = format!(
            "code={}&user={}&approve={approve}",
            percent_encoded(code),
            percent_encoded(&self.name)
        );
        let request = self
            .client()?
            .post(format!("{}/devicelogin", self.login))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        accepted(request.send().await.map_err(browser)?)
            .await
            .map(drop)
    }

    /// Registers an application on Partner Center's page "App management", so that it may call Partner Center on its own.
    ///
    /// # Errors
    /// The page refuses: the person is no Global Administrator of a partner, or the directory has no such application.
    pub async fn register_existing_app(&self, client_id: &str) -> Result<(), SandboxError> {
        self.manage_apps(client_id).await.map(drop)
    }

    /// Adds a web app on Partner Center's page "App management", and returns its client id.
    ///
    /// # Errors
    /// As [`Person::register_existing_app`].
    pub async fn add_web_app(&self) -> Result<String, SandboxError> {
        let page = self.manage_apps("").await?;
        let shown = page.split("<span id=\"app\">").nth(1);
        shown
            .and_then(|rest| rest.split("</span>").next())
            .map(str::to_owned)
            .ok_or(SandboxError::Refused(page))
    }

    async fn manage_apps(&self, client_id: &str) -> Result<String, SandboxError> {
        let (user, app) = (percent_encoded(&self.name), percent_encoded(client_id));
        let request = self
            .client()?
            .post(format!("{}{APP_MANAGEMENT}", self.partner_center))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("user={user}&app={app}"));
        let page = accepted(request.send().await.map_err(browser)?).await?;
        page.text().await.map_err(browser)
    }

    async fn go(&self, url: &str, extra: &[(&str, &str)]) -> Result<(), SandboxError> {
        let page = self.visit(url, extra).await?;
        let location = page.headers().get(LOCATION);
        let Some(location) = location.and_then(|location| location.to_str().ok()) else {
            return Err(SandboxError::Refused(
                "the page did not redirect".to_owned(),
            ));
        };
        let client = self.client()?;
        client.get(location).send().await.map(drop).map_err(browser)
    }

    /// The page behind a URL, seen as this user.
    async fn visit(&self, url: &str, extra: &[(&str, &str)]) -> Result<Response, SandboxError> {
        let mut url = Url::parse(url).map_err(browser)?;
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != "login_hint")
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair("login_hint", &self.name)
            .extend_pairs(extra);
        let client = self.client()?;
        accepted(client.get(url).send().await.map_err(browser)?).await
    }

    fn client(&self) -> Result<Client, SandboxError> {
        let root = Certificate::from_pem(self.ca_pem.as_bytes()).map_err(browser)?;
        Client::builder()
            .tls_certs_only([root])
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(browser)
    }
}

/// Errors of the pages are text in an element of their own.
async fn accepted(page: Response) -> Result<Response, SandboxError> {
    if !page.status().is_client_error() && !page.status().is_server_error() {
        return Ok(page);
    }
    let text = page.text().await.map_err(browser)?;
    let shown = text
        .split("<p id=\"error\">")
        .nth(1)
        .and_then(|rest| rest.split("</p>").next());
    Err(SandboxError::Refused(shown.unwrap_or(&text).to_owned()))
}

fn browser(error: impl std::error::Error) -> SandboxError {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    SandboxError::Browser(text)
}
