//! What of the plan is there already. Reads only; its result is the plan that people see.

use std::collections::BTreeSet;

use futures::future::{join_all, try_join_all};
use jiff::Timestamp;

use crate::azure::Azure;
use crate::connection::{Change, Receipt};
use crate::error::Result;
use crate::steps::marks::FOREIGN;
use crate::steps::{Permission, Receipts, Step};

use super::Plan;
use super::execute::Ended;
use super::journal::Journal;

/// One row of the plan.
#[derive(Debug, Clone)]
pub struct Row {
    /// The step's id.
    pub id: String,
    /// What it changes.
    pub title: String,
    /// The same in sentences.
    pub explain: Vec<String>,
    /// Whether the thing is made or found.
    pub change: Change,
    /// What the person must be allowed to do; empty where nothing is changed.
    pub needs: Vec<Permission>,
}

/// The plan held against what there is.
#[derive(Debug)]
pub struct Survey {
    /// One row a step, in order.
    pub rows: Vec<Row>,
    /// What was found, by step id.
    pub found: Receipts,
    /// What the person should know before they agree, in sentences: costs that would be counted twice, a firewall.
    pub warnings: Vec<String>,
}

impl Survey {
    /// Whether nothing has to be made.
    pub fn is_complete(&self) -> bool {
        self.rows.iter().all(|row| row.change == Change::Reuse)
    }
}

impl Plan {
    /// Looks for each step's thing; where something that a step stands on is missing, the step's own thing is missing too.
    ///
    /// `ours` are the receipts of earlier runs: what they made stays ours when it is found again.
    ///
    /// # Errors
    /// Whatever Azure answers.
    pub async fn survey(
        &self,
        azure: &Azure,
        journal: Option<&Journal>,
        ours: &[Receipt],
        now: Timestamp,
    ) -> Result<Survey> {
        let mut found = Receipts::new();
        let mut left: Vec<&dyn Step> = self.steps().collect();
        loop {
            let (ready, rest): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|step| step.after().iter().all(|needed| found.contains_key(needed)));
            if ready.is_empty() {
                break;
            }
            // What stands on the same things is looked for at once.
            let looked = ready.iter().map(|step| step.find(azure, &found));
            for (step, receipt) in ready.iter().zip(try_join_all(looked).await?) {
                if let Some(receipt) = receipt {
                    found.insert(step.id(), claimed(receipt, journal, ours, now));
                }
            }
            left = rest;
        }
        let rows = self.steps().map(|step| {
            let change = if found.contains_key(&step.id()) {
                Change::Reuse
            } else {
                Change::Create
            };
            let needs = if change == Change::Create {
                step.needs()
            } else {
                Vec::new()
            };
            Row {
                id: step.id(),
                title: step.title(),
                explain: step.explain(),
                change,
                needs,
            }
        });
        Ok(Survey {
            rows: rows.collect(),
            found,
            warnings: Vec::new(),
        })
    }

    /// Looks for what the person should know before they agree, all at once. What can't be looked at is no warning.
    pub async fn warnings(&self, azure: &Azure) -> Vec<String> {
        let looked = self.steps().map(|step| step.warnings(azure));
        let mut all: Vec<String> = join_all(looked).await.concat();
        let mut said = BTreeSet::new();
        all.retain(|warning| said.insert(warning.clone()));
        all
    }
}

/// How each step ended where there was nothing to do, telling each.
pub fn as_ended(survey: &Survey, tell: impl Fn(&Ended)) -> Vec<Ended> {
    let ended = survey.rows.iter().map(|row| {
        let receipt = survey.found.get(&row.id).cloned();
        let end = Ended {
            id: row.id.clone(),
            title: row.title.clone(),
            status: "found",
            receipt,
            error: None,
        };
        tell(&end);
        end
    });
    ended.collect()
}

/// A found thing is ours if an earlier run's receipt says that we made it, or if our journal holds the intent to make it. One that no
/// receipt knows counts from now on. One that bears no mark of ours where ours would is somebody else's, whatever we intended.
pub fn claimed(
    found: Receipt,
    journal: Option<&Journal>,
    ours: &[Receipt],
    now: Timestamp,
) -> Receipt {
    let known = journal
        .and_then(|journal| journal.receipt(&found.step))
        .into_iter()
        .chain(ours)
        .find(|known| known.step == found.step && known.id == found.id);
    if let Some(known) = known {
        return Receipt {
            change: known.change,
            at: known.at,
            ..found
        };
    }
    let intended = !found.facts.contains_key(FOREIGN)
        && journal.is_some_and(|journal| {
            journal.has_begun(&found.step) && journal.receipt(&found.step).is_none()
        });
    Receipt {
        change: if intended {
            Change::Create
        } else {
            found.change
        },
        at: now,
        ..found
    }
}
