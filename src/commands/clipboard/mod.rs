//! The person's clipboard: a secret goes there on request, and is taken away again.
//!
//! Called by `handover`. Promised: the secret reaches a program of the desktop on its stdin and no other way, or the terminal as the
//! control sequence OSC 52; it is taken away on every way out of this process but `kill -9` ([`Copied`] does it when it is dropped); and
//! what somebody else put there meanwhile stays where one can look.

mod programs;

use super::app::{App, IfStopped};
use crate::error::{Error, Kind, Result};
use crate::host::Host;
use crate::secret::Secret;
use crate::ui::terminal_clipboard;
use programs::{Holds, Program};

/// A secret that is in the clipboard. Dropped, it is taken away.
pub struct Copied<'a> {
    app: &'a App,
    secret: Secret,
    /// The command that copies it once more.
    again: String,
    way: Way,
    state: State,
}

/// How the clipboard is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By a program of the desktop.
    Program(&'static Program),
    /// By the terminal, which may be on another machine than this.
    Terminal,
}

/// Where the secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In the clipboard.
    There,
    /// Taken away.
    Cleared,
    /// Something else was copied meanwhile, and was left.
    Replaced,
    /// It could not be taken away.
    Stuck,
}

impl State {
    /// The word for documents.
    pub fn word(self) -> &'static str {
        match self {
            State::There => "there",
            State::Cleared => "cleared",
            State::Replaced => "replaced",
            State::Stuck => "not-cleared",
        }
    }

    /// What to tell a person.
    pub fn told(self) -> &'static str {
        match self {
            State::There => "The secret is in the clipboard.",
            State::Cleared => "The secret is cleared from the clipboard.",
            State::Replaced => {
                "Something else is in the clipboard by now; azconnect left it there."
            }
            State::Stuck => {
                "The clipboard couldn't be cleared: the secret may still be in it. Copy something else over it."
            }
        }
    }
}

/// Puts a secret into the clipboard, by the first way that works. Blocks for as long as a program takes.
///
/// # Errors
/// `Storage` where no clipboard can be reached.
pub fn copy<'a>(app: &'a App, secret: &Secret, connection: &str) -> Result<Copied<'a>> {
    let found = ways(&app.host, app.global.plain)
        .into_iter()
        .find(|way| match way {
            Way::Program(program) => program.copy(secret),
            Way::Terminal => terminal_clipboard::put(secret),
        });
    let way = found.ok_or_else(|| unreachable_from_here(app, connection))?;
    Ok(Copied {
        app,
        secret: secret.clone(),
        again: app.typed(format!("handover {connection} --copy")),
        way,
        state: State::There,
    })
}

/// The ways to try on this machine, in this order. The terminal comes last: it never says whether it did what it was asked for. A person
/// who wants plain lines gets no control sequence.
fn ways(host: &Host, is_plain: bool) -> Vec<Way> {
    let mut ways: Vec<Way> = programs::of(host).map(Way::Program).collect();
    if host.can_redraw() && !is_plain && host.env("ACCESSIBLE").is_none() {
        ways.push(Way::Terminal);
    }
    ways
}

fn unreachable_from_here(app: &App, connection: &str) -> Error {
    Error::new(
        Kind::Storage,
        "no_clipboard",
        "The secret can't be put into the clipboard.",
    )
    .why(format!(
        "None of the programs that reach one worked here ({}), and there is no terminal that could be asked.",
        programs::names()
    ))
    .hint("On Linux, install `wl-clipboard` (Wayland) or `xclip` (X11).")
    .hint(format!(
        "Write it to a file of your own: `{}`",
        app.typed(format!("handover {connection} --to FILE"))
    ))
    .hint(format!(
        "Show it on the screen: `{}`",
        app.typed(format!("handover {connection} --reveal"))
    ))
}

impl Copied<'_> {
    /// What put it there: a program's name, or `the terminal`.
    pub fn by(&self) -> &'static str {
        match self.way {
            Way::Program(program) => program.name(),
            Way::Terminal => "the terminal",
        }
    }

    /// What a person should know about this way.
    pub fn note(&self) -> &'static str {
        match self.way {
            Way::Program(program) => program.note,
            Way::Terminal => {
                "Your terminal was asked to copy it (OSC 52) and doesn't say whether it did. Nor can azconnect look into that clipboard: it is cleared whatever is in it then."
            }
        }
    }

    /// Takes the secret away, if it is still there. Further calls change nothing.
    pub fn clear(&mut self) -> State {
        if self.state != State::There {
            return self.state;
        }
        self.state = match self.way {
            Way::Terminal if terminal_clipboard::clear() => State::Cleared,
            Way::Terminal => State::Stuck,
            Way::Program(program) => match program.holds(&self.secret) {
                Holds::SomethingElse => State::Replaced,
                Holds::It | Holds::Unknown if program.clear() => State::Cleared,
                Holds::It | Holds::Unknown => State::Stuck,
            },
        };
        // A run that is stopped says what became of the secret.
        self.app.say_if_stopped(IfStopped {
            what: Some(self.state.told().to_owned()),
            ways: vec![format!("Copy it again: `{}`", self.again)],
        });
        self.state
    }
}

impl Drop for Copied<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pairs: &[(&'static str, &'static str)]) -> Vec<String> {
        ways(&Host::made_of(pairs.iter().copied()), false)
            .iter()
            .map(|way| match way {
                Way::Program(program) => program.name().to_owned(),
                Way::Terminal => "terminal".to_owned(),
            })
            .collect()
    }

    #[test]
    fn the_desktop_that_is_there_is_asked() {
        let wayland = names(&[("WAYLAND_DISPLAY", "wayland-0"), ("DISPLAY", ":0")]);
        assert_eq!(wayland[..4], ["wl-copy", "wl-copy", "xclip", "xsel"]);
        assert!(!names(&[("DISPLAY", ":0")]).contains(&"wl-copy".to_owned()));
        assert!(names(&[]).contains(&"pbcopy".to_owned()));
    }

    #[test]
    fn from_afar_only_a_forwarded_display_is_the_persons_own() {
        let far = [
            ("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22"),
            ("DISPLAY", "localhost:10"),
        ];
        assert_eq!(names(&far), ["xclip", "xsel"]);
    }

    #[test]
    fn without_a_terminal_or_in_plain_lines_no_control_sequence_is_tried() {
        assert!(!names(&[]).contains(&"terminal".to_owned()));
    }

    #[test]
    fn every_state_is_told_in_words() {
        for state in [State::There, State::Cleared, State::Replaced, State::Stuck] {
            assert!(state.told().ends_with('.') && state.told().contains("clipboard"));
            assert!(!state.word().is_empty());
        }
    }
}
