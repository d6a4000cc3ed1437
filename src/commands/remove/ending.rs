//! How a removal ends: with everything gone, or with what is left and how to go on.

use serde_json::{Value, json};

use super::target::Target;
use crate::commands::app::App;
use crate::commands::request;
use crate::commands::views::{heading, paragraph};
use crate::connection::{ConnectionName, Receipt};
use crate::error::{Error, Kind, Result};
use crate::plan::undo::{Undo, Undone, holds_data};
use crate::steps::{Reverted, removed_by_hand};
use crate::ui::{Block, Item};

/// How the removal of a connection ends.
pub(super) enum End {
    /// It is gone: the rows of the document, and what is said of it.
    Gone { steps: Value, blocks: Vec<Block> },
    /// Some of it is left.
    Left { error: Error, steps: Value },
}

/// What we made and leave, with how a person takes it away; `name` where the removal is still ahead.
pub(super) fn kept(undo: &Undo, name: Option<&ConnectionName>) -> Vec<Block> {
    if undo.kept.is_empty() {
        return Vec::new();
    }
    let items = undo.kept.iter().map(|receipt| Item {
        state: "keep".to_owned(),
        title: receipt.title.clone(),
        text: receipt.id.clone(),
        lines: removed_by_hand(receipt)
            .map(|command| ("Remove it".to_owned(), command))
            .into_iter()
            .collect(),
    });
    let mut blocks = vec![
        paragraph(
            "azconnect made it, and leaves it: others may rely on it, or there are files in it.",
        ),
        Block::Items {
            items: items.collect(),
        },
    ];
    if let Some(name) = name.filter(|_| undo.kept.iter().any(|each| holds_data(each.kind))) {
        blocks.push(paragraph(format!(
            "To remove the files too: azconnect remove {name} --with-data"
        )));
    }
    blocks
}

fn steps(undo: &Undo, undone: &[Undone]) -> Value {
    let of = |receipt: &Receipt| undone.iter().find(|one| one.receipt.id == receipt.id);
    let row = |receipt: &Receipt, change: &str, status: &str| json!({"id": receipt.step, "title": receipt.title, "change": change, "status": status, "resource_id": receipt.id});
    let ours = undo.ours.iter().map(|receipt| {
        let status = match of(receipt).map(|one| &one.outcome) {
            Some(Ok(Reverted::Kept(_))) => "skipped",
            Some(Ok(_)) => "done",
            Some(Err(_)) => "failed",
            None => "pending",
        };
        row(receipt, "remove", status)
    });
    let kept = undo.theirs.iter().chain(&undo.kept);
    ours.chain(kept.map(|receipt| row(receipt, "reuse", "skipped")))
        .collect()
}

/// Some of it is left: says what, why, and how to go on.
///
/// # Errors
/// `Bug` where nothing failed.
pub(super) fn still_there(undone: Vec<Undone>, undo: &Undo, go_on: &str) -> Result<End> {
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
    Ok(End::Left { error, steps })
}

/// What was to be removed and turned out to hold other people's things.
fn not_removed(undone: &[Undone]) -> Vec<Block> {
    let items: Vec<Item> = undone
        .iter()
        .filter_map(|one| match &one.outcome {
            Ok(Reverted::Kept(why)) => Some(Item {
                state: "keep".to_owned(),
                title: one.receipt.title.clone(),
                text: one.receipt.id.clone(),
                lines: vec![("Why".to_owned(), why.clone())],
            }),
            Ok(Reverted::Removed | Reverted::AlreadyGone) | Err(_) => None,
        })
        .collect();
    if items.is_empty() {
        return Vec::new();
    }
    vec![
        paragraph("Left, because of what is in it:"),
        Block::Items { items },
    ]
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
) -> Result<End> {
    if target.stored_in != "none" {
        app.store(&target.stored_in)?
            .delete(target.name.as_str())
            .await?;
    }
    app.connections.forget(&target.name)?;
    request::forget(app, &target.name);
    if let Some(journal) = target.journal {
        journal.close()?;
    }
    let mut blocks = vec![heading(format!("{} is removed", target.name))];
    blocks.extend(not_removed(undone));
    blocks.extend(kept(undo, None));
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
    Ok(End::Gone {
        steps: steps(undo, undone),
        blocks,
    })
}
