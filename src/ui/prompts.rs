//! Questions answered by a typed line: texts, secrets, yes or no, and lists by number.
//!
//! Called by `plain` for every question and by `terminal` for all but lists. Promises: `?` shows the help and asks again; `<` leads to the question
//! before, where there is one; Ctrl-D or Esc end as `interrupted`; an answer that is refused is asked for again, with a sentence that says why.

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Kind, Result};
use crate::secret::Secret;
use crate::ui::keyboard::Keyboard;
use crate::ui::layout::{indent, text_lines};
use crate::ui::numbers;
use crate::ui::replies::{self, Reply};
use crate::ui::theme::{Line, Look, Role, State};
use crate::ui::typed_line::Heard;
use crate::ui::wrap::{visible, width};
use crate::ui::{Ask, Choice, Proceed, back};

/// Where the questions are written: stderr, or a test's buffer.
pub(super) type Sink = Arc<Mutex<dyn Write + Send>>;

/// After so many empty lines in a row nobody is typing.
const MOST_EMPTY_LINES: usize = 5;

/// Asks by line.
pub(super) struct Prompts {
    /// How questions look.
    pub(super) look: Look,
    /// Where they are written.
    pub(super) sink: Sink,
    /// Where answers come from.
    pub(super) keyboard: Box<dyn Keyboard>,
    /// How wide the screen is.
    pub(super) columns: fn() -> usize,
}

/// What the person means by a line.
enum Answer {
    Empty,
    Help,
    Back,
    Text(String),
}

impl Prompts {
    /// Asks for a text until `check` accepts it.
    pub(super) fn text(
        &self,
        ask: &Ask,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Result<String> {
        self.question(ask, ask.default.as_deref());
        let mut empty = 0;
        loop {
            self.cursor();
            let given = match self.answer(ask, &mut empty)? {
                Answer::Help => {
                    self.help(ask);
                    continue;
                }
                Answer::Back => return Err(back()),
                Answer::Empty => ask.default.clone(),
                Answer::Text(text) if is_wish_to_go_back(ask, &text) => return Err(back()),
                Answer::Text(text) => Some(text),
            };
            match given.map(|text| check(&text).map(|()| text)) {
                Some(Ok(text)) => return Ok(text),
                Some(Err(refusal)) => self.refuse(&refusal),
                None => {
                    self.refuse("This question needs an answer. Type `?` to see what it means.")
                }
            }
        }
    }

    /// Asks for a line, which may be empty, until `stop` is set; none when it was.
    pub(super) fn line(&self, ask: &Ask, stop: &AtomicBool) -> Result<Option<String>> {
        self.question(ask, None);
        loop {
            self.cursor();
            let heard = self.keyboard.line_until(stop);
            let line = match heard.map_err(|error| failed(error, ask))? {
                Heard::Line(line) => line,
                Heard::Stopped => {
                    self.write_line(&Line::default());
                    return Ok(None);
                }
                Heard::End => {
                    self.write_line(&Line::default());
                    return Err(interrupted());
                }
            };
            match line.trim() {
                "?" => self.help(ask),
                "\u{1b}" => return Err(interrupted()),
                text if text.chars().any(char::is_control) => self
                    .refuse("That line holds arrow or control keys. Type it again without them."),
                text => return Ok(Some(text.to_owned())),
            }
        }
    }

    /// Asks for a secret, without echo.
    pub(super) fn secret(&self, ask: &Ask) -> Result<Secret> {
        self.question(ask, None);
        self.remark("What you type or paste is not shown.");
        for _ in 0..MOST_EMPTY_LINES {
            self.cursor();
            let line = self
                .keyboard
                .hidden_line()
                .map_err(|error| failed(error, ask))?;
            let secret = Secret::new(line.unwrap_or_else(|| "\u{1b}".to_owned()));
            match secret.expose().trim() {
                "\u{1b}" => return Err(interrupted()),
                "?" => self.help(ask),
                "" => self.refuse("Nothing was typed. Paste the value and press Enter."),
                value => return Ok(Secret::new(value)),
            }
        }
        Err(interrupted())
    }

    /// Asks whether to go on.
    pub(super) fn proceed(&self, ask: &Ask) -> Result<Proceed> {
        let words: Vec<String> = replies::offered(ask).map(Reply::label).collect();
        let how: Vec<String> = replies::offered(ask).map(Reply::sentence).collect();
        let mut empty = 0;
        loop {
            let line = Line::of(Role::Strong, visible(&ask.prompt))
                .with(Role::Text, format!("  {}", words.join("  ")));
            self.write_open(&line.indented(indent(self.look)));
            let said = match self.answer(ask, &mut empty)? {
                Answer::Help => {
                    self.help(ask);
                    continue;
                }
                Answer::Back => return Err(back()),
                Answer::Text(text) => text.to_lowercase(),
                Answer::Empty => String::new(),
            };
            match replies::meant(&said, ask) {
                Some(Reply {
                    proceed: Some(proceed),
                    ..
                }) => return Ok(*proceed),
                Some(_) => return Err(back()),
                None => self.refuse(&format!("Type {}.", how.join(", "))),
            }
        }
    }

    /// Lets the person choose one by its number, its name or its id.
    pub(super) fn choose(&self, ask: &Ask, options: &[Choice]) -> Result<usize> {
        let default = numbers::default(ask, options);
        let parse = |text: &str| numbers::one(text, options);
        let chosen = self.by_number(ask, options, default, "Type a number or a name", &|text| {
            parse(text).map(|at| vec![at])
        })?;
        chosen.first().copied().ok_or_else(interrupted)
    }

    /// Lets the person choose at least one by numbers.
    pub(super) fn choose_many(&self, ask: &Ask, options: &[Choice]) -> Result<Vec<usize>> {
        let default = numbers::default(ask, options);
        let how = "Type numbers such as `1,3-5`, a name, or `all`";
        self.by_number(ask, options, default, how, &|text| {
            numbers::many(text, options)
        })
    }

    fn by_number(
        &self,
        ask: &Ask,
        options: &[Choice],
        default: Option<usize>,
        how: &str,
        parse: &dyn Fn(&str) -> Result<Vec<usize>, String>,
    ) -> Result<Vec<usize>> {
        self.question(ask, None);
        self.list(options);
        let default_number = default.map(|at| format!(" (Enter for {})", at + 1));
        self.remark(&format!("{how}{}.", default_number.unwrap_or_default()));
        let mut empty = 0;
        loop {
            self.cursor();
            let parsed = match self.answer(ask, &mut empty)? {
                Answer::Help => {
                    self.help(ask);
                    continue;
                }
                Answer::Back => return Err(back()),
                Answer::Text(text)
                    if is_wish_to_go_back(ask, &text)
                        && !options.iter().any(|option| option.label == text) =>
                {
                    return Err(back());
                }
                Answer::Empty => default
                    .map(|at| vec![at])
                    .ok_or_else(|| format!("{how}; at least one is needed.")),
                Answer::Text(text) => parse(&text),
            };
            match parsed {
                Ok(chosen) => return Ok(chosen),
                Err(refusal) => self.refuse(&refusal),
            }
        }
    }

    /// Reads a line and sees what is meant by it.
    fn answer(&self, ask: &Ask, empty: &mut usize) -> Result<Answer> {
        loop {
            let line = self.keyboard.line().map_err(|error| failed(error, ask))?;
            let Some(line) = line else {
                self.write_line(&Line::default());
                return Err(interrupted());
            };
            match line.trim() {
                "" => {
                    *empty += 1;
                    return if *empty < MOST_EMPTY_LINES {
                        Ok(Answer::Empty)
                    } else {
                        Err(interrupted())
                    };
                }
                "?" => return Ok(Answer::Help),
                "<" if ask.can_go_back => return Ok(Answer::Back),
                "<" => {
                    self.refuse("There is no question before this one.");
                    self.cursor();
                }
                "\u{1b}" => return Err(interrupted()),
                text if text.chars().any(char::is_control) => {
                    self.refuse(
                        "That line holds arrow or control keys. Type it again without them.",
                    );
                    self.cursor();
                }
                text => return Ok(Answer::Text(text.to_owned())),
            }
        }
    }

    fn question(&self, ask: &Ask, default: Option<&str>) {
        let indent = indent(self.look);
        let columns = (self.columns)().saturating_sub(indent);
        let mut lines = text_lines(Role::Strong, &ask.prompt, columns);
        let default = default.map(|default| format!("(Enter for {})", visible(default)));
        let help = (!ask.help.is_empty()).then(|| "? for help".to_owned());
        let back = ask.can_go_back.then(|| "< to go back".to_owned());
        let remarks: Vec<String> = default.into_iter().chain(help).chain(back).collect();
        let remarks = remarks.join("  ");
        match lines.last_mut() {
            Some(last) if width(&last.text()) + 2 + width(&remarks) <= columns => {
                *last = std::mem::take(last).with(Role::Dim, format!("  {remarks}"));
            }
            _ => lines.extend(text_lines(Role::Dim, &remarks, columns)),
        }
        for line in lines {
            self.write_line(&line.indented(indent));
        }
    }

    fn list(&self, options: &[Choice]) {
        let digits = options.len().to_string().len();
        for (at, option) in options.iter().enumerate() {
            let number = format!("{:>digits$}  ", at + 1);
            let detail = visible(&option.detail);
            let detail = if detail.is_empty() {
                detail
            } else {
                format!(", {detail}")
            };
            let line = Line::of(
                Role::Text,
                format!("{number}{}{detail}", visible(&option.label)),
            );
            self.write_line(&line.indented(2 + indent(self.look)));
        }
    }

    /// Shows what the question means.
    fn help(&self, ask: &Ask) {
        if ask.help.is_empty() {
            self.remark("There is no more to say about this question.");
        } else {
            self.remark(&ask.help);
        }
    }

    fn remark(&self, text: &str) {
        let indent = indent(self.look);
        for line in text_lines(Role::Dim, text, (self.columns)().saturating_sub(indent)) {
            self.write_line(&line.indented(indent));
        }
    }

    /// Says why an answer is not taken.
    pub(super) fn refuse(&self, sentence: &str) {
        let indent = indent(self.look);
        let sign = if self.look.decorated {
            format!("{} ", self.look.sign(State::Attention))
        } else {
            String::new()
        };
        let columns = (self.columns)().saturating_sub(indent + width(&sign));
        let mut sign = Line::of(Role::Attention, sign);
        for line in text_lines(Role::Text, sentence, columns) {
            self.write_line(&std::mem::take(&mut sign).and(line).indented(indent));
        }
    }

    /// Where the answer is typed.
    fn cursor(&self) {
        let line = if self.look.decorated {
            Line::of(Role::Accent, format!("  {}", self.look.pointer()))
        } else {
            Line::of(Role::Text, "Answer:")
        };
        self.write_open(&line);
    }

    fn write_line(&self, line: &Line) {
        self.write(&format!("{}\n", self.look.paint(line)));
    }

    /// Writes a line that the answer goes behind.
    fn write_open(&self, line: &Line) {
        self.write(&format!("{} ", self.look.paint(line)));
    }

    fn write(&self, text: &str) {
        write(&self.sink, text);
    }
}

/// Whether the word for the question before was typed, where there is one.
fn is_wish_to_go_back(ask: &Ask, text: &str) -> bool {
    ask.can_go_back && text.eq_ignore_ascii_case("back")
}

/// Writes to a sink. A stream that is closed stops nothing.
pub(super) fn write(sink: &Sink, text: &str) {
    let mut stream = sink.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
}

/// The person does not want to answer.
pub(super) fn interrupted() -> Error {
    Error::new(Kind::Interrupted, "interrupted", "Stopped at your request")
}

/// The terminal could not be read.
pub(super) fn failed(error: io::Error, ask: &Ask) -> Error {
    if error.kind() == io::ErrorKind::Interrupted {
        return interrupted();
    }
    let message = format!(
        "Failed to read an answer to `{}` from the terminal",
        visible(&ask.prompt)
    );
    Error::new(Kind::Failed, "terminal", message)
        .why(error.to_string())
        .hint("Give the answer as a flag, an environment variable or in `--answers`.")
        .because(error)
}

#[cfg(test)]
mod tests;
