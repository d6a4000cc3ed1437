//! `kill -9` before and after every request of a rotation: run again, one secret is left, the one that is kept, and it works.

use azconnect::sandbox::Options;
use rustix::process::Signal;

use super::{Point, Undisturbed, must_exit, stop_at, taken_back, walk, words};
use crate::aftermath::{aftermath, azure, kept_secret};
use crate::lab::Lab;

const ROTATE: [&str; 5] = ["rotate", "spot", "--yes", "--output", "json"];
const KEEPING: [&str; 7] = [
    "rotate",
    "spot",
    "--keep-old",
    "7",
    "--yes",
    "--output",
    "json",
];

fn connected() -> Lab {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    lab
}

/// What the rotation asks for, and leaves.
fn undisturbed(arguments: &[&str]) -> Undisturbed {
    let lab = connected();
    let sent_before = lab.log().len();
    lab.run(arguments).exits(0);
    Undisturbed {
        requests: lab.log()[sent_before..]
            .iter()
            .map(|entry| format!("{} {}", entry.method, entry.path))
            .collect(),
        leaves: aftermath(&lab),
    }
}

fn secrets(lab: &Lab) -> Vec<String> {
    let state = azure(lab);
    let ours = |app: &&azconnect::sandbox::Application| app.tags.contains(&"azconnect".into());
    let app = state.applications.values().find(ours).unwrap();
    app.password_credentials
        .iter()
        .map(|secret| secret.secret_text.clone())
        .collect()
}

/// What this machine keeps is accepted: at any moment, and so right after the kill too.
fn works(lab: &Lab, when: &str) -> Result<(), String> {
    must_exit(lab.run(&["check", "spot", "--output", "json"]), 0)
        .map(drop)
        .map_err(|error| format!("{when}: {error}"))
}

fn trial(arguments: &[&str], undisturbed: &Undisturbed, point: Point) -> Result<bool, String> {
    let lab = connected();
    let killed = stop_at(&lab, arguments, point, Signal::KILL)?;
    works(&lab, "right after the kill")?;
    must_exit(lab.run(arguments), 0)?;
    undisturbed.compare(&lab)?;
    works(&lab, "in the end")?;
    Ok(killed.is_some())
}

#[test]
fn undisturbed_the_new_secret_takes_the_place_of_the_old() {
    let lab = connected();
    let before = kept_secret(&lab).unwrap();
    lab.run(&ROTATE).exits(0);
    let after = kept_secret(&lab).unwrap();
    assert_ne!(before, after);
    assert_eq!(secrets(&lab), [after]);
    assert!(!lab.home().join("azconnect/rotations/spot.json").exists());
}

#[test]
fn killed_anywhere_and_run_again_one_secret_is_left_and_works() {
    let undisturbed = undisturbed(&ROTATE);
    walk("rotate, kill -9, rotate", &undisturbed.points(), |point| {
        trial(&ROTATE, &undisturbed, point)
    });
}

#[test]
fn killed_anywhere_while_the_old_one_is_to_stay_both_are_left() {
    let undisturbed = undisturbed(&KEEPING);
    walk(
        "rotate --keep-old, kill -9, rotate --keep-old",
        &undisturbed.points(),
        |point| trial(&KEEPING, &undisturbed, point),
    );
}

#[test]
fn killed_twice_it_still_ends_with_one_secret() {
    let undisturbed = undisturbed(&ROTATE);
    let count = u32::try_from(undisturbed.requests.len()).unwrap();
    let twice: Vec<(Point, Point)> = undisturbed
        .writes()
        .into_iter()
        .flat_map(|first| (1..=count).step_by(2).map(move |second| (first, second)))
        .map(|(first, second)| {
            let after = |nth| Point {
                nth,
                moment: super::Moment::After,
            };
            (after(first), after(second))
        })
        .collect();
    walk(
        "rotate, kill -9, rotate, kill -9, rotate",
        &twice,
        |(first, second)| {
            let lab = connected();
            stop_at(&lab, &ROTATE, first, Signal::KILL)?;
            let killed = stop_at(&lab, &ROTATE, second, Signal::KILL)?;
            works(&lab, "right after the second kill")?;
            must_exit(lab.run(&ROTATE), 0)?;
            // The second run may have finished the first rotation, and the third made another: the same is left.
            undisturbed.compare(&lab)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn killed_anywhere_and_taken_back_azure_is_as_it_was() {
    let undisturbed = undisturbed(&ROTATE);
    walk("rotate, kill -9, remove", &undisturbed.points(), |point| {
        let lab = Lab::new();
        let before = azure(&lab);
        lab.run_init(&[]).exits(0);
        let killed = stop_at(&lab, &ROTATE, point, Signal::KILL)?;
        taken_back(&lab, &before)?;
        Ok(killed.is_some())
    });
}

/// Kept nowhere, the new secret is shown at the end, and the old one stays until somebody says that it may go.
#[test]
fn kept_nowhere_and_killed_anywhere_the_old_one_and_one_that_was_seen_are_left() {
    let connected = || {
        let lab = Lab::new();
        let init = ["init", "spot-cost-intelligence", "--connection", "spot"];
        let nowhere = ["--store", "none", "--yes", "--output", "json"];
        lab.run(&[init.as_slice(), nowhere.as_slice()].concat())
            .exits(0);
        lab
    };
    let lab = connected();
    let old = secrets(&lab);
    assert_eq!(old.len(), 1);
    let sent_before = lab.log().len();
    lab.run(&ROTATE).exits(0);
    let count = u32::try_from(lab.log().len() - sent_before).unwrap();
    let points: Vec<Point> = (1..=count)
        .flat_map(|nth| {
            [super::Moment::Before, super::Moment::After].map(|moment| Point { nth, moment })
        })
        .collect();
    walk("rotate, kept nowhere, kill -9, rotate", &points, |point| {
        let lab = connected();
        let old = secrets(&lab);
        let killed = stop_at(&lab, &ROTATE, point, Signal::KILL)?;
        let again = must_exit(lab.run(&ROTATE), 0)?;
        let left = secrets(&lab);
        let new = left.last().cloned().unwrap_or_default();
        if !left.contains(&old[0]) || !again.stdout.contains(&new) {
            return Err("the one that the vendor has is gone, or the new one was not shown".into());
        }
        must_exit(lab.run(&["rotate", "spot", "--finish", "--yes"]), 0)?;
        if secrets(&lab) == [new] {
            return Ok(killed.is_some());
        }
        Err(format!("{} secrets are left", secrets(&lab).len()))
    });
}

/// With the delays that Azure has, the orphan of the killed run is found all the same.
#[test]
fn killed_with_late_replicas_one_secret_is_left() {
    let undisturbed = undisturbed(&ROTATE);
    let points: Vec<Point> = undisturbed
        .writes()
        .into_iter()
        .flat_map(|nth| {
            [super::Moment::Before, super::Moment::After].map(|moment| Point { nth, moment })
        })
        .collect();
    walk(
        "rotate, kill -9, rotate, with late replicas",
        &points,
        |point| {
            let lab = Lab::with(Options::default());
            must_exit(lab.run(&words(&lab.init(&[]))), 0)?;
            let killed = stop_at(&lab, &ROTATE, point, Signal::KILL)?;
            must_exit(lab.run(&ROTATE), 0)?;
            undisturbed.compare(&lab)?;
            Ok(killed.is_some())
        },
    );
}
