//! The contract with Microsoft's own definitions: whatever was sent to the simulated Azure, and whatever it answered, must
//! be something that Microsoft's published definitions know.
//!
//! A test converts the sandbox's log with [`log_entry::exchange`], puts every [`Exchange`] before [`Definitions::check`] and
//! adds the verdicts to a [`Report`], which counts what was validated and lists what no definition allows; [`say`] prints it. The definitions
//! are in `../shared/specs`, beside the repository, or where `AZCONNECT_SPECS` says; where they are absent the test says that
//! it was skipped. Floor plan: `definitions` decides who judges (`swagger`, `arm_schemas`, `graph`, `entra`, `partner_center`, `exceptions`);
//! `library`, `schema`, `scalars`, `odata` are what the judges share.

mod arm_schemas;
mod csdl;
pub(crate) mod definitions;
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
pub(crate) mod log_entry;
mod odata;
mod oddities;
mod operations;
mod parameters;
mod partner_center;
mod report;
mod responses;
mod scalars;
mod schema;
mod shape;
mod swagger;
mod template;

#[cfg(test)]
mod tests;

use std::io::Write;

pub(crate) use self::definitions::Definitions;
pub(crate) use self::exchange::{Exchange, Verdict};
pub(crate) use self::report::Report;

/// Says something in a test's name to whoever watches: past the capture of output, which hides what passing tests print.
pub(crate) fn say(text: &str) {
    // Whether anybody reads it does not change the test.
    let _ = writeln!(std::io::stderr(), "{text}");
}
