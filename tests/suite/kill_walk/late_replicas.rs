//! The same with delays as Azure has them: what the killed run made is not seen at once by the next one.

use azconnect::sandbox::Options;
use rustix::process::Signal;

use super::{Moment, Point, Undisturbed, must_exit, stop_at, taken_back, walk, words};
use crate::aftermath::azure;
use crate::lab::Lab;

/// Before and after each write, and after the two requests that follow it.
fn sample(undisturbed: &Undisturbed) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for nth in undisturbed.writes() {
        points.extend([
            Point {
                nth,
                moment: Moment::Before,
            },
            Point {
                nth,
                moment: Moment::After,
            },
            Point {
                nth: nth + 2,
                moment: Moment::After,
            },
        ]);
    }
    points
}

#[test]
fn killed_and_run_again_it_ends_as_if_undisturbed() {
    let undisturbed = Undisturbed::of(&Lab::with(Options::default()), &[]);
    walk(
        "init, kill -9, init, with late replicas",
        &sample(&undisturbed),
        |point| {
            let lab = Lab::with(Options::default());
            let killed = stop_at(&lab, &words(&lab.init(&[])), point, Signal::KILL)?;
            must_exit(lab.run_init(&[]), 0)?;
            undisturbed.compare(&lab)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn killed_and_taken_back_azure_is_as_it_was() {
    let undisturbed = Undisturbed::of(&Lab::with(Options::default()), &[]);
    walk(
        "init, kill -9, remove, with late replicas",
        &sample(&undisturbed),
        |point| {
            let lab = Lab::with(Options::default());
            let before = azure(&lab);
            let killed = stop_at(&lab, &words(&lab.init(&[])), point, Signal::KILL)?;
            taken_back(&lab, &before)?;
            Ok(killed.is_some())
        },
    );
}
