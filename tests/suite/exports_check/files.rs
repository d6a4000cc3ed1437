//! The states of a folder: waiting, never ran, stale, empty, foreign, incomplete, healthy.

use azconnect::sandbox::BlobBody;
use serde_json::json;

use super::*;

#[test]
fn files_that_arrived_pass() {
    let export = Export::delivered(5);
    let ran = export.check_with(&[]).exits(0);
    is(
        &found(&ran, "storage.container"),
        "pass",
        "the newest are 5 hours old: 3 files with 30 rows, for the month to 2026-11-30",
    );
    is(
        &found(&ran, "cost-management.export"),
        "pass",
        "Active, daily",
    );
    // What the vendor was told can be said too, and is then held against the export.
    let told = [
        "--storage-account",
        &export.storage,
        "--container",
        "exports",
        "--export-directory",
        "costs",
    ];
    export.check_with(&told).exits(0);
    let elsewhere = [
        "--storage-account",
        &export.storage,
        "--container",
        "exports",
        "--export-directory",
        "other",
    ];
    let ran = export.check_with(&elsewhere).exits(3);
    is(
        &found(&ran, "cost-management.export"),
        "fail",
        "It writes to contosocosts/exports/costs, and the vendor reads contosocosts/exports/other",
    );
}

#[test]
fn an_export_that_has_not_run_yet_is_pending() {
    let export = Export::new();
    let ran = export.check_with(&[]).exits(7);
    assert_eq!(ran.json()["exit"], "pending");
    let files = found(&ran, "storage.container");
    is(&files, "fail", "the export's first file is not there yet");
    assert!(
        files["why"]
            .as_str()
            .unwrap()
            .contains("first run is due about"),
        "{files:#}"
    );
}

#[test]
fn an_export_that_never_ran_is_no_longer_waited_for() {
    let export = Export::new();
    export.lab.state(|state| {
        let made = state.export_mut(&export.id).unwrap();
        made.properties["schedule"]["recurrencePeriod"]["from"] = json!("2026-01-01T00:00:00Z");
    });
    let ran = export.check_with(&[]);
    // The connection itself is not known here, so neither is its age.
    is(
        &found(&ran.exits(3), "storage.container"),
        "fail",
        "never delivered a file",
    );
}

#[test]
fn files_grow_stale_after_two_days() {
    is(&Export::delivered(47).files(), "pass", "47 hours old");
    is(&Export::delivered(48).files(), "fail", "2 days old");
}

#[test]
fn a_backfill_does_not_hide_that_the_daily_runs_stopped() {
    let export = Export::delivered(100);
    let old = "costs/azconnectfocus/20250201-20250228/202611261000/77aa";
    export.deliver(old, &manifest(&export.id, old, 1), 1, 1);
    is(&export.files(), "fail", "4 days old");
}

#[test]
fn the_newest_run_of_the_month_counts() {
    let export = Export::delivered(100);
    let newer = "costs/azconnectfocus/20261101-20261130/202611261000/77aa";
    export.deliver(newer, &manifest(&export.id, newer, 1), 1, 2);
    is(&export.files(), "pass", "2 hours old: 1 file with 10 rows");
}

#[test]
fn a_file_that_is_missing_is_named() {
    let export = Export::delivered(5);
    export.remove(&part_name(RUN, 1));
    is(
        &export.files(),
        "fail",
        &format!(
            "1 of the 3 files that the newest manifest names are missing, such as {}",
            part_name(RUN, 1)
        ),
    );
}

#[test]
fn an_export_without_rows_is_a_doubt() {
    let export = Export::new();
    let mut empty = manifest(&export.id, RUN, 1);
    empty["dataRowCount"] = json!(null);
    export.deliver(RUN, &empty, 1, 5);
    is(&export.files(), "warn", "have no row");
}

#[test]
fn another_exports_files_are_not_taken_for_its_own() {
    let export = Export::new();
    let other = export.id.replace(NAME, "theirs");
    let folder = "costs/theirs/20261101-20261130/1/1";
    export.deliver(folder, &manifest(&other, folder, 1), 1, 1);
    is(
        &export.files(),
        "fail",
        "only files of other exports, such as costs/theirs/",
    );
    // One of the same name at another scope, in the same folder.
    let namesake = Export::new();
    let elsewhere = "/providers/Microsoft.Billing/billingAccounts/1/providers/Microsoft.CostManagement/exports/azconnectfocus";
    namesake.deliver(RUN, &manifest(elsewhere, RUN, 1), 1, 1);
    is(&namesake.files(), "fail", "only files of other exports");
}

#[test]
fn manifests_that_cannot_be_used_are_said() {
    for (text, words) in [
        (
            manifest("x", RUN, 2).to_string()[..200].to_owned(),
            "is cut off",
        ),
        ("Date,Cost\n2026-11-01,1".to_owned(), "is no JSON"),
        ("{\"a\":1}".to_owned(), "has another form"),
        (String::new(), "is cut off"),
    ] {
        let export = Export::new();
        export.write(&format!("{RUN}/manifest.json"), BlobBody::Text(text), 1);
        is(&export.files(), "fail", words);
    }
}

#[test]
fn an_export_without_partitions_has_no_manifest() {
    let export = Export::new();
    export.write(
        "costs/azconnectfocus/20261101-20261130/azconnectfocus_1.csv",
        BlobBody::Filler(9),
        3,
    );
    is(
        &export.files(),
        "warn",
        "The newest file is 3 hours old, and no manifest is beside it.",
    );
}
