//! The sandbox's billing against Microsoft's definitions: a walk through accounts, roles and costs of every agreement, each
//! request and answer of which the definitions must know.

use azconnect::sandbox::{Options, Replication, State, ids};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::contract::{Definitions, Report, log_entry, say};
use crate::lab::Lab;
use crate::operator::Client;

const STABLE: &str = "2024-04-01";
const PREVIEW: &str = "2019-10-01-preview";
const COSTS: &str = "2025-03-01";

pub(crate) fn account(name: &str) -> String {
    format!("/providers/Microsoft.Billing/billingAccounts/{name}")
}

fn lab() -> Lab {
    let mut seed = State::contoso_with_billing();
    let operator = ids::OPERATOR_SERVICE_PRINCIPAL;
    for (name, role) in [
        (ids::ENROLLMENT, ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR),
        (
            ids::TRANSFERRED_ENROLLMENT,
            ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR,
        ),
        (ids::MCA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_OWNER),
        (ids::MPA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_OWNER),
    ] {
        seed.assign_billing_role(operator, role, &account(name));
    }
    seed.add_enrollment("77770001", "Without the operator");
    seed.add_mpa_account(ids::TENANT, "Unseen", 3);
    let application = seed.add_application(ids::TENANT, "Subject");
    seed.add_service_principal(application);
    Lab::with(Options {
        replication: Replication::none(),
        seed,
        ..Options::default()
    })
}

/// The id of the first item of a list.
fn first(client: &Client<'_>, path: &str) -> String {
    let (status, _, list) = client.send("GET", path, STABLE, None);
    assert_eq!(status, 200, "{path}: {list}");
    list["value"][0]["id"].as_str().unwrap().to_owned()
}

/// A scope of every kind that roles are given at.
fn scopes(client: &Client<'_>) -> Vec<String> {
    let partner = State::first_billing_profile(&account(ids::MPA_ACCOUNT));
    let profile = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    vec![
        account(ids::ENROLLMENT),
        account(ids::TRANSFERRED_ENROLLMENT),
        account(ids::MCA_ACCOUNT),
        account(ids::MPA_ACCOUNT),
        first(client, &format!("{}/departments", account(ids::ENROLLMENT))),
        first(
            client,
            &format!("{}/billingProfiles", account(ids::MCA_ACCOUNT)),
        ),
        first(client, &format!("{profile}/invoiceSections")),
        first(
            client,
            &format!("{partner}/customers?expand=enabledAzurePlans&top=3"),
        ),
    ]
}

/// Everything that can be read, at every kind of scope.
fn read_everything(client: &Client<'_>) {
    let list = "/providers/Microsoft.Billing/billingAccounts";
    let mut paths = vec![
        list.to_owned(),
        format!("{list}?includeAll=true"),
        first(client, &format!("{}/customers", account(ids::MPA_ACCOUNT))),
    ];
    for scope in scopes(client) {
        paths.push(first(client, &format!("{scope}/billingRoleDefinitions")));
        let below = [
            "",
            "/billingRoleDefinitions",
            "/billingRoleAssignments",
            "/billingPermissions",
        ];
        paths.extend(below.map(|below| format!("{scope}{below}")));
        let actions = json!({"actions": ["50000000-aaaa-bbbb-cccc-200000000000"]});
        let path = format!("{scope}/checkAccess");
        let (status, _, body) = client.send("POST", &path, STABLE, Some(actions));
        assert_eq!(status, 200, "{scope}: {body}");
    }
    for path in paths {
        let (status, _, body) = client.send("GET", &path, STABLE, None);
        assert_eq!(status, 200, "{path}: {body}");
    }
    for (name, expected) in [("99999999", 404), ("77770001", 403)] {
        assert_eq!(client.send("GET", &account(name), STABLE, None).0, expected);
    }
}

/// The flat body of a grant to the subject.
fn grant(client: &Client<'_>, scope: &str, role: Uuid) -> Value {
    let subject = client.lab.state(|state| {
        let mut principals = state.service_principals.values();
        principals
            .find(|found| found.display_name == "Subject")
            .unwrap()
            .id
    });
    json!({
        "principalId": subject, "principalTenantId": ids::TENANT,
        "roleDefinitionId": format!("{scope}/billingRoleDefinitions/{role}"),
    })
}

fn grants_at_an_enrollment(client: &Client<'_>) {
    let enrollment = account(ids::ENROLLMENT);
    let body = grant(client, &enrollment, ids::BILLING_ROLE_ENROLLMENT_READER);
    let wrapped = json!({"properties": body});
    for (version, first) in [(PREVIEW, 200), (STABLE, 201)] {
        let path = format!("{enrollment}/billingRoleAssignments/{}", Uuid::new_v4());
        let (status, location, body) = client.send("PUT", &path, version, Some(wrapped.clone()));
        assert_eq!(status, first, "{body}");
        if !location.is_empty() {
            assert_eq!(client.ask("GET", &location, None).0, 200);
        }
        assert_eq!(client.send("GET", &path, STABLE, None).0, 200);
        for status in [200, 204] {
            assert_eq!(client.send("DELETE", &path, STABLE, None).0, status);
        }
    }
    let create = format!("{enrollment}/createBillingRoleAssignment");
    assert_eq!(client.send("POST", &create, STABLE, Some(body)).0, 422);
}

fn grants_at_modern_accounts(client: &Client<'_>) {
    let (mca, mpa) = (account(ids::MCA_ACCOUNT), account(ids::MPA_ACCOUNT));
    let profile = State::first_billing_profile(&mca);
    for (scope, role) in [
        (&mca, ids::BILLING_ROLE_ACCOUNT_READER),
        (&mpa, ids::BILLING_ROLE_ACCOUNT_READER),
        (&profile, ids::BILLING_ROLE_PROFILE_READER),
    ] {
        let path = format!("{scope}/createBillingRoleAssignment");
        let (status, location, body) =
            client.send("POST", &path, STABLE, Some(grant(client, scope, role)));
        assert_eq!(status, 202, "{body}");
        assert_eq!(client.ask("GET", &location, None).0, 200);
        let (status, _, _) = client.send("POST", &path, STABLE, Some(grant(client, scope, role)));
        assert_eq!(status, 409);
    }
    for scope in [&mca, &mpa] {
        let path = format!("{scope}/billingRoleAssignments/{}", Uuid::new_v4());
        let body = json!({"properties": grant(client, scope, ids::BILLING_ROLE_ACCOUNT_READER)});
        assert_eq!(client.send("PUT", &path, STABLE, Some(body)).0, 422);
    }
    let mut to_owner = grant(client, &mca, ids::BILLING_ROLE_ACCOUNT_OWNER);
    to_owner
        .as_object_mut()
        .unwrap()
        .remove("principalTenantId");
    let path = format!("{mca}/createBillingRoleAssignment");
    assert_eq!(
        client
            .send(
                "POST",
                &path,
                PREVIEW,
                Some(json!({"properties": to_owner}))
            )
            .0,
        201
    );
}

fn costs(client: &Client<'_>) {
    let query = json!({"type": "ActualCost", "timeframe": "TheLastMonth", "dataset": {
        "granularity": "None", "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}}}});
    let customer = client.lab.state(|state| {
        *state
            .billing_account_mut(ids::MPA_ACCOUNT)
            .unwrap()
            .customers
            .keys()
            .next()
            .unwrap()
    });
    for (scope, expected) in [
        (account(ids::ENROLLMENT), 200),
        (
            State::first_billing_profile(&account(ids::MCA_ACCOUNT)),
            200,
        ),
        (
            format!("{}/customers/{customer}", account(ids::MPA_ACCOUNT)),
            200,
        ),
        (account("77770001"), 401),
    ] {
        let path = format!("{scope}/providers/Microsoft.CostManagement/query");
        assert_eq!(
            client.send("POST", &path, COSTS, Some(query.clone())).0,
            expected,
            "{scope}"
        );
    }
    let report = format!(
        "{}/providers/Microsoft.CostManagement/generateCostDetailsReport",
        account(ids::ENROLLMENT)
    );
    let (status, location, body) = client.send(
        "POST",
        &report,
        COSTS,
        Some(json!({"metric": "ActualCost"})),
    );
    assert_eq!(status, 202, "{body}");
    assert_eq!(client.ask("GET", &location, None).0, 200);
}

#[test]
fn billing_keeps_to_microsofts_definitions() {
    let lab = lab();
    let client = Client::new(&lab);
    read_everything(&client);
    grants_at_an_enrollment(&client);
    grants_at_modern_accounts(&client);
    costs(&client);
    let Some(definitions) = Definitions::load() else {
        say(&Definitions::skipped());
        return;
    };
    let mut report = Report::default();
    for entry in lab.log() {
        let exchange = log_entry::exchange(&entry);
        let verdict = definitions.check(&exchange);
        report.add(&exchange, verdict);
    }
    say(&report.to_string());
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(report.only_refused(), Vec::<&str>::new());
    assert!(report.operations() >= 35, "{}", report.operations());
}
