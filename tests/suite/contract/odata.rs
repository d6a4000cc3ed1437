//! The words of an OData `$filter`: which properties it names, which functions it calls.

use std::collections::BTreeSet;

use super::scalars::is_uuid;

/// What a filter mentions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// Paths of properties: `appId`, `verifiedDomains/name`.
    pub(crate) properties: BTreeSet<String>,
    /// Names in front of a parenthesis.
    pub(crate) functions: BTreeSet<String>,
}

const OPERATORS: [&str; 13] = [
    "eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "in", "has", "any", "all",
];
const LITERALS: [&str; 3] = ["true", "false", "null"];

/// Takes a filter apart. Texts in quotes, numbers and dates are passed over; so are the variables of `any` and `all`.
pub(crate) fn words(filter: &str) -> Words {
    let mut words = Words::default();
    let mut variables = BTreeSet::new();
    let mut rest = filter;
    while let Some((word, after)) = next_word(rest) {
        rest = after;
        let root = word.split('/').next().unwrap_or(word);
        match (after.chars().next(), word.rsplit_once('/')) {
            _ if !is_name(word) => {}
            (Some('('), Some((path, "any" | "all"))) => {
                words.properties.insert(path.to_owned());
            }
            (Some('('), _) => {
                words.functions.insert(word.to_owned());
            }
            (Some(':'), _) => {
                variables.insert(word.to_owned());
            }
            _ if variables.contains(root) => {}
            _ => {
                words.properties.insert(word.to_owned());
            }
        }
    }
    words
}

fn is_name(word: &str) -> bool {
    let starts_as_name =
        word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_' || first == '$');
    starts_as_name && !is_uuid(word) && !OPERATORS.contains(&word) && !LITERALS.contains(&word)
}

/// The next word outside quotes, or one character that belongs to none, and what follows.
fn next_word(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    while rest.starts_with('\'') {
        rest = after_text(rest);
    }
    let first = rest.chars().next()?;
    let length = if is_word_character(first) {
        rest.find(|character| !is_word_character(character))
            .unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    Some(rest.split_at(length))
}

/// What follows a text in quotes; two quotes in a row are one in the text.
fn after_text(rest: &str) -> &str {
    let mut inside = &rest[1..];
    while let Some((_, after)) = inside.split_once('\'') {
        match after.strip_prefix('\'') {
            Some(more) => inside = more,
            None => return after,
        }
    }
    ""
}

/// Dates, GUIDs and paths are one word.
fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_/$.-".contains(character)
}
