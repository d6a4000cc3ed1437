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
