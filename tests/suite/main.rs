//! Everything that is tested from outside: commands against the simulated Azure, and the built binary in a terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says where"
)]

mod contract;
mod keyring;
mod lab;
mod main_job;
mod secrets;
mod sign_in;
mod terminal;
