//! The table of guides: whole, in use, and every placeholder known.

use std::collections::BTreeSet;

use super::*;

/// What may stand in braces, and where it comes from.
const PLACEHOLDERS: &[&str] = &[
    // of the place
    "portal",
    "tenant",
    "directory",
    "app_name",
    "certificate_file",
    // of earlier steps
    "client_id",
    "object_id",
    // of the step
    "redirect_uri",
    "description",
    "days",
    "name",
    "issuer",
    "subject",
    "audience",
    "scope",
    "scope_name",
    "role",
    "subscription",
    "consent",
    "namespace",
    "resource_group",
    "storage_account",
    "storage_account_id",
    "location",
    "container",
    "export",
    "data",
    "data_version",
    "frequency",
    "export_directory",
    "format",
    "compression",
    "partitioning",
    "overwriting",
];

/// Every row that `kind` names, and the one of Partner Center.
const KINDS: &[&str] = &[
    "application",
    "known-application",
    "service-principal",
    "known-principal",
    "vendor-app",
    "secret",
    "certificate",
    "federated",
    "role",
    "billing-role-ea",
    "billing-role",
    "billing-role-partner",
    "resource-provider",
    "resource-group",
    "storage-account",
    "container",
    "export",
    "first-run",
    PARTNER_APP,
];

fn in_braces(text: &str) -> Vec<&str> {
    let parts = text.split('{').skip(1);
    parts.filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn the_table_is_whole() {
    let table: Result<Table, _> = toml::from_str(include_str!("../guides.toml"));
    assert!(table.is_ok(), "{table:?}");
    let rows: Vec<&str> = TABLE.guide.iter().map(|row| row.kind.as_str()).collect();
    let unique: BTreeSet<&&str> = rows.iter().collect();
    assert_eq!(unique.len(), rows.len(), "a kind has two rows: {rows:?}");
    assert_eq!(
        rows.iter().copied().collect::<BTreeSet<_>>(),
        KINDS.iter().copied().collect::<BTreeSet<_>>()
    );
}

#[test]
fn every_row_says_where_what_and_where_to_read_on() {
    for row in &TABLE.guide {
        assert!(!row.clicks.is_empty(), "{}", row.kind);
        assert!(
            ["{portal}/#", "{consent}", "https://"]
                .iter()
                .any(|begin| row.link.starts_with(begin)),
            "{}",
            row.link
        );
        assert!(
            [
                "https://learn.microsoft.com/",
                "https://partner.microsoft.com/"
            ]
            .iter()
            .any(|host| row.docs.starts_with(host)),
            "{}",
            row.docs
        );
        for text in row.clicks.iter().chain([&row.watch, &row.blind]) {
            assert!(
                text.ends_with('.') || text.ends_with(')'),
                "no sentence: {text}"
            );
        }
    }
}

#[test]
fn every_placeholder_is_known_and_used() {
    let known: BTreeSet<&str> = PLACEHOLDERS.iter().copied().collect();
    let mut used = BTreeSet::new();
    for row in &TABLE.guide {
        let values = row.values.iter().map(|(_, value)| value);
        for text in row.clicks.iter().chain([&row.link]).chain(values) {
            used.extend(in_braces(text));
        }
    }
    assert_eq!(used, known);
}

#[test]
fn a_value_from_azure_stays_one_line_of_text() {
    let facts = Facts::from([
        ("portal", "https://portal.azure.com".to_owned()),
        ("directory", "Con\u{1b}[2Jtoso\n{days}".to_owned()),
        ("app_name", "x".to_owned()),
    ]);
    let guide = filled("application", &facts).unwrap();
    let all = guide.clicks.join("\n");
    assert!(all.contains("Con[2Jtoso{days}"), "{all}");
    // Without a redirect URI nothing is said of one.
    assert!(!all.contains("Redirect URI"), "{all}");
    assert_eq!(guide.values, [("Name".to_owned(), "x".to_owned())]);
}

#[test]
fn a_page_whose_values_are_not_known_gives_way_to_the_portal() {
    let facts = Facts::from([("portal", "https://portal.azure.com".to_owned())]);
    let guide = filled("secret", &facts).unwrap();
    assert_eq!(guide.link, "https://portal.azure.com");
}

#[test]
fn the_words_for_exports_are_the_portals() {
    for (api, portal) in [
        ("FocusCost", "Cost and usage details (FOCUS)"),
        ("Daily MonthToDate", "Daily export of month-to-date costs"),
        ("Hourly Never", "Hourly Never"),
    ] {
        assert_eq!(word(api.to_owned()), portal);
    }
}
