//! `azconnect rotate --all`: whatever ends soon, and old secrets that are due, one row each. For CI.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::old::{self, Old};
use super::{Args, consent, ending, item, one, refuse_unfit, refused};
use crate::azure::Azure;
use crate::azure::ids::TenantId;
use crate::commands::app::App;
use crate::commands::views::{self, heading, paragraph};
use crate::commands::{check, documents, journals, request, signing};
use crate::connection::{ConnectionRecord, Receipt};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::plan::rotation;
use crate::ui::{Block, Event, Output};

/// What is to be done for one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// A new secret, since the one in use ends soon, or a rotation was interrupted.
    Rotation,
    /// Only old secrets are due.
    Removal,
    /// Nothing yet.
    Nothing,
}

/// How it ended for one connection.
struct Row {
    record: ConnectionRecord,
    status: &'static str,
    exit: Exit,
    new: Option<Receipt>,
    old: Vec<Old>,
    checks: Value,
    error: Option<Error>,
}

/// Which outcome outdoes which, the worst first.
const WORST_FIRST: &[Exit] = &[
    Exit::Bug,
    Exit::Terminated,
    Exit::Interrupted,
    Exit::SignedOut,
    Exit::Forbidden,
    Exit::Storage,
    Exit::Usage,
    Exit::Partial,
    Exit::Failed,
    Exit::Attention,
    Exit::Pending,
    Exit::Ok,
];

/// Rotates every connection that is due.
///
/// # Errors
/// `Usage` where consent is missing; what fails for one connection is in its row.
pub(super) async fn run(args: &Args, app: &App) -> Result<Exit> {
    let mut due = Vec::new();
    for record in app.connections.all()? {
        let what = look(args, app, &record)?;
        due.push((record, what));
    }
    let busy: Vec<_> = due
        .iter()
        .filter(|(_, what)| *what != Due::Nothing)
        .collect();
    if !busy.is_empty() {
        let items = busy.iter().map(|(record, what)| {
            let (state, text) = match what {
                Due::Rotation => ("create", "a new secret"),
                Due::Removal | Due::Nothing => ("remove", "an old secret that is due"),
            };
            item(state, record.name.as_str(), text)
        });
        app.ui.tell(Event::Shown {
            blocks: vec![
                paragraph("azconnect will give or remove secrets:"),
                Block::Items {
                    items: items.collect(),
                },
            ],
        });
        consent(app, "Rotate these?").await?;
        app.say_if_interrupted(vec![format!(
            "Go on: {}",
            app.typed(format!("rotate --all --within {}", args.within))
        )]);
    }
    let mut signed_in = BTreeMap::new();
    let mut rows = Vec::new();
    for (record, what) in due {
        rows.push(row(args, app, &mut signed_in, record, what).await);
    }
    Ok(show(app, &rows))
}

fn look(args: &Args, app: &App, record: &ConnectionRecord) -> Result<Due> {
    let is_interrupted = journals::rotation(&app.connections, &record.name)?.is_some();
    Ok(what_is_due(
        record,
        is_interrupted,
        app.host.now(),
        args.within,
    ))
}

fn what_is_due(
    record: &ConnectionRecord,
    is_interrupted: bool,
    now: Timestamp,
    within: u16,
) -> Due {
    let horizon = now + SignedDuration::from_hours(24 * i64::from(within));
    let ends_soon = record
        .credential
        .expires_at
        .is_some_and(|ends| ends <= horizon);
    if is_interrupted || ends_soon {
        Due::Rotation
    } else if !rotation::due(record, now).is_empty() {
        Due::Removal
    } else {
        Due::Nothing
    }
}

async fn row(
    args: &Args,
    app: &App,
    signed_in: &mut BTreeMap<TenantId, Azure>,
    record: ConnectionRecord,
    what: Due,
) -> Row {
    let mut row = Row {
        record,
        status: "not-due",
        exit: Exit::Ok,
        new: None,
        old: Vec::new(),
        checks: json!([]),
        error: None,
    };
    if what == Due::Nothing {
        row.old = old::left(&row.record, app.host.now());
        return row;
    }
    if let Err(error) = work(args, app, signed_in, &mut row, what).await {
        row.error = Some(error);
    }
    if row.error.is_none() {
        let go_on = format!("rotate --all --within {}", args.within);
        row.error = ending::failure(app, &go_on, &row.old);
    }
    if let Some(error) = &row.error {
        row.status = "failed";
        row.exit = error.exit();
    }
    row
}

async fn work(
    args: &Args,
    app: &App,
    signed_in: &mut BTreeMap<TenantId, Azure>,
    row: &mut Row,
    what: Due,
) -> Result<()> {
    refuse_unfit(app, &row.record)?;
    if what == Due::Rotation {
        refuse_kept_nowhere(app, &row.record)?;
    }
    check::same_cloud(app, &row.record).await?;
    let _lock = app.connections.lock(&row.record.name)?;
    // Only now: whoever held the lock until now may have rotated it.
    row.record = app.connections.get(row.record.name.as_str())?;
    let now = look(args, app, &row.record)?;
    if now == Due::Nothing {
        return Ok(());
    }
    let tenant = row.record.tenant_id;
    let azure = match signed_in.get(&tenant) {
        Some(azure) => azure,
        None => {
            let azure = signing::as_administrator(app, tenant, args.sign_in.as_deref()).await?;
            signed_in.entry(tenant).or_insert(azure)
        }
    };
    if now == Due::Removal {
        let due = rotation::due(&row.record, app.host.now());
        row.old = old::remove(app, azure, &mut row.record, due).await?;
        row.status = "finished";
        return Ok(());
    }
    let wish = one::Wish {
        days: args.secret_days,
        keep_old: args.keep_old,
        handover_to: None,
    };
    let rotated = match one::rotate(app, azure, row.record.clone(), &wish).await {
        Ok(rotated) => rotated,
        Err(error) => return Err(refused::asked(app, azure, &row.record, error).await.0),
    };
    request::forget(app, &row.record.name);
    row.exit = ending::outcome(&rotated.findings);
    row.checks = json!(rotated.findings);
    row.status = "rotated";
    row.record = rotated.record;
    row.new = Some(rotated.new);
    row.old = rotated.old;
    Ok(())
}

/// A secret that is kept nowhere has to be shown, which is a matter of its own run.
fn refuse_kept_nowhere(app: &App, record: &ConnectionRecord) -> Result<()> {
    if record.credential.stored_in != "none" {
        return Ok(());
    }
    Err(Error::usage(
        "secret_not_kept",
        format!(
            "The secret of `{}` is kept nowhere, so a new one would be lost.",
            record.name
        ),
    )
    .hint(format!(
        "Rotate it by itself: {}",
        app.typed(format!("rotate {} --handover-to FILE", record.name))
    )))
}

fn show(app: &App, rows: &[Row]) -> Exit {
    let exit = worst(rows.iter().map(|row| row.exit));
    let one = |row: &Row| {
        json!({
            "connection": documents::connection(&row.record),
            "status": row.status,
            "exit": row.exit.name(),
            "steps": ending::steps(row.new.as_ref(), &row.old),
            "checks": row.checks,
            "error": row.error.as_ref().map(documents::failure),
        })
    };
    let document = documents::document(
        exit,
        json!({"connections": rows.iter().map(one).collect::<Vec<_>>()}),
    );
    app.ui.finish(&Output {
        document,
        blocks: blocks(app, rows),
    });
    exit
}

fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    let rank = |exit: &Exit| WORST_FIRST.iter().position(|one| one == exit);
    exits.min_by_key(rank).unwrap_or(Exit::Ok)
}

fn blocks(app: &App, rows: &[Row]) -> Vec<Block> {
    let rotated = rows.iter().filter(|row| row.new.is_some()).count();
    let failed = rows.iter().filter(|row| row.error.is_some()).count();
    let title = match (rotated, failed) {
        (0, 0) => "No secret ends soon".to_owned(),
        (rotated, 0) => format!("{rotated} of {} connections have a new secret", rows.len()),
        (rotated, failed) => format!(
            "{rotated} of {} connections have a new secret, {failed} failed",
            rows.len()
        ),
    };
    let items = rows.iter().map(|row| {
        let ends = row.record.credential.expires_at.map_or_else(
            || "its end is not known".to_owned(),
            |ends| format!("until {}", views::day(ends)),
        );
        let (state, text) = match (&row.error, row.status) {
            (Some(error), _) => ("fail", error.message().to_owned()),
            (None, "rotated") => ("pass", format!("new secret, {ends}")),
            (None, "finished") => ("pass", "old secret removed".to_owned()),
            (None, _) => ("skip", ends),
        };
        let mut item = item(state, row.record.name.as_str(), &text);
        let lines = row.error.iter().flat_map(|error| error.advice());
        item.lines = lines.map(|hint| ("Fix".to_owned(), hint.clone())).collect();
        if row.new.is_some() {
            let command = app.typed(format!("handover {} --reveal", row.record.name));
            item.lines.push(("Paste".to_owned(), command));
        }
        item
    });
    let items: Vec<_> = items.collect();
    vec![heading(title), Block::Items { items }]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_place() {
        for (exit, ..) in crate::exit::TABLE {
            assert!(WORST_FIRST.contains(exit), "{exit:?}");
        }
        let worst = |exits: &[Exit]| worst(exits.iter().copied());
        assert_eq!(worst(&[]), Exit::Ok);
        assert_eq!(worst(&[Exit::Ok, Exit::Attention]), Exit::Attention);
        assert_eq!(
            worst(&[Exit::Attention, Exit::Forbidden, Exit::Ok]),
            Exit::Forbidden
        );
    }

    #[test]
    fn what_ends_within_the_days_is_due() {
        let written: Value = serde_json::from_str(include_str!(
            "../../../tests/suite/fixtures/connection-v1.json"
        ))
        .unwrap();
        let mut record: ConnectionRecord =
            serde_json::from_value(written["connection"].clone()).unwrap();
        let ends = record.credential.expires_at.unwrap();
        let before = |days: i64| ends - SignedDuration::from_hours(24 * days);
        assert_eq!(what_is_due(&record, false, before(31), 30), Due::Nothing);
        assert_eq!(what_is_due(&record, true, before(31), 30), Due::Rotation);
        assert_eq!(what_is_due(&record, false, before(30), 30), Due::Rotation);
        assert_eq!(what_is_due(&record, false, before(1), 0), Due::Nothing);
        let new = Receipt {
            id: uuid::Uuid::from_u128(1).to_string(),
            ..record.receipts[2].clone()
        };
        rotation::renew(&mut record, &new, 7, before(60));
        assert_eq!(what_is_due(&record, false, before(54), 30), Due::Nothing);
        assert_eq!(what_is_due(&record, false, before(53), 30), Due::Removal);
        record.credential.expires_at = None;
        assert_eq!(what_is_due(&record, false, before(60), 30), Due::Nothing);
    }
}
