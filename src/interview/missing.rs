//! All gaps at once: what is missing where nobody can be asked.

use super::questions::Question;
use crate::error::{Error, Gap};

/// The gap that an unanswered question leaves.
pub fn gap(question: &Question, choices: Vec<String>) -> Gap {
    Gap {
        key: question.key.to_owned(),
        flag: question.written(),
        env: question.env(),
        example: question.example.to_owned(),
        choices,
        in_answers_file: true,
    }
}

/// The consent to the plan, which a script has to give beforehand.
pub fn consent() -> Gap {
    Gap {
        key: "yes".to_owned(),
        flag: "--yes".to_owned(),
        env: "AZCONNECT_YES".to_owned(),
        example: "1".to_owned(),
        choices: Vec::new(),
        in_answers_file: false,
    }
}

/// The error that names every gap.
pub fn error(gaps: Vec<Gap>) -> Error {
    let count = match gaps.len() {
        1 => "1 more answer".to_owned(),
        several => format!("{several} more answers"),
    };
    Error::usage("answers_missing", format!("azconnect needs {count}."))
        .why("Nobody can be asked here: there is no terminal, or `--no-input` or `CI` is set.")
        .hint("Give them as flags, in the environment, or in a file with `--answers FILE`.")
        .missing(gaps)
}
