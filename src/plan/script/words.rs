//! Sentences as comments, for every language.

use crate::text::printable;

/// How wide a comment is, its mark included.
const WIDTH: usize = 118;

/// A sentence as comment lines, broken between words. What came from outside can't end the comment: it has no line breaks any more.
pub(super) fn comment(mark: &str, sentence: &str) -> Vec<String> {
    let sentence = printable(sentence);
    let mut lines = vec![mark.to_owned()];
    for word in sentence.split(' ').filter(|word| !word.is_empty()) {
        let last = lines.last_mut().filter(|line| {
            line.len() <= mark.len() || line.chars().count() + word.chars().count() < WIDTH
        });
        match last {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(format!("{mark} {word}")),
        }
    }
    lines
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
        let lines = comment("#", &long);
        assert!(lines.len() > 1);
        assert!(
            lines
                .iter()
                .all(|line| line.starts_with("# w") && line.len() <= WIDTH)
        );
    }

    #[test]
    fn keys_in_bicep() {
        assert_eq!(camel("client_id"), "clientId");
        assert_eq!(camel("tenant"), "tenant");
        assert_eq!(camel("customer_tenant_id"), "customerTenantId");
    }
}
