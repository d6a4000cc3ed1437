//! Runs what is ready, several steps at once. Intent before, outcome after, in the journal; steps never see it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;

use crate::azure::Azure;
use crate::azure::ids::ClientId;
use crate::connection::{Change, Receipt};
use crate::error::{Error, Kind, Result};
use crate::host::Host;
use crate::secret::Secret;
use crate::steps::{Making, Receipts, Step, application};

use super::Plan;
use super::journal::Journal;
use super::survey::Survey;

/// What a run has at hand.
pub struct Execution<'a> {
    /// The administrator's access.
    pub azure: &'a Azure,
    /// Clock and randomness.
    pub host: &'a Host,
    /// Told of everything that happens.
    pub tell: &'a (dyn Fn(Progressed<'_>) + Sync),
    /// Keeps a secret that was just made, and when it ends; it must be safe when this returns.
    pub keep: &'a Keep<'a>,
}

/// Keeps a secret of an application, which ends at that time where it is known.
pub type Keep<'a> =
    dyn Fn(ClientId, Secret, Option<Timestamp>) -> BoxFuture<'a, Result<()>> + Sync + 'a;

/// Something that happened to a step.
#[derive(Debug)]
pub struct Progressed<'a> {
    /// The step's id.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// What happened.
    pub what: What<'a>,
}

/// What can happen to a step.
#[derive(Debug)]
pub enum What<'a> {
    /// It begins.
    Started,
    /// It waits for this.
    WaitingFor(&'a str),
    /// It is done.
    Done(&'a Receipt),
    /// Its thing was there.
    Found(&'a Receipt),
    /// It needs something that is missing.
    Skipped,
    /// It failed.
    Failed(&'a Error),
}

/// How a step ended.
#[derive(Debug)]
pub struct Ended {
    /// The step's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// `done`, `found`, `skipped`, `manual` or `failed`, as in the JSON document.
    pub status: &'static str,
    /// What it left.
    pub receipt: Option<Receipt>,
    /// Why it failed.
    pub error: Option<Error>,
}

impl Plan {
    /// Carries the plan out as far as it goes. A step that fails takes with it only those that stand on it.
    ///
    /// Returns how each step ended, in the plan's order.
    pub async fn execute(
        &self,
        execution: &Execution<'_>,
        journal: &mut Journal,
        survey: &Survey,
    ) -> Vec<Ended> {
        let run = Run {
            execution,
            journal: Mutex::new(journal),
        };
        let mut receipts = Receipts::new();
        let mut ended: Vec<Ended> = Vec::new();
        let mut waiting: Vec<&dyn Step> = self.steps().collect();
        let mut running = FuturesUnordered::new();
        loop {
            let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|step| {
                step.after()
                    .iter()
                    .all(|needed| receipts.contains_key(needed))
            });
            waiting = rest;
            for step in ready {
                let found = survey.found.get(&step.id()).cloned();
                running.push(run.one(step, found, receipts.clone()));
            }
            let Some(end) = running.next().await else {
                break;
            };
            if let Some(receipt) = &end.receipt {
                receipts.insert(end.id.clone(), receipt.clone());
            }
            ended.push(end);
        }
        ended.extend(waiting.into_iter().map(|step| run.skipped(step)));
        self.in_order(ended)
    }

    fn in_order(&self, mut ended: Vec<Ended>) -> Vec<Ended> {
        let order: Vec<String> = self.steps().map(Step::id).collect();
        ended.sort_by_key(|end| order.iter().position(|id| *id == end.id));
        ended
    }

    /// Looks once more for secrets that interrupted attempts left: Entra ID may have shown them only now.
    ///
    /// # Errors
    /// Whatever Azure answers; what is left is named in the journal still.
    pub async fn sweep(
        &self,
        azure: &Azure,
        journal: &Journal,
        receipts: &[Receipt],
    ) -> Result<()> {
        let by_step: Receipts = receipts
            .iter()
            .map(|receipt| (receipt.step.clone(), receipt.clone()))
            .collect();
        for step in self.steps() {
            let markers = journal.markers(&step.id());
            let earlier: BTreeSet<&String> = markers.iter().rev().skip(1).collect();
            for marker in earlier {
                step.clean_up(azure, &by_step, marker).await?;
            }
        }
        Ok(())
    }
}

struct Run<'r, 'a, 'j> {
    execution: &'r Execution<'a>,
    journal: Mutex<&'j mut Journal>,
}

impl Run<'_, '_, '_> {
    async fn one(&self, step: &dyn Step, found: Option<Receipt>, receipts: Receipts) -> Ended {
        let (id, title) = (step.id(), step.title());
        let tell = |what: What<'_>| {
            (self.execution.tell)(Progressed {
                id: &id,
                title: &title,
                what,
            })
        };
        if let Some(receipt) = found {
            return match self.with_journal(|journal| journal.finish(&id, receipt.clone())) {
                Ok(()) => {
                    tell(What::Found(&receipt));
                    Ended {
                        id,
                        title,
                        status: "found",
                        receipt: Some(receipt),
                        error: None,
                    }
                }
                Err(error) => failed(id, title, error),
            };
        }
        tell(What::Started);
        let narrate = |what: String| tell(What::WaitingFor(&what));
        match self.make(step, &receipts, narrate).await {
            Ok(receipt) => {
                tell(What::Done(&receipt));
                let status = if receipt.change == Change::Reuse {
                    "found"
                } else {
                    "done"
                };
                Ended {
                    id,
                    title,
                    status,
                    receipt: Some(receipt),
                    error: None,
                }
            }
            Err(error) => {
                tell(What::Failed(&error));
                failed(id, title, error)
            }
        }
    }

    async fn make(
        &self,
        step: &dyn Step,
        receipts: &Receipts,
        narrate: impl FnMut(String) + Send,
    ) -> Result<Receipt> {
        let Execution {
            azure, host, keep, ..
        } = self.execution;
        let id = step.id();
        let earlier = self.with_journal(|journal| Ok(journal.markers(&id).to_vec()))?;
        for marker in &earlier {
            step.clean_up(azure, receipts, marker).await?;
        }
        let nonce = host.new_guid().simple().to_string()[..6].to_owned();
        let mut making = Making::new(host.now(), nonce, narrate);
        making.marker = step.marker(&making);
        let marker = making.marker.clone();
        self.with_journal(|journal| journal.begin(&id, marker))?;
        let outcome = step.apply(azure, receipts, &making).await?;
        if let Some(secret) = outcome.secret {
            let client_id = receipts
                .get(application::ID)
                .and_then(|receipt| receipt.fact("client_id"));
            let client_id =
                client_id.ok_or_else(|| Error::bug("a secret was made without an application"))?;
            if let Err(error) = keep(client_id, secret, outcome.receipt.fact("expires_at")).await {
                return Err(self.take_back(&outcome.receipt, error).await);
            }
        }
        self.with_journal(|journal| journal.finish(&id, outcome.receipt.clone()))?;
        Ok(outcome.receipt)
    }

    /// A secret that could not be kept is of no use to anybody: it is removed at once.
    async fn take_back(&self, receipt: &Receipt, error: Error) -> Error {
        match crate::steps::revert(self.execution.azure, receipt).await {
            Ok(_) => error,
            Err(left) => error.hint(format!("The new credential {} could not be removed either ({left}); the next run removes it.", receipt.id)),
        }
    }

    fn skipped(&self, step: &dyn Step) -> Ended {
        let (id, title) = (step.id(), step.title());
        (self.execution.tell)(Progressed {
            id: &id,
            title: &title,
            what: What::Skipped,
        });
        Ended {
            id,
            title,
            status: "skipped",
            receipt: None,
            error: None,
        }
    }

    fn with_journal<T>(&self, work: impl FnOnce(&mut Journal) -> Result<T>) -> Result<T> {
        // A poisoned lock means that another step panicked while it wrote; the journal itself is replaced whole or not at all.
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut journal)
    }
}

fn failed(id: String, title: String, error: Error) -> Ended {
    let status = if error.kind() == Kind::Forbidden {
        "manual"
    } else {
        "failed"
    };
    Ended {
        id,
        title,
        status,
        receipt: None,
        error: Some(error),
    }
}
