//! Plain text and the decorated screen carry the same facts; where no escape bytes are wanted, none are written.

use std::collections::BTreeSet;

use super::pty::{Left, Pty};
use super::{assert_kept, folder, normalised, store_in, without_times};
use crate::lab::Lab;

/// The ways to ask for no decoration: an environment variable, or a flag.
const PLAIN: [(&str, &str, Option<&str>); 5] = [
    ("--plain", "", Some("--plain")),
    ("ACCESSIBLE", "1", None),
    ("TERM", "dumb", None),
    ("NO_COLOR", "1", None),
    ("--color", "", Some("--color=never")),
];

/// How a state is said, and how a fact is introduced: these words differ between the two forms, and carry no fact that the other form
/// lacks.
const FORM: [&str; 17] = [
    "step", "steps", "from", "started", "working", "warning", "fix", "create", "done", "found",
    "pass", "passed", "skip", "error", "address", "code", "and",
];

pub(super) fn assert_no_escape(left: &Left) {
    let text = String::from_utf8_lossy(&left.raw);
    assert!(!left.raw.contains(&0x1b), "an escape byte in {text:?}");
    let strange = text
        .chars()
        .find(|c| c.is_control() && !matches!(c, '\n' | '\r'));
    assert_eq!(strange, None, "a control character in {text:?}");
}

/// The words and values of a transcript, without what differs from run to run.
pub(super) fn facts(screen: &str) -> BTreeSet<String> {
    words_of(&normalised(screen))
}

/// The words and values of a transcript, ids among them.
pub(super) fn words_of(screen: &str) -> BTreeSet<String> {
    without_times(screen)
        // The sentence below the chart says what it shows.
        .replace("<chart>", "")
        .replace("<first day to last day>", "")
        .split(|c: char| !c.is_alphanumeric() && !"@.-_/:<>".contains(c))
        .map(|word| {
            word.trim_matches(|c: char| ".:,".contains(c))
                .to_lowercase()
        })
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .filter(|word| !FORM.contains(&word.as_str()))
        .collect()
}

/// The runs that are compared; none of them changes anything any more.
const RUNS: [&[&str]; 6] = [
    &["init", "spot-cost-intelligence", "--connection", "spot"],
    &["check", "spot"],
    &["show", "spot"],
    &["handover", "spot"],
    &["list"],
    &["show", "nosuch"],
];

#[test]
fn both_forms_carry_the_same_facts() {
    let mut lab = Lab::new();
    let folder = folder();
    connected(&mut lab, &store_in(&folder));
    for run in RUNS {
        let decorated = Pty::start(&lab, 200, run).end();
        assert!(decorated.raw.contains(&0x1b), "{}", decorated.screen);
        let wanted = facts(&decorated.screen);
        for (name, value, flag) in PLAIN {
            // Cost Management answers twelve queries in ten seconds: a wait would stand in one form and not in the other.
            std::thread::sleep(std::time::Duration::from_millis(900));
            let plain = plainly(&mut lab, run, (name, value, flag));
            assert_no_escape(&plain);
            assert_eq!(plain.code, decorated.code, "{}", plain.screen);
            let got = facts(&plain.screen);
            let differ: Vec<&String> = wanted.symmetric_difference(&got).collect();
            assert!(
                differ.is_empty(),
                "{run:?} with {name} differs in {differ:?}:\n{}\n-----\n{}",
                decorated.screen,
                plain.screen
            );
        }
    }
}

fn connected(lab: &mut Lab, store: &str) {
    lab.env
        .insert("AZCONNECT_STORE".to_owned(), store.to_owned());
    lab.run(&[
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
    ])
    .exits(0);
}

fn plainly(lab: &mut Lab, run: &[&str], (name, value, flag): (&str, &str, Option<&str>)) -> Left {
    if flag.is_none() {
        lab.env.insert(name.to_owned(), value.to_owned());
    }
    let arguments: Vec<&str> = run.iter().copied().chain(flag).collect();
    let left = Pty::start(lab, 200, &arguments).end();
    lab.env.remove(name);
    left
}

#[test]
fn a_screen_reader_is_led_through_by_numbers() {
    let (lab, folder) = (Lab::new(), folder());
    lab.state(|state| state.add_subscription("Contoso Test"));
    let mut pty = Pty::start(
        &lab,
        100,
        &["init", "--plain", "--store", &store_in(&folder)],
    );
    pty.wait_for("search by a part of the name");
    pty.wait_for("Answer:");
    pty.keys("?\r");
    pty.wait_for_times("Answer:", 2);
    pty.keys("spot\r");
    pty.wait_for("Type a number");
    pty.wait_for_times("Answer:", 3);
    pty.keys("1\r");
    pty.wait_for("Type numbers");
    pty.wait_for_times("Answer:", 4);
    pty.keys("7\r");
    pty.wait_for_times("Answer:", 5);
    pty.keys("all\r");
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let left = pty.end().exits(0);
    assert_no_escape(&left);
    assert_kept("plain", &steps_sorted(&normalised(&left.screen)));
}

/// Steps that are done at once end in any order.
fn steps_sorted(text: &str) -> String {
    let is_step = |line: &str| {
        ["Started: ", "Done: "]
            .iter()
            .any(|word| line.starts_with(word))
    };
    let mut lines: Vec<&str> = text.lines().collect();
    for block in lines.chunk_by_mut(|a, b| is_step(a) && is_step(b)) {
        block.sort_unstable();
    }
    lines.join("\n")
}
