//! `init --mode guided`: a person does every step in the portal; azconnect says what to click, looks until it is there, and changes nothing
//! in Azure itself.
//!
//! One step after the other: it is looked for, and where it isn't there the person is told how, and watched. What azconnect can't see it
//! asks for, and what it can't see at all stands on the person's word until the proof at the end. Whoever stops goes on with `--resume`:
//! each step is then looked for again. Without a terminal all guides are printed at once.

mod asking;
mod certificate;
mod decided;
mod finish;
mod secret;
mod shown;
mod values;
mod watching;

use std::collections::BTreeSet;
use std::sync::Mutex;

use uuid::Uuid;

use self::certificate::Uploaded;
use self::shown::Left;
use super::in_hand::{InHand, keep_given, known_secret};
use super::refusals::{refuse_other_run, refuse_other_target};
use super::{Args, Decided, apply, show_plan};
use crate::azure::Azure;
use crate::azure::ids::KeyId;
use crate::commands::app::App;
use crate::commands::{journals, narration, request};
use crate::connection::receipt::UNSEEN;
use crate::connection::{Application, ConnectionRecord, Credential, Receipt};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::interview::resolve::blocking;
use crate::plan::execute::Ended;
use crate::plan::guide::{self, Guided, Sight};
use crate::plan::journal::Journal;
use crate::plan::{Plan, survey};
use crate::steps::guide::{Asks, Facts};
use crate::steps::{Declared, Guide, Place, Receipts, Step, application, service_principal};
use crate::ui::{Ask, Choice};

pub(super) use decided::{sign_in_if_possible, signed_in, unseen, wanted};

/// A guided run under way.
struct Walk<'a> {
    app: &'a App,
    /// What was decided; an app registration that the person made takes the place of the one that azconnect would make.
    decided: Decided,
    guided: Guided,
    journal: Journal,
    in_hand: InHand,
    known: Option<KeyId>,
    /// What is there, by step.
    receipts: Receipts,
    /// What is left, in the order in which it was.
    left: Vec<Left>,
    /// Azure as the app sees it, once it can sign in.
    own: Option<Azure>,
    /// The object ID of the app's service principal, by the app's own token.
    own_id: Option<Uuid>,
    /// What earlier runs of the connection made or found.
    ours: Vec<Receipt>,
    /// What azconnect made itself in this run, before the person took over.
    made: BTreeSet<String>,
    /// The certificate that was made here, if one was.
    uploaded: Option<Uploaded>,
    /// Azure's addresses.
    portal: String,
    arm: String,
    /// The app registration that azconnect would have made.
    wished: Application,
    /// What was said already while a step is watched, so that it is said once.
    said: Mutex<BTreeSet<String>>,
}

/// What came of a step.
enum Came {
    /// It is there.
    Done(Receipt),
    /// It is left for later.
    Later,
    /// The plan is another one now.
    Changed,
}

/// Carries out what was decided, by the person's hands.
///
/// # Errors
/// As the exit codes of the contract say.
pub(super) async fn run(args: &Args, app: &App, decided: Decided) -> Result<Exit> {
    let before = app.connections.find(&decided.spec.name)?;
    let journal = journals::find(&app.connections, &decided.spec.name)?;
    refuse_other_target(app, &decided, before.as_ref())?;
    refuse_other_run(app, &decided, journal.as_ref()).await?;
    let is_new = before.is_none() && journal.is_none();
    let in_hand: InHand = Mutex::new(decided.given.clone());
    let known = known_secret(app, &decided, before.as_ref(), journal.as_ref(), &in_hand).await?;
    let journal = journal.unwrap_or_else(|| apply::new_journal(app, &decided));
    let mut walk = Walk::new(app, decided, journal, in_hand, known).await?;
    walk.ours = of_record(before.as_ref());
    if args.plan {
        return walk.show_plan().await;
    }
    if is_new {
        show_plan::warn(app, walk.decided.vendor);
    }
    walk.journal.keep(&walk.decided.spec, &walk.guided)?;
    app.say_if_interrupted(walk.ways());
    keep_given(&walk.decided).await?;
    walk.caution().await?;
    walk.begin();
    walk.go().await?;
    walk.end(args, before).await
}

/// Whether a person at the terminal wants to do what an automatic run was refused in the portal, now.
///
/// # Errors
/// `Interrupted` where they stop.
pub(super) async fn is_wanted(app: &App, ended: &[Ended]) -> Result<bool> {
    let failed = || ended.iter().filter_map(|end| end.error.as_ref());
    let lacks_rights = |error: &Error| request::is_missing_right(error);
    if !app.ui.can_ask() || failed().next().is_none() || !failed().all(lacks_rights) {
        return Ok(false);
    }
    let ask = Ask {
        key: "mode".to_owned(),
        prompt: "You lack the rights for the rest. How is it to go on?".to_owned(),
        help: "A request has the exact commands for somebody who may; `--resume` goes on afterwards. Or, if that person is beside you, or you have another account that may: azconnect says what to click, and looks until it is there.".to_owned(),
        default: None,
        can_go_back: false,
        can_save: false,
    };
    let options = [
        ("Write a request", "for somebody who may do it"),
        (
            "Be guided in the portal",
            "step by step, as somebody who may",
        ),
    ];
    let options = options.map(|(label, detail)| Choice {
        label: label.to_owned(),
        detail: detail.to_owned(),
    });
    let ui = app.ui.clone();
    Ok(blocking(move || ui.choose(&ask, &options)).await? == 1)
}

/// Guides through what an automatic run was refused.
///
/// # Errors
/// As [`run`].
pub(super) async fn rest(
    args: &Args,
    (app, decided): (&App, Decided),
    (journal, in_hand): (Journal, InHand),
    (before, ended): (Option<ConnectionRecord>, &[Ended]),
) -> Result<Exit> {
    let known = known_secret(app, &decided, before.as_ref(), Some(&journal), &in_hand).await?;
    let mut walk = Walk::new(app, decided, journal, in_hand, known).await?;
    walk.ours = of_record(before.as_ref());
    let made = ended.iter().filter(|end| end.status == "done");
    walk.made = made.map(|end| end.id.clone()).collect();
    walk.journal.keep(&walk.decided.spec, &walk.guided)?;
    walk.begin();
    walk.go().await?;
    walk.end(args, before).await
}

fn of_record(before: Option<&ConnectionRecord>) -> Vec<Receipt> {
    before.map_or_else(Vec::new, |record| record.receipts.clone())
}

impl<'a> Walk<'a> {
    async fn new(
        app: &'a App,
        decided: Decided,
        journal: Journal,
        in_hand: InHand,
        known: Option<KeyId>,
    ) -> Result<Walk<'a>> {
        let cloud = &app.reach().await?.cloud;
        let address = |url: &str| url.trim_end_matches('/').to_owned();
        let (portal, arm) = (address(cloud.portal.as_str()), address(cloud.arm.as_str()));
        let earlier = journal.written().guided.clone();
        let guided = match (earlier, &decided.guided) {
            (Some(earlier), Some(now)) => Guided {
                app_name: earlier.app_name,
                ..now.clone()
            },
            (None, Some(now)) => now.clone(),
            (_, None) => decided::signed_in(&decided.spec, &decided.azure).await,
        };
        let wished = decided.wished();
        Ok(Walk {
            app,
            decided,
            guided,
            journal,
            in_hand,
            known,
            receipts: Receipts::new(),
            left: Vec::new(),
            own: None,
            own_id: None,
            ours: Vec::new(),
            made: BTreeSet::new(),
            uploaded: None,
            portal,
            arm,
            wished,
            said: Mutex::default(),
        })
    }

    fn plan(&self) -> Result<Plan> {
        let store = &self.decided.store;
        let described = store.describe();
        let kept_in = (store.kind() != "none").then_some(described.as_str());
        Plan::new(&self.decided.spec, self.decided.vendor, self.known, kept_in)
    }

    /// Says what a person should know before they begin: costs that would be counted twice, say.
    async fn caution(&self) -> Result<()> {
        if self.guided.signed_in {
            for warning in self.plan()?.warnings(&self.decided.azure).await {
                self.remark(warning, "");
            }
        }
        Ok(())
    }

    /// Goes from step to step until each is there or left.
    async fn go(&mut self) -> Result<()> {
        loop {
            let plan = self.plan()?;
            let is_left = |id: &str| self.left.iter().any(|left| left.id == id);
            let next = guide::next(&plan, &self.receipts, is_left, self.guided.signed_in);
            let Some(step) = next else { break };
            let number = self.receipts.len() + self.left.len() + 1;
            let count = plan.steps().count();
            match self.one(step, (number, count)).await? {
                Came::Done(receipt) => self.done(step, receipt)?,
                Came::Later => self.leave(step),
                Came::Changed => self.journal.keep(&self.decided.spec, &self.guided)?,
            }
        }
        // What stands on something that is left is left as well.
        let plan = self.plan()?;
        for step in plan.steps() {
            let id = step.id();
            let is_known =
                self.receipts.contains_key(&id) || self.left.iter().any(|left| left.id == id);
            if !is_known {
                self.leave(step);
            }
        }
        Ok(())
    }

    /// One step: looked for, and where it isn't there, shown and watched.
    async fn one(&mut self, step: &dyn Step, place: (usize, usize)) -> Result<Came> {
        self.prepare(step).await?;
        let seen = self.look(step).await?;
        if let Sight::There(receipt) = seen {
            return Ok(Came::Done(receipt));
        }
        if let Some(receipt) = self.taken_on_word(step, &seen) {
            return Ok(Came::Done(receipt));
        }
        let Some(guide) = self.guide(step) else {
            return Err(Error::bug(format!("there is no guide for `{}`", step.id())));
        };
        if !self.app.ui.can_ask() {
            if let Sight::Odd(error) = seen {
                self.warn(&Error::from(error));
            }
            return Ok(Came::Later);
        }
        self.forget_what_was_said();
        let is_hidden = matches!(seen, Sight::Hidden);
        self.show(step, &guide, place, is_hidden);
        match guide.asks {
            Some(Asks::ClientId) => self.application(step, &guide).await,
            Some(Asks::Secret) => self.secret(step, &guide).await,
            Some(Asks::ObjectId) if !self.guided.signed_in => self.object_id(step, &guide).await,
            Some(Asks::ObjectId) | None => self.watched(step, &guide, is_hidden).await,
        }
    }

    /// A step that an earlier run took on the person's word, or that nobody is asked about any more, where it can't be seen.
    fn taken_on_word(&self, step: &dyn Step, seen: &Sight) -> Option<Receipt> {
        // A secret that nobody has any more has to be made again.
        if matches!(step.declared(), Declared::Secret { .. }) && self.secret_in_hand().is_none() {
            return None;
        }
        let noted = self.journal.receipt(&step.id());
        let on_word = noted.filter(|receipt| receipt.facts.contains_key(UNSEEN));
        if !matches!(seen, Sight::Hidden | Sight::NotYet) {
            return None;
        }
        if on_word.is_some() {
            return on_word.cloned();
        }
        // Without a terminal and with the secret at hand the proof says whether it is done.
        let proof_says = !self.app.ui.can_ask()
            && !self.guided.signed_in
            && self.secret_in_hand().is_some()
            && step.id() != application::ID
            && step.id() != service_principal::ID;
        proof_says.then(|| guide::on_their_word(step, self.app.host.now()))
    }

    /// Notes what is there. What azconnect itself has made, in this run before the person took over or in an earlier one, stays its own.
    fn done(&mut self, step: &dyn Step, found: Receipt) -> Result<()> {
        let now = self.app.host.now();
        let receipt = survey::claimed(found, Some(&self.journal), &self.ours, now);
        self.journal.finish(&step.id(), receipt.clone())?;
        let ended = Ended {
            id: step.id(),
            title: step.title(),
            status: "found",
            receipt: Some(receipt.clone()),
            error: None,
        };
        if !self.made.contains(&step.id()) {
            narration::found(self.app, &ended);
        }
        self.receipts.insert(step.id(), receipt);
        Ok(())
    }

    fn leave(&mut self, step: &dyn Step) {
        self.left.push(Left {
            id: step.id(),
            title: step.title(),
            guide: self.guide(step),
        });
    }

    fn guide(&self, step: &dyn Step) -> Option<Guide> {
        let tenant = self.decided.spec.directory.id.to_string();
        let place = Place {
            arm: &self.arm,
            portal: &self.portal,
            tenant: &tenant,
        };
        Guide::of(step, &self.receipts, &place, &self.facts())
    }

    /// What a guide has to know beside the step's own values.
    fn facts(&self) -> Facts {
        let directory = &self.decided.spec.directory;
        let mut facts = Facts::from([
            ("directory", directory.display_name.clone()),
            ("app_name", self.guided.app_name.clone()),
        ]);
        if let Credential::GivenCertificate { file, .. } = &self.decided.spec.credential {
            facts.insert("certificate_file", file.clone());
        }
        let made = self.uploaded.as_ref();
        facts.extend(made.map(|made| ("certificate_file", made.file.display().to_string())));
        facts
    }
}
