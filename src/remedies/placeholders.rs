//! Values in place of `{placeholders}`. Only [`super::Remedy::fixes`] calls this.
//!
//! The values come from Azure or from a person, so they are data: control characters and the invisible ones that turn
//! text round are removed. Inside backticks the line is a command, and there a value is quoted where it needs it.
//! Quoting that `sh`, PowerShell and `cmd` all read alike exists only for some characters; a value with any other
//! counts as unknown, because a command that somebody must complete by hand is better than one that does something else.

use std::collections::BTreeMap;

/// The line with every placeholder replaced; `None` where a value isn't known or can't be quoted.
pub(super) fn filled(line: &str, facts: &BTreeMap<&str, String>) -> Option<String> {
    let mut known = true;
    let text = replace(line, |name, in_command| {
        value(name, in_command, facts).unwrap_or_else(|| {
            known = false;
            String::new()
        })
    });
    known.then_some(text)
}

/// The line with every placeholder replaced, by `<name>` where a value isn't known or can't be quoted.
pub(super) fn filled_with_names(line: &str, facts: &BTreeMap<&str, String>) -> String {
    replace(line, |name, in_command| {
        value(name, in_command, facts).unwrap_or_else(|| format!("<{name}>"))
    })
}

/// Walks through the line once, so that braces in a value are never taken for a placeholder.
fn replace(line: &str, mut value_of: impl FnMut(&str, bool) -> String) -> String {
    let mut text = String::with_capacity(line.len());
    let mut in_command = false;
    let mut rest = line;
    while let Some(position) = rest.find(['`', '{']) {
        let (before, after) = rest.split_at(position);
        text.push_str(before);
        match after
            .strip_prefix('{')
            .and_then(|inside| inside.split_once('}'))
        {
            Some((name, behind)) => {
                text.push_str(&value_of(name, in_command));
                rest = behind;
            }
            None => {
                in_command ^= after.starts_with('`');
                text.push_str(&after[..1]);
                rest = &after[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn value(name: &str, in_command: bool, facts: &BTreeMap<&str, String>) -> Option<String> {
    let shown: String = facts
        .get(name)?
        .chars()
        .filter(|letter| is_visible(*letter))
        .collect();
    if shown.trim().is_empty() {
        None
    } else if in_command {
        quoted(shown)
    } else {
        Some(shown)
    }
}

/// The value as one word of a command line, or `None` where no quoting is right in every shell.
fn quoted(value: String) -> Option<String> {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "-._/:@+=,".contains(letter);
    // A word that begins with a dash is an option, however it is quoted.
    if value.starts_with('-') || value.contains(ends_quotes) {
        None
    } else if value.chars().all(is_bare) && !value.starts_with('@') {
        Some(value)
    } else {
        Some(format!("'{value}'"))
    }
}

/// Characters that mean something even between single quotes: to `sh` (`'`), to PowerShell (every kind of single quote)
/// or to `cmd`, which knows no single quotes. The backtick would end the command in our own text.
fn ends_quotes(letter: char) -> bool {
    "'\u{2018}\u{2019}\u{201a}\u{201b}\"`&|<>^%".contains(letter)
}

/// Neither a control character nor one of those that hide text or change its direction.
fn is_visible(letter: char) -> bool {
    let hidden = matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !letter.is_control() && !hidden
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{filled, filled_with_names};

    fn facts(tenant: &str) -> BTreeMap<&'static str, String> {
        BTreeMap::from([("tenant", tenant.to_owned())])
    }

    /// Value, as it stands in a command, as it stands in a sentence.
    const QUOTED: &[(&str, Option<&str>, &str)] = &[
        ("contoso.com", Some("contoso.com"), "contoso.com"),
        ("8a7b-1", Some("8a7b-1"), "8a7b-1"),
        ("a b", Some("'a b'"), "a b"),
        ("x; rm -rf ~", Some("'x; rm -rf ~'"), "x; rm -rf ~"),
        ("$(reboot)", Some("'$(reboot)'"), "$(reboot)"),
        ("@file", Some("'@file'"), "@file"),
        ("Größe", Some("'Größe'"), "Größe"),
        ("{client_id}", Some("'{client_id}'"), "{client_id}"),
        ("o'brien@contoso.com", None, "o'brien@contoso.com"),
        ("\u{2019}; calc; \u{2019}", None, "\u{2019}; calc; \u{2019}"),
        ("a&b", None, "a&b"),
        ("a`b", None, "a`b"),
        ("--query", None, "--query"),
        ("a\u{1b}[2J\r\nb", Some("'a[2Jb'"), "a[2Jb"),
        ("a\u{202e}b", Some("ab"), "ab"),
    ];

    #[test]
    fn values_are_quoted_in_commands_and_plain_in_sentences() {
        for (value, command, sentence) in QUOTED {
            let facts = facts(value);
            let expected = command.map(|word| format!("Run `az login --tenant {word}`"));
            assert_eq!(
                filled("Run `az login --tenant {tenant}`", &facts),
                expected,
                "{value:?}"
            );
            assert_eq!(
                filled("Ask {tenant}.", &facts),
                Some(format!("Ask {sentence}.")),
                "{value:?}"
            );
        }
    }

    #[test]
    fn an_unknown_value_leaves_the_line_out_or_stands_by_its_name() {
        let line = "Run `az login --tenant {tenant}` as {upn}";
        assert_eq!(filled(line, &facts("contoso.com")), None);
        assert_eq!(
            filled_with_names(line, &facts("contoso.com")),
            "Run `az login --tenant contoso.com` as <upn>"
        );
        assert_eq!(
            filled_with_names(line, &facts(" \u{7}")),
            "Run `az login --tenant <tenant>` as <upn>"
        );
    }

    #[test]
    fn lone_braces_and_backticks_are_text() {
        assert_eq!(filled("a ` b { c", &BTreeMap::new()).unwrap(), "a ` b { c");
        assert_eq!(filled("", &BTreeMap::new()).unwrap(), "");
    }

    proptest! {
        #[test]
        fn a_value_never_gets_out_of_its_word(value in any::<String>()) {
            let line = filled_with_names("`az login --tenant {tenant}`", &facts(&value));
            let word = line.strip_prefix("`az login --tenant ").unwrap().strip_suffix('`').unwrap();
            prop_assert!(!word.chars().any(char::is_control));
            prop_assert!(!word.contains(['`', '"', '&', '|', '%', '^']));
            let bare = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._/:@+=,".contains(letter));
            if let Some(inside) = word.strip_prefix('\'') {
                prop_assert_eq!(inside.find('\''), Some(inside.len() - 1));
            } else {
                prop_assert!(word == "<tenant>" || bare(word));
            }
        }

        #[test]
        fn no_text_makes_it_stop(line in any::<String>(), value in any::<String>()) {
            let facts = facts(&value);
            let named = filled_with_names(&line, &facts);
            if let Some(complete) = filled(&line, &facts) {
                prop_assert_eq!(complete, named);
            }
        }
    }
}
