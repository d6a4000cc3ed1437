//! Pages of Partner Center's lists: what they hold, and where the next one is. Pure; `partner_center` sends the requests.
//!
//! A link has a `uri` with or without `/v1`, a method, and headers that have to be sent with it (a continuation token is one).
//! Source: <https://learn.microsoft.com/partner-center/developer/get-a-list-of-customers>

use azure_core::http::Url;
use serde::Deserialize;

use super::client::Call;
use super::{AzureError, Result};

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    #[serde(default = "Vec::new")]
    pub(super) items: Vec<T>,
    #[serde(default)]
    links: Option<Links>,
}

#[derive(Debug, Deserialize)]
struct Links {
    #[serde(default)]
    next: Option<Link>,
}

/// Where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Link {
    uri: String,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    headers: Option<Vec<LinkHeader>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct LinkHeader {
    key: String,
    #[serde(default)]
    value: Option<String>,
}

/// What the pipeline says itself: a link must not say otherwise.
const OURS: &[&str] = &[
    "accept",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "host",
    "ms-correlationid",
    "ms-requestid",
    "proxy-authorization",
    "transfer-encoding",
];

impl<T> Page<T> {
    /// The link to the next page; none on the last.
    pub(super) fn next(&self) -> Option<&Link> {
        let next = self.links.as_ref()?.next.as_ref()?;
        (!next.uri.trim().is_empty()).then_some(next)
    }
}

impl Link {
    /// The request that follows the link. Which host it leads to is looked at where it is sent.
    ///
    /// # Errors
    /// [`AzureError::Unreadable`] where it is no plain read.
    pub(super) fn call(&self) -> Result<Call> {
        let method = self.method.as_deref().unwrap_or("GET");
        if !method.eq_ignore_ascii_case("GET") {
            return Err(odd("a link to the next page that is no read"));
        }
        let mut call = Call::get(self.address());
        for header in self.headers.iter().flatten() {
            let name = header.key.trim().to_ascii_lowercase();
            let value = header.value.clone().unwrap_or_default();
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || !name.chars().all(is_name) || value.chars().any(char::is_control)
            {
                return Err(odd("a link to the next page with a header that is none"));
            }
            if !OURS.contains(&name.as_str()) {
                call = call.header(name, value);
            }
        }
        Ok(call)
    }

    /// The link with the version in its path, which some of them lack.
    fn address(&self) -> String {
        let uri = self.uri.trim();
        if let Ok(mut url) = Url::parse(uri) {
            let path = versioned(url.path());
            url.set_path(&path);
            return url.to_string();
        }
        versioned(&format!("/{}", uri.trim_start_matches('/')))
    }
}

fn versioned(path: &str) -> String {
    if path == "/v1" || path.starts_with("/v1/") || path.starts_with("/v1?") {
        path.to_owned()
    } else {
        format!("/v1{path}")
    }
}

fn odd(detail: &str) -> AzureError {
    AzureError::Unreadable {
        service: "Partner Center",
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn page(links: serde_json::Value) -> Page<serde_json::Value> {
        serde_json::from_value(json!({"totalCount": 1, "items": [{}], "links": links})).unwrap()
    }

    fn link(uri: &str) -> Link {
        Link {
            uri: uri.to_owned(),
            method: None,
            headers: None,
        }
    }

    #[test]
    fn the_last_page_has_no_link() {
        for links in [
            json!(null),
            json!({}),
            json!({"self": {"uri": "/customers"}}),
            json!({"next": null}),
            json!({"next": {"uri": "", "method": "GET", "headers": []}}),
        ] {
            assert_eq!(page(links.clone()).next(), None, "{links}");
        }
    }

    #[test]
    fn a_link_gets_the_version_that_it_lacks() {
        for (uri, address) in [
            ("/v1/customers?size=40", "/v1/customers?size=40"),
            ("/customers?size=40", "/v1/customers?size=40"),
            ("customers?size=40", "/v1/customers?size=40"),
            ("v1/customers?size=40", "/v1/customers?size=40"),
            ("/v10/x", "/v1/v10/x"),
            (
                "https://api.example/customers?size=40",
                "https://api.example/v1/customers?size=40",
            ),
            (
                "https://api.example/v1/customers?size=40",
                "https://api.example/v1/customers?size=40",
            ),
        ] {
            assert_eq!(link(uri).address(), address, "{uri}");
        }
    }

    #[test]
    fn its_headers_go_along_and_ours_stay_ours() {
        let next = json!({"next": {"uri": "/x", "method": "get", "headers": [
            {"key": "MS-ContinuationToken", "value": "abc="},
            {"key": "Authorization", "value": "Bearer stranger"},
            {"key": "MS-RequestId", "value": "1"},
        ]}});
        let call = format!("{:?}", page(next).next().unwrap().call().unwrap());
        assert!(call.contains("ms-continuationtoken"), "{call}");
        assert!(
            !call.contains("stranger") && !call.contains("ms-requestid"),
            "{call}"
        );
    }

    #[test]
    fn a_link_that_would_change_something_is_not_followed() {
        let next = json!({"next": {"uri": "/x", "method": "POST"}});
        assert!(page(next).next().unwrap().call().is_err());
        let next = json!({"next": {"uri": "/x", "headers": [{"key": "a\nb", "value": "c"}]}});
        assert!(page(next).next().unwrap().call().is_err());
    }

    proptest! {
        #[test]
        fn no_link_makes_it_panic(uri in any::<String>()) {
            let _ = link(&uri).call();
        }
    }
}
