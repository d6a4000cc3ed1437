//! CloudPi from nothing to the values of its form, under each agreement; again; and after a run that was cut off.

use azconnect::sandbox::{Action, Rule, ids};
use serde_json::Value;

use crate::billing_lab::{REMOVE, customers, each, init, lab, run, words, writes};
use crate::lab::Lab;
use crate::people;

const REGION: [&str; 4] = ["--location", "westeurope", "--backfill-months", "0"];

fn connect(lab: &Lab, flags: &[&str]) -> Value {
    run(lab, "cloudpi", &[&REGION[..], flags].concat())
        .exits(0)
        .json()
}

/// The same by a person: on MCA and MPA accounts Azure lets no application make exports.
fn connect_by_person(lab: &Lab, flags: &[&str]) -> Value {
    let signed_in = ["--sign-in", "browser", "--tenant", "contoso.com"];
    let arguments = init(lab, "cloudpi", &[&REGION[..], flags, &signed_in].concat());
    people::sign_in_by_browser(lab, ids::AVERY_NAME, &words(&arguments))
        .exits(0)
        .json()
}

fn with_people() -> Lab {
    let mut lab = lab();
    people::nobody_else(&mut lab);
    people::give_browser(&mut lab);
    lab
}

fn field<'a>(document: &'a Value, key: &str) -> &'a str {
    let all = document["handover"]["fields"].as_array().unwrap();
    let field = all.iter().find(|field| field["key"] == key);
    field.unwrap_or_else(|| panic!("no {key} in {document:#}"))["value"]
        .as_str()
        .unwrap()
}

#[test]
fn every_agreement_is_connected_and_a_rerun_changes_nothing() {
    let customer = customers(&lab())[0].1.to_string();
    let subscription = ids::SUBSCRIPTION.to_string();
    for flags in [
        vec!["--billing-account", ids::ENROLLMENT],
        vec!["--billing-account", ids::MCA_ACCOUNT],
        vec![
            "--billing-account",
            ids::MPA_ACCOUNT,
            "--customer-tenant",
            &customer,
        ],
        vec!["--subscription", &subscription],
    ] {
        let lab = with_people();
        let document = connect_by_person(&lab, &flags);
        let account = field(&document, "storage_account_name").to_owned();
        assert!(field(&document, "storage_account_id").ends_with(&account));
        assert_eq!(field(&document, "container"), "cost-exports");
        assert_eq!(field(&document, "export_directory"), "azconnect/spot");
        let name = field(&document, "export_name").to_owned();
        lab.state(|state| {
            assert!(
                state.storage.accounts[&account]
                    .containers
                    .contains_key("cost-exports")
            );
            let [export] = state.exports.exports.values().collect::<Vec<_>>()[..] else {
                panic!("one export");
            };
            assert_eq!(export.name, name);
        });
        let before = lab.log().len();
        let again = connect_by_person(&lab, &flags);
        let changed: Vec<String> = writes(&lab, before)
            .iter()
            .map(|entry| format!("{} {}", entry.method, entry.path))
            .collect();
        assert!(changed.is_empty(), "{flags:?}: {changed:#?}");
        assert!(
            each(&again, "steps", "change")
                .iter()
                .all(|change| *change == "reuse"),
            "{again:#}"
        );
        // What the connection has is kept, though nobody names it again.
        assert_eq!(field(&again, "export_name"), name);
        let remove = [&REMOVE[..], &["--sign-in", "browser"]].concat();
        people::sign_in_by_browser(&lab, ids::AVERY_NAME, &remove).exits(0);
        lab.state(|state| assert!(state.exports.exports.is_empty(), "{flags:?}"));
    }
}

#[test]
fn a_run_that_was_cut_off_goes_on_with_the_same_names() {
    let lab = lab();
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some("PUT".to_owned()),
        path_contains: Some("/containers/".to_owned()),
        nth: 1,
        times: 100,
        action: Action::Respond {
            status: 400,
            headers: [("Content-Type".to_owned(), "application/json".to_owned())].into(),
            body: Some(serde_json::json!({"error": {"code": "Stopped", "message": "Not now."}})),
        },
    });
    let flags = [
        &REGION[..],
        &[
            "--billing-account",
            ids::ENROLLMENT,
            "--export-dataset",
            "focus",
            "--export-name",
            "daily",
            "--export-directory",
            "here/it/goes",
            "--container",
            "files",
        ],
    ]
    .concat();
    run(&lab, "cloudpi", &flags).exits(6);
    lab.sandbox().faults().clear();
    let resume = [
        "init",
        "cloudpi",
        "--connection",
        "spot",
        "--resume",
        "--yes",
        "--output",
        "json",
    ];
    let document = lab.run(&resume).exits(0).json();
    assert_eq!(field(&document, "export_name"), "daily");
    assert_eq!(field(&document, "export_directory"), "here/it/goes");
    assert_eq!(field(&document, "container"), "files");
    lab.state(|state| {
        assert_eq!(state.storage.accounts.len(), 1);
        assert_eq!(state.exports.exports.len(), 1);
    });
}

#[test]
fn an_export_that_does_the_same_is_used_and_left_when_the_connection_goes() {
    let lab = lab();
    let flags = ["--billing-account", ids::ENROLLMENT];
    let first = connect(&lab, &flags);
    let other = [
        &[
            "init",
            "cloudpi",
            "--connection",
            "other",
            "--yes",
            "--no-input",
            "--output",
            "json",
            "--store",
            "none",
        ][..],
        &REGION,
        &flags,
    ]
    .concat();
    let second = lab.run(&other).exits(0).json();
    assert_eq!(field(&second, "export_name"), field(&first, "export_name"));
    assert_eq!(field(&second, "export_directory"), "azconnect/spot");
    lab.state(|state| assert_eq!(state.exports.exports.len(), 1));
    lab.run(&["remove", "other", "--yes"]).exits(0);
    lab.state(|state| assert_eq!(state.exports.exports.len(), 1));
}
