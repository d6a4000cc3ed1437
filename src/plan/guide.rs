//! The same plan done by a person in the portal. Pure: which step is next, what a look and a typed line mean, what is noted of a step that
//! nobody could see. Who shows, asks and looks is `commands::init::guided`.
//!
//! Nothing of the order is kept but what the journal keeps anyway: after a run that was cut off, every step is looked for again, and the
//! first that is not there is the next one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Plan;
use crate::azure::AzureError;
use crate::azure::ids::{ClientId, ServicePrincipalObjectId};
use crate::connection::receipt::UNSEEN;
use crate::connection::{Change, Receipt, ResourceKind};
use crate::steps::{Declared, Receipts, Step, application, certificate, federated};
use crate::steps::{secret, service_principal};

/// That a run is guided, as its journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guided {
    /// Whether somebody signs in, so that azconnect can look for itself.
    pub signed_in: bool,
    /// What the app registration is called, for whoever has to find it in a list.
    pub app_name: String,
}

/// What a look comes to.
#[derive(Debug)]
pub enum Sight {
    /// It is there.
    There(Receipt),
    /// It is not there, as far as can be seen.
    NotYet,
    /// This can't be seen with the rights at hand.
    Hidden,
    /// Something is in the way, or Azure is: said to the person, who may mend it.
    Odd(AzureError),
}

/// What a look comes to.
pub fn sight(answer: crate::azure::Result<Option<Receipt>>) -> Sight {
    match answer {
        Ok(Some(receipt)) => Sight::There(receipt),
        Ok(None) => Sight::NotYet,
        Err(error) if matches!(error.status(), Some(401 | 403)) => Sight::Hidden,
        // An app sees no subscription on which it has no role yet.
        Err(error) if error.is_not_found() => Sight::NotYet,
        Err(error) => Sight::Odd(error),
    }
}

/// What a typed line means while a step is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Look now.
    Look,
    /// Open the link.
    Open,
    /// Leave the step for later.
    Later,
    /// It is done, whether it can be seen or not.
    Done,
    /// A value that was pasted.
    Value(String),
}

/// What a typed line means.
pub fn understood(line: &str) -> Said {
    match line.trim().to_lowercase().as_str() {
        "" => Said::Look,
        "o" | "open" => Said::Open,
        "s" | "later" => Said::Later,
        "d" | "done" => Said::Done,
        _ => Said::Value(line.trim().to_owned()),
    }
}

/// The first step that is neither done nor left, and whose needs are there.
///
/// Where nobody is signed in, the credential comes before the service principal: only a token of the app tells that one's object ID.
pub fn next<'p>(
    plan: &'p Plan,
    receipts: &Receipts,
    is_left: impl Fn(&str) -> bool,
    signed_in: bool,
) -> Option<&'p dyn Step> {
    let mut steps: Vec<&dyn Step> = plan.steps().collect();
    if !signed_in {
        steps.sort_by_key(|step| place(&step.id()));
    }
    let is_next = |step: &&dyn Step| {
        let id = step.id();
        let is_open = !receipts.contains_key(&id) && !is_left(&id);
        is_open && step.after().iter().all(|id| receipts.contains_key(id))
    };
    steps.into_iter().find(is_next)
}

fn place(id: &str) -> usize {
    const FIRST: [&str; 5] = [
        application::ID,
        secret::ID,
        certificate::ID,
        federated::ID,
        service_principal::ID,
    ];
    let at = FIRST.iter().position(|first| *first == id);
    at.unwrap_or(FIRST.len())
}

/// A secret's ID has the form of a GUID, and no secret has.
pub fn is_secret_id(pasted: &str) -> bool {
    Uuid::try_parse(pasted.trim()).is_ok()
}

/// What is noted of a step's thing on a person's word. It counts as theirs, so that `remove` leaves it and names it.
pub fn on_their_word(step: &dyn Step, at: Timestamp) -> Receipt {
    let declared = step.declared();
    let (kind, id) = thing(&declared);
    let mut facts = BTreeMap::from([(UNSEEN.to_owned(), "yes".to_owned())]);
    if let Declared::Export { name, .. } = declared {
        facts.insert("export_name".to_owned(), name);
    }
    Receipt {
        step: step.id(),
        title: step.title(),
        kind,
        id,
        change: Change::Reuse,
        at,
        facts,
    }
}

/// The application whose client ID a person pasted, where nobody can look for it.
pub fn application_of(step: &dyn Step, client_id: ClientId, at: Timestamp) -> Receipt {
    let mut receipt = on_their_word(step, at);
    receipt.id = client_id.to_string();
    receipt
        .facts
        .insert("client_id".to_owned(), client_id.to_string());
    receipt
}

/// The service principal of which a token of the app tells, or a person.
pub fn principal_of(step: &dyn Step, id: ServicePrincipalObjectId, at: Timestamp) -> Receipt {
    let mut receipt = on_their_word(step, at);
    receipt.id = id.to_string();
    receipt
        .facts
        .insert("service_principal_object_id".to_owned(), id.to_string());
    receipt
}

/// What kind of thing a step leaves, and the id that it would have as far as it can be known beforehand.
fn thing(declared: &Declared) -> (ResourceKind, String) {
    match declared {
        Declared::Application { unique_name, .. } => {
            (ResourceKind::Application, unique_name.clone())
        }
        Declared::KnownApplication { client_id } => {
            (ResourceKind::Application, client_id.to_string())
        }
        Declared::ServicePrincipal => (ResourceKind::ServicePrincipal, String::new()),
        Declared::KnownPrincipal { object_id, .. } => {
            (ResourceKind::ServicePrincipal, object_id.to_string())
        }
        Declared::Secret { description, .. } => (ResourceKind::ClientSecret, description.clone()),
        Declared::Certificate { description, .. } => {
            (ResourceKind::Certificate, description.clone())
        }
        Declared::Federated { name, .. } => (ResourceKind::FederatedCredential, name.clone()),
        Declared::Role { scope, .. } => (ResourceKind::RoleAssignment, scope.to_string()),
        Declared::BillingRole { scope, .. } => {
            (ResourceKind::BillingRoleAssignment, scope.to_string())
        }
        Declared::ResourceProvider {
            subscription,
            namespace,
        } => (
            ResourceKind::ResourceProvider,
            format!("/subscriptions/{subscription}/providers/{namespace}"),
        ),
        Declared::ResourceGroup {
            subscription, name, ..
        } => (
            ResourceKind::ResourceGroup,
            format!("/subscriptions/{subscription}/resourceGroups/{name}"),
        ),
        Declared::StorageAccount { id, .. } => (ResourceKind::StorageAccount, id.to_string()),
        Declared::Container { account, name } => (ResourceKind::Container, account.container(name)),
        Declared::Export { scope, name, .. } => (
            ResourceKind::Export,
            crate::connection::export::export_id(scope, name),
        ),
        Declared::ExportRun { scope, export } | Declared::PastMonths { scope, export, .. } => (
            ResourceKind::ExportRun,
            crate::connection::export::export_id(scope, export),
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
