//! `azconnect rotate`: a new secret, proven, kept and handed over; then the old one goes.

mod all;
mod credential;
mod ending;
mod old;
mod one;
mod refused;

pub(super) use old::take_back_attempts;

use std::path::PathBuf;

use super::app::App;
use super::views::{paragraph, place};
use super::{check, handover, journals, request, signing, views};
use crate::connection::ConnectionRecord;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::interview::resolve::blocking;
use crate::plan::rotation;
use crate::ui::{Ask, Block, Event, Item, Proceed};

const EXAMPLES: &str = "\
Examples:
  azconnect rotate spot-contoso --keep-old 7
  azconnect rotate spot-contoso --finish
  azconnect rotate --all --within 30 --keep-old 7 --yes --output json";

/// Give a connection a new secret
///
/// Adds a secret to the app, signs in with it until Entra ID accepts it everywhere, keeps it where the old one was, and only then removes
/// the old one: at once, or after `--keep-old DAYS`, so that the vendor goes on until you have pasted the new one. Secrets that azconnect
/// didn't make are left. Safe to interrupt: the connection works at every moment, and the same command goes on.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The connection
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    connection: Option<String>,
    /// Every connection of this machine whose secret ends soon; old secrets that are due go too
    #[arg(long)]
    all: bool,
    /// With --all: how soon, in days
    #[arg(long, value_name = "DAYS", requires = "all", default_value_t = 30, value_parser = clap::value_parser!(u16).range(..=730))]
    within: u16,
    /// Leave the old secret working for so many days; a later rotate removes it
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(..=365))]
    keep_old: Option<u16>,
    /// How many days the new secret lives (as long as the old one was to)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=730))]
    secret_days: Option<u16>,
    /// Write the values of the vendor's form, the new secret among them, to a file that only you can read
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    handover_to: Option<PathBuf>,
    /// Make no new secret, and remove the old ones that were left, even before their time
    #[arg(long, conflicts_with_all = ["all", "keep_old", "secret_days", "handover_to"])]
    finish: bool,
    /// How you sign in (as for init)
    #[arg(long, value_name = "METHOD")]
    sign_in: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such connection or its credential can't be rotated, `Partial` where an old secret is left; whatever Azure
/// answers.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    app.ui.tell(Event::Started {
        title: if args.finish {
            "Remove old secrets".to_owned()
        } else {
            "Give a new secret".to_owned()
        },
    });
    let Some(name) = args.connection.as_deref() else {
        return all::run(&args, app).await;
    };
    let known = app.connections.get(name)?;
    refuse_unfit(app, &known)?;
    check::same_cloud(app, &known).await?;
    let _lock = app.connections.lock(&known.name)?;
    // Only now: whoever held the lock until now may have rotated it.
    let record = app.connections.get(name)?;
    let goes_on = journals::rotation(&app.connections, &record.name)?
        .is_some_and(|journal| journal.written().kept.is_some());
    if args.finish {
        return finish(&args, app, record, goes_on).await;
    }
    if let Some(file) = args.handover_to.as_ref().filter(|_| !goes_on) {
        handover::check(file)?;
    }
    app.ui.tell(Event::Shown {
        blocks: plan(&args, &record, goes_on),
    });
    consent(app, &format!("Rotate the secret of {}?", record.name)).await?;
    app.say_if_interrupted(vec![
        format!(
            "See whether it works: {}",
            app.typed(format!("check {}", record.name))
        ),
        format!("Go on: {}", app.typed(format!("rotate {}", record.name))),
    ]);
    let azure = signing::as_administrator(app, record.tenant_id, args.sign_in.as_deref()).await?;
    let wish = one::Wish {
        days: args.secret_days,
        keep_old: args.keep_old,
        handover_to: args.handover_to.as_deref(),
    };
    let rotated = match one::rotate(app, &azure, record.clone(), &wish).await {
        Ok(rotated) => rotated,
        Err(error) => return refused::told(app, &azure, &record, error).await,
    };
    request::forget(app, &record.name);
    ending::show(app, rotated, args.handover_to.as_deref())
}

/// Removes every old secret that is left; an interrupted rotation whose new secret is kept ends first.
async fn finish(
    args: &Args,
    app: &App,
    mut record: ConnectionRecord,
    goes_on: bool,
) -> Result<Exit> {
    let retired: Vec<_> = rotation::retired(&record).cloned().collect();
    let mut removed = Vec::new();
    if !retired.is_empty() || goes_on {
        let items = retired
            .iter()
            .map(|old| item("remove", &old.title, &old.id));
        app.ui.tell(Event::Shown {
            blocks: vec![
                paragraph(format!(
                    "azconnect will remove what is left of the old secrets of {}:",
                    record.name
                )),
                Block::Items {
                    items: items.collect(),
                },
            ],
        });
        consent(app, &format!("Remove the old secrets of {}?", record.name)).await?;
        let azure =
            signing::as_administrator(app, record.tenant_id, args.sign_in.as_deref()).await?;
        if goes_on {
            let rotated = one::rotate(app, &azure, record, &one::Wish::default()).await?;
            record = rotated.record;
            removed = rotated.old;
            removed.retain(|old| matches!(old.fate, old::Fate::Removed));
        }
        let left: Vec<_> = rotation::retired(&record).cloned().collect();
        removed.extend(old::remove(app, &azure, &mut record, left).await?);
    }
    ending::finished(app, &record, removed)
}

/// What can't be rotated, said before anything is changed.
fn refuse_unfit(app: &App, record: &ConnectionRecord) -> Result<()> {
    if journals::find(&app.connections, &record.name)?.is_some() {
        return Err(Error::usage(
            "run_interrupted",
            format!(
                "A run of `init` for the connection `{}` was interrupted.",
                record.name
            ),
        )
        .why("Its journal alone knows what it made, the secret among it.")
        .hint(format!(
            "Finish it first: {}",
            app.typed(format!(
                "init {} --connection {} --resume",
                record.vendor, record.name
            ))
        )));
    }
    let is_kept = record.credential.stored_in != "none";
    match record.credential.kind.as_str() {
        "secret" => Ok(()),
        "certificate" if is_kept => Ok(()),
        "certificate" => Err(Error::usage(
            "nothing_to_rotate",
            format!("The certificate of `{}` is the vendor's.", record.name),
        )
        .hint(format!(
            "Add the vendor's next one: {}",
            app.typed(format!(
                "init {} --connection {} --credential certificate --certificate FILE",
                record.vendor, record.name
            ))
        ))),
        _ => Err(Error::usage(
            "nothing_to_rotate",
            format!(
                "The connection `{}` has no secret and no certificate of azconnect's: there is nothing to rotate.",
                record.name
            ),
        )
        .hint(format!(
            "See what it signs in with: {}",
            app.typed(format!("show {}", record.name))
        ))),
    }
}

fn item(state: &str, title: &str, text: &str) -> Item {
    Item {
        state: state.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        lines: Vec::new(),
    }
}

/// What the connection signs in with, in a word.
fn noun(record: &ConnectionRecord) -> &'static str {
    match record.credential.kind.as_str() {
        "certificate" => "Certificate",
        _ => "Client secret",
    }
}

/// What is going to happen, for a person.
fn plan(args: &Args, record: &ConnectionRecord, goes_on: bool) -> Vec<Block> {
    if goes_on {
        return vec![paragraph(format!(
            "An interrupted rotation of {} goes on: its new secret is kept, and what is left is to hand it over and to remove the old one.",
            record.name
        ))];
    }
    let keep = args.keep_old.unwrap_or(0);
    let olds = record
        .receipts
        .iter()
        .filter(|receipt| rotation::is_ours(receipt));
    let until = record.credential.expires_at.map(views::day);
    let mut items = vec![item(
        "create",
        &format!(
            "{}, kept {}",
            noun(record),
            place(&record.credential.stored_in)
        ),
        "",
    )];
    items.extend(olds.map(|old| {
        let title = format!("Old {}", old::lowered(&old.title));
        match keep {
            0 => item("remove", &title, &old.id),
            1 => item("keep", &title, "for 1 more day"),
            days => item("keep", &title, &format!("for {days} more days")),
        }
    }));
    let mut blocks = vec![
        paragraph(match until {
            Some(day) => format!(
                "azconnect will give {} a new secret (the one in use ends {day}):",
                record.name
            ),
            None => format!("azconnect will give {} a new secret:", record.name),
        }),
        Block::Items { items },
    ];
    if keep == 0 {
        blocks.push(paragraph("The vendor can't sign in from the removal until you have pasted the new secret. `--keep-old 7` leaves the old one working for a week."));
    }
    blocks
}

async fn consent(app: &App, prompt: &str) -> Result<()> {
    if app.global.yes {
        return Ok(());
    }
    if !app.ui.can_ask() {
        return Err(crate::interview::missing::error(vec![
            crate::interview::missing::consent(),
        ]));
    }
    loop {
        let ask = Ask {
            key: "proceed".to_owned(),
            prompt: prompt.to_owned(),
            help: "An old secret is removed only once the new one is proven and kept.".to_owned(),
            ..Ask::default()
        };
        let ui = app.ui.clone();
        match blocking(move || ui.proceed(&ask)).await? {
            Proceed::Yes => return Ok(()),
            Proceed::No => return Err(Error::new(Kind::Interrupted, "declined", "Stopped before the first change. Nothing in Azure is different.")),
            Proceed::Explain | Proceed::Save => app.ui.tell(Event::Shown {
                blocks: vec![paragraph("A new secret is added beside the old one, the app signs in with it until Entra ID accepts it, and it is kept on this machine. Only then is the old one removed, by its key ID, and only if azconnect made it. The vendor needs the new one in its form.")],
            }),
        }
    }
}
