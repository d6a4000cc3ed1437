#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

const EXPORT: &str = "/providers/Microsoft.Billing/billingAccounts/55671234/providers/Microsoft.CostManagement/exports/azconnectactual";

/// A manifest as Azure writes it today.
fn today(files: usize) -> serde_json::Value {
    let blobs: Vec<_> = (0..files)
        .map(|at| json!({"blobName": format!("costs/azconnectactual/20261101-20261130/202611260900/1e1e/part_{at}_0001.csv.gz"), "byteCount": 4096, "dataRowCount": 10}))
        .collect();
    json!({
        "manifestVersion": "2024-04-01",
        "byteCount": files * 4096,
        "blobCount": files,
        "dataRowCount": files * 10,
        "exportConfig": {"exportName": "azconnectactual", "resourceId": EXPORT, "dataVersion": "2021-10-01", "apiVersion": "2025-03-01", "type": "ActualCost", "timeFrame": "MonthToDate", "granularity": "Daily"},
        "deliveryConfig": {"partitionData": true, "dataOverwriteBehavior": "OverwritePreviousReport", "fileFormat": "Csv", "compressionMode": "gzip", "containerUri": "https://a.blob.core.windows.net/c", "rootFolderPath": "costs"},
        "runInfo": {"executionType": "Scheduled", "submittedTime": "2026-11-26T09:00:01.23Z", "runId": "1e1e", "startDate": "2026-11-01T00:00:00", "endDate": "2026-11-30T00:00:00"},
        "blobs": blobs,
    })
}

fn read(text: &str) -> Result<Manifest, Unusable> {
    Manifest::read(text.as_bytes())
}

#[test]
fn the_form_of_today() {
    let manifest = read(&format!("\u{feff}{}", today(2))).unwrap();
    assert!(manifest.is_of(EXPORT) && manifest.is_of(&EXPORT.to_uppercase()));
    assert!(manifest.is_of(EXPORT.trim_start_matches('/')));
    assert!(!manifest.is_of(&format!("{EXPORT}2")));
    assert_eq!(
        (manifest.blob_count, manifest.data_row_count),
        (Some(2), Some(20))
    );
    assert_eq!(manifest.last_day().unwrap().to_string(), "2026-11-30");
    assert_eq!(manifest.blobs.len(), 2);
    assert_eq!(
        manifest.blobs.common_start(),
        Some("costs/azconnectactual/20261101-20261130/202611260900/1e1e/")
    );
}

#[test]
fn the_form_of_2021() {
    let text = r#"{"manifestVersion":"2021-01-01","dataFormat":"csv","blobCount":"1","byteCount":160769,"dataRowCount":"136","blobs":[{"blobName":"a/part_0_0001.csv","byteCount":160769,"dataRowCount":136,"headerRowCount":1,"contentMD5":"x"}]}"#;
    let manifest = read(text).unwrap();
    assert!(!manifest.names_its_export() && !manifest.is_of(EXPORT));
    assert_eq!(
        (manifest.blob_count, manifest.data_row_count),
        (Some(1), Some(136))
    );
    assert_eq!(manifest.last_day(), None);
    assert!(!manifest.is_empty());
}

#[test]
fn an_export_that_had_nothing_to_write() {
    for (text, is_empty) in [
        (r#"{"blobCount":0,"blobs":[]}"#, true),
        (
            r#"{"exportConfig":{},"blobCount":null,"dataRowCount":null,"blobs":null}"#,
            true,
        ),
        (
            r#"{"blobCount":1,"dataRowCount":0,"blobs":[{"blobName":"a"}]}"#,
            true,
        ),
        (
            r#"{"blobCount":1,"dataRowCount":null,"blobs":[{"blobName":"a"}]}"#,
            true,
        ),
        (r#"{"blobCount":1,"blobs":[{"blobName":"a"}]}"#, false),
        (r#"{"blobs":[{"blobName":"a"}]}"#, false),
    ] {
        assert_eq!(read(text).unwrap().is_empty(), is_empty, "{text}");
    }
}

#[test]
fn what_is_no_manifest_is_said() {
    let whole = today(3).to_string();
    for (text, expected) in [
        ("", Unusable::CutOff),
        (&whole[..whole.len() / 2], Unusable::CutOff),
        (&whole[..whole.len() - 1], Unusable::CutOff),
        ("<html>", Unusable::NotJson),
        ("Date,Cost\n", Unusable::NotJson),
        ("[]", Unusable::OtherForm),
        (r#"{"name": "package"}"#, Unusable::OtherForm),
        ("7", Unusable::OtherForm),
        (r#"{"blobs":"none"}"#, Unusable::OtherForm),
    ] {
        assert_eq!(read(text), Err(expected), "{text}");
    }
    let endless = std::io::repeat(b' ').take(MOST_BYTES + 1);
    assert_eq!(Manifest::read(endless), Err(Unusable::TooLarge));
}

#[test]
fn names_without_a_folder_are_beside_the_manifest() {
    let mut manifest = read(r#"{"blobs":[{"blobName":"part_0_0001.csv"}]}"#).unwrap();
    manifest.blobs.below("costs/x/");
    assert_eq!(manifest.blobs.common_start(), Some("costs/x/"));
    let mut search = manifest.blobs.search();
    search.found("costs/x/part_0_0001.csv");
    assert_eq!(search.missing(), 0);
}

#[test]
fn a_file_that_is_missing_is_named() {
    let manifest = read(&today(5_000).to_string()).unwrap();
    let mut search = manifest.blobs.search();
    for at in (0..5_000).filter(|at| *at != 4_321) {
        search.found(&format!(
            "costs/azconnectactual/20261101-20261130/202611260900/1e1e/part_{at}_0001.csv.gz"
        ));
    }
    search.found("costs/azconnectactual/another.csv");
    assert_eq!(search.missing(), 1);
    assert_eq!(
        search.first_missing().unwrap(),
        "costs/azconnectactual/20261101-20261130/202611260900/1e1e/part_4321_0001.csv.gz"
    );
}

#[test]
fn times_with_a_zone_and_without_one() {
    for (text, expected) in [
        ("2024-02-29T00:00:00", "2024-02-29T00:00:00Z"),
        ("2024-02-29T23:59:59.123", "2024-02-29T23:59:59.123Z"),
        ("2024-12-31T23:00:00-02:00", "2025-01-01T01:00:00Z"),
        ("2024-12-31", "2024-12-31T00:00:00Z"),
    ] {
        assert_eq!(parse_time(text).unwrap().to_string(), expected);
    }
    assert_eq!(parse_time("2023-02-29T00:00:00"), None);
    assert_eq!(parse_time("yesterday"), None);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Manifest::read(&bytes[..]);
    }

    #[test]
    fn every_beginning_of_a_manifest_is_called_cut_off(cut in 1usize..2_000) {
        let whole = today(3).to_string();
        let cut = cut.min(whole.len() - 1);
        prop_assert_eq!(read(&whole[..cut]), Err(Unusable::CutOff));
    }

    #[test]
    fn every_name_is_found_again_and_begins_alike(names in proptest::collection::vec("(é|a|b|/){1,8}[a-c]", 1..20)) {
        let blobs: Vec<_> = names.iter().map(|name| json!({"blobName": name})).collect();
        let manifest = read(&json!({"blobs": blobs}).to_string()).unwrap();
        let start = manifest.blobs.common_start().unwrap();
        let mut search = manifest.blobs.search();
        prop_assert!(search.missing() > 0);
        for name in &names {
            let full = name.trim_start_matches('/');
            prop_assert!(full.starts_with(start), "{} {}", full, start);
            search.found(full);
        }
        prop_assert_eq!(search.missing(), 0);
    }
}
