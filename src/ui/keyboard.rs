//! Lines that a person types.
//!
//! Called by `prompts`. Lines are read with the terminal's own editing (backspace, Ctrl-U, paste), which every screen reader and every
//! console knows; nothing is redrawn.

use std::sync::atomic::AtomicBool;
use std::{fmt, io};

use console::Term;
use dialoguer::Password;
use dialoguer::theme::Theme;

use super::typed_line::Heard;

/// Where answers come from.
pub(super) trait Keyboard: Send + Sync {
    /// One line without its end; nothing when there are no more (Ctrl-D).
    ///
    /// # Errors
    /// What the terminal reports.
    fn line(&self) -> io::Result<Option<String>>;

    /// One line that is not shown while it is typed.
    ///
    /// # Errors
    /// What the terminal reports.
    fn hidden_line(&self) -> io::Result<Option<String>>;

    /// One line that is given up when `stop` is set, where the console can say whether a line is there; elsewhere it is waited for.
    ///
    /// # Errors
    /// What the terminal reports.
    fn line_until(&self, _stop: &AtomicBool) -> io::Result<Heard> {
        Ok(self.line()?.map_or(Heard::End, Heard::Line))
    }
}

/// The keyboard of the terminal on stdin.
#[derive(Debug)]
pub(super) struct Stdin {
    /// Whether what was drawn may be taken off the screen again.
    pub(super) redraws: bool,
}

impl Keyboard for Stdin {
    fn line(&self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line)?;
        let text = line.trim_end_matches(['\n', '\r']).to_owned();
        Ok((read > 0).then_some(text))
    }

    fn hidden_line(&self) -> io::Result<Option<String>> {
        // Both switch the echo off and on again; they can't tell Ctrl-D from an empty line.
        if !self.redraws {
            return Term::stderr().read_secure_line().map(Some);
        }
        // It also takes the empty line off the screen.
        let typed = Password::with_theme(&Unsaid)
            .allow_empty_password(true)
            .report(false)
            .interact_on(&Term::stderr());
        typed.map(Some).map_err(|dialoguer::Error::IO(error)| error)
    }

    #[cfg(unix)]
    fn line_until(&self, stop: &AtomicBool) -> io::Result<Heard> {
        Ok(super::typed_line::heard(stop))
    }
}

/// The question stands on the screen already.
struct Unsaid;

impl Theme for Unsaid {
    fn format_password_prompt(&self, _: &mut dyn fmt::Write, _: &str) -> fmt::Result {
        Ok(())
    }
}
