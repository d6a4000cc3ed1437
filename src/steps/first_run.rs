//! The first run of an export: without it the first file comes a day later.
//!
//! Azure only queues a run and gives it no id that we could choose, so the run history is looked at before one is asked for, and after an
//! answer that did not come.

use std::time::Duration;

use async_trait::async_trait;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::export::{self, who_may_export};
use super::step::{Making, Outcome, Permission, Receipts, Step, made, needed};
use super::wait::{Pauses, until_passed};
use crate::azure::exports::{ExportRun, RunState};
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, ExportSpec, Receipt, ResourceKind};
use crate::text::shell_word;

/// The action that it needs.
const RUN: &str = "Microsoft.CostManagement/exports/run/action";
/// How long a run that may have been queued is looked for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Has an export run once, unless it has run.
#[derive(Debug)]
pub struct FirstRunStep {
    /// Which export.
    pub export: ExportSpec,
}

#[async_trait]
impl Step for FirstRunStep {
    fn id(&self) -> String {
        format!("first-run:{}", self.export.id())
    }

    fn title(&self) -> String {
        format!("First run of \"{}\"", self.export.name)
    }

    fn explain(&self) -> Vec<String> {
        vec![
            "Has the export run once now; by itself it would run tomorrow. The first file comes within half an hour, as Azure gets to it.".to_owned(),
        ]
    }

    fn after(&self) -> Vec<String> {
        vec![export::id(&self.export)]
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::Act(self.export.at.scope.clone(), RUN)]
    }

    fn is_taken_back(&self) -> bool {
        false
    }

    /// A run that was asked for has no id of ours, so that it was asked for is noted.
    fn marker(&self, making: &Making<'_>) -> Option<String> {
        Some(format!("asked for at {}", making.now))
    }

    /// An interrupted run of azconnect may have asked for one that Azure lists a moment later.
    async fn clean_up(&self, azure: &Azure, receipts: &Receipts, _: &str) -> Result<bool> {
        let name = self.name(receipts)?;
        self.until_listed(azure, &name, &[]).await?;
        Ok(false)
    }

    fn declared(&self) -> Declared {
        Declared::ExportRun {
            scope: self.export.at.scope.clone(),
            export: self.export.name.clone(),
        }
    }

    fn by_hand(&self, receipts: &Receipts, place: &Place<'_>) -> ByHand {
        let name = self
            .name(receipts)
            .unwrap_or_else(|_| self.export.name.clone());
        let id = crate::connection::export::export_id(&self.export.at.scope, &name);
        let url = format!("{}{id}/run?api-version=2025-03-01", place.arm);
        ByHand {
            what: self.title(),
            who: who_may_export(&self.export.at.scope).to_owned(),
            commands: vec![format!("az rest --method post --url {}", shell_word(&url))],
            portal: Some(format!(
                "{}/#view/Microsoft_Azure_CostManagement/Menu/~/exports",
                place.portal
            )),
        }
    }

    /// A run that is under way, done or had nothing to do counts; one that failed does not.
    async fn find(&self, azure: &Azure, receipts: &Receipts) -> Result<Option<Receipt>> {
        let name = self.name(receipts)?;
        let runs = azure.export_runs(&self.export.at.scope, &name).await?;
        let run = runs.iter().find(|run| run.state() != RunState::Failed);
        Ok(run.map(|run| {
            let mut receipt = self.receipt(&name, Some(run), jiff::Timestamp::UNIX_EPOCH);
            receipt.change = Change::Reuse;
            receipt
        }))
    }

    async fn apply(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Outcome> {
        let name = self.name(receipts)?;
        let scope = &self.export.at.scope;
        let before = azure.export_runs(scope, &name).await?;
        if let Some(run) = before.iter().find(|run| run.state() != RunState::Failed) {
            let mut receipt = self.receipt(&name, Some(run), making.now);
            receipt.change = Change::Reuse;
            return Ok(Outcome {
                receipt,
                secret: None,
            });
        }
        let waiting = "Cost Management to take another run (it is busy)";
        let ask = || azure.run_export(scope, &name, None);
        let answer = until_passed(making, waiting, was_not_queued, ask).await;
        let run = match answer {
            Ok(()) => self.until_listed(azure, &name, &before).await?,
            // Whether it was queued is unknown: only the history can tell.
            Err(error @ (AzureError::Network(_) | AzureError::Unreadable { .. })) => {
                let run = self.until_listed(azure, &name, &before).await?;
                Some(run.ok_or(error)?)
            }
            Err(error) => return Err(error),
        };
        Ok(Outcome {
            receipt: self.receipt(&name, run.as_ref(), making.now),
            secret: None,
        })
    }
}

impl FirstRunStep {
    /// The name of the export that was made or found.
    fn name(&self, receipts: &Receipts) -> Result<String> {
        needed(receipts, &export::id(&self.export), "export_name")
    }

    /// Waits a little for a run that was not there before.
    async fn until_listed(
        &self,
        azure: &Azure,
        name: &str,
        before: &[ExportRun],
    ) -> Result<Option<ExportRun>> {
        let mut pauses = Pauses::new(PATIENCE);
        loop {
            let runs = azure.export_runs(&self.export.at.scope, name).await?;
            let is_new = |run: &ExportRun| before.iter().all(|known| known.id != run.id);
            if let Some(run) = runs.into_iter().find(is_new) {
                return Ok(Some(run));
            }
            if !pauses.pause().await {
                return Ok(None);
            }
        }
    }

    fn receipt(&self, name: &str, run: Option<&ExportRun>, at: jiff::Timestamp) -> Receipt {
        let export = crate::connection::export::export_id(&self.export.at.scope, name);
        let id = run
            .map(|run| crate::text::printable(&run.id))
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| format!("{export}/run"));
        made(self, ResourceKind::ExportRun, id, at)
    }
}

/// A refused run was not queued: it may be asked for again once the service has room.
fn was_not_queued(error: &AzureError) -> bool {
    matches!(error.status(), Some(429 | 503))
}
