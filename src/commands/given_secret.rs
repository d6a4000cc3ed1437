//! A client secret that the person brings along: from stdin, a file, or the environment, and never from a flag.

use std::path::Path;

use crate::error::{Error, Result};
use crate::host::Host;
use crate::secret::Secret;

/// Reads the secret from where it was said to be; none where it was not.
///
/// # Errors
/// `Usage` where it can't be read or is empty.
pub async fn read(
    host: &Host,
    from_stdin: bool,
    from_file: Option<&Path>,
) -> Result<Option<Secret>> {
    let text = if from_stdin {
        if host.terminal().stdin {
            return Err(Error::usage(
                "secret_from_terminal",
                "`--client-secret-stdin` reads a pipe, and stdin is a terminal.",
            )
            .hint("Pipe it in: pass show azure/spot | azconnect … --client-secret-stdin"));
        }
        tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin()))
            .await
            .map_err(|error| Error::bug(format!("reading stdin failed: {error}")))?
            .map_err(|error| {
                Error::usage(
                    "secret_unreadable",
                    format!("The client secret can't be read from stdin: {error}."),
                )
                .hint("Pipe it in as UTF-8 text, or name its file: `--client-secret-file FILE`")
            })?
    } else if let Some(file) = from_file {
        std::fs::read_to_string(file).map_err(|error| {
            Error::usage(
                "secret_unreadable",
                format!(
                    "The client secret can't be read from `{}`: {error}.",
                    file.display()
                ),
            )
            .hint("Name a file that you may read and that holds the secret's value alone.")
        })?
    } else {
        match host.env("AZCONNECT_CLIENT_SECRET") {
            Some(value) => value.to_owned(),
            None => return Ok(None),
        }
    };
    let text = zeroize::Zeroizing::new(text);
    // A dotenv file, as `--store file:PATH` and our scripts write it, has the secret among its variables.
    let secret = crate::store::secret_in(&text)
        .unwrap_or_else(|| Secret::new(text.trim_end_matches(['\r', '\n'])));
    if secret.is_empty() || secret.expose().chars().any(char::is_control) {
        return Err(Error::usage(
            "secret_malformed",
            "The client secret is empty or has more than one line.",
        )
        .hint("Give the secret's Value (not its Secret ID), and nothing else."));
    }
    if uuid::Uuid::try_parse(secret.expose()).is_ok() {
        return Err(Error::usage(
            "secret_is_id",
            "That is a GUID, so it is the Secret ID and not the secret.",
        )
        .why("The portal shows two columns; the secret is under Value, and only once.")
        .hint("Give the Value. If nobody kept it, leave it away: azconnect adds a new secret."));
    }
    Ok(Some(secret))
}
