//! What the simulated subscriptions cost: figures that follow from the subscription and the day, so that every run sees
//! the same ones, and that look like a company's: working days cost more than weekends, services have their shares.

use jiff::civil::{Date, Weekday};
use sha2::{Digest, Sha256};

use super::super::tenant::{CostProfile, Subscription};

/// Services and their shares of a day's cost.
const SERVICES: [(&str, f64); 4] = [
    ("Virtual Machines", 0.52),
    ("Azure SQL Database", 0.23),
    ("Storage", 0.17),
    ("Bandwidth", 0.08),
];
/// Resource groups and their shares of a day's cost.
const RESOURCE_GROUPS: [(&str, f64); 3] = [("web", 0.5), ("data", 0.4), ("operations", 0.1)];
/// What a Saturday or Sunday costs of a working day.
const WEEKEND: f64 = 0.55;
/// What is known of the current day: usage arrives hours late.
const TODAY: f64 = 0.4;
/// Units of the currency for one US dollar. Only the order of magnitude matters.
const DOLLARS: [(&str, f64); 3] = [("EUR", 1.08), ("GBP", 1.27), ("USD", 1.0)];

/// One amount: a day, a service, a resource group.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) struct Figure {
    pub(in crate::sandbox) date: Date,
    pub(in crate::sandbox) service: &'static str,
    pub(in crate::sandbox) resource_group: &'static str,
    pub(in crate::sandbox) amount: f64,
    pub(in crate::sandbox) amount_in_dollars: f64,
}

/// The figures of a subscription from one day to another, both included; nothing for days to come.
pub(in crate::sandbox) fn figures(
    subscription: &Subscription,
    from: Date,
    to: Date,
    today: Date,
) -> Vec<Figure> {
    let CostProfile::Daily { currency, amount } = &subscription.costs else {
        return Vec::new();
    };
    let rate = DOLLARS
        .iter()
        .find(|(code, _)| code == currency)
        .map_or(1.0, |(_, rate)| *rate);
    let days = from
        .series(jiff::Span::new().days(1))
        .take_while(|date| *date <= to.min(today));
    let mut figures = Vec::new();
    for date in days {
        let whole =
            amount * day_factor(subscription, date) * if date == today { TODAY } else { 1.0 };
        for (service, service_share) in SERVICES {
            for (resource_group, group_share) in RESOURCE_GROUPS {
                let amount = whole * service_share * group_share;
                figures.push(Figure {
                    date,
                    service,
                    resource_group,
                    amount,
                    amount_in_dollars: amount * rate,
                });
            }
        }
    }
    figures
}

/// About 1 on a working day, with a wobble of 15 % either way that follows from the subscription and the day.
fn day_factor(subscription: &Subscription, date: Date) -> f64 {
    let digest = Sha256::digest(format!("{}/{date}", subscription.id));
    let wobble = 0.85 + 0.3 * f64::from(digest[0]) / 255.0;
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    wobble * if weekend { WEEKEND } else { 1.0 }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::super::super::ids;
    use super::super::super::tenant::State;
    use super::*;
    use jiff::civil::date;

    #[test]
    fn figures_repeat_end_today_and_rest_at_weekends() {
        let state = State::contoso();
        let subscription = &state.subscriptions[&ids::SUBSCRIPTION];
        let today = date(2026, 3, 18);
        let ask = || figures(subscription, date(2026, 3, 1), date(2026, 3, 31), today);
        assert_eq!(ask(), ask());
        assert_eq!(ask().last().unwrap().date, today);
        let day = |wanted: Date| {
            ask()
                .iter()
                .filter(|figure| figure.date == wanted)
                .map(|figure| figure.amount)
                .sum::<f64>()
        };
        assert!(
            day(date(2026, 3, 14)) < day(date(2026, 3, 16)),
            "a Saturday costs less than a Monday"
        );
        assert!(
            (150.0..215.0).contains(&day(date(2026, 3, 16))),
            "{}",
            day(date(2026, 3, 16))
        );
    }
}
