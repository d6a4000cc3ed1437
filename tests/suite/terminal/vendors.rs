//! Each vendor, watched in both ways: the decorated screen and the plain lines carry the same ids, names and statuses.

use std::collections::BTreeSet;
use std::time::Duration;

use azconnect::sandbox::ids;
use azconnect::{plan, vendors};

use super::plain::{assert_no_escape, facts, words_of};
use super::pty::{Left, Pty};
use crate::billing_lab::{self, words};
use crate::lab::Lab;
use crate::partner_lab::web_app;
use crate::{exports_lab, partner_lab};

/// Wide enough that no line is broken.
const COLUMNS: u16 = 400;

/// How a vendor is connected: its world, and the further arguments.
type Connect = fn() -> (Lab, Vec<String>);

const VENDORS: [(&str, Connect); 8] = [
    ("spot-cost-intelligence", || {
        of("spot-cost-intelligence", &SUBSCRIPTION)
    }),
    ("spot-billing-engine", || {
        of(
            "spot-billing-engine",
            &["--billing-account", ids::ENROLLMENT],
        )
    }),
    ("cloudpi", || {
        let lab = exports_lab::lab();
        let arguments = exports_lab::init(&lab, &["--billing-account", ids::ENROLLMENT]);
        (lab, arguments)
    }),
    ("optima-csp", || {
        let lab = partner_lab::lab(|_| {});
        let app = web_app(&lab);
        let number = ["--partner-id", ids::PARTNER_LOCATION_ID, "--app-id", &app];
        let arguments = billing_lab::init(&lab, "optima-csp", &number);
        (lab, arguments)
    }),
    ("flexera-mca-partner", || {
        let lab = partner_lab::lab(|_| {});
        let partner = [
            "--billing-account",
            ids::MPA_ACCOUNT,
            "--partner-id",
            ids::PARTNER_LOCATION_ID,
            "--customer-tenant",
            "all",
        ];
        let arguments = billing_lab::init(&lab, "flexera-mca-partner", &partner);
        (lab, arguments)
    }),
    ("spaceone", || {
        of("spaceone", &["--billing-account", ids::MCA_ACCOUNT])
    }),
    ("harness-ccm", || {
        let lab = exports_lab::lab();
        let mut arguments = exports_lab::init(&lab, &["--billing-account", ids::ENROLLMENT]);
        let vendor = arguments.iter_mut().find(|word| *word == "cloudpi");
        *vendor.unwrap() = "harness-ccm".to_owned();
        (lab, arguments)
    }),
    ("generic", || of("generic", &SUBSCRIPTION)),
];

const SUBSCRIPTION: [&str; 2] = ["--subscription", "all"];

fn of(vendor: &str, more: &[&str]) -> (Lab, Vec<String>) {
    let lab = billing_lab::lab();
    let arguments = billing_lab::init(&lab, vendor, more);
    (lab, arguments)
}

#[test]
fn none_is_left_out() {
    let named: BTreeSet<&str> = VENDORS.iter().map(|(vendor, _)| *vendor).collect();
    let connectable: BTreeSet<&str> = vendors::all()
        .iter()
        .filter(|vendor| plan::lacks(vendor).is_none())
        .map(|vendor| vendor.id.as_str())
        .collect();
    assert_eq!(named, connectable);
}

/// Runs it at a terminal, as text.
fn run(lab: &Lab, arguments: &[String], more: &[&str]) -> Left {
    let unattended = ["--output", "json", "--no-input"];
    let words: Vec<&str> = words(arguments)
        .into_iter()
        .filter(|word| !unattended.contains(word))
        .chain(more.iter().copied())
        .collect();
    Pty::start(lab, COLUMNS, &words).end()
}

/// A plain transcript without what the decorated screen has while it moves and then no more: that something begins or is waited for.
fn settled(plain: &str) -> String {
    let moves = ["Started: ", "Working: ", "Waiting: ", "Still "];
    let begins = regex::Regex::new(r"^([A-Z][A-Za-z ]*: |$)").unwrap();
    let mut is_over = true;
    let mut lines = Vec::new();
    for line in plain.lines() {
        if begins.is_match(line) {
            is_over = !moves.iter().any(|word| line.starts_with(word));
        }
        if is_over {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// The facts of a run in a world of its own, wherever its lines are broken.
fn made(screen: &str, lab: &Lab) -> BTreeSet<String> {
    let screen = screen.replace(&lab.home().display().to_string(), "~");
    let joined: Vec<&str> = screen.split_whitespace().collect();
    let chartless = super::normalised(&screen);
    let rows = regex::Regex::new(r"\d+ files with \d+ rows").unwrap();
    let of_rows: BTreeSet<String> = rows
        .find_iter(&joined.join(" "))
        .flat_map(|found| facts(found.as_str()))
        .chain(
            rows.find_iter(&joined.join(" "))
                .flat_map(|found| words_of(found.as_str())),
        )
        .collect();
    facts(&chartless)
        .into_iter()
        .filter(|word| !of_rows.contains(word))
        .collect()
}

fn assert_same(what: &str, one: &BTreeSet<String>, other: &BTreeSet<String>, both: [&str; 2]) {
    let differ: Vec<&String> = one.symmetric_difference(other).collect();
    let [decorated, plain] = both;
    assert!(
        differ.is_empty(),
        "{what} differs in {differ:?}:\n{decorated}\n-----\n{plain}"
    );
}

/// The client id that was recorded.
fn client_id(lab: &Lab) -> String {
    let shown = lab.run(&["show", "spot", "--output", "json"]).exits(0);
    let client_id = &shown.json()["connection"]["client_id"];
    client_id.as_str().unwrap().to_owned()
}

fn carries_the_same(vendor: &str) {
    let (_, connect) = VENDORS.iter().find(|(id, _)| *id == vendor).unwrap();
    // Two worlds: in each the same things are made, with ids of their own.
    let ((lab, arguments), (other, others)) = (connect(), connect());
    let decorated = run(&lab, &arguments, &[]);
    let plain = run(&other, &others, &["--plain"]);
    assert!(matches!(decorated.code, 0 | 7), "{}", decorated.screen);
    assert_eq!(plain.code, decorated.code, "{}", plain.screen);
    assert!(decorated.raw.contains(&0x1b));
    assert_no_escape(&plain);
    let plain = settled(&plain.screen);
    let both = [decorated.screen.as_str(), plain.as_str()];
    assert_same(
        &format!("the first run of {vendor}"),
        &made(both[0], &lab),
        &made(both[1], &other),
        both,
    );
    // And what is there now, with its ids to the last digit.
    for again in [&arguments[..], &["show", "spot"].map(str::to_owned)] {
        // Cost Management answers twelve queries in ten seconds: a wait would stand in one form and not in the other.
        std::thread::sleep(Duration::from_secs(3));
        let decorated = run(&lab, again, &[]);
        std::thread::sleep(Duration::from_secs(3));
        let plain = run(&lab, again, &["--plain"]);
        let plain = settled(&plain.screen);
        let both = [decorated.screen.as_str(), plain.as_str()];
        assert_same(
            &format!("{vendor}: {again:?}"),
            &words_of(both[0]),
            &words_of(both[1]),
            both,
        );
        for id in [client_id(&lab), ids::TENANT.to_string()] {
            assert!(
                both.iter().all(|screen| screen.contains(&id)),
                "{id}: {both:?}"
            );
        }
    }
}

#[test]
fn spot_cost_intelligence() {
    carries_the_same("spot-cost-intelligence");
}

#[test]
fn spot_billing_engine() {
    carries_the_same("spot-billing-engine");
}

#[test]
fn cloudpi() {
    carries_the_same("cloudpi");
}

#[test]
fn optima_csp() {
    carries_the_same("optima-csp");
}

#[test]
fn flexera_mca_partner() {
    carries_the_same("flexera-mca-partner");
}

#[test]
fn spaceone() {
    carries_the_same("spaceone");
}

#[test]
fn generic() {
    carries_the_same("generic");
}
