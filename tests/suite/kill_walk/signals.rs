//! Ctrl-C and SIGTERM: the run ends at once, with the signal's code and the ways on, and the next run with what was wanted.

use rustix::process::Signal;

use super::{Moment, Point, Undisturbed, must_exit, stop_at, walk, words};
use crate::lab::{Lab, Ran};

const SIGNALS: [(Signal, i32); 2] = [(Signal::INT, 130), (Signal::TERM, 143)];

/// The main job as people type it, without JSON.
fn typed(lab: &Lab) -> Vec<String> {
    let mut words = lab.init(&[]);
    words.retain(|word| word != "--output" && word != "json");
    words
}

fn points(undisturbed: &Undisturbed) -> Vec<(Point, Signal, i32)> {
    let all = undisturbed.points();
    SIGNALS
        .into_iter()
        .enumerate()
        .flat_map(|(offset, (signal, code))| {
            all.iter()
                .skip(offset)
                .step_by(3)
                .map(move |point| (*point, signal, code))
        })
        .collect()
}

/// What must be on the screen, by how far the run had come.
fn says_the_ways_on(ran: &Ran, had_begun: bool, is_recorded: bool) -> Result<(), String> {
    let wanted: &[&str] = match (had_begun, is_recorded) {
        (true, false) => &["--resume", "azconnect remove spot"],
        (true, true) => &["azconnect check spot", "azconnect remove spot"],
        (false, _) => &["Nothing in Azure was changed"],
    };
    match wanted.iter().find(|words| !ran.stderr.contains(**words)) {
        None => Ok(()),
        Some(words) => Err(format!("it does not say `{words}`:\n{}", ran.stderr)),
    }
}

#[test]
fn interrupted_anywhere_it_says_how_to_go_on_and_goes_on() {
    let undisturbed = Undisturbed::of(&Lab::new(), &[]);
    walk(
        "init, SIGINT or SIGTERM, init",
        &points(&undisturbed),
        |(point, signal, code)| {
            let lab = Lab::new();
            let stopped = stop_at(&lab, &words(&typed(&lab)), point, signal)?;
            let journal = crate::aftermath::journal_file(&lab).exists();
            let record = crate::aftermath::record_file(&lab).exists();
            let reached = stopped.is_some();
            if let Some(stopped) = stopped {
                let stopped = must_exit(stopped, code)?;
                says_the_ways_on(&stopped, journal || record, record)?;
                if journal {
                    must_exit(lab.run(&["init", "--resume", "--yes"]), 0)?;
                    undisturbed.compare(&lab)?;
                }
            }
            must_exit(lab.run_init(&[]), 0)?;
            undisturbed.compare(&lab)?;
            Ok(reached)
        },
    );
}

/// Under `--output json` the same is one document.
#[test]
fn an_interrupted_run_leaves_one_document() {
    let lab = Lab::new();
    let point = Point {
        nth: Undisturbed::of(&Lab::new(), &[]).writes()[1],
        moment: Moment::After,
    };
    let stopped = stop_at(&lab, &words(&lab.init(&[])), point, Signal::INT)
        .unwrap()
        .unwrap();
    let document = stopped.exits(130).json();
    assert_eq!(document["exit"], "interrupted");
    let hints = document["error"]["hints"].to_string();
    assert!(
        hints.contains("--resume") && hints.contains("azconnect remove spot"),
        "{hints}"
    );
}
