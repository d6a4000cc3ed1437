//! The judges judged: Microsoft's own examples must pass, and each kind of mistake must be found.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod arm;
mod examples;
mod graph;
mod login;
mod partner_center;
mod parts;

use std::sync::OnceLock;

use serde_json::Value;

use super::{Definitions, Exchange, Report, Verdict, say};

/// The definitions, read once. Says aloud when they are absent.
fn definitions() -> Option<&'static Definitions> {
    static DEFINITIONS: OnceLock<Option<Definitions>> = OnceLock::new();
    let load = || {
        let found = Definitions::load();
        if found.is_none() {
            say(&Definitions::skipped());
        }
        found
    };
    DEFINITIONS.get_or_init(load).as_ref()
}

/// An exchange from `GET https://service/path?a=b`-like text: `arm GET /subscriptions?api-version=2021-01-01`.
fn exchange(line: &str, body: Value, status: u16, answer: Value) -> Exchange {
    let mut words = line.splitn(3, ' ').map(str::to_owned);
    let mut next = || words.next().unwrap();
    let (service, method, url) = (next(), next(), next());
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Exchange {
        service,
        method,
        path: path.to_owned(),
        query: pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        request_body: Some(body).filter(|body| !body.is_null()),
        status,
        response_body: Some(answer).filter(|answer| !answer.is_null()),
        ..Exchange::default()
    }
}

/// The same with a request header.
fn with_header(mut exchange: Exchange, name: &str, value: &str) -> Exchange {
    exchange
        .request_headers
        .insert(name.to_owned(), value.to_owned());
    exchange
}

/// Passes if the definitions find nothing wrong.
#[track_caller]
fn assert_valid(exchange: &Exchange) {
    let Some(definitions) = definitions() else {
        return;
    };
    let verdict = definitions.check(exchange);
    assert!(
        matches!(verdict, Verdict::Valid { .. }),
        "{exchange:?}\n{verdict:?}"
    );
}

/// Passes if the definitions find exactly one thing wrong, and say so in these words among others.
#[track_caller]
fn assert_fault(exchange: &Exchange, words: &str) {
    let Some(definitions) = definitions() else {
        return;
    };
    match definitions.check(exchange) {
        Verdict::Invalid { faults, .. } => {
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].contains(words), "{faults:?}");
        }
        other => panic!("{exchange:?}\n{other:?}"),
    }
}

#[test]
fn a_report_counts_what_was_validated_and_names_what_fails() {
    let Some(definitions) = definitions() else {
        return;
    };
    let mut report = Report::default();
    for (line, status) in [
        (
            "arm DELETE /subscriptions/s/providers/Microsoft.Authorization/roleAssignments/r?api-version=2022-04-01",
            204,
        ),
        (
            "arm DELETE /subscriptions/s/providers/Microsoft.Authorization/roleAssignments/q?api-version=2022-04-01",
            204,
        ),
        (
            "arm POST /providers/Microsoft.Authorization/elevateAccess?api-version=2016-07-01",
            200,
        ),
        ("arm GET /tenants?api-version=2021-01-01", 403),
        ("partner_center GET /v1/nowhere", 200),
    ] {
        let exchange = exchange(line, Value::Null, status, Value::Null);
        report.add(&exchange, definitions.check(&exchange));
    }
    assert_eq!(
        (
            report.requests(),
            report.operations(),
            report.failures().len()
        ),
        (5, 2, 1)
    );
    assert_eq!(report.only_refused(), ["Tenants_List"]);
    let text = report.to_string();
    assert!(text.starts_with("contract: 5 requests, 2 operations validated against 2 definition files and 0 documented protocols; 1 excepted; 1 failed"), "{text}");
    assert!(text.contains("failed: 1 × partner_center GET /v1/nowhere → 200: no definition and no exception covers it"), "{text}");
    assert!(text.contains("https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin"), "{text}");
}
