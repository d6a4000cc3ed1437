//! A person at a real terminal: what is asked, what is shown, and in what state the terminal is left.
//!
//! Transcripts are kept in `tests/suite/snapshots`, as a person would see them, so that a change of the screen can be read.

mod back;
mod billing;
mod exports;
mod few;
mod guided;
mod interrupt;
mod journey;
mod keys;
mod names;
mod partner;
mod plain;
mod portal;
pub(crate) mod pty;
mod sign_in;
mod vendors;
mod widths;

use azconnect::sandbox::State;
use regex::Regex;

use crate::lab::Lab;

/// What differs from run to run, and what stands in its place.
const CHANGING: [(&str, &str); 13] = [
    (
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "<id>",
    ),
    (r"\d{4}-\d{2}-\d{2}", "<date>"),
    (r"<date> \d{2}:\d{2} UTC", "<date> <time> UTC"),
    (
        r"\d+ files with \d+ rows",
        "<number> files with <number> rows",
    ),
    (r"\d[\d,]*\.\d{2}\b", "<amount>"),
    (r"(?m)^.*[▁▂▃▄▅▆▇█].*$", "  <chart>"),
    (
        r"(?m)^.*(<date>|\d{4}-\d{2}-\d{2}) +(<date>|\d{4}-\d{2}-\d{2})$",
        "  <first day to last day>",
    ),
    (r"Ends in \d+ days", "Ends in <number> days"),
    (r"/tmp/azc[A-Za-z0-9]{6}", "/tmp/<folder>"),
    (r"( · |, )(\d+ min )?\d+ s\b", ""),
    // How long a step took decides where its remark stands.
    (r"\s{2,}(done|found|pass|not finished)\b", "  $1"),
    (r"localhost(:|%3A)\d+", "localhost:<port>"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
];

/// A transcript without what differs from run to run. The sample's own ids stay: they tell one thing from another.
pub(crate) fn normalised(screen: &str) -> String {
    let text = CHANGING
        .iter()
        .fold(screen.to_owned(), |text, (pattern, stands_for)| {
            Regex::new(pattern)
                .unwrap()
                .replace_all(&text, *stands_for)
                .into_owned()
        });
    in_the_plans_order(&text)
}

/// Steps that don't wait for one another end in whichever order; here they stand as the plan above them has them.
fn in_the_plans_order(text: &str) -> String {
    let over = Regex::new(r"^  ✓ (.+?)  (done|found)\b").unwrap();
    // In a narrow terminal the plan breaks a title.
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = |line: &str| {
        let title = over.captures(line)?.get(1)?.as_str();
        flat.find(&format!(" {title}"))
    };
    let mut lines: Vec<&str> = text.lines().collect();
    for block in lines.chunk_by_mut(|one, next| place(one).is_some() && place(next).is_some()) {
        block.sort_by_key(|line| place(line));
    }
    lines.join("\n")
}

/// A transcript without how long things took and what is drawn.
fn without_times(screen: &str) -> String {
    CHANGING
        .iter()
        .filter(|(_, stands_for)| {
            ["", "  <chart>", "  <first day to last day>"].contains(stands_for)
        })
        .fold(screen.to_owned(), |text, (pattern, stands_for)| {
            Regex::new(pattern)
                .unwrap()
                .replace_all(&text, *stands_for)
                .into_owned()
        })
}

/// Compares a transcript with the one that was kept under this name.
fn assert_kept(name: &str, screen: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("terminal_{name}"), normalised(screen)));
}

/// A folder for secrets whose path is as long on every machine, so that lines break alike.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix("azc")
        .tempdir_in("/tmp")
        .unwrap()
}

fn store_in(folder: &tempfile::TempDir) -> String {
    format!("file:{}/spot.env", folder.path().display())
}

/// The app registrations of the directory; a vendor's, elsewhere, is none.
fn of_contoso(state: &State) -> usize {
    let all = state.applications.values();
    all.filter(|app| app.tenant == azconnect::sandbox::ids::TENANT)
        .count()
}

/// How much of what `init` makes is there.
fn made(lab: &Lab) -> [usize; 3] {
    let count = |state: &mut State| {
        [
            of_contoso(state),
            state.service_principals.len(),
            state.role_assignments.len(),
        ]
    };
    lab.state(count)
}
