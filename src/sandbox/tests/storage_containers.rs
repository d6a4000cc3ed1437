//! Containers by way of ARM.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Replication, State, ids};
use super::client::{ARM, Harness, Reply, subscription_scope};

fn containers() -> String {
    format!(
        "{}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/ours/blobServices/default/containers",
        subscription_scope()
    )
}

async fn ask(
    harness: &Harness,
    method: &str,
    name: &str,
    token: &str,
    body: Option<Value>,
) -> Reply {
    let path = format!("{}/{name}", containers());
    harness.arm(method, &path, "2021-08-01", token, body).await
}

fn seed() -> State {
    let mut state = State::contoso();
    state.add_storage_account(ids::SUBSCRIPTION, "costs", "ours");
    state
}

#[tokio::test]
async fn a_container_is_made_read_and_removed() {
    let replication = Replication {
        resources: Duration::from_millis(400),
        ..Replication::none()
    };
    let harness = Harness::with(replication, seed()).await;
    let token = harness.operator(ARM).await;
    let missing = ask(&harness, "GET", "exports", &token, None).await;
    assert_eq!((missing.status, missing.code()), (404, "ContainerNotFound"));
    let body = json!({"properties": {"publicAccess": "None"}});
    for status in [201, 200] {
        let made = ask(&harness, "PUT", "exports", &token, Some(body.clone())).await;
        assert_eq!(
            (made.status, made.text("/name").as_str()),
            (status, "exports")
        );
    }
    let read = ask(&harness, "GET", "exports", &token, None).await;
    assert_eq!(read.text("/properties/publicAccess"), "None");
    assert!(read.text("/etag").starts_with("\"0x8D"));
    let list = harness
        .arm("GET", &containers(), "2021-08-01", &token, None)
        .await;
    assert_eq!(list.text("/value/0/name"), "exports");

    assert_eq!(
        ask(&harness, "DELETE", "exports", &token, None)
            .await
            .status,
        200
    );
    assert_eq!(
        ask(&harness, "DELETE", "exports", &token, None)
            .await
            .status,
        204
    );
    let during = ask(&harness, "PUT", "exports", &token, Some(body.clone())).await;
    assert_eq!(
        (during.status, during.code()),
        (409, "ContainerBeingDeleted")
    );
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        ask(&harness, "PUT", "exports", &token, Some(body))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn what_a_container_may_not_be() {
    let harness = Harness::with(Replication::none(), seed()).await;
    let (token, lee) = (
        harness.operator(ARM).await,
        harness.person(ids::LEE_NAME, ARM).await,
    );
    let open = json!({"properties": {"publicAccess": "Blob"}});
    for (name, body, status, code) in [
        ("Exports", json!({}), 400, "InvalidResourceName"),
        ("exports", open, 409, "PublicAccessNotPermitted"),
        (
            "exports",
            json!({"properties": {"publicAccess": "Everybody"}}),
            400,
            "InvalidValuesForRequestParameters",
        ),
        (
            "exports",
            json!({"properties": {"nonsense": 1}}),
            400,
            "InvalidRequestContent",
        ),
    ] {
        let reply = ask(&harness, "PUT", name, &token, Some(body)).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{name}");
    }
    let reader = ask(&harness, "PUT", "exports", &lee, Some(json!({}))).await;
    assert_eq!((reader.status, reader.code()), (403, "AuthorizationFailed"));
    harness
        .sandbox
        .state(|state| state.storage_account_mut("ours").unwrap().is_disabled = true);
    let disabled = ask(&harness, "PUT", "exports", &token, Some(json!({}))).await;
    assert_eq!(disabled.code(), "AccountIsDisabled");
    harness
        .sandbox
        .state(|state| state.storage.accounts.clear());
    let missing = ask(&harness, "PUT", "exports", &token, Some(json!({}))).await;
    assert_eq!((missing.status, missing.code()), (404, "ResourceNotFound"));
}
