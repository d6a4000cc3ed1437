//! Who is asked and who asks: authorities, clients and people, looked up in the state.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::ids::AZURE_CLI_CLIENT_ID;
use super::super::tenant::{Application, State, Tenant, User};
use super::refusal::Refusal;

/// The first segment of an endpoint's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    /// One directory, by id or by one of its domains.
    Tenant(Uuid),
    /// Work or school accounts of any directory; also `common`, as the sandbox has no personal accounts.
    AnyOrganization,
    /// Personal accounts, which do not exist here.
    Consumers,
}

/// Understands the first segment of a path.
pub(super) fn authority(state: &State, segment: &str) -> Result<Authority, Refusal> {
    match segment.to_ascii_lowercase().as_str() {
        "organizations" | "common" => return Ok(Authority::AnyOrganization),
        "consumers" => return Ok(Authority::Consumers),
        _ => {}
    }
    if let Some(tenant) = tenant(state, segment) {
        return Ok(Authority::Tenant(tenant.id));
    }
    if Uuid::try_parse(segment).is_ok() || segment.contains('.') {
        let text = format!(
            "Tenant '{segment}' not found. Check to make sure you have the correct tenant ID and are signing into the correct \
             cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the \
             tenant."
        );
        return Err(Refusal::new("invalid_request", 90_002, text));
    }
    let text = format!(
        "Specified tenant identifier '{segment}' is neither a valid DNS name, nor a valid external domain."
    );
    Err(Refusal::new("invalid_request", 900_023, text))
}

/// A directory by id or domain.
pub(super) fn tenant<'state>(state: &'state State, name: &str) -> Option<&'state Tenant> {
    let id = Uuid::try_parse(name).ok();
    state.tenants.values().find(|tenant| {
        Some(tenant.id) == id
            || tenant.default_domain.eq_ignore_ascii_case(name)
            || tenant.initial_domain.eq_ignore_ascii_case(name)
    })
}

/// A client that people sign in with.
#[derive(Debug, Clone)]
pub(super) struct PublicClient {
    pub(super) id: Uuid,
    /// Microsoft's own clients have their rights consented in advance, and may ask only for those.
    pub(super) first_party: bool,
    redirect_uris: Vec<String>,
}

/// The client of an interactive flow: the Azure CLI, or an app registration of the directory.
pub(super) fn public_client(
    state: &State,
    id: &str,
    at: Authority,
    now: Timestamp,
) -> Result<PublicClient, Refusal> {
    let parsed = Uuid::try_parse(id).ok();
    if parsed == Some(AZURE_CLI_CLIENT_ID) {
        let redirect_uris = vec!["http://localhost".to_owned()];
        return Ok(PublicClient {
            id: AZURE_CLI_CLIENT_ID,
            first_party: true,
            redirect_uris,
        });
    }
    let found = state.applications.values().find(|application| {
        Some(application.app_id) == parsed
            && application.is_usable(now)
            && (at == Authority::Tenant(application.tenant) || application.is_multi_tenant())
    });
    let application = found.ok_or_else(|| unknown_application(state, id, at))?;
    if application.is_disabled {
        return Err(disabled(application));
    }
    Ok(PublicClient {
        id: application.app_id,
        first_party: false,
        redirect_uris: application.redirect_uris.clone(),
    })
}

impl PublicClient {
    /// Whether a redirect URI is registered. For `http://localhost` the port does not count, the path does.
    pub(super) fn allows_redirect(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| {
            without_local_port(uri).trim_end_matches('/')
                == without_local_port(registered).trim_end_matches('/')
        })
    }
}

fn without_local_port(uri: &str) -> String {
    const LOCAL: &str = "http://localhost:";
    match uri.strip_prefix(LOCAL) {
        Some(rest) => {
            let path = rest.trim_start_matches(|character: char| character.is_ascii_digit());
            // What follows must be a path: `http://localhost:80@evil.example` is another host.
            if path.is_empty() || path.starts_with('/') {
                format!("http://localhost{path}")
            } else {
                uri.to_owned()
            }
        }
        None => uri.to_owned(),
    }
}

/// AADSTS700016.
pub(super) fn unknown_application(state: &State, id: &str, at: Authority) -> Refusal {
    let directory = match at {
        Authority::Tenant(tenant) => state
            .tenants
            .get(&tenant)
            .map_or("", |tenant| tenant.display_name.as_str()),
        Authority::AnyOrganization | Authority::Consumers => "common",
    };
    let text = format!(
        "Application with identifier '{id}' was not found in the directory '{directory}'. This can happen if the application \
         has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have \
         sent your authentication request to the wrong tenant."
    );
    Refusal::new("unauthorized_client", 700_016, text)
}

/// AADSTS7000112.
pub(super) fn disabled(application: &Application) -> Refusal {
    let text = format!(
        "Application '{}'({}) is disabled.",
        application.app_id, application.display_name
    );
    Refusal::new("unauthorized_client", 7_000_112, text)
}

/// The object of a person in the directory that they sign in to.
pub(super) fn user<'state>(
    state: &'state State,
    name: &str,
    at: Authority,
) -> Result<&'state User, Refusal> {
    let known = || state.users.values().filter(|user| user.is_called(name));
    let found = match at {
        Authority::Tenant(tenant) => known().find(|user| user.tenant == tenant),
        Authority::AnyOrganization => known().find(|user| user.tenant == user.home_tenant),
        Authority::Consumers => None,
    };
    match (found, known().next(), at) {
        (Some(user), _, _) if user.account_enabled => Ok(user),
        (Some(_), _, _) => Err(Refusal::invalid_grant(
            50_057,
            "The user account is disabled.",
        )),
        (None, Some(stranger), Authority::Tenant(tenant)) => {
            Err(stranger_in(state, stranger, tenant))
        }
        (None, _, _) => {
            let text = format!(
                "The user account {name} does not exist in the directory. To sign into this application, the account must be \
                 added to the directory."
            );
            Err(Refusal::invalid_grant(50_034, text))
        }
    }
}

fn stranger_in(state: &State, stranger: &User, tenant: Uuid) -> Refusal {
    let directory = state
        .tenants
        .get(&tenant)
        .map_or("", |tenant| tenant.display_name.as_str());
    let text = format!(
        "User account '{}' from identity provider 'https://sts.windows.net/{}/' does not exist in tenant '{directory}' and \
         cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.",
        stranger.sign_in_name, stranger.home_tenant
    );
    Refusal::invalid_grant(50_020, text)
}

impl Application {
    /// Whether requests at this moment see it.
    pub(in crate::sandbox) fn is_usable(&self, now: Timestamp) -> bool {
        self.deleted_at.is_none() && self.visible_at <= now
    }

    /// Whether other directories may have a service principal of it.
    pub(in crate::sandbox) fn is_multi_tenant(&self) -> bool {
        self.sign_in_audience != "AzureADMyOrg"
    }
}
