//! Identities that Azure gives to the place where this runs: a machine's managed identity, a pod's workload identity.
//!
//! Source: <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientOptions, Transport};
use azure_identity::{
    ClientAssertionCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId, WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};

use super::explained::Explained;
use super::session::Cache;
use crate::azure::error::Facts;
use crate::azure::ids::ClientId;
use crate::error::{Error, Kind, Result};

/// How long the machine may take. The SDK would try for more than a minute, which suits a machine that is starting;
/// on one that is no Azure machine it is a minute of silence.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a connection to this machine's own endpoint may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The managed identity of this machine: the user-assigned one that `client_id` names, or the machine's own.
/// `IDENTITY_ENDPOINT` and its like are read from the process by the SDK, which has no other way.
pub(super) fn managed_identity(
    client_id: Option<ClientId>,
    facts: &Arc<Facts>,
) -> Result<Arc<dyn TokenCredential>> {
    let options = ManagedIdentityCredentialOptions {
        user_assigned_id: client_id.map(|id| UserAssignedId::ClientId(id.to_string())),
        client_options: direct()?,
    };
    let inner = ManagedIdentityCredential::new(Some(options)).map_err(|error| {
        Error::new(
            Kind::SignedOut,
            "managed_identity",
            format!("Couldn't use this machine's managed identity: {error}."),
        )
        .hint("Use `--sign-in service-principal` or `--sign-in azure-cli`.")
        .because(error)
    })?;
    Ok(Arc::new(Explained {
        inner,
        patience: PATIENCE,
        explain,
        facts: facts.clone(),
        cache: Cache::default(),
    }))
}

/// The endpoint is this machine's own (169.254.169.254, or a port of localhost): a proxy would ask for its own identity.
/// Source: <https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#proxies>
fn direct() -> Result<ClientOptions> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Error::bug(format!("A direct connection can't be set up: {error}.")))?;
    Ok(ClientOptions {
        transport: Some(Transport::new(Arc::new(client))),
        ..ClientOptions::default()
    })
}

fn explain(text: &str) -> (&'static str, String) {
    let said = crate::text::printable(text.lines().last().unwrap_or_default());
    let said = said.trim().trim_end_matches('.');
    (
        "managed_identity",
        format!("Couldn't get a token for a managed identity from this machine: {said}"),
    )
}

/// The application that trusts the issuer of the token in `file`. The file is read again as it is renewed.
///
/// # Errors
/// `Usage` where the file can't be read.
pub(super) fn federated(
    tenant: &str,
    client_id: ClientId,
    file: &str,
    options: ClientOptions,
) -> Result<Arc<dyn TokenCredential>> {
    let options = WorkloadIdentityCredentialOptions {
        credential_options: ClientAssertionCredentialOptions {
            client_options: options,
        },
        client_id: Some(client_id.to_string()),
        tenant_id: Some(tenant.to_owned()),
        token_file_path: Some(PathBuf::from(file)),
    };
    let made = WorkloadIdentityCredential::new(Some(options)).map_err(|error| {
        let file = crate::text::printable(file);
        Error::usage("federated_token_file", format!("Couldn't read the federated token in `{file}`."))
            .why(crate::text::printable(&error.to_string()))
            .hint("`AZURE_FEDERATED_TOKEN_FILE` names a file with a token of the identity provider; a pod gets it from the workload identity webhook.")
            .because(error)
    })?;
    Ok(made)
}
