//! The same walk for a vendor's multi-tenant app: one service principal of it, each role once, and nothing of somebody else's removed.

use azconnect::sandbox::ids;
use rustix::process::Signal;

use super::{REMOVE, Undisturbed, must_exit, stop_at, taken_back, walk, words};
use crate::aftermath::azure;
use crate::lab::Lab;

fn arguments() -> Vec<String> {
    let id = ids::VENDOR_CLIENT_ID.to_string();
    [
        "init",
        "generic",
        "--connection",
        "spot",
        "--yes",
        "--output",
        "json",
        "--vendor-app-id",
        &id,
    ]
    .map(str::to_owned)
    .into()
}

#[test]
fn killed_anywhere_and_run_again_it_ends_as_if_undisturbed() {
    let arguments = arguments();
    let undisturbed = Undisturbed::of_run(&Lab::new(), &arguments);
    walk(
        "init --vendor-app-id, kill -9, init",
        &undisturbed.points(),
        |point| {
            let lab = Lab::new();
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            must_exit(lab.run(&words(&arguments)), 0)?;
            undisturbed.compare(&lab)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn killed_anywhere_and_taken_back_only_ours_is_gone() {
    let arguments = arguments();
    let undisturbed = Undisturbed::of_run(&Lab::new(), &arguments);
    walk(
        "init --vendor-app-id, kill -9, remove",
        &undisturbed.points(),
        |point| {
            let lab = Lab::new();
            let before = azure(&lab);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            taken_back(&lab, &before)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn a_removal_killed_anywhere_and_run_again_leaves_nothing() {
    let arguments = arguments();
    let connected = || {
        let lab = Lab::new();
        lab.run(&words(&arguments)).exits(0);
        lab
    };
    let undisturbed = Undisturbed::of_run(&connected(), &REMOVE.map(str::to_owned));
    walk(
        "init --vendor-app-id, remove, kill -9, remove",
        &undisturbed.points(),
        |point| {
            let lab = Lab::new();
            let before = azure(&lab);
            must_exit(lab.run(&words(&arguments)), 0)?;
            let killed = stop_at(&lab, &REMOVE, point, Signal::KILL)?;
            taken_back(&lab, &before)?;
            Ok(killed.is_some())
        },
    );
}
