//! Applications that prove themselves: what the `AZURE_*` environment holds, and the connection's own secret.
//!
//! The variables are the Azure SDKs'. Of several proofs the federated token is taken first, then the certificate, then
//! the secret: the one that is hardest to steal.

use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::TokenCredential;
use azure_core::http::ClientOptions;
use azure_identity::{
    ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions,
};

use super::certificate::CertificateAssertion;
use super::managed::federated;
use super::valid_tenant;
use crate::azure::cloud::Cloud;
use crate::azure::ids::{ClientId, TenantId};
use crate::azure::transport::Transport;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::secret::Secret;

const TENANT: &str = "AZURE_TENANT_ID";
const CLIENT: &str = "AZURE_CLIENT_ID";
const SECRET: &str = "AZURE_CLIENT_SECRET";
const CERTIFICATE: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const FEDERATED: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// An application of the environment.
#[derive(Clone)]
pub(super) struct Application {
    /// GUID or domain.
    pub(super) tenant: String,
    pub(super) client_id: ClientId,
    proof: Proof,
    host: Host,
}

#[derive(Debug, Clone)]
enum Proof {
    Federated(String),
    Certificate(String),
    Secret(Secret),
}

impl std::fmt::Debug for Application {
    // Not derived: the host's environment may hold secrets of others.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Application")
            .field("tenant", &self.tenant)
            .field("client_id", &self.client_id)
            .field("proof", &self.proof)
            .finish_non_exhaustive()
    }
}

impl Application {
    /// The application that the environment describes; `tenant` (a flag) goes before the environment's.
    ///
    /// # Errors
    /// `Usage` with every variable that is missing, or the one that is not valid.
    pub(super) fn of_environment(host: &Host, tenant: Option<&str>) -> Result<Self> {
        let proof = host
            .env(FEDERATED)
            .map(|file| Proof::Federated(file.to_owned()))
            .or_else(|| {
                let file = host.env(CERTIFICATE)?;
                Some(Proof::Certificate(file.to_owned()))
            })
            .or_else(|| Some(Proof::Secret(Secret::new(host.env(SECRET)?))));
        Application::with(host, tenant, proof, "service-principal")
    }

    /// The application of a Kubernetes pod.
    ///
    /// # Errors
    /// As [`Application::of_environment`].
    pub(super) fn of_pod(host: &Host, tenant: Option<&str>) -> Result<Self> {
        let proof = host
            .env(FEDERATED)
            .map(|file| Proof::Federated(file.to_owned()));
        Application::with(host, tenant, proof, "workload-identity")
    }

    fn with(host: &Host, tenant: Option<&str>, proof: Option<Proof>, method: &str) -> Result<Self> {
        let tenant = tenant.or_else(|| host.env(TENANT));
        let (Some(tenant), Some(client_id), Some(proof)) = (tenant, host.env(CLIENT), &proof)
        else {
            return Err(incomplete(host, tenant, proof.is_some(), method));
        };
        let client_id = client_id.parse().map_err(|error| {
            Error::usage(
                "client_id",
                format!("The value of `{CLIENT}` is not valid. {error}"),
            )
            .hint(format!("Set `{CLIENT}` to the application (client) ID, or unset it and sign in with `--sign-in azure-cli` or `browser`."))
        })?;
        Ok(Application {
            tenant: valid_tenant(tenant)?.to_owned(),
            client_id,
            proof: proof.clone(),
            host: host.clone(),
        })
    }

    /// The credential of this application in `tenant`.
    ///
    /// # Errors
    /// `Usage` where a file of the environment is of no use.
    pub(super) fn credential(
        &self,
        tenant: &str,
        cloud: &Cloud,
        transport: &Transport,
    ) -> Result<Arc<dyn TokenCredential>> {
        let options = options(cloud, transport);
        match &self.proof {
            Proof::Federated(file) => federated(tenant, self.client_id, file, options),
            Proof::Certificate(file) => {
                let audience = audience(cloud, tenant)?;
                let assertion =
                    CertificateAssertion::read(file, self.client_id, audience, &self.host)?;
                with_assertion(tenant, self.client_id, assertion, options)
            }
            Proof::Secret(secret) => with_secret(tenant, self.client_id, secret, options),
        }
    }
}

/// One error with every variable that is missing.
fn incomplete(host: &Host, tenant: Option<&str>, has_proof: bool, method: &str) -> Error {
    let proofs = match method {
        "workload-identity" => format!("`{FEDERATED}`"),
        _ => format!("one of `{FEDERATED}`, `{CERTIFICATE}` or `{SECRET}`"),
    };
    let missing: Vec<String> = [
        (tenant.is_none(), format!("`{TENANT}`")),
        (host.env(CLIENT).is_none(), format!("`{CLIENT}`")),
        (!has_proof, proofs),
    ]
    .into_iter()
    .filter_map(|(is_missing, name)| is_missing.then_some(name))
    .collect();
    let missing = match missing.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    };
    Error::usage(
        "environment_incomplete",
        format!("Couldn't sign in with `--sign-in {method}`: the environment lacks {missing}."),
    )
    .why("An application proves itself with its directory, its client ID and a proof; all come from the environment.")
    .hint(format!("Set {missing}, or choose another way with `--sign-in`."))
}

/// How a connection proves that it is the application.
#[derive(Debug, Clone, Copy)]
pub enum OwnProof<'a> {
    /// By a client secret.
    Secret(&'a Secret),
    /// By a certificate and its private key, as PEM.
    Certificate(&'a Secret),
    /// By the token of another identity provider in this file.
    Federated(&'a str),
}

/// The connection's own credential at a directory. Made, not tried; the first call that it is used for tells whether Entra accepts it.
///
/// # Errors
/// `Usage` where the certificate or the token's file is of no use; a bug of ours, where the SDK does not take the cloud's authority.
pub fn of_application(
    (cloud, transport, host): (&Cloud, &Transport, &Host),
    tenant: TenantId,
    client_id: ClientId,
    proof: OwnProof<'_>,
) -> Result<Arc<dyn TokenCredential>> {
    let options = options(cloud, transport);
    let tenant = tenant.to_string();
    match proof {
        OwnProof::Secret(secret) => with_secret(&tenant, client_id, secret, options),
        OwnProof::Federated(file) => federated(&tenant, client_id, file, options),
        OwnProof::Certificate(pem) => {
            let audience = audience(cloud, &tenant)?;
            let assertion =
                CertificateAssertion::of_pem(pem, client_id, audience, host).map_err(|reason| {
                    Error::usage(
                        "client_certificate",
                        format!("What is kept of the connection's certificate {reason}."),
                    )
                    .hint("Give the connection another one: `azconnect rotate CONNECTION`")
                })?;
            with_assertion(&tenant, client_id, assertion, options)
        }
    }
}

/// Whom an assertion is for: the token endpoint of the directory.
fn audience(cloud: &Cloud, tenant: &str) -> Result<String> {
    cloud
        .login
        .join(&format!("/{tenant}/oauth2/v2.0/token"))
        .map(Into::into)
        .map_err(|error| Error::bug(error.to_string()))
}

fn with_assertion(
    tenant: &str,
    client_id: ClientId,
    assertion: CertificateAssertion,
    options: ClientOptions,
) -> Result<Arc<dyn TokenCredential>> {
    let made = ClientAssertionCredential::new(
        tenant.to_owned(),
        client_id.to_string(),
        assertion,
        Some(ClientAssertionCredentialOptions {
            client_options: options,
        }),
    );
    Ok(made.map_err(refused)?)
}

fn with_secret(
    tenant: &str,
    client_id: ClientId,
    secret: &Secret,
    options: ClientOptions,
) -> Result<Arc<dyn TokenCredential>> {
    let made = ClientSecretCredential::new(
        tenant,
        client_id.to_string(),
        secret.expose().to_owned().into(),
        Some(ClientSecretCredentialOptions {
            client_options: options,
        }),
    );
    Ok(made.map_err(refused)?)
}

/// The transport and the authority of this cloud, for a credential of the SDK's.
fn options(cloud: &Cloud, transport: &Transport) -> ClientOptions {
    let mut authority = CustomConfiguration::default();
    authority.authority_host = cloud.login.to_string();
    ClientOptions {
        cloud: Some(Arc::new(CloudConfiguration::Custom(authority))),
        ..transport.repeating()
    }
}

/// Everything that these constructors check was checked before.
fn refused(error: azure_core::Error) -> Error {
    Error::bug(format!("The credential can't be made: {error}.")).because(error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const ID: &str = "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e";

    fn proof(env: &[(&'static str, &'static str)]) -> Proof {
        let host = Host::made_of(env.iter().copied());
        Application::of_environment(&host, Some("contoso.com"))
            .unwrap()
            .proof
    }

    #[test]
    fn every_missing_variable_is_named_at_once() {
        let error = Application::of_environment(&Host::made_of([]), None).unwrap_err();
        for name in [TENANT, CLIENT, SECRET, CERTIFICATE, FEDERATED] {
            assert!(error.message().contains(name), "{error}");
        }
        assert_eq!(error.kind(), crate::error::Kind::Usage);
        let error =
            Application::of_environment(&Host::made_of([(SECRET, "hunter2")]), Some("contoso.com"))
                .unwrap_err();
        assert!(
            error.message().contains(CLIENT) && !error.message().contains(TENANT),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
        let pod = Application::of_pod(&Host::made_of([(SECRET, "s"), (CLIENT, ID)]), Some("t"))
            .unwrap_err();
        assert!(
            pod.message()
                .ends_with("lacks `AZURE_FEDERATED_TOKEN_FILE`."),
            "{pod}"
        );
    }

    #[test]
    fn the_proof_that_is_hardest_to_steal_goes_first() {
        let all = [
            (CLIENT, ID),
            (SECRET, "s"),
            (CERTIFICATE, "c"),
            (FEDERATED, "f"),
        ];
        assert!(matches!(proof(&all), Proof::Federated(_)));
        assert!(matches!(proof(&all[..3]), Proof::Certificate(_)));
        assert!(matches!(proof(&all[..2]), Proof::Secret(_)));
    }

    #[test]
    fn a_wrong_id_or_directory_is_refused_before_any_request() {
        for (tenant, client) in [("contoso.com/../x", ID), ("contoso.com", "app"), ("", ID)] {
            let host = Host::made_of([(CLIENT, &*client.to_owned().leak()), (SECRET, "hunter2")]);
            let error = Application::of_environment(&host, Some(tenant)).unwrap_err();
            assert_eq!(error.kind(), crate::error::Kind::Usage);
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let host = Host::made_of([(CLIENT, ID), (SECRET, "hunter2")]);
        let application = Application::of_environment(&host, Some("contoso.com")).unwrap();
        assert!(!format!("{:?}", application.proof).contains("hunter2"));
        assert!(!format!("{application:?}").contains("hunter2"));
    }
}
