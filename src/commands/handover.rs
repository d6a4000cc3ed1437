//! `azconnect handover`: the values of the vendor's form, in the vendor's words and order.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::app::App;
use super::documents;
use super::views::{self, paragraph};
use crate::connection::hand_over;
use crate::connection::handover::{Field, Value};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::secret::Secret;
use crate::store::StoreError;
use crate::ui::Output;
use crate::vendors;

/// Show the values of the vendor's form
///
/// The secret is left out unless you ask for it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The connection
    connection: String,
    /// Show the secret too
    #[arg(long, conflicts_with = "to")]
    reveal: bool,
    /// Write the values, the secret among them, to a file that only you can read
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such connection, `Storage` where the secret or the file can't be had.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    let record = app.connections.get(&args.connection)?;
    let vendor = vendors::find(&record.vendor)
        .ok_or_else(|| Error::bug(format!("the vendor `{}` is unknown", record.vendor)))?;
    let has_secret = record.credential.kind == "secret";
    let secret = if has_secret && (args.reveal || args.to.is_some()) {
        Some(app.secret_of(&record).await?)
    } else {
        None
    };
    if let Some(file) = &args.to {
        write(file, &hand_over(vendor, &record, secret.as_ref()))?;
    }
    let shown = secret.as_ref().filter(|_| args.reveal);
    let fields = hand_over(vendor, &record, shown);
    let written = args.to.as_ref().map(|file| file.display().to_string());
    let document = documents::document(
        Exit::Ok,
        json!({"connection": documents::connection(&record), "handover": documents::handover(&fields), "written_to": written}),
    );
    let mut blocks = vec![views::handover(
        &fields,
        &views::place(&record.credential.stored_in),
    )];
    blocks.extend(views::console(vendor));
    blocks.push(paragraph(match &written {
        Some(file) => format!("Everything, the secret too, is in {file}. Only you can read it; delete it when it is pasted."),
        None if !has_secret => "There is no secret among them.".to_owned(),
        None if args.reveal => "The secret stands above. Clear the screen when it is pasted.".to_owned(),
        None => format!("Show the secret: {}", app.typed(format!("handover {} --reveal", record.name))),
    }));
    app.ui.finish(&Output { document, blocks });
    Ok(Exit::Ok)
}

/// Writes the form to a new file of mode 0600, one `label: value` a line.
///
/// # Errors
/// `Storage` where the file can't be written, is there already, or stands in a folder that everybody may write to.
pub fn write(file: &Path, fields: &[Field]) -> Result<()> {
    check(file)?;
    crate::store::write_atomically(file, text(fields).as_bytes())
        .map_err(|error| refused(file, &error))
}

/// The same for a run that goes on: a file with exactly these values is the one that it has written before.
///
/// # Errors
/// As [`write()`].
pub fn write_again(file: &Path, fields: &[Field]) -> Result<()> {
    let written = std::fs::read(file).map(zeroize::Zeroizing::new);
    if written.is_ok_and(|written| written.as_slice() == text(fields).as_bytes()) {
        return Ok(());
    }
    write(file, fields)
}

fn text(fields: &[Field]) -> zeroize::Zeroizing<String> {
    let mut text = zeroize::Zeroizing::new(String::new());
    for field in fields {
        let value = match &field.value {
            Value::Open(value) => value.as_str(),
            Value::Secret(secret) => secret.as_ref().map(Secret::expose).unwrap_or_default(),
        };
        text.push_str(&format!("{}: {value}\n", field.label));
    }
    text
}

/// Whether the form can be written there. Asked before anything is made, because a secret that can't be handed over is lost.
///
/// # Errors
/// As [`write()`].
pub fn check(file: &Path) -> Result<()> {
    if file.symlink_metadata().is_ok() {
        return Err(refused(file, &"it exists already"));
    }
    crate::store::check_new_file(file).map_err(|error| match &error {
        StoreError::WorldWritable { folder } => refused(
            file,
            &format!("everybody may write to `{}`", folder.display()),
        ),
        StoreError::Io { source, .. } => refused(file, source),
        other => refused(file, other),
    })
}

fn refused(file: &Path, reason: &dyn std::fmt::Display) -> Error {
    Error::new(
        Kind::Storage,
        "handover_file",
        format!(
            "The values can't be written to `{}`: {}.",
            file.display(),
            reason.to_string().trim_end_matches('.')
        ),
    )
    .why("The file would hold a secret, so it has to be new and yours alone.")
    .hint("Name a file that doesn't exist yet, in a folder of your own.")
}
