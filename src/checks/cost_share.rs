//! How much of the bill does the connection see?
//!
//! What it reads, the app says; what it doesn't read, only a person can say who may read costs there. Where both figures can be had, in
//! one currency, they make a share. A part that can't be read leaves no share: a wrong one would comfort.

use std::time::Duration;

use futures::stream::{self, StreamExt};

use super::check::{Connected, DailyTotal, Finding, Status};
use super::cost_data;
use crate::azure::Azure;
use crate::azure::cost_management::{Costs, DailyCost};
use crate::connection::{CostShare, Coverage, Scope};

/// How many subscriptions are asked for: Cost Management counts queries strictly, and the app's own come beside them.
const MOST: usize = 40;
/// How many queries are under way at once.
const AT_ONCE: usize = 2;

/// The last days' costs of what the connection doesn't read, as the person sees them; `None` where not all of them can be read.
pub(super) async fn unread(
    person: &Azure,
    coverage: &Coverage,
    connected: &Connected<'_>,
) -> Option<Vec<DailyTotal>> {
    let all = [&coverage.left_out, &coverage.new, &coverage.lost];
    let unread: Vec<Scope> = all
        .into_iter()
        .flatten()
        .map(|subscription| Scope::Subscription(subscription.id))
        .collect();
    if unread.is_empty() || unread.len() > MOST {
        return None;
    }
    let (from, to) = cost_data::days(connected.now);
    let waiting = |_: Duration| (connected.waiting)("Cost Management's quota");
    let waiting: &(dyn Fn(Duration) + Send + Sync) = &waiting;
    let answers: Vec<_> = stream::iter(unread)
        .map(|scope| async move { person.daily_costs(&scope, from, to, waiting).await })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut costs: Vec<DailyCost> = Vec::new();
    for answer in answers {
        match answer {
            Ok(Costs::Rows(days)) => costs.extend(days),
            // Nothing was used there. An empty answer may hide charges too, but then it hides them from everybody who only reads.
            Ok(Costs::NoRows | Costs::NoContent) => {}
            Err(error) => {
                tracing::info!("costs that the connection doesn't read can't be had: {error}");
                return None;
            }
        }
    }
    Some(cost_data::totals(&costs))
}

/// Adds the share to what was found of the coverage, now that the costs of what is read are known as well.
pub(super) fn tell(findings: &mut [Finding]) {
    let own: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.id == cost_data::ID)
        .collect();
    if own.iter().any(|finding| finding.status == Status::Fail) {
        return;
    }
    let read: Vec<(String, f64)> = own
        .iter()
        .flat_map(|finding| by_day(&finding.costs))
        .collect();
    for finding in findings {
        let Some(unread) = finding.unread.take() else {
            continue;
        };
        let (Some(share), Some(coverage)) = (
            CostShare::of(&read, &by_day(&unread)),
            finding.coverage.as_mut(),
        ) else {
            continue;
        };
        finding.what.push_str(&format!(
            " That is {} % of the last 30 days' costs: {} of {} {}.",
            share.percent,
            cost_data::money(share.read),
            cost_data::money(share.read + share.unread),
            share.currency
        ));
        coverage.costs = Some(share);
    }
}

fn by_day(costs: &[DailyTotal]) -> Vec<(String, f64)> {
    costs
        .iter()
        .map(|cost| (cost.currency.clone(), cost.amount))
        .collect()
}
