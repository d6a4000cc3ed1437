//! A guide on the screen and in the document, and the plan that is only shown.

use serde_json::{Value, json};

use super::Walk;
use crate::commands::documents;
use crate::commands::init::partner_app;
use crate::commands::views::{heading, paragraph, row};
use crate::error::Result;
use crate::exit::Exit;
use crate::plan::guide::Sight;
use crate::steps::{Guide, Step};
use crate::ui::{Block, Event, Item, Output};

/// A step that a person still has to do.
pub(super) struct Left {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) guide: Option<Guide>,
}

impl Walk<'_> {
    /// What is going to happen.
    pub(super) fn begin(&self) {
        if !self.app.ui.can_ask() {
            return;
        }
        let eyes = if self.guided.signed_in {
            "azconnect looks until each step is there, and goes on by itself."
        } else {
            "Nobody is signed in, so azconnect asks for what it can't look at, and proves everything at the end with the new credential."
        };
        let who = if self.made.is_empty() {
            "You do each step in the portal; azconnect changes nothing itself."
        } else {
            "The rest you do in the portal; azconnect changes nothing more."
        };
        let text = format!(
            "{who} {eyes} Ctrl-C keeps what is done; go on later with `{}`",
            self.resume("")
        );
        self.app.ui.tell(Event::Shown {
            blocks: vec![paragraph(text)],
        });
    }

    /// Shows how a step is done.
    pub(super) fn show(
        &self,
        step: &dyn Step,
        guide: &Guide,
        (number, count): (usize, usize),
        is_hidden: bool,
    ) {
        let title = format!("Step {number} of {count}: {}", step.title());
        let last = if is_hidden {
            &guide.blind
        } else {
            &guide.watch
        };
        self.app.ui.tell(Event::Shown {
            blocks: blocks(&title, guide, last),
        });
    }

    /// The guides of everything that is left, the registration in Partner Center among them.
    pub(super) fn left_over(&self) -> Vec<Left> {
        let mut all: Vec<Left> = Vec::new();
        for left in &self.left {
            all.push(Left {
                id: left.id.clone(),
                title: left.title.clone(),
                guide: left.guide.clone(),
            });
        }
        if partner_app::is_needed(self.decided.vendor) {
            let mut facts = self.facts();
            let client_id = self
                .receipts
                .get(crate::steps::application::ID)
                .and_then(|receipt| receipt.facts.get("client_id"));
            facts.extend(client_id.map(|id| ("client_id", id.clone())));
            all.push(Left {
                id: partner_app::ID.to_owned(),
                title: partner_app::TITLE.to_owned(),
                guide: Guide::of_partner_app(&facts),
            });
        }
        all
    }

    /// Shows the plan with its guides, and changes nothing.
    pub(super) async fn show_plan(mut self) -> Result<Exit> {
        let plan = self.plan()?;
        for step in plan.steps() {
            if let Ok(Sight::There(receipt)) = self.look_once(step).await {
                self.receipts.insert(step.id(), receipt);
            } else {
                self.leave(step);
            }
        }
        let left = self.left_over();
        let steps: Vec<Value> = plan
            .steps()
            .map(|step| self.row(&step.id(), &step.title(), "pending"))
            .collect();
        let document = documents::document(
            Exit::Ok,
            json!({"plan": true, "steps": steps, "guides": documented(&left)}),
        );
        let intro = match left.len() {
            0 => "Everything is there already; nothing has to be done.".to_owned(),
            count => format!("What you will be guided through, in {count} steps:"),
        };
        let blocks = std::iter::once(paragraph(intro)).chain(listed(&left));
        self.app.ui.finish(&Output {
            document,
            blocks: blocks.collect(),
        });
        Ok(Exit::Ok)
    }

    async fn look_once(&mut self, step: &dyn Step) -> Result<Sight> {
        let has_all = step.after().iter().all(|id| self.receipts.contains_key(id));
        if has_all {
            self.look(step).await
        } else {
            Ok(Sight::NotYet)
        }
    }

    /// A step's row in the document.
    pub(super) fn row(&self, id: &str, title: &str, open: &str) -> Value {
        let receipt = self.receipts.get(id);
        json!({
            "id": id,
            "title": title,
            "change": if receipt.is_some() { "reuse" } else { "create" },
            "status": if receipt.is_some() { "found" } else { open },
            "resource_id": receipt.map(|receipt| &receipt.id),
        })
    }
}

/// The guides, one below the other.
pub(super) fn listed(left: &[Left]) -> Vec<Block> {
    let count = left.len();
    let numbered = left.iter().enumerate();
    numbered
        .filter_map(|(at, left)| Some((at, &left.title, left.guide.as_ref()?)))
        .flat_map(|(at, title, guide)| {
            let title = format!("Step {} of {count}: {title}", at + 1);
            blocks(&title, guide, "")
        })
        .collect()
}

/// `guides` of the document.
pub(super) fn documented(left: &[Left]) -> Value {
    left.iter()
        .filter_map(|left| {
            let guide = left.guide.as_ref()?;
            let values: Vec<Value> = guide
                .values
                .iter()
                .map(|(label, value)| json!({"label": label, "value": value}))
                .collect();
            Some(json!({
                "step": left.id,
                "title": left.title,
                "who": guide.who,
                "link": guide.link,
                "clicks": guide.clicks,
                "values": values,
                "commands": guide.commands,
                "watch": guide.watch,
                "documentation": guide.docs,
            }))
        })
        .collect()
}

/// A guide: where, what to click, what to copy in, and what azconnect does meanwhile.
fn blocks(title: &str, guide: &Guide, last: &str) -> Vec<Block> {
    let mut blocks = vec![
        heading(title),
        paragraph(format!("Who can do it: {}", guide.who)),
        Block::Lines {
            lines: vec![guide.link.clone()],
        },
        clicks(guide),
    ];
    if !guide.values.is_empty() {
        let rows = guide.values.iter();
        blocks.push(Block::Rows {
            rows: rows.map(|(label, value)| row(label, value, "")).collect(),
        });
    }
    if !guide.commands.is_empty() {
        if !guide.only_command {
            blocks.push(paragraph("Or, instead of the clicks, in Cloud Shell:"));
        }
        blocks.push(Block::Lines {
            lines: guide.commands.clone(),
        });
    }
    if !last.is_empty() {
        blocks.push(paragraph(last));
    }
    blocks
}

fn clicks(guide: &Guide) -> Block {
    let items = guide.clicks.iter().enumerate().map(|(at, click)| Item {
        state: String::new(),
        title: format!("{}. {click}", at + 1),
        text: String::new(),
        lines: Vec::new(),
    });
    Block::Items {
        items: items.collect(),
    }
}
