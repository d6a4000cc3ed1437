//! What happens, for those who see no spinner: screen readers, log files, terminals that can't redraw.
//!
//! Called by `screen`. Promises: lines are only ever added, no escape byte is written, each state is a word. A step is a sentence when
//! it begins, every ten seconds while it goes on, and when it ends.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::ui::narration::{self, Step};
use crate::ui::prompts::{Prompts, Sink, write};
use crate::ui::screen::Watcher;
use crate::ui::theme::{Line, Look};
use crate::ui::{Ask, Choice, Event, Proceed, failure, narrow};

/// How long a step may go on before another sentence says so.
pub(super) const BEAT: Duration = Duration::from_secs(10);

/// Tells and asks in words.
pub(super) struct Plain {
    prompts: Prompts,
    beat: Duration,
    steps: Arc<Mutex<Steps>>,
}

/// The steps that are being done.
#[derive(Default)]
struct Steps {
    open: BTreeMap<String, Open>,
    /// A thread looks after them.
    watched: bool,
    /// A question is being asked: nothing may come between it and its answer.
    paused: bool,
}

struct Open {
    step: Step,
    since: Instant,
    said: Instant,
}

impl Plain {
    /// A watcher that says every `beat` that a step still goes on.
    pub(super) fn new(prompts: Prompts, beat: Duration) -> Self {
        Plain {
            prompts,
            beat,
            steps: Arc::default(),
        }
    }

    fn say(&self, lines: &[Line]) {
        say(&self.prompts.sink, self.prompts.look, lines);
    }

    fn columns(&self) -> usize {
        (self.prompts.columns)()
    }

    fn tell_step(&self, id: &str, step: Step) {
        let mut steps = lock(&self.steps);
        let now = Instant::now();
        let before = steps.open.remove(id);
        let since = before.as_ref().map_or(now, |open| open.since);
        if step.is_over() {
            drop(steps);
            let look = self.prompts.look;
            self.say(&narration::step_ends(
                &step,
                now - since,
                self.columns(),
                look,
            ));
            return;
        }
        let same = before.is_some_and(|open| open.step == step);
        let lines = narration::step_goes_on(&step, now - since, false, self.columns());
        let said = now;
        steps.open.insert(id.to_owned(), Open { step, since, said });
        self.look_after(&mut steps);
        drop(steps);
        if !same {
            self.say(&lines);
        }
    }

    /// Starts the thread that speaks up when a step takes long. It ends with the last open step, or with this watcher.
    fn look_after(&self, steps: &mut Steps) {
        if steps.watched {
            return;
        }
        let weak = Arc::downgrade(&self.steps);
        let (sink, look) = (Arc::clone(&self.prompts.sink), self.prompts.look);
        let (beat, columns) = (self.beat, self.prompts.columns);
        let speak = move || {
            while let Some(lines) = overdue(&weak, beat, columns) {
                say(&sink, look, &lines);
                std::thread::sleep(beat / 10);
            }
        };
        steps.watched = std::thread::Builder::new()
            .name("narration".to_owned())
            .spawn(speak)
            .is_ok();
    }
}

/// The sentences that are due; nothing when there is no step left to look after.
fn overdue(
    steps: &Weak<Mutex<Steps>>,
    beat: Duration,
    columns: fn() -> usize,
) -> Option<Vec<Line>> {
    let steps = steps.upgrade()?;
    let mut steps = lock(&steps);
    if steps.open.is_empty() {
        steps.watched = false;
        return None;
    }
    let mut lines = Vec::new();
    if !steps.paused {
        for open in steps.open.values_mut() {
            if open.said.elapsed() >= beat {
                open.said = Instant::now();
                lines.extend(narration::step_goes_on(
                    &open.step,
                    open.since.elapsed(),
                    true,
                    columns(),
                ));
            }
        }
    }
    Some(lines)
}

fn say(sink: &Sink, look: Look, lines: &[Line]) {
    let text: String = lines
        .iter()
        .map(|line| format!("{}\n", look.paint(line)))
        .collect();
    if !text.is_empty() {
        write(sink, &text);
    }
}

fn lock(steps: &Mutex<Steps>) -> MutexGuard<'_, Steps> {
    steps.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watcher for Plain {
    fn tell(&self, event: &Event) {
        match Step::of(event) {
            Some((id, step)) => self.tell_step(id, step),
            None => self.say(&narration::lines(event, self.columns(), self.prompts.look)),
        }
    }

    fn report(&self, error: &Error) {
        self.say(&failure::lines(error, self.columns(), self.prompts.look));
    }

    fn pause(&self) {
        lock(&self.steps).paused = true;
    }

    fn resume(&self) {
        lock(&self.steps).paused = false;
    }

    fn close(&self) {
        let mut steps = lock(&self.steps);
        if std::mem::take(&mut steps.paused) {
            // The cursor stands behind a question that is not going to be answered.
            write(&self.prompts.sink, "\n");
        }
        let open = std::mem::take(&mut steps.open);
        drop(steps);
        for open in open.values() {
            self.say(&narration::step_left(
                &open.step,
                self.columns(),
                self.prompts.look,
            ));
        }
    }

    fn choose(&self, ask: &Ask, options: &[Choice]) -> Result<usize> {
        let shown = narrow::narrowed(&self.prompts, ask, options)?;
        match shown.as_slice() {
            // A list of one is no question.
            [only] if options.len() > 1 => Ok(*only),
            _ => Ok(shown[self.prompts.choose(ask, &of(options, &shown))?]),
        }
    }

    fn choose_many(&self, ask: &Ask, options: &[Choice]) -> Result<Vec<usize>> {
        let shown = narrow::narrowed(&self.prompts, ask, options)?;
        let chosen = self.prompts.choose_many(ask, &of(options, &shown))?;
        Ok(chosen.into_iter().map(|at| shown[at]).collect())
    }

    fn text(&self, ask: &Ask, check: &dyn Fn(&str) -> Result<(), String>) -> Result<String> {
        self.prompts.text(ask, check)
    }

    fn line(&self, ask: &Ask, stop: &AtomicBool) -> Result<Option<String>> {
        self.prompts.line(ask, stop)
    }

    fn secret(&self, ask: &Ask) -> Result<Secret> {
        self.prompts.secret(ask)
    }

    fn proceed(&self, ask: &Ask) -> Result<Proceed> {
        self.prompts.proceed(ask)
    }
}

/// The choices at these places.
fn of(options: &[Choice], shown: &[usize]) -> Vec<Choice> {
    shown.iter().map(|at| options[*at].clone()).collect()
}

#[cfg(test)]
mod tests;
