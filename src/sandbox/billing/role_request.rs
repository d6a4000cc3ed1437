//! The body of a billing role assignment, checked member by member.
//!
//! Whether its members are wrapped in `properties` depends on verb and version: always for PUT, and for POST in
//! 2019-10-01-preview only (<https://github.com/Azure/terraform-provider-azapi/issues/859>).

use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::arm::{ArmError, Visit};
use super::super::tenant::State;
use super::account::BillingAccount;
use super::refusal::Refusal;
use super::role_table::{BillingRole, role};
use super::scope::BillingScope;

const WRITABLE: [&str; 7] = [
    "principalId",
    "principalPuid",
    "principalTenantId",
    "roleDefinitionId",
    "scope",
    "userAuthenticationType",
    "userEmailAddress",
];
/// Members around `properties` that a resource may have.
const AROUND: [&str; 5] = ["id", "name", "type", "tags", "properties"];
const NO_PRINCIPAL: &str =
    "PrincipalId or UserEmailAddress/UserAuthenticationType must be specified.";
const NO_ROLE: &str = "The RoleDefinitionId field is required.";
const NO_TENANT: &str = "The PrincipalTenantId field is required.";

/// Where the members are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// In `properties`.
    Wrapped,
    /// In the body itself.
    Flat,
}

/// What is to be assigned.
#[derive(Debug)]
pub(super) struct RoleRequest {
    pub(super) role: &'static BillingRole,
    pub(super) principal: Uuid,
    pub(super) tenant: Uuid,
    pub(super) principal_type: &'static str,
}

impl RoleRequest {
    /// Reads and checks the body of a request at a scope.
    pub(super) fn read(
        visit: &Visit<'_>,
        scope: &BillingScope,
        account: &BillingAccount,
        shape: Shape,
    ) -> Result<Self, Refusal> {
        let body = visit.body()?;
        let members = members(visit, &body, shape, account)?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let Some(principal) = text("principalId") else {
            return Err(Refusal::not_simulated(
                "billing roles given by e-mail address",
            ));
        };
        let role = definition(text("roleDefinitionId").unwrap_or_default(), scope, account)?;
        let own_tenant = account.tenant.to_string();
        let tenant = text("principalTenantId").unwrap_or(&own_tenant);
        let found = find_principal(visit, principal, tenant);
        let (principal, tenant, principal_type) = found.ok_or_else(|| {
            let text = format!(
                "The provided principal Tenant Id = {tenant} and principal Object Id {principal} are not valid"
            );
            Refusal::new(400, "BadRequest", text)
        })?;
        let request = Self {
            role,
            principal,
            tenant,
            principal_type,
        };
        request.check_suitable(account)?;
        Ok(request)
    }

    /// Only some roles of an enrollment may be held by a service principal, and MCA and MPA know the own directory (others
    /// only when they are associated, which the sandbox does not simulate). Microsoft documents the rules, not the codes.
    fn check_suitable(&self, account: &BillingAccount) -> Result<(), Refusal> {
        if self.principal_type == "ServicePrincipal" && !self.role.for_service_principals {
            let text = format!(
                "The billing role '{}' cannot be assigned to a service principal.",
                self.role.name
            );
            return Err(Refusal::new(400, "BadRequest", text));
        }
        if account.agreement.is_modern() && self.tenant != account.tenant {
            let text = format!(
                "The tenant '{}' is not associated with the billing account '{}'.",
                self.tenant, account.name
            );
            return Err(Refusal::new(400, "BadRequest", text));
        }
        Ok(())
    }
}

/// The members, wherever they are, with what must be there and without what nobody knows.
fn members<'body>(
    visit: &Visit<'_>,
    body: &'body Value,
    shape: Shape,
    account: &BillingAccount,
) -> Result<&'body Map<String, Value>, Refusal> {
    let nothing = || Refusal::problem(visit.call, missing(&Map::new(), shape, account));
    let whole = body.as_object().ok_or_else(nothing)?;
    let members = match shape {
        Shape::Wrapped => body["properties"].as_object().ok_or_else(nothing)?,
        Shape::Flat => whole,
    };
    let missing = missing(members, shape, account);
    if !missing.is_empty() {
        return Err(Refusal::problem(visit.call, missing));
    }
    let stranger = |fields: &Map<String, Value>, known: &[&str]| {
        fields
            .keys()
            .find(|name| !known.contains(&name.as_str()))
            .cloned()
    };
    let around = (shape == Shape::Wrapped)
        .then(|| stranger(whole, &AROUND))
        .flatten();
    match around.or_else(|| stranger(members, &WRITABLE)) {
        Some(unknown) => {
            Err(ArmError::unknown_member(&unknown, "BillingRoleAssignmentProperties").into())
        }
        None => Ok(members),
    }
}

fn missing(
    members: &Map<String, Value>,
    shape: Shape,
    account: &BillingAccount,
) -> Vec<(String, &'static str)> {
    let prefix = match shape {
        Shape::Wrapped => "Properties.",
        Shape::Flat => "",
    };
    let absent = |name: &str| {
        members
            .get(name)
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
    };
    // That the tenant is demanded is documented by its presence in every example for enrollments only.
    let tenant_needed = !account.agreement.is_modern();
    let checks = [
        (
            "PrincipalId",
            absent("principalId") && absent("userEmailAddress"),
            NO_PRINCIPAL,
        ),
        ("RoleDefinitionId", absent("roleDefinitionId"), NO_ROLE),
        (
            "PrincipalTenantId",
            tenant_needed && absent("principalTenantId"),
            NO_TENANT,
        ),
    ];
    checks
        .into_iter()
        .filter(|(_, absent, _)| *absent)
        .map(|(name, _, sentence)| (format!("{prefix}{name}"), sentence))
        .collect()
}

/// The role that an id names: one that can be given at the very scope of the request.
fn definition(
    id: &str,
    scope: &BillingScope,
    account: &BillingAccount,
) -> Result<&'static BillingRole, Refusal> {
    let at_scope = id
        .rsplit_once('/')
        .and_then(|(definitions, guid)| Some((definitions, Uuid::try_parse(guid).ok()?)))
        .filter(|(definitions, _)| {
            definitions.eq_ignore_ascii_case(&format!("{}/billingRoleDefinitions", scope.id()))
        });
    at_scope
        .and_then(|(_, guid)| role(account.agreement, &scope.kind, guid))
        .ok_or_else(|| {
            let text = format!(
                "The role definition '{id}' does not exist at the scope '{}'.",
                scope.id()
            );
            Refusal::new(400, "BadRequest", text)
        })
}

/// A user or service principal of a directory, once it has replicated. An application's object id or client id is neither.
fn find_principal(visit: &Visit<'_>, id: &str, tenant: &str) -> Option<(Uuid, Uuid, &'static str)> {
    let state: &State = &visit.world.state;
    let (id, tenant) = (Uuid::try_parse(id).ok()?, Uuid::try_parse(tenant).ok()?);
    let principal = state.service_principals.get(&id);
    if principal.is_some_and(|found| found.tenant == tenant && found.visible_at <= visit.call.now) {
        return Some((id, tenant, "ServicePrincipal"));
    }
    let user = state.users.get(&id).filter(|found| found.tenant == tenant);
    user.map(|_| (id, tenant, "User"))
}
