//! The part of the terminal that indicatif redraws.
//!
//! Called by `terminal`. indicatif fills every line with spaces up to the edge and leaves the cursor there; the `^C` that the terminal
//! itself prints then falls on the next line, and everything drawn later is one line off. Here a line ends where its text ends, and the
//! cursor stays behind the last one.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use console::Term;
use indicatif::{ProgressDrawTarget, TermLike};

/// How often a second the list is redrawn at most.
const REDRAWS: u8 = 20;

/// Where the list is drawn.
pub(super) fn on(terminal: Term) -> ProgressDrawTarget {
    let canvas = Canvas {
        terminal,
        wrote_text: AtomicBool::default(),
        owes_line_end: AtomicBool::default(),
    };
    ProgressDrawTarget::term_like_with_hz(Box::new(canvas), REDRAWS)
}

#[derive(Debug)]
struct Canvas {
    terminal: Term,
    /// indicatif writes in pairs: a line's text, then its filling.
    wrote_text: AtomicBool,
    /// The last line's end is written when another line follows.
    owes_line_end: AtomicBool,
}

impl Canvas {
    fn forget(&self) {
        self.wrote_text.store(false, Ordering::Relaxed);
        self.owes_line_end.store(false, Ordering::Relaxed);
    }
}

impl TermLike for Canvas {
    fn width(&self) -> u16 {
        self.terminal.size().1
    }

    fn height(&self) -> u16 {
        self.terminal.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.terminal.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.terminal.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.terminal.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.terminal.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.terminal.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if self.wrote_text.fetch_xor(true, Ordering::Relaxed) {
            self.owes_line_end.store(true, Ordering::Relaxed);
            return Ok(());
        }
        if self.owes_line_end.swap(false, Ordering::Relaxed) {
            self.terminal.write_str("\n")?;
        }
        self.terminal.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.forget();
        self.terminal.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.terminal.flush()
    }
}
