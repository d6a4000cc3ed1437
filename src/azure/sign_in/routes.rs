//! One function for each way to sign in: it makes the credential, and says how to make it for another directory.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;

use super::browser::{self, Browser};
use super::claims::claims;
use super::device_code::DeviceCode;
use super::environment::Application;
use super::session::{Interaction, Session};
use super::token_endpoint::TokenEndpoint;
use super::{
    AZURE_CLI_CLIENT_ID, Elsewhere, Method, Request, SignedIn, azure_cli, failures, managed,
};
use crate::azure::cloud::Cloud;
use crate::azure::error;
use crate::azure::failure::failure;
use crate::azure::ids::{ClientId, TenantId};
use crate::error::{Error, Kind, Result};

/// What the account decides where no directory is named. Source: <https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints>
const ANY_DIRECTORY: &str = "organizations";

/// A credential, and how to make it for another directory.
struct Route {
    credential: Arc<dyn TokenCredential>,
    elsewhere: Elsewhere,
    facts: Arc<error::Facts>,
}

/// Signs in by one method and gets a first token, which shows who that is and where.
pub(super) async fn take(method: Method, why: String, request: &Request<'_>) -> Result<SignedIn> {
    let route = match method {
        Method::AzureCli => azure_cli(request)?,
        Method::Browser | Method::DeviceCode => person(method, request).await?,
        Method::ServicePrincipal => application(
            Application::of_environment(request.host, request.tenant)?,
            request,
        )?,
        Method::WorkloadIdentity => {
            application(Application::of_pod(request.host, request.tenant)?, request)?
        }
        Method::ManagedIdentity => managed_identity(request)?,
        Method::Auto => return Err(Error::bug("`auto` was not resolved to a way to sign in.")),
    };
    let scope = Cloud::scope(&request.cloud.arm_audience);
    let token = route
        .credential
        .get_token(&[&scope], None)
        .await
        .map_err(|error| failures::told(failure(error, &request.cloud.login, &route.facts)))
        .map_err(|error| of_the_environment(error, method))?;
    let known = claims(&token).unwrap_or_default();
    Ok(SignedIn {
        credential: route.credential,
        method,
        why,
        account: known.account(),
        tenant: known.tid,
        elsewhere: route.elsewhere,
    })
}

/// Whose credential was refused: people forget what their environment holds.
fn of_the_environment(error: Error, method: Method) -> Error {
    let refused = matches!(
        error.kind(),
        Kind::SignedOut | Kind::Usage | Kind::Forbidden
    );
    if method != Method::ServicePrincipal || !refused {
        return error;
    }
    error.hint("The credential is the one in the environment (`AZURE_CLIENT_ID` and what belongs to it). Correct it there, or sign in as yourself: `--sign-in browser`")
}

fn azure_cli(request: &Request<'_>) -> Result<Route> {
    let facts = facts(request, request.tenant, None);
    let credential =
        azure_cli::credential(request.host, request.tenant.map(str::to_owned), &facts)?;
    let (host, shared) = (request.host.clone(), facts.clone());
    Ok(Route {
        credential,
        elsewhere: Arc::new(move |tenant| {
            azure_cli::credential(&host, Some(tenant.to_string()), &shared)
        }),
        facts,
    })
}

async fn person(method: Method, request: &Request<'_>) -> Result<Route> {
    let client_id = request.client_id.unwrap_or(AZURE_CLI_CLIENT_ID);
    let facts = facts(request, request.tenant, Some(client_id));
    let endpoint = TokenEndpoint::new(
        &request.cloud.login,
        client_id,
        request.transport.once(),
        facts.clone(),
    );
    let person = request.person.clone();
    let interaction: Box<dyn Interaction> = match method {
        Method::DeviceCode => Box::new(DeviceCode {
            endpoint: endpoint.clone(),
            person,
            second: Duration::from_secs(1),
        }),
        _ => Box::new(Browser {
            endpoint: endpoint.clone(),
            person,
            host: request.host.clone(),
            patience: browser::PATIENCE,
            opening: browser::OPENING,
        }),
    };
    let scope = Cloud::scope(&request.cloud.arm_audience);
    let tenant = request.tenant.unwrap_or(ANY_DIRECTORY);
    let session = Session::begin(endpoint.clone(), interaction, tenant, &scope)
        .await
        .map_err(|failed| failures::told(endpoint.told(failed)))?;
    let session = Arc::new(session);
    Ok(Route {
        credential: session.clone(),
        elsewhere: Arc::new(move |tenant| Ok(Arc::new(session.elsewhere(tenant)))),
        facts,
    })
}

fn application(application: Application, request: &Request<'_>) -> Result<Route> {
    let credential =
        application.credential(&application.tenant, request.cloud, request.transport)?;
    let facts = facts(
        request,
        Some(&application.tenant),
        Some(application.client_id),
    );
    let (cloud, transport) = (request.cloud.clone(), request.transport.clone());
    Ok(Route {
        credential,
        elsewhere: Arc::new(move |tenant| {
            application.credential(&tenant.to_string(), &cloud, &transport)
        }),
        facts,
    })
}

fn managed_identity(request: &Request<'_>) -> Result<Route> {
    let client_id = request
        .host
        .env("AZURE_CLIENT_ID")
        .map(|id| {
            id.parse::<ClientId>().map_err(|error| {
                Error::usage(
                    "client_id",
                    format!("The value of `AZURE_CLIENT_ID` is not valid. {error}"),
                )
                .hint("Set it to the client ID of a user-assigned identity, or unset it for the machine's own.")
            })
        })
        .transpose()?;
    let facts = facts(request, request.tenant, client_id);
    Ok(Route {
        credential: managed::managed_identity(client_id, &facts)?,
        elsewhere: Arc::new(|tenant: TenantId| {
            Err(Error::usage(
                "managed_identity_tenant",
                format!("A managed identity exists in one directory only, so it can't be used in {tenant}."),
            )
            .hint("Sign in another way: `--sign-in browser` or `--sign-in azure-cli`."))
        }),
        facts,
    })
}

/// What remedies may need to know about this sign-in.
fn facts(
    request: &Request<'_>,
    tenant: Option<&str>,
    client_id: Option<ClientId>,
) -> Arc<error::Facts> {
    let bare = |url: &azure_core::http::Url| url.as_str().trim_end_matches('/').to_owned();
    let mut facts = error::Facts::from([
        ("portal", bare(&request.cloud.portal)),
        ("login", bare(&request.cloud.login)),
    ]);
    facts.extend(tenant.map(|tenant| ("tenant", tenant.to_owned())));
    facts.extend(client_id.map(|id| ("client_id", id.to_string())));
    Arc::new(facts)
}
