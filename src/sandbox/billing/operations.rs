//! Operations that go on after their answer: where they are looked at until they are done.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::super::arm::Visit;
use super::super::exchange::Answer;
use super::account::BillingOperation;
use super::refusal::Refusal;
use super::scope::BillingScope;
use super::{Outcome, asker};

/// Seconds between two looks that the answers ask for.
const RETRY_AFTER: &str = "1";

/// `GET {account}/operationResults/{kind}_{id}`
pub(super) fn billing_result(visit: &mut Visit<'_>) -> Outcome {
    let name = visit.parameters.get("operation");
    let id = name.split_once('_').map_or("", |(_, id)| id);
    result(visit, id)
}

/// `GET {scope}/providers/Microsoft.CostManagement/costDetailsOperationResults/{id}`
pub(super) fn cost_details_result(visit: &mut Visit<'_>) -> Outcome {
    result(visit, visit.parameters.get("operation"))
}

/// Begins an operation that will answer `answer` after a time, and returns its id.
pub(super) fn begin(visit: &mut Visit<'_>, scope: String, answer: Value, takes: Duration) -> Uuid {
    let id = Uuid::new_v4();
    let operation = BillingOperation {
        scope,
        ready_at: visit.call.now + takes,
        answer,
    };
    visit.world.state.billing.operations.insert(id, operation);
    id
}

/// The headers by which an answer leads to an operation.
pub(super) fn leading_to(answer: Answer, location: String) -> Answer {
    answer
        .with_header("location", location)
        .with_header("retry-after", RETRY_AFTER)
}

fn result(visit: &Visit<'_>, id: &str) -> Outcome {
    let asker = asker(visit);
    let (scope, account) = BillingScope::find(asker.state, visit.parameters.get("scope"))?;
    if asker.right_at(account, &scope).is_none() && !asker.has_role_in(account) {
        let action = "Microsoft.Billing/billingAccounts/operationResults/read";
        return Err(Refusal::forbidden(asker.caller, action, &scope.id()));
    }
    let operation = Uuid::try_parse(id)
        .ok()
        .and_then(|id| asker.state.billing.operations.get(&id))
        .filter(|found| scope.is(&found.scope))
        .ok_or_else(Refusal::not_found)?;
    if operation.ready_at <= asker.now {
        return Ok(Answer::json(200, operation.answer.clone()));
    }
    let version = visit.call.query("api-version").unwrap_or_default();
    let location = format!(
        "{}{}?api-version={version}",
        visit.call.base, visit.call.path
    );
    Ok(leading_to(Answer::empty(202), location))
}
