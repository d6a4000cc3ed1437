//! Lists to choose from with the arrow keys, and long ones with a search.
//!
//! Called by `terminal` only, because `FuzzySelect` spins for ever without a terminal. dialoguer clears as many lines as it believes it
//! wrote, and it counts bytes instead of columns; so menus hand it numbers as items and write the real rows, which never wrap, in the
//! theme.

use std::fmt;

use console::Term;
use dialoguer::theme::Theme;
use dialoguer::{FuzzySelect, MultiSelect, Select};

use crate::error::Result;
use crate::ui::layout::text_lines;
use crate::ui::numbers;
use crate::ui::prompts::{failed, interrupted};
use crate::ui::terminal_guard::{Unechoed, unechoed};
use crate::ui::theme::{Line, Look, Role};
use crate::ui::wrap::{chunks, pad, visible, width, wrap};
use crate::ui::{Ask, Choice};

/// Lists longer than this can be searched.
pub(super) const MOST_WITHOUT_SEARCH: usize = 7;
/// As many matches are shown below a search.
const MOST_MATCHES: usize = 10;
/// Before a row: the indent, the pointer, a space.
const LEAD: usize = 4;
/// Before a row that can be ticked, also the box.
const LEAD_TICKED: usize = LEAD + 4;

const KEYS_ONE: &str = "arrows move, Enter chooses, Esc stops";
const KEYS_MANY: &str = "Space ticks, a ticks all, Enter chooses, Esc stops";
const KEYS_SEARCH: &str = "type to search, Enter chooses, Esc stops";

/// Lets the person choose one with the arrow keys.
pub(super) fn one(ask: &Ask, options: &[Choice], look: Look) -> Result<usize> {
    let terminal = Term::stderr();
    let menu = Menu::new(ask, KEYS_ONE, options, LEAD, look, &terminal);
    let chosen = Select::with_theme(&menu)
        .with_prompt(&ask.prompt)
        .items(menu.numbers())
        .default(numbers::default(ask, options).unwrap_or(0))
        .max_length(menu.page(&terminal))
        .report(false)
        .interact_on_opt(&terminal);
    answer(chosen, ask)
}

/// Lets the person tick some, perhaps none.
pub(super) fn several(ask: &Ask, options: &[Choice], look: Look) -> Result<Vec<usize>> {
    let terminal = Term::stderr();
    let menu = Menu::new(ask, KEYS_MANY, options, LEAD_TICKED, look, &terminal);
    let default = numbers::default(ask, options);
    let ticked: Vec<bool> = (0..options.len()).map(|at| Some(at) == default).collect();
    let chosen = MultiSelect::with_theme(&menu)
        .with_prompt(&ask.prompt)
        .items(menu.numbers())
        .defaults(&ticked)
        .max_length(menu.page(&terminal))
        .report(false)
        .interact_on_opt(&terminal);
    answer(chosen, ask)
}

/// Lets the person search for one; nothing where the rows are too long for the screen to be searched.
pub(super) fn search(ask: &Ask, options: &[Choice], look: Look) -> Option<Result<usize>> {
    let terminal = Term::stderr();
    let (lines, columns) = terminal.size();
    let rows = searchable(options, usize::from(columns))?;
    let order = default_first(numbers::default(ask, options), rows.len());
    let menu = Menu::new(ask, KEYS_SEARCH, &[], LEAD, look, &terminal);
    let room = usize::from(lines).saturating_sub(menu.question_lines() + 2);
    let chosen = FuzzySelect::with_theme(&menu)
        .with_prompt(&ask.prompt)
        .items(order.iter().map(|at| rows[*at].as_str()))
        .default(0)
        .max_length(room.clamp(1, MOST_MATCHES))
        .report(false)
        .interact_on_opt(&terminal);
    Some(answer(chosen, ask).map(|at| order[at]))
}

/// The list's order with the default at the top: a search shows its first rows only, and Enter alone takes the first.
fn default_first(default: Option<usize>, count: usize) -> Vec<usize> {
    let rest = (0..count).filter(|at| Some(*at) != default);
    default.into_iter().chain(rest).collect()
}

fn answer<T>(chosen: dialoguer::Result<Option<T>>, ask: &Ask) -> Result<T> {
    match chosen {
        Ok(Some(chosen)) => Ok(chosen),
        Ok(None) => Err(interrupted()),
        Err(dialoguer::Error::IO(error)) => {
            // A prompt that was cut off leaves the cursor hidden.
            let _ = Term::stderr().show_cursor();
            Err(failed(error, ask))
        }
    }
}

/// The rows of a search: one line each, no two the same. dialoguer counts a row's bytes against the screen's columns, so a row has to
/// be short by that measure too. Nothing where an id does not fit.
fn searchable(options: &[Choice], columns: usize) -> Option<Vec<String>> {
    let room = columns.saturating_sub(3);
    let label = label_column(options);
    let mut rows: Vec<String> = Vec::new();
    for (at, option) in options.iter().enumerate() {
        let (name, id) = (visible(&option.label), visible(&option.detail));
        let fits = |row: &String| row.len() <= room;
        let row = Some(format!("{}  {id}", pad(&name, label)).trim_end().to_owned())
            .filter(fits)
            .or_else(|| Some(format!("{name}  {id}")).filter(fits))
            .or_else(|| {
                shortened(&name, room.checked_sub(id.len() + 5)?)
                    .map(|name| format!("{name}...  {id}"))
            })?;
        if rows.contains(&row) {
            rows.push(Some(format!("{row} #{}", at + 1)).filter(fits)?);
        } else {
            rows.push(row);
        }
    }
    Some(rows)
}

/// The beginning of a name, of at most so many bytes; nothing where too little would be left to know it by.
fn shortened(name: &str, bytes: usize) -> Option<String> {
    let mut short = String::new();
    for c in name.chars() {
        if short.len() + c.len_utf8() > bytes {
            break;
        }
        short.push(c);
    }
    (short.len() >= 8).then_some(short)
}

fn label_column(options: &[Choice]) -> usize {
    options
        .iter()
        .filter(|option| !option.detail.is_empty())
        .map(|option| width(&visible(&option.label)))
        .max()
        .unwrap_or(0)
        .min(40)
}

/// What dialoguer shows: the question, and rows by number.
struct Menu {
    look: Look,
    question: Vec<String>,
    rows: Vec<MenuRow>,
    lead: usize,
    /// Dropped with the menu, once its last key is read.
    _silent: Unechoed,
}

/// A row: its name, and its id behind or below it.
struct MenuRow {
    label: Vec<String>,
    detail: String,
    below: Vec<String>,
}

impl Menu {
    fn new(
        ask: &Ask,
        keys: &str,
        options: &[Choice],
        lead: usize,
        look: Look,
        terminal: &Term,
    ) -> Menu {
        let columns = usize::from(terminal.size().1)
            .saturating_sub(1)
            .max(lead + 8);
        let label = label_column(options);
        Menu {
            look,
            question: question(ask, keys, columns, look),
            rows: options
                .iter()
                .map(|option| MenuRow::new(option, label, columns - lead))
                .collect(),
            lead,
            _silent: unechoed(),
        }
    }

    fn numbers(&self) -> Vec<String> {
        (0..self.rows.len()).map(|at| at.to_string()).collect()
    }

    fn question_lines(&self) -> usize {
        self.question.len()
    }

    /// As many rows as the screen has room for.
    fn page(&self, terminal: &Term) -> usize {
        let room = usize::from(terminal.size().0).saturating_sub(self.question_lines() + 2);
        let highest = self.rows.iter().map(MenuRow::height).max().unwrap_or(1);
        (room / highest).max(1)
    }

    fn write_question(&self, f: &mut dyn fmt::Write) -> fmt::Result {
        f.write_str(&self.question.join("\n"))
    }

    fn write_row(
        &self,
        f: &mut dyn fmt::Write,
        number: &str,
        active: bool,
        tick: &str,
    ) -> fmt::Result {
        let Some(row) = number.parse().ok().and_then(|at: usize| self.rows.get(at)) else {
            return Ok(());
        };
        let pointer = if active { self.look.pointer() } else { " " };
        let (name, rest) = if active {
            (Role::Strong, Role::Text)
        } else {
            (Role::Text, Role::Dim)
        };
        let mut lead = Line::of(Role::Accent, format!("  {pointer} ")).with(name, tick);
        let mut lines: Vec<String> = Vec::new();
        for (at, label) in row.label.iter().enumerate() {
            let line = std::mem::take(&mut lead).with(name, label.as_str());
            let last = at + 1 == row.label.len();
            let line = line.with(rest, if last { row.detail.as_str() } else { "" });
            let indent = if at == 0 { 0 } else { self.lead };
            lines.push(self.look.paint(&line.indented(indent)));
        }
        for below in &row.below {
            let line = Line::of(rest, below.as_str()).indented(self.lead);
            lines.push(self.look.paint(&line));
        }
        f.write_str(&lines.join("\n"))
    }
}

impl MenuRow {
    fn new(option: &Choice, label: usize, columns: usize) -> MenuRow {
        let (name, detail) = (visible(&option.label), visible(&option.detail));
        let beside = label.max(width(&name)) + 2 + width(&detail) <= columns;
        if detail.is_empty() || !beside {
            return MenuRow {
                label: chunks(&name, columns),
                detail: String::new(),
                below: lines_of(&detail, columns),
            };
        }
        MenuRow {
            label: vec![pad(&name, label)],
            detail: format!("  {detail}"),
            below: Vec::new(),
        }
    }

    fn height(&self) -> usize {
        self.label.len() + self.below.len()
    }
}

/// A sentence in lines broken at its words; anything that is then still too wide is cut to fit.
fn lines_of(text: &str, columns: usize) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    wrap(text, columns)
        .iter()
        .flat_map(|line| chunks(line, columns))
        .collect()
}

fn question(ask: &Ask, keys: &str, columns: usize, look: Look) -> Vec<String> {
    let prompt = visible(&ask.prompt);
    let columns = columns.saturating_sub(2);
    let mut lines = text_lines(Role::Strong, &prompt, columns);
    if !ask.help.is_empty() {
        lines.extend(text_lines(Role::Dim, &ask.help, columns));
    }
    let beside = lines
        .first()
        .filter(|line| width(&line.text()) + 2 + width(keys) <= columns);
    match beside.cloned() {
        Some(line) => lines[0] = line.with(Role::Text, "  ").with(Role::Dim, keys),
        None => lines.extend(text_lines(Role::Dim, keys, columns)),
    }
    lines
        .into_iter()
        .map(|line| look.paint(&line.indented(2)))
        .collect()
}

impl Theme for Menu {
    fn format_select_prompt(&self, f: &mut dyn fmt::Write, _: &str) -> fmt::Result {
        self.write_question(f)
    }

    fn format_select_prompt_item(
        &self,
        f: &mut dyn fmt::Write,
        number: &str,
        active: bool,
    ) -> fmt::Result {
        self.write_row(f, number, active, "")
    }

    fn format_multi_select_prompt(&self, f: &mut dyn fmt::Write, _: &str) -> fmt::Result {
        self.write_question(f)
    }

    fn format_multi_select_prompt_item(
        &self,
        f: &mut dyn fmt::Write,
        number: &str,
        checked: bool,
        active: bool,
    ) -> fmt::Result {
        self.write_row(f, number, active, if checked { "[x] " } else { "[ ] " })
    }

    fn format_fuzzy_select_prompt(
        &self,
        f: &mut dyn fmt::Write,
        _: &str,
        search: &str,
        cursor: usize,
    ) -> fmt::Result {
        self.write_question(f)?;
        let (before, after) = search.split_at(cursor);
        let line = Line::of(Role::Accent, "  / ").with(Role::Strong, format!("{before}|{after}"));
        write!(f, "\n{}", self.look.paint(&line))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn choice(label: &str, detail: &str) -> Choice {
        Choice {
            label: label.into(),
            detail: detail.into(),
        }
    }

    #[test]
    fn a_search_shortens_names_and_never_ids() {
        let id = "11111111-2222-3333-4444-555555555555";
        let options = [
            choice("A subscription with a name that goes on and on", id),
            choice("東京支社の本番環境", id),
            choice("東京支社の本番環境", id),
            choice("Short", ""),
        ];
        let rows = searchable(&options, 80).unwrap();
        assert!(rows[0].starts_with("A subscription with a name that go"));
        let whole = |row: &String| row.contains(id) && row.len() <= 77;
        assert!(rows.iter().take(3).all(whole));
        assert!(rows[2].ends_with("#3"), "{}", rows[2]);
        assert_eq!(rows[3], "Short");
        assert_eq!(
            searchable(&[choice("Name of a scope", &"x".repeat(90))], 80),
            None
        );
    }

    #[test]
    fn enter_alone_takes_the_default_of_a_search() {
        assert_eq!(default_first(Some(2), 4), [2, 0, 1, 3]);
        assert_eq!(default_first(None, 3), [0, 1, 2]);
    }

    proptest! {
        #[test]
        fn no_line_of_a_menu_is_wider_than_the_screen(label in "\\PC{0,80}", detail in "[a-z0-9/-]{0,120}", columns in 20_usize..200) {
            let row = MenuRow::new(&choice(&label, &detail), 20, columns);
            for line in row.label.iter().chain(&row.below) {
                prop_assert!(width(line) + width(&row.detail) <= columns);
            }
            let shown = row.label.concat().trim_end().len() + row.detail.trim_start().len() + row.below.concat().len();
            prop_assert_eq!(shown, visible(&label).trim_end().len() + detail.len());
        }
    }
}
