//! `kill -9` before and after every request of the main job, which registers an application of its own.

use rustix::process::Signal;

use super::{Moment, Point, Undisturbed, must_exit, stop_at, taken_back, walk, words};
use crate::aftermath::{azure, journal_file, kept_secret, record_file};
use crate::lab::Lab;

/// What the walks compare with is itself what was promised.
#[test]
fn undisturbed_there_is_one_of_each() {
    let lab = Lab::new();
    let before = azure(&lab);
    lab.run_init(&[]).exits(0);
    let after = azure(&lab);
    assert_eq!(after.applications.len(), before.applications.len() + 1);
    assert_eq!(
        after.service_principals.len(),
        before.service_principals.len() + 1
    );
    assert_eq!(
        after.role_assignments.len(),
        before.role_assignments.len() + 1
    );
    let app = after
        .applications
        .values()
        .find(|app| !before.applications.contains_key(&app.id))
        .unwrap();
    assert_eq!(app.unique_name.as_deref(), Some("azconnect-spot"));
    let secrets: Vec<&str> = app
        .password_credentials
        .iter()
        .map(|secret| secret.secret_text.as_str())
        .collect();
    assert_eq!(secrets, [kept_secret(&lab).unwrap()]);
    assert!(record_file(&lab).exists() && !journal_file(&lab).exists());
}

#[test]
fn killed_anywhere_and_run_again_it_ends_as_if_undisturbed() {
    let undisturbed = Undisturbed::of(&Lab::new(), &[]);
    walk("init, kill -9, init", &undisturbed.points(), |point| {
        let lab = Lab::new();
        let killed = stop_at(&lab, &words(&lab.init(&[])), point, Signal::KILL)?;
        must_exit(lab.run_init(&[]), 0)?;
        undisturbed.compare(&lab)?;
        Ok(killed.is_some())
    });
}

#[test]
fn killed_a_second_time_while_it_goes_on_it_still_ends_as_if_undisturbed() {
    let undisturbed = Undisturbed::of(&Lab::new(), &[]);
    let count = u32::try_from(undisturbed.requests.len()).unwrap();
    let first = undisturbed.writes();
    let twice: Vec<(Point, Point)> = first
        .iter()
        .flat_map(|nth| (1..=count).step_by(4).map(move |again| (*nth, again)))
        .map(|(nth, again)| {
            let moment = if again % 8 == 1 {
                Moment::Before
            } else {
                Moment::After
            };
            (
                Point {
                    nth,
                    moment: Moment::After,
                },
                Point { nth: again, moment },
            )
        })
        .collect();
    walk(
        "init, kill -9, init, kill -9, init",
        &twice,
        |(first, second)| {
            let lab = Lab::new();
            stop_at(&lab, &words(&lab.init(&[])), first, Signal::KILL)?;
            let killed = stop_at(&lab, &words(&lab.init(&[])), second, Signal::KILL)?;
            must_exit(lab.run_init(&[]), 0)?;
            undisturbed.compare(&lab)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn killed_anywhere_and_taken_back_azure_is_as_it_was() {
    let undisturbed = Undisturbed::of(&Lab::new(), &[]);
    walk("init, kill -9, remove", &undisturbed.points(), |point| {
        let lab = Lab::new();
        let before = azure(&lab);
        let killed = stop_at(&lab, &words(&lab.init(&[])), point, Signal::KILL)?;
        taken_back(&lab, &before)?;
        Ok(killed.is_some())
    });
}

/// Connected, removed, and connected again: Entra ID still has the first app, which is restored.
#[test]
fn killed_while_it_connects_again_it_ends_as_if_undisturbed() {
    let removed = || {
        let lab = Lab::new();
        lab.run_init(&[]).exits(0);
        lab.run(&super::REMOVE).exits(0);
        lab
    };
    let undisturbed = Undisturbed::of(&removed(), &[]);
    let restores = undisturbed
        .requests
        .iter()
        .any(|request| request.ends_with("/restore"));
    assert!(restores, "{:?}", undisturbed.requests);
    let again: Vec<Point> = undisturbed
        .points()
        .into_iter()
        .filter(|point| point.moment == Moment::After)
        .collect();
    walk("init, remove, init, kill -9, init", &again, |point| {
        let lab = removed();
        let killed = stop_at(&lab, &words(&lab.init(&[])), point, Signal::KILL)?;
        must_exit(lab.run_init(&[]), 0)?;
        undisturbed.compare(&lab)?;
        Ok(killed.is_some())
    });
}
