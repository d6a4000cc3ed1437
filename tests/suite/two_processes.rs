//! Two processes on one connection: one works, the other waits or is told who works, and nothing is made twice.

use std::process::Child;
use std::time::{Duration, Instant};

use azconnect::sandbox::{Action, Rule, Service};

use crate::aftermath::{aftermath, azure, differences, journal_file, record_file};
use crate::lab::{Lab, Ran};

const REMOVE: [&str; 5] = ["remove", "spot", "--yes", "--output", "json"];

/// Starts the main job, which takes so long over assigning the role, and returns when it is at it.
fn at_work(lab: &Lab, milliseconds: u64) -> Child {
    lab.sandbox().faults().add(Rule {
        service: Some(Service::Arm),
        method: Some("PUT".to_owned()),
        path_contains: Some("/roleAssignments/".to_owned()),
        nth: 1,
        times: 1,
        action: Action::HoldAfter(Duration::from_millis(milliseconds)),
    });
    let child = start(lab);
    let end = Instant::now() + Duration::from_secs(60);
    while !lab.log().iter().any(|entry| entry.method == "PUT") {
        assert!(Instant::now() < end, "it did not come to the role");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn start(lab: &Lab) -> Child {
    let init = lab.init(&[]);
    let words: Vec<&str> = init.iter().map(String::as_str).collect();
    lab.start(&words)
}

fn end(child: Child) -> Ran {
    Ran::from(child.wait_with_output().unwrap())
}

/// What an undisturbed run leaves.
fn undisturbed() -> serde_json::Value {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    aftermath(&lab)
}

fn same(lab: &Lab, wanted: &serde_json::Value) {
    assert_eq!(differences(&aftermath(lab), wanted), Vec::<String>::new());
}

#[test]
fn while_one_works_every_other_is_refused_and_told_who_works() {
    let lab = Lab::new();
    let mut first = at_work(&lab, 15_000);
    let writes = |lab: &Lab| {
        lab.log()
            .iter()
            .filter(|entry| matches!(entry.method.as_str(), "PUT" | "PATCH" | "DELETE"))
            .count()
    };
    let written = writes(&lab);
    for second in [lab.run_init(&[]), lab.run(&REMOVE)] {
        let error = second.exits(8).json()["error"].clone();
        let text = error.to_string();
        assert!(text.contains(&first.id().to_string()), "{text}");
    }
    assert_eq!(writes(&lab), written);
    assert!(
        first.try_wait().unwrap().is_none(),
        "it was held long enough for both"
    );
    end(first).exits(0);
    same(&lab, &undisturbed());
}

#[test]
fn started_at_once_they_make_everything_once() {
    let wanted = undisturbed();
    for _ in 0..3 {
        let lab = Lab::new();
        let all: Vec<Child> = (0..3).map(|_| start(&lab)).collect();
        let codes: Vec<i32> = all.into_iter().map(|child| end(child).code).collect();
        assert!(
            codes.contains(&0) && codes.iter().all(|code| [0, 8].contains(code)),
            "{codes:?}"
        );
        lab.run_init(&[]).exits(0);
        same(&lab, &wanted);
    }
}

/// What it removes is what the other has made by then, and not what there was when it began to wait.
#[test]
fn a_removal_that_waited_takes_back_all_that_the_other_made() {
    let lab = Lab::new();
    let before = azure(&lab);
    let first = at_work(&lab, 700);
    let removed = lab.run(&REMOVE);
    end(first).exits(0);
    // On a machine that is slow enough it gave up waiting; then it is asked again.
    if removed.code == 8 {
        lab.run(&REMOVE).exits(0);
    } else {
        removed.exits(0);
    }
    assert_eq!(azure(&lab), before);
    assert!(!journal_file(&lab).exists() && !record_file(&lab).exists());
}

const ROTATE: [&str; 5] = ["rotate", "spot", "--yes", "--output", "json"];

/// Starts a program that takes so long over a request, and returns when it is at it.
fn held(lab: &Lab, arguments: &[&str], (method, path): (&str, &str), milliseconds: u64) -> Child {
    lab.sandbox().faults().clear();
    let sent = lab.log().len();
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some(method.to_owned()),
        path_contains: Some(path.to_owned()),
        nth: 1,
        times: 1,
        action: Action::HoldAfter(Duration::from_millis(milliseconds)),
    });
    let child = lab.start(arguments);
    let end = Instant::now() + Duration::from_secs(60);
    let is_at_it = |lab: &Lab| {
        let log = lab.log();
        log[sent..]
            .iter()
            .any(|entry| entry.method == method && entry.path.contains(path) && entry.processed)
    };
    while !is_at_it(lab) {
        assert!(Instant::now() < end, "it did not come to {method} {path}");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

/// The secrets of our app: what Azure has, and whether it is what this machine keeps.
fn secrets(lab: &Lab) -> (usize, bool) {
    let kept = crate::aftermath::kept_secret(lab);
    let state = azure(lab);
    let mut apps = state.applications.values();
    let app = apps.find(|app| app.tags.contains(&"azconnect".into()));
    let all = app
        .map(|app| app.password_credentials.clone())
        .unwrap_or_default();
    let is_kept = all
        .iter()
        .any(|secret| Some(&secret.secret_text) == kept.as_ref());
    (all.len(), is_kept)
}

#[test]
fn while_one_rotates_every_other_is_refused_and_one_secret_is_left() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let mut first = held(&lab, &ROTATE, ("POST", "/addPassword"), 15_000);
    for second in [lab.run(&ROTATE), lab.run(&REMOVE), lab.run_init(&[])] {
        let text = second.exits(8).json()["error"].to_string();
        assert!(text.contains(&first.id().to_string()), "{text}");
    }
    assert!(first.try_wait().unwrap().is_none());
    end(first).exits(0);
    assert_eq!(secrets(&lab), (1, true));
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn rotations_started_at_once_leave_one_secret_that_works() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let all: Vec<Child> = (0..3).map(|_| lab.start(&ROTATE)).collect();
    let codes: Vec<i32> = all.into_iter().map(|child| end(child).code).collect();
    assert!(
        codes.contains(&0) && codes.iter().all(|code| [0, 8].contains(code)),
        "{codes:?}"
    );
    assert_eq!(secrets(&lab), (1, true));
    lab.run(&["check", "spot"]).exits(0);
}

/// Whichever comes first: in the end nothing is left of the connection, in Azure and here.
#[test]
fn a_removal_and_a_rotation_at_once_leave_the_connection_whole_or_gone() {
    for _ in 0..3 {
        let lab = Lab::new();
        let before = azure(&lab);
        lab.run_init(&[]).exits(0);
        let (rotating, removing) = (lab.start(&ROTATE), lab.start(&REMOVE));
        let (rotated, removed) = (end(rotating), end(removing));
        assert!([0, 8].contains(&removed.code), "{removed:#?}");
        // One that waited for the removal finds no connection any more.
        assert!([0, 2, 8].contains(&rotated.code), "{rotated:#?}");
        if removed.code == 8 {
            assert_eq!(secrets(&lab), (1, true));
            lab.run(&["check", "spot"]).exits(0);
            lab.run(&REMOVE).exits(0);
        }
        assert_eq!(azure(&lab), before);
        assert!(!record_file(&lab).exists() && !lab.secret_file().exists());
    }
}

#[test]
fn while_one_exports_past_months_another_is_refused_and_no_month_is_twice() {
    let lab = crate::exports_lab::lab();
    crate::exports_lab::is_connected(crate::exports_lab::connect_subscription(&lab));
    let wanted = crate::backfill::whole_months(3);
    let from = wanted.last().unwrap().0.to_string();
    let backfill = ["backfill", "spot", "--output", "json", "--from", &from[..7]];
    let mut first = held(&lab, &backfill, ("POST", "/run"), 15_000);
    for second in [lab.run(&backfill), lab.run(&REMOVE)] {
        let text = second.exits(8).json()["error"].to_string();
        assert!(text.contains(&first.id().to_string()), "{text}");
    }
    assert!(first.try_wait().unwrap().is_none());
    end(first).exits(0);
    lab.run(&backfill).exits(0);
    let mut got = crate::backfill::months(&lab);
    got.sort();
    got.reverse();
    assert_eq!(got, wanted);
}
