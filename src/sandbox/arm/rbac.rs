//! Role-based access control: what a principal may do at a scope.
//!
//! An assignment counts at its scope and below, from the moment it takes effect. Conditions are not evaluated.

use jiff::Timestamp;

use super::super::tenant::{RoleAssignment, State};
use super::caller::Caller;
use super::refusal::ArmError;
use super::role_table::{Role, role};
use super::scope::{Scope, normalized};

/// The roles that a caller has at a scope, inherited ones included.
pub(super) fn roles_at<'state>(
    state: &'state State,
    caller: &'state Caller,
    chain: &'state [String],
    now: Timestamp,
) -> impl Iterator<Item = &'static Role> + 'state {
    assignments_at(state, chain, now)
        .filter(|assignment| {
            assignment.principal == caller.id && assignment.tenant == caller.tenant
        })
        .filter_map(|assignment| role(assignment.role))
}

/// The assignments in effect at a scope, inherited ones included.
pub(super) fn assignments_at<'state>(
    state: &'state State,
    chain: &'state [String],
    now: Timestamp,
) -> impl Iterator<Item = &'state RoleAssignment> {
    state.role_assignments.values().filter(move |assignment| {
        assignment.effective_at <= now && chain.contains(&normalized(&assignment.scope))
    })
}

/// Whether a caller may do something at a scope.
pub(in crate::sandbox) fn permits(
    state: &State,
    caller: &Caller,
    action: &str,
    chain: &[String],
    now: Timestamp,
) -> bool {
    roles_at(state, caller, chain, now).any(|role| role.permits(action))
}

/// Whether a caller may do something with the data in a resource, which no right over the resource itself gives.
pub(in crate::sandbox) fn permits_data(
    state: &State,
    caller: &Caller,
    action: &str,
    chain: &[String],
    now: Timestamp,
) -> bool {
    roles_at(state, caller, chain, now).any(|role| role.permits_data(action))
}

/// The same as [`permits`], as ARM's refusal.
pub(in crate::sandbox) fn check(
    state: &State,
    caller: &Caller,
    action: &str,
    scope: &Scope,
    now: Timestamp,
) -> Result<(), ArmError> {
    if permits(state, caller, action, &scope.chain, now) {
        Ok(())
    } else {
        Err(ArmError::forbidden(caller, action, &scope.text))
    }
}

impl Role {
    /// Whether an action matches what the role allows and nothing that it takes away.
    pub(super) fn permits(&self, action: &str) -> bool {
        let any = |patterns: &[&str]| patterns.iter().any(|pattern| matches(pattern, action));
        any(self.actions) && !any(self.not_actions)
    }

    /// Whether a data action is among those that the role allows.
    fn permits_data(&self, action: &str) -> bool {
        self.data_actions
            .iter()
            .any(|pattern| matches(pattern, action))
    }
}

/// Whether an action matches a pattern; `*` stands for any text, case does not count.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = action.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::super::super::ids;
    use super::*;

    #[test]
    fn wildcards_match_any_text() {
        let cases = [
            ("*", "Microsoft.Compute/virtualMachines/read", true),
            ("*/read", "Microsoft.CostManagement/query/read", true),
            ("*/read", "Microsoft.CostManagement/query/action", false),
            (
                "Microsoft.Authorization/*/Write",
                "microsoft.authorization/roleAssignments/write",
                true,
            ),
            (
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/roleAssignments/read",
                false,
            ),
            ("Microsoft.Support/*", "Microsoft.Supports/x", false),
            ("a/b", "a/b", true),
            ("a/b", "a/b/c", false),
            ("a*b*c", "a-b-b-c", true),
        ];
        for (pattern, action, expected) in cases {
            assert_eq!(matches(pattern, action), expected, "{pattern} {action}");
        }
    }

    #[test]
    fn what_the_built_in_roles_permit() {
        let write = "Microsoft.Authorization/roleAssignments/write";
        let cases = [
            (ids::ROLE_OWNER, write, true),
            (ids::ROLE_USER_ACCESS_ADMINISTRATOR, write, true),
            (ids::ROLE_CONTRIBUTOR, write, false),
            (
                ids::ROLE_CONTRIBUTOR,
                "Microsoft.Storage/storageAccounts/write",
                true,
            ),
            (ids::ROLE_READER, write, false),
            (
                ids::ROLE_COST_MANAGEMENT_READER,
                "Microsoft.CostManagement/query/read",
                true,
            ),
            (
                ids::ROLE_COST_MANAGEMENT_READER,
                "Microsoft.Resources/subscriptions/read",
                true,
            ),
            (
                ids::ROLE_COST_MANAGEMENT_READER,
                "Microsoft.Compute/virtualMachines/read",
                false,
            ),
        ];
        for (id, action, expected) in cases {
            assert_eq!(role(id).unwrap().permits(action), expected, "{id} {action}");
        }
    }
}
