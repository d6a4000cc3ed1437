//! Requests to people who have a right that the signed-in person lacks: one letter for each of them, with who, why, the exact command, how
//! it will be checked, and how to go on afterwards.
//!
//! They lie in a folder for each connection, a file for each right. What is there is what is still to be done: a run that asks for less
//! takes the others away, and one that ends well takes all of them.

mod packet;
mod refusal;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use packet::{About, blocks};
pub use packet::{Asked, Packet};
pub use refusal::is_missing_right;
use refusal::{asked_for, lacking, once_it_can_be_done};

use super::app::{App, Reach};
use crate::azure::Azure;
use crate::connection::{Agreement, Application, ConnectionName, ConnectionRecord, ConnectionSpec};
use crate::error::{Error, Kind, Result};
use crate::plan::Plan;
use crate::plan::execute::Ended;
use crate::plan::preflight::Held;
use crate::steps::right::Right;
use crate::steps::{ByHand, Permission, Place, Receipts, Step, application, service_principal};
use crate::ui::Block;
use crate::vendors;

/// What is asked of other people.
pub struct Requests {
    /// One for each of them.
    pub packets: Vec<Packet>,
    /// The same for the screen.
    pub blocks: Vec<Block>,
}

impl Requests {
    /// All the letters, one below the other.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.packets.iter().map(|one| one.text.as_str()).collect();
        texts.join("\n")
    }

    /// Adds them to a document: `request` is the text, `requests` has one for each person.
    pub fn add_to(&self, document: &mut Value) {
        document["request"] = json!(self.text());
        document["requests"] = self.packets.iter().map(Packet::document).collect();
    }

    /// Where each of them is, as hints.
    pub fn hints(&self) -> impl Iterator<Item = String> {
        self.packets.iter().map(|packet| {
            format!(
                "Send this to somebody who may do it ({}): {}",
                packet.right.title,
                packet.file.display()
            )
        })
    }
}

/// Writes a request for every step that only somebody else can do; none where there is no such step. Steps that were not tried because
/// they stand on a refused one are in it too, where `held` doesn't show the right for them: all at once, not one after the other.
///
/// # Errors
/// `Usage` where the cloud can't be used at all.
pub async fn write(
    app: &App,
    (spec, azure): (&ConnectionSpec, &Azure),
    plan: &Plan,
    ended: &[Ended],
    held: &BTreeMap<Permission, Held>,
) -> Result<Option<Requests>> {
    let refused: Vec<&Ended> = ended.iter().filter(|end| is_refused(end)).collect();
    if refused.is_empty() {
        return Ok(None);
    }
    let place = place(app, spec.directory.id.to_string()).await?;
    let receipts: Receipts = ended
        .iter()
        .filter_map(|end| Some((end.id.clone(), end.receipt.clone()?)))
        .collect();
    let asked = plan
        .steps()
        .filter_map(|step| {
            let end = ended.iter().find(|end| end.id == step.id())?;
            let ask = || step.by_hand(&receipts, &place.borrowed());
            let by_hand = match &end.error {
                Some(error) if is_refused(end) => asked_for(&end.title, error, ask),
                None if end.status == "skipped" => once_it_can_be_done(ask(), lacking(step, held)?),
                _ => return None,
            };
            Some(asked(step, spec.agreement, held, by_hand))
        })
        .collect();
    let about = About {
        application: described(&spec.application, &receipts),
        ..about(spec, go_on(app, spec, &refused))
    };
    Ok(Some(kept(app, &spec.name, azure, asked, about).await))
}

/// Writes a request for something that a person has to do by hand.
pub async fn of_person(
    app: &App,
    (spec, azure): (&ConnectionSpec, &Azure),
    asked: Asked,
) -> Requests {
    let about = about(spec, go_on(app, spec, &[]));
    kept(app, &spec.name, azure, vec![asked], about).await
}

/// Writes a request for a rotation that Azure refused: `step` is what was to be added.
///
/// # Errors
/// `Usage` where the cloud can't be used at all.
pub async fn of_rotation(
    app: &App,
    (record, azure): (&ConnectionRecord, &Azure),
    (step, receipts): (&dyn Step, &Receipts),
    error: &Error,
) -> Result<Requests> {
    let place = place(app, record.tenant_id.to_string()).await?;
    let ask = || step.by_hand(receipts, &place.borrowed());
    let mut ask = asked(
        step,
        record.agreement,
        &BTreeMap::new(),
        asked_for(&step.title(), error, ask),
    );
    ask.why =
        "The secret that the tool signs in with ends, and a new one is to be added.".to_owned();
    let directory = record.tenant_name.as_deref().unwrap_or("its directory");
    let about = About {
        subject: format!(
            "A new secret for {}, in the Azure directory {directory} ({})",
            vendor_name(&record.vendor),
            record.tenant_id
        ),
        asker: None,
        tenant: record.tenant_id.to_string(),
        application: Some(format!(
            "the application with the client ID {}",
            record.client_id
        )),
        go_on: app.typed(format!("rotate {}", record.name)),
    };
    Ok(kept(app, &record.name, azure, vec![ask], about).await)
}

/// Takes a connection's requests away: what they asked for is there, or is not wanted any more. A folder that can't be removed stays.
pub fn forget(app: &App, name: &ConnectionName) {
    let folder = folder(app, name);
    for removed in [
        std::fs::remove_dir_all(&folder),
        // The one letter of earlier versions.
        std::fs::remove_file(folder.with_file_name(format!("{name}.txt"))),
    ] {
        if let Err(error) = removed
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("{}: {error}", folder.display());
        }
    }
}

fn folder(app: &App, name: &ConnectionName) -> PathBuf {
    app.paths.state.join("requests").join(name.as_str())
}

/// Whose it is: of several rights that a step needs, the first that the person isn't seen to have.
fn asked(
    step: &dyn Step,
    agreement: Option<Agreement>,
    held: &BTreeMap<Permission, Held>,
    by_hand: ByHand,
) -> Asked {
    let needs = step.needs();
    let lacks = |need: &&Permission| held.get(*need) != Some(&Held::Yes);
    let right = needs.iter().find(lacks).or(needs.first());
    let right = right.map(|need| need.right(agreement));
    let why = step.explain().into_iter().next().unwrap_or_default();
    Asked {
        step: step.id(),
        right: right.unwrap_or_else(|| Right::named("")),
        why,
        by_hand,
    }
}

/// The requests, also in files: what can't be written is on the screen all the same.
async fn kept(
    app: &App,
    name: &ConnectionName,
    azure: &Azure,
    mut asked: Vec<Asked>,
    mut about: About,
) -> Requests {
    if let Ok(Some(me)) = azure.me().await {
        let id = me.id.map_or_else(|| PERSON.to_owned(), |id| id.to_string());
        for line in asked.iter_mut().flat_map(|one| &mut one.by_hand.commands) {
            *line = line.replace(PERSON, &id);
        }
        about.asker = me
            .user_principal_name
            .map(|name| crate::text::printable(&name));
    }
    forget(app, name);
    let folder = folder(app, name);
    let of = |right: &Right| -> Vec<Asked> {
        asked
            .iter()
            .filter(|one| one.right == right)
            .cloned()
            .collect()
    };
    let packets: Vec<Packet> = crate::steps::right::RIGHTS
        .iter()
        .filter_map(|right| {
            let file = folder.join(format!("{}.txt", right.key));
            Packet::new(file, of(right), &about)
        })
        .collect();
    for packet in &packets {
        let written = crate::store::paths::make_private_folder(&folder)
            .and_then(|()| crate::store::write_atomically(&packet.file, packet.text.as_bytes()));
        if let Err(error) = written {
            tracing::warn!("a request could not be written: {error}");
        }
    }
    let blocks = blocks(&packets, &about.go_on);
    Requests { packets, blocks }
}

/// What stands in a command for the object ID of the person who asks.
const PERSON: &str = "<object ID of the person>";
/// What a command has to name beside the step's own values.
struct OwnPlace {
    arm: String,
    portal: String,
    tenant: String,
}

impl OwnPlace {
    fn borrowed(&self) -> Place<'_> {
        Place {
            arm: &self.arm,
            portal: &self.portal,
            tenant: &self.tenant,
        }
    }
}

async fn place(app: &App, tenant: String) -> Result<OwnPlace> {
    let Reach { cloud, .. } = app.reach().await?;
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    Ok(OwnPlace {
        arm: bare(cloud.arm.as_str()),
        portal: bare(cloud.portal.as_str()),
        tenant,
    })
}

fn about(spec: &ConnectionSpec, go_on: String) -> About {
    About {
        subject: format!(
            "Connect {} to the Azure directory {} ({})",
            vendor_name(&spec.vendor),
            spec.directory.display_name,
            spec.directory.id
        ),
        asker: None,
        tenant: spec.directory.id.to_string(),
        application: None,
        go_on,
    }
}

fn vendor_name(id: &str) -> &str {
    vendors::find(id).map_or(id, |vendor| vendor.name.as_str())
}

/// The application that roles are given to, as far as it is there.
fn described(application: &Application, receipts: &Receipts) -> Option<String> {
    let fact = |step: &str, name: &str| receipts.get(step)?.facts.get(name).cloned();
    let client_id =
        fact(application::ID, "client_id").or_else(|| fact(service_principal::ID, "client_id"))?;
    let name = match application {
        Application::Own { display_name, .. } | Application::Principal { display_name, .. } => {
            format!("the application \"{display_name}\"")
        }
        Application::Vendor { display_name, .. } => {
            format!("the vendor's application \"{display_name}\"")
        }
        Application::Existing { .. } => "the application".to_owned(),
    };
    let object = fact(service_principal::ID, "service_principal_object_id");
    let object = object.map_or_else(String::new, |id| {
        format!(", object ID of its service principal {id}")
    });
    Some(format!("{name} (client ID {client_id}{object})"))
}

fn is_refused(end: &Ended) -> bool {
    end.error
        .as_ref()
        .is_some_and(|error| error.kind() == Kind::Forbidden)
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
