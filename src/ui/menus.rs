//! Lists to choose from with the arrow keys, and long ones with a search.
//!
//! Called by `terminal` only: keys can be read one by one only where there is a terminal. A list is drawn, a key is read, and it is drawn
//! again in its place. No line is wider than the screen: one that the terminal wraps by itself would be counted as one and spoil that.

mod list;
mod rows;

use std::io;

use console::Term;

use self::list::{Kind, List, Next};
use self::rows::{Rows, lines_of};
use crate::error::Result;
use crate::ui::numbers;
use crate::ui::prompts::{failed, interrupted};
use crate::ui::terminal_guard::unechoed;
use crate::ui::theme::{Line, Look, Role};
use crate::ui::wrap::{visible, width};
use crate::ui::{Ask, Choice, back, narrow};

/// As many matches are shown below a search.
const MOST_MATCHES: usize = 10;

/// Lets the person choose one: with the arrow keys, a long list by typing a part of the name.
pub(super) fn one(ask: &Ask, options: &[Choice], look: Look) -> Result<usize> {
    let kind = if narrow::is_long(options) {
        Kind::Search
    } else {
        Kind::One
    };
    let chosen = choose(kind, ask, options, look)?;
    chosen.first().copied().ok_or_else(interrupted)
}

/// Lets the person tick some, perhaps none.
pub(super) fn several(ask: &Ask, options: &[Choice], look: Look) -> Result<Vec<usize>> {
    choose(Kind::Many, ask, options, look)
}

fn choose(kind: Kind, ask: &Ask, options: &[Choice], look: Look) -> Result<Vec<usize>> {
    let terminal = Term::buffered_stderr();
    let default = numbers::default(ask, options);
    let mut list = List::new(kind, options, default, ask.can_go_back);
    // Dropped once the last key is read.
    let _silent = unechoed();
    let ended = keys(&terminal, &mut list, |list, (lines, columns)| {
        let columns = columns.saturating_sub(1).max(20);
        frame(kind, list, ask, options, (lines, columns, look))
    });
    // A list that was cut off leaves the cursor hidden.
    let _ = terminal.show_cursor().and_then(|()| terminal.flush());
    match ended.map_err(|error| failed(error, ask))? {
        Next::Chosen(chosen) => Ok(chosen),
        Next::Back => Err(back()),
        Next::Stop | Next::Draw => Err(interrupted()),
    }
}

/// Draws and reads keys until the list is done, and takes it off the screen.
fn keys(
    terminal: &Term,
    list: &mut List,
    frame: impl Fn(&List, (usize, usize)) -> Frame,
) -> io::Result<Next> {
    terminal.hide_cursor()?;
    let mut drawn = 0;
    loop {
        let (lines, columns) = terminal.size();
        let next = frame(list, (usize::from(lines), usize::from(columns)));
        terminal.clear_last_lines(drawn)?;
        for line in &next.lines {
            terminal.write_line(line)?;
        }
        terminal.flush()?;
        drawn = next.lines.len();
        match list.press(&terminal.read_key()?, next.page) {
            Next::Draw => {}
            ended => {
                terminal.clear_last_lines(drawn)?;
                return Ok(ended);
            }
        }
    }
}

/// What is drawn, and how many rows of the list it has room for.
struct Frame {
    lines: Vec<String>,
    page: usize,
}

fn frame(
    kind: Kind,
    list: &List,
    ask: &Ask,
    options: &[Choice],
    (height, columns, look): (usize, usize, Look),
) -> Frame {
    let paint = |line: Line| look.paint(&line);
    let mut lines: Vec<String> = question(ask, list, columns)
        .into_iter()
        .map(paint)
        .collect();
    if kind == Kind::Search {
        let search = visible(&list.search);
        let line = Line::of(Role::Accent, "  / ").with(Role::Strong, format!("{search}|"));
        lines.push(paint(line));
    }
    let rows = Rows::new(options, kind == Kind::Many, columns);
    let room = height.saturating_sub(lines.len() + 2);
    let page = (room / rows.highest()).max(1);
    let page = if kind == Kind::Search {
        page.min(MOST_MATCHES)
    } else {
        page
    };
    // As much of the list as fits, with the cursor in it.
    let first = list.at.saturating_sub(page - 1);
    for (place, at) in list.shown.iter().enumerate().skip(first).take(page) {
        let ticked = (kind == Kind::Many).then(|| list.ticked[*at]);
        let row = rows.lines(*at, place == list.at, ticked, look);
        lines.extend(row.into_iter().map(paint));
    }
    let count = match list.shown.len() {
        0 => Some("Nothing in the list has that in its name.".to_owned()),
        all if all > page => Some(format!("{} of {all}", list.at + 1)),
        _ => None,
    };
    lines.extend(count.map(|text| paint(Line::of(Role::Dim, text).indented(4))));
    Frame { lines, page }
}

/// The question, what the keys do, and on request what it means.
fn question(ask: &Ask, list: &List, columns: usize) -> Vec<Line> {
    let columns = columns.saturating_sub(2);
    let of = |role: Role, text: &str| {
        lines_of(text, columns)
            .into_iter()
            .map(move |line| Line::of(role, line))
    };
    let keys = list.keys(!ask.help.is_empty());
    let mut lines: Vec<Line> = of(Role::Strong, &visible(&ask.prompt)).collect();
    match lines.last_mut() {
        Some(last) if width(&last.text()) + 2 + width(&keys) <= columns => {
            *last = std::mem::take(last).with(Role::Dim, format!("  {keys}"));
        }
        _ => lines.extend(of(Role::Dim, &keys)),
    }
    if list.explained {
        lines.extend(of(Role::Dim, &visible(&ask.help)));
    }
    lines.into_iter().map(|line| line.indented(2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(count: usize) -> Vec<Choice> {
        (0..count)
            .map(|at| Choice {
                label: format!("Contoso {at:04}"),
                detail: format!("id-{at:04}"),
            })
            .collect()
    }

    fn shown(kind: Kind, list: &List, options: &[Choice]) -> Vec<String> {
        let ask = Ask {
            prompt: "Which subscription?".into(),
            help: "In the portal under Subscriptions.".into(),
            ..Ask::default()
        };
        frame(kind, list, &ask, options, (24, 100, Look::PLAIN)).lines
    }

    #[test]
    fn a_long_list_shows_a_page_with_the_cursor_and_says_how_long_it_is() {
        let options = options(1_200);
        let mut list = List::new(Kind::Search, &options, Some(1_100), false);
        let lines = shown(Kind::Search, &list, &options);
        assert_eq!(lines.len(), 2 + MOST_MATCHES + 1, "{lines:#?}");
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("  > Contoso 1100"))
                || lines.iter().any(|line| line.contains("› Contoso 1100")),
            "{lines:#?}"
        );
        assert_eq!(lines.last().map(|line| line.trim()), Some("1101 of 1200"));
        list.search = "nothing like it".to_owned();
        list.shown.clear();
        let lines = shown(Kind::Search, &list, &options);
        assert!(
            lines
                .last()
                .is_some_and(|line| line.contains("Nothing in the list"))
        );
    }

    #[test]
    fn the_explanation_comes_on_request() {
        let options = options(3);
        let mut list = List::new(Kind::One, &options, None, true);
        let lines = shown(Kind::One, &list, &options);
        assert!(
            lines[0].contains("? explains, Left goes back, Esc stops"),
            "{lines:#?}"
        );
        assert!(!lines.iter().any(|line| line.contains("In the portal")));
        list.explained = true;
        let lines = shown(Kind::One, &list, &options);
        assert_eq!(lines[1], "  In the portal under Subscriptions.");
    }
}
