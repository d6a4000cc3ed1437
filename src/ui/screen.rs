//! A screen is somebody who watches and something that takes the result.
//!
//! [`open`] chooses both from the flags and the machine: a watcher on stderr that redraws, or one that only adds lines; a result on
//! stdout as text, as a document or as lines of events. Everything passes through [`Screen`], which keeps what happens meanwhile away
//! from a question that is being asked, and masks ids when they should not be seen.

use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::host::{Host, Terminal as Streams};
use crate::secret::Secret;
use crate::ui::demo::Masks;
use crate::ui::json::{self, Form};
use crate::ui::keyboard::Stdin;
use crate::ui::layout::lay_out;
use crate::ui::plain::{BEAT, Plain};
use crate::ui::prompts::Prompts;
use crate::ui::terminal::Terminal;
use crate::ui::theme::Look;
use crate::ui::{Ask, Choice, Event, Output, Proceed, Progress, Ui, terminal_guard};

/// What stdout carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputFormat {
    /// Text for people.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// One JSON object a line while working; the document is the last line.
    Events,
}

/// When colours and glyphs are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// On a terminal that can show them, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Also where stdout is no terminal, and whatever `NO_COLOR` says.
    Always,
    /// Nowhere.
    Never,
}

/// The global flags that concern the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// `--output`.
    pub output: OutputFormat,
    /// `--plain`, or `ACCESSIBLE` in the environment: no redraw, states as words, choices by number.
    pub plain: bool,
    /// `--color`.
    pub color: ColorChoice,
    /// `--quiet`: only warnings, failures, questions and the result.
    pub quiet: bool,
    /// `--demo`: GUIDs are masked, each always in the same way.
    pub demo: bool,
    /// `--no-input`: nobody is asked.
    pub no_input: bool,
}

/// Somebody who watches stderr and may answer there. Implemented by `terminal` and `plain`.
pub(super) trait Watcher: Send + Sync {
    /// Shows something that happens.
    fn tell(&self, event: &Event);
    /// Shows the failure that ended the run.
    fn report(&self, error: &Error);
    /// A question follows: nothing moves until [`Watcher::resume`].
    fn pause(&self);
    /// The question is answered.
    fn resume(&self);
    /// The result follows: nothing moves any more, and what is not over is said to be so.
    fn close(&self);
    /// As [`Ui::choose`].
    fn choose(&self, ask: &Ask, options: &[Choice]) -> Result<usize>;
    /// As [`Ui::choose_many`].
    fn choose_many(&self, ask: &Ask, options: &[Choice]) -> Result<Vec<usize>>;
    /// As [`Ui::text`].
    fn text(&self, ask: &Ask, check: &dyn Fn(&str) -> Result<(), String>) -> Result<String>;
    /// As [`Ui::line`].
    fn line(&self, ask: &Ask, stop: &AtomicBool) -> Result<Option<String>>;
    /// As [`Ui::secret`].
    fn secret(&self, ask: &Ask) -> Result<Secret>;
    /// As [`Ui::proceed`].
    fn proceed(&self, ask: &Ask) -> Result<Proceed>;
}

/// Opens the screen of this process. On a terminal it also remembers the terminal's state, so that `terminal_guard` can restore it.
pub fn open(options: Options, host: &Host) -> Box<dyn Ui> {
    let terminal = host.terminal();
    let allowed = Allowed::on(terminal, options, host);
    console::set_colors_enabled_stderr(allowed.on_stderr);
    let can_ask = host.can_ask() && !options.no_input;
    if can_ask {
        terminal_guard::remember();
    }
    let result = ResultStream {
        form: match options.output {
            OutputFormat::Text => ResultForm::Text {
                look: allowed.look(allowed.on_stdout, options, host),
                columns: stdout_columns,
            },
            OutputFormat::Json => ResultForm::Json(Form::Document),
            OutputFormat::Events => ResultForm::Json(Form::Lines),
        },
        stream: Box::new(std::io::stdout()),
    };
    // Two streams of the same events on one terminal would be unreadable.
    let watches = options.output != OutputFormat::Events || (terminal.stderr && !terminal.stdout);
    Box::new(Screen {
        watcher: watcher(allowed, options, host),
        result: Mutex::new(result),
        masks: options.demo.then(Masks::default),
        quiet: options.quiet,
        watches,
        can_ask,
        question: Mutex::new(()),
        waiting: Mutex::default(),
    })
}

/// Which streams may be decorated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowed {
    on_stderr: bool,
    on_stdout: bool,
}

impl Allowed {
    fn on(terminal: Streams, options: Options, host: &Host) -> Allowed {
        let dumb = host.env("TERM") == Some("dumb");
        let plain = is_spoken(options, host) || options.color == ColorChoice::Never;
        let always = options.color == ColorChoice::Always;
        let colour = !plain && (always || (host.env("NO_COLOR").is_none() && !dumb));
        Allowed {
            on_stderr: colour && terminal.stderr && !dumb,
            on_stdout: colour && (always || terminal.stdout),
        }
    }

    fn look(self, decorated: bool, options: Options, host: &Host) -> Look {
        match (decorated, is_spoken(options, host)) {
            (true, _) => Look::decorated(host),
            (false, true) => Look::SPOKEN.on(host),
            (false, false) => Look::PLAIN.on(host),
        }
    }
}

fn is_spoken(options: Options, host: &Host) -> bool {
    options.plain || host.env("ACCESSIBLE").is_some()
}

fn watcher(allowed: Allowed, options: Options, host: &Host) -> Box<dyn Watcher> {
    let prompts = Prompts {
        look: allowed.look(allowed.on_stderr, options, host),
        sink: Arc::new(Mutex::new(std::io::stderr())),
        keyboard: Box::new(Stdin {
            redraws: allowed.on_stderr,
        }),
        columns: stderr_columns,
    };
    if allowed.on_stderr {
        Box::new(Terminal::new(prompts, console::Term::buffered_stderr()))
    } else {
        Box::new(Plain::new(prompts, BEAT))
    }
}

/// The width of text where nobody can say how wide the screen is.
const USUAL_WIDTH: usize = 80;

fn stderr_columns() -> usize {
    columns_of(&console::Term::stderr())
}

fn stdout_columns() -> usize {
    columns_of(&console::Term::stdout())
}

fn columns_of(terminal: &console::Term) -> usize {
    terminal
        .size_checked()
        .map_or(USUAL_WIDTH, |(_, columns)| usize::from(columns))
}

/// What takes the result, and where it goes.
struct ResultStream {
    form: ResultForm,
    stream: Box<dyn Write + Send>,
}

enum ResultForm {
    Text { look: Look, columns: fn() -> usize },
    Json(Form),
}

impl ResultStream {
    fn tell(&mut self, event: &Event) {
        if let ResultForm::Json(form) = self.form
            && let Some(line) = json::event(event, form)
        {
            json::write(&mut self.stream, &line);
        }
    }

    fn finish(&mut self, output: &Output) {
        match self.form {
            ResultForm::Json(form) => json::write(&mut self.stream, &json::result(output, form)),
            ResultForm::Text { look, columns } => {
                let lines = lay_out(&output.blocks, columns(), look);
                let edge = if look.decorated { "\n" } else { "" };
                let text: String = lines
                    .iter()
                    .map(|line| format!("{}\n", look.paint(line)))
                    .collect();
                if !text.is_empty() {
                    // A reader that went away (`| head`) ends the writing quietly.
                    let _ = write!(self.stream, "{edge}{text}").and_then(|()| self.stream.flush());
                }
            }
        }
    }

    fn fail(&mut self, error: &Error, extra: Value) {
        if let ResultForm::Json(form) = self.form {
            json::write(&mut self.stream, &json::failure(error, extra, form));
        }
    }
}

/// The one [`Ui`].
struct Screen {
    watcher: Box<dyn Watcher>,
    result: Mutex<ResultStream>,
    masks: Option<Masks>,
    quiet: bool,
    watches: bool,
    can_ask: bool,
    /// Held while a question is asked: one at a time.
    question: Mutex<()>,
    waiting: Mutex<Waiting>,
}

/// What happened while a question was asked.
#[derive(Default)]
struct Waiting {
    asking: bool,
    events: Vec<Event>,
}

impl Screen {
    /// Whether a quiet person wants to see it: what needs attention, and what a question is about.
    fn is_wanted(&self, event: &Event) -> bool {
        let matters = match event {
            Event::Warning { .. } | Event::NeedsUser { .. } => true,
            Event::Shown { .. } => self.can_ask,
            Event::Step { status, .. } => matches!(status, Progress::Failed | Progress::Warn),
            Event::Started { .. } | Event::Fact { .. } | Event::Tally { .. } => false,
        };
        self.watches && (matters || !self.quiet)
    }

    /// Asks, while everything else waits; what happened meanwhile is told afterwards.
    fn asking<T>(
        &self,
        ask: &Ask,
        answer: impl FnOnce(&dyn Watcher, &Ask) -> Result<T>,
    ) -> Result<T> {
        if !self.can_ask {
            return Err(nobody_to_ask(ask));
        }
        let _one_at_a_time = lock(&self.question);
        lock(&self.waiting).asking = true;
        self.watcher.pause();
        let shown = self.masks.as_ref().map(|masks| masks.ask(ask));
        let answer = answer(self.watcher.as_ref(), shown.as_ref().unwrap_or(ask));
        self.watcher.resume();
        let mut waiting = lock(&self.waiting);
        waiting.asking = false;
        for event in waiting.events.drain(..) {
            self.watcher.tell(&event);
        }
        answer
    }

    fn choices(&self, options: &[Choice]) -> Vec<Choice> {
        match &self.masks {
            Some(masks) => masks.choices(options),
            None => options.to_vec(),
        }
    }
}

fn nobody_to_ask(ask: &Ask) -> Error {
    Error::usage("no-terminal", format!("Couldn't ask `{}`", ask.prompt))
        .why("Questions need a terminal on stdin and stderr, no `CI` in the environment and no `--no-input`.")
        .hint(format!("Give `{}` as a flag, an environment variable or in `--answers`.", ask.key))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ui for Screen {
    fn tell(&self, event: Event) {
        let event = match &self.masks {
            Some(masks) => masks.event(&event),
            None => event,
        };
        lock(&self.result).tell(&event);
        if !self.is_wanted(&event) {
            return;
        }
        let mut waiting = lock(&self.waiting);
        if waiting.asking {
            waiting.events.push(event);
        } else {
            self.watcher.tell(&event);
        }
    }

    fn can_ask(&self) -> bool {
        self.can_ask
    }

    fn choose(&self, ask: &Ask, options: &[Choice]) -> Result<usize> {
        let options = self.choices(options);
        self.asking(ask, |watcher, ask| watcher.choose(ask, &options))
    }

    fn choose_many(&self, ask: &Ask, options: &[Choice]) -> Result<Vec<usize>> {
        let options = self.choices(options);
        self.asking(ask, |watcher, ask| watcher.choose_many(ask, &options))
    }

    fn text(&self, ask: &Ask, check: &dyn Fn(&str) -> Result<(), String>) -> Result<String> {
        // The screen may show the default masked; what is checked and given back is the real one.
        let real = |shown: &Ask, text: &str| match &ask.default {
            Some(default) if shown.default.as_deref() == Some(text) => default.clone(),
            _ => text.to_owned(),
        };
        self.asking(ask, |watcher, shown| {
            let text = watcher.text(shown, &|text| check(&real(shown, text)))?;
            Ok(real(shown, &text))
        })
    }

    fn line(&self, ask: &Ask, stop: &AtomicBool) -> Result<Option<String>> {
        self.asking(ask, |watcher, ask| watcher.line(ask, stop))
    }

    fn secret(&self, ask: &Ask) -> Result<Secret> {
        self.asking(ask, |watcher, ask| watcher.secret(ask))
    }

    fn proceed(&self, ask: &Ask) -> Result<Proceed> {
        self.asking(ask, |watcher, ask| watcher.proceed(ask))
    }

    fn finish(&self, output: &Output) {
        self.watcher.close();
        match &self.masks {
            Some(masks) => lock(&self.result).finish(&masks.output(output)),
            None => lock(&self.result).finish(output),
        }
    }

    fn fail(&self, error: &Error, extra: Value) {
        if lock(&self.waiting).asking {
            // The run was stopped from outside while a prompt had hidden the cursor or switched the echo off.
            terminal_guard::restore();
        }
        self.watcher.close();
        let masked = self.masks.as_ref().map(|masks| masks.error(error));
        let error = masked.as_ref().unwrap_or(error);
        if self.watches {
            self.watcher.report(error);
        }
        let extra = match &self.masks {
            Some(masks) => masks.value(&extra),
            None => extra,
        };
        lock(&self.result).fail(error, extra);
    }
}

#[cfg(test)]
mod tests;
