//! What is shown of many connections, before they are made and after: one table, what went wrong, one document, one exit code.

use serde_json::{Value, json};

use super::captured::Failure;
use crate::commands::app::App;
use crate::commands::documents;
use crate::commands::views::{heading, paragraph};
use crate::exit::Exit;
use crate::interview::batch::Row;
use crate::ui::{Block, Item, Output};

/// How one of them ended, or is going to be.
pub(super) struct Ended {
    pub(super) row: Row,
    pub(super) exit: Exit,
    /// The document of its own run.
    pub(super) document: Value,
    pub(super) directory: Option<String>,
    pub(super) failure: Option<Failure>,
}

/// From the worst on.
const WORST: &[Exit] = &[
    Exit::Bug,
    Exit::Storage,
    Exit::SignedOut,
    Exit::Forbidden,
    Exit::Failed,
    Exit::Partial,
    Exit::Usage,
];

impl Ended {
    /// Whether it failed, so that it doesn't stand.
    pub(super) fn is_refused(&self) -> bool {
        !matches!(self.exit, Exit::Ok | Exit::Pending | Exit::Attention)
    }

    /// How many of its steps have this change and one of these states.
    fn count(&self, changes: &[&str], states: &[&str]) -> usize {
        let is_one_of = |step: &Value, key: &str, all: &[&str]| {
            step[key].as_str().is_some_and(|found| all.contains(&found))
        };
        self.document["steps"].as_array().map_or(0, |steps| {
            steps
                .iter()
                .filter(|step| is_one_of(step, "change", changes))
                .filter(|step| is_one_of(step, "status", states))
                .count()
        })
    }
}

/// The exit code of all of them: the worst, or partial where some stand and others failed.
fn overall(all: &[Exit]) -> Exit {
    let stands = |exit: &&Exit| matches!(exit, Exit::Ok | Exit::Pending | Exit::Attention);
    let has = |exit: Exit| all.contains(&exit);
    let failed = all.iter().filter(|exit| !stands(exit)).count();
    if failed == 0 {
        return match () {
            () if has(Exit::Attention) => Exit::Attention,
            () if has(Exit::Pending) => Exit::Pending,
            () => Exit::Ok,
        };
    }
    if failed < all.len() {
        return Exit::Partial;
    }
    WORST
        .iter()
        .copied()
        .find(|exit| has(*exit))
        .unwrap_or(Exit::Failed)
}

/// Writes the result.
pub(super) fn finish(app: &App, all: &[Ended], plan: bool) -> Exit {
    let exits: Vec<Exit> = all.iter().map(|one| one.exit).collect();
    let exit = overall(&exits);
    let rows: Vec<Value> = all.iter().map(row).collect();
    let document = documents::document(exit, json!({"plan": plan, "connections": rows}));
    let mut blocks = blocks(all, plan);
    blocks.push(paragraph(verdict(all, plan)));
    app.ui.finish(&Output { document, blocks });
    exit
}

/// The document of its own run, with what it is called.
fn row(one: &Ended) -> Value {
    let mut row = json!({"name": one.row.name, "line": one.row.line});
    if let (Value::Object(row), Value::Object(own)) = (&mut row, &one.document) {
        let own = own.iter().filter(|(key, _)| key.as_str() != "version");
        row.extend(own.map(|(key, value)| (key.clone(), value.clone())));
    }
    row
}

/// The table, and what is wrong with those that something is wrong with.
pub(super) fn blocks(all: &[Ended], plan: bool) -> Vec<Block> {
    let columns = [
        "Connection",
        "Vendor",
        "Directory",
        if plan { "To make" } else { "Made" },
        "There already",
        "State",
    ];
    let mut blocks = vec![Block::Table {
        columns: columns.map(str::to_owned).to_vec(),
        rows: all.iter().map(|one| cells(one, plan)).collect(),
    }];
    for one in all {
        if let Some(failure) = &one.failure {
            blocks.push(heading(format!("{} (line {})", one.row.name, one.row.line)));
            blocks.push(wrong(failure));
        }
    }
    blocks
}

fn cells(one: &Ended, plan: bool) -> Vec<String> {
    let answer = |key: &str| {
        one.row
            .answers
            .get(key)
            .map_or_else(String::new, |values| values.join(", "))
    };
    let made = if plan { &["pending"][..] } else { &["done"] };
    vec![
        one.row.name.clone(),
        answer("vendor"),
        one.directory.clone().unwrap_or_else(|| answer("tenant")),
        one.count(&["create"], made).to_string(),
        one.count(&["create", "reuse"], &["found"]).to_string(),
        state(one, plan).to_owned(),
    ]
}

fn state(one: &Ended, plan: bool) -> &'static str {
    match one.exit {
        Exit::Ok if plan && one.count(&["create"], &["pending"]) == 0 => "nothing to do",
        Exit::Ok if plan => "can be made",
        Exit::Ok => "works",
        Exit::Pending => "pending",
        Exit::Attention => "attention",
        other => other.name(),
    }
}

fn wrong(failure: &Failure) -> Block {
    let why = failure
        .why
        .iter()
        .map(|why| ("Why".to_owned(), why.clone()));
    let advice = failure.advice.iter().map(|line| {
        let (label, text) = crate::error::labelled(line);
        (label.to_owned(), text.to_owned())
    });
    Block::Items {
        items: vec![Item {
            state: "fail".to_owned(),
            title: failure.message.clone(),
            text: String::new(),
            lines: why.chain(advice).collect(),
        }],
    }
}

/// Each step of each of them.
pub(super) fn steps(all: &[Ended]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for one in all.iter().filter(|one| !one.is_refused()) {
        blocks.push(heading(one.row.name.clone()));
        let text = |step: &Value, key: &str| step[key].as_str().unwrap_or_default().to_owned();
        let items = one.document["steps"].as_array().into_iter().flatten();
        blocks.push(Block::Items {
            items: items
                .map(|step| Item {
                    state: text(step, "change"),
                    title: text(step, "title"),
                    text: text(step, "resource_id"),
                    lines: Vec::new(),
                })
                .collect(),
        });
    }
    blocks
}

fn verdict(all: &[Ended], plan: bool) -> String {
    let failed = all.iter().filter(|one| one.is_refused()).count();
    let count = all.len();
    match (plan, failed) {
        (true, 0) => format!("All {count} can be connected. Nothing was changed."),
        (true, failed) => {
            format!("{failed} of {count} can't be connected as it stands. Nothing was changed.")
        }
        (false, 0) => format!(
            "All {count} are connected. The values of a vendor's form: `azconnect handover NAME`"
        ),
        (false, failed) => format!(
            "{} of {count} are connected. The same command again does only what is missing.",
            count - failed
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_that_failed_are_partial_and_all_of_them_the_worst() {
        for (all, exit) in [
            (vec![Exit::Ok, Exit::Ok], Exit::Ok),
            (vec![Exit::Ok, Exit::Pending], Exit::Pending),
            (vec![Exit::Pending, Exit::Attention], Exit::Attention),
            (vec![Exit::Ok, Exit::Forbidden], Exit::Partial),
            (vec![Exit::Attention, Exit::Partial], Exit::Partial),
            (vec![Exit::Usage, Exit::Forbidden], Exit::Forbidden),
            (vec![Exit::Usage], Exit::Usage),
        ] {
            assert_eq!(overall(&all), exit, "{all:?}");
        }
    }
}
