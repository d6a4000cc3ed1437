//! A laboratory whose Contoso has billing accounts, and the words in which the billing tests speak of it.

use std::collections::BTreeMap;

use azconnect::sandbox::{Customer, LogEntry, Options, Replication, Service, State, ids};
use serde_json::Value;
use uuid::Uuid;

use crate::lab::{Lab, Ran};

/// How the connection is taken back.
pub(crate) const REMOVE: [&str; 5] = ["remove", "spot", "--yes", "--output", "json"];

/// Contoso with billing, where the operator may give every role, as few operators can in life.
pub(crate) fn state() -> State {
    let mut state = State::contoso_with_billing();
    for (name, role) in [
        (ids::ENROLLMENT, ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR),
        (ids::MCA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_OWNER),
        (ids::MPA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_OWNER),
    ] {
        state.assign_billing_role(ids::OPERATOR_SERVICE_PRINCIPAL, role, &account(name));
    }
    state
}

/// A laboratory with another world, where everything takes effect at once.
pub(crate) fn with(seed: State) -> Lab {
    Lab::with(Options {
        replication: Replication::none(),
        seed,
        ..Options::default()
    })
}

/// A laboratory with [`state`].
pub(crate) fn lab() -> Lab {
    with(state())
}

/// The id of a billing account.
pub(crate) fn account(name: &str) -> String {
    format!("/providers/Microsoft.Billing/billingAccounts/{name}")
}

/// The arguments of an unattended `init` of a vendor.
pub(crate) fn init(lab: &Lab, vendor: &str, more: &[&str]) -> Vec<String> {
    let store = format!("file:{}", lab.secret_file().display());
    let fixed = [
        "init",
        vendor,
        "--connection",
        "spot",
        "--yes",
        "--no-input",
        "--output",
        "json",
        "--store",
        store.as_str(),
    ];
    let all = fixed.iter().chain(more);
    all.map(|word| (*word).to_owned()).collect()
}

/// Runs it.
pub(crate) fn run(lab: &Lab, vendor: &str, more: &[&str]) -> Ran {
    lab.run(&words(&init(lab, vendor, more)))
}

/// Runs it for an account.
pub(crate) fn connect(lab: &Lab, vendor: &str, account: &str) -> Ran {
    run(lab, vendor, &["--billing-account", account])
}

/// The arguments as they are handed on.
pub(crate) fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// The new app's service principal.
pub(crate) fn principal(lab: &Lab) -> Uuid {
    lab.state(|state| {
        let mut all = state.service_principals.values();
        all.find(|one| one.display_name.starts_with("azconnect-"))
            .expect("no service principal was made")
            .id
    })
}

/// Scope, role and name of each billing role that a principal has.
pub(crate) fn roles_of(lab: &Lab, principal: Uuid) -> Vec<(String, Uuid, String)> {
    lab.state(|state| {
        let all = state.billing.role_assignments.values();
        all.filter(|given| given.principal == principal)
            .map(|given| (given.scope.clone(), given.role, given.name.clone()))
            .collect()
    })
}

/// Whether a request changes something.
fn is_write(entry: &LogEntry) -> bool {
    let only_asks = ["/query", "/generateCostDetailsReport", "/checkAccess"]
        .iter()
        .any(|end| entry.path.ends_with(end));
    entry.service != Service::Login && entry.method != "GET" && !only_asks
}

/// The requests from here on that change something.
pub(crate) fn writes(lab: &Lab, from: usize) -> Vec<LogEntry> {
    lab.log()[from..]
        .iter()
        .filter(|entry| is_write(entry))
        .cloned()
        .collect()
}

/// The requests that give billing roles.
pub(crate) fn grants(lab: &Lab, from: usize) -> Vec<LogEntry> {
    let all = writes(lab, from).into_iter();
    all.filter(|entry| entry.path.to_lowercase().contains("billingroleassignment"))
        .collect()
}

/// A member of each entry of a list of a document.
pub(crate) fn each<'a>(document: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    document[list]
        .as_array()
        .unwrap_or_else(|| panic!("no {list} in {document:#}"))
        .iter()
        .map(|entry| entry[member].as_str().unwrap_or_default())
        .collect()
}

/// The finding of a check.
pub(crate) fn finding<'a>(document: &'a Value, id: &str) -> &'a Value {
    let all = document["checks"].as_array().unwrap();
    all.iter()
        .find(|finding| finding["id"] == id)
        .unwrap_or_else(|| panic!("no {id} in {document:#}"))
}

/// The customers of the partner's account: name shown and directory.
pub(crate) fn customers(lab: &Lab) -> Vec<(String, Uuid)> {
    lab.state(|state| {
        let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        let all = account.customers.values();
        all.map(|one| (one.display_name.clone(), one.tenant))
            .collect()
    })
}

/// So many customers of a partner, called `Customer 0001` and so on.
pub(crate) fn many_customers(count: u32) -> BTreeMap<Uuid, Customer> {
    let mut state = State::contoso_with_billing();
    let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
    let sample = account.customers.values().next().unwrap().clone();
    let one = |number: u32| {
        let tenant = Uuid::from_u128(0xc0570000_0000_4000_8000_000000000000 + u128::from(number));
        let customer = Customer {
            tenant,
            display_name: format!("Customer {number:04}"),
            ..sample.clone()
        };
        (tenant, customer)
    };
    (1..=count).map(one).collect()
}
