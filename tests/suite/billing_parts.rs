//! Parts of a billing account: a department, an invoice section, a billing profile, single customers of a partner.

use azconnect::sandbox::{Action, BillingProfile, Rule, State, ids};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::billing_lab::{
    REMOVE, account, customers, each, finding, grants, lab, principal, roles_of, run, state, with,
    writes,
};
use crate::failing::hints;
use crate::lab::Lab;

const SECTION: &str = "CNTS-INV1-PJA-TGB";
const SECOND: &str = "CNTS-NORD-BG7-TGB";

/// The name of the billing profile that every account has.
fn profile() -> String {
    let id = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    id.rsplit('/').next().unwrap().to_owned()
}

/// A second billing profile, which makes it a choice.
pub(crate) fn two_profiles(name: &str) -> State {
    let mut state = state();
    let account = state.billing_account_mut(name).unwrap();
    let second = BillingProfile {
        name: SECOND.to_owned(),
        display_name: "Contoso Nordic".to_owned(),
        currency: "SEK".to_owned(),
        invoice_sections: [("CNTS-INV2-PJA-TGB".to_owned(), "Nordic".to_owned())].into(),
    };
    account.profiles.insert(SECOND.to_owned(), second);
    state
}

/// Connects, checks, connects again, and takes it back: one role at the scope, and it alone.
fn whole_life(lab: &Lab, flags: &[&str], given_at: &str, role: Uuid) -> Value {
    let document = run(lab, "generic", flags).exits(0).json();
    assert_eq!(
        document["connection"]["scopes"],
        json!([given_at]),
        "{document:#}"
    );
    let principal = principal(lab);
    let roles = roles_of(lab, principal);
    assert_eq!(roles.len(), 1, "{roles:?}");
    assert_eq!((roles[0].0.as_str(), roles[0].1), (given_at, role));
    let check = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(0)
        .json();
    for id in ["billing.account", "cost-management.cost-data"] {
        if id != "billing.account" || !given_at.contains("/customers/") {
            assert_eq!(finding(&check, id)["status"], "pass", "{check:#}");
        }
    }
    let from = lab.log().len();
    run(lab, "generic", flags).exits(0);
    assert_eq!(writes(lab, from).len(), 0, "a rerun changes nothing");
    lab.run(&["check", "spot", "--deep"]).exits(0);
    lab.run(&REMOVE).exits(0);
    assert_eq!(roles_of(lab, principal).len(), 0);
    document
}

#[test]
fn a_department_gets_a_put_under_a_name_of_our_own() {
    let lab = lab();
    let scope = format!("{}/departments/101", account(ids::ENROLLMENT));
    let flags = ["--billing-account", ids::ENROLLMENT, "--department", "101"];
    let document = whole_life(&lab, &flags, &scope, ids::BILLING_ROLE_DEPARTMENT_READER);
    let put = &grants(&lab, 0)[0];
    let (at, name) = put.path.rsplit_once("/billingRoleAssignments/").unwrap();
    assert_eq!((put.method.as_str(), at), ("PUT", scope.as_str()));
    assert_ne!(
        Uuid::try_parse(name).unwrap(),
        ids::BILLING_ROLE_DEPARTMENT_READER
    );
    assert!(
        put.query
            .contains(&("api-version".to_owned(), "2019-10-01-preview".to_owned()))
    );
    let fields = document["handover"]["fields"].to_string();
    assert!(
        fields.contains("department_id") && fields.contains("101"),
        "{fields}"
    );
}

#[test]
fn an_invoice_section_needs_no_profile_where_there_is_one() {
    let lab = lab();
    let profile_id = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    let scope = format!("{profile_id}/invoiceSections/{SECTION}");
    let role = ids::BILLING_ROLE_SECTION_OR_CUSTOMER_READER;
    let flags = [
        "--billing-account",
        ids::MCA_ACCOUNT,
        "--invoice-section",
        SECTION,
    ];
    whole_life(&lab, &flags, &scope, role);
    let lab = with(two_profiles(ids::MCA_ACCOUNT));
    let document = run(&lab, "generic", &flags).exits(2).json();
    let said = document["error"].to_string();
    assert!(
        said.contains("--billing-profile") && said.contains(SECOND),
        "{said}"
    );
    let name = profile();
    let flags = [&flags[..], &["--billing-profile", &name]].concat();
    whole_life(&lab, &flags, &scope, role);
}

#[test]
fn single_customers_are_read_without_the_account() {
    let lab = lab();
    let customer = customers(&lab)[3].1.to_string();
    let profile_id = State::first_billing_profile(&account(ids::MPA_ACCOUNT));
    let scope = format!("{profile_id}/customers/{customer}");
    let flags = [
        "--billing-account",
        ids::MPA_ACCOUNT,
        "--billing-role",
        "customer-reader",
        "--customer-tenant",
        &customer,
    ];
    let role = ids::BILLING_ROLE_SECTION_OR_CUSTOMER_READER;
    let document = whole_life(&lab, &flags, &scope, role);
    let fields = document["handover"]["fields"].to_string();
    assert!(fields.contains(&customer), "{fields}");
    let asked = |end: &str| {
        lab.log()
            .iter()
            .filter(|entry| entry.path.ends_with(end))
            .count()
    };
    let query = format!("/customers/{customer}/providers/Microsoft.CostManagement/query");
    assert!(asked(&query) > 0);
    assert_eq!(
        asked(&format!(
            "{}/providers/Microsoft.CostManagement/query",
            ids::MPA_ACCOUNT
        )),
        0
    );
    let nobody = run(&lab, "generic", &flags[..4]).exits(2).json();
    assert!(
        nobody["error"].to_string().contains("--customer-tenant"),
        "{nobody:#}"
    );
}

#[test]
fn a_part_that_is_not_there_is_refused_with_those_that_are() {
    let lab = lab();
    let name = profile();
    for (account, flag, wrong, right) in [
        (ids::ENROLLMENT, "--department", "999", "101 (Production)"),
        (ids::MCA_ACCOUNT, "--billing-profile", "NONE", name.as_str()),
        (ids::MCA_ACCOUNT, "--invoice-section", "NONE", SECTION),
    ] {
        let flags = ["--billing-account", account, flag, wrong];
        let document = run(&lab, "generic", &flags).exits(2).json();
        let code = document["error"]["code"].as_str().unwrap();
        assert!(code.ends_with("_unknown"), "{document:#}");
        assert!(
            document["error"]["why"].as_str().unwrap().contains(right),
            "{document:#}"
        );
        assert!(
            hints(&document).iter().any(|hint| hint.contains(flag)),
            "{document:#}"
        );
    }
    for (account, flag, value) in [
        (ids::MCA_ACCOUNT, "--department", "101"),
        (ids::ENROLLMENT, "--invoice-section", SECTION),
        (ids::MPA_ACCOUNT, "--invoice-section", SECTION),
        (ids::MCA_ACCOUNT, "--billing-role", "customer-reader"),
    ] {
        let flags = ["--billing-account", account, flag, value];
        let document = run(&lab, "generic", &flags).exits(2).json();
        assert_eq!(
            document["error"]["code"], "not_under_agreement",
            "{document:#}"
        );
    }
    assert_eq!(writes(&lab, 0).len(), 0);
}

/// SpaceONE lists the customers of the account whichever were chosen, and Billing Engine reads the account.
#[test]
fn a_vendor_that_reads_the_account_gets_no_narrower_role() {
    let lab = lab();
    let customer = customers(&lab)[0].1.to_string();
    for (vendor, account, flags) in [
        (
            "spaceone",
            ids::MPA_ACCOUNT,
            &[
                "--billing-role",
                "customer-reader",
                "--customer-tenant",
                customer.as_str(),
            ][..],
        ),
        (
            "spot-billing-engine",
            ids::ENROLLMENT,
            &["--department", "101"][..],
        ),
    ] {
        let flags = [&["--billing-account", account], flags].concat();
        let document = run(&lab, vendor, &flags).exits(2).json();
        assert_eq!(
            document["error"]["code"], "vendor_reads_the_account",
            "{document:#}"
        );
        assert!(
            hints(&document)
                .iter()
                .any(|hint| hint.contains("init generic")),
            "{document:#}"
        );
    }
}

#[test]
fn a_profile_is_known_by_its_name_and_all_means_the_account() {
    let lab = with(two_profiles(ids::MCA_ACCOUNT));
    let lower = SECOND.to_lowercase();
    let flags = [
        "--billing-account",
        ids::MCA_ACCOUNT,
        "--billing-profile",
        &lower,
    ];
    let scope = format!("{}/billingProfiles/{SECOND}", account(ids::MCA_ACCOUNT));
    whole_life(&lab, &flags, &scope, ids::BILLING_ROLE_PROFILE_READER);
    for more in [&["--billing-profile", "all"][..], &[]] {
        let flags = [&["--billing-account", ids::MCA_ACCOUNT], more].concat();
        let role = ids::BILLING_ROLE_ACCOUNT_READER;
        whole_life(&lab, &flags, &account(ids::MCA_ACCOUNT), role);
    }
}

/// The first grant fails, so that there is a run to go on with.
fn refused_once(lab: &Lab) {
    lab.sandbox().faults().add(Rule {
        service: None,
        method: None,
        path_contains: Some("billingRoleAssignment".to_owned()),
        nth: 1,
        times: 1,
        action: Action::Respond {
            status: 422,
            headers: [("Content-Type".to_owned(), "application/json".to_owned())].into(),
            body: Some(json!({"error": {"code": "UnprocessableEntity", "message": "Not now."}})),
        },
    });
}

/// What was named in an interrupted run is named again, from its journal.
#[test]
fn an_interrupted_run_goes_on_at_the_same_part() {
    let cases = [
        (
            vec!["--billing-account", ids::ENROLLMENT, "--department", "102"],
            "/departments/102",
        ),
        (
            vec![
                "--billing-account",
                ids::MCA_ACCOUNT,
                "--invoice-section",
                SECTION,
            ],
            SECTION,
        ),
    ];
    for (flags, end) in cases {
        let lab = lab();
        refused_once(&lab);
        assert_ne!(run(&lab, "generic", &flags).code, 0);
        let document = run(&lab, "generic", &["--resume"]).exits(0).json();
        let scope = document["connection"]["scopes"][0].as_str().unwrap();
        assert!(scope.ends_with(end), "{scope}");
        assert_eq!(
            each(&document, "steps", "status"),
            ["found", "found", "found", "done"]
        );
    }
    let lab = lab();
    let customer = customers(&lab)[1].1.to_string();
    let flags = [
        "--billing-account",
        ids::MPA_ACCOUNT,
        "--billing-role",
        "customer-reader",
        "--customer-tenant",
        &customer,
    ];
    refused_once(&lab);
    assert_ne!(run(&lab, "generic", &flags).code, 0);
    let document = run(&lab, "generic", &["--resume"]).exits(0).json();
    let scope = document["connection"]["scopes"][0].as_str().unwrap();
    assert!(
        scope.contains("/billingProfiles/") && scope.ends_with(&customer),
        "{scope}"
    );
}
