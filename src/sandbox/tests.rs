//! The sandbox from outside, over TLS, as a program meets it: one journey, and each rule that refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod arm;
mod client;
mod costs;
mod faults;
mod graph;
mod graph_secrets;
mod journey;
mod login;
mod management;
mod people;
mod state;
