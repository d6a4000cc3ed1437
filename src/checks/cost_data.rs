//! Will the vendor see costs?

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::check::{Check, Connected, DailyTotal, Finding, Status};
use crate::azure::cost_management::{Costs, DailyCost};
use crate::connection::Scope;
use crate::error::Error;

/// The check's id.
pub const ID: &str = "cost-management.cost-data";
/// How many days are looked at.
const DAYS: i64 = 30;
/// How many queries are under way at once: Cost Management counts them strictly.
const AT_ONCE: usize = 4;
/// How many scopes are asked for: two minutes of its quota, and a fifth of an hour's.
const MOST: usize = 120;

/// Queries the last 30 days' actual cost. Tells apart: rows, an answer without rows, no content, and a refusal.
pub struct CostData;

#[async_trait]
impl Check for CostData {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Cost data"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let (from, today) = days(connected.now);
        let scopes = match scopes_to_query(connected).await {
            Ok(scopes) => scopes,
            Err(error) => return vec![Finding::failed(ID, self.title(), &error)],
        };
        let several = scopes.len() > 1;
        let (scopes, beyond) = within_the_quota(scopes);
        let waiting = |wait: Duration| {
            let seconds = wait.as_secs_f64().ceil();
            (connected.waiting)(&format!(
                "Cost Management's quota ({seconds} s): it answers 12 queries in 10 seconds, 60 in a minute"
            ));
        };
        let waiting: &(dyn Fn(Duration) + Send + Sync) = &waiting;
        let counts = counted(&scopes);
        let answers: Vec<_> = stream::iter(scopes)
            .map(|scope| async move {
                let answer = connected
                    .azure
                    .daily_costs(&scope, from, today, waiting)
                    .await;
                (scope, answer)
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        let mut costs = Vec::new();
        let mut findings = Vec::new();
        for (scope, answer) in answers {
            let title = if several {
                format!("{} of {scope}", self.title())
            } else {
                self.title().to_owned()
            };
            match answer {
                Ok(Costs::Rows(days)) if counts(&scope) => costs.extend(days),
                Ok(Costs::Rows(days)) => {
                    findings.push(Finding::new(ID, title, Status::Pass, sentence(&days)))
                }
                Ok(Costs::NoRows) => findings.push(no_rows(&title)),
                Ok(Costs::NoContent) => findings.push(no_content(&title)),
                Err(error) => findings.push(Finding::failed(ID, title, &Error::from(error))),
            }
        }
        if !costs.is_empty() {
            findings.insert(
                0,
                Finding {
                    costs: totals(&costs),
                    ..Finding::new(ID, self.title(), Status::Pass, sentence(&costs))
                },
            );
        }
        findings.extend(beyond);
        findings
    }
}

/// The first and the last day that are looked at.
pub(super) fn days(now: jiff::Timestamp) -> (Date, Date) {
    let today = now.to_zoned(TimeZone::UTC).date();
    (today.checked_sub((DAYS - 1).days()).unwrap_or(today), today)
}

/// As many scopes as Cost Management's quota lets one ask for while somebody waits, and what is said of the others.
fn within_the_quota(mut scopes: Vec<Scope>) -> (Vec<Scope>, Option<Finding>) {
    let left = scopes.len().saturating_sub(MOST);
    scopes.truncate(MOST);
    let beyond = (left > 0).then(|| {
        let what = format!("{left} more scopes were not asked for.");
        Finding::new(ID, "Cost data of the others", Status::Skip, what)
            .why(format!("Cost Management answers 60 queries in a minute and 600 in an hour for the whole directory, so a check asks for {MOST} scopes at most."))
    });
    (scopes, beyond)
}

/// Which scopes make up what the vendor will see. A partner's account holds its customers' costs, so where customers were chosen the
/// account is asked as well, as vendors do, and only the customers are added up.
fn counted(scopes: &[Scope]) -> fn(&Scope) -> bool {
    let is_customer: fn(&Scope) -> bool = |scope| scope.customer().is_some();
    if scopes.iter().any(is_customer) {
        is_customer
    } else {
        |_| true
    }
}

/// A management group's costs are asked for subscription by subscription: Cost Management doesn't serve management groups under
/// every agreement. Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/understand-work-scopes>
async fn scopes_to_query(connected: &Connected<'_>) -> Result<Vec<Scope>, Error> {
    let mut scopes = Vec::new();
    for scope in &connected.record.scopes {
        match scope {
            // What is kept there costs something too, and is no scope that costs are asked for.
            Scope::StorageAccount(_) | Scope::Container(..) => {}
            Scope::Subscription(_)
            | Scope::ResourceGroup(..)
            | Scope::BillingAccount(_)
            | Scope::BillingProfile(..)
            | Scope::InvoiceSection(..)
            | Scope::Department(..)
            | Scope::Customer(..)
            | Scope::CustomerOfProfile(..) => scopes.push(scope.for_costs()),
            Scope::ManagementGroup(name) => {
                scopes.extend(
                    connected
                        .azure
                        .subscriptions_below(name)
                        .await?
                        .into_iter()
                        .map(Scope::Subscription),
                );
            }
        }
    }
    scopes.sort();
    scopes.dedup();
    Ok(scopes)
}

fn no_rows(title: &str) -> Finding {
    Finding::new(ID, title, Status::Warn, "Cost Management answered, with no cost in the last 30 days.")
        .why("Nothing was used, the costs are not in yet (new subscriptions take up to two days), or the agreement hides charges from readers.")
        .fix("Under an Enterprise Agreement, ask the enrollment's administrator whether account owners may view charges: https://portal.azure.com/#view/Microsoft_Azure_GTM/ModernBillingMenuBlade/~/Policies")
}

fn no_content(title: &str) -> Finding {
    Finding::new(ID, title, Status::Warn, "Cost Management holds no data for it (HTTP status 204).")
        .why("The subscription is new, or its offer is one that Cost Management doesn't cover.")
        .fix("Look whether cost analysis shows anything there: https://portal.azure.com/#view/Microsoft_Azure_CostManagement/Menu/~/costanalysis")
}

/// One total a day and currency, oldest first.
pub(super) fn totals(costs: &[DailyCost]) -> Vec<DailyTotal> {
    let mut by_day: BTreeMap<(&str, Date), f64> = BTreeMap::new();
    for cost in costs {
        *by_day
            .entry((cost.currency.as_str(), cost.date))
            .or_default() += cost.amount;
    }
    by_day
        .into_iter()
        .map(|((currency, date), amount)| DailyTotal {
            date,
            amount,
            currency: currency.to_owned(),
        })
        .collect()
}

/// `3,214.07 EUR in the last 30 days.`
fn sentence(costs: &[DailyCost]) -> String {
    let mut by_currency: BTreeMap<&str, f64> = BTreeMap::new();
    for cost in costs {
        *by_currency.entry(cost.currency.as_str()).or_default() += cost.amount;
    }
    let sums: Vec<String> = by_currency
        .into_iter()
        .map(|(currency, sum)| format!("{} {currency}", money(sum)))
        .collect();
    format!("{} in the last {DAYS} days.", sums.join(" and "))
}

/// Two decimals, with thousands set apart.
pub fn money(amount: f64) -> String {
    let plain = format!("{:.2}", amount.abs());
    let (whole, cents) = plain.split_once('.').unwrap_or((&plain, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if amount < 0.0 && plain != "0.00" {
        "-"
    } else {
        ""
    };
    format!("{sign}{grouped}.{cents}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn money_is_readable() {
        for (amount, text) in [
            (0.0, "0.00"),
            (12.345, "12.35"),
            (999.999, "1,000.00"),
            (1_234_567.5, "1,234,567.50"),
            (-42.0, "-42.00"),
            (-0.001, "0.00"),
        ] {
            assert_eq!(money(amount), text);
        }
    }

    #[test]
    fn a_chosen_customers_costs_are_not_counted_twice() {
        let account = Scope::BillingAccount("a".to_owned());
        let customer = Scope::Customer(
            "a".to_owned(),
            crate::azure::ids::TenantId::new(uuid::Uuid::nil()),
        );
        let both = [account.clone(), customer.clone()];
        assert!(!counted(&both)(&account) && counted(&both)(&customer));
        assert!(counted(&both[..1])(&account));
    }

    #[test]
    fn days_of_several_subscriptions_are_added_up_by_currency() {
        let cost = |day, amount, currency: &str| DailyCost {
            date: date(2026, 11, day),
            amount,
            currency: currency.to_owned(),
        };
        let costs = [
            cost(2, 1.0, "EUR"),
            cost(1, 2.0, "EUR"),
            cost(2, 4.0, "EUR"),
            cost(1, 8.0, "USD"),
        ];
        let totals = totals(&costs);
        assert_eq!(
            totals.iter().map(|total| total.amount).collect::<Vec<_>>(),
            [2.0, 5.0, 8.0]
        );
        assert_eq!(
            sentence(&costs),
            "7.00 EUR and 8.00 USD in the last 30 days."
        );
    }
}
