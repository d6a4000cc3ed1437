//! The plan and the answers in files, side by side, while the person still thinks about it.

use std::path::{Path, PathBuf};

use super::again::write;
use super::{Args, Decided};
use crate::commands::app::App;
use crate::commands::views::{heading, paragraph, row};
use crate::error::{Error, Result};
use crate::text::shell_word;
use crate::ui::{Block, Event, text_of};

/// So many names are tried before it is given up: nothing is written over.
const MOST_NAMES: usize = 99;

/// Writes both files and says where they are; what can't be written is said too, and stops nothing.
pub(super) fn save(app: &App, args: &Args, decided: &Decided, plan: &[Block]) {
    let event = match written(app, args, decided, plan) {
        Ok((answers, plan)) => {
            let command = format!("init --answers {}", shell_word(&answers.display().to_string()));
            Event::Shown {
                blocks: vec![Block::Rows {
                    rows: vec![
                        row("Plan", plan.display().to_string(), ""),
                        row("Answers", answers.display().to_string(), ""),
                        row("Later", app.typed(command), ""),
                    ],
                }],
            }
        }
        Err(error) => Event::Warning {
            what: error.message().to_owned(),
            fix: "Save it from a folder of your own, or say no and run the same with `--plan > FILE`.".to_owned(),
        },
    };
    app.ui.tell(event);
}

fn written(
    app: &App,
    args: &Args,
    decided: &Decided,
    plan: &[Block],
) -> Result<(PathBuf, PathBuf)> {
    let text = readable(decided, plan);
    if let Some(answers) = &args.save_answers {
        // These were saved before the plan was shown.
        let name = |mark: &str| answers.with_extension(format!("{mark}{PLAN}"));
        let mut marks = marks("", ".");
        let free = marks.find(|mark| is_free(&name(mark), &text));
        let file = name(&free.ok_or_else(too_many)?);
        write(&file, &text)?;
        return Ok((answers.clone(), file));
    }
    let answers = decided.again.file(app);
    let name = |mark: &str, end: &str| {
        PathBuf::from(format!("azconnect-{}{mark}.{end}", decided.spec.name))
    };
    let both_free = |mark: &String| {
        is_free(&name(mark, ANSWERS), &answers) && is_free(&name(mark, PLAN), &text)
    };
    let mark = marks("-", "").find(both_free).ok_or_else(too_many)?;
    let files = (name(&mark, ANSWERS), name(&mark, PLAN));
    write(&files.0, &answers)?;
    write(&files.1, &text)?;
    Ok(files)
}

/// How the two files' names end.
const ANSWERS: &str = "answers.toml";
const PLAN: &str = "plan.txt";

/// What tells further files from the first: nothing, then a number.
fn marks(before: &'static str, behind: &'static str) -> impl Iterator<Item = String> {
    let numbers = (2..MOST_NAMES).map(move |number| format!("{before}{number}{behind}"));
    std::iter::once(String::new()).chain(numbers)
}

fn too_many() -> Error {
    Error::usage(
        "plans_exist",
        "Couldn't find a name for the plan that is still free.",
    )
    .hint("Move the saved plans away.")
}

/// Whether nothing is there, or just this.
fn is_free(file: &Path, text: &str) -> bool {
    match std::fs::read_to_string(file) {
        Ok(there) => there == text,
        Err(_) => file.symlink_metadata().is_err(),
    }
}

/// The plan as somebody reads it who did not run azconnect.
fn readable(decided: &Decided, plan: &[Block]) -> String {
    let spec = &decided.spec;
    let mut blocks = vec![
        heading(format!(
            "What azconnect would do: connect {} to {}",
            decided.vendor.name, spec.directory.display_name
        )),
        paragraph(format!(
            "Directory {}, connection `{}`. Nothing has been changed yet.",
            spec.directory.id, spec.name
        )),
    ];
    blocks.extend_from_slice(plan);
    blocks.extend(decided.again.blocks());
    text_of(&blocks)
}
