//! `init` as a person meets it: few questions, a plan, consent, and the way on after a run that was cut off.

use std::time::Duration;

use azconnect::sandbox::{Action, Rule, ids};
use rexpect::process::Signal;

use super::pty::{DOWN, ENTER, Left, Pty};
use super::{assert_kept, folder, made, store_in};
use crate::lab::Lab;

/// `init` for a vendor that is given, with further arguments.
fn init<'a>(store: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [
        &["init", "spot-cost-intelligence", "--store", store][..],
        more,
    ]
    .concat()
}

/// How often a person was asked: each question shows how to answer it, or leaves its answer behind.
fn questions(left: &Left) -> usize {
    ["Which ", "Proceed?", "Go on with it?"]
        .iter()
        .map(|question| left.screen.matches(question).count())
        .sum()
}

#[test]
fn a_newcomer_chooses_a_tool_and_agrees_to_the_plan() {
    let (lab, folder) = (Lab::new(), folder());
    let mut pty = Pty::start(
        &lab,
        100,
        &["init", "--sandbox", "--store", &store_in(&folder)],
    );
    assert_kept("vendors", &pty.wait_for_menu("that isn't listed"));
    pty.keys(ENTER);
    assert_kept("plan", &pty.wait_for("[e]xplain"));
    pty.keys("e\r");
    pty.wait_for_times("[e]xplain", 2);
    pty.keys("y\r");
    let left = pty.end().exits(0);
    assert_kept("newcomer", &left.screen);
    // Which tool, the plan, and the plan again because it was to be explained.
    assert_eq!(questions(&left), 3, "{}", left.screen);
    assert!(
        lab.log().is_empty(),
        "`--sandbox` has a simulated Azure of its own"
    );
}

#[test]
fn what_is_known_is_not_asked_and_a_second_run_asks_nothing() {
    let (lab, folder) = (Lab::new(), folder());
    let store = store_in(&folder);
    let mut pty = Pty::start(&lab, 100, &init(&store, &[]));
    pty.wait_for("Proceed?");
    assert_eq!(made(&lab)[0], 1, "only the operator before the consent");
    pty.keys("y\r");
    let first = pty.end().exits(0);
    assert_eq!(questions(&first), 1, "{}", first.screen);
    let second = Pty::start(&lab, 100, &init(&store, &[])).end().exits(0);
    assert_eq!(questions(&second), 0, "{}", second.screen);
    assert_kept("second_run", &second.screen);
    assert_eq!(made(&lab)[0], 2);
}

#[test]
fn no_changes_nothing() {
    let (lab, folder) = (Lab::new(), folder());
    let before = lab.state(|state| serde_json::to_value(&*state).unwrap());
    let mut pty = Pty::start(&lab, 100, &init(&store_in(&folder), &[]));
    pty.wait_for("Proceed?");
    pty.keys("perhaps\r");
    pty.wait_for_times("Proceed?", 2);
    pty.keys("n\r");
    let left = pty.end().exits(130);
    assert!(
        left.screen
            .contains("Stopped before the first change. Nothing in Azure is different."),
        "{}",
        left.screen
    );
    assert_eq!(
        lab.state(|state| serde_json::to_value(&*state).unwrap()),
        before
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn of_several_subscriptions_some_are_ticked() {
    let (lab, folder) = (Lab::new(), folder());
    let test = lab.state(|state| state.add_subscription("Contoso Test"));
    lab.state(|state| state.add_subscription("Contoso Development"));
    let mut pty = Pty::start(&lab, 100, &init(&store_in(&folder), &[]));
    assert_kept("subscriptions", &pty.wait_for_menu("Contoso Test"));
    pty.keys(ENTER);
    pty.wait_for("At least one is needed");
    pty.wait_for_menu("Contoso Test");
    let screen = pty.screen();
    let at = |name: &str| {
        screen
            .rfind(name)
            .unwrap_or_else(|| panic!("{name} in\n{screen}"))
    };
    let names = ["Contoso Production", "Contoso Test", "Contoso Development"];
    let place = names
        .iter()
        .filter(|name| at(name) < at("Contoso Test"))
        .count();
    for _ in 0..place {
        pty.keys(DOWN);
    }
    pty.keys(" \r");
    let plan = pty.wait_for("[e]xplain");
    assert!(plan.contains("Reader on \"Contoso Test\""), "{plan}");
    assert!(!plan.contains("Reader on \"Contoso Production\""), "{plan}");
    pty.keys("y\r");
    let left = pty.end().exits(0);
    assert_eq!(questions(&left), 2, "{}", left.screen);
    let scope = format!("/subscriptions/{test}");
    let readers = lab.state(|state| {
        state
            .role_assignments
            .values()
            .filter(|role| role.scope == scope && role.role == ids::ROLE_READER)
            .count()
    });
    assert_eq!(readers, 1);
}

#[test]
fn a_long_list_is_searched_first() {
    let (lab, folder) = (Lab::new(), folder());
    for number in 1..=20 {
        lab.state(|state| state.add_subscription(&format!("Contoso Project {number:02}")));
    }
    let mut pty = Pty::start(&lab, 100, &init(&store_in(&folder), &[]));
    let asked = pty.wait_for_prompt("21 found");
    assert!(asked.contains("search by a part of the name"), "{asked}");
    pty.keys("nothing like it\r");
    pty.wait_for_prompt("Nothing in the list has `nothing like it` in its name.");
    pty.keys("project 1\r");
    let list = pty.wait_for_menu("Contoso Project 19");
    assert!(!list.contains("Contoso Project 20"), "{list}");
    // All that match: 10 to 19.
    pty.keys("a\r");
    let plan = pty.wait_for("[e]xplain");
    assert!(plan.contains("13 changes"), "{plan}");
    pty.keys("n\r");
    assert_kept("search", &pty.end().exits(130).screen);
}

/// The first request that changes something there is not answered.
fn hold(lab: &Lab, path: &str) {
    let method = if path == "addPassword" { "POST" } else { "PUT" };
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some(method.to_owned()),
        path_contains: Some(path.to_owned()),
        nth: 1,
        times: 1,
        action: Action::HoldBefore(Duration::from_secs(120)),
    });
}

#[test]
fn a_killed_run_is_offered_and_gone_on_with() {
    let (lab, folder) = (Lab::new(), folder());
    let store = store_in(&folder);
    let held = ["addPassword", "/roleAssignments/"];
    for path in held {
        hold(&lab, path);
    }
    let mut pty = Pty::start(&lab, 100, &init(&store, &[]));
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let asked = |path: &&str| {
        lab.log()
            .iter()
            .any(|entry| entry.path.contains(path) && entry.method != "GET")
    };
    while !held.iter().all(asked) {
        std::thread::sleep(Duration::from_millis(10));
    }
    pty.signal(Signal::SIGKILL);
    drop(pty);
    lab.sandbox().faults().clear();
    let mut pty = Pty::start(&lab, 100, &["init"]);
    assert_kept("resume_offered", &pty.wait_for_menu("Answer anew"));
    pty.keys(ENTER);
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let left = pty.end().exits(0);
    assert_eq!(questions(&left), 2, "{}", left.screen);
    assert_eq!(made(&lab)[0], 2, "the operator's and one of ours");
}
