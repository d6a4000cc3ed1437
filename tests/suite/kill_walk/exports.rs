//! The same walk where costs are exported: providers, storage, an export, and a run that must not be asked for twice.

use azconnect::sandbox::State;
use rustix::process::Signal;
use serde_json::Value;

use super::{Undisturbed, stop_at, walk, words};
use crate::aftermath::azure;
use crate::exports_lab::{init, lab};
use crate::lab::Lab;

fn arguments(lab: &Lab) -> Vec<String> {
    let subscription = azconnect::sandbox::ids::SUBSCRIPTION.to_string();
    init(lab, &["--subscription", &subscription])
}

/// What stands of storage and exports, without the ids and times that differ from run to run.
fn stands(lab: &Lab) -> Value {
    let state: State = azure(lab);
    let exports = state.exports.exports.values();
    let accounts = state.storage.accounts.values();
    let groups = state.storage.resource_groups.values();
    serde_json::json!({
        "applications": state.applications.len(),
        "assignments": state.role_assignments.len(),
        "exports": exports.map(|export| (export.name.clone(), export.runs.len())).collect::<Vec<_>>(),
        "groups": groups.filter(|group| group.deleting_until.is_none()).count(),
        "providers": state.storage.providers.len(),
        "accounts": accounts
            .map(|account| (account.name.clone(), account.containers.iter().filter(|(_, one)| one.deleting_until.is_none()).map(|(name, _)| name.clone()).collect::<Vec<_>>()))
            .collect::<Vec<_>>(),
    })
}

#[test]
fn killed_anywhere_and_run_again_it_ends_as_if_undisturbed() {
    let first = lab();
    let undisturbed = Undisturbed::of_run(&first, &arguments(&first));
    let whole = stands(&first);
    walk(
        "init cloudpi, kill -9, init",
        &undisturbed.points(),
        |point| {
            let lab = lab();
            let arguments = arguments(&lab);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            let ran = lab.run(&words(&arguments));
            // The first file may not be there yet.
            if !matches!(ran.code, 0 | 7) {
                return Err(format!("{ran:?}"));
            }
            match stands(&lab) {
                same if same == whole => Ok(killed.is_some()),
                other => Err(format!("{other} instead of {whole}")),
            }
        },
    );
}

#[test]
fn killed_anywhere_and_taken_back_with_its_data_azure_is_as_it_was() {
    let first = lab();
    let undisturbed = Undisturbed::of_run(&first, &arguments(&first));
    walk(
        "init cloudpi, kill -9, remove --with-data",
        &undisturbed.points(),
        |point| {
            let lab = lab();
            let mut before = stands(&lab);
            let arguments = arguments(&lab);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            let ran = lab.run(&["remove", "spot", "--yes", "--with-data", "--output", "json"]);
            if !matches!(ran.code, 0 | 2) {
                return Err(format!("{ran:?}"));
            }
            let mut after = stands(&lab);
            // A registered provider stays: others may rely on it.
            before["providers"] = Value::Null;
            after["providers"] = Value::Null;
            if after == before {
                Ok(killed.is_some())
            } else {
                Err(format!("{after} instead of {before}"))
            }
        },
    );
}
