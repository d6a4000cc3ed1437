//! Exports by scope: the data sets of each agreement, and who may do what.

use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::super::{State, SubscriptionState, ids};
use super::billing::{account, subject};
use super::client::{ARM, Harness, Reply, subscription_scope};
use super::exports::{NAME, body, harness, put, run, send, with};

const INVOICE_MANAGER: Uuid = uuid!("40000000-aaaa-bbbb-cccc-100000000004");
const COST_CONTRIBUTOR: Uuid = uuid!("434105ed-43f6-45c7-a02f-909b2ba83430");

fn of(kind: &str) -> Value {
    let mut body = with("/properties/definition/type", json!(kind));
    body["properties"]["definition"]["dataSet"] = json!({});
    body
}

fn without_identity() -> Value {
    let mut body = body();
    body.as_object_mut().unwrap().remove("identity");
    body
}

fn profile() -> String {
    State::first_billing_profile(&account(ids::MCA_ACCOUNT))
}

async fn delete(harness: &Harness, token: &str, scope: &str) -> Reply {
    let below = format!("/{NAME}");
    send(harness, token, "DELETE", (scope, &below), None).await
}

/// Whether each of the kinds can be made at a scope: FOCUS, actual, amortized, usage, prices, reservations.
async fn offered(harness: &Harness, token: &str, scope: &str) -> String {
    let mut offered = String::new();
    for (letter, kind) in [
        ('f', "FocusCost"),
        ('c', "ActualCost"),
        ('a', "AmortizedCost"),
        ('u', "Usage"),
        ('p', "PriceSheet"),
        ('d', "ReservationDetails"),
        ('t', "ReservationTransactions"),
        ('r', "ReservationRecommendations"),
    ] {
        let made = put(harness, token, scope, of(kind)).await;
        if made.status == 201 {
            offered.push(letter);
            assert_eq!(delete(harness, token, scope).await.status, 200);
        } else {
            assert_eq!(made.status, 400, "{scope} {kind}: {made:?}");
            let fragment = format!("Invalid definition type '{kind}'; valid values: ");
            assert!(made.text("/error/message").contains(&fragment), "{made:?}");
        }
    }
    offered
}

#[tokio::test]
async fn every_scope_offers_its_data_sets() {
    let harness = harness(|state| {
        let payg = state.add_subscription("Pay as you go");
        let found = state.subscriptions.get_mut(&payg).unwrap();
        found.quota_id = "PayAsYouGo_2014-09-01".to_owned();
        state.add_management_group(
            ids::TENANT,
            "payg",
            "Pay as you go",
            &ids::TENANT.to_string(),
        );
        state.subscriptions.get_mut(&payg).unwrap().parent = "payg".to_owned();
        state.add_management_group(ids::TENANT, "ea", "Enrolled", &ids::TENANT.to_string());
        state
            .subscriptions
            .get_mut(&ids::SUBSCRIPTION)
            .unwrap()
            .parent = "ea".to_owned();
    })
    .await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let payg = harness.sandbox.state(|state| {
        let mut found = state.subscriptions.values();
        found.find(|found| found.parent == "payg").unwrap().id
    });
    let customer = harness.sandbox.state(|state| {
        let partner = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        *partner.customers.keys().next().unwrap()
    });
    let group = "/providers/Microsoft.Management/managementGroups";
    for (scope, expected) in [
        (account(ids::ENROLLMENT), "fcaupdtr"),
        (
            format!("{}/departments/101", account(ids::ENROLLMENT)),
            "fcau",
        ),
        (
            format!("{}/enrollmentAccounts/345", account(ids::ENROLLMENT)),
            "fcau",
        ),
        (account(ids::MCA_ACCOUNT), "fcau"),
        (profile(), "fcaupdtr"),
        (
            format!("{}/invoiceSections/CNTS-INV1-PJA-TGB", profile()),
            "fcau",
        ),
        (
            format!("{}/customers/{customer}", account(ids::MPA_ACCOUNT)),
            "fcau",
        ),
        (account(ids::MOSP_ACCOUNT), "u"),
        (subscription_scope(), "fcau"),
        (
            format!("{}/resourceGroups/web", subscription_scope()),
            "fcau",
        ),
        (format!("/subscriptions/{payg}"), "u"),
        (format!("{group}/ea"), "cu"),
    ] {
        assert_eq!(offered(&harness, &avery, &scope).await, expected, "{scope}");
    }
    let usage_only = put(
        &harness,
        &avery,
        &format!("/subscriptions/{payg}"),
        of("FocusCost"),
    )
    .await;
    assert_eq!(
        usage_only.text("/error/message"),
        "Request properties validation failed: Invalid definition type 'FocusCost'; valid values: 'Usage'."
    );
    let mixed = put(&harness, &avery, &format!("{group}/payg"), of("Usage")).await;
    assert_eq!(mixed.status, 400);
    assert!(
        mixed
            .text("/error/message")
            .contains("Cost management data is not supported for subscription(s)")
    );
}

#[tokio::test]
async fn the_roles_of_subscriptions_read_or_do_everything() {
    let harness = harness(|_| ()).await;
    let [_, _, principal, token] = subject(&harness).await;
    let principal: Uuid = principal.parse().unwrap();
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    assert_eq!(put(&harness, &avery, &scope, body()).await.status, 201);
    let read = async || send(&harness, &token, "GET", (&scope, ""), None).await;
    let refused = read().await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "AuthorizationFailed")
    );
    let give = |role: Uuid| {
        harness
            .sandbox
            .state(|state| state.assign_role(principal, role, &scope))
    };
    give(ids::ROLE_COST_MANAGEMENT_READER);
    assert_eq!(read().await.status, 200);
    for refused in [
        put(&harness, &token, &scope, body()).await,
        run(&harness, &token, &scope, None).await,
        delete(&harness, &token, &scope).await,
    ] {
        assert_eq!(
            (refused.status, refused.code()),
            (403, "AuthorizationFailed")
        );
    }
    give(COST_CONTRIBUTOR);
    assert_eq!(run(&harness, &token, &scope, None).await.status, 200);
    assert_eq!(delete(&harness, &token, &scope).await.status, 200);
    let without_storage = put(&harness, &token, &scope, without_identity()).await;
    assert_eq!(
        (without_storage.status, without_storage.code()),
        (401, "Unauthorized"),
        "the storage account is another matter"
    );
}

#[tokio::test]
async fn an_mca_takes_no_applications_token_for_what_writes_or_runs() {
    let harness = harness(|_| ()).await;
    let [_, _, principal, token] = subject(&harness).await;
    let principal: Uuid = principal.parse().unwrap();
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scopes = [account(ids::MCA_ACCOUNT), profile()];
    harness.sandbox.state(|state| {
        state.assign_billing_role(principal, ids::BILLING_ROLE_ACCOUNT_OWNER, &scopes[0]);
        state.assign_role(principal, ids::ROLE_OWNER, &subscription_scope());
    });
    for scope in &scopes {
        let in_silence = put(&harness, &token, scope, body()).await;
        assert_eq!((in_silence.status, &in_silence.body), (401, &json!("")));
        assert_eq!(put(&harness, &avery, scope, body()).await.status, 201);
        for refused in [
            put(&harness, &token, scope, without_identity()).await,
            run(&harness, &token, scope, None).await,
            delete(&harness, &token, scope).await,
        ] {
            assert_eq!((refused.status, refused.code()), (401, "RBACAccessDenied"));
            assert!(refused.text("/error/message").starts_with(
                "The client does not have authorization to perform action. Request ID: "
            ));
        }
        let list = send(&harness, &token, "GET", (scope, ""), None).await;
        assert_eq!(list.status, 200, "reading is another matter");
        assert_eq!(run(&harness, &avery, scope, None).await.status, 200);
    }
}

#[tokio::test]
async fn billing_roles_decide_at_billing_scopes() {
    let harness = harness(|_| ()).await;
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    let enrollment = account(ids::ENROLLMENT);
    let department = format!("{enrollment}/departments/101");
    harness
        .sandbox
        .state(|state| state.assign_role(ids::LEE, ids::ROLE_OWNER, &subscription_scope()));
    for scope in [&enrollment, &department, &account("99999999")] {
        let refused = put(&harness, &lee, scope, body()).await;
        assert_eq!((refused.status, refused.code()), (401, "401"), "{scope}");
        assert_eq!(
            refused.text("/error/message"),
            "No claims present for the caller in the system"
        );
    }
    let accounts = format!("{enrollment}/enrollmentAccounts/345");
    let refused = put(&harness, &lee, &accounts, body()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (401, "BillingAccessDenied")
    );
    let refused = put(&harness, &lee, &profile(), body()).await;
    assert_eq!((refused.status, refused.code()), (401, "RBACAccessDenied"));

    let give = |role: Uuid, scope: &str| {
        harness
            .sandbox
            .state(|state| state.assign_billing_role(ids::LEE, role, scope));
    };
    give(ids::BILLING_ROLE_DEPARTMENT_READER, &department);
    assert_eq!(put(&harness, &lee, &department, body()).await.status, 201);
    assert_eq!(put(&harness, &lee, &enrollment, body()).await.code(), "401");
    give(ids::BILLING_ROLE_ENROLLMENT_READER, &enrollment);
    assert_eq!(put(&harness, &lee, &enrollment, body()).await.status, 201);

    give(INVOICE_MANAGER, &profile());
    let refused = put(&harness, &lee, &profile(), body()).await;
    assert_eq!(refused.code(), "RBACAccessDenied", "reads and changes only");
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let made = put(&harness, &avery, &profile(), body()).await;
    let changed = put(&harness, &lee, &profile(), made.body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    give(ids::BILLING_ROLE_PROFILE_READER, &profile());
    assert_eq!(delete(&harness, &lee, &profile()).await.status, 200);

    let partner = account(ids::MPA_ACCOUNT);
    let customer = harness.sandbox.state(|state| {
        let partner = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        *partner.customers.keys().next().unwrap()
    });
    let customer = format!("{partner}/customers/{customer}");
    give(ids::BILLING_ROLE_ACCOUNT_READER, &partner);
    let refused = put(&harness, &lee, &customer, body()).await;
    assert_eq!(refused.code(), "RBACAccessDenied");
    let list = send(&harness, &lee, "GET", (&customer, ""), None).await;
    assert_eq!(list.status, 200);
    assert_eq!(put(&harness, &avery, &customer, body()).await.status, 201);
}

#[tokio::test]
async fn a_disabled_subscription_can_only_be_read() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    assert_eq!(put(&harness, &avery, &scope, body()).await.status, 201);
    harness.sandbox.state(|state| {
        let found = state.subscriptions.get_mut(&ids::SUBSCRIPTION).unwrap();
        found.state = SubscriptionState::Disabled;
    });
    for refused in [
        put(&harness, &avery, &scope, body()).await,
        run(&harness, &avery, &scope, None).await,
        delete(&harness, &avery, &scope).await,
    ] {
        assert_eq!(
            (refused.status, refused.code()),
            (409, "ReadOnlyDisabledSubscription")
        );
    }
    let list = send(&harness, &avery, "GET", (&scope, ""), None).await;
    assert_eq!(list.body["value"][0]["name"], NAME);
}

#[tokio::test]
async fn an_application_exports_no_pay_as_you_go_subscription() {
    let harness = harness(|state| {
        let found = state.subscriptions.get_mut(&ids::SUBSCRIPTION).unwrap();
        found.quota_id = "PayAsYouGo_2014-09-01".to_owned();
    })
    .await;
    let operator = harness.operator(ARM).await;
    let scope = subscription_scope();
    let refused = put(&harness, &operator, &scope, of("Usage")).await;
    assert_eq!((refused.status, refused.code()), (401, "RBACAccessDenied"));
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    assert_eq!(put(&harness, &avery, &scope, of("Usage")).await.status, 201);
    assert_eq!(
        run(&harness, &operator, &scope, None).await.code(),
        "RBACAccessDenied"
    );
}

#[tokio::test]
async fn an_enrollments_reader_may_be_an_application() {
    let harness = harness(|_| ()).await;
    let [_, _, principal, token] = subject(&harness).await;
    let principal: Uuid = principal.parse().unwrap();
    let scope = account(ids::ENROLLMENT);
    assert_eq!(put(&harness, &token, &scope, body()).await.code(), "401");
    harness.sandbox.state(|state| {
        state.assign_billing_role(principal, ids::BILLING_ROLE_ENROLLMENT_READER, &scope);
        state.assign_role(principal, ids::ROLE_OWNER, &subscription_scope());
    });
    assert_eq!(put(&harness, &token, &scope, body()).await.status, 201);
    assert_eq!(run(&harness, &token, &scope, None).await.status, 200);
}
