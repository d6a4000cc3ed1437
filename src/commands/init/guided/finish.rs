//! The end of a guided run: the record and the proof where everything is there, else what is left and how to go on.

use serde_json::json;

use super::Walk;
use super::shown::{documented, listed};
use crate::commands::documents;
use crate::commands::init::{Args, apply, census, ending, partner_app};
use crate::commands::views::paragraph;
use crate::connection::{Application, ConnectionRecord, Receipt};
use crate::error::Result;
use crate::exit::Exit;
use crate::plan::execute::Ended;
use crate::plan::survey::Survey;
use crate::steps::Receipts;
use crate::ui::{Block, Output};

impl Walk<'_> {
    /// Ends the run.
    ///
    /// # Errors
    /// `Storage` and `Failed` where the record can't be written.
    pub(super) async fn end(self, args: &Args, before: Option<ConnectionRecord>) -> Result<Exit> {
        if !self.left.is_empty() {
            return Ok(self.pending());
        }
        let ended = self.ended()?;
        let Walk {
            app,
            decided,
            journal,
            in_hand,
            ..
        } = self;
        let receipts: Vec<Receipt> = ended.iter().filter_map(|end| end.receipt.clone()).collect();
        let counted = before.as_ref().and_then(|record| record.census.clone());
        let record = ConnectionRecord {
            census: census::take(app, &decided, counted).await,
            ..apply::record(app, &decided, before, &journal, receipts)?
        };
        app.connections.save(&record)?;
        let (registered, asked) = partner_app::watch(app, &decided, &record, &in_hand).await?;
        let ended: Vec<Ended> = ended.into_iter().chain(registered).collect();
        let survey = Survey {
            rows: Vec::new(),
            found: Receipts::new(),
            warnings: Vec::new(),
        };
        let went = ending::Went {
            ended: &ended,
            survey: &survey,
            asked: asked.as_ref(),
        };
        if !went.is_left_to_others() {
            app.say_if_interrupted(apply::ways_on_when_done(app, &decided));
            if record.credential.stored_in != "none" {
                journal.close()?;
                return ending::finish(args, app, &decided, &record, &went, &in_hand).await;
            }
        }
        let exit = ending::finish(args, app, &decided, &record, &went, &in_hand).await?;
        if record.credential.stored_in == "none" && !went.is_left_to_others() {
            journal.close()?;
        }
        Ok(exit)
    }

    fn ended(&self) -> Result<Vec<Ended>> {
        let plan = self.plan()?;
        let steps = plan.steps().map(|step| Ended {
            id: step.id(),
            title: step.title(),
            status: if self.made.contains(&step.id()) {
                "done"
            } else {
                "found"
            },
            receipt: self.receipts.get(&step.id()).cloned(),
            error: None,
        });
        Ok(steps.collect())
    }

    /// Something is left for a person: the run ends here for now.
    fn pending(&self) -> Exit {
        let left = self.left_over();
        let rows: Vec<_> = match self.plan() {
            Ok(plan) => plan
                .steps()
                .map(|step| self.row(&step.id(), &step.title(), "manual"))
                .collect(),
            Err(_) => Vec::new(),
        };
        let further = self.what_to_bring();
        let resume = self.resume(&further);
        let document = documents::document(
            Exit::Pending,
            json!({"steps": rows, "guides": documented(&left), "resume": resume}),
        );
        let mut blocks: Vec<Block> = if self.app.ui.can_ask() {
            vec![paragraph(format!(
                "{} left for later. What is done is kept.",
                match left.len() {
                    1 => "1 step is".to_owned(),
                    count => format!("{count} steps are"),
                }
            ))]
        } else {
            let intro =
                "A person does these steps in the portal; azconnect changes nothing itself.";
            std::iter::once(paragraph(intro))
                .chain(listed(&left))
                .collect()
        };
        blocks.push(paragraph(format!("Then go on: `{resume}`")));
        self.app.ui.finish(&Output { document, blocks });
        Exit::Pending
    }

    /// What a run without a terminal has to be given, since nobody can be asked for it.
    fn what_to_bring(&self) -> String {
        if self.app.ui.can_ask() {
            return String::new();
        }
        let mut words = String::new();
        if matches!(self.decided.spec.application, Application::Own { .. }) {
            words.push_str(" --app-id <application (client) ID>");
        }
        if self.decided.takes_secret() && self.secret_in_hand().is_none() {
            words.push_str(" --client-secret-stdin");
        }
        words
    }

    /// The command that goes on.
    pub(super) fn resume(&self, further: &str) -> String {
        let spec = &self.decided.spec;
        self.app.typed(format!(
            "init {} --connection {} --resume{further}",
            spec.vendor, spec.name
        ))
    }

    /// What is said where the run is cut off.
    pub(super) fn ways(&self) -> Vec<String> {
        vec![format!("Go on: {}", self.resume(""))]
    }
}
