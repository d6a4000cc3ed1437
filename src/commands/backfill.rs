//! `azconnect backfill`: the costs of past months, by one run of the export for each.

use std::time::Duration;

use serde_json::{Value, json};

use super::app::App;
use super::views::{heading, paragraph, row};
use super::{documents, journals, signing};
use crate::azure::Azure;
use crate::connection::{ConnectionRecord, ExportRecord, Month};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::plan::backfill::{Backfill, Wanted};
use crate::plan::backfill_book::{Book, Standing, State};
use crate::ui::{Block, Event, Item, Output, Progress};

const EXAMPLES: &str = "\
Examples:
  azconnect backfill contoso
  azconnect backfill contoso --from 2025-01 --to 2025-12
  azconnect backfill contoso --from 2024-01 --no-wait --output json";

/// How many months are exported where nobody says from when.
pub const USUAL_MONTHS: u8 = 13;

/// How long the runs are waited for. One takes a quarter of an hour or so, and Azure works on several at once.
const PATIENCE: Duration = Duration::from_secs(4 * 60 * 60);

/// Export the costs of past months
///
/// Has each export of a connection run once for every whole month, the newest first, as fast as Cost Management takes it. Months that
/// were exported before are not exported twice, and months without data are no failures. Safe to interrupt: run it again, and it goes on
/// where it was. The export's own schedule covers the month that is not over yet.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The connection
    connection: String,
    /// First month, YYYY-MM (the last 13 months where it is left away)
    #[arg(long, value_name = "MONTH")]
    from: Option<Month>,
    /// Last month, YYYY-MM (the last one that is over)
    #[arg(long, value_name = "MONTH", requires = "from")]
    to: Option<Month>,
    /// Export months once more that were exported before
    #[arg(long)]
    again: bool,
    /// Ask for the runs and don't wait for them
    #[arg(long)]
    no_wait: bool,
    /// How you sign in (as for init)
    #[arg(long, value_name = "METHOD")]
    sign_in: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such connection, it has no export, or the months are not over; whatever Azure answers.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    app.ui.tell(Event::Started {
        title: "Export the costs of past months".to_owned(),
    });
    let record = app.connections.get(&args.connection)?;
    let today = app.host.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let months = months(args.from, args.to, today)?;
    let exports = exports(&record, months.len())?;
    super::check::same_cloud(app, &record).await?;
    let _lock = app.connections.lock(&record.name)?;
    let azure = signing::as_administrator(app, record.tenant_id, args.sign_in.as_deref()).await?;
    app.say_if_interrupted(vec![
        format!(
            "See how far it is: {}",
            app.typed(format!("check {}", record.name))
        ),
        format!("Go on: {}", go_on(app, &record, &args)),
    ]);
    let patience = if args.no_wait {
        Duration::ZERO
    } else {
        PATIENCE
    };
    let job = Job {
        azure: &azure,
        record: &record,
        exports: &exports,
        months: &months,
        again: args.again,
        patience,
    };
    let (book, standing) = work(app, &job).await?;
    let exit = exit(standing);
    app.ui.finish(&Output {
        document: documents::document(
            exit,
            json!({"connection": documents::connection(&record), "backfill": document(&book, &job)}),
        ),
        blocks: blocks(app, &job, &book, standing, &go_on(app, &record, &args)),
    });
    Ok(exit)
}

/// A backfill of a connection's exports.
pub struct Job<'a> {
    /// The administrator's access.
    pub azure: &'a Azure,
    /// The connection.
    pub record: &'a ConnectionRecord,
    /// Its exports that have a past.
    pub exports: &'a [&'a ExportRecord],
    /// The months, the newest first.
    pub months: &'a [Month],
    /// Whether months that were exported before are exported once more.
    pub again: bool,
    /// How long the runs are waited for.
    pub patience: Duration,
}

/// Does the work, export by export, and tells how far it is.
///
/// # Errors
/// As [`Backfill::run`].
pub async fn work(app: &App, job: &Job<'_>) -> Result<(Book, Standing)> {
    let file = app.connections.backfill_file(&job.record.name)?;
    let mut book = Book::open(file, journals::save)?;
    let mut all = Standing::default();
    for export in job.exports {
        let title = format!("Past months of the export \"{}\"", export.name);
        let tell = |standing: Standing, waiting_for: &str| {
            app.ui.tell(Event::Tally {
                id: format!("backfill:{}", export.id),
                title: title.clone(),
                unit: "months".to_owned(),
                done: standing.done + standing.no_data,
                waiting: standing.waiting,
                failed: standing.failed,
                all: standing.all,
                detail: waiting_for.to_owned(),
            });
        };
        tell(
            Standing {
                all: u32::try_from(job.months.len()).unwrap_or(u32::MAX),
                ..Standing::default()
            },
            "",
        );
        let backfill = Backfill {
            azure: job.azure,
            host: &app.host,
            patience: job.patience,
            tell: &tell,
        };
        let wanted = Wanted {
            export,
            months: job.months,
            again: job.again,
        };
        let outcome = backfill.run(&mut book, &wanted).await;
        app.ui
            .tell(ended(&title, &export.id, outcome.as_ref().ok()));
        all = all.plus(outcome?);
    }
    Ok((book, all))
}

fn ended(title: &str, id: &str, standing: Option<&Standing>) -> Event {
    let status = match standing {
        Some(standing) if standing.failed > 0 => Progress::Failed,
        Some(standing) if standing.is_settled() => Progress::Done,
        Some(_) => Progress::Pending,
        None => Progress::Failed,
    };
    Event::Step {
        id: format!("backfill:{id}"),
        title: title.to_owned(),
        change: "create".to_owned(),
        status,
        detail: standing.map(in_words).unwrap_or_default(),
    }
}

/// `13 months: 11 exported, 2 without data`.
pub(super) fn in_words(standing: &Standing) -> String {
    let parts = [
        (standing.done, "exported"),
        (standing.no_data, "without data"),
        (standing.waiting, "on their way"),
        (standing.failed, "failed"),
    ];
    let counted: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let months = if standing.all == 1 { "month" } else { "months" };
    format!("{} {months}: {}", standing.all, counted.join(", "))
}

fn exit(standing: Standing) -> Exit {
    if standing.failed > 0 {
        Exit::Partial
    } else if standing.is_settled() {
        Exit::Ok
    } else {
        Exit::Pending
    }
}

/// The whole months from `from` to `to`, the newest first.
fn months(from: Option<Month>, to: Option<Month>, today: jiff::civil::Date) -> Result<Vec<Month>> {
    let newest = Month::of(today).previous();
    let Some(from) = from else {
        return Ok(Month::past(today, USUAL_MONTHS));
    };
    let to = to.unwrap_or(newest);
    if to > newest || from > newest {
        let wrong = if from > newest { from } else { to };
        return Err(Error::usage("month_not_over", format!("{wrong} is not over yet."))
            .why("One run exports one whole month; the month that is not over is covered by the export's own schedule.")
            .hint(format!("End with {newest}, the last whole month: --to {newest}")));
    }
    let months = Month::between(from, to);
    if months.is_empty() {
        return Err(Error::usage(
            "months_reversed",
            format!("From {from} to {to} there is no month."),
        )
        .hint(format!("Turn them around: --from {to} --to {from}")));
    }
    Ok(months)
}

/// The connection's exports that can be run for so many past months.
fn exports(record: &ConnectionRecord, months: usize) -> Result<Vec<&ExportRecord>> {
    let (with_past, without): (Vec<&ExportRecord>, Vec<&ExportRecord>) = record
        .exports
        .iter()
        .partition(|export| export.dataset.row().history_months > 0);
    if let Some(export) = with_past
        .iter()
        .find(|export| usize::from(export.dataset.row().history_months) < months)
    {
        let most = export.dataset.row().history_months;
        return Err(Error::usage(
            "too_many_months",
            format!("{months} months are too many: Cost Management exports the last {most} months of `{}`.", export.dataset.key()),
        )
        .hint("Begin later with `--from`."));
    }
    if with_past.is_empty() {
        let error = match without.first() {
            Some(export) => Error::usage(
                "no_past",
                format!(
                    "Cost Management exports `{}` as it is now, and has no past months of it.",
                    export.dataset.key()
                ),
            ),
            None => Error::usage(
                "no_export",
                format!("The connection `{}` has no cost export.", record.name),
            )
            .why(format!(
                "{} reads no export, or the connection was made without one.",
                record.vendor
            )),
        };
        return Err(error.hint(format!("See what it has: azconnect show {}", record.name)));
    }
    Ok(with_past)
}

fn go_on(app: &App, record: &ConnectionRecord, args: &Args) -> String {
    let mut words = format!("backfill {}", record.name);
    for (flag, month) in [("from", args.from), ("to", args.to)] {
        if let Some(month) = month {
            words = format!("{words} --{flag} {month}");
        }
    }
    app.typed(words)
}

fn document(book: &Book, job: &Job<'_>) -> Value {
    let one = |export: &&ExportRecord| {
        let months: Vec<Value> = book
            .entries(&export.id)
            .rev()
            .filter(|(month, _)| job.months.contains(month))
            .map(|(month, entry)| json!({"month": month, "state": entry.state, "why": entry.why}))
            .collect();
        json!({"export": export.id, "months": months, "standing": book.standing(&export.id, job.months)})
    };
    job.exports.iter().map(one).collect()
}

fn blocks(app: &App, job: &Job<'_>, book: &Book, standing: Standing, go_on: &str) -> Vec<Block> {
    let title = match exit(standing) {
        Exit::Ok => "The past months are in the container",
        Exit::Pending => "Azure is at work on the past months",
        _ => "Some months could not be exported",
    };
    let mut blocks = vec![heading(title)];
    let failed = job.exports.iter().flat_map(|export| {
        let months = book.months(&export.id, State::Failed);
        months.into_iter().map(|(month, entry)| Item {
            state: "fail".to_owned(),
            title: format!("{month} of {}", export.name),
            text: String::new(),
            lines: entry
                .why
                .map(|why| ("Why".to_owned(), why))
                .into_iter()
                .collect(),
        })
    });
    let items: Vec<Item> = failed.collect();
    if !items.is_empty() {
        blocks.push(Block::Items { items });
    }
    let place = job.exports.first().map(|export| {
        row(
            "Files",
            format!(
                "container {} of {}",
                export.container, export.storage_account.account
            ),
            "",
        )
    });
    let mut rows = vec![row("Months", in_words(&standing), "")];
    rows.extend(place);
    rows.push(match exit(standing) {
        Exit::Ok => row("Check", app.typed(format!("check {}", job.record.name)), ""),
        Exit::Pending => row("Look again", go_on, "nothing is asked for twice"),
        _ => row("Try again", go_on, "only the months that failed"),
    });
    blocks.push(Block::Rows { rows });
    if standing.waiting > 0 {
        blocks.push(paragraph("The runs go on in Azure whether or not anybody waits for them: usually a quarter of an hour for each, longer for large accounts."));
    }
    blocks
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn month(text: &str) -> Option<Month> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn only_whole_months_that_are_over_are_exported() {
        let today = date(2027, 3, 1);
        let usual = months(None, None, today).unwrap();
        assert_eq!(
            (usual.len(), usual[0], usual[12]),
            (13, month("2027-02").unwrap(), month("2026-02").unwrap())
        );
        assert_eq!(months(month("2027-01"), None, today).unwrap().len(), 2);
        assert_eq!(
            months(month("2026-12"), month("2026-12"), today)
                .unwrap()
                .len(),
            1
        );
        for (from, to, code) in [
            ("2027-01", "2027-03", "month_not_over"),
            ("2027-03", "2027-03", "month_not_over"),
            ("2027-02", "2027-01", "months_reversed"),
        ] {
            let error = months(month(from), month(to), today).unwrap_err();
            assert_eq!(error.code(), code, "{from} {to}");
        }
        assert!(months(month("2027-04"), None, today).is_err());
    }

    #[test]
    fn how_it_ends_is_how_the_months_stand() {
        let standing = |done, no_data, waiting, failed| Standing {
            all: 4,
            done,
            no_data,
            waiting,
            failed,
        };
        assert_eq!(exit(standing(3, 1, 0, 0)), Exit::Ok);
        assert_eq!(exit(standing(3, 0, 1, 0)), Exit::Pending);
        assert_eq!(exit(standing(2, 0, 1, 1)), Exit::Partial);
        assert_eq!(
            in_words(&standing(3, 1, 0, 0)),
            "4 months: 3 exported, 1 without data"
        );
    }
}
