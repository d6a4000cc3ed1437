//! `azconnect remove`: what init made is gone, and nothing else.
//!
//! "As it was" leaves out what Azure itself keeps of a removed thing: a deleted app registration stays restorable for 30 days.

use std::collections::BTreeMap;
use std::time::Duration;

use azconnect::sandbox::{Action, Options, Replication, Rule, State, ids};
use serde_json::Value;

use crate::aftermath::{azure, journal_file, record_file};
use crate::lab::{Lab, Ran};

const REMOVE: [&str; 5] = ["remove", "spot", "--yes", "--output", "json"];

/// A directory with a second subscription, and an app with a service principal that reads the first one already.
fn world() -> (Lab, String) {
    let mut state = State::contoso();
    state.add_subscription("Contoso Staging");
    let id = state.add_application(ids::TENANT, "Billing reader");
    let principal = state.add_service_principal(id).unwrap();
    let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
    state.assign_role(principal, ids::ROLE_READER, &scope);
    let client_id = state.applications[&id].app_id.to_string();
    let options = Options {
        replication: Replication::none(),
        seed: state,
        ..Options::default()
    };
    (Lab::with(options), client_id)
}

/// `status change resource-title` of each step of a document.
fn rows(document: &Value) -> Vec<String> {
    let row = |step: &Value| {
        format!(
            "{} {} {}",
            step["change"].as_str().unwrap(),
            step["status"].as_str().unwrap(),
            step["id"].as_str().unwrap()
        )
    };
    document["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(row)
        .collect()
}

fn nothing_is_left_here(lab: &Lab) {
    for file in [journal_file(lab), record_file(lab), lab.secret_file()] {
        assert!(!file.exists(), "{}", file.display());
    }
    let list = lab.run(&["list", "--output", "json"]).exits(0).json();
    assert_eq!(list["connections"], serde_json::json!([]));
}

#[test]
fn what_init_made_is_gone_newest_first_and_all_else_is_as_it_was() {
    let lab = Lab::new();
    let before = azure(&lab);
    lab.run_init(&[]).exits(0);
    assert_ne!(azure(&lab), before);
    let document = lab.run(&REMOVE).exits(0).json();
    let role = format!(
        "remove done role:reader:/subscriptions/{}",
        ids::SUBSCRIPTION
    );
    assert_eq!(
        rows(&document),
        [
            role.as_str(),
            "remove done secret",
            "remove done service-principal",
            "remove done application"
        ]
    );
    assert_eq!(azure(&lab), before);
    nothing_is_left_here(&lab);
}

#[test]
fn what_was_there_before_survives_and_is_named() {
    let (lab, client_id) = world();
    let before = azure(&lab);
    lab.run_init(&["--app-id", &client_id, "--subscription", "all"])
        .exits(0);
    let document = lab.run(&REMOVE).exits(0).json();
    let mut rows = rows(&document);
    rows.sort();
    let staging = azure(&lab)
        .subscriptions
        .values()
        .find(|subscription| subscription.display_name == "Contoso Staging")
        .unwrap()
        .id;
    assert_eq!(
        rows,
        [
            format!("remove done role:reader:/subscriptions/{staging}"),
            "remove done secret".to_owned(),
            "reuse skipped application".to_owned(),
            format!(
                "reuse skipped role:reader:/subscriptions/{}",
                ids::SUBSCRIPTION
            ),
            "reuse skipped service-principal".to_owned(),
        ]
    );
    assert_eq!(azure(&lab), before);
    nothing_is_left_here(&lab);
}

#[test]
fn what_stays_is_named_to_people_too() {
    let (lab, client_id) = world();
    let subscription = ids::SUBSCRIPTION.to_string();
    lab.run_init(&["--app-id", &client_id, "--subscription", &subscription])
        .exits(0);
    let text = lab.run(&["remove", "spot", "--yes"]).exits(0);
    let left = text.stdout.split("Left, because").nth(1).unwrap();
    for title in [
        &format!("App registration {client_id}"),
        "Service principal",
        "Reader on",
    ] {
        assert!(left.contains(title), "{title}\n{text:#?}");
    }
}

#[test]
fn removed_twice_the_second_says_that_there_is_none() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    lab.run(&REMOVE).exits(0);
    let seen = lab.log().len();
    let second = lab.run(&REMOVE).exits(2).json();
    assert_eq!(second["error"]["code"], "connection_unknown");
    assert_eq!(lab.log().len(), seen, "it asked Azure");
}

#[test]
fn interrupted_by_a_failure_it_says_what_is_left_and_the_next_one_finishes() {
    let lab = Lab::new();
    let before = azure(&lab);
    lab.run_init(&[]).exits(0);
    refuse(&lab, "DELETE", "/servicePrincipals/");
    let failed = lab.run(&REMOVE).exits(6).json();
    let hints = failed["error"]["hints"].to_string();
    assert!(hints.contains("azconnect remove spot"), "{hints}");
    assert!(
        hints.contains("Service principal") && hints.contains("App registration"),
        "{hints}"
    );
    assert!(!hints.contains("Reader on"), "{hints}");
    let mut rows = rows(&failed);
    rows.truncate(4);
    assert_eq!(
        rows[1..],
        [
            "remove done secret",
            "remove failed service-principal",
            "remove pending application"
        ]
    );
    lab.sandbox().faults().clear();
    lab.run(&REMOVE).exits(0);
    assert_eq!(azure(&lab), before);
    nothing_is_left_here(&lab);
}

#[test]
fn told_to_keep_going_it_removes_the_rest_and_names_only_what_is_left() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    refuse(&lab, "DELETE", "/roleAssignments/");
    let failed = lab
        .run(&[
            "remove",
            "spot",
            "--keep-going",
            "--yes",
            "--output",
            "json",
        ])
        .exits(6)
        .json();
    let hints = failed["error"]["hints"].to_string();
    assert!(hints.contains("Still there: Reader on"), "{hints}");
    assert!(!hints.contains("App registration"), "{hints}");
    let mine = |state: &State| {
        state
            .role_assignments
            .values()
            .filter(|assignment| assignment.created_by.is_some())
            .count()
    };
    assert_eq!(mine(&azure(&lab)), 1);
    let here = azure(&lab);
    let here = here.applications.values();
    let here = here.filter(|app| app.tenant == azconnect::sandbox::ids::TENANT);
    assert_eq!(here.count(), 1, "the operator's alone");
    lab.sandbox().faults().clear();
    lab.run(&REMOVE).exits(0);
    assert_eq!(mine(&azure(&lab)), 0);
    nothing_is_left_here(&lab);
}

#[test]
fn an_unfinished_init_is_taken_back_as_far_as_it_came() {
    let lab = Lab::new();
    let before = azure(&lab);
    refuse(&lab, "PUT", "/roleAssignments/");
    let failed = lab.run_init(&[]).exits(6).json();
    assert!(
        failed["error"]["hints"]
            .to_string()
            .contains("azconnect remove spot")
    );
    lab.sandbox().faults().clear();
    lab.run(&REMOVE).exits(0);
    assert_eq!(azure(&lab), before);
    nothing_is_left_here(&lab);
}

#[test]
fn what_others_removed_meanwhile_counts_as_removed() {
    let lab = Lab::new();
    let before = azure(&lab);
    lab.run_init(&[]).exits(0);
    lab.state(|state| *state = before.clone());
    lab.run(&REMOVE).exits(0);
    assert_eq!(azure(&lab), before);
    nothing_is_left_here(&lab);
}

#[test]
fn what_others_added_to_our_app_does_not_stop_it_but_other_apps_roles_stay() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let strangers = lab.state(|state| {
        let lee = ids::LEE;
        state.assign_role(
            lee,
            ids::ROLE_CONTRIBUTOR,
            &format!("/subscriptions/{}", ids::SUBSCRIPTION),
        )
    });
    lab.run(&REMOVE).exits(0);
    assert!(azure(&lab).role_assignments.contains_key(&strangers));
}

/// Between looking and assigning, somebody gives the same role under another name: it is theirs.
#[test]
fn a_role_that_somebody_else_gave_meanwhile_is_found_and_stays() {
    let lab = Lab::new();
    lab.sandbox().faults().add(Rule {
        action: Action::HoldBefore(Duration::from_millis(1_500)),
        times: 1,
        ..refusal("PUT", "/roleAssignments/")
    });
    let init = lab.init(&[]);
    let words: Vec<&str> = init.iter().map(String::as_str).collect();
    let child = lab.start(&words);
    while !lab.log().iter().any(|entry| entry.method == "PUT") {
        std::thread::sleep(Duration::from_millis(5));
    }
    let theirs = lab.state(|state| {
        let mut all = state.service_principals.values();
        let made = all.find(|principal| principal.id != ids::OPERATOR_SERVICE_PRINCIPAL);
        let (principal, scope) = (
            made.unwrap().id,
            format!("/subscriptions/{}", ids::SUBSCRIPTION),
        );
        state.assign_role(principal, ids::ROLE_READER, &scope)
    });
    let ran = Ran::from(child.wait_with_output().unwrap()).exits(0).json();
    assert_eq!(ran["steps"][3]["status"], "found", "{ran}");
    lab.run(&REMOVE).exits(0);
    assert!(azure(&lab).role_assignments.contains_key(&theirs));
}

/// Entra ID keeps the deleted app's unique name for 30 days; people connect again sooner.
#[test]
fn connected_again_after_a_removal_it_works_as_the_first_time() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let first = crate::aftermath::aftermath(&lab);
    lab.run(&REMOVE).exits(0);
    lab.run_init(&[]).exits(0);
    let again = crate::aftermath::aftermath(&lab);
    assert_eq!(
        crate::aftermath::differences(&again, &first),
        Vec::<String>::new()
    );
}

/// Every such request fails, as often as the program repeats it.
fn refuse(lab: &Lab, method: &str, path: &str) {
    lab.sandbox().faults().add(refusal(method, path));
}

fn refusal(method: &str, path: &str) -> Rule {
    Rule {
        service: None,
        method: Some(method.to_owned()),
        path_contains: Some(path.to_owned()),
        nth: 1,
        times: 1_000,
        action: Action::Respond {
            status: 500,
            headers: BTreeMap::new(),
            body: None,
        },
    }
}

#[test]
fn nobody_agreed_and_nothing_is_removed() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let before = azure(&lab);
    lab.run(&["remove", "spot", "--output", "json"]).exits(2);
    assert_eq!(azure(&lab), before);
    assert!(record_file(&lab).exists());
}
