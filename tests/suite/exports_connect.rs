//! CloudPi connected: storage, container, export, its first run, and the role on the container, at every kind of scope.

use azconnect::sandbox::{RegistrationState, State, ids};

use crate::billing_lab::{account, each, writes};
use crate::exports_lab::{
    ACCOUNT, EXPORT, connect, connect_subscription, init, is_connected, lab, runs, with,
};
use crate::lab::Lab;

const BLOB_READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";

/// Storage, export, run and role are there, each once.
fn stands(lab: &Lab, scope: &str) {
    lab.state(|state: &mut State| {
        let made = &state.storage.accounts[ACCOUNT];
        assert!(!made.allow_shared_key_access && !made.allow_blob_public_access);
        assert!(made.containers.contains_key("cost-exports"));
        let exports: Vec<_> = state.exports.exports.values().collect();
        assert_eq!(exports.len(), 1);
        assert_eq!(
            (exports[0].scope.as_str(), exports[0].name.as_str()),
            (scope, EXPORT)
        );
        assert!(exports[0].identity.is_some());
        let registration = state
            .storage
            .providers
            .values()
            .find(|one| one.namespace == "Microsoft.CostManagementExports")
            .unwrap();
        assert_eq!(registration.state, RegistrationState::Registered);
        let readers: Vec<_> = state
            .role_assignments
            .values()
            .filter(|given| given.role.to_string() == BLOB_READER)
            .collect();
        assert_eq!(readers.len(), 1);
        assert!(readers[0].scope.ends_with("/containers/cost-exports"));
    });
    assert_eq!(runs(lab).len(), 1);
    assert!(runs(lab)[0].request_body.is_null(), "a run has no body");
}

#[test]
fn a_subscription_is_exported() {
    let lab = lab();
    let document = is_connected(connect_subscription(&lab)).json();
    stands(&lab, &format!("/subscriptions/{}", ids::SUBSCRIPTION));
    let export = &document["connection"]["exports"][0];
    assert_eq!(export["name"], EXPORT);
    assert_eq!(export["container"], "cost-exports");
    assert_eq!(export["schedule_ends_at"], "2050-02-01T00:00:00Z");
    let fields = document["handover"]["fields"].as_array().unwrap();
    for (key, value) in [
        ("export_name", EXPORT),
        ("storage_account_name", ACCOUNT),
        ("container", "cost-exports"),
    ] {
        assert!(
            fields
                .iter()
                .any(|field| field["key"] == key && field["value"] == value),
            "{key}: {fields:#?}"
        );
    }
}

#[test]
fn an_enrollment_is_exported() {
    let lab = lab();
    is_connected(connect(&lab, &["--billing-account", ids::ENROLLMENT]));
    stands(&lab, &account(ids::ENROLLMENT));
}

#[test]
fn a_second_run_changes_nothing() {
    let lab = lab();
    is_connected(connect_subscription(&lab));
    let before = lab.log().len();
    let document = is_connected(connect_subscription(&lab)).json();
    let wrote: Vec<String> = writes(&lab, before)
        .iter()
        .filter(|entry| !entry.path.ends_with("/checkNameAvailability"))
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    assert_eq!(wrote, Vec::<String>::new());
    assert!(
        each(&document, "steps", "status")
            .iter()
            .all(|status| *status == "found"),
        "{document:#}"
    );
}

#[test]
fn another_wish_changes_our_own_export_by_its_etag() {
    let lab = lab();
    is_connected(connect_subscription(&lab));
    let before = lab.log().len();
    let subscription = ids::SUBSCRIPTION.to_string();
    let other = [
        "--subscription",
        &subscription,
        "--export-format",
        "csv-gzip",
    ];
    is_connected(connect(&lab, &other));
    let updates: Vec<_> = writes(&lab, before)
        .into_iter()
        .filter(|entry| entry.method == "PUT" && entry.path.contains("/exports/"))
        .collect();
    assert_eq!(updates.len(), 1, "{updates:#?}");
    assert_eq!(updates[0].status, Some(200));
    assert!(updates[0].request_body["eTag"].is_string());
    lab.state(|state| {
        let exports: Vec<_> = state.exports.exports.values().collect();
        assert_eq!(exports.len(), 1);
        assert_eq!(exports[0].properties["compressionMode"], "gzip");
    });
}

#[test]
fn the_plan_shows_every_step_and_writes_nothing() {
    let lab = lab();
    let before = lab.log().len();
    let mut arguments = init(&lab, &["--subscription", &ids::SUBSCRIPTION.to_string()]);
    arguments.push("--plan".to_owned());
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let document = lab.run(&words).exits(0).json();
    let steps = each(&document, "steps", "id");
    for kind in [
        "resource-provider:",
        "resource-group:",
        "storage-account:",
        "container:",
        "export:",
        "first-run:",
        "role:storage-blob-data-reader:",
    ] {
        assert!(
            steps.iter().any(|id| id.starts_with(kind)),
            "{kind}: {steps:?}"
        );
    }
    assert!(document["warnings"].is_array());
    assert!(writes(&lab, before).is_empty());
}

#[test]
fn another_export_of_the_same_costs_is_warned_about() {
    let lab = with(|state| {
        let storage = state.add_storage_account(ids::SUBSCRIPTION, "costs", ACCOUNT);
        let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        let first = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
        state.add_export(&scope, "theirs", &storage, Some(first));
    });
    let mut arguments = init(
        &lab,
        &[
            "--subscription",
            &ids::SUBSCRIPTION.to_string(),
            "--container",
            "exports",
            "--export-dataset",
            "focus",
        ],
    );
    arguments.push("--plan".to_owned());
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let document = lab.run(&words).exits(0).json();
    let warnings = document["warnings"].to_string();
    assert!(warnings.contains("theirs"), "{document:#}");
}
