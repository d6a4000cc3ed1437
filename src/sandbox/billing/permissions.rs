//! What the caller may do at a billing scope, as far as billing roles say it.
//!
//! Neither answer knows of a Global Administrator's implied right, as far as is known.
//! <https://learn.microsoft.com/rest/api/billing/billing-permissions>

use serde_json::{Value, json};

use super::super::arm::{ArmError, Visit};
use super::super::exchange::Answer;
use super::refusal::Refusal;
use super::scope::BillingScope;
use super::{Outcome, asker};

const READ: &str = "Microsoft.Billing/billingAccounts/billingPermissions/read";

/// `GET {scope}/billingPermissions`: one entry for each role.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let asker = asker(visit);
    let (scope, account) = BillingScope::find(asker.state, visit.parameters.get("scope"))?;
    if asker.right_at(account, &scope).is_none() {
        return Err(Refusal::forbidden(asker.caller, READ, &scope.id()));
    }
    let permissions: Vec<Value> = asker
        .roles_at(account, &scope)
        .iter()
        .map(|role| json!({"actions": role.actions(), "notActions": []}))
        .collect();
    Ok(Answer::json(200, json!({"value": permissions})))
}

/// `POST {scope}/checkAccess`: anybody may ask.
pub(super) fn check_access(visit: &mut Visit<'_>) -> Outcome {
    let asker = asker(visit);
    let (scope, account) = BillingScope::find(asker.state, visit.parameters.get("scope"))?;
    let body = visit.body()?;
    if let Some(unknown) = body
        .as_object()
        .and_then(|body| body.keys().find(|key| *key != "actions"))
    {
        return Err(ArmError::unknown_member(unknown, "CheckAccessRequest").into());
    }
    let actions = body["actions"]
        .as_array()
        .filter(|actions| actions.iter().all(Value::is_string));
    let Some(actions) = actions else {
        let errors = vec![("Actions".to_owned(), "The Actions field is required.")];
        return Err(Refusal::problem(visit.call, errors));
    };
    let roles = asker.roles_at(account, &scope);
    let permitted: Vec<String> = roles.iter().flat_map(|role| role.actions()).collect();
    let decisions: Vec<Value> = actions
        .iter()
        .filter_map(Value::as_str)
        .map(|action| {
            let allowed = permitted
                .iter()
                .any(|found| found.eq_ignore_ascii_case(action));
            let decision = if allowed { "Allowed" } else { "NotAllowed" };
            json!({"action": action, "accessDecision": decision})
        })
        .collect();
    Ok(Answer::json(200, Value::from(decisions)))
}
