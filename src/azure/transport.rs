//! The one way out of this machine: a reqwest client with proxy, roots and timeouts, shared by every pipeline and credential.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use azure_core::http::{
    ClientOptions, ExponentialRetryOptions, HttpClient, RetryOptions, Transport as SharedTransport,
};
use uuid::Uuid;

use super::cloud::Cloud;
use super::error::NetworkError;
use crate::error::{Error, Result};

/// How to reach the network.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Further root certificates (PEM), beside the platform's and the cloud's.
    pub ca_file: Option<PathBuf>,
    /// The time limit of one request.
    pub timeout: Option<Duration>,
}

/// A connection pool that every request of a run goes through.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Arc<dyn HttpClient>,
    run: Uuid,
}

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(15);
/// How long an answer may take when nobody says otherwise.
const ANSWER: Duration = Duration::from_secs(60);

impl Transport {
    /// Opens the way to a cloud. Endpoints on this machine are never asked through a proxy; redirects are never followed, since a
    /// token must not go where its request did not.
    ///
    /// # Errors
    /// `Usage` where a certificate file can't be read or holds no certificate.
    pub fn new(cloud: &Cloud, network: &Network) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(network.timeout.unwrap_or(ANSWER))
            .redirect(reqwest::redirect::Policy::none());
        if cloud.is_loopback() {
            builder = builder.no_proxy();
        }
        for file in cloud.ca_file.iter().chain(&network.ca_file) {
            builder = builder.tls_certs_merge(certificates(file)?);
        }
        let client = builder.build().map_err(|error| {
            Error::usage("network", format!("The network can't be set up: {}.", innermost(&error)))
                .hint("Look at `HTTPS_PROXY` and `NO_PROXY`: a proxy is a URL such as http://proxy.example:3128")
        })?;
        Ok(Transport {
            client: Arc::new(client),
            run: Uuid::new_v4(),
        })
    }

    /// The id that all requests of this run have in common, for the services that want one.
    pub fn run(&self) -> Uuid {
        self.run
    }

    /// Options for a pipeline or credential that may repeat a request which failed for a passing reason.
    pub fn repeating(&self) -> ClientOptions {
        self.options(RetryOptions::exponential(ExponentialRetryOptions {
            initial_delay: azure_core::time::Duration::milliseconds(400),
            max_retries: 3,
            max_total_elapsed: azure_core::time::Duration::seconds(90),
            max_delay: azure_core::time::Duration::seconds(20),
        }))
    }

    /// Options for requests that must not be sent twice, such as the one that makes a secret.
    pub fn once(&self) -> ClientOptions {
        self.options(RetryOptions::none())
    }

    fn options(&self, retry: RetryOptions) -> ClientOptions {
        ClientOptions {
            transport: Some(SharedTransport::new(self.client.clone())),
            retry,
            ..ClientOptions::default()
        }
    }
}

fn certificates(file: &std::path::Path) -> Result<Vec<reqwest::Certificate>> {
    let refused = |reason: String| {
        Error::usage(
            "ca_file",
            format!("The certificate file `{}` {reason}.", file.display()),
        )
        .hint("`--ca-file` takes root certificates in PEM form (-----BEGIN CERTIFICATE-----).")
    };
    let pem = std::fs::read(file).map_err(|error| refused(format!("can't be read: {error}")))?;
    let certificates = reqwest::Certificate::from_pem_bundle(&pem)
        .map_err(|_| refused("is not valid PEM".to_owned()))?;
    if certificates.is_empty() {
        return Err(refused("holds no certificate".to_owned()));
    }
    Ok(certificates)
}

/// Names what went wrong on the way, from the chain of causes.
pub(super) fn diagnose(
    host: String,
    error: Box<dyn std::error::Error + Send + Sync>,
) -> NetworkError {
    let chain = causes(&*error);
    let text = chain.join(": ").to_lowercase();
    let code = SYMPTOMS
        .iter()
        .find(|(symptom, _)| text.contains(symptom))
        .map_or("connect", |(_, code)| code);
    let detail = crate::text::printable(chain.last().map_or("no answer", String::as_str));
    NetworkError {
        host,
        code,
        detail,
        source: Some(error),
    }
}

/// Words in the causes' texts, the more telling ones first, and what they mean.
const SYMPTOMS: &[(&str, &str)] = &[
    ("unknownissuer", "tls-unknown-issuer"),
    ("unknown issuer", "tls-unknown-issuer"),
    ("self-signed", "tls-unknown-issuer"),
    ("invalid peer certificate", "tls-other"),
    ("dns error", "dns"),
    ("failed to lookup", "dns"),
    ("tunnel", "proxy"),
    ("proxy", "proxy"),
    ("timed out", "timeout"),
    ("connection reset", "reset"),
    ("connection closed", "reset"),
    ("incompletemessage", "reset"),
    ("connection refused", "connect"),
    ("tls", "tls-other"),
];

fn causes(error: &(dyn std::error::Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect()
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).pop().unwrap_or_default()
}
