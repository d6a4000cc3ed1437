//! One line from the keyboard that can be given up: for text that a person may paste while something else is waited for.

use std::sync::atomic::{AtomicBool, Ordering};

/// What came of waiting for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// A line, without its end; it may be empty.
    Line(String),
    /// There will be no more.
    End,
    /// It was given up.
    Stopped,
}

/// Waits for one line on stdin until `stop` is set. `None` when stopped, when there will be no more input, or when the line is empty.
pub fn typed_line(stop: &AtomicBool) -> Option<String> {
    match heard(stop) {
        Heard::Line(line) if !line.is_empty() => Some(line),
        Heard::Line(_) | Heard::End | Heard::Stopped => None,
    }
}

/// Waits for one line on stdin until `stop` is set.
///
/// A plain read can't be given up, and would swallow the next answer; so it is begun only when a whole line is there, and takes that
/// line byte by byte, past no buffer: what was pasted behind it stays for whoever asks next.
#[cfg(unix)]
pub(super) fn heard(stop: &AtomicBool) -> Heard {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let pause = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };
    let stdin = std::io::stdin();
    while !stop.load(Ordering::Relaxed) {
        let mut waiting = [PollFd::new(&stdin, PollFlags::IN)];
        let typed = poll(&mut waiting, Some(&pause)).is_ok_and(|ready| ready > 0);
        // What was typed after the end of the wait is the answer to the next question.
        if typed && !stop.load(Ordering::Relaxed) {
            return line(&stdin);
        }
    }
    Heard::Stopped
}

#[cfg(unix)]
fn line(stdin: &std::io::Stdin) -> Heard {
    let mut line = Vec::new();
    let mut byte = [0_u8];
    let mut ended = true;
    while rustix::io::read(stdin, &mut byte).is_ok_and(|read| read == 1) {
        ended = false;
        if byte == *b"\n" {
            break;
        }
        line.push(byte[0]);
    }
    if ended {
        return Heard::End;
    }
    Heard::Line(String::from_utf8_lossy(&line).into_owned())
}

/// Not offered where the console can't be asked whether a line is there.
#[cfg(not(unix))]
pub(super) fn heard(stop: &AtomicBool) -> Heard {
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    Heard::Stopped
}
