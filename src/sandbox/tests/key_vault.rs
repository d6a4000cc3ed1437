//! Key Vault: the challenge, who may do what, versions, and deleted secrets that keep their name.

use serde_json::{Value, json};

use super::super::{State, VaultPermission, ids};
use super::client::{ARM, Harness, Reply};

const VAULT: &str = "https://vault.azure.net/.default";

async fn ask(harness: &Harness, method: &str, path: &str, body: Option<Value>) -> Reply {
    let token = harness.operator(VAULT).await;
    harness.ask(method, &url(harness, path), &token, body).await
}

fn url(harness: &Harness, path: &str) -> String {
    let endpoint = &harness.sandbox.endpoints().key_vault;
    format!("{endpoint}/{}/{path}?api-version=7.4", ids::KEY_VAULT)
}

fn inner(reply: &Reply) -> String {
    reply.text("/error/innererror/code")
}

#[tokio::test]
async fn a_request_without_its_token_is_told_where_to_get_one() {
    let harness = Harness::new().await;
    let arm = harness.operator(ARM).await;
    let path = url(&harness, "secrets/a");
    let without = harness.send("GET", &path, &[], None).await.unwrap();
    let others = harness.ask("GET", &path, &arm, None).await;
    for (reply, code) in [(&without, "AKV10000"), (&others, "AKV10022")] {
        assert_eq!(reply.status, 401);
        assert!(reply.text("/error/message").starts_with(code));
        let challenge = reply.headers["www-authenticate"].to_str().unwrap();
        let tenant = format!("/{}\", resource=\"https://vault.azure.net\"", ids::TENANT);
        assert!(challenge.starts_with("Bearer authorization=\"https://"));
        assert!(challenge.ends_with(&tenant), "{challenge}");
    }
}

#[tokio::test]
async fn versions_follow_each_other_and_names_know_no_case() {
    let harness = Harness::new().await;
    let set = |value: &str| Some(json!({"value": value, "tags": {"a": "b"}}));
    let first = ask(&harness, "PUT", "secrets/My-Secret", set("one")).await;
    assert_eq!(
        (first.status, first.text("/value")),
        (200, "one".to_owned())
    );
    ask(&harness, "PUT", "secrets/my-secret", set("two")).await;
    let current = ask(&harness, "GET", "secrets/MY-SECRET", None).await;
    assert_eq!(current.text("/value"), "two");
    assert_eq!(current.text("/tags/a"), "b");
    let version = first.text("/id").rsplit('/').next().unwrap().to_owned();
    let old = ask(
        &harness,
        "GET",
        &format!("secrets/my-secret/{version}"),
        None,
    )
    .await;
    assert_eq!(old.text("/value"), "one");
    let log = format!("{:?}", harness.sandbox.log());
    assert!(
        !log.contains("\"one\"") && !log.contains("\"two\""),
        "{log}"
    );
}

#[tokio::test]
async fn a_deleted_secret_keeps_its_name_until_it_is_recovered_or_purged() {
    let harness = Harness::seeded(|state| {
        let vault = state.key_vaults.get_mut(ids::KEY_VAULT).unwrap();
        let operator = vault.access.get_mut(&ids::OPERATOR_SERVICE_PRINCIPAL);
        operator.unwrap().insert(VaultPermission::Purge);
    })
    .await;
    let value = Some(json!({"value": "one"}));
    ask(&harness, "PUT", "secrets/a", value.clone()).await;
    let deleted = ask(&harness, "DELETE", "secrets/a", None).await;
    assert!(deleted.status == 200 && deleted.body["deletedDate"].is_i64());
    assert!(deleted.body.get("value").is_none());
    for (method, path) in [("GET", "secrets/a"), ("DELETE", "secrets/a")] {
        let gone = ask(&harness, method, path, None).await;
        assert_eq!((gone.status, gone.code()), (404, "SecretNotFound"));
    }
    let refused = ask(&harness, "PUT", "secrets/a", value.clone()).await;
    assert_eq!((refused.status, refused.code()), (409, "Conflict"));
    assert_eq!(inner(&refused), "ObjectIsDeletedButRecoverable");
    let recovered = ask(&harness, "POST", "deletedsecrets/a/recover", None).await;
    assert!(recovered.status == 200 && recovered.body.get("value").is_none());
    assert_eq!(
        ask(&harness, "GET", "secrets/a", None).await.text("/value"),
        "one"
    );
    ask(&harness, "DELETE", "secrets/a", None).await;
    assert_eq!(
        ask(&harness, "DELETE", "deletedsecrets/a", None)
            .await
            .status,
        204
    );
    assert_eq!(
        ask(&harness, "GET", "deletedsecrets/a", None).await.status,
        404
    );
    assert_eq!(ask(&harness, "PUT", "secrets/a", value).await.status, 200);
}

#[tokio::test]
async fn each_refusal_says_which_door_is_shut() {
    let shut = [
        ("ForbiddenByRbac", |state: &mut State| {
            vault(state).access.clear()
        }),
        ("ForbiddenByPolicy", |state: &mut State| {
            vault(state).access.clear();
            vault(state).uses_roles = false;
        }),
        ("ForbiddenByFirewall", |state: &mut State| {
            vault(state).firewall_closed = true;
        }),
    ] as [(&str, fn(&mut State)); 3];
    for (code, change) in shut {
        let harness = Harness::seeded(change).await;
        let reply = ask(&harness, "GET", "secrets/a", None).await;
        assert_eq!((reply.status, reply.code()), (403, "Forbidden"), "{code}");
        assert_eq!(inner(&reply), code);
    }
}

fn vault(state: &mut State) -> &mut super::super::KeyVault {
    state.key_vaults.get_mut(ids::KEY_VAULT).unwrap()
}

#[tokio::test]
async fn what_is_no_request_of_key_vaults_is_refused() {
    let harness = Harness::new().await;
    for (path, body) in [
        ("secrets/a_b", json!({"value": "x"})),
        ("secrets/a", json!({"value": ""})),
        ("secrets/a", json!({"value": "x", "secret": "y"})),
        ("secrets/a", json!({"value": "x", "tags": {"a": 1}})),
    ] {
        let reply = ask(&harness, "PUT", path, Some(body.clone())).await;
        assert_eq!(
            (reply.status, reply.code()),
            (400, "BadParameter"),
            "{body}"
        );
    }
    let token = harness.operator(VAULT).await;
    let bare = url(&harness, "secrets/a").replace("7.4", "1.0");
    assert_eq!(harness.ask("GET", &bare, &token, None).await.status, 400);
    let other = url(&harness, "secrets/a").replace(ids::KEY_VAULT, "nobodys-vault");
    assert_eq!(
        harness.ask("GET", &other, &token, None).await.code(),
        "VaultNotFound"
    );
}
