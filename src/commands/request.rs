//! A request to somebody who has a right that the signed-in person lacks: who, why, the exact command, and how to go on afterwards.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::app::{App, Reach};
use super::views::{heading, paragraph};
use crate::connection::ConnectionSpec;
use crate::error::{Error, Kind, Result, labelled};
use crate::plan::Plan;
use crate::plan::execute::Ended;
use crate::plan::preflight::Held;
use crate::steps::{ByHand, Permission, Place, Receipts, Step, application};
use crate::ui::Block;

/// A request, and the file that it was written to.
pub struct Request {
    /// Where it is.
    pub file: PathBuf,
    /// The text to send.
    pub text: String,
    /// The same for the screen.
    pub blocks: Vec<Block>,
}

/// Writes a request for every step that only somebody else can do; none where there is no such step. Steps that were not tried because
/// they stand on a refused one are in it too, where `held` doesn't show the right for them: one letter, not one after the other.
///
/// # Errors
/// `Usage` where the cloud can't be used at all.
pub async fn write(
    app: &App,
    spec: &ConnectionSpec,
    plan: &Plan,
    ended: &[Ended],
    held: &BTreeMap<Permission, Held>,
) -> Result<Option<Request>> {
    let refused: Vec<&Ended> = ended
        .iter()
        .filter(|end| {
            end.error
                .as_ref()
                .is_some_and(|error| error.kind() == Kind::Forbidden)
        })
        .collect();
    if refused.is_empty() {
        return Ok(None);
    }
    let Reach { cloud, .. } = app.reach().await?;
    let (arm, portal, tenant) = (
        cloud.arm.as_str().trim_end_matches('/'),
        cloud.portal.as_str().trim_end_matches('/'),
        spec.directory.id.to_string(),
    );
    let place = Place {
        arm,
        portal,
        tenant: &tenant,
    };
    let receipts: Receipts = ended
        .iter()
        .filter_map(|end| Some((end.id.clone(), end.receipt.clone()?)))
        .collect();
    let asks: Vec<ByHand> = plan
        .steps()
        .filter_map(|step| {
            let Some(end) = refused.iter().find(|end| end.id == step.id()) else {
                let is_skipped = ended
                    .iter()
                    .any(|end| end.id == step.id() && end.status == "skipped");
                return is_skipped
                    .then(|| lacking(step, held))
                    .flatten()
                    .map(|when| {
                        let mut ask = step.by_hand(&receipts, &place);
                        ask.what.insert_str(0, when);
                        if ask.commands.iter().any(|line| line.contains(PRINCIPAL)) {
                            ask.commands.insert(0, PRINCIPALS_ID.to_owned());
                        }
                        ask
                    });
            };
            let error = end.error.as_ref()?;
            let is_right = MISSING_RIGHTS.contains(&error.code());
            Some(if is_right {
                step.by_hand(&receipts, &place)
            } else {
                obstacle(&end.title, error)
            })
        })
        .collect();
    Ok(Some(kept(app, spec, &asks, go_on(app, spec, &refused))))
}

/// Writes a request for something that a person has to do by hand.
pub fn of_person(app: &App, spec: &ConnectionSpec, ask: ByHand) -> Request {
    kept(app, spec, &[ask], go_on(app, spec, &[]))
}

/// The request, also in a file: what can't be written is on the screen all the same.
fn kept(app: &App, spec: &ConnectionSpec, asks: &[ByHand], go_on: String) -> Request {
    let text = letter(spec, asks, &go_on);
    let folder = app.paths.state.join("requests");
    let file = folder.join(format!("{}.txt", spec.name));
    let written = crate::store::paths::make_private_folder(&folder)
        .and_then(|()| crate::store::write_atomically(&file, text.as_bytes()));
    if let Err(error) = written {
        tracing::warn!("the request could not be written: {error}");
    }
    let blocks = blocks(asks, &go_on);
    Request { file, text, blocks }
}

/// What stands in a command for the object ID of a service principal that isn't there yet.
const PRINCIPAL: &str = "<object ID of the service principal>";
/// Prints it, once it is there.
const PRINCIPALS_ID: &str =
    "az ad sp show --id <the application (client) ID> --query id --output tsv";

/// How sure it is that the person lacks the right for a role; none where they have it, or where the step is no role: whoever registers
/// the app is asked for all that belongs to it.
fn lacking(step: &dyn Step, held: &BTreeMap<Permission, Held>) -> Option<&'static str> {
    let needs = step.needs();
    let is_role = |right: &&Permission| {
        matches!(
            right,
            Permission::AssignRoles(_) | Permission::AssignBillingRoles(..)
        )
    };
    let rights: Vec<Option<&Held>> = needs
        .iter()
        .filter(is_role)
        .map(|right| held.get(right))
        .collect();
    if rights.contains(&Some(&Held::No)) {
        return Some("Once the app is there: ");
    }
    rights
        .iter()
        .any(|right| matches!(right, Some(Held::Unknown)))
        .then_some(
            "Once the app is there (unless the person who asks may do it; that can't be seen): ",
        )
}

/// What Azure calls a missing right. With any other refusal (a policy, a lock, a disabled subscription) the step's own command
/// would be refused to everybody, and what the remedy says has to be done instead.
const MISSING_RIGHTS: &[&str] = &[
    "403",
    "AccessDenied",
    "AuthorizationFailed",
    "Authorization_RequestDenied",
    "Forbidden",
    "InsufficientPrivileges",
    "LinkedAuthorizationFailed",
    "RBACAccessDenied",
    "RoleAssignmentUnauthorized",
];

/// Whether a failure is a right that this person lacks, and nothing else.
pub fn is_missing_right(error: &Error) -> bool {
    error.kind() == Kind::Forbidden && MISSING_RIGHTS.contains(&error.code())
}

/// Something in the way that somebody else has to clear.
fn obstacle(title: &str, error: &Error) -> ByHand {
    let labels: Vec<(&str, &str)> = error.advice().iter().map(|hint| labelled(hint)).collect();
    let of = |wanted: &'static str| {
        let all = labels.iter().filter(move |(label, _)| *label == wanted);
        all.map(|(_, text)| (*text).to_owned())
    };
    ByHand {
        what: format!(
            "Clear the way for: {title}. {} {}",
            error.message(),
            error.reason().unwrap_or_default()
        ),
        who: of("Who")
            .next()
            .unwrap_or_else(|| "whoever administers it".to_owned()),
        // What says `azconnect` is for the person who asks, not for the one who is asked.
        commands: of("Fix")
            .filter(|fix| !fix.contains("azconnect"))
            .chain(of("More"))
            .collect(),
        portal: None,
    }
}

fn blocks(asks: &[ByHand], go_on: &str) -> Vec<Block> {
    let mut blocks = vec![heading("Somebody else has to do the rest. Send them this:")];
    for ask in asks {
        blocks.push(paragraph(format!("{} ({})", ask.what, ask.who)));
        blocks.push(Block::Lines {
            lines: ask.commands.iter().chain(&ask.portal).cloned().collect(),
        });
    }
    blocks.push(paragraph(format!("Afterwards: `{go_on}`")));
    blocks
}

fn go_on(app: &App, spec: &ConnectionSpec, refused: &[&Ended]) -> String {
    let existing = if refused.iter().any(|end| end.id == application::ID) {
        " --app-id <application (client) ID>"
    } else {
        ""
    };
    app.typed(format!(
        "init {} --connection {} --resume{existing}",
        spec.vendor, spec.name
    ))
}

fn letter(spec: &ConnectionSpec, asks: &[ByHand], go_on: &str) -> String {
    let mut text = format!(
        "Request: connect {} to the Azure directory {} ({})\n\nazconnect needs rights that the person who ran it doesn't have. Whoever has them can do this:\n",
        spec.vendor, spec.directory.display_name, spec.directory.id
    );
    for ask in asks {
        text.push_str(&format!("\n{}\n  Who: {}\n", ask.what, ask.who));
        for line in ask.commands.iter().chain(&ask.portal) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text.push_str(&format!("\nAfterwards, the person who asked goes on with:\n  {go_on}\nIt checks that everything is there and does the rest.\n"));
    text
}
