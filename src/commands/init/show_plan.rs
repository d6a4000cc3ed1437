//! The plan as people see it before anything is changed, and their consent.

use std::collections::BTreeMap;

use super::partner_app;
use crate::commands::app::App;
use crate::commands::views::{heading, paragraph};
use crate::connection::{Change, ConnectionSpec, Credential};
use crate::error::{Error, Kind, Result};
use crate::interview::resolve::blocking;
use crate::plan::preflight::Held;
use crate::plan::survey::{Row, Survey};
use crate::steps::Permission;
use crate::ui::{Ask, Block, Event, Item, Proceed};
use crate::vendors::Vendor;

/// The plan in blocks: one item a step, with who may do it and whether the person may.
pub(super) fn blocks(
    vendor: &Vendor,
    spec: &ConnectionSpec,
    survey: &Survey,
    held: &BTreeMap<Permission, Held>,
) -> Vec<Block> {
    let changes = survey
        .rows
        .iter()
        .filter(|row| row.change == Change::Create)
        .count();
    let intro = match changes {
        0 => format!(
            "Everything that {} needs is there already; nothing has to be changed.",
            vendor.name
        ),
        1 => format!(
            "azconnect will make 1 change in {}:",
            spec.directory.display_name
        ),
        several => format!(
            "azconnect will make {several} changes in {}:",
            spec.directory.display_name
        ),
    };
    let mut items: Vec<Item> = survey.rows.iter().map(|row| item(row, held)).collect();
    say_once(&mut items);
    let secret = items.iter_mut().find(|item| {
        item.title.starts_with("Client secret") || item.title.starts_with("Certificate,")
    });
    if let (Some(days), Some(secret)) = (secret_days(spec, survey), secret) {
        secret.text = format!("ends after {days} days");
    }
    if partner_app::is_needed(vendor) {
        items.push(partner_app::planned());
    }
    let mut blocks = vec![paragraph(intro), Block::Items { items }];
    blocks.extend(cautions(survey));
    blocks
}

/// What to know before agreeing.
fn cautions(survey: &Survey) -> Option<Block> {
    let items = survey.warnings.iter().map(|warning| Item {
        state: "warn".to_owned(),
        title: warning.clone(),
        text: String::new(),
        lines: Vec::new(),
    });
    (!survey.warnings.is_empty()).then(|| Block::Items {
        items: items.collect(),
    })
}

/// What a person should know of the vendor's way before anything is made; said once, when a connection is new.
pub(super) fn warn(app: &App, vendor: &Vendor) {
    for warning in &vendor.warnings {
        app.ui.tell(Event::Warning {
            what: warning.what.clone(),
            fix: warning.fix.clone(),
        });
    }
}

/// What a row needs is said in full only where it differs from the row above: ten roles on ten subscriptions stay ten short rows.
fn say_once(items: &mut [Item]) {
    for at in (1..items.len()).rev() {
        let same = !items[at].lines.is_empty() && items[at].lines == items[at - 1].lines;
        if same {
            items[at].lines = vec![("Needs".to_owned(), "the same".to_owned())];
        }
    }
}

/// The steps that make a credential which ends.
const CREDENTIALS: [&str; 2] = [crate::steps::secret::ID, crate::steps::certificate::ID];

fn secret_days(spec: &ConnectionSpec, survey: &Survey) -> Option<u16> {
    let is_new = survey
        .rows
        .iter()
        .any(|row| CREDENTIALS.contains(&row.id.as_str()) && row.change == Change::Create);
    match spec.credential {
        Credential::NewSecret { days } | Credential::NewCertificate { days } if is_new => {
            Some(days)
        }
        _ => None,
    }
}

fn item(row: &Row, held: &BTreeMap<Permission, Held>) -> Item {
    let lines = row.needs.iter().map(|permission| {
        let own = match held.get(permission) {
            Some(Held::Yes) => "you have it",
            Some(Held::No) => "you don't seem to have it",
            Some(Held::Unknown) | None => "azconnect can't see whether you have it",
        };
        (
            "Needs".to_owned(),
            format!("{} ({own})", permission.holders()),
        )
    });
    let state = match row.change {
        Change::Create => "create",
        Change::Reuse => "reuse",
        Change::Remove => "remove",
    };
    Item {
        state: state.to_owned(),
        title: row.title.clone(),
        text: String::new(),
        lines: lines.collect(),
    }
}

/// The plan in sentences, for a person who wants to know exactly.
pub(super) fn explained(vendor: &Vendor, survey: &Survey) -> Vec<Block> {
    let mut blocks = vec![paragraph(vendor.summary.clone())];
    for row in &survey.rows {
        blocks.push(heading(row.title.clone()));
        blocks.extend(row.explain.iter().cloned().map(paragraph));
    }
    blocks.push(paragraph("After that it signs in with the new secret and reads what the vendor will read. It changes nothing else, sends nothing to anybody but Microsoft, and `azconnect remove` takes back what it made."));
    blocks
}

/// Asks until the person says yes or no.
///
/// # Errors
/// `Interrupted` where they say no; nothing has been changed then.
pub(super) async fn consent(app: &App, vendor: &Vendor, survey: &Survey) -> Result<()> {
    loop {
        let ask = Ask {
            key: "proceed".to_owned(),
            prompt: "Proceed?".to_owned(),
            help:
                "Yes carries the plan out, no changes nothing, explain says more about each step."
                    .to_owned(),
            default: None,
        };
        let ui = app.ui.clone();
        match blocking(move || ui.proceed(&ask)).await? {
            Proceed::Yes => return Ok(()),
            Proceed::No => {
                return Err(Error::new(
                    Kind::Interrupted,
                    "declined",
                    "Stopped before the first change. Nothing in Azure is different.",
                )
                .hint(format!(
                    "Look at it again: {}",
                    app.typed(format!("init {} --plan", vendor.id))
                )));
            }
            Proceed::Explain => app.ui.tell(Event::Shown {
                blocks: explained(vendor, survey),
            }),
        }
    }
}
