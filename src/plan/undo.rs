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
    /// What we made, and leave all the same: others may rely on it, or there are files in it.
    pub kept: Vec<Receipt>,
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
    /// Things that hang on an object that we made go before it, whenever they were made. Where exports were written goes only
    /// `with_data`.
    pub fn of(receipts: &[Receipt], with_data: bool) -> Undo {
        let things = receipts
            .iter()
            .filter(|receipt| receipt.kind != ResourceKind::ExportRun)
            .cloned();
        let (ours, theirs): (Vec<Receipt>, Vec<Receipt>) =
            things.partition(|receipt| receipt.change == Change::Create);
        let (mut ours, kept): (Vec<Receipt>, Vec<Receipt>) =
            ours.into_iter().partition(|receipt| match receipt.kind {
                ResourceKind::ResourceProvider => false,
                kind => with_data || !holds_data(kind),
            });
        ours.reverse();
        ours.sort_by_key(|receipt| rank(receipt.kind));
        Undo { ours, theirs, kept }
    }
}

/// Whether exported files are in it, and would be gone with it.
pub fn holds_data(kind: ResourceKind) -> bool {
    matches!(
        kind,
        ResourceKind::Container | ResourceKind::StorageAccount | ResourceKind::ResourceGroup
    )
}

/// What hangs on what: a role on the service principal, that and the secret on the application; an export on its container, that on the
/// account, and the account on its group.
fn rank(kind: ResourceKind) -> u8 {
    match kind {
        ResourceKind::RoleAssignment
        | ResourceKind::BillingRoleAssignment
        | ResourceKind::Export
        | ResourceKind::ExportRun
        | ResourceKind::ResourceProvider => 0,
        ResourceKind::ClientSecret
        | ResourceKind::Certificate
        | ResourceKind::FederatedCredential => 1,
        ResourceKind::ServicePrincipal => 2,
        ResourceKind::Application => 3,
        ResourceKind::Container => 4,
        ResourceKind::StorageAccount => 5,
        ResourceKind::ResourceGroup => 6,
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
        let undo = Undo::of(
            &[
                receipt("application", Application, Create),
                receipt("service-principal", ServicePrincipal, Create),
                receipt("role:a", RoleAssignment, Create),
                receipt("role:b", RoleAssignment, Reuse),
                receipt("secret", ClientSecret, Create),
                receipt("role:c", RoleAssignment, Create),
            ],
            false,
        );
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

    #[test]
    fn files_go_only_with_data_and_a_provider_never() {
        use Change::{Create, Reuse};
        use ResourceKind::{
            Container, Export, ExportRun, ResourceGroup, ResourceProvider, StorageAccount,
        };
        let receipts = [
            receipt("provider", ResourceProvider, Create),
            receipt("group", ResourceGroup, Create),
            receipt("account", StorageAccount, Create),
            receipt("container", Container, Create),
            receipt("other", Container, Reuse),
            receipt("export", Export, Create),
            receipt("run", ExportRun, Create),
        ];
        let steps = |all: &[Receipt]| -> Vec<String> {
            all.iter().map(|receipt| receipt.step.clone()).collect()
        };
        let undo = Undo::of(&receipts, false);
        assert_eq!(steps(&undo.ours), ["export"]);
        assert_eq!(
            steps(&undo.kept),
            ["provider", "group", "account", "container"]
        );
        assert_eq!(steps(&undo.theirs), ["other"]);
        let undo = Undo::of(&receipts, true);
        assert_eq!(
            steps(&undo.ours),
            ["export", "container", "account", "group"]
        );
        assert_eq!(steps(&undo.kept), ["provider"]);
    }
}
