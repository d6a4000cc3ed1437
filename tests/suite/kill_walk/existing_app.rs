//! The same walk for an app registration that was there before: nothing of it may be lost, and nothing of ours may be left on it.

use azconnect::sandbox::{Options, PasswordCredential, Replication, State, ids};
use rustix::process::Signal;
use uuid::Uuid;

use super::{REMOVE, Undisturbed, must_exit, stop_after, stop_at, taken_back, walk, words};
use crate::aftermath::azure;
use crate::lab::Lab;

/// A directory in which somebody registered an app and gave it a secret; it has no service principal yet.
fn world() -> (State, Uuid) {
    let mut state = State::contoso();
    let id = state.add_application(ids::TENANT, "Billing reader");
    let application = state.applications.get_mut(&id).unwrap();
    let now = jiff::Timestamp::now();
    application.password_credentials.push(PasswordCredential {
        key_id: Uuid::from_u128(7),
        display_name: Some("theirs".to_owned()),
        start_date_time: now,
        end_date_time: now + jiff::SignedDuration::from_hours(9_000),
        hint: "the".to_owned(),
        secret_text: "the secret of somebody else".to_owned(),
        effective_at: now,
    });
    let client_id = application.app_id;
    (state, client_id)
}

fn lab(state: &State) -> Lab {
    Lab::with(Options {
        replication: Replication::none(),
        seed: state.clone(),
        ..Options::default()
    })
}

#[test]
fn killed_anywhere_and_run_again_it_ends_as_if_undisturbed() {
    let (state, client_id) = world();
    let app = ["--app-id", &client_id.to_string()];
    let undisturbed = Undisturbed::of(&lab(&state), &app);
    walk(
        "init --app-id, kill -9, init",
        &undisturbed.points(),
        |point| {
            let lab = lab(&state);
            let killed = stop_at(&lab, &words(&lab.init(&app)), point, Signal::KILL)?;
            must_exit(lab.run_init(&app), 0)?;
            undisturbed.compare(&lab)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn killed_anywhere_and_taken_back_only_ours_is_gone() {
    let (state, client_id) = world();
    let app = ["--app-id", &client_id.to_string()];
    let undisturbed = Undisturbed::of(&lab(&state), &app);
    walk(
        "init --app-id, kill -9, remove",
        &undisturbed.points(),
        |point| {
            let lab = lab(&state);
            let before = azure(&lab);
            let killed = stop_at(&lab, &words(&lab.init(&app)), point, Signal::KILL)?;
            taken_back(&lab, &before)?;
            Ok(killed.is_some())
        },
    );
}

/// A rotation that was killed after it had added a secret leaves one that no record names; removing takes it too.
#[test]
fn a_rotation_killed_anywhere_and_taken_back_only_ours_is_gone() {
    let (state, client_id) = world();
    let app = ["--app-id", &client_id.to_string()];
    let rotate = ["rotate", "spot", "--yes", "--output", "json"];
    let connected = || {
        let lab = lab(&state);
        lab.run_init(&app).exits(0);
        lab
    };
    let undisturbed = Undisturbed::of_run(&connected(), &rotate.map(str::to_owned));
    walk(
        "init --app-id, rotate, kill -9, remove",
        &undisturbed.points(),
        |point| {
            let lab = lab(&state);
            let before = azure(&lab);
            must_exit(lab.run_init(&app), 0)?;
            let killed = stop_at(&lab, &rotate, point, Signal::KILL)?;
            taken_back(&lab, &before)?;
            Ok(killed.is_some())
        },
    );
}

/// Two kills in a row leave two secrets that nobody knows; removing takes both.
#[test]
fn killed_twice_after_the_secret_was_made_and_taken_back_only_ours_is_gone() {
    let (state, client_id) = world();
    let app = ["--app-id", &client_id.to_string()];
    let lab = lab(&state);
    let before = azure(&lab);
    for _ in 0..2 {
        stop_after(&lab, &words(&lab.init(&app)), "/addPassword", Signal::KILL).unwrap();
    }
    let of_app = |state: &State| {
        state
            .applications
            .values()
            .find(|app| app.app_id == client_id)
            .unwrap()
            .password_credentials
            .len()
    };
    assert_eq!(
        of_app(&azure(&lab)),
        2,
        "theirs, and the second orphan: the second run removed the first"
    );
    lab.run(&REMOVE).exits(0);
    assert_eq!(azure(&lab), before);
}
