//! The rows of a list: names, with the id behind each, or below it where there is no room. No line is wider than the screen, and none is
//! cut short.

use crate::ui::Choice;
use crate::ui::theme::{Line, Look, Role};
use crate::ui::wrap::{chunks, pad, visible, width, wrap};

/// Before a row: the indent, the pointer, a space.
const LEAD: usize = 4;
/// Before a row that can be ticked, also the box.
const BOX: usize = 4;
/// Names up to this width make a column.
const WIDEST_LABEL: usize = 40;

/// All rows, laid out for one screen.
pub(super) struct Rows {
    rows: Vec<Row>,
    lead: usize,
}

/// A row: its name, and its id behind or below it.
struct Row {
    label: Vec<String>,
    detail: String,
    below: Vec<String>,
}

impl Rows {
    /// The choices as rows of at most so many columns.
    pub(super) fn new(options: &[Choice], have_boxes: bool, columns: usize) -> Rows {
        let lead = if have_boxes { LEAD + BOX } else { LEAD };
        let label = label_column(options);
        let columns = columns.max(lead + 8) - lead;
        let rows = options
            .iter()
            .map(|option| Row::new(option, label, columns));
        Rows {
            rows: rows.collect(),
            lead,
        }
    }

    /// How many lines the highest row has.
    pub(super) fn highest(&self) -> usize {
        let heights = self
            .rows
            .iter()
            .map(|row| row.label.len() + row.below.len());
        heights.max().unwrap_or(1).max(1)
    }

    /// A row's lines; `ticked` where it can be.
    pub(super) fn lines(
        &self,
        at: usize,
        is_active: bool,
        ticked: Option<bool>,
        look: Look,
    ) -> Vec<Line> {
        let Some(row) = self.rows.get(at) else {
            return Vec::new();
        };
        let pointer = if is_active { look.pointer() } else { " " };
        let (name, rest) = if is_active {
            (Role::Strong, Role::Text)
        } else {
            (Role::Text, Role::Dim)
        };
        let tick = match ticked {
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
            None => "",
        };
        let mut lead = Line::of(Role::Accent, format!("  {pointer} ")).with(name, tick);
        let mut lines = Vec::new();
        for (at, label) in row.label.iter().enumerate() {
            let line = std::mem::take(&mut lead).with(name, label.as_str());
            let last = at + 1 == row.label.len();
            let line = line.with(rest, if last { row.detail.as_str() } else { "" });
            lines.push(line.indented(if at == 0 { 0 } else { self.lead }));
        }
        let below = row.below.iter();
        lines.extend(below.map(|text| Line::of(rest, text.as_str()).indented(self.lead)));
        lines
    }
}

impl Row {
    fn new(option: &Choice, label: usize, columns: usize) -> Row {
        let (name, detail) = (visible(&option.label), visible(&option.detail));
        let beside = label.max(width(&name)) + 2 + width(&detail) <= columns;
        if detail.is_empty() || !beside {
            return Row {
                label: chunks(&name, columns),
                detail: String::new(),
                below: lines_of(&detail, columns),
            };
        }
        Row {
            label: vec![pad(&name, label)],
            detail: format!("  {detail}"),
            below: Vec::new(),
        }
    }
}

fn label_column(options: &[Choice]) -> usize {
    options
        .iter()
        .filter(|option| !option.detail.is_empty())
        .map(|option| width(&visible(&option.label)))
        .max()
        .unwrap_or(0)
        .min(WIDEST_LABEL)
}

/// A sentence in lines broken at its words; anything that is then still too wide is broken to fit.
pub(super) fn lines_of(text: &str, columns: usize) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    wrap(text, columns)
        .iter()
        .flat_map(|line| chunks(line, columns))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_line_of_a_list_is_wider_than_the_screen(label in "\\PC{0,80}", detail in "[a-z0-9/-]{0,120}", columns in 20_usize..200) {
            let option = Choice { label, detail };
            let row = Row::new(&option, 20, columns);
            for line in row.label.iter().chain(&row.below) {
                prop_assert!(width(line) + width(&row.detail) <= columns);
            }
            let shown = row.label.concat().trim_end().len() + row.detail.trim_start().len() + row.below.concat().len();
            prop_assert_eq!(shown, visible(&option.label).trim_end().len() + option.detail.len());
        }
    }
}
