//! Billing role assignments: list, read, remove. `role_grant` makes them.
//!
//! <https://learn.microsoft.com/rest/api/billing/billing-role-assignments>. They are listed as soon as they are made, and
//! effective later.

use serde_json::{Value, json};

use super::super::arm::Visit;
use super::super::exchange::Answer;
use super::account::{BillingAccount, BillingRoleAssignment};
use super::refusal::Refusal;
use super::role_definitions::definition_id;
use super::scope::BillingScope;
use super::{Outcome, asker, list};

const TYPE: &str = "billingRoleAssignments";
const READ: &str = "Microsoft.Billing/billingAccounts/billingRoleAssignments/read";
const DELETE: &str = "Microsoft.Billing/billingAccounts/billingRoleAssignments/delete";

/// `GET {scope}/billingRoleAssignments`: those at the scope itself.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let asker = asker(visit);
    let (scope, account) = BillingScope::find(asker.state, visit.parameters.get("scope"))?;
    asker.check_read(account, &scope, READ)?;
    let items = asker
        .state
        .billing
        .role_assignments
        .values()
        .filter(|found| scope.is(&found.scope) && found.created <= asker.now)
        .map(view)
        .collect();
    list::answer(visit, items)
}

/// `GET {scope}/billingRoleAssignments/{name}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let asker = asker(visit);
    let (scope, account) = BillingScope::find(asker.state, visit.parameters.get("scope"))?;
    asker.check_read(account, &scope, READ)?;
    let found = asker
        .state
        .billing
        .role_assignments
        .get(&key(&scope.id(), visit.parameters.get("name")));
    let found = found.filter(|found| found.created <= asker.now);
    Ok(Answer::json(
        200,
        view(found.ok_or_else(Refusal::not_found)?),
    ))
}

/// `DELETE {scope}/billingRoleAssignments/{name}`: 204 where there is nothing to remove. Works for every agreement.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let asker = asker(visit);
    let (scope, account) = BillingScope::find(asker.state, visit.parameters.get("scope"))?;
    asker.check_manage_access(account, &scope, DELETE)?;
    check_writable(account)?;
    let key = key(&scope.id(), visit.parameters.get("name"));
    let status = match visit.world.state.billing.role_assignments.remove(&key) {
        Some(_) => 200,
        None => 204,
    };
    Ok(Answer::empty(status))
}

/// Refuses changes to an account that can only be read. Microsoft documents the state, not the refusal.
pub(super) fn check_writable(account: &BillingAccount) -> Result<(), Refusal> {
    if account.status.is_writable() {
        return Ok(());
    }
    Err(Refusal::unprocessable(format!(
        "The billing account '{}' has the status '{}' and is read-only. An enrollment that was transferred to a Microsoft \
         Customer Agreement is managed in its new billing account.",
        account.name,
        account.status.name()
    )))
}

/// Under what an assignment is kept: its id in lower case.
pub(super) fn key(scope: &str, name: &str) -> String {
    format!("{scope}/{TYPE}/{name}").to_ascii_lowercase()
}

/// An assignment as the API gives it.
pub(super) fn view(assignment: &BillingRoleAssignment) -> Value {
    let scope = &assignment.scope;
    let resource_type = BillingScope::parse(scope).map(|scope| scope.resource_type());
    let mut properties = json!({
        "createdOn": assignment.created, "principalId": assignment.principal,
        "principalTenantId": assignment.tenant, "principalType": assignment.principal_type,
        "roleDefinitionId": definition_id(scope, assignment.role), "scope": scope,
    });
    if let Some((id, tenant)) = assignment.created_by {
        properties["createdByPrincipalId"] = json!(id);
        properties["createdByPrincipalTenantId"] = json!(tenant);
    }
    json!({
        "id": format!("{scope}/{TYPE}/{}", assignment.name), "name": assignment.name,
        "type": format!("{}/{TYPE}", resource_type.unwrap_or_default()), "properties": properties,
    })
}
