//! `azconnect questions`: everything that `init` may ask, and each way to answer it. Also what `azconnect help questions` shows.

use serde_json::{Value, json};

use super::app::App;
use super::documents;
use super::views::{heading, paragraph, row};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::interview::{QUESTIONS, Question};
use crate::text::printable;
use crate::ui::{Block, Output, Row};

/// List the questions of `init`, with every way to answer each
///
/// An answer is looked for in this order: the flag, the environment, the answers file (`--answers FILE`), an interrupted run that is gone
/// on with, and what Azure shows where there is just one possibility. What is then still missing is asked; where nobody can be asked, all
/// that is missing is told at once.
#[derive(Debug, clap::Args)]
#[command(after_long_help = reference())]
pub struct Args {
    /// The question's key, such as `tenant`
    key: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such question.
pub fn run(args: Args, app: &App) -> Result<Exit> {
    let output = match &args.key {
        None => all(),
        Some(key) => one(
            Question::find(&key.trim_start_matches("--").replace('-', "_"))
                .ok_or_else(|| unknown(key))?,
        ),
    };
    app.ui.finish(&output);
    Ok(Exit::Ok)
}

fn unknown(key: &str) -> Error {
    Error::usage(
        "question_unknown",
        format!("`{}` is no question of `init`.", printable(key)),
    )
    .hint("See them all: azconnect questions")
}

fn all() -> Output {
    let columns = ["Key", "Flag", "Environment", "What it is"];
    let rows = QUESTIONS.iter().map(|question| {
        vec![
            question.key.to_owned(),
            flag(question),
            question.env(),
            help(question),
        ]
    });
    Output {
        document: documents::document(
            Exit::Ok,
            json!({"questions": QUESTIONS.iter().map(described).collect::<Vec<_>>()}),
        ),
        blocks: vec![
            Block::Table {
                columns: columns.map(str::to_owned).to_vec(),
                rows: rows.collect(),
            },
            paragraph(
                "The key is also what an answers file says: `tenant = \"contoso.com\"`. What one of them means, and where its answer is found: azconnect questions KEY",
            ),
        ],
    }
}

fn one(question: &Question) -> Output {
    let document = documents::document(Exit::Ok, json!({"question": described(question)}));
    Output {
        document,
        blocks: vec![
            heading(question.prompt),
            paragraph(question.explain),
            Block::Rows {
                rows: ways(question),
            },
        ],
    }
}

fn ways(question: &Question) -> Vec<Row> {
    let example = question.example;
    let in_file = if question.many {
        format!("{} = [\"{example}\"]", question.key)
    } else {
        format!("{} = \"{example}\"", question.key)
    };
    let by_flag = match question.key {
        "vendor" => example.to_owned(),
        _ => format!(
            "{} {}",
            question.written(),
            crate::text::shell_word(example)
        ),
    };
    let comma = if question.many {
        "several with commas"
    } else {
        ""
    };
    let again = if question.many { "again for each" } else { "" };
    vec![
        row("Flag", by_flag, again),
        row(
            "Environment",
            format!("{}={}", question.env(), crate::text::shell_word(example)),
            comma,
        ),
        row("Answers file", in_file, ""),
        row("Otherwise", otherwise(question), ""),
    ]
}

/// What happens where nobody says anything.
fn otherwise(question: &Question) -> String {
    match question.default {
        Some(default) => format!("{default} (default)"),
        None => "left out, or asked where the connection needs it".to_owned(),
    }
}

fn flag(question: &Question) -> String {
    match question.key {
        "vendor" => question.written(),
        _ => format!("{} {}", question.written(), question.value),
    }
}

fn help(question: &Question) -> String {
    match question.default {
        Some(default) => format!("{} [default: {default}]", question.help),
        None => question.help.to_owned(),
    }
}

fn described(question: &Question) -> Value {
    json!({
        "key": question.key,
        "flag": question.written(),
        "env": question.env(),
        "many": question.many,
        "help": question.help,
        "prompt": question.prompt,
        "explain": question.explain,
        "example": question.example,
        "default": question.default,
    })
}

/// Every question, for `azconnect help questions` and the manual.
fn reference() -> String {
    let mut text = "The questions:\n".to_owned();
    for question in QUESTIONS {
        text.push_str(&format!(
            "\n  {}\n      {}, {}, or `{}` in --answers; e.g. {}\n      {}\n      {}\n",
            question.prompt,
            flag(question),
            question.env(),
            question.key,
            question.example,
            help(question),
            question.explain,
        ));
    }
    text
}
