//! Applications on their own: a secret, a certificate, or a token of another identity provider.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use jiff::Timestamp;
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::tenant::{Application, ServicePrincipal, State};
use super::super::world::World;
use super::client_assertion;
use super::directory::{Authority, disabled, unknown_application};
use super::issue;
use super::refusal::Refusal;
use super::scope::{Asker, parse};
use super::token::TokenRequest;

/// Issues a token to an application that proves itself.
pub(super) fn grant(world: &World, request: &TokenRequest<'_>) -> Result<Answer, Refusal> {
    let client_id = request.required("client_id")?;
    let Authority::Tenant(tenant) = request.at else {
        return Err(no_directory());
    };
    let (application, principal) = client(&world.state, client_id, tenant, request.call.now)?;
    prove(world, request, application, tenant)?;
    let scope = parse(
        request.required("scope")?,
        Asker::Application,
        world.state.tenants.get(&tenant),
    )?;
    issue::for_application(world, request.call, principal, &scope)
}

fn no_directory() -> Refusal {
    let text = "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or \
                tenant-specific endpoint.";
    Refusal::new("invalid_request", 9_001_023, text)
}

/// The application and its service principal in this directory.
fn client<'state>(
    state: &'state State,
    client_id: &str,
    tenant: Uuid,
    now: Timestamp,
) -> Result<(&'state Application, &'state ServicePrincipal), Refusal> {
    let unknown = || unknown_application(state, client_id, Authority::Tenant(tenant));
    let id = Uuid::try_parse(client_id).map_err(|_| unknown())?;
    let principal = state.service_principals.values().find(|principal| {
        principal.app_id == id && principal.tenant == tenant && principal.visible_at <= now
    });
    let application = state
        .applications
        .values()
        .find(|application| application.app_id == id && application.is_usable(now))
        .filter(|application| {
            application.tenant == tenant || (application.is_multi_tenant() && principal.is_some())
        })
        .ok_or_else(unknown)?;
    let Some(principal) = principal else {
        let text = format!(
            "The client application '{id}' is missing service principal in the tenant '{tenant}'."
        );
        return Err(Refusal::new("unauthorized_client", 7_000_229, text));
    };
    if application.is_disabled || !principal.account_enabled {
        return Err(disabled(application));
    }
    Ok((application, principal))
}

fn prove(
    world: &World,
    request: &TokenRequest<'_>,
    application: &Application,
    tenant: Uuid,
) -> Result<(), Refusal> {
    const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    match (
        request.get("client_secret"),
        request.get("client_assertion"),
        request.get("client_assertion_type"),
    ) {
        (Some(secret), _, _) => check_secret(application, secret, request.call.now),
        (None, Some(assertion), Some(JWT_BEARER)) => {
            client_assertion::check(world, request.call, application, tenant, assertion)
        }
        _ => {
            let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
            Err(Refusal::invalid_client(7_000_218, text))
        }
    }
}

fn check_secret(application: &Application, secret: &str, now: Timestamp) -> Result<(), Refusal> {
    let found = application
        .password_credentials
        .iter()
        .find(|credential| credential.secret_text == secret);
    match found {
        Some(credential) if credential.end_date_time <= now => {
            let text = format!(
                "The provided client secret keys for app '{}' are expired. Visit the Azure portal to create new keys for your \
                 app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: \
                 https://aka.ms/certCreds.",
                application.app_id
            );
            Err(Refusal::invalid_client(7_000_222, text))
        }
        Some(credential) if credential.effective_at <= now && credential.start_date_time <= now => {
            Ok(())
        }
        Some(_) | None => {
            let text = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not \
                 the client secret ID, for a secret added to app '{}'.",
                application.app_id
            );
            Err(Refusal::invalid_client(7_000_215, text))
        }
    }
}
