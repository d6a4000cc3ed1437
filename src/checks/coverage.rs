//! How much of the directory does the connection see?
//!
//! A connection that works but sees two thirds of the bill is the failure that nobody notices: the vendor's console is full of numbers.
//! An app sees only the subscriptions that it has a role on, so the others are known from two sources: the census that `init` took with
//! the rights of whoever ran it, and those of whoever checks, where they are lent.
//!
//! Which subscriptions a billing account has can't be listed: Microsoft's definitions of 2024-04-01 have no such operation for reading
//! roles on an enrollment. A connection that reads a billing account has all its costs; it isn't asked, and that is said.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use super::cost_share;
use crate::azure::AzureError;
use crate::azure::ids::SubscriptionId;
use crate::azure::subscriptions::Subscription;
use crate::connection::coverage::subscriptions_read;
use crate::connection::{ConnectionRecord, Coverage, NamedSubscription, Scope};
use crate::error::Error;

/// The check's id.
pub const ID: &str = "arm.coverage";
const TITLE: &str = "Coverage";
/// How many subscriptions are named in a sentence.
const NAMED: usize = 5;

/// Compares the subscriptions that are known to exist with those that the connection reads.
pub struct CoverageOfDirectory;

#[async_trait]
impl Check for CoverageOfDirectory {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let record = connected.record;
        let Some(mut read) = subscriptions_read(record) else {
            return vec![not_counted(record)];
        };
        for scope in &record.scopes {
            if let Scope::ManagementGroup(name) = scope {
                match connected.azure.subscriptions_below(name).await {
                    Ok(below) => read.extend(below),
                    Err(error) => return vec![failed(error)],
                }
            }
        }
        if read.is_empty() {
            return Vec::new();
        }
        match look(connected, &read).await {
            Ok((now, lost)) => {
                let mut finding = judge(connected, (&read, lost), &now);
                if let (Some(person), Some(coverage)) = (connected.person, &finding.coverage) {
                    finding.unread = cost_share::unread(person, coverage, connected).await;
                }
                vec![finding]
            }
            Err(error) => vec![failed(error)],
        }
    }
}

/// What is said of a connection that reads a billing account, or a part of one.
fn not_counted(record: &ConnectionRecord) -> Finding {
    let exported = record.exports.iter().map(|export| &export.scope);
    let is_whole = record
        .scopes
        .iter()
        .chain(exported)
        .any(|scope| matches!(scope, Scope::BillingAccount(_)));
    let (what, why) = if is_whole {
        (
            "Not counted: it reads a whole billing account, and so the costs of every subscription on its bill.",
            "Subscriptions that are billed to another account are not among them, and no reader's role shows which there are.",
        )
    } else {
        (
            "Not counted: it reads a part of a billing account, and what share of the bill that is can't be asked for with a reader's role.",
            "What is billed to the account's other profiles, sections, departments or customers doesn't reach the vendor.",
        )
    };
    Finding::new(ID, TITLE, Status::Skip, what).why(why)
}

/// The subscriptions that can be seen now, and those that the app is to read and doesn't see. What is exported reaches the vendor
/// whether or not the app sees the subscription.
async fn look(
    connected: &Connected<'_>,
    read: &BTreeSet<SubscriptionId>,
) -> Result<(Vec<NamedSubscription>, Vec<NamedSubscription>), AzureError> {
    let record = connected.record;
    let own = connected.azure.subscriptions_of(record.tenant_id).await?;
    let is_exported = |id: SubscriptionId| {
        let mut exports = record.exports.iter();
        exports.any(|export| export.scope == Scope::Subscription(id))
    };
    let lost = read
        .iter()
        .filter(|id| own.iter().all(|seen| seen.subscription_id != **id) && !is_exported(**id))
        .map(|id| named(record, *id));
    let lost = lost.collect();
    let seen = match connected.person {
        Some(person) => person.subscriptions_of(record.tenant_id).await?,
        None => own,
    };
    let now = seen
        .into_iter()
        .filter(Subscription::is_writable)
        .map(|found| NamedSubscription {
            id: found.subscription_id,
            name: crate::text::printable(&found.display_name),
        });
    Ok((now.collect(), lost))
}

/// A subscription by the name that it had when the connection was made.
fn named(record: &ConnectionRecord, id: SubscriptionId) -> NamedSubscription {
    let counted = record
        .census
        .iter()
        .flat_map(|census| &census.subscriptions);
    let known = counted.into_iter().find(|known| known.id == id);
    known.cloned().unwrap_or_else(|| NamedSubscription {
        id,
        name: id.to_string(),
    })
}

fn failed(error: AzureError) -> Finding {
    Finding::failed(ID, TITLE, &Error::from(error))
}

fn judge(
    connected: &Connected<'_>,
    (read, lost): (&BTreeSet<SubscriptionId>, Vec<NamedSubscription>),
    now: &[NamedSubscription],
) -> Finding {
    let record = connected.record;
    let is_whole = connected.person.is_some();
    let coverage = Coverage::of(read, record.census.as_ref(), now, is_whole).without(lost);
    let mut finding = told(&coverage);
    if !coverage.new.is_empty() {
        finding = finding
            .why("Nobody was asked about them: they came after it was connected, or could not be seen then. Their costs don't reach the vendor.")
            .fix(adding(record, &connected.again, &coverage.new));
    } else if !coverage.lost.is_empty() {
        finding = finding
            .why("Its role there is gone or not effective yet, or the subscription is.")
            .fix(format!("Have the role given again: {}", connected.again));
    } else if record.census.is_none() && !is_whole {
        finding.status = Status::Skip;
        finding.what = "How much of the directory it reads can't be seen by the app.".to_owned();
        finding = finding
            .why("An app sees only the subscriptions that it has a role on, and which others there were was not recorded when it was connected.")
            .fix(format!("Look with your own rights: {}", connected.look_as_person));
    }
    Finding {
        coverage: Some(coverage),
        ..finding
    }
}

/// The finding for a coverage: a warning where something is new or lost, else a statement.
pub fn told(coverage: &Coverage) -> Finding {
    if coverage.known == coverage.read {
        let what = match coverage.read {
            1 => "It reads the only subscription of the directory that is known.".to_owned(),
            all => format!("It reads all {all} subscriptions of the directory that are known."),
        };
        return Finding::new(ID, TITLE, Status::Pass, what);
    }
    let mut what = format!(
        "It reads {} of {} known subscriptions of the directory ({} %).",
        coverage.read, coverage.known, coverage.percent
    );
    if !coverage.new.is_empty() {
        what.push_str(&format!(
            " Not known when it was connected: {}.",
            names(&coverage.new)
        ));
    }
    if !coverage.left_out.is_empty() {
        what.push_str(&format!(
            " Left out when it was connected: {}.",
            names(&coverage.left_out)
        ));
    }
    if !coverage.lost.is_empty() {
        what.push_str(&format!(" Not readable now: {}.", names(&coverage.lost)));
    }
    let status = if coverage.new.is_empty() && coverage.lost.is_empty() {
        Status::Pass
    } else {
        Status::Warn
    };
    Finding::new(ID, TITLE, status, what)
}

fn names(all: &[NamedSubscription]) -> String {
    let shown: Vec<&str> = all
        .iter()
        .take(NAMED)
        .map(|subscription| subscription.name.as_str())
        .collect();
    match all.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The command that has the new ones read too: it names what is read already as well. A management group is read by itself, so what is
/// outside it needs a group further up.
fn adding(record: &ConnectionRecord, again: &str, new: &[NamedSubscription]) -> String {
    let is_group = |scope: &Scope| matches!(scope, Scope::ManagementGroup(_));
    if record.scopes.iter().any(is_group) {
        return format!(
            "Move them below the management group that it reads, or have it read one above them all: {again} --management-group NAME"
        );
    }
    let already = record.scopes.iter().filter_map(|scope| match scope {
        Scope::Subscription(id) => Some(*id),
        _ => None,
    });
    let flags: String = already
        .chain(new.iter().map(|subscription| subscription.id))
        .map(|id| format!(" --subscription {id}"))
        .collect();
    format!("Have it read them too: {again}{flags}")
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

    fn coverage(left_out: u128, new: u128) -> Coverage {
        let read = BTreeSet::from([named(0).id]);
        let census = crate::connection::Census {
            at: jiff::Timestamp::UNIX_EPOCH,
            subscriptions: (0..=left_out).map(named).collect(),
        };
        let now: Vec<NamedSubscription> = (100..100 + new).map(named).collect();
        Coverage::of(&read, Some(&census), &now, false)
    }

    #[test]
    fn what_was_left_out_is_said_and_only_what_is_new_warns() {
        for (left_out, new, status, what) in [
            (
                0,
                0,
                Status::Pass,
                "It reads the only subscription of the directory that is known.",
            ),
            (
                1,
                0,
                Status::Pass,
                "It reads 1 of 2 known subscriptions of the directory (50 %). Left out when it was connected: S1.",
            ),
            (
                0,
                1,
                Status::Warn,
                "It reads 1 of 2 known subscriptions of the directory (50 %). Not known when it was connected: S100.",
            ),
            (
                1,
                7,
                Status::Warn,
                "It reads 1 of 9 known subscriptions of the directory (11 %). Not known when it was connected: S100, S101, S102, S103, S104 and 2 more. Left out when it was connected: S1.",
            ),
        ] {
            let finding = told(&coverage(left_out, new));
            assert_eq!((finding.status, finding.what.as_str()), (status, what));
        }
    }
}
