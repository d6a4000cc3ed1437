//! The way to Azure, and who has signed in on it: what a run opens once, when the first one needs it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::arguments::Global;
use crate::azure::cloud::Cloud;
use crate::azure::sign_in::SignedIn;
use crate::azure::transport::{Network, Transport};
use crate::error::{Error, Kind, Result};
use crate::host::Host;
use crate::sandbox::{self, Sandbox};
use crate::store::Paths;
use crate::ui::Ui;

/// The way to Azure, for whoever outlives a borrow of the [`App`](super::app::App).
pub struct Way {
    pub(super) host: Host,
    pub(super) ui: Arc<dyn Ui>,
    global: Global,
    paths: Paths,
    reach: tokio::sync::OnceCell<Reach>,
    signed_in: Mutex<Option<SignedIn>>,
}

/// Which Azure it is.
pub struct Reach {
    /// Which Azure.
    pub cloud: Arc<Cloud>,
    /// The way there.
    pub transport: Transport,
    /// The simulated Azure, if it is that one.
    pub sandbox: Option<Sandbox>,
}

impl Way {
    /// A way that nobody has taken yet.
    pub(super) fn new(host: &Host, ui: &Arc<dyn Ui>, global: &Global, paths: &Paths) -> Self {
        Way {
            host: host.clone(),
            ui: ui.clone(),
            global: global.clone(),
            paths: paths.clone(),
            reach: tokio::sync::OnceCell::new(),
            signed_in: Mutex::new(None),
        }
    }

    /// The way to Azure. `--sandbox` starts the simulated one now.
    ///
    /// # Errors
    /// `Usage` where the cloud file or a certificate is wrong, `Failed` where the sandbox can't be started.
    pub async fn reach(&self) -> Result<&Reach> {
        self.reach.get_or_try_init(|| self.open_reach()).await
    }

    /// Who has signed in during this run.
    pub(super) fn signed_in(&self) -> Option<SignedIn> {
        let signed_in = self.signed_in.lock();
        signed_in.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes who has signed in, so that nobody is asked twice in a run.
    pub(super) fn note(&self, signed_in: &SignedIn) {
        let mut noted = self
            .signed_in
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *noted = Some(signed_in.clone());
    }

    /// The flag that leads to the same Azure as this run's; none where that is the one anyway.
    pub(super) fn azure_flag(&self) -> Option<String> {
        let cloud = self.global.cloud.as_str();
        if self.global.sandbox {
            Some("--sandbox".to_owned())
        } else if cloud == "public" || self.host.env("AZCONNECT_CLOUD") == Some(cloud) {
            None
        } else {
            Some(format!("--cloud {}", crate::text::shell_word(cloud)))
        }
    }

    async fn open_reach(&self) -> Result<Reach> {
        let sandbox = if self.global.sandbox {
            Some(self.start_sandbox().await?)
        } else {
            None
        };
        let cloud = match &sandbox {
            Some(sandbox) => {
                let file = sandbox
                    .write_cloud_file(&self.paths.state)
                    .map_err(|error| sandbox_failed(&error.to_string()))?;
                Cloud::named(&file.to_string_lossy())?
            }
            None => Cloud::named(&self.global.cloud)?,
        };
        let network = Network {
            ca_file: self.global.ca_file.clone(),
            timeout: self.global.timeout.map(Duration::from_secs),
        };
        let transport = Transport::new(&cloud, &network)?;
        Ok(Reach {
            cloud: Arc::new(cloud),
            transport,
            sandbox,
        })
    }

    async fn start_sandbox(&self) -> Result<Sandbox> {
        self.paths.make()?;
        let options = sandbox::Options {
            state_file: Some(self.paths.state.join("azure.json")),
            seed: sandbox::State::contoso_as_partner(),
            ..sandbox::Options::default()
        };
        sandbox::start(options)
            .await
            .map_err(|error| sandbox_failed(&error.to_string()))
    }
}

fn sandbox_failed(reason: &str) -> Error {
    Error::new(
        Kind::Failed,
        "sandbox",
        format!(
            "The simulated Azure can't be started: {}.",
            reason.trim_end_matches('.')
        ),
    )
    .hint("Empty it and begin anew: azconnect sandbox --reset")
}
