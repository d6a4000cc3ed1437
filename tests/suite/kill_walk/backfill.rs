//! The same walk over a backfill: killed before or after any request, and run again, each month is exported once.

use rustix::process::Signal;

use super::{Undisturbed, must_exit, stop_at, walk};
use crate::backfill::{months, whole_months};
use crate::exports_lab::{connect_subscription, is_connected, lab};
use crate::lab::Lab;

const MONTHS: i32 = 4;

fn connected() -> Lab {
    let lab = lab();
    is_connected(connect_subscription(&lab));
    lab
}

#[test]
fn killed_anywhere_and_run_again_no_month_is_twice_and_none_missing() {
    let wanted = whole_months(MONTHS);
    let from = wanted.last().unwrap().0.to_string();
    let arguments: Vec<String> = ["backfill", "spot", "--output", "json", "--from", &from[..7]]
        .map(str::to_owned)
        .to_vec();
    let undisturbed = Undisturbed::of_run(&connected(), &arguments);
    walk(
        "backfill, kill -9, backfill",
        &undisturbed.points(),
        |point| {
            let lab = connected();
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let killed = stop_at(&lab, &words, point, Signal::KILL)?;
            must_exit(lab.run(&words), 0)?;
            let mut got = months(&lab);
            got.sort();
            got.reverse();
            if got == wanted {
                Ok(killed.is_some())
            } else {
                Err(format!("{got:?} instead of {wanted:?}"))
            }
        },
    );
}
