//! What goes on after its answer: where it is looked at until it is done.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>

use serde_json::json;
use uuid::Uuid;

use super::super::arm::{ArmError, Visit};
use super::super::exchange::{Answer, percent_encoded};
use super::account_view::account_view;
use super::state::ResourceOperation;
use super::{Outcome, seconds, subscription_scope};

/// `GET /subscriptions/{subscription}/operationresults/{operation}`: 202 until it is done, then 200 without a body.
pub(super) fn group_result(visit: &mut Visit<'_>) -> Outcome {
    let (id, found) = operation(visit)?;
    if visit.call.now < found.ready_at {
        return Ok(leading_to_group_result(visit, id));
    }
    Ok(Answer::empty(200))
}

/// `GET /subscriptions/{subscription}/providers/Microsoft.Storage/locations/{location}/asyncoperations/{operation}`: 202 until
/// it is done, then 200 with the account.
pub(super) fn account_result(visit: &mut Visit<'_>) -> Outcome {
    let (id, found) = operation(visit)?;
    if visit.call.now < found.ready_at {
        let location = visit.parameters.get("location").to_owned();
        return Ok(leading_to_account_result(visit, id, &location));
    }
    let name = found.subject.rsplit('/').next().unwrap_or_default();
    let account = visit.world.state.storage.accounts.get(name);
    match account {
        Some(account) => Ok(Answer::json(200, account_view(visit, account))),
        // Removed meanwhile.
        None => Ok(Answer::json(200, json!({}))),
    }
}

/// Begins something that takes as long as resources do, and returns the id under which it is looked at.
pub(super) fn begin(visit: &mut Visit<'_>, subscription: Uuid, subject: String) -> Uuid {
    let id = Uuid::new_v4();
    let operation = ResourceOperation {
        subscription,
        subject,
        ready_at: visit.call.now + visit.world.replication.resources,
    };
    visit.world.state.storage.operations.insert(id, operation);
    id
}

/// 202 that leads to [`group_result`].
pub(super) fn leading_to_group_result(visit: &Visit<'_>, operation: Uuid) -> Answer {
    let place = format!("operationresults/{operation}?");
    leading_to(visit, &place, "2021-04-01")
}

/// 202 that leads to [`account_result`].
pub(super) fn leading_to_account_result(
    visit: &Visit<'_>,
    operation: Uuid,
    location: &str,
) -> Answer {
    let location = percent_encoded(location);
    let place = format!(
        "providers/Microsoft.Storage/locations/{location}/asyncoperations/{operation}?monitor=true&"
    );
    leading_to(visit, &place, "2021-08-01")
}

fn leading_to(visit: &Visit<'_>, place: &str, version: &str) -> Answer {
    let location = format!(
        "{}/subscriptions/{}/{place}api-version={version}",
        visit.call.base,
        visit.parameters.get("subscription")
    );
    Answer::empty(202)
        .with_header("location", location)
        .with_header("retry-after", seconds(visit.world.replication.resources))
}

/// The id is a secret of whoever began it, so that nothing but the subscription's directory is asked for.
fn operation(visit: &Visit<'_>) -> Result<(Uuid, ResourceOperation), ArmError> {
    let (subscription, _) = subscription_scope(visit)?;
    let name = visit.parameters.get("operation");
    let operations = &visit.world.state.storage.operations;
    Uuid::try_parse(name)
        .ok()
        .and_then(|id| Some((id, operations.get(&id)?.clone())))
        .filter(|(_, found)| found.subscription == subscription)
        .ok_or_else(|| {
            let text = format!("The operation '{name}' could not be found.");
            ArmError::new(404, "OperationNotFound", text)
        })
}
