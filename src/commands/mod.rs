//! What can be typed: one verb a file. A command calls the floors below and hands results to the screen.

pub mod app;
pub mod arguments;
pub mod backfill;
pub mod browser;
pub mod check;
pub mod clipboard;
pub mod connections;
pub mod doctor;
pub mod documents;
pub mod exec;
pub mod given_secret;
pub mod handover;
pub mod init;
pub mod journals;
mod key_vault;
pub mod logging;
mod look;
pub mod narration;
pub mod prove;
pub mod questions;
pub mod remove;
pub mod request;
pub mod rotate;
pub mod run;
pub mod sandbox;
pub mod shell;
pub mod signing;
mod unstored;
pub mod vendors;
pub mod views;
pub mod way;

use crate::error::Result;
use crate::exit::Exit;
use app::App;

/// The verbs. Each one's help is the documentation of its arguments.
#[expect(
    missing_docs,
    reason = "clap would take a variant's documentation for the help, in place of its arguments'"
)]
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Init(Box<init::Args>),
    Check(Box<check::Args>),
    List(connections::ListArgs),
    Show(connections::ShowArgs),
    Handover(handover::Args),
    Backfill(backfill::Args),
    Rotate(rotate::Args),
    Remove(remove::Args),
    Vendors(vendors::Args),
    Questions(questions::Args),
    Exec(exec::Args),
    Doctor(doctor::Args),
    Sandbox(sandbox::Args),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
}

/// Runs a command.
///
/// # Errors
/// As the exit codes of the contract say.
pub async fn dispatch(command: Command, app: &App) -> Result<Exit> {
    match command {
        Command::Init(args) => init::run(*args, app).await,
        Command::Check(args) => check::run(*args, app).await,
        Command::List(args) => connections::list(args, app),
        Command::Show(args) => connections::show(args, app),
        Command::Handover(args) => handover::run(args, app).await,
        Command::Backfill(args) => backfill::run(args, app).await,
        Command::Rotate(args) => rotate::run(args, app).await,
        Command::Remove(args) => remove::run(args, app).await,
        Command::Vendors(args) => vendors::run(args, app),
        Command::Questions(args) => questions::run(args, app),
        Command::Exec(args) => exec::run(args, app).await,
        Command::Doctor(args) => doctor::run(args, app).await,
        Command::Sandbox(args) => sandbox::run(args, app).await,
        Command::Completions(args) => shell::completions(args),
        Command::Man(args) => shell::man(args),
    }
}
