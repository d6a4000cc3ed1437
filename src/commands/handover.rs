//! `azconnect handover`: the values of the vendor's form, in the vendor's words and order.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::app::App;
use super::clipboard::{self, Copied, State};
use super::documents;
use super::views::{self, paragraph};
use crate::connection::handover::{Field, Value};
use crate::connection::{ConnectionRecord, hand_over};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::secret::Secret;
use crate::store::StoreError;
use crate::ui::{Event, Output, Progress};
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
    /// Put the secret into the clipboard, and clear it after a minute; Ctrl-C clears it at once
    #[arg(long, conflicts_with_all = ["to", "reveal"])]
    copy: bool,
    /// With `--copy`: how long the secret stays there
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "copy", value_parser = clap::value_parser!(u64).range(1..=3600))]
    clear_after: u64,
    /// Write the values, the secret among them, to a file that only you can read
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such connection, `Storage` where the secret, the file or the clipboard can't be had.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    let record = app.connections.get(&args.connection)?;
    let vendor = vendors::find(&record.vendor)
        .ok_or_else(|| Error::bug(format!("the vendor `{}` is unknown", record.vendor)))?;
    let has_secret = record.credential.kind == "secret";
    if args.copy && !has_secret {
        return Err(nothing_to_copy(app, &record));
    }
    let secret = if has_secret && (args.reveal || args.copy || args.to.is_some()) {
        Some(app.secret_of(&record).await?)
    } else {
        None
    };
    if let Some(file) = &args.to {
        write(file, &hand_over(vendor, &record, secret.as_ref()))?;
    }
    let shown = secret.as_ref().filter(|_| args.reveal);
    let fields = hand_over(vendor, &record, shown);
    let mut blocks = vec![views::handover(
        &fields,
        &views::place(&record.credential.stored_in),
    )];
    blocks.extend(views::console(vendor));
    let clipboard = match secret.as_ref().filter(|_| args.copy) {
        Some(secret) => {
            // What to paste where is read while the secret is there.
            app.ui.tell(Event::Shown {
                blocks: std::mem::take(&mut blocks),
            });
            let copied = clipboard::copy(app, secret, record.name.as_str())?;
            Some(cleared_later(app, copied, args.clear_after).await)
        }
        None => None,
    };
    let written = args.to.as_ref().map(|file| file.display().to_string());
    let document = documents::document(
        Exit::Ok,
        json!({
            "connection": documents::connection(&record),
            "handover": documents::handover(&fields),
            "written_to": written,
            "clipboard": clipboard.as_ref().map(|(by, state)| json!({"by": by, "state": state.word()})),
        }),
    );
    blocks.push(paragraph(match (&written, clipboard) {
        (_, Some((_, state))) => state.told().to_owned(),
        (Some(file), _) => format!("Everything, the secret too, is in {file}. Only you can read it; delete it when it is pasted."),
        _ if !has_secret => "There is no secret among them.".to_owned(),
        _ if args.reveal => "The secret stands above. Clear the screen when it is pasted.".to_owned(),
        _ => format!("Copy the secret: `{}`. Or show it, with `--reveal`.", app.typed(format!("handover {} --copy", record.name))),
    }));
    app.ui.finish(&Output { document, blocks });
    Ok(Exit::Ok)
}

/// Leaves the secret in the clipboard for so many seconds; what put it there, and what became of it. Whatever ends the wait, it is taken
/// away: by this, or when `copied` is dropped.
async fn cleared_later(app: &App, mut copied: Copied<'_>, seconds: u64) -> (String, State) {
    let by = copied.by();
    let tell = |status, detail: String| {
        app.ui.tell(Event::Step {
            id: "clipboard".to_owned(),
            title: format!("Secret in the clipboard, by {by}"),
            change: "create".to_owned(),
            status,
            detail,
        });
    };
    app.ui.tell(Event::Shown {
        blocks: vec![paragraph(copied.note())],
    });
    tell(
        Progress::Waiting,
        format!("until it is cleared, after {seconds} s or at once with Ctrl-C"),
    );
    tokio::select! {
        () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
        () = hung_up() => {}
    }
    let state = copied.clear();
    let status = if state == State::Stuck {
        Progress::Warn
    } else {
        Progress::Done
    };
    tell(status, state.word().to_owned());
    (by.to_owned(), state)
}

/// Ends when the terminal is closed, which would end the process with the secret in the clipboard.
async fn hung_up() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut closed) = signal(SignalKind::hangup()) {
            closed.recv().await;
            return;
        }
    }
    std::future::pending::<()>().await;
}

fn nothing_to_copy(app: &App, record: &ConnectionRecord) -> Error {
    Error::usage(
        "no_secret",
        format!("`{}` has no secret to copy.", record.name),
    )
    .why("It signs in with another kind of credential.")
    .hint(format!(
        "See the values of the form: `{}`",
        app.typed(format!("handover {}", record.name))
    ))
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
