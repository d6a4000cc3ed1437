//! What came of judging many exchanges.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::exchange::{Exchange, Verdict};

/// How often an operation came, and how often Azure did not refuse it.
#[derive(Debug, Default)]
struct Tally {
    all: usize,
    not_refused: usize,
}

/// Counts and failures of one run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    requests: usize,
    operations: BTreeMap<String, Tally>,
    definitions: BTreeSet<String>,
    excepted: BTreeMap<String, usize>,
    /// Requests to services of which Microsoft publishes no definitions.
    undefined: BTreeMap<String, usize>,
    failures: BTreeMap<String, usize>,
}

impl Report {
    /// Counts an exchange and its verdict.
    pub(crate) fn add(&mut self, exchange: &Exchange, verdict: Verdict) {
        self.requests += 1;
        let failure = match verdict {
            Verdict::Valid {
                operation,
                definition,
            } => {
                let tally = self.operations.entry(operation).or_default();
                tally.all += 1;
                tally.not_refused += usize::from(!exchange.refused());
                self.definitions.insert(definition);
                return;
            }
            Verdict::Excepted { reason: row } => {
                let what = format!(
                    "{} {}: {} [{}]",
                    row.method, row.path, row.reason, row.source
                );
                *self.excepted.entry(what).or_default() += 1;
                return;
            }
            Verdict::Undefined => {
                *self.undefined.entry(exchange.service.clone()).or_default() += 1;
                return;
            }
            Verdict::Invalid { operation, faults } => {
                let operation =
                    operation.map_or_else(String::new, |operation| format!(" ({operation})"));
                format!("{}{operation}: {}", described(exchange), faults.join("; "))
            }
            Verdict::Uncovered => format!(
                "{}: no definition and no exception covers it",
                described(exchange)
            ),
        };
        *self.failures.entry(failure).or_default() += 1;
    }

    /// How many exchanges were put before the definitions.
    pub(crate) fn requests(&self) -> usize {
        self.requests
    }

    /// How many different operations were validated.
    pub(crate) fn operations(&self) -> usize {
        self.operations.len()
    }

    /// Operations of which nothing but refusals was seen: their requests are validated, their answers are not.
    pub(crate) fn only_refused(&self) -> Vec<&str> {
        let refused = self
            .operations
            .iter()
            .filter(|(_, tally)| tally.not_refused == 0 && tally.all > 0);
        refused.map(|(operation, _)| operation.as_str()).collect()
    }

    /// What no definition allows, each with how often it came. Empty is what a test wants.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.failures
            .iter()
            .map(|(what, count)| format!("{count} × {what}"))
            .collect()
    }
}

fn described(exchange: &Exchange) -> String {
    let query: Vec<String> = exchange
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!(
        "{} {} {}{mark}{} → {}",
        exchange.service,
        exchange.method,
        exchange.path,
        query.join("&"),
        exchange.status
    )
}

/// `contract: 412 requests, 23 operations validated against 6 definition files and 4 documented protocols; 4 excepted (…)`,
/// then exceptions, operations without an answer, and failures, a line each.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let documented = self
            .definitions
            .iter()
            .filter(|definition| definition.starts_with("https://"))
            .count();
        let files = self.definitions.len() - documented;
        write!(
            formatter,
            "contract: {} requests, {} operations validated against {files} definition files and {documented} documented protocols; {} excepted; {} failed",
            self.requests,
            self.operations.len(),
            self.excepted.values().sum::<usize>(),
            self.failures.values().sum::<usize>(),
        )?;
        for (what, count) in &self.excepted {
            write!(formatter, "\n  excepted: {count} × {what}")?;
        }
        for (service, count) in &self.undefined {
            write!(
                formatter,
                "\n  NOT validated: {count} requests to {service}, of which Microsoft publishes no definitions; only their addresses are documented ones"
            )?;
        }
        for operation in self.only_refused() {
            write!(
                formatter,
                "\n  only refused, so that no answer was validated: {operation}"
            )?;
        }
        for failure in self.failures() {
            write!(formatter, "\n  failed: {failure}")?;
        }
        Ok(())
    }
}
