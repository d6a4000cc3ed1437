//! Mistakes, stops, other screens, and what azconnect was refused.

use azconnect::sandbox::ids;

use super::super::portal::Portal;
use super::super::pty::{CTRL_C, DOWN, ENTER, Pty};
use super::super::{assert_kept, folder, store_in};
use super::{
    assert_known_to_microsoft, assert_untouched, opened, paste_secret, register, start,
    subscription,
};
use crate::lab::Lab;

#[test]
fn typical_mistakes_are_named() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let mut pty = start(&lab, &store_in(&folder), "spot-cost-intelligence", &[]);
    pty.wait_for_prompt("Paste the Application (client) ID");
    // Under another name, so that it has to be pasted.
    let app = portal.register("costs");
    for (pasted, said) in [
        ("costs".to_owned(), "is not an application (client) ID"),
        (ids::TENANT.to_string(), "That is the Directory (tenant) ID"),
        (
            app.object_id.to_string(),
            "is an object ID. The Application (client) ID of that app is",
        ),
        (
            uuid::Uuid::from_u128(1).to_string(),
            "has no app registration with the client ID",
        ),
    ] {
        pty.keys(&format!("{pasted}\r"));
        pty.wait_for_prompt(said);
    }
    pty.keys(&format!("{}\r", app.client_id));
    pty.wait_for_prompt("asks for the secret");
    let secret = portal.add_secret(app, 180);
    pty.keys("my secret\r");
    pty.wait_for_prompt("was not taken for one");
    pty.keys(ENTER);
    pty.wait_for_hidden("What you type or paste is not shown.");
    pty.keys(&format!("{}\r", secret.id));
    pty.wait_for_prompt("That is the Secret ID, not the secret.");
    pty.keys(ENTER);
    pty.wait_for_hidden("What you type or paste is not shown.");
    pty.keys("hnd8Q~of-another-app-that-is-not-this-one\r");
    pty.wait_for_prompt("doesn't accept it as a secret of the app");
    pty.keys(ENTER);
    pty.wait_for_hidden("What you type or paste is not shown.");
    pty.keys(&format!("{}\r", secret.value));
    pty.wait_for_prompt("Enter looks now");
    pty.keys(ENTER);
    pty.wait_for_prompt("It is not to be seen yet.");
    portal.assign(app, ids::ROLE_CONTRIBUTOR, &subscription());
    let told = pty.wait_for_prompt("The app has another role on");
    assert!(told.contains("Contributor, and Reader is needed"), "{told}");
    pty.keys("?\r");
    pty.wait_for(
        "https://learn.microsoft.com/azure/role-based-access-control/role-assignments-portal",
    );
    portal.assign(app, ids::ROLE_READER, &subscription());
    let left = pty.end().exits(0);
    assert_kept("guided_mistakes", &left.screen);
    assert_known_to_microsoft(&lab);
}

#[test]
fn whoever_stops_or_leaves_a_step_goes_on_later() {
    let (mut lab, folder) = (Lab::new(), folder());
    crate::people::give_browser(&mut lab);
    let portal = Portal(&lab);
    let store = store_in(&folder);
    let mut pty = start(&lab, &store, "spot-cost-intelligence", &[]);
    let app = register(&mut pty, &portal, "azconnect-spot-cost-intelligence");
    pty.wait_for_prompt("asks for the secret");
    pty.keys(CTRL_C);
    let left = pty.end().exits(130);
    assert!(left.screen.contains("--resume"), "{}", left.screen);
    let resume = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--resume",
    ];
    let mut pty = Pty::start(&lab, 140, &resume);
    // The app is not asked for again; the link opens where it is wanted.
    pty.wait_for_prompt("asks for the secret");
    pty.keys("o\r");
    let opened = opened(&lab);
    assert!(
        opened.ends_with(&format!("/appId/{}", app.client_id)),
        "{opened}"
    );
    paste_secret(&mut pty, &portal, app);
    pty.wait_for_prompt("Enter looks now");
    pty.keys("s\r");
    let left = pty.end().exits(7);
    assert!(
        left.screen.contains("1 step is left for later"),
        "{}",
        left.screen
    );
    portal.assign(app, ids::ROLE_READER, &subscription());
    // Nor is the secret; now nobody is asked at all.
    lab.run(&resume).exits(0);
    assert_untouched(&lab);
}

#[test]
fn without_a_terminal_all_guides_are_printed_and_resume_finds_what_was_done() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let store = store_in(&folder);
    let fixed = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--mode",
        "guided",
    ];
    let more = ["--store", &store, "--output", "json"];
    let document = lab.run(&[&fixed[..], &more].concat()).exits(7).json();
    let guides = document["guides"].as_array().unwrap();
    let steps: Vec<&str> = guides
        .iter()
        .map(|guide| guide["step"].as_str().unwrap())
        .collect();
    assert_eq!(steps[..3], ["application", "service-principal", "secret"]);
    assert_eq!(steps.len(), 4);
    let resume = document["resume"].as_str().unwrap();
    assert!(
        resume.contains("--app-id") && resume.contains("--client-secret-stdin"),
        "{resume}"
    );
    let app = portal.register("azconnect-spot-cost-intelligence");
    portal.assign(app, ids::ROLE_READER, &subscription());
    let secret = lab.home().join("secret");
    std::fs::write(&secret, portal.add_secret(app, 180).value).unwrap();
    let client_id = app.client_id.to_string();
    let resume = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--resume",
        "--app-id",
        &client_id,
    ];
    let brought = [
        "--client-secret-file",
        secret.to_str().unwrap(),
        "--output",
        "json",
    ];
    let document = lab.run(&[&resume[..], &brought].concat()).exits(0).json();
    assert_eq!(document["connection"]["client_id"], client_id.as_str());
    assert_untouched(&lab);
    // As text, the same is there to be read.
    let other = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "other",
        "--mode",
        "guided",
    ];
    let text = lab
        .run(&[&other[..], &["--store", "none"]].concat())
        .exits(7)
        .stdout;
    let squeezed: String = text.split_whitespace().collect();
    for guide in guides {
        let link = guide["link"].as_str().unwrap();
        assert!(
            text.contains(link) || link.contains("appId"),
            "{link} in {text}"
        );
        for click in guide["clicks"].as_array().unwrap() {
            let click: String = click.as_str().unwrap().split_whitespace().collect();
            assert!(squeezed.contains(&click), "{click} in {text}");
        }
    }
}

#[test]
fn a_screen_reader_hears_the_same_guides() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let store = store_in(&folder);
    let plan = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--mode",
        "guided",
    ];
    let document = lab
        .run(
            &[
                &plan[..],
                &["--plan", "--store", "none", "--output", "json"],
            ]
            .concat(),
        )
        .exits(0)
        .json();
    let mut pty = start(&lab, &store, "spot-cost-intelligence", &["--plain"]);
    pty.wait_for("Answer:");
    let app = portal.register("azconnect-spot-cost-intelligence");
    pty.wait_for("Is it the one?");
    pty.wait_for_times("Answer:", 2);
    pty.keys("1\r");
    pty.wait_for_times("Answer:", 3);
    let secret = portal.add_secret(app, 180);
    pty.keys(ENTER);
    pty.wait_for_times("Answer:", 4);
    pty.keys(&format!("{}\r", secret.value));
    pty.wait_for_times("Answer:", 5);
    portal.assign(app, ids::ROLE_READER, &subscription());
    let left = pty.end().exits(0);
    assert!(!left.raw.contains(&0x1b), "an escape byte");
    let heard: String = left.screen.split_whitespace().collect();
    for guide in document["guides"].as_array().unwrap() {
        // The portal makes the service principal with the app: it is found, and nothing is said of how.
        if guide["step"] == "service-principal" {
            continue;
        }
        for click in guide["clicks"].as_array().unwrap() {
            let click: String = click.as_str().unwrap().split_whitespace().collect();
            assert!(heard.contains(&click), "{click} in {}", left.screen);
        }
    }
}

#[test]
fn whoever_lacks_a_right_is_offered_to_be_guided() {
    let (lab, folder) = (Lab::new(), folder());
    let operator = ids::OPERATOR_SERVICE_PRINCIPAL;
    lab.state(|state| {
        state
            .role_assignments
            .retain(|_, role| role.principal != operator);
        state.assign_role(operator, ids::ROLE_READER, &subscription());
    });
    let store = store_in(&folder);
    let mut pty = Pty::start(
        &lab,
        140,
        &[
            "init",
            "spot-cost-intelligence",
            "--connection",
            "spot",
            "--store",
            &store,
            "--yes",
        ],
    );
    pty.wait_for_menu("Be guided in the portal");
    pty.keys(DOWN);
    pty.keys(ENTER);
    pty.wait_for_prompt(": Reader on \"Contoso Production\"");
    let principal = crate::billing_lab::principal(&lab);
    lab.state(|state| state.assign_role(principal, ids::ROLE_READER, &subscription()));
    let left = pty.end().exits(0);
    assert_kept("guided_for_the_rest", &left.screen);
    // What azconnect made stays its own, and what the person gave stays theirs.
    let removed = lab.run(&["remove", "spot", "--yes"]).exits(0);
    assert!(removed.stdout.contains("Reader on"), "{removed:#?}");
    let own = lab.state(|state| {
        let mut all = state.applications.values();
        all.any(|app| app.display_name.starts_with("azconnect-") && app.deleted_at.is_none())
    });
    assert!(!own, "the app that azconnect made is still there");
}

#[test]
fn a_certificate_of_this_machine_is_uploaded_by_hand() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let more = ["--credential", "certificate"];
    let mut pty = start(&lab, &store_in(&folder), "generic", &more);
    let app = register(&mut pty, &portal, "azconnect-generic");
    let told = pty.wait_for_prompt("Upload certificate");
    let file = lab.home().join("azconnect/requests/spot.cer");
    assert!(told.contains("spot.cer"), "{told}");
    portal.upload(app, &std::fs::read_to_string(file).unwrap());
    pty.wait_for_prompt(": Reader on \"Contoso Production\"");
    portal.assign(app, ids::ROLE_READER, &subscription());
    pty.end();
}
