//! Billing accounts that can't be connected, and ids that are not what they should be: each is told apart, explained, and leads on.

use azconnect::sandbox::{State, ids};
use serde_json::Value;

use crate::billing_lab::{account, run, state, with, writes};
use crate::failing::{hints, leads_on};

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
