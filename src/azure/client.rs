//! One API of Azure behind azure_core's pipeline. What happens to a request, in order:
//!
//! 1. it waits for one of eight places (independent steps run at once, Azure is not flooded);
//! 2. azure_core adds a client request id and the user agent, and repeats it after a passing failure, unless it must not be sent twice;
//! 3. a token for this API's audience is added (one token per audience, cached by the pipeline, never sent to another host);
//! 4. the answer's status is looked at here, once: an error of any shape becomes an [`AzureError`].

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::policies::{Policy, RetryHeaders};
use azure_core::http::{
    ClientOptions, Context, Pipeline, PipelineOptions, PipelineSendOptions, Request, Url,
};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

pub use super::call::Call;
use super::cloud::Cloud;
use super::decode::{
    correlation_id, decode, inner_code, is_a_strangers, oddity, provider, with_id,
};
use super::error::{ApiError, AzureError, Facts, Result};
use super::failure::{failure, unreadable};
use super::throttling::{LongestWait, RETRY_AFTER, longest_wait};
use super::transport::Transport;
use crate::remedies::Service;

/// How many requests may be under way at once.
const IN_FLIGHT: usize = 8;
/// How many pages of a list are read before it is taken for a loop.
const MOST_PAGES: usize = 2_000;

/// One API: an endpoint, an audience, and the pipelines that lead there.
#[derive(Debug, Clone)]
pub struct Api {
    service: Service,
    endpoint: Url,
    cloud: Arc<Cloud>,
    repeating: Pipeline,
    once: Pipeline,
    places: Arc<Semaphore>,
    facts: Arc<Facts>,
}

/// What an [`Api`] is made of.
#[derive(Debug, Clone)]
pub struct Access<'a> {
    /// The cloud whose hosts may be talked to.
    pub cloud: &'a Arc<Cloud>,
    /// The way there.
    pub transport: &'a Transport,
    /// Who asks. `None` for calls that need no token.
    pub credential: Option<Arc<dyn TokenCredential>>,
    /// What a remedy may need to know.
    pub facts: Arc<Facts>,
}

/// A good answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status, 2xx.
    pub status: u16,
    service: Service,
    headers: Headers,
    body: Vec<u8>,
}

/// Whatever was answered.
struct Answered {
    status: u16,
    headers: Headers,
    body: Vec<u8>,
    request_line: String,
}

impl Reply {
    /// The body as a value of the API.
    ///
    /// # Errors
    /// [`AzureError::Unreadable`] where it is something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let body = self
            .body
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|error| {
            let detail = if error.is_data() {
                error.to_string()
            } else {
                oddity(&error)
            };
            unreadable(
                self.service,
                format!("{detail} (HTTP status {})", self.status),
            )
        })
    }

    /// A header of the answer.
    pub fn header(&self, name: &'static str) -> Option<&str> {
        self.headers
            .get_optional_str(&HeaderName::from_static(name))
    }

    /// The body, which is whatever the API gives.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// How long Azure asks to be left alone, by whichever header.
    pub fn wait(&self) -> Option<Duration> {
        longest_wait(&self.headers)
    }

    /// Whether the answer has no body.
    pub fn is_empty(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }
}

/// A page of a list, with whichever name its link has.
#[derive(serde::Deserialize)]
struct Page<T> {
    #[serde(default = "Vec::new")]
    value: Vec<T>,
    #[serde(rename = "nextLink", alias = "@odata.nextLink", default)]
    next_link: Option<String>,
}

impl Api {
    /// The API of `service` at `endpoint`, asked with tokens for `audience`.
    pub fn new(service: Service, endpoint: &Url, audience: &str, access: &Access<'_>) -> Self {
        let mut each_try: Vec<Arc<dyn Policy>> = vec![Arc::new(LongestWait)];
        if let Some(credential) = &access.credential {
            each_try.push(Arc::new(BearerTokenAuthorizationPolicy::new(
                credential.clone(),
                [Cloud::scope(audience)],
            )));
        }
        let pipeline = |options: ClientOptions| {
            let waits = PipelineOptions {
                retry_headers: RetryHeaders {
                    retry_headers: vec![RETRY_AFTER],
                },
                ..PipelineOptions::default()
            };
            Pipeline::new(
                Some("azconnect"),
                option_env!("CARGO_PKG_VERSION"),
                options,
                Vec::new(),
                each_try.clone(),
                Some(waits),
            )
        };
        Api {
            service,
            endpoint: endpoint.clone(),
            cloud: access.cloud.clone(),
            repeating: pipeline(access.transport.repeating()),
            once: pipeline(access.transport.once()),
            places: Arc::new(Semaphore::new(IN_FLIGHT)),
            facts: access.facts.clone(),
        }
    }

    /// The same API, whose failures know more.
    #[must_use]
    pub fn knowing(&self, facts: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let mut all = (*self.facts).clone();
        all.extend(facts);
        Api {
            facts: Arc::new(all),
            ..self.clone()
        }
    }

    /// Sends a request.
    ///
    /// # Errors
    /// [`AzureError::Api`] for every answer but 2xx, [`AzureError::SignIn`] where no token was to be had,
    /// [`AzureError::Network`] where no answer came.
    pub async fn send(&self, call: Call) -> Result<Reply> {
        let Answered {
            status,
            headers,
            body,
            request_line,
        } = self.exchange(call).await?;
        if (200..300).contains(&status) {
            return Ok(Reply {
                status,
                service: self.service,
                headers,
                body,
            });
        }
        Err(self.refused(status, &headers, &body, request_line))
    }

    /// The challenge (`WWW-Authenticate`) with which the API refuses a request that has no token; `None` where it lets it in.
    ///
    /// # Errors
    /// As [`Api::send`], for every other refusal.
    pub async fn challenge(&self, call: Call) -> Result<Option<String>> {
        let answered = self.exchange(call).await?;
        let named = HeaderName::from_static("www-authenticate");
        match (answered.status, answered.headers.get_optional_str(&named)) {
            (401, Some(challenge)) => Ok(Some(challenge.to_owned())),
            (200..300, _) => Ok(None),
            (status, _) => Err(self.refused(
                status,
                &answered.headers,
                &answered.body,
                answered.request_line,
            )),
        }
    }

    async fn exchange(&self, call: Call) -> Result<Answered> {
        let url = self.resolve(&call.path)?;
        let request_line = format!(
            "{} {}{}",
            call.method.as_str(),
            self.endpoint.host_str().unwrap_or_default(),
            url.path()
        );
        let mut request = Request::new(url, call.method);
        request.insert_header("accept", "application/json");
        for (name, value) in call.headers {
            request.insert_header(name, value);
        }
        if let Some(body) = &call.body {
            request.insert_header("content-type", "application/json");
            request.set_body(body.to_string());
        }
        let pipeline = if call.repeatable {
            &self.repeating
        } else {
            &self.once
        };
        let unchecked = PipelineSendOptions {
            skip_checks: true,
            ..PipelineSendOptions::default()
        };
        let _place = self.places.acquire().await;
        let response = pipeline
            .send(&Context::new(), &mut request, Some(unchecked))
            .await
            .map_err(|error| self.failed(error))?;
        let (status, headers, body) = response.deconstruct();
        Ok(Answered {
            status: u16::from(status),
            headers,
            body: body.to_vec(),
            request_line,
        })
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// As [`Api::send`], and [`AzureError::Unreadable`].
    pub async fn read<T: DeserializeOwned>(&self, call: Call) -> Result<T> {
        self.send(call).await?.json()
    }

    /// Whether what a call reads is there.
    ///
    /// # Errors
    /// As [`Api::send`], but for a 404, which is the answer no.
    pub async fn is_there(&self, call: Call) -> Result<bool> {
        match self.send(call).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads a whole list, page by page.
    ///
    /// # Errors
    /// As [`Api::read`]; [`AzureError::Unreadable`] also where the next page is on another host, or the list has no end.
    pub async fn list<T: DeserializeOwned>(&self, path: impl Into<String>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        let mut next = Some(path.into());
        for _ in 0..MOST_PAGES {
            let Some(path) = next.take() else {
                return Ok(all);
            };
            let page: Page<T> = self.read(Call::get(path)).await?;
            all.extend(page.value);
            next = page.next_link.filter(|link| !link.is_empty());
        }
        Err(AzureError::Unreadable {
            service: self.service.title(),
            detail: format!("a list of more than {MOST_PAGES} pages"),
        })
    }

    /// A path below the endpoint, or a link that Azure gave: followed only on this API's own host.
    fn resolve(&self, path: &str) -> Result<Url> {
        let odd = |detail: String| AzureError::Unreadable {
            service: self.service.title(),
            detail,
        };
        let url = match Url::parse(path) {
            Ok(link) => link,
            Err(_) => self
                .endpoint
                .join(path)
                .map_err(|error| odd(format!("no path: {error}")))?,
        };
        let same_host = url.host_str() == self.endpoint.host_str()
            && url.port_or_known_default() == self.endpoint.port_or_known_default()
            && url.scheme() == self.endpoint.scheme();
        // The endpoints of accounts and vaults are made from the cloud's own templates, one for each.
        let by_template = matches!(self.service, Service::Storage | Service::KeyVault);
        if same_host && (by_template || self.cloud.owns(&url)) {
            return Ok(url);
        }
        Err(odd(format!(
            "a link to another host ({})",
            crate::text::printable(url.host_str().unwrap_or("none"))
        )))
    }

    fn refused(&self, status: u16, headers: &Headers, body: &[u8], request: String) -> AzureError {
        // The blob service's word for it: the same text stands for several causes, and some answers have none.
        let named = (self.service == Service::Storage)
            .then(|| headers.get_optional_str(&HeaderName::from_static("x-ms-error-code")))
            .flatten();
        if named.is_none() && is_a_strangers(status, body) {
            return unreadable(
                self.service,
                format!("it is no JSON (HTTP status {status}, {request})"),
            );
        }
        let (mut code, message) = decode(status, body);
        if let Some(named) = named {
            code = crate::text::printable(named);
        }
        // Key Vault says the same word for several causes, and the cause inside.
        if self.service == Service::KeyVault
            && let Some(inner) = inner_code(body)
        {
            code = inner;
        }
        let correlation_id = correlation_id(headers);
        let request = with_id(request, headers);
        let facts = self.facts.clone();
        let service = provider(&request).unwrap_or(self.service);
        AzureError::from(Box::new(ApiError {
            status,
            code,
            message,
            correlation_id,
            request,
            service,
            retry_after: longest_wait(headers),
            facts,
        }))
    }

    /// Which API this is.
    pub(super) fn service(&self) -> Service {
        self.service
    }

    /// The values that failures carry.
    pub(super) fn facts(&self) -> Arc<Facts> {
        self.facts.clone()
    }

    /// A failure of the credential itself, with the authority as the host that was asked.
    pub(super) fn sign_in_failure(&self, error: azure_core::Error) -> AzureError {
        failure(error, &self.cloud.login, &self.facts)
    }

    fn failed(&self, error: azure_core::Error) -> AzureError {
        let mut failed = failure(error, &self.endpoint, &self.facts);
        // Each account and vault has a name of its own in the DNS, so one that isn't found is most often none.
        if let AzureError::Network(network) = &mut failed
            && network.code == "dns"
        {
            network.code = match self.service {
                Service::Storage => "storage-dns",
                Service::KeyVault => "vault-dns",
                _ => "dns",
            };
        }
        failed
    }
}
