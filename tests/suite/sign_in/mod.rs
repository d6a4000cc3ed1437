//! Every way to sign in, against the simulated Entra: over TLS, with a person who opens pages and types codes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod applications;
mod people;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azconnect::azure::cloud::Cloud;
use azconnect::azure::sign_in::{Method, News, Person, Request, SignedIn, sign_in};
use azconnect::azure::transport::{Network, Transport};
use azconnect::error::{Error, Kind, Result};
use azconnect::host::Host;
use azconnect::sandbox::{self, Options, Replication, Sandbox, SandboxError, ids};

/// What the person in front of the machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    SignsIn,
    Declines,
    Nothing,
}

/// Somebody of the sandbox's directory, with a browser unless it is on another machine.
struct Somebody {
    sandbox: sandbox::Person,
    does: Does,
    browser_here: bool,
    heard: Mutex<Vec<News>>,
    /// What the pages said.
    pages: Arc<Mutex<Vec<std::result::Result<(), SandboxError>>>>,
}

impl Somebody {
    fn heard(&self) -> Vec<News> {
        self.heard.lock().unwrap().clone()
    }

    fn visits(
        &self,
        visit: impl Future<Output = std::result::Result<(), SandboxError>> + Send + 'static,
    ) {
        let pages = self.pages.clone();
        tokio::runtime::Handle::current().spawn(async move {
            let seen = visit.await;
            pages.lock().unwrap().push(seen);
        });
    }
}

#[async_trait]
impl Person for Somebody {
    fn is_present(&self) -> bool {
        self.does != Does::Nothing
    }

    fn open_browser(&self, url: &str) -> bool {
        let (person, url) = (self.sandbox.clone(), url.to_owned());
        match self.does {
            _ if !self.browser_here => return false,
            Does::SignsIn => self.visits(async move { person.open(&url).await }),
            Does::Declines => self.visits(async move { person.decline(&url).await }),
            Does::Nothing => {}
        }
        true
    }

    fn tell(&self, news: News) {
        if let News::EnterThisCode { code, .. } = &news {
            let (person, code, approve) = (
                self.sandbox.clone(),
                code.clone(),
                self.does == Does::SignsIn,
            );
            self.visits(async move { person.enter_device_code(&code, approve).await });
        }
        self.heard.lock().unwrap().push(news);
    }

    async fn paste_back(&self) -> Option<String> {
        std::future::pending().await
    }
}

/// A sandbox and the way to it.
struct Lab {
    sandbox: Sandbox,
    cloud: Arc<Cloud>,
    transport: Transport,
    _folder: tempfile::TempDir,
}

impl Lab {
    async fn start() -> Self {
        let options = Options {
            replication: Replication::none(),
            ..Options::default()
        };
        let sandbox = sandbox::start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = sandbox.write_cloud_file(folder.path()).unwrap();
        let cloud = Cloud::named(file.to_str().unwrap()).unwrap();
        let transport = Transport::new(&cloud, &Network::default()).unwrap();
        Lab {
            sandbox,
            cloud: Arc::new(cloud),
            transport,
            _folder: folder,
        }
    }

    fn somebody(&self, name: &str, does: Does) -> Arc<Somebody> {
        Arc::new(Somebody {
            sandbox: self.sandbox.person(name),
            does,
            browser_here: true,
            heard: Mutex::default(),
            pages: Arc::default(),
        })
    }

    async fn sign_in(
        &self,
        method: Method,
        host: &Host,
        tenant: Option<&str>,
        person: &Arc<Somebody>,
    ) -> Result<SignedIn> {
        let request = Request {
            cloud: &self.cloud,
            transport: &self.transport,
            host,
            tenant,
            client_id: None,
            person: person.clone(),
        };
        sign_in(method, &request).await
    }

    /// Avery signs in, on a machine with nothing in its environment.
    async fn avery(&self, method: Method, does: Does) -> (Result<SignedIn>, Arc<Somebody>) {
        let avery = self.somebody(ids::AVERY_NAME, does);
        let result = self.sign_in(method, &Host::made_of([]), None, &avery).await;
        (result, avery)
    }

    /// A pipeline with this environment and nobody in front of it.
    async fn pipeline(&self, method: Method, env: &[(&'static str, String)]) -> Result<SignedIn> {
        let operator = ("AZURE_CLIENT_ID", ids::OPERATOR_CLIENT_ID.to_string());
        let all = env.iter().cloned().chain([operator]);
        let host = Host::made_of(all.map(|(name, value)| (name, &*value.leak())));
        let nobody = self.somebody(ids::AVERY_NAME, Does::Nothing);
        self.sign_in(method, &host, Some("contoso.com"), &nobody)
            .await
    }

    fn token_requests(&self) -> usize {
        let log = self.sandbox.log();
        log.iter()
            .filter(|entry| entry.path.ends_with("/oauth2/v2.0/token"))
            .count()
    }
}

async fn token(signed_in: &SignedIn, audience: &str) -> azure_core::credentials::AccessToken {
    signed_in
        .credential
        .get_token(&[&Cloud::scope(audience)], None)
        .await
        .unwrap()
}

fn refusal(result: Result<SignedIn>, code: &str) -> Error {
    let error = result.unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        (code, Kind::SignedOut),
        "{error:?}"
    );
    assert!(
        error.reason().is_some() && !error.advice().is_empty(),
        "{error:?}"
    );
    error
}
