//! The check of exported files, whole.

use azconnect::checks::{Check, Connected, Finding, Status, storage};
use serde_json::Value;

use super::server::azurite;
use super::*;

const EXPORT: &str = "/subscriptions/50b5c21b-0000-4000-8000-000000000001/providers/Microsoft.CostManagement/exports/daily";
const RUN: &str = "costs/daily/20261101-20261130/202611260900/1e1e";

fn manifest(export: &str) -> String {
    let blobs: Vec<Value> = (0..3)
        .map(|part| json!({"blobName": format!("{RUN}/part_{part}_0001.csv"), "byteCount": 1}))
        .collect();
    json!({"blobCount": 3, "dataRowCount": 7, "exportConfig": {"resourceId": export}, "blobs": blobs}).to_string()
}

/// A container with the files of a run; `parts` of three are there.
async fn delivered(azurite: &Azurite, container: &str, export: &str, parts: usize) {
    azurite.make(container).await;
    for part in 0..parts {
        azurite
            .write(container, &format!("{RUN}/part_{part}_0001.csv"), "x")
            .await;
    }
    // Microsoft's manifests have been seen with a byte order mark.
    let text = format!("\u{feff}{}", manifest(export));
    azurite
        .write(container, &format!("{RUN}/manifest.json"), text)
        .await;
}

async fn checked(azurite: &Azurite, container: &str) -> Finding {
    let record = serde_json::from_value(json!({
        "name": "costs", "vendor": "cloudpi", "cloud": "azurite",
        "tenant_id": "c0470500-0000-4000-8000-000000000001", "client_id": "c0470500-0000-4000-8000-000000000002",
        "scopes": [], "created_at": "2026-01-01T00:00:00Z",
        "credential": {"kind": "secret", "stored_in": "none"},
        "exports": [{
            "id": EXPORT, "scope": "/subscriptions/50b5c21b-0000-4000-8000-000000000001", "name": "daily", "dataset": "actual",
            "storage_account": account(ACCOUNT), "container": container, "directory": "costs", "recurrence": "daily",
        }],
    }))
    .unwrap();
    let (azure, credential, cloud) = azure(azurite, SignedDuration::from_hours(1));
    let connected = Connected {
        is_elsewhere: false,
        person: None,
        again: String::new(),
        look_as_person: String::new(),
        record: &record,
        azure: &azure,
        credential: &credential,
        cloud: &cloud,
        now: Timestamp::now(),
        renew: String::new(),
        reads_definition: false,
        waiting: &|_| {},
    };
    let mut all = storage::Storage.run(&connected).await;
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[tokio::test]
async fn exported_files_are_found_and_counted() {
    let Some(azurite) = azurite("exported_files_are_found_and_counted") else {
        return;
    };
    delivered(azurite, "healthy", EXPORT, 3).await;
    let finding = checked(azurite, "healthy").await;
    assert_eq!(finding.status, Status::Pass, "{finding:#?}");
    assert!(finding.what.contains("3 files with 7 rows"), "{finding:#?}");
    delivered(azurite, "incomplete", EXPORT, 2).await;
    let finding = checked(azurite, "incomplete").await;
    assert!(finding.what.contains("1 of the 3 files"), "{finding:#?}");
    delivered(azurite, "foreign", "/subscriptions/x", 3).await;
    let finding = checked(azurite, "foreign").await;
    assert!(
        finding.what.contains("only files of other exports"),
        "{finding:#?}"
    );
    let finding = checked(azurite, "nowhere").await;
    assert_eq!(finding.code.as_deref(), Some("ContainerNotFound"));
}
