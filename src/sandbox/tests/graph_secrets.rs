//! Secrets and the policies that limit them; lists.

use serde_json::json;

use super::super::ids;
use super::client::{ARM, GRAPH, Harness};

#[tokio::test]
async fn policies_limit_secrets() {
    let harness = Harness::new().await;
    let token = harness.operator(GRAPH).await;
    let [id, ..] = harness.application(&token, "Limited").await;
    let policy = |forbidden: bool, longest: Option<&str>| {
        harness.sandbox.state(|state| {
            let policy = &mut state
                .tenants
                .get_mut(&ids::TENANT)
                .unwrap()
                .app_management_policy;
            policy.is_enabled = true;
            policy.password_addition_forbidden = forbidden;
            policy.password_max_lifetime = longest.map(str::to_owned);
        });
    };
    let add = async |days: i64| {
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        let body = json!({"passwordCredential": {"displayName": "x", "endDateTime": end}});
        harness
            .graph(
                "POST",
                &format!("applications/{id}/addPassword"),
                &token,
                Some(body),
            )
            .await
    };
    policy(false, Some("P90D"));
    let long = add(180).await;
    assert_eq!(
        (long.status, long.code()),
        (400, "CredentialInvalidLifetimeAsPerAppPolicy")
    );
    assert_eq!(
        long.body["error"]["details"][0]["code"],
        "InvalidKeyEndDate"
    );
    assert_eq!(add(89).await.status, 200);
    let shown = harness
        .graph("GET", "policies/defaultAppManagementPolicy", &token, None)
        .await;
    assert_eq!(
        shown.text("/applicationRestrictions/passwordCredentials/0/maxLifetime"),
        "P90D"
    );
    policy(true, None);
    assert_eq!(
        add(1).await.code(),
        "CredentialTypeNotAllowedAsPerAppPolicy"
    );
    assert_eq!(add(-1).await.status, 400, "an end in the past");
}

#[tokio::test]
async fn secrets_are_shown_once_and_removed_by_key_id() {
    let harness = Harness::new().await;
    let token = harness.operator(GRAPH).await;
    let [id, app_id, _, secret] = harness.application(&token, "Secretive").await;
    let shown = harness
        .graph("GET", &format!("applications/{id}"), &token, None)
        .await;
    assert!(shown.body["passwordCredentials"][0]["secretText"].is_null());
    assert_eq!(shown.text("/passwordCredentials/0/hint"), secret[..3]);
    let remove = format!("applications/{id}/removePassword");
    let key_id = shown.text("/passwordCredentials/0/keyId");
    let unknown = json!({"keyId": uuid::Uuid::new_v4()});
    assert_eq!(
        harness
            .graph("POST", &remove, &token, Some(unknown))
            .await
            .status,
        400
    );
    assert_eq!(
        harness
            .graph("POST", &remove, &token, Some(json!({"keyId": key_id})))
            .await
            .status,
        204
    );
    assert_eq!(
        harness.secret_token(&app_id, &secret, ARM).await.aadsts(),
        7_000_215
    );
    let bad = json!({"passwordCredential": {"secretText": "mine"}});
    assert_eq!(
        harness
            .graph(
                "POST",
                &format!("applications/{id}/addPassword"),
                &token,
                Some(bad)
            )
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn lists_are_filtered_selected_and_paged() {
    let harness = Harness::seeded(|state| {
        for number in 0..5 {
            state.add_application(ids::TENANT, &format!("App {number}"));
        }
    })
    .await;
    let token = harness.operator(GRAPH).await;
    let filter = "applications?$filter=displayName%20eq%20%27App%203%27&$select=appId,displayName";
    let found = harness.graph("GET", filter, &token, None).await;
    assert_eq!(found.body["value"].as_array().unwrap().len(), 1);
    assert_eq!(found.body["value"][0].as_object().unwrap().len(), 2);
    let mut url = format!(
        "{}/v1.0/applications?$top=4",
        harness.sandbox.endpoints().graph
    );
    let mut names = Vec::new();
    loop {
        let page = harness.ask("GET", &url, &token, None).await;
        names.extend(
            page.body["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].to_string()),
        );
        match page.body["@odata.nextLink"].as_str() {
            Some(next) => url = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(names.len(), 6, "five and the operator");
}
