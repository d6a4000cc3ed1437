//! The state file, the cloud file, the ports.

use std::fs;

use serde_json::{Value, json};

use super::super::{Options, Replication, SandboxError, State, ids, start};
use super::client::{ARM, GRAPH, Harness};

#[tokio::test]
async fn what_was_answered_is_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let options = || Options {
        state_file: Some(path.clone()),
        replication: Replication::none(),
        ..Options::default()
    };
    let harness = Harness::started(options()).await;
    let token = harness.operator(GRAPH).await;
    let [id, app_id, _, secret] = harness.application(&token, "Kept").await;
    // Read as it is at this moment: nothing was shut down, as if the process had been killed here.
    let saved: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(saved["version"], 1);
    assert_eq!(saved["applications"][&id]["display_name"], "Kept");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no key and no temporary file"
    );

    let second = Harness::started(options()).await;
    assert_eq!(second.secret_token(&app_id, &secret, ARM).await.status, 200);
    second.sandbox.state(|state| state.applications.clear());
    let saved: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(saved["applications"], json!({}));
}

#[tokio::test]
async fn a_change_that_cannot_be_saved_is_not_answered_as_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inner/state.json");
    let options = Options {
        state_file: Some(path.clone()),
        ..Options::default()
    };
    let harness = Harness::started(options).await;
    let token = harness.operator(GRAPH).await;
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path.parent().unwrap(), "a file where the folder was").unwrap();
    let reply = harness
        .graph(
            "POST",
            "applications",
            &token,
            Some(json!({"displayName": "Lost"})),
        )
        .await;
    assert_eq!((reply.status, reply.code()), (500, "SandboxFailure"));
}

#[tokio::test]
async fn the_cloud_file_leads_to_the_sandbox() {
    let harness = Harness::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = harness.sandbox.write_cloud_file(folder.path()).unwrap();
    let cloud: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let endpoints = harness.sandbox.endpoints();
    assert_eq!(cloud["name"].as_str(), Some("sandbox"));
    assert_eq!(cloud["login"].as_str(), Some(endpoints.login.as_str()));
    assert_eq!(
        cloud["blob"].as_str(),
        Some(format!("{}/{{account}}", endpoints.blob).as_str())
    );
    let ca = folder.path().join(cloud["ca_file"].as_str().unwrap());
    assert_eq!(fs::read_to_string(ca).unwrap(), harness.sandbox.ca_pem());
    // Where Partner Center is, a token is wanted; where blobs are, nothing is found.
    for (url, status) in [(&endpoints.partner_center, 401), (&endpoints.blob, 404)] {
        let url = format!("{url}/v1/customers");
        let reply = harness.send("GET", &url, &[], None).await.unwrap();
        assert_eq!(reply.status, status, "{url}");
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = start(Options {
        first_port: Some(port),
        ..Options::default()
    })
    .await
    .expect_err("taken");
    assert!(
        matches!(&error, SandboxError::Io { .. }) && error.to_string().contains(&port.to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn requests_are_appended_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.jsonl");
    let harness = Harness::started(Options {
        request_log: Some(path.clone()),
        ..Options::default()
    })
    .await;
    harness.operator(ARM).await;
    let text = fs::read_to_string(path).unwrap();
    let entry: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&entry["number"], &entry["service"], &entry["status"]),
        (&json!(1), &json!("login"), &json!(200))
    );
    assert_eq!(
        entry["request_body"]["client_id"],
        json!(ids::OPERATOR_CLIENT_ID)
    );
}

#[test]
fn the_sample_state_survives_json() {
    let state = State::contoso();
    let text = serde_json::to_string_pretty(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
}
