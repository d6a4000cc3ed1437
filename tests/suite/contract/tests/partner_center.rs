//! Partner Center, of which there are no definitions: what a report says of it, and what still fails.

use serde_json::{Value, json};

use super::super::partner_center::PAGES;
use super::super::{Report, Verdict};
use super::{definitions, exchange};

#[test]
fn a_report_says_that_partner_center_is_not_validated() {
    let Some(definitions) = definitions() else {
        return;
    };
    let mut report = Report::default();
    for line in [
        "partner_center GET /v1/customers?size=500&seekOperation=Next",
        "partner_center GET /v1/customers/x/subscriptions",
    ] {
        let documented = exchange(line, Value::Null, 200, json!({"items": []}));
        report.add(&documented, definitions.check(&documented));
    }
    let page = exchange(
        "partner_center POST /dashboard/account/v3/appmanagement",
        json!({"user": "avery@contoso.com"}),
        200,
        json!("<html>"),
    );
    report.add(&page, definitions.check(&page));
    assert_eq!(report.failures(), Vec::<String>::new());
    let text = report.to_string();
    assert!(
        text.contains("NOT validated: 2 requests to partner_center"),
        "{text}"
    );
    assert!(text.contains(" 0 operations validated"), "{text}");
}

#[test]
fn what_no_page_has_fails() {
    let Some(definitions) = definitions() else {
        return;
    };
    for line in [
        "partner_center GET /v1/customers?top=5",
        "partner_center DELETE /v1/customers/x",
        "partner_center GET /customers",
        "partner_center GET /v1/profiles/nobody",
    ] {
        let odd = exchange(line, Value::Null, 200, json!({}));
        assert!(
            matches!(definitions.check(&odd), Verdict::Uncovered),
            "{line}"
        );
    }
}

#[test]
fn every_page_has_its_address() {
    for page in &PAGES {
        let documentation = "https://learn.microsoft.com/partner-center/developer/";
        assert!(page.source.starts_with(documentation), "{page:?}");
    }
}
