//! Past months: each whole one once, the newest first, paced as Cost Management asks, and gone on with after a kill.

use std::time::Duration;

use azconnect::sandbox::{Action, Options, Replication, Rule, Service, ids};
use jiff::ToSpan;
use jiff::civil::Date;
use rustix::process::Signal;
use serde_json::Value;

use crate::aftermath::journal_file;
use crate::billing_lab::{self, finding};
use crate::exports_lab::{connect_subscription, init, is_connected, lab, runs};
use crate::kill_walk::stop_at_run;
use crate::lab::{Lab, Ran};

const BACKFILL: [&str; 5] = ["backfill", "spot", "--no-input", "--output", "json"];

/// The first of the month that is `ago` months before this one.
fn first(ago: i32) -> Date {
    let today = jiff::Zoned::now()
        .with_time_zone(jiff::tz::TimeZone::UTC)
        .date();
    today.first_of_month() - ago.months()
}

/// Periods of the runs that the export remembers, in the order in which they were queued; those of its own timeframe apart.
pub(crate) fn months(lab: &Lab) -> Vec<(Date, Date)> {
    let this_month = first(0);
    lab.state(|state| {
        let exports = state.exports.exports.values();
        exports
            .flat_map(|export| export.runs.iter().map(|run| (run.from, run.to)))
            .filter(|(from, _)| *from < this_month)
            .collect()
    })
}

/// The last `count` whole months, the newest first.
pub(crate) fn whole_months(count: i32) -> Vec<(Date, Date)> {
    (1..=count)
        .map(|ago| (first(ago), first(ago).last_of_month()))
        .collect()
}

/// The months of the document, each with its state.
fn states(document: &Value) -> Vec<(&str, &str)> {
    document["backfill"][0]["months"]
        .as_array()
        .unwrap_or_else(|| panic!("no months in {document:#}"))
        .iter()
        .map(|month| {
            let text = |key: &str| month[key].as_str().unwrap();
            (text("month"), text("state"))
        })
        .collect()
}

fn connected() -> Lab {
    let lab = lab();
    is_connected(connect_subscription(&lab));
    lab
}

fn backfill(lab: &Lab, more: &[&str]) -> Ran {
    lab.run(&[&BACKFILL[..], more].concat())
}

#[test]
fn thirteen_months_are_exported_once_the_newest_first() {
    let lab = connected();
    let document = backfill(&lab, &[]).exits(0).json();
    assert_eq!(months(&lab), whole_months(13));
    let states = states(&document);
    assert_eq!(states.len(), 13);
    assert!(
        states.iter().all(|(_, state)| *state == "done"),
        "{states:?}"
    );
    assert_eq!(states[0].0, &first(1).to_string()[..7]);
    let bodies: Vec<Value> = runs(&lab)[1..]
        .iter()
        .map(|run| run.request_body["timePeriod"].clone())
        .collect();
    assert_eq!(
        bodies[0],
        serde_json::json!({
            "from": format!("{}T00:00:00Z", first(1)),
            "to": format!("{}T00:00:00Z", first(1).last_of_month()),
        })
    );

    // Once more: nothing is asked for, and the same is said.
    let asked = runs(&lab).len();
    let again = backfill(&lab, &[]).exits(0).json();
    assert_eq!(runs(&lab).len(), asked);
    assert_eq!(again["backfill"], document["backfill"]);

    // And what another machine exported is in Azure's own history.
    std::fs::remove_dir_all(
        journal_file(&lab)
            .parent()
            .unwrap()
            .with_file_name("backfills"),
    )
    .unwrap();
    backfill(&lab, &[]).exits(0);
    assert_eq!(runs(&lab).len(), asked);

    // Unless it is wanted.
    let last = &first(1).to_string()[..7];
    backfill(&lab, &["--from", last, "--again"]).exits(0);
    assert_eq!(runs(&lab).len(), asked + 1);
}

#[test]
fn months_without_data_are_no_failures() {
    let lab = connected();
    lab.state(|state| state.exports.data_since = Some(first(2)));
    let document = backfill(&lab, &["--from", &first(4).to_string()[..7]])
        .exits(0)
        .json();
    let states: Vec<&str> = states(&document).iter().map(|(_, state)| *state).collect();
    assert_eq!(states, ["done", "done", "no-data", "no-data"]);
}

#[test]
fn it_waits_as_long_as_cost_management_asks() {
    let lab = Lab::with(Options {
        replication: Replication {
            first_export: Duration::from_secs(86_400),
            export_pace: Duration::from_secs(3),
            ..Replication::none()
        },
        seed: billing_lab::state(),
        ..Options::default()
    });
    is_connected(connect_subscription(&lab));
    let ran = backfill(&lab, &[]).exits(0);
    assert_eq!(months(&lab), whole_months(13));
    let refused = runs(&lab)
        .iter()
        .filter(|run| run.status == Some(429))
        .count();
    assert!(refused > 0, "ten at once are taken, and not thirteen");
    assert!(refused < 4, "it did not wait: {refused} were refused");
    assert!(
        ran.stderr.contains("Cost Management takes more in"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_month_whose_answer_is_lost_is_looked_for() {
    for action in [Action::DropBefore, Action::DropAfter] {
        let lab = connected();
        lab.sandbox().faults().add(Rule {
            service: Some(Service::Arm),
            method: Some("POST".to_owned()),
            path_contains: Some("/run".to_owned()),
            nth: 2,
            times: 1,
            action,
        });
        backfill(&lab, &["--from", &first(3).to_string()[..7]]).exits(0);
        assert_eq!(months(&lab), whole_months(3));
    }
}

#[test]
fn killed_in_the_middle_it_goes_on_where_it_was() {
    for nth in [1, 6, 13] {
        let lab = connected();
        let killed = stop_at_run(&lab, &BACKFILL, nth, Signal::KILL).unwrap();
        assert!(killed.is_some(), "the run {nth} was not reached");
        backfill(&lab, &[]).exits(0);
        assert_eq!(months(&lab), whole_months(13), "killed at run {nth}");
    }
    // Ctrl-C: it says how to go on, and is stopped at once.
    let lab = connected();
    let stopped = stop_at_run(&lab, &BACKFILL, 2, Signal::INT)
        .unwrap()
        .unwrap();
    assert_eq!(stopped.code, 130, "{stopped:?}");
    assert!(
        stopped.stdout.contains("azconnect backfill spot"),
        "{stopped:?}"
    );
    backfill(&lab, &[]).exits(0);
    assert_eq!(months(&lab), whole_months(13));
}

#[test]
fn what_is_failed_in_azure_is_said_and_tried_again() {
    let lab = connected();
    lab.state(|state| {
        let account = state.storage.accounts.values_mut().next().unwrap();
        account.containers.clear();
    });
    let document = backfill(&lab, &["--from", &first(1).to_string()[..7]])
        .exits(6)
        .json();
    assert_eq!(states(&document)[0].1, "failed");
    let why = document["backfill"][0]["months"][0]["why"]
        .as_str()
        .unwrap();
    assert!(why.contains("container"), "{why}");
    assert_eq!(document["ok"], false);
}

#[test]
fn only_whole_months_of_a_connection_with_an_export_are_taken() {
    let lab = connected();
    let this_month = &first(0).to_string()[..7];
    for (more, code) in [
        (vec!["--from", this_month], "month_not_over"),
        (
            vec!["--from", "2026-01", "--to", "2025-12"],
            "months_reversed",
        ),
        (vec!["--from", "2014-01"], "too_many_months"),
    ] {
        let document = backfill(&lab, &more).exits(2).json();
        assert_eq!(document["error"]["code"], code, "{document:#}");
    }
    backfill(&lab, &["--from", "yesterday"]).exits(2);
    assert!(months(&lab).is_empty());

    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let document = backfill(&lab, &[]).exits(2).json();
    assert_eq!(document["error"]["code"], "no_export", "{document:#}");
}

#[test]
fn init_asks_for_past_months_and_not_for_them_again() {
    let lab = lab();
    let subscription = ids::SUBSCRIPTION.to_string();
    let mut arguments = init(&lab, &["--subscription", &subscription]);
    let none = arguments
        .iter()
        .position(|word| word == "--backfill-months")
        .unwrap();
    arguments[none + 1] = "3".to_owned();
    let connect = || is_connected(lab.run(&billing_lab::words(&arguments)));
    let document = connect().json();
    assert_eq!(months(&lab), whole_months(3));
    let said = finding(&document, "cost-management.backfill");
    assert_eq!(said["status"], "pass", "{said:#}");
    let asked = runs(&lab).len();
    connect();
    assert_eq!(runs(&lab).len(), asked);
}
