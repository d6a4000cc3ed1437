//! Resource providers and resource groups: registration takes its time, groups have regions, and who may do what.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Denied, Replication, State, SubscriptionState, ids};
use super::client::{ARM, Harness, Reply, subscription_scope};

const VERSION: &str = "2021-04-01";
const EXPORTS: &str = "Microsoft.CostManagementExports";

async fn ask(
    harness: &Harness,
    method: &str,
    rest: &str,
    token: &str,
    body: Option<Value>,
) -> Reply {
    let path = format!("{}/{rest}", subscription_scope());
    harness.arm(method, &path, VERSION, token, body).await
}

async fn state_of(harness: &Harness, token: &str, namespace: &str) -> String {
    let rest = format!("providers/{namespace}");
    ask(harness, "GET", &rest, token, None)
        .await
        .text("/registrationState")
}

fn slow() -> Replication {
    Replication {
        resources: Duration::from_millis(400),
        ..Replication::none()
    }
}

#[tokio::test]
async fn registering_takes_a_while() {
    let harness = Harness::with(slow(), State::contoso()).await;
    let token = harness.operator(ARM).await;
    assert_eq!(state_of(&harness, &token, EXPORTS).await, "NotRegistered");
    let register = format!("providers/{EXPORTS}/register");
    let reply = ask(&harness, "POST", &register, &token, None).await;
    assert_eq!(
        (reply.status, reply.text("/registrationState").as_str()),
        (200, "Registering")
    );
    assert_eq!(state_of(&harness, &token, EXPORTS).await, "Registering");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(state_of(&harness, &token, EXPORTS).await, "Registered");
    // Once more changes nothing.
    ask(&harness, "POST", &register, &token, None).await;
    assert_eq!(state_of(&harness, &token, EXPORTS).await, "Registered");
    let reply = ask(
        &harness,
        "POST",
        &format!("providers/{EXPORTS}/unregister"),
        &token,
        None,
    )
    .await;
    assert_eq!(reply.text("/registrationState"), "Unregistering");
}

#[tokio::test]
async fn providers_have_their_rules() {
    let harness = Harness::seeded(|state| {
        state.add_storage_account(ids::SUBSCRIPTION, "costs", "contosocosts");
    })
    .await;
    let (token, lee) = (
        harness.operator(ARM).await,
        harness.person(ids::LEE_NAME, ARM).await,
    );
    assert_eq!(
        state_of(&harness, &token, "microsoft.authorization").await,
        "Registered"
    );
    assert_eq!(
        state_of(&harness, &lee, "Microsoft.Storage").await,
        "Registered"
    );
    let all = ask(&harness, "GET", "providers", &lee, None).await;
    assert!(all.body["value"].as_array().unwrap().len() > 5);
    let unknown = ask(&harness, "GET", "providers/Contoso.Nothing", &token, None).await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (404, "InvalidResourceNamespace")
    );
    let reader = ask(
        &harness,
        "POST",
        &format!("providers/{EXPORTS}/register"),
        &lee,
        None,
    )
    .await;
    assert_eq!((reader.status, reader.code()), (403, "AuthorizationFailed"));
    let used = ask(
        &harness,
        "POST",
        "providers/Microsoft.Storage/unregister",
        &token,
        None,
    )
    .await;
    assert_eq!(used.status, 409);
}

#[tokio::test]
async fn a_group_is_made_read_and_removed() {
    let harness = Harness::with(slow(), State::contoso()).await;
    let token = harness.operator(ARM).await;
    let group = "resourcegroups/costs";
    let missing = ask(&harness, "GET", group, &token, None).await;
    assert_eq!(
        (missing.status, missing.code()),
        (404, "ResourceGroupNotFound")
    );
    assert_eq!(ask(&harness, "HEAD", group, &token, None).await.status, 404);
    let body = json!({"location": "West Europe", "tags": {"made-by": "azconnect"}});
    for status in [201, 200] {
        let made = ask(&harness, "PUT", group, &token, Some(body.clone())).await;
        assert_eq!(
            (made.status, made.text("/location").as_str()),
            (status, "westeurope")
        );
        assert_eq!(made.text("/tags/made-by"), "azconnect");
    }
    assert_eq!(ask(&harness, "HEAD", group, &token, None).await.status, 204);
    let all = ask(&harness, "GET", "resourcegroups?$top=2", &token, None).await;
    assert_eq!(all.body["value"].as_array().unwrap().len(), 2);
    assert!(!all.text("/nextLink").is_empty());

    let gone = ask(&harness, "DELETE", group, &token, None).await;
    assert_eq!(gone.status, 202);
    let location = gone.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(
        harness.ask("GET", &location, &token, None).await.status,
        202
    );
    let during = ask(&harness, "PUT", group, &token, Some(body)).await;
    assert_eq!(
        (during.status, during.code()),
        (409, "ResourceGroupBeingDeleted")
    );
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        harness.ask("GET", &location, &token, None).await.status,
        200
    );
    assert_eq!(ask(&harness, "HEAD", group, &token, None).await.status, 404);
}

#[tokio::test]
async fn what_a_group_may_not_be() {
    let harness = Harness::new().await;
    let token = harness.operator(ARM).await;
    let cases = [
        (
            "costs!",
            json!({"location": "westeurope"}),
            400,
            "InvalidResourceGroup",
        ),
        (
            "costs.",
            json!({"location": "westeurope"}),
            400,
            "InvalidResourceGroup",
        ),
        ("costs", json!({}), 400, "LocationRequired"),
        (
            "costs",
            json!({"location": "atlantis"}),
            400,
            "LocationNotAvailableForResourceGroup",
        ),
        (
            "costs",
            json!({"location": "westeurope", "sku": {}}),
            400,
            "InvalidRequestContent",
        ),
        (
            "web",
            json!({"location": "northeurope"}),
            409,
            "InvalidResourceGroupLocation",
        ),
    ];
    for (name, body, status, code) in cases {
        let reply = ask(
            &harness,
            "PUT",
            &format!("resourcegroups/{name}"),
            &token,
            Some(body),
        )
        .await;
        assert_eq!((reply.status, reply.code()), (status, code), "{name}");
    }
    let versions = harness
        .arm(
            "GET",
            &format!("{}/resourcegroups", subscription_scope()),
            "2019-01-01",
            &token,
            None,
        )
        .await;
    assert_eq!(versions.code(), "InvalidApiVersionParameter");
}

#[tokio::test]
async fn who_may_make_a_group() {
    let harness = Harness::seeded(|state| {
        let scope = format!("{}/resourceGroups/web", subscription_scope());
        let id = state.add_user(ids::TENANT, "kim@contoso.com", "Kim");
        state.assign_role(id, ids::ROLE_CONTRIBUTOR, &scope);
    })
    .await;
    let kim = harness.person("kim@contoso.com", ARM).await;
    let listed = ask(&harness, "GET", "resourcegroups", &kim, None).await;
    assert_eq!(
        listed.body["value"].as_array().unwrap().len(),
        1,
        "{listed:?}"
    );
    let body = json!({"location": "westeurope"});
    let own = ask(
        &harness,
        "PUT",
        "resourcegroups/web",
        &kim,
        Some(body.clone()),
    )
    .await;
    assert_eq!(own.status, 200);
    let other = ask(
        &harness,
        "PUT",
        "resourcegroups/costs",
        &kim,
        Some(body.clone()),
    )
    .await;
    assert_eq!((other.status, other.code()), (403, "AuthorizationFailed"));

    harness.sandbox.state(|state| {
        state
            .subscriptions
            .get_mut(&ids::SUBSCRIPTION)
            .unwrap()
            .state = SubscriptionState::Disabled;
    });
    let disabled = ask(&harness, "PUT", "resourcegroups/web", &kim, Some(body)).await;
    assert_eq!(disabled.code(), "ReadOnlyDisabledSubscription");
}

#[tokio::test]
async fn a_policy_may_deny_a_region() {
    let harness = Harness::seeded(|state| {
        let allowed = vec!["germanywestcentral".to_owned()];
        state.deny_by_policy(
            "regions",
            &subscription_scope(),
            Denied::OtherLocations(allowed),
        );
    })
    .await;
    let token = harness.operator(ARM).await;
    let put = async |location: &str| {
        let body = json!({"location": location});
        ask(&harness, "PUT", "resourcegroups/costs", &token, Some(body)).await
    };
    let denied = put("westeurope").await;
    assert_eq!(
        (denied.status, denied.code()),
        (403, "RequestDisallowedByPolicy")
    );
    assert_eq!(put("germanywestcentral").await.status, 201);
}

#[tokio::test]
async fn a_role_can_be_given_at_nothing_that_does_not_exist() {
    let harness = Harness::seeded(|state| {
        state.add_storage_account(ids::SUBSCRIPTION, "costs", "contosocosts");
    })
    .await;
    let token = harness.operator(ARM).await;
    let role = ids::ROLE_READER;
    let principal = ids::OPERATOR_SERVICE_PRINCIPAL.to_string();
    let group = format!("{}/resourceGroups", subscription_scope());
    let account = format!("{group}/costs/providers/Microsoft.Storage/storageAccounts");
    let cases = [
        (format!("{group}/nowhere"), 404, "ResourceGroupNotFound"),
        (format!("{account}/nobodys"), 404, "ResourceNotFound"),
        (
            format!("{account}/nobodys/blobServices/default/containers/c"),
            404,
            "ResourceNotFound",
        ),
        (
            format!("{group}/costs/providers/Microsoft.Compute/disks/d"),
            404,
            "ResourceNotFound",
        ),
        (format!("{group}/costs"), 201, ""),
        (format!("{account}/contosocosts"), 201, ""),
        // ARM keeps no track of containers.
        (
            format!("{account}/contosocosts/blobServices/default/containers/c"),
            201,
            "",
        ),
    ];
    for (scope, status, code) in cases {
        let reply = harness
            .assign(&token, &scope, Uuid::new_v4(), role, &principal)
            .await;
        assert_eq!(
            (reply.status, reply.code()),
            (status, code),
            "{scope}: {reply:?}"
        );
    }
}
