//! The tree of management groups, and elevated access.

use serde_json::json;

use super::super::ids;
use super::client::{ARM, Harness};

fn root() -> String {
    format!(
        "/providers/Microsoft.Management/managementGroups/{}",
        ids::TENANT
    )
}

#[tokio::test]
async fn the_tree_of_management_groups() {
    let harness = Harness::seeded(|state| {
        state.add_management_group(
            ids::TENANT,
            "platform",
            "Platform",
            &ids::TENANT.to_string(),
        );
        let id = state.add_subscription("Inside");
        state.subscriptions.get_mut(&id).unwrap().parent = "platform".to_owned();
    })
    .await;
    let (token, lee) = (
        harness.operator(ARM).await,
        harness.person(ids::LEE_NAME, ARM).await,
    );
    let version = "2021-04-01";
    let base = "/providers/Microsoft.Management/managementGroups";
    assert_eq!(
        harness.arm("GET", base, version, &token, None).await.body["value"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        harness.arm("GET", base, version, &lee, None).await.body["value"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let tree = harness
        .arm(
            "GET",
            &format!("{}?$expand=children&$recurse=true", root()),
            version,
            &token,
            None,
        )
        .await;
    assert_eq!(
        tree.text("/properties/children/0/children/0/displayName"),
        "Inside"
    );
    let flat = harness
        .arm(
            "GET",
            &format!("{}/descendants", root()),
            version,
            &token,
            None,
        )
        .await;
    assert_eq!(flat.body["value"].as_array().unwrap().len(), 3);
    let entities = harness
        .arm(
            "POST",
            "/providers/Microsoft.Management/getEntities",
            version,
            &token,
            None,
        )
        .await;
    assert_eq!(entities.body["count"], 4);
    assert_eq!(
        harness
            .arm("GET", &format!("{base}/platform"), version, &lee, None)
            .await
            .status,
        403
    );
    assert_eq!(
        harness
            .arm("GET", &format!("{base}/nowhere"), version, &token, None)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_global_administrator_can_elevate() {
    let harness = Harness::seeded(|state| {
        state
            .role_assignments
            .retain(|_, found| found.principal != ids::AVERY)
    })
    .await;
    let (avery, lee) = (
        harness.person(ids::AVERY_NAME, ARM).await,
        harness.person(ids::LEE_NAME, ARM).await,
    );
    let list = async || {
        harness
            .arm("GET", "/subscriptions", "2022-12-01", &avery, None)
            .await
    };
    assert_eq!(list().await.body["value"], json!([]));
    let path = "/providers/Microsoft.Authorization/elevateAccess";
    assert_eq!(
        harness
            .arm("POST", path, "2016-07-01", &lee, None)
            .await
            .status,
        403
    );
    assert_eq!(
        harness
            .arm("POST", path, "2016-07-01", &avery, None)
            .await
            .status,
        200
    );
    assert_eq!(list().await.body["value"].as_array().unwrap().len(), 1);
}
