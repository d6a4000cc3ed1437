//! `kill -9` before and after every request of the main job, which registers an application of its own.

use rustix::process::Signal;

use super::{Moment, Point, Undisturbed, must_exit, stop_at, taken_back, walk, words};
use crate::aftermath::azure;
use crate::lab::Lab;

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
