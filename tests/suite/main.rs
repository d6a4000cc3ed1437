//! Everything that is tested from outside: commands against the simulated Azure, and the built binary in a terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says where"
)]

mod aftermath;
mod contract;
mod contract_flows;
#[cfg(unix)] // it kills
mod journal;
#[cfg(unix)] // it sends signals
mod kill_walk;
mod lab;
mod main_job;
mod sign_in;
mod two_processes;
mod undo;
