//! Billing accounts from end to end, under each agreement: connected, found again, checked, handed over, taken away.

use azconnect::sandbox::ids;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::aftermath::azure;
use crate::billing_lab::{
    REMOVE, account, connect, each, finding, lab, principal, roles_of, writes,
};
use crate::lab::Lab;

/// A vendor and an account that it reads.
struct Case {
    vendor: &'static str,
    account: &'static str,
    agreement: &'static str,
    role: Uuid,
    labels: &'static [&'static str],
}

const ENGINE: &[&str] = &[
    "Application (client) ID",
    "Directory (tenant) ID",
    "Agreement Type",
    "Billing Account ID",
    "application secret",
    "secret expiration date",
];
const SPACEONE: &[&str] = &[
    "Billing Account ID",
    "Tenant ID",
    "Client ID",
    "Client Secret",
];
const GENERIC: &[&str] = &[
    "Directory (tenant) ID",
    "Application (client) ID",
    "Client secret",
    "Billing account ID",
];

const CASES: &[Case] = &[
    Case {
        vendor: "spot-billing-engine",
        account: ids::ENROLLMENT,
        agreement: "ea",
        role: ids::BILLING_ROLE_ENROLLMENT_READER,
        labels: ENGINE,
    },
    Case {
        vendor: "spot-billing-engine",
        account: ids::MCA_ACCOUNT,
        agreement: "mca",
        role: ids::BILLING_ROLE_ACCOUNT_READER,
        labels: ENGINE,
    },
    Case {
        vendor: "spaceone",
        account: ids::ENROLLMENT,
        agreement: "ea",
        role: ids::BILLING_ROLE_ENROLLMENT_READER,
        labels: SPACEONE,
    },
    Case {
        vendor: "spaceone",
        account: ids::MCA_ACCOUNT,
        agreement: "mca",
        role: ids::BILLING_ROLE_ACCOUNT_READER,
        labels: SPACEONE,
    },
    Case {
        vendor: "spaceone",
        account: ids::MPA_ACCOUNT,
        agreement: "mpa",
        role: ids::BILLING_ROLE_ACCOUNT_READER,
        labels: SPACEONE,
    },
    Case {
        vendor: "generic",
        account: ids::ENROLLMENT,
        agreement: "ea",
        role: ids::BILLING_ROLE_ENROLLMENT_READER,
        labels: GENERIC,
    },
    Case {
        vendor: "generic",
        account: ids::MPA_ACCOUNT,
        agreement: "mpa",
        role: ids::BILLING_ROLE_ACCOUNT_READER,
        labels: GENERIC,
    },
];

/// The value under a key of the hand-over.
fn value<'a>(document: &'a Value, key: &str) -> &'a Value {
    let fields = document["handover"]["fields"].as_array().unwrap();
    let field = fields.iter().find(|field| field["key"] == key);
    &field.unwrap_or_else(|| panic!("no {key} in {document:#}"))["value"]
}

fn is_connected(case: &Case, lab: &Lab, document: &Value) {
    let said = format!("{} {}: {document:#}", case.vendor, case.agreement);
    assert_eq!(each(document, "steps", "status"), ["done"; 4], "{said}");
    assert!(
        each(document, "checks", "status")
            .iter()
            .all(|status| *status == "pass"),
        "{said}"
    );
    assert_eq!(
        document["connection"]["agreement"], case.agreement,
        "{said}"
    );
    assert_eq!(
        document["connection"]["scopes"],
        json!([account(case.account)]),
        "{said}"
    );
    assert_eq!(
        each(&document["handover"], "fields", "label"),
        case.labels,
        "{said}"
    );
    assert_eq!(
        value(document, "billing_account_id"),
        case.account,
        "{said}"
    );
    assert_eq!(value(document, "tenant_id"), &json!(ids::TENANT), "{said}");
    assert_eq!(value(document, "client_secret"), &Value::Null, "{said}");
    let given = roles_of(lab, principal(lab));
    assert_eq!(given.len(), 1, "{given:?}");
    assert_eq!(
        (given[0].0.as_str(), given[0].1),
        (account(case.account).as_str(), case.role)
    );
}

fn is_seen_by_other_commands(case: &Case, lab: &Lab) {
    let list = lab.run(&["list", "--output", "json"]).exits(0).json();
    assert_eq!(list["connections"][0]["agreement"], case.agreement);
    let show = lab
        .run(&["show", "spot", "--output", "json"])
        .exits(0)
        .json();
    let role = &roles_of(lab, principal(lab))[0];
    let id = format!("{}/billingRoleAssignments/{}", role.0, role.2);
    assert!(
        each(&show, "steps", "resource_id")
            .iter()
            .any(|found| found.eq_ignore_ascii_case(&id)),
        "{id} in {show:#}"
    );
    let check = lab
        .run(&["check", "spot", "--deep", "--output", "json"])
        .exits(0)
        .json();
    for id in [
        "billing.account",
        "cost-management.cost-data",
        "cost-management.cost-details",
    ] {
        assert_eq!(finding(&check, id)["status"], "pass", "{check:#}");
    }
    assert!(!check["costs"].as_array().unwrap().is_empty(), "{check:#}");
}

#[test]
fn every_vendor_reads_every_agreement_that_it_says() {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let one = |case: &Case| {
        let lab = lab();
        let before = azure(&lab);
        let first = connect(&lab, case.vendor, case.account).exits(0).json();
        is_connected(case, &lab, &first);
        is_seen_by_other_commands(case, &lab);
        let (seen, stands) = (lab.log().len(), azure(&lab).billing.role_assignments);
        let second = connect(&lab, case.vendor, case.account).exits(0).json();
        assert_eq!(each(&second, "steps", "status"), ["found"; 4]);
        assert_eq!(writes(&lab, seen).len(), 0, "{:#?}", writes(&lab, seen));
        assert_eq!(azure(&lab).billing.role_assignments, stands);
        assert_eq!(first["connection"], second["connection"]);
        lab.run(&REMOVE).exits(0);
        assert_eq!(azure(&lab), before, "{} {}", case.vendor, case.agreement);
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) =
                    CASES.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    one(case);
                }
            });
        }
    });
}

#[test]
fn the_agreement_is_handed_over_in_the_vendors_words() {
    for (name, title) in [
        (ids::ENROLLMENT, "Enterprise Agreement"),
        (ids::MCA_ACCOUNT, "Microsoft Customer Agreement"),
    ] {
        let lab = lab();
        let document = connect(&lab, "spot-billing-engine", name).exits(0).json();
        assert_eq!(value(&document, "agreement"), title);
        let expires = value(&document, "secret_expires")
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(expires.len(), "2027-05-19".len(), "{expires}");
    }
}
