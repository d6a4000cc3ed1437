//! XML as the blob service writes it: on one line, after a byte order mark.

/// What every document of the service begins with.
pub(super) const DECLARATION: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// Text between tags or in an attribute.
pub(super) fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, character| {
            match character {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                other => out.push(other),
            }
            out
        })
}

/// An element with text; an empty one closes itself.
pub(super) fn element(name: &str, text: &str) -> String {
    if text.is_empty() {
        format!("<{name} />")
    } else {
        format!("<{name}>{}</{name}>", escaped(text))
    }
}
