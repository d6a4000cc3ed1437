//! Many connections in one file: TOML with a `[[connection]]` table for each, or CSV with a header. The keys are those of an answers
//! file.
//!
//! In TOML, what stands above the first table holds for every connection that doesn't say otherwise. In CSV, several values of one
//! cell are separated by semicolons. Everything that is wrong is told at once, with its line, before anything is asked of Azure.

mod csv;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::questions::Question;
use super::{Answers, QUESTIONS};
use crate::error::{Error, Result};
use crate::host::Host;

/// One connection of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line that it begins in.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// Its answers by key, with those that hold for all.
    pub answers: BTreeMap<String, Vec<String>>,
}

/// An answer as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cell {
    line: usize,
    key: String,
    /// `None` where it is neither text nor a number nor a list of texts.
    values: Option<Vec<String>>,
}

/// A connection as it is written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Written {
    line: usize,
    cells: Vec<Cell>,
}

/// Something that is wrong, and where.
type Fault = (usize, String);

/// Reads and checks a file; `given` are the flags, which hold for every connection that doesn't say otherwise.
///
/// # Errors
/// `Usage` with everything that is wrong in it.
pub fn read(path: &Path, given: &BTreeMap<String, Vec<String>>, host: &Host) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| refused(path, &[(0, format!("it can't be read: {error}"))]))?;
    let is_csv = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let (common, written) = if is_csv {
        (
            Vec::new(),
            csv::parse(&text).map_err(|fault| refused(path, &[fault]))?,
        )
    } else {
        tables::parse(&text).map_err(|fault| refused(path, &[fault]))?
    };
    rows(&common, &written, given, host).map_err(|faults| refused(path, &faults))
}

fn rows(
    common: &[Cell],
    written: &[Written],
    given: &BTreeMap<String, Vec<String>>,
    host: &Host,
) -> std::result::Result<Vec<Row>, Vec<Fault>> {
    let mut faults: Vec<Fault> = Vec::new();
    if written.is_empty() {
        faults.push((0, "there is no connection in it".to_owned()));
    }
    for cell in common
        .iter()
        .chain(written.iter().flat_map(|one| &one.cells))
    {
        faults.extend(wrong(cell).into_iter().map(|what| (cell.line, what)));
    }
    let mut names = BTreeSet::new();
    let mut rows = Vec::new();
    for one in written {
        let mut answers = given.clone();
        for cell in common.iter().chain(&one.cells) {
            if let Some(values) = &cell.values {
                answers.insert(cell.key.clone(), values.clone());
            }
        }
        let own = |key: &str| one.cells.iter().find(|cell| cell.key == key);
        let Some(name) = own("connection").and_then(|cell| cell.values.as_ref()?.first()) else {
            faults.push((
                one.line,
                "it has no `connection`, the name that it is known by afterwards".to_owned(),
            ));
            continue;
        };
        if !names.insert(name.clone()) {
            faults.push((
                one.line,
                format!("the name `{name}` is taken by a connection above"),
            ));
        }
        if !answers.contains_key("vendor") {
            faults.push((one.line, format!("`{name}` has no `vendor`")));
        }
        if answers
            .get("store")
            .is_some_and(|values| values == &["none"])
        {
            faults.push((one.line, format!("`{name}` has the store `none`: its secret would be shown once among all the others, and lost")));
        }
        rows.push(Row {
            line: one.line,
            name: name.clone(),
            answers,
        });
    }
    // What is wrong between answers is worth saying only where each of them is right.
    if faults.is_empty() {
        for row in &rows {
            if let Err(error) = Answers::gather(&row.answers, host, None, &BTreeMap::new()) {
                faults.push((row.line, format!("`{}`: {}", row.name, error.message())));
            }
        }
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(faults)
    }
}

/// What is wrong with an answer by itself.
fn wrong(cell: &Cell) -> Vec<String> {
    let key = crate::text::printable(&cell.key);
    let Some(question) = Question::find(&cell.key) else {
        let known = QUESTIONS
            .iter()
            .find(|question| question.flag == cell.key.replace('_', "-"))
            .map(|question| format!("; it is written `{}`", question.key))
            .unwrap_or_default();
        let secret = if key.contains("secret") {
            "; a secret is never read from a file of many"
        } else {
            ""
        };
        return vec![format!("`{key}` is no question{known}{secret}")];
    };
    let Some(values) = &cell.values else {
        return vec![format!("`{key}` is neither text nor a number")];
    };
    let mut all = Vec::new();
    if values.len() > 1 && !question.many {
        all.push(format!("`{key}` takes one value"));
    }
    let refused = values
        .iter()
        .filter_map(|value| (question.check)(value).err());
    all.extend(refused.map(|reason| format!("`{key}`: {}", reason.trim_end_matches('.'))));
    all
}

fn refused(path: &Path, faults: &[Fault]) -> Error {
    let mut faults = faults.to_vec();
    faults.sort();
    let told = faults.iter().map(|(line, what)| match line {
        0 => what.clone(),
        line => format!("Line {line}: {what}"),
    });
    let count = match faults.len() {
        1 => "something is wrong".to_owned(),
        several => format!("{several} things are wrong"),
    };
    Error::usage("batch_file", format!("In `{}` {count}.", path.display()))
        .why("The whole file is checked before anything is asked of Azure.")
        .hint("It is TOML with a `[[connection]]` table for each, or CSV with a header; the keys are those of an answers file: azconnect init --help")
        .hints(told)
}

/// The line, from 1, that a byte is in.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.matches('\n').count() + 1
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn file(text: &str, ending: &str) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn read_text(text: &str, ending: &str) -> Result<Vec<Row>> {
        let given = BTreeMap::from([("secret_days".to_owned(), vec!["90".to_owned()])]);
        read(file(text, ending).path(), &given, &Host::made_of([]))
    }

    const TABLES: &str = "\
vendor = \"spot-cost-intelligence\"

[[connection]]
connection = \"one\"
tenant = \"one.example\"
subscription = [\"0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e\", \"0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1f\"]

[[connection]]
connection = \"two\"
vendor = \"generic\"
secret_days = 30
";
    const CELLS: &str = "\u{feff}connection,vendor,tenant,subscription,secret_days\r\n\
one,spot-cost-intelligence,one.example,0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e;0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1f,\r\n\
\r\n\
two,\"generic\",,,30\r\n";

    #[test]
    fn both_forms_say_the_same() {
        let of = |text, ending| -> Vec<(String, BTreeMap<String, Vec<String>>)> {
            let rows = read_text(text, ending).unwrap();
            rows.into_iter()
                .map(|row| (row.name, row.answers))
                .collect()
        };
        let all = of(TABLES, ".toml");
        assert_eq!(all, of(CELLS, ".csv"));
        assert_eq!(all[0].1["vendor"], ["spot-cost-intelligence"]);
        assert_eq!(all[0].1["subscription"].len(), 2);
        assert_eq!(all[0].1["secret_days"], ["90"], "the flag holds");
        assert_eq!(all[1].1["vendor"], ["generic"], "its own answer wins");
        assert_eq!(all[1].1["secret_days"], ["30"]);
    }

    fn told(text: &str, ending: &str) -> Vec<String> {
        let error = read_text(text, ending).unwrap_err();
        assert_eq!(error.code(), "batch_file");
        error.advice()[1..].to_vec()
    }

    #[test]
    fn every_fault_is_told_at_once_with_its_line() {
        let text = "\
[[connection]]
connection = \"one\"
vendor = \"generic\"
tenat = \"x\"
secret_days = \"no\"

[[connection]]
connection = \"one\"
client_secret = \"x\"
tenant = true

[[connection]]
vendor = \"generic\"
store = \"none\"
";
        let told = told(text, ".toml");
        for part in [
            "Line 4: `tenat` is no question",
            "Line 5: `secret_days`: ",
            "Line 7: the name `one` is taken",
            "Line 7: `one` has no `vendor`",
            "Line 9: `client_secret` is no question; a secret is never read",
            "Line 10: `tenant` is neither text nor a number",
            "Line 12: it has no `connection`",
        ] {
            assert!(
                told.iter().any(|line| line.starts_with(part)),
                "{part}: {told:#?}"
            );
        }
    }

    #[test]
    fn a_file_of_another_form_is_told_with_its_line() {
        for (text, ending, part) in [
            ("[[connection]]\nconnection = \n", ".toml", "Line 2: "),
            ("x = 1", ".toml", "there is no connection"),
            ("connection = \"x\"", ".toml", "Line 1: `connection` "),
            ("", ".csv", "there is no connection"),
            (
                "connection,vendor\none\n",
                ".csv",
                "Line 2: it has 1 cell, and the header 2",
            ),
            (
                "connection,vendor\none,\"gen\n",
                ".csv",
                "Line 2: a quote is not closed",
            ),
            (
                "connection,connection\n",
                ".csv",
                "Line 1: `connection` stands twice",
            ),
        ] {
            let told = told(text, ending);
            assert!(
                told.iter().any(|line| line.starts_with(part)),
                "{part}: {told:#?}"
            );
        }
    }

    #[test]
    fn what_is_wrong_between_answers_is_told_by_connection() {
        let text = "\
[[connection]]
connection = \"one\"
vendor = \"generic\"
subscription = \"all\"
management_group = \"root\"
";
        assert!(told(text, ".toml")[0].starts_with("Line 1: `one`: `--subscription` and"));
    }
}
