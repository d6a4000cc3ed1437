//! argv in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    let host = azconnect::host::Host::system();
    azconnect::commands::run::run(&host, std::env::args_os().collect())
        .code()
        .into()
}
