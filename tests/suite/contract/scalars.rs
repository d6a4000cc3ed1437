//! Formats and patterns of single values, for all judges.

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::Regex;

/// Whether `text` has a format of Swagger or of the CSDL's primitive types. A format that is not in the table says nothing.
pub(crate) fn has_format(text: &str, format: &str) -> bool {
    match format {
        "uuid" | "Edm.Guid" => is_uuid(text),
        "date-time" | "Edm.DateTimeOffset" => {
            text.parse::<jiff::Timestamp>().is_ok() || is_zoneless(text)
        }
        "Edm.Date" => text.parse::<jiff::civil::Date>().is_ok(),
        "Edm.Duration" => text.contains('P') && text.parse::<jiff::Span>().is_ok(),
        "Edm.Binary" => matches_pattern(text, "^[A-Za-z0-9+/_-]*={0,2}$"),
        _ => true,
    }
}

/// Whether `text` is a GUID in the form that Azure uses: 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// Cost Management's own examples and answers leave the zone out: `2024-01-01T00:00:00`.
fn is_zoneless(text: &str) -> bool {
    text.contains('T') && text.parse::<jiff::civil::DateTime>().is_ok()
}

/// Patterns with a look-ahead, which `regex` has not, and the same without one.
const WITHOUT_LOOK_AHEAD: [(&str, &str); 1] =
    // Microsoft.Storage, container names: no two dashes in a row, none at the end. Length is checked beside it.
    [(
        "^[a-z0-9]([a-z0-9]|(-(?!-))){1,61}[a-z0-9]$",
        "^[a-z0-9](-?[a-z0-9])+$",
    )];

thread_local! {
    static COMPILED: RefCell<BTreeMap<String, Regex>> = const { RefCell::new(BTreeMap::new()) };
}

/// Whether `text` matches a pattern as ECMAScript, the dialect of JSON Schema, reads it.
///
/// # Panics
/// When the pattern cannot be compiled: then it needs a row in the table above.
pub(crate) fn matches_pattern(text: &str, pattern: &str) -> bool {
    COMPILED.with_borrow_mut(|compiled| {
        compiled
            .entry(pattern.to_owned())
            .or_insert_with(|| compile(pattern))
            .is_match(text)
    })
}

fn compile(pattern: &str) -> Regex {
    let rewritten = WITHOUT_LOOK_AHEAD
        .iter()
        .find(|(known, _)| *known == pattern)
        .map_or(pattern, |(_, rewritten)| rewritten);
    // In ECMAScript a dash behind a class such as \d is a dash, and the classes are of ASCII (which the crate refuses where
    // the pattern could then match half a character).
    let dashes = rewritten.replace(r"\d-", r"\d\-");
    Regex::new(&format!("(?-u){dashes}"))
        .or_else(|_| Regex::new(&dashes))
        .unwrap_or_else(|error| panic!("the pattern `{pattern}` cannot be compiled: {error}"))
}
