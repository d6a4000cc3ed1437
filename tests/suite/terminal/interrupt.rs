//! Ctrl-C, Esc and Ctrl-D wherever a person may press them: exit 130, the terminal as before (`Pty::end` looks), and words on how to
//! go on.

use std::time::Duration;

use azconnect::sandbox::{Action, Rule};
use rexpect::process::Signal;

use super::pty::{CTRL_C, CTRL_D, ENTER, ESC, Left, Pty};
use super::{assert_kept, folder, made, store_in};
use crate::lab::Lab;

/// What is said where nothing was changed.
fn assert_stopped_in_time(lab: &Lab, left: Left) {
    let left = left.exits(130);
    assert_eq!(left.screen.matches("Stopped").count(), 1, "{}", left.screen);
    for sentence in [
        "✗ Stopped. Nothing in Azure was changed.",
        "Run the same command again",
    ] {
        assert!(left.screen.contains(sentence), "{}", left.screen);
    }
    let below = left.screen.split("✗ Stopped").next().unwrap();
    assert!(
        below.ends_with('\n'),
        "the failure stands on a line of its own:\n{}",
        left.screen
    );
    assert_eq!(made(lab)[0], 1, "only the operator's application");
}

/// Starts `init` and stops it with these keys, when this question is shown.
fn stop_at(lab: &Lab, arguments: &[&str], question: &str, menu: bool, keys: &str) {
    let mut pty = Pty::start(lab, 100, arguments);
    if menu {
        pty.wait_for_menu(question);
    } else {
        pty.wait_for(question);
    }
    pty.keys(keys);
    assert_stopped_in_time(lab, pty.end());
}

#[test]
fn at_a_list() {
    let lab = Lab::new();
    // Ctrl-C reaches a menu as a key and as a signal; whichever is faster, the words are the same.
    for keys in [CTRL_C, CTRL_C, CTRL_C, ESC] {
        stop_at(&lab, &["init"], "Which cost tool?", true, keys);
    }
}

#[test]
fn at_a_list_to_tick_and_at_its_search() {
    let lab = Lab::new();
    let folder = folder();
    let store = store_in(&folder);
    let init = ["init", "spot-cost-intelligence", "--store", &store];
    lab.state(|state| state.add_subscription("Contoso Test"));
    for keys in [CTRL_C, ESC] {
        stop_at(&lab, &init, "Contoso Test", true, keys);
    }
    for number in 1..=8 {
        lab.state(|state| state.add_subscription(&format!("Contoso Project {number}")));
    }
    for keys in [CTRL_C, CTRL_D, "\u{1b}\r"] {
        stop_at(&lab, &init, "10 found", false, keys);
    }
}

#[test]
fn at_the_plan() {
    let lab = Lab::new();
    let folder = folder();
    let store = store_in(&folder);
    let init = ["init", "spot-cost-intelligence", "--store", &store];
    for keys in [CTRL_C, CTRL_D, "\u{1b}\r"] {
        stop_at(&lab, &init, "[e]xplain", false, keys);
    }
}

#[test]
fn by_a_signal_from_elsewhere_while_a_menu_reads_keys() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let lab = Lab::new();
        let mut pty = Pty::start(&lab, 100, &["init"]);
        pty.wait_for_menu("Which cost tool?");
        pty.signal(signal);
        let left = pty.end().exits(code);
        assert!(
            left.screen
                .contains("✗ Stopped. Nothing in Azure was changed."),
            "{}",
            left.screen
        );
    }
}

fn hold(lab: &Lab, method: &str, path: &str) {
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some(method.to_owned()),
        path_contains: Some(path.to_owned()),
        nth: 1,
        times: 1,
        action: Action::HoldBefore(Duration::from_secs(120)),
    });
}

/// Starts `init`, agrees, and presses Ctrl-C when these requests are under way.
fn stop_in_the_middle(lab: &Lab, requests: &[(&str, &str)], store: &str) -> Left {
    for (method, path) in requests {
        hold(lab, method, path);
    }
    let init = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--store",
        store,
    ];
    let mut pty = Pty::start(lab, 100, &init);
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let asked = |(method, path): &(&str, &str)| {
        lab.log()
            .iter()
            .any(|entry| entry.method == *method && entry.path.contains(path))
    };
    while !requests.iter().all(asked) {
        std::thread::sleep(Duration::from_millis(10));
    }
    pty.keys(CTRL_C);
    let left = pty.end().exits(130);
    lab.sandbox().faults().clear();
    left
}

#[test]
fn during_the_work() {
    let (lab, folder) = (Lab::new(), folder());
    let store = store_in(&folder);
    let left = stop_in_the_middle(
        &lab,
        &[("POST", "addPassword"), ("PUT", "roleAssignments")],
        &store,
    );
    assert_kept("interrupted", &left.screen);
    let go_on = "azconnect init spot-cost-intelligence --connection spot --resume";
    for way in [go_on, "azconnect remove spot"] {
        assert!(left.screen.contains(way), "{}", left.screen);
    }
    // What is said there works.
    let mut pty = Pty::start(&lab, 100, &go_on.split(' ').skip(1).collect::<Vec<_>>());
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    pty.end().exits(0);
    assert_eq!(made(&lab)[0], 2);
}

#[test]
fn during_the_proof_when_everything_is_made() {
    let (lab, folder) = (Lab::new(), folder());
    let store = store_in(&folder);
    let left = stop_in_the_middle(&lab, &[("POST", "Microsoft.CostManagement/query")], &store);
    // There is nothing to resume any more, so that is not what is said.
    assert!(!left.screen.contains("--resume"), "{}", left.screen);
    assert!(
        left.screen.contains("azconnect check spot"),
        "{}",
        left.screen
    );
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn at_the_consent_to_remove() {
    let (lab, folder) = (Lab::new(), folder());
    let mut pty = Pty::start(
        &lab,
        100,
        &[
            "init",
            "spot-cost-intelligence",
            "--connection",
            "spot",
            "--store",
            &store_in(&folder),
        ],
    );
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    pty.end().exits(0);
    for keys in [CTRL_C, CTRL_D, ENTER] {
        let mut pty = Pty::start(&lab, 100, &["remove", "spot"]);
        let asked = pty.wait_for("Remove");
        assert_kept("remove", &pty.wait_for("[e]xplain"));
        assert!(!asked.is_empty());
        pty.keys(keys);
        if keys == ENTER {
            pty.wait_for_times("[e]xplain", 2);
            pty.keys("n\r");
        }
        pty.end().exits(130);
        assert_eq!(made(&lab)[0], 2, "still there");
    }
}
