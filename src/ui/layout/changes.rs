//! The rows of a plan: what is done, what it needs, and whether the person may.

use super::{WIDEST_TEXT, add_note, add_text, labelled_text};
use crate::ui::theme::{Line, Look, Role, State};
use crate::ui::wrap::{pad, visible, width, wrap};
use crate::ui::{Need, Planned};

/// Leads the rights of a change.
const NEEDS: &str = "Needs";

/// All rows: `create  App registration "…"`, and below each `Needs   Application Developer  ✓ you have it`.
pub(super) fn lines(changes: &[Planned], columns: usize, look: Look) -> Vec<Line> {
    if !look.decorated {
        return changes
            .iter()
            .flat_map(|change| in_words(change, columns))
            .collect();
    }
    let words = changes.iter().map(|one| width(&visible(&one.change)));
    let start = words.max().unwrap_or(0) + 2;
    changes
        .iter()
        .flat_map(|change| decorated(change, start, columns, look))
        .collect()
}

/// What is there already stands back behind what is made.
fn role_of(change: &str) -> Role {
    match change {
        "reuse" => Role::Dim,
        "remove" => Role::Attention,
        _ => Role::Accent,
    }
}

fn decorated(change: &Planned, start: usize, columns: usize, look: Look) -> Vec<Line> {
    let mut word = visible(&change.change);
    let mut lines: Vec<Line> = wrap(&change.title, columns.saturating_sub(start))
        .into_iter()
        .map(|text| {
            let word = std::mem::take(&mut word);
            Line::of(role_of(&change.change), pad(&word, start)).with(Role::Text, text)
        })
        .collect();
    add_text(&mut lines, &change.text, start, 0, columns);
    add_note(&mut lines, &visible(&change.source), start + 2, columns);
    for need in &change.needs {
        lines.extend(need_lines(need, start + 2, columns, look));
    }
    lines
}

fn need_lines(need: &Need, start: usize, columns: usize, look: Look) -> Vec<Line> {
    let column = start + NEEDS.len() + 3;
    let mut lead = NEEDS;
    let room = columns.saturating_sub(column).min(WIDEST_TEXT);
    let mut lines: Vec<Line> = wrap(&need.right, room)
        .into_iter()
        .map(|part| {
            let lead = pad(std::mem::take(&mut lead), NEEDS.len() + 3);
            Line::of(Role::Dim, lead)
                .with(Role::Text, part)
                .indented(start)
        })
        .collect();
    let mark = mark(need, look);
    let marked = width(&mark.text());
    match lines.last_mut() {
        _ if marked == 0 => {}
        Some(last) if width(&last.text()) + 2 + marked <= columns => {
            *last = std::mem::take(last).with(Role::Text, "  ").and(mark);
        }
        _ => lines.push(mark.indented(column)),
    }
    lines
}

/// `✓ you have it`.
fn mark(need: &Need, look: Look) -> Line {
    let held = visible(&need.held);
    match State::named(&need.state) {
        Some(state) if !held.is_empty() => Line::of(state.role(), look.sign(state))
            .with(Role::Text, " ")
            .with(Role::Text, held),
        _ => Line::of(Role::Text, held),
    }
}

fn in_words(change: &Planned, columns: usize) -> Vec<Line> {
    let mut text = change.title.clone();
    if !change.text.is_empty() {
        text.push_str(&format!(", {}", change.text));
    }
    if !change.source.is_empty() {
        text.push_str(&format!(" ({})", change.source));
    }
    let mut lines = labelled_text(&visible(&change.change), &text, columns);
    for need in &change.needs {
        let text = need.to_string();
        let below = labelled_text(NEEDS, &text, columns.saturating_sub(2));
        lines.extend(below.into_iter().map(|line| line.indented(2)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look {
        decorated: true,
        ascii: false,
        spoken: false,
    };

    fn plan() -> Vec<Planned> {
        let need = |right: &str, state: &str, held: &str| Need {
            right: right.into(),
            state: state.into(),
            held: held.into(),
        };
        let change = |change: &str, title: &str, text: &str, needs: Vec<Need>| Planned {
            change: change.into(),
            title: title.into(),
            text: text.into(),
            source: if change == "create" && text.is_empty() {
                "your choice".into()
            } else {
                String::new()
            },
            needs,
        };
        vec![
            change("reuse", "App registration \"東京\"", "", Vec::new()),
            change(
                "create",
                "Client secret",
                "ends after 180 days",
                vec![need("Application Developer", "pass", "you have it")],
            ),
            change(
                "create",
                "Reader",
                "",
                vec![need("Owner", "fail", "you don't seem to have it")],
            ),
        ]
    }

    fn text(columns: usize, look: Look) -> Vec<String> {
        let lines = lines(&plan(), columns, look);
        lines.iter().map(Line::text).collect()
    }

    #[test]
    fn each_row_says_what_it_needs_and_whether_the_person_has_it() {
        assert_eq!(
            text(80, LOOK),
            [
                "reuse   App registration \"東京\"",
                "create  Client secret  ends after 180 days",
                "          Needs   Application Developer  ✓ you have it",
                "create  Reader  your choice",
                "          Needs   Owner  ✗ you don't seem to have it",
            ]
        );
        assert_eq!(
            text(80, Look::PLAIN)[1..],
            [
                "create: Client secret, ends after 180 days",
                "  Needs: Application Developer (you have it)",
                "create: Reader (your choice)",
                "  Needs: Owner (you don't seem to have it)",
            ]
        );
    }

    #[test]
    fn on_a_narrow_screen_the_mark_stands_below() {
        let narrow = text(42, LOOK);
        assert!(
            narrow.contains(&"                  ✓ you have it".to_owned()),
            "{narrow:#?}"
        );
        assert!(
            narrow
                .iter()
                .all(|line| width(line) <= 42 || !line.contains("Needs"))
        );
    }
}
