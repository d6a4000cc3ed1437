//! The export itself: gone, switched off, ending, changed, failing.

use azconnect::sandbox::{Execution, ExportRun, RunError, RunResult};
use jiff::civil::date;

use super::*;

fn ran(at: i64, result: RunResult, error: Option<(&str, &str)>) -> ExportRun {
    ExportRun {
        id: Uuid::from_u128(u128::from(at.unsigned_abs())),
        execution: Execution::Scheduled,
        submitted_by: "System".to_owned(),
        submitted: hours(-at),
        picked_up: hours(-at),
        ends: hours(-at),
        result: Some(result),
        from: date(2026, 11, 1),
        to: date(2026, 11, 30),
        settings: json!({}),
        file_name: None,
        manifest: None,
        error: error.map(|(code, message)| RunError {
            code: code.to_owned(),
            message: message.to_owned(),
        }),
        digest: None,
    }
}

fn with(export: &Export, change: impl FnOnce(&mut azconnect::sandbox::Export)) {
    export
        .lab
        .state(|state| change(state.export_mut(&export.id).unwrap()));
}

#[test]
fn a_failed_run_is_explained_by_what_it_says() {
    for (code, message, words) in [
        (
            "Unauthorized",
            "The exports service is not authorized to access the specified storage account 'contosocosts'.",
            "--bypass AzureServices",
        ),
        (
            "BadRequest",
            "Key-based authentication is currently disabled on this storage account.",
            "--allow-shared-key-access",
        ),
        (
            "InternalError",
            "An unknown error occured.",
            "save it as it is",
        ),
        ("Strange", "Something else.", "container's roles"),
    ] {
        let export = Export::delivered(5);
        with(&export, |made| {
            made.runs
                .push(ran(6, RunResult::Failed, Some((code, message))))
        });
        let finding = export.export();
        is(&finding, "fail", message.trim_end_matches('.'));
        assert!(
            finding["fix"].as_str().unwrap().contains(words),
            "{finding:#}"
        );
        assert_eq!(finding["code"], code);
    }
}

#[test]
fn runs_that_left_no_file() {
    for (result, status, words) in [
        (
            RunResult::Completed,
            "fail",
            "There is no file, though the export wrote some",
        ),
        (RunResult::DataNotAvailable, "warn", "found no data"),
        (RunResult::Failed, "fail", "never delivered a file"),
    ] {
        let export = Export::new();
        with(&export, |made| made.runs.push(ran(6, result, None)));
        is(&export.files(), status, words);
    }
    let export = Export::new();
    with(&export, |made| {
        made.runs.push(ExportRun {
            ends: hours(1),
            picked_up: hours(-1),
            result: None,
            ..ran(1, RunResult::Completed, None)
        });
    });
    let pending = export.check_with(&[]).exits(7);
    assert!(
        found(&pending, "storage.container")["why"]
            .as_str()
            .unwrap()
            .contains("under way since")
    );
}

#[test]
fn an_export_that_was_deleted_or_changed() {
    let export = Export::delivered(5);
    let told = [
        "--storage-account",
        &export.storage,
        "--container",
        "exports",
        "--export-directory",
        "costs",
    ];
    with(&export, |made| {
        made.properties["schedule"]["status"] = json!("Inactive")
    });
    is(&export.export(), "fail", "switched off");
    with(&export, |made| {
        made.properties["schedule"]["status"] = json!("Active");
        made.properties["schedule"]["recurrencePeriod"]["to"] =
            json!(hours(24 * 10 + 1).to_string());
    });
    is(&export.export(), "warn", "Its schedule ends in 10 days");
    export.lab.state(|state| state.exports.exports.clear());
    let gone = export.check_with(&told).exits(3);
    is(
        &found(&gone, "cost-management.export"),
        "fail",
        "There is no such export at /subscriptions/",
    );
}
