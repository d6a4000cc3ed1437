//! Azure Policy, as far as it denies storage accounts and resource groups.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/effect-deny>

use super::super::arm::{ArmError, Scope, Visit, normalized};
use super::state::{Denied, Policy, StorageAccount};

/// 403 where the region is one that a policy denies.
pub(super) fn check_location(
    visit: &Visit<'_>,
    scope: &Scope,
    resource: &str,
    location: &str,
) -> Result<(), ArmError> {
    refuse(
        visit,
        scope,
        resource,
        |denied| matches!(denied, Denied::OtherLocations(allowed) if !allowed.iter().any(|name| name == location)),
    )
}

/// 403 where an account, as it is to be, is one that a policy denies.
pub(super) fn check_account(
    visit: &Visit<'_>,
    scope: &Scope,
    account: &StorageAccount,
) -> Result<(), ArmError> {
    check_location(visit, scope, &account.name, &account.location)?;
    refuse(visit, scope, &account.name, |denied| match denied {
        Denied::SharedKeyAccess => account.allow_shared_key_access,
        Denied::PublicNetworkAccess => account.public_network_access != "Disabled",
        Denied::OtherLocations(_) => false,
    })
}

fn refuse(
    visit: &Visit<'_>,
    scope: &Scope,
    resource: &str,
    denies: impl Fn(&Denied) -> bool,
) -> Result<(), ArmError> {
    let mut policies = visit.world.state.storage.policies.iter();
    let hit = policies
        .find(|policy| scope.chain.contains(&normalized(&policy.scope)) && denies(&policy.denies));
    hit.map_or(Ok(()), |policy| Err(disallowed(policy, resource)))
}

fn disallowed(policy: &Policy, resource: &str) -> ArmError {
    let name = &policy.name;
    let text = format!(
        "Resource '{resource}' was disallowed by policy. Policy identifiers: '[{{\"policyAssignment\":{{\"name\":\"{name}\",\
         \"id\":\"{}/providers/Microsoft.Authorization/policyAssignments/{name}\"}}}}]'.",
        policy.scope
    );
    ArmError::new(403, "RequestDisallowedByPolicy", text)
}
