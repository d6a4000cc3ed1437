//! Every connection of this machine, one after the other, and at last azconnect's own files: leaving is easy.

use serde_json::{Value, json};

use super::ending::End;
use super::{Args, Persons, consent, one, show, target};
use crate::commands::app::App;
use crate::commands::views::{heading, paragraph};
use crate::commands::{documents, journals};
use crate::connection::ConnectionName;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::plan::undo::Undo;
use crate::ui::{Block, Output};

/// What became of one of them.
struct Ended {
    name: ConnectionName,
    steps: Value,
    outcome: std::result::Result<Vec<Block>, Error>,
}

/// Removes them all. One that can't be removed keeps no other back.
///
/// # Errors
/// `Usage` where nobody agreed; `Failed` where a file of ours can't be read or removed.
pub(super) async fn run(args: &Args, app: &App) -> Result<Exit> {
    let names = names(app)?;
    let mut persons = Persons::new();
    for name in &names {
        let target = target::find(app, name.as_str())?;
        // What one hands on to another is removed with that one.
        let undo = Undo::of(&target.receipts, args.with_data);
        show(args, app, &target, (&undo, &mut persons)).await?;
    }
    if !names.is_empty() || args.forget_this_machine {
        consent::to_all(app, names.len()).await?;
    }
    let mut all = Vec::new();
    for name in names {
        let (steps, outcome) = match one(args, app, name.as_str(), (true, &mut persons)).await {
            Ok(End::Gone { steps, blocks }) => (steps, Ok(blocks)),
            Ok(End::Left { error, steps }) => (steps, Err(error)),
            Err(error) => (json!([]), Err(error)),
        };
        all.push(Ended {
            name,
            steps,
            outcome,
        });
    }
    if all.iter().any(|one| one.outcome.is_err()) {
        return left(app, all);
    }
    if args.forget_this_machine {
        app.paths.forget()?;
    }
    Ok(finish(app, all, args.forget_this_machine))
}

/// The connections of this machine, and those that an interrupted run began.
fn names(app: &App) -> Result<Vec<ConnectionName>> {
    let mut names: Vec<ConnectionName> = app
        .connections
        .all()?
        .into_iter()
        .map(|record| record.name)
        .collect();
    let (interrupted, damaged) = journals::all(&app.connections)?;
    // What a damaged journal alone knows would stay in Azure, and nobody would know of it any more.
    if let Some(error) = damaged.into_iter().next() {
        return Err(error);
    }
    names.extend(
        interrupted
            .iter()
            .map(|journal| journal.written().spec.name.clone()),
    );
    names.sort();
    names.dedup();
    Ok(names)
}

fn rows(all: &[Ended]) -> Value {
    all.iter()
        .map(|one| {
            let exit = match &one.outcome {
                Ok(_) => Exit::Ok,
                Err(error) => error.exit(),
            };
            json!({"name": one.name, "ok": exit == Exit::Ok, "exit": exit.name(), "steps": one.steps})
        })
        .collect()
}

fn left(app: &App, all: Vec<Ended>) -> Result<Exit> {
    let rows = rows(&all);
    let count = all.len();
    let (mut gone, mut errors) = (Vec::new(), Vec::new());
    for one in all {
        match one.outcome {
            Ok(_) => gone.push(one.name),
            Err(error) => errors.push((one.name, error)),
        }
    }
    let hints: Vec<String> = errors
        .iter()
        .flat_map(|(name, error)| {
            std::iter::once(format!("{name}: {}", error.message())).chain(
                error
                    .advice()
                    .iter()
                    .map(move |hint| format!("{name}: {hint}")),
            )
        })
        .collect();
    let kind = match errors.first() {
        Some((_, error)) if gone.is_empty() => error.kind(),
        _ => Kind::Partial,
    };
    let error = Error::new(
        kind,
        "some_left",
        format!("{} of {count} connections are removed.", gone.len()),
    )
    .hints(hints);
    app.ui
        .fail(&error, json!({"removed": gone, "connections": rows}));
    Ok(error.exit())
}

fn finish(app: &App, all: Vec<Ended>, is_forgotten: bool) -> Exit {
    let removed: Vec<&ConnectionName> = all.iter().map(|one| &one.name).collect();
    let document = documents::document(
        Exit::Ok,
        json!({"removed": removed, "connections": rows(&all), "forgotten": is_forgotten}),
    );
    let mut blocks = Vec::new();
    if all.is_empty() {
        blocks.push(heading("There is no connection on this machine"));
    }
    blocks.extend(all.into_iter().filter_map(|one| one.outcome.ok()).flatten());
    if is_forgotten {
        blocks.push(paragraph(
            "azconnect's own files are gone from this machine too. What is left is the program itself.",
        ));
    }
    app.ui.finish(&Output { document, blocks });
    Exit::Ok
}
