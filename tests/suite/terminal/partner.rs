//! A CSP partner at a terminal: the wizard says who has to click what, and goes on by itself when it is done.

use azconnect::sandbox::{State, ids};

use super::pty::{CTRL_C, DOWN, ENTER, Pty};
use super::{assert_kept, folder, store_in};
use crate::lab::Lab;
use crate::partner_lab::{lab, register, web_app};

/// As much memory as a list of ten thousand customers may take.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;

fn start(lab: &Lab, store: &str, vendor: &str, more: &[&str]) -> Pty {
    let fixed = ["init", vendor, "--connection", "spot", "--store", store];
    Pty::start(lab, 110, &[&fixed, more].concat())
}

/// The client id of the app that the run has registered.
fn new_app(lab: &Lab) -> String {
    lab.state(|state| {
        let mut all = state.applications.values();
        let found = all.find(|app| app.display_name.starts_with("azconnect-"));
        found.unwrap().app_id.to_string()
    })
}

#[test]
fn a_new_app_is_waited_for_until_a_person_has_registered_it() {
    let (lab, folder) = (lab(|_| {}), folder());
    let mut pty = start(&lab, &store_in(&folder), "optima-csp", &[]);
    let asked = pty.wait_for_prompt("What is your partner ID");
    assert!(!asked.contains("Which web app"), "{asked}");
    pty.keys("V-1\r");
    pty.wait_for_prompt("digits only");
    pty.keys(&format!("{}\r", ids::PARTNER_LOCATION_ID));
    pty.wait_for_menu("A new one");
    pty.keys(DOWN);
    pty.keys(ENTER);
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    pty.wait_for("Register existing app");
    pty.wait_for("appmanagement");
    pty.wait_for("the registration in Partner Center");
    register(&lab, &new_app(&lab));
    let left = pty.end().exits(0);
    assert_kept("partner", &left.screen);
}

#[test]
fn whoever_stops_while_it_waits_goes_on_later() {
    let (lab, folder) = (lab(|_| {}), folder());
    let store = store_in(&folder);
    let number = ["--partner-id", ids::PARTNER_LOCATION_ID, "--yes"];
    let new = [&number[..], &["--partner-app", "new"]].concat();
    let mut pty = start(&lab, &store, "optima-csp", &new);
    pty.wait_for("the registration in Partner Center");
    pty.keys(CTRL_C);
    let left = pty.end().exits(130);
    assert!(left.screen.contains("--resume"), "{}", left.screen);
    let made = lab.state(|state| state.applications.len());
    register(&lab, &new_app(&lab));
    let again = start(&lab, &store, "optima-csp", &["--resume", "--yes"]);
    let screen = again.end().exits(0).screen;
    assert!(screen.contains(ids::PARTNER_LOCATION_ID), "{screen}");
    assert_eq!(lab.state(|state| state.applications.len()), made);
    // Nothing is asked a third time either.
    start(&lab, &store, "optima-csp", &number).end().exits(0);
}

#[test]
fn an_app_that_is_registered_there_is_named_by_its_id() {
    let (lab, folder) = (lab(|_| {}), folder());
    let number = ["--partner-id", ids::PARTNER_LOCATION_ID];
    let mut pty = start(&lab, &store_in(&folder), "optima-csp", &number);
    pty.wait_for_menu("A new one");
    pty.keys(ENTER);
    let told = pty.wait_for_prompt("Which app registration?");
    assert!(told.contains("Add new web app"), "{told}");
    let app = web_app(&lab);
    pty.keys(&format!("{app}\r"));
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let left = pty.end().exits(0);
    assert!(left.screen.contains(&app), "{}", left.screen);
}

/// Ten thousand customers of a partner whose billing account shows none.
fn ten_thousand(state: &mut State) {
    let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
    account.customers.clear();
    let partner = state.partner_mut(ids::TENANT).unwrap();
    partner.customers.clear();
    let offer = azconnect::sandbox::PartnerOffer::AzurePlan;
    state.add_partner_customers(ids::TENANT, 10_000, offer);
    // The operator reads them as an application.
    assert!(state.register_in_app_management(ids::TENANT, ids::OPERATOR_CLIENT_ID));
}

#[test]
fn ten_thousand_customers_are_counted_and_searched_in_little_memory() {
    let (lab, folder) = (lab(ten_thousand), folder());
    let more = ["--billing-account", ids::MPA_ACCOUNT];
    let mut pty = start(&lab, &store_in(&folder), "spaceone", &more);
    let asked = pty.wait_for_menu("Some of them");
    assert!(asked.contains("All 10000 customers"), "{asked}");
    let pages = lab.log();
    let pages = pages.iter().filter(|entry| entry.path == "/v1/customers");
    assert_eq!(pages.count(), 20);
    pty.keys(DOWN);
    pty.keys(ENTER);
    pty.wait_for_prompt("10000 found");
    pty.keys("customer 0999\r");
    let list = pty.wait_for_menu("Customer 09999");
    assert!(!list.contains("Customer 10000"), "{list}");
    pty.keys("a\r");
    let plan = pty.wait_for("[e]xplain");
    if let Some(peak) = pty.peak_memory() {
        crate::contract::say(&format!("10,000 customers: {} KiB at most", peak / 1024));
        assert!(peak < MOST_MEMORY, "{peak} bytes\n{plan}");
    }
    pty.keys("n\r");
    pty.end().exits(130);
}
