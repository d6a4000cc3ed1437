//! Looking for what a person does: with the person's own eyes, and with the app's, once it can sign in.

use std::future::pending;
use std::sync::PoisonError;
use std::time::Duration;

use uuid::Uuid;

use super::asking::First;
use super::{Came, Walk};
use crate::azure::ids::ServicePrincipalObjectId;
use crate::connection::{Receipt, Scope};
use crate::error::{Error, Result};
use crate::plan::guide::{self, Said, Sight, sight};
use crate::secret::Secret;
use crate::steps::{Declared, Guide, Step, application, service_principal};

/// The first pause between two looks.
const FIRST: Duration = Duration::from_secs(1);
/// The longest.
const LONGEST: Duration = Duration::from_secs(15);

/// What a look shows while a step is watched.
enum Glimpse {
    /// It is there.
    There(Box<Receipt>),
    /// Something else is, which the person should know of: what, and what to do.
    Notice(String, String),
}

impl Walk<'_> {
    /// Looks for a step's thing.
    ///
    /// # Errors
    /// Where the app registration that was named is not there: nothing can be done about that by going on.
    pub(super) async fn look(&mut self, step: &dyn Step) -> Result<Sight> {
        if !self.guided.signed_in {
            return self.look_unseen(step).await;
        }
        Ok(match sight(self.find(step, &self.decided.azure).await) {
            Sight::Odd(error) if step.id() == application::ID => return Err(error.into()),
            seen => self.or_own(seen, step).await,
        }
        .at(self.app.host.now()))
    }

    /// Where nobody is signed in: what the app itself may see, and what its token tells.
    async fn look_unseen(&mut self, step: &dyn Step) -> Result<Sight> {
        let now = self.app.host.now();
        match step.declared() {
            Declared::KnownApplication { client_id } => {
                return Ok(Sight::There(guide::application_of(step, client_id, now)));
            }
            Declared::ServicePrincipal if self.secret_in_hand().is_some() => {
                return Ok(match self.own_object_id().await {
                    Some(id) => {
                        let id = ServicePrincipalObjectId::new(id);
                        Sight::There(guide::principal_of(step, id, now))
                    }
                    None => Sight::Hidden,
                });
            }
            Declared::Secret { .. } if self.secret_in_hand().is_some() => {
                let noted = self.journal.receipt(&step.id()).cloned();
                if let Some(receipt) = noted {
                    return Ok(Sight::There(receipt));
                }
            }
            _ => {}
        }
        self.eyes().await;
        Ok(self.or_own(Sight::Hidden, step).await.at(now))
    }

    /// What the app sees, where the person doesn't. Only what stands on its own rights is asked: it may read no directory.
    async fn or_own(&self, seen: Sight, step: &dyn Step) -> Sight {
        let may_see = matches!(
            step.declared(),
            Declared::Role { .. } | Declared::BillingRole { .. }
        );
        match (&seen, &self.own) {
            (Sight::Hidden | Sight::NotYet, Some(own)) if may_see => {
                match sight(self.find(step, own).await) {
                    Sight::There(receipt) => Sight::There(receipt),
                    _ => seen,
                }
            }
            _ => seen,
        }
    }

    /// Azure as the app sees it, made anew: a token tells the roles of the moment it was made.
    pub(super) async fn eyes(&mut self) {
        let client_id = self
            .receipts
            .get(application::ID)
            .and_then(|receipt| receipt.fact("client_id"));
        let (Some(client_id), Some(secret)) = (client_id, self.secret_in_hand()) else {
            return;
        };
        if let Ok((azure, _)) = self.as_app(client_id, &secret).await {
            self.own = Some(azure);
        }
    }

    pub(super) fn secret_in_hand(&self) -> Option<Secret> {
        self.in_hand
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Shows nothing more than that it is waited for, and goes on as soon as the thing is there.
    pub(super) async fn watched(
        &mut self,
        step: &dyn Step,
        guide: &Guide,
        is_hidden: bool,
    ) -> Result<Came> {
        self.eyes().await;
        let enter = if is_hidden {
            "says that it is done"
        } else {
            "looks now"
        };
        loop {
            let ask = self.ask(step, guide, enter);
            let text = match self.first(ask, self.until_seen(step)).await? {
                First::Seen(Glimpse::There(receipt)) => return Ok(Came::Done(*receipt)),
                First::Seen(Glimpse::Notice(what, fix)) => {
                    self.remark(what, fix);
                    continue;
                }
                First::Line(text) => text,
            };
            match guide::understood(&text) {
                Said::Open => self.open(guide),
                Said::Later => return Ok(Came::Later),
                Said::Done => return Ok(self.on_word(step)),
                Said::Value(_) => self.remark(
                    "That is none of the answers.",
                    "Press Enter, or type o, s, d (it is done) or ?",
                ),
                Said::Look => match self.look(step).await? {
                    Sight::There(receipt) => return Ok(Came::Done(receipt)),
                    Sight::Hidden => return Ok(self.on_word(step)),
                    Sight::Odd(error) => self.warn(&Error::from(error)),
                    Sight::NotYet => self.remark(
                        "It is not to be seen yet.",
                        "azconnect goes on looking. If it is done and never shows, type d: the proof at the end says whether it works.",
                    ),
                },
            }
        }
    }

    /// The step is done because the person says so.
    fn on_word(&self, step: &dyn Step) -> Came {
        Came::Done(guide::on_their_word(step, self.app.host.now()))
    }

    /// Looks with growing pauses until the thing is there, or something is that should be said. Where nothing can be seen it never ends.
    async fn until_seen(&self, step: &dyn Step) -> Result<Glimpse> {
        let mut pause = FIRST;
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST);
            let seen = if self.guided.signed_in {
                sight(self.find(step, &self.decided.azure).await)
            } else {
                Sight::Hidden
            };
            match self.or_own(seen, step).await.at(self.app.host.now()) {
                Sight::There(receipt) => return Ok(Glimpse::There(Box::new(receipt))),
                Sight::Odd(error) => {
                    let error = Error::from(error);
                    let fix = error.advice().first().cloned().unwrap_or_default();
                    if self.is_news(error.message()) {
                        return Ok(Glimpse::Notice(error.message().to_owned(), fix));
                    }
                }
                Sight::NotYet => {
                    if let Some((what, fix)) = self.another_role(step).await {
                        return Ok(Glimpse::Notice(what, fix));
                    }
                }
                // Only the app could see it, and it has no right to yet.
                Sight::Hidden if self.own.is_some() => {}
                Sight::Hidden => pending().await,
            }
        }
    }

    /// A role that was given in the place of the one that is needed: the wrong row of a long list.
    async fn another_role(&self, step: &dyn Step) -> Option<(String, String)> {
        let principal: ServicePrincipalObjectId = self
            .receipts
            .get(service_principal::ID)?
            .fact("service_principal_object_id")?;
        let (given, needed, place) = match step.declared() {
            Declared::Role {
                scope,
                role,
                role_name,
                display_name,
                ..
            } => {
                let azure = &self.decided.azure;
                let all = azure.role_assignments(&scope, principal).await.ok()?;
                let mut roles = all.iter().filter_map(|one| one.role_of(principal, &scope));
                let other = roles.find(|id| *id != role)?;
                (self.name_of(&scope, other).await, role_name, display_name)
            }
            Declared::BillingRole {
                scope,
                role,
                role_name,
                display_name,
                ..
            } => {
                let azure = &self.decided.azure;
                let all = azure.billing_role_assignments(&scope).await.ok()?;
                let mut roles = all.iter().filter(|one| one.is_of(principal));
                let other = roles.find_map(|one| one.role().filter(|id| *id != role))?;
                let offered = azure.billing_roles(&scope).await.unwrap_or_default();
                let known = offered.iter().find(|row| row.id() == Some(other));
                let name = known.map(|row| crate::text::printable(&row.role_name()));
                (
                    name.unwrap_or_else(|| unnamed(other)),
                    role_name,
                    display_name,
                )
            }
            _ => return None,
        };
        let what =
            format!("The app has another role on \"{place}\": {given}, and {needed} is needed.");
        self.is_news(&what).then(|| {
            let fix = format!(
                "Add the role {needed}. Take the other one away, under Role assignments, unless something else needs it."
            );
            (what, fix)
        })
    }

    /// What a role is called, as far as Azure tells.
    async fn name_of(&self, scope: &Scope, role: Uuid) -> String {
        match self.decided.azure.role_name(scope, role).await {
            Ok(Some(name)) => crate::text::printable(&name),
            Ok(None) | Err(_) => unnamed(role),
        }
    }

    /// Whether this was not said yet while this step is watched.
    fn is_news(&self, what: &str) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.insert(what.to_owned())
    }

    pub(super) fn forget_what_was_said(&self) {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

fn unnamed(role: Uuid) -> String {
    format!("one with the ID {role}")
}

impl Sight {
    /// The same, seen at this time.
    fn at(self, now: jiff::Timestamp) -> Sight {
        match self {
            Sight::There(receipt) => Sight::There(Receipt { at: now, ..receipt }),
            other => other,
        }
    }
}
