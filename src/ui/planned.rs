//! A plan's rows as data: what is done, which answer it follows, what it needs, and whether the person may.

use serde::Serialize;

use crate::ui::Item;

/// A change that is planned.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What is done with it: `create`, `reuse`, `remove`.
    pub change: String,
    /// What it is.
    pub title: String,
    /// More about it; may be empty.
    pub text: String,
    /// Where the answer came from that it follows: `--app-name`, `the only one`; may be empty.
    pub source: String,
    /// The rights that it needs.
    pub needs: Vec<Need>,
}

impl Serialize for Planned {
    /// As an [`Item`], whose lines say the same in words.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            #[serde(flatten)]
            item: Item,
            source: &'a str,
            needs: &'a [Need],
        }
        let lines = self
            .needs
            .iter()
            .map(|need| ("Needs".to_owned(), need.to_string()));
        let item = Item {
            state: self.change.clone(),
            title: self.title.clone(),
            text: self.text.clone(),
            lines: lines.collect(),
        };
        let (source, needs) = (self.source.as_str(), self.needs.as_slice());
        Shown {
            item,
            source,
            needs,
        }
        .serialize(serializer)
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.right)?;
        if self.held.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", self.held)
    }
}

/// A right that a change needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Who has it: `Owner or User Access Administrator`.
    pub right: String,
    /// Whether the person has it, as the word of a state: `pass`, `fail`, or `skip` where that can't be seen; may be empty.
    pub state: String,
    /// The same in words: `you have it`; may be empty.
    pub held: String,
}
