//! Puts the terminal back as it was: the cursor shown, the echo on.
//!
//! A prompt that is cut off leaves the cursor hidden, or the terminal without echo. `ui::open` calls [`remember`], `Ui::fail` calls
//! [`restore`] when a question is still open, and so does a panic. Whoever ends the process in another way calls [`restore`] first.

use std::sync::OnceLock;

/// The state of the terminal when the program began; nothing where it could not be read.
#[cfg(unix)]
static BEFORE: OnceLock<Option<rustix::termios::Termios>> = OnceLock::new();
#[cfg(not(unix))]
static BEFORE: OnceLock<()> = OnceLock::new();

/// Remembers the terminal's state, and restores it when the program panics. Further calls change nothing.
pub fn remember() {
    BEFORE.get_or_init(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            report(panic);
        }));
        state()
    });
}

#[cfg(unix)]
fn state() -> Option<rustix::termios::Termios> {
    rustix::termios::tcgetattr(std::io::stdin()).ok()
}

#[cfg(not(unix))]
fn state() {}

/// Restores the terminal. Does nothing where [`remember`] was not called, so it may be called anywhere and often.
pub fn restore() {
    let Some(_before) = BEFORE.get() else {
        return;
    };
    #[cfg(unix)]
    if let Some(before) = _before {
        let now = rustix::termios::OptionalActions::Now;
        let _ = rustix::termios::tcsetattr(std::io::stdin(), now, before);
    }
    let stderr = console::Term::stderr();
    if stderr.is_term() && console::colors_enabled_stderr() {
        let _ = stderr.show_cursor();
    }
}

/// Keeps keys from being echoed while a menu is open, for as long as it lives.
///
/// Menus read one key at a time, and the terminal is as it was between two of them: an arrow or Enter that is typed just then, by a
/// fast hand or from a paste, would be written into the menu, and what is drawn next would stand a line too low.
pub(super) struct Unechoed {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

/// Stops the echo. Ctrl-C interrupts as before.
pub(super) fn unechoed() -> Unechoed {
    #[cfg(unix)]
    {
        use rustix::termios::{LocalModes, OptionalActions, tcsetattr};
        let before = state();
        if let Some(before) = &before {
            let mut silent = before.clone();
            silent.local_modes -= LocalModes::ECHO | LocalModes::ICANON;
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &silent);
        }
        Unechoed { before }
    }
    #[cfg(not(unix))]
    Unechoed {}
}

#[cfg(unix)]
impl Drop for Unechoed {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let now = rustix::termios::OptionalActions::Now;
            let _ = rustix::termios::tcsetattr(std::io::stdin(), now, before);
        }
    }
}
