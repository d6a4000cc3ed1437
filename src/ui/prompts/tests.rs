//! Questions answered by a script.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::VecDeque;

use super::*;
use crate::ui::session::Buffer;

/// A keyboard that types these lines and then goes away.
struct Script(Mutex<VecDeque<&'static str>>);

impl Keyboard for Script {
    fn line(&self) -> io::Result<Option<String>> {
        Ok(self.0.lock().unwrap().pop_front().map(str::to_owned))
    }

    fn hidden_line(&self) -> io::Result<Option<String>> {
        self.line()
    }
}

fn prompts(lines: &[&'static str]) -> (Prompts, Buffer) {
    let buffer = Buffer::default();
    let prompts = Prompts {
        look: Look::PLAIN,
        sink: Arc::new(Mutex::new(buffer.clone())),
        keyboard: Box::new(Script(Mutex::new(lines.iter().copied().collect()))),
        columns: || 80,
    };
    (prompts, buffer)
}

fn ask(default: Option<&str>) -> Ask {
    Ask {
        key: "app_name".into(),
        prompt: "What should the app be called?".into(),
        help: "People see it in the Entra admin center.".into(),
        default: default.map(str::to_owned),
        ..Ask::default()
    }
}

fn options() -> Vec<Choice> {
    ["Production", "Test"]
        .map(|label| Choice {
            label: label.into(),
            detail: format!("id-{label}"),
        })
        .to_vec()
}

fn no_spaces(text: &str) -> Result<(), String> {
    if text.contains(' ') {
        Err("A name has no spaces.".to_owned())
    } else {
        Ok(())
    }
}

#[test]
fn a_refused_text_is_asked_for_again_and_help_comes_on_request() {
    let (prompts, buffer) = prompts(&["?", "two words", "left\u{1b}[D", "", "spot"]);
    assert_eq!(prompts.text(&ask(None), &no_spaces).unwrap(), "spot");
    let text = buffer.text();
    assert!(text.starts_with("What should the app be called?  ? for help\nAnswer: "));
    for sentence in [
        "People see it in the Entra admin center.",
        "A name has no spaces.",
        "That line holds arrow or control keys.",
        "This question needs an answer.",
    ] {
        assert_eq!(text.matches(sentence).count(), 1, "{sentence} in {text}");
    }
}

#[test]
fn enter_takes_the_default_if_it_is_accepted() {
    let (prompts, buffer) = prompts(&[""]);
    assert_eq!(
        prompts.text(&ask(Some("spot")), &no_spaces).unwrap(),
        "spot"
    );
    assert!(buffer.text().contains("(Enter for spot)"));
}

#[test]
fn escape_the_end_of_input_and_nothing_but_enter_all_stop() {
    for lines in [vec!["\u{1b}"], vec![], vec![""; 20]] {
        let (prompts, _) = prompts(&lines);
        let error = prompts.text(&ask(None), &no_spaces).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Interrupted, "interrupted")
        );
        let (prompts, _) = self::prompts(&lines);
        assert_eq!(
            prompts.proceed(&ask(None)).unwrap_err().kind(),
            Kind::Interrupted
        );
        let (prompts, _) = self::prompts(&lines);
        assert_eq!(
            prompts.choose(&ask(None), &options()).unwrap_err().kind(),
            Kind::Interrupted
        );
        let (prompts, _) = self::prompts(&lines);
        assert_eq!(
            prompts.secret(&ask(None)).unwrap_err().kind(),
            Kind::Interrupted
        );
    }
}

#[test]
fn a_secret_is_never_written() {
    let (prompts, buffer) = prompts(&["?", "", "canary~8Q"]);
    assert_eq!(prompts.secret(&ask(None)).unwrap().expose(), "canary~8Q");
    assert!(buffer.text().contains("is not shown"));
    assert!(!buffer.text().contains("canary"));
}

#[test]
fn proceed_has_no_default() {
    for (line, expected) in [
        ("y", Proceed::Yes),
        ("No", Proceed::No),
        ("EXPLAIN", Proceed::Explain),
    ] {
        let (prompts, buffer) = prompts(&["", "maybe", line]);
        assert_eq!(prompts.proceed(&ask(None)).unwrap(), expected);
        assert_eq!(buffer.text().matches("[y]es  [n]o  [e]xplain").count(), 3);
    }
}

#[test]
fn choices_are_numbered_and_at_least_one_is_needed() {
    let (prompts, buffer) = prompts(&["7", "2"]);
    assert_eq!(prompts.choose(&ask(None), &options()).unwrap(), 1);
    assert!(
        buffer
            .text()
            .contains("  1  Production, id-Production\n  2  Test, id-Test\n")
    );
    assert!(buffer.text().contains("The numbers go from 1 to 2."));
    let (prompts, buffer) = self::prompts(&["", "1-2"]);
    assert_eq!(prompts.choose_many(&ask(None), &options()).unwrap(), [0, 1]);
    assert!(buffer.text().contains("at least one is needed"));
    let (prompts, _) = self::prompts(&[""]);
    assert_eq!(
        prompts.choose(&ask(Some("id-Test")), &options()).unwrap(),
        1
    );
}

/// A question that is not the first.
fn later() -> Ask {
    Ask {
        can_go_back: true,
        can_save: true,
        ..ask(None)
    }
}

#[test]
fn a_sign_or_a_word_leads_to_the_question_before() {
    for typed in ["<", "back", "Back"] {
        let (prompts, buffer) = prompts(&[typed]);
        let error = prompts.text(&later(), &no_spaces).unwrap_err();
        assert!(crate::ui::is_back(&error), "{typed}");
        assert!(buffer.text().contains("< to go back"), "{}", buffer.text());
        let (prompts, _) = self::prompts(&[typed]);
        assert!(crate::ui::is_back(
            &prompts.choose(&later(), &options()).unwrap_err()
        ));
        let (prompts, _) = self::prompts(&[typed]);
        assert!(crate::ui::is_back(
            &prompts.choose_many(&later(), &options()).unwrap_err()
        ));
        let (prompts, _) = self::prompts(&[typed]);
        assert!(crate::ui::is_back(&prompts.proceed(&later()).unwrap_err()));
    }
}

#[test]
fn before_the_first_question_there_is_none() {
    let (prompts, buffer) = prompts(&["<", "app"]);
    assert_eq!(prompts.text(&ask(None), &no_spaces).unwrap(), "app");
    let text = buffer.text();
    assert!(
        text.contains("There is no question before this one."),
        "{text}"
    );
    assert!(!text.contains("to go back"), "{text}");
    // Then the word is an answer like any other.
    let (prompts, _) = self::prompts(&["back"]);
    assert_eq!(prompts.text(&ask(None), &no_spaces).unwrap(), "back");
}

#[test]
fn a_plan_can_be_saved_where_that_is_offered() {
    let (prompts, buffer) = prompts(&["", "S"]);
    assert_eq!(prompts.proceed(&later()).unwrap(), Proceed::Save);
    let text = buffer.text();
    assert!(text.contains("[s]ave  [b]ack"), "{text}");
    assert!(text.contains("s to save it in a file"), "{text}");
    let (prompts, buffer) = self::prompts(&["s", "n"]);
    assert_eq!(prompts.proceed(&ask(None)).unwrap(), Proceed::No);
    assert!(!buffer.text().contains("save"), "{}", buffer.text());
}

#[test]
fn a_long_list_is_searched_and_the_match_is_the_real_one() {
    let many: Vec<Choice> = (0..1_200)
        .map(|at| Choice {
            label: format!("Customer {at:04}"),
            detail: String::new(),
        })
        .collect();
    let (prompts, buffer) = prompts(&["nobody", "?", "er 070"]);
    let found = crate::ui::narrow::narrowed(&prompts, &later(), &many).unwrap();
    assert_eq!(found, (700..710).collect::<Vec<_>>());
    let text = buffer.text();
    assert!(
        text.contains("1200 found") && !text.contains("Customer 0001"),
        "{text}"
    );
    assert!(text.contains("Nothing in the list has `nobody`"), "{text}");
    assert!(text.contains("Entra admin center"), "{text}");
}
