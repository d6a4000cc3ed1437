//! The same walk for a partner's web app: a new one, which a person registers afterwards, and one that Partner Center has registered.

use azconnect::sandbox::{State, ids};
use rustix::process::Signal;

use super::{Undisturbed, must_exit, stop_at, taken_back, walk, words};
use crate::aftermath::azure;
use crate::billing_lab::{init, with};
use crate::lab::Lab;
use crate::partner_lab::{form, register, state, status};

/// A partner whose web app is registered already, and its client id.
fn registered() -> (State, String) {
    let mut state = state();
    let id = state.add_application(ids::TENANT, "Partner Center Web App");
    state.add_service_principal(id).unwrap();
    let client_id = state.applications[&id].app_id;
    assert!(state.register_in_app_management(ids::TENANT, client_id));
    (state, client_id.to_string())
}

fn arguments(lab: &Lab, more: &[&str]) -> Vec<String> {
    let number = ["--partner-id", ids::PARTNER_LOCATION_ID];
    init(lab, "optima-csp", &[&number, more].concat())
}

#[test]
fn killed_anywhere_and_run_again_it_waits_for_the_person_as_if_undisturbed() {
    let first = with(state());
    let undisturbed = Undisturbed::ending(&first, &arguments(&first, &[]), 7);
    walk(
        "init optima-csp, kill -9, init, the person, init",
        &undisturbed.points(),
        |point| {
            let lab = with(state());
            let arguments = arguments(&lab, &[]);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            let again = must_exit(lab.run(&words(&arguments)), 7)?;
            undisturbed.compare(&lab)?;
            register(&lab, &form(&again.json())[2].1);
            let last = must_exit(lab.run(&words(&arguments)), 0)?.json();
            match status(&last, "partner-app") {
                "found" => Ok(killed.is_some()),
                other => Err(format!("it ended as {other:?}")),
            }
        },
    );
}

#[test]
fn killed_anywhere_with_a_registered_app_and_run_again_it_ends_as_if_undisturbed() {
    let (seed, app) = registered();
    let app = ["--app-id", &app];
    let first = with(seed.clone());
    let undisturbed = Undisturbed::of_run(&first, &arguments(&first, &app));
    walk(
        "init optima-csp --app-id, kill -9, init",
        &undisturbed.points(),
        |point| {
            let lab = with(seed.clone());
            let arguments = arguments(&lab, &app);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            must_exit(lab.run(&words(&arguments)), 0)?;
            undisturbed.compare(&lab)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn killed_anywhere_and_taken_back_azure_is_as_it_was() {
    let first = with(state());
    let undisturbed = Undisturbed::ending(&first, &arguments(&first, &[]), 7);
    walk(
        "init optima-csp, kill -9, remove",
        &undisturbed.points(),
        |point| {
            let lab = with(state());
            let before = azure(&lab);
            let killed = stop_at(&lab, &words(&arguments(&lab, &[])), point, Signal::KILL)?;
            taken_back(&lab, &before)?;
            Ok(killed.is_some())
        },
    );
}
