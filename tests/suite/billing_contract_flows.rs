//! The flows with billing accounts, run by the built binary, and each of their requests and answers held against Microsoft's own
//! definitions.

use azconnect::sandbox::{LogEntry, Options, Replication, State, ids};

use crate::billing_lab::{REMOVE, account, connect, run, state, with};
use crate::contract::log_entry::exchange;
use crate::contract::{Definitions, Report, say};
use crate::lab::Lab;

type Flow = (&'static str, fn() -> State, fn(&Lab));

const FLOWS: &[Flow] = &[
    ("an enrollment's whole life", state, |lab| {
        a_whole_life(lab, "spot-billing-engine", ids::ENROLLMENT)
    }),
    ("a customer agreement's whole life", state, |lab| {
        a_whole_life(lab, "spot-billing-engine", ids::MCA_ACCOUNT)
    }),
    ("a partner agreement's whole life", state, |lab| {
        a_whole_life(lab, "spaceone", ids::MPA_ACCOUNT)
    }),
    ("a billing profile", state, |lab| {
        let profile = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
        let name = profile.rsplit('/').next().unwrap();
        run(
            lab,
            "generic",
            &[
                "--billing-account",
                ids::MCA_ACCOUNT,
                "--billing-profile",
                name,
            ],
        )
        .exits(0);
        lab.run(&["check", "spot", "--deep"]);
        lab.run(&REMOVE).exits(0);
    }),
    ("a department", state, |lab| {
        let flags = ["--billing-account", ids::ENROLLMENT, "--department", "101"];
        a_parts_life(lab, &flags);
    }),
    ("an invoice section", state, |lab| {
        let section = "CNTS-INV1-PJA-TGB";
        let flags = [
            "--billing-account",
            ids::MCA_ACCOUNT,
            "--invoice-section",
            section,
        ];
        a_parts_life(lab, &flags);
    }),
    ("single customers", state, |lab| {
        let customer = crate::billing_lab::customers(lab)[0].1.to_string();
        let flags = [
            "--billing-account",
            ids::MPA_ACCOUNT,
            "--billing-role",
            "customer-reader",
            "--customer-tenant",
            &customer,
        ];
        a_parts_life(lab, &flags);
    }),
    ("customers that were chosen", state, |lab| {
        let customers = crate::billing_lab::customers(lab);
        let (one, two) = (customers[0].1.to_string(), customers[1].1.to_string());
        let flags = [
            "--billing-account",
            ids::MPA_ACCOUNT,
            "--customer-tenant",
            &one,
            "--customer-tenant",
            &two,
        ];
        run(lab, "spaceone", &flags).exits(0);
        lab.run(&["check", "spot", "--deep"]).exits(0);
    }),
    ("a thousand customers", thousand, |lab| {
        connect(lab, "spaceone", ids::MPA_ACCOUNT).exits(0);
    }),
    ("no billing role", State::contoso_with_billing, |lab| {
        connect(lab, "spot-billing-engine", ids::ENROLLMENT).exits(5);
        connect(lab, "spot-billing-engine", ids::ENROLLMENT).exits(5);
        lab.run(&REMOVE).exits(0);
        run(
            lab,
            "spaceone",
            &["--billing-account", ids::MPA_ACCOUNT, "--agreement", "mpa"],
        )
        .exits(5);
    }),
    ("numbers and names that nobody has", state, |lab| {
        connect(lab, "spot-billing-engine", "99999999").exits(2);
        connect(lab, "spot-billing-engine", ids::TRANSFERRED_ENROLLMENT);
        connect(lab, "spaceone", "39a00000-0000-4000-8000-000000000001").exits(2);
    }),
    ("a role that somebody took away", state, |lab| {
        connect(lab, "spaceone", ids::ENROLLMENT).exits(0);
        let principal = crate::billing_lab::principal(lab);
        lab.state(|state| {
            state
                .billing
                .role_assignments
                .retain(|_, given| given.principal != principal)
        });
        lab.run(&["check", "spot", "--deep"]).exits(3);
        connect(lab, "spaceone", ids::ENROLLMENT).exits(0);
    }),
    ("an enrollment's role that was there", another_role, |lab| {
        let client_id = lab.state(|state| {
            let mut all = state.applications.values();
            all.find(|app| app.display_name == "Billing reader")
                .unwrap()
                .app_id
                .to_string()
        });
        run(
            lab,
            "spaceone",
            &["--billing-account", ids::ENROLLMENT, "--app-id", &client_id],
        )
        .exits(2);
    }),
];

fn a_whole_life(lab: &Lab, vendor: &str, name: &str) {
    connect(lab, vendor, name).exits(0);
    connect(lab, vendor, name).exits(0);
    lab.run(&["check", "spot", "--deep"]).exits(0);
    lab.run(&REMOVE).exits(0);
}

fn a_parts_life(lab: &Lab, flags: &[&str]) {
    run(lab, "generic", flags).exits(0);
    run(lab, "generic", flags).exits(0);
    lab.run(&["check", "spot", "--deep"]).exits(0);
    lab.run(&REMOVE).exits(0);
}

fn thousand() -> State {
    let mut state = state();
    let customers = crate::billing_lab::many_customers(1_200);
    state
        .billing_account_mut(ids::MPA_ACCOUNT)
        .unwrap()
        .customers = customers;
    state
}

fn another_role() -> State {
    let mut state = state();
    let application = state.add_application(ids::TENANT, "Billing reader");
    let principal = state.add_service_principal(application).unwrap();
    state.assign_billing_role(
        principal,
        ids::BILLING_ROLE_DEPARTMENT_READER,
        &account(ids::ENROLLMENT),
    );
    state
}

fn late(name: &str) -> Vec<LogEntry> {
    let lab = Lab::with(Options {
        replication: Replication::default(),
        seed: state(),
        ..Options::default()
    });
    connect(&lab, "spaceone", name).exits(0);
    lab.log()
}

#[test]
fn every_request_and_every_answer_about_billing_is_one_that_microsofts_definitions_know() {
    let Some(definitions) = Definitions::load() else {
        say(&Definitions::skipped());
        return;
    };
    let mut logs = std::thread::scope(|scope| {
        let late = [ids::ENROLLMENT, ids::MPA_ACCOUNT].map(|name| scope.spawn(|| late(name)));
        late.map(|log| ("with late replicas", log.join().unwrap()))
            .to_vec()
    });
    for (name, seed, flow) in FLOWS {
        let lab = with(seed());
        flow(&lab);
        logs.push((*name, lab.log()));
    }
    let mut report = Report::default();
    for (name, log) in &logs {
        assert!(!log.is_empty(), "{name}: nothing was asked");
        for entry in log {
            let exchange = exchange(entry);
            report.add(&exchange, definitions.check(&exchange));
        }
    }
    say(&format!("{} billing flows; {report}", logs.len()));
    assert_eq!(report.failures(), Vec::<String>::new());
}
