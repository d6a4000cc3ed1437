//! Everything that is tested from outside: commands against the simulated Azure, and the built binary in a terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says where"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is outside, where the machine is"
)]

mod advice;
mod aftermath;
#[cfg(unix)] // a shell, file modes
mod answers_again;
mod architecture;
mod azurite;
#[cfg(unix)] // signals
mod backfill;
mod bad_input;
mod batch;
mod billing_choices;
mod billing_contract;
mod billing_contract_flows;
mod billing_customers;
mod billing_flows;
mod billing_grants;
mod billing_lab;
mod billing_lost;
mod billing_parts;
mod billing_quota;
mod billing_refusals;
mod billing_rights;
#[cfg(target_os = "linux")] // X11, control sequences
mod clipboard;
mod contract;
mod contract_flows;
mod credentials;
mod doctor;
mod drift;
#[cfg(unix)] // people who sign in with a code or a browser
mod events;
mod every_error;
#[cfg(unix)] // signals
mod exec;
mod exports_check;
mod exports_connect;
mod exports_contract;
mod exports_contract_flows;
#[cfg(unix)] // people with a browser
mod exports_flows;
mod exports_interview;
mod exports_lab;
mod exports_obstacles;
mod exports_remove;
mod exports_wait;
mod failing;
mod failures_check;
mod failures_costs;
mod failures_network;
mod failures_rights;
mod failures_sign_in;
mod failures_subscriptions;
#[cfg(unix)] // the helper is a shell script
mod helper_store;
#[cfg(unix)] // signals, terminals, file modes
mod journal;
#[cfg(unix)] // signals, terminals, file modes
mod key_vault;
mod keyring;
#[cfg(unix)] // signals, terminals, file modes
mod kill_walk;
mod lab;
mod main_job;
mod managed_identity;
mod many;
mod no_input;
mod operator;
#[cfg(unix)] // people who sign in with a code
mod packets;
#[cfg(unix)] // terminals, people with a browser
mod parity;
#[cfg(unix)] // signals, terminals, file modes
mod partner_contract;
#[cfg(unix)] // people who sign in at a browser or with a code
mod partner_customers;
#[cfg(unix)] // people who sign in at a browser or with a code
mod partner_facts;
#[cfg(unix)] // people who sign in at a browser or with a code
mod partner_flows;
#[cfg(unix)] // people who sign in at a browser or with a code
mod partner_lab;
#[cfg(unix)] // people who sign in at a browser or with a code
mod partner_service;
#[cfg(unix)] // signals, terminals, file modes
mod people;
#[cfg(unix)] // signals, terminals, file modes
mod power_loss;
mod proxy;
mod questions;
mod readme;
#[cfg(unix)] // a terminal
mod recording;
mod remove_all;
mod rotate;
mod round_trip;
#[cfg(unix)] // signals, terminals, file modes
mod sandbox_command;
#[cfg(unix)] // bash
mod script_az;
mod script_languages;
#[cfg(unix)] // people who sign in with a code
mod second_person;
#[cfg(unix)] // signals, terminals, file modes
mod secrets;
mod sign_in;
mod speed;
mod storage_contract;
#[cfg(unix)] // signals, terminals, file modes
mod terminal;
#[cfg(unix)] // signals, terminals, file modes
mod two_processes;
mod undo;
#[cfg(unix)] // signals, terminals, file modes
mod vendor_app;
