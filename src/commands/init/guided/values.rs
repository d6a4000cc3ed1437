//! Values that a person hands over: the application (client) ID, and the object ID of its service principal.

use std::collections::BTreeSet;
use std::future::pending;
use std::time::Duration;

use super::asking::First;
use super::{Came, Walk};
use crate::azure::ids::{ClientId, ServicePrincipalObjectId};
use crate::connection::Application;
use crate::error::{Error, Result};
use crate::interview::resolve::blocking;
use crate::plan::guide::{self, Said};
use crate::steps::{Guide, Step, application};
use crate::ui::{Ask, Choice};

/// How often an app registration of the right name is looked for.
const PAUSE: Duration = Duration::from_secs(2);

impl Walk<'_> {
    /// The app registration that the person makes: found by its name, which they confirm, or by the client ID that they paste. It is
    /// theirs from then on: the connection uses it, and `remove` leaves it.
    pub(super) async fn application(&mut self, step: &dyn Step, guide: &Guide) -> Result<Came> {
        let mut not_it: BTreeSet<ClientId> = BTreeSet::new();
        loop {
            let ask = Ask {
                prompt:
                    "Paste the Application (client) ID; or o opens the link, s leaves it for later"
                        .to_owned(),
                ..self.ask(step, guide, "looks now")
            };
            let text = match self.first(ask, self.until_named(&not_it)).await? {
                First::Seen(found) => match self.is_it(&found).await? {
                    true => return Ok(self.take(found.client_id)),
                    false => {
                        not_it.insert(found.client_id);
                        continue;
                    }
                },
                First::Line(text) => text,
            };
            match guide::understood(&text) {
                Said::Open => self.open(guide),
                Said::Later => return Ok(Came::Later),
                Said::Look | Said::Done => self.remark(
                    "Nothing was pasted.",
                    "Copy Application (client) ID from the page Overview of the app registration, and paste it here.",
                ),
                Said::Value(text) => {
                    if let Some(client_id) = self.client_id(&text).await {
                        return Ok(self.take(client_id));
                    }
                }
            }
        }
    }

    fn take(&mut self, client_id: ClientId) -> Came {
        self.decided.spec.application = Application::Existing { client_id };
        Came::Changed
    }

    /// The person made another app registration than the one they named: it is asked for again.
    ///
    /// # Errors
    /// `Failed` where the journal can't be written.
    pub(super) fn ask_for_application_again(&mut self) -> Result<Came> {
        self.decided.spec.application = self.wished.clone();
        self.receipts.remove(application::ID);
        self.journal.forget(application::ID)?;
        Ok(Came::Changed)
    }

    /// A pasted client ID, if it is one as far as can be seen; else what it is, is said.
    async fn client_id(&self, text: &str) -> Option<ClientId> {
        let client_id: ClientId = match text.parse() {
            Ok(id) => id,
            Err(error) => {
                self.remark(format!("{error}"), "");
                return None;
            }
        };
        if client_id.guid() == self.decided.spec.directory.id.guid() {
            self.remark(
                "That is the Directory (tenant) ID.",
                "Paste Application (client) ID, which stands above it on the page Overview.",
            );
            return None;
        }
        if !self.guided.signed_in {
            return Some(client_id);
        }
        let azure = &self.decided.azure;
        match azure.application_by_client_id(client_id).await {
            Ok(Some(_)) => return Some(client_id),
            Ok(None) => {}
            Err(error) if matches!(error.status(), Some(401 | 403)) => return Some(client_id),
            Err(error) => {
                self.warn(&Error::from(error));
                return None;
            }
        }
        let meant = azure.client_id_of_object(client_id.guid()).await;
        match meant.ok().flatten() {
            Some(meant) => self.remark(
                format!("{client_id} is an object ID. The Application (client) ID of that app is {meant}."),
                "Paste that one, if it is the app that you mean.",
            ),
            None => self.remark(
                format!(
                    "The directory {} has no app registration with the client ID {client_id}.",
                    self.decided.spec.directory.display_name
                ),
                "Look whether the portal shows the same directory (top right), and copy the ID once more. A new one may need some seconds.",
            ),
        }
        None
    }

    /// Looks until an app registration of the right name shows that is none of those. Never where nobody is signed in.
    async fn until_named(&self, not_it: &BTreeSet<ClientId>) -> Result<Found> {
        if !self.guided.signed_in {
            return pending().await;
        }
        loop {
            tokio::time::sleep(PAUSE).await;
            let all = self
                .decided
                .azure
                .applications_named(&self.guided.app_name)
                .await;
            let Ok(all) = all else {
                // Whoever may not list them pastes the ID.
                return pending().await;
            };
            // One with a unique name was made by a program: another connection's, say.
            let new = all
                .iter()
                .find(|app| app.unique_name.is_none() && !not_it.contains(&app.app_id));
            if let Some(app) = new {
                return Ok(Found {
                    client_id: app.app_id,
                    name: crate::text::printable(app.display_name.as_deref().unwrap_or_default()),
                });
            }
        }
    }

    /// Names aren't unique, so the person says whether it is the one.
    async fn is_it(&self, found: &Found) -> Result<bool> {
        let ask = Ask {
            key: "app_id".to_owned(),
            prompt: format!("An app registration \"{}\" is there. Is it the one?", found.name),
            help: "Names aren't unique. Compare its Application (client) ID with the one on the page Overview.".to_owned(),
            default: None,
            can_go_back: false,
            can_save: false,
        };
        let options = vec![
            Choice {
                label: "Use it".to_owned(),
                detail: found.client_id.to_string(),
            },
            Choice {
                label: "Another one".to_owned(),
                detail: "paste its ID".to_owned(),
            },
        ];
        let ui = self.app.ui.clone();
        Ok(blocking(move || ui.choose(&ask, &options)).await? == 0)
    }

    /// The object ID of the service principal, where no token tells it and nobody is signed in who could look.
    pub(super) async fn object_id(&mut self, step: &dyn Step, guide: &Guide) -> Result<Came> {
        loop {
            let ask = Ask {
                prompt: "Paste the Object ID of the enterprise application; or o opens the link, s leaves it for later".to_owned(),
                ..self.ask(step, guide, "looks now")
            };
            let never = pending::<Result<()>>();
            let First::Line(text) = self.first(ask, never).await? else {
                continue;
            };
            match guide::understood(&text) {
                Said::Open => self.open(guide),
                Said::Later => return Ok(Came::Later),
                Said::Look | Said::Done => self.remark("Nothing was pasted.", ""),
                Said::Value(text) => match text.parse::<ServicePrincipalObjectId>() {
                    Ok(id) if self.is_client_id(&text) => self.remark(
                        format!("{id} is the Application (client) ID."),
                        "Paste Object ID of the enterprise application, from its page Properties.",
                    ),
                    Ok(id) => {
                        let now = self.app.host.now();
                        return Ok(Came::Done(guide::principal_of(step, id, now)));
                    }
                    Err(error) => self.remark(error.to_string(), ""),
                },
            }
        }
    }

    fn is_client_id(&self, text: &str) -> bool {
        let application = self.receipts.get(application::ID);
        let known = application.and_then(|receipt| receipt.facts.get("client_id"));
        known.is_some_and(|id| id.eq_ignore_ascii_case(text.trim()))
    }
}

/// An app registration of the right name.
struct Found {
    client_id: ClientId,
    name: String,
}
