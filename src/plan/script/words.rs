//! Sentences as comments, for every language.

use super::Task;
use crate::text::printable_message;

/// How wide a comment is, its mark included.
const WIDTH: usize = 118;

/// A sentence as comment lines, broken between words. What came from outside can't end the comment: it has no line breaks any more.
pub(super) fn comment(mark: &str, sentence: &str) -> Vec<String> {
    wrapped(mark, "", sentence)
}

/// A row of a list in a comment; its further lines stand below its text.
pub(super) fn item(mark: &str, sentence: &str) -> Vec<String> {
    wrapped(mark, "  ", &format!("- {sentence}"))
}

/// A command in a comment: one line, so that it can be copied.
pub(super) fn command(mark: &str, command: &str) -> String {
    format!("{mark}   {}", printable_message(command))
}

fn wrapped(mark: &str, further: &str, sentence: &str) -> Vec<String> {
    let sentence = printable_message(sentence);
    let mut lines = vec![mark.to_owned()];
    let mut is_empty = true;
    for word in sentence.split(' ').filter(|word| !word.is_empty()) {
        let length = lines.last().map_or(0, |line| line.chars().count());
        if !is_empty && length + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{mark}{further}"));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
        is_empty = false;
    }
    lines
}

/// What is said of a step above what makes it: its title, and why. What azconnect itself would look at first stands in its own words.
pub(super) fn above(task: &Task) -> String {
    let why = task.explain.first().map(String::as_str).unwrap_or_default();
    format!("{}. {why}", task.title)
}

/// A text that can't be told from code by its marks, since a reviewer must see what stands there: control characters and the marks
/// that turn the direction of writing.
pub(super) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// `client_id` as `clientId`, the way Bicep and ARM name things.
pub(super) fn camel(key: &str) -> String {
    let mut name = String::new();
    for part in key.split('_') {
        let mut letters = part.chars();
        match letters.next() {
            Some(first) if !name.is_empty() => name.extend(first.to_uppercase()),
            Some(first) => name.push(first),
            None => {}
        }
        name.push_str(letters.as_str());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stays_one() {
        assert_eq!(comment("#", "a\nresource"), ["# aresource"]);
        assert_eq!(comment("//", ""), ["//"]);
        let long = "word ".repeat(60);
        for lines in [comment("#", &long), item("#", &long)] {
            assert!(lines.len() > 1);
            assert!(
                lines
                    .iter()
                    .all(|line| line.starts_with("# ") && line.len() <= WIDTH)
            );
        }
        assert!(item("#", &long)[1].starts_with("#   word"));
    }

    #[test]
    fn keys_in_bicep() {
        assert_eq!(camel("client_id"), "clientId");
        assert_eq!(camel("tenant"), "tenant");
        assert_eq!(camel("customer_tenant_id"), "customerTenantId");
    }
}
