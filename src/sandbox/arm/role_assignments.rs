//! Role assignments: list, read, make, remove.
//!
//! <https://learn.microsoft.com/rest/api/authorization/role-assignments>. A new one is neither listed nor effective until it
//! has replicated; conflicts are found at once.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::tenant::{RoleAssignment, State, SubscriptionState};
use super::rbac::{check, permits};
use super::refusal::ArmError;
use super::role_definitions::definition_id;
use super::role_request::RoleRequest;
use super::scope::{Scope, normalized};
use super::{Outcome, Visit};

const TYPE: &str = "Microsoft.Authorization/roleAssignments";
const READ: &str = "Microsoft.Authorization/roleAssignments/read";
const WRITE: &str = "Microsoft.Authorization/roleAssignments/write";
const DELETE: &str = "Microsoft.Authorization/roleAssignments/delete";

/// `GET {scope}/providers/Microsoft.Authorization/roleAssignments`: at the scope, above it, and below it.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let scope = Scope::find(
        &visit.world.state,
        &visit.caller,
        visit.parameters.get("scope"),
    )?;
    let filter = Filter::parse(visit.call.query("$filter"))?;
    let (state, caller, now) = (&visit.world.state, &visit.caller, visit.call.now);
    // Everybody may ask what they have themselves.
    if filter.principal != Some(caller.id) && !permits(state, caller, READ, &scope.chain, now) {
        return Err(ArmError::forbidden(caller, READ, &scope.text));
    }
    let items: Vec<Value> = state
        .role_assignments
        .values()
        .filter(|found| found.tenant == caller.tenant && found.effective_at <= now)
        .filter(|found| {
            filter
                .principal
                .is_none_or(|principal| principal == found.principal)
        })
        .filter(|found| {
            let own = normalized(&found.scope);
            scope.chain.contains(&own) || (!filter.at_scope && is_below(state, visit, &own, &scope))
        })
        .map(view)
        .collect();
    Ok(Answer::json(200, json!({"value": items})))
}

/// Whether an assignment's scope is below another scope.
fn is_below(state: &State, visit: &Visit<'_>, own: &str, scope: &Scope) -> bool {
    let above = scope.chain.first().map_or("/", String::as_str);
    Scope::find(state, &visit.caller, own)
        .is_ok_and(|own| own.chain.iter().any(|entry| entry == above))
}

/// `GET {scope}/providers/Microsoft.Authorization/roleAssignments/{name}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let scope = Scope::find(
        &visit.world.state,
        &visit.caller,
        visit.parameters.get("scope"),
    )?;
    let name = name(visit)?;
    check(
        &visit.world.state,
        &visit.caller,
        READ,
        &scope,
        visit.call.now,
    )?;
    let found =
        at(&visit.world.state, name, &scope).filter(|found| found.effective_at <= visit.call.now);
    let found = found.ok_or_else(|| {
        let text = format!("The role assignment '{name}' is not found.");
        ArmError::new(404, "RoleAssignmentNotFound", text)
    })?;
    Ok(Answer::json(200, view(found)))
}

/// `PUT {scope}/providers/Microsoft.Authorization/roleAssignments/{name}`
pub(super) fn put(visit: &mut Visit<'_>) -> Outcome {
    let scope = Scope::find(
        &visit.world.state,
        &visit.caller,
        visit.parameters.get("scope"),
    )?;
    let now = visit.call.now;
    check(&visit.world.state, &visit.caller, WRITE, &scope, now)?;
    check_writable(&visit.world.state, &scope)?;
    let name = name(visit)?;
    let request = RoleRequest::read(visit, &scope)?;
    check_conflicts(&visit.world.state, name, &request, &scope)?;

    let delay = visit.world.replication.rbac;
    let caller = visit.caller.clone();
    let assignments = &mut visit.world.state.role_assignments;
    if let Some(existing) = assignments.get_mut(&name) {
        existing.description = request.description;
        existing.condition = request.condition;
        existing.condition_version = request.condition_version;
        return Ok(Answer::json(200, view(existing)));
    }
    let assignment = RoleAssignment {
        name,
        tenant: caller.tenant,
        scope: if scope.text.is_empty() {
            "/".to_owned()
        } else {
            scope.text
        },
        principal: request.principal,
        principal_type: request.principal_type.to_owned(),
        role: request.role,
        description: request.description,
        condition: request.condition,
        condition_version: request.condition_version,
        created_by: Some(caller.id),
        created: now,
        effective_at: now + delay,
    };
    let answer = Answer::json(201, view(&assignment));
    assignments.insert(name, assignment);
    Ok(answer)
}

/// `DELETE {scope}/providers/Microsoft.Authorization/roleAssignments/{name}`: 204 where there is nothing to remove.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let scope = Scope::find(
        &visit.world.state,
        &visit.caller,
        visit.parameters.get("scope"),
    )?;
    let name = name(visit)?;
    check(
        &visit.world.state,
        &visit.caller,
        DELETE,
        &scope,
        visit.call.now,
    )?;
    check_writable(&visit.world.state, &scope)?;
    let Some(found) = at(&visit.world.state, name, &scope) else {
        return Ok(Answer::empty(204));
    };
    let answer = Answer::json(200, view(found));
    visit.world.state.role_assignments.remove(&name);
    Ok(answer)
}

fn name(visit: &Visit<'_>) -> Result<Uuid, ArmError> {
    let text = visit.parameters.get("name");
    Uuid::try_parse(text).map_err(|_| {
        let text = format!(
            "The role assignment ID '{text}' is not valid. The role assignment ID must be a GUID."
        );
        ArmError::new(400, "InvalidRoleAssignmentId", text)
    })
}

fn at<'state>(state: &'state State, name: Uuid, scope: &Scope) -> Option<&'state RoleAssignment> {
    let own = scope.chain.first();
    state
        .role_assignments
        .get(&name)
        .filter(|found| Some(&normalized(&found.scope)) == own)
}

/// 409 where the subscription is read only.
pub(in crate::sandbox) fn check_writable(state: &State, scope: &Scope) -> Result<(), ArmError> {
    let subscription = scope
        .subscription()
        .and_then(|id| state.subscriptions.get(&id));
    match subscription {
        Some(found)
            if matches!(
                found.state,
                SubscriptionState::Disabled | SubscriptionState::Deleted
            ) =>
        {
            let text = format!(
                "The subscription '{}' is disabled and therefore marked as read only. You cannot perform any write actions on \
                 this subscription until it is re-enabled.",
                found.id
            );
            Err(ArmError::new(409, "ReadOnlyDisabledSubscription", text))
        }
        _ => Ok(()),
    }
}

/// The name is unique in the whole directory; principal, role and scope together are unique too.
fn check_conflicts(
    state: &State,
    name: Uuid,
    request: &RoleRequest,
    scope: &Scope,
) -> Result<(), ArmError> {
    let same = |found: &RoleAssignment| {
        found.principal == request.principal
            && found.role == request.role
            && Some(&normalized(&found.scope)) == scope.chain.first()
    };
    match state.role_assignments.get(&name) {
        Some(found) if same(found) => return Ok(()),
        Some(_) => {
            let text =
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
            return Err(ArmError::new(400, "RoleAssignmentUpdateNotPermitted", text));
        }
        None => {}
    }
    match state.role_assignments.values().find(|found| same(found)) {
        Some(found) => {
            let text = format!(
                "The role assignment already exists. The ID of the conflicting role assignment is {}.",
                found.name.simple()
            );
            Err(ArmError::new(409, "RoleAssignmentExists", text))
        }
        None => Ok(()),
    }
}

/// What `$filter` asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Filter {
    principal: Option<Uuid>,
    at_scope: bool,
}

impl Filter {
    /// `atScope()`, `principalId eq '…'`, `assignedTo('…')`, joined by `and`.
    fn parse(text: Option<&str>) -> Result<Self, ArmError> {
        let mut filter = Self::default();
        for clause in text
            .into_iter()
            .flat_map(|text| text.split(" and "))
            .map(str::trim)
        {
            let quoted = |prefix: &str, suffix: &str| {
                clause
                    .strip_prefix(prefix)
                    .and_then(|rest| rest.strip_suffix(suffix))
            };
            let principal =
                quoted("principalId eq '", "'").or_else(|| quoted("assignedTo('", "')"));
            match principal.map(Uuid::try_parse) {
                Some(Ok(id)) => filter.principal = Some(id),
                None if clause == "atScope()" => filter.at_scope = true,
                _ => {
                    let text = format!(
                        "The filter '{clause}' is not supported. Supported filters are 'atScope()', 'principalId eq' and \
                         'assignedTo()'."
                    );
                    return Err(ArmError::new(400, "UnsupportedFilter", text));
                }
            }
        }
        Ok(filter)
    }
}

fn view(assignment: &RoleAssignment) -> Value {
    let scope = assignment.scope.trim_end_matches('/');
    let lower = scope.to_ascii_lowercase();
    let subscription = lower
        .strip_prefix("/subscriptions/")
        .and_then(|rest| Uuid::try_parse(rest.get(..36)?).ok());
    let created: Timestamp = assignment.created;
    json!({
        "properties": {
            "roleDefinitionId": definition_id(assignment.role, subscription), "principalId": assignment.principal,
            "principalType": assignment.principal_type, "scope": assignment.scope,
            "description": assignment.description, "condition": assignment.condition,
            "conditionVersion": assignment.condition_version, "createdOn": created, "updatedOn": created,
            "createdBy": assignment.created_by, "updatedBy": assignment.created_by,
            "delegatedManagedIdentityResourceId": null,
        },
        "id": format!("{scope}/providers/{TYPE}/{}", assignment.name), "type": TYPE, "name": assignment.name,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn filters_join_with_and() {
        let id = Uuid::from_u128(7);
        let parse = |text: &str| Filter::parse(Some(text));
        assert_eq!(
            parse("atScope()").unwrap(),
            Filter {
                principal: None,
                at_scope: true
            }
        );
        assert_eq!(
            parse(&format!("principalId eq '{id}'")).unwrap().principal,
            Some(id)
        );
        let both = parse(&format!("atScope() and assignedTo('{id}')")).unwrap();
        assert_eq!(
            both,
            Filter {
                principal: Some(id),
                at_scope: true
            }
        );
        assert!(parse("roleDefinitionId eq 'x'").is_err());
        assert!(parse("principalId eq 'not a guid'").is_err());
    }
}
