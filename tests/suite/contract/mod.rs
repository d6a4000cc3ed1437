//! The contract with Microsoft's own definitions: whatever was sent to the simulated Azure, and whatever it answered, must
//! be something that Microsoft's published definitions know.
//!
//! A test converts the sandbox's log with [`log_entry::exchange`], puts every [`Exchange`] before [`Definitions::check`] and
//! adds the verdicts to a [`Report`], which prints what was validated and fails on what no definition covers. The definitions
//! are in `../shared/specs`, beside the repository, or where `AZCONNECT_SPECS` says; where they are absent the test says that
//! it was skipped. Floor plan: `definitions` decides who judges (`swagger`, `arm_schemas`, `graph`, `entra`, `exceptions`);
//! `library`, `schema`, `scalars`, `odata` are what the judges share.

mod arm_schemas;
mod csdl;
mod definitions;
mod entra;
mod entra_rules;
mod exceptions;
mod exchange;
mod graph;
mod graph_body;
mod graph_path;
mod graph_query;
mod graph_rules;
mod library;
mod odata;
mod oddities;
mod operations;
mod parameters;
mod report;
mod responses;
mod scalars;
mod schema;
mod shape;
mod swagger;
mod template;

#[cfg(test)]
mod tests;

#[allow(unused_imports, reason = "for the tests of the commands")]
pub(crate) use self::{
    definitions::Definitions, exchange::Exchange, exchange::Verdict, report::Report,
};
