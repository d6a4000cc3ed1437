//! No remedy sends anybody to a command or a flag that this release doesn't have.

use std::collections::BTreeSet;

use azconnect::commands::arguments::CommandLine;
use azconnect::remedies;
use clap::CommandFactory;

/// Every command, and every flag of any command.
fn words() -> (BTreeSet<String>, BTreeSet<String>) {
    let line = CommandLine::command();
    let commands: BTreeSet<String> = line
        .get_subcommands()
        .map(|one| one.get_name().to_owned())
        .collect();
    let flags = std::iter::once(&line)
        .chain(line.get_subcommands())
        .flat_map(|command| command.get_arguments())
        .filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
        .collect();
    (commands, flags)
}

#[test]
fn what_remedies_say_can_be_typed() {
    let (commands, flags) = words();
    for row in remedies::all() {
        let possible = |line: &&String| !remedies::NOT_YET.iter().any(|word| line.contains(word));
        for line in row.fix.iter().filter(possible) {
            for command in line.split('`').skip(1).step_by(2) {
                let mut words = command.split_whitespace();
                let first = words.next().unwrap();
                if first == "azconnect" {
                    let verb = words.next().unwrap();
                    assert!(commands.contains(verb), "`{command}` in {line}");
                }
                if first == "azconnect" || first.starts_with("--") {
                    let named = command
                        .split_whitespace()
                        .filter(|word| word.starts_with("--"));
                    for flag in named {
                        assert!(flags.contains(flag), "`{flag}` in {line}");
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_is_kept_back_that_is_there() {
    let (commands, flags) = words();
    for word in remedies::NOT_YET {
        match word.split_once(' ') {
            Some(("azconnect", verb)) => assert!(!commands.contains(verb), "{word}"),
            // A value of a flag that is there: the questions' table says which values it takes now.
            Some((flag, value)) => {
                let question = azconnect::interview::QUESTIONS
                    .iter()
                    .find(|question| format!("--{}", question.flag) == flag)
                    .unwrap();
                assert!((question.check)(value).is_err(), "{word}");
            }
            None => assert!(!flags.contains(*word), "{word}"),
        }
    }
}
