//! A Global Administrator takes User Access Administrator at the root.
//!
//! <https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin>

use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::ids::ROLE_USER_ACCESS_ADMINISTRATOR;
use super::super::tenant::{DirectoryRole, RoleAssignment};
use super::refusal::ArmError;
use super::{Outcome, Visit};

/// `POST /providers/Microsoft.Authorization/elevateAccess`
pub(super) fn elevate_access(visit: &mut Visit<'_>) -> Outcome {
    let caller = visit.caller.clone();
    let state = &mut visit.world.state;
    let administrator = state.users.get(&caller.id).is_some_and(|user| {
        user.directory_roles
            .contains(&DirectoryRole::GlobalAdministrator)
    });
    if !administrator {
        return Err(ArmError::forbidden(
            &caller,
            "Microsoft.Authorization/elevateAccess/action",
            "/",
        ));
    }
    let held = state.role_assignments.values().any(|found| {
        found.principal == caller.id
            && found.role == ROLE_USER_ACCESS_ADMINISTRATOR
            && found.scope == "/"
    });
    if !held {
        let name = Uuid::new_v4();
        let now = visit.call.now;
        let assignment = RoleAssignment {
            name,
            tenant: caller.tenant,
            scope: "/".to_owned(),
            principal: caller.id,
            principal_type: "User".to_owned(),
            role: ROLE_USER_ACCESS_ADMINISTRATOR,
            description: None,
            condition: None,
            condition_version: None,
            created_by: Some(caller.id),
            created: now,
            effective_at: now + visit.world.replication.rbac,
        };
        state.role_assignments.insert(name, assignment);
    }
    Ok(Answer::empty(200))
}
