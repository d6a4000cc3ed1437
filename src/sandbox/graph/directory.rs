//! The organisation and its people.

use serde_json::{Map, Value, json};

use super::super::tenant::{DirectoryRole, User, UserType};
use super::query::Key;
use super::refusal::GraphError;
use super::{Outcome, Visit};

/// What a user has without `$select`; `userType` is not among it.
const USUAL_OF_USER: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// `GET /organization`
pub(super) fn organization(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    let tenants = visit
        .world
        .state
        .tenants
        .get(&visit.caller.tenant)
        .into_iter();
    let items = tenants
        .map(|tenant| {
            let domain = |name: &str| {
                json!({
                    "capabilities": "Email, OfficeCommunicationsOnline",
                    "isDefault": name == tenant.default_domain,
                    "isInitial": name == tenant.initial_domain,
                    "name": name,
                    "type": "Managed",
                })
            };
            let mut domains = vec![domain(&tenant.initial_domain)];
            if tenant.default_domain != tenant.initial_domain {
                domains.push(domain(&tenant.default_domain));
            }
            object(json!({
                "id": tenant.id, "deletedDateTime": null, "displayName": tenant.display_name, "tenantType": "AAD",
                "countryLetterCode": "DE", "verifiedDomains": domains,
            }))
        })
        .collect();
    visit.collection("organization", "organization", items, &[], None)
}

/// `GET /me`
pub(super) fn me(visit: &mut Visit<'_>) -> Outcome {
    let user = myself(visit)?;
    let view = view(user);
    visit.check_options()?;
    visit.entity(200, "users", "user", view, Some(&USUAL_OF_USER))
}

/// `GET /me/transitiveMemberOf/microsoft.graph.directoryRole`
pub(super) fn my_roles(visit: &mut Visit<'_>) -> Outcome {
    let roles = myself(visit)?
        .directory_roles
        .iter()
        .map(|role| role_view(*role, visit.caller.tenant))
        .collect();
    visit.collection(
        "directoryRoles",
        "directoryRole",
        roles,
        &["displayName", "roleTemplateId"],
        None,
    )
}

fn myself<'visit>(visit: &'visit Visit<'_>) -> Result<&'visit User, GraphError> {
    if !visit.caller.is_user {
        let text = "/me request is only valid with delegated authentication flow.";
        return Err(GraphError::new(400, "BadRequest", text));
    }
    visit
        .world
        .state
        .users
        .get(&visit.caller.id)
        .ok_or_else(|| GraphError::not_found(&visit.caller.id.to_string()))
}

/// `GET /users/{id or user principal name}`
pub(super) fn user(visit: &mut Visit<'_>) -> Outcome {
    visit.caller.check_reads_directory()?;
    visit.check_options()?;
    let key = Key::parse(visit.parameters.get("user"))?;
    let found = visit.world.state.users.values().find(|user| {
        user.tenant == visit.caller.tenant
            && (user.id.to_string() == key.value()
                || user.user_principal_name.eq_ignore_ascii_case(key.value()))
    });
    let user = found.ok_or_else(|| GraphError::not_found(key.value()))?;
    // Guests see nobody but themselves, as the directory's default for guests says.
    if visit.caller.is_guest && user.id != visit.caller.id {
        return Err(GraphError::denied());
    }
    visit.entity(200, "users", "user", view(user), Some(&USUAL_OF_USER))
}

fn view(user: &User) -> Map<String, Value> {
    let guest = user.user_type == UserType::Guest;
    let mut names = user.display_name.splitn(2, ' ');
    object(json!({
        "businessPhones": [], "displayName": user.display_name, "givenName": names.next(), "surname": names.next(),
        "jobTitle": null, "mail": user.sign_in_name, "mobilePhone": null, "officeLocation": null,
        "preferredLanguage": null, "userPrincipalName": user.user_principal_name, "id": user.id,
        "accountEnabled": user.account_enabled, "deletedDateTime": null,
        "userType": if guest { "Guest" } else { "Member" },
        "externalUserState": if guest { json!("Accepted") } else { Value::Null },
    }))
}

fn role_view(role: DirectoryRole, tenant: uuid::Uuid) -> Map<String, Value> {
    let (name, description) = match role {
        DirectoryRole::GlobalAdministrator => (
            "Global Administrator",
            "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities.",
        ),
        DirectoryRole::ApplicationAdministrator => (
            "Application Administrator",
            "Can create and manage all aspects of app registrations and enterprise apps.",
        ),
        DirectoryRole::CloudApplicationAdministrator => (
            "Cloud Application Administrator",
            "Can create and manage all aspects of app registrations and enterprise apps except App Proxy.",
        ),
        DirectoryRole::ApplicationDeveloper => (
            "Application Developer",
            "Can create application registrations independent of the 'Users can register applications' setting.",
        ),
    };
    let template = role.template_id();
    object(json!({
        "id": uuid::Uuid::new_v5(&tenant, template.as_bytes()), "deletedDateTime": null, "description": description,
        "displayName": name, "roleTemplateId": template,
    }))
}

/// A JSON object's fields.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
