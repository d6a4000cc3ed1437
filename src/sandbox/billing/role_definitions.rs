//! Billing role definitions: list and read.
//!
//! <https://learn.microsoft.com/rest/api/billing/billing-role-definition>

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::arm::Visit;
use super::super::exchange::Answer;
use super::refusal::Refusal;
use super::role_table::{BillingRole, role, roles};
use super::scope::BillingScope;
use super::{Outcome, asker, list};

const READ: &str = "Microsoft.Billing/billingAccounts/billingRoleDefinitions/read";

/// `GET {scope}/billingRoleDefinitions`: those that can be given at the scope itself; none for a MOSP account.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let asker = asker(visit);
    let (scope, account) = BillingScope::find(asker.state, visit.parameters.get("scope"))?;
    asker.check_read(account, &scope, READ)?;
    let items = roles(account.agreement, &scope.kind)
        .map(|role| view(&scope, role))
        .collect();
    list::answer(visit, items)
}

/// `GET {scope}/billingRoleDefinitions/{role}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let asker = asker(visit);
    let (scope, account) = BillingScope::find(asker.state, visit.parameters.get("scope"))?;
    asker.check_read(account, &scope, READ)?;
    let id = Uuid::try_parse(visit.parameters.get("role")).ok();
    let role = id.and_then(|id| role(account.agreement, &scope.kind, id));
    let role = role.ok_or_else(Refusal::not_found)?;
    Ok(Answer::json(200, view(&scope, role)))
}

/// The id of a role definition at a scope.
pub(super) fn definition_id(scope: &str, role: Uuid) -> String {
    format!("{scope}/billingRoleDefinitions/{role}")
}

fn view(scope: &BillingScope, role: &BillingRole) -> Value {
    json!({
        "id": definition_id(&scope.id(), role.id), "name": role.id,
        "type": format!("{}/billingRoleDefinitions", scope.resource_type()),
        "properties": {
            "roleName": role.name, "description": role.description,
            "permissions": [{"actions": role.actions(), "notActions": []}],
        },
    })
}
