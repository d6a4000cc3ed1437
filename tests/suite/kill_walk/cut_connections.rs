//! The connection is cut at each request, before Azure processed it or after: the run may fail, the next one may not.

use azconnect::sandbox::{Action, Rule};

use super::{Moment, Point, Undisturbed, disturbance, must_exit, walk};
use crate::lab::Lab;

/// What a run may end with when the network failed: well, failed, something in the proof to look at, no token, or partly done.
const PROPER: [i32; 5] = [0, 1, 3, 4, 6];

#[test]
fn cut_off_anywhere_it_ends_properly_and_the_next_run_as_if_undisturbed() {
    let undisturbed = Undisturbed::of(&Lab::new(), &[]);
    walk(
        "init cut off, init",
        &undisturbed.points(),
        |Point { nth, moment }| {
            let lab = Lab::new();
            let cut = match moment {
                Moment::Before => Action::DropBefore,
                Moment::After => Action::DropAfter,
            };
            lab.sandbox().faults().add(disturbance(nth, cut));
            let cut = lab.run_init(&[]);
            let reached = lab.log().len() >= nth as usize;
            if !PROPER.contains(&cut.code) {
                return Err(format!("ended with {}: {cut:?}", cut.code));
            }
            let document = cut.json();
            if document["ok"] != (cut.code == 0) {
                return Err(format!(
                    "the document says otherwise than the code: {cut:?}"
                ));
            }
            if cut.code == 0 {
                undisturbed.compare(&lab)?;
            }
            lab.sandbox().faults().clear();
            must_exit(lab.run_init(&[]), 0)?;
            undisturbed.compare(&lab)?;
            Ok(reached)
        },
    );
}

/// Azure can't be reached any more from some request on.
#[test]
fn cut_off_for_good_it_says_how_to_go_on_and_how_to_undo() {
    let undisturbed = Undisturbed::of(&Lab::new(), &[]);
    let writes = undisturbed.writes();
    walk(
        "init without a network from a write on, init",
        &writes,
        |nth| {
            let lab = Lab::new();
            lab.sandbox().faults().add(Rule {
                times: 1_000,
                ..disturbance(nth, Action::DropBefore)
            });
            let cut = lab.run_init(&[]);
            let reached = lab.log().len() >= nth as usize;
            if ![1, 6].contains(&cut.code) {
                return Err(format!("ended with {}: {cut:?}", cut.code));
            }
            let hints = cut.json()["error"]["hints"].to_string();
            if !hints.contains("--resume") || !hints.contains("azconnect remove spot") {
                return Err(format!("no way on: {hints}"));
            }
            lab.sandbox().faults().clear();
            must_exit(lab.run_init(&["--resume"]), 0)?;
            undisturbed.compare(&lab)?;
            Ok(reached)
        },
    );
}
