//! What every command stands on: the cloud, the network, this machine's files, the screen.

use std::sync::{Arc, Mutex, PoisonError};

use azure_core::credentials::TokenCredential;

use super::arguments::Global;
use super::key_vault::LazyVault;
use super::signing::SignIns;
pub use super::way::Reach;
use super::way::Way;
use crate::azure::error::Facts;
use crate::azure::ids::{ClientId, TenantId};
use crate::azure::sign_in::OwnProof;
use crate::azure::{Azure, sign_in};
use crate::connection::ConnectionRecord;
use crate::error::{Error, Kind, Result};
use crate::host::Host;
use crate::remedies::AZURE_FLAG;
use crate::secret::Secret;
use crate::store::{Choice, Connections, Paths, SecretStore, Vault};
use crate::ui::Ui;

/// The rooms below, opened for one run.
pub struct App {
    /// The machine.
    pub host: Host,
    /// The screen.
    pub ui: Arc<dyn Ui>,
    /// Global flags.
    pub global: Global,
    /// Our folders.
    pub paths: Paths,
    /// The connections of this machine.
    pub connections: Connections,
    /// What to say if the run is interrupted from now on.
    pub on_interrupt: Mutex<IfStopped>,
    /// Sign-ins that are used again, where one run connects many.
    pub(super) sign_ins: Option<Arc<SignIns>>,
    way: Arc<Way>,
}

/// What an interrupted run ends with.
#[derive(Debug, Clone, Default)]
pub struct IfStopped {
    /// What became of the work; where nothing is said, it is what the ways on tell.
    pub what: Option<String>,
    /// The ways on; none where nothing was changed.
    pub ways: Vec<String>,
}

impl App {
    /// The rooms for these flags. Opens nothing that needs the network.
    ///
    /// # Errors
    /// `Storage` where our folders can't be made.
    pub fn open(host: &Host, ui: Arc<dyn Ui>, global: Global) -> Result<App> {
        let paths = Paths::of(host)?;
        let paths = if global.sandbox {
            paths.for_sandbox()
        } else {
            paths
        };
        Ok(App {
            host: host.clone(),
            way: Arc::new(Way::new(host, &ui, &global, &paths)),
            ui,
            global,
            connections: Connections::of(&paths),
            paths,
            on_interrupt: Mutex::default(),
            sign_ins: None,
        })
    }

    /// The same rooms for one of many connections: another screen, the same way to Azure, sign-ins that are used again, and a consent
    /// that was given for all of them.
    pub(super) fn for_one_of_many(&self, ui: Arc<dyn Ui>, sign_ins: Arc<SignIns>) -> App {
        App {
            host: self.host.clone(),
            ui,
            global: Global {
                yes: true,
                ..self.global.clone()
            },
            paths: self.paths.clone(),
            connections: self.connections.clone(),
            on_interrupt: Mutex::default(),
            sign_ins: Some(sign_ins),
            way: self.way.clone(),
        }
    }

    /// The way to Azure. `--sandbox` starts the simulated one now.
    ///
    /// # Errors
    /// `Usage` where the cloud file or a certificate is wrong, `Failed` where the sandbox can't be started.
    pub async fn reach(&self) -> Result<&Reach> {
        self.way.reach().await
    }

    /// The same way, for whoever outlives a borrow of this.
    pub(super) fn way(&self) -> &Arc<Way> {
        &self.way
    }

    /// The store that a record or a flag names. A key vault is opened when something is asked of it.
    ///
    /// # Errors
    /// `Usage` where it names none.
    pub fn store(&self, choice: &str) -> Result<Arc<dyn SecretStore>> {
        let choice: Choice = choice.parse()?;
        Ok(self.open_store(&choice, &self.paths))
    }

    /// The store of a choice, with the files of these folders.
    pub(super) fn open_store(&self, choice: &Choice, paths: &Paths) -> Arc<dyn SecretStore> {
        let vault = |place: &str| -> Arc<dyn Vault> { Arc::new(LazyVault::new(&self.way, place)) };
        crate::store::open(choice, &self.host, paths, vault)
    }

    /// Azure as the connection itself sees it, with a credential that has no token yet.
    ///
    /// # Errors
    /// `Usage` where the credential can't be made.
    pub async fn as_connection(
        &self,
        record: &ConnectionRecord,
        secret: &Secret,
    ) -> Result<(Azure, Arc<dyn TokenCredential>)> {
        let names = [
            ("connection", record.name.to_string()),
            ("vendor", record.vendor.clone()),
        ];
        let proof = match record.credential.kind.as_str() {
            "certificate" => OwnProof::Certificate(secret),
            "federated" => OwnProof::Federated(secret.expose()),
            _ => OwnProof::Secret(secret),
        };
        self.as_application(record.tenant_id, record.client_id, proof, names)
            .await
    }

    /// Azure, asked as an application; `names` are further facts for its remedies.
    ///
    /// # Errors
    /// `Usage` where the cloud or the credential can't be used at all.
    pub async fn as_application(
        &self,
        tenant: TenantId,
        client_id: ClientId,
        proof: OwnProof<'_>,
        names: [(&'static str, String); 2],
    ) -> Result<(Azure, Arc<dyn TokenCredential>)> {
        let Reach {
            cloud, transport, ..
        } = self.reach().await?;
        let credential =
            sign_in::of_application((cloud, transport, &self.host), tenant, client_id, proof)?;
        let mut facts = Facts::from(names);
        facts.extend([
            ("tenant", tenant.to_string()),
            ("client_id", client_id.to_string()),
            (
                "portal",
                cloud.portal.as_str().trim_end_matches('/').to_owned(),
            ),
            (
                "login",
                cloud.login.as_str().trim_end_matches('/').to_owned(),
            ),
        ]);
        facts.extend(self.azure_flag().map(|flag| (AZURE_FLAG, flag)));
        Ok((
            Azure::new(cloud, transport, credential.clone(), facts),
            credential,
        ))
    }

    /// The connection's secret or private key, from where it is kept; of a federated one, the file of the token that it signs in with.
    ///
    /// # Errors
    /// `Storage` where the store fails or no longer has it; `Usage` where it was never kept, and [`ELSEWHERE`] where it can't be.
    pub async fn secret_of(&self, record: &ConnectionRecord) -> Result<Secret> {
        let stored_in = &record.credential.stored_in;
        if record.credential.kind == "federated" {
            let file = self.host.env("AZURE_FEDERATED_TOKEN_FILE");
            return file.map(Secret::new).ok_or_else(|| elsewhere("It signs in with tokens of another identity provider, so it can be proven only from where they are made, with `AZURE_FEDERATED_TOKEN_FILE` naming the file of one."));
        }
        if record.credential.kind == "elsewhere" {
            return Err(elsewhere(
                "Only whoever holds the identity has its credential.",
            ));
        }
        if record.credential.kind == "certificate" && stored_in == "none" {
            return Err(elsewhere(
                "It signs in with the vendor's certificate, whose key only the vendor has.",
            ));
        }
        if stored_in == "none" {
            return Err(Error::new(
                Kind::Usage,
                "secret_not_kept",
                format!(
                    "The secret of `{}` is not kept on this machine.",
                    record.name
                ),
            )
            .why("It was connected with `--store none`.")
            .hint(format!(
                "Give it: {}",
                self.typed(format!(
                    "check --tenant {} --client-id {} --vendor {} --client-secret-stdin",
                    record.tenant_id, record.client_id, record.vendor
                ))
            )));
        }
        let found = self.store(stored_in)?.get(record.name.as_str()).await?;
        found.ok_or_else(|| {
            Error::new(
                Kind::Storage,
                "secret_gone",
                format!(
                    "The secret of `{}` is no longer {}.",
                    record.name,
                    super::views::place(stored_in)
                ),
            )
            .why("Somebody removed it, or it was put there by another user or on another machine.")
            .hint(format!(
                "Make a new one: `{}`",
                self.typed(format!(
                    "init {} --connection {} --tenant {} --store {}",
                    record.vendor,
                    record.name,
                    record.tenant_id,
                    crate::text::shell_word(stored_in)
                ))
            ))
        })
    }

    /// A command of ours as this person would type it: with the same Azure as this run.
    pub fn typed(&self, words: impl std::fmt::Display) -> String {
        match self.azure_flag() {
            Some(flag) => format!("azconnect {words} {flag}"),
            None => format!("azconnect {words}"),
        }
    }

    /// The flag that leads to the same Azure as this run's; none where that is the one anyway.
    pub fn azure_flag(&self) -> Option<String> {
        self.way.azure_flag()
    }

    /// From now on, an interrupted run ends with these ways on.
    pub fn say_if_interrupted(&self, ways: Vec<String>) {
        self.say_if_stopped(IfStopped { what: None, ways });
    }

    /// From now on, an interrupted run ends with this.
    pub fn say_if_stopped(&self, words: IfStopped) {
        *self
            .on_interrupt
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = words;
    }
}

/// The code of a connection whose credential is not on this machine and is not meant to be.
pub const ELSEWHERE: &str = "credential_elsewhere";

fn elsewhere(why: &str) -> Error {
    Error::usage(ELSEWHERE, "This machine can't sign in as the app.")
        .why(why)
        .hint("Run the same command where the credential is; `azconnect list` says what each connection signs in with.")
}
