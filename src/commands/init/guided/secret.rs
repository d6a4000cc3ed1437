//! The secret that a person makes by hand: asked without echo, signed in with, and kept before anything else is done.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use uuid::Uuid;

use super::asking::First;
use super::{Came, Walk};
use crate::azure::cloud::Cloud;
use crate::azure::ids::{ClientId, KeyId};
use crate::azure::sign_in::{Claims, OwnProof, claims};
use crate::azure::{Azure, AzureError};
use crate::commands::init::in_hand::{entry, put};
use crate::connection::Receipt;
use crate::error::{Error, Result};
use crate::interview::resolve::blocking;
use crate::plan::guide::{self, Said};
use crate::secret::Secret;
use crate::steps::wait::Pauses;
use crate::steps::{Guide, Step, application};
use crate::ui::{Ask, Event, Progress};

/// How long Entra ID may need to know a secret that was just made. Longer than that, it is most often the wrong text.
const NEW: Duration = Duration::from_secs(12);
/// What Entra ID says of a secret that it doesn't know (yet).
const WRONG: &str = "AADSTS7000215";
/// What it says of an app that the directory doesn't have.
const NO_APP: &str = "AADSTS700016";

/// What a sign-in with the pasted text comes to.
enum Proof {
    /// It works; what the token tells.
    Works(Box<Claims>),
    /// It is not the secret of this app.
    Wrong,
    /// The directory has no such app.
    NoApp,
    /// Something else, to be said.
    Odd(Error),
}

impl Walk<'_> {
    /// Asks for the secret until one works.
    pub(super) async fn secret(&mut self, step: &dyn Step, guide: &Guide) -> Result<Came> {
        if !self.decided.takes_secret() {
            return self.watched(step, guide, false).await;
        }
        loop {
            let ask = self.ask(step, guide, "asks for the secret (Value)");
            let First::Line(text) = self.first(ask, pending::<Result<()>>()).await? else {
                continue;
            };
            match guide::understood(&text) {
                Said::Open => self.open(guide),
                Said::Later => return Ok(Came::Later),
                Said::Value(_) => self.remark(
                    "A secret is not to be typed where it can be seen, so that line was not taken for one.",
                    "Press Enter, then paste it. If it was the secret, delete it in the portal and make another one.",
                ),
                Said::Look | Said::Done => {
                    let pasted = self.pasted().await?;
                    if let Some(came) = self.try_secret(step, pasted).await? {
                        return Ok(came);
                    }
                }
            }
        }
    }

    async fn pasted(&self) -> Result<Secret> {
        let ask = Ask {
            key: "client_secret".to_owned(),
            prompt: "Paste the secret's Value".to_owned(),
            help: "It stands in the column Value of the new row, and is shown only until you leave the page. Secret ID is not it."
                .to_owned(),
            default: None,
            can_go_back: false,
            can_save: false,
        };
        let ui = self.app.ui.clone();
        blocking(move || ui.secret(&ask)).await
    }

    /// Signs in with it and keeps it; nothing where another one is to be pasted.
    async fn try_secret(&mut self, step: &dyn Step, pasted: Secret) -> Result<Option<Came>> {
        if guide::is_secret_id(pasted.expose()) {
            self.remark(
                "That is the Secret ID, not the secret.",
                "Copy the column Value. If the portal doesn't show it any more, make another secret and delete this one.",
            );
            return Ok(None);
        }
        let client_id = self.own_client_id()?;
        match self.proven(client_id, &pasted).await? {
            Proof::Works(claims) => {
                self.own_id = claims.oid;
                Ok(Some(self.keep_secret(step, client_id, pasted).await?))
            }
            Proof::Wrong => {
                self.remark(
                    format!("Entra ID doesn't accept it as a secret of the app {client_id}."),
                    "You may have pasted its ID and not its Value, a part of it, or the secret of another app. Copy Value once more, or make another secret.",
                );
                Ok(None)
            }
            Proof::NoApp if !self.guided.signed_in => {
                self.remark(
                    format!(
                        "The directory {} has no app with the client ID {client_id}.",
                        self.decided.spec.directory.display_name
                    ),
                    "You may have pasted its Object ID, or the app is in another directory. Copy Application (client) ID once more.",
                );
                Ok(Some(self.ask_for_application_again()?))
            }
            Proof::NoApp => {
                self.remark(
                    "Entra ID doesn't let the app sign in yet: it is new.",
                    "Wait a minute, then paste the secret again.",
                );
                Ok(None)
            }
            Proof::Odd(error) => {
                self.warn(&error);
                Ok(None)
            }
        }
    }

    fn own_client_id(&self) -> Result<ClientId> {
        let application = self.receipts.get(application::ID);
        application
            .and_then(|receipt| receipt.fact("client_id"))
            .ok_or_else(|| Error::bug("a secret was asked for without an application"))
    }

    /// Tries the secret, for as long as a new one may need.
    async fn proven(&self, client_id: ClientId, secret: &Secret) -> Result<Proof> {
        let mut pauses = Pauses::new(NEW);
        self.tell(Progress::Running, "");
        let proof = loop {
            let proof = self.proof(client_id, secret).await?;
            let may_pass = matches!(proof, Proof::Wrong | Proof::NoApp);
            if !may_pass || !pauses.pause().await {
                break proof;
            }
            self.tell(
                Progress::Waiting,
                "Entra ID to accept the new secret (usually some seconds)",
            );
        };
        let status = match proof {
            Proof::Works(_) => Progress::Done,
            Proof::Wrong | Proof::NoApp | Proof::Odd(_) => Progress::Failed,
        };
        self.tell(status, "");
        Ok(proof)
    }

    fn tell(&self, status: Progress, detail: &str) {
        self.app.ui.tell(Event::Step {
            id: "secret-proof".to_owned(),
            title: "Sign-in with the secret".to_owned(),
            change: "check".to_owned(),
            status,
            detail: detail.to_owned(),
        });
    }

    async fn proof(&self, client_id: ClientId, secret: &Secret) -> Result<Proof> {
        let (azure, credential) = self.as_app(client_id, secret).await?;
        let scope = Cloud::scope(&self.app.reach().await?.cloud.arm_audience);
        Ok(match credential.get_token(&[scope.as_str()], None).await {
            Ok(token) => Proof::Works(Box::new(claims(&token).unwrap_or_default())),
            Err(error) => match azure.explain(error) {
                AzureError::SignIn(error) if error.code == WRONG => Proof::Wrong,
                AzureError::SignIn(error) if error.code == NO_APP => Proof::NoApp,
                error => Proof::Odd(Error::from(error)),
            },
        })
    }

    /// Azure as the app itself sees it.
    pub(super) async fn as_app(
        &self,
        client_id: ClientId,
        secret: &Secret,
    ) -> Result<(Azure, Arc<dyn TokenCredential>)> {
        let spec = &self.decided.spec;
        let names = [
            ("connection", spec.name.to_string()),
            ("vendor", spec.vendor.clone()),
        ];
        let proof = match spec.credential.kind() {
            "certificate" => OwnProof::Certificate(secret),
            _ => OwnProof::Secret(secret),
        };
        self.app
            .as_application(spec.directory.id, client_id, proof, names)
            .await
    }

    /// The object ID of the app's service principal, by its own token.
    pub(super) async fn own_object_id(&self) -> Option<Uuid> {
        if self.own_id.is_some() {
            return self.own_id;
        }
        let secret = self.secret_in_hand()?;
        let client_id = self.own_client_id().ok()?;
        match self.proven(client_id, &secret).await.ok()? {
            Proof::Works(claims) => claims.oid,
            Proof::Wrong | Proof::NoApp | Proof::Odd(_) => None,
        }
    }

    /// Keeps the secret, and notes which one it is, before anything else happens: the portal shows it only once.
    async fn keep_secret(
        &mut self,
        step: &dyn Step,
        client_id: ClientId,
        secret: Secret,
    ) -> Result<Came> {
        let entry = entry(&self.decided, client_id, secret.clone());
        self.decided.store.set(&entry).await?;
        let known = self.key_of(client_id, &secret).await;
        put(&self.in_hand, secret);
        let mut receipt = guide::on_their_word(step, self.app.host.now());
        if let Some((key, ends)) = known {
            self.known = Some(key);
            receipt.id = key.to_string();
            receipt.facts.clear();
            let ends = ends.map(|ends| ("expires_at".to_owned(), ends.to_string()));
            receipt.facts.extend(ends);
            receipt.facts.extend(self.object_of_application());
        }
        self.journal.finish(&step.id(), receipt.clone())?;
        self.eyes().await;
        Ok(Came::Done(receipt))
    }

    fn object_of_application(&self) -> Option<(String, String)> {
        let receipt: &Receipt = self.receipts.get(application::ID)?;
        let object = receipt.facts.get("application_object_id")?;
        Some(("application_object_id".to_owned(), object.clone()))
    }

    /// Which of the app's secrets it is: the newest that begins like it. Entra ID shows the first three characters of each.
    async fn key_of(
        &self,
        client_id: ClientId,
        secret: &Secret,
    ) -> Option<(KeyId, Option<jiff::Timestamp>)> {
        if !self.guided.signed_in {
            return None;
        }
        let found = self.decided.azure.application_by_client_id(client_id).await;
        let credentials = found.ok().flatten()?.password_credentials;
        let begins = |hint: &Option<String>| {
            hint.as_deref()
                .is_some_and(|hint| !hint.is_empty() && secret.expose().starts_with(hint))
        };
        credentials
            .into_iter()
            .filter(|one| begins(&one.hint))
            .max_by_key(|one| one.start_date_time)
            .map(|one| (one.key_id, one.end_date_time))
    }
}
