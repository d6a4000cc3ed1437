//! Whom a role of an enrollment can be given to, and which role where.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::super::{Replication, State, ids};
use super::billing::{account, harness, subject};
use super::billing_enrollment::{READER, new_name, put, role_body};
use super::client::{ARM, GRAPH, Harness};

#[tokio::test]
async fn a_principal_is_the_object_id_of_a_service_principal() {
    let harness = harness(|state| {
        let adatum = state.add_tenant("Adatum", "adatum.com");
        let application = state.add_application(adatum, "Foreign");
        state.add_service_principal(application);
    })
    .await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [application, client, principal, _] = subject(&harness).await;
    let foreign = harness.sandbox.state(|state| {
        state
            .service_principals
            .values()
            .find(|found| found.display_name == "Foreign")
            .unwrap()
            .id
    });
    let scope = account(ids::ENROLLMENT);
    for wrong in [application, client, foreign.to_string(), "x".to_owned()] {
        let refused = put(
            &harness,
            &avery,
            &scope,
            &new_name(),
            role_body(&scope, READER, &wrong),
        )
        .await;
        let sentence = format!(
            "The provided principal Tenant Id = {} and principal Object Id {wrong} are not valid",
            ids::TENANT
        );
        assert_eq!(
            (refused.status, refused.text("/error/message")),
            (400, sentence)
        );
    }
    let mut other_tenant = role_body(&scope, READER, &principal);
    other_tenant["properties"]["principalTenantId"] = json!(ids::FABRIKAM_TENANT);
    assert_eq!(
        put(&harness, &avery, &scope, &new_name(), other_tenant)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_new_service_principal_is_not_known_at_once() {
    let replication = Replication {
        directory: Duration::from_secs(30),
        ..Replication::none()
    };
    let harness = Harness::with(replication, State::contoso_with_billing()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let graph = harness.operator(GRAPH).await;
    let made = harness
        .graph(
            "POST",
            "applications",
            &graph,
            Some(json!({"displayName": "New"})),
        )
        .await;
    let application: Uuid = made.text("/id").parse().unwrap();
    let principal = harness.sandbox.state(|state| {
        let principal = state.add_service_principal(application).unwrap();
        let soon = jiff::Timestamp::now() + Duration::from_secs(30);
        state
            .service_principals
            .get_mut(&principal)
            .unwrap()
            .visible_at = soon;
        principal
    });
    let scope = account(ids::ENROLLMENT);
    let body = role_body(&scope, READER, &principal.to_string());
    let refused = put(&harness, &avery, &scope, &new_name(), body).await;
    assert!(
        refused.text("/error/message").ends_with("are not valid"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn roles_exist_at_their_scope_and_some_are_for_people_only() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    let scope = account(ids::ENROLLMENT);
    let department = format!("{scope}/departments/101");
    let administrator = ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR;
    let cases = [
        (
            &scope,
            role_body(&scope, ids::BILLING_ROLE_ACCOUNT_READER, &principal),
        ),
        (
            &scope,
            role_body(&account(ids::TRANSFERRED_ENROLLMENT), READER, &principal),
        ),
        (
            &scope,
            role_body(&scope, ids::BILLING_ROLE_DEPARTMENT_READER, &principal),
        ),
        (&department, role_body(&department, READER, &principal)),
        (&scope, role_body(&scope, administrator, &principal)),
    ];
    for (scope, body) in cases {
        let refused = put(&harness, &avery, scope, &new_name(), body.clone()).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "BadRequest"),
            "{body}"
        );
    }
    let lee = role_body(&scope, administrator, &ids::LEE.to_string());
    assert_eq!(
        put(&harness, &avery, &scope, &new_name(), lee).await.status,
        200,
        "a person may"
    );
    let reader = role_body(&department, ids::BILLING_ROLE_DEPARTMENT_READER, &principal);
    let made = put(&harness, &avery, &department, &new_name(), reader).await;
    assert_eq!(
        made.text("/type"),
        "Microsoft.Billing/billingAccounts/departments/billingRoleAssignments"
    );
    let wrong_name = put(
        &harness,
        &avery,
        &scope,
        "reader",
        role_body(&scope, READER, &principal),
    )
    .await;
    assert_eq!((wrong_name.status, wrong_name.code()), (400, "BadRequest"));
}
