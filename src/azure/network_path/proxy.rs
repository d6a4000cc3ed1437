//! Which proxy a request goes through: asked of the very code that the transport's client decides with.

use azure_core::http::Url;
use hyper_util::client::proxy::matcher::Matcher;

/// A proxy. Its user name and password are kept apart, and no text of ours shows them.
#[derive(Clone)]
pub struct Proxy {
    /// `http`, `https` or `socks5`.
    scheme: String,
    host: String,
    port: u16,
    /// The value of `Proxy-Authorization`.
    authorization: Option<String>,
}

impl Proxy {
    /// The proxy for requests to `endpoint`, from the environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`) and the system's settings.
    pub(super) fn of(endpoint: &Url) -> Option<Proxy> {
        found(&Matcher::from_system(), endpoint)
    }

    /// The host and port to connect to for a tunnel; none where the proxy speaks something else than plain HTTP.
    pub(super) fn tunnel(&self) -> Option<(&str, u16)> {
        (self.scheme == "http").then_some((self.host.as_str(), self.port))
    }

    /// The line that a tunnel needs beside its request, with its line end; empty where the proxy wants no name.
    pub(super) fn authorization_line(&self) -> String {
        self.authorization.as_ref().map_or(String::new(), |value| {
            format!("Proxy-Authorization: {value}\r\n")
        })
    }
}

fn found(matcher: &Matcher, endpoint: &Url) -> Option<Proxy> {
    let intercept = matcher.intercept(&endpoint.as_str().parse().ok()?)?;
    let uri = intercept.uri();
    let scheme = uri.scheme_str().unwrap_or("http").to_owned();
    let usual = if scheme == "https" { 443 } else { 80 };
    Some(Proxy {
        host: uri.host()?.trim_matches(['[', ']']).to_owned(),
        port: uri.port_u16().unwrap_or(usual),
        authorization: intercept
            .basic_auth()
            .and_then(|value| value.to_str().ok().map(str::to_owned)),
        scheme,
    })
}

impl std::fmt::Display for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = crate::text::printable(&self.host);
        write!(f, "{}://{host}:{}", self.scheme, self.port)
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn of(proxy: &str, no: &str, endpoint: &str) -> Option<Proxy> {
        let matcher = Matcher::builder().https(proxy).no(no).build();
        found(&matcher, &Url::parse(endpoint).unwrap())
    }

    #[test]
    fn its_password_is_sent_and_never_shown() {
        let proxy = of(
            "http://ada:hunter2@proxy.example:3128",
            "",
            "https://graph.microsoft.com/",
        )
        .unwrap();
        assert_eq!(proxy.to_string(), "http://proxy.example:3128");
        assert_eq!(format!("{proxy:?}"), "Proxy(http://proxy.example:3128)");
        assert_eq!(proxy.tunnel(), Some(("proxy.example", 3128)));
        let line = proxy.authorization_line();
        assert!(line.starts_with("Proxy-Authorization: Basic ") && line.ends_with("\r\n"));
    }

    #[test]
    fn hosts_that_are_excepted_have_none() {
        assert!(
            of(
                "http://p:1",
                "microsoft.com",
                "https://graph.microsoft.com/"
            )
            .is_none()
        );
        assert!(of("http://p:1", "", "https://graph.microsoft.com/").is_some());
    }

    #[test]
    fn only_plain_http_is_tunnelled_by_hand() {
        let secure = of("https://p", "", "https://graph.microsoft.com/").unwrap();
        assert_eq!(secure.tunnel(), None);
        assert_eq!(secure.to_string(), "https://p:443");
    }
}
