//! The programs that reach a desktop's clipboard: one row each.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::host::Host;
use crate::secret::Secret;

/// How long a program may take. Windows' own takes a second to start in WSL.
const LIMIT: Duration = Duration::from_secs(5);

/// A program that reaches the clipboard.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// Takes the text on stdin.
    copy: &'static [&'static str],
    /// Writes the clipboard's text to stdout.
    paste: &'static [&'static str],
    /// Empties it; gets nothing on stdin.
    clear: &'static [&'static str],
    /// One of these variables is set where it can work; empty: anywhere.
    needs: &'static [&'static str],
    /// Whether it reaches the clipboard of the machine that it runs on, which over SSH is not the person's.
    is_local: bool,
    /// What a person should know.
    pub(super) note: &'static str,
}

const MANAGER: &str = "A clipboard manager may keep a copy of its own.";
const HISTORY: &str =
    "Where the clipboard's history is on (Windows+V), it keeps a copy: delete it there.";

/// In the order in which they are tried. `wl-copy` comes twice: only newer ones can tell clipboard managers to look away, and the others
/// refuse the word. Sources: `wl-copy(1)`, `xclip(1)`, `xsel(1)`, `pbcopy(1)`, and Microsoft's pages on `clip` and `Get-Clipboard`
/// (<https://learn.microsoft.com/windows-server/administration/windows-commands/clip>).
const PROGRAMS: &[Program] = &[
    Program {
        copy: &["wl-copy", "--sensitive"],
        paste: &["wl-paste", "--no-newline"],
        clear: &["wl-copy", "--clear"],
        needs: &["WAYLAND_DISPLAY"],
        is_local: false,
        note: MANAGER,
    },
    Program {
        copy: &["wl-copy"],
        paste: &["wl-paste", "--no-newline"],
        clear: &["wl-copy", "--clear"],
        needs: &["WAYLAND_DISPLAY"],
        is_local: false,
        note: MANAGER,
    },
    Program {
        copy: &["xclip", "-selection", "clipboard", "-in"],
        paste: &["xclip", "-selection", "clipboard", "-out"],
        clear: &["xclip", "-selection", "clipboard", "-in"],
        needs: &["DISPLAY"],
        is_local: false,
        note: MANAGER,
    },
    Program {
        copy: &["xsel", "--clipboard", "--input"],
        paste: &["xsel", "--clipboard", "--output"],
        clear: &["xsel", "--clipboard", "--clear"],
        needs: &["DISPLAY"],
        is_local: false,
        note: MANAGER,
    },
    Program {
        copy: &["pbcopy"],
        paste: &["pbpaste"],
        clear: &["pbcopy"],
        needs: &[],
        is_local: true,
        note: MANAGER,
    },
    Program {
        copy: &["clip.exe"],
        paste: &[
            "powershell.exe",
            "-NoProfile",
            "-NonInteractive",
            "-Command",
            "Get-Clipboard -Raw",
        ],
        clear: &["clip.exe"],
        needs: &[],
        is_local: true,
        note: HISTORY,
    },
];

/// Those that can reach the clipboard of the person at this machine.
pub(super) fn of(host: &Host) -> impl Iterator<Item = &'static Program> {
    let is_far = ["SSH_CONNECTION", "SSH_TTY"]
        .iter()
        .any(|name| host.env(name).is_some());
    let has = |program: &Program| {
        program.needs.is_empty() || program.needs.iter().any(|name| host.env(name).is_some())
    };
    PROGRAMS
        .iter()
        .filter(move |program| has(program) && !(is_far && program.is_local))
        .collect::<Vec<_>>()
        .into_iter()
}

/// All of them, for people.
pub(super) fn names() -> String {
    let mut names: Vec<&str> = PROGRAMS.iter().map(Program::name).collect();
    names.dedup();
    names.join(", ")
}

/// What is in the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// The secret.
    It,
    /// Another text, a picture, or nothing.
    SomethingElse,
    /// The program that could look isn't there, or doesn't answer.
    Unknown,
}

impl Program {
    /// The name that people know it by.
    pub(super) fn name(&self) -> &'static str {
        self.copy.first().copied().unwrap_or_default()
    }

    /// Puts the secret there; whether that worked.
    pub(super) fn copy(&self, secret: &Secret) -> bool {
        // Exposed to a pipe that only this program reads.
        feed(self.copy, secret.expose().as_bytes())
    }

    /// Empties the clipboard; whether that worked.
    pub(super) fn clear(&self) -> bool {
        feed(self.clear, b"")
    }

    /// Whether the secret is still what is there.
    pub(super) fn holds(&self, secret: &Secret) -> Holds {
        let wanted = secret.expose().as_bytes();
        // Windows' own adds a line's end.
        match read(self.paste, wanted.len() + 3) {
            Some(found) if found.trim_ascii_end() == wanted => Holds::It,
            Some(_) => Holds::SomethingElse,
            None => Holds::Unknown,
        }
    }
}

/// The program with these pipes; none of the secrets that may be in our environment go to it. Ctrl-C at the terminal is not for it: what
/// stays behind to serve the text would end by it, with whatever the person has copied meanwhile.
fn start(words: &[&str], stdin: Stdio, stdout: Stdio) -> Option<Child> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(Stdio::null());
    for name in Host::SECRETS {
        command.env_remove(name);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().ok()
}

/// Runs it with this on its stdin; whether it ended well. On X11 and Wayland a child of its own stays behind to serve the text.
fn feed(words: &[&str], text: &[u8]) -> bool {
    let Some(mut child) = start(words, Stdio::piped(), Stdio::null()) else {
        return false;
    };
    let written = child.stdin.take().map(|mut pipe| pipe.write_all(text));
    matches!(written, Some(Ok(()))) & ended_well(&mut child)
}

fn ended_well(child: &mut Child) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < LIMIT {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(5)),
            Err(_) => return false,
        }
    }
    end(child);
    false
}

/// What it writes to stdout, up to so many bytes; none where it can't be started or doesn't answer in time.
fn read(words: &[&str], most: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut child = start(words, Stdio::null(), Stdio::piped())?;
    let stdout = child.stdout.take()?;
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        // As much as was asked for in one piece, so that no copy is left behind by growing.
        let mut found = Zeroizing::new(Vec::with_capacity(most));
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let read = stdout.take(most).read_to_end(&mut found);
        let _ = tell.send(read.ok().map(|_| found));
    });
    let found = told.recv_timeout(LIMIT).ok().flatten();
    end(&mut child);
    found
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// A program of this row whose clipboard is a file.
    fn program(paste: &'static [&'static str]) -> Program {
        Program {
            copy: &["sh", "-c", "cat >/dev/null"],
            paste,
            clear: &["true"],
            needs: &[],
            is_local: true,
            note: MANAGER,
        }
    }

    #[test]
    fn what_is_there_is_told_from_what_is_not() {
        let secret = Secret::new("abc~DEF");
        let holds = |paste| program(paste).holds(&secret);
        assert_eq!(holds(&["printf", "abc~DEF"]), Holds::It);
        assert_eq!(holds(&["printf", "abc~DEF\\r\\n"]), Holds::It);
        assert_eq!(
            holds(&["printf", "abc~DEF, and more"]),
            Holds::SomethingElse
        );
        assert_eq!(holds(&["false"]), Holds::SomethingElse);
        assert_eq!(holds(&["yes"]), Holds::SomethingElse);
        assert_eq!(holds(&["no-such-program-here"]), Holds::Unknown);
    }

    #[test]
    fn a_program_that_fails_or_is_not_there_copied_nothing() {
        assert!(feed(&["sh", "-c", "cat >/dev/null"], b"x"));
        assert!(!feed(&["sh", "-c", "cat >/dev/null; exit 1"], b"x"));
        assert!(!feed(&["no-such-program-here"], b"x"));
    }

    #[test]
    fn no_row_takes_the_secret_in_an_argument() {
        for row in PROGRAMS {
            for words in [row.copy, row.paste, row.clear] {
                assert!(!words.is_empty());
                assert!(
                    words
                        .iter()
                        .all(|word| !word.contains('{') && !word.contains('$'))
                );
            }
        }
        assert_eq!(names(), "wl-copy, xclip, xsel, pbcopy, clip.exe");
    }
}
