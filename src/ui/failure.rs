//! A failure as people read it: what happened, why, what to do, and the id that Azure's support asks for.
//!
//! Called by the watchers in `terminal` and `plain`. The answers that are missing, if that is the failure, are listed with every way to
//! give them.

use crate::error::{Error, Gap, labelled};
use crate::ui::layout::{labelled_lines, text_lines};
use crate::ui::theme::{Line, Look, Role, State};
use crate::ui::wrap::{pad, visible, width, wrap};

/// The failure in lines: what happened, what is missing, why, the fixes with the most useful last, and the id.
pub(super) fn lines(error: &Error, columns: usize, look: Look) -> Vec<Line> {
    let mut lines = head(error, columns, look);
    lines.extend(gaps(error.gaps(), columns, look));
    let mut before = "";
    for (label, text) in parts(error) {
        if look.decorated {
            let shown = if label == before { "" } else { label };
            lines.extend(labelled_lines(shown, &text, 3, 2, columns));
        } else {
            lines.extend(text_lines(Role::Text, &format!("{label}: {text}"), columns));
        }
        before = label;
    }
    lines
}

fn head(error: &Error, columns: usize, look: Look) -> Vec<Line> {
    let text = format!("{}{}", error.message(), code(error));
    if !look.decorated {
        return text_lines(Role::Text, &format!("Error: {text}"), columns);
    }
    let sign = look.sign(State::Bad);
    let mut lines: Vec<Line> = wrap(&text, columns.saturating_sub(2).min(100))
        .into_iter()
        .enumerate()
        .map(|(at, part)| match at {
            0 => Line::of(Role::Bad, sign).with(Role::Strong, format!(" {part}")),
            _ => Line::of(Role::Strong, part).indented(2),
        })
        .collect();
    lines.insert(0, Line::default());
    lines
}

/// Azure's own code behind the message, unless the message names it. Our own codes, in small letters, are for programs.
fn code(error: &Error) -> String {
    let code = error.code();
    let azures = code
        .chars()
        .any(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if azures && !error.message().contains(code) {
        format!(" ({code})")
    } else {
        String::new()
    }
}

fn parts(error: &Error) -> Vec<(&'static str, String)> {
    let mut parts = Vec::new();
    parts.extend(error.reason().map(|why| ("Why", why.to_owned())));
    parts.extend(error.advice().iter().map(|hint| {
        let (label, text) = labelled(hint);
        (label, text.to_owned())
    }));
    parts.extend(error.correlation_id().map(|id| ("Id", id.to_owned())));
    parts
}

/// The columns of a missing answer: its key, the three ways to give it, an example.
fn gap_cells(gap: &Gap) -> [String; 3] {
    let file = gap
        .in_answers_file
        .then(|| format!("`{}` in --answers", gap.key));
    let mut ways: Vec<String> = [&gap.flag, &gap.env]
        .into_iter()
        .filter(|way| !way.is_empty())
        .cloned()
        .chain(file)
        .collect();
    let last = ways.pop().unwrap_or_default();
    let ways = match ways.as_slice() {
        [] => last,
        // A list of two needs no comma.
        [first] => format!("{first} or {last}"),
        several => format!("{}, or {last}", several.join(", ")),
    };
    let example = if gap.example.is_empty() {
        String::new()
    } else {
        format!("e.g. {}", gap.example)
    };
    [gap.key.clone(), ways, example].map(|cell| visible(&cell))
}

fn gaps(gaps: &[Gap], columns: usize, look: Look) -> Vec<Line> {
    let rows: Vec<[String; 3]> = gaps.iter().map(gap_cells).collect();
    let widest = |at: usize| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0);
    let widths = [widest(0), widest(1), widest(2)];
    // A log has no edge: there, one line an answer is easier to find again than a wrapped one.
    let aligned = !look.decorated || widths.iter().sum::<usize>() + 6 <= columns;
    let all = gaps.iter().zip(&rows);
    if look.spoken {
        all.flat_map(|(gap, cells)| in_words(gap, cells, columns))
            .collect()
    } else if aligned {
        all.flat_map(|(gap, cells)| in_columns(gap, cells, widths, columns))
            .collect()
    } else {
        all.flat_map(|(gap, cells)| in_groups(gap, cells, widths[0], columns))
            .collect()
    }
}

fn in_words(gap: &Gap, [key, ways, example]: &[String; 3], columns: usize) -> Vec<Line> {
    let text = [format!("{key}: {ways}"), example.clone(), choices(gap)];
    let text: Vec<String> = text.into_iter().filter(|part| !part.is_empty()).collect();
    text_lines(Role::Text, &text.join("; "), columns)
}

fn in_columns(
    gap: &Gap,
    [key, ways, example]: &[String; 3],
    widths: [usize; 3],
    columns: usize,
) -> Vec<Line> {
    let ways = if example.is_empty() {
        ways.clone()
    } else {
        pad(ways, widths[1] + 2)
    };
    let line = Line::of(Role::Strong, pad(key, widths[0] + 2))
        .with(Role::Text, ways)
        .with(Role::Dim, example)
        .indented(2);
    let mut lines = vec![line];
    lines.extend(below(&choices(gap), widths[0] + 4, columns));
    lines
}

fn in_groups(
    gap: &Gap,
    [key, ways, example]: &[String; 3],
    keys: usize,
    columns: usize,
) -> Vec<Line> {
    let start = keys + 4;
    let mut lead = Line::of(Role::Strong, pad(key, keys + 2)).indented(2);
    let mut lines = Vec::new();
    for way in wrap(ways, columns.saturating_sub(start)) {
        let line = if lines.is_empty() {
            std::mem::take(&mut lead).with(Role::Text, way)
        } else {
            Line::of(Role::Text, way).indented(start)
        };
        lines.push(line);
    }
    lines.extend(below(example, start, columns));
    lines.extend(below(&choices(gap), start, columns));
    lines
}

fn choices(gap: &Gap) -> String {
    if gap.choices.is_empty() {
        return String::new();
    }
    format!("one of: {}", gap.choices.join(", "))
}

fn below(text: &str, start: usize, columns: usize) -> Vec<Line> {
    if text.is_empty() {
        return Vec::new();
    }
    wrap(text, columns.saturating_sub(start))
        .into_iter()
        .map(|part| Line::of(Role::Dim, part).indented(start))
        .collect()
}
