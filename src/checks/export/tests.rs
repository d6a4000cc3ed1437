#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;

const ACCOUNT: &str = "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts";
const NOW: &str = "2026-11-26T12:00:00Z";

fn recorded() -> ExportRecord {
    serde_json::from_value(json!({
        "id": "/providers/Microsoft.Billing/billingAccounts/55671234/providers/Microsoft.CostManagement/exports/azconnectactual",
        "scope": "/providers/Microsoft.Billing/billingAccounts/55671234",
        "name": "azconnectactual",
        "dataset": "actual",
        "storage_account": ACCOUNT,
        "container": "costs",
        "directory": "azconnect",
        "recurrence": "daily",
    }))
    .unwrap()
}

fn run(status: &str, kind: &str, submitted: &str, month: &str) -> Value {
    json!({"properties": {
        "executionType": kind, "status": status, "submittedTime": submitted,
        "startDate": format!("{month}-01T00:00:00"), "endDate": format!("{month}-28T00:00:00"),
        "error": if status == "Failed" { json!({"code": "Unauthorized", "message": "An unknown error occured"}) } else { Value::Null },
    }})
}

fn export(change: impl FnOnce(&mut Value)) -> Export {
    let mut value = json!({
        "name": "azconnectactual",
        "properties": {
            "definition": {"type": "ActualCost", "timeframe": "MonthToDate"},
            "deliveryInfo": {"destination": {"resourceId": ACCOUNT.to_uppercase().replace("CONTOSOCOSTS", "contosocosts"), "container": "costs", "rootFolderPath": "azconnect"}},
            "schedule": {"status": "Active", "recurrence": "Daily", "recurrencePeriod": {"from": "2026-11-01T00:00:00Z", "to": "2036-11-01T00:00:00Z"}},
            "runHistory": {"value": [run("Completed", "Scheduled", "2026-11-26T06:00:00Z", "2026-11")]},
        },
    });
    change(&mut value["properties"]);
    serde_json::from_value(value).unwrap()
}

fn judged(change: impl FnOnce(&mut Value)) -> Vec<(Status, String)> {
    let recorded = recorded();
    let about = About {
        recorded: &recorded,
        title: title("Export", &recorded),
        now: NOW.parse().unwrap(),
        ways: "Look: https://portal.azure.com".to_owned(),
    };
    let all = about.judge(&export(change), &Arc::default());
    for finding in &all {
        let is_explained = finding.why.is_some() && finding.fix.is_some();
        assert!(
            finding.status == Status::Pass || is_explained,
            "{finding:#?}"
        );
    }
    all.into_iter().map(|one| (one.status, one.what)).collect()
}

/// The one finding, which has this status and these words.
fn is(found: &[(Status, String)], status: Status, words: &str) {
    assert!(
        found.len() == 1 && found[0].0 == status && found[0].1.contains(words),
        "{words}: {found:#?}"
    );
}

#[test]
fn an_export_that_works_says_how_it_stands() {
    is(
        &judged(|_| {}),
        Status::Pass,
        "its last run (2026-11-26 06:00 UTC) wrote its files",
    );
    let none = |export: &mut Value| export["runHistory"] = Value::Null;
    is(&judged(none), Status::Pass, "it hasn't run yet");
    let due = |export: &mut Value| {
        export["runHistory"] = Value::Null;
        export["nextRunTimeEstimate"] = json!("2026-11-27T06:00:00Z");
    };
    is(
        &judged(due),
        Status::Pass,
        "first runs about 2026-11-27 06:00 UTC",
    );
    let nothing = |export: &mut Value| {
        export["runHistory"]["value"][0]["properties"]["status"] = json!("NewDataNotAvailable");
    };
    is(&judged(nothing), Status::Pass, "found no new data");
}

#[test]
fn what_was_changed_since_is_said() {
    let destination = |key: &'static str, value: &'static str| {
        judged(move |export| export["deliveryInfo"]["destination"][key] = json!(value))
    };
    is(
        &destination("container", "other"),
        Status::Fail,
        "It writes to contosocosts/other/azconnect, and the vendor reads contosocosts/costs/azconnect.",
    );
    is(
        &destination("rootFolderPath", "else"),
        Status::Fail,
        "contosocosts/costs/else",
    );
    is(
        &destination(
            "resourceId",
            &ACCOUNT.replace("contosocosts", "elsewhere").leak()[..],
        ),
        Status::Fail,
        "elsewhere/costs",
    );
    is(
        &destination("rootFolderPath", "/azconnect/"),
        Status::Pass,
        "Active",
    );
    is(
        &judged(|export| export["definition"]["type"] = json!("FocusCost")),
        Status::Fail,
        "It exports FocusCost, and the vendor was told of ActualCost.",
    );
    is(
        &judged(|export| export["schedule"]["recurrence"] = json!("Monthly")),
        Status::Warn,
        "It runs monthly now, and was daily.",
    );
    is(
        &judged(|export| export["schedule"]["status"] = json!("Inactive")),
        Status::Fail,
        "switched off",
    );
    is(
        &judged(|export| export["schedule"] = Value::Null),
        Status::Fail,
        "switched off",
    );
}

#[test]
fn the_end_of_the_schedule_is_announced() {
    let ends = |at: &'static str| {
        judged(move |export| export["schedule"]["recurrencePeriod"]["to"] = json!(at))
    };
    is(&ends("2027-01-25T12:00:00Z"), Status::Pass, "Active");
    is(
        &ends("2027-01-25T11:00:00Z"),
        Status::Warn,
        "ends in 59 days (2027-01-25)",
    );
    is(
        &ends("2026-11-27T13:00:00"),
        Status::Warn,
        "ends in 1 day (2026-11-27)",
    );
    is(
        &ends("2026-11-26T12:00:00Z"),
        Status::Fail,
        "ended on 2026-11-26",
    );
    let over = judged(|export| {
        export["schedule"]["status"] = json!("Inactive");
        export["schedule"]["recurrencePeriod"]["to"] = json!("2026-11-01T00:00:00Z");
    });
    assert_eq!(over.len(), 2, "{over:#?}");
}

#[test]
fn failed_runs_are_explained() {
    let runs = |runs: Vec<Value>| judged(move |export| export["runHistory"]["value"] = json!(runs));
    let daily = run("Completed", "Scheduled", "2026-11-25T06:00:00Z", "2026-11");
    let failed = run("Failed", "Scheduled", "2026-11-26T06:00:00Z", "2026-11");
    is(
        &runs(vec![daily.clone(), failed.clone()]),
        Status::Fail,
        "A run failed (2026-11-26 06:00 UTC). An unknown error occured (Unauthorized, a run for 2026-11-01 to 2026-11-28)",
    );
    is(
        &runs(vec![
            failed,
            run("Completed", "Scheduled", "2026-11-26T09:00:00Z", "2026-11"),
        ]),
        Status::Pass,
        "wrote its files",
    );
    let timeout = run("Timeout", "Scheduled", "2026-11-26T06:00:00Z", "2026-11");
    is(&runs(vec![timeout]), Status::Fail, "(Timeout");
    // A month of a backfill that failed keeps no daily file away; once it was repeated, it is forgotten.
    let month = run("Failed", "OnDemand", "2026-11-26T07:00:00Z", "2026-02");
    is(
        &runs(vec![daily.clone(), month.clone()]),
        Status::Warn,
        "2026-02-01 to 2026-02-28",
    );
    let later = run("Completed", "Scheduled", "2026-11-26T08:00:00Z", "2026-11");
    is(
        &runs(vec![month.clone(), later.clone()]),
        Status::Warn,
        "2026-02-01 to 2026-02-28",
    );
    let again = run("Completed", "OnDemand", "2026-11-26T07:30:00Z", "2026-02");
    is(
        &runs(vec![month, again, later]),
        Status::Pass,
        "wrote its files",
    );
}

#[test]
fn a_definition_that_the_app_may_not_see() {
    let recorded = recorded();
    let about = About {
        recorded: &recorded,
        title: "Export".to_owned(),
        now: NOW.parse().unwrap(),
        ways: String::new(),
    };
    let refused = |code: &str| {
        let run: ExportRun = serde_json::from_value(
            json!({"properties": {"status": "Failed", "error": {"code": code, "message": "no"}}}),
        )
        .unwrap();
        run.failure(Arc::default()).unwrap()
    };
    assert_eq!(
        about.unseen(refused("AuthorizationFailed"), true).status,
        Status::Fail
    );
    let warned = about.unseen(refused("AuthorizationFailed"), false);
    assert_eq!(warned.status, Status::Warn);
    assert!(
        warned.what.contains("AuthorizationFailed") && warned.fix.is_some() && !warned.may_pass
    );
    // Where Azure refuses every app, nobody can put it right.
    assert_eq!(
        about.unseen(refused("RBACAccessDenied"), false).status,
        Status::Skip
    );
}
