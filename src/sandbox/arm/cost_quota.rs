//! How much Cost Management answers: so many queries of one scope, and so many query processing units (QPU) of a whole directory.
//!
//! <https://learn.microsoft.com/azure/cost-management-billing/costs/manage-automation#data-latency-and-rate-limits>: a query uses one
//! unit for each month of data; a directory has 12 in 10 seconds, 60 in a minute and 600 in an hour. The headers are those of that
//! page; how the list of remaining quotas is written is documented nowhere, so it is one number for each window.

use jiff::{SignedDuration, Timestamp};

use super::super::exchange::Answer;
use super::Visit;
use super::cost_request::CostRequest;
use super::refusal::ArmError;

/// Queries that a caller may make of one scope …
const OF_A_SCOPE: usize = 12;
/// … in this time.
const OF_A_SCOPE_IN: SignedDuration = SignedDuration::from_secs(10);
/// Units of a directory, and the time in which it has them.
const OF_A_TENANT: [(i64, SignedDuration); 3] = [
    (12, SignedDuration::from_secs(10)),
    (60, SignedDuration::from_secs(60)),
    (600, SignedDuration::from_secs(3600)),
];
const ENTITY_WAIT: &str = "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after";
const UNITS_WAIT: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after";
const UNITS_CONSUMED: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-consumed";
const UNITS_REMAINING: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-remaining";

/// A query that is within the quota, and what is left after it.
#[derive(Debug)]
pub(in crate::sandbox) struct Counted {
    units: i64,
    remaining: Vec<i64>,
}

impl Counted {
    /// The answer, with what it has used and what is left.
    pub(in crate::sandbox) fn on(&self, answer: Answer) -> Answer {
        let remaining: Vec<String> = self.remaining.iter().map(i64::to_string).collect();
        answer
            .with_header(UNITS_CONSUMED, self.units.to_string())
            .with_header(UNITS_REMAINING, remaining.join(","))
    }
}

/// Counts a query of a scope, and refuses it where there were too many. What is refused uses nothing.
pub(in crate::sandbox) fn check_quota(
    visit: &mut Visit<'_>,
    scope: &str,
    request: &CostRequest,
) -> Result<Counted, ArmError> {
    let now = visit.call.now;
    let units = months(request);
    let key = (visit.caller.id, scope.to_ascii_lowercase());
    let times = visit.world.cost_queries.entry(key).or_default();
    times.retain(|time| now.duration_since(*time) < OF_A_SCOPE_IN);
    if times.len() >= OF_A_SCOPE {
        let oldest = times.front().copied().unwrap_or(now);
        return Err(refusal(ENTITY_WAIT, oldest + OF_A_SCOPE_IN, now));
    }
    let used = visit
        .world
        .cost_units
        .entry(visit.caller.tenant)
        .or_default();
    used.retain(|(time, _)| now.duration_since(*time) < OF_A_TENANT[2].1);
    let mut remaining = Vec::new();
    for (most, window) in OF_A_TENANT {
        let within = used
            .iter()
            .filter(|(time, _)| now.duration_since(*time) < window);
        let sum: i64 = within.clone().map(|(_, units)| units).sum();
        if sum + units > most {
            let oldest = within.map(|(time, _)| *time).min().unwrap_or(now);
            return Err(refusal(UNITS_WAIT, oldest + window, now));
        }
        remaining.push(most - sum - units);
    }
    used.push_back((now, units));
    times.push_back(now);
    Ok(Counted { units, remaining })
}

fn refusal(header: &'static str, until: Timestamp, now: Timestamp) -> ArmError {
    let wait = until.duration_since(now).as_secs().max(0) + 1;
    ArmError::new(429, "429", "Too many requests. Please retry.")
        .with_header(header, wait.to_string())
}

/// One unit for each month of data, begun ones too; a query of thirty days is one.
fn months(request: &CostRequest) -> i64 {
    let days = i64::from(
        request
            .to
            .since(request.from)
            .map_or(0, |span| span.get_days()),
    ) + 1;
    (days + 30) / 31
}
