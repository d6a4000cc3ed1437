//! Blocks and values of Terraform's language, written as `terraform fmt` would leave them.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/syntax/configuration>,
//! <https://developer.hashicorp.com/terraform/language/expressions/strings>

use std::fmt::Write as _;

use serde_json::Value;

use super::super::words::{command, comment, is_hidden};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hcl {
    /// A text. Nothing in it is read as a template.
    Text(String),
    /// Code as it stands: a reference, a call, a number.
    Code(String),
    /// A list.
    List(Vec<Hcl>),
    /// An object.
    Object(Vec<(String, Hcl)>),
}

impl Hcl {
    /// A text.
    pub(super) fn text(text: impl ToString) -> Hcl {
        Hcl::Text(text.to_string())
    }

    /// A piece of code.
    pub(super) fn code(code: impl Into<String>) -> Hcl {
        Hcl::Code(code.into())
    }

    /// A JSON value, with each text that `known` knows in the place of the text as code.
    pub(super) fn json(value: &Value, known: &dyn Fn(&str) -> Option<String>) -> Hcl {
        match value {
            Value::String(text) => known(text).map_or_else(|| Hcl::text(text), Hcl::Code),
            Value::Array(all) => Hcl::List(all.iter().map(|one| Hcl::json(one, known)).collect()),
            Value::Object(all) => Hcl::Object(
                all.iter()
                    .map(|(key, one)| (key.clone(), Hcl::json(one, known)))
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => Hcl::Code(value.to_string()),
        }
    }

    fn write(&self, depth: usize) -> String {
        match self {
            Hcl::Text(text) => quoted(text),
            Hcl::Code(code) => code.clone(),
            Hcl::List(all) => list(all, depth),
            Hcl::Object(all) if all.is_empty() => "{}".to_owned(),
            Hcl::Object(all) => {
                let pairs = all.iter().map(|(key, value)| (name(key), value));
                format!(
                    "{{\n{}{}}}",
                    pairs_in_lines(pairs, depth + 1),
                    indent(depth)
                )
            }
        }
    }
}

/// A list in one line where it is short and flat.
fn list(all: &[Hcl], depth: usize) -> String {
    let written: Vec<String> = all.iter().map(|one| one.write(depth + 1)).collect();
    let flat = written.join(", ");
    if flat.len() <= 80 && !flat.contains('\n') {
        return format!("[{flat}]");
    }
    let mut lines = "[\n".to_owned();
    for one in written {
        let _ = writeln!(lines, "{}{one},", indent(depth + 1));
    }
    lines + &indent(depth) + "]"
}

/// A text in quotes. The two marks that begin a template are written by their numbers: doubling them, as Terraform does it itself, is
/// ambiguous behind another such mark.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
            }
            hidden if is_hidden(hidden) => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(hidden));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

/// The name of an object's member, in quotes where it is no identifier.
fn name(key: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    if key.starts_with(begins) && key.chars().all(legal) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

/// `name = value` in lines; the equals signs of neighbouring one-line values stand below one another.
fn pairs_in_lines<'a>(pairs: impl Iterator<Item = (String, &'a Hcl)>, depth: usize) -> String {
    let written: Vec<(String, String)> = pairs
        .map(|(name, value)| (name, value.write(depth)))
        .collect();
    let is_short = |pair: &(String, String)| !pair.1.contains('\n');
    let mut lines = String::new();
    for group in written.chunk_by(|a, b| is_short(a) == is_short(b)) {
        let aligned = is_short(&group[0]);
        let widest = group.iter().map(|(name, _)| name.chars().count()).max();
        let width = widest.filter(|_| aligned).unwrap_or_default();
        for (name, value) in group {
            let _ = writeln!(lines, "{}{name:width$} = {value}", indent(depth));
        }
    }
    lines
}

/// A block: `resource "azuread_application" "app" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    opening: String,
    comments: Vec<String>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Set(String, Hcl),
    Block(Block),
    Comment(String),
}

impl Block {
    /// A block of a kind with labels.
    pub(super) fn new(kind: &str, labels: &[&str]) -> Block {
        let labels = labels.iter().map(|label| quoted(label));
        Block {
            opening: std::iter::once(kind.to_owned())
                .chain(labels)
                .collect::<Vec<_>>()
                .join(" "),
            comments: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// With a sentence above it.
    pub(super) fn comment(mut self, sentence: &str) -> Block {
        self.comments.extend(comment("#", sentence));
        self
    }

    /// With a command above it, below the sentences.
    pub(super) fn command(mut self, line: &str) -> Block {
        self.comments.push(command("#", line));
        self
    }

    /// With a sentence above those that are there already.
    pub(super) fn comment_first(mut self, sentence: &str) -> Block {
        let mut comments = comment("#", sentence);
        comments.append(&mut self.comments);
        self.comments = comments;
        self
    }

    /// With an argument.
    pub(super) fn set(mut self, name: &str, value: Hcl) -> Block {
        self.parts.push(Part::Set(name.to_owned(), value));
        self
    }

    /// With an argument, if there is a value.
    pub(super) fn set_some(self, name: &str, value: Option<Hcl>) -> Block {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// With a sentence inside, above what follows.
    pub(super) fn note(mut self, sentence: &str) -> Block {
        let lines = comment("#", sentence).into_iter().map(Part::Comment);
        self.parts.extend(lines);
        self
    }

    /// With a block inside.
    pub(super) fn block(mut self, block: Block) -> Block {
        self.parts.push(Part::Block(block));
        self
    }

    /// Whether the block is one that a provider of this name has to know.
    pub(super) fn is_of(&self, provider: &str) -> bool {
        let mut words = self.opening.split(' ');
        matches!(words.next(), Some("resource" | "data"))
            && words
                .next()
                .is_some_and(|kind| kind.starts_with(&format!("\"{provider}_")))
    }

    /// The block in lines.
    pub(super) fn write(&self) -> String {
        self.lines(0)
    }

    fn lines(&self, depth: usize) -> String {
        let mut lines = String::new();
        for sentence in &self.comments {
            let _ = writeln!(lines, "{}{sentence}", indent(depth));
        }
        if self.parts.is_empty() {
            let _ = writeln!(lines, "{}{} {{}}", indent(depth), self.opening);
            return lines;
        }
        let _ = writeln!(lines, "{}{} {{", indent(depth), self.opening);
        let is_set = |part: &Part| matches!(part, Part::Set(..));
        let mut before: Option<&Part> = None;
        for group in self.parts.chunk_by(|a, b| is_set(a) && is_set(b)) {
            // A block or a remark stands apart from what is before it.
            if before.is_some_and(|part| !matches!(part, Part::Comment(_))) {
                lines.push('\n');
            }
            lines.push_str(&group_in_lines(group, depth + 1));
            before = group.last();
        }
        let _ = writeln!(lines, "{}}}", indent(depth));
        lines
    }
}

fn group_in_lines(group: &[Part], depth: usize) -> String {
    match &group[0] {
        Part::Block(block) => block.lines(depth),
        Part::Comment(sentence) => format!("{}{sentence}\n", indent(depth)),
        Part::Set(..) => {
            let pairs = group.iter().filter_map(|part| match part {
                Part::Set(name, value) => Some((name.clone(), value)),
                Part::Block(_) | Part::Comment(_) => None,
            });
            pairs_in_lines(pairs, depth)
        }
    }
}
