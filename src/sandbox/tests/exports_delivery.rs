//! What a run leaves behind: files whose rows are the figures of cost queries, or the reason why there are none.

use std::collections::BTreeMap;
use std::io::Read as _;

use base64::Engine as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Zoned};
use serde_json::{Value, json};

use super::super::{Blob, BlobBody, CostProfile, RegistrationState, State, StorageAccount, ids};
use super::blob::{READER, STORAGE};
use super::client::{ARM, Harness, subscription_scope};
use super::exports::{NAME, body, harness, history, put, run, storage, with};

fn today() -> Date {
    Zoned::now().with_time_zone(TimeZone::UTC).date()
}

/// First and last day of the month so many before this one.
fn month(back: i32) -> (Date, Date) {
    let first = today().first_of_month() - Span::new().months(back);
    (first, first.last_of_month())
}

fn period((from, to): (Date, Date)) -> Value {
    json!({"timePeriod": {"from": format!("{from}T00:00:00.000Z"), "to": format!("{to}T00:00:00.000Z")}})
}

fn folder((from, to): (Date, Date)) -> String {
    format!(
        "azconnect/costs/{NAME}/{}-{}/",
        from.strftime("%Y%m%d"),
        to.strftime("%Y%m%d")
    )
}

fn account(state: &mut State) -> &mut StorageAccount {
    state.storage.accounts.get_mut("costs").unwrap()
}

fn blobs(harness: &Harness) -> BTreeMap<String, Blob> {
    harness
        .sandbox
        .state(|state| account(state).containers["exports"].blobs.clone())
}

fn bytes(blob: &Blob) -> Vec<u8> {
    match &blob.body {
        BlobBody::Text(text) => text.clone().into_bytes(),
        BlobBody::Base64(text) => base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap(),
        BlobBody::Filler(size) => vec![0; usize::try_from(*size).unwrap()],
    }
}

fn unpacked(blob: &Blob) -> String {
    let bytes = bytes(blob);
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The rows of a file as maps from column to cell; none of the files here has a quoted cell with a comma.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let head: Vec<String> = lines.next().unwrap().collect();
    lines
        .map(|cells| {
            let row: BTreeMap<String, String> = head.iter().cloned().zip(cells).collect();
            assert_eq!(row.len(), head.len());
            row
        })
        .collect()
}

fn sum(rows: &[BTreeMap<String, String>], column: &str) -> f64 {
    rows.iter()
        .map(|row| row[column].parse::<f64>().unwrap())
        .sum()
}

async fn queried(harness: &Harness, token: &str, scope: &str, days: (Date, Date)) -> f64 {
    let body = json!({"type": "ActualCost", "timeframe": "Custom",
        "timePeriod": {"from": format!("{}T00:00:00Z", days.0), "to": format!("{}T00:00:00Z", days.1)},
        "dataset": {"granularity": "None", "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}}}});
    let path = format!("{scope}/providers/Microsoft.CostManagement/query");
    let reply = harness
        .arm("POST", &path, "2025-03-01", token, Some(body))
        .await;
    reply.body["properties"]["rows"][0][0].as_f64().unwrap()
}

#[tokio::test]
async fn the_rows_of_a_run_sum_up_to_what_the_query_answers() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let group = format!("{}/resourceGroups/web", subscription_scope());
    let enrollment = format!(
        "/providers/Microsoft.Billing/billingAccounts/{}",
        ids::ENROLLMENT
    );
    for (scope, kind, column) in [
        (subscription_scope(), "FocusCost", "BilledCost"),
        (group, "ActualCost", "CostInBillingCurrency"),
        (enrollment, "AmortizedCost", "CostInBillingCurrency"),
    ] {
        let mut body = with("/properties/definition/type", json!(kind));
        body["properties"]["definition"]["dataSet"] = json!({"granularity": "Daily"});
        assert_eq!(put(&harness, &avery, &scope, body).await.status, 201);
        let days = month(1);
        let asked = run(&harness, &avery, &scope, Some(period(days))).await;
        assert_eq!(asked.status, 200, "{asked:?}");
        let newest = history(&harness, &avery, &scope).await.remove(0);
        assert_eq!(newest["properties"]["status"], "Completed", "{newest}");
        let id = newest["name"].as_str().unwrap();
        let blobs = blobs(&harness);
        let parts: Vec<&Blob> = blobs
            .iter()
            .filter(|(name, _)| name.contains(id) && name.ends_with(".csv.gz"))
            .map(|(_, blob)| blob)
            .collect();
        let rows: Vec<_> = parts
            .iter()
            .flat_map(|blob| rows(&unpacked(blob)))
            .collect();
        assert!(rows.len() >= 28 * 4);
        let expected = queried(&harness, &avery, &scope, days).await;
        let exported = sum(&rows, column);
        assert!(
            (exported - expected).abs() < 1e-5,
            "{scope}: {exported} is not {expected}"
        );
    }
}

#[tokio::test]
async fn parts_and_a_manifest_that_lists_them() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    put(&harness, &avery, &scope, body()).await;
    let days = month(1);
    run(&harness, &avery, &scope, Some(period(days))).await;
    let runs = history(&harness, &avery, &scope).await;
    let properties = &runs[0]["properties"];
    assert_eq!(properties["startDate"], format!("{}T00:00:00Z", days.0));
    assert_eq!(properties["endDate"], format!("{}T00:00:00Z", days.1));
    let blobs = blobs(&harness);
    let name = properties["manifestFile"].as_str().unwrap();
    assert!(name.starts_with(&folder(days)), "{name}");
    let manifest: Value = serde_json::from_slice(&bytes(&blobs[name])).unwrap();
    let listed = manifest["blobs"].as_array().unwrap();
    assert!(listed.len() > 1, "a whole month has more than one part");
    assert_eq!(manifest["blobCount"], listed.len());
    assert_eq!(listed.len() + 1, blobs.len(), "nothing else is there");
    let mut count = 0;
    for blob in listed {
        let file = &blobs[blob["blobName"].as_str().unwrap()];
        assert_eq!(blob["byteCount"], bytes(file).len());
        let rows = rows(&unpacked(file)).len();
        assert_eq!(blob["dataRowCount"], rows);
        count += rows;
    }
    assert_eq!(manifest["dataRowCount"], count);
    assert_eq!(
        manifest["exportConfig"]["resourceId"],
        format!("{scope}/providers/Microsoft.CostManagement/exports/{NAME}")
    );
    assert_eq!(manifest["runInfo"]["runId"], runs[0]["name"]);
    assert_eq!(
        manifest["runInfo"]["startDate"],
        format!("{}T00:00:00", days.0)
    );
}

#[tokio::test]
async fn runs_of_the_same_month_are_kept_or_overwritten() {
    for (behaviour, manifests) in [("CreateNewReport", 2), ("OverwritePreviousReport", 1)] {
        let harness = harness(|_| ()).await;
        let avery = harness.person(ids::AVERY_NAME, ARM).await;
        let scope = subscription_scope();
        let body = with("/properties/dataOverwriteBehavior", json!(behaviour));
        put(&harness, &avery, &scope, body).await;
        for months in [month(1), month(1), month(2)] {
            run(&harness, &avery, &scope, Some(period(months))).await;
        }
        let of = |days| {
            let names = blobs(&harness).into_keys();
            names
                .filter(|name| name.starts_with(&folder(days)) && name.ends_with("manifest.json"))
                .count()
        };
        assert_eq!((of(month(1)), of(month(2))), (manifests, 1), "{behaviour}");
    }
}

#[tokio::test]
async fn without_partitions_there_is_one_file_and_no_manifest() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    let mut body = with("/properties/partitionData", json!(false));
    body["properties"]["compressionMode"] = json!("none");
    put(&harness, &avery, &scope, body).await;
    run(&harness, &avery, &scope, Some(period(month(1)))).await;
    let runs = history(&harness, &avery, &scope).await;
    let blobs = blobs(&harness);
    let (name, blob) = blobs.first_key_value().unwrap();
    assert_eq!(blobs.len(), 1);
    assert_eq!(
        *name,
        format!(
            "{}{NAME}_{}.csv",
            folder(month(1)),
            runs[0]["name"].as_str().unwrap()
        )
    );
    assert_eq!(runs[0]["properties"]["fileName"], **name);
    assert_eq!(runs[0]["properties"].get("manifestFile"), None);
    assert!(matches!(&blob.body, BlobBody::Text(text) if rows(text).len() > 300));
}

#[tokio::test]
async fn parquet_is_filler_under_the_right_name() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    let mut body = with("/properties/format", json!("Parquet"));
    body["properties"]["compressionMode"] = json!("snappy");
    assert_eq!(put(&harness, &avery, &scope, body).await.status, 201);
    run(&harness, &avery, &scope, Some(period(month(1)))).await;
    let blobs = blobs(&harness);
    let (_, manifest) = blobs
        .iter()
        .find(|(name, _)| name.ends_with("/manifest.json"))
        .unwrap();
    let manifest: Value = serde_json::from_slice(&bytes(manifest)).unwrap();
    assert_eq!(manifest["deliveryConfig"]["fileFormat"], "Parquet");
    for listed in manifest["blobs"].as_array().unwrap() {
        let name = listed["blobName"].as_str().unwrap();
        assert!(name.ends_with(".snappy.parquet"), "{name}");
        assert!(matches!(blobs[name].body, BlobBody::Filler(size) if listed["byteCount"] == size));
    }
}

#[tokio::test]
async fn months_without_data_are_told_from_months_without_cost() {
    let harness = harness(|state| state.exports.data_since = Some(month(2).0)).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    put(&harness, &avery, &scope, body()).await;
    let status = async |back: i32| {
        run(&harness, &avery, &scope, Some(period(month(back)))).await;
        let newest = history(&harness, &avery, &scope).await.remove(0);
        newest["properties"]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(2).await, "Completed");
    assert_eq!(status(3).await, "DataNotAvailable");
    let set = |costs: CostProfile| {
        harness.sandbox.state(|state| {
            state
                .subscriptions
                .get_mut(&ids::SUBSCRIPTION)
                .unwrap()
                .costs = costs;
        });
    };
    set(CostProfile::NoContent);
    assert_eq!(status(1).await, "DataNotAvailable");
    let before = blobs(&harness).len();
    set(CostProfile::NoRows);
    assert_eq!(status(1).await, "Completed");
    let after = blobs(&harness);
    assert_eq!(after.len(), before + 1, "a manifest and no part");
    let manifest = after
        .iter()
        .find(|(name, _)| name.starts_with(&folder(month(1))))
        .map(|(_, blob)| serde_json::from_slice::<Value>(&bytes(blob)).unwrap());
    let manifest = manifest.unwrap();
    assert_eq!(
        (&manifest["blobCount"], &manifest["dataRowCount"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test]
async fn a_run_fails_where_the_storage_refuses_by_then() {
    type Change = fn(&mut State);
    let changes: [(&str, Change); 6] = [
        ("400", |state| {
            account(state).network.default_action = "Deny".to_owned();
            account(state).network.bypass = "None".to_owned();
        }),
        ("400", |state| {
            for provider in state.storage.providers.values_mut() {
                provider.state = RegistrationState::Unregistered;
            }
        }),
        ("BadRequest", |state| state.storage.accounts.clear()),
        ("ContainerNotFound", |state| {
            account(state).containers.clear();
        }),
        ("Unauthorized", |state| {
            let id = storage();
            state
                .role_assignments
                .retain(|_, found| !found.scope.starts_with(&id));
        }),
        ("400", |state| account(state).is_disabled = true),
    ];
    for (code, change) in changes {
        let harness = harness(|_| ()).await;
        let avery = harness.person(ids::AVERY_NAME, ARM).await;
        let scope = subscription_scope();
        assert_eq!(put(&harness, &avery, &scope, body()).await.status, 201);
        harness.sandbox.state(change);
        assert_eq!(run(&harness, &avery, &scope, None).await.status, 200);
        let newest = history(&harness, &avery, &scope).await.remove(0);
        let properties = &newest["properties"];
        assert_eq!(properties["status"], "Failed", "{code}");
        assert_eq!(properties["error"]["code"], code);
        assert!(properties["error"]["message"].as_str().unwrap().len() > 20);
        assert_eq!(properties.get("manifestFile"), None);
    }
}

#[tokio::test]
async fn a_seeded_export_runs_and_the_blob_service_hands_its_files_out() {
    let scope = subscription_scope();
    let due = Timestamp::now() - SignedDuration::from_mins(5);
    let harness = harness(|state| {
        let id = state.add_export(&scope, NAME, &storage(), Some(due));
        assert!(
            state
                .export_mut(&id)
                .is_some_and(|export| export.runs.is_empty())
        );
        let container = format!("{}/blobServices/default/containers/exports", storage());
        state.assign_role(ids::OPERATOR_SERVICE_PRINCIPAL, READER, &container);
    })
    .await;
    let token = harness.operator(STORAGE).await;
    let read = async |rest: &str| {
        let url = format!("{}/costs/exports{rest}", harness.sandbox.endpoints().blob);
        let version = [("x-ms-version", "2023-11-03")];
        harness.ask_with("GET", &url, &token, &version, None).await
    };
    // Nobody has looked at the export: what is due by the time of any request has happened.
    let list = read("?restype=container&comp=list&prefix=costs/").await;
    let names = list.text("");
    let manifest = names
        .split("<Name>")
        .filter_map(|rest| rest.split("</Name>").next())
        .find(|name| name.ends_with("/manifest.json"));
    let manifest = read(&format!("/{}", manifest.unwrap())).await;
    assert_eq!(manifest.status, 200, "{manifest:?}");
    let first = manifest.text("/blobs/0/blobName");
    let part = read(&format!("/{first}")).await;
    assert_eq!(part.headers["content-type"], "application/gzip");
    assert_eq!(
        part.headers["content-length"].to_str().unwrap(),
        manifest.body["blobs"][0]["byteCount"].to_string()
    );
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let runs = history(&harness, &avery, &scope).await;
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["properties"]["executionType"], "Scheduled");
}
