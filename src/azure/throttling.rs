//! How long Azure asks to be left alone, whichever header says so.
//!
//! `Retry-After` is one of several: Cost Management alone has six of its own, and more than one may come at once. Every header whose name
//! has `retry-after` in it counts, and the longest of them is obeyed.
//! Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/manage-automation#error-code-429>

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Context, Request};

/// The standard header, in seconds: the one that azure_core's repetition is told to look at.
pub(super) const RETRY_AFTER: HeaderName = HeaderName::from_static_standard("retry-after");

/// Puts the longest wait that an answer asks for where azure_core looks for it.
#[derive(Debug)]
pub(super) struct LongestWait;

#[async_trait]
impl Policy for LongestWait {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let Some((first, rest)) = next.split_first() else {
            return Err(azure_core::Error::with_message(
                azure_core::error::ErrorKind::Other,
                "a pipeline without a transport",
            ));
        };
        let answer = first.send(context, request, rest).await?;
        let Some(wait) = longest_wait(answer.headers()) else {
            return Ok(answer);
        };
        let (status, mut headers, body) = answer.deconstruct();
        headers.insert(RETRY_AFTER, wait.as_secs().to_string());
        Ok(AsyncRawResponse::new(status, headers, Box::pin(body)))
    }
}

/// The longest wait that the headers ask for. They are in seconds, except where the name says `-ms`; a date is none of ours to compare.
pub(super) fn longest_wait(headers: &Headers) -> Option<Duration> {
    headers
        .iter()
        .filter_map(|(name, value)| wait(name.as_str(), value.as_str()))
        .max()
}

fn wait(name: &str, value: &str) -> Option<Duration> {
    let name = name.to_ascii_lowercase();
    if !name.contains("retry-after") {
        return None;
    }
    let number: u64 = value.trim().parse().ok()?;
    Some(if name.ends_with("-ms") {
        Duration::from_secs(number.div_ceil(1_000))
    } else {
        Duration::from_secs(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(all: &[(&'static str, &'static str)]) -> Option<u64> {
        let mut headers = Headers::new();
        for (name, value) in all {
            headers.insert(*name, *value);
        }
        longest_wait(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn the_longest_of_all_waits_counts() {
        assert_eq!(longest(&[("retry-after", "7")]), Some(7));
        assert_eq!(
            longest(&[
                ("retry-after", "7"),
                ("x-ms-ratelimit-microsoft.consumption-retry-after", "31"),
                (
                    "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after",
                    "12"
                ),
            ]),
            Some(31)
        );
        // HTTP's names have no case; Microsoft writes this one in both.
        let shouted = "x-ms-ratelimit-microsoft.costmanagement-QPU-retry-after";
        assert_eq!(wait(shouted, "40"), Some(Duration::from_secs(40)));
        assert_eq!(longest(&[("retry-after-ms", "1500")]), Some(2));
        assert_eq!(longest(&[("x-ms-retry-after-ms", "10000")]), Some(10));
        assert_eq!(longest(&[("content-length", "7")]), None);
        assert_eq!(
            longest(&[("retry-after", "Fri, 27 Nov 2026 10:00:00 GMT")]),
            None
        );
        assert_eq!(longest(&[("retry-after", "-1")]), None);
    }
}
