//! Roles at MCA and MPA accounts: `createBillingRoleAssignment`, flat or wrapped by version.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Replication, State, ids};
use super::billing::{PREVIEW, STABLE, account, get, harness, subject};
use super::client::{ARM, Harness, Reply};

const READER: Uuid = ids::BILLING_ROLE_ACCOUNT_READER;

fn flat(scope: &str, role: Uuid, principal: &str) -> Value {
    json!({
        "principalId": principal, "principalTenantId": ids::TENANT,
        "roleDefinitionId": format!("{scope}/billingRoleDefinitions/{role}"),
    })
}

async fn create(harness: &Harness, token: &str, scope: &str, version: &str, body: Value) -> Reply {
    let path = format!("{scope}/createBillingRoleAssignment");
    harness.arm("POST", &path, version, token, Some(body)).await
}

#[tokio::test]
async fn a_role_is_created_by_an_operation_and_taken_away() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, token] = subject(&harness).await;
    // Owner of the first, Global Administrator over the second.
    for name in [ids::MCA_ACCOUNT, ids::MPA_ACCOUNT] {
        let scope = account(name);
        let asked = create(
            &harness,
            &avery,
            &scope,
            STABLE,
            flat(&scope, READER, &principal),
        )
        .await;
        assert_eq!((asked.status, &asked.body), (202, &json!("")), "{asked:?}");
        assert_eq!(asked.headers["retry-after"], "1");
        let location = asked.headers["location"].to_str().unwrap();
        assert!(
            location.contains(&format!(
                "{scope}/operationResults/createBillingRoleAssignment_"
            )),
            "{location}"
        );
        let done = harness.ask("GET", location, &avery, None).await;
        assert_eq!(done.status, 200, "{done:?}");
        let assignment = done.text("/name");
        assert!(
            !assignment.contains(&principal) && !assignment.contains(&READER.to_string()),
            "opaque"
        );
        assert_eq!(get(&harness, &token, &scope).await.status, 200);
        let twice = create(
            &harness,
            &avery,
            &scope,
            STABLE,
            flat(&scope, READER, &principal),
        )
        .await;
        assert_eq!((twice.status, twice.code()), (409, "Conflict"));
        let path = done.text("/id");
        assert_eq!(get(&harness, &avery, &path).await.body, done.body);
        assert_eq!(
            harness
                .arm("DELETE", &path, STABLE, &token, None)
                .await
                .code(),
            "AuthorizationFailed"
        );
        for status in [200, 204] {
            assert_eq!(
                harness
                    .arm("DELETE", &path, STABLE, &avery, None)
                    .await
                    .status,
                status
            );
        }
    }
    let nothing = format!(
        "{}/operationResults/createBillingRoleAssignment_{}",
        account(ids::MCA_ACCOUNT),
        Uuid::nil()
    );
    assert_eq!(get(&harness, &avery, &nothing).await.status, 404);
}

#[tokio::test]
async fn the_operation_takes_its_time_and_the_effect_more() {
    let replication = Replication {
        billing: Duration::from_secs(600),
        ..Replication::none()
    };
    let harness = Harness::with(replication, State::contoso_with_billing()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, token] = subject(&harness).await;
    let scope = account(ids::MCA_ACCOUNT);
    let asked = create(
        &harness,
        &avery,
        &scope,
        STABLE,
        flat(&scope, READER, &principal),
    )
    .await;
    let location = asked.headers["location"].to_str().unwrap();
    let open = harness.ask("GET", location, &avery, None).await;
    assert_eq!(
        (open.status, open.headers["location"].to_str().unwrap()),
        (202, location)
    );
    let list = async || {
        get(&harness, &avery, &format!("{scope}/billingRoleAssignments"))
            .await
            .body
            .to_string()
    };
    assert!(!list().await.contains(&principal));
    assert_eq!(get(&harness, &token, &scope).await.status, 403);
    harness.sandbox.state(super::billing::let_time_pass);
    assert_eq!(harness.ask("GET", location, &avery, None).await.status, 200);
    assert!(list().await.contains(&principal));
    assert_eq!(get(&harness, &token, &scope).await.status, 200);
}

#[tokio::test]
async fn each_agreement_has_its_own_verb() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    for name in [ids::MCA_ACCOUNT, ids::MPA_ACCOUNT, ids::MOSP_ACCOUNT] {
        let scope = account(name);
        let path = format!("{scope}/billingRoleAssignments/{}", Uuid::new_v4());
        let body = json!({"properties": flat(&scope, READER, &principal)});
        let refused = harness.arm("PUT", &path, STABLE, &avery, Some(body)).await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "UnprocessableEntity"),
            "{name}"
        );
    }
    for name in [ids::ENROLLMENT, ids::MOSP_ACCOUNT] {
        let scope = account(name);
        let refused = create(
            &harness,
            &avery,
            &scope,
            STABLE,
            flat(&scope, READER, &principal),
        )
        .await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "UnprocessableEntity"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_wrapper_follows_the_version() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    let scope = account(ids::MCA_ACCOUNT);
    let body = flat(&scope, READER, &principal);
    let wrapped = json!({"properties": {
        "principalId": principal, "roleDefinitionId": body["roleDefinitionId"],
    }});
    let refused = create(&harness, &avery, &scope, STABLE, wrapped.clone()).await;
    assert_eq!(refused.status, 400);
    let members: Vec<&String> = refused.body["errors"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["PrincipalId", "RoleDefinitionId"]);
    let refused = create(&harness, &avery, &scope, PREVIEW, body).await;
    assert!(
        refused.body["errors"]["Properties.RoleDefinitionId"].is_array(),
        "{refused:?}"
    );
    let made = create(&harness, &avery, &scope, PREVIEW, wrapped).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(
        made.text("/properties/principalTenantId"),
        ids::TENANT.to_string()
    );
    let by_address = json!({
        "userEmailAddress": "lee@contoso.com", "principalTenantId": ids::TENANT,
        "roleDefinitionId": format!("{scope}/billingRoleDefinitions/{READER}"),
    });
    assert_eq!(
        create(&harness, &avery, &scope, STABLE, by_address)
            .await
            .status,
        501
    );
}

#[tokio::test]
async fn owners_grant_at_their_scope_and_below() {
    let profile = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    let harness = harness(|state| {
        state.assign_billing_role(ids::LEE, ids::BILLING_ROLE_PROFILE_OWNER, &profile);
        state.assign_billing_role(
            ids::RILEY,
            ids::BILLING_ROLE_ACCOUNT_CONTRIBUTOR,
            &account(ids::MCA_ACCOUNT),
        );
    })
    .await;
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    let riley = harness.person(ids::RILEY_NAME, ARM).await;
    let [_, _, principal, token] = subject(&harness).await;
    let scope = account(ids::MCA_ACCOUNT);
    for stranger in [&lee, &riley] {
        let refused = create(
            &harness,
            stranger,
            &scope,
            STABLE,
            flat(&scope, READER, &principal),
        )
        .await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "AuthorizationFailed")
        );
    }
    let reader = ids::BILLING_ROLE_PROFILE_READER;
    let at_profile = create(
        &harness,
        &lee,
        &profile,
        STABLE,
        flat(&profile, reader, &principal),
    )
    .await;
    assert_eq!(at_profile.status, 202, "{at_profile:?}");
    let section = format!("{profile}/invoiceSections/CNTS-INV1-PJA-TGB");
    let below = ids::BILLING_ROLE_SECTION_OR_CUSTOMER_READER;
    let at_section = create(
        &harness,
        &lee,
        &section,
        STABLE,
        flat(&section, below, &principal),
    )
    .await;
    assert_eq!(at_section.status, 202, "{at_section:?}");
    assert_eq!(get(&harness, &token, &section).await.status, 200);
    let wrong = create(
        &harness,
        &lee,
        &profile,
        STABLE,
        flat(&profile, READER, &principal),
    )
    .await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (400, "BadRequest"),
        "an account's role at a profile"
    );
}

#[tokio::test]
async fn a_customer_is_granted_under_its_profile() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [application, client, principal, token] = subject(&harness).await;
    let partner = account(ids::MPA_ACCOUNT);
    let customers = get(&harness, &avery, &format!("{partner}/customers")).await;
    assert_eq!(customers.body["value"].as_array().unwrap().len(), 12);
    let customer = customers.text("/value/3/name");
    let role = ids::BILLING_ROLE_SECTION_OR_CUSTOMER_READER;
    let direct = format!("{partner}/customers/{customer}");
    assert_eq!(
        create(
            &harness,
            &avery,
            &direct,
            STABLE,
            flat(&direct, role, &principal)
        )
        .await
        .status,
        404
    );
    let scope = format!(
        "{}/customers/{customer}",
        State::first_billing_profile(&partner)
    );
    for wrong in [application, client] {
        let refused = create(&harness, &avery, &scope, STABLE, flat(&scope, role, &wrong)).await;
        assert!(
            refused.text("/error/message").ends_with("are not valid"),
            "{refused:?}"
        );
    }
    let asked = create(
        &harness,
        &avery,
        &scope,
        STABLE,
        flat(&scope, role, &principal),
    )
    .await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let seen = get(
        &harness,
        &token,
        &format!("{}/customers", State::first_billing_profile(&partner)),
    )
    .await;
    assert_eq!(
        seen.body["value"].as_array().unwrap().len(),
        1,
        "the others are not its business"
    );
    assert_eq!(seen.text("/value/0/name"), customer);
}

#[tokio::test]
async fn an_account_of_another_directory_is_out_of_reach() {
    let mut foreign = String::new();
    let harness = harness(|state| {
        let adatum = state.add_tenant("Adatum", "adatum.com");
        foreign = state.add_mca_account(adatum, "Adatum Services");
        state.assign_billing_role(ids::LEE, ids::BILLING_ROLE_ACCOUNT_OWNER, &foreign);
    })
    .await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let [_, _, principal, _] = subject(&harness).await;
    let body = flat(&foreign, READER, &principal);
    let refused = create(&harness, &avery, &foreign, STABLE, body.clone()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "AuthorizationFailed")
    );
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    let refused = create(&harness, &lee, &foreign, STABLE, body).await;
    assert_eq!(
        refused.status, 400,
        "an owner, but the principal's directory is not associated"
    );
    assert!(
        refused.text("/error/message").contains("not associated"),
        "{refused:?}"
    );
}
