//! The service principal: the application's account in this directory, which roles are assigned to.

use async_trait::async_trait;

use super::application;
use super::by_hand::{ByHand, Place, fact_or};
use super::declared::Declared;
use super::step::{Making, Outcome, Permission, Receipts, Step, made, needed};
use super::wait::{until_replicated, until_visible};
use crate::azure::ids::ClientId;
use crate::azure::{Azure, AzureError, Result, graph};
use crate::connection::{Change, Receipt, ResourceKind};

/// The step's id.
pub const ID: &str = "service-principal";

/// Creates the application's service principal, or finds it. The portal does this silently; Graph does not.
#[derive(Debug)]
pub struct ServicePrincipalStep {
    /// Whether the application is one that we register.
    pub application_is_ours: bool,
}

#[async_trait]
impl Step for ServicePrincipalStep {
    fn id(&self) -> String {
        ID.to_owned()
    }

    fn title(&self) -> String {
        "Service principal for it".to_owned()
    }

    fn explain(&self) -> Vec<String> {
        vec![
            "The application's account in this directory (portal: Enterprise applications). Roles are assigned to its object ID, which is another one than the app registration's.".to_owned(),
        ]
    }

    fn after(&self) -> Vec<String> {
        vec![application::ID.to_owned()]
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::to_change_application(self.application_is_ours)]
    }

    fn declared(&self) -> Declared {
        Declared::ServicePrincipal
    }

    fn by_hand(&self, receipts: &Receipts, _: &Place<'_>) -> ByHand {
        let client_id = fact_or(
            receipts,
            application::ID,
            "client_id",
            "application (client) ID",
        );
        ByHand {
            what: "Create the app's service principal".to_owned(),
            who: "an Application Developer who owns the app, or a Cloud Application Administrator"
                .to_owned(),
            commands: vec![format!("az ad sp create --id {client_id}")],
            portal: None,
        }
    }

    async fn find(&self, azure: &Azure, receipts: &Receipts) -> Result<Option<Receipt>> {
        let client_id: ClientId = needed(receipts, application::ID, "client_id")?;
        let found = azure.service_principal(client_id).await?;
        Ok(found
            .map(|principal| self.receipt(&principal, jiff::Timestamp::UNIX_EPOCH, Change::Reuse)))
    }

    async fn apply(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Outcome> {
        let client_id: ClientId = needed(receipts, application::ID, "client_id")?;
        let waiting = "Entra ID to know the new application everywhere";
        until_replicated(making, waiting, || {
            azure.upsert_service_principal(client_id)
        })
        .await?;
        let look = || azure.service_principal(client_id);
        let principal =
            until_visible(making, "Entra ID to show the new service principal", look).await?;
        let principal = principal.ok_or_else(|| AzureError::Unreadable {
            service: "Microsoft Graph",
            detail: "a service principal that it created and does not show".to_owned(),
        })?;
        Ok(Outcome {
            receipt: self.receipt(&principal, making.now, Change::Create),
            secret: None,
        })
    }
}

impl ServicePrincipalStep {
    fn receipt(
        &self,
        principal: &graph::ServicePrincipal,
        at: jiff::Timestamp,
        change: Change,
    ) -> Receipt {
        let mut receipt = made(self, ResourceKind::ServicePrincipal, principal.id, at);
        receipt.change = change;
        receipt.facts.insert(
            "service_principal_object_id".to_owned(),
            principal.id.to_string(),
        );
        receipt
    }
}

/// Deletes the service principal.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    match receipt.id.parse() {
        Ok(id) => azure.delete_service_principal(id).await,
        Err(_) => Ok(false),
    }
}
