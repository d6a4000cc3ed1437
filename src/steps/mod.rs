//! One file = one unit of reversion.
//!
//! A step looks before it writes, writes to an id that we chose or recorded, and can be taken back by that id. It knows Azure and nothing
//! of the journal, the screen or the store: the engine in `plan` calls it and keeps the books.

pub mod application;
pub mod backfill;
pub mod billing_role;
pub mod by_hand;
pub mod certificate;
pub mod federated;
pub mod principal;
pub mod role;
pub mod secret;
pub mod service_principal;
pub mod step;
pub mod wait;

pub use by_hand::{ByHand, Place};
pub use step::{Making, Outcome, Permission, Receipts, Step};

use crate::azure::{Azure, Result};
use crate::connection::{Receipt, ResourceKind};

/// What became of a thing that was to be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reverted {
    /// It is gone now.
    Removed,
    /// It was gone already.
    AlreadyGone,
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
    };
    Ok(if removed {
        Reverted::Removed
    } else {
        Reverted::AlreadyGone
    })
}
