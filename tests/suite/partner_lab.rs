//! A laboratory whose Contoso is a CSP partner, and the words in which the partner tests speak of it.

use azconnect::sandbox::{LogEntry, Service, State, ids};
use serde_json::Value;

use crate::billing_lab::{account, each, init, with, words};
use crate::lab::{Lab, Ran};
use crate::people::{nobody_else, sign_in_by_code};

/// Contoso as a partner, where the operator may give the role on the partner's account.
pub(crate) fn state() -> State {
    let mut state = State::contoso_as_partner();
    state.assign_billing_role(
        ids::OPERATOR_SERVICE_PRINCIPAL,
        ids::BILLING_ROLE_ACCOUNT_OWNER,
        &account(ids::MPA_ACCOUNT),
    );
    state
}

/// A laboratory with it, changed.
pub(crate) fn lab(change: impl FnOnce(&mut State)) -> Lab {
    let mut state = state();
    change(&mut state);
    with(state)
}

/// The same, in which nobody but people can sign in.
pub(crate) fn peoples_lab(change: impl FnOnce(&mut State)) -> Lab {
    let mut lab = lab(change);
    nobody_else(&mut lab);
    lab
}

/// Runs `init` unattended; the operator is an application, to which Partner Center does not tell the partner's id.
pub(crate) fn connect(lab: &Lab, more: &[&str]) -> Ran {
    let number = ["--partner-id", ids::PARTNER_LOCATION_ID];
    crate::billing_lab::run(lab, "optima-csp", &[&number, more].concat())
}

/// Runs `init` of a vendor as a person.
pub(crate) fn run_as(lab: &Lab, name: &str, vendor: &str, more: &[&str]) -> Ran {
    let tenant = ids::TENANT.to_string();
    let signing = ["--sign-in", "device-code", "--tenant", &tenant];
    let arguments = init(lab, vendor, &[&signing, more].concat());
    sign_in_by_code(lab, name, true, &words(&arguments))
}

/// What `check` says, if it ends with this code.
pub(crate) fn check(lab: &Lab, code: i32) -> Value {
    lab.run(&["check", "spot", "--output", "json"])
        .exits(code)
        .json()
}

/// The client id of a web app that a Global Administrator has added in Partner Center.
pub(crate) fn web_app(lab: &Lab) -> String {
    let avery = lab.sandbox().person(ids::AVERY_NAME);
    lab.block_on(avery.add_web_app()).unwrap()
}

/// The click of a Global Administrator on "Register existing app".
pub(crate) fn register(lab: &Lab, client_id: &str) {
    let avery = lab.sandbox().person(ids::AVERY_NAME);
    lab.block_on(avery.register_existing_app(client_id))
        .unwrap();
}

/// The vendor's form: keys and values.
pub(crate) fn form(document: &Value) -> Vec<(String, String)> {
    let keys = each(&document["handover"], "fields", "key");
    let values = each(&document["handover"], "fields", "value");
    let both = keys.into_iter().zip(values);
    both.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// How a step ended.
pub(crate) fn status<'a>(document: &'a Value, step: &str) -> &'a str {
    let all = document["steps"].as_array().unwrap();
    let found = all.iter().find(|entry| entry["id"] == step);
    found.map_or("", |entry| entry["status"].as_str().unwrap())
}

/// The requests to Partner Center from here on.
pub(crate) fn asked(lab: &Lab, from: usize) -> Vec<LogEntry> {
    let log = lab.log();
    let all = log[from..].iter();
    all.filter(|entry| entry.service == Service::PartnerCenter)
        .cloned()
        .collect()
}
