//! Are the roles still given that the connection was given?
//!
//! Whether the app can read what it is to read is another check's question, and the failure is there. This one looks for the role
//! assignments by their recorded ids, and tells what was taken away. An app sees role assignments where it has a role that reads
//! everything, such as Reader; a role for blobs alone, or for costs, shows none, and only a person can look then.

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use crate::azure::{Azure, AzureError};
use crate::connection::receipt::UNSEEN;
use crate::connection::{Receipt, ResourceKind};
use crate::error::Error;

/// The check's id.
pub const ID: &str = "arm.role-assignment";
const TITLE: &str = "Roles";

/// Looks for each role assignment of the record.
pub struct RoleAssignments;

/// What became of a role assignment.
enum Seen {
    There,
    Gone,
    Unseen,
    Failed(AzureError),
}

#[async_trait]
impl Check for RoleAssignments {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let looks = connected
            .record
            .receipts
            .iter()
            .filter(|receipt| is_role(receipt))
            .map(async |receipt| (receipt, seen(connected, receipt).await));
        let all = futures::future::join_all(looks).await;
        judge(connected, all)
    }
}

fn is_role(receipt: &Receipt) -> bool {
    // What nobody could see has no id to look for.
    let has_id = !receipt.facts.contains_key(UNSEEN);
    let is_role = matches!(
        receipt.kind,
        ResourceKind::RoleAssignment | ResourceKind::BillingRoleAssignment
    );
    is_role && has_id
}

/// The app looks first, and the person only for what it isn't shown.
async fn seen(connected: &Connected<'_>, receipt: &Receipt) -> Seen {
    match (look(connected.azure, receipt).await, connected.person) {
        (Seen::Unseen, Some(person)) => look(person, receipt).await,
        (seen, _) => seen,
    }
}

async fn look(azure: &Azure, receipt: &Receipt) -> Seen {
    let answer = match receipt.kind {
        ResourceKind::BillingRoleAssignment => azure.has_billing_role(&receipt.id).await,
        _ => azure.has_role_assignment(&receipt.id).await,
    };
    match answer {
        Ok(true) => Seen::There,
        Ok(false) => Seen::Gone,
        Err(error) if matches!(error.status(), Some(401 | 403)) => Seen::Unseen,
        Err(error) => Seen::Failed(error),
    }
}

fn judge(connected: &Connected<'_>, all: Vec<(&Receipt, Seen)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let count = |which: fn(&Seen) -> bool| all.iter().filter(|(_, seen)| which(seen)).count();
    let there = count(|seen| matches!(seen, Seen::There));
    let unseen = count(|seen| matches!(seen, Seen::Unseen));
    for (receipt, seen) in all {
        match seen {
            Seen::Gone => findings.push(gone(connected, receipt)),
            Seen::Failed(error) => findings.push(unknown(receipt, error)),
            Seen::There | Seen::Unseen => {}
        }
    }
    if there > 0 && findings.is_empty() {
        let what = match there {
            1 => "The role that it was given is still given.".to_owned(),
            several => format!("The {several} roles that it was given are still given."),
        };
        findings.push(Finding::new(ID, TITLE, Status::Pass, what));
    }
    if unseen > 0 {
        findings.push(hidden(connected, unseen));
    }
    findings
}

fn gone(connected: &Connected<'_>, receipt: &Receipt) -> Finding {
    let what = "The role assignment that was recorded is gone.";
    Finding::new(ID, crate::text::printable(&receipt.title), Status::Warn, what)
        .why(format!("Somebody took it away, or what it was given on was deleted ({}). What still works does so by another role.", receipt.id))
        .fix(format!("Have it given again: {}", connected.again))
}

/// What kept us from looking says nothing of the role.
fn unknown(receipt: &Receipt, error: AzureError) -> Finding {
    let title = crate::text::printable(&receipt.title);
    let finding = Finding::failed(ID, title, &Error::from(error));
    Finding {
        status: Status::Warn,
        may_pass: false,
        what: format!("It could not be looked for. {}", finding.what),
        ..finding
    }
}

fn hidden(connected: &Connected<'_>, unseen: usize) -> Finding {
    let what = match unseen {
        1 => "Whether its role is still given is not shown to the app.".to_owned(),
        several => {
            format!("Whether {several} of its roles are still given is not shown to the app.")
        }
    };
    let finding = Finding::new(ID, "Roles that the app can't see", Status::Skip, what);
    if connected.person.is_some() {
        return finding
            .why("Neither the app nor you may read the role assignments there.")
            .fix("Ask somebody who may: an Owner, a User Access Administrator, or a reader of the billing account.");
    }
    finding
        .why("Only a role that reads everything, such as Reader, shows role assignments. What the role gives is checked by itself.")
        .fix(format!("Look with your own rights: {}", connected.look_as_person))
}
