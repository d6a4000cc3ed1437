//! The flows with Partner Center, run by the built binary, and each of their requests and answers held against Microsoft's own
//! definitions; of Partner Center itself only the addresses are documented.

use azconnect::sandbox::{PartnerOddity, State, ids};

use crate::billing_lab::{REMOVE, run, with};
use crate::contract::log_entry::exchange;
use crate::contract::{Definitions, Report, say};
use crate::lab::Lab;
use crate::partner_lab::{connect, form, register, run_as, state, web_app};

type Flow = (&'static str, fn() -> State, fn(&Lab));

const FLOWS: &[Flow] = &[
    ("a new app's whole life", state, |lab| {
        let pending = connect(lab, &[]).exits(7).json();
        register(lab, &form(&pending)[2].1);
        connect(lab, &[]).exits(0);
        lab.run(&["check", "spot"]).exits(0);
        lab.run(&REMOVE).exits(0);
    }),
    ("an app that is registered", state, |lab| {
        let app = web_app(lab);
        connect(lab, &["--app-id", &app]).exits(0);
    }),
    ("a person who is told", without_version, |lab| {
        run_as(lab, ids::AVERY_NAME, "optima-csp", &[]).exits(7);
        let strange = ["--partner-id", "9999999"];
        run_as(lab, ids::AVERY_NAME, "optima-csp", &strange).exits(2);
    }),
    ("domains of others", state, |lab| {
        connect(lab, &["--default-domain", "nobody.example"]).exits(2);
    }),
    ("customers beyond the account", without_customers, |lab| {
        let more = ["--partner-id", ids::PARTNER_LOCATION_ID];
        run(lab, "flexera-mca-partner", &more).exits(2);
    }),
];

/// Links without a version, and more customers than a page holds.
fn without_version() -> State {
    let mut state = state();
    state
        .partner_center
        .oddities
        .insert(PartnerOddity::NextWithoutVersion);
    state
}

/// A partner of whose customers the billing account shows none, and Partner Center more than a page.
fn without_customers() -> State {
    let mut state = without_version();
    let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
    account.customers.clear();
    let offer = azconnect::sandbox::PartnerOffer::AzurePlan;
    state.add_partner_customers(ids::TENANT, 600, offer);
    assert!(state.register_in_app_management(ids::TENANT, ids::OPERATOR_CLIENT_ID));
    state
}

#[test]
fn every_request_about_partners_is_one_that_microsofts_definitions_or_pages_know() {
    let Some(definitions) = Definitions::load() else {
        say(&Definitions::skipped());
        return;
    };
    let mut report = Report::default();
    for (name, seed, flow) in FLOWS {
        let lab = with(seed());
        flow(&lab);
        let log = lab.log();
        assert!(!log.is_empty(), "{name}: nothing was asked");
        for entry in &log {
            let exchange = exchange(entry);
            report.add(&exchange, definitions.check(&exchange));
        }
    }
    say(&format!("{} partner flows; {report}", FLOWS.len()));
    assert_eq!(report.failures(), Vec::<String>::new());
}
