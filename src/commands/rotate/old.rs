//! What becomes of the old secrets: removed by their key ids, or left until their day.

use jiff::Timestamp;

use super::credential::{receipts, step};
use crate::azure::Azure;
use crate::commands::app::App;
use crate::commands::journals;
use crate::connection::{ConnectionRecord, Receipt};
use crate::error::{Error, Result};
use crate::plan::{rotation, undo};
use crate::steps::Reverted;
use crate::ui::{Event, Progress};

/// An old secret, and what became of it.
pub(super) struct Old {
    /// The secret.
    pub(super) receipt: Receipt,
    /// What became of it.
    pub(super) fate: Fate,
}

/// What can become of an old secret.
pub(super) enum Fate {
    /// Removed, or gone already.
    Removed,
    /// Left until then.
    Left(Timestamp),
    /// It could not be removed.
    Failed(Error),
}

impl Old {
    /// Why it could not be removed.
    pub(super) fn error(&self) -> Option<&Error> {
        match &self.fate {
            Fate::Failed(error) => Some(error),
            Fate::Removed | Fate::Left(_) => None,
        }
    }
}

/// Removes these, and strikes each out of the record as it goes. One that can't be removed stays there, and keeps no other one.
///
/// # Errors
/// `Storage` where the record can't be written.
pub(super) async fn remove(
    app: &App,
    azure: &Azure,
    record: &mut ConnectionRecord,
    these: Vec<Receipt>,
) -> Result<Vec<Old>> {
    let mut all = Vec::new();
    for receipt in these {
        tell(app, &receipt, Progress::Running, "");
        let fate = match undo::undo_one(azure, &receipt).await.outcome {
            Ok(reverted) => {
                let detail = match reverted {
                    Reverted::Removed => "removed",
                    Reverted::AlreadyGone => "was gone already",
                    Reverted::Kept(_) => "stays",
                };
                tell(app, &receipt, Progress::Done, detail);
                record.receipts.retain(|known| known.id != receipt.id);
                app.connections.save(record)?;
                Fate::Removed
            }
            Err(error) => {
                tell(app, &receipt, Progress::Failed, error.message());
                Fate::Failed(error)
            }
        };
        all.push(Old { receipt, fate });
    }
    Ok(all)
}

/// Those that are still there, but for those that were due at `now` and so were tried.
pub(super) fn left(record: &ConnectionRecord, now: Timestamp) -> Vec<Old> {
    let mut all = retired(record);
    all.retain(|old| matches!(old.fate, Fate::Left(until) if until > now));
    all
}

/// All that are still there, due or not.
pub(super) fn retired(record: &ConnectionRecord) -> Vec<Old> {
    rotation::retired(record)
        .filter_map(|old| Some((old, rotation::remove_after(old)?)))
        .map(|(old, until)| Old {
            receipt: old.clone(),
            fate: Fate::Left(until),
        })
        .collect()
}

/// Removes the secrets of attempts that ended before the record knew them: of those that are kept nowhere, nobody has seen one.
///
/// # Errors
/// Whatever Azure answers.
pub(super) async fn remove_unseen(
    azure: &Azure,
    record: &ConnectionRecord,
    markers: &[String],
) -> Result<()> {
    let Some(application) = azure.application_by_client_id(record.client_id).await? else {
        return Ok(());
    };
    for credential in application.password_credentials {
        let is_ours = credential
            .display_name
            .as_ref()
            .is_some_and(|name| markers.contains(name));
        let id = credential.key_id.to_string();
        if is_ours && record.receipts.iter().all(|known| known.id != id) {
            azure
                .remove_password(application.id, credential.key_id)
                .await?;
        }
    }
    Ok(())
}

/// Removes whatever an interrupted rotation of this connection added: all of it is to go.
///
/// # Errors
/// Whatever Azure answers; the journal then still has its markers.
pub(in crate::commands) async fn take_back_attempts(
    app: &App,
    azure: &Azure,
    record: &ConnectionRecord,
) -> Result<()> {
    let Some(journal) = journals::rotation(&app.connections, &record.name)?
        .filter(|journal| journal.written().client_id == record.client_id)
    else {
        return Ok(());
    };
    let Some(application) = azure.application_by_client_id(record.client_id).await? else {
        return Ok(());
    };
    let (step, receipts) = (
        step(record, 0, None, None),
        receipts(record, application.id),
    );
    for marker in &journal.written().markers {
        step.clean_up(azure, &receipts, marker).await?;
    }
    Ok(())
}

fn tell(app: &App, receipt: &Receipt, status: Progress, detail: &str) {
    app.ui.tell(Event::Step {
        id: format!("old:{}", receipt.id),
        title: format!("Old {}", lowered(&receipt.title)),
        change: "remove".to_owned(),
        status,
        detail: detail.to_owned(),
    });
}

/// `Client secret, kept in …` within a sentence.
pub(super) fn lowered(title: &str) -> String {
    let title = title.split(',').next().unwrap_or(title);
    let mut letters = title.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
