//! The page "App management", where a person lets an application of the directory call Partner Center on its own.
//!
//! There is no API for it, so a person must go there: `…/dashboard/account/v3/appmanagement` below Partner Center's address
//! stands for <https://partner.microsoft.com/en-us/dashboard/account/v3/appmanagement>. Both ways that Microsoft documents
//! are here: "Add new web app", which makes a registration, and "Register existing app", which takes one of the directory's:
//! <https://learn.microsoft.com/partner-center/developer/set-up-api-access-in-partner-center>. Only a Global administrator of
//! the partner's directory may.

use uuid::Uuid;

use super::super::entra::escaped;
use super::super::exchange::{Answer, Call};
use super::super::tenant::{DirectoryRole, State, User};
use super::super::world::World;

/// Where the page is, below the address of [`super::super::Service::PartnerCenter`].
pub const APP_MANAGEMENT: &str = "/dashboard/account/v3/appmanagement";
/// What Partner Center calls a registration that it makes.
const NEW_NAME: &str = "Partner Center Web App";

/// Whether a path is the page's; the real one may have a language in front.
pub(super) fn is_at(segments: &[String]) -> bool {
    let path: String = segments
        .iter()
        .map(|segment| format!("/{}", segment.to_ascii_lowercase()))
        .collect();
    path.strip_suffix(APP_MANAGEMENT)
        .is_some_and(|language| language.matches('/').count() <= 1)
}

/// Shows the page, or does what its forms ask.
pub(super) fn handle(world: &mut World, call: &Call) -> Answer {
    match call.method.as_str() {
        "GET" => Answer::html(200, page(&forms(&world.state))),
        "POST" => {
            let form = call.form();
            let field = |name: &str| form.get(name).map_or("", String::as_str);
            match enter(&mut world.state, field("user"), field("app")) {
                Ok(client_id) => {
                    let text = format!(
                        "<p>The app <span id=\"app\">{client_id}</span> may call Partner Center.</p>"
                    );
                    Answer::html(200, page(&text))
                }
                Err(why) => {
                    let text = format!("<p id=\"error\">{}</p>", escaped(&why));
                    Answer::html(403, page(&text))
                }
            }
        }
        _ => Answer::empty(405),
    }
}

/// Registers an application by its client id, or a new one where it is empty.
fn enter(state: &mut State, user: &str, app: &str) -> Result<Uuid, String> {
    let person = state.users.values().find(|found| {
        found.is_called(user) && state.partner_center.accounts.contains_key(&found.tenant)
    });
    let Some(person) = person else {
        return Err(format!("{user} belongs to no partner."));
    };
    if !may(person) {
        return Err("Only a Global admin can manage apps.".to_owned());
    }
    let tenant = person.tenant;
    let client_id = if app.is_empty() {
        add_new(state, tenant).ok_or("Failed to add the app.")?
    } else {
        Uuid::try_parse(app).map_err(|_| format!("'{app}' is no App ID."))?
    };
    if state.register_in_app_management(tenant, client_id) {
        Ok(client_id)
    } else {
        Err(format!("The directory has no app {client_id}."))
    }
}

fn may(person: &User) -> bool {
    let roles = &person.directory_roles;
    person.account_enabled && roles.contains(&DirectoryRole::GlobalAdministrator)
}

fn add_new(state: &mut State, tenant: Uuid) -> Option<Uuid> {
    let taken = state
        .applications
        .values()
        .filter(|application| application.tenant == tenant)
        .count();
    let id = state.add_application(tenant, &format!("{NEW_NAME} {}", Uuid::new_v4().simple()));
    let application = state.applications.get_mut(&id)?;
    application.display_name = if taken == 0 {
        NEW_NAME.to_owned()
    } else {
        format!("{NEW_NAME} {}", taken + 1)
    };
    let client_id = application.app_id;
    state.add_service_principal(id)?;
    Some(client_id)
}

fn forms(state: &State) -> String {
    let accounts = &state.partner_center.accounts;
    if accounts.is_empty() {
        return "<p id=\"error\">No directory here is a partner.</p>".to_owned();
    }
    let registered: String = accounts
        .values()
        .flat_map(|account| &account.registered_applications)
        .map(|id| format!("<li>{id}</li>"))
        .collect();
    let people: String = state
        .users
        .values()
        .filter(|user| accounts.contains_key(&user.tenant))
        .map(|user| option(&user.user_principal_name, &user.display_name))
        .collect();
    let apps: String = state
        .applications
        .values()
        .filter(|app| accounts.contains_key(&app.tenant) && app.deleted_at.is_none())
        .map(|app| {
            let id = app.app_id.to_string();
            option(&id, &format!("{} ({id})", app.display_name))
        })
        .collect();
    let person =
        format!("<p><label>Signed in as <select name=\"user\">{people}</select></label></p>");
    format!(
        "<ul>{registered}</ul><h2>Register existing app</h2><form method=\"post\">{person}\
         <p><label>App <select name=\"app\">{apps}</select></label></p><p><button>Register your app</button></p></form>\
         <h2>Add new web app</h2><form method=\"post\">{person}<p><button>Add new web app</button></p></form>"
    )
}

fn option(value: &str, shown: &str) -> String {
    let (value, shown) = (escaped(value), escaped(shown));
    format!("<option value=\"{value}\">{shown}</option>")
}

fn page(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>App management</title><h1>App management</h1>{body}\
         <hr><p>azconnect sandbox: a simulated Partner Center. No password is asked for.</p></html>\n"
    )
}
