//! What is known before anybody is asked: flags, environment, answers file, saved choices, each value with its source.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::questions::{QUESTIONS, Question};
use crate::error::{Error, Result};
use crate::host::Host;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag, `--tenant`.
    Flag(String),
    /// An environment variable.
    Env(String),
    /// The answers file.
    File(String),
    /// An earlier run's journal or record.
    Saved,
    /// There was just one possibility.
    Only,
    /// The default.
    Default,
    /// The person said so.
    Asked,
    /// It follows from how the person signed in.
    SignIn,
    /// A service of Microsoft's told it.
    Read(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Flag(flag) => f.write_str(flag),
            Source::Env(name) => f.write_str(name),
            Source::File(file) => f.write_str(file),
            Source::Saved => f.write_str("from an earlier run"),
            Source::Only => f.write_str("the only one"),
            Source::Default => f.write_str("default"),
            Source::Asked => f.write_str("your choice"),
            Source::SignIn => f.write_str("from your sign-in"),
            Source::Read(service) => write!(f, "from {service}"),
        }
    }
}

/// An answer: one value or several, and its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The values; one, unless the question takes several.
    pub values: Vec<String>,
    /// Where they came from.
    pub source: Source,
}

/// What is said of a billing account beside what can't be read with it.
pub(super) const BOTH: &str = "`--billing-account` and `--subscription` or `--management-group` can't both be given: the vendor reads the one or the other.";

/// All answers so far, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<String, Answer>);

impl Answers {
    /// Gathers what is known. An earlier source wins: flags, environment, answers file, saved choices.
    ///
    /// # Errors
    /// `Usage` with everything that is wrong with any of the values, each with its place; or where the answers file is none.
    pub fn gather(
        flags: &BTreeMap<String, Vec<String>>,
        host: &Host,
        file: Option<&Path>,
        saved: &BTreeMap<String, Vec<String>>,
    ) -> Result<Answers> {
        let mut all = Answers::default();
        let written = file.map(read_file).transpose()?.unwrap_or_default();
        let file_name = file
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        for question in QUESTIONS {
            let from_flag = flags
                .get(question.key)
                .map(|values| (values.clone(), Source::Flag(question.written())));
            let from_env = || {
                host.env(&question.env())
                    .map(|value| (split(question, value), Source::Env(question.env())))
            };
            let from_file = || {
                written
                    .get(question.key)
                    .map(|values| (values.clone(), Source::File(file_name.clone())))
            };
            let from_saved = || {
                saved
                    .get(question.key)
                    .map(|values| (values.clone(), Source::Saved))
            };
            if let Some((values, source)) = from_flag
                .or_else(from_env)
                .or_else(from_file)
                .or_else(from_saved)
            {
                all.0
                    .insert(question.key.to_owned(), Answer { values, source });
            }
        }
        all.check()?;
        Ok(all)
    }

    /// The answer to a question.
    pub fn get(&self, key: &str) -> Option<&Answer> {
        self.0.get(key)
    }

    /// The first value of an answer.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.get(key)?.values.first().map(String::as_str)
    }

    /// The answer's first value, or the question's default.
    pub fn value_or<'a>(&'a self, key: &str, default: &'a str) -> &'a str {
        self.value(key).unwrap_or(default)
    }

    /// Takes an answer that was found out later.
    pub fn set(&mut self, key: &str, values: Vec<String>, source: Source) {
        self.0.insert(key.to_owned(), Answer { values, source });
    }

    /// Forgets an answer.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Where a value came from, for the screen.
    pub fn source(&self, key: &str) -> String {
        self.get(key).map_or_else(
            || Source::Default.to_string(),
            |answer| answer.source.to_string(),
        )
    }

    /// Whether a subscription beside a billing account may be the place of an export's files. Which vendor it is may not be known yet.
    fn may_want_export(&self) -> bool {
        match self.value("vendor").and_then(crate::vendors::find) {
            Some(vendor) => super::exports::need(self, vendor).is_some(),
            None => self.0.contains_key("export_dataset"),
        }
    }

    fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        for question in QUESTIONS {
            let Some(answer) = self.0.get(question.key) else {
                continue;
            };
            if answer.values.len() > 1 && !question.many {
                wrong.push(format!("{}: takes one value.", answer.source));
            }
            let refused = answer
                .values
                .iter()
                .filter_map(|value| (question.check)(value).err());
            wrong.extend(
                refused.map(|reason| format!("{}: {reason}", place(question, &answer.source))),
            );
        }
        if self.0.contains_key("subscription") && self.0.contains_key("management_group") {
            wrong.push("`--subscription` and `--management-group` can't both be given: the vendor reads the one or the other.".to_owned());
        }
        let both = |other| self.0.contains_key("billing_account") && self.0.contains_key(other);
        if both("management_group") || both("subscription") && !self.may_want_export() {
            wrong.push(BOTH.to_owned());
        }
        let Some((first, rest)) = wrong.split_first() else {
            return Ok(());
        };
        let more = if rest.is_empty() {
            String::new()
        } else {
            format!(" And {}.", count(rest.len()))
        };
        Err(Error::usage("invalid_answer", format!("{first}{more}"))
            .hints(rest.iter().cloned())
            .hint("See what each answer takes: azconnect init --help"))
    }
}

fn count(more: usize) -> String {
    if more == 1 {
        "one more answer is wrong".to_owned()
    } else {
        format!("{more} more answers are wrong")
    }
}

fn place(question: &Question, source: &Source) -> String {
    match source {
        Source::File(file) => format!("{file}, key `{}`", question.key),
        other => other.to_string(),
    }
}

/// Several values in one environment variable are separated by commas.
fn split(question: &Question, value: &str) -> Vec<String> {
    if question.many {
        value
            .split(',')
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect()
    } else {
        vec![value.to_owned()]
    }
}

/// Reads an answers file: TOML, or JSON where it begins with `{`.
fn read_file(path: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let refused = |reason: String| {
        Error::usage("answers_file", format!("The answers file `{}` {reason}", path.display()))
            .hint("An answers file is TOML or JSON with keys such as `tenant = \"contoso.com\"`; `azconnect init --help` lists them.")
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| refused(format!("can't be read: {error}.")))?;
    let values: serde_json::Map<String, serde_json::Value> = if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).map_err(|error| refused(format!("is no JSON: {error}.")))?
    } else {
        toml::from_str(&text)
            .map_err(|error| refused(format!("is no TOML: {}.", error.to_string().trim_end())))?
    };
    let mut all = BTreeMap::new();
    for (key, value) in values {
        if Question::find(&key).is_none() {
            let hint = if key == "client_secret" {
                " A secret is never read from it: use `--client-secret-stdin` or `--client-secret-file`."
            } else {
                ""
            };
            return Err(refused(format!(
                "has the key `{}`, which is no question.{hint}",
                crate::text::printable(&key)
            )));
        }
        let texts = as_texts(&value)
            .ok_or_else(|| refused(format!("has something else than text under `{key}`.")))?;
        all.insert(key, texts);
    }
    Ok(all)
}

fn as_texts(value: &serde_json::Value) -> Option<Vec<String>> {
    match value {
        serde_json::Value::String(text) => Some(vec![text.clone()]),
        serde_json::Value::Number(number) => Some(vec![number.to_string()]),
        serde_json::Value::Array(all) => all
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect(),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Object(_) => None,
    }
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

    #[test]
    fn an_earlier_source_wins_and_is_remembered() {
        let flags = BTreeMap::from([("tenant".to_owned(), vec!["flag.com".to_owned()])]);
        let host = Host::made_of([
            ("AZCONNECT_TENANT", "env.com"),
            ("AZCONNECT_STORE", "none"),
            ("AZCONNECT_SUBSCRIPTION", "all"),
        ]);
        let file = file(
            "tenant = \"file.com\"\nstore = \"keyring\"\nsecret_days = 90\n",
            ".toml",
        );
        let saved = BTreeMap::from([
            ("secret_days".to_owned(), vec!["10".to_owned()]),
            ("connection".to_owned(), vec!["saved".to_owned()]),
        ]);
        let answers = Answers::gather(&flags, &host, Some(file.path()), &saved).unwrap();
        assert_eq!(
            answers.get("tenant"),
            Some(&Answer {
                values: vec!["flag.com".into()],
                source: Source::Flag("--tenant".into())
            })
        );
        assert_eq!(
            answers.get("store").unwrap().source,
            Source::Env("AZCONNECT_STORE".into())
        );
        assert_eq!(answers.value("secret_days"), Some("90"));
        assert_eq!(answers.get("connection").unwrap().source, Source::Saved);
    }

    #[test]
    fn every_mistake_is_told_at_once_with_its_place() {
        let flags = BTreeMap::from([("tenant".to_owned(), vec!["x".to_owned()])]);
        let host = Host::made_of([("AZCONNECT_SECRET_DAYS", "no")]);
        let error = Answers::gather(&flags, &host, None, &BTreeMap::new()).unwrap_err();
        assert!(
            error.message().starts_with("--tenant: `x` is not"),
            "{error}"
        );
        assert!(
            error.advice()[0].starts_with("AZCONNECT_SECRET_DAYS: `no`"),
            "{:?}",
            error.advice()
        );
    }

    #[test]
    fn an_answers_file_never_holds_a_secret_or_an_unknown_key() {
        for (text, expected) in [
            ("{\"client_secret\": \"x\"}", "never read"),
            ("tenat = \"x\"", "no question"),
            ("tenant = [1]", "something else"),
            ("tenant = ", "no TOML"),
        ] {
            let file = file(text, "");
            let error = Answers::gather(
                &BTreeMap::new(),
                &Host::made_of([]),
                Some(file.path()),
                &BTreeMap::new(),
            )
            .unwrap_err();
            assert!(error.message().contains(expected), "{error}");
        }
    }
}
