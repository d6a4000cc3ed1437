//! The first file of a new export: `init` doesn't wait for it and says so, `init --wait` does, and `check` looks again.

use std::time::Duration;

use azconnect::sandbox::{Options, Replication, ids};
use serde_json::Value;

use crate::billing_lab::{self, finding};
use crate::exports_lab::connect;
use crate::lab::Lab;

/// A laboratory in which a run takes so long.
fn lab(run: Duration) -> Lab {
    Lab::with(Options {
        replication: Replication {
            first_export: Duration::from_secs(86_400),
            export_run: run,
            ..Replication::none()
        },
        seed: billing_lab::state(),
        ..Options::default()
    })
}

fn flags(more: &[&'static str]) -> Vec<String> {
    ["--subscription".to_owned(), ids::SUBSCRIPTION.to_string()]
        .into_iter()
        .chain(more.iter().map(|word| (*word).to_owned()))
        .collect()
}

fn status(document: &Value) -> &str {
    finding(document, "storage.container")["status"]
        .as_str()
        .unwrap()
}

#[test]
fn without_wait_it_ends_as_pending_with_the_command_that_looks_again() {
    let lab = lab(Duration::from_secs(20));
    let arguments = flags(&[]);
    let ran = connect(&lab, &billing_lab::words(&arguments)).exits(7);
    let document = ran.json();
    assert_eq!(document["exit"], "pending");
    assert_eq!(status(&document), "fail");
    let said = finding(&document, "storage.container");
    assert!(
        said["what"].as_str().unwrap().contains("first file"),
        "{said:#}"
    );
    // The same is said later, and then that it is there.
    lab.run(&["check", "spot", "--output", "json"]).exits(7);
    lab.state(|state| {
        for export in state.exports.exports.values_mut() {
            for run in &mut export.runs {
                run.picked_up = run.submitted;
                run.ends = run.submitted;
            }
        }
    });
    let document = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(0)
        .json();
    assert_eq!(status(&document), "pass");
}

#[test]
fn with_wait_it_stays_until_the_first_file_is_there() {
    let lab = lab(Duration::from_secs(6));
    let arguments = flags(&["--wait"]);
    let ran = connect(&lab, &billing_lab::words(&arguments)).exits(0);
    assert_eq!(status(&ran.json()), "pass");
    assert!(
        ran.stderr.contains("First file of the export"),
        "what is waited for is said: {}",
        ran.stderr
    );
}
