#![allow(clippy::unwrap_used, reason = "tests")]

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn blob(name: &str, written: &str) -> Blob {
    Blob {
        name: name.to_owned(),
        last_modified: at(written),
        length: 1,
    }
}

fn newest(blobs: &[(&str, &str)]) -> String {
    let mut survey = Survey::default();
    for (name, written) in blobs {
        survey.see(blob(name, written), "daily");
    }
    survey.in_order()[0].name.clone()
}

#[test]
fn around_the_end_of_a_month_the_later_month_counts() {
    let november = (
        "costs/daily/20261101-20261130/a/manifest.json",
        "2026-12-03T05:00:00Z",
    );
    let december = (
        "costs/daily/20261201-20261231/b/manifest.json",
        "2026-12-02T05:00:00Z",
    );
    // The closed month is written until the fifth of the next.
    assert_eq!(newest(&[november, december]), december.0);
    let leap = (
        "costs/daily/20280201-20280229/a/manifest.json",
        "2028-02-29T23:00:00Z",
    );
    let march = (
        "costs/daily/20280301-20280331/a/manifest.json",
        "2028-03-01T05:00:00Z",
    );
    assert_eq!(newest(&[march, leap]), march.0);
    let new_year = (
        "costs/daily/20270101-20270131/a/manifest.json",
        "2027-01-01T06:00:00Z",
    );
    assert_eq!(
        newest(&[
            new_year,
            (
                "costs/daily/20261201-20261231/z/manifest.json",
                "2027-01-02T06:00:00Z"
            )
        ]),
        new_year.0
    );
}

#[test]
fn a_backfill_and_other_exports_come_behind() {
    let daily = (
        "costs/daily/20261101-20261130/a/manifest.json",
        "2026-11-20T05:00:00Z",
    );
    let backfill = (
        "costs/daily/20260101-20260131/b/manifest.json",
        "2026-11-26T05:00:00Z",
    );
    let other = (
        "costs/weekly/20261101-20261130/c/manifest.json",
        "2026-11-26T06:00:00Z",
    );
    assert_eq!(newest(&[backfill, other, daily]), daily.0);
    // FinOps toolkit's order of folders, and a path without a month.
    let toolkit = (
        "costs/20261101-20261130/DAILY/202611260900/1e/manifest.json",
        "2026-11-26T05:00:00Z",
    );
    let flat = ("costs/daily/_manifest.json", "2026-11-26T04:00:00Z");
    assert_eq!(newest(&[flat, toolkit]), toolkit.0);
    assert_eq!(Survey::default().in_order(), [] as [&Candidate; 0]);
}

#[test]
fn what_is_no_month_is_none() {
    for (path, first) in [
        ("a/20261101-20261130/b", Some(date(2026, 11, 1))),
        ("a/20260229-20260301/b", None),
        ("a/20261130-20261101/b", None),
        ("a/2026110-20261130/b", None),
        ("a/0f9c2ab0-6a1e/b", None),
        ("", None),
    ] {
        assert_eq!(first_day(path), first, "{path}");
    }
}

#[test]
fn ages_and_their_limits() {
    let now = at("2026-11-26T12:00:00Z");
    for (hours, text) in [
        (0, "less than an hour"),
        (1, "1 hour"),
        (47, "47 hours"),
        (48, "2 days"),
        (71, "2 days"),
        (100, "4 days"),
        (-3, "less than an hour"),
    ] {
        assert_eq!(age(now - hours.hours(), now), text);
    }
    // From the fifth of the shortest month and of the longest to the fifth of the next.
    let limit = most_age(Recurrence::Monthly);
    for (from, to) in [
        ("2026-02-05T00:00:00Z", "2026-03-05T00:00:00Z"),
        ("2026-12-05T00:00:00Z", "2027-01-05T20:00:00Z"),
    ] {
        assert!(at(to).duration_since(at(from)) < limit);
    }
    assert!(most_age(Recurrence::Weekly) > SignedDuration::from_hours(7 * 24));
    assert_eq!(most_age(Recurrence::Daily), SignedDuration::from_hours(48));
}

#[test]
fn a_new_export_is_waited_for_and_an_old_one_is_not() {
    let now = at("2026-11-26T12:00:00Z");
    let export = |from: &str| -> Export {
        serde_json::from_value(json!({"name": "daily", "properties": {"schedule": {"status": "Active", "recurrence": "Daily", "recurrencePeriod": {"from": from, "to": "2036-01-01T00:00:00Z"}}}})).unwrap()
    };
    let is_waiting = |absence: &Absence| matches!(absence, Absence::Waiting(_));
    assert!(is_waiting(&absence(
        Some(&export("2026-11-27T00:00:00Z")),
        None,
        now
    )));
    assert!(is_waiting(&absence(
        Some(&export("2026-11-25T01:00:00Z")),
        None,
        now
    )));
    assert!(!is_waiting(&absence(
        Some(&export("2026-11-25T00:00:00Z")),
        None,
        now
    )));
    // An old export that was connected only now may have been switched on only now.
    assert!(is_waiting(&absence(
        Some(&export("2026-01-01T00:00:00Z")),
        Some(at("2026-11-26T11:00:00Z")),
        now
    )));
    assert!(is_waiting(&absence(
        None,
        Some(at("2026-11-26T11:00:00Z")),
        now
    )));
    assert!(!is_waiting(&absence(
        None,
        Some(at("2026-11-20T11:00:00Z")),
        now
    )));
    assert!(!is_waiting(&absence(None, None, now)));
}

#[test]
fn the_folders_that_are_looked_at() {
    let record = |directory: &str| -> ExportRecord {
        serde_json::from_value(json!({
            "id": "x", "scope": "/providers/Microsoft.Billing/billingAccounts/1", "name": "daily", "dataset": "actual", "container": "c",
            "storage_account": "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts",
            "directory": directory, "recurrence": "daily",
        }))
        .unwrap()
    };
    assert_eq!(folders(&record("a/b")), ["a/b/daily/", "a/b/"]);
    assert_eq!(folders(&record("/a/")), ["a/daily/", "a/"]);
    assert_eq!(folders(&record("")), ["daily/", ""]);
}

proptest! {
    #[test]
    fn no_path_makes_it_panic(path in "[0-9é/-]{0,40}") {
        let _ = first_day(&path);
        let mut survey = Survey::default();
        survey.see(blob(&format!("{path}manifest.json"), "2026-11-26T12:00:00Z"), "daily");
        prop_assert!(path.starts_with(survey.in_order()[0].folder()));
    }

    #[test]
    fn every_month_of_every_year_is_read(year in 2010i16..2090, month in 1i8..=12) {
        let first = date(year, month, 1);
        let path = format!("c/e/{}-{}/r/manifest.json", first.strftime("%Y%m%d"), first.last_of_month().strftime("%Y%m%d"));
        prop_assert_eq!(first_day(&path), Some(first));
    }
}
