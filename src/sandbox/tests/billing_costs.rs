//! Costs at billing scopes: queries and cost details reports, by billing role.

use jiff::{Span, Zoned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{CostProfile, State, ids};
use super::billing::{account, get, harness, subject};
use super::client::{ARM, Harness, Reply};

const VERSION: &str = "2025-03-01";

async fn query(harness: &Harness, token: &str, scope: &str) -> Reply {
    let body = json!({"type": "ActualCost", "timeframe": "TheLastMonth", "dataset": {
        "granularity": "None", "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}}}});
    let path = format!("{scope}/providers/Microsoft.CostManagement/query");
    harness.arm("POST", &path, VERSION, token, Some(body)).await
}

async fn report(harness: &Harness, token: &str, scope: &str, body: Value) -> Reply {
    let path = format!("{scope}/providers/Microsoft.CostManagement/generateCostDetailsReport");
    harness.arm("POST", &path, VERSION, token, Some(body)).await
}

fn yesterday() -> Value {
    let day = (Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).date() - Span::new().days(1))
        .to_string();
    json!({"metric": "ActualCost", "timePeriod": {"start": day, "end": day}})
}

fn customer_of(harness: &Harness) -> Uuid {
    harness.sandbox.state(|state| {
        let partner = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        *partner.customers.keys().next().unwrap()
    })
}

#[tokio::test]
async fn without_a_role_an_enrollment_has_no_claims() {
    let harness = harness(|_| ()).await;
    let [_, _, principal, token] = subject(&harness).await;
    let no_claims = json!({"error": {"code": "401", "message": "No claims present for the caller in the system"}});
    for number in [ids::ENROLLMENT, "99999999"] {
        let refused = query(&harness, &token, &account(number)).await;
        assert_eq!(
            (refused.status, &refused.body),
            (401, &no_claims),
            "{number}"
        );
        let refused = report(&harness, &token, &account(number), yesterday()).await;
        assert_eq!(
            (refused.status, &refused.body),
            (401, &no_claims),
            "{number}"
        );
    }
    for name in [ids::MCA_ACCOUNT, ids::MPA_ACCOUNT] {
        let refused = query(&harness, &token, &account(name)).await;
        assert_eq!(
            (refused.status, refused.code()),
            (401, "RBACAccessDenied"),
            "{name}"
        );
    }
    let scope = account(ids::ENROLLMENT);
    let principal = principal.parse().unwrap();
    harness.sandbox.state(|state| {
        state.assign_billing_role(principal, ids::BILLING_ROLE_ENROLLMENT_READER, &scope)
    });
    let answer = query(&harness, &token, &scope).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body["properties"]["rows"][0][0].as_f64().unwrap() > 1000.0);
    let purchaser = uuid::uuid!("50000000-aaaa-bbbb-cccc-100000000003");
    harness
        .sandbox
        .state(|state| state.assign_billing_role(principal, purchaser, &account(ids::MCA_ACCOUNT)));
    assert_eq!(
        query(&harness, &token, &account(ids::MCA_ACCOUNT))
            .await
            .code(),
        "RBACAccessDenied"
    );
}

#[tokio::test]
async fn accounts_profiles_and_customers_have_costs_of_their_own() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let partner = account(ids::MPA_ACCOUNT);
    let customer = customer_of(&harness);
    let scope = format!("{partner}/customers/{customer}");
    for scope in [&partner, &State::first_billing_profile(&partner), &scope] {
        let answer = query(&harness, &avery, scope).await;
        assert_eq!(
            (
                answer.status,
                answer.body["properties"]["rows"][0][1].clone()
            ),
            (200, json!("EUR")),
            "{scope}"
        );
    }
    for (costs, status) in [(CostProfile::NoContent, 204), (CostProfile::NoRows, 200)] {
        harness.sandbox.state(|state| {
            let partner = state.billing_account_mut(&partner).unwrap();
            partner.customers.get_mut(&customer).unwrap().costs = costs;
        });
        assert_eq!(query(&harness, &avery, &scope).await.status, status);
    }
    let nobody = query(
        &harness,
        &avery,
        &format!("{partner}/customers/{}", Uuid::nil()),
    )
    .await;
    assert_eq!(
        (nobody.status, nobody.text("/code")),
        (404, "NotFound".to_owned())
    );
    let below_profile = format!(
        "{}/customers/{customer}",
        State::first_billing_profile(&partner)
    );
    assert_eq!(
        query(&harness, &avery, &below_profile).await.status,
        404,
        "costs are asked for below the account"
    );
    let pay_as_you_go = query(&harness, &avery, &account(ids::MOSP_ACCOUNT)).await;
    assert_eq!(
        (pay_as_you_go.status, pay_as_you_go.code()),
        (400, "BadRequest")
    );
}

#[tokio::test]
async fn the_quota_is_that_of_every_query() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = account(ids::MCA_ACCOUNT);
    for _ in 0..12 {
        assert_eq!(query(&harness, &avery, &scope).await.status, 200);
    }
    let refused = query(&harness, &avery, &scope).await;
    assert_eq!((refused.status, refused.code()), (429, "429"));
    assert!(
        refused
            .headers
            .contains_key("x-ms-ratelimit-microsoft.costmanagement-entity-retry-after")
    );
}

/// Twelve units in ten seconds are the whole directory's, whichever scopes are asked for and whoever asks.
#[tokio::test]
async fn the_directory_has_a_quota_across_scopes() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let operator = harness.operator(ARM).await;
    let scopes = [account(ids::MCA_ACCOUNT), account(ids::ENROLLMENT)];
    for number in 0..12 {
        let answer = query(&harness, &avery, &scopes[number % 2]).await;
        let header = |name: &str| {
            let name = format!("x-ms-ratelimit-microsoft.costmanagement-qpu-{name}");
            answer.headers[name.as_str()].to_str().unwrap().to_owned()
        };
        assert_eq!((answer.status, header("consumed")), (200, "1".to_owned()));
        let left = 11 - number;
        assert_eq!(
            header("remaining"),
            format!("{left},{},{}", left + 48, left + 588)
        );
    }
    let subscription = format!("/subscriptions/{}", ids::SUBSCRIPTION);
    for (token, scope) in [(&avery, &scopes[0]), (&operator, &subscription)] {
        let refused = query(&harness, token, scope).await;
        assert_eq!((refused.status, refused.code()), (429, "429"), "{scope}");
    }
    let refused = query(&harness, &operator, &subscription).await;
    let wait = &refused.headers["x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after"];
    let wait: u64 = wait.to_str().unwrap().parse().unwrap();
    assert!((1..=11).contains(&wait), "{wait}");
}

/// A narrower role shows its own costs and nobody else's; the account's role shows them all.
#[tokio::test]
async fn narrower_roles_show_their_own_costs() {
    let harness = harness(|_| ()).await;
    let [_, _, principal, token] = subject(&harness).await;
    let principal: Uuid = principal.parse().unwrap();
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let (enrollment, partner) = (account(ids::ENROLLMENT), account(ids::MPA_ACCOUNT));
    let mca = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    let customers = harness.sandbox.state(|state| {
        let partner = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        partner.customers.keys().copied().collect::<Vec<Uuid>>()
    });
    let given_at = State::first_billing_profile(&partner);
    let reader = ids::BILLING_ROLE_SECTION_OR_CUSTOMER_READER;
    for (given, role, own, other) in [
        (
            format!("{enrollment}/departments/101"),
            ids::BILLING_ROLE_DEPARTMENT_READER,
            format!("{enrollment}/departments/101"),
            format!("{enrollment}/departments/102"),
        ),
        (
            format!("{mca}/invoiceSections/CNTS-INV1-PJA-TGB"),
            reader,
            format!("{mca}/invoiceSections/CNTS-INV1-PJA-TGB"),
            mca.clone(),
        ),
        (
            format!("{given_at}/customers/{}", customers[0]),
            reader,
            format!("{partner}/customers/{}", customers[0]),
            format!("{partner}/customers/{}", customers[1]),
        ),
    ] {
        assert_eq!(query(&harness, &token, &own).await.status, 401, "{own}");
        harness
            .sandbox
            .state(|state| state.assign_billing_role(principal, role, &given));
        let seen = query(&harness, &token, &own).await;
        assert_eq!(seen.status, 200, "{own}: {seen:?}");
        let theirs = query(&harness, &avery, &own).await;
        assert_eq!(
            seen.body["properties"]["rows"],
            theirs.body["properties"]["rows"]
        );
        assert_eq!(query(&harness, &token, &other).await.status, 401, "{other}");
    }
}

/// The enrollment's administrators and the department's own give its role; a reader of the enrollment doesn't.
#[tokio::test]
async fn a_departments_administrator_gives_its_role_and_no_other() {
    let harness = harness(|state| {
        let scope = format!("{}/departments/101", account(ids::ENROLLMENT));
        state.assign_billing_role(ids::LEE, ids::BILLING_ROLE_DEPARTMENT_ADMINISTRATOR, &scope);
    })
    .await;
    let [_, _, principal, _] = subject(&harness).await;
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    for (department, status) in [("101", 200), ("102", 403)] {
        let scope = format!("{}/departments/{department}", account(ids::ENROLLMENT));
        let role = ids::BILLING_ROLE_DEPARTMENT_READER;
        let body = json!({"properties": {"principalId": principal, "principalTenantId": ids::TENANT,
            "roleDefinitionId": format!("{scope}/billingRoleDefinitions/{role}")}});
        let path = format!("{scope}/billingRoleAssignments/{}", Uuid::new_v4());
        let answer = harness
            .arm("PUT", &path, "2019-10-01-preview", &lee, Some(body))
            .await;
        assert_eq!(answer.status, status, "{department}: {answer:?}");
    }
}

#[tokio::test]
async fn a_report_is_asked_for_and_fetched_later() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let customer = format!(
        "{}/customers/{}",
        account(ids::MPA_ACCOUNT),
        customer_of(&harness)
    );
    for scope in [
        account(ids::ENROLLMENT),
        account(ids::MCA_ACCOUNT),
        customer.clone(),
    ] {
        let asked = report(&harness, &avery, &scope, yesterday()).await;
        assert_eq!((asked.status, &asked.body), (202, &json!("")), "{asked:?}");
        let location = asked.headers["location"].to_str().unwrap();
        let done = harness.ask("GET", location, &avery, None).await;
        assert_eq!(
            (done.status, done.text("/status")),
            (200, "Completed".to_owned())
        );
        assert_eq!(
            done.body["manifest"]["requestContext"]["requestBody"],
            yesterday()
        );
        assert!(done.body["manifest"]["byteCount"].as_u64().unwrap() > 500);
        let lee = harness.person(ids::LEE_NAME, ARM).await;
        assert_eq!(harness.ask("GET", location, &lee, None).await.status, 403);
    }
    let set = |costs: CostProfile| {
        harness
            .sandbox
            .state(|state| state.billing_account_mut(ids::MCA_ACCOUNT).unwrap().costs = costs);
    };
    set(CostProfile::NoRows);
    let asked = report(&harness, &avery, &account(ids::MCA_ACCOUNT), yesterday()).await;
    let done = harness
        .ask(
            "GET",
            asked.headers["location"].to_str().unwrap(),
            &avery,
            None,
        )
        .await;
    assert_eq!(
        (done.text("/status"), done.body.get("manifest")),
        ("NoDataFound".to_owned(), None)
    );
    set(CostProfile::NoContent);
    assert_eq!(
        report(&harness, &avery, &account(ids::MCA_ACCOUNT), yesterday())
            .await
            .status,
        204
    );
    let years_ago =
        json!({"metric": "ActualCost", "timePeriod": {"start": "2020-01-01", "end": "2020-01-02"}});
    let refused = report(&harness, &avery, &account(ids::ENROLLMENT), years_ago).await;
    assert_eq!((refused.status, refused.code()), (400, "BadRequest"));
}

#[tokio::test]
async fn rights_over_subscriptions_do_not_reach_billing() {
    let harness = harness(|_| ()).await;
    // Owner of the root management group, and nothing in billing.
    let operator = harness.operator(ARM).await;
    let list = get(
        &harness,
        &operator,
        "/providers/Microsoft.Billing/billingAccounts",
    )
    .await;
    assert_eq!((list.status, &list.body), (200, &json!({"value": []})));
    assert_eq!(
        query(&harness, &operator, &account(ids::ENROLLMENT))
            .await
            .code(),
        "401"
    );
}
