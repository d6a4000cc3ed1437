//! The directory's policies that decide over app registrations.

use serde_json::{Value, json};

use super::super::tenant::{AppManagementPolicy, Tenant};
use super::directory::object;
use super::refusal::GraphError;
use super::{Outcome, Visit};

/// The role that guests have in the directory: "restricted access is off", Microsoft's default.
const GUEST_ROLE: &str = "10dae51f-b6af-4016-8d66-8c2a99b929b3";

/// `GET /policies/authorizationPolicy`
pub(super) fn authorization(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    visit.check_options()?;
    let policy = json!({
        "id": "authorizationPolicy", "deletedDateTime": null, "displayName": "Authorization Policy",
        "description": "Used to manage authorization related settings across the company.",
        "allowInvitesFrom": "everyone", "allowedToSignUpEmailBasedSubscriptions": true, "allowedToUseSSPR": true,
        "allowEmailVerifiedUsersToJoinOrganization": false, "allowUserConsentForRiskyApps": null,
        "blockMsolPowerShell": false, "guestUserRoleId": GUEST_ROLE,
        "defaultUserRolePermissions": {
            "allowedToCreateApps": tenant(visit)?.allowed_to_create_apps, "allowedToCreateSecurityGroups": true,
            "allowedToCreateTenants": true, "allowedToReadBitlockerKeysForOwnedDevice": true,
            "allowedToReadOtherUsers": true,
            "permissionGrantPoliciesAssigned": ["ManagePermissionGrantsForSelf.microsoft-user-default-recommended"],
        },
    });
    visit.entity(
        200,
        "policies/authorizationPolicy",
        "authorizationPolicy",
        object(policy),
        None,
    )
}

/// `GET /policies/defaultAppManagementPolicy`: for those with a directory role.
pub(super) fn app_management(visit: &mut Visit<'_>) -> Outcome {
    if !visit.caller.has_role() {
        return Err(GraphError::denied());
    }
    visit.check_options()?;
    let policy = &tenant(visit)?.app_management_policy;
    let body = json!({
        "id": policy.id, "deletedDateTime": null, "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
        "isEnabled": policy.is_enabled,
        "applicationRestrictions": {"passwordCredentials": restrictions(policy), "keyCredentials": []},
        "servicePrincipalRestrictions": {"passwordCredentials": [], "keyCredentials": []},
    });
    visit.entity(
        200,
        "policies/defaultAppManagementPolicy",
        "tenantAppManagementPolicy",
        object(body),
        None,
    )
}

fn restrictions(policy: &AppManagementPolicy) -> Vec<Value> {
    const SINCE: &str = "2019-01-01T00:00:00Z";
    let mut restrictions = Vec::new();
    if policy.password_addition_forbidden {
        restrictions.push(json!({
            "restrictionType": "passwordAddition", "maxLifetime": null, "state": "enabled",
            "restrictForAppsCreatedAfterDateTime": SINCE,
        }));
    }
    if let Some(longest) = &policy.password_max_lifetime {
        restrictions.push(json!({
            "restrictionType": "passwordLifetime", "maxLifetime": longest, "state": "enabled",
            "restrictForAppsCreatedAfterDateTime": SINCE,
        }));
    }
    restrictions
}

fn tenant<'visit>(visit: &'visit Visit<'_>) -> Result<&'visit Tenant, GraphError> {
    let id = visit.caller.tenant;
    visit
        .world
        .state
        .tenants
        .get(&id)
        .ok_or_else(|| GraphError::not_found(&id.to_string()))
}
