//! What azconnect tells people to type exists.

use azconnect::commands::arguments::CommandLine;
use azconnect::remedies::{self, Service};
use clap::CommandFactory;

/// Services whose errors this release can meet; the others' rows wait for the releases that call them.
const MET: &[Service] = &[
    Service::Entra,
    Service::Graph,
    Service::Arm,
    Service::CostManagement,
    Service::Network,
    Service::Store,
];

#[test]
fn every_command_and_flag_that_a_remedy_names_can_be_typed() {
    let line = CommandLine::command();
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for row in remedies::all()
        .iter()
        .filter(|row| MET.contains(&row.service))
    {
        for command in row
            .fix
            .iter()
            .filter(|fix| !remedies::NOT_YET.iter().any(|word| fix.contains(word)))
            .flat_map(|fix| fix.split('`').skip(1).step_by(2))
        {
            let words: Vec<&str> = command.split_whitespace().collect();
            let verb = match words.as_slice() {
                ["azconnect", verb, ..] => Some(*verb),
                [flag, ..] if flag.starts_with("--") => None,
                _ => continue,
            };
            looked_at += 1;
            let known = |flag: &str| -> bool {
                line.get_subcommands()
                    .filter(|sub| verb.is_none_or(|verb| sub.get_name() == verb))
                    .flat_map(|sub| sub.get_arguments())
                    .chain(line.get_arguments())
                    .any(|argument| argument.get_long() == flag.strip_prefix("--"))
            };
            if verb.is_some_and(|verb| line.find_subcommand(verb).is_none()) {
                wrong.push(format!(
                    "{:?} {:?}: no such command: {command}",
                    row.service, row.codes
                ));
            }
            wrong.extend(
                words
                    .iter()
                    .filter(|word| word.starts_with("--") && !known(word))
                    .map(|flag| {
                        format!(
                            "{:?} {:?}: no such flag {flag}: {command}",
                            row.service, row.codes
                        )
                    }),
            );
        }
    }
    assert!(looked_at > 20, "only {looked_at} commands were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_kept_back_that_is_there() {
    let line = CommandLine::command();
    let flags: Vec<String> = line
        .get_subcommands()
        .chain([&line])
        .flat_map(|command| command.get_arguments())
        .filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
        .collect();
    for word in remedies::NOT_YET {
        let Some((flag, value)) = word.split_once(' ') else {
            assert!(!flags.contains(&(*word).to_owned()), "{word}");
            continue;
        };
        let mut questions = azconnect::interview::QUESTIONS.iter();
        let question = questions.find(|question| question.written() == flag);
        assert!((question.unwrap().check)(value).is_err(), "{word}");
    }
}
