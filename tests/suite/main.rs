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
mod architecture;
mod bad_input;
mod contract;
mod failing;
mod failures_check;
mod failures_costs;
mod failures_network;
mod failures_rights;
mod failures_sign_in;
mod failures_subscriptions;
mod kill_walk;
mod lab;
mod main_job;
mod no_input;
mod people;
mod proxy;
mod readme;
mod sign_in;
mod terminal;
