//! `--output events`: one JSON object a line while it works, of a kind that a program knows, and the document as the last of them.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::time::Duration;

use azconnect::sandbox::{Options, Replication, ids};
use serde_json::Value;

use crate::lab::{Lab, Ran};
use crate::people::nobody_else;
use crate::{billing_lab, exports_lab, partner_lab};

/// Every kind, and the members that each of them has.
const KINDS: [(&str, &[&str]); 8] = [
    ("started", &["title"]),
    ("fact", &["label", "value", "source"]),
    ("shown", &["blocks"]),
    ("warning", &["what", "fix"]),
    ("needs-user", &["what", "url", "code"]),
    ("step", &["id", "title", "change", "status", "detail"]),
    (
        "tally",
        &[
            "id", "title", "unit", "done", "waiting", "failed", "all", "detail",
        ],
    ),
    ("result", &["ok", "exit"]),
];

/// The lines of a run, each held against its kind.
fn lines(stdout: &str) -> Vec<Value> {
    let all: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for (at, line) in all.iter().enumerate() {
        assert_eq!(line["version"], 1, "{line}");
        let kind = line["event"].as_str().unwrap();
        let known = KINDS.iter().find(|(known, _)| *known == kind);
        let (_, members) = known.unwrap_or_else(|| panic!("an unknown kind: {line}"));
        for member in *members {
            assert!(line.get(member).is_some(), "{member} in {line}");
        }
        let is_last = at + 1 == all.len();
        assert_eq!(kind == "result", is_last, "the result is the last: {line}");
    }
    assert!(!all.is_empty());
    all
}

fn kinds(lines: &[Value]) -> BTreeSet<&str> {
    lines
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect()
}

fn events(lab: &Lab, arguments: &[&str]) -> (Ran, Vec<Value>) {
    let ran = lab.run(&[arguments, &["--output", "events"]].concat());
    let lines = lines(&ran.stdout);
    (ran, lines)
}

const INIT: [&str; 5] = [
    "init",
    "spot-cost-intelligence",
    "--connection",
    "spot",
    "--yes",
];

#[test]
fn a_step_is_told_when_it_begins_and_when_it_ends() {
    let lab = Lab::new();
    let store = format!("file:{}", lab.secret_file().display());
    let (ran, lines) = events(&lab, &[&INIT[..], &["--store", &store]].concat());
    ran.exits(0);
    assert!(
        kinds(&lines).is_superset(&["started", "fact", "shown", "step", "result"].into()),
        "{:?}",
        kinds(&lines)
    );
    let steps = |id: &str| -> Vec<&str> {
        lines
            .iter()
            .filter(|line| line["event"] == "step" && line["id"] == id)
            .map(|line| line["status"].as_str().unwrap())
            .collect()
    };
    for id in ["application", "service-principal", "secret"] {
        let told = steps(id);
        assert_eq!(told.first(), Some(&"running"), "{id}: {told:?}");
        assert_eq!(told.last(), Some(&"done"), "{id}: {told:?}");
    }
    // The last line is the document of `--output json`.
    let result = lines.last().unwrap();
    assert_eq!(result["exit"], "ok");
    assert_eq!(result["connection"]["name"], "spot");
    assert!(result["handover"]["fields"].is_array());
}

#[test]
fn a_failure_is_the_last_line_too() {
    let lab = Lab::new();
    let (ran, lines) = events(&lab, &["show", "nosuch"]);
    let result = lines.last().unwrap();
    assert_eq!(result["ok"], false);
    assert!(result["error"]["code"].is_string() && ran.code != 0);
    let (ran, lines) = events(&lab, &["init", "--no-input"]);
    ran.exits(2);
    assert!(lines.last().unwrap()["error"]["gaps"].is_array());
}

/// A program signs somebody in: it reads the address and the code from a line, and needs nothing else.
#[test]
fn a_sign_in_by_code_can_be_driven_by_a_program() {
    let mut lab = Lab::new();
    nobody_else(&mut lab);
    let store = format!("file:{}", lab.secret_file().display());
    let tenant = ids::TENANT.to_string();
    let more = [
        "--store",
        &store,
        "--sign-in",
        "device-code",
        "--tenant",
        &tenant,
        "--output",
        "events",
    ];
    let mut child = lab.start(&[&INIT[..], &more].concat());
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut told = String::new();
    let asked = loop {
        let mut line = String::new();
        assert!(
            stdout.read_line(&mut line).unwrap() > 0,
            "nobody was asked: {told}"
        );
        told.push_str(&line);
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["event"] == "needs-user" {
            break line;
        }
    };
    assert!(
        asked["url"].as_str().unwrap().starts_with("https://"),
        "{asked}"
    );
    let person = lab.sandbox().person(ids::AVERY_NAME);
    lab.block_on(person.enter_device_code(asked["code"].as_str().unwrap(), true))
        .unwrap();
    std::io::Read::read_to_string(&mut stdout, &mut told).unwrap();
    assert!(child.wait().unwrap().success(), "{told}");
    let lines = lines(&told);
    assert_eq!(lines.last().unwrap()["ok"], true);
}

/// With a browser there is an address and no code.
#[test]
fn a_sign_in_by_browser_gives_the_address() {
    let mut lab = Lab::new();
    nobody_else(&mut lab);
    crate::people::give_browser(&mut lab);
    let store = format!("file:{}", lab.secret_file().display());
    let tenant = ids::TENANT.to_string();
    let more = [
        "--store",
        &store,
        "--sign-in",
        "browser",
        "--tenant",
        &tenant,
        "--output",
        "events",
    ];
    let ran =
        crate::people::sign_in_by_browser(&lab, ids::AVERY_NAME, &[&INIT[..], &more].concat());
    let lines = lines(&ran.exits(0).stdout);
    let asked = lines
        .iter()
        .find(|line| line["event"] == "needs-user")
        .unwrap();
    assert!(
        asked["url"]
            .as_str()
            .unwrap()
            .contains("/oauth2/v2.0/authorize"),
        "{asked}"
    );
    assert!(asked["code"].is_null(), "{asked}");
}

#[test]
fn a_wait_says_what_for() {
    let lab = Lab::with(Options {
        replication: Replication {
            password: Duration::from_secs(3),
            ..Replication::none()
        },
        ..Options::default()
    });
    let store = format!("file:{}", lab.secret_file().display());
    let (ran, lines) = events(&lab, &[&INIT[..], &["--store", &store]].concat());
    ran.exits(0);
    let waits: Vec<&Value> = lines
        .iter()
        .filter(|line| line["status"] == "waiting")
        .collect();
    assert!(!waits.is_empty(), "{lines:#?}");
    for wait in waits {
        assert!(!wait["detail"].as_str().unwrap().is_empty(), "{wait}");
    }
}

#[test]
fn what_comes_in_many_parts_is_counted() {
    let lab = exports_lab::lab();
    exports_lab::is_connected(exports_lab::connect_subscription(&lab));
    let (_, lines) = events(
        &lab,
        &[
            "backfill", "spot", "--from", "2026-08", "--to", "2026-09", "--yes",
        ],
    );
    let counts: Vec<&Value> = lines
        .iter()
        .filter(|line| line["event"] == "tally")
        .collect();
    assert!(!counts.is_empty(), "{lines:#?}");
    for count in counts {
        assert!(count["done"].as_u64() <= count["all"].as_u64(), "{count}");
    }
}

#[test]
fn what_is_not_wrong_yet_is_a_warning() {
    let lab = partner_lab::lab(|_| {});
    let app = partner_lab::web_app(&lab);
    let number = ["--partner-id", ids::PARTNER_LOCATION_ID, "--app-id", &app];
    let arguments = billing_lab::init(&lab, "optima-csp", &number);
    let arguments: Vec<&str> = arguments
        .iter()
        .map(|word| if word == "json" { "events" } else { word })
        .collect();
    let lines = lines(&lab.run(&arguments).exits(0).stdout);
    let mut warnings = lines.iter().filter(|line| line["event"] == "warning");
    let warning = warnings.next().expect("a warning");
    assert!(!warning["what"].as_str().unwrap().is_empty(), "{warning}");
    assert!(!warning["fix"].as_str().unwrap().is_empty(), "{warning}");
}
