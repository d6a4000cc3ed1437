//! A simulated Azure, as an https server on loopback: Entra, Microsoft Graph, Azure Resource Manager with Cost Management
//! and Billing, blob storage, and Key Vault.
//!
//! `azconnect sandbox` and `--sandbox` start it, and so does every test that needs an Azure. The rest of the program meets
//! it as one more cloud, through a cloud file; it shares no code with that program, so that one mistake cannot hide in
//! both. It is strict: what Azure refuses, it refuses, with Azure's codes and bodies.
//!
//! A request's way: `server` (TLS, connections) → `dispatch` (log, faults) → the service's table of routes
//! (`entra`, `graph`, `arm`, `storage::blob`, `key_vault`) → a plain function over the [`State`], under one lock. The state is on disk before the
//! answer leaves.

mod arm;
mod billing;
mod certificates;
mod contoso;
mod dispatch;
mod entra;
mod exchange;
mod exports;
mod faults;
mod graph;
pub mod ids;
mod key_vault;
mod log;
mod partner_center;
mod person;
mod routes;
mod server;
mod state_file;
mod storage;
mod tenant;
#[cfg(test)]
mod tests;
mod tokens;
mod vendor_apps;
mod world;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use billing::{
    AccountStatus, Agreement, Billing, BillingAccount, BillingOperation, BillingProfile,
    BillingRoleAssignment, Customer, Department, EnrollmentDetails,
};
pub use exports::{Execution, Export, ExportRun, Exports, RunError, RunResult};
pub use faults::{Action, Faults, Rule};
pub use key_vault::{KeyVault, SecretVersion, VaultPermission, VaultSecret};
pub use log::LogEntry;
pub use partner_center::{
    APP_MANAGEMENT, PartnerAccount, PartnerCenter, PartnerCustomer, PartnerKind, PartnerOddity,
    PartnerOffer, PartnerSubscription, PartnerThrottle,
};
pub use person::Person;
pub use storage::{
    Blob, BlobBody, Container, Denied, NetworkRules, Policy, ProviderRegistration,
    RegistrationState, ResourceGroup, ResourceOperation, Storage, StorageAccount,
};
pub use tenant::{
    AppManagementPolicy, Application, CostProfile, DirectoryRole, FederatedIdentityCredential,
    KeyCredential, ManagementGroup, PasswordCredential, RoleAssignment, STATE_VERSION,
    ServicePrincipal, State, Subscription, SubscriptionState, Tenant, User, UserType,
};

use server::Servers;
use world::Shared;

/// How a sandbox is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// Added to every answer.
    pub latency: Duration,
    /// How long changes take to be seen.
    pub replication: Replication,
    /// Where the state is kept; none keeps it in memory only. No key is ever written.
    pub state_file: Option<PathBuf>,
    /// Further names for the server's certificate, e.g. `login.microsoftonline.com`.
    pub extra_hosts: Vec<String>,
    /// The state to begin with where `state_file` does not exist.
    pub seed: State,
    /// File to which every request is appended as a line of JSON.
    pub request_log: Option<PathBuf>,
    /// Port of the login service; the others take the five ports after it. None lets the system choose.
    pub first_port: Option<u16>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            replication: Replication::default(),
            state_file: None,
            extra_hosts: Vec::new(),
            seed: State::contoso(),
            request_log: None,
            first_port: None,
        }
    }
}

/// How long changes take to be seen. Azure gives no bounds; these are short enough to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replication {
    /// A new application or service principal is not found for so long.
    pub directory: Duration,
    /// A new secret or federated credential is refused for so long.
    pub password: Duration,
    /// A new role assignment permits nothing for so long.
    pub rbac: Duration,
    /// A new billing role permits nothing for so long.
    pub billing: Duration,
    /// A provider registers, a storage account is made, a resource group or container goes for so long.
    pub resources: Duration,
    /// The first run of a new export's schedule comes after so long; Azure's within a day.
    pub first_export: Duration,
    /// A run of an export takes so long, half of it in the queue.
    pub export_run: Duration,
    /// Within so long, ten runs can be asked for at a scope; within a minute in Azure. Zero: as many as one likes.
    pub export_pace: Duration,
}

impl Default for Replication {
    fn default() -> Self {
        Self {
            directory: Duration::from_millis(1500),
            password: Duration::from_secs(1),
            rbac: Duration::from_secs(2),
            billing: Duration::from_secs(2),
            resources: Duration::from_millis(1500),
            first_export: Duration::from_secs(3),
            export_run: Duration::from_secs(4),
            export_pace: Duration::from_secs(10),
        }
    }
}

impl Replication {
    /// Everything is seen at once.
    #[must_use]
    pub fn none() -> Self {
        Self {
            directory: Duration::ZERO,
            password: Duration::ZERO,
            rbac: Duration::ZERO,
            billing: Duration::ZERO,
            resources: Duration::ZERO,
            first_export: Duration::ZERO,
            export_run: Duration::ZERO,
            export_pace: Duration::ZERO,
        }
    }
}

/// One of the sandbox's services; each has a port of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// The Microsoft identity platform (login.microsoftonline.com).
    Login,
    /// Microsoft Graph (graph.microsoft.com).
    Graph,
    /// Azure Resource Manager (management.azure.com).
    Arm,
    /// Partner Center (api.partnercenter.microsoft.com).
    PartnerCenter,
    /// Blob storage (ACCOUNT.blob.core.windows.net; here the account is the first part of the path).
    Blob,
    /// Key Vault (VAULT.vault.azure.net; here the vault is the first part of the path).
    KeyVault,
}

impl Service {
    /// All services, in the order of their ports.
    pub const ALL: [Self; 6] = [
        Self::Login,
        Self::Graph,
        Self::Arm,
        Self::PartnerCenter,
        Self::Blob,
        Self::KeyVault,
    ];
}

/// Where the services listen: `https://127.0.0.1:PORT`, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Authority host.
    pub login: String,
    /// Microsoft Graph, without `/v1.0`.
    pub graph: String,
    /// Azure Resource Manager.
    pub arm: String,
    /// Partner Center.
    pub partner_center: String,
    /// Blob storage; the account is the first part of the path.
    pub blob: String,
    /// Key Vault; the vault is the first part of the path.
    pub key_vault: String,
}

impl Endpoints {
    /// The endpoint of one service.
    #[must_use]
    pub fn of(&self, service: Service) -> &str {
        match service {
            Service::Login => &self.login,
            Service::Graph => &self.graph,
            Service::Arm => &self.arm,
            Service::PartnerCenter => &self.partner_center,
            Service::Blob => &self.blob,
            Service::KeyVault => &self.key_vault,
        }
    }
}

/// Why a sandbox could not start, or a simulated person could not go on.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// A port, a file or a connection failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The state file is there but this build cannot use it.
    #[error("Couldn't read the sandbox's state in `{}`: {why}. Run `azconnect sandbox --reset` to begin anew", path.display())]
    StateFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A key or a certificate could not be made.
    #[error("Failed to make the sandbox's keys: {0}")]
    Keys(String),
    /// A page refused a simulated person.
    #[error("The sign-in page refused: {0}")]
    Refused(String),
    /// The request of a simulated person did not get an answer.
    #[error("Failed to open a page as a simulated person: {0}")]
    Browser(String),
}

/// Starts the servers. Must be called within a tokio runtime, which then runs them until [`Sandbox::shut_down`].
///
/// # Errors
/// A port is taken, the state file is not readable, or keys cannot be made.
pub async fn start(options: Options) -> Result<Sandbox, SandboxError> {
    let certificates = certificates::Certificates::generate(&options.extra_hosts)?;
    let listeners = server::bind(options.first_port).await?;
    let endpoints = server::endpoints(&listeners)?;
    let shared = Arc::new(Shared::open(&options, endpoints)?);
    let servers = server::spawn(listeners, &certificates, &shared);
    Ok(Sandbox {
        shared,
        ca_pem: certificates.ca_pem,
        servers,
    })
}

/// A running sandbox. Dropping it leaves the servers running until the runtime ends.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    ca_pem: String,
    servers: Servers,
}

impl Sandbox {
    /// Where the services listen.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.shared.endpoints
    }

    /// The root certificate that signed the servers' certificate, in PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Writes `cloud.toml` and `ca.pem` into the folder, and returns the path of the former.
    ///
    /// # Errors
    /// The folder cannot be made or written.
    pub fn write_cloud_file(&self, dir: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(dir)?;
        fs::write(dir.join("ca.pem"), &self.ca_pem)?;
        let path = dir.join("cloud.toml");
        fs::write(&path, self.cloud_file())?;
        Ok(path)
    }

    fn cloud_file(&self) -> String {
        let Endpoints {
            login,
            graph,
            arm,
            partner_center,
            blob,
            key_vault,
        } = self.endpoints();
        format!(
            r#"name = "sandbox"
login = "{login}"
graph = "{graph}"
arm = "{arm}"
partner_center = "{partner_center}"
blob = "{blob}/{{account}}"
key_vault = "{key_vault}/{{vault}}"
portal = "https://portal.azure.com"
graph_audience = "https://graph.microsoft.com"
arm_audience = "https://management.azure.com"
storage_audience = "https://storage.azure.com"
key_vault_audience = "https://vault.azure.net"
partner_center_audience = "https://api.partnercenter.microsoft.com"
ca_file = "ca.pem"
"#
        )
    }

    /// The rules for failures on demand.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Every request so far, in order of arrival.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.shared.log.entries()
    }

    /// Reads or changes the state between two requests; it is saved afterwards.
    pub fn state<R>(&self, read_or_change: impl FnOnce(&mut State) -> R) -> R {
        let (result, saved) = self
            .shared
            .with_world(|world| read_or_change(&mut world.state));
        if let Err(error) = saved {
            tracing::warn!(%error, "Failed to save the sandbox's state");
        }
        result
    }

    /// A simulated human with a browser, by user principal name or sign-in name.
    #[must_use]
    pub fn person(&self, user_principal_name: &str) -> Person {
        Person::new(user_principal_name, self.endpoints(), self.ca_pem.clone())
    }

    /// Makes everybody sign in again: refresh tokens handed out so far are refused with AADSTS700082.
    pub fn expire_refresh_tokens(&self) {
        let ((), _) = self
            .shared
            .with_world(|world| world.sessions.expire_refresh_tokens());
    }

    /// Stops the servers: idle connections end at once, the others are given half a second.
    pub async fn shut_down(self) {
        self.servers.stop().await;
    }
}
