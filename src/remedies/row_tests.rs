//! Each row by itself: it is complete, keeps the rules of our texts, and is found by its own code.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;

use super::{FILES, Kind, PLACEHOLDERS, Remedy, all, find, parse, situation};

/// What identifies a row when a test fails.
fn label(row: &Remedy) -> String {
    format!(
        "{:?} {:?} {:?} {:?}",
        row.service, row.codes, row.statuses, row.contains
    )
}

/// Every text of a row.
fn texts(row: &Remedy) -> impl Iterator<Item = &String> {
    std::iter::once(&row.why).chain(&row.fix).chain(&row.who)
}

/// The names in braces of a line.
fn placeholders(line: &str) -> Vec<&str> {
    line.split('{')
        .skip(1)
        .map(|rest| rest.split_once('}').unwrap_or_else(|| panic!("{line}")).0)
        .collect()
}

fn whole_facts() -> BTreeMap<&'static str, String> {
    PLACEHOLDERS
        .iter()
        .map(|(name, _)| (*name, format!("the-{name}")))
        .collect()
}

#[test]
fn every_file_parses() {
    let mut rows = 0;
    for (file, text) in FILES {
        match parse(text) {
            Ok(remedies) => rows += remedies.len(),
            Err(error) => panic!("{file}: {error}"),
        }
    }
    assert_eq!(rows, all().len());
}

#[test]
fn every_row_says_when_it_counts_and_why_it_happened() {
    for row in all() {
        let found_by = row.codes.len() + row.statuses.len() + usize::from(row.contains.is_some());
        assert!(found_by > 0, "{} can't be found", label(row));
        assert!(
            row.why.trim().len() > 20 && row.why.ends_with('.'),
            "{}: why",
            label(row)
        );
        assert!(!row.fix.is_empty(), "{}: fix", label(row));
        assert!(
            row.fix.iter().all(|line| !line.trim().is_empty()),
            "{}: empty fix",
            label(row)
        );
        assert!(
            row.link
                .as_ref()
                .is_none_or(|link| link.starts_with("https://")),
            "{}: link",
            label(row)
        );
        assert!(
            !row.why.contains('{'),
            "{}: only fixes have placeholders",
            label(row)
        );
    }
}

#[test]
fn every_row_is_found_by_each_of_its_own_codes_and_statuses() {
    for row in all() {
        let codes: Vec<&str> = if row.codes.is_empty() {
            vec![""]
        } else {
            row.codes.iter().map(String::as_str).collect()
        };
        let statuses = if row.statuses.is_empty() {
            vec![418]
        } else {
            row.statuses.clone()
        };
        let message = row
            .contains
            .as_deref()
            .map(|part| format!("Azure says: {part}, and more."))
            .unwrap_or_default();
        for code in codes {
            for status in &statuses {
                let found = find(row.service, code, *status, &message);
                assert!(
                    found.is_some_and(|found| std::ptr::eq(found, row)),
                    "{}: {code} finds {found:?}",
                    label(row)
                );
            }
        }
    }
}

/// Somebody to ask, where a line names neither a command nor a link.
const PEOPLE: &[&str] = &[
    "administrator",
    "owner",
    "whoever",
    "partner who",
    "contributor",
];

#[test]
fn every_fix_names_a_command_a_person_or_a_link() {
    for row in all() {
        for line in &row.fix {
            let lower = line.to_lowercase();
            let person = PEOPLE.iter().any(|person| lower.contains(person));
            let somewhere =
                line.contains('`') || line.contains("https://") || line.contains("{portal}");
            assert!(somewhere || person, "{}: {line}", label(row));
            assert_eq!(line.matches('`').count() % 2, 0, "{}: {line}", label(row));
            assert!(
                !lower.trim_end_matches('.').ends_with("try again"),
                "{}: {line}",
                label(row)
            );
        }
    }
}

#[test]
fn who_is_a_person_and_somebody_is_named_wherever_a_right_is_missing() {
    for row in all().iter().filter(|row| row.kind == Kind::Forbidden) {
        let asks = row
            .fix
            .iter()
            .any(|line| line.contains("Ask ") || line.contains("--sign-in"));
        assert!(row.who.is_some() || asks, "{}: nobody can help", label(row));
    }
}

#[test]
fn placeholders_are_known_and_stand_where_they_can_be_quoted() {
    for row in all() {
        for line in texts(row) {
            for name in placeholders(line) {
                assert!(
                    PLACEHOLDERS.iter().any(|(known, _)| *known == name),
                    "{}: {{{name}}}",
                    label(row)
                );
            }
            for part in line.split('"').skip(1).step_by(2) {
                assert!(
                    !part.contains('{'),
                    "{}: a placeholder inside quotes: {line}",
                    label(row)
                );
            }
            assert!(
                !line.contains("'{") && !line.contains("}'"),
                "{}: {line}",
                label(row)
            );
        }
    }
}

#[test]
fn commands_stand_in_backticks() {
    for row in all() {
        for line in &row.fix {
            let outside: String = line.split('`').step_by(2).collect();
            for program in [
                "az ",
                "azconnect init",
                "azconnect check",
                "azconnect rotate",
                " --",
            ] {
                assert!(!outside.contains(program), "{}: {line}", label(row));
            }
        }
    }
}

/// Verbs of the command line's contract: a remedy must not send anybody to one that doesn't exist.
const COMMANDS: &[&str] = &[
    "init", "check", "list", "show", "handover", "rotate", "remove", "vendors", "sandbox",
];

/// Flags of the command line's contract that remedies name.
const FLAGS: &[&str] = &[
    "--container",
    "--resource-group",
    "--app-id",
    "--app-name",
    "--billing-account",
    "--ca-file",
    "--client-secret-file",
    "--client-secret-stdin",
    "--cloud",
    "--connection",
    "--plan",
    "--credential",
    "--customer-tenant",
    "--default-domain",
    "--export-dataset",
    "--export-directory",
    "--export-name",
    "--from",
    "--handover-to",
    "--location",
    "--log-file",
    "--management-group",
    "--mode",
    "--partner-id",
    "--resume",
    "--secret-days",
    "--sign-in",
    "--sign-in-client-id",
    "--storage-account",
    "--store",
    "--subscription",
    "--tenant",
    "--timeout",
    "--to",
    "--vendor-app-id",
];

#[test]
fn commands_and_flags_of_ours_exist() {
    for row in all() {
        for line in &row.fix {
            for command in line.split('`').skip(1).step_by(2) {
                let mut words = command.split_whitespace();
                let program = words.next().unwrap();
                if program == "azconnect" {
                    let verb = words.next().unwrap();
                    assert!(COMMANDS.contains(&verb), "{}: {command}", label(row));
                }
                if program == "azconnect" || program.starts_with("--") {
                    let flags = command
                        .split_whitespace()
                        .filter(|word| word.starts_with("--"));
                    for flag in flags {
                        assert!(FLAGS.contains(&flag), "{}: {flag} in {command}", label(row));
                    }
                }
            }
        }
    }
}

#[test]
fn words_keep_the_rules_of_our_texts() {
    let banned = [
        "successfully",
        "please",
        "oops",
        "sorry",
        "done.",
        "do you want",
    ];
    for row in all() {
        for text in texts(row) {
            let lower = text.to_lowercase();
            for word in banned {
                assert!(!lower.contains(word), "{}: `{word}` in {text}", label(row));
            }
            assert!(
                text.chars().all(|letter| !letter.is_control()),
                "{}: {text}",
                label(row)
            );
        }
    }
}

#[test]
fn every_row_has_something_to_do_with_all_values_and_with_none() {
    for row in all() {
        let complete = row.fixes(&whole_facts());
        let possible = row.fix.iter().filter(|line| situation::is_possible(line));
        assert_eq!(complete.len(), possible.count().max(1), "{}", label(row));
        assert!(
            complete.iter().all(|line| !line.contains('{')),
            "{complete:?}"
        );
        let bare = row.fixes(&BTreeMap::new());
        assert!(!bare.is_empty(), "{}", label(row));
    }
}
