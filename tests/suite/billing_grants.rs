//! How a billing role is given under each agreement, and what is left alone because it was there before.

use azconnect::sandbox::{Action, Rule, State, ids};
use serde_json::json;
use uuid::Uuid;

use crate::billing_lab::{
    REMOVE, account, connect, each, grants, lab, principal, roles_of, run, with, writes,
};

#[test]
fn an_enrollments_role_has_a_name_of_our_own_in_a_wrapped_put() {
    let lab = lab();
    connect(&lab, "spot-billing-engine", ids::ENROLLMENT).exits(0);
    let given = grants(&lab, 0);
    assert_eq!(given.len(), 1, "{given:#?}");
    let (put, principal) = (&given[0], principal(&lab));
    assert_eq!(put.method, "PUT");
    assert!(
        put.query
            .contains(&("api-version".to_owned(), "2019-10-01-preview".to_owned()))
    );
    let (scope, name) = put.path.rsplit_once("/billingRoleAssignments/").unwrap();
    assert_eq!(scope, account(ids::ENROLLMENT));
    let name = Uuid::try_parse(name).unwrap();
    assert!(![ids::BILLING_ROLE_ENROLLMENT_READER, principal].contains(&name));
    let definition = format!(
        "{scope}/billingRoleDefinitions/{}",
        ids::BILLING_ROLE_ENROLLMENT_READER
    );
    let expected = json!({"properties": {"principalId": principal, "principalTenantId": ids::TENANT, "roleDefinitionId": definition}});
    assert_eq!(put.request_body, expected);
}

#[test]
fn two_connections_of_one_enrollment_get_two_names() {
    let lab = lab();
    connect(&lab, "spot-billing-engine", ids::ENROLLMENT).exits(0);
    let store = format!("file:{}", lab.home().join("other.env").display());
    let arguments = [
        "init",
        "spaceone",
        "--connection",
        "other",
        "--yes",
        "--store",
        &store,
        "--billing-account",
        ids::ENROLLMENT,
    ];
    lab.run(&arguments).exits(0);
    let names: Vec<String> = grants(&lab, 0)
        .iter()
        .map(|entry| entry.path.clone())
        .collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);
    lab.run(&["check", "--all"]).exits(0);
}

#[test]
fn modern_accounts_get_a_flat_post_whose_location_is_looked_at_until_it_is_done() {
    for name in [ids::MCA_ACCOUNT, ids::MPA_ACCOUNT] {
        let lab = lab();
        let location = format!(
            "{}{}/operationResults/createBillingRoleAssignment_slow?api-version=2024-04-01",
            lab.sandbox().endpoints().arm,
            account(name)
        );
        lab.sandbox().faults().add(Rule {
            service: None,
            method: Some("GET".to_owned()),
            path_contains: Some("/operationResults/".to_owned()),
            nth: 1,
            times: 5,
            action: Action::Respond {
                status: 202,
                headers: [
                    ("Location".to_owned(), location),
                    ("Retry-After".to_owned(), "0".to_owned()),
                ]
                .into(),
                body: None,
            },
        });
        // The sixth look is at an operation that nobody knows any more: that the role is there has to be seen by listing.
        let document = connect(&lab, "spaceone", name).code;
        let given = grants(&lab, 0);
        assert_eq!(given.len(), 1, "{given:#?}");
        assert_eq!(
            given[0].path,
            format!("{}/createBillingRoleAssignment", account(name))
        );
        assert_eq!(given[0].status, Some(202));
        assert!(
            given[0]
                .query
                .contains(&("api-version".to_owned(), "2024-04-01".to_owned()))
        );
        let definition = format!(
            "{}/billingRoleDefinitions/{}",
            account(name),
            ids::BILLING_ROLE_ACCOUNT_READER
        );
        assert_eq!(
            given[0].request_body,
            json!({"principalId": principal(&lab), "principalTenantId": ids::TENANT, "roleDefinitionId": definition})
        );
        let looks = lab
            .log()
            .iter()
            .filter(|entry| entry.path.contains("/operationResults/"))
            .count();
        assert_eq!(looks, 6, "ended with {document}");
        connect(&lab, "spaceone", name).exits(0);
        assert_eq!(roles_of(&lab, principal(&lab)).len(), 1);
    }
}

#[test]
fn a_location_on_another_host_gets_no_token() {
    let lab = lab();
    let elsewhere = lab.sandbox().endpoints().graph.clone();
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some("POST".to_owned()),
        path_contains: Some("/createBillingRoleAssignment".to_owned()),
        nth: 1,
        times: 1,
        action: Action::Respond {
            status: 202,
            headers: [
                ("Location".to_owned(), format!("{elsewhere}/stolen")),
                ("Retry-After".to_owned(), "0".to_owned()),
            ]
            .into(),
            body: None,
        },
    });
    let document = connect(&lab, "spaceone", ids::MCA_ACCOUNT).json();
    assert_eq!(document["ok"], false, "{document:#}");
    assert!(
        document["error"]["message"]
            .as_str()
            .unwrap()
            .contains("another host"),
        "{document:#}"
    );
    assert!(lab.log().iter().all(|entry| !entry.path.contains("stolen")));
    connect(&lab, "spaceone", ids::MCA_ACCOUNT).exits(0);
}

/// An app with a service principal that was there before.
fn existing(state: &mut State) -> (String, Uuid) {
    let application = state.add_application(ids::TENANT, "Billing reader");
    let principal = state.add_service_principal(application).unwrap();
    (
        state.applications[&application].app_id.to_string(),
        principal,
    )
}

#[test]
fn an_assignment_that_was_there_is_found_by_listing_and_left_at_the_end() {
    for (name, role) in [
        (ids::ENROLLMENT, ids::BILLING_ROLE_ENROLLMENT_READER),
        (ids::MCA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_READER),
        (ids::MPA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_READER),
    ] {
        let mut state = crate::billing_lab::state();
        let (client_id, principal) = existing(&mut state);
        let theirs = state.assign_billing_role(principal, role, &account(name));
        let lab = with(state);
        let document = run(
            &lab,
            "spaceone",
            &["--app-id", &client_id, "--billing-account", name],
        )
        .exits(0)
        .json();
        assert_eq!(
            each(&document, "steps", "status")[3],
            "found",
            "{document:#}"
        );
        assert_eq!(grants(&lab, 0).len(), 0);
        let removed = lab.run(&REMOVE).exits(0);
        assert_eq!(
            roles_of(&lab, principal),
            [(account(name), role, theirs.clone())]
        );
        assert!(removed.stdout.contains(&theirs), "{removed:#?}");
    }
}

#[test]
fn one_role_on_an_enrollment_is_shown_and_not_overwritten() {
    let mut state = crate::billing_lab::state();
    let (client_id, principal) = existing(&mut state);
    let purchaser = Uuid::try_parse("da6647fb-7651-49ee-be91-c43c4877f0c4").unwrap();
    let theirs = state.assign_billing_role(principal, purchaser, &account(ids::ENROLLMENT));
    let lab = with(state);
    let ran = run(
        &lab,
        "spot-billing-engine",
        &["--app-id", &client_id, "--billing-account", ids::ENROLLMENT],
    );
    let document = ran.json();
    assert_eq!(
        document["error"]["code"], "EnrollmentRoleTaken",
        "{document:#}"
    );
    assert_eq!(ran.code, 2, "{document:#}");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("EA purchaser") && message.contains(&theirs),
        "{message}"
    );
    assert!(
        document["error"]["why"]
            .as_str()
            .unwrap()
            .contains("one role"),
        "{document:#}"
    );
    assert!(
        document["error"]["hints"]
            .to_string()
            .contains("--app-name"),
        "{document:#}"
    );
    assert_eq!(grants(&lab, 0).len(), 0);
    assert_eq!(
        roles_of(&lab, principal),
        [(account(ids::ENROLLMENT), purchaser, theirs)]
    );
}

#[test]
fn a_billing_profile_is_enough_where_it_is_named() {
    let lab = lab();
    let profile = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    let name = profile.rsplit('/').next().unwrap();
    let flags = [
        "--billing-account",
        ids::MCA_ACCOUNT,
        "--billing-profile",
        name,
    ];
    let document = run(&lab, "spot-billing-engine", &flags).exits(0).json();
    assert_eq!(document["connection"]["scopes"], json!([profile]));
    let given = roles_of(&lab, principal(&lab));
    assert_eq!(
        (given[0].0.as_str(), given[0].1),
        (profile.as_str(), ids::BILLING_ROLE_PROFILE_READER)
    );
    assert!(
        each(&document["handover"], "fields", "value").contains(&ids::MCA_ACCOUNT),
        "{document:#}"
    );
    let seen = lab.log().len();
    run(&lab, "spot-billing-engine", &flags).exits(0);
    assert_eq!(writes(&lab, seen).len(), 0);
    lab.run(&REMOVE).exits(0);
    // The principal itself is gone, and nobody else holds what was given.
    let left = lab.state(|state| {
        let all = state.billing.role_assignments.values();
        all.filter(|role| role.scope == profile).count()
    });
    assert_eq!(left, 0);
}

#[test]
fn a_role_that_the_account_does_not_offer_is_not_asked_for() {
    let lab = lab();
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some("GET".to_owned()),
        path_contains: Some("/billingRoleDefinitions".to_owned()),
        nth: 1,
        times: 1,
        action: Action::Respond {
            status: 200,
            headers: [("Content-Type".to_owned(), "application/json".to_owned())].into(),
            body: Some(json!({"value": [{"name": ids::BILLING_ROLE_ACCOUNT_OWNER}]})),
        },
    });
    let document = connect(&lab, "spaceone", ids::MPA_ACCOUNT).json();
    assert_eq!(
        document["error"]["code"], "BillingRoleNotOffered",
        "{document:#}"
    );
    assert_eq!(grants(&lab, 0).len(), 0);
    connect(&lab, "spaceone", ids::MPA_ACCOUNT).exits(0);
}
