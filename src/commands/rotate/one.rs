//! The rotation of one connection. At every moment the credential that this machine keeps works, and whatever is killed can be run again:
//!
//! ```text
//! marker on disk ─ add ─ prove ─ keep ─ noted as kept ─ record ─ hand over ─ remove old ones ─ remove leftovers of attempts ─ over
//! ```
//!
//! What an interrupted attempt left is removed last and not first, because it may be what this machine keeps.

use std::path::Path;

use super::credential::{days_of, receipts, step};
use super::old::{self, Old};
use crate::azure::{Azure, AzureError};
use crate::checks::{self, Finding, Status};
use crate::commands::app::App;
use crate::commands::{handover, journals, prove};
use crate::connection::{ConnectionRecord, Receipt, hand_over};
use crate::error::{Error, Kind, Result};
use crate::plan::rotation::{self, Rotation};
use crate::secret::Secret;
use crate::steps::wait::PATIENCE;
use crate::steps::{self, Making, Receipts, Step};
use crate::store::{Entry, SecretStore};
use crate::ui::{Event, Progress};
use crate::vendors::{self, Vendor};

/// What is wished for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wish<'a> {
    /// How many days the new secret is to live.
    pub(super) days: Option<u16>,
    /// How many days the old ones are left.
    pub(super) keep_old: Option<u16>,
    /// The file that the vendor's values are written to.
    pub(super) handover_to: Option<&'a Path>,
}

/// How it ended.
pub(super) struct Rotated {
    /// The connection as it is now.
    pub(super) record: ConnectionRecord,
    /// The vendor.
    pub(super) vendor: &'static Vendor,
    /// The new secret; none where it is kept nowhere and was handed over by an earlier run.
    pub(super) secret: Option<Secret>,
    /// The new secret's receipt.
    pub(super) new: Receipt,
    /// The proof.
    pub(super) findings: Vec<Finding>,
    /// What became of the older ones.
    pub(super) old: Vec<Old>,
    /// The journal, where the rotation is over only once the secret was shown.
    pub(super) open: Option<Rotation>,
}

/// What every part of it needs.
struct Job<'a> {
    app: &'a App,
    azure: &'a Azure,
    vendor: &'static Vendor,
    store: std::sync::Arc<dyn SecretStore>,
    step: Box<dyn Step>,
    receipts: Receipts,
}

/// Rotates a connection whose lock is held, or goes on with its interrupted rotation.
///
/// # Errors
/// `Storage` where the secret can't be kept, `Failed` where Entra ID doesn't accept it (it is removed then); whatever Azure answers.
pub(super) async fn rotate(
    app: &App,
    azure: &Azure,
    mut record: ConnectionRecord,
    wish: &Wish<'_>,
) -> Result<Rotated> {
    let mut journal = open(app, &record)?;
    journal.wish(wish.days, wish.keep_old, days_of(&record));
    let job = job(app, azure, &record, journal.written().days).await?;
    let earlier = match journal.written().kept.clone() {
        Some(kept) => job.look_again(&record, kept).await?,
        None => None,
    };
    let Proven {
        new,
        secret,
        findings,
    } = match earlier {
        Some(proven) => proven,
        None => {
            let added = job.add(&record, &mut journal).await?;
            job.keep(&record, &mut journal, added, wish).await?
        }
    };
    // Where a later run has entered something else since, that holds.
    if !record.receipts.iter().any(|known| known.id == new.id) {
        rotation::renew(
            &mut record,
            &new,
            journal.written().keep_old,
            app.host.now(),
        );
        app.connections.save(&record)?;
    }
    let is_kept = record.credential.stored_in != "none";
    if let (Some(file), Some(secret), true) = (wish.handover_to, &secret, is_kept) {
        handover::write_again(file, &hand_over(job.vendor, &record, Some(secret)))?;
    }
    let mut rotated = Rotated {
        vendor: job.vendor,
        secret,
        new,
        findings,
        old: Vec::new(),
        open: None,
        record,
    };
    if !is_kept && journal.written().kept.is_none() {
        // It is shown at the very end, and until then only the old one is of use to anybody.
        old::remove_unseen(azure, &rotated.record, &journal.written().markers).await?;
        rotated.old = old::retired(&rotated.record);
        rotated.open = Some(journal);
        return Ok(rotated);
    }
    let due = rotation::due(&rotated.record, app.host.now());
    rotated.old = old::remove(app, azure, &mut rotated.record, due).await?;
    rotated
        .old
        .extend(old::left(&rotated.record, app.host.now()));
    if rotated.old.iter().all(|old| old.error().is_none()) {
        job.sweep(&rotated.record, &journal, &rotated.new).await?;
        journal.close()?;
    }
    Ok(rotated)
}

/// The journal of the interrupted rotation, or a new one. One of another app is of no use: what it added went with that app.
fn open(app: &App, record: &ConnectionRecord) -> Result<Rotation> {
    let file = app.connections.rotation_file(&record.name)?;
    let found = journals::rotation(&app.connections, &record.name)?
        .filter(|journal| journal.written().client_id == record.client_id);
    Ok(found
        .unwrap_or_else(|| Rotation::new(file, journals::save, record.client_id, app.host.now())))
}

async fn job<'a>(
    app: &'a App,
    azure: &'a Azure,
    record: &ConnectionRecord,
    days: u16,
) -> Result<Job<'a>> {
    let vendor = vendors::find(&record.vendor)
        .ok_or_else(|| Error::bug(format!("the vendor `{}` is unknown", record.vendor)))?;
    let store = app.store(&record.credential.stored_in)?;
    store.probe().await?;
    let application = azure
        .application_by_client_id(record.client_id)
        .await?
        .ok_or_else(|| application_gone(app, record))?;
    let described = store.describe();
    let kept_in = (store.kind() != "none").then_some(described.as_str());
    Ok(Job {
        app,
        azure,
        vendor,
        step: step(record, days, kept_in, None),
        store,
        receipts: receipts(record, application.id),
    })
}

/// A secret that is accepted, and safe.
struct Proven {
    new: Receipt,
    secret: Option<Secret>,
    findings: Vec<Finding>,
}

/// A secret that was just added.
struct Added {
    receipt: Receipt,
    secret: Secret,
}

impl Job<'_> {
    /// Adds the secret. Where Azure said no, nothing was added, and the rotation that was begun is over.
    async fn add(&self, record: &ConnectionRecord, journal: &mut Rotation) -> Result<Added> {
        let id = format!("rotate:{}", record.name);
        let title = self.step.title();
        let tell = |status, detail: &str| self.app.ui.tell(step_event(&id, &title, status, detail));
        tell(Progress::Running, "");
        let nonce = self.app.host.new_guid().simple().to_string()[..6].to_owned();
        let narrate = |what: String| tell(Progress::Waiting, &what);
        let mut making = Making::new(self.app.host.now(), nonce, narrate);
        making.marker = self.step.marker(&making);
        journal.begin(making.marker.clone().unwrap_or_default())?;
        let outcome = match self.step.apply(self.azure, &self.receipts, &making).await {
            Ok(outcome) => outcome,
            Err(error) => {
                let error = self.not_added(journal, error)?;
                tell(Progress::Failed, error.code());
                return Err(error);
            }
        };
        tell(Progress::Done, "");
        Ok(Added {
            receipt: outcome.receipt,
            secret: outcome
                .secret
                .ok_or_else(|| Error::bug("a secret was made without its value"))?,
        })
    }

    /// A clear refusal left nothing behind. Anything else may have, and its marker stays on disk.
    fn not_added(&self, journal: &mut Rotation, error: AzureError) -> Result<Error> {
        let is_refusal = error
            .status()
            .is_some_and(|status| (400..500).contains(&status) && status != 408);
        if is_refusal {
            journal.take_back()?;
        }
        Ok(Error::from(error))
    }

    /// Proves the secret and keeps it. One that isn't accepted is removed.
    async fn keep(
        &self,
        record: &ConnectionRecord,
        journal: &mut Rotation,
        added: Added,
        wish: &Wish<'_>,
    ) -> Result<Proven> {
        let Added { receipt, secret } = added;
        let proof = prove::of_new_secret(self.app, self.vendor, record, &secret, PATIENCE).await;
        let findings = match proof.and_then(accepted) {
            Ok(findings) => findings,
            Err(error) => return Err(self.take_back(journal, &receipt, error).await),
        };
        let entry = Entry {
            connection: record.name.to_string(),
            tenant_id: record.tenant_id.to_string(),
            client_id: record.client_id.to_string(),
            secret: secret.clone(),
            expires_at: receipt.fact("expires_at"),
        };
        if let Err(error) = self.store.set(&entry).await {
            // It may have arrived all the same: then it is what this machine keeps, and stays until another one is kept.
            return Err(Error::from(error).hint(format!(
                "Then go on, and what this run added is removed: {}",
                self.app.typed(format!("rotate {}", record.name))
            )));
        }
        if record.credential.stored_in != "none" {
            journal.keep(receipt.clone())?;
        } else if let Some(file) = wish.handover_to {
            // Kept nowhere, it is safe once it is in that file.
            let mut renewed = record.clone();
            rotation::renew(&mut renewed, &receipt, 0, self.app.host.now());
            handover::write_again(file, &hand_over(self.vendor, &renewed, Some(&secret)))?;
            journal.keep(receipt.clone())?;
        }
        Ok(Proven {
            new: receipt,
            secret: Some(secret),
            findings,
        })
    }

    /// The secret that an interrupted rotation kept, if it is still there and accepted; if not, another one is needed.
    async fn look_again(&self, record: &ConnectionRecord, kept: Receipt) -> Result<Option<Proven>> {
        let secret = self.store.get(record.name.as_str()).await?;
        let findings = match &secret {
            None if record.credential.stored_in != "none" => return Ok(None),
            None => Vec::new(),
            Some(secret) => {
                let age = self.app.host.now().duration_since(kept.at).unsigned_abs();
                let patience = PATIENCE.saturating_sub(age);
                prove::of_new_secret(self.app, self.vendor, record, secret, patience).await?
            }
        };
        Ok(accepted(findings).ok().map(|findings| Proven {
            new: kept,
            secret,
            findings,
        }))
    }

    /// A secret that isn't accepted is of no use to anybody: it is removed at once, and the old one stays in use.
    async fn take_back(&self, journal: &mut Rotation, receipt: &Receipt, error: Error) -> Error {
        match steps::revert(self.azure, receipt).await {
            Ok(_) => match journal.take_back() {
                Ok(()) => error,
                Err(left) => error.hint(left.message().to_owned()),
            },
            Err(left) => error.hint(format!("The new credential {} could not be removed ({left}); the next rotation removes it.", receipt.id)),
        }
    }

    /// Removes what interrupted attempts left.
    async fn sweep(
        &self,
        record: &ConnectionRecord,
        journal: &Rotation,
        new: &Receipt,
    ) -> Result<()> {
        let step = step(record, 0, None, new.id.parse().ok());
        for marker in journal.abandoned() {
            step.clean_up(self.azure, &self.receipts, marker).await?;
        }
        Ok(())
    }
}

/// The findings, where the app could sign in with the new secret. What else failed would fail with the old one too.
fn accepted(findings: Vec<Finding>) -> Result<Vec<Finding>> {
    let refused = findings
        .iter()
        .find(|finding| finding.id == checks::token::ID && finding.status == Status::Fail);
    let Some(refused) = refused else {
        return Ok(findings);
    };
    let code = refused
        .code
        .clone()
        .unwrap_or_else(|| "new_secret".to_owned());
    Err(Error::new(
        Kind::Failed,
        code,
        format!("Entra ID doesn't accept the new secret: {}", refused.what),
    )
    .why("The old secret is still the one in use; nothing else was changed.")
    .correlation(refused.correlation_id.clone())
    .may_retry(refused.may_pass)
    .hint("Entra ID's replicas need up to some minutes: `azconnect rotate` for the connection once more then."))
}

pub(super) fn step_event(id: &str, title: &str, status: Progress, detail: &str) -> Event {
    Event::Step {
        id: id.to_owned(),
        title: title.to_owned(),
        change: "create".to_owned(),
        status,
        detail: detail.to_owned(),
    }
}

fn application_gone(app: &App, record: &ConnectionRecord) -> Error {
    Error::new(
        Kind::Failed,
        "application_gone",
        format!(
            "The app registration {} of `{}` is not in the directory.",
            record.client_id, record.name
        ),
    )
    .why("Somebody deleted it; Entra ID keeps it restorable for 30 days, under App registrations > Deleted applications.")
    .hint(format!(
        "Restore it there and try again, or connect anew: {}",
        app.typed(format!("init {} --connection {}", record.vendor, record.name))
    ))
}
