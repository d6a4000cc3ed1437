//! Role assignments of Azure role-based access control, and what the signed-in person may do.
//!
//! Source: <https://learn.microsoft.com/rest/api/authorization/role-assignments>

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::client::Call;
use super::ids::ServicePrincipalObjectId;
use super::{Azure, Result};
use crate::connection::Scope;

/// A role assignment.
#[derive(Debug, Clone, Deserialize)]
pub struct RoleAssignment {
    /// Its resource id.
    pub id: String,
    properties: RoleAssignmentProperties,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleAssignmentProperties {
    role_definition_id: String,
    principal_id: Uuid,
    scope: Option<String>,
}

impl RoleAssignment {
    /// Whether it gives `role` to `principal` at `scope` itself (not from above it).
    pub fn gives(&self, role: Uuid, principal: ServicePrincipalObjectId, scope: &Scope) -> bool {
        let same_role = self
            .properties
            .role_definition_id
            .to_lowercase()
            .ends_with(&role.to_string());
        let same_scope = self
            .properties
            .scope
            .as_deref()
            .is_some_and(|own| own.eq_ignore_ascii_case(&scope.to_string()));
        same_role && same_scope && self.properties.principal_id == principal.guid()
    }
}

impl RoleAssignment {
    /// The role that it gives to `principal` at `scope` itself; nothing where it is somebody else's, or holds from above.
    pub fn role_of(&self, principal: ServicePrincipalObjectId, scope: &Scope) -> Option<Uuid> {
        let id = self.properties.role_definition_id.rsplit('/').next()?;
        let role = Uuid::try_parse(id).ok()?;
        self.gives(role, principal, scope).then_some(role)
    }
}

#[derive(Deserialize)]
struct RoleDefinition {
    properties: RoleDefinitionProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleDefinitionProperties {
    role_name: Option<String>,
}

/// One entry of what a person may do at a scope; several are added up.
/// Source: <https://learn.microsoft.com/rest/api/authorization/permissions>
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PermissionEntry {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    not_actions: Vec<String>,
}

impl PermissionEntry {
    /// Whether this entry alone allows `action`.
    pub fn allows(&self, action: &str) -> bool {
        let any = |patterns: &[String]| {
            patterns
                .iter()
                .any(|pattern| matches_pattern(pattern, action))
        };
        any(&self.actions) && !any(&self.not_actions)
    }
}

/// Whether an action matches a pattern with `*`, without regard to case.
fn matches_pattern(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    let parts: Vec<&str> = pattern.split('*').collect();
    let Some((first, rest)) = parts.split_first() else {
        return false;
    };
    let Some(mut left) = action.strip_prefix(first) else {
        return false;
    };
    let Some((last, middle)) = rest.split_last() else {
        return left.is_empty();
    };
    for part in middle {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

const AUTHORIZATION_API: &str = "api-version=2022-04-01";

/// The path of a role assignment's resource.
pub fn role_assignment_path(scope: &Scope, name: Uuid) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}")
}

impl Azure {
    /// What a role is called, where it may be read.
    /// Source: <https://learn.microsoft.com/rest/api/authorization/role-definitions/get>
    ///
    /// # Errors
    /// Whatever Azure answers.
    pub async fn role_name(&self, scope: &Scope, role: Uuid) -> Result<Option<String>> {
        let path = format!(
            "{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}?{AUTHORIZATION_API}"
        );
        let found: RoleDefinition = self.arm.read(Call::get(path)).await?;
        Ok(found.properties.role_name)
    }

    /// The assignments of `principal` that hold at `scope` (also those from above it and below it).
    pub async fn role_assignments(
        &self,
        scope: &Scope,
        principal: ServicePrincipalObjectId,
    ) -> Result<Vec<RoleAssignment>> {
        let filter = format!("principalId%20eq%20'{principal}'");
        self.arm.list(format!("{scope}/providers/Microsoft.Authorization/roleAssignments?{AUTHORIZATION_API}&$filter={filter}")).await
    }

    /// Whether a role assignment is there, by its resource id.
    pub async fn has_role_assignment(&self, id: &str) -> Result<bool> {
        let call = Call::get(format!("{id}?{AUTHORIZATION_API}"));
        self.arm.is_there(call).await
    }

    /// Gives a service principal a role, under a name that we chose. Repeatable.
    ///
    /// `principalType` is always said: without it Azure looks the principal up in a replica that may not know it yet.
    pub async fn assign_role(
        &self,
        scope: &Scope,
        name: Uuid,
        role: Uuid,
        principal: ServicePrincipalObjectId,
    ) -> Result<RoleAssignment> {
        let body = json!({"properties": {
            "roleDefinitionId": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            "principalId": principal,
            "principalType": "ServicePrincipal",
        }});
        self.arm
            .read(Call::put(
                format!("{}?{AUTHORIZATION_API}", role_assignment_path(scope, name)),
                body,
            ))
            .await
    }

    /// Takes a role assignment away by its resource id; `false` if it was not there.
    pub async fn delete_role_assignment(&self, id: &str) -> Result<bool> {
        match self
            .arm
            .send(Call::delete(format!("{id}?{AUTHORIZATION_API}")))
            .await
        {
            Ok(reply) => Ok(reply.status != 204),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What the signed-in person may do at a scope.
    pub async fn permissions(&self, scope: &Scope) -> Result<Vec<PermissionEntry>> {
        self.arm
            .list(format!(
                "{scope}/providers/Microsoft.Authorization/permissions?{AUTHORIZATION_API}"
            ))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: &str = "Microsoft.Authorization/roleAssignments/write";

    fn entry(actions: &[&str], not_actions: &[&str]) -> PermissionEntry {
        let owned = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect();
        PermissionEntry {
            actions: owned(actions),
            not_actions: owned(not_actions),
        }
    }

    #[test]
    fn an_entry_allows_what_its_patterns_say() {
        assert!(entry(&["*"], &[]).allows(WRITE));
        assert!(entry(&["microsoft.authorization/*"], &[]).allows(WRITE));
        assert!(entry(&["*/write"], &[]).allows(WRITE));
        assert!(entry(&["Microsoft.*/roleAssignments/*"], &[]).allows(WRITE));
        assert!(!entry(&["*/read"], &[]).allows(WRITE));
        assert!(!entry(&["*"], &["Microsoft.Authorization/*/Write"]).allows(WRITE));
        assert!(!entry(&["Microsoft.Authorization/roleAssignments"], &[]).allows(WRITE));
        assert!(!entry(&[], &[]).allows(WRITE));
    }
}
