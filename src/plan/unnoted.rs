//! What an interrupted run may have made without noting so: looked for by what its intents say, and taken away.
//!
//! `azconnect remove` calls it before it takes back what the receipts name. A run that goes on makes sure of the same things again and
//! needs it only for what it no longer wants.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Plan;
use super::journal::Journal;
use super::undo::{Undo, undo_one};
use crate::azure::Azure;
use crate::connection::Receipt;
use crate::error::Result;
use crate::steps::wait::Pauses;
use crate::steps::{Reverted, Step};

/// How long Azure is asked for a thing that the interrupted run was about to make, since replicas learn of it late. Not as long as
/// for a thing that is known to be there: most often it was never made.
const PATIENCE: Duration = Duration::from_secs(8);

/// What became of the intents without an outcome.
#[derive(Debug, Default)]
pub struct Unnoted {
    /// The titles of those whose things Azure does not show: they were not made, or not yet everywhere.
    pub unseen: Vec<String>,
    /// What was made, and stays.
    pub kept: Vec<Receipt>,
}

/// What one look led to.
struct Seen {
    /// The steps with which nothing is left to do.
    gone: BTreeSet<String>,
    /// Those of their things that stay.
    kept: Vec<Receipt>,
}

impl Plan {
    /// Removes what the journal has an intent for and no outcome, and the secrets of every attempt that `known` does not name.
    ///
    /// # Errors
    /// Whatever Azure answers; the journal then still has the intent.
    pub async fn remove_unnoted(
        &self,
        azure: &Azure,
        journal: &Journal,
        (known, with_data): (&[Receipt], bool),
        waiting: impl Fn(&str),
    ) -> Result<Unnoted> {
        let open = |step: &&dyn Step| {
            step.is_taken_back()
                && journal.has_begun(&step.id())
                && journal.receipt(&step.id()).is_none()
        };
        let mut kept = Vec::new();
        let mut open: Vec<&dyn Step> = self.steps().filter(open).collect();
        let mut pauses = Pauses::new(PATIENCE);
        loop {
            let undo = self
                .remove_seen(azure, journal, (known, with_data), &open)
                .await?;
            open.retain(|step| !undo.gone.contains(&step.id()));
            kept.extend(undo.kept);
            let Some(first) = open.first() else {
                return Ok(Unnoted {
                    kept,
                    ..Unnoted::default()
                });
            };
            waiting(&first.title());
            if !pauses.pause().await {
                let unseen = open.iter().map(|step| step.title()).collect();
                return Ok(Unnoted { unseen, kept });
            }
        }
    }

    /// Notes what this plan's interrupted run began, `next` does not lead to, and Azure shows: it is then known, and taken back
    /// with all else.
    ///
    /// # Errors
    /// Whatever Azure answers, or where the journal can't be written.
    pub async fn note_dropped(
        &self,
        azure: &Azure,
        journal: &mut Journal,
        next: &Plan,
    ) -> Result<()> {
        let goes_on: BTreeSet<String> = next.steps().map(Step::id).collect();
        let dropped: Vec<String> = self
            .steps()
            .map(Step::id)
            .filter(|id| journal.has_begun(id) && journal.receipt(id).is_none())
            .filter(|id| !goes_on.contains(id))
            .collect();
        if dropped.is_empty() {
            return Ok(());
        }
        let mut survey = self
            .survey(azure, Some(journal), &[], journal.written().started_at)
            .await?;
        for id in dropped {
            if let Some(receipt) = survey.found.remove(&id) {
                journal.finish(&id, receipt)?;
            }
        }
        Ok(())
    }

    /// Removes what Azure shows of it now.
    async fn remove_seen(
        &self,
        azure: &Azure,
        journal: &Journal,
        (known, with_data): (&[Receipt], bool),
        open: &[&dyn Step],
    ) -> Result<Seen> {
        let survey = self
            .survey(azure, Some(journal), known, journal.written().started_at)
            .await?;
        let mut gone = BTreeSet::new();
        for step in self.steps().filter(|step| step.is_taken_back()) {
            let can_look = step.after().iter().all(|id| survey.found.contains_key(id));
            // The last marker is that of the secret in the receipt, where there is one.
            let noted = usize::from(journal.receipt(&step.id()).is_some());
            let markers = journal.markers(&step.id()).iter().rev().skip(noted);
            for marker in markers.filter(|_| can_look) {
                if step.clean_up(azure, &survey.found, marker).await? {
                    gone.insert(step.id());
                }
            }
        }
        let unnoted: Vec<Receipt> = open
            .iter()
            .filter_map(|step| survey.found.get(&step.id()).cloned())
            .collect();
        let undo = Undo::of(&unnoted, with_data);
        let mut kept = undo.kept;
        for receipt in undo.ours {
            if let Reverted::Kept(_) = undo_one(azure, &receipt).await.outcome? {
                kept.push(receipt.clone());
            }
            gone.insert(receipt.step);
        }
        // Somebody else's, made meanwhile: nothing of ours is missing any more.
        gone.extend(undo.theirs.into_iter().map(|receipt| receipt.step));
        gone.extend(kept.iter().map(|receipt| receipt.step.clone()));
        Ok(Seen { gone, kept })
    }
}
