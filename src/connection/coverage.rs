//! How much of a directory a connection sees: pure arithmetic on what existed, what exists, and what it reads.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ConnectionRecord, Scope};
use crate::azure::ids::SubscriptionId;

/// A subscription by both its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NamedSubscription {
    /// Its id.
    pub id: SubscriptionId,
    /// What people call it.
    pub name: String,
}

/// The subscriptions of a directory that a person could see when the connection was made. Those that it doesn't read were left out
/// knowingly: whoever made it saw them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census {
    /// When that was.
    pub at: Timestamp,
    /// The subscriptions that costs can arise in, by name.
    pub subscriptions: Vec<NamedSubscription>,
}

/// Which share of the costs a connection reads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostShare {
    /// ISO 4217 code.
    pub currency: String,
    /// The costs of what it reads.
    pub read: f64,
    /// The costs of what it doesn't read.
    pub unread: f64,
    /// The share that it reads, in percent, rounded down.
    pub percent: u8,
}

impl CostShare {
    /// The share, where both sides are in one currency and there are costs at all. Amounts come with their currency.
    pub fn of(read: &[(String, f64)], unread: &[(String, f64)]) -> Option<CostShare> {
        let (currency, _) = read.first()?;
        if read.iter().chain(unread).any(|(each, _)| each != currency) {
            return None;
        }
        let sum = |all: &[(String, f64)]| all.iter().map(|(_, amount)| amount).sum::<f64>();
        let (read, unread) = (sum(read), sum(unread));
        if read < 0.0 || unread < 0.0 || read + unread <= 0.0 {
            return None;
        }
        let percent = (read / (read + unread) * 100.0).floor();
        let percent = (0..=100u8)
            .rev()
            .find(|whole| f64::from(*whole) <= percent)
            .unwrap_or_default();
        Some(CostShare {
            currency: currency.clone(),
            read,
            unread,
            percent,
        })
    }
}

/// How much of the known subscriptions a connection reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// How many subscriptions are known to exist.
    pub known: usize,
    /// How many of them it reads.
    pub read: usize,
    /// How much that is of them, in percent, rounded down: only all of them are 100.
    pub percent: usize,
    /// Those that were there when it was made, and that it was not to read.
    pub left_out: Vec<NamedSubscription>,
    /// Those that were not known when it was made, and that it doesn't read.
    pub new: Vec<NamedSubscription>,
    /// Those that it is to read, and can't read now.
    pub lost: Vec<NamedSubscription>,
    /// Its share of the costs, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub costs: Option<CostShare>,
}

impl Coverage {
    /// The same, where some of what was to be read can't be read now.
    #[must_use]
    pub fn without(mut self, lost: Vec<NamedSubscription>) -> Coverage {
        self.read = self.read.saturating_sub(lost.len());
        self.percent = (self.read * 100).checked_div(self.known).unwrap_or(100);
        self.lost = lost;
        self
    }

    /// Compares what a connection is to read with the census of its making and with what can be seen now. A subscription of the census that
    /// can't be seen now still counts, unless `is_whole` says that the view of now leaves nothing out.
    pub fn of(
        read: &BTreeSet<SubscriptionId>,
        census: Option<&Census>,
        now: &[NamedSubscription],
        is_whole: bool,
    ) -> Coverage {
        let then = census.map_or(&[][..], |census| &census.subscriptions);
        let was_there = |id: SubscriptionId| then.iter().any(|known| known.id == id);
        let is_there = |id: SubscriptionId| now.iter().any(|known| known.id == id);
        let mut left_out: Vec<NamedSubscription> = then
            .iter()
            .filter(|known| !read.contains(&known.id))
            .filter(|known| !is_whole || is_there(known.id))
            .cloned()
            .collect();
        let mut new: Vec<NamedSubscription> = now
            .iter()
            .filter(|known| !read.contains(&known.id) && !was_there(known.id))
            .cloned()
            .collect();
        for list in [&mut left_out, &mut new] {
            list.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
            list.dedup_by_key(|each| each.id);
        }
        let known = read.len() + left_out.len() + new.len();
        Coverage {
            known,
            read: read.len(),
            percent: (read.len() * 100).checked_div(known).unwrap_or(100),
            left_out,
            new,
            lost: Vec::new(),
            costs: None,
        }
    }
}

/// Which subscriptions a connection was made to read one by one; `None` where it reads a billing account, which has costs of more
/// than one can list. What is below its management groups comes to that.
pub fn subscriptions_read(record: &ConnectionRecord) -> Option<BTreeSet<SubscriptionId>> {
    let exported = record.exports.iter().map(|export| &export.scope);
    let mut read = BTreeSet::new();
    for scope in record.scopes.iter().chain(exported) {
        if scope.billing_account().is_some() {
            return None;
        }
        if let Scope::Subscription(id) = scope {
            read.insert(*id);
        }
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn named(number: u128) -> NamedSubscription {
        NamedSubscription {
            id: SubscriptionId::new(Uuid::from_u128(number)),
            name: format!("S{number}"),
        }
    }

    fn read(numbers: &[u128]) -> BTreeSet<SubscriptionId> {
        numbers.iter().map(|number| named(*number).id).collect()
    }

    fn census(numbers: &[u128]) -> Census {
        Census {
            at: Timestamp::UNIX_EPOCH,
            subscriptions: numbers.iter().map(|number| named(*number)).collect(),
        }
    }

    #[test]
    fn what_was_left_out_is_told_from_what_is_new() {
        let coverage = Coverage::of(
            &read(&[1, 2]),
            Some(&census(&[1, 2, 3])),
            &[named(5), named(4), named(1), named(4)],
            false,
        );
        assert_eq!(coverage.left_out, [named(3)]);
        assert_eq!(coverage.new, [named(4), named(5)]);
        assert_eq!(
            (coverage.known, coverage.read, coverage.percent),
            (5, 2, 40)
        );
    }

    #[test]
    fn what_is_gone_counts_only_as_long_as_nobody_sees_the_whole() {
        let of = |is_whole| {
            Coverage::of(&read(&[1]), Some(&census(&[1, 2])), &[named(1)], is_whole).percent
        };
        assert_eq!((of(false), of(true)), (50, 100));
    }

    #[test]
    fn only_all_of_them_are_a_hundred_percent() {
        let many: Vec<NamedSubscription> = (0..1000).map(named).collect();
        let all: Vec<u128> = (0..999).collect();
        assert_eq!(Coverage::of(&read(&all), None, &many, true).percent, 99);
        assert_eq!(Coverage::of(&read(&[]), None, &[], true).percent, 100);
        assert_eq!(Coverage::of(&read(&[7]), None, &[], false).percent, 100);
    }

    #[test]
    fn a_share_of_costs_needs_one_currency_and_costs() {
        let cost = |currency: &str, amount| (currency.to_owned(), amount);
        let share = |read: &[_], unread: &[_]| CostShare::of(read, unread).map(|one| one.percent);
        let read = [cost("EUR", 30.0), cost("EUR", 34.99)];
        assert_eq!(share(&read, &[cost("EUR", 35.01)]), Some(64));
        assert_eq!(share(&read, &[]), Some(100));
        assert_eq!(share(&read, &[cost("EUR", 0.01)]), Some(99));
        assert_eq!(share(&read, &[cost("USD", 1.0)]), None);
        assert_eq!(share(&[], &[cost("EUR", 1.0)]), None);
        assert_eq!(share(&[cost("EUR", 0.0)], &[]), None);
        assert_eq!(share(&[cost("EUR", 1.0)], &[cost("EUR", -1.0)]), None);
    }

    #[test]
    fn what_it_cannot_read_any_more_is_not_read() {
        let coverage = Coverage::of(&read(&[1, 2]), None, &[], false).without(vec![named(2)]);
        assert_eq!(
            (coverage.known, coverage.read, coverage.percent),
            (2, 1, 50)
        );
    }

    #[test]
    fn a_management_group_without_subscriptions_of_its_own_reads_none_by_itself() {
        assert_eq!(
            Coverage::of(&read(&[]), Some(&census(&[1])), &[], false).percent,
            0
        );
    }
}
