//! What a piece of text means on the screen, and how that meaning looks: colours and glyphs for people who watch a terminal, words for
//! everybody else.
//!
//! Layout makes [`Line`]s; only [`Look::paint`] turns them into bytes, so a line without colour holds no escape byte by construction.

use console::Style;

use crate::host::Host;

/// What a piece of a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Ordinary text.
    Text,
    /// A heading, or the one thing to read.
    Strong,
    /// Less important: labels, notes, sources.
    Dim,
    /// In order.
    Good,
    /// Needs attention.
    Attention,
    /// Wrong.
    Bad,
    /// Something that moves, or the bars of a chart.
    Accent,
}

/// A piece of a line, with its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// The text, without control characters.
    pub(super) text: String,
    /// What it means.
    pub(super) role: Role,
}

/// One line of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line(pub(super) Vec<Span>);

impl Line {
    /// A line of one piece.
    pub(super) fn of(role: Role, text: impl Into<String>) -> Self {
        Line::default().with(role, text)
    }

    /// The same line with one more piece.
    #[must_use]
    pub(super) fn with(mut self, role: Role, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(Span { text, role });
        }
        self
    }

    /// The same line with `other` behind it.
    #[must_use]
    pub(super) fn and(mut self, other: Line) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The same line, moved `columns` to the right. An empty line stays empty.
    #[must_use]
    pub(super) fn indented(self, columns: usize) -> Self {
        if self.0.is_empty() {
            return self;
        }
        Line::of(Role::Text, " ".repeat(columns)).and(self)
    }

    /// The text alone.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }
}

/// How one stream looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Colours and glyphs; without it, words.
    pub(super) decorated: bool,
    /// Glyphs and bars that every terminal can show.
    pub(super) ascii: bool,
    /// Made to be listened to: nothing is said by position, so tables become labelled lines.
    pub(super) spoken: bool,
}

impl Look {
    /// Words only: no glyph carries meaning, no escape byte appears.
    pub(super) const PLAIN: Look = Look {
        decorated: false,
        ascii: false,
        spoken: false,
    };

    /// [`Look::PLAIN`] for screen readers.
    pub(super) const SPOKEN: Look = Look {
        decorated: false,
        ascii: false,
        spoken: true,
    };

    /// Colours and glyphs, as far as this machine's terminal can show them.
    pub(super) fn decorated(host: &Host) -> Look {
        Look {
            decorated: true,
            ..Look::PLAIN
        }
        .on(host)
    }

    /// The same look, as far as this machine's terminal can show it.
    pub(super) fn on(self, host: &Host) -> Look {
        Look {
            ascii: wants_ascii(host, cfg!(windows)),
            ..self
        }
    }

    /// The line as bytes for the stream.
    pub(super) fn paint(self, line: &Line) -> String {
        let text: String = line
            .0
            .iter()
            .map(|span| match (self.decorated, style_of(span.role)) {
                (true, Some(style)) => style.force_styling(true).apply_to(&span.text).to_string(),
                _ => span.text.clone(),
            })
            .collect();
        text.trim_end_matches(' ').to_owned()
    }

    /// The sign that stands for a state.
    pub(super) fn sign(self, state: State) -> &'static str {
        let (_, unicode, ascii, _) = row(state);
        if self.ascii { ascii } else { unicode }
    }

    /// The frames of something that is being done; the last one is unused.
    pub(super) fn frames(self) -> &'static [&'static str] {
        if self.ascii {
            &["-", "\\", "|", "/", " "]
        } else {
            &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏", " "]
        }
    }

    /// What stands before the answer that the cursor is on.
    pub(super) fn pointer(self) -> &'static str {
        if self.ascii { ">" } else { "›" }
    }

    /// What separates two remarks in a line.
    pub(super) fn dot(self) -> &'static str {
        if self.ascii { "-" } else { "·" }
    }
}

/// The states that have a sign of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// In order, or done.
    Good,
    /// Needs attention.
    Attention,
    /// Wrong, or failed.
    Bad,
    /// Not looked at, or not needed.
    Skipped,
    /// Not effective yet.
    Waiting,
}

/// Each state's sign in Unicode and in ASCII, and its meaning for the eye.
const STATES: &[(State, &str, &str, Role)] = &[
    (State::Good, "✓", "+", Role::Good),
    (State::Attention, "!", "!", Role::Attention),
    (State::Bad, "✗", "x", Role::Bad),
    (State::Skipped, "·", "-", Role::Dim),
    (State::Waiting, "…", "~", Role::Attention),
];

/// The words that stand for a state, in events, items and documents.
const WORDS: &[(&str, State)] = &[
    ("pass", State::Good),
    ("done", State::Good),
    ("ok", State::Good),
    ("warn", State::Attention),
    ("warning", State::Attention),
    ("attention", State::Attention),
    ("fail", State::Bad),
    ("failed", State::Bad),
    ("skip", State::Skipped),
    ("skipped", State::Skipped),
    ("pending", State::Waiting),
];

impl State {
    /// The state that a word names; `create`, `reuse` and their like name none.
    pub(super) fn named(word: &str) -> Option<State> {
        WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, state)| *state)
    }

    /// What the state means for the eye.
    pub(super) fn role(self) -> Role {
        row(self).3
    }
}

fn row(state: State) -> (State, &'static str, &'static str, Role) {
    // The table is complete (a test walks it); the first row is only a total function's fallback.
    *STATES
        .iter()
        .find(|row| row.0 == state)
        .unwrap_or(&STATES[0])
}

fn style_of(role: Role) -> Option<Style> {
    let style = Style::new();
    match role {
        Role::Text => None,
        Role::Strong => Some(style.bold()),
        Role::Dim => Some(style.dim()),
        Role::Good => Some(style.green()),
        Role::Attention => Some(style.yellow()),
        Role::Bad => Some(style.red()),
        Role::Accent => Some(style.cyan()),
    }
}

/// Whether the terminal is known to lack our glyphs: by a locale that is not UTF-8 (the first of the three variables that is set decides, as
/// in POSIX), or as the old console of Windows, whose fonts have none of them. Newer terminals of Windows name themselves. Where nothing is
/// said (containers) today's terminals show Unicode.
fn wants_ascii(host: &Host, is_windows: bool) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| host.env(name));
    if let Some(locale) = locale {
        let locale = locale.to_ascii_lowercase();
        return !locale.contains("utf-8") && !locale.contains("utf8");
    }
    is_windows
        && ["WT_SESSION", "TERM_PROGRAM", "TERM", "ConEmuANSI"]
            .iter()
            .all(|name| host.env(name).is_none())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_the_decorated_look_has_escape_bytes() {
        let line = Line::of(Role::Good, "✓").with(Role::Text, " Sign-in  ");
        assert_eq!(Look::PLAIN.paint(&line), "✓ Sign-in");
        let decorated = Look::decorated(&Host::made_of([]));
        assert_eq!(decorated.paint(&line), "\u{1b}[32m✓\u{1b}[0m Sign-in");
    }

    #[test]
    fn every_state_has_a_sign_in_both_alphabets() {
        for (_, state) in WORDS {
            assert_eq!(STATES.iter().filter(|row| row.0 == *state).count(), 1);
        }
        assert!(STATES.iter().all(|row| row.2.is_ascii()));
        assert!(State::named("create").is_none());
    }

    #[test]
    fn the_first_locale_variable_decides() {
        let ascii = |pairs: &[(&'static str, &'static str)]| {
            wants_ascii(&Host::made_of(pairs.iter().copied()), false)
        };
        assert!(!ascii(&[]));
        assert!(ascii(&[("LANG", "C")]));
        assert!(!ascii(&[("LANG", "de_DE.UTF-8")]));
        assert!(!ascii(&[("LC_ALL", "C.utf8"), ("LANG", "C")]));
    }
    #[test]
    fn the_old_console_of_windows_gets_no_glyphs_that_it_lacks() {
        let ascii = |pairs: &[(&'static str, &'static str)]| {
            wants_ascii(&Host::made_of(pairs.iter().copied()), true)
        };
        assert!(ascii(&[]));
        assert!(!ascii(&[("WT_SESSION", "a guid")]));
        assert!(!ascii(&[("TERM_PROGRAM", "vscode")]));
        // Git Bash says both.
        assert!(!ascii(&[
            ("TERM", "xterm-256color"),
            ("LANG", "en_US.UTF-8")
        ]));
        assert!(ascii(&[("LANG", "C"), ("WT_SESSION", "a guid")]));
    }
}
