//! The same walk over a batch: two connections in two directories, killed before or after any request, and run again: one app, one
//! service principal, one secret and each role once in each of them, and no third of anything.

use azconnect::sandbox::{DirectoryRole, Options, Replication, State, ids};
use rustix::process::Signal;
use uuid::Uuid;

use super::{Point, Undisturbed, must_exit, stop_at, walk};
use crate::aftermath::azure;
use crate::lab::Lab;

const BATCH: [&str; 6] = ["init", "--batch", "batch.toml", "--yes", "--output", "json"];
/// As people type it.
const TYPED: [&str; 4] = ["init", "--batch", "batch.toml", "--yes"];
const NAMES: [&str; 2] = ["one", "two"];

/// A second directory, in which the same operator may do what it may do in the first.
fn world() -> State {
    let mut state = State::contoso();
    let fabrikam = state.add_tenant("Fabrikam", "fabrikam.example");
    state.add_subscription_in(fabrikam, "Fabrikam Production");
    let operator = state
        .applications
        .get_mut(&ids::OPERATOR_APPLICATION)
        .unwrap();
    operator.sign_in_audience = "AzureADMultipleOrgs".to_owned();
    let mut there = state.service_principals[&ids::OPERATOR_SERVICE_PRINCIPAL].clone();
    there.id = Uuid::from_u128(42);
    there.tenant = fabrikam;
    there
        .directory_roles
        .insert(DirectoryRole::ApplicationAdministrator);
    state.service_principals.insert(there.id, there);
    let root = format!("/providers/Microsoft.Management/managementGroups/{fabrikam}");
    state.assign_role(Uuid::from_u128(42), ids::ROLE_OWNER, &root);
    state
}

fn lab() -> Lab {
    let lab = Lab::with(Options {
        replication: Replication::none(),
        seed: world(),
        ..Options::default()
    });
    let mut text = "vendor = \"spot-cost-intelligence\"\n".to_owned();
    for (name, tenant) in NAMES.iter().zip(["contoso.com", "fabrikam.example"]) {
        let store = lab.home().join(format!("{name}.env"));
        text.push_str(&format!(
            "\n[[connection]]\nconnection = \"{name}\"\ntenant = \"{tenant}\"\nstore = \"file:{}\"\n",
            store.display()
        ));
    }
    std::fs::write(lab.home().join("batch.toml"), text).unwrap();
    lab
}

fn undisturbed() -> Undisturbed {
    let lab = lab();
    let undisturbed = Undisturbed::of_run(&lab, &BATCH.map(str::to_owned));
    whole(&lab).unwrap();
    undisturbed
}

/// What an undisturbed batch leaves, and nothing beside it.
fn whole(lab: &Lab) -> Result<(), String> {
    let (before, now) = (world(), azure(lab));
    let grown = [
        (before.applications.len(), now.applications.len()),
        (
            before.service_principals.len(),
            now.service_principals.len(),
        ),
        (before.role_assignments.len(), now.role_assignments.len()),
    ];
    if grown
        .iter()
        .any(|(before, now)| *now != before + NAMES.len())
    {
        return Err(format!("apps, principals, roles before and now: {grown:?}"));
    }
    for name in NAMES {
        let unique = format!("azconnect-{name}");
        let mut apps = now.applications.values();
        let app = apps
            .find(|app| app.unique_name.as_deref() == Some(&unique))
            .ok_or_else(|| format!("no app of {name}"))?;
        let kept = std::fs::read_to_string(lab.home().join(format!("{name}.env")))
            .map_err(|error| format!("{name}: {error}"))?;
        let principal = now
            .service_principals
            .values()
            .find(|principal| principal.app_id == app.app_id && principal.tenant == app.tenant)
            .ok_or_else(|| format!("no service principal of {name}"))?;
        let roles = now.role_assignments.values();
        let roles = roles.filter(|role| role.principal == principal.id).count();
        match app.password_credentials.as_slice() {
            [secret] if kept.contains(&secret.secret_text) && roles == 1 => {}
            secrets => {
                return Err(format!(
                    "{name}: {} secrets, {roles} roles: {kept}",
                    secrets.len()
                ));
            }
        }
        let ours = lab.home().join("azconnect");
        let file = |folder: &str| ours.join(folder).join(format!("{name}.json")).exists();
        if !file("connections") || file("journals") {
            return Err(format!("{name}: no record, or a journal still"));
        }
    }
    Ok(())
}

#[test]
fn killed_anywhere_and_run_again_it_ends_as_if_undisturbed() {
    walk(
        "init --batch of two directories, kill -9, init --batch",
        &undisturbed().points(),
        |point| {
            let lab = lab();
            let killed = stop_at(&lab, &BATCH, point, Signal::KILL)?;
            must_exit(lab.run(&BATCH), 0)?;
            whole(&lab)?;
            Ok(killed.is_some())
        },
    );
}

#[test]
fn killed_anywhere_and_taken_back_nothing_is_left() {
    let some: Vec<Point> = undisturbed().points().into_iter().step_by(3).collect();
    walk(
        "init --batch of two directories, kill -9, remove --all",
        &some,
        |point| {
            let lab = lab();
            let before = azure(&lab);
            let killed = stop_at(&lab, &BATCH, point, Signal::KILL)?;
            must_exit(
                lab.run(&["remove", "--all", "--yes", "--output", "json"]),
                0,
            )?;
            if azure(&lab) == before
                && NAMES
                    .iter()
                    .all(|name| !lab.home().join(format!("{name}.env")).exists())
            {
                return Ok(killed.is_some());
            }
            Err("something is left".to_owned())
        },
    );
}

#[test]
fn interrupted_anywhere_it_says_how_to_go_on_and_goes_on() {
    let some: Vec<Point> = undisturbed()
        .points()
        .into_iter()
        .skip(1)
        .step_by(4)
        .collect();
    walk("init --batch, SIGINT, init --batch", &some, |point| {
        let lab = lab();
        let stopped = stop_at(&lab, &TYPED, point, Signal::INT)?;
        let reached = stopped.is_some();
        if let Some(stopped) = stopped {
            let stopped = must_exit(stopped, 130)?;
            let says = ["init --batch batch.toml", "Nothing in Azure was changed"];
            if !says.iter().any(|words| stopped.stderr.contains(words)) {
                return Err(format!("it does not say how to go on:\n{}", stopped.stderr));
            }
        }
        must_exit(lab.run(&BATCH), 0)?;
        whole(&lab)?;
        Ok(reached)
    });
}
