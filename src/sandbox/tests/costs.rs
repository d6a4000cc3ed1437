//! Cost queries: rights, empty answers, quota.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{CostProfile, ids};
use super::client::{ARM, GRAPH, Harness, Reply, subscription_scope};

fn monthly() -> Value {
    json!({"type": "ActualCost", "timeframe": "TheLastMonth", "dataset": {
        "granularity": "None", "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}}}})
}

async fn query(harness: &Harness, token: &str, scope: &str, body: Value) -> Reply {
    let path = format!("{scope}/providers/Microsoft.CostManagement/query");
    harness
        .arm("POST", &path, "2025-03-01", token, Some(body))
        .await
}

#[tokio::test]
async fn roles_decide_who_sees_costs() {
    let harness = Harness::new().await;
    let (arm, graph) = (harness.operator(ARM).await, harness.operator(GRAPH).await);
    let [_, app_id, principal, secret] = harness.application(&graph, "Subject").await;
    let token = harness
        .secret_token(&app_id, &secret, ARM)
        .await
        .text("/access_token");
    let scope = subscription_scope();
    let none = query(&harness, &token, &scope, monthly()).await;
    assert_eq!((none.status, none.code()), (403, "AuthorizationFailed"));
    let blob_reader = uuid::uuid!("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
    harness
        .assign(&arm, &scope, Uuid::new_v4(), blob_reader, &principal)
        .await;
    let other = query(&harness, &token, &scope, monthly()).await;
    assert_eq!((other.status, other.code()), (401, "RBACAccessDenied"));
    harness
        .assign(&arm, &scope, Uuid::new_v4(), ids::ROLE_READER, &principal)
        .await;
    let reader = query(&harness, &token, &scope, monthly()).await;
    assert_eq!(reader.status, 200, "{reader:?}");
    assert_eq!(
        reader.body["properties"]["rows"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn parts_add_up_to_the_whole() {
    let harness = Harness::new().await;
    let token = harness.operator(ARM).await;
    let total = |reply: &Reply| -> f64 {
        reply.body["properties"]["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row[0].as_f64().unwrap())
            .sum()
    };
    let whole = total(&query(&harness, &token, &subscription_scope(), monthly()).await);
    let mut by_service = monthly();
    by_service["dataset"]["granularity"] = json!("Daily");
    by_service["dataset"]["grouping"] = json!([{"type": "Dimension", "name": "ServiceName"}]);
    let parts = query(&harness, &token, &subscription_scope(), by_service).await;
    assert_eq!(
        parts.body["properties"]["columns"][2]["name"],
        "ServiceName"
    );
    assert!(
        (total(&parts) - whole).abs() < 0.01 && whole > 1000.0,
        "{whole}"
    );
    let mut groups = 0.0;
    for name in ["web", "data", "operations"] {
        let scope = format!("{}/resourceGroups/{name}", subscription_scope());
        groups += total(&query(&harness, &token, &scope, monthly()).await);
    }
    assert!((groups - whole).abs() < 0.01);
    let root = format!(
        "/providers/Microsoft.Management/managementGroups/{}",
        ids::TENANT
    );
    assert!((total(&query(&harness, &token, &root, monthly()).await) - whole).abs() < 0.01);
}

#[tokio::test]
async fn a_subscription_may_have_no_rows_or_no_content() {
    let harness = Harness::new().await;
    let token = harness.operator(ARM).await;
    let profile = |costs: CostProfile| {
        harness.sandbox.state(|state| {
            state
                .subscriptions
                .get_mut(&ids::SUBSCRIPTION)
                .unwrap()
                .costs = costs
        });
    };
    profile(CostProfile::NoRows);
    let empty = query(&harness, &token, &subscription_scope(), monthly()).await;
    assert_eq!(
        (empty.status, &empty.body["properties"]["rows"]),
        (200, &json!([]))
    );
    profile(CostProfile::NoContent);
    assert_eq!(
        query(&harness, &token, &subscription_scope(), monthly())
            .await
            .status,
        204
    );
    let bad = query(
        &harness,
        &token,
        &subscription_scope(),
        json!({"type": "Usage"}),
    )
    .await;
    assert_eq!((bad.status, bad.code()), (400, "BadRequest"));
}

#[tokio::test]
async fn the_thirteenth_query_in_ten_seconds_has_to_wait() {
    let harness = Harness::new().await;
    let token = harness.operator(ARM).await;
    for _ in 0..12 {
        assert_eq!(
            query(&harness, &token, &subscription_scope(), monthly())
                .await
                .status,
            200
        );
    }
    let refused = query(&harness, &token, &subscription_scope(), monthly()).await;
    assert_eq!((refused.status, refused.code()), (429, "429"));
    let wait = refused.headers["x-ms-ratelimit-microsoft.costmanagement-entity-retry-after"]
        .to_str()
        .unwrap();
    assert!((1..=11).contains(&wait.parse::<i64>().unwrap()), "{wait}");
    let other = format!("{}/resourceGroups/web", subscription_scope());
    let refused = query(&harness, &token, &other, monthly()).await;
    assert_eq!(refused.status, 429, "another scope, of the same directory");
    assert!(
        refused
            .headers
            .contains_key("x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after")
    );
}
