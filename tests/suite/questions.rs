//! The reference of the questions says what the table says.

use azconnect::interview::QUESTIONS;

use crate::lab::Lab;

#[test]
fn help_questions_names_every_way_to_answer_each() {
    let lab = Lab::new();
    let text = lab.run(&["help", "questions"]).exits(0).stdout;
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    for question in QUESTIONS {
        let ways = format!("{}, or `{}` in --answers", question.env(), question.key);
        for part in [
            ways.as_str(),
            &question.written(),
            question.prompt,
            question.explain,
            question.example,
            question.help,
        ] {
            let part: Vec<&str> = part.split_whitespace().collect();
            assert!(
                text.contains(&part.join(" ")),
                "{}: {part:?} in\n{text}",
                question.key
            );
        }
    }
}

#[test]
fn the_command_lists_them_and_explains_one() {
    let lab = Lab::new();
    let document = lab.run(&["questions", "--output", "json"]).exits(0).json();
    let keys: Vec<&str> = document["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["key"].as_str().unwrap())
        .collect();
    let wanted: Vec<&str> = QUESTIONS.iter().map(|question| question.key).collect();
    assert_eq!(keys, wanted);
    let all = lab.run(&["questions"]).exits(0).stdout;
    assert!(wanted.iter().all(|key| all.contains(key)), "{all}");
    for key in ["billing_account", "--billing-account"] {
        let one = lab.run(&["questions", "--", key]).exits(0).stdout;
        for part in [
            "Properties",
            "--billing-account 55671234",
            "AZCONNECT_BILLING_ACCOUNT=55671234",
            "billing_account = \"55671234\"",
        ] {
            assert!(one.contains(part), "{part} in\n{one}");
        }
    }
    let error = lab
        .run(&["questions", "colour", "--output", "json"])
        .exits(2)
        .json();
    assert_eq!(error["error"]["code"], "question_unknown");
    assert!(lab.log().is_empty());
}
