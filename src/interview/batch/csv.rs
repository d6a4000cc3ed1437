//! CSV with a header, as spreadsheets write it: commas, quotes doubled inside quotes, either end of line, perhaps a byte order mark.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc4180>

use super::{Cell, Fault, Written};

/// A record: the line that it begins in, and its fields.
type Record = (usize, Vec<String>);

/// The connections of a file. An empty cell is no answer; several values are separated by semicolons.
pub(super) fn parse(text: &str) -> Result<Vec<Written>, Fault> {
    let mut records = records(text.trim_start_matches('\u{feff}'))?.into_iter();
    let Some((line, header)) = records.next() else {
        return Ok(Vec::new());
    };
    let header: Vec<String> = header.iter().map(|key| key.trim().to_owned()).collect();
    if let Some(twice) = header
        .iter()
        .enumerate()
        .find_map(|(at, key)| header[..at].contains(key).then_some(key))
    {
        let key = crate::text::printable(twice);
        return Err((line, format!("`{key}` stands twice in the header")));
    }
    records.map(|record| connection(&header, record)).collect()
}

fn connection(header: &[String], (line, fields): Record) -> Result<Written, Fault> {
    if fields.len() != header.len() {
        let cells = if fields.len() == 1 { "cell" } else { "cells" };
        let what = format!(
            "it has {} {cells}, and the header {}",
            fields.len(),
            header.len()
        );
        return Err((line, what));
    }
    let cells = header.iter().zip(fields).filter_map(|(key, field)| {
        let values: Vec<String> = field
            .split(';')
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
            .collect();
        (!values.is_empty()).then(|| Cell {
            line,
            key: key.clone(),
            values: Some(values),
        })
    });
    Ok(Written {
        line,
        cells: cells.collect(),
    })
}

/// The records of a text, without empty lines.
fn records(text: &str) -> Result<Vec<Record>, Fault> {
    let mut all = Vec::new();
    let (mut line, mut begun) = (1, 1);
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut quoted, mut quote_line) = (false, 1);
    let mut characters = text.chars().peekable();
    while let Some(each) = characters.next() {
        line += usize::from(each == '\n');
        match each {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() => {
                field.clear();
                (quoted, quote_line) = (true, line);
            }
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                end(&mut all, begun, (&mut fields, &mut field));
                begun = line;
            }
            '\r' if !quoted => {}
            each => field.push(each),
        }
    }
    if quoted {
        return Err((quote_line, "a quote is not closed".to_owned()));
    }
    end(&mut all, begun, (&mut fields, &mut field));
    Ok(all)
}

/// Ends a record, unless its line is empty.
fn end(all: &mut Vec<Record>, begun: usize, (fields, field): (&mut Vec<String>, &mut String)) {
    if fields.is_empty() && field.trim().is_empty() {
        field.clear();
        return;
    }
    fields.push(std::mem::take(field));
    all.push((begun, std::mem::take(fields)));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_write_is_read() {
        let text = "a,b\r\n\"x, \"\"y\"\"\nz\",2\r\n\r\n  \n3,\"\"\n";
        let field = |fields: &[&str]| fields.iter().map(|&text| text.to_owned()).collect();
        assert_eq!(
            records(text).unwrap(),
            [
                (1, field(&["a", "b"])),
                (2, field(&["x, \"y\"\nz", "2"])),
                (6, field(&["3", ""])),
            ]
        );
        assert_eq!(records("a,b").unwrap(), [(1, field(&["a", "b"]))]);
    }
}
