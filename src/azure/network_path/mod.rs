//! The way from this machine to one endpoint, looked at from outside: name, proxy, TLS, and the other side's clock.
//!
//! `azconnect doctor` asks. Nothing is asked of Azure but an answer: no token is sent, and any answer will do, a refusal too. What is
//! found are facts; whether they are good or bad is the caller's to say.

mod certificate;
mod peer;
mod proxy;

use std::net::IpAddr;
use std::time::Duration;

use azure_core::http::headers::HeaderName;
use azure_core::http::{Context, Method, Pipeline, PipelineSendOptions, Request, Url};
use jiff::{SignedDuration, Timestamp};

pub use certificate::Issuer;
pub use proxy::Proxy;

use super::cloud::Cloud;
use super::error::NetworkError;
use super::transport::{Transport, diagnose};
use crate::host::Host;

/// What was found on the way to an endpoint.
#[derive(Debug)]
pub struct Path {
    /// The host that was asked.
    pub host: String,
    /// The proxy that requests to it go through.
    pub proxy: Option<Proxy>,
    /// The addresses of its name, as this machine knows them; empty where it knows none (behind a proxy it need not).
    pub addresses: Vec<IpAddr>,
    /// The answer, or why none came.
    pub answer: Result<Answer, NetworkError>,
    /// Who signed the certificate that was shown, trusted or not; none where no handshake came so far.
    pub issuer: Option<Issuer>,
}

/// An answer, of any status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// How long it took, connection and handshake included.
    pub took: Duration,
    /// How far the other clock is ahead of this machine's, to a second or the time that the answer took; none where the answer had no
    /// readable `Date`.
    pub ahead: Option<SignedDuration>,
}

/// Looks at the way to `endpoint`, for at most `limit` in all. The three questions are asked at once.
pub async fn look(
    endpoint: &Url,
    cloud: &Cloud,
    transport: &Transport,
    host: &Host,
    limit: Duration,
) -> Path {
    // As the transport does it: endpoints on this machine are never asked through a proxy.
    let proxy = if cloud.is_loopback() {
        None
    } else {
        Proxy::of(endpoint)
    };
    let name = endpoint.host_str().unwrap_or_default().to_owned();
    let (addresses, answer, issuer) = tokio::join!(
        addresses(endpoint, limit),
        ask(endpoint, transport, host, limit),
        peer::issuer(endpoint, proxy.as_ref(), limit),
    );
    Path {
        host: name,
        proxy,
        addresses,
        answer,
        issuer,
    }
}

async fn addresses(endpoint: &Url, limit: Duration) -> Vec<IpAddr> {
    let (host, port) = host_and_port(endpoint);
    let found = tokio::net::lookup_host((host.as_str(), port));
    let mut all: Vec<IpAddr> = match tokio::time::timeout(limit, found).await {
        Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    all.dedup();
    all
}

/// The host without the brackets that an IPv6 address has in a URL, and the port.
fn host_and_port(url: &Url) -> (String, u16) {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']).to_owned();
    (bare, url.port_or_known_default().unwrap_or(443))
}

/// Sends one request without a token, by the way that every other request goes.
async fn ask(
    endpoint: &Url,
    transport: &Transport,
    host: &Host,
    limit: Duration,
) -> Result<Answer, NetworkError> {
    let name = endpoint.host_str().unwrap_or_default().to_owned();
    let (app, version) = (Some("azconnect"), option_env!("CARGO_PKG_VERSION"));
    let options = transport.once();
    let pipeline = Pipeline::new(app, version, options, Vec::new(), Vec::new(), None);
    let unchecked = PipelineSendOptions {
        skip_checks: true,
        ..PipelineSendOptions::default()
    };
    let mut request = Request::new(endpoint.clone(), Method::Get);
    let began = (tokio::time::Instant::now(), host.now());
    let context = Context::new();
    let sent = pipeline.send(&context, &mut request, Some(unchecked));
    let response = tokio::time::timeout(limit, sent)
        .await
        .map_err(|elapsed| diagnose(name.clone(), format!("timed out: {elapsed}").into()))?
        .map_err(|error| diagnose(name, error.into()))?;
    let (status, headers, _) = response.deconstruct();
    let took = began.0.elapsed();
    let date = headers.get_optional_str(&HeaderName::from_static("date"));
    Ok(Answer {
        status: u16::from(status),
        took,
        ahead: date.and_then(|date| ahead(date, began.1, host.now())),
    })
}

/// How far a clock that said `date` some time between `asked` and `answered` is ahead of ours. The header has whole seconds, so the
/// nearest second of the interval counts: what may be no difference is none.
fn ahead(date: &str, asked: Timestamp, answered: Timestamp) -> Option<SignedDuration> {
    let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    let second = SignedDuration::from_secs(1);
    let (earliest, latest) = (asked.checked_sub(second).ok()?, answered);
    Some(if theirs < earliest {
        theirs.duration_since(earliest)
    } else if theirs > latest {
        theirs.duration_since(latest)
    } else {
        SignedDuration::ZERO
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_within_the_time_of_the_answer_is_no_difference() {
        let (asked, answered) = (at("2026-11-26T12:00:00.9Z"), at("2026-11-26T12:00:02.1Z"));
        for same in ["12:00:00", "12:00:01", "12:00:02"] {
            let date = format!("Thu, 26 Nov 2026 {same} GMT");
            assert_eq!(ahead(&date, asked, answered), Some(SignedDuration::ZERO));
        }
        let far = ahead("Thu, 26 Nov 2026 12:10:02 GMT", asked, answered).unwrap();
        assert_eq!(far.as_secs(), 599);
        let behind = ahead("Thu, 26 Nov 2026 11:00:00 GMT", asked, answered).unwrap();
        assert_eq!(behind.as_secs(), -3599);
        assert_eq!(ahead("yesterday", asked, answered), None);
    }

    #[test]
    fn an_address_has_no_brackets() {
        let parts = |text: &str| host_and_port(&Url::parse(text).unwrap());
        assert_eq!(parts("https://[::1]:9443/x"), ("::1".to_owned(), 9443));
        assert_eq!(
            parts("https://graph.microsoft.com"),
            ("graph.microsoft.com".to_owned(), 443)
        );
    }
}
