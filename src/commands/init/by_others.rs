//! What somebody else did meanwhile, at the person's request. Whoever may not give a billing role may not see it either, so the app,
//! which may read what it was given, looks for itself. `apply` calls it when a run has gone as far as it goes.

use std::sync::PoisonError;

use super::Decided;
use super::in_hand::InHand;
use crate::azure::sign_in::OwnProof;
use crate::commands::app::App;
use crate::commands::narration;
use crate::connection::Credential;
use crate::error::{Kind, Result};
use crate::plan::Plan;
use crate::plan::execute::Ended;
use crate::plan::journal::Journal;
use crate::steps::{Receipts, application};

/// Turns refused steps whose thing the app itself sees into found ones.
///
/// # Errors
/// `Storage` where the journal can't be written. What Azure tells the app is no error: the refusal then stands.
pub(super) async fn look(
    app: &App,
    decided: &Decided,
    plan: &Plan,
    journal: &mut Journal,
    ended: &mut [Ended],
    in_hand: &InHand,
) -> Result<()> {
    let secret = in_hand
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let receipts: Receipts = ended
        .iter()
        .filter_map(|end| Some((end.id.clone(), end.receipt.clone()?)))
        .collect();
    let client_id = receipts
        .get(application::ID)
        .and_then(|receipt| receipt.fact("client_id"));
    let (Some(secret), Some(client_id)) = (secret, client_id) else {
        return Ok(());
    };
    if !ended.iter().any(is_refused) {
        return Ok(());
    }
    let spec = &decided.spec;
    let names = [
        ("connection", spec.name.to_string()),
        ("vendor", spec.vendor.clone()),
    ];
    let proof = match spec.credential {
        Credential::NewCertificate { .. } => OwnProof::Certificate(&secret),
        _ => OwnProof::Secret(&secret),
    };
    let (azure, _) = app
        .as_application(spec.directory.id, client_id, proof, names)
        .await?;
    for end in ended.iter_mut().filter(|end| is_refused(end)) {
        let Some(step) = plan.steps().find(|step| step.id() == end.id) else {
            continue;
        };
        if let Ok(Some(receipt)) = step.find(&azure, &receipts).await {
            journal.finish(&end.id, receipt.clone())?;
            end.status = "found";
            end.receipt = Some(receipt);
            end.error = None;
            narration::found(app, end);
        }
    }
    Ok(())
}

fn is_refused(end: &Ended) -> bool {
    end.error
        .as_ref()
        .is_some_and(|error| error.kind() == Kind::Forbidden)
}
