//! `check` of an export and of the files that it delivers, as a vendor's support does it: by flags, with the app's own secret.

mod access;
mod files;
#[cfg(target_os = "linux")] // /proc
mod memory;
mod runs;

use azconnect::sandbox::{BlobBody, PasswordCredential, State, ids};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use crate::lab::{Lab, Ran};

const SECRET: &str = "sbx8Q~reader-of-exports-of-contoso~~~~1";
const BLOB_READER: Uuid = uuid!("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
pub(crate) const ACCOUNT: &str = "contosocosts";
const NAME: &str = "azconnectfocus";
/// Where the export's files go: the month of its path, and the folder of one run.
const RUN: &str = "costs/azconnectfocus/20261101-20261130/202611260900/5b1f";

/// An export that has not run yet, and an app that may read it and its container.
struct Export {
    lab: Lab,
    app: Uuid,
    /// The app's service principal.
    principal: Uuid,
    id: String,
    storage: String,
}

impl Export {
    fn new() -> Export {
        let lab = Lab::new();
        let (app, principal, id, storage) = lab.state(|state| {
            let (app, principal) = reader(state);
            let storage = state.add_export_storage(ids::SUBSCRIPTION, ACCOUNT);
            let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
            let id = state.add_export(&scope, NAME, &storage, Some(hours(20)));
            state.assign_role(principal, ids::ROLE_READER, &scope);
            let container = format!("{storage}/blobServices/default/containers/exports");
            state.assign_role(principal, BLOB_READER, &container);
            (app, principal, id, storage)
        });
        std::fs::write(lab.home().join("secret"), SECRET).unwrap();
        Export {
            lab,
            app,
            principal,
            id,
            storage,
        }
    }

    /// The same export with the files of one run, `age` old.
    fn delivered(age: i64) -> Export {
        let export = Export::new();
        export.deliver(RUN, &manifest(&export.id, RUN, 3), 3, age);
        export
    }

    /// Writes a manifest and so many parts beside it.
    fn deliver(&self, folder: &str, manifest: &Value, parts: usize, age: i64) {
        for part in 0..parts {
            self.write(&part_name(folder, part), BlobBody::Filler(2_048), age);
        }
        self.write(
            &format!("{folder}/manifest.json"),
            BlobBody::Text(manifest.to_string()),
            age,
        );
    }

    fn write(&self, name: &str, body: BlobBody, age: i64) {
        self.lab.state(|state| {
            state
                .add_blob((ACCOUNT, "exports"), name, body, hours(-age))
                .unwrap();
        });
    }

    fn remove(&self, name: &str) {
        self.lab.state(|state| {
            let container = containers(state).get_mut("exports").unwrap();
            container.blobs.remove(name).unwrap();
        });
    }

    /// The arguments of `check`, with further ones.
    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let (tenant, app) = (ids::TENANT.to_string(), self.app.to_string());
        let fixed = [
            "check",
            "--tenant",
            &tenant,
            "--client-id",
            &app,
            "--vendor",
            "cloudpi",
            "--export",
            &self.id,
            "--client-secret-file",
            "secret",
            "--output",
            "json",
        ];
        fixed
            .iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect()
    }

    fn check_with(&self, more: &[&str]) -> Ran {
        let arguments = self.arguments(more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.lab.run(&arguments)
    }

    /// Runs the check, and hands back what it found of the files.
    fn files(&self) -> Value {
        found(&self.check_with(&[]), "storage.container")
    }

    /// Runs the check, and hands back what it found of the export.
    fn export(&self) -> Value {
        found(&self.check_with(&[]), "cost-management.export")
    }
}

fn containers(
    state: &mut State,
) -> &mut std::collections::BTreeMap<String, azconnect::sandbox::Container> {
    &mut state.storage_account_mut(ACCOUNT).unwrap().containers
}

/// An app with a secret and no role.
fn reader(state: &mut State) -> (Uuid, Uuid) {
    let application = state.add_application(ids::TENANT, "reader of exports");
    let principal = state.add_service_principal(application).unwrap();
    let app = state.applications.get_mut(&application).unwrap();
    app.password_credentials.push(PasswordCredential {
        key_id: Uuid::from_u128(7),
        display_name: None,
        start_date_time: hours(-100),
        end_date_time: hours(1_000),
        hint: SECRET[..3].to_owned(),
        secret_text: SECRET.to_owned(),
        effective_at: hours(-100),
    });
    (app.app_id, principal)
}

/// So many hours from now.
fn hours(from_now: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(from_now)
}

fn part_name(folder: &str, part: usize) -> String {
    format!("{folder}/part_{part}_0001.csv.gz")
}

/// A manifest as Cost Management writes it.
fn manifest(export: &str, folder: &str, parts: usize) -> Value {
    let blobs: Vec<Value> = (0..parts)
        .map(|part| json!({"blobName": part_name(folder, part), "byteCount": 2_048, "dataRowCount": 10}))
        .collect();
    json!({
        "manifestVersion": "2024-04-01", "byteCount": parts * 2_048, "blobCount": parts, "dataRowCount": parts * 10,
        "exportConfig": {"exportName": NAME, "resourceId": export.to_uppercase(), "dataVersion": "1.2-preview", "type": "FocusCost"},
        "runInfo": {"executionType": "Scheduled", "startDate": "2026-11-01T00:00:00", "endDate": "2026-11-30T00:00:00"},
        "blobs": blobs,
    })
}

/// The one finding of a check; what is wrong has a cause and a remedy.
fn found(ran: &Ran, id: &str) -> Value {
    let document = ran.json();
    let all = document["checks"].as_array().unwrap();
    let mut of_it = all.iter().filter(|check| check["id"] == id);
    let finding = of_it
        .next()
        .unwrap_or_else(|| panic!("{document:#}"))
        .clone();
    assert!(of_it.next().is_none(), "{document:#}");
    if finding["status"] == "fail" || finding["status"] == "warn" {
        assert!(finding["why"].is_string(), "{finding:#}");
        let waits = ran.code == 7;
        assert!(
            waits
                || finding["fix"]
                    .as_str()
                    .is_some_and(|fix| !fix.contains('{')),
            "{finding:#}"
        );
    }
    finding
}

/// Whether a finding has this status and these words.
fn is(finding: &Value, status: &str, words: &str) {
    let what = finding["what"].as_str().unwrap();
    assert!(
        finding["status"] == status && what.contains(words),
        "{words}: {finding:#}"
    );
}
