//! Agreeing to a removal, in proportion: a yes for what can be made again, the connection's name for what can't.

use crate::commands::app::App;
use crate::commands::views::paragraph;
use crate::connection::ConnectionName;
use crate::error::{Error, Kind, Result};
use crate::interview::missing;
use crate::interview::resolve::blocking;
use crate::ui::{Ask, Event, Proceed};

/// What stands for the name where every connection is meant.
const ALL: &str = "all";

/// Agrees to the removal of one connection: by `--yes`, by `--confirm` with its name, or by asking. Where files go with it, the name
/// is asked for.
///
/// # Errors
/// `Usage` where nobody can be asked, or another name was confirmed; `Interrupted` where it is declined.
pub(super) async fn to_one(
    app: &App,
    name: &ConnectionName,
    confirmed: Option<&str>,
    holds_data: bool,
) -> Result<()> {
    match confirmed {
        Some(confirmed) if confirmed == name.as_str() => return Ok(()),
        Some(confirmed) => return Err(other_name(name, confirmed)),
        None if app.global.yes => return Ok(()),
        None => can_ask(app)?,
    }
    if holds_data {
        let prompt =
            format!("The files go too, and nobody can bring them back. Type {name} to remove it");
        return typed(app, prompt, name.to_string()).await;
    }
    by_yes(app, name).await
}

/// Agrees to the removal of all of them: by `--yes`, or by typing `all`.
///
/// # Errors
/// As [`to_one`].
pub(super) async fn to_all(app: &App, count: usize) -> Result<()> {
    if app.global.yes {
        return Ok(());
    }
    can_ask(app)?;
    let what = match count {
        1 => "the connection".to_owned(),
        several => format!("all {several} connections"),
    };
    typed(app, format!("Type {ALL} to remove {what}"), ALL.to_owned()).await
}

fn can_ask(app: &App) -> Result<()> {
    if app.ui.can_ask() {
        return Ok(());
    }
    Err(missing::error(vec![missing::consent()]))
}

fn other_name(name: &ConnectionName, confirmed: &str) -> Error {
    let confirmed = crate::text::printable(confirmed);
    Error::usage(
        "confirm",
        format!("`--confirm {confirmed}` is not the name of the connection, which is `{name}`."),
    )
    .why("The name is asked for so that a script removes what it means to remove.")
    .hint(format!("If that is the one: --confirm {name}"))
}

async fn typed(app: &App, prompt: String, word: String) -> Result<()> {
    let ask = Ask {
        key: "confirm".to_owned(),
        prompt,
        help:
            "The vendor can't read anything any more after that. Ctrl-C leaves everything as it is."
                .to_owned(),
        ..Ask::default()
    };
    let ui = app.ui.clone();
    let is_word = move |text: &str| {
        if text.trim() == word {
            return Ok(());
        }
        Err(format!(
            "That is not `{word}`. Ctrl-C leaves everything as it is."
        ))
    };
    blocking(move || ui.text(&ask, &is_word)).await?;
    Ok(())
}

async fn by_yes(app: &App, name: &ConnectionName) -> Result<()> {
    loop {
        let ask = Ask {
            key: "proceed".to_owned(),
            prompt: format!("Remove {name}?"),
            help: "The vendor can't read anything any more after that. Entra ID keeps a deleted app registration for 30 days.".to_owned(),
            ..Ask::default()
        };
        let ui = app.ui.clone();
        match blocking(move || ui.proceed(&ask)).await? {
            Proceed::Yes => return Ok(()),
            Proceed::No => return Err(Error::new(Kind::Interrupted, "declined", "Stopped before the first change. Nothing in Azure is different.")),
            Proceed::Explain | Proceed::Save => app.ui.tell(Event::Shown {
                blocks: vec![paragraph("Each thing is removed by its id, and only if azconnect made it. The vendor loses its access at once. Entra ID keeps a deleted app registration restorable for 30 days.")],
            }),
        }
    }
}
