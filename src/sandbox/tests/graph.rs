//! Microsoft Graph: who may, what is refused, what replicates and what comes back.

use serde_json::json;

use super::super::{DirectoryRole, ids};
use super::client::{ARM, GRAPH, Harness};

#[tokio::test]
async fn tokens_are_checked() {
    let harness = Harness::new().await;
    let url = format!("{}/v1.0/organization", harness.sandbox.endpoints().graph);
    let none = harness.send("GET", &url, &[], None).await.unwrap();
    assert_eq!(
        (none.status, none.code()),
        (401, "InvalidAuthenticationToken")
    );
    assert!(
        none.headers.contains_key("www-authenticate") && none.headers.contains_key("request-id")
    );
    assert!(none.body["error"]["innerError"]["request-id"].is_string());
    let wrong = harness
        .ask("GET", &url, &harness.operator(ARM).await, None)
        .await;
    assert_eq!(
        wrong.text("/error/message"),
        "Access token validation failure. Invalid audience."
    );
    assert_eq!(harness.ask("GET", &url, "rubbish", None).await.status, 401);
    assert_eq!(
        harness
            .ask("GET", &url, &harness.operator(GRAPH).await, None)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn paths_and_verbs_are_checked() {
    let harness = Harness::new().await;
    let token = harness.operator(GRAPH).await;
    let unknown = harness.graph("GET", "aplications", &token, None).await;
    assert_eq!(unknown.status, 400);
    assert_eq!(
        unknown.text("/error/message"),
        "Resource not found for the segment 'aplications'."
    );
    assert_eq!(
        harness
            .graph("PUT", "applications", &token, Some(json!({})))
            .await
            .status,
        405
    );
    assert_eq!(
        harness
            .graph("GET", "applications?$expand=owners", &token, None)
            .await
            .code(),
        "Request_BadRequest"
    );
    assert_eq!(
        harness
            .graph("GET", "applications?$select=name", &token, None)
            .await
            .code(),
        "BadRequest"
    );
    let filter = "applications?$filter=notes%20eq%20%27x%27";
    assert_eq!(
        harness.graph("GET", filter, &token, None).await.code(),
        "Request_UnsupportedQuery"
    );
    assert_eq!(
        harness.graph("GET", "me", &token, None).await.status,
        400,
        "applications have no /me"
    );
}

#[tokio::test]
async fn roles_owners_and_the_directorys_switch_decide() {
    let harness = Harness::new().await;
    let (avery, lee) = (
        harness.person(ids::AVERY_NAME, GRAPH).await,
        harness.person(ids::LEE_NAME, GRAPH).await,
    );
    let body = || Some(json!({"displayName": "Lee's"}));
    let own = harness.graph("POST", "applications", &lee, body()).await;
    assert_eq!(own.status, 201, "users may, by default");
    let path = format!("applications/{}", own.text("/id"));
    assert_eq!(
        harness.graph("PATCH", &path, &lee, body()).await.status,
        204,
        "the creator owns it"
    );
    let principal = json!({"appId": own.text("/appId")});
    assert_eq!(
        harness
            .graph("POST", "servicePrincipals", &lee, Some(principal.clone()))
            .await
            .status,
        403
    );
    assert_eq!(
        harness
            .graph("POST", "servicePrincipals", &avery, Some(principal))
            .await
            .status,
        201
    );

    let other = harness
        .graph(
            "POST",
            "applications",
            &avery,
            Some(json!({"displayName": "Avery's"})),
        )
        .await;
    let path = format!("applications/{}", other.text("/id"));
    for (method, path) in [
        ("PATCH", path.clone()),
        ("POST", format!("{path}/addPassword")),
    ] {
        let refused = harness.graph(method, &path, &lee, Some(json!({}))).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "Authorization_RequestDenied"),
            "{method} {path}"
        );
    }
    assert_eq!(harness.graph("DELETE", &path, &lee, None).await.status, 403);

    harness.sandbox.state(|state| {
        state
            .tenants
            .get_mut(&ids::TENANT)
            .unwrap()
            .allowed_to_create_apps = false
    });
    assert_eq!(
        harness
            .graph("POST", "applications", &lee, body())
            .await
            .status,
        403
    );
    let policy = harness
        .graph("GET", "policies/authorizationPolicy", &lee, None)
        .await;
    assert_eq!(
        policy.body["defaultUserRolePermissions"]["allowedToCreateApps"],
        false
    );
    harness.sandbox.state(|state| {
        let lee = state.user_mut(ids::LEE_NAME).unwrap();
        lee.directory_roles
            .insert(DirectoryRole::ApplicationDeveloper);
    });
    assert_eq!(
        harness
            .graph("POST", "applications", &lee, body())
            .await
            .status,
        201,
        "Application Developer"
    );
}

#[tokio::test]
async fn a_guest_is_a_guest() {
    let harness = Harness::new().await;
    let token = harness.person("riley@fabrikam.com", GRAPH).await;
    let me = harness.graph("GET", "me", &token, None).await;
    assert_eq!(me.text("/userPrincipalName"), ids::RILEY_NAME);
    assert!(me.body.get("userType").is_none(), "only with $select");
    let me = harness
        .graph("GET", "me?$select=id,userType", &token, None)
        .await;
    assert_eq!(me.text("/userType"), "Guest");
    assert_eq!(
        harness
            .graph("GET", &format!("users/{}", ids::AVERY), &token, None)
            .await
            .status,
        403
    );
    let policy = harness
        .graph("GET", "policies/defaultAppManagementPolicy", &token, None)
        .await;
    assert_eq!(policy.status, 403);
    let avery = harness.person(ids::AVERY_NAME, GRAPH).await;
    let roles = harness
        .graph(
            "GET",
            "me/transitiveMemberOf/microsoft.graph.directoryRole",
            &avery,
            None,
        )
        .await;
    assert_eq!(roles.text("/value/0/displayName"), "Global Administrator");
}

#[tokio::test]
async fn an_upsert_needs_its_header_and_its_name() {
    let harness = Harness::new().await;
    let token = harness.operator(GRAPH).await;
    let path = "applications(uniqueName='one')";
    let body = json!({"displayName": "One"});
    assert_eq!(
        harness
            .graph("PATCH", path, &token, Some(body.clone()))
            .await
            .status,
        404,
        "without Prefer"
    );
    let nameless = harness.upsert(path, &token, json!({})).await;
    assert_eq!(
        (nameless.status, nameless.code()),
        (400, "Request_BadRequest")
    );
    let created = harness.upsert(path, &token, body.clone()).await;
    assert_eq!(created.status, 201);
    let secret = json!({"displayName": "One", "passwordCredentials": [{"displayName": "x"}]});
    assert_eq!(
        harness
            .upsert("applications(uniqueName='two')", &token, secret)
            .await
            .status,
        400
    );
    assert_eq!(
        harness.graph("GET", path, &token, None).await.text("/id"),
        created.text("/id")
    );

    let by_id = format!("applications/{}", created.text("/id"));
    assert_eq!(
        harness.graph("DELETE", &by_id, &token, None).await.status,
        204
    );
    let held = harness.upsert(path, &token, body).await;
    assert_eq!(
        (
            held.status,
            held.body["error"]["details"][0]["code"].as_str()
        ),
        (400, Some("ObjectConflict"))
    );
}

#[tokio::test]
async fn a_deleted_application_can_be_restored_without_its_principal() {
    let harness = Harness::new().await;
    let (token, arm) = (harness.operator(GRAPH).await, harness.operator(ARM).await);
    let [id, app_id, principal, _] = harness.application(&token, "Short-lived").await;
    let scope = super::client::subscription_scope();
    let assigned = harness
        .assign(
            &arm,
            &scope,
            uuid::Uuid::new_v4(),
            ids::ROLE_READER,
            &principal,
        )
        .await;
    assert_eq!(
        harness
            .graph("DELETE", &format!("applications/{id}"), &token, None)
            .await
            .status,
        204
    );
    assert_eq!(
        harness
            .graph("GET", &format!("applications/{id}"), &token, None)
            .await
            .status,
        404
    );
    let path = format!("servicePrincipals(appId='{app_id}')");
    assert_eq!(harness.graph("GET", &path, &token, None).await.status, 404);
    let orphan = harness
        .arm("GET", &assigned.text("/id"), "2022-04-01", &arm, None)
        .await;
    assert_eq!(orphan.status, 200, "role assignments stay behind");

    let list = harness
        .graph(
            "GET",
            "directory/deletedItems/microsoft.graph.application",
            &token,
            None,
        )
        .await;
    assert_eq!(list.text("/value/0/id"), id);
    let item = format!("directory/deletedItems/{id}");
    assert_eq!(
        harness
            .graph("POST", &format!("{item}/restore"), &token, Some(json!({})))
            .await
            .status,
        200
    );
    assert_eq!(
        harness
            .graph("GET", &format!("applications/{id}"), &token, None)
            .await
            .status,
        200
    );
    assert_eq!(
        harness.graph("DELETE", &item, &token, None).await.status,
        404,
        "no longer deleted"
    );
    harness
        .graph("DELETE", &format!("applications/{id}"), &token, None)
        .await;
    assert_eq!(
        harness.graph("DELETE", &item, &token, None).await.status,
        204
    );
    assert_eq!(harness.graph("GET", &item, &token, None).await.status, 404);
}
