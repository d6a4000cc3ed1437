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
use crate::steps::Step;
use crate::steps::wait::Pauses;

/// How long Azure is asked for a thing that the interrupted run was about to make, since replicas learn of it late. Not as long as
/// for a thing that is known to be there: most often it was never made.
const PATIENCE: Duration = Duration::from_secs(8);

impl Plan {
    /// Removes what the journal has an intent for and no outcome, and the secrets of every attempt that `known` does not name.
    ///
    /// Returns the titles of the intents whose things Azure does not show: they were not made, or not yet everywhere.
    ///
    /// # Errors
    /// Whatever Azure answers; the journal then still has the intent.
    pub async fn remove_unnoted(
        &self,
        azure: &Azure,
        journal: &Journal,
        known: &[Receipt],
        waiting: impl Fn(&str),
    ) -> Result<Vec<String>> {
        let open = |step: &&dyn Step| {
            journal.has_begun(&step.id()) && journal.receipt(&step.id()).is_none()
        };
        let mut open: Vec<&dyn Step> = self.steps().filter(open).collect();
        let mut pauses = Pauses::new(PATIENCE);
        loop {
            let gone = self.remove_seen(azure, journal, known, &open).await?;
            open.retain(|step| !gone.contains(&step.id()));
            let Some(first) = open.first() else {
                return Ok(Vec::new());
            };
            waiting(&first.title());
            if !pauses.pause().await {
                return Ok(open.iter().map(|step| step.title()).collect());
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
        let mut survey = self.survey(azure, Some(journal), &[]).await?;
        for id in dropped {
            if let Some(receipt) = survey.found.remove(&id) {
                journal.finish(&id, receipt)?;
            }
        }
        Ok(())
    }

    /// Removes what Azure shows of it now, and says for which steps that was.
    async fn remove_seen(
        &self,
        azure: &Azure,
        journal: &Journal,
        known: &[Receipt],
        open: &[&dyn Step],
    ) -> Result<BTreeSet<String>> {
        let survey = self.survey(azure, Some(journal), known).await?;
        let mut gone = BTreeSet::new();
        for step in self.steps() {
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
        for receipt in Undo::of(&unnoted).ours {
            undo_one(azure, &receipt).await.outcome?;
            gone.insert(receipt.step);
        }
        Ok(gone)
    }
}
