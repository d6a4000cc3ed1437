//! Role definitions, and what the caller may do at a scope.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::rbac::{check, roles_at};
use super::refusal::ArmError;
use super::role_table::{ROLES, Role, role};
use super::scope::Scope;
use super::{Outcome, Visit};

const TYPE: &str = "Microsoft.Authorization/roleDefinitions";

/// `GET {scope}/providers/Microsoft.Authorization/permissions`: one entry for each role of the caller. Somebody without a
/// role gets an empty list.
pub(super) fn permissions(visit: &mut Visit<'_>) -> Outcome {
    let scope = Scope::find(
        &visit.world.state,
        &visit.caller,
        visit.parameters.get("scope"),
    )?;
    let roles = roles_at(
        &visit.world.state,
        &visit.caller,
        &scope.chain,
        visit.call.now,
    );
    let entries: Vec<Value> = roles.map(permission).collect();
    Ok(Answer::json(200, json!({"value": entries})))
}

/// `GET {scope}/providers/Microsoft.Authorization/roleDefinitions`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let scope = Scope::find(
        &visit.world.state,
        &visit.caller,
        visit.parameters.get("scope"),
    )?;
    // At the root every principal of the directory may read the built-in roles.
    if !scope.text.is_empty() {
        check(
            &visit.world.state,
            &visit.caller,
            "Microsoft.Authorization/roleDefinitions/read",
            &scope,
            visit.call.now,
        )?;
    }
    let name = visit.call.query("$filter").map(role_name).transpose()?;
    let wanted = ROLES.iter().filter(|role| match &name {
        Some(name) => role.name.eq_ignore_ascii_case(name),
        None => true,
    });
    let items: Vec<Value> = wanted
        .filter(|role| is_assignable(role, &scope))
        .map(|role| view(role, &scope))
        .collect();
    Ok(Answer::json(200, json!({"value": items})))
}

/// `GET {scope}/providers/Microsoft.Authorization/roleDefinitions/{role}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let scope = Scope::find(
        &visit.world.state,
        &visit.caller,
        visit.parameters.get("scope"),
    )?;
    if !scope.text.is_empty() {
        check(
            &visit.world.state,
            &visit.caller,
            "Microsoft.Authorization/roleDefinitions/read",
            &scope,
            visit.call.now,
        )?;
    }
    let id = visit.parameters.get("role");
    let found = Uuid::try_parse(id)
        .ok()
        .and_then(role)
        .filter(|role| is_assignable(role, &scope));
    let found = found.ok_or_else(|| unknown(404, id))?;
    Ok(Answer::json(200, view(found, &scope)))
}

/// A role that is not there or not for this scope: 404 for who reads it, 400 for who assigns it.
pub(super) fn unknown(status: u16, id: &str) -> ArmError {
    let text = format!("The specified role definition with ID '{id}' does not exist.");
    ArmError::new(status, "RoleDefinitionDoesNotExist", text)
}

/// Whether a role can be assigned at a scope.
pub(super) fn is_assignable(role: &Role, scope: &Scope) -> bool {
    role.assignable_scope == "/" || role.assignable_scope.eq_ignore_ascii_case(&scope.text)
}

/// The id of a role definition as ARM writes it: below the subscription, where there is one.
pub(super) fn definition_id(role: Uuid, subscription: Option<Uuid>) -> String {
    let prefix = subscription
        .map(|id| format!("/subscriptions/{id}"))
        .unwrap_or_default();
    format!("{prefix}/providers/{TYPE}/{role}")
}

/// `$filter=roleName eq '…'`
fn role_name(filter: &str) -> Result<String, ArmError> {
    let quoted = filter
        .trim()
        .strip_prefix("roleName eq '")
        .and_then(|rest| rest.strip_suffix('\''));
    quoted.map(str::to_owned).ok_or_else(|| {
        let text =
            format!("The filter '{filter}' is not supported. Supported filters are 'roleName eq'.");
        ArmError::new(400, "UnsupportedFilter", text)
    })
}

fn permission(role: &Role) -> Value {
    json!({
        "actions": role.actions, "notActions": role.not_actions, "dataActions": role.data_actions, "notDataActions": [],
    })
}

fn view(role: &Role, scope: &Scope) -> Value {
    json!({
        "properties": {
            "roleName": role.name, "type": "BuiltInRole", "description": role.description,
            "assignableScopes": [role.assignable_scope], "permissions": [permission(role)],
        },
        "id": definition_id(role.id, scope.subscription()), "type": TYPE, "name": role.id,
    })
}
