//! Breaking a text into lines without breaking anything that a person may copy.
//!
//! Called by `layout` and `narration`. Promises: no word, id, URL, path or `backticked command` is cut, whatever the width; what is
//! wider than the screen gets a line of its own and sticks out. Only text in scripts without spaces (Chinese, Japanese …) may break
//! between any two of its wide characters.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text with spaces behind it up to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The text as it may be shown: tabs and line breaks are spaces, other control characters and direction overrides are gone. Nothing is
/// cut, because it may be an id.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(c, '\n' | '\r' | '\t') {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !c.is_control() && !is_direction_mark(*c))
        .collect()
}

/// The columns of the widest piece that may not be broken.
pub(super) fn widest_piece(text: &str) -> usize {
    let text = visible(text);
    let widths = pieces(&text).into_iter().map(|piece| width(&piece.text));
    widths.max().unwrap_or(0)
}

/// The text in lines of at most `columns`, except for what may not be broken.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    text.split('\n')
        .flat_map(|paragraph| wrap_paragraph(&visible(paragraph), columns))
        .collect()
}

fn wrap_paragraph(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let gap = usize::from(piece.after_space && !line.is_empty());
        if !line.is_empty() && width(&line) + gap + width(&piece.text) > columns {
            lines.push(std::mem::take(&mut line));
        } else if gap == 1 {
            line.push(' ');
        }
        line.push_str(&piece.text);
    }
    lines.push(line);
    lines
}

/// What may not be broken, and whether a space stood before it.
struct Piece {
    text: String,
    after_space: bool,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for word in words(text) {
        let mut after_space = true;
        let mut start = 0;
        for (at, _) in word.char_indices().skip(1) {
            if breaks_before(word, at) {
                pieces.push(Piece {
                    text: word[start..at].to_owned(),
                    after_space,
                });
                after_space = false;
                start = at;
            }
        }
        pieces.push(Piece {
            text: word[start..].to_owned(),
            after_space,
        });
    }
    pieces
}

/// Whether a line may break at byte `at` of a word: only between two wide characters, so never in an id, and never in a command.
fn breaks_before(word: &str, at: usize) -> bool {
    let wide = |c: Option<char>| c.and_then(UnicodeWidthChar::width) == Some(2);
    !word.contains(['`', '/'])
        && wide(word[..at].chars().next_back())
        && wide(word[at..].chars().next())
        && !word[at..].starts_with(is_closing)
}

/// Characters that may not begin a line in East Asian text.
fn is_closing(c: char) -> bool {
    "、。，．：；？！）」』】〉》”’ー".contains(c)
}

/// The words of a text. What stands between two backticks belongs to one word, with its spaces.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    let mut in_code = false;
    for (at, c) in text.char_indices() {
        if c == '`' {
            // A backtick that is never closed is a character like any other.
            in_code = !in_code && text[at + 1..].contains('`');
        }
        match (c == ' ' && !in_code, start) {
            (true, Some(from)) => {
                words.push(&text[from..at]);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| &text[from..]));
    words
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}' | '\u{2029}')
}

/// A text in lines that fit exactly: in a menu a line that the terminal wraps by itself would spoil the redraw.
pub(super) fn chunks(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for c in text.chars() {
        match lines.last_mut() {
            Some(line) if width(line) + width(c.encode_utf8(&mut [0; 4])) <= columns => {
                line.push(c)
            }
            _ => lines.push(c.to_string()),
        }
    }
    lines
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_command_in_backticks_stays_whole() {
        assert_eq!(
            wrap("Run `az login --tenant contoso` and come back", 20),
            ["Run", "`az login --tenant contoso`", "and come back"]
        );
        assert_eq!(wrap("a ` b c", 3), ["a `", "b c"]);
    }

    #[test]
    fn text_without_spaces_breaks_between_wide_characters_only() {
        assert_eq!(
            wrap("東京支社の請求先です。", 10),
            ["東京支社の", "請求先で", "す。"]
        );
        assert_eq!(
            wrap("שלום 11111111-2222-3333-4444-555555555555", 12),
            ["שלום", "11111111-2222-3333-4444-555555555555"]
        );
    }

    #[test]
    fn nothing_invisible_is_shown() {
        assert_eq!(visible("a\u{1b}[2J\tb\u{202E}c\n"), "a[2J bc ");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_or_cut(words in prop::collection::vec("[a-z0-9/:.-]{1,50}", 1..20), columns in 0_usize..120) {
            let lines = wrap(&words.join(" "), columns);
            let found: Vec<&str> = lines.iter().flat_map(|line| line.split(' ')).collect();
            prop_assert_eq!(&found, &words);
            for line in &lines {
                prop_assert!(width(line) <= columns || !line.contains(' '));
            }
        }

        #[test]
        fn any_text_can_be_wrapped(text in any::<String>(), columns in 0_usize..120) {
            let shown: String = wrap(&text, columns).concat().split(' ').collect();
            let given: String = text.split('\n').map(visible).collect::<String>().split(' ').collect();
            prop_assert_eq!(shown, given);
        }
    }
}
