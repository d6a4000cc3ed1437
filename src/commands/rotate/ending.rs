//! How a rotation ends: what is new, what became of the old, and the values to hand over.

use std::path::Path;

use serde_json::{Value, json};

use super::old::{Fate, Old};
use super::one::Rotated;
use crate::checks::{Finding, Status};
use crate::commands::app::App;
use crate::commands::documents;
use crate::commands::views::{self, command, heading, paragraph, row};
use crate::connection::{ConnectionRecord, Receipt, hand_over};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::ui::{Block, Output, Row};

/// Shows how it ended, and closes the journal of one whose secret is kept nowhere: it has been seen now.
///
/// # Errors
/// `Bug` where the outcome contradicts itself.
pub(super) fn show(app: &App, rotated: Rotated, written: Option<&Path>) -> Result<Exit> {
    let exit = outcome(&rotated.findings);
    let is_kept = rotated.record.credential.stored_in != "none";
    let shown = rotated
        .secret
        .as_ref()
        .filter(|_| !is_kept && written.is_none());
    let fields = hand_over(rotated.vendor, &rotated.record, shown);
    let parts = json!({
        "connection": documents::connection(&rotated.record),
        "steps": steps(Some(&rotated.new), &rotated.old),
        "checks": rotated.findings,
        "handover": documents::handover(&fields),
        "written_to": written.map(|file| file.display().to_string()),
    });
    let go_on = format!("rotate {}", rotated.record.name);
    if let Some(error) = failure(app, &go_on, &rotated.old) {
        app.ui.fail(&error, parts);
        return Ok(error.exit());
    }
    let mut blocks = vec![
        heading(format!("{} has a new secret", rotated.record.name)),
        paragraph(format!(
            "Replace the old values in {}:",
            rotated.vendor.name
        )),
        views::handover(&fields, &views::place(&rotated.record.credential.stored_in)),
    ];
    blocks.extend(views::console(rotated.vendor));
    blocks.push(Block::Rows {
        rows: rows(app, &rotated, written),
    });
    app.ui.finish(&Output {
        document: documents::document(exit, parts),
        blocks,
    });
    if let Some(journal) = rotated.open
        && let Err(error) = journal.close()
    {
        tracing::warn!("{error}");
    }
    Ok(exit)
}

/// Shows what became of old secrets where no new one was made.
///
/// # Errors
/// None so far.
pub(super) fn finished(app: &App, record: &ConnectionRecord, removed: Vec<Old>) -> Result<Exit> {
    let parts = json!({
        "connection": documents::connection(record),
        "steps": steps(None, &removed),
    });
    let go_on = format!("rotate {} --finish", record.name);
    if let Some(error) = failure(app, &go_on, &removed) {
        app.ui.fail(&error, parts);
        return Ok(error.exit());
    }
    let text = match removed.len() {
        0 => format!("{} has no old secret", record.name),
        1 => format!("The old secret of {} is removed", record.name),
        count => format!("{count} old secrets of {} are removed", record.name),
    };
    app.ui.finish(&Output {
        document: documents::document(Exit::Ok, parts),
        blocks: vec![heading(text)],
    });
    Ok(Exit::Ok)
}

/// How the proof ended: what fails with the new secret would fail with the old one too, and wants attention.
pub(super) fn outcome(findings: &[Finding]) -> Exit {
    let failed = findings
        .iter()
        .any(|finding| finding.status == Status::Fail);
    if failed { Exit::Attention } else { Exit::Ok }
}

/// The failure of a rotation that left an old secret which was to go; `go_on` are the words that try again.
pub(super) fn failure(app: &App, go_on: &str, old: &[Old]) -> Option<Error> {
    let left: Vec<(&Receipt, &Error)> = old
        .iter()
        .filter_map(|old| Some((&old.receipt, old.error()?)))
        .collect();
    let (_, first) = left.first()?;
    let ids: Vec<&str> = left
        .iter()
        .map(|(receipt, _)| receipt.id.as_str())
        .collect();
    let mut error = Error::new(Kind::Partial, first.code(), first.message())
        .correlation(first.correlation_id().map(str::to_owned))
        .may_retry(first.retry())
        .hints(first.advice().iter().cloned())
        .hint(format!("Still there: the old secret {}", ids.join(", ")))
        .hint(format!("Go on: {}", app.typed(go_on)));
    if let Some(why) = first.reason() {
        error = error.why(why);
    }
    Some(error)
}

/// `steps` of the document: the new secret, and each old one.
pub(super) fn steps(new: Option<&Receipt>, old: &[Old]) -> Value {
    let row = |receipt: &Receipt, change: &str, status: &str| json!({"id": receipt.step, "title": receipt.title, "change": change, "status": status, "resource_id": receipt.id, "remove_after": null});
    let mut all: Vec<Value> = new
        .into_iter()
        .map(|new| row(new, "create", "done"))
        .collect();
    all.extend(old.iter().map(|old| match &old.fate {
        Fate::Removed => row(&old.receipt, "remove", "done"),
        Fate::Failed(_) => row(&old.receipt, "remove", "failed"),
        Fate::Left(until) => {
            let mut row = row(&old.receipt, "remove", "pending");
            row["remove_after"] = json!(until);
            row
        }
    }));
    Value::Array(all)
}

fn rows(app: &App, rotated: &Rotated, written: Option<&Path>) -> Vec<Row> {
    let record = &rotated.record;
    let place = views::place(&record.credential.stored_in);
    let mut rows = vec![match record.credential.expires_at {
        Some(ends) => row(
            "New secret",
            format!("{place}, until {}", views::day(ends)),
            "",
        ),
        None => row("New secret", place, ""),
    }];
    rows.extend(rotated.old.iter().map(|old| match &old.fate {
        Fate::Left(until) => row(
            "Old secret",
            format!("works until it is removed, from {} on", views::day(*until)),
            old.receipt.id.clone(),
        ),
        Fate::Removed | Fate::Failed(_) => row("Old secret", "removed", old.receipt.id.clone()),
    }));
    let is_left = rotated
        .old
        .iter()
        .any(|old| matches!(old.fate, Fate::Left(_)));
    if is_left || rotated.open.is_some() {
        rows.push(row(
            "Remove it",
            command(app, format!("rotate {} --finish", record.name)),
            "once the new one is pasted",
        ));
    } else if rotated.old.is_empty() {
        rows.push(row(
            "Old secret",
            "left: azconnect didn't make it",
            "remove it in the portal, under Certificates & secrets",
        ));
    }
    if let Some(file) = written {
        rows.push(row(
            "Values",
            format!(
                "in {} (only you can read it; delete it when they are pasted)",
                file.display()
            ),
            "",
        ));
    } else if record.credential.stored_in != "none" {
        rows.push(row(
            "Copy secret",
            command(app, format!("handover {} --copy", record.name)),
            "",
        ));
    }
    rows.push(row(
        "Check later",
        command(app, format!("check {}", record.name)),
        "",
    ));
    rows
}
