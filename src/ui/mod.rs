//! The only code that prints or reads keys.
//!
//! Commands, interview and plan speak through [`Ui`]: they *tell* what happens (to stderr, for whoever watches), *ask* what is missing
//! (never without a terminal), and *finish* with one result (to stdout, the only thing there). What they say is data
//! ([`Event`], [`Block`], [`Output`]); how it looks in a terminal, in plain text or as JSON is decided below this line.

mod canvas;
mod chart;
mod demo;
#[cfg(test)]
mod demo_session;
mod failure;
mod json;
mod keyboard;
mod layout;
mod menus;
mod narration;
mod narrow;
mod numbers;
mod plain;
mod planned;
mod prompts;
mod replies;
mod screen;
#[cfg(test)]
mod session;
mod tally;
mod terminal;
pub mod terminal_clipboard;
pub mod terminal_guard;
mod theme;
mod typed_line;
mod wrap;

pub use planned::{Need, Planned};
pub use screen::{ColorChoice, Options, OutputFormat, open};
pub use typed_line::typed_line;

use std::sync::atomic::AtomicBool;

use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Kind, Result};

/// What a screen can do. Implemented by `screen` for terminals, plain text and JSON.
pub trait Ui: Send + Sync {
    /// Shows something that happens. Never fails: a closed stderr stops nothing.
    fn tell(&self, event: Event);

    /// Whether a person can be asked. Everything that asks looks here first.
    fn can_ask(&self) -> bool;

    /// Lets the person choose one of several. Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// `Interrupted` on Ctrl-C or Esc, `Usage` where nobody can be asked, [`back()`] where the person goes back.
    fn choose(&self, ask: &Ask, options: &[Choice]) -> Result<usize>;

    /// Lets the person choose at least one of several.
    ///
    /// # Errors
    /// As [`Ui::choose`].
    fn choose_many(&self, ask: &Ask, options: &[Choice]) -> Result<Vec<usize>>;

    /// Asks for a text until `check` accepts it; what `check` refuses with is shown.
    ///
    /// # Errors
    /// As [`Ui::choose`].
    fn text(&self, ask: &Ask, check: &dyn Fn(&str) -> Result<(), String>) -> Result<String>;

    /// Asks for a line, which may be empty, and gives up when `stop` is set: none then. (Where the console can't say whether a line is
    /// there, it waits for one.)
    ///
    /// # Errors
    /// As [`Ui::choose`].
    fn line(&self, ask: &Ask, stop: &AtomicBool) -> Result<Option<String>>;

    /// Asks for a secret, without echo.
    ///
    /// # Errors
    /// As [`Ui::choose`].
    fn secret(&self, ask: &Ask) -> Result<crate::secret::Secret>;

    /// Asks whether to go on with what was just shown.
    ///
    /// # Errors
    /// As [`Ui::choose`].
    fn proceed(&self, ask: &Ask) -> Result<Proceed>;

    /// Writes the run's result to stdout. Called once.
    fn finish(&self, output: &Output);

    /// Reports the failure that ended the run: to stderr for people, as the one document on stdout for programs. `extra` is added to
    /// that document (`steps`).
    fn fail(&self, error: &Error, extra: Value);
}

/// Writes a script or a page to stdout as it is. A closed stdout is nobody's mistake.
pub fn write_raw(bytes: &[u8]) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(bytes);
}

/// The blocks as a text for a file that people read.
pub fn text_of(blocks: &[Block]) -> String {
    layout::text(blocks)
}

/// A question as it is put to a person.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ask {
    /// The question's key, for programs.
    pub key: String,
    /// The question: `Which subscription?`
    pub prompt: String,
    /// What it means and where its answer is found; shown on `?`.
    pub help: String,
    /// What is taken when the person only presses Enter.
    pub default: Option<String>,
    /// Whether the person may go back to the question before this one.
    pub can_go_back: bool,
    /// Whether what is asked about can be saved in a file.
    pub can_save: bool,
}

/// One of several answers.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// The name that people know it by.
    pub label: String,
    /// The id, or what else tells two of the same name apart.
    pub detail: String,
}

/// An answer to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proceed {
    /// Go on.
    Yes,
    /// Stop; nothing has been changed.
    No,
    /// Say more about each step, then ask again.
    Explain,
    /// Save it in a file, then ask again. Only where [`Ask::can_save`] offers it.
    Save,
}

/// The code of [`back()`].
const BACK: &str = "back";

/// The answer of every question that was put with [`Ask::can_go_back`] to somebody who would rather answer the one before it.
pub fn back() -> Error {
    Error::new(Kind::Interrupted, BACK, "Back to the question before.")
}

/// Whether this is [`back()`].
pub fn is_back(error: &Error) -> bool {
    error.kind() == Kind::Interrupted && error.code() == BACK
}

/// Something that happens while the program works.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run begins: `Connect Azure to Spot Cost Intelligence`.
    Started {
        /// What is going to be done.
        title: String,
    },
    /// A fact that was found out or decided, with where it came from: `Directory  Contoso  (the only one)`.
    Fact {
        /// What it is.
        label: String,
        /// Its value.
        value: String,
        /// Where it came from; may be empty.
        source: String,
    },
    /// Something to look at while the program works: a plan, an explanation.
    Shown {
        /// What to show.
        blocks: Vec<Block>,
    },
    /// Something that is not wrong yet.
    Warning {
        /// What it is.
        what: String,
        /// What to do about it.
        fix: String,
    },
    /// The person has to do something elsewhere before the program can go on.
    NeedsUser {
        /// What to do: `Open this address and sign in`.
        what: String,
        /// Where.
        url: String,
        /// A code to type there.
        code: Option<String>,
    },
    /// A step begins, waits or ends.
    Step {
        /// The step's id.
        id: String,
        /// What it does: `App registration "azconnect-spot"`.
        title: String,
        /// create, reuse, remove, or check.
        change: String,
        /// Where it stands.
        status: Progress,
        /// What is waited for, what was found, why it failed. May be empty.
        detail: String,
    },
    /// How far a long step is that does many things of one kind. It begins and ends with [`Event::Step`] of the same id.
    Tally {
        /// The step's id.
        id: String,
        /// What it does: `Backfill of "azconnectfocusdaily"`.
        title: String,
        /// What is counted: `months`.
        unit: String,
        /// How many are done.
        done: u32,
        /// How many are on their way.
        waiting: u32,
        /// How many failed.
        failed: u32,
        /// How many there are in all.
        all: u32,
        /// What is waited for. May be empty.
        detail: String,
    },
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// Being done.
    Running,
    /// Waiting for Azure; `detail` says for what.
    Waiting,
    /// Carried out.
    Done,
    /// Was there already.
    Found,
    /// Not needed.
    Skipped,
    /// Carried out, not yet effective.
    Pending,
    /// Works, but needs attention soon (a check's warning).
    Warn,
    /// Failed.
    Failed,
}

/// A piece of text with a structure, laid out by the screen for its width.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "block", rename_all = "kebab-case")]
pub enum Block {
    /// A heading.
    Heading {
        /// The text.
        text: String,
    },
    /// A paragraph; wrapped, except for what stands between backticks and for URLs.
    Paragraph {
        /// The text.
        text: String,
    },
    /// Labels and values in two columns. Values are never cut.
    Rows {
        /// The rows.
        rows: Vec<Row>,
    },
    /// A table. Cells are never cut; on a narrow screen each row becomes a group of labelled lines.
    Table {
        /// Column headings.
        columns: Vec<String>,
        /// Rows of as many cells.
        rows: Vec<Vec<String>>,
    },
    /// Things with a state: findings of a check, rows of a plan.
    Items {
        /// The items.
        items: Vec<Item>,
    },
    /// What is going to be changed, with the rights that each change needs. In a document they are items, with `needs`.
    #[serde(rename = "items")]
    Changes {
        /// The changes, in their order.
        #[serde(rename = "items")]
        changes: Vec<Planned>,
    },
    /// A small bar chart with a sentence that says the same.
    Bars {
        /// What it shows: `Cost of the last 30 days, EUR`.
        title: String,
        /// Labels and values, in order.
        bars: Vec<(String, f64)>,
        /// The chart in one sentence, for those who can't see it: `Between 12.10 (2026-11-01) and 48.02 (2026-11-14) a day`.
        summary: String,
    },
    /// Commands or links to copy, one a line, never wrapped.
    Lines {
        /// The lines.
        lines: Vec<String>,
    },
}

/// A label and its value.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The label.
    pub label: String,
    /// The value.
    pub value: String,
    /// Shown dimmed behind it; may be empty.
    pub note: String,
}

/// A thing with a state.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Its state: a word before it is a glyph (`pass`, `warn`, `fail`, `skip`, `create`, `reuse`, `remove`).
    pub state: String,
    /// What it is.
    pub title: String,
    /// More about it, in the same line where there is room.
    pub text: String,
    /// Labelled lines below it: `Why`, `Fix`.
    pub lines: Vec<(String, String)>,
}

/// The result of a run, in both forms. They carry the same facts.
#[derive(Debug, Clone)]
pub struct Output {
    /// For programs: a document with `version`, `ok` and `exit`.
    pub document: Value,
    /// For people.
    pub blocks: Vec<Block>,
}
