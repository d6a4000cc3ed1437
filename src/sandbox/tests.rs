//! The sandbox from outside, over TLS, as a program meets it: one journey, and each rule that refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod arm;
mod billing;
mod billing_costs;
mod billing_enrollment;
mod billing_grants;
mod billing_permissions;
mod billing_principals;
mod blob;
mod blob_doors;
mod client;
mod costs;
mod exports;
mod exports_delivery;
mod exports_refusals;
mod exports_scopes;
mod faults;
mod graph;
mod graph_secrets;
mod journey;
mod key_vault;
mod login;
mod management;
mod partner_center;
mod partner_center_customers;
mod partner_center_people;
mod people;
mod state;
mod storage_accounts;
mod storage_containers;
mod storage_groups;
mod vendor_apps;
