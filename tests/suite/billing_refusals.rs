//! Billing accounts that can't be connected, and ids that are not what they should be: each is told apart, explained, and leads on.

use azconnect::sandbox::{AccountStatus, Action, Rule, State, ids};
use serde_json::{Value, json};

use crate::billing_lab::{account, connect, finding, grants, lab, run, state, with, writes};
use crate::failing::{hints, leads_on};
use crate::lab::Lab;

/// A refusal: what is done to the world, what is typed, and how it ends.
struct Case {
    name: &'static str,
    prepare: fn(&mut State),
    vendor: &'static str,
    flags: &'static [&'static str],
    exit: (i32, &'static str),
    code: &'static str,
    /// Words of the message, of the reason, and of one of the fixes.
    says: [&'static str; 3],
}

const NOBODYS_TENANT: &str = "11111111-2222-4333-8444-555555555555";
const USAGE: (i32, &str) = (2, "usage");

const CASES: &[Case] = &[
    Case {
        name: "a wrong enrollment number",
        prepare: |_| {},
        vendor: "spot-billing-engine",
        flags: &["--billing-account", "99999999"],
        exit: USAGE,
        code: "billing_account_unknown",
        says: [
            "`99999999`",
            "enrollment number has only digits",
            "az billing account list",
        ],
    },
    Case {
        name: "only the first part of a name",
        prepare: |_| {},
        vendor: "spaceone",
        flags: &["--billing-account", "39a00000-0000-4000-8000-000000000001"],
        exit: USAGE,
        code: "billing_account_unknown",
        says: [
            "39a00000-0000-4000-8000-000000000001",
            "whole `guid:guid_date`",
            "Properties",
        ],
    },
    Case {
        name: "an account of another directory",
        prepare: |state| {
            let tenant = state.add_tenant("Fabrikam", "fabrikam.com");
            let theirs = state.add_mca_account(tenant, "Fabrikam Services");
            state.assign_billing_role(
                ids::OPERATOR_SERVICE_PRINCIPAL,
                ids::BILLING_ROLE_ACCOUNT_READER,
                &theirs,
            );
            let account = state.billing_account_mut(&theirs).unwrap();
            account.name = "fab00000-0000-4000-8000-000000000001:fab00000-0000-4000-8000-000000000002_2019-05-31".to_owned();
            let account = account.clone();
            let theirs = crate::billing_lab::account(&account.name);
            state.billing.accounts.insert(account.name.clone(), account);
            state.assign_billing_role(
                ids::OPERATOR_SERVICE_PRINCIPAL,
                ids::BILLING_ROLE_ACCOUNT_READER,
                &theirs,
            );
        },
        vendor: "spot-billing-engine",
        flags: &[
            "--billing-account",
            "fab00000-0000-4000-8000-000000000001:fab00000-0000-4000-8000-000000000002_2019-05-31",
        ],
        exit: USAGE,
        code: "billing_account_elsewhere",
        says: ["Fabrikam Services", "its own directory", "--tenant "],
    },
    Case {
        name: "an enrollment that was moved to a customer agreement",
        prepare: |state| {
            let scope = account(ids::TRANSFERRED_ENROLLMENT);
            state.assign_billing_role(
                ids::OPERATOR_SERVICE_PRINCIPAL,
                ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR,
                &scope,
            );
        },
        vendor: "spot-billing-engine",
        flags: &["--billing-account", ids::TRANSFERRED_ENROLLMENT],
        exit: USAGE,
        code: "billing_account_inactive",
        says: [
            "transferred",
            "moved to a Microsoft Customer Agreement",
            ids::MCA_ACCOUNT,
        ],
    },
    Case {
        name: "the same, where its successor can't be seen",
        prepare: |state| {
            let scope = account(ids::TRANSFERRED_ENROLLMENT);
            state.billing.role_assignments.clear();
            state.assign_billing_role(
                ids::OPERATOR_SERVICE_PRINCIPAL,
                ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR,
                &scope,
            );
        },
        vendor: "spot-billing-engine",
        flags: &[],
        exit: USAGE,
        code: "billing_account_inactive",
        says: [
            "transferred",
            "moved to a Microsoft Customer Agreement",
            "az billing account list",
        ],
    },
    Case {
        name: "pay-as-you-go",
        prepare: |state| {
            let account = state.billing_account_mut(ids::MOSP_ACCOUNT).unwrap();
            account.administrator = Some(ids::OPERATOR_SERVICE_PRINCIPAL);
        },
        vendor: "spot-billing-engine",
        flags: &["--billing-account", ids::MOSP_ACCOUNT],
        exit: USAGE,
        code: "agreement_unsupported",
        says: [
            "Microsoft Online Services Program",
            "no roles that could be given",
            "init generic --subscription",
        ],
    },
    Case {
        name: "pay-as-you-go, named for any tool",
        prepare: |state| {
            let account = state.billing_account_mut(ids::MOSP_ACCOUNT).unwrap();
            account.administrator = Some(ids::OPERATOR_SERVICE_PRINCIPAL);
        },
        vendor: "generic",
        flags: &["--billing-account", ids::MOSP_ACCOUNT],
        exit: USAGE,
        code: "agreement_unsupported",
        says: [
            "Microsoft Online Services Program",
            "no roles that could be given",
            "init generic --subscription",
        ],
    },
    Case {
        name: "a customer of a provider before the Azure plan",
        prepare: |state| {
            let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
            account.account_type = "ClassicPartner".to_owned();
        },
        vendor: "spaceone",
        flags: &["--billing-account", ids::MPA_ACCOUNT],
        exit: USAGE,
        code: "agreement_unsupported",
        says: [
            "Cloud Solution Provider",
            "partner",
            "init generic --subscription",
        ],
    },
    Case {
        name: "no billing role at all",
        prepare: |state| state.billing.role_assignments.clear(),
        vendor: "spot-billing-engine",
        flags: &[],
        exit: (5, "forbidden"),
        code: "no_billing_role",
        says: [
            "no billing role",
            "says nothing about whether there is one",
            "--billing-account",
        ],
    },
    Case {
        name: "another agreement than was said",
        prepare: |_| {},
        vendor: "spot-billing-engine",
        flags: &["--billing-account", ids::MCA_ACCOUNT, "--agreement", "ea"],
        exit: USAGE,
        code: "other_agreement",
        says: [
            "Microsoft Customer Agreement, not the Enterprise Agreement",
            "depends on the agreement",
            "--agreement mca",
        ],
    },
    Case {
        name: "an agreement that the vendor can't read",
        prepare: |_| {},
        vendor: "spot-billing-engine",
        flags: &["--billing-account", ids::MPA_ACCOUNT],
        exit: USAGE,
        code: "agreement_unsupported",
        says: [
            "Microsoft Partner Agreement",
            "Enterprise Agreement, Microsoft Customer Agreement",
            "azconnect init",
        ],
    },
    Case {
        name: "a directory that is no customer",
        prepare: |_| {},
        vendor: "spaceone",
        flags: &[
            "--billing-account",
            ids::MPA_ACCOUNT,
            "--customer-tenant",
            NOBODYS_TENANT,
        ],
        exit: USAGE,
        code: "not_a_customer",
        says: [
            NOBODYS_TENANT,
            "12 customers",
            "https://partner.microsoft.com",
        ],
    },
    Case {
        name: "customers of an account that has none",
        prepare: |_| {},
        vendor: "spaceone",
        flags: &[
            "--billing-account",
            ids::ENROLLMENT,
            "--customer-tenant",
            NOBODYS_TENANT,
        ],
        exit: USAGE,
        code: "not_under_agreement",
        says: [
            "`--customer-tenant`",
            "Microsoft Partner Agreement only",
            "--customer-tenant",
        ],
    },
    Case {
        name: "a billing profile of an enrollment",
        prepare: |_| {},
        vendor: "spot-billing-engine",
        flags: &[
            "--billing-account",
            ids::ENROLLMENT,
            "--billing-profile",
            "CNTS-MAIN-BG7-TGB",
        ],
        exit: USAGE,
        code: "not_under_agreement",
        says: [
            "`--billing-profile`",
            "Customer and Partner",
            "--billing-profile",
        ],
    },
];

fn is_explained(case: &Case, document: &Value) {
    let error = &document["error"];
    let said = format!("{}: {document:#}", case.name);
    assert_eq!(document["exit"], case.exit.1, "{said}");
    assert_eq!(error["code"], case.code, "{said}");
    assert!(
        error["message"].as_str().unwrap().contains(case.says[0]),
        "{said}"
    );
    assert!(
        error["why"]
            .as_str()
            .unwrap_or_default()
            .contains(case.says[1]),
        "{said}"
    );
    assert!(
        hints(document)
            .iter()
            .any(|hint| hint.contains(case.says[2]) && leads_on(hint)),
        "{said}"
    );
}

#[test]
fn what_cannot_be_connected_is_told_apart_before_anything_is_changed() {
    for case in CASES {
        let mut state = state();
        (case.prepare)(&mut state);
        let lab = with(state);
        let ran = run(&lab, case.vendor, case.flags);
        let document = ran.json();
        is_explained(case, &document);
        assert_eq!(ran.code, case.exit.0, "{}", case.name);
        assert_eq!(writes(&lab, 0).len(), 0, "{}", case.name);
        assert!(!lab.secret_file().exists(), "{}", case.name);
    }
}

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
