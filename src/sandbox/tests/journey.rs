//! The whole way, from nothing to a cost figure, and with the delays of a real directory.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::super::{Replication, State, ids};
use super::client::{ARM, GRAPH, Harness, subscription_scope};

#[tokio::test]
async fn from_an_application_to_a_cost_figure() {
    let harness = Harness::new().await;
    let (graph, arm) = (harness.operator(GRAPH).await, harness.operator(ARM).await);

    let body = json!({"displayName": "azconnect", "signInAudience": "AzureADMyOrg", "tags": ["azconnect"]});
    let created = harness
        .upsert(
            "applications(uniqueName='azconnect-1')",
            &graph,
            body.clone(),
        )
        .await;
    assert_eq!(
        (created.status, created.text("/uniqueName").as_str()),
        (201, "azconnect-1")
    );
    let again = harness
        .upsert("applications(uniqueName='azconnect-1')", &graph, body)
        .await;
    assert_eq!(again.status, 204);
    let app_id = created.text("/appId");

    let path = format!("servicePrincipals(appId='{app_id}')");
    let principal = harness.upsert(&path, &graph, json!({})).await;
    assert_eq!(principal.status, 201, "{principal:?}");
    assert_eq!(harness.upsert(&path, &graph, json!({})).await.status, 204);

    let add = format!("applications(appId='{app_id}')/addPassword");
    let body = json!({"passwordCredential": {"displayName": "azconnect", "endDateTime": "2090-01-01T00:00:00Z"}});
    let secret = harness.graph("POST", &add, &graph, Some(body)).await;
    assert_eq!(secret.status, 200, "{secret:?}");

    let scope = subscription_scope();
    let (name, principal) = (Uuid::new_v4(), principal.text("/id"));
    let role = ids::ROLE_COST_MANAGEMENT_READER;
    assert_eq!(
        harness
            .assign(&arm, &scope, name, role, &principal)
            .await
            .status,
        201
    );
    assert_eq!(
        harness
            .assign(&arm, &scope, name, role, &principal)
            .await
            .status,
        200
    );

    let token = harness
        .secret_token(&app_id, &secret.text("/secretText"), ARM)
        .await;
    assert_eq!(token.status, 200, "{token:?}");
    let token = token.text("/access_token");
    let read = harness.arm("GET", &scope, "2022-12-01", &token, None).await;
    assert_eq!(
        (read.status, read.text("/displayName").as_str()),
        (200, "Contoso Production")
    );

    let query = json!({"type": "ActualCost", "timeframe": "MonthToDate", "dataset": {
        "granularity": "Daily", "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}}}});
    let path = format!("{scope}/providers/Microsoft.CostManagement/query");
    let costs = harness
        .arm("POST", &path, "2025-03-01", &token, Some(query))
        .await;
    assert_eq!(costs.status, 200, "{costs:?}");
    assert_eq!(
        costs.body["properties"]["columns"][1],
        json!({"name": "UsageDate", "type": "Number"})
    );
    let rows = costs.body["properties"]["rows"].as_array().unwrap();
    assert!(
        !rows.is_empty()
            && rows
                .iter()
                .all(|row| row[0].as_f64().unwrap() > 0.0 && row[2] == "EUR"),
        "{rows:?}"
    );
    harness.sandbox.shut_down().await;
}

#[tokio::test]
async fn everything_new_takes_its_time() {
    let wait = Duration::from_millis(700);
    let replication = Replication {
        directory: wait,
        password: wait,
        rbac: wait,
        billing: wait,
        ..Replication::none()
    };
    let harness = Harness::with(replication, State::contoso()).await;
    let (graph, arm) = (harness.operator(GRAPH).await, harness.operator(ARM).await);

    let created = harness
        .graph(
            "POST",
            "applications",
            &graph,
            Some(json!({"displayName": "New"})),
        )
        .await;
    let (id, app_id) = (created.text("/id"), created.text("/appId"));
    let early = harness
        .graph("GET", &format!("applications/{id}"), &graph, None)
        .await;
    assert_eq!(
        (early.status, early.code()),
        (404, "Request_ResourceNotFound")
    );
    let early = harness
        .graph(
            "POST",
            "servicePrincipals",
            &graph,
            Some(json!({"appId": app_id})),
        )
        .await;
    assert_eq!((early.status, early.code()), (400, "Request_BadRequest"));
    assert_eq!(
        early.body["error"]["details"][0]["code"],
        "NoBackingApplicationObject"
    );
    assert_eq!(
        harness.secret_token(&app_id, "x", ARM).await.aadsts(),
        700_016
    );
    tokio::time::sleep(wait).await;

    let principal = harness
        .graph(
            "POST",
            "servicePrincipals",
            &graph,
            Some(json!({"appId": app_id})),
        )
        .await;
    assert_eq!(principal.status, 201, "{principal:?}");
    let principal = principal.text("/id");
    assert_eq!(
        harness
            .graph(
                "GET",
                &format!("servicePrincipals/{principal}"),
                &graph,
                None
            )
            .await
            .status,
        404
    );
    let secret = harness
        .graph(
            "POST",
            &format!("applications/{id}/addPassword"),
            &graph,
            Some(json!({})),
        )
        .await;
    assert_eq!(secret.status, 200);

    let scope = subscription_scope();
    let body = json!({"properties": {"principalId": principal,
        "roleDefinitionId": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{}", ids::ROLE_READER)}});
    let path = format!(
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{}",
        Uuid::new_v4()
    );
    let unnamed = harness
        .arm("PUT", &path, "2022-04-01", &arm, Some(body))
        .await;
    assert_eq!((unnamed.status, unnamed.code()), (400, "PrincipalNotFound"));
    let named = harness
        .assign(&arm, &scope, Uuid::new_v4(), ids::ROLE_READER, &principal)
        .await;
    assert_eq!(named.status, 201, "{named:?}");
    let id = named.text("/id");
    assert_eq!(
        harness
            .arm("GET", &id, "2022-04-01", &arm, None)
            .await
            .code(),
        "RoleAssignmentNotFound"
    );

    let secret = secret.text("/secretText");
    assert_eq!(
        harness.secret_token(&app_id, &secret, ARM).await.aadsts(),
        7_000_229
    );
    tokio::time::sleep(wait).await;
    let token = harness.secret_token(&app_id, &secret, ARM).await;
    assert_eq!(token.status, 200, "{token:?}");
    assert_eq!(
        harness
            .arm("GET", &id, "2022-04-01", &arm, None)
            .await
            .status,
        200
    );
    assert_eq!(
        harness
            .arm(
                "GET",
                &scope,
                "2022-12-01",
                &token.text("/access_token"),
                None
            )
            .await
            .status,
        200
    );

    let second = harness
        .graph(
            "POST",
            &format!("applications(appId='{app_id}')/addPassword"),
            &graph,
            Some(json!({})),
        )
        .await;
    let second = second.text("/secretText");
    assert_eq!(
        harness.secret_token(&app_id, &second, ARM).await.aadsts(),
        7_000_215
    );
    tokio::time::sleep(wait).await;
    assert_eq!(
        harness.secret_token(&app_id, &second, ARM).await.status,
        200
    );
}
