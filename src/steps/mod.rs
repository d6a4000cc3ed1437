//! One file = one unit of reversion.
//!
//! A step looks before it writes, writes to an id that we chose or recorded, and can be taken back by that id. It knows Azure and nothing
//! of the journal, the screen or the store: the engine in `plan` calls it and keeps the books.

pub mod application;
pub mod backfill;
pub mod billing_role;
pub mod by_hand;
pub mod certificate;
pub mod container;
pub mod declared;
pub mod export;
pub mod federated;
pub mod first_run;
pub mod guide;
pub mod marks;
pub mod principal;
mod refused;
pub mod resource_group;
pub mod resource_provider;
pub mod right;
pub mod role;
pub mod secret;
pub mod service_principal;
pub mod step;
pub mod storage_account;
pub mod vendor_app;
pub mod wait;

pub use by_hand::{ByHand, Place};
pub use declared::Declared;
pub use guide::Guide;
pub use step::{Making, Outcome, Permission, Receipts, Step};

use crate::azure::{Azure, Result};
use crate::connection::{Receipt, ResourceKind};

/// What became of a thing that was to be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reverted {
    /// It is gone now.
    Removed,
    /// It was gone already.
    AlreadyGone,
    /// It stays, for this reason: taking it away would take other people's things with it.
    Kept(String),
}

impl Reverted {
    /// What a removal comes to that says whether the thing was there.
    fn of(removed: bool) -> Reverted {
        if removed {
            Reverted::Removed
        } else {
            Reverted::AlreadyGone
        }
    }
}

/// How a person takes away a thing of ours that azconnect leaves; `None` where there is nothing to take away.
pub fn removed_by_hand(receipt: &Receipt) -> Option<String> {
    let id = crate::text::shell_word(&receipt.id);
    match receipt.kind {
        ResourceKind::ResourceProvider => resource_provider::unregister(receipt),
        ResourceKind::ResourceGroup => {
            let (subscription, name) = receipt
                .id
                .strip_prefix("/subscriptions/")?
                .split_once("/resourceGroups/")?;
            let word = crate::text::shell_word;
            Some(format!(
                "az group delete --name {} --subscription {}",
                word(name),
                word(subscription)
            ))
        }
        ResourceKind::StorageAccount => Some(format!("az storage account delete --ids {id}")),
        ResourceKind::Container => Some(format!("az storage container-rm delete --ids {id}")),
        ResourceKind::Application
        | ResourceKind::ServicePrincipal
        | ResourceKind::ClientSecret
        | ResourceKind::Certificate
        | ResourceKind::FederatedCredential
        | ResourceKind::RoleAssignment
        | ResourceKind::BillingRoleAssignment
        | ResourceKind::Export
        | ResourceKind::ExportRun => None,
    }
}

/// Takes back what a receipt stands for, by its id. What is gone already counts as taken back.
///
/// # Errors
/// Whatever Azure answers; the thing then still exists.
pub async fn revert(azure: &Azure, receipt: &Receipt) -> Result<Reverted> {
    let removed = match receipt.kind {
        ResourceKind::Application => application::revert(azure, receipt).await?,
        ResourceKind::ServicePrincipal => service_principal::revert(azure, receipt).await?,
        ResourceKind::ClientSecret => secret::revert(azure, receipt).await?,
        ResourceKind::Certificate => certificate::revert(azure, receipt).await?,
        ResourceKind::FederatedCredential => federated::revert(azure, receipt).await?,
        ResourceKind::RoleAssignment => role::revert(azure, receipt).await?,
        ResourceKind::BillingRoleAssignment => billing_role::revert(azure, receipt).await?,
        ResourceKind::Export => export::revert(azure, receipt).await?,
        ResourceKind::Container => container::revert(azure, receipt).await?,
        ResourceKind::StorageAccount => return storage_account::revert(azure, receipt).await,
        ResourceKind::ResourceGroup => return resource_group::revert(azure, receipt).await,
        ResourceKind::ResourceProvider => {
            return Ok(Reverted::Kept("others may rely on it".to_owned()));
        }
        ResourceKind::ExportRun => false,
    };
    Ok(Reverted::of(removed))
}
