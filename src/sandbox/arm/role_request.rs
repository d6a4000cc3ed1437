//! The body of a role assignment, checked member by member.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::tenant::State;
use super::Visit;
use super::refusal::ArmError;
use super::role_definitions::{is_assignable, unknown};
use super::role_table::role;
use super::scope::Scope;

const WRITABLE: [&str; 7] = [
    "condition",
    "conditionVersion",
    "delegatedManagedIdentityResourceId",
    "description",
    "principalId",
    "principalType",
    "roleDefinitionId",
];
const PRINCIPAL_TYPES: [&str; 5] = [
    "User",
    "Group",
    "ServicePrincipal",
    "ForeignGroup",
    "Device",
];
const DEFINITIONS: &str = "/providers/microsoft.authorization/roledefinitions/";

/// What is to be assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RoleRequest {
    pub(super) role: Uuid,
    pub(super) principal: Uuid,
    pub(super) principal_type: &'static str,
    pub(super) description: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) condition_version: Option<String>,
}

impl RoleRequest {
    /// Reads and checks the body of a PUT at a scope.
    pub(super) fn read(visit: &Visit<'_>, scope: &Scope) -> Result<Self, ArmError> {
        let body = visit.body()?;
        let properties = properties(&body)?;
        let text = |name: &str| properties.get(name).and_then(Value::as_str);
        let missing = || {
            ArmError::new(
                400,
                "BadRequestFormat",
                "The request was incorrectly formatted.",
            )
        };

        let principal = text("principalId").ok_or_else(missing)?;
        let principal = Uuid::try_parse(principal).map_err(|_| {
            let text = format!(
                "The Principal ID '{principal}' is not valid. Principal ID must be a GUID."
            );
            ArmError::new(400, "InvalidPrincipalId", text)
        })?;
        let role = definition(text("roleDefinitionId").ok_or_else(missing)?, scope)?;
        let principal_type = stated_type(text("principalType"))?;
        let (condition, condition_version) = (text("condition"), text("conditionVersion"));
        if condition.is_some() != condition_version.is_some()
            || condition_version.is_some_and(|version| version != "2.0")
        {
            let text = "The condition and its version must both be given; the only condition version is '2.0'.";
            return Err(ArmError::new(
                400,
                "InvalidConditionOrConditionVersion",
                text,
            ));
        }
        Ok(Self {
            role,
            principal,
            principal_type: principal_kind(visit, principal, principal_type)?,
            description: text("description").map(str::to_owned),
            condition: condition.map(str::to_owned),
            condition_version: condition_version.map(str::to_owned),
        })
    }
}

fn properties(body: &Value) -> Result<&Map<String, Value>, ArmError> {
    let incorrect = || {
        ArmError::new(
            400,
            "BadRequestFormat",
            "The request was incorrectly formatted.",
        )
    };
    let fields = body.as_object().ok_or_else(incorrect)?;
    if let Some(unknown) = fields.keys().find(|name| *name != "properties") {
        return Err(ArmError::unknown_member(
            unknown,
            "RoleAssignmentCreateParameters",
        ));
    }
    let properties = fields
        .get("properties")
        .and_then(Value::as_object)
        .ok_or_else(incorrect)?;
    if let Some(unknown) = properties
        .keys()
        .find(|name| !WRITABLE.contains(&name.as_str()))
    {
        return Err(ArmError::unknown_member(
            unknown,
            "RoleAssignmentProperties",
        ));
    }
    Ok(properties)
}

/// The role that a full id names, if it can be assigned at the scope.
fn definition(id: &str, scope: &Scope) -> Result<Uuid, ArmError> {
    let lower = id.to_ascii_lowercase();
    let guid = lower
        .find(DEFINITIONS)
        .map(|at| &lower[at + DEFINITIONS.len()..]);
    let Some(guid) = guid.and_then(|guid| Uuid::try_parse(guid).ok()) else {
        let text = format!(
            "The role definition ID '{id}' is not valid. The role definition ID must be fully qualified."
        );
        return Err(ArmError::new(400, "InvalidRoleDefinitionId", text));
    };
    match role(guid) {
        Some(role) if is_assignable(role, scope) => Ok(guid),
        _ => Err(unknown(400, &guid.to_string())),
    }
}

fn stated_type(text: Option<&str>) -> Result<Option<&'static str>, ArmError> {
    let Some(text) = text else { return Ok(None) };
    let known = PRINCIPAL_TYPES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(text));
    known.map(Some).ok_or_else(|| {
        let text = format!("The principal type '{text}' is not valid.");
        ArmError::new(400, "InvalidPrincipalType", text)
    })
}

/// What the principal is. One that has not replicated yet is taken on the caller's word, if it is given.
fn principal_kind(
    visit: &Visit<'_>,
    id: Uuid,
    stated: Option<&'static str>,
) -> Result<&'static str, ArmError> {
    let state = &visit.world.state;
    let tenant = visit.caller.tenant;
    let actual = match state
        .service_principals
        .get(&id)
        .filter(|found| found.tenant == tenant)
    {
        Some(principal) if principal.visible_at <= visit.call.now => "ServicePrincipal",
        Some(_) if stated == Some("ServicePrincipal") => return Ok("ServicePrincipal"),
        Some(_) => return Err(not_found(id, tenant)),
        None if state
            .users
            .get(&id)
            .is_some_and(|user| user.tenant == tenant) =>
        {
            "User"
        }
        None => return Err(no_principal(state, id, tenant)),
    };
    match stated {
        Some(stated) if stated != actual => {
            // The misspelling is Azure's.
            let text = format!(
                "The PrincipalId '{}' has type '{actual}' , which is different from specified PrinciaplType '{stated}'. Please \
                 specify correct PrinciaplType value.",
                id.simple()
            );
            Err(ArmError::new(400, "UnmatchedPrincipalType", text))
        }
        _ => Ok(actual),
    }
}

/// An application's object id is the usual mistake, and has an answer of its own.
fn no_principal(state: &State, id: Uuid, tenant: Uuid) -> ArmError {
    if state
        .applications
        .get(&id)
        .is_some_and(|application| application.tenant == tenant)
    {
        let text = "Principals of type Application cannot validly be used in role assignments.";
        return ArmError::new(400, "PrincipalTypeNotSupported", text);
    }
    not_found(id, tenant)
}

fn not_found(id: Uuid, tenant: Uuid) -> ArmError {
    let text = format!(
        "Principal {} does not exist in the directory {tenant}. Check that you have the correct principal ID. If you are \
         creating this principal and then immediately assigning a role, this error might be related to a replication delay. In \
         this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See \
         https://aka.ms/docs-principaltype",
        id.simple()
    );
    ArmError::new(400, "PrincipalNotFound", text)
}
