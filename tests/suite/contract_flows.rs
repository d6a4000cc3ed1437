//! Every flow that exists, run by the built binary, and each of its requests and answers held against Microsoft's own definitions.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use azconnect::sandbox::{
    Action, CostProfile, LogEntry, Options, Replication, Rule, State, SubscriptionState, ids,
};

use crate::contract::log_entry::exchange;
use crate::contract::{Definitions, Report, say};
use crate::lab::{Lab, Ran};

const REMOVE: [&str; 3] = ["remove", "spot", "--yes"];

/// A flow: a name, the directory that it begins in, and what is done there.
type Flow = (&'static str, fn() -> State, fn(&Lab));

const FLOWS: &[Flow] = &[
    ("a person with a device code", State::contoso, a_person),
    ("connected again after a removal", State::contoso, |lab| {
        lab.run_init(&[]).exits(0);
        lab.run(&REMOVE).exits(0);
        lab.run_init(&[]).exits(0);
    }),
    (
        "one subscription, a second run, check, hand-over, remove",
        State::contoso,
        a_whole_life,
    ),
    ("several subscriptions", two_subscriptions, |lab| {
        let all: Vec<String> = lab.state(|state| {
            state
                .subscriptions
                .keys()
                .map(ToString::to_string)
                .collect()
        });
        let flags: Vec<&str> = all.iter().flat_map(|id| ["--subscription", id]).collect();
        lab.run_init(&flags).exits(0);
    }),
    (
        "all subscriptions, removed by one who keeps going",
        two_subscriptions,
        |lab| {
            lab.run_init(&["--subscription", "all"]).exits(0);
            lab.run(&["remove", "spot", "--yes", "--keep-going"])
                .exits(0);
        },
    ),
    ("a management group", State::contoso, |lab| {
        lab.run_init(&["--management-group", &ids::TENANT.to_string()])
            .exits(0);
        lab.run(&["check", "spot"]).exits(0);
        lab.run(&REMOVE).exits(0);
    }),
    ("an existing app", an_app, |lab| {
        let client_id = client_id(lab);
        lab.run_init(&["--app-id", &client_id]).exits(0);
        lab.run(&REMOVE).exits(0);
    }),
    (
        "a secret rotated, left for a while, and removed",
        State::contoso,
        |lab| {
            lab.run_init(&[]).exits(0);
            lab.run(&["rotate", "spot", "--keep-old", "7", "--yes"])
                .exits(0);
            lab.run(&["rotate", "spot", "--finish", "--yes"]).exits(0);
            lab.run(&["rotate", "--all", "--within", "400", "--yes"])
                .exits(0);
        },
    ),
    (
        "a certificate, rotated and removed",
        State::contoso,
        |lab| {
            let store = format!("file:{}", lab.home().join("tool.pem").display());
            lab.run(&[
                "init",
                "generic",
                "--connection",
                "spot",
                "--credential",
                "certificate",
                "--store",
                &store,
                "--yes",
            ])
            .exits(0);
            lab.run(&["rotate", "spot", "--yes"]).exits(0);
            lab.run(&REMOVE).exits(0);
        },
    ),
    ("a federated credential, on somebody's app", an_app, |lab| {
        let preset = "gitlab:contoso/billing:ref_type:branch:ref:main";
        let client_id = client_id(lab);
        lab.run(&[
            "init",
            "generic",
            "--connection",
            "spot",
            "--app-id",
            &client_id,
            "--credential",
            "federated",
            "--federated",
            preset,
            "--yes",
        ])
        .exits(0);
        lab.run(&REMOVE).exits(0);
    }),
    ("roles for a principal that exists", State::contoso, |lab| {
        let principal = ids::OPERATOR_SERVICE_PRINCIPAL.to_string();
        for id in [&principal, &ids::OPERATOR_CLIENT_ID.to_string()] {
            let words = ["init", "generic", "--connection", "spot", "--yes"];
            lab.run(&[words.as_slice(), &["--principal-id", id]].concat());
        }
        lab.run(&REMOVE).exits(0);
    }),
    ("a vendor's own app", State::contoso, |lab| {
        let id = ids::VENDOR_CLIENT_ID.to_string();
        let words = ["init", "generic", "--connection", "spot", "--yes"];
        lab.run(&[words.as_slice(), &["--vendor-app-id", &id]].concat())
            .exits(0);
        lab.run(&["check", "spot", "--sign-in", "service-principal"])
            .exits(0);
        lab.run(&REMOVE).exits(0);
    }),
    ("a plan that is only shown", State::contoso, |lab| {
        lab.run_init(&["--plan"]).exits(0);
    }),
    ("a secret that the policy caps", capped, |lab| {
        lab.run_init(&[]).exits(0);
    }),
    ("a secret that the policy forbids", forbidden, |lab| {
        assert_ne!(lab.run_init(&[]).code, 0);
        lab.run(&REMOVE).exits(0);
    }),
    (
        "no right to register apps",
        || without_right(true),
        |lab| {
            lab.run_init(&[]).exits(5);
        },
    ),
    (
        "no right to assign roles",
        || without_right(false),
        |lab| {
            assert_ne!(lab.run_init(&[]).code, 0);
            lab.run(&REMOVE).exits(0);
        },
    ),
    (
        "a disabled subscription",
        || with_state(SubscriptionState::Disabled),
        |lab| {
            assert_ne!(lab.run_init(&[]).code, 0);
        },
    ),
    (
        "no costs at all",
        || with_costs(CostProfile::NoContent),
        |lab| {
            lab.run_init(&[]);
        },
    ),
    (
        "no costs in the period",
        || with_costs(CostProfile::NoRows),
        |lab| {
            lab.run_init(&[]);
        },
    ),
    (
        "a wrong secret of the administrator",
        State::contoso,
        |lab| {
            let mut command =
                lab.command(&["init", "spot-cost-intelligence", "--yes", "--store", "none"]);
            let ended = command
                .env("AZURE_CLIENT_SECRET", "wrong")
                .output()
                .unwrap();
            assert_eq!(ended.status.code(), Some(4), "{ended:?}");
        },
    ),
    ("an unknown directory", State::contoso, |lab| {
        assert_ne!(lab.run_init(&["--tenant", "nobody.example"]).code, 0);
    }),
    (
        "an unknown app and an unknown subscription",
        State::contoso,
        |lab| {
            let nobody = "00000000-0000-4000-8000-00000000abcd";
            assert_ne!(lab.run_init(&["--app-id", nobody]).code, 0);
            assert_ne!(lab.run_init(&["--subscription", nobody]).code, 0);
        },
    ),
    ("a secret that somebody removed", State::contoso, |lab| {
        lab.run_init(&[]).exits(0);
        lab.state(|state| {
            for application in state.applications.values_mut() {
                if application.id != ids::OPERATOR_APPLICATION {
                    application.password_credentials.clear();
                }
            }
        });
        assert_ne!(lab.run(&["check", "spot"]).code, 0);
        lab.run_init(&[]).exits(0);
    }),
    (
        "a lost answer to addPassword, and the run after it",
        State::contoso,
        |lab| {
            lab.sandbox().faults().add(Rule {
                service: None,
                method: None,
                path_contains: Some("/addPassword".to_owned()),
                nth: 1,
                times: 1,
                action: Action::DropAfter,
            });
            assert_ne!(lab.run_init(&[]).code, 0);
            lab.run_init(&[]).exits(0);
        },
    ),
    ("throttled and failing services", State::contoso, |lab| {
        for (status, nth) in [(429, 3), (503, 9), (429, 13)] {
            lab.sandbox().faults().add(Rule {
                service: None,
                method: None,
                path_contains: None,
                nth,
                times: 1,
                action: Action::Respond {
                    status,
                    headers: BTreeMap::from([("Retry-After".to_owned(), "0".to_owned())]),
                    body: None,
                },
            });
        }
        lab.run_init(&[]);
    }),
];

fn a_whole_life(lab: &Lab) {
    lab.run_init(&[]).exits(0);
    lab.run_init(&[]).exits(0);
    lab.run(&["check", "spot"]).exits(0);
    lab.run(&["check", "--all", "--output", "json"]).exits(0);
    lab.run(&["handover", "spot", "--reveal"]).exits(0);
    lab.run(&["show", "spot"]).exits(0);
    lab.run(&REMOVE).exits(0);
}

/// Avery signs in with a device code, on whatever machine, while the program waits.
fn a_person(lab: &Lab) {
    let arguments = lab.init(&["--sign-in", "device-code"]);
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = lab.command(&words);
    for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
        command.env_remove(name);
    }
    let child = command.spawn().unwrap();
    let issued = |entry: &LogEntry| entry.response_body["user_code"].as_str().map(str::to_owned);
    let end = Instant::now() + Duration::from_secs(60);
    let code = loop {
        if let Some(code) = lab.log().iter().find_map(issued) {
            break code;
        }
        assert!(Instant::now() < end, "no code was issued");
        std::thread::sleep(Duration::from_millis(20));
    };
    let avery = lab.sandbox().person(ids::AVERY_NAME);
    lab.block_on(avery.enter_device_code(&code, true)).unwrap();
    Ran::from(child.wait_with_output().unwrap()).exits(0);
}

fn two_subscriptions() -> State {
    let mut state = State::contoso();
    state.add_subscription("Contoso Staging");
    state
}

fn an_app() -> State {
    let mut state = State::contoso();
    state.add_application(ids::TENANT, "Billing reader");
    state
}

fn client_id(lab: &Lab) -> String {
    lab.state(|state| {
        let mut all = state.applications.values();
        all.find(|app| app.display_name == "Billing reader")
            .unwrap()
            .app_id
            .to_string()
    })
}

fn capped() -> State {
    let mut state = State::contoso();
    let policy = &mut state
        .tenants
        .get_mut(&ids::TENANT)
        .unwrap()
        .app_management_policy;
    policy.is_enabled = true;
    policy.password_max_lifetime = Some("P90D".to_owned());
    state
}

fn forbidden() -> State {
    let mut state = State::contoso();
    let policy = &mut state
        .tenants
        .get_mut(&ids::TENANT)
        .unwrap()
        .app_management_policy;
    policy.is_enabled = true;
    policy.password_addition_forbidden = true;
    state
}

/// The operator lacks its directory role, or its role in Azure but for reading.
fn without_right(to_register: bool) -> State {
    let mut state = State::contoso();
    let operator = ids::OPERATOR_SERVICE_PRINCIPAL;
    if to_register {
        state
            .service_principals
            .get_mut(&operator)
            .unwrap()
            .directory_roles
            .clear();
        state
            .tenants
            .get_mut(&ids::TENANT)
            .unwrap()
            .allowed_to_create_apps = false;
    } else {
        state
            .role_assignments
            .retain(|_, assignment| assignment.principal != operator);
        state.assign_role(
            operator,
            ids::ROLE_READER,
            &format!("/subscriptions/{}", ids::SUBSCRIPTION),
        );
    }
    state
}

fn with_state(subscription: SubscriptionState) -> State {
    let mut state = State::contoso();
    state
        .subscriptions
        .get_mut(&ids::SUBSCRIPTION)
        .unwrap()
        .state = subscription;
    state
}

fn with_costs(costs: CostProfile) -> State {
    let mut state = State::contoso();
    state
        .subscriptions
        .get_mut(&ids::SUBSCRIPTION)
        .unwrap()
        .costs = costs;
    state
}

/// Runs a flow and returns all that was asked for and answered.
fn run(seed: State, replication: Replication, flow: impl Fn(&Lab)) -> Vec<LogEntry> {
    let lab = Lab::with(Options {
        replication,
        seed,
        ..Options::default()
    });
    flow(&lab);
    lab.log()
}

/// The logs of all flows, several run at once.
fn all() -> Vec<(&'static str, Vec<LogEntry>)> {
    let next = AtomicUsize::new(0);
    let logs = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let late = run(State::contoso(), Replication::default(), a_whole_life);
            logs.lock().unwrap().push(("with late replicas", late));
        });
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some((name, seed, flow)) = FLOWS.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let log = run(seed(), Replication::none(), flow);
                    logs.lock().unwrap().push((*name, log));
                }
            });
        }
    });
    logs.into_inner().unwrap()
}

#[test]
fn every_request_and_every_answer_is_one_that_microsofts_definitions_know() {
    let Some(definitions) = Definitions::load() else {
        say(&Definitions::skipped());
        return;
    };
    let logs = all();
    let mut report = Report::default();
    for (name, log) in &logs {
        assert!(!log.is_empty(), "{name}: nothing was asked");
        for entry in log {
            let exchange = exchange(entry);
            report.add(&exchange, definitions.check(&exchange));
        }
    }
    say(&format!("{} flows; {report}", logs.len()));
    assert_eq!(report.failures(), Vec::<String>::new());
}
