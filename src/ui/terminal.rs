//! What happens, for those who watch a terminal: steps that move in place, lists to choose from with the arrow keys.
//!
//! Called by `screen` where stderr can be redrawn. The lines are `narration`'s, so they say what `plain` says; only the line of a step
//! that is still going on is drawn here. Promises: a step keeps its place in the list until it is over, what happens meanwhile appears
//! above the list, and nothing moves while a question is asked.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::ui::layout::text_lines;
use crate::ui::narration::{self, Step};
use crate::ui::prompts::{Prompts, write};
use crate::ui::screen::Watcher;
use crate::ui::theme::{Line, Look, Role};
use crate::ui::wrap::{visible, width};
use crate::ui::{Ask, Choice, Event, Proceed, canvas, failure, is_back, menus, narrow};

/// How often a spinner moves.
const FRAME: Duration = Duration::from_millis(100);
/// A step that takes longer says for how long.
const WORTH_SAYING: Duration = Duration::from_secs(2);

/// Of several choices so many are repeated by name.
const MOST_NAMES: usize = 5;

/// Tells and asks on a terminal that can be redrawn.
pub(super) struct Terminal {
    prompts: Prompts,
    live: Mutex<Live>,
}

/// What stands on the screen.
struct Live {
    bars: MultiProgress,
    /// The steps that are drawn, in the order in which they began. The first is never over: what is over at the top becomes text.
    rows: Vec<Row>,
    section: Section,
    /// The last line is empty.
    at_gap: bool,
    /// The cursor stands behind a question.
    asking: bool,
}

/// One step of the list.
struct Row {
    id: String,
    step: Step,
    since: Instant,
    bar: Option<ProgressBar>,
}

/// What kind of lines stood last: an empty line separates kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Nothing,
    Told,
    Steps,
    Asked,
}

impl Terminal {
    /// A watcher that draws on `terminal`, which is where `prompts` writes.
    pub(super) fn new(prompts: Prompts, terminal: Term) -> Self {
        Terminal {
            prompts,
            live: Mutex::new(Live {
                bars: MultiProgress::with_draw_target(canvas::on(terminal)),
                rows: Vec::new(),
                section: Section::Nothing,
                at_gap: false,
                asking: false,
            }),
        }
    }

    fn look(&self) -> Look {
        self.prompts.look
    }

    fn columns(&self) -> usize {
        (self.prompts.columns)()
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds lines above the steps that are drawn.
    fn print(&self, live: &mut Live, section: Section, mut lines: Vec<Line>) {
        let starts_with_gap = |lines: &[Line]| lines.first().is_some_and(|line| line.0.is_empty());
        while live.at_gap && starts_with_gap(&lines) {
            lines.remove(0);
        }
        let changes = live.section != section && live.section != Section::Nothing;
        if changes && !live.at_gap && !starts_with_gap(&lines) {
            lines.insert(0, Line::default());
        }
        let Some(last) = lines.last() else {
            return;
        };
        live.at_gap = last.0.is_empty();
        live.section = section;
        let mut text = String::new();
        for line in &lines {
            let _ = writeln!(text, "{}", self.look().paint(line));
        }
        if live.rows.is_empty() {
            write(&self.prompts.sink, &text);
        } else {
            let _ = live.bars.println(text);
        }
    }

    fn tell_step(&self, live: &mut Live, id: &str, step: Step) {
        let at = live.rows.iter().position(|row| row.id == id);
        match at {
            Some(at) => live.rows[at].step = step,
            None if step.is_over() && live.rows.is_empty() => {
                let lines = self.ended(&step, Duration::ZERO);
                return self.print(live, Section::Steps, lines);
            }
            None => {
                if live.rows.is_empty() {
                    self.begin_steps(live);
                }
                live.rows.push(Row {
                    id: id.to_owned(),
                    step,
                    since: Instant::now(),
                    bar: None,
                });
            }
        }
        let at = at.unwrap_or(live.rows.len() - 1);
        self.draw(live, at);
        self.settle(live);
    }

    /// Separates the list from what stands above it, while nothing is drawn yet.
    fn begin_steps(&self, live: &mut Live) {
        if live.section != Section::Nothing && live.section != Section::Steps && !live.at_gap {
            write(&self.prompts.sink, "\n");
            live.at_gap = true;
        }
        live.section = Section::Steps;
    }

    fn ended(&self, step: &Step, took: Duration) -> Vec<Line> {
        narration::step_ends(step, took, self.columns(), self.look())
    }

    /// Draws a step in its place.
    fn draw(&self, live: &mut Live, at: usize) {
        let (look, columns) = (self.look(), self.columns());
        let Live { bars, rows, .. } = live;
        let row = &mut rows[at];
        let bar = row
            .bar
            .get_or_insert_with(|| bars.add(ProgressBar::new_spinner()));
        if row.step.is_over() {
            let lines = narration::step_ends(&row.step, row.since.elapsed(), columns, look);
            bar.set_style(style("{msg}", look, row.since));
            bar.finish_with_message(painted(&lines, look));
        } else {
            bar.set_style(style("  {spinner} {msg}{since}", look, row.since));
            let lines = narration::step_moves(&row.step, columns, look);
            bar.set_message(painted(&lines, look));
            bar.enable_steady_tick(FRAME);
        }
    }

    /// Turns the steps that are over at the top of the list into text. They don't move by that.
    fn settle(&self, live: &mut Live) {
        while live.rows.first().is_some_and(|row| row.step.is_over()) {
            let row = live.rows.remove(0);
            self.erase(live, row.bar);
            let lines = self.ended(&row.step, row.since.elapsed());
            self.print(live, Section::Steps, lines);
        }
    }

    fn erase(&self, live: &Live, bar: Option<ProgressBar>) {
        if let Some(bar) = bar {
            bar.finish_and_clear();
            live.bars.remove(&bar);
        }
    }

    /// Takes the list off the screen. What is over becomes text, what is not stays in mind.
    fn clear(&self, live: &mut Live) {
        let mut rows = std::mem::take(&mut live.rows);
        for row in &mut rows {
            let bar = row.bar.take();
            self.erase(live, bar);
        }
        let _ = live.bars.clear();
        let (over, open): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|row| row.step.is_over());
        for row in over {
            let lines = self.ended(&row.step, row.since.elapsed());
            self.print(live, Section::Steps, lines);
        }
        live.rows = open;
    }

    /// What was chosen, in the place of the list that it was chosen from.
    fn answered(&self, ask: &Ask, options: &[Choice], chosen: &[usize]) {
        let mut labels: Vec<String> = chosen
            .iter()
            .filter_map(|at| options.get(*at))
            .take(MOST_NAMES)
            .map(|option| visible(&option.label))
            .collect();
        if chosen.len() > MOST_NAMES {
            labels.push(format!("{} more", chosen.len() - MOST_NAMES));
        }
        let prompt = Line::of(Role::Strong, visible(&ask.prompt)).indented(2);
        let answer = labels.join(", ");
        let end = width(&prompt.text()) + 2;
        let lines = if end + width(&answer) <= self.columns() {
            vec![prompt.with(Role::Text, format!("  {answer}"))]
        } else {
            let below = text_lines(Role::Text, &answer, self.columns().saturating_sub(4));
            let below = below.into_iter().map(|line| line.indented(4));
            std::iter::once(prompt).chain(below).collect()
        };
        write(
            &self.prompts.sink,
            &format!("{}\n", painted(&lines, self.look())),
        );
    }

    /// At least one of those that are shown.
    fn ticked(&self, ask: &Ask, shown: &[Choice], is_searched: bool) -> Result<Vec<usize>> {
        let ask = Ask {
            can_go_back: ask.can_go_back || is_searched,
            ..ask.clone()
        };
        loop {
            let ticked = menus::several(&ask, shown, self.look())?;
            if !ticked.is_empty() {
                self.answered(&ask, shown, &ticked);
                return Ok(ticked);
            }
            self.prompts
                .refuse("At least one is needed: tick it with Space, then press Enter.");
        }
    }
}

fn painted(lines: &[Line], look: Look) -> String {
    let lines: Vec<String> = lines.iter().map(|line| look.paint(line)).collect();
    lines.join("\n")
}

/// A template of ours with this look's spinner, and the time since the step began as `{since}`.
fn style(template: &str, look: Look, since: Instant) -> ProgressStyle {
    let time = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
        let elapsed = since.elapsed();
        if elapsed >= WORTH_SAYING {
            let time = format!(" {} {}", look.dot(), narration::seconds(elapsed));
            let _ = text.write_str(&look.paint(&Line::of(Role::Dim, time)));
        }
    };
    let frames = look.frames().iter();
    let frames: Vec<String> = frames
        .map(|frame| look.paint(&Line::of(Role::Accent, *frame)))
        .collect();
    let frames: Vec<&str> = frames.iter().map(String::as_str).collect();
    // Both templates are constants of this file and valid; the default is only a total function's fallback.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .tick_strings(&frames)
        .with_key("since", time)
}

impl Watcher for Terminal {
    fn tell(&self, event: &Event) {
        let mut live = self.live();
        match Step::of(event) {
            Some((id, step)) => self.tell_step(&mut live, id, step),
            None => {
                let lines = narration::lines(event, self.columns(), self.look());
                self.print(&mut live, Section::Told, lines);
            }
        }
    }

    fn report(&self, error: &Error) {
        let lines = failure::lines(error, self.columns(), self.look());
        self.print(&mut self.live(), Section::Told, lines);
    }

    fn pause(&self) {
        let mut live = self.live();
        self.clear(&mut live);
        if live.section != Section::Asked && !live.at_gap {
            write(&self.prompts.sink, "\n");
        }
        live.asking = true;
    }

    fn resume(&self) {
        let mut live = self.live();
        live.section = Section::Asked;
        live.at_gap = false;
        live.asking = false;
        if !live.rows.is_empty() {
            self.begin_steps(&mut live);
        }
        for at in 0..live.rows.len() {
            self.draw(&mut live, at);
        }
    }

    fn close(&self) {
        let mut live = self.live();
        if std::mem::take(&mut live.asking) {
            write(&self.prompts.sink, "\n");
        }
        self.clear(&mut live);
        for row in std::mem::take(&mut live.rows) {
            let lines = narration::step_left(&row.step, self.columns(), self.look());
            self.print(&mut live, Section::Steps, lines);
        }
    }

    fn choose(&self, ask: &Ask, options: &[Choice]) -> Result<usize> {
        let chosen = menus::one(ask, options, self.look())?;
        self.answered(ask, options, &[chosen]);
        Ok(chosen)
    }

    fn choose_many(&self, ask: &Ask, options: &[Choice]) -> Result<Vec<usize>> {
        loop {
            let narrowed = narrow::narrowed(&self.prompts, ask, options)?;
            let shown: Vec<Choice> = narrowed.iter().map(|at| options[*at].clone()).collect();
            let is_searched = narrow::is_long(options);
            match self.ticked(ask, &shown, is_searched) {
                Ok(ticked) => return Ok(ticked.into_iter().map(|at| narrowed[at]).collect()),
                // What the names have in common is asked for again.
                Err(error) if is_searched && is_back(&error) => {}
                Err(error) => return Err(error),
            }
        }
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

#[cfg(test)]
mod tests;
