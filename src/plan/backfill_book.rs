//! The book of a connection's backfill: which month of which export was asked for, and what became of it.
//!
//! It is on disk before and after each request, so that a backfill which was killed goes on where it was: a month that was begun and
//! has no outcome is looked for in the export's run history before anything is asked again. It stays when all is done, since Azure's
//! history does not last for ever. The file is versioned and replaced atomically; fields are only added.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::versioned;
use crate::connection::Month;
use crate::error::{Error, Result};

/// The format that this release writes.
const VERSION: u32 = 1;

/// The book, and the file that it lives in.
#[derive(Debug)]
pub struct Book {
    path: PathBuf,
    save: fn(&Path, &[u8]) -> std::io::Result<()>,
    written: Written,
}

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    version: u32,
    /// By the export's resource id.
    exports: BTreeMap<String, BTreeMap<Month, Entry>>,
}

/// What is known of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub at: Timestamp,
    /// Why it failed, in one sentence.
    #[serde(default)]
    pub why: Option<String>,
    /// It is exported once more: runs before that don't count.
    #[serde(default)]
    pub again: bool,
}

/// Where a month stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is to be asked for.
    Wanted,
    /// It is about to be asked for: whether that was done is unknown.
    Begun,
    /// Azure took the request, and the run is on its way.
    Asked,
    /// The files are there.
    Done,
    /// Azure has no data for it.
    NoData,
    /// The run failed.
    Failed,
}

/// How many months stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// All that are wanted.
    pub all: u32,
    /// Files are there.
    pub done: u32,
    /// Azure has no data for them.
    pub no_data: u32,
    /// Asked for, and on their way.
    pub waiting: u32,
    /// Failed.
    pub failed: u32,
}

impl Standing {
    /// Whether nothing is left to be asked or waited for.
    pub fn is_settled(self) -> bool {
        self.done + self.no_data + self.failed == self.all
    }

    /// The same for several exports together.
    #[must_use]
    pub fn plus(self, other: Standing) -> Standing {
        Standing {
            all: self.all + other.all,
            done: self.done + other.done,
            no_data: self.no_data + other.no_data,
            waiting: self.waiting + other.waiting,
            failed: self.failed + other.failed,
        }
    }
}

impl Book {
    /// The book at `path`, empty where there is none yet. `save` is atomic, and on disk when it returns.
    ///
    /// # Errors
    /// `Failed` where the file can't be read, is damaged, or was written by a later release.
    pub fn open(path: PathBuf, save: fn(&Path, &[u8]) -> std::io::Result<()>) -> Result<Book> {
        let none = || Written {
            version: VERSION,
            ..Written::default()
        };
        let written = versioned::read(&path, VERSION, unreadable)?.unwrap_or_else(none);
        Ok(Book {
            path,
            save,
            written,
        })
    }

    /// Notes that these months are wanted. What is done or on its way stays so, unless `again`; what failed is tried again.
    ///
    /// # Errors
    /// `Failed` where the file can't be written.
    pub fn want(
        &mut self,
        export: &str,
        months: &[Month],
        again: bool,
        now: Timestamp,
    ) -> Result<()> {
        let entries = self.written.exports.entry(export.to_owned()).or_default();
        for month in months {
            let entry = entries.get(month);
            let stays = entry.is_some_and(|entry| match entry.state {
                State::Begun | State::Asked => true,
                State::Done | State::NoData => !again,
                State::Wanted | State::Failed => false,
            });
            if !stays {
                let wish = Entry::new(State::Wanted, now);
                entries.insert(*month, Entry { again, ..wish });
            }
        }
        self.write()
    }

    /// Notes where a month stands. On disk when this returns.
    ///
    /// # Errors
    /// `Failed` where the file can't be written; nothing may then be asked.
    pub fn note(&mut self, export: &str, month: Month, entry: Entry) -> Result<()> {
        let entries = self.written.exports.entry(export.to_owned()).or_default();
        let again = entries.get(&month).is_some_and(|known| known.again);
        entries.insert(month, Entry { again, ..entry });
        self.write()
    }

    /// The months of an export that stand so, the newest first.
    pub fn months(&self, export: &str, state: State) -> Vec<(Month, Entry)> {
        self.entries(export)
            .rev()
            .filter(|(_, entry)| entry.state == state)
            .map(|(month, entry)| (*month, entry.clone()))
            .collect()
    }

    /// How many of these months stand where.
    pub fn standing(&self, export: &str, months: &[Month]) -> Standing {
        let mut standing = Standing {
            all: u32::try_from(months.len()).unwrap_or(u32::MAX),
            ..Standing::default()
        };
        for (_, entry) in self
            .entries(export)
            .filter(|(month, _)| months.contains(month))
        {
            match entry.state {
                State::Wanted | State::Begun => {}
                State::Asked => standing.waiting += 1,
                State::Done => standing.done += 1,
                State::NoData => standing.no_data += 1,
                State::Failed => standing.failed += 1,
            }
        }
        standing
    }

    /// Everything that is known of an export, the oldest month first.
    pub fn entries(&self, export: &str) -> impl DoubleEndedIterator<Item = (&Month, &Entry)> {
        self.written.exports.get(export).into_iter().flatten()
    }

    fn write(&self) -> Result<()> {
        let text = serde_json::to_vec_pretty(&self.written)
            .map_err(|error| Error::bug(format!("a backfill can't be noted: {error}")))?;
        (self.save)(&self.path, &text).map_err(|error| {
            Error::new(
                crate::error::Kind::Failed,
                "backfill_book",
                format!("The backfill can't be noted in {}: {error}.", self.path.display()),
            )
            .why("Nothing is asked of Azure that could not be noted before.")
            .hint("Make room on the disk, or let this user write there; then run the same command again.")
        })
    }
}

impl Entry {
    /// An entry without a reason.
    pub fn new(state: State, at: Timestamp) -> Entry {
        Entry {
            state,
            at,
            why: None,
            again: false,
        }
    }
}

fn unreadable(path: &Path, reason: &str) -> Error {
    Error::new(
        crate::error::Kind::Failed,
        "backfill_book_unreadable",
        format!("The book of the backfill, {}, can't be read: {reason}.", path.display()),
    )
    .why("It says which months were asked for already.")
    .hint("Move the file away, then run the same command again: months that the export's run history shows are not asked for twice.")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn save(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        std::fs::write(path, bytes)
    }

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_noted_is_on_disk_and_what_is_done_stays_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.json");
        let months = [month("2026-10"), month("2026-09"), month("2026-08")];
        let mut book = Book::open(path.clone(), save).unwrap();
        book.want("e", &months, false, NOW).unwrap();
        book.note("e", months[0], Entry::new(State::Done, NOW))
            .unwrap();
        book.note("e", months[1], Entry::new(State::Failed, NOW))
            .unwrap();
        book.note("e", months[2], Entry::new(State::Asked, NOW))
            .unwrap();

        let mut book = Book::open(path.clone(), save).unwrap();
        let standing = book.standing("e", &months);
        assert_eq!(
            (standing.done, standing.failed, standing.waiting),
            (1, 1, 1)
        );
        assert!(!standing.is_settled());
        book.want("e", &months, false, NOW).unwrap();
        assert_eq!(
            book.months("e", State::Wanted)[0].0,
            months[1],
            "what failed is tried again"
        );
        assert_eq!(book.months("e", State::Wanted).len(), 1);
        book.want("e", &months, true, NOW).unwrap();
        assert_eq!(
            book.months("e", State::Wanted).len(),
            2,
            "what is on its way is not asked twice"
        );
        assert_eq!(book.standing("e", &months[..1]).all, 1);
    }

    #[test]
    fn the_first_format_is_read_still() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.json");
        let text = include_bytes!("../../tests/suite/fixtures/backfill-v1.json");
        std::fs::write(&path, text).unwrap();
        let book = Book::open(path, save).unwrap();
        let export = "/subscriptions/50b5c21b-0000-4000-8000-000000000001/providers/Microsoft.CostManagement/exports/dailycosts";
        let states: Vec<State> = book.entries(export).map(|(_, entry)| entry.state).collect();
        assert_eq!(states, [State::NoData, State::Failed, State::Done]);
        assert!(book.months(export, State::Done)[0].1.again);
    }

    #[test]
    fn a_damaged_or_later_book_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.json");
        for (text, expected) in [
            (r#"{"version":2,"exports":{}}"#, "a later azconnect"),
            (r#"{"version":1,"expo"#, "EOF"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Book::open(path.clone(), save).unwrap_err();
            assert!(error.message().contains(expected), "{}", error.message());
        }
    }
}
