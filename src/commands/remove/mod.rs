//! `azconnect remove`: takes away what `init` created, newest first, by id.

mod all;
mod consent;
mod contents;
mod ending;
mod shared;
mod target;

use std::collections::BTreeMap;

use serde_json::json;

use self::contents::Contents;
use self::ending::End;
use self::target::Target;
use super::app::App;
use super::views::paragraph;
use super::{documents, narration, signing};
use crate::azure::Azure;
use crate::connection::{Change, Receipt};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::plan::Plan;
use crate::plan::undo::{self, Undo, Undone};
use crate::plan::unnoted::Unnoted;
use crate::steps::Reverted;
use crate::ui::{Block, Event, Item, Output, Progress};

/// Take away what init created
///
/// Removes, newest first and by id, only what azconnect made for this connection: roles, the secret, the service principal, the app
/// registration, the export. What it found is left and named, and so are the files of an export with the container and the storage
/// account that they are in, unless you say --with-data. Works for an interrupted `init` too.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The connection
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    connection: Option<String>,
    /// Remove every connection of this machine, interrupted ones too
    #[arg(long)]
    all: bool,
    /// Then remove azconnect's own files from this machine too
    #[arg(long, requires = "all")]
    forget_this_machine: bool,
    /// Agree to it by the connection's name, for scripts
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    confirm: Option<String>,
    /// Go on when something can't be removed
    #[arg(long)]
    keep_going: bool,
    /// Also remove the container, storage account and resource group that azconnect made, with all files in them
    #[arg(long)]
    with_data: bool,
    /// How you sign in (as for init)
    #[arg(long, value_name = "METHOD")]
    sign_in: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  azconnect remove spot-contoso
  azconnect remove spot-contoso --confirm spot-contoso --output json
  azconnect remove --all --forget-this-machine";

/// Azure as the person sees it, by directory: one sign-in for each.
type Persons = BTreeMap<String, Azure>;

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such connection, `Partial` where something is left.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    let Some(name) = &args.connection else {
        return all::run(&args, app).await;
    };
    match one(&args, app, name, (false, &mut Persons::new())).await? {
        End::Gone { steps, blocks } => {
            let document = documents::document(Exit::Ok, json!({"removed": name, "steps": steps}));
            app.ui.finish(&Output { document, blocks });
            Ok(Exit::Ok)
        }
        End::Left { error, steps } => {
            app.ui.fail(&error, json!({"steps": steps}));
            Ok(error.exit())
        }
    }
}

/// Removes one connection; `agreed` where it was shown and agreed to before.
async fn one(
    args: &Args,
    app: &App,
    name: &str,
    (agreed, persons): (bool, &mut Persons),
) -> Result<End> {
    let name = target::find(app, name)?.name;
    let _lock = app.connections.lock(&name)?;
    // Only now: whoever held the lock until now may have gone on with it.
    let mut target = target::find(app, name.as_str())?;
    app.ui.tell(Event::Started {
        title: format!("Remove the connection {}", target.name),
    });
    let mut undo = Undo::of(&target.receipts, args.with_data);
    let heirs = shared::set_aside(app, &target, &mut undo);
    if !agreed {
        show(args, app, &target, (&undo, persons)).await?;
        let holds_data = undo.ours.iter().any(|each| undo::holds_data(each.kind));
        consent::to_one(app, &target.name, args.confirm.as_deref(), holds_data).await?;
    }
    same_cloud(app, &target).await?;
    let go_on = format!("Go on: {}", app.typed(format!("remove {}", target.name)));
    app.say_if_interrupted(vec![go_on.clone()]);
    shared::hand_on(app, &heirs)?;
    let mut undone = Vec::new();
    if target.needs_azure(&undo) {
        let azure = sign_in(app, args, &target, persons).await?;
        let unnoted = remove_unnoted(app, &azure, &target, args.with_data).await?;
        undo.kept.extend(unnoted);
        if let Some(record) = &target.record {
            super::rotate::take_back_attempts(app, &azure, record).await?;
        }
        undone = take_back(app, &azure, &undo, &mut target, args.keep_going).await?;
    }
    let left = undone.len() < undo.ours.len() || undone.iter().any(|one| one.outcome.is_err());
    if left {
        return ending::still_there(undone, &undo, &go_on);
    }
    ending::forget(app, target, &undo, &undone).await
}

/// Shows what is going to be removed; with `--with-data`, what is in it too.
async fn show(
    args: &Args,
    app: &App,
    target: &Target,
    (undo, persons): (&Undo, &mut Persons),
) -> Result<()> {
    let early = if args.with_data && target.needs_azure(undo) {
        same_cloud(app, target).await?;
        Some(sign_in(app, args, target, persons).await?)
    } else {
        None
    };
    let inside = contents::look(early.as_ref(), undo).await;
    app.ui.tell(Event::Shown {
        blocks: blocks(target, undo, &inside),
    });
    Ok(())
}

fn blocks(target: &Target, undo: &Undo, inside: &Contents) -> Vec<Block> {
    let item = |state: &str, receipt: &Receipt| Item {
        state: state.to_owned(),
        title: receipt.title.clone(),
        text: receipt.id.clone(),
        lines: inside.get(&receipt.id).cloned().into_iter().collect(),
    };
    let mut items: Vec<Item> = undo
        .ours
        .iter()
        .map(|receipt| item("remove", receipt))
        .collect();
    items.push(Item {
        state: "remove".to_owned(),
        title: "What this machine keeps of it".to_owned(),
        text: target.stored_in.clone(),
        lines: Vec::new(),
    });
    let mut blocks = vec![
        paragraph(format!(
            "azconnect will remove what it made for {}:",
            target.name
        )),
        Block::Items { items },
    ];
    blocks.extend(ending::kept(undo, Some(&target.name)));
    if !undo.theirs.is_empty() {
        blocks.push(paragraph("It was there before, and stays:"));
        blocks.push(Block::Items {
            items: undo
                .theirs
                .iter()
                .map(|receipt| item("keep", receipt))
                .collect(),
        });
    }
    blocks
}

async fn same_cloud(app: &App, target: &Target) -> Result<()> {
    let cloud = &app.reach().await?.cloud;
    if cloud.name == target.cloud {
        return Ok(());
    }
    Err(Error::usage(
        "other_cloud",
        format!(
            "The connection `{}` belongs to the cloud `{}`, and this is `{}`.",
            target.name, target.cloud, cloud.name
        ),
    )
    .hint(format!(
        "Name its cloud: azconnect remove {} --cloud {}",
        target.name,
        crate::text::shell_word(&target.cloud)
    )))
}

async fn sign_in(app: &App, args: &Args, target: &Target, persons: &mut Persons) -> Result<Azure> {
    if let Some(azure) = persons.get(&target.tenant) {
        return Ok(azure.clone());
    }
    let tenant = target
        .tenant
        .parse()
        .map_err(|_| Error::bug("a stored connection without a directory"))?;
    let azure = signing::as_administrator(app, tenant, args.sign_in.as_deref()).await?;
    persons.insert(target.tenant.clone(), azure.clone());
    Ok(azure)
}

/// An interrupted `init` may have made things of which no outcome is on disk. Returns what was made, and stays.
async fn remove_unnoted(
    app: &App,
    azure: &Azure,
    target: &Target,
    with_data: bool,
) -> Result<Vec<Receipt>> {
    let Some(journal) = &target.journal else {
        return Ok(Vec::new());
    };
    let spec = &journal.written().spec;
    let Some(vendor) = crate::vendors::find(&spec.vendor) else {
        return Ok(Vec::new());
    };
    let plan = Plan::new(spec, vendor, None, None)?;
    let tell = |status, detail: &str| {
        app.ui.tell(Event::Step {
            id: "unnoted".to_owned(),
            title: "What the interrupted run may have made".to_owned(),
            change: narration::word(Change::Remove).to_owned(),
            status,
            detail: detail.to_owned(),
        });
    };
    let waiting = |title: &str| {
        tell(
            Progress::Waiting,
            &format!("Azure to show it if it was made: {title}"),
        );
    };
    let Unnoted { unseen, kept } = plan
        .remove_unnoted(azure, journal, (&target.receipts, with_data), waiting)
        .await?;
    if !unseen.is_empty() {
        tell(
            Progress::Skipped,
            &format!("not in Azure: {}", unseen.join(", ")),
        );
    } else if target.has_open_intent() {
        tell(Progress::Done, "removed");
    }
    Ok(kept)
}

async fn take_back(
    app: &App,
    azure: &Azure,
    undo: &Undo,
    target: &mut Target,
    keep_going: bool,
) -> Result<Vec<Undone>> {
    let mut all = Vec::new();
    for receipt in &undo.ours {
        tell(app, receipt, Progress::Running, "");
        let one = undo::undo_one(azure, receipt).await;
        match &one.outcome {
            Ok(Reverted::Removed) => tell(app, receipt, Progress::Done, "removed"),
            Ok(Reverted::AlreadyGone) => tell(app, receipt, Progress::Done, "was gone already"),
            Ok(Reverted::Kept(why)) => {
                tell(app, receipt, Progress::Skipped, &format!("stays: {why}"));
            }
            Err(error) => tell(app, receipt, Progress::Failed, error.message()),
        }
        let failed = one.outcome.is_err();
        if matches!(one.outcome, Ok(Reverted::Removed | Reverted::AlreadyGone)) {
            note_gone(app, target, receipt)?;
        }
        all.push(one);
        if failed && !keep_going {
            break;
        }
    }
    Ok(all)
}

/// A removal that is interrupted later must not look for what is gone already.
fn note_gone(app: &App, target: &mut Target, receipt: &Receipt) -> Result<()> {
    if let Some(record) = &mut target.record {
        record.receipts.retain(|known| known.id != receipt.id);
        app.connections.save(record)?;
    }
    if let Some(journal) = target.journal.as_mut().filter(|journal| {
        journal
            .receipt(&receipt.step)
            .is_some_and(|known| known.id == receipt.id)
    }) {
        journal.forget(&receipt.step)?;
    }
    Ok(())
}

fn tell(app: &App, receipt: &Receipt, status: Progress, detail: &str) {
    app.ui.tell(Event::Step {
        id: receipt.step.clone(),
        title: receipt.title.clone(),
        change: narration::word(Change::Remove).to_owned(),
        status,
        detail: detail.to_owned(),
    });
}
