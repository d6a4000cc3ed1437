//! What a refusal asks of whom: the step itself where a right is missing, and what stands in the way where it is something else.

use std::collections::BTreeMap;

use crate::error::{Error, Kind, labelled};
use crate::plan::preflight::Held;
use crate::steps::{ByHand, Permission, Step};

/// What stands in a command for the object ID of a service principal that isn't there yet.
const PRINCIPAL: &str = "<object ID of the service principal>";
/// Prints it, once it is there.
const PRINCIPALS_ID: &str =
    "az ad sp show --id <the application (client) ID> --query id --output tsv";

/// What is asked for where Azure said no: the step itself, or what stands in its way.
pub(super) fn asked_for(title: &str, error: &Error, step: impl FnOnce() -> ByHand) -> ByHand {
    if MISSING_RIGHTS.contains(&error.code()) {
        step()
    } else {
        obstacle(title, error)
    }
}

/// The same for a step that was not tried, with how to get the ID that isn't known yet.
pub(super) fn once_it_can_be_done(mut ask: ByHand, when: &str) -> ByHand {
    ask.what.insert_str(0, when);
    if ask.commands.iter().any(|line| line.contains(PRINCIPAL)) {
        ask.commands.insert(0, PRINCIPALS_ID.to_owned());
    }
    ask
}

/// How sure it is that the person lacks the right for a step that was not tried; none where they have it, or where it belongs to what
/// whoever registers the app is asked for.
pub(super) fn lacking(step: &dyn Step, held: &BTreeMap<Permission, Held>) -> Option<&'static str> {
    let needs = step.needs();
    let (roles, acts): (Vec<&Permission>, Vec<&Permission>) = needs
        .iter()
        .filter(|right| {
            !matches!(
                right,
                Permission::RegisterApplications | Permission::ChangeApplication
            )
        })
        .partition(|right| {
            matches!(
                right,
                Permission::AssignRoles(_) | Permission::AssignBillingRoles(..)
            )
        });
    let is = |rights: &[&Permission], how: Held| {
        rights.iter().any(|right| held.get(*right) == Some(&how))
    };
    if is(&acts, Held::No) {
        return Some("Once what it stands on is there: ");
    }
    if is(&roles, Held::No) {
        return Some("Once the app is there: ");
    }
    is(&roles, Held::Unknown).then_some(
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
    // Cost Management's word for whoever may not give an export's identity its role on the storage account.
    "Unauthorized",
    "VendorAppDenied",
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
