//! The recording at the top of the README: a real session in a real terminal with the simulated Azure, drawn as an SVG that moves.
//!
//! The test holds it against a session of now: what a person reads has to be the same, but for ids, days, amounts and times. To record
//! anew: `AZCONNECT_RECORD=1 cargo test --test suite recording`.

mod svg;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::lab::Lab;
use crate::terminal::pty::{ENTER, Pty};
use crate::terminal::{folder, normalised};

/// The screen that is shown.
pub(crate) const COLUMNS: u16 = 96;
/// What is typed comes at this pace.
const KEY: Duration = Duration::from_millis(45);
/// How often the screen is looked at.
const LOOK: Duration = Duration::from_millis(40);
/// As long as the folder of a test, so that lines break where they did.
const HOME: &str = "/home/you/work";

const CONNECT: &str = "azconnect init --sandbox --demo --connection spot --store file:spot.env";
const CHECK: &str = "azconnect check spot --sandbox --demo";
const REMOVE: &str = "azconnect remove spot --sandbox --demo";

fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".github/docs/session.svg")
}

/// A session, and how far it was when.
struct Session {
    pty: Pty,
    begun: Instant,
    seen: Vec<(Duration, usize)>,
}

impl Session {
    fn look(&mut self) {
        let length = self.pty.raw().len();
        if self.seen.last().is_none_or(|(_, before)| *before != length) {
            self.seen.push((self.begun.elapsed(), length));
        }
    }

    /// Looks for so long.
    fn pass(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            std::thread::sleep(LOOK.min(time));
            self.look();
        }
    }

    fn types(&mut self, text: &str) {
        for key in text.chars() {
            self.pty.keys(&key.to_string());
            self.pass(KEY);
        }
        self.pass(Duration::from_millis(400));
        self.pty.keys(ENTER);
    }

    /// Looks until this has been written so often.
    fn until(&mut self, text: &str, times: usize) {
        let begun = Instant::now();
        while self.pty.screen().matches(text).count() < times {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "waited in vain for {text:?}:\n{}",
                self.pty.screen()
            );
            self.pass(LOOK);
        }
        // So long as somebody reads.
        self.pass(Duration::from_millis(1200));
    }
}

/// Connects, checks and removes. The bytes, how far they were when, and what stands on the screen at the end.
fn session() -> (Vec<u8>, Vec<(Duration, usize)>, String) {
    let mut lab = Lab::new();
    let folder = folder();
    let home = folder.path().display().to_string();
    assert_eq!(home.len(), HOME.len());
    let program = PathBuf::from(env!("CARGO_BIN_EXE_azconnect"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        lab.env["PATH"]
    );
    // A stranger's machine.
    lab.env.retain(|name, _| !name.starts_with("A"));
    for (name, value) in [
        ("PATH", path.as_str()),
        ("HOME", &home),
        ("AZCONNECT_HOME", &home),
        ("PS1", "$ "),
        ("ENV", "/dev/null"),
    ] {
        lab.env.insert(name.to_owned(), value.to_owned());
    }
    let mut session = Session {
        pty: Pty::shell(&lab, COLUMNS),
        begun: Instant::now(),
        seen: Vec::new(),
    };
    session.types(&format!("cd {home}; clear"));
    session.pass(Duration::from_millis(500));
    session.begun = Instant::now();
    session.seen.clear();
    let from = session.pty.raw().len();
    session.types(CONNECT);
    session.pty.wait_for_menu("Which cost tool?");
    session.pass(Duration::from_millis(1200));
    session.pty.keys(ENTER);
    session.until("[e]xplain", 1);
    session.types("y");
    session.until("Check later", 1);
    session.types(CHECK);
    session.until("It works.", 1);
    session.types(REMOVE);
    session.until("Remove spot?", 1);
    session.types("y");
    session.until("spot is removed", 1);
    let raw = session.pty.raw()[from..].to_vec();
    let seen = session
        .seen
        .iter()
        .filter(|(_, length)| *length > from)
        .map(|(time, length)| (*time, length - from))
        .collect();
    session.pty.keys("exit\r");
    session.pty.end().exits(0);
    let raw = replaced(&raw, home.as_bytes(), HOME.as_bytes());
    let mut parser = vt100::Parser::new(240, COLUMNS, 0);
    parser.process(&raw);
    let contents = parser.screen().contents();
    let lines: Vec<&str> = contents.lines().map(str::trim_end).collect();
    (raw, seen, lines.join("\n").trim().to_owned())
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut new = bytes.to_vec();
    let places: Vec<usize> = (0..=bytes.len().saturating_sub(from.len()))
        .filter(|at| bytes[*at..].starts_with(from))
        .collect();
    for at in places {
        new[at..at + from.len()].copy_from_slice(to);
    }
    new
}

/// What has to be the same: steps end in any order, and how long they took decides where their remarks stand.
fn comparable(transcript: &str) -> Vec<String> {
    let text = normalised(transcript).replace(HOME, "~");
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    lines.sort();
    lines
}

#[test]
fn the_recording_is_of_this_program() {
    let (raw, seen, transcript) = session();
    if std::env::var_os("AZCONNECT_RECORD").is_some() {
        let drawn = svg::draw(&raw, &seen, &transcript);
        std::fs::write(kept(), drawn).unwrap();
    }
    let drawn = std::fs::read_to_string(kept()).expect("the recording");
    let document = roxmltree::Document::parse(&drawn).unwrap();
    let described = document
        .descendants()
        .find(|node| node.has_tag_name("desc"))
        .and_then(|node| node.text())
        .unwrap();
    assert_eq!(
        comparable(described),
        comparable(&transcript),
        "{transcript}"
    );
    // What is drawn is what is described.
    let text: String = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .flat_map(|node| {
            node.descendants()
                .filter_map(|part| part.text())
                .collect::<Vec<_>>()
        })
        .collect();
    // (A word that is wider than the screen stands in two rows.)
    let fits = |word: &&str| word.len() < usize::from(COLUMNS);
    for word in described.split_whitespace().filter(fits) {
        assert!(text.contains(word), "{word} isn't drawn");
    }
    assert!(drawn.len() < 400_000, "{} bytes", drawn.len());
}
