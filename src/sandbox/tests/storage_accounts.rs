//! Storage accounts: names, regions, what cannot be changed, and who may do what.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Denied, Replication, State, ids};
use super::client::{ARM, Harness, Reply, subscription_scope};

const VERSION: &str = "2021-08-01";

fn account(group: &str, name: &str) -> String {
    format!(
        "{}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{name}",
        subscription_scope()
    )
}

/// What azconnect would send.
fn body() -> Value {
    json!({
        "location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2",
        "properties": {
            "accessTier": "Hot", "minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": true,
            "allowBlobPublicAccess": false, "allowCrossTenantReplication": false, "allowSharedKeyAccess": false,
            "defaultToOAuthAuthentication": true, "publicNetworkAccess": "Enabled",
            "networkAcls": {"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []},
        },
    })
}

async fn put(harness: &Harness, path: &str, token: &str, body: Value) -> Reply {
    harness.arm("PUT", path, VERSION, token, Some(body)).await
}

#[tokio::test]
async fn a_new_account_is_made_after_the_answer() {
    let replication = Replication {
        resources: Duration::from_millis(400),
        ..Replication::none()
    };
    let harness = Harness::with(replication, State::contoso()).await;
    let token = harness.operator(ARM).await;
    let path = account("data", "contosocosts");
    let begun = put(&harness, &path, &token, body()).await;
    assert_eq!((begun.status, &begun.body), (202, &json!("")));
    let location = begun.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(begun.headers["retry-after"], "1");
    assert_eq!(
        harness.ask("GET", &location, &token, None).await.status,
        202
    );
    let during = harness.arm("GET", &path, VERSION, &token, None).await;
    assert_eq!(during.text("/properties/provisioningState"), "Creating");
    let again = put(&harness, &path, &token, body()).await;
    assert_eq!(again.code(), "StorageAccountOperationInProgress");
    let container = format!("{path}/blobServices/default/containers/exports");
    let early = put(&harness, &container, &token, json!({})).await;
    assert_eq!(early.code(), "StorageAccountIsNotProvisioned");

    tokio::time::sleep(Duration::from_millis(500)).await;
    let made = harness.ask("GET", &location, &token, None).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.text("/properties/provisioningState"), "Succeeded");
    assert_eq!(made.text("/properties/minimumTlsVersion"), "TLS1_2");
    assert_eq!(
        made.body["properties"]["allowSharedKeyAccess"],
        json!(false)
    );
    assert_eq!(
        made.body["properties"]["defaultToOAuthAuthentication"],
        json!(true)
    );
    let blob = &harness.sandbox.endpoints().blob;
    assert_eq!(
        made.text("/properties/primaryEndpoints/blob"),
        format!("{blob}/contosocosts/")
    );
    let again = put(&harness, &path, &token, body()).await;
    assert_eq!(
        (again.status, again.text("/name").as_str()),
        (200, "contosocosts")
    );
    for list in [
        format!(
            "{}/providers/Microsoft.Storage/storageAccounts",
            subscription_scope()
        ),
        account("data", "").trim_end_matches('/').to_owned(),
    ] {
        let listed = harness.arm("GET", &list, VERSION, &token, None).await;
        assert_eq!(listed.text("/value/0/name"), "contosocosts", "{list}");
    }
}

#[tokio::test]
async fn what_an_account_may_not_be() {
    let harness = Harness::new().await;
    let token = harness.operator(ARM).await;
    let changed = |pointer: &str, value: Value| {
        let mut body = body();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(name);
        } else {
            parent.insert(name.to_owned(), value);
        }
        body
    };
    let invalid = "InvalidValuesForRequestParameters";
    let cases = [
        ("/sku", json!(null), invalid),
        ("/sku", json!({"name": "Standard_XYZ"}), invalid),
        ("/sku", json!({"name": "Premium_ZRS"}), invalid),
        ("/kind", json!(null), invalid),
        ("/kind", json!("StorageV3"), invalid),
        ("/location", json!(null), "LocationRequired"),
        (
            "/location",
            json!("atlantis"),
            "LocationNotAvailableForResourceType",
        ),
        ("/nonsense", json!(1), "InvalidRequestContent"),
        ("/properties/nonsense", json!(1), "InvalidRequestContent"),
        ("/properties/minimumTlsVersion", json!("TLS2"), invalid),
        ("/properties/allowSharedKeyAccess", json!("no"), invalid),
        (
            "/properties/networkAcls",
            json!({"bypass": "AzureServices"}),
            invalid,
        ),
        (
            "/properties/networkAcls",
            json!({"defaultAction": "Deny", "bypass": "Everybody"}),
            invalid,
        ),
    ];
    for (pointer, value, code) in cases {
        let reply = put(
            &harness,
            &account("data", "contosocosts"),
            &token,
            changed(pointer, value.clone()),
        )
        .await;
        assert_eq!(
            (reply.status, reply.code()),
            (400, code),
            "{pointer} {value}"
        );
    }
    for name in ["Contoso", "ab", "contoso-costs"] {
        let reply = put(&harness, &account("data", name), &token, body()).await;
        assert_eq!((reply.status, reply.code()), (400, "AccountNameInvalid"));
    }
    let reply = put(
        &harness,
        &account("nowhere", "contosocosts"),
        &token,
        body(),
    )
    .await;
    assert_eq!((reply.status, reply.code()), (404, "ResourceGroupNotFound"));
    let reply = harness
        .arm(
            "PUT",
            &account("data", "contosocosts"),
            "2099-01-01",
            &token,
            Some(body()),
        )
        .await;
    assert_eq!(reply.code(), "NoRegisteredProviderFound");
}

#[tokio::test]
async fn a_name_belongs_to_one_account_in_the_cloud() {
    let harness = Harness::seeded(|state| {
        let other = state.add_subscription("Other");
        state.add_storage_account(other, "costs", "elsewhere");
        state.add_storage_account(ids::SUBSCRIPTION, "costs", "ours");
    })
    .await;
    let token = harness.operator(ARM).await;
    let check = async |name: &str| {
        let path = format!(
            "{}/providers/Microsoft.Storage/checkNameAvailability",
            subscription_scope()
        );
        let body = json!({"name": name, "type": "Microsoft.Storage/storageAccounts"});
        harness
            .arm("POST", &path, VERSION, &token, Some(body))
            .await
    };
    assert_eq!(check("free").await.body, json!({"nameAvailable": true}));
    assert_eq!(check("elsewhere").await.text("/reason"), "AlreadyExists");
    assert_eq!(check("No!").await.text("/reason"), "AccountNameInvalid");
    let taken = put(&harness, &account("data", "elsewhere"), &token, body()).await;
    assert_eq!(
        (taken.status, taken.code()),
        (409, "StorageAccountAlreadyTaken")
    );
    let moved = put(&harness, &account("data", "ours"), &token, body()).await;
    assert_eq!(
        (moved.status, moved.code()),
        (409, "StorageAccountInAnotherResourceGroup")
    );
}

#[tokio::test]
async fn region_kind_and_tier_stay() {
    let harness = Harness::seeded(|state| {
        state.add_storage_account(ids::SUBSCRIPTION, "costs", "ours");
    })
    .await;
    let token = harness.operator(ARM).await;
    let path = account("costs", "ours");
    for (pointer, value, status, code) in [
        (
            "/location",
            json!("northeurope"),
            409,
            "InvalidResourceLocation",
        ),
        (
            "/kind",
            json!("Storage"),
            400,
            "AccountPropertyCannotBeUpdated",
        ),
        (
            "/sku",
            json!({"name": "Premium_LRS"}),
            400,
            "AccountPropertyCannotBeUpdated",
        ),
        (
            "/properties",
            json!({"isHnsEnabled": true}),
            400,
            "AccountPropertyCannotBeUpdated",
        ),
    ] {
        let mut body = body();
        *body.pointer_mut(pointer).unwrap() = value;
        let reply = put(&harness, &path, &token, body).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{pointer}");
    }
    let change = json!({"properties": {"allowSharedKeyAccess": false}, "tags": {"a": "b"}});
    let patched = harness
        .arm("PATCH", &path, VERSION, &token, Some(change))
        .await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(
        patched.body["properties"]["allowSharedKeyAccess"],
        json!(false)
    );
    // What a change does not name stays.
    assert_eq!(patched.text("/properties/minimumTlsVersion"), "TLS1_0");
    assert_eq!(patched.text("/tags/a"), "b");
    let location = json!({"location": "northeurope"});
    assert_eq!(
        harness
            .arm("PATCH", &path, VERSION, &token, Some(location))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn the_provider_comes_first() {
    let harness = Harness::seeded(|state| {
        state.storage.providers.clear();
    })
    .await;
    let token = harness.operator(ARM).await;
    let path = account("data", "contosocosts");
    let missing = put(&harness, &path, &token, body()).await;
    assert_eq!(
        (missing.status, missing.code()),
        (409, "MissingSubscriptionRegistration")
    );
    let register = format!(
        "{}/providers/Microsoft.Storage/register",
        subscription_scope()
    );
    harness
        .arm("POST", &register, "2021-04-01", &token, None)
        .await;
    assert_eq!(put(&harness, &path, &token, body()).await.status, 202);
}

#[tokio::test]
async fn roles_and_policies_decide() {
    let harness = Harness::seeded(|state| {
        state.add_storage_account(ids::SUBSCRIPTION, "costs", "ours");
        state.deny_by_policy("no-keys", &subscription_scope(), Denied::SharedKeyAccess);
    })
    .await;
    let (token, lee) = (
        harness.operator(ARM).await,
        harness.person(ids::LEE_NAME, ARM).await,
    );
    let path = account("costs", "ours");
    assert_eq!(
        harness.arm("GET", &path, VERSION, &lee, None).await.status,
        200
    );
    for (method, action) in [("PUT", "write"), ("PATCH", "write"), ("DELETE", "delete")] {
        let reply = harness
            .arm(method, &path, VERSION, &lee, Some(body()))
            .await;
        assert_eq!((reply.status, reply.code()), (403, "AuthorizationFailed"));
        let named = format!("Microsoft.Storage/storageAccounts/{action}");
        assert!(reply.text("/error/message").contains(&named), "{reply:?}");
    }
    let mut open = body();
    open["properties"]["allowSharedKeyAccess"] = json!(true);
    let denied = put(&harness, &account("costs", "another"), &token, open).await;
    assert_eq!(
        (denied.status, denied.code()),
        (403, "RequestDisallowedByPolicy")
    );
    // Silence is consent to keys, and denied too.
    let mut silent = body();
    silent["properties"]
        .as_object_mut()
        .unwrap()
        .remove("allowSharedKeyAccess");
    assert_eq!(
        put(&harness, &account("costs", "another"), &token, silent)
            .await
            .status,
        403
    );
    assert_eq!(
        put(&harness, &account("costs", "another"), &token, body())
            .await
            .status,
        202
    );
}

#[tokio::test]
async fn what_is_removed_is_gone_with_its_roles() {
    let harness = Harness::seeded(|state| {
        let id = state.add_storage_account(ids::SUBSCRIPTION, "costs", "ours");
        let container = state.add_container("ours", "exports").unwrap();
        state.assign_role(ids::LEE, ids::ROLE_READER, &id);
        state.assign_role(ids::LEE, ids::ROLE_READER, &container);
    })
    .await;
    let token = harness.operator(ARM).await;
    let roles = || harness.sandbox.state(|state| state.role_assignments.len());
    let before = roles();
    for status in [200, 204] {
        let reply = harness
            .arm("DELETE", &account("costs", "ours"), VERSION, &token, None)
            .await;
        assert_eq!(reply.status, status);
    }
    assert_eq!(roles(), before - 2);
    let gone = harness
        .arm("GET", &account("costs", "ours"), VERSION, &token, None)
        .await;
    assert_eq!((gone.status, gone.code()), (404, "ResourceNotFound"));
}
