//! `azconnect completions` and `azconnect man`: for the shell and its reader.

use clap::CommandFactory;

use super::arguments::CommandLine;
use crate::error::{Error, Result};
use crate::exit::Exit;

/// Print a completion script
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Print the manual page
#[derive(Debug, clap::Args)]
pub struct ManArgs {}

/// Runs `completions`.
///
/// # Errors
/// None; a closed stdout is nobody's mistake.
pub fn completions(args: CompletionsArgs) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut CommandLine::command(),
        "azconnect",
        &mut script,
    );
    crate::ui::write_raw(&script);
    Ok(Exit::Ok)
}

/// Runs `man`.
///
/// # Errors
/// `Bug` where the page can't be made.
pub fn man(_: ManArgs) -> Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(CommandLine::command())
        .render(&mut page)
        .map_err(|error| Error::bug(format!("the manual page can't be made: {error}")))?;
    crate::ui::write_raw(&page);
    Ok(Exit::Ok)
}
