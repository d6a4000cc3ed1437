//! From argv to an exit code.

use std::ffi::OsString;
use std::sync::{Arc, PoisonError};

use clap::{CommandFactory, FromArgMatches};
use serde_json::json;

use super::app::{App, IfStopped};
use super::arguments::{Color, CommandLine, Form, Global};
use super::{Command, dispatch, logging, sandbox};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::host::Host;
use crate::ui::{self, Ui};

/// Runs azconnect with these arguments on this machine.
pub fn run(host: &Host, arguments: Vec<OsString>) -> Exit {
    let parsed = CommandLine::command()
        .try_get_matches_from(&arguments)
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    let line = match parsed {
        Ok(line) => line,
        Err(error) => return refused(host, &arguments, &error),
    };
    let ui: Arc<dyn Ui> = Arc::from(ui::open(options(&line.global, host), host));
    match execute(host, line, ui.clone()) {
        Ok(exit) => exit,
        Err(error) => {
            ui.fail(&error, json!({}));
            error.exit()
        }
    }
}

fn execute(host: &Host, line: CommandLine, ui: Arc<dyn Ui>) -> Result<Exit> {
    logging::start(&line.global)?;
    let app = App::open(host, ui, line.global)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::bug(format!("the runtime can't be started: {error}")))?;
    let outcome = runtime.block_on(async {
        // A server ends well by a signal, and listens for it itself.
        if let Command::Sandbox(args) = line.command {
            return sandbox::run(args, &app).await;
        }
        tokio::select! {
            // In this order: a signal that comes before anybody listens would end the process as it stands, a menu's cursor hidden.
            biased;
            kind = stopped() => Err(stop_asked(kind)),
            outcome = dispatch(line.command, &app) => outcome,
        }
    });
    // A prompt may still wait for a key; it must not keep the process alive.
    runtime.shutdown_background();
    match outcome {
        // A menu sees Ctrl-C as a key, a typed line as a signal, and Esc is meant as both: one wish, one answer.
        Err(error) if is_stop(&error) => Err(interrupted(&app, error.kind())),
        outcome => outcome,
    }
}

fn stop_asked(kind: Kind) -> Error {
    let code = if kind == Kind::Terminated {
        "terminated"
    } else {
        "interrupted"
    };
    Error::new(kind, code, "Stopped.")
}

fn is_stop(error: &Error) -> bool {
    matches!(error.kind(), Kind::Interrupted | Kind::Terminated)
        && matches!(error.code(), "interrupted" | "terminated")
}

/// Waits for Ctrl-C or SIGTERM.
async fn stopped() -> Kind {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => Kind::Interrupted,
                _ = terminate.recv() => Kind::Terminated,
            };
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    Kind::Interrupted
}

/// What was stopped, and how to go on.
fn interrupted(app: &App, kind: Kind) -> Error {
    let IfStopped { what, ways } = app
        .on_interrupt
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let stopped = stop_asked(kind);
    let (message, ways) = match what {
        Some(what) => (format!("Stopped. {what}"), ways),
        None if ways.is_empty() => (
            "Stopped. Nothing in Azure was changed.".to_owned(),
            vec!["Run the same command again to begin anew.".to_owned()],
        ),
        None => (
            "Stopped. Nothing is lost: what was done is kept.".to_owned(),
            ways,
        ),
    };
    Error::new(kind, stopped.code(), message).hints(ways)
}

/// A wrong command line; `--help` and `--version` also come this way. stdout stays one document where JSON was asked for.
fn refused(host: &Host, arguments: &[OsString], error: &clap::Error) -> Exit {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let asks = |form: &str| {
        words.iter().any(|word| *word == format!("--output={form}"))
            || words.windows(2).any(|pair| pair == ["--output", form])
    };
    let form = if asks("json") {
        Some(Form::Json)
    } else {
        asks("events").then_some(Form::Events)
    };
    let (Some(form), true) = (form, error.use_stderr()) else {
        // A closed stdout is nobody's mistake.
        let _ = error.print();
        return if error.use_stderr() {
            Exit::Usage
        } else {
            Exit::Ok
        };
    };
    let global = Global {
        output: form,
        ..Global::plain()
    };
    let text = error.render().to_string();
    let message = text
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ")
        .to_owned();
    let refused = Error::usage("usage", message).hint("See what can be typed: azconnect --help");
    ui::open(options(&global, host), host).fail(&refused, json!({}));
    Exit::Usage
}

fn options(global: &Global, host: &Host) -> ui::Options {
    ui::Options {
        output: match global.output {
            Form::Text => ui::OutputFormat::Text,
            Form::Json => ui::OutputFormat::Json,
            Form::Events => ui::OutputFormat::Events,
        },
        plain: global.plain,
        color: match global.color {
            Color::Auto if host.env("NO_COLOR").is_some() => ui::ColorChoice::Never,
            Color::Auto => ui::ColorChoice::Auto,
            Color::Always => ui::ColorChoice::Always,
            Color::Never => ui::ColorChoice::Never,
        },
        quiet: global.quiet,
        demo: global.demo,
        no_input: global.no_input,
    }
}
