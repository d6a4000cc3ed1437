//! Each question can be answered in four ways, and each way leads to the same plan: flag, environment, answers file, and at the terminal
//! where the question is one that is asked.

mod cases;

use std::path::PathBuf;

use azconnect::interview::{QUESTIONS, Question};
use serde_json::Value;

use crate::answers_again::without_sources;
use crate::lab::{Lab, Ran};
use crate::people;
use crate::terminal::pty::Pty;

/// How one question is answered in all ways.
pub(crate) struct Case {
    /// The question's key.
    key: &'static str,
    /// The Azure that it is asked in.
    lab: Lab,
    /// The words behind `init` that answer everything else.
    base: Vec<String>,
    /// The answer.
    values: Vec<String>,
    /// How it is answered at a terminal; nothing where it is never asked.
    asked: Option<fn(&mut Pty)>,
    /// Who signs in with a browser; nobody where the environment has a credential.
    person: Option<&'static str>,
}

/// What a run came to.
struct Came {
    screen: String,
    steps: Value,
    warnings: Value,
    command: Value,
    answers: Vec<String>,
}

#[test]
fn flag_environment_file_and_prompt_give_the_same_plan() {
    for question in QUESTIONS {
        let mut case = cases::of(question.key)
            .unwrap_or_else(|| panic!("`{}` has no parity case", question.key));
        assert_eq!(case.key, question.key);
        let by_flag = by_flag(&case, question);
        let flag = match question.key {
            "vendor" => case.values[0].clone(),
            _ => question.written(),
        };
        assert!(
            by_flag
                .command
                .as_str()
                .is_some_and(|command| command.contains(&flag)),
            "{}: {:?}",
            question.key,
            by_flag.command
        );
        let environment = by_environment(&mut case, question);
        same(question, "in the environment", &environment, &by_flag);
        same(question, "in a file", &by_file(&case, question), &by_flag);
        if let Some(asked) = case.asked {
            same(
                question,
                "at the prompt",
                &by_prompt(&case, asked),
                &by_flag,
            );
        }
    }
}

#[test]
fn what_the_interview_asks_has_a_case_at_the_prompt() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/interview");
    let mut sources = String::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let asks = regex::Regex::new(r#"\.(?:choose|choose_as|choose_many|ask_text)\(\s*"([a-z_]+)""#)
        .unwrap();
    let mut keys: Vec<String> = asks
        .captures_iter(&sources)
        .map(|found| found[1].to_owned())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert!(keys.len() >= 12, "{keys:?}");
    for key in keys {
        // Whether somebody's export is used is asked by its name; what a script says instead is where else the files go.
        let key = if key == "export_name" {
            "export_directory"
        } else {
            &key
        };
        let case = cases::of(key).unwrap();
        assert!(
            case.asked.is_some(),
            "`{key}` is asked, and its parity case doesn't answer at the prompt"
        );
    }
}

fn same(question: &Question, way: &str, came: &Came, wanted: &Came) {
    let key = question.key;
    assert_eq!(
        came.answers, wanted.answers,
        "{key} {way}:\n{}",
        came.screen
    );
    assert_eq!(came.command, wanted.command, "{key} {way}");
    assert_eq!(came.steps, wanted.steps, "{key} {way}");
    assert_eq!(came.warnings, wanted.warnings, "{key} {way}");
}

fn by_flag(case: &Case, question: &Question) -> Came {
    let mut words = Vec::new();
    for value in &case.values {
        if question.key != "vendor" {
            words.push(question.written());
        }
        words.push(value.clone());
    }
    came(case, "flag.toml", &words)
}

fn by_environment(case: &mut Case, question: &Question) -> Came {
    case.lab.env.insert(question.env(), case.values.join(","));
    let came = came(case, "environment.toml", &[]);
    case.lab.env.remove(&question.env());
    came
}

fn by_file(case: &Case, question: &Question) -> Came {
    let file = case.lab.home().join("given.toml");
    let values: Vec<String> = case
        .values
        .iter()
        .map(|value| format!("{value:?}"))
        .collect();
    let value = match values.as_slice() {
        [one] if !question.many => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    std::fs::write(&file, format!("{} = {value}\n", question.key)).unwrap();
    came(
        case,
        "file.toml",
        &["--answers".to_owned(), "given.toml".to_owned()],
    )
}

fn words(case: &Case, saved: &str, more: &[String]) -> Vec<String> {
    let fixed = ["--plan", "--output", "json", "--save-answers", saved].map(str::to_owned);
    let all = std::iter::once("init".to_owned()).chain(case.base.clone());
    all.chain(more.to_vec()).chain(fixed).collect()
}

/// Runs it where nobody is asked.
fn came(case: &Case, saved: &str, more: &[String]) -> Came {
    let words = words(case, saved, more);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ran = match case.person {
        Some(name) => people::sign_in_by_browser(&case.lab, name, &words),
        None => case.lab.run(&words),
    };
    of(case, saved, &ran.exits(0))
}

fn by_prompt(case: &Case, asked: fn(&mut Pty)) -> Came {
    let saved = "prompt.toml";
    let words = words(case, saved, &[]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let address = case.lab.home().join("address");
    let _ = std::fs::remove_file(&address);
    let out = case.lab.home().join("out.json");
    let mut pty = Pty::start_with_output(&case.lab, 120, &words, &out);
    if let Some(name) = case.person {
        people::open_when_there(&case.lab, name, &address);
    }
    asked(&mut pty);
    let left = pty.end();
    let ran = Ran {
        code: left.code,
        stdout: std::fs::read_to_string(out).unwrap(),
        stderr: left.screen,
    };
    of(case, saved, &ran.exits(0))
}

fn of(case: &Case, saved: &str, ran: &Ran) -> Came {
    let document = ran.json();
    let text = std::fs::read_to_string(case.lab.home().join(saved)).unwrap();
    let is_answer = |line: &&str| !line.starts_with('#') && !line.is_empty();
    Came {
        screen: ran.stderr.clone(),
        steps: without_sources(&document),
        warnings: document["warnings"].clone(),
        command: document["command"].clone(),
        answers: text.lines().filter(is_answer).map(str::to_owned).collect(),
    }
}
