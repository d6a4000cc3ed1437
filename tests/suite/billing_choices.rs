//! Which account is taken, which ids are accepted, and roles that Azure doesn't count (yet).

use azconnect::sandbox::{AccountStatus, Action, Rule, ids};
use serde_json::{Value, json};

use crate::billing_lab::{account, connect, finding, grants, lab, run, state, with, writes};
use crate::failing::hints;
use crate::lab::Lab;

#[test]
fn under_pay_as_you_go_and_legacy_csp_the_possible_part_is_done() {
    for agreement in ["mosp", "csp"] {
        let mut state = state();
        state.billing.role_assignments.clear();
        let lab = with(state);
        let subscription = ids::SUBSCRIPTION.to_string();
        let flags = [
            "--subscription",
            subscription.as_str(),
            "--agreement",
            agreement,
        ];
        let document = run(&lab, "generic", &flags).exits(0).json();
        assert_eq!(document["connection"]["agreement"], agreement);
        assert_eq!(
            document["connection"]["scopes"],
            json!([format!("/subscriptions/{subscription}")])
        );
        lab.run(&["check", "spot"]).exits(0);
    }
}

#[test]
fn a_billing_account_and_subscriptions_are_one_or_the_other() {
    let lab = lab();
    let subscription = ids::SUBSCRIPTION.to_string();
    let flags = [
        "--subscription",
        subscription.as_str(),
        "--billing-account",
        ids::MCA_ACCOUNT,
    ];
    let document = run(&lab, "generic", &flags).exits(2).json();
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.contains("can't both be given"), "{message}");
    assert!(lab.log().is_empty(), "refused before the first request");
}

/// Each of the two object ids that people paste in the place of the client id is told, with the right one beside it.
#[test]
fn an_object_id_in_the_place_of_the_client_id_is_told() {
    let mut state = state();
    let application = state.add_application(ids::TENANT, "Billing reader");
    let principal = state.add_service_principal(application).unwrap();
    let client_id = state.applications[&application].app_id.to_string();
    for given in [application, principal] {
        let lab = with(state.clone());
        let given = given.to_string();
        let flags = [
            "--app-id",
            given.as_str(),
            "--billing-account",
            ids::ENROLLMENT,
        ];
        let document = run(&lab, "spot-billing-engine", &flags).exits(2).json();
        assert_eq!(document["error"]["code"], "ObjectIdGiven", "{document:#}");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(
            message.contains(&given) && message.contains(&client_id),
            "{message}"
        );
        assert!(
            hints(&document)
                .iter()
                .any(|hint| hint.contains("--app-id")),
            "{document:#}"
        );
        assert_eq!(writes(&lab, 0).len(), 0);
    }
}

/// Azure's own words for a principal that it doesn't know, which are those for an application's object id too.
#[test]
fn a_principal_that_azure_refuses_is_explained_as_the_wrong_object_id() {
    let lab = lab();
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some("PUT".to_owned()),
        path_contains: Some("/billingRoleAssignments/".to_owned()),
        nth: 1,
        times: 1,
        action: Action::Respond {
            status: 400,
            headers: [("Content-Type".to_owned(), "application/json".to_owned())].into(),
            body: Some(json!({"error": {"code": "BadRequest", "message": "The provided principal Tenant Id = x and principal Object Id y are not valid"}})),
        },
    });
    // The principal was made a moment ago, so it is tried again rather than refused.
    connect(&lab, "spot-billing-engine", ids::ENROLLMENT).exits(0);
    assert_eq!(grants(&lab, 0).len(), 2);
}

#[test]
fn several_accounts_are_named_and_none_is_guessed() {
    let lab = lab();
    let document = run(&lab, "spot-billing-engine", &[]).exits(2).json();
    let said = document["error"].to_string();
    assert!(
        said.contains(ids::ENROLLMENT) && said.contains(ids::MCA_ACCOUNT),
        "{document:#}"
    );
    assert!(
        !said.contains(ids::MPA_ACCOUNT),
        "the vendor can't read it: {document:#}"
    );
    assert!(
        said.contains("--billing-account") && said.contains("AZCONNECT_BILLING_ACCOUNT"),
        "{document:#}"
    );
    assert_eq!(writes(&lab, 0).len(), 0);
}

#[test]
fn the_only_account_that_fits_is_taken() {
    let mut state = state();
    state.set_billing_status(ids::MCA_ACCOUNT, AccountStatus::Expired);
    let lab = with(state);
    let document = run(&lab, "spot-billing-engine", &[]).exits(0).json();
    assert_eq!(
        document["connection"]["scopes"],
        json!([account(ids::ENROLLMENT)])
    );
}

/// A connection whose role Azure has not made effective yet, as right after it was given.
fn with_late_role(vendor: &str, name: &str) -> (Lab, Value) {
    let lab = lab();
    connect(&lab, vendor, name).exits(0);
    let principal = crate::billing_lab::principal(&lab);
    lab.state(|state| {
        let late = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
        for given in state.billing.role_assignments.values_mut() {
            if given.principal == principal {
                given.effective_at = late;
            }
        }
    });
    let document = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(3)
        .json();
    (lab, document)
}

#[test]
fn a_role_that_has_no_effect_yet_is_found_and_not_called_a_wrong_secret() {
    for (name, id) in [
        (ids::ENROLLMENT, "cost-management.cost-data"),
        (ids::MCA_ACCOUNT, "billing.account"),
        (ids::MPA_ACCOUNT, "billing.customers"),
    ] {
        let (_lab, document) = with_late_role("spaceone", name);
        assert_eq!(
            finding(&document, "entra.token")["status"],
            "pass",
            "{document:#}"
        );
        let late = finding(&document, id);
        assert_eq!(late["status"], "fail", "{document:#}");
        let said = format!("{} {}", late["why"], late["fix"]);
        assert!(said.contains("yet") || said.contains("minutes"), "{said}");
        if name == ids::ENROLLMENT {
            assert!(
                said.contains("or not yet") && said.contains("EA roles"),
                "{said}"
            );
        }
    }
}

/// A role on a department isn't listed at the enrollment, and counts all the same.
#[test]
fn a_role_elsewhere_in_the_enrollment_is_explained() {
    let mut state = state();
    let application = state.add_application(ids::TENANT, "Billing reader");
    let principal = state.add_service_principal(application).unwrap();
    let client_id = state.applications[&application].app_id.to_string();
    let department = format!("{}/departments/101", account(ids::ENROLLMENT));
    state.assign_billing_role(principal, ids::BILLING_ROLE_DEPARTMENT_READER, &department);
    let lab = with(state);
    let flags = [
        "--app-id",
        client_id.as_str(),
        "--billing-account",
        ids::ENROLLMENT,
    ];
    let ran = run(&lab, "spot-billing-engine", &flags);
    let document = ran.json();
    let why = document["error"]["why"].as_str().unwrap();
    assert!(
        why.contains("only one role") && why.contains("departments"),
        "{document:#}"
    );
    assert_eq!(ran.code, 2, "{document:#}");
    assert!(
        hints(&document)
            .iter()
            .any(|hint| hint.contains("--app-name")),
        "{document:#}"
    );
    assert!(
        hints(&document)
            .iter()
            .any(|hint| hint.contains("remove spot")),
        "{document:#}"
    );
    assert_eq!(crate::billing_lab::roles_of(&lab, principal).len(), 1);
}
