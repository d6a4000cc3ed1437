//! Text that came from outside, made safe to show and to repeat in a command.
//!
//! Azure's text is data: a display name may hold escape sequences, quotes or a newline.

/// The text without control characters (so without escape sequences and line breaks), with invisible direction marks removed,
/// and cut after 300 characters: fit for one line of a terminal.
pub fn printable(text: &str) -> String {
    printable_up_to(300, text)
}

/// [`printable`] for the sentences of a refusal: Azure names long resource ids in them, and the reason often comes last.
pub fn printable_message(text: &str) -> String {
    printable_up_to(2_000, text)
}

fn printable_up_to(longest: usize, text: &str) -> String {
    let visible = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}' | '\u{2029}')
    };
    let mut shown: String = text.chars().filter(visible).take(longest).collect();
    if text.chars().filter(visible).count() > longest {
        shown.push('…');
    }
    shown
}

/// The text as one word of a POSIX shell, quoted only where it has to be. A word is never cut: it would mean something else.
pub fn shell_word(text: &str) -> String {
    let text = printable_up_to(usize::MAX, text);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_cannot_move_the_cursor_or_end_the_quote() {
        assert_eq!(printable("Con\u{1b}[2Jtoso\n"), "Con[2Jtoso");
        assert_eq!(shell_word("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(shell_word("spot-contoso"), "spot-contoso");
    }

    proptest! {
        #[test]
        fn nothing_invisible_is_left(text in any::<String>()) {
            prop_assert!(!printable(&text).chars().any(char::is_control));
            prop_assert!(!shell_word(&text).contains('\n'));
        }
    }
}
