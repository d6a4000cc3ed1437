//! TOML with a `[[connection]]` table for each connection.

use toml::de::{DeTable, DeValue};

use super::{Cell, Fault, Written, line_of};

/// What holds for all of them, and each of them.
pub(super) fn parse(text: &str) -> Result<(Vec<Cell>, Vec<Written>), Fault> {
    let whole = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        (line, format!("it is no TOML: {}", error.message()))
    })?;
    let (mut common, mut written) = (Vec::new(), Vec::new());
    for (key, value) in whole.get_ref() {
        let line = line_of(text, key.span().start);
        if key.get_ref() != "connection" {
            common.push(cell(line, key.get_ref(), value.get_ref()));
            continue;
        }
        let tables = value.get_ref().as_array().map(|all| {
            all.iter()
                .map(|each| Some((each.span().start, each.get_ref().as_table()?)))
                .collect::<Option<Vec<_>>>()
        });
        let Some(Some(tables)) = tables else {
            let what = "`connection` is not `[[connection]]`, a table for each connection";
            return Err((line, what.to_owned()));
        };
        for (at, table) in tables {
            written.push(Written {
                line: line_of(text, at),
                cells: cells(text, table),
            });
        }
    }
    Ok((common, written))
}

fn cells(text: &str, table: &DeTable<'_>) -> Vec<Cell> {
    table
        .iter()
        .map(|(key, value)| {
            let line = line_of(text, key.span().start);
            cell(line, key.get_ref(), value.get_ref())
        })
        .collect()
}

fn cell(line: usize, key: &str, value: &DeValue<'_>) -> Cell {
    Cell {
        line,
        key: key.to_owned(),
        values: texts(value),
    }
}

fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::Array(all) => all.iter().map(|each| one(each.get_ref())).collect(),
        single => Some(vec![one(single)?]),
    }
}

fn one(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        _ => None,
    }
}
