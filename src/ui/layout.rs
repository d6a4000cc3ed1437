//! Blocks become lines for a width. Pure: no terminal, no stream, no colour.
//!
//! Called by `screen` (the result, on stdout) and `narration` (what is shown while working, on stderr). Promises: every label, value,
//! note, cell and sentence of a block appears; ids, URLs and commands are never cut, whatever the width.

mod changes;

use crate::ui::theme::{Line, Look, Role, State};
use crate::ui::wrap::{pad, visible, widest_piece, width, wrap};
use crate::ui::{Block, Item, Row, chart};

/// Running text is not wider than this: longer lines are hard to read.
const WIDEST_TEXT: usize = 100;
/// The gutter: values of rows start here, so that rows told one by one stand below each other.
pub(super) const GUTTER: usize = 14;
/// Below this, text moves to a line of its own.
const NARROWEST_TEXT: usize = 28;
/// A title longer than this does not push the texts of its neighbours away.
const WIDEST_TITLE: usize = 44;

/// All blocks, an empty line between them; a heading stays with what it heads.
pub(super) fn lay_out(blocks: &[Block], columns: usize, look: Look) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut after_heading = true;
    for block in blocks {
        let next = lay_out_block(block, columns, look);
        if next.is_empty() {
            continue;
        }
        if !after_heading {
            lines.push(Line::default());
        }
        lines.extend(next);
        after_heading = matches!(block, Block::Heading { .. });
    }
    lines
}

fn lay_out_block(block: &Block, columns: usize, look: Look) -> Vec<Line> {
    let indent = indent(look);
    let inner = columns.saturating_sub(indent);
    let lines = match block {
        Block::Heading { text } => text_lines(Role::Strong, text, inner),
        Block::Paragraph { text } => text_lines(Role::Text, text, inner),
        Block::Rows { rows } => rows_lines(rows, inner, look),
        Block::Table {
            columns: headings,
            rows,
        } => table_lines(headings, rows, inner, look),
        Block::Items { items } => items_lines(items, inner, look),
        Block::Changes { changes } => changes::lines(changes, inner, look),
        Block::Bars {
            title,
            bars,
            summary,
        } => bars_lines(title, bars, summary, inner, look),
        Block::Lines { lines } => return verbatim_lines(lines, look),
    };
    lines
        .into_iter()
        .map(|line| line.indented(indent))
        .collect()
}

/// How far everything stands from the left edge.
pub(super) fn indent(look: Look) -> usize {
    if look.decorated { 2 } else { 0 }
}

/// A text in lines.
pub(super) fn text_lines(role: Role, text: &str, columns: usize) -> Vec<Line> {
    wrap(text, columns.min(WIDEST_TEXT))
        .into_iter()
        .map(|line| Line::of(role, line))
        .collect()
}

/// Commands and links: never wrapped, and without indent where they may go into a file.
fn verbatim_lines(lines: &[String], look: Look) -> Vec<Line> {
    let indent = if look.decorated { 4 } else { 0 };
    lines
        .iter()
        .flat_map(|line| line.split('\n'))
        .map(|line| Line::of(Role::Text, visible(line)).indented(indent))
        .collect()
}

fn rows_lines(rows: &[Row], columns: usize, look: Look) -> Vec<Line> {
    let labels = rows.iter().map(|row| width(&visible(&row.label)) + 2);
    let gutter = labels.max().unwrap_or(0).max(GUTTER);
    // Where one value has no room beside its label, all of them stand below theirs.
    let beside = rows.iter().all(|row| fits_beside(row, gutter, columns));
    rows.iter()
        .flat_map(|row| lay_out_row(row, beside.then_some(gutter), columns, look))
        .collect()
}

/// A label, its value and its note: `Directory     Contoso  the only one`, in words `Directory: Contoso (the only one)`.
pub(super) fn row_lines(row: &Row, gutter: usize, columns: usize, look: Look) -> Vec<Line> {
    let beside = fits_beside(row, gutter, columns);
    lay_out_row(row, beside.then_some(gutter), columns, look)
}

/// Whether a value has room behind the gutter without being broken where it may not be.
fn fits_beside(row: &Row, gutter: usize, columns: usize) -> bool {
    let room = columns.saturating_sub(gutter);
    let widest = widest_piece(&row.value);
    room >= NARROWEST_TEXT && (widest <= room || widest > columns.saturating_sub(2))
}

/// A row with its value behind the gutter, or below its label where there is no gutter.
fn lay_out_row(row: &Row, gutter: Option<usize>, columns: usize, look: Look) -> Vec<Line> {
    let label = visible(&row.label);
    if !look.decorated {
        let note = if row.note.is_empty() {
            String::new()
        } else {
            format!(" ({})", row.note)
        };
        return labelled_text(&label, &format!("{}{note}", row.value), columns);
    }
    let start = gutter.unwrap_or(2);
    let mut lead = pad(&label, start);
    let mut lines = Vec::new();
    if gutter.is_none() {
        lines.push(Line::of(Role::Dim, std::mem::take(&mut lead)));
    }
    for text in wrap(&row.value, columns.saturating_sub(start).min(WIDEST_TEXT)) {
        let lead = pad(&std::mem::take(&mut lead), start);
        lines.push(Line::of(Role::Dim, lead).with(Role::Text, text));
    }
    add_note(&mut lines, &visible(&row.note), start, columns);
    lines
}

/// Puts a remark behind the last line, or below it where there is no room.
fn add_note(lines: &mut Vec<Line>, note: &str, start: usize, columns: usize) {
    if note.is_empty() {
        return;
    }
    if let Some(last) = lines.last_mut()
        && width(&last.text()) + 2 + width(note) <= columns
    {
        let line = std::mem::take(last);
        *last = line.with(Role::Text, "  ").with(Role::Dim, note);
        return;
    }
    let below = wrap(note, columns.saturating_sub(start));
    lines.extend(
        below
            .into_iter()
            .map(|text| Line::of(Role::Dim, text).indented(start)),
    );
}

/// `Label: text`, its further lines moved in.
fn labelled_text(label: &str, text: &str, columns: usize) -> Vec<Line> {
    let text = if label.is_empty() {
        text.to_owned()
    } else {
        format!("{label}: {text}")
    };
    wrap(&text, columns.saturating_sub(2).min(WIDEST_TEXT))
        .into_iter()
        .enumerate()
        .map(|(at, line)| Line::of(Role::Text, line).indented(if at == 0 { 0 } else { 2 }))
        .collect()
}

fn table_lines(headings: &[String], rows: &[Vec<String>], columns: usize, look: Look) -> Vec<Line> {
    if rows.is_empty() {
        return vec![Line::of(Role::Dim, "none")];
    }
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| visible(cell)).collect())
        .collect();
    let widths = column_widths(headings, &rows);
    let total = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    if look.spoken || total > columns {
        return grouped_lines(headings, &rows, columns, look);
    }
    let headings = table_line(Role::Dim, headings, &widths);
    let rows = rows.iter().map(|row| table_line(Role::Text, row, &widths));
    std::iter::once(headings).chain(rows).collect()
}

fn column_widths(headings: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..count.max(headings.len()))
        .map(|at| {
            std::iter::once(headings)
                .chain(rows.iter().map(Vec::as_slice))
                .filter_map(|row| row.get(at))
                .map(|cell| width(cell))
                .max()
                .unwrap_or(0)
        })
        .collect()
}

fn table_line(role: Role, cells: &[String], widths: &[usize]) -> Line {
    let cells: Vec<String> = cells
        .iter()
        .zip(widths)
        .map(|(cell, columns)| pad(cell, *columns))
        .collect();
    Line::of(role, cells.join("  ").trim_end())
}

/// A table on a narrow screen: each row is a group of labelled lines.
fn grouped_lines(
    headings: &[String],
    rows: &[Vec<String>],
    columns: usize,
    look: Look,
) -> Vec<Line> {
    let group = |row: &Vec<String>| -> Vec<Row> {
        row.iter()
            .enumerate()
            .map(|(at, cell)| Row {
                label: headings.get(at).cloned().unwrap_or_default(),
                value: cell.clone(),
                note: String::new(),
            })
            .collect()
    };
    let groups: Vec<Vec<Line>> = rows
        .iter()
        .map(|row| rows_lines(&group(row), columns, look))
        .collect();
    groups.join(&Line::default())
}

fn items_lines(items: &[Item], columns: usize, look: Look) -> Vec<Line> {
    if !look.decorated {
        return items
            .iter()
            .flat_map(|item| item_in_words(item, columns))
            .collect();
    }
    let lead = items
        .iter()
        .map(|item| width(&lead_of(item, look).text()))
        .max()
        .unwrap_or(0);
    let title = items
        .iter()
        .filter(|item| !item.text.is_empty())
        .map(|item| width(&visible(&item.title)))
        .filter(|columns| *columns <= WIDEST_TITLE)
        .max()
        .unwrap_or(0);
    items
        .iter()
        .flat_map(|item| item_lines(item, lead, title, columns, look))
        .collect()
}

/// What an item's line begins with: the sign of its state, or the word where it has none (`create`).
fn lead_of(item: &Item, look: Look) -> Line {
    match State::named(&item.state) {
        Some(state) => Line::of(state.role(), look.sign(state)),
        None => Line::of(Role::Accent, visible(&item.state)),
    }
}

fn item_lines(item: &Item, lead: usize, title: usize, columns: usize, look: Look) -> Vec<Line> {
    let start = if lead == 0 {
        0
    } else {
        lead + 1 + usize::from(lead > 1)
    };
    let sign = lead_of(item, look);
    let gap = start.saturating_sub(width(&sign.text()));
    let sign = sign.with(Role::Text, " ".repeat(gap));
    let mut lines = Vec::new();
    for text in wrap(&item.title, columns.saturating_sub(start)) {
        lines.push(Line::of(Role::Text, text).indented(start));
    }
    if let Some(first) = lines.first_mut() {
        let text = first.text();
        *first = sign.with(Role::Text, text.get(start..).unwrap_or_default());
    }
    add_text(&mut lines, &item.text, start, title, columns);
    let labels = item
        .lines
        .iter()
        .map(|(label, _)| width(&visible(label)))
        .max()
        .unwrap_or(0);
    for (label, text) in &item.lines {
        lines.extend(labelled_lines(label, text, labels, start + 2, columns));
    }
    lines
}

/// Puts an item's text behind its title, in the column that all texts share, or below the title where there is no room.
fn add_text(lines: &mut Vec<Line>, text: &str, start: usize, title: usize, columns: usize) {
    if visible(text).is_empty() {
        return;
    }
    let title_end = lines.last().map_or(0, |line| width(&line.text()));
    let column = (start + title).max(title_end) + 2;
    let room = columns.saturating_sub(column);
    // What may not be broken sticks out less on a line of its own.
    let fits = widest_piece(text) <= room && (room >= NARROWEST_TEXT || width(text) <= room);
    let (column, room) = if fits && lines.len() == 1 {
        (column, room)
    } else {
        (start + 2, columns.saturating_sub(start + 2))
    };
    for (at, part) in wrap(text, room.min(WIDEST_TEXT)).into_iter().enumerate() {
        match lines.last_mut() {
            Some(last) if at == 0 && column > title_end => {
                let gap = " ".repeat(column - title_end);
                *last = std::mem::take(last)
                    .with(Role::Text, gap)
                    .with(Role::Text, part);
            }
            _ => lines.push(Line::of(Role::Text, part).indented(column)),
        }
    }
}

/// `Why   …` below something, `labels` wide, `start` from the left.
pub(super) fn labelled_lines(
    label: &str,
    text: &str,
    labels: usize,
    start: usize,
    columns: usize,
) -> Vec<Line> {
    let labels = labels + 3;
    let room = columns.saturating_sub(start + labels);
    let mut label = visible(label);
    wrap(text, room.min(WIDEST_TEXT))
        .into_iter()
        .map(|part| {
            let lead = pad(&std::mem::take(&mut label), labels);
            Line::of(Role::Dim, lead)
                .with(Role::Text, part)
                .indented(start)
        })
        .collect()
}

fn item_in_words(item: &Item, columns: usize) -> Vec<Line> {
    let text = if item.text.is_empty() {
        item.title.clone()
    } else {
        format!("{}, {}", item.title, item.text)
    };
    let mut lines = labelled_text(&visible(&item.state), &text, columns);
    for (label, text) in &item.lines {
        let below = labelled_text(&visible(label), text, columns.saturating_sub(2));
        lines.extend(below.into_iter().map(|line| line.indented(2)));
    }
    lines
}

fn bars_lines(
    title: &str,
    bars: &[(String, f64)],
    summary: &str,
    columns: usize,
    look: Look,
) -> Vec<Line> {
    let mut lines = text_lines(Role::Strong, title, columns);
    if look.decorated {
        lines.extend(chart::lines(bars, columns, look));
    }
    lines.extend(text_lines(Role::Text, summary, columns));
    lines
}

/// The blocks as a text for a file: words only, no wider than running text.
pub(super) fn text(blocks: &[Block]) -> String {
    let lines = lay_out(blocks, WIDEST_TEXT, Look::PLAIN);
    lines
        .iter()
        .map(|line| format!("{}\n", line.text()))
        .collect()
}

#[cfg(test)]
mod tests;
