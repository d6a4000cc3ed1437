//! The admin consent page: an administrator lets an application of another directory into this one.
//!
//! <https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent>. With `login_hint` that person has consented at
//! once; without it the page lists the people. What permissions the application asks for is not simulated: it gets its service principal.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::super::exchange::{Answer, Call, percent_encoded};
use super::super::routes::Parameters;
use super::super::tenant::{DirectoryRole, ServicePrincipal, User};
use super::super::world::World;
use super::directory::{Authority, authority, unknown_application, user};
use super::pages;
use super::refusal::Refusal;

/// Who may consent for everybody.
const MAY: [DirectoryRole; 3] = [
    DirectoryRole::GlobalAdministrator,
    DirectoryRole::ApplicationAdministrator,
    DirectoryRole::CloudApplicationAdministrator,
];

/// `GET /{tenant}/adminconsent`
pub(super) fn page(world: &mut World, call: &Call, parameters: &Parameters) -> Answer {
    consented(world, call, parameters.get("tenant"))
        .unwrap_or_else(|refusal| Answer::html(400, pages::error(&refusal.sentence())))
}

fn consented(world: &mut World, call: &Call, tenant: &str) -> Result<Answer, Refusal> {
    let at = authority(&world.state, tenant)?;
    let client_id = call
        .query("client_id")
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Refusal::missing("client_id"))?;
    let Authority::Tenant(tenant) = at else {
        let text = "The sandbox simulates admin consent only at a directory of its own.";
        return Err(Refusal::new("invalid_request", 90_013, text));
    };
    let id = Uuid::try_parse(client_id).ok();
    let found = world.state.applications.values().find(|application| {
        Some(application.app_id) == id
            && application.is_usable(call.now)
            && (application.tenant == tenant || application.is_multi_tenant())
    });
    let (app_id, name) = match found {
        Some(application) => (application.app_id, application.display_name.clone()),
        None => return Err(unknown_application(&world.state, client_id, at)),
    };
    let Some(person) = call.query("login_hint").filter(|name| !name.is_empty()) else {
        return Ok(Answer::html(200, people(world, call, tenant)));
    };
    let person = user(&world.state, person, at)?;
    if !MAY.iter().any(|role| person.directory_roles.contains(role)) {
        let text = format!(
            "An administrator of the directory has set a policy that prevents you from granting {name} the permissions it is \
             requesting. Contact an administrator, who can grant permissions to this app on your behalf."
        );
        return Err(Refusal::new("access_denied", 90_094, text));
    }
    add(world, call, tenant, (app_id, &name));
    let text = format!("{name} is now an enterprise application of this directory.");
    Ok(Answer::html(
        200,
        pages::message("Permissions accepted", &text),
    ))
}

/// The application's account in the directory; a second consent changes nothing.
fn add(world: &mut World, call: &Call, tenant: Uuid, (app_id, name): (Uuid, &str)) {
    let mut all = world.state.service_principals.values();
    if all.any(|principal| principal.tenant == tenant && principal.app_id == app_id) {
        return;
    }
    let principal = ServicePrincipal {
        id: Uuid::new_v4(),
        app_id,
        tenant,
        display_name: name.to_owned(),
        account_enabled: true,
        notes: None,
        tags: Vec::new(),
        directory_roles: BTreeSet::new(),
        created: call.now,
        visible_at: call.now + world.replication.directory,
    };
    world
        .state
        .service_principals
        .insert(principal.id, principal);
}

fn people(world: &World, call: &Call, tenant: Uuid) -> String {
    let query: Vec<String> = call
        .query
        .iter()
        .filter(|(name, _)| name != "login_hint")
        .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
        .collect();
    let here = format!("{}?{}", call.path, query.join("&"));
    let of_tenant = world
        .state
        .users
        .values()
        .filter(|user| user.tenant == tenant);
    let shown: Vec<(&User, String)> = of_tenant
        .map(|user| {
            let name = percent_encoded(&user.user_principal_name);
            (user, format!("{here}&login_hint={name}"))
        })
        .collect();
    pages::pick_person(&shown, &here)
}
