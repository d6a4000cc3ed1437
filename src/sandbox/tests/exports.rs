//! Exports: made, read, changed, run and deleted; each way in which one that is not quite right is refused has its place in
//! `exports_refusals`.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _, Zoned};
use serde_json::{Value, json};

use super::super::{Options, Replication, State, ids};
use super::client::{ARM, Harness, Reply, subscription_scope};

pub(super) const VERSION: &str = "2025-03-01";
pub(super) const NAME: &str = "azconnectfocus";

/// Contoso with billing, and the storage account `costs` for exports.
pub(super) async fn harness(change: impl FnOnce(&mut State)) -> Harness {
    paced(Replication::none(), change).await
}

pub(super) async fn paced(replication: Replication, change: impl FnOnce(&mut State)) -> Harness {
    let mut seed = State::contoso_with_billing();
    seed.add_export_storage(ids::SUBSCRIPTION, "costs");
    change(&mut seed);
    Harness::started(Options {
        replication,
        seed,
        ..Options::default()
    })
    .await
}

pub(super) fn storage() -> String {
    format!(
        "{}/resourceGroups/exports/providers/Microsoft.Storage/storageAccounts/costs",
        subscription_scope()
    )
}

/// So many days from now, at midnight.
pub(super) fn days_from_now(days: i64) -> String {
    let today = Zoned::now().with_time_zone(TimeZone::UTC).date();
    format!("{}T00:00:00Z", today + Span::new().days(days))
}

/// A body that nothing is wrong with; its schedule is switched off.
pub(super) fn body() -> Value {
    json!({
        "identity": {"type": "SystemAssigned"}, "location": "global",
        "properties": {
            "format": "Csv", "compressionMode": "gzip", "partitionData": true, "dataOverwriteBehavior": "CreateNewReport",
            "exportDescription": "For the tests",
            "definition": {"type": "FocusCost", "timeframe": "MonthToDate",
                "dataSet": {"granularity": "Daily", "configuration": {"dataVersion": "1.2-preview"}}},
            "deliveryInfo": {"destination": {"type": "AzureBlob", "resourceId": storage(), "container": "exports",
                "rootFolderPath": "azconnect/costs"}},
            "schedule": {"status": "Inactive", "recurrence": "Daily",
                "recurrencePeriod": {"from": days_from_now(1), "to": days_from_now(3650)}},
        },
    })
}

/// The same with a value elsewhere; null takes the member away.
pub(super) fn with(pointer: &str, value: Value) -> Value {
    let mut body = body();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    body
}

pub(super) async fn send(
    harness: &Harness,
    token: &str,
    method: &str,
    (scope, below): (&str, &str),
    body: Option<Value>,
) -> Reply {
    let path = format!("{scope}/providers/Microsoft.CostManagement/exports{below}");
    harness.arm(method, &path, VERSION, token, body).await
}

pub(super) async fn put(harness: &Harness, token: &str, scope: &str, body: Value) -> Reply {
    let below = format!("/{NAME}");
    send(harness, token, "PUT", (scope, &below), Some(body)).await
}

/// The runs of the export, the newest first.
pub(super) async fn history(harness: &Harness, token: &str, scope: &str) -> Vec<Value> {
    let below = format!("/{NAME}/runHistory");
    let reply = send(harness, token, "GET", (scope, &below), None).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["value"].as_array().unwrap().clone()
}

pub(super) async fn run(harness: &Harness, token: &str, scope: &str, body: Option<Value>) -> Reply {
    let below = format!("/{NAME}/run");
    send(harness, token, "POST", (scope, &below), body).await
}

#[tokio::test]
async fn an_export_is_made_read_changed_and_deleted() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    let made = put(&harness, &avery, &scope, body()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let tag = made.text("/eTag");
    assert_eq!(made.text("/identity/type"), "SystemAssigned");
    let below = format!("/{NAME}");
    let got = send(&harness, &avery, "GET", (&scope, &below), None).await;
    assert_eq!((got.status, &got.body), (200, &made.body));
    let list = send(&harness, &avery, "GET", (&scope, ""), None).await;
    assert_eq!(list.body["value"][0]["name"], NAME);

    // What was read can be written back: what only the service writes is left aside.
    let mut again = got.body.clone();
    again["properties"]["exportDescription"] = json!("Changed");
    let changed = put(&harness, &avery, &scope, again.clone()).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_ne!(changed.text("/eTag"), tag, "each write gives another");
    assert_eq!(
        changed.body["identity"], got.body["identity"],
        "the identity stays"
    );
    let outdated = put(&harness, &avery, &scope, again).await;
    assert_eq!((outdated.status, outdated.code()), (400, "400"));
    let without = put(&harness, &avery, &scope, body()).await;
    assert_eq!(
        without.text("/error/message"),
        format!(
            "Etag value required for update operation of report: {NAME}.Please get the latest to avoid overwrite."
        )
    );

    let roles = || harness.sandbox.state(|state| state.role_assignments.len());
    let before = roles();
    let gone = send(&harness, &avery, "DELETE", (&scope, &below), None).await;
    assert_eq!((gone.status, roles()), (200, before - 1));
    let got = send(&harness, &avery, "GET", (&scope, &below), None).await;
    assert_eq!((got.status, got.code()), (404, "NotFound"));
    assert_eq!(
        got.text("/error/message"),
        format!("The requested export with export name: {NAME} could not be found.")
    );
}

#[tokio::test]
async fn an_older_version_does_not_see_what_a_newer_one_made() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    assert_eq!(put(&harness, &avery, &scope, body()).await.status, 201);
    let list = format!("{scope}/providers/Microsoft.CostManagement/exports");
    let one = format!("{list}/{NAME}");
    let seen = async |version: &str| {
        let list = harness.arm("GET", &list, version, &avery, None).await;
        let one = harness.arm("GET", &one, version, &avery, None).await;
        (list.body["value"].as_array().unwrap().len(), one.status)
    };
    assert_eq!(seen("2023-08-01").await, (0, 404));
    assert_eq!(seen("2026-06-01").await, (1, 200));
    let unknown = harness.arm("GET", &one, "2024-01-01", &avery, None).await;
    assert_eq!(unknown.code(), "NoRegisteredProviderFound");
    // The other way round it works: an export of the older kind is seen by all.
    harness.sandbox.state(|state| {
        let export = state.exports.exports.values_mut().next().unwrap();
        export.api_version = "2020-06-01".to_owned();
    });
    assert_eq!(seen("2023-08-01").await, (1, 200));
    assert_eq!(seen(VERSION).await, (1, 200));
}

#[tokio::test]
async fn a_run_is_queued_then_in_progress_then_completed() {
    let replication = Replication {
        export_run: std::time::Duration::from_secs(600),
        ..Replication::none()
    };
    let harness = paced(replication, |_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    put(&harness, &avery, &scope, body()).await;
    let asked = run(&harness, &avery, &scope, None).await;
    assert_eq!((asked.status, &asked.body), (200, &json!("")));
    let earlier = |minutes: i64| {
        harness.sandbox.state(|state| {
            let export = state.exports.exports.values_mut().next().unwrap();
            let run = export.runs.last_mut().unwrap();
            run.picked_up -= minutes.minutes();
            run.ends -= minutes.minutes();
        });
    };
    for (status, minutes) in [("Queued", 6), ("InProgress", 6), ("Completed", 0)] {
        let runs = history(&harness, &avery, &scope).await;
        let properties = &runs[0]["properties"];
        assert_eq!(properties["status"], status);
        assert_eq!(properties["executionType"], "OnDemand");
        assert_eq!(properties["submittedBy"], ids::AVERY_NAME);
        assert_eq!(properties["fileName"].is_string(), status == "Completed");
        assert_eq!(
            properties["processingStartTime"].is_string(),
            status != "Queued"
        );
        earlier(minutes);
    }
}

#[tokio::test]
async fn a_schedule_runs_soon_and_then_at_its_times() {
    let replication = Replication {
        first_export: std::time::Duration::from_secs(600),
        ..Replication::none()
    };
    let harness = paced(replication, |_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    let mut active = body();
    active["properties"]["schedule"]["status"] = json!("Active");
    let made = put(&harness, &avery, &scope, active).await;
    assert_eq!(made.status, 201, "{made:?}");
    let next: Timestamp = made
        .text("/properties/nextRunTimeEstimate")
        .parse()
        .unwrap();
    assert!(next > Timestamp::now() + 9.minutes() && next < Timestamp::now() + 11.minutes());
    assert_eq!(history(&harness, &avery, &scope).await, Vec::<Value>::new());

    let set_due = |at: Timestamp| {
        harness.sandbox.state(|state| {
            let export = state.exports.exports.values_mut().next().unwrap();
            export.next_run = Some(at);
        });
    };
    set_due(Timestamp::now() - 1.minutes());
    let runs = history(&harness, &avery, &scope).await;
    let properties = &runs[0]["properties"];
    assert_eq!(
        (&properties["executionType"], &properties["submittedBy"]),
        (&json!("Scheduled"), &json!("System"))
    );
    assert_eq!(properties["status"], "Completed");
    let got = send(&harness, &avery, "GET", (&scope, &format!("/{NAME}")), None).await;
    assert_eq!(
        got.text("/properties/nextRunTimeEstimate"),
        days_from_now(1),
        "from then on its own times"
    );
    // The same days again, within the same day: there is nothing new.
    set_due(Timestamp::now());
    let runs = history(&harness, &avery, &scope).await;
    assert_eq!(runs[0]["properties"]["status"], "NewDataNotAvailable");
    assert_eq!(runs.len(), 2);
}

#[tokio::test]
async fn the_history_is_shown_in_part_where_it_is_expanded() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    put(&harness, &avery, &scope, body()).await;
    for _ in 0..12 {
        assert_eq!(run(&harness, &avery, &scope, None).await.status, 200);
    }
    assert_eq!(history(&harness, &avery, &scope).await.len(), 12);
    let below = format!("/{NAME}?$expand=runHistory");
    let got = send(&harness, &avery, "GET", (&scope, &below), None).await;
    let runs = |value: &Value| {
        value["properties"]["runHistory"]["value"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(runs(&got.body), 10);
    let list = send(
        &harness,
        &avery,
        "GET",
        (&scope, "?$expand=runHistory"),
        None,
    )
    .await;
    assert_eq!(runs(&list.body["value"][0]), 1);
    let plain = send(&harness, &avery, "GET", (&scope, ""), None).await;
    assert_eq!(plain.body["value"][0]["properties"].get("runHistory"), None);
    let wrong = send(&harness, &avery, "GET", (&scope, "?$expand=all"), None).await;
    assert_eq!((wrong.status, wrong.code()), (400, "BadRequest"));
}

#[tokio::test]
async fn eleven_runs_in_a_row_are_too_many() {
    let replication = Replication {
        export_pace: std::time::Duration::from_secs(60),
        ..Replication::none()
    };
    let harness = paced(replication, |_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    put(&harness, &avery, &scope, body()).await;
    for _ in 0..10 {
        assert_eq!(run(&harness, &avery, &scope, None).await.status, 200);
    }
    let refused = run(&harness, &avery, &scope, None).await;
    assert_eq!((refused.status, refused.code()), (429, "429"));
    let waits = |name: &str| -> i64 { refused.headers[name].to_str().unwrap().parse().unwrap() };
    for header in [
        "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after",
        "x-ms-ratelimit-microsoft.consumption-retry-after",
    ] {
        assert!((50..=61).contains(&waits(header)), "{header}");
    }
}
