//! Many connections by one command: the whole file is checked, all are planned and shown in one table, agreed to once, and made one
//! after the other. Each has its own lock, journal and record, so that a failure stops no other, and a second run does only what is
//! missing.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Args;
use super::batch_report::{self, Ended};
use super::captured::{Captured, Failure};
use crate::commands::app::App;
use crate::commands::arguments::AnswerFlags;
use crate::commands::documents;
use crate::commands::signing::{self, SignIns};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::interview::batch::{self, Row};
use crate::interview::resolve::blocking;
use crate::interview::{Answers, missing};
use crate::ui::{Ask, Event, Proceed, Progress};

/// Connects everything in the file.
///
/// # Errors
/// `Usage` where the file is wrong, or nobody agreed; what fails of one connection is in its row.
pub(super) async fn run(args: &Args, file: &Path, app: &App) -> Result<Exit> {
    app.ui.tell(Event::Started {
        title: "Connect Azure to cost tools, several connections at once".to_owned(),
    });
    let rows = batch::read(file, &args.answers.0, &app.host)?;
    super::scripted::refuse_many(&rows)?;
    if !app.ui.can_ask() && !app.global.yes && !args.plan {
        return Err(missing::error(vec![missing::consent()]));
    }
    let sign_ins = Arc::new(SignIns::default());
    let planned = plan_all(args, app, &rows, &sign_ins).await;
    if args.plan {
        return Ok(batch_report::finish(app, &planned, true));
    }
    if planned.iter().all(Ended::is_refused) {
        return Ok(batch_report::finish(app, &planned, false));
    }
    app.ui.tell(Event::Shown {
        blocks: batch_report::blocks(&planned, true),
    });
    consent(app, &planned).await?;
    let again = app.typed(format!(
        "init --batch {}",
        crate::text::shell_word(&file.to_string_lossy())
    ));
    app.say_if_interrupted(vec![format!("Go on: {again}")]);
    let mut ended = Vec::new();
    for (at, (row, plan)) in rows.iter().zip(planned).enumerate() {
        // What couldn't be planned was shown, and is not tried.
        if plan.is_refused() {
            ended.push(plan);
            continue;
        }
        app.ui.tell(Event::Started {
            title: format!("{} ({} of {})", row.name, at + 1, rows.len()),
        });
        ended.push(one(args, app, row, (false, &sign_ins)).await);
    }
    Ok(batch_report::finish(app, &ended, false))
}

async fn plan_all(args: &Args, app: &App, rows: &[Row], sign_ins: &Arc<SignIns>) -> Vec<Ended> {
    let all = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let (id, title) = ("plans", "Plans");
    let tell = |status| {
        app.ui.tell(Event::Step {
            id: id.to_owned(),
            title: title.to_owned(),
            change: "check".to_owned(),
            status,
            detail: String::new(),
        });
    };
    tell(Progress::Running);
    let (mut planned, mut done, mut failed) = (Vec::new(), 0, 0);
    for row in rows {
        let end = one(args, app, row, (true, sign_ins)).await;
        let count = if end.is_refused() {
            &mut failed
        } else {
            &mut done
        };
        *count += 1;
        planned.push(end);
        app.ui.tell(Event::Tally {
            id: id.to_owned(),
            title: title.to_owned(),
            unit: "connections".to_owned(),
            done,
            waiting: 0,
            failed,
            all,
            detail: String::new(),
        });
    }
    tell(Progress::Done);
    planned
}

/// Plans or connects one of them.
async fn one(args: &Args, app: &App, row: &Row, (plan, sign_ins): (bool, &Arc<SignIns>)) -> Ended {
    let screen = Arc::new(Captured::new(app.ui.clone(), !plan));
    let alone = app.for_one_of_many(screen.clone(), sign_ins.clone());
    let outcome = match sign_in(app, row, sign_ins).await {
        Ok(()) => Box::pin(super::run(of_row(args, row, plan), &alone)).await,
        Err(error) => Err(error),
    };
    let said = screen.said();
    let (exit, document, failure) = match outcome {
        Ok(exit) => (exit, said.document.unwrap_or(Value::Null), said.failure),
        Err(error) => (
            error.exit(),
            documents::failed_run(&error, json!({})),
            Some(Failure::of(&error)),
        ),
    };
    Ended {
        row: row.clone(),
        exit,
        document,
        directory: said.directory,
        failure,
    }
}

/// Signs in where the person can be asked, so that the connection itself needs to ask nobody. That there is no way is the connection's
/// own failure to tell.
async fn sign_in(app: &App, row: &Row, sign_ins: &Arc<SignIns>) -> Result<()> {
    let answers = Answers::gather(&row.answers, &app.host, None, &Default::default())?;
    let asking = app.for_one_of_many(app.ui.clone(), sign_ins.clone());
    match signing::sign_in(&asking, &answers).await {
        Err(error) if error.code() != "no_sign_in" => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn of_row(args: &Args, row: &Row, plan: bool) -> Args {
    Args {
        answers: AnswerFlags(row.answers.clone()),
        answers_file: None,
        save_answers: None,
        batch: None,
        plan,
        resume: false,
        fresh: args.fresh,
        client_secret_stdin: false,
        client_secret_file: None,
        handover_to: None,
        wait: false,
    }
}

async fn consent(app: &App, planned: &[Ended]) -> Result<()> {
    if app.global.yes {
        return Ok(());
    }
    let count = planned.iter().filter(|one| !one.is_refused()).count();
    loop {
        let ask = Ask {
            key: "proceed".to_owned(),
            prompt: format!("Connect these {count}?"),
            help: "They are made one after the other. One that fails stops no other, and the same command again does only what is missing.".to_owned(),
            ..Ask::default()
        };
        let ui = app.ui.clone();
        match blocking(move || ui.proceed(&ask)).await? {
            Proceed::Yes => return Ok(()),
            Proceed::No => {
                return Err(Error::new(
                    Kind::Interrupted,
                    "declined",
                    "Stopped before the first change. Nothing in Azure is different.",
                ));
            }
            Proceed::Explain | Proceed::Save => app.ui.tell(Event::Shown {
                blocks: batch_report::steps(planned),
            }),
        }
    }
}
