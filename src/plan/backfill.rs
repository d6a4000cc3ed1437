//! Has an export run for past months, one run a month, the newest first: paced as Azure asks, with a book, so that it can be killed
//! anywhere and gone on with.
//!
//! `azconnect backfill` and `azconnect init` call [`Backfill::run`] for each export. What is promised: before a month is asked for, that
//! is on disk; a month whose request got no answer is looked for in the export's history first; a month that the history shows is not
//! asked for twice; months without data are no failures.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::backfill_book::{Book, Entry, Standing, State};
use crate::azure::exports::ExportRun;
use crate::azure::{Azure, AzureError};
use crate::connection::{ExportRecord, Month};
use crate::error::{Error, Result};
use crate::host::Host;
use crate::steps::backfill::{self, Fate};

/// How often a request that Azure puts off is sent again before it is given up for now.
const MOST_TRIES: u32 = 20;
/// How long the history is looked at for a request without an answer.
const UNANSWERED: Duration = Duration::from_secs(8);
/// The first pause between two looks at the history, and the longest one.
const LOOK: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// What a backfill has at hand.
pub struct Backfill<'a> {
    /// The administrator's access: Azure refuses applications where a Microsoft Customer Agreement's exports are run.
    pub azure: &'a Azure,
    /// The clock.
    pub host: &'a Host,
    /// How long the runs are waited for once all are asked for.
    pub patience: Duration,
    /// Told where it stands, and what is waited for.
    pub tell: &'a (dyn Fn(Standing, &str) + Sync),
}

/// What is wanted of one export.
pub struct Wanted<'a> {
    /// The export.
    pub export: &'a ExportRecord,
    /// The months, the newest first.
    pub months: &'a [Month],
    /// Months that were exported already are exported once more.
    pub again: bool,
}

impl Wanted<'_> {
    fn id(&self) -> &str {
        &self.export.id
    }
}

impl Backfill<'_> {
    /// Asks for every month that is wanted and not there, and waits for the runs as long as the patience lasts.
    ///
    /// # Errors
    /// Whatever Azure answers that no later month could fare better with; the book has what was done until then.
    pub async fn run(&self, book: &mut Book, wanted: &Wanted<'_>) -> Result<Standing> {
        book.want(wanted.id(), wanted.months, wanted.again, self.host.now())?;
        self.look(book, wanted).await?;
        for (month, _) in book.months(wanted.id(), State::Begun) {
            self.settle(book, wanted, month).await?;
        }
        let mut took_any = false;
        for (month, _) in book.months(wanted.id(), State::Wanted) {
            if wanted.months.contains(&month) {
                took_any |= self.ask(book, wanted, month, took_any).await?;
            }
        }
        self.watch(book, wanted).await
    }

    /// Asks for one month until Azure takes it. `false` where Azure refuses this month for good, which the book then says.
    async fn ask(
        &self,
        book: &mut Book,
        wanted: &Wanted<'_>,
        month: Month,
        took_any: bool,
    ) -> Result<bool> {
        let mut last = None;
        for _ in 0..MOST_TRIES {
            self.note(book, wanted, month, State::Begun)?;
            let error = match backfill::ask(self.azure, wanted.export, month).await {
                Ok(()) => {
                    self.note(book, wanted, month, State::Asked)?;
                    self.tell(book, wanted, "");
                    return Ok(true);
                }
                Err(error) => error,
            };
            if let Some(pause) = error.throttled_for() {
                self.note(book, wanted, month, State::Wanted)?;
                let seconds = pause.as_secs();
                self.tell(
                    book,
                    wanted,
                    &format!("Cost Management takes more in {seconds} s"),
                );
                sleep(pause).await;
                self.look(book, wanted).await?;
            } else if matches!(error, AzureError::Network(_)) {
                if self.settle(book, wanted, month).await? == State::Asked {
                    return Ok(true);
                }
            } else if error.status() == Some(400) && took_any {
                let why = Error::from(error).message().to_owned();
                let failed = Entry {
                    why: Some(why),
                    ..Entry::new(State::Failed, self.host.now())
                };
                book.note(wanted.id(), month, failed)?;
                return Ok(false);
            } else {
                self.note(book, wanted, month, State::Wanted)?;
                return Err(error.into());
            }
            last = Some(error);
        }
        Err(last.map_or_else(
            || Error::bug("a month that was never asked for"),
            Error::from,
        ))
    }

    /// Finds out whether a request without an answer was carried out: the history may show it a little later.
    async fn settle(&self, book: &mut Book, wanted: &Wanted<'_>, month: Month) -> Result<State> {
        let end = Instant::now() + UNANSWERED;
        self.tell(
            book,
            wanted,
            &format!("whether Azure took {month} already is being looked at"),
        );
        loop {
            self.look(book, wanted).await?;
            let begun = book.months(wanted.id(), State::Begun);
            if begun.iter().all(|(open, _)| *open != month) {
                return Ok(State::Asked);
            }
            if Instant::now() >= end {
                self.note(book, wanted, month, State::Wanted)?;
                return Ok(State::Wanted);
            }
            sleep(LOOK.0).await;
        }
    }

    /// Waits for the runs that are on their way, and says how they fare.
    async fn watch(&self, book: &mut Book, wanted: &Wanted<'_>) -> Result<Standing> {
        let end = Instant::now() + self.patience;
        let mut pause = LOOK.0;
        loop {
            let standing = self.look(book, wanted).await?;
            if standing.is_settled() || Instant::now() >= end {
                return Ok(standing);
            }
            self.tell(book, wanted, "");
            sleep(pause).await;
            pause = (pause * 3 / 2).min(LOOK.1);
        }
    }

    /// Brings the book up to what the export's history says.
    async fn look(&self, book: &mut Book, wanted: &Wanted<'_>) -> Result<Standing> {
        let standing = book.standing(wanted.id(), wanted.months);
        if standing.is_settled() {
            return Ok(standing);
        }
        let export = wanted.export;
        let runs = self.azure.export_runs(&export.scope, &export.name).await?;
        for (month, entry) in read(book, wanted, &runs, self.host.now()) {
            book.note(wanted.id(), month, entry)?;
        }
        Ok(book.standing(wanted.id(), wanted.months))
    }

    fn note(&self, book: &mut Book, wanted: &Wanted<'_>, month: Month, state: State) -> Result<()> {
        book.note(wanted.id(), month, Entry::new(state, self.host.now()))
    }

    fn tell(&self, book: &Book, wanted: &Wanted<'_>, waiting_for: &str) {
        (self.tell)(book.standing(wanted.id(), wanted.months), waiting_for);
    }
}

/// What the history changes in the book.
fn read(
    book: &Book,
    wanted: &Wanted<'_>,
    runs: &[ExportRun],
    now: jiff::Timestamp,
) -> Vec<(Month, Entry)> {
    let mut changes = Vec::new();
    for (month, entry) in book.entries(wanted.id()) {
        let since = match entry.state {
            // Somebody may have exported it before; then it need not be asked for, unless it is wanted again or that run failed.
            State::Wanted if !entry.again => None,
            State::Begun | State::Asked => Some(entry.at),
            State::Wanted | State::Done | State::NoData | State::Failed => continue,
        };
        let (state, why) = match backfill::fate(runs, *month, since) {
            Some(Fate::Done) => (State::Done, None),
            Some(Fate::NoData) => (State::NoData, None),
            Some(Fate::Underway) if entry.state == State::Asked => continue,
            Some(Fate::Underway) => (State::Asked, None),
            Some(Fate::Failed(_)) if entry.state == State::Wanted => continue,
            Some(Fate::Failed(why)) => (State::Failed, Some(why)),
            None => continue,
        };
        let at = if state == State::Asked { entry.at } else { now };
        let entry = Entry::new(state, at);
        changes.push((*month, Entry { why, ..entry }));
    }
    changes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::connection::{Dataset, Scope};
    use crate::vendors::Recurrence;
    use jiff::Timestamp;
    use serde_json::json;

    fn export() -> ExportRecord {
        let scope: Scope = "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e"
            .parse()
            .unwrap();
        ExportRecord {
            id: crate::connection::export::export_id(&scope, "daily"),
            scope,
            name: "daily".to_owned(),
            dataset: Dataset::Actual,
            storage_account: "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/abc".parse().unwrap(),
            container: "costs".to_owned(),
            directory: "d".to_owned(),
            recurrence: Recurrence::Daily,
            schedule_ends_at: None,
        }
    }

    fn run(month: &str, last: &str, status: &str, submitted: &str) -> ExportRun {
        serde_json::from_value(json!({"properties": {
            "status": status, "submittedTime": submitted,
            "startDate": format!("{month}-01T00:00:00Z"), "endDate": format!("{month}-{last}T00:00:00Z"),
        }}))
        .unwrap()
    }

    /// What one look makes of a month that stands so since ten o'clock.
    fn after_look(state: State, again: bool, runs: &[ExportRun]) -> Option<State> {
        let folder = tempfile::tempdir().unwrap();
        let save = |path: &std::path::Path, bytes: &[u8]| std::fs::write(path, bytes);
        let mut book = Book::open(folder.path().join("b"), save).unwrap();
        let (export, month) = (export(), "2026-10".parse().unwrap());
        let at: Timestamp = "2026-11-26T10:00:00Z".parse().unwrap();
        book.want(&export.id, &[month], again, at).unwrap();
        book.note(&export.id, month, Entry::new(state, at)).unwrap();
        let wanted = Wanted {
            export: &export,
            months: &[month],
            again,
        };
        read(&book, &wanted, runs, at)
            .first()
            .map(|(_, entry)| entry.state)
    }

    #[test]
    fn what_the_history_says_of_a_month() {
        let (before, after) = ("2026-11-25T10:00:00Z", "2026-11-26T10:00:09Z");
        let one = |status: &str, at: &str| [run("2026-10", "31", status, at)];
        for (state, again, runs, expected) in [
            // Exported long ago: not asked for, unless it is wanted again or failed.
            (
                State::Wanted,
                false,
                one("Completed", before),
                Some(State::Done),
            ),
            (State::Wanted, true, one("Completed", before), None),
            (State::Wanted, false, one("Failed", before), None),
            (
                State::Wanted,
                false,
                one("InProgress", before),
                Some(State::Asked),
            ),
            // A request without an answer: only a run since then is ours.
            (
                State::Begun,
                false,
                one("Queued", after),
                Some(State::Asked),
            ),
            (
                State::Begun,
                false,
                one("Completed", after),
                Some(State::Done),
            ),
            (State::Begun, false, one("Completed", before), None),
            // On its way.
            (State::Asked, false, one("InProgress", after), None),
            (
                State::Asked,
                false,
                one("DataNotAvailable", after),
                Some(State::NoData),
            ),
            (
                State::Asked,
                false,
                one("Failed", after),
                Some(State::Failed),
            ),
            (State::Done, false, one("Failed", after), None),
        ] {
            assert_eq!(
                after_look(state, again, &runs),
                expected,
                "{state:?} {again}"
            );
        }
        assert_eq!(after_look(State::Begun, false, &[]), None);
    }
}
