//! `azconnect remove`: takes away what `init` created, newest first, by id.

use serde_json::{Value, json};

use super::app::App;
use super::views::{heading, paragraph};
use super::{documents, journals, narration, signing};
use crate::azure::Azure;
use crate::connection::{ConnectionName, ConnectionRecord, Receipt};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::interview::Answers;
use crate::interview::resolve::blocking;
use crate::plan::journal::Journal;
use crate::plan::undo::{self, Undo, Undone};
use crate::steps::Reverted;
use crate::ui::{Ask, Block, Event, Item, Output, Proceed, Progress};

/// Take away what init created
///
/// Removes, newest first and by id, only what azconnect made for this connection: roles, the secret, the service principal, the app
/// registration. What it found is left and named. Works for an interrupted `init` too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The connection
    connection: String,
    /// Go on when something can't be removed
    #[arg(long)]
    keep_going: bool,
    /// How you sign in (as for init)
    #[arg(long, value_name = "METHOD")]
    sign_in: Option<String>,
}

/// What is known of a connection, finished or not.
struct Target {
    name: ConnectionName,
    tenant: String,
    cloud: String,
    stored_in: String,
    receipts: Vec<Receipt>,
    journal: Option<Journal>,
    record: Option<ConnectionRecord>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such connection, `Partial` where something is left.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    let mut target = find(app, &args.connection)?;
    let _lock = app.connections.lock(&target.name)?;
    app.ui.tell(Event::Started {
        title: format!("Remove the connection {}", target.name),
    });
    let undo = Undo::of(&target.receipts);
    app.ui.tell(Event::Shown {
        blocks: blocks(&target, &undo),
    });
    consent(app, &target).await?;
    same_cloud(app, &target).await?;
    let go_on = format!("Go on: {}", app.typed(format!("remove {}", target.name)));
    app.say_if_interrupted(vec![go_on.clone()]);
    let mut undone = Vec::new();
    if needs_azure(&target, &undo) {
        let azure = sign_in(app, &args, &target).await?;
        sweep(&azure, &target).await?;
        undone = take_back(app, &azure, &undo, &mut target, args.keep_going).await?;
    }
    let left = undone.len() < undo.ours.len() || undone.iter().any(|one| one.outcome.is_err());
    if left {
        return still_there(app, undone, &undo, &go_on);
    }
    forget(app, target, &undo, &undone).await
}

fn find(app: &App, name: &str) -> Result<Target> {
    let journal = match name.parse() {
        Ok(name) => journals::find(&app.connections, &name)?,
        Err(_) => None,
    };
    let record = match (app.connections.get(name), &journal) {
        (Ok(record), _) => Some(record),
        (Err(_), Some(_)) => None,
        (Err(error), None) => return Err(error),
    };
    let mut receipts = record
        .as_ref()
        .map(|record| record.receipts.clone())
        .unwrap_or_default();
    for receipt in journal.as_ref().map(Journal::receipts).unwrap_or_default() {
        if receipts.iter().all(|known| known.id != receipt.id) {
            receipts.push(receipt);
        }
    }
    let spec = journal
        .as_ref()
        .map(|journal| journal.written().spec.clone());
    let pick = |of_record: fn(&ConnectionRecord) -> String, of_spec: Option<String>| {
        record
            .as_ref()
            .map(of_record)
            .or(of_spec)
            .unwrap_or_default()
    };
    Ok(Target {
        name: name
            .parse()
            .map_err(|_| Error::bug("a stored connection with an impossible name"))?,
        tenant: pick(
            |record| record.tenant_id.to_string(),
            spec.as_ref().map(|spec| spec.directory.id.to_string()),
        ),
        cloud: pick(
            |record| record.cloud.clone(),
            spec.as_ref().map(|spec| spec.cloud.clone()),
        ),
        stored_in: pick(
            |record| record.credential.stored_in.clone(),
            spec.map(|spec| spec.store),
        ),
        receipts,
        journal,
        record,
    })
}

fn blocks(target: &Target, undo: &Undo) -> Vec<Block> {
    let item = |state: &str, receipt: &Receipt| Item {
        state: state.to_owned(),
        title: receipt.title.clone(),
        text: receipt.id.clone(),
        lines: Vec::new(),
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

async fn consent(app: &App, target: &Target) -> Result<()> {
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
            prompt: format!("Remove {}?", target.name),
            help: "The vendor can't read anything any more after that. Entra ID keeps a deleted app registration for 30 days.".to_owned(),
            default: None,
        };
        let ui = app.ui.clone();
        match blocking(move || ui.proceed(&ask)).await? {
            Proceed::Yes => return Ok(()),
            Proceed::No => return Err(Error::new(Kind::Interrupted, "declined", "Stopped before the first change. Nothing in Azure is different.")),
            Proceed::Explain => app.ui.tell(Event::Shown {
                blocks: vec![paragraph("Each thing is removed by its id, and only if azconnect made it. The vendor loses its access at once. Entra ID keeps a deleted app registration restorable for 30 days.")],
            }),
        }
    }
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

fn needs_azure(target: &Target, undo: &Undo) -> bool {
    let has_open_intent = target.journal.as_ref().is_some_and(|journal| {
        journal
            .written()
            .steps
            .values()
            .any(|entry| entry.receipt.is_none())
    });
    !undo.ours.is_empty() || has_open_intent
}

async fn sign_in(app: &App, args: &Args, target: &Target) -> Result<Azure> {
    let mut flags =
        std::collections::BTreeMap::from([("tenant".to_owned(), vec![target.tenant.clone()])]);
    flags.extend(
        args.sign_in
            .clone()
            .map(|method| ("sign_in".to_owned(), vec![method])),
    );
    let answers = Answers::gather(&flags, &app.host, None, &Default::default())?;
    let signed_in = signing::sign_in(app, &answers).await?;
    let tenant = target
        .tenant
        .parse()
        .map_err(|_| Error::bug("a stored connection without a directory"))?;
    signing::as_person(app, &signed_in, Some(tenant), None).await
}

/// An interrupted `init` may have made things of which no outcome is on disk; they are looked for by what the intent says.
async fn sweep(azure: &Azure, target: &Target) -> Result<()> {
    let Some(journal) = &target.journal else {
        return Ok(());
    };
    let spec = &journal.written().spec;
    let Some(vendor) = crate::vendors::find(&spec.vendor) else {
        return Ok(());
    };
    let plan = crate::plan::Plan::new(spec, vendor, None, "")?;
    let survey = plan.survey(azure, Some(journal), &target.receipts).await?;
    for (step, receipt) in &survey.found {
        let unknown = journal.has_begun(step)
            && journal.receipt(step).is_none()
            && target.receipts.iter().all(|known| known.id != receipt.id);
        if unknown {
            undo::undo_one(azure, receipt).await.outcome?;
        }
    }
    Ok(())
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
            Err(error) => tell(app, receipt, Progress::Failed, error.message()),
        }
        let failed = one.outcome.is_err();
        if !failed {
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
        change: narration::word(crate::connection::Change::Remove).to_owned(),
        status,
        detail: detail.to_owned(),
    });
}

fn steps(undo: &Undo, undone: &[Undone]) -> Value {
    let of = |receipt: &Receipt| undone.iter().find(|one| one.receipt.id == receipt.id);
    let row = |receipt: &Receipt, change: &str, status: &str| json!({"id": receipt.step, "title": receipt.title, "change": change, "status": status, "resource_id": receipt.id});
    let ours = undo.ours.iter().map(|receipt| {
        let status = match of(receipt).map(|one| &one.outcome) {
            Some(Ok(_)) => "done",
            Some(Err(_)) => "failed",
            None => "pending",
        };
        row(receipt, "remove", status)
    });
    ours.chain(
        undo.theirs
            .iter()
            .map(|receipt| row(receipt, "reuse", "skipped")),
    )
    .collect()
}

fn still_there(app: &App, undone: Vec<Undone>, undo: &Undo, go_on: &str) -> Result<Exit> {
    let steps = steps(undo, &undone);
    let removed = undone.iter().filter(|one| one.outcome.is_ok()).count();
    let left: Vec<String> = undo.ours[removed.min(undo.ours.len())..]
        .iter()
        .map(|receipt| format!("{} ({})", receipt.title, receipt.id))
        .collect();
    let first = undone
        .into_iter()
        .find_map(|one| one.outcome.err())
        .ok_or_else(|| Error::bug("a removal that failed without a failure"))?;
    let kind = if removed > 0 {
        Kind::Partial
    } else {
        first.kind()
    };
    let error = first
        .with_kind(kind)
        .hint(format!("Still there: {}", left.join(", ")))
        .hint(go_on);
    app.ui.fail(&error, json!({"steps": steps}));
    Ok(error.exit())
}

async fn forget(app: &App, target: Target, undo: &Undo, undone: &[Undone]) -> Result<Exit> {
    if target.stored_in != "none" {
        app.store(&target.stored_in)?
            .delete(target.name.as_str())
            .await?;
    }
    app.connections.forget(&target.name)?;
    if let Some(journal) = target.journal {
        journal.close()?;
    }
    let document = documents::document(
        Exit::Ok,
        json!({"removed": target.name, "steps": steps(undo, undone)}),
    );
    let mut blocks = vec![heading(format!("{} is removed", target.name))];
    if !undo.theirs.is_empty() {
        let items = undo.theirs.iter().map(|receipt| Item {
            state: "keep".to_owned(),
            title: receipt.title.clone(),
            text: receipt.id.clone(),
            lines: Vec::new(),
        });
        blocks.extend([
            paragraph("Left, because azconnect found it and did not make it:"),
            Block::Items {
                items: items.collect(),
            },
        ]);
    }
    if undo
        .ours
        .iter()
        .any(|receipt| receipt.kind == crate::connection::ResourceKind::Application)
    {
        blocks.push(paragraph("Entra ID keeps the app registration restorable for 30 days, under App registrations > Deleted applications."));
    }
    blocks.push(paragraph(
        "Delete the account in the vendor's console too: it can't read anything any more.",
    ));
    app.ui.finish(&Output { document, blocks });
    Ok(Exit::Ok)
}
