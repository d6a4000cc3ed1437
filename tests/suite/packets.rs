//! Several people, one connection: each right that is missing makes a letter for whoever has it, that person does exactly what it says, and
//! `--resume` finds it.

use azconnect::sandbox::{DirectoryRole, State, ids};
use serde_json::Value;

use crate::billing_lab::{each, words};
use crate::failing::hints;
use crate::lab::{Lab, Ran};
use crate::people::{nobody_else, sign_in_by_code};
use crate::second_person::{SecondPerson, letters};
use crate::{billing_lab, exports_lab};

/// Runs a command as Lee, who lacks something.
fn as_lee(lab: &Lab, arguments: &[&str]) -> Ran {
    let tenant = ids::TENANT.to_string();
    let signing = ["--sign-in", "device-code"];
    let tenant: &[&str] = if arguments[0] == "init" {
        &["--tenant", &tenant]
    } else {
        &[]
    };
    let all = [arguments, &signing, tenant].concat();
    sign_in_by_code(lab, ids::LEE_NAME, true, &all)
}

/// A laboratory where only people can sign in, and Lee may register applications.
fn lab(prepare: impl FnOnce(&mut State)) -> Lab {
    let mut lab = exports_lab::with(|state| {
        let lee = state.user_mut(ids::LEE_NAME).unwrap();
        lee.directory_roles
            .insert(DirectoryRole::ApplicationDeveloper);
        prepare(state);
    });
    nobody_else(&mut lab);
    lab
}

fn nobody_may_register(state: &mut State) {
    let tenant = state.tenants.get_mut(&ids::TENANT).unwrap();
    tenant.allowed_to_create_apps = false;
    let lee = state.user_mut(ids::LEE_NAME).unwrap();
    lee.directory_roles.clear();
}

/// The rights that requests are there for.
fn rights(lab: &Lab) -> Vec<String> {
    letters(lab, "spot")
        .into_iter()
        .map(|(right, _)| right)
        .collect()
}

/// What every letter has to say, so that whoever gets it needs nothing else.
fn assert_self_contained(document: &Value) {
    let requests = document["requests"].as_array().unwrap();
    assert!(!requests.is_empty());
    for request in requests {
        let text = request["text"].as_str().unwrap();
        assert_eq!(
            std::fs::read_to_string(request["file"].as_str().unwrap()).unwrap(),
            text
        );
        for told in [
            request["title"].as_str().unwrap(),
            request["check"].as_str().unwrap(),
            ids::LEE_NAME,
            &ids::TENANT.to_string(),
            "Contoso",
            "--resume",
        ] {
            assert!(text.contains(told), "{told} in {text}");
        }
        for ask in request["asks"].as_array().unwrap() {
            let commands = ask["commands"].as_array().unwrap();
            assert!(!commands.is_empty() || ask["portal"].is_string(), "{ask}");
            for key in ["what", "who", "why"] {
                let told = ask[key].as_str().unwrap();
                assert!(!told.is_empty() && text.contains(told), "{key} in {text}");
            }
            for command in commands {
                assert!(text.contains(command.as_str().unwrap()), "{command}");
            }
        }
        let file = request["file"].as_str().unwrap();
        let hints = hints(document);
        assert!(hints.iter().any(|hint| hint.contains(file)), "{hints:?}");
    }
    let all = document["request"].as_str().unwrap();
    for request in requests {
        assert!(all.contains(request["text"].as_str().unwrap()));
    }
}

#[test]
fn who_lacks_two_rights_gets_two_letters_and_each_person_does_their_own() {
    let lab = lab(nobody_may_register);
    let wanted = billing_lab::init(
        &lab,
        "spot-billing-engine",
        &["--billing-account", ids::ENROLLMENT],
    );
    let document = as_lee(&lab, &words(&wanted)).exits(5).json();
    assert_eq!(
        each(&document, "requests", "right"),
        ["entra-administrator", "enterprise-administrator"]
    );
    assert_eq!(
        rights(&lab),
        ["enterprise-administrator", "entra-administrator"]
    );
    assert_self_contained(&document);
    // No letter has what is another's.
    let all = letters(&lab, "spot");
    assert!(!all[0].1.contains("az ad app create") && !all[1].1.contains("az rest"));

    let mut administrator = SecondPerson::new(&lab, ids::AVERY_NAME);
    administrator.does(&all[1].1, &[]);
    let client_id = administrator.printed.take().unwrap();
    let resume = [words(&wanted), vec!["--resume", "--app-id", &client_id]].concat();
    let document = as_lee(&lab, &resume).exits(5).json();
    assert_eq!(
        each(&document, "steps", "status"),
        ["found", "found", "done", "manual"]
    );
    // What is done is asked for no more, and what is left has every value in it.
    assert_eq!(rights(&lab), ["enterprise-administrator"]);
    assert_self_contained(&document);
    let letter = &letters(&lab, "spot")[0].1;
    assert!(letter.contains(&client_id), "{letter}");
    administrator.does(letter, &[]);

    let resumed = as_lee(&lab, &resume).exits(0).json();
    assert_eq!(each(&resumed, "steps", "status"), ["found"; 4]);
    assert!(rights(&lab).is_empty());
    assert!(resumed["requests"].is_null() && resumed["request"].is_null());
}

#[test]
fn a_subscriptions_owner_gives_the_role() {
    let lab = lab(|state| {
        let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        state.assign_role(ids::LEE, ids::ROLE_READER, &scope);
    });
    let wanted = lab.init(&["--subscription", &ids::SUBSCRIPTION.to_string()]);
    let document = as_lee(&lab, &words(&wanted)).exits(5).json();
    assert_eq!(each(&document, "requests", "right"), ["subscription-owner"]);
    assert_self_contained(&document);
    SecondPerson::new(&lab, ids::AVERY_NAME).does(&letters(&lab, "spot")[0].1, &[]);
    let resume = [words(&wanted), vec!["--resume"]].concat();
    let resumed = as_lee(&lab, &resume).exits(0).json();
    assert_eq!(each(&resumed, "steps", "status"), ["found"; 4]);
    assert!(rights(&lab).is_empty());
}

#[test]
fn a_storage_owner_lets_the_app_read_the_container() {
    let lab = lab(|state| {
        let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        state.assign_role(ids::LEE, ids::ROLE_CONTRIBUTOR, &scope);
    });
    let subscription = ids::SUBSCRIPTION.to_string();
    let wanted = exports_lab::init(&lab, &["--subscription", &subscription]);
    let document = as_lee(&lab, &words(&wanted)).exits(5).json();
    assert!(
        each(&document, "requests", "right").contains(&"storage-owner"),
        "{document:#}"
    );
    assert_self_contained(&document);
    let letters = letters(&lab, "spot");
    let of_storage = letters.iter().find(|(right, _)| right == "storage-owner");
    let letter = &of_storage.unwrap().1;
    assert!(letter.contains("'Storage Blob Data Reader'"), "{letter}");
    let mut owner = SecondPerson::new(&lab, ids::AVERY_NAME);
    for (_, letter) in &letters {
        owner.does(letter, &[]);
    }
    let resume = [words(&wanted), vec!["--resume"]].concat();
    let resumed = exports_lab::is_connected(as_lee(&lab, &resume)).json();
    assert!(
        each(&resumed, "steps", "status")
            .iter()
            .all(|status| ["found", "done"].contains(status)),
        "{resumed:#}"
    );
    assert!(rights(&lab).is_empty());
}

/// Lee made the connection, and is no owner of the app any more.
fn disowned() -> Lab {
    let lab = lab(|state| {
        let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        state.assign_role(ids::LEE, ids::ROLE_OWNER, &scope);
    });
    let wanted = lab.init(&["--subscription", &ids::SUBSCRIPTION.to_string()]);
    as_lee(&lab, &words(&wanted)).exits(0);
    lab.state(|state| {
        for app in state.applications.values_mut() {
            app.owners.clear();
        }
    });
    lab
}

#[test]
fn a_refused_rotation_asks_an_administrator() {
    let lab = disowned();
    let rotate = ["rotate", "spot", "--yes", "--output", "json"];
    let document = as_lee(&lab, &rotate).exits(5).json();
    assert_eq!(
        each(&document, "requests", "right"),
        ["entra-administrator"]
    );
    let letter = letters(&lab, "spot")[0].1.clone();
    let command = format!("--owner-object-id {}", ids::LEE);
    for told in [&command, ids::LEE_NAME, "azconnect rotate spot"] {
        assert!(letter.contains(told), "{told} in {letter}");
    }
    assert_eq!(document["request"], letter);
    assert!(
        hints(&document)
            .iter()
            .any(|hint| hint.contains("azconnect rotate spot"))
    );
    // The connection works as before.
    lab.run(&["check", "spot"]).exits(0);

    SecondPerson::new(&lab, ids::AVERY_NAME).does(&letter, &[]);
    as_lee(&lab, &rotate).exits(0);
    assert!(rights(&lab).is_empty());
}

#[test]
fn a_rotation_of_many_names_the_request_in_its_row() {
    let lab = disowned();
    let rotate = [
        "rotate", "--all", "--within", "730", "--yes", "--output", "json",
    ];
    let document = as_lee(&lab, &rotate).exits(5).json();
    assert!(
        document.to_string().contains("entra-administrator.txt"),
        "{document:#}"
    );
    assert_eq!(rights(&lab), ["entra-administrator"]);
}

#[test]
fn what_is_removed_is_asked_for_no_more() {
    let lab = lab(|state| {
        let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        state.assign_role(ids::LEE, ids::ROLE_READER, &scope);
    });
    let wanted = lab.init(&["--subscription", &ids::SUBSCRIPTION.to_string()]);
    as_lee(&lab, &words(&wanted)).exits(5);
    assert_eq!(rights(&lab).len(), 1);
    as_lee(&lab, &["remove", "spot", "--yes"]).exits(0);
    assert!(rights(&lab).is_empty());
}
