//! The command line as it is typed: global flags here, each command's own in its file, the questions' flags from their table.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Arg, ArgAction, ArgMatches, FromArgMatches};

use crate::interview::QUESTIONS;

/// Connects Azure to a cost tool: app registration, secret, roles, proof, and the values that the vendor's form asks for
#[derive(Debug, clap::Parser)]
#[command(name = "azconnect", version, styles = STYLES, max_term_width = 100, propagate_version = true, after_help = AFTER_HELP)]
pub struct CommandLine {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: super::Command,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::BrightWhite.on_default().bold())
    .usage(AnsiColor::BrightWhite.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Try it without an Azure account:
  azconnect init spot-cost-intelligence --sandbox

Exit codes:
  0 ok · 1 failed · 2 usage · 3 attention · 4 signed-out · 5 forbidden · 6 partial · 7 pending · 8 storage · 70 bug · 130 interrupted · 143 terminated";

/// Flags of every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Which Azure: public, usgov, china, or a cloud file
    #[arg(
        long,
        global = true,
        value_name = "CLOUD",
        env = "AZCONNECT_CLOUD",
        hide_env_values = true,
        default_value = "public"
    )]
    pub cloud: String,
    /// Use a simulated Azure inside this process; nothing leaves the machine
    #[arg(long, global = true)]
    pub sandbox: bool,
    /// What stdout carries
    #[arg(long, global = true, value_name = "FORM", value_enum, default_value_t = Form::Text)]
    pub output: Form,
    /// Never ask (implied without a terminal, and in CI)
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Agree to the plan
    #[arg(short, long, global = true, env = "AZCONNECT_YES", value_parser = clap::builder::FalseyValueParser::new())]
    pub yes: bool,
    /// Plain text: no redrawing, numbered choices, fit for a screen reader
    #[arg(long, global = true, env = "ACCESSIBLE", value_parser = clap::builder::FalseyValueParser::new())]
    pub plain: bool,
    /// Colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Say more (-v), or everything (-vv), on stderr
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say only what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Write a log of every request (without secrets) to a file
    #[arg(long, global = true, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Mask ids, each always by the same mask, for sharing the screen
    #[arg(long, global = true)]
    pub demo: bool,
    /// Further root certificates (PEM), for proxies that inspect TLS
    #[arg(
        long,
        global = true,
        value_name = "PEM",
        env = "AZCONNECT_CA_FILE",
        hide_env_values = true
    )]
    pub ca_file: Option<PathBuf>,
    /// Time limit of one request
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
}

impl Global {
    /// The flags of a command line that has none.
    pub fn plain() -> Self {
        Global {
            cloud: "public".to_owned(),
            sandbox: false,
            output: Form::Text,
            no_input: true,
            yes: false,
            plain: false,
            color: Color::Auto,
            verbose: 0,
            quiet: false,
            log_file: None,
            demo: false,
            ca_file: None,
            timeout: None,
        }
    }
}

/// What stdout carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// For people.
    Text,
    /// One document.
    Json,
    /// One object a line, while it works.
    Events,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal that wants them.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The answers given as flags, by question key. Its flags are the table's rows.
#[derive(Debug, Clone, Default)]
pub struct AnswerFlags(pub BTreeMap<String, Vec<String>>);

impl clap::Args for AnswerFlags {
    fn augment_args(command: clap::Command) -> clap::Command {
        QUESTIONS.iter().fold(command, |command, question| {
            let mut help = question.help.to_owned();
            if let Some(default) = question.default {
                help.push_str(&format!(" [default: {default}]"));
            }
            let argument = Arg::new(question.key)
                .value_name(question.value)
                .help(help)
                .long_help(None::<&str>);
            command.arg(if question.key == "vendor" {
                argument
            } else {
                let action = if question.many {
                    ArgAction::Append
                } else {
                    ArgAction::Set
                };
                argument.long(question.flag).action(action).help_heading(
                    if question.is_about_exports() {
                        "Answers about exports and where they are kept"
                    } else {
                        "Answers (also from AZCONNECT_<KEY> or --answers)"
                    },
                )
            })
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for AnswerFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = AnswerFlags::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for question in QUESTIONS {
            if let Ok(Some(values)) = matches.try_get_many::<String>(question.key) {
                self.0
                    .insert(question.key.to_owned(), values.cloned().collect());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_question_has_its_flag() {
        let command = CommandLine::command();
        let init = command.find_subcommand("init").map(|init| {
            init.get_arguments()
                .map(|argument| argument.get_id().to_string())
                .collect::<Vec<_>>()
        });
        for question in QUESTIONS {
            assert!(
                init.as_ref()
                    .is_some_and(|all| all.iter().any(|id| id == question.key)),
                "{}",
                question.key
            );
        }
    }
}
