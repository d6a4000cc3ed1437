//! Roles at an Enterprise Agreement: PUT with a wrapper, by an Enterprise Administrator.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Replication, State, ids};
use super::billing::{PREVIEW, STABLE, account, get, harness, subject};
use super::client::{ARM, GRAPH, Harness, Reply};

pub(super) fn role_body(scope: &str, role: Uuid, principal: &str) -> Value {
    json!({"properties": {
        "principalId": principal, "principalTenantId": ids::TENANT,
        "roleDefinitionId": format!("{scope}/billingRoleDefinitions/{role}"),
    }})
}

pub(super) async fn put(
    harness: &Harness,
    token: &str,
    scope: &str,
    name: &str,
    body: Value,
) -> Reply {
    let path = format!("{scope}/billingRoleAssignments/{name}");
    harness.arm("PUT", &path, PREVIEW, token, Some(body)).await
}

pub(super) fn new_name() -> String {
    Uuid::new_v4().to_string()
}

pub(super) const READER: Uuid = ids::BILLING_ROLE_ENROLLMENT_READER;

#[tokio::test]
async fn a_role_is_given_listed_used_and_taken_away() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, token] = subject(&harness).await;
    let scope = account(ids::ENROLLMENT);
    assert_eq!(get(&harness, &token, &scope).await.status, 403);
    let name = new_name();
    let body = role_body(&scope, READER, &principal);
    let made = put(&harness, &avery, &scope, &name, body.clone()).await;
    assert_eq!(
        (made.status, made.text("/name")),
        (200, name.clone()),
        "{made:?}"
    );
    assert_eq!(made.text("/properties/principalType"), "ServicePrincipal");
    assert_eq!(
        made.text("/properties/createdByPrincipalId"),
        ids::AVERY.to_string()
    );
    let again = put(&harness, &avery, &scope, &name, body).await;
    assert_eq!((again.status, &again.body), (200, &made.body), "repeatable");
    let path = format!("{scope}/billingRoleAssignments/{name}");
    assert_eq!(get(&harness, &avery, &path).await.body, made.body);
    assert_eq!(
        get(&harness, &token, &scope).await.status,
        200,
        "the reader reads"
    );
    let filter = format!("{scope}/billingRoleAssignments?filter=principalId%20eq%20'{principal}'");
    let list = get(&harness, &token, &filter).await;
    assert_eq!(list.body["value"], json!([made.body]));
    let by_reader = harness.arm("DELETE", &path, PREVIEW, &token, None).await;
    assert_eq!((by_reader.status, by_reader.body), (403, json!("")));
    for status in [200, 204] {
        assert_eq!(
            harness
                .arm("DELETE", &path, PREVIEW, &avery, None)
                .await
                .status,
            status
        );
    }
    assert_eq!(get(&harness, &token, &scope).await.status, 403);
    assert_eq!(get(&harness, &avery, &path).await.status, 404);
}

#[tokio::test]
async fn only_an_enrollment_writer_may_and_others_hear_nothing() {
    let harness = harness(|state| {
        state.add_enrollment("77770001", "Without Avery");
        state.assign_billing_role(ids::LEE, READER, &account(ids::ENROLLMENT));
    })
    .await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    // A Global Administrator is nobody to an enrollment, and a read-only administrator may not give roles.
    for (token, scope) in [
        (&avery, account("77770001")),
        (&lee, account(ids::ENROLLMENT)),
    ] {
        let refused = put(
            &harness,
            token,
            &scope,
            &new_name(),
            role_body(&scope, READER, &principal),
        )
        .await;
        assert_eq!((refused.status, refused.body), (403, json!("")));
    }
}

#[tokio::test]
async fn the_wrapper_is_demanded_as_asp_net_says_it() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    let scope = account(ids::ENROLLMENT);
    let good = role_body(&scope, READER, &principal);
    let flat = put(
        &harness,
        &avery,
        &scope,
        &new_name(),
        good["properties"].clone(),
    )
    .await;
    assert_eq!(
        (flat.status, flat.body["status"].clone()),
        (400, json!(400))
    );
    assert_eq!(
        flat.text("/title"),
        "One or more validation errors occurred."
    );
    let members: Vec<&String> = flat.body["errors"].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "Properties.PrincipalId",
            "Properties.PrincipalTenantId",
            "Properties.RoleDefinitionId"
        ]
    );
    assert_eq!(
        flat.body["errors"]["Properties.RoleDefinitionId"],
        json!(["The RoleDefinitionId field is required."])
    );
    let mut without_tenant = good.clone();
    without_tenant["properties"]
        .as_object_mut()
        .unwrap()
        .remove("principalTenantId");
    let refused = put(&harness, &avery, &scope, &new_name(), without_tenant).await;
    assert_eq!(refused.body["errors"].as_object().unwrap().len(), 1);
    let mut misspelt = good;
    misspelt["properties"]["principalID"] = json!("x");
    let refused = put(&harness, &avery, &scope, &new_name(), misspelt).await;
    assert_eq!(
        (refused.status, refused.code()),
        (400, "InvalidRequestContent")
    );
}

#[tokio::test]
async fn a_service_principal_has_one_role_and_a_grant_one_name() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    let scope = account(ids::ENROLLMENT);
    let name = new_name();
    let reader = role_body(&scope, READER, &principal);
    assert_eq!(
        put(&harness, &avery, &scope, &name, reader.clone())
            .await
            .status,
        200
    );
    let twice = put(&harness, &avery, &scope, &new_name(), reader).await;
    assert_eq!((twice.status, twice.code()), (409, "Conflict"));
    assert!(twice.text("/error/message").contains(&name));
    let purchaser = uuid::uuid!("da6647fb-7651-49ee-be91-c43c4877f0c4");
    let second = put(
        &harness,
        &avery,
        &scope,
        &new_name(),
        role_body(&scope, purchaser, &principal),
    )
    .await;
    assert_eq!((second.status, second.code()), (400, "BadRequest"));
    assert!(second.text("/error/message").contains("only one role"));
    // The mistake of many guides: one name for everybody, the role definition's id.
    let [_, _, other, _] = {
        let graph = harness.operator(GRAPH).await;
        harness.application(&graph, "Other").await
    };
    let shared = put(
        &harness,
        &avery,
        &scope,
        &name,
        role_body(&scope, READER, &other),
    )
    .await;
    assert_eq!(
        (shared.status, shared.text("/properties/principalId")),
        (200, other)
    );
    let list = get(&harness, &avery, &format!("{scope}/billingRoleAssignments")).await;
    assert!(!list.body.to_string().contains(&principal), "written over");
}

#[tokio::test]
async fn the_newer_version_makes_an_operation_of_it() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    let scope = account(ids::ENROLLMENT);
    let path = format!("{scope}/billingRoleAssignments/{}", new_name());
    let body = role_body(&scope, READER, &principal);
    let made = harness
        .arm("PUT", &path, STABLE, &avery, Some(body.clone()))
        .await;
    assert_eq!(
        (made.status, made.headers["retry-after"].to_str().unwrap()),
        (201, "1")
    );
    let location = made.headers["location"].to_str().unwrap();
    let done = harness.ask("GET", location, &avery, None).await;
    assert_eq!((done.status, &done.body), (200, &made.body));
    assert_eq!(
        harness
            .arm("PUT", &path, STABLE, &avery, Some(body))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_role_takes_effect_late() {
    let replication = Replication {
        billing: Duration::from_secs(600),
        ..Replication::none()
    };
    let harness = Harness::with(replication, State::contoso_with_billing()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, token] = subject(&harness).await;
    let scope = account(ids::ENROLLMENT);
    let body = role_body(&scope, READER, &principal);
    assert_eq!(
        put(&harness, &avery, &scope, &new_name(), body)
            .await
            .status,
        200
    );
    assert_eq!(get(&harness, &token, &scope).await.status, 403);
    let list = get(&harness, &avery, &format!("{scope}/billingRoleAssignments")).await;
    assert!(list.body.to_string().contains(&principal), "listed at once");
    harness.sandbox.state(super::billing::let_time_pass);
    assert_eq!(get(&harness, &token, &scope).await.status, 200);
}

#[tokio::test]
async fn what_was_transferred_is_read_and_not_written() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    let scope = account(ids::TRANSFERRED_ENROLLMENT);
    let list = get(&harness, &avery, &format!("{scope}/billingRoleAssignments")).await;
    assert_eq!(list.status, 200);
    let existing = list.text("/value/0/id");
    let refused = put(
        &harness,
        &avery,
        &scope,
        &new_name(),
        role_body(&scope, READER, &principal),
    )
    .await;
    assert_eq!(
        (refused.status, refused.code()),
        (422, "UnprocessableEntity")
    );
    assert!(refused.text("/error/message").contains("'Transferred'"));
    assert_eq!(
        harness
            .arm("DELETE", &existing, STABLE, &avery, None)
            .await
            .status,
        422
    );
}
