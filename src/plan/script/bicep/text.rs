//! Values and statements of Bicep.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types>,
//! <https://learn.microsoft.com/azure/azure-resource-manager/bicep/file>

use std::fmt::Write as _;

use serde_json::Value;

use super::super::words::{comment, is_hidden};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bicep {
    /// A text. Nothing in it is read as a template.
    Text(String),
    /// Code as it stands: a reference, a call, a number.
    Code(String),
    /// An array.
    List(Vec<Bicep>),
    /// An object.
    Object(Vec<(String, Bicep)>),
}

impl Bicep {
    /// A text.
    pub(super) fn text(text: impl ToString) -> Bicep {
        Bicep::Text(text.to_string())
    }

    /// A piece of code.
    pub(super) fn code(code: impl Into<String>) -> Bicep {
        Bicep::Code(code.into())
    }

    /// An object.
    pub(super) fn object<const N: usize>(members: [(&str, Bicep); N]) -> Bicep {
        Bicep::Object(members.map(|(key, value)| (key.to_owned(), value)).into())
    }

    /// An object, with one more member.
    pub(super) fn and(mut self, key: &str, value: Bicep) -> Bicep {
        if let Bicep::Object(members) = &mut self {
            members.push((key.to_owned(), value));
        }
        self
    }

    /// A JSON value, with each text that `known` knows in the place of the text as code.
    pub(super) fn json(value: &Value, known: &dyn Fn(&str) -> Option<String>) -> Bicep {
        match value {
            Value::String(text) => known(text).map_or_else(|| Bicep::text(text), Bicep::Code),
            Value::Array(all) => {
                Bicep::List(all.iter().map(|one| Bicep::json(one, known)).collect())
            }
            Value::Object(all) => Bicep::Object(
                all.iter()
                    .map(|(key, one)| (key.clone(), Bicep::json(one, known)))
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => Bicep::Code(value.to_string()),
        }
    }

    /// The value as it stands in a file, so many levels deep.
    pub(super) fn write(&self, depth: usize) -> String {
        let inner = "  ".repeat(depth + 1);
        let mut text = String::new();
        match self {
            Bicep::Text(plain) => return quoted(plain),
            Bicep::Code(code) => return code.clone(),
            Bicep::List(all) if all.is_empty() => return "[]".to_owned(),
            Bicep::Object(all) if all.is_empty() => return "{}".to_owned(),
            Bicep::List(all) => {
                text.push_str("[\n");
                for one in all {
                    let _ = writeln!(text, "{inner}{}", one.write(depth + 1));
                }
            }
            Bicep::Object(all) => {
                text.push_str("{\n");
                for (key, one) in all {
                    let _ = writeln!(text, "{inner}{}: {}", name(key), one.write(depth + 1));
                }
            }
        }
        let end = if matches!(self, Bicep::List(_)) {
            "]"
        } else {
            "}"
        };
        text + &"  ".repeat(depth) + end
    }
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", escaped(text))
}

/// A text as it stands between quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => escaped.push_str("\\'"),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '$' if letters.peek() == Some(&'{') => escaped.push_str("\\$"),
            hidden if is_hidden(hidden) => {
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(hidden));
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

/// The name of an object's member, in quotes where it is no identifier.
fn name(key: &str) -> String {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if key.starts_with(begins) && key.chars().all(legal) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// A file, statement by statement.
#[derive(Debug, Default)]
pub(super) struct File {
    text: String,
}

impl File {
    /// With comment lines that are written already.
    pub(super) fn lines(&mut self, lines: &[String]) {
        self.text.push_str(&lines.join("\n"));
        self.text.push('\n');
    }

    /// With a statement, apart from what is before it, and a sentence above it.
    pub(super) fn say(&mut self, above: &str, statement: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        if !above.is_empty() {
            self.lines(&comment("//", above));
        }
        self.text.push_str(statement);
        self.text.push('\n');
    }

    /// With a described parameter or output.
    pub(super) fn described(&mut self, description: &str, statement: &str) {
        let description = quoted(description);
        self.say("", &format!("@description({description})\n{statement}"));
    }

    /// The file.
    pub(super) fn finish(self) -> String {
        self.text
    }
}
