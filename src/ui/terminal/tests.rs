//! What stands on the screen of a terminal: the bytes are read back by a terminal emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::*;
use crate::host::Host;
use crate::ui::Progress;
use crate::ui::keyboard::Keyboard;
use crate::ui::session::{fact, forbidden, step};

struct Types(&'static str);

impl Keyboard for Types {
    fn line(&self) -> io::Result<Option<String>> {
        Ok(Some(self.0.to_owned()))
    }

    fn hidden_line(&self) -> io::Result<Option<String>> {
        self.line()
    }
}

/// A terminal of 24 lines and 80 columns whose bytes go to a file.
fn terminal(typed: &'static str) -> (Terminal, tempfile::NamedTempFile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let append = || File::options().append(true).open(file.path()).unwrap();
    let prompts = Prompts {
        look: Look::decorated(&Host::made_of([])),
        sink: Arc::new(Mutex::new(append())),
        keyboard: Box::new(Types(typed)),
        columns: || 80,
    };
    let term = Term::read_write_pair(File::open(file.path()).unwrap(), append());
    (Terminal::new(prompts, term), file)
}

/// The screen as a person sees it, and whether the cursor can be seen.
fn screen(file: &tempfile::NamedTempFile) -> (Vec<String>, bool) {
    let bytes = std::fs::read(file.path()).unwrap();
    let text = String::from_utf8(bytes).unwrap().replace('\n', "\r\n");
    let mut emulator = vt100::Parser::new(24, 80, 0);
    emulator.process(text.as_bytes());
    let screen = emulator.screen();
    let lines: Vec<String> = screen
        .rows(0, 80)
        .map(|line| line.trim_end().to_owned())
        .collect();
    let used = lines
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(0, |last| last + 1);
    (lines[..used].to_vec(), !screen.hide_cursor())
}

/// The screen as soon as it looks as it should; a frame that is being drawn does not.
fn settled(file: &tempfile::NamedTempFile, as_expected: impl Fn(&[String]) -> bool) -> Vec<String> {
    let begin = Instant::now();
    loop {
        let (lines, _) = screen(file);
        if as_expected(&lines) || begin.elapsed() > Duration::from_secs(5) {
            return lines;
        }
        std::thread::sleep(FRAME / 10);
    }
}

fn reader(status: Progress, detail: &str) -> Event {
    step("reader", "Reader on \"東京支社\"", status, detail)
}

fn export(status: Progress) -> Event {
    step("export", "Export of the costs", status, "")
}

#[test]
fn steps_keep_their_places_until_they_are_over() {
    let (terminal, file) = terminal("");
    terminal.tell(&fact("Directory", "Contoso", "the only one"));
    terminal.tell(&reader(Progress::Waiting, "Azure"));
    terminal.tell(&export(Progress::Running));
    terminal.tell(&export(Progress::Done));
    let waits = |line: &String| line.ends_with(" Reader on \"東京支社\"  waiting for Azure");
    let lines = settled(&file, |lines| lines.len() == 4 && waits(&lines[2]));
    assert_eq!(lines[..2], ["  Directory     Contoso  the only one", ""]);
    assert!(waits(&lines[2]), "{lines:?}");
    assert_eq!(lines[3], "  ✓ Export of the costs                     done");
    terminal.tell(&reader(Progress::Found, ""));
    let expected = [
        "  Directory     Contoso  the only one",
        "",
        "  ✓ Reader on \"東京支社\"                    found",
        "  ✓ Export of the costs                     done",
    ];
    assert_eq!(screen(&file), (expected.map(String::from).to_vec(), true));
}

#[test]
fn what_happens_meanwhile_appears_above_the_list() {
    let (terminal, file) = terminal("");
    terminal.tell(&reader(Progress::Running, ""));
    terminal.tell(&Event::Warning {
        what: "It expires".into(),
        fix: "Rotate it.".into(),
    });
    terminal.tell(&reader(Progress::Failed, "no right to do it"));
    terminal.close();
    terminal.report(&forbidden());
    let (lines, _) = screen(&file);
    let expected = [
        "",
        "  ! It expires",
        "    Fix   Rotate it.",
        "",
        "  ✗ Reader on \"東京支社\"                    failed · no right to do it",
        "",
        "✗ Couldn't give the app the role Reader on \"חברת קונטוסו\" (AuthorizationFailed)",
    ];
    assert_eq!(lines[..expected.len()], expected);
    assert_eq!(
        lines.last().unwrap(),
        "  Id    0f0f0f0f-1111-2222-3333-444444444444"
    );
}

#[test]
fn the_list_makes_room_for_a_question_and_comes_back() {
    let (terminal, file) = terminal("y");
    terminal.tell(&reader(Progress::Running, ""));
    terminal.tell(&export(Progress::Running));
    terminal.tell(&export(Progress::Done));
    terminal.pause();
    let ask = Ask {
        prompt: "Go on waiting?".into(),
        ..Ask::default()
    };
    assert_eq!(terminal.proceed(&ask).unwrap(), Proceed::Yes);
    let (lines, _) = screen(&file);
    let expected = [
        "  ✓ Export of the costs                     done",
        "",
        "  Go on waiting?  [y]es  [n]o  [e]xplain",
    ];
    assert_eq!(lines, expected);
    write(&terminal.prompts.sink, "\n");
    terminal.resume();
    let lines = settled(&file, |lines| lines.len() == 5);
    assert!(lines[4].contains("Reader on"), "{lines:?}");
    terminal.close();
    let (lines, _) = screen(&file);
    assert_eq!(
        lines[4],
        "  · Reader on \"東京支社\"                    not finished"
    );
    assert_eq!(lines.len(), 5);
}
