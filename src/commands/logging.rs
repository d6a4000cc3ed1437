//! Logs: what is sent and answered, for whoever looks for the cause of something. Never a secret, never a token, never a body.

use std::sync::Mutex;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use super::arguments::Global;
use crate::error::{Error, Result};

/// Only what speaks of requests without their bodies: ourselves and the Azure SDK, which redacts by an allow-list.
const SPEAKERS: &[&str] = &[
    "azconnect",
    "azure_core",
    "azure_identity",
    "typespec_client_core",
];

/// Starts logging to stderr (`-v`, `-vv`) and to a file (`--log-file`, always in full).
///
/// # Errors
/// `Usage` where the file can't be written.
pub fn start(global: &Global) -> Result<()> {
    let mut layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = Vec::new();
    if let Some(level) = level(global.verbose) {
        layers.push(
            fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(false)
                .without_time()
                .with_filter(targets(level))
                .boxed(),
        );
    }
    if let Some(path) = &global.log_file {
        let file = std::fs::File::create(path).map_err(|error| {
            Error::usage(
                "log_file",
                format!(
                    "The log file `{}` can't be written: {error}.",
                    path.display()
                ),
            )
            .hint("Give `--log-file` a file in a folder that you may write to.")
        })?;
        layers.push(
            fmt::layer()
                .with_writer(Mutex::new(file))
                .with_ansi(false)
                .with_filter(targets(LevelFilter::DEBUG))
                .boxed(),
        );
    }
    if layers.is_empty() {
        return Ok(());
    }
    // A second start happens only in tests; the first one's layers then go on.
    let _ = tracing_subscriber::registry().with(layers).try_init();
    Ok(())
}

fn level(verbose: u8) -> Option<LevelFilter> {
    match verbose {
        0 => None,
        1 => Some(LevelFilter::INFO),
        _ => Some(LevelFilter::DEBUG),
    }
}

fn targets(level: LevelFilter) -> Targets {
    Targets::new().with_targets(SPEAKERS.iter().map(|speaker| (*speaker, level)))
}
