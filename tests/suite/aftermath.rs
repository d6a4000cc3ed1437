//! What a run leaves behind: in the simulated Azure and on the machine.
//!
//! Everything that differs from one run to the next (ids, times, ports, secrets) is called by a name, so that two runs that led to the
//! same thing compare as equal. A second application, principal, secret or assignment gets a number of its own and is seen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use azconnect::sandbox::{Application, State, ids};
use regex::Regex;
use serde_json::{Value, json};

use crate::lab::Lab;

/// Where the journal of the laboratory's connection lies.
pub(crate) fn journal_file(lab: &Lab) -> PathBuf {
    lab.home().join("azconnect/journals/spot.json")
}

/// Where the record of the laboratory's connection lies.
pub(crate) fn record_file(lab: &Lab) -> PathBuf {
    lab.home().join("azconnect/connections/spot.json")
}

/// The secret in the store file, if it is there.
pub(crate) fn kept_secret(lab: &Lab) -> Option<String> {
    let text = std::fs::read_to_string(lab.secret_file()).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("AZURE_CLIENT_SECRET="))
        .map(str::to_owned)
}

/// The state without what Azure itself keeps of things that were removed: soft-deleted app registrations, for 30 days, and billing
/// operations that are over.
pub(crate) fn without_deleted(mut state: State) -> State {
    state
        .applications
        .retain(|_, application| application.deleted_at.is_none());
    state.billing.operations.clear();
    state
}

/// The simulated Azure as it is now, without soft-deleted app registrations.
pub(crate) fn azure(lab: &Lab) -> State {
    without_deleted(lab.state(|state| state.clone()))
}

/// What stands now, with names for all that differs between runs.
pub(crate) fn aftermath(lab: &Lab) -> Value {
    let state = azure(lab);
    let mut whole = json!({
        "azure": state,
        "record": read(&record_file(lab)),
        "secret_file": std::fs::read_to_string(lab.secret_file()).unwrap_or_default(),
        "files": files(lab),
    });
    // Independent steps end in any order.
    if let Some(receipts) = whole["record"]["connection"]["receipts"].as_array_mut() {
        receipts.sort_by_key(|receipt| receipt["step"].to_string());
    }
    let mut text = whole.to_string();
    for (value, name) in names(lab, &state) {
        text = text.replace(&value, &name);
    }
    for (pattern, name) in [
        (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME"),
        (
            r"azconnect spot \d{4}-\d\d-\d\d [0-9a-f]{6}",
            "azconnect spot DAY NONCE",
        ),
    ] {
        text = Regex::new(pattern)
            .unwrap()
            .replace_all(&text, name)
            .into_owned();
    }
    serde_json::from_str(&text).unwrap()
}

/// Each value that differs between runs, and what it is called.
fn names(lab: &Lab, state: &State) -> BTreeMap<String, String> {
    let mut names = BTreeMap::from([(lab.home().display().to_string(), "HOME".to_owned())]);
    let made = |application: &&Application| application.id != ids::OPERATOR_APPLICATION;
    let mut count = 0;
    let mut applications: Vec<&Application> = state.applications.values().filter(made).collect();
    // Those of vendors' directories are always there, and so come last.
    applications.sort_by_key(|application| application.tenant == ids::VENDOR_TENANT);
    for application in applications {
        count += 1;
        names.insert(application.id.to_string(), format!("application-{count}"));
        names.insert(application.app_id.to_string(), format!("client-{count}"));
        let principal = state
            .service_principals
            .values()
            .find(|principal| principal.app_id == application.app_id);
        if let Some(principal) = principal {
            names.insert(principal.id.to_string(), format!("principal-{count}"));
        }
        for (number, password) in application.password_credentials.iter().enumerate() {
            names.insert(password.key_id.to_string(), format!("key-{count}-{number}"));
            names.insert(
                password.secret_text.clone(),
                format!("secret-{count}-{number}"),
            );
            names.insert(
                format!("\"hint\":\"{}\"", password.hint),
                "\"hint\":\"HINT\"".to_owned(),
            );
        }
    }
    let mut assignments: Vec<_> = state.role_assignments.values().collect();
    assignments.sort_by_key(|assignment| (&assignment.scope, assignment.created_by.is_some()));
    for (number, assignment) in assignments.iter().enumerate() {
        names.insert(assignment.name.to_string(), format!("assignment-{number}"));
    }
    let mut billing: Vec<_> = state.billing.role_assignments.values().collect();
    billing.retain(|assignment| assignment.created_by.is_some());
    billing.sort_by_key(|assignment| (&assignment.scope, assignment.role));
    for (number, assignment) in billing.iter().enumerate() {
        names.insert(
            assignment.name.clone(),
            format!("billing-assignment-{number}"),
        );
    }
    names
}

fn read(path: &Path) -> Value {
    std::fs::read(path).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap())
}

/// Every file below the home folder. The locks' files stay for the next time; the cloud's are the laboratory's own.
fn files(lab: &Lab) -> Vec<String> {
    let mut all = Vec::new();
    let mut folders = vec![lab.home().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|ending| ending != "lock") {
                all.push(path.display().to_string());
            }
        }
    }
    all.sort();
    all
}

/// Where two values differ, a line each: `azure.applications.application-1.notes: "a" instead of "b"`.
pub(crate) fn differences(is: &Value, should_be: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", is, should_be, &mut found);
    found
}

fn compare(place: &str, is: &Value, should_be: &Value, found: &mut Vec<String>) {
    match (is, should_be) {
        (Value::Object(is), Value::Object(wanted)) => {
            let keys: std::collections::BTreeSet<&String> =
                is.keys().chain(wanted.keys()).collect();
            for key in keys {
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned();
                compare(
                    &format!("{place}.{key}"),
                    &of(is).unwrap_or_default(),
                    &of(wanted).unwrap_or_default(),
                    found,
                );
            }
        }
        (Value::Array(is), Value::Array(wanted)) if is.len() == wanted.len() => {
            for (index, (is, wanted)) in is.iter().zip(wanted).enumerate() {
                compare(&format!("{place}[{index}]"), is, wanted, found);
            }
        }
        (is, wanted) if is == wanted => {}
        (is, wanted) => found.push(format!("{place}: {is} instead of {wanted}")),
    }
}
