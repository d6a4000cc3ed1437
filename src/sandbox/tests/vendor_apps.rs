//! Applications of another directory: who may take them in, by request and by link.

use serde_json::json;
use uuid::Uuid;

use super::super::{DirectoryRole, ids};
use super::client::{GRAPH, Harness};

fn body(app_id: Uuid) -> serde_json::Value {
    json!({"appId": app_id})
}

#[tokio::test]
async fn only_a_multi_tenant_application_is_taken_in_and_only_by_a_manager_of_applications() {
    let single = Uuid::from_u128(5);
    let harness = Harness::seeded(|state| {
        let id = state.add_vendor_application(single, "Not for others");
        let app = state.applications.get_mut(&id).unwrap();
        app.sign_in_audience = "AzureADMyOrg".to_owned();
        let lee = state.user_mut(ids::LEE_NAME).unwrap();
        lee.directory_roles
            .insert(DirectoryRole::ApplicationDeveloper);
    })
    .await;
    let operator = harness.operator(GRAPH).await;
    let lee = harness.person(ids::LEE_NAME, GRAPH).await;
    let post = async |token: &str, app_id: Uuid| {
        harness
            .graph("POST", "servicePrincipals", token, Some(body(app_id)))
            .await
    };
    for unknown in [single, Uuid::from_u128(6)] {
        let refused = post(&operator, unknown).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "Request_BadRequest")
        );
        assert_eq!(
            refused.text("/error/details/0/code"),
            "NoBackingApplicationObject"
        );
    }
    let denied = post(&lee, ids::VENDOR_CLIENT_ID).await;
    assert_eq!(
        (denied.status, denied.code()),
        (403, "Authorization_RequestDenied")
    );
    let made = post(&operator, ids::VENDOR_CLIENT_ID).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.text("/appOwnerOrganizationId"),
        ids::VENDOR_TENANT.to_string()
    );
    assert_eq!(post(&operator, ids::VENDOR_CLIENT_ID).await.status, 409);
    // The application itself is in its own directory, and seen only there.
    let path = format!("applications(appId='{}')", ids::VENDOR_CLIENT_ID);
    assert_eq!(
        harness.graph("GET", &path, &operator, None).await.status,
        404
    );
    let path = format!("servicePrincipals/{}", made.text("/id"));
    assert_eq!(harness.graph("DELETE", &path, &lee, None).await.status, 403);
    assert_eq!(
        harness.graph("DELETE", &path, &operator, None).await.status,
        204
    );
}

#[tokio::test]
async fn an_administrator_consents_by_link_and_nobody_else_does() {
    let harness = Harness::new().await;
    let login = harness.sandbox.endpoints().login.clone();
    let link = |id: Uuid| format!("{login}/{}/adminconsent?client_id={id}", ids::TENANT);
    let taken_in = || {
        harness.sandbox.state(|state| {
            let all = state.service_principals.values();
            all.filter(|found| found.app_id == ids::VENDOR_CLIENT_ID)
                .count()
        })
    };
    let listed = harness
        .send("GET", &link(ids::VENDOR_CLIENT_ID), &[], None)
        .await
        .unwrap();
    assert_eq!(listed.status, 200);
    for (who, id, why) in [
        (ids::LEE_NAME, ids::VENDOR_CLIENT_ID, "AADSTS90094"),
        (ids::AVERY_NAME, Uuid::from_u128(6), "AADSTS700016"),
    ] {
        let error = harness
            .sandbox
            .person(who)
            .consent(&link(id))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
    assert_eq!(taken_in(), 0);
    for _ in 0..2 {
        let avery = harness.sandbox.person(ids::AVERY_NAME);
        avery.consent(&link(ids::VENDOR_CLIENT_ID)).await.unwrap();
        assert_eq!(taken_in(), 1);
    }
}
