//! The text of a dotenv file: read tolerantly, changed line by line, everything else left as it was.
//!
//! What we write is understood alike by dotenv libraries, by `source` and, for every secret that Azure makes, by `docker --env-file`
//! (which knows no quotes).

use zeroize::Zeroizing;

use crate::secret::Secret;

/// A dotenv file's lines.
#[derive(Default)]
pub(super) struct Document {
    lines: Vec<Line>,
}

/// One line. `text` is the line as it was found, secret or not: it is zeroed.
struct Line {
    text: Zeroizing<String>,
    ours: Option<Assignment>,
}

/// A variable that we know.
struct Assignment {
    key: &'static str,
    value: Secret,
    exported: bool,
}

/// A line that can't be understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadLine {
    /// Its number, from 1.
    pub(super) line: usize,
    /// What is wrong, to go behind "line 3 …".
    pub(super) why: &'static str,
}

/// A value that no dotenv file can hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ControlCharacter;

impl Document {
    /// Reads a file in which the variables `keys` are ours. Blank lines, comments, `export `, quotes, spaces around `=`, Windows line ends
    /// and a byte order mark are fine; the values of others are not looked at.
    pub(super) fn parse(text: &str, keys: &[&'static str]) -> Result<Self, BadLine> {
        let mut document = Document::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            let bad = |why| BadLine {
                line: index + 1,
                why,
            };
            let ours = assignment(line, keys).map_err(bad)?;
            if let Some(ours) = &ours
                && document.value(ours.key).is_some()
            {
                return Err(bad("sets a variable for the second time"));
            }
            document.lines.push(Line {
                text: Zeroizing::new(line.to_owned()),
                ours,
            });
        }
        Ok(document)
    }

    /// The value of one of our variables.
    pub(super) fn value(&self, key: &str) -> Option<&Secret> {
        self.lines
            .iter()
            .filter_map(|line| line.ours.as_ref())
            .find(|ours| ours.key == key)
            .map(|ours| &ours.value)
    }

    /// Sets one of our variables, in its line or at the end.
    pub(super) fn set(&mut self, key: &'static str, value: &str) -> Result<(), ControlCharacter> {
        if value.chars().any(char::is_control) {
            return Err(ControlCharacter);
        }
        let place = self
            .lines
            .iter()
            .position(|line| line.ours.as_ref().is_some_and(|ours| ours.key == key));
        let exported = place
            .and_then(|at| self.lines[at].ours.as_ref())
            .is_some_and(|ours| ours.exported);
        let prefix = if exported { "export " } else { "" };
        let line = Line {
            text: Zeroizing::new(format!("{prefix}{key}={}", *quoted(value))),
            ours: Some(Assignment {
                key,
                value: Secret::new(value),
                exported,
            }),
        };
        match place {
            Some(at) => self.lines[at] = line,
            None => self.lines.push(line),
        }
        Ok(())
    }

    /// Adds a comment line; `text` begins with `#`.
    pub(super) fn comment(&mut self, text: &str) {
        self.lines.push(Line {
            text: Zeroizing::new(text.to_owned()),
            ours: None,
        });
    }

    /// Takes away our variables, and comments that begin with `mark`.
    pub(super) fn remove_ours(&mut self, mark: &str) {
        self.lines
            .retain(|line| line.ours.is_none() && !line.text.starts_with(mark));
    }

    /// Whether there is nothing worth keeping in it.
    pub(super) fn is_blank(&self) -> bool {
        self.lines.iter().all(|line| line.text.trim().is_empty())
    }

    /// The file's text.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        // Room for all at once: a string that grows leaves unzeroed copies.
        let length = self.lines.iter().map(|line| line.text.len() + 1).sum();
        let mut text = Zeroizing::new(String::with_capacity(length));
        for line in &self.lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }
}

fn assignment(line: &str, keys: &[&'static str]) -> Result<Option<Assignment>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let exported = line.strip_prefix("export").filter(|rest| {
        // `export=1` is a variable of that name.
        rest.starts_with([' ', '\t']) && !rest.trim_start().starts_with('=')
    });
    let (name, value) = exported
        .unwrap_or(line)
        .split_once('=')
        .ok_or("is no `NAME=value`")?;
    let name = name.trim();
    if !name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        || name.is_empty()
    {
        return Err("has no variable's name before `=`");
    }
    let Some(key) = keys.iter().find(|key| **key == name) else {
        return Ok(None);
    };
    Ok(Some(Assignment {
        key,
        value: Secret::new(unquoted(value.trim())?),
        exported: exported.is_some(),
    }))
}

/// The value behind `=`, without quotes, escapes and comment.
fn unquoted(text: &str) -> Result<String, &'static str> {
    const OPEN: &str = "has a quote that does not end";
    let (value, rest) = if let Some(inner) = text.strip_prefix('\'') {
        let (value, rest) = inner.split_once('\'').ok_or(OPEN)?;
        (value.to_owned(), rest)
    } else if let Some(inner) = text.strip_prefix('"') {
        double_quoted(inner).ok_or(OPEN)?
    } else {
        return Ok(without_comment(text).to_owned());
    };
    let rest = rest.trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(value)
    } else {
        Err("goes on behind a closing quote")
    }
}

/// The value up to the closing quote and what is behind it. A backslash counts only before what needs one, as in a shell.
fn double_quoted(inner: &str) -> Option<(String, &str)> {
    // As long as all of it, for the same reason as in `to_text`.
    let mut value = String::with_capacity(inner.len());
    let mut letters = inner.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &inner[at + 1..])),
            '\\' => match letters.next_if(|(_, next)| ESCAPED.contains(next)) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    None
}

/// Cut at the first `#` that follows a space: a `#` inside a word belongs to the value.
fn without_comment(text: &str) -> &str {
    if text.starts_with('#') {
        return "";
    }
    [" #", "\t#"]
        .iter()
        .filter_map(|mark| text.find(mark))
        .min()
        .map_or(text, |end| text[..end].trim_end())
}

/// What a shell takes for special inside double quotes.
const ESCAPED: [char; 4] = ['"', '\\', '$', '`'];

/// The value as a dotenv file and a shell both read it; bare where that is safe, for `docker --env-file` keeps quotes.
fn quoted(value: &str) -> Zeroizing<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.~+/=@%,".contains(c);
    let mut text = Zeroizing::new(String::with_capacity(2 * value.len() + 2));
    // A shell expands a `~` at the beginning, zsh a `=` too.
    if !value.is_empty() && value.chars().all(plain) && !value.starts_with(['~', '=']) {
        text.push_str(value);
    } else if !value.contains('\'') {
        text.push('\'');
        text.push_str(value);
        text.push('\'');
    } else {
        text.push('"');
        for letter in value.chars() {
            if ESCAPED.contains(&letter) {
                text.push('\\');
            }
            text.push(letter);
        }
        text.push('"');
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEYS: [&str; 2] = ["ID", "SECRET"];

    fn value_of(text: &str) -> Option<String> {
        let document = Document::parse(text, &KEYS).unwrap();
        document
            .value("SECRET")
            .map(|value| value.expose().to_owned())
    }

    fn bad(text: &str) -> (usize, &'static str) {
        let BadLine { line, why } = Document::parse(text, &KEYS).err().unwrap();
        (line, why)
    }

    #[test]
    fn what_people_write_is_understood() {
        for text in [
            "SECRET=a~b",
            "export SECRET=a~b",
            "export\tSECRET='a~b'",
            "\u{feff}SECRET=a~b\r\n",
            "  SECRET = \"a~b\"  # from the portal",
            "# SECRET=old\n\nOTHER=1 2\nSECRET=a~b # new",
        ] {
            assert_eq!(value_of(text).as_deref(), Some("a~b"), "{text:?}");
        }
        assert_eq!(value_of("SECRET=a#b").as_deref(), Some("a#b"));
        assert_eq!(
            value_of(r#"SECRET="a\"b\$c\\d\n""#).as_deref(),
            Some(r#"a"b$c\d\n"#)
        );
        assert_eq!(value_of("SECRET=").as_deref(), Some(""));
        assert_eq!(value_of("SECRETS=x\n#SECRET=y"), None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_line() {
        assert_eq!(bad("ID=1\nSECRET='a"), (2, "has a quote that does not end"));
        assert_eq!(bad("SECRET=\"a\\\""), (1, "has a quote that does not end"));
        assert_eq!(bad("SECRET='a'b"), (1, "goes on behind a closing quote"));
        assert_eq!(
            bad("SECRET=a\nSECRET=b"),
            (2, "sets a variable for the second time")
        );
        assert_eq!(bad("\n\nDear diary"), (3, "is no `NAME=value`"));
        assert_eq!(bad("a b=c"), (1, "has no variable's name before `=`"));
    }

    #[test]
    fn other_peoples_lines_stay_as_they_were() {
        let text = "# mine\nPATH = \"x\"  # y\nexport SECRET='old'\nLAST=1\n";
        let mut document = Document::parse(text, &KEYS).unwrap();
        document.set("SECRET", "new").unwrap();
        document.set("ID", "7").unwrap();
        assert_eq!(
            *document.to_text(),
            "# mine\nPATH = \"x\"  # y\nexport SECRET=new\nLAST=1\nID=7\n"
        );
        document.remove_ours("# azconnect");
        assert_eq!(*document.to_text(), "# mine\nPATH = \"x\"  # y\nLAST=1\n");
        assert!(!document.is_blank());
    }

    #[test]
    fn a_line_break_cannot_smuggle_in_a_variable() {
        let mut document = Document::default();
        assert_eq!(
            document.set("SECRET", "a\nPATH=/evil"),
            Err(ControlCharacter)
        );
        assert!(document.is_blank());
    }

    proptest! {
        #[test]
        fn every_value_comes_back(value in "\\PC{0,60}", before in "[a-z]{0,8}") {
            let mut document = Document::parse(&format!("X={before}\n"), &KEYS).unwrap();
            document.set("SECRET", &value).unwrap();
            document.set("ID", "1").unwrap();
            let text = document.to_text();
            prop_assert_eq!(text.lines().count(), 3);
            prop_assert_eq!(value_of(&text), Some(value));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "(SECRET|ID|export|[ ='\"\\\\#\n\ta])*") {
            let read = Document::parse(&text, &KEYS);
            if let Ok(document) = read {
                let again = Document::parse(&document.to_text(), &KEYS).unwrap();
                prop_assert_eq!(document.value("SECRET"), again.value("SECRET"));
            }
        }
    }

    /// The files are also for `source`: a shell is the judge where there is one.
    #[cfg(unix)]
    #[test]
    fn a_shell_reads_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.env");
        for value in [
            "abc8Q~x.y-z_1",
            "~root",
            "=ls",
            "it's $HOME `id` \\ \"!\"",
            "a b#c",
            "",
            "a'b",
        ] {
            let mut document = Document::default();
            document.set("SECRET", value).unwrap();
            std::fs::write(&path, document.to_text().as_bytes()).unwrap();
            let output = std::process::Command::new("/bin/sh")
                .args(["-c", ". \"$1\"; printf %s \"$SECRET\"", "sh"])
                .arg(&path)
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
        }
    }
}
