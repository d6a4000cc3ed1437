//! `init`, then `remove`: the simulated Azure is what it was, for every vendor that can be connected.
//!
//! Compared is the whole state, but for what Azure itself keeps of removed things: a deleted app registration for 30 days, and a
//! resource provider that is registered, as others may rely on it by now. Everything else is the same to the byte.

use azconnect::plan;
use azconnect::sandbox::{State, ids};
use azconnect::vendors;

use crate::aftermath::azure;
use crate::billing_lab::{self, words};
use crate::exports_lab::{self, is_connected};
use crate::lab::{Lab, Ran};
use crate::partner_lab;

/// What an agreement's connection is asked for, beside the vendor.
const ACCOUNTS: [(&str, &str); 3] = [
    ("ea", ids::ENROLLMENT),
    ("mca", ids::MCA_ACCOUNT),
    ("mpa", ids::MPA_ACCOUNT),
];

/// The state that is compared: without the providers that are registered, which stay by design.
fn standing(lab: &Lab) -> serde_json::Value {
    let State { mut storage, .. } = azure(lab);
    let mut state = azure(lab);
    storage.providers.clear();
    // Azure takes its time with a group, and lists it meanwhile.
    storage
        .resource_groups
        .retain(|_, group| group.deleting_until.is_none());
    storage.operations.clear();
    state.storage = storage;
    serde_json::to_value(state).unwrap()
}

/// Where two states differ, for whoever reads a failure.
fn differences(path: &str, one: &serde_json::Value, other: &serde_json::Value) -> Vec<String> {
    use serde_json::Value;
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter()
                .flat_map(|key| {
                    let null = Value::Null;
                    let (a, b) = (a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null));
                    differences(&format!("{path}/{key}"), a, b)
                })
                .collect()
        }
        (a, b) if a == b => Vec::new(),
        (a, b) => vec![format!("{path}: {a} / {b}")],
    }
}

/// Connects a vendor in a world of its own, takes it back, and compares.
fn there_and_back(vendor: &str, what: &str, connect: impl FnOnce(&Lab) -> Ran) {
    there_and_back_in(exports_lab::lab(), (vendor, what), connect);
}

fn there_and_back_in(lab: Lab, (vendor, what): (&str, &str), connect: impl FnOnce(&Lab) -> Ran) {
    let before = standing(&lab);
    let made = lab.log().len();
    is_connected(connect(&lab));
    assert!(
        lab.log()[made..]
            .iter()
            .any(|entry| matches!(entry.method.as_str(), "PUT" | "PATCH" | "POST")),
        "{vendor} {what}: nothing was made"
    );
    assert_ne!(standing(&lab), before, "{vendor} {what}");
    lab.run(&["remove", "spot", "--confirm", "spot", "--with-data"])
        .exits(0);
    let left = differences("", &before, &standing(&lab));
    assert!(left.is_empty(), "{vendor} {what}: {left:#?}");
    let list = lab.run(&["list", "--output", "json"]).exits(0).json();
    assert_eq!(list["connections"], serde_json::json!([]));
}

fn connectable() -> Vec<&'static vendors::Vendor> {
    let all: Vec<_> = vendors::all()
        .iter()
        .filter(|vendor| plan::lacks(vendor).is_none())
        .collect();
    assert!(all.len() >= 5, "{all:#?}");
    all
}

fn reads_subscriptions(vendor: &vendors::Vendor) -> bool {
    !plan::needs_billing_account(vendor) && !vendor.grants.is_empty()
}

#[test]
fn of_each_vendor_that_reads_partner_center_alone() {
    let mut tried = 0;
    for vendor in connectable() {
        if vendor.grants.is_empty() {
            tried += 1;
            there_and_back_in(partner_lab::lab(|_| {}), (&vendor.id, "partner"), |lab| {
                billing_lab::run(
                    lab,
                    &vendor.id,
                    &[
                        "--partner-id",
                        ids::PARTNER_LOCATION_ID,
                        "--partner-app",
                        "new",
                    ],
                )
            });
        }
    }
    assert!(tried >= 1);
}

#[test]
fn of_each_vendor_that_reads_subscriptions() {
    let subscription = ids::SUBSCRIPTION.to_string();
    let mut tried = 0;
    for vendor in connectable() {
        if !reads_subscriptions(vendor) {
            continue;
        }
        tried += 1;
        there_and_back(&vendor.id, "subscription", |lab| {
            let more = ["--subscription", subscription.as_str()];
            if vendor.export.is_some() && vendor.id != "generic" {
                lab.run(&words(&exports_lab::init_of(lab, &vendor.id, &more)))
            } else {
                billing_lab::run(lab, &vendor.id, &more)
            }
        });
    }
    assert!(tried >= 4, "{tried}");
}

/// Each kind of credential and of identity, with a tool that takes them all.
#[test]
fn of_each_kind_of_credential_and_identity() {
    let key = |lab: &Lab| format!("file:{}", lab.home().join("key.pem").display());
    type Connect = fn(&Lab, &str) -> Vec<String>;
    let kinds: [(&str, Connect); 7] = [
        ("secret", |_, _| vec![]),
        ("certificate", |_, key| {
            said(&["--credential", "certificate", "--store", key])
        }),
        ("the vendor's certificate", |lab, _| {
            let pair = rcgen::KeyPair::generate().unwrap();
            let made = rcgen::CertificateParams::new(Vec::new()).unwrap();
            std::fs::write(
                lab.home().join("vendor.pem"),
                made.self_signed(&pair).unwrap().pem(),
            )
            .unwrap();
            said(&["--credential", "certificate", "--certificate", "vendor.pem"])
        }),
        ("federated", |_, _| {
            said(&[
                "--credential",
                "federated",
                "--federated",
                "github:contoso/billing:ref:refs/heads/main",
            ])
        }),
        ("somebody's app", |lab, _| {
            let id = lab.state(|state| {
                let id = state.add_application(ids::TENANT, "Billing reader");
                state.applications[&id].app_id.to_string()
            });
            said(&["--app-id", &id])
        }),
        ("a principal", |lab, _| {
            let id = lab.state(|state| {
                let app = state.add_application(ids::TENANT, "Billing robot");
                state.add_service_principal(app).unwrap().to_string()
            });
            said(&["--principal-id", &id])
        }),
        ("the vendor's app", |_, _| {
            said(&["--vendor-app-id", &ids::VENDOR_CLIENT_ID.to_string()])
        }),
    ];
    let subscription = ids::SUBSCRIPTION.to_string();
    for (kind, connect) in kinds {
        for scope in [
            ["--subscription", subscription.as_str()],
            ["--billing-account", ids::ENROLLMENT],
        ] {
            let lab = billing_lab::lab();
            let more = connect(&lab, &key(&lab));
            let what = format!("{kind}, {}", scope[0]);
            there_and_back_in(lab, ("generic", &what), |lab| {
                let mut flags: Vec<&str> = scope.to_vec();
                flags.extend(more.iter().map(String::as_str));
                let mut all = billing_lab::init(lab, "generic", &[]);
                if more.contains(&"--store".to_owned()) {
                    // Another place than the one that every other run has.
                    let at = all.iter().position(|word| word == "--store").unwrap();
                    all.drain(at..at + 2);
                }
                lab.run(&words(
                    &[all, flags.iter().map(|flag| (*flag).to_owned()).collect()].concat(),
                ))
            });
        }
    }
}

fn said(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn of_each_vendor_that_reads_a_billing_account_under_each_of_its_agreements() {
    let mut tried = Vec::new();
    for vendor in connectable() {
        if !plan::needs_billing_account(vendor) {
            continue;
        }
        for (agreement, account) in ACCOUNTS {
            let is_wanted = vendor.agreements.iter().any(|each| each == agreement);
            if is_wanted {
                tried.push(format!("{} {agreement}", vendor.id));
                let (lab, mut more) = (partner_lab::lab(grant), vec!["--billing-account", account]);
                if vendor.asks.iter().any(|key| key == "partner_id") {
                    let partner = ["--partner-id", ids::PARTNER_LOCATION_ID];
                    more.extend(partner.into_iter().chain(["--customer-tenant", "all"]));
                }
                there_and_back_in(lab, (&vendor.id, agreement), |lab| {
                    billing_lab::run(lab, &vendor.id, &more)
                });
            }
        }
    }
    assert!(tried.len() >= 4, "{tried:#?}");
}

/// Every role that the operator of the billing tests may give, in the partner's world too.
fn grant(state: &mut State) {
    for (name, role) in [
        (ids::ENROLLMENT, ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR),
        (ids::MCA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_OWNER),
    ] {
        let at = billing_lab::account(name);
        state.assign_billing_role(ids::OPERATOR_SERVICE_PRINCIPAL, role, &at);
    }
}

#[test]
fn of_an_export_of_an_enrollment() {
    there_and_back("cloudpi", "enrollment", |lab| {
        exports_lab::connect(lab, &["--billing-account", ids::ENROLLMENT])
    });
}

#[test]
fn of_an_export_with_its_data_and_what_was_there_survives() {
    there_and_back("generic", "exports", |lab| {
        let subscription = ids::SUBSCRIPTION.to_string();
        let storage = format!(
            "/subscriptions/{subscription}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/{}",
            exports_lab::ACCOUNT
        );
        let words_of = billing_lab::init(
            lab,
            "generic",
            &[
                "--subscription",
                &subscription,
                "--export-dataset",
                "focus",
                "--storage-account",
                &storage,
                "--location",
                "westeurope",
                "--backfill-months",
                "0",
            ],
        );
        lab.run(&words(&words_of))
    });
}
