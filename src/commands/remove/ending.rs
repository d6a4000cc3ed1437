//! How a removal ends: with everything gone, or with what is left and how to go on.

use serde_json::{Value, json};

use super::target::Target;
use crate::commands::app::App;
use crate::commands::documents;
use crate::commands::views::{heading, paragraph};
use crate::connection::Receipt;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::plan::undo::{Undo, Undone};
use crate::ui::{Block, Item, Output};

fn steps(undo: &Undo, undone: &[Undone]) -> Value {
    let of = |receipt: &Receipt| undone.iter().find(|one| one.receipt.id == receipt.id);
    let row = |receipt: &Receipt, change: &str, status: &str| json!({"id": receipt.step, "title": receipt.title, "change": change, "status": status, "resource_id": receipt.id});
    let ours = undo.ours.iter().map(|receipt| {
        let status = match of(receipt).map(|one| &one.outcome) {
            Some(Ok(_)) => "done",
            Some(Err(_)) => "failed",
            None => "pending",
        };
        row(receipt, "remove", status)
    });
    ours.chain(
        undo.theirs
            .iter()
            .map(|receipt| row(receipt, "reuse", "skipped")),
    )
    .collect()
}

/// Some of it is left: says what, why, and how to go on.
///
/// # Errors
/// `Bug` where nothing failed.
pub(super) fn still_there(
    app: &App,
    undone: Vec<Undone>,
    undo: &Undo,
    go_on: &str,
) -> Result<Exit> {
    let steps = steps(undo, &undone);
    let removed = undone.iter().filter(|one| one.outcome.is_ok()).count();
    let is_gone = |receipt: &&Receipt| {
        undone
            .iter()
            .any(|one| one.receipt.id == receipt.id && one.outcome.is_ok())
    };
    let left: Vec<String> = undo
        .ours
        .iter()
        .filter(|receipt| !is_gone(receipt))
        .map(|receipt| format!("{} ({})", receipt.title, receipt.id))
        .collect();
    let first = undone
        .into_iter()
        .find_map(|one| one.outcome.err())
        .ok_or_else(|| Error::bug("a removal that failed without a failure"))?;
    let kind = if removed > 0 {
        Kind::Partial
    } else {
        first.kind()
    };
    let error = first
        .with_kind(kind)
        .hint(format!("Still there: {}", left.join(", ")))
        .hint(go_on);
    app.ui.fail(&error, json!({"steps": steps}));
    Ok(error.exit())
}

/// All of it is gone: forgets it on this machine too, and says what stays.
///
/// # Errors
/// `Storage` where a file of ours or the secret can't be removed.
pub(super) async fn forget(
    app: &App,
    target: Target,
    undo: &Undo,
    undone: &[Undone],
) -> Result<Exit> {
    if target.stored_in != "none" {
        app.store(&target.stored_in)?
            .delete(target.name.as_str())
            .await?;
    }
    app.connections.forget(&target.name)?;
    if let Some(journal) = target.journal {
        journal.close()?;
    }
    let document = documents::document(
        Exit::Ok,
        json!({"removed": target.name, "steps": steps(undo, undone)}),
    );
    let mut blocks = vec![heading(format!("{} is removed", target.name))];
    if !undo.theirs.is_empty() {
        let items = undo.theirs.iter().map(|receipt| Item {
            state: "keep".to_owned(),
            title: receipt.title.clone(),
            text: receipt.id.clone(),
            lines: Vec::new(),
        });
        blocks.extend([
            paragraph("Left, because azconnect found it and did not make it:"),
            Block::Items {
                items: items.collect(),
            },
        ]);
    }
    if undo
        .ours
        .iter()
        .any(|receipt| receipt.kind == crate::connection::ResourceKind::Application)
    {
        blocks.push(paragraph("Entra ID keeps the app registration restorable for 30 days, under App registrations > Deleted applications."));
    }
    blocks.push(paragraph(
        "Delete the account in the vendor's console too: it can't read anything any more.",
    ));
    app.ui.finish(&Output { document, blocks });
    Ok(Exit::Ok)
}
