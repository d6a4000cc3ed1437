//! A pseudo-terminal with the built binary in it, and the screen that a person in front of it would see.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rexpect::process::{PtyProcess, Signal, WaitStatus};
use rustix::termios::{LocalModes, Termios, tcgetattr};

use crate::lab::Lab;

/// A hang fails; nothing else depends on the time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Printed when the terminal is set up; nothing before it counts.
const BEGIN: u8 = 0x1e;

/// The screen is as high as a whole run, so that nothing scrolls out of a transcript.
const ROWS: u16 = 480;

/// Ctrl-C.
pub(crate) const CTRL_C: &str = "\u{3}";
/// Ctrl-D.
pub(crate) const CTRL_D: &str = "\u{4}";
/// Esc.
pub(crate) const ESC: &str = "\u{1b}";
/// The Enter key.
pub(crate) const ENTER: &str = "\r";
/// The arrow to the left.
pub(crate) const LEFT: &str = "\u{1b}[D";
/// The arrow down.
pub(crate) const DOWN: &str = "\u{1b}[B";

/// A running program and its terminal.
pub(crate) struct Pty {
    process: PtyProcess,
    terminal: std::fs::File,
    before: Termios,
    shown: Arc<Shown>,
    reader: Option<JoinHandle<()>>,
    /// The file with the process's number.
    number: PathBuf,
}

/// What came out so far.
struct Shown {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    raw: Vec<u8>,
    parser: vt100::Parser,
    begun: bool,
    ended: bool,
}

/// How a program in a terminal ended.
#[derive(Debug)]
pub(crate) struct Left {
    /// The exit code; 128 and the signal's number where one ended it.
    pub(crate) code: i32,
    /// What stands on the screen.
    pub(crate) screen: String,
    /// Every byte that was written.
    pub(crate) raw: Vec<u8>,
}

impl Pty {
    /// Starts the binary in a terminal of so many columns, in the laboratory's environment.
    pub(crate) fn start(lab: &Lab, columns: u16, arguments: &[&str]) -> Pty {
        Pty::start_with_output(lab, columns, arguments, Path::new(""))
    }

    /// The same, with the result in a file of its own, if one is named.
    pub(crate) fn start_with_output(
        lab: &Lab,
        columns: u16,
        arguments: &[&str],
        output: &Path,
    ) -> Pty {
        let program = env!("CARGO_BIN_EXE_azconnect");
        Pty::start_program(lab, columns, &[&[program], arguments].concat(), output)
    }

    /// Starts a shell in a terminal, for a session of several commands.
    pub(crate) fn shell(lab: &Lab, columns: u16) -> Pty {
        Pty::start_program(lab, columns, &["/bin/sh", "-i"], Path::new(""))
    }

    fn start_program(lab: &Lab, columns: u16, words: &[&str], output: &Path) -> Pty {
        let number = lab.home().join("process");
        // rexpect switches the echo off and leaves the size at nothing, so a shell sets both and then becomes the binary.
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(r#"stty sane rows "$1" cols "$2"; echo $$ > "$3"; printf '\036'; read -r go; out=$4; shift 4; if [ "$out" ]; then exec "$@" > "$out"; fi; exec "$@""#)
            .args(["sh", &ROWS.to_string(), &columns.to_string()])
            .arg(&number)
            .arg(output)
            .args(words)
            .env_clear()
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .envs(&lab.env)
            .current_dir(lab.home());
        let mut process = PtyProcess::new(command).unwrap();
        process.set_kill_timeout(Some(2000));
        let terminal = process.get_file_handle().unwrap();
        let shown = Arc::new(Shown::new(columns));
        let reader = std::thread::spawn({
            let (mut terminal, shown) = (process.get_file_handle().unwrap(), Arc::clone(&shown));
            move || shown.follow(&mut terminal)
        });
        shown.wait("the shell", |state| state.begun);
        let before = tcgetattr(&terminal).unwrap();
        let mut pty = Pty {
            process,
            terminal,
            before,
            shown,
            reader: Some(reader),
            number,
        };
        pty.keys("\n");
        pty.shown.wait("the echo", |state| !state.raw.is_empty());
        pty.shown.begin(columns);
        pty
    }

    /// Types.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
        self.terminal.flush().unwrap();
    }

    /// Waits until this text is on the screen, and returns the screen.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.shown
            .wait(text, |state| screen(&state.parser).contains(text));
        self.screen()
    }

    /// Waits until the screen is so, and returns it.
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        self.shown.wait(what, |state| is_so(&screen(&state.parser)));
        self.screen()
    }

    /// Waits until this text is there and a line can be typed behind the prompt's sign.
    pub(crate) fn wait_for_prompt(&self, text: &str) -> String {
        self.shown.wait(text, |state| {
            let screen = screen(&state.parser);
            screen.contains(text) && screen.trim_end().ends_with('›')
        });
        self.screen()
    }

    /// Waits until this text has been written so often, whether it still stands there or not.
    pub(crate) fn wait_for_times(&self, text: &str, times: usize) {
        self.shown.wait(text, |state| {
            screen(&state.parser).matches(text).count() >= times
        });
    }

    /// Waits until this text is there and a key is read: a menu is drawn whole, and open.
    pub(crate) fn wait_for_menu(&self, text: &str) -> String {
        self.wait_for(text);
        let begun = Instant::now();
        // Only while one key is read does Ctrl-C come as a key.
        while self.now().local_modes.contains(LocalModes::ISIG) {
            assert!(
                begun.elapsed() < PATIENCE,
                "no menu reads keys:\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        // It was written before the key was asked for, and the end of it may still be on its way here.
        let mut read = 0;
        while self.shown.lock().raw.len() != read {
            read = self.shown.lock().raw.len();
            std::thread::sleep(Duration::from_millis(30));
        }
        self.wait_for(text)
    }

    /// Whether the terminal writes to the screen what is typed now.
    pub(crate) fn echoes(&self) -> bool {
        self.now().local_modes.contains(LocalModes::ECHO)
    }

    /// Waits until this text is there and what is typed isn't shown: a secret is asked for.
    pub(crate) fn wait_for_hidden(&self, text: &str) {
        self.wait_for(text);
        let begun = Instant::now();
        while self.now().local_modes.contains(LocalModes::ECHO) {
            assert!(
                begun.elapsed() < PATIENCE,
                "no secret is asked for:\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The screen as it is now.
    pub(crate) fn screen(&self) -> String {
        screen(&self.shown.lock().parser)
    }

    /// Everything that has been written so far.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.shown.lock().raw.clone()
    }

    /// The most memory, in bytes, that the program has had at once; none where the machine does not say.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let number = std::fs::read_to_string(&self.number).ok()?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", number.trim())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kibibytes * 1024)
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&mut self, signal: Signal) {
        self.process.signal(signal).unwrap();
    }

    /// Waits for the end; the terminal must then be as it was before.
    pub(crate) fn end(mut self) -> Left {
        let code = self.ended();
        let now = self.now();
        let modes = |termios: &Termios| {
            (
                termios.local_modes,
                termios.input_modes,
                termios.output_modes,
                termios.control_modes,
            )
        };
        assert_eq!(
            modes(&now),
            modes(&self.before),
            "the terminal is left changed"
        );
        assert!(
            now.local_modes
                .contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
        );
        let state = self.shown.lock();
        assert!(
            !state.parser.screen().hide_cursor(),
            "the cursor is left hidden:\n{}",
            screen(&state.parser)
        );
        Left {
            code,
            screen: screen(&state.parser),
            raw: state.raw.clone(),
        }
    }

    fn ended(&mut self) -> i32 {
        // The reader ends when nobody holds the terminal's other side any more.
        self.shown.wait("the end", |state| state.ended);
        self.reader.take().unwrap().join().unwrap();
        match self.process.wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
            other => panic!("{other:?}"),
        }
    }

    fn now(&self) -> Termios {
        tcgetattr(&self.terminal).unwrap()
    }
}

impl Left {
    /// The same, if it ended with this code.
    pub(crate) fn exits(self, code: i32) -> Left {
        assert_eq!(self.code, code, "{}", self.screen);
        self
    }
}

impl Shown {
    fn new(columns: u16) -> Shown {
        Shown {
            state: Mutex::new(State {
                raw: Vec::new(),
                parser: vt100::Parser::new(ROWS, columns, 0),
                begun: false,
                ended: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// A failed wait is told by the test's thread alone.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what the shell showed.
    fn begin(&self, columns: u16) {
        let mut state = self.lock();
        let echo = state.raw.iter().position(|byte| *byte == b'\n').unwrap();
        state.raw.drain(..=echo);
        let mut parser = vt100::Parser::new(ROWS, columns, 0);
        parser.process(&state.raw);
        state.parser = parser;
    }

    fn follow(&self, terminal: &mut std::fs::File) {
        let mut buffer = [0; 4096];
        loop {
            let read = terminal.read(&mut buffer).unwrap_or(0);
            let mut state = self.lock();
            state.ended = read == 0;
            let mut new = &buffer[..read];
            if !state.begun {
                let at = new.iter().position(|byte| *byte == BEGIN);
                state.begun = at.is_some();
                new = at.map_or(&[], |at| &new[at + 1..]);
            }
            state.raw.extend_from_slice(new);
            state.parser.process(new);
            drop(state);
            self.changed.notify_all();
            if read == 0 {
                return;
            }
        }
    }

    fn wait(&self, what: &str, is_there: impl Fn(&State) -> bool) {
        let begun = Instant::now();
        let mut state = self.lock();
        while !is_there(&state) {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            assert!(
                !left.is_zero() && !state.ended,
                "waited in vain for {what:?}:\n{}",
                screen(&state.parser)
            );
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }
}

/// The text of the screen without the blanks at its edges.
fn screen(parser: &vt100::Parser) -> String {
    let contents = parser.screen().contents();
    let lines: Vec<&str> = contents.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}
