//! What came of judging many exchanges.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::exchange::{Exchange, Verdict};

/// Counts and failures of one run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    requests: usize,
    operations: BTreeMap<String, usize>,
    definitions: BTreeSet<String>,
    excepted: BTreeMap<String, usize>,
    failures: BTreeMap<String, usize>,
}

impl Report {
    /// Counts an exchange and its verdict.
    pub(crate) fn add(&mut self, exchange: &Exchange, verdict: Verdict) {
        self.requests += 1;
        match verdict {
            Verdict::Valid {
                operation,
                definition,
            } => {
                *self.operations.entry(operation).or_default() += 1;
                self.definitions.insert(definition);
            }
            Verdict::Excepted { reason } => {
                *self
                    .excepted
                    .entry(format!(
                        "{} {}: {} [{}]",
                        reason.method, reason.path, reason.reason, reason.source
                    ))
                    .or_default() += 1;
            }
            Verdict::Invalid { operation, faults } => {
                let operation =
                    operation.map_or_else(String::new, |operation| format!(" ({operation})"));
                let what = format!("{}{operation}: {}", described(exchange), faults.join("; "));
                *self.failures.entry(what).or_default() += 1;
            }
            Verdict::Uncovered => {
                let what = format!(
                    "{}: no definition and no exception covers it",
                    described(exchange)
                );
                *self.failures.entry(what).or_default() += 1;
            }
        }
    }

    /// How many exchanges were put before the definitions.
    pub(crate) fn requests(&self) -> usize {
        self.requests
    }

    /// How many different operations were validated.
    pub(crate) fn operations(&self) -> usize {
        self.operations.len()
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
/// then the exceptions and the failures, a line each.
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
        for failure in self.failures() {
            write!(formatter, "\n  failed: {failure}")?;
        }
        Ok(())
    }
}
