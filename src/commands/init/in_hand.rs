//! The secret that a run has in hand: brought along, kept by an earlier run, or just made; and the place where it is kept.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::Decided;
use crate::azure::ids::{ClientId, KeyId};
use crate::commands::app::App;
use crate::connection::{Application, ConnectionRecord, Credential};
use crate::error::Result;
use crate::plan::journal::Journal;
use crate::secret::Secret;
use crate::steps;
use crate::store::Entry;

/// A secret that the run has in hand, if it has.
pub(super) type InHand = Mutex<Option<Secret>>;

/// The key id of the secret that an earlier run made and that is still at hand; it is put in hand too.
pub(super) async fn known_secret(
    app: &App,
    decided: &Decided,
    before: Option<&ConnectionRecord>,
    journal: Option<&Journal>,
    in_hand: &InHand,
) -> Result<Option<KeyId>> {
    let Decided { spec, store, .. } = decided;
    if !spec.credential.is_made_here() {
        return Ok(None);
    }
    // A credential of another kind is of no use to this run; it stays until it is removed.
    let before = before.filter(|record| record.credential.kind == spec.credential.kind());
    if let Some(record) = before {
        let credential = &record.credential;
        let alive = !is_due(record, app.host.now());
        let Some(key) = credential.key_id.filter(|_| alive) else {
            return Ok(None);
        };
        if credential.stored_in == "none" {
            // A journal that is still there says that nobody has seen it.
            let was_shown = journal.is_none();
            return Ok(was_shown.then_some(key));
        }
        let Some(secret) = app
            .store(&credential.stored_in)?
            .get(record.name.as_str())
            .await?
        else {
            return Ok(None);
        };
        put(in_hand, secret);
        return Ok(Some(key));
    }
    let step = match spec.credential {
        Credential::NewCertificate { .. } => steps::certificate::ID,
        _ => steps::secret::ID,
    };
    // A run that was killed after it had kept the secret and noted so.
    let Some(receipt) = journal.and_then(|journal| journal.receipt(step)) else {
        return Ok(None);
    };
    let Some(secret) = store.get(spec.name.as_str()).await? else {
        return Ok(None);
    };
    put(in_hand, secret);
    Ok(receipt.id.parse().ok())
}

/// Whether the recorded secret has ended, or ends within 30 days and was made to live longer than 60: then a run makes a new one
/// beside it, and the old one works until its own end.
fn is_due(record: &ConnectionRecord, now: Timestamp) -> bool {
    let Some(ends) = record.credential.expires_at else {
        return false;
    };
    let key = record.credential.key_id.map(|key| key.to_string());
    let made = record
        .receipts
        .iter()
        .find(|receipt| Some(&receipt.id) == key.as_ref())
        .map(|receipt| receipt.at);
    let days = |from: Timestamp, to: Timestamp| (to.as_second() - from.as_second()) / 86_400;
    ends <= now || (days(now, ends) < 30 && made.is_some_and(|made| days(made, ends) > 60))
}

pub(super) fn put(in_hand: &InHand, secret: Secret) {
    *in_hand.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret);
}

pub(super) fn entry(
    decided: &Decided,
    client_id: ClientId,
    secret: Secret,
    expires_at: Option<Timestamp>,
) -> Entry {
    Entry {
        connection: decided.spec.name.to_string(),
        tenant_id: decided.spec.directory.id.to_string(),
        client_id: client_id.to_string(),
        secret,
        expires_at,
    }
}

/// Keeps a known secret in the place that was asked for now; the place that it was in before, if that is another one.
pub(super) async fn keep_known(
    decided: &Decided,
    before: Option<&ConnectionRecord>,
    known: Option<KeyId>,
    in_hand: &InHand,
) -> Result<Option<String>> {
    let Some(record) = before else {
        return Ok(None);
    };
    let was_in = &record.credential.stored_in;
    if *was_in == decided.store.kind() || was_in == "none" {
        return Ok(None);
    }
    let secret = in_hand
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if let (Some(secret), Some(_)) = (secret, known) {
        decided
            .store
            .set(&entry(
                decided,
                record.client_id,
                secret,
                record.credential.expires_at,
            ))
            .await?;
    }
    Ok(Some(was_in.clone()))
}

pub(super) async fn keep_given(decided: &Decided) -> Result<()> {
    match (&decided.given, &decided.spec.application) {
        (Some(secret), Application::Existing { client_id }) => Ok(decided
            .store
            .set(&entry(decided, *client_id, secret.clone(), None))
            .await?),
        (
            Some(_),
            Application::Own { .. } | Application::Principal { .. } | Application::Vendor { .. },
        )
        | (None, _) => Ok(()),
    }
}
