//! The answers of a run, written down so that they can be given again: as a file for `--answers`, and as the words of a command line.
//!
//! No question asks for a secret, so neither form can hold one.

use std::collections::BTreeMap;

use super::answers::{Answer, Answers, Source};
use super::questions::{QUESTIONS, Question};
use crate::text::printable_message;

/// The name of a connection stays in the command line even where nobody said it: it is made from the directory's name, and a directory
/// that is renamed must not make the same command connect a second app.
const ALWAYS_SAID: &str = "connection";

/// Every answer of a run, in the table's order.
#[derive(Debug, Clone, Default)]
pub struct Written(Vec<(&'static Question, Answer)>);

impl Written {
    /// What was answered, and below it what was `decided` where nobody answered.
    pub fn of(answers: &Answers, decided: &BTreeMap<String, Vec<String>>) -> Written {
        let all = QUESTIONS.iter().filter_map(|question| {
            let by_default = || {
                let values = decided.get(question.key)?.clone();
                let source = Source::Default;
                Some(Answer { values, source })
            };
            let answer = answers.get(question.key).cloned().or_else(by_default)?;
            (!answer.values.is_empty()).then_some((question, answer))
        });
        Written(all.collect())
    }

    /// The file for `--answers`: TOML, each answer below what it is and where it came from. `lead` is the comment that it begins with.
    pub fn file(&self, lead: &[String]) -> String {
        let mut text: String = lead.iter().map(|line| comment(line)).collect();
        for (question, answer) in &self.0 {
            let of = |value: &String| toml::Value::String(value.clone());
            let value = match answer.values.as_slice() {
                [one] if !question.many => of(one),
                several => toml::Value::Array(several.iter().map(of).collect()),
            };
            let what = format!("{} ({})", question.help, answer.source);
            text.push_str(&format!("\n{}{} = {value}\n", comment(&what), question.key));
        }
        text
    }

    /// Where the first of these answers came from that was given.
    pub fn source(&self, keys: &[&str]) -> Option<String> {
        let of = |key: &&str| self.0.iter().find(|(question, _)| question.key == *key);
        let (_, answer) = keys.iter().find_map(of)?;
        Some(answer.source.to_string())
    }

    /// The words of `azconnect init` that say the same: each flag with its value is one item. What is so by default is left away.
    pub fn words(&self) -> Vec<Vec<String>> {
        let said = self.0.iter().filter(|(question, answer)| {
            answer.source != Source::Default || question.key == ALWAYS_SAID
        });
        said.flat_map(|(question, answer)| answer.values.iter().map(|value| word(question, value)))
            .collect()
    }
}

/// A comment of one line, whatever the text holds.
fn comment(text: &str) -> String {
    format!("# {}\n", printable_message(text))
}

fn word(question: &Question, value: &str) -> Vec<String> {
    let value = value.to_owned();
    if question.key == "vendor" {
        return vec![value];
    }
    // What begins with a hyphen would be read as another flag.
    if value.starts_with('-') {
        return vec![format!("{}={value}", question.written())];
    }
    vec![question.written(), value]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::host::Host;

    fn gathered(flags: &[(&str, &[&str])]) -> Answers {
        let flags = flags.iter().map(|(key, values)| {
            let values = values.iter().map(|value| (*value).to_owned());
            ((*key).to_owned(), values.collect())
        });
        let host = Host::made_of([("AZCONNECT_TENANT", "contoso.com")]);
        Answers::gather(&flags.collect(), &host, None, &BTreeMap::new()).unwrap()
    }

    fn decided() -> BTreeMap<String, Vec<String>> {
        [
            ("tenant", "other.com"),
            ("store", "keyring"),
            ("connection", "spot"),
        ]
        .map(|(key, value)| (key.to_owned(), vec![value.to_owned()]))
        .into()
    }

    #[test]
    fn a_file_gives_every_answer_again_and_says_whose_it_was() {
        let answers = gathered(&[
            ("subscription", &["all"]),
            ("app_name", &["It's \"ours\" \\ here"]),
        ]);
        let text = Written::of(&answers, &decided()).file(&["Saved\nby a test".to_owned()]);
        assert!(text.starts_with("# Savedby a test\n"), "{text}");
        assert!(
            text.contains("(AZCONNECT_TENANT)\ntenant = \"contoso.com\""),
            "{text}"
        );
        assert!(
            text.contains("(--subscription)\nsubscription = [\"all\"]"),
            "{text}"
        );
        assert!(text.contains("(default)\nstore = \"keyring\""), "{text}");
        let written = Written::of(&answers, &decided());
        for (keys, source) in [
            (&["app_id", "app_name"][..], Some("--app-name")),
            (&["store"], Some("default")),
            (&["location"], None),
        ] {
            assert_eq!(written.source(keys).as_deref(), source, "{keys:?}");
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("answers.toml");
        std::fs::write(&file, &text).unwrap();
        let again = Answers::gather(
            &BTreeMap::new(),
            &Host::made_of([]),
            Some(&file),
            &BTreeMap::new(),
        )
        .unwrap();
        for (key, value) in [
            ("tenant", "contoso.com"),
            ("app_name", "It's \"ours\" \\ here"),
            ("connection", "spot"),
        ] {
            assert_eq!(again.value(key), Some(value));
        }
    }

    #[test]
    fn a_command_line_says_what_was_said_and_the_connections_name() {
        let answers = gathered(&[
            ("vendor", &["generic"]),
            ("subscription", &["all"]),
            ("app_name", &["-x"]),
        ]);
        let words = Written::of(&answers, &decided()).words();
        let words: Vec<String> = words.iter().map(|word| word.join(" ")).collect();
        assert_eq!(
            words,
            [
                "generic",
                "--connection spot",
                "--tenant contoso.com",
                "--subscription all",
                "--app-name=-x"
            ]
        );
    }
}
