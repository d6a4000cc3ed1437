//! The same run once more, without a person: as a command line, and as an answers file.

use std::path::Path;

use super::Args;
use super::resume::answers_of;
use crate::commands::app::App;
use crate::commands::views::paragraph;
use crate::connection::ConnectionSpec;
use crate::error::{Error, Kind, Result};
use crate::interview::{Answers, Written};
use crate::text::shell_word;
use crate::ui::{Block, Event};
use crate::vendors::{self, ApplicationKind};

/// A command line that is longer than this is broken where a flag begins.
const LONGEST_LINE: usize = 96;
/// With more flags than this nobody wants to read the command line: a file says the same.
const MOST_FLAGS: usize = 40;

/// What is read, and so where a role is given.
const READS: &[&str] = &[
    "management_group",
    "customer_tenant",
    "department",
    "invoice_section",
    "billing_profile",
    "billing_account",
    "subscription",
];

/// How the id of a step begins, and the answers that it follows: the first that was given.
const DECIDED_BY: &[(&str, &[&str])] = &[
    (
        crate::steps::application::ID,
        &["app_id", "principal_id", "app_name"],
    ),
    (crate::steps::secret::ID, &["secret_days"]),
    (
        crate::steps::certificate::ID,
        &["certificate", "secret_days"],
    ),
    (crate::steps::federated::ID, &["federated", "issuer"]),
    ("role:storage-blob-data-reader:", &["container"]),
    ("role:", READS),
    ("billing-role:", READS),
    ("resource-group:", &["resource_group", "storage_account"]),
    ("storage-account:", &["storage_account"]),
    ("container:", &["container"]),
    ("export:", &["export_dataset"]),
    ("backfill:", &["backfill_months"]),
];

/// How to do the same again.
#[derive(Debug, Clone, Default)]
pub(super) struct Again {
    answers: Written,
    /// The command line in pieces, each quoted for a shell.
    pieces: Vec<String>,
    connection: String,
    /// Whether a person does the steps.
    needs_person: bool,
}

impl Again {
    /// From what was answered, and from what that led to. `answers` are the interview's, with where each came from.
    pub(super) fn new(args: &Args, app: &App, answers: &Answers, spec: &ConnectionSpec) -> Again {
        let mut decided = answers_of(spec);
        if !asks_which_app(spec) {
            decided.remove("partner_app");
        }
        let said = answers;
        let answers = Written::of(said, &decided);
        let mut words = vec![vec!["azconnect".to_owned(), "init".to_owned()]];
        words.extend(answers.words());
        let file_flag = |flag: &str, file: &Path| vec![flag.to_owned(), file.display().to_string()];
        if args.client_secret_stdin {
            words.push(vec!["--client-secret-stdin".to_owned()]);
        }
        if let Some(file) = &args.client_secret_file {
            words.push(file_flag("--client-secret-file", file));
        }
        if let Some(file) = &args.handover_to {
            words.push(file_flag("--handover-to", file));
        }
        if args.wait {
            words.push(vec!["--wait".to_owned()]);
        }
        let quoted = |words: &Vec<String>| -> String {
            let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
            words.join(" ")
        };
        let mut pieces: Vec<String> = words.iter().map(quoted).collect();
        // The vendor belongs to the verb.
        if pieces.len() > 1 && !pieces[1].starts_with('-') {
            let vendor = pieces.remove(1);
            pieces[0] = format!("{} {vendor}", pieces[0]);
        }
        pieces.extend(app.azure_flag());
        let needs_person = needs_person(said);
        if !needs_person {
            pieces.push("--yes".to_owned());
        }
        Again {
            needs_person,
            answers,
            pieces,
            connection: spec.name.to_string(),
        }
    }

    /// Where the answers came from that a step of the plan follows; nothing where it follows from the others.
    pub(super) fn source_of(&self, step: &str) -> Option<String> {
        let (_, keys) = DECIDED_BY
            .iter()
            .find(|(beginning, _)| step.starts_with(beginning))?;
        self.answers.source(keys)
    }

    /// The command line, for programs: one line.
    pub(super) fn command(&self) -> String {
        self.pieces.join(" ")
    }

    /// The command line, for people.
    pub(super) fn blocks(&self) -> Vec<Block> {
        if self.pieces.len() > MOST_FLAGS {
            let text = "The same with these answers: add `--save-answers FILE` to keep these answers, then `azconnect init --answers FILE`.";
            return vec![paragraph(text)];
        }
        vec![
            paragraph(if self.needs_person {
                "The same with these answers:"
            } else {
                "The same without questions, for a CI job:"
            }),
            Block::Lines {
                lines: self.lines(),
            },
        ]
    }

    fn lines(&self) -> Vec<String> {
        let whole = self.command();
        if whole.chars().count() <= LONGEST_LINE {
            return vec![whole];
        }
        let last = self.pieces.len() - 1;
        let line = |(at, piece): (usize, &String)| {
            let indent = if at == 0 { "" } else { "  " };
            let end = if at == last { "" } else { " \\" };
            format!("{indent}{piece}{end}")
        };
        self.pieces.iter().enumerate().map(line).collect()
    }

    /// The answers file.
    pub(super) fn file(&self, app: &App) -> String {
        let day: String = app.host.now().to_string().chars().take(10).collect();
        let lead = [
            format!(
                "Answers of `azconnect init` for the connection `{}`, saved on {day}.",
                self.connection
            ),
            "Give them again: azconnect init --answers THIS-FILE --yes".to_owned(),
            "No secret is in here, and none is read from here.".to_owned(),
        ];
        self.answers.file(&lead)
    }

    /// Writes the answers file, readable by its owner only. `is_ours` where this run has written it before the person went back.
    ///
    /// # Errors
    /// As [`check`]; `Storage` where it can't be written.
    pub(super) fn save(&self, app: &App, file: &Path, is_ours: bool) -> Result<()> {
        if !is_ours {
            check(file)?;
        }
        write(file, &self.file(app))?;
        app.ui.tell(Event::Fact {
            label: "Answers".to_owned(),
            value: format!("saved in {}", file.display()),
            source: String::new(),
        });
        Ok(())
    }
}

/// Whether a person does the steps, so that no script can run it.
fn needs_person(answers: &Answers) -> bool {
    answers.value("mode") == Some("guided")
}

/// Whether the vendor is of those that sign in with an app of Partner Center's.
fn asks_which_app(spec: &ConnectionSpec) -> bool {
    vendors::find(&spec.vendor)
        .is_some_and(|vendor| vendor.application.kind == ApplicationKind::PartnerCenterWebApp)
}

/// Whether answers can be saved there: asked before anything else, so that nobody answers in vain.
///
/// # Errors
/// `Usage` where something is there already; `Storage` where there is no folder for it.
pub(super) fn check(file: &Path) -> Result<()> {
    if file.symlink_metadata().is_ok() {
        return Err(Error::usage(
            "answers_exist",
            format!(
                "The answers can't be saved in `{}`: it exists already.",
                file.display()
            ),
        )
        .why("Nothing of yours is written over.")
        .hint("Name a file that doesn't exist yet with `--save-answers`, or move this one away."));
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_none_or(Path::is_dir) {
        return Ok(());
    }
    Err(not_written(file, &"its folder doesn't exist"))
}

/// Writes a file that is new, as a whole or not at all.
///
/// # Errors
/// `Storage` where it can't be written.
pub(super) fn write(file: &Path, text: &str) -> Result<()> {
    crate::store::write_atomically(file, text.as_bytes()).map_err(|error| not_written(file, &error))
}

fn not_written(file: &Path, reason: &dyn std::fmt::Display) -> Error {
    let reason = reason.to_string();
    Error::new(
        Kind::Storage,
        "answers_not_saved",
        format!(
            "Couldn't write `{}`: {}.",
            file.display(),
            reason.trim_end_matches('.')
        ),
    )
    .hint("Name a file in a folder that is there and yours.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(pieces: &[&str]) -> Again {
        Again {
            pieces: pieces.iter().map(|piece| (*piece).to_owned()).collect(),
            ..Again::default()
        }
    }

    #[test]
    fn a_long_command_line_is_broken_where_a_flag_begins() {
        assert_eq!(
            again(&["azconnect init x", "--yes"]).lines(),
            ["azconnect init x --yes"]
        );
        let long = format!("--subscription {}", "x".repeat(90));
        let broken = again(&["azconnect init x", &long, "--yes"]).lines();
        assert_eq!(
            broken,
            [
                "azconnect init x \\".to_owned(),
                format!("  {long} \\"),
                "  --yes".to_owned()
            ]
        );
    }

    #[test]
    fn nobody_has_to_read_a_thousand_flags() {
        let many: Vec<String> = (0..1_000)
            .map(|at| format!("--customer-tenant {at}"))
            .collect();
        let pieces: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(again(&pieces).blocks().len(), 1);
    }
}
