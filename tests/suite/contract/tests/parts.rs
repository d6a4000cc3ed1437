//! The parts that all judges share.

use serde_json::{Value, json};

use super::super::exceptions::EXCEPTIONS;
use super::super::log_entry::exchange;
use super::super::odata::words;
use super::super::oddities::ODDITIES;
use super::super::scalars::{has_format, matches_pattern};
use super::super::template::{Template, decoded};

#[test]
fn templates_capture_names_and_scopes() {
    let template =
        Template::parse("/{scope}/providers/Microsoft.CostManagement/exports/{exportName}")
            .unwrap();
    let captures = template
        .captures("/subscriptions/s/PROVIDERS/microsoft.costmanagement/Exports/a%20b")
        .unwrap();
    assert_eq!(
        captures,
        [
            ("scope".to_owned(), "subscriptions/s".to_owned()),
            ("exportName".to_owned(), "a b".to_owned())
        ]
    );
    assert!(
        template
            .captures("/nonsense/s/providers/Microsoft.CostManagement/exports/x")
            .is_none()
    );
    assert!(
        template
            .captures("/subscriptions/s/providers/Microsoft.CostManagement/exports")
            .is_none()
    );
    assert!(Template::parse("/{roleAssignmentId}").is_none());
    assert_eq!(decoded("100%"), "100%");
}

#[test]
fn patterns_are_read_as_ecmascript_does() {
    assert!(matches_pattern("a-b_9", r"^[a-zA-Z\d-_]{1,128}$"));
    assert!(!matches_pattern("a b", r"^[a-zA-Z\d-_]{1,128}$"));
    let container = "^[a-z0-9]([a-z0-9]|(-(?!-))){1,61}[a-z0-9]$";
    assert!(matches_pattern("cost-exports", container));
    assert!(!matches_pattern("cost--exports", container));
    assert!(!matches_pattern("exports-", container));
}

#[test]
fn formats_are_known() {
    for (text, format, fits) in [
        ("6a1c2f3e-0000-4000-8000-000000000001", "uuid", true),
        ("6a1c2f3e00004000800000000000001", "uuid", false),
        ("2026-11-20T10:00:00.1234567Z", "date-time", true),
        ("2026-11-20", "date-time", false),
        ("P90D", "Edm.Duration", true),
        ("90 days", "Edm.Duration", false),
    ] {
        assert_eq!(has_format(text, format), fits, "{text} {format}");
    }
}

#[test]
fn filters_are_taken_apart() {
    let found =
        words("appId eq 'it''s eq x' and owners/any(o:o/id eq 'y') or startswith(displayName,'z')");
    assert_eq!(
        found.properties.into_iter().collect::<Vec<_>>(),
        ["appId", "displayName", "owners"]
    );
    assert_eq!(
        found.functions.into_iter().collect::<Vec<_>>(),
        ["startswith"]
    );
}

#[test]
fn every_exception_and_oddity_has_its_source() {
    for source in EXCEPTIONS
        .iter()
        .map(|row| row.source)
        .chain(ODDITIES.iter().map(|row| row.source))
    {
        assert!(source.starts_with("https://"), "{source}");
    }
    for exception in &EXCEPTIONS {
        assert!(!exception.reason.is_empty(), "{exception:?}");
        // Only a path of the blob service consists of names alone.
        assert!(
            Template::parse(exception.path).is_some() || exception.service == "blob",
            "{exception:?}"
        );
    }
}

#[test]
fn entries_of_the_log_become_exchanges() {
    let mut entry = json!({"number": 1, "at": "2026-11-20T10:00:00Z", "service": "partner_center", "method": "GET",
        "path": "/v1/customers", "query": [["size", "1"]], "request_headers": {"accept": "application/json"},
        "request_body": null, "status": 200, "response_headers": {}, "response_body": {"items": []}, "processed": true});
    let whole = exchange(&entry);
    assert_eq!(
        (whole.service.as_str(), whole.status),
        ("partner_center", 200)
    );
    assert_eq!(
        (whole.query_value("size"), whole.request_headers.len()),
        (Some("1"), 1)
    );
    assert_eq!(
        (whole.request_body, whole.response_body),
        (None, Some(json!({"items": []})))
    );
    entry["status"] = Value::Null;
    assert_eq!(exchange(&entry).status, 0);
}
