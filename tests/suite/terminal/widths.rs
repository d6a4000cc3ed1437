//! Narrow and wide screens: lines break at words, ids stay whole, nothing is lost.

use super::pty::Pty;
use super::{assert_kept, folder, store_in};
use crate::lab::Lab;

/// A line may be wider than the screen only where breaking it would break something to copy: a command, an address, a path, an id.
fn may_be_wide(line: &str) -> bool {
    ["azconnect ", "http", "/", "--"]
        .iter()
        .any(|sign| line.contains(sign))
}

/// What was written, line by line, without the colours: as the program broke the lines, not as the terminal did.
fn lines(raw: &[u8]) -> Vec<String> {
    let escapes = regex::Regex::new("\u{1b}\\[[0-9;?]*[A-Za-z]").unwrap();
    let text = String::from_utf8_lossy(raw).into_owned();
    escapes
        .replace_all(&text, "")
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn journey(columns: u16) -> String {
    let (lab, folder) = (Lab::new(), folder());
    lab.state(|state| {
        state.add_subscription("東京支社の本番環境とその予備のための環境");
        state.add_subscription(
            "A subscription with a name that goes on and on, as names in large companies do",
        );
    });
    let mut pty = Pty::start(
        &lab,
        columns,
        &[
            "init",
            "--subscription",
            "all",
            "--store",
            &store_in(&folder),
        ],
    );
    pty.wait_for_menu("Which cost tool?");
    pty.keys("\r");
    pty.wait_for("[e]xplain");
    pty.keys("e\r");
    pty.wait_for_times("[e]xplain", 2);
    pty.keys("y\r");
    let left = pty.end().exits(0);
    // What moves is drawn again and again with cursor movements; the menus' and steps' rows are judged on the screen.
    for line in lines(&left.raw) {
        let width: usize = unicode_width::UnicodeWidthStr::width(line.as_str());
        assert!(
            width <= usize::from(columns) || may_be_wide(&line) || line.contains('\r'),
            "{width} of {columns}: {line}"
        );
    }
    left.screen
}

#[test]
fn sixty() {
    assert_kept("60", &journey(60));
}

#[test]
fn eighty() {
    assert_kept("80", &journey(80));
}

#[test]
fn two_hundred() {
    assert_kept("200", &journey(200));
}
