//! Who is let in to the blob service, and what the others are told: each refusal by its code.

use std::time::Duration;

use uuid::Uuid;

use super::super::tokens::TokenKeys;
use super::super::{BlobBody, Replication, ids};
use super::blob::{LIST, READER, STORAGE, add, seed};
use super::client::{ARM, GRAPH, Harness, Reply};

const VERSION: (&str, &str) = ("x-ms-version", "2023-11-03");

async fn send(harness: &Harness, method: &str, rest: &str, headers: &[(&str, &str)]) -> Reply {
    let url = format!("{}/{rest}", harness.sandbox.endpoints().blob);
    harness.send(method, &url, headers, None).await.unwrap()
}

async fn with_token(harness: &Harness, rest: &str, token: &str) -> Reply {
    let authorization = format!("Bearer {token}");
    send(
        harness,
        "GET",
        rest,
        &[VERSION, ("authorization", &authorization)],
    )
    .await
}

fn said(reply: &Reply) -> (u16, String) {
    let header = reply.headers.get("x-ms-error-code");
    let code = header.map_or("", |code| code.to_str().unwrap()).to_owned();
    if !code.is_empty() {
        let element = format!("<Code>{code}</Code>");
        assert!(reply.text("").contains(&element), "{reply:?}");
    }
    (reply.status, code)
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn tokens_must_be_for_storage() {
    let harness = Harness::with(Replication::none(), seed()).await;
    for (scope, good) in [
        (STORAGE, true),
        ("https://storage.azure.com//.default", true),
        ("https://ours.blob.core.windows.net/.default", true),
        ("https://theirs.blob.core.windows.net/.default", false),
        (ARM, false),
        (GRAPH, false),
    ] {
        let token = harness.operator(scope).await;
        let reply = with_token(&harness, LIST, &token).await;
        if good {
            assert_eq!(reply.status, 200, "{scope}: {reply:?}");
            continue;
        }
        assert_eq!(
            said(&reply),
            is(401, "InvalidAuthenticationInfo"),
            "{scope}"
        );
        assert!(reply.text("").contains("Audience validation failed."));
        let expected = format!(
            "Bearer authorization_uri={}/{}/oauth2/authorize resource_id=https://storage.azure.com",
            harness.sandbox.endpoints().login,
            ids::TENANT
        );
        assert_eq!(reply.headers["www-authenticate"], expected.as_str());
    }
    let forged = with_token(&harness, LIST, "not.a.token").await;
    assert_eq!(said(&forged), is(401, "InvalidAuthenticationInfo"));
}

#[tokio::test]
async fn tokens_must_be_in_time() {
    let harness = Harness::with(Replication::none(), seed()).await;
    let keys = TokenKeys::of_this_process().unwrap();
    let now = jiff::Timestamp::now().as_second();
    let mut claims = keys.verify(&harness.operator(STORAGE).await).unwrap();
    for (from, until, detail) in [
        (now - 20, now - 10, "The token is expired."),
        (now + 60, now + 90, "The token is not yet valid."),
    ] {
        (claims.nbf, claims.exp) = (from, until);
        let reply = with_token(&harness, LIST, &keys.sign(&claims).unwrap()).await;
        assert_eq!(said(&reply), is(401, "InvalidAuthenticationInfo"));
        assert!(reply.text("").contains(detail), "{reply:?}");
    }
}

#[tokio::test]
async fn people_have_tokens_for_storage_too() {
    let harness = Harness::with(Replication::none(), seed()).await;
    let token = harness.person(ids::LEE_NAME, STORAGE).await;
    let reply = with_token(&harness, LIST, &token).await;
    assert_eq!(said(&reply), is(403, "AuthorizationPermissionMismatch"));
    let container = harness
        .sandbox
        .state(|state| state.add_container("ours", "exports").unwrap());
    harness
        .sandbox
        .state(|state| state.assign_role(ids::LEE, READER, &container));
    assert_eq!(with_token(&harness, LIST, &token).await.status, 200);
}

#[tokio::test]
async fn tokens_of_another_directory_are_refused() {
    let harness = Harness::with(Replication::none(), seed()).await;
    harness
        .sandbox
        .state(|state| state.storage_account_mut("ours").unwrap().tenant = ids::FABRIKAM_TENANT);
    let token = harness.operator(STORAGE).await;
    let reply = with_token(&harness, LIST, &token).await;
    assert_eq!(said(&reply), is(401, "InvalidAuthenticationInfo"));
    let challenge = reply.headers["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.contains(&ids::FABRIKAM_TENANT.to_string()),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_version_that_knows_tokens_is_asked_for() {
    let harness = Harness::with(Replication::none(), seed()).await;
    let authorization = format!("Bearer {}", harness.operator(STORAGE).await);
    let header = ("authorization", authorization.as_str());
    for (version, expected) in [
        ("2017-11-09", is(200, "")),
        ("2017-07-29", is(403, "AuthenticationFailed")),
        ("2999-01-01", is(400, "InvalidHeaderValue")),
        ("newest", is(400, "InvalidHeaderValue")),
    ] {
        let reply = send(&harness, "GET", LIST, &[header, ("x-ms-version", version)]).await;
        assert_eq!(said(&reply), expected, "{version}");
    }
    let without = send(&harness, "GET", LIST, &[header]).await;
    assert_eq!(said(&without), is(403, "AuthenticationFailed"));
}

#[tokio::test]
async fn keys_open_nothing() {
    let harness = Harness::with(Replication::none(), seed()).await;
    let key = ("authorization", "SharedKey ours:AAAA");
    let sas = format!("{LIST}&sv=2023-11-03&sig=AAAA");
    for code in ["AuthenticationFailed", "KeyBasedAuthenticationNotPermitted"] {
        assert_eq!(
            said(&send(&harness, "GET", LIST, &[VERSION, key]).await),
            is(403, code)
        );
        assert_eq!(
            said(&send(&harness, "GET", &sas, &[VERSION]).await),
            is(403, code)
        );
        harness.sandbox.state(|state| {
            state
                .storage_account_mut("ours")
                .unwrap()
                .allow_shared_key_access = false
        });
    }
    let signatures = harness
        .sandbox
        .log()
        .into_iter()
        .flat_map(|entry| entry.query);
    assert!(
        signatures
            .filter(|(name, _)| name == "sig")
            .all(|(_, value)| value == "REDACTED")
    );
}

#[tokio::test]
async fn the_nameless_read_what_is_open_and_nothing_else() {
    let mut state = seed();
    add(&mut state, "a", BlobBody::Filler(3), 60);
    let harness = Harness::with(Replication::none(), state).await;
    let asked = send(&harness, "GET", LIST, &[VERSION]).await;
    assert_eq!(said(&asked), is(401, "NoAuthenticationInformation"));
    assert!(asked.headers.contains_key("www-authenticate"));
    let old = send(&harness, "GET", LIST, &[]).await;
    assert_eq!(said(&old), is(409, "PublicAccessNotPermitted"));
    harness.sandbox.state(|state| {
        let account = state.storage_account_mut("ours").unwrap();
        account.allow_blob_public_access = true;
        account.containers.get_mut("exports").unwrap().public_access = "Blob".to_owned();
    });
    assert_eq!(
        send(&harness, "GET", "ours/exports/a", &[]).await.status,
        200
    );
    assert_eq!(
        said(&send(&harness, "GET", LIST, &[]).await),
        is(404, "ResourceNotFound")
    );
}

#[tokio::test]
async fn a_data_role_counts_down_to_the_container_and_late() {
    let mut state = seed();
    state.add_container("ours", "other");
    let replication = Replication {
        rbac: Duration::from_millis(400),
        ..Replication::none()
    };
    let harness = Harness::with(replication, state).await;
    let (arm, graph) = (harness.operator(ARM).await, harness.operator(GRAPH).await);
    let [_, app_id, principal, secret] = harness.application(&graph, "Subject").await;
    let token = harness
        .secret_token(&app_id, &secret, STORAGE)
        .await
        .text("/access_token");
    let mismatch = is(403, "AuthorizationPermissionMismatch");
    assert_eq!(said(&with_token(&harness, LIST, &token).await), mismatch);
    let container = harness
        .sandbox
        .state(|state| state.add_container("ours", "exports").unwrap());
    let given = harness
        .assign(&arm, &container, Uuid::new_v4(), READER, &principal)
        .await;
    assert_eq!(given.status, 201, "{given:?}");
    assert_eq!(said(&with_token(&harness, LIST, &token).await), mismatch);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(with_token(&harness, LIST, &token).await.status, 200);
    let other = with_token(&harness, &LIST.replace("exports", "other"), &token).await;
    assert_eq!(said(&other), mismatch);
    let absent = with_token(&harness, &LIST.replace("exports", "absent"), &token).await;
    assert_eq!(said(&absent), mismatch);
}

#[tokio::test]
async fn rights_over_the_account_are_none_over_its_data() {
    let mut state = seed();
    state
        .role_assignments
        .retain(|_, found| found.role != READER);
    let harness = Harness::with(Replication::none(), state).await;
    // The operator is Owner of everything.
    let token = harness.operator(STORAGE).await;
    assert_eq!(
        said(&with_token(&harness, LIST, &token).await),
        is(403, "AuthorizationPermissionMismatch")
    );
}

#[tokio::test]
async fn doors_that_are_shut() {
    let harness = Harness::with(Replication::none(), seed()).await;
    let token = harness.operator(STORAGE).await;
    let account = |change: fn(&mut super::super::StorageAccount)| {
        harness
            .sandbox
            .state(|state| change(state.storage_account_mut("ours").unwrap()));
    };
    let list = async || said(&with_token(&harness, LIST, &token).await);
    assert_eq!(list().await, is(200, ""));
    account(|account| account.network.default_action = "Deny".to_owned());
    assert_eq!(list().await, is(403, "AuthorizationFailure"));
    account(|account| account.network.ip_rules = vec!["127.0.0.1".to_owned()]);
    assert_eq!(list().await, is(200, ""));
    account(|account| account.public_network_access = "Disabled".to_owned());
    assert_eq!(list().await, is(403, "AuthorizationFailure"));
    account(|account| account.is_disabled = true);
    assert_eq!(list().await, is(403, "AccountIsDisabled"));
}

#[tokio::test]
async fn what_is_not_there() {
    let mut state = seed();
    let id = state.add_storage_account(ids::SUBSCRIPTION, "costs", "ours2");
    state.add_container("ours2", "going").unwrap();
    state.assign_role(ids::OPERATOR_SERVICE_PRINCIPAL, READER, &id);
    let gone = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(60);
    let container = state
        .storage_account_mut("ours2")
        .unwrap()
        .containers
        .get_mut("going")
        .unwrap();
    container.deleting_until = Some(gone);
    let harness = Harness::with(Replication::none(), state).await;
    let token = harness.operator(STORAGE).await;
    for (rest, expected) in [
        (
            "nobody/exports?restype=container&comp=list",
            is(404, "ResourceNotFound"),
        ),
        (
            "ours2/absent?restype=container&comp=list",
            is(404, "ContainerNotFound"),
        ),
        (
            "ours2/going?restype=container&comp=list",
            is(409, "ContainerBeingDeleted"),
        ),
        ("ours/exports/absent", is(404, "BlobNotFound")),
        (
            "ours/exports?restype=container&comp=nonsense",
            is(400, "InvalidQueryParameterValue"),
        ),
    ] {
        assert_eq!(
            said(&with_token(&harness, rest, &token).await),
            expected,
            "{rest}"
        );
    }
    let authorization = format!("Bearer {token}");
    let write = send(
        &harness,
        "PUT",
        "ours/exports/a",
        &[VERSION, ("authorization", &authorization)],
    )
    .await;
    assert_eq!(said(&write), is(405, "UnsupportedHttpVerb"));
}
