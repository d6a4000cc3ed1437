//! The same walks for a certificate whose key is made here: added once, kept, and working; and for a federated credential.

use rustix::process::Signal;

use super::{Point, Undisturbed, must_exit, stop_at, walk, words};
use crate::aftermath::azure;
use crate::lab::Lab;

const ROTATE: [&str; 5] = ["rotate", "tool", "--yes", "--output", "json"];

/// The arguments that connect any other tool with this credential.
fn init(lab: &Lab, credential: &[&str]) -> Vec<String> {
    let store = format!("file:{}", lab.home().join("tool.pem").display());
    [
        "init",
        "generic",
        "--connection",
        "tool",
        "--yes",
        "--output",
        "json",
        "--store",
        &store,
    ]
    .iter()
    .chain(credential)
    .map(|word| (*word).to_owned())
    .collect()
}

const CERTIFICATE: [&str; 2] = ["--credential", "certificate"];
const FEDERATED: [&str; 4] = [
    "--credential",
    "federated",
    "--federated",
    "github:contoso/billing:ref:refs/heads/main",
];

/// One application of ours, with so many credentials of each kind and no secret, and what this machine keeps works.
fn one_of_each(lab: &Lab, certificates: usize, federated: usize) -> Result<(), String> {
    must_exit(lab.run(&["check", "tool", "--output", "json"]), 0)?;
    let state = azure(lab);
    let ours: Vec<_> = state
        .applications
        .values()
        .filter(|app| app.tags.contains(&"azconnect".into()))
        .collect();
    let counts: Vec<_> = ours
        .iter()
        .map(|app| {
            (
                app.password_credentials.len(),
                app.key_credentials.len(),
                app.federated_identity_credentials.len(),
            )
        })
        .collect();
    if counts == [(0, certificates, federated)] {
        return Ok(());
    }
    Err(format!("secrets, certificates, federated: {counts:?}"))
}

fn points(lab: &Lab, arguments: &[&str]) -> Vec<Point> {
    let sent_before = lab.log().len();
    lab.run(arguments).exits(0);
    let requests = lab.log()[sent_before..]
        .iter()
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    let leaves = serde_json::Value::Null;
    Undisturbed { requests, leaves }.points()
}

#[test]
fn an_init_with_a_certificate_killed_anywhere_ends_with_one() {
    let lab = Lab::new();
    let points = points(&lab, &words(&init(&lab, &CERTIFICATE)));
    walk(
        "init --credential certificate, kill -9, init",
        &points,
        |point| {
            let lab = Lab::new();
            let arguments = init(&lab, &CERTIFICATE);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            must_exit(lab.run(&words(&arguments)), 0)?;
            one_of_each(&lab, 1, 0)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn an_init_with_a_certificate_killed_anywhere_and_taken_back_leaves_nothing() {
    let lab = Lab::new();
    let points = points(&lab, &words(&init(&lab, &CERTIFICATE)));
    walk(
        "init --credential certificate, kill -9, remove",
        &points,
        |point| {
            let lab = Lab::new();
            let before = azure(&lab);
            let killed = stop_at(&lab, &words(&init(&lab, &CERTIFICATE)), point, Signal::KILL)?;
            let removed = lab.run(&["remove", "tool", "--yes", "--output", "json"]);
            if ![0, 2].contains(&removed.code) {
                return Err(format!("{removed:?}"));
            }
            if azure(&lab) == before && !lab.home().join("tool.pem").exists() {
                return Ok(killed.is_some());
            }
            Err("something is left".to_owned())
        },
    );
}

#[test]
fn a_rotated_certificate_killed_anywhere_works_at_every_moment_and_one_is_left() {
    let connected = || {
        let lab = Lab::new();
        lab.run(&words(&init(&lab, &CERTIFICATE))).exits(0);
        lab
    };
    let points = points(&connected(), &ROTATE);
    walk("rotate a certificate, kill -9, rotate", &points, |point| {
        let lab = connected();
        let killed = stop_at(&lab, &ROTATE, point, Signal::KILL)?;
        must_exit(lab.run(&["check", "tool", "--output", "json"]), 0)?;
        must_exit(lab.run(&ROTATE), 0)?;
        one_of_each(&lab, 1, 0)?;
        Ok(killed.is_some())
    });
}

#[test]
fn an_init_with_a_federated_credential_killed_anywhere_ends_with_one() {
    let lab = Lab::new();
    let points = points(&lab, &words(&init(&lab, &FEDERATED)));
    walk(
        "init --credential federated, kill -9, init",
        &points,
        |point| {
            let lab = Lab::new();
            let arguments = init(&lab, &FEDERATED);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            must_exit(lab.run(&words(&arguments)), 0)?;
            one_of_each(&lab, 0, 1)?;
            Ok(killed.is_some())
        },
    );
}
