//! What happens, as lines to watch: the one place that decides which facts of an [`Event`] appear.
//!
//! Called by `terminal` and `plain`, with their looks, so that both tell the same. Steps have two forms here, how they begin or go on
//! and how they end; what moves in between is `terminal`'s own business.

use std::time::Duration;

use crate::ui::layout::{GUTTER, indent, labelled_lines, lay_out, row_lines, text_lines};
use crate::ui::theme::{Line, Look, Role, State};
use crate::ui::wrap::{visible, width, wrap};
use crate::ui::{Event, Progress, Row, tally};

/// A step as the last event left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// What it does.
    pub(super) title: String,
    /// create, reuse, remove, or check.
    pub(super) change: String,
    /// Where it stands.
    pub(super) status: Progress,
    /// What is waited for, what was found, why it failed. May be empty.
    pub(super) detail: String,
    /// How far it is, where it does many things: done, and all.
    pub(super) tally: Option<(u32, u32)>,
}

/// A step's line is aligned with its neighbours up to this title.
const WIDEST_TITLE: usize = 38;
/// Waits shorter than this are not worth a number.
const WORTH_SAYING: Duration = Duration::from_secs(3);

/// How each status is said: the word for a step, the word for a check, and the sign.
const WORDS: &[(Progress, &str, &str, State)] = &[
    (Progress::Running, "started", "started", State::Waiting),
    (Progress::Waiting, "waiting", "waiting", State::Waiting),
    (Progress::Done, "done", "pass", State::Good),
    (Progress::Found, "found", "found", State::Good),
    (Progress::Skipped, "skipped", "skipped", State::Skipped),
    (Progress::Pending, "pending", "pending", State::Waiting),
    (Progress::Warn, "warning", "warning", State::Attention),
    (Progress::Failed, "failed", "failed", State::Bad),
];

impl Step {
    /// The step that an event is about, with its id.
    pub(super) fn of(event: &Event) -> Option<(&str, Step)> {
        match event {
            Event::Step {
                id,
                title,
                change,
                status,
                detail,
            } => {
                let step = Step {
                    title: title.clone(),
                    change: change.clone(),
                    status: *status,
                    detail: detail.clone(),
                    tally: None,
                };
                Some((id, step))
            }
            Event::Tally {
                id,
                title,
                done,
                all,
                ..
            } => {
                let step = Step {
                    title: title.clone(),
                    change: "create".to_owned(),
                    status: Progress::Running,
                    detail: tally::in_words(event),
                    tally: Some((*done, *all)),
                };
                Some((id, step))
            }
            Event::Started { .. }
            | Event::Fact { .. }
            | Event::Shown { .. }
            | Event::Warning { .. }
            | Event::NeedsUser { .. } => None,
        }
    }

    /// Whether nothing more is going to happen to it.
    pub(super) fn is_over(&self) -> bool {
        !matches!(self.status, Progress::Running | Progress::Waiting)
    }

    /// The word for where it stands.
    pub(super) fn word(&self) -> &'static str {
        let (_, step, check, _) = self.row();
        if self.change == "check" { check } else { step }
    }

    fn row(&self) -> &'static (Progress, &'static str, &'static str, State) {
        // The table is complete (a test walks it); the first row is only a total function's fallback.
        WORDS
            .iter()
            .find(|row| row.0 == self.status)
            .unwrap_or(&WORDS[0])
    }

    /// What is going on, for the line that moves: `waiting for Azure to replicate the role`.
    pub(super) fn going_on(&self) -> String {
        let detail = visible(&self.detail);
        let says_so = ["wait", "until"]
            .iter()
            .any(|word| detail.starts_with(word));
        match self.status {
            Progress::Waiting if detail.is_empty() => "waiting for Azure".to_owned(),
            Progress::Waiting if !says_so => format!("waiting for {detail}"),
            _ => detail,
        }
    }
}

/// Everything but a step.
pub(super) fn lines(event: &Event, columns: usize, look: Look) -> Vec<Line> {
    match event {
        Event::Started { title } => started(title, columns, look),
        Event::Fact {
            label,
            value,
            source,
        } => fact(label, value, source, columns, look),
        Event::Shown { blocks } => {
            let mut lines = lay_out(blocks, columns, look);
            if look.decorated && !lines.is_empty() {
                lines.insert(0, Line::default());
                lines.push(Line::default());
            }
            lines
        }
        Event::Warning { what, fix } => warning(what, fix, columns, look),
        Event::NeedsUser { what, url, code } => {
            needs_user(what, url, code.as_deref(), columns, look)
        }
        Event::Step { .. } | Event::Tally { .. } => Vec::new(),
    }
}

fn started(title: &str, columns: usize, look: Look) -> Vec<Line> {
    let indent = indent(look);
    let mut lines: Vec<Line> = text_lines(Role::Strong, title, columns.saturating_sub(indent))
        .into_iter()
        .map(|line| line.indented(indent))
        .collect();
    if look.decorated {
        lines.insert(0, Line::default());
        lines.push(Line::default());
    }
    lines
}

fn fact(label: &str, value: &str, source: &str, columns: usize, look: Look) -> Vec<Line> {
    let indent = indent(look);
    let row = Row {
        label: label.to_owned(),
        value: value.to_owned(),
        note: source.to_owned(),
    };
    // Facts come one at a time: the gutter is fixed, and a longer label makes room for itself alone.
    let gutter = GUTTER.max(width(&visible(label)) + 2);
    row_lines(&row, gutter, columns.saturating_sub(indent), look)
        .into_iter()
        .map(|line| line.indented(indent))
        .collect()
}

fn warning(what: &str, fix: &str, columns: usize, look: Look) -> Vec<Line> {
    if !look.decorated {
        let mut lines = text_lines(Role::Text, &format!("Warning: {what}"), columns);
        if !fix.is_empty() {
            lines.extend(text_lines(Role::Text, &format!("Fix: {fix}"), columns));
        }
        return lines;
    }
    let sign = look.sign(State::Attention);
    let mut lines = after_sign(sign, State::Attention.role(), what, columns);
    if !fix.is_empty() {
        lines.extend(labelled_lines("Fix", fix, 3, 4, columns));
    }
    lines
}

/// A text behind a sign, its further lines below the text.
fn after_sign(sign: &str, role: Role, text: &str, columns: usize) -> Vec<Line> {
    let start = 2 + width(sign) + 1;
    wrap(text, columns.saturating_sub(start))
        .into_iter()
        .enumerate()
        .map(|(at, part)| match at {
            0 => Line::of(role, sign)
                .with(Role::Text, format!(" {part}"))
                .indented(2),
            _ => Line::of(Role::Text, part).indented(start),
        })
        .collect()
}

fn needs_user(what: &str, url: &str, code: Option<&str>, columns: usize, look: Look) -> Vec<Line> {
    if !look.decorated {
        let mut lines = text_lines(Role::Text, what, columns);
        lines.push(Line::of(Role::Text, format!("Address: {}", visible(url))));
        lines.extend(code.map(|code| Line::of(Role::Text, format!("Code: {}", visible(code)))));
        return lines;
    }
    let mut lines = vec![Line::default()];
    for line in text_lines(Role::Text, what, columns.saturating_sub(2)) {
        lines.push(line.indented(2));
    }
    lines.push(Line::default());
    lines.push(Line::of(Role::Strong, visible(url)).indented(4));
    if let Some(code) = code {
        lines.push(Line::default());
        let code = Line::of(Role::Dim, "Code   ").with(Role::Strong, visible(code));
        lines.push(code.indented(4));
    }
    lines.push(Line::default());
    lines
}

/// A step that begins, changes, or (`again`) still goes on after `since`, as a sentence: for those who see no spinner.
pub(super) fn step_goes_on(step: &Step, since: Duration, again: bool, columns: usize) -> Vec<Line> {
    let waits = step.status == Progress::Waiting;
    let word = match (again, waits) {
        (true, true) => "Still waiting",
        (true, false) => "Still working",
        (false, true) => "Waiting",
        (false, false) if since < WORTH_SAYING => "Started",
        (false, false) => "Working",
    };
    let mut text = format!("{word}: {}", visible(&step.title));
    let going_on = step.going_on();
    let going_on = going_on.strip_prefix("waiting ").unwrap_or(&going_on);
    if !going_on.is_empty() {
        text = format!("{text}, {going_on}");
    }
    if since >= WORTH_SAYING {
        text = format!("{text}, {} so far", seconds(since));
    }
    text_lines(Role::Text, &text, columns)
}

/// A step that goes on, for the line that moves: without its sign, and with room for its time.
pub(super) fn step_moves(step: &Step, columns: usize, look: Look) -> Vec<Line> {
    const SIGN: usize = 4;
    const TIME: usize = 14;
    let mut lines: Vec<Line> = wrap(&visible(&step.title), columns.saturating_sub(SIGN))
        .into_iter()
        .enumerate()
        .map(|(at, part)| Line::of(Role::Text, part).indented(if at == 0 { 0 } else { SIGN }))
        .collect();
    let mut remark = step.going_on();
    if remark.is_empty() {
        return lines;
    }
    if let Some((done, all)) = step.tally {
        remark.insert_str(0, &tally::bar(done, all, look));
    }
    let used = lines.last().map_or(0, |line| width(&line.text())) + SIGN;
    match lines.last_mut() {
        Some(last) if used + 2 + width(&remark) + TIME <= columns => {
            *last = std::mem::take(last).with(Role::Dim, format!("  {remark}"));
        }
        _ => {
            let below = wrap(&remark, columns.saturating_sub(SIGN + 2 + TIME));
            lines.extend(
                below
                    .into_iter()
                    .map(|part| Line::of(Role::Dim, part).indented(SIGN + 2)),
            );
        }
    }
    lines
}

/// A step that is over: `✓ Reader on "Contoso"  done · was there already`, in words `Done: Reader on "Contoso", was there already`.
pub(super) fn step_ends(step: &Step, took: Duration, columns: usize, look: Look) -> Vec<Line> {
    let mut remarks: Vec<String> = Vec::new();
    let detail = visible(&step.detail);
    if !detail.is_empty() {
        remarks.push(detail);
    }
    if took >= WORTH_SAYING {
        remarks.push(seconds(took));
    }
    let title = visible(&step.title);
    if !look.decorated {
        let mut text = format!("{}: {title}", capital(step.word()));
        for remark in remarks {
            text = format!("{text}, {remark}");
        }
        return text_lines(Role::Text, &text, columns);
    }
    remarks.insert(0, step.word().to_owned());
    let state = step.row().3;
    let remarks = remarks.join(&format!(" {} ", look.dot()));
    step_line(look.sign(state), state.role(), &title, &remarks, columns)
}

/// A step that the run ended in the middle of.
pub(super) fn step_left(step: &Step, columns: usize, look: Look) -> Vec<Line> {
    let title = visible(&step.title);
    if !look.decorated {
        return text_lines(Role::Text, &format!("Not finished: {title}"), columns);
    }
    let state = State::Skipped;
    step_line(
        look.sign(state),
        state.role(),
        &title,
        "not finished",
        columns,
    )
}

/// A sign, a title and remarks, on one line where they fit.
pub(super) fn step_line(
    sign: &str,
    role: Role,
    title: &str,
    remarks: &str,
    columns: usize,
) -> Vec<Line> {
    let mut lines = after_sign(sign, role, title, columns);
    let used = lines.last().map_or(0, |line| width(&line.text()));
    let aligned = 4 + WIDEST_TITLE;
    let end = if lines.len() == 1 {
        used.max(aligned)
    } else {
        used
    };
    let room = |start: usize| start + 2 + width(remarks) <= columns;
    match lines.last_mut() {
        Some(last) if room(end) || room(used) => {
            let end = if room(end) { end } else { used };
            let gap = " ".repeat(end + 2 - used);
            *last = std::mem::take(last)
                .with(Role::Text, gap)
                .with(Role::Dim, remarks);
        }
        _ => {
            let below = wrap(remarks, columns.saturating_sub(6));
            lines.extend(
                below
                    .into_iter()
                    .map(|text| Line::of(Role::Dim, text).indented(6)),
            );
        }
    }
    lines
}

/// A length of time as people say it: `12 s`, `3 min 5 s`.
pub(super) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    match whole {
        0..60 => format!("{whole} s"),
        _ if whole.is_multiple_of(60) => format!("{} min", whole / 60),
        _ => format!("{} min {} s", whole / 60, whole % 60),
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
