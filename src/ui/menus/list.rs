//! What the keys do to a list: where the cursor is, what is ticked, what is searched for. Pure: no terminal, no drawing.

use console::Key;

use crate::ui::Choice;
use crate::ui::wrap::visible;

/// How a list is chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One, with the arrow keys.
    One,
    /// One, found by typing a part of its name.
    Search,
    /// Any, by ticking.
    Many,
}

/// What a key led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The list has another look, or the same.
    Draw,
    /// These were chosen.
    Chosen(Vec<usize>),
    /// The question before this one is wanted.
    Back,
    /// The person does not want to answer.
    Stop,
}

/// A list while it is chosen from.
#[derive(Debug)]
pub(super) struct List {
    kind: Kind,
    can_go_back: bool,
    /// What can be searched in, of each choice: its name, and all of it.
    texts: Vec<[String; 2]>,
    /// The choices that the search leaves, in their order.
    pub(super) shown: Vec<usize>,
    /// The cursor: a place in `shown`.
    pub(super) at: usize,
    /// What is searched for.
    pub(super) search: String,
    /// Whether each choice is ticked.
    pub(super) ticked: Vec<bool>,
    /// Whether the question is explained.
    pub(super) explained: bool,
}

impl List {
    /// A list that begins at the default: there is the cursor, and where several may be chosen, it is ticked.
    pub(super) fn new(
        kind: Kind,
        options: &[Choice],
        default: Option<usize>,
        can_go_back: bool,
    ) -> List {
        let text = |option: &Choice| {
            let name = visible(&option.label).to_lowercase();
            let whole = format!("{name} {}", visible(&option.detail).to_lowercase());
            [name, whole]
        };
        List {
            kind,
            can_go_back,
            texts: options.iter().map(text).collect(),
            shown: (0..options.len()).collect(),
            at: default.unwrap_or(0),
            search: String::new(),
            ticked: (0..options.len())
                .map(|at| kind == Kind::Many && Some(at) == default)
                .collect(),
            explained: false,
        }
    }

    /// Takes a key; `page` is how many rows a page has.
    pub(super) fn press(&mut self, key: &Key, page: usize) -> Next {
        match key {
            Key::Escape => return Next::Stop,
            Key::ArrowLeft if self.can_go_back => return Next::Back,
            Key::Char('<') if self.can_go_back && self.search.is_empty() => return Next::Back,
            Key::Enter => return self.chosen(),
            Key::ArrowDown | Key::Tab => self.step(1),
            Key::ArrowUp | Key::BackTab => self.step(self.shown.len().saturating_sub(1)),
            Key::PageDown => self.at = (self.at + page).min(self.last()),
            Key::PageUp => self.at = self.at.saturating_sub(page),
            Key::Home => self.at = 0,
            Key::End => self.at = self.last(),
            Key::Backspace if self.kind == Kind::Search => {
                self.search.pop();
                self.narrow();
            }
            Key::Char('?') => self.explained = !self.explained,
            Key::Char(letter) => return self.letter(*letter),
            _ => {}
        }
        Next::Draw
    }

    fn letter(&mut self, letter: char) -> Next {
        match (self.kind, letter) {
            (Kind::Search, letter) if !letter.is_control() => {
                self.search.push(letter);
                self.narrow();
            }
            (Kind::Search, _) => {}
            (_, 'j') => self.step(1),
            (_, 'k') => self.step(self.shown.len().saturating_sub(1)),
            (Kind::One, ' ') => return self.chosen(),
            (Kind::Many, ' ') => {
                if let Some(at) = self.shown.get(self.at) {
                    self.ticked[*at] = !self.ticked[*at];
                }
            }
            (Kind::Many, 'a') => {
                let all = self.ticked.iter().all(|ticked| *ticked);
                self.ticked.fill(!all);
            }
            _ => {}
        }
        Next::Draw
    }

    fn last(&self) -> usize {
        self.shown.len().saturating_sub(1)
    }

    fn step(&mut self, by: usize) {
        if !self.shown.is_empty() {
            self.at = (self.at + by) % self.shown.len();
        }
    }

    /// Leaves the choices that have every word of the search in their name, and below them those that have it in their id.
    fn narrow(&mut self) {
        let search = self.search.to_lowercase();
        let has_all = |text: &String| search.split_whitespace().all(|word| text.contains(word));
        let all = 0..self.texts.len();
        let (by_name, others): (Vec<usize>, Vec<usize>) =
            all.partition(|at| has_all(&self.texts[*at][0]));
        let by_id = others.into_iter().filter(|at| has_all(&self.texts[*at][1]));
        self.shown = by_name.into_iter().chain(by_id).collect();
        self.at = 0;
    }

    fn chosen(&self) -> Next {
        if self.kind == Kind::Many {
            let ticked = (0..self.ticked.len()).filter(|at| self.ticked[*at]);
            return Next::Chosen(ticked.collect());
        }
        match self.shown.get(self.at) {
            Some(at) => Next::Chosen(vec![*at]),
            None => Next::Draw,
        }
    }

    /// What the keys do, in a line.
    pub(super) fn keys(&self, has_help: bool) -> String {
        let first: &[&str] = match self.kind {
            Kind::One => &["arrows move", "Enter chooses"],
            Kind::Search => &["type to search", "Enter chooses"],
            Kind::Many => &["Space ticks", "a ticks all", "Enter chooses"],
        };
        let mut keys = first.to_vec();
        if has_help {
            keys.push("? explains");
        }
        if self.can_go_back {
            keys.push("Left goes back");
        }
        keys.push("Esc stops");
        keys.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(kind: Kind, default: Option<usize>) -> List {
        let options = ["Contoso Production", "Contoso Test", "東京支社"].map(|label| Choice {
            label: label.to_owned(),
            detail: format!("id-{}", label.len()),
        });
        List::new(kind, &options, default, true)
    }

    fn pressed(list: &mut List, keys: &[Key]) -> Next {
        let mut next = Next::Draw;
        for key in keys {
            next = list.press(key, 2);
        }
        next
    }

    #[test]
    fn the_cursor_goes_round_and_begins_at_the_default() {
        let chosen = |default, keys: &[Key]| pressed(&mut list(Kind::One, default), keys);
        assert_eq!(chosen(None, &[Key::Enter]), Next::Chosen(vec![0]));
        assert_eq!(chosen(Some(1), &[Key::Char(' ')]), Next::Chosen(vec![1]));
        assert_eq!(
            chosen(None, &[Key::ArrowUp, Key::Enter]),
            Next::Chosen(vec![2])
        );
        assert_eq!(
            chosen(Some(2), &[Key::ArrowDown, Key::Enter]),
            Next::Chosen(vec![0])
        );
        assert_eq!(
            chosen(None, &[Key::PageDown, Key::PageDown, Key::Enter]),
            Next::Chosen(vec![2])
        );
    }

    #[test]
    fn what_is_typed_narrows_the_list_and_comes_back() {
        let mut list = list(Kind::Search, None);
        for letter in "TEST cont".chars() {
            list.press(&Key::Char(letter), 2);
        }
        assert_eq!(list.shown, [1]);
        assert_eq!(pressed(&mut list, &[Key::Enter]), Next::Chosen(vec![1]));
        // Nothing matches: Enter chooses nothing.
        assert_eq!(
            pressed(&mut list, &[Key::Char('x'), Key::Enter]),
            Next::Draw
        );
        assert!(list.shown.is_empty());
        pressed(&mut list, &vec![Key::Backspace; 20]);
        assert_eq!(list.shown, [0, 1, 2]);
        // An id is found as well.
        pressed(
            &mut list,
            &"id-12".chars().map(Key::Char).collect::<Vec<_>>(),
        );
        assert_eq!(list.shown, [1, 2]);
    }

    #[test]
    fn who_has_it_in_the_name_comes_before_who_has_it_in_the_id() {
        let options =
            [("Project 01", "70e7"), ("Project 07", "1111")].map(|(label, detail)| Choice {
                label: label.to_owned(),
                detail: detail.to_owned(),
            });
        let mut list = List::new(Kind::Search, &options, None, false);
        pressed(&mut list, &[Key::Char('7')]);
        assert_eq!(list.shown, [1, 0]);
    }

    #[test]
    fn ticks_are_set_and_taken_away() {
        let chosen = |keys: &[Key]| pressed(&mut list(Kind::Many, Some(1)), keys);
        assert_eq!(chosen(&[Key::Enter]), Next::Chosen(vec![1]));
        assert_eq!(
            chosen(&[Key::Char(' '), Key::Enter]),
            Next::Chosen(Vec::new())
        );
        let all = Key::Char('a');
        assert_eq!(
            chosen(&[all.clone(), Key::Enter]),
            Next::Chosen(vec![0, 1, 2])
        );
        assert_eq!(
            chosen(&[all.clone(), all, Key::Enter]),
            Next::Chosen(Vec::new())
        );
    }

    #[test]
    fn the_way_back_is_there_only_where_there_is_a_question_before() {
        for key in [Key::ArrowLeft, Key::Char('<')] {
            for kind in [Kind::One, Kind::Search, Kind::Many] {
                assert_eq!(pressed(&mut list(kind, None), &[key.clone()]), Next::Back);
                let mut first = list(kind, None);
                first.can_go_back = false;
                assert_eq!(pressed(&mut first, &[key.clone()]), Next::Draw);
                assert!(!first.keys(true).contains("back"), "{}", first.keys(true));
            }
        }
        assert_eq!(
            pressed(&mut list(Kind::Search, None), &[Key::Escape]),
            Next::Stop
        );
    }

    #[test]
    fn a_question_mark_explains_and_is_no_search() {
        let mut list = list(Kind::Search, None);
        pressed(&mut list, &[Key::Char('?')]);
        assert!(list.explained && list.search.is_empty());
        pressed(&mut list, &[Key::Char('?')]);
        assert!(!list.explained);
    }
}
