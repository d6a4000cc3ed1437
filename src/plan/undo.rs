//! Takes a connection back: newest first, by id, only what we made.

use crate::azure::Azure;
use crate::connection::{Change, Receipt, ResourceKind};
use crate::error::{Error, Result};
use crate::steps::{self, Reverted};

/// What removing a connection comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// What we made, in the order in which it is removed.
    pub ours: Vec<Receipt>,
    /// What we found, and leave.
    pub theirs: Vec<Receipt>,
}

/// How the removal of one thing ended.
#[derive(Debug)]
pub struct Undone {
    /// The thing.
    pub receipt: Receipt,
    /// What became of it.
    pub outcome: Result<Reverted>,
}

impl Undo {
    /// Sorts a connection's receipts, which are in the order in which things were made.
    ///
    /// Things that hang on an object that we made go before it, whenever they were made.
    pub fn of(receipts: &[Receipt]) -> Undo {
        let mut ours: Vec<Receipt> = receipts
            .iter()
            .filter(|receipt| receipt.change == Change::Create)
            .cloned()
            .collect();
        ours.reverse();
        ours.sort_by_key(|receipt| rank(receipt.kind));
        let theirs = receipts
            .iter()
            .filter(|receipt| receipt.change != Change::Create)
            .cloned()
            .collect();
        Undo { ours, theirs }
    }
}

/// What hangs on what: a role on the service principal, that and the secret on the application.
fn rank(kind: ResourceKind) -> u8 {
    match kind {
        ResourceKind::RoleAssignment | ResourceKind::BillingRoleAssignment => 0,
        ResourceKind::ClientSecret
        | ResourceKind::Certificate
        | ResourceKind::FederatedCredential => 1,
        ResourceKind::ServicePrincipal => 2,
        ResourceKind::Application => 3,
    }
}

/// Removes one thing.
pub async fn undo_one(azure: &Azure, receipt: &Receipt) -> Undone {
    let outcome = steps::revert(azure, receipt).await.map_err(Error::from);
    Undone {
        receipt: receipt.clone(),
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(step: &str, kind: ResourceKind, change: Change) -> Receipt {
        Receipt {
            step: step.to_owned(),
            title: step.to_owned(),
            kind,
            id: step.to_owned(),
            change,
            at: jiff::Timestamp::UNIX_EPOCH,
            facts: Default::default(),
        }
    }

    #[test]
    fn what_hangs_on_a_thing_goes_before_it_and_what_was_found_stays() {
        use Change::{Create, Reuse};
        use ResourceKind::{Application, ClientSecret, RoleAssignment, ServicePrincipal};
        let undo = Undo::of(&[
            receipt("application", Application, Create),
            receipt("service-principal", ServicePrincipal, Create),
            receipt("role:a", RoleAssignment, Create),
            receipt("role:b", RoleAssignment, Reuse),
            receipt("secret", ClientSecret, Create),
            receipt("role:c", RoleAssignment, Create),
        ]);
        let order: Vec<&str> = undo
            .ours
            .iter()
            .map(|receipt| receipt.step.as_str())
            .collect();
        assert_eq!(
            order,
            [
                "role:c",
                "role:a",
                "secret",
                "service-principal",
                "application"
            ]
        );
        assert_eq!(undo.theirs.len(), 1);
    }
}
