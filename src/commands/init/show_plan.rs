//! The plan as people see it before anything is changed, and their consent.

use std::collections::BTreeMap;

use super::again::Again;
use super::{Args, Decided, partner_app, save_plan};
use crate::commands::app::App;
use crate::commands::views::{heading, paragraph};
use crate::connection::{Change, ConnectionSpec, Credential};
use crate::error::{Error, Kind, Result};
use crate::interview::resolve::blocking;
use crate::plan::preflight::Held;
use crate::plan::survey::{Row, Survey};
use crate::steps::Permission;
use crate::ui::{Ask, Block, Event, Item, Need, Planned, Proceed};
use crate::vendors::Vendor;

/// The plan in blocks: one item a step, with who may do it and whether the person may.
pub(super) fn blocks(
    decided: &Decided,
    survey: &Survey,
    held: &BTreeMap<Permission, Held>,
) -> Vec<Block> {
    let Decided { vendor, spec, .. } = decided;
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
    let rows = survey.rows.iter();
    let mut rows: Vec<Planned> = rows.map(|row| planned(row, held, &decided.again)).collect();
    say_once(&mut rows);
    let secret = rows.iter_mut().find(|row| {
        row.title.starts_with("Client secret") || row.title.starts_with("Certificate,")
    });
    if let (Some(days), Some(secret)) = (secret_days(spec, survey), secret) {
        secret.text = format!("ends after {days} days");
    }
    if partner_app::is_needed(vendor) {
        rows.push(partner_app::planned());
    }
    let mut blocks = vec![paragraph(intro), Block::Changes { changes: rows }];
    blocks.extend(cautions(survey));
    blocks.extend(others_are_needed(survey, held));
    blocks
}

/// What happens where a right is missing: said before anybody agrees.
fn others_are_needed(survey: &Survey, held: &BTreeMap<Permission, Held>) -> Option<Block> {
    let lacks = |row: &&Row| {
        row.needs
            .iter()
            .any(|need| held.get(need) == Some(&Held::No))
    };
    let lacking = survey.rows.iter().filter(lacks).count();
    let rows = match lacking {
        0 => return None,
        1 => "One of them needs a right that you don't seem to have. It is",
        _ => "Some of them need rights that you don't seem to have. They are",
    };
    Some(paragraph(format!(
        "{rows} tried all the same; what Azure refuses is left to somebody who may do it, with a request that azconnect writes, and the rest is done."
    )))
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
fn say_once(rows: &mut [Planned]) {
    for at in (1..rows.len()).rev() {
        let same = !rows[at].needs.is_empty() && rows[at].needs == rows[at - 1].needs;
        if same {
            rows[at].needs.truncate(1);
            rows[at].needs[0].right = "the same".to_owned();
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

fn planned(row: &Row, held: &BTreeMap<Permission, Held>, again: &Again) -> Planned {
    let needs = row.needs.iter().map(|permission| {
        let (state, own) = match held.get(permission) {
            Some(Held::Yes) => ("pass", "you have it"),
            Some(Held::No) => ("fail", "you don't seem to have it"),
            Some(Held::Unknown) | None => ("skip", "azconnect can't see whether you have it"),
        };
        Need {
            right: permission.holders().to_owned(),
            state: state.to_owned(),
            held: own.to_owned(),
        }
    });
    let change = match row.change {
        Change::Create => "create",
        Change::Reuse => "reuse",
        Change::Remove => "remove",
    };
    Planned {
        change: change.to_owned(),
        title: row.title.clone(),
        text: String::new(),
        source: again.source_of(&row.id).unwrap_or_default(),
        needs: needs.collect(),
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

/// A plan that is put to the person.
pub(super) struct Proposed<'a> {
    /// What would be done, for the eye.
    pub(super) blocks: &'a [Block],
    /// The same in sentences.
    pub(super) explained: Vec<Block>,
    /// Whether an answer can still be changed.
    pub(super) can_go_back: bool,
}

/// Asks until the person says yes or no.
///
/// # Errors
/// `Interrupted` where they say no; nothing has been changed then. [`crate::ui::back()`] where they want to change an answer.
pub(super) async fn consent(
    app: &App,
    args: &Args,
    decided: &Decided,
    plan: Proposed<'_>,
) -> Result<()> {
    loop {
        let ask = Ask {
            key: "proceed".to_owned(),
            prompt: "Proceed?".to_owned(),
            help: HELP.to_owned(),
            can_go_back: plan.can_go_back,
            can_save: true,
            ..Ask::default()
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
                    app.typed(format!("init {} --plan", decided.vendor.id))
                )));
            }
            Proceed::Explain => app.ui.tell(Event::Shown {
                blocks: plan.explained.clone(),
            }),
            Proceed::Save => {
                let all = plan.blocks.iter().chain(&plan.explained);
                let blocks: Vec<Block> = all.cloned().collect();
                save_plan::save(app, args, decided, &blocks);
            }
        }
    }
}

/// What the answers to a plan do.
const HELP: &str = "Yes carries the plan out, no changes nothing, explain says more about each step, and save writes the plan and your answers to files, for somebody who has to agree or for another day.";
