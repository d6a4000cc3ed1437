//! A principal that exists already, such as a managed identity: it gets roles, and nothing of it is changed.

use async_trait::async_trait;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::service_principal;
use super::step::{Making, Outcome, Permission, Receipts, Step, made};
use crate::azure::ids::{ClientId, ServicePrincipalObjectId};
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, Receipt, ResourceKind};

/// Finds the principal. It stands where an application's own would stand in the plan, and roles come after it.
#[derive(Debug)]
pub struct PrincipalStep {
    /// Its object ID.
    pub object_id: ServicePrincipalObjectId,
    /// The client ID of the application or identity behind it.
    pub client_id: ClientId,
    /// What the portal shows.
    pub display_name: String,
}

#[async_trait]
impl Step for PrincipalStep {
    fn id(&self) -> String {
        service_principal::ID.to_owned()
    }

    fn title(&self) -> String {
        format!("Principal \"{}\"", self.display_name)
    }

    fn explain(&self) -> Vec<String> {
        vec!["It is there already, and gets roles; nothing of it is changed, and its credential stays its own.".to_owned()]
    }

    fn after(&self) -> Vec<String> {
        Vec::new()
    }

    fn needs(&self) -> Vec<Permission> {
        Vec::new()
    }

    fn declared(&self) -> Declared {
        Declared::KnownPrincipal {
            object_id: self.object_id,
            client_id: self.client_id,
        }
    }

    fn by_hand(&self, _: &Receipts, _: &Place<'_>) -> ByHand {
        ByHand {
            what: format!("Make sure that the principal {} exists", self.object_id),
            who: "whoever manages it".to_owned(),
            commands: vec![format!("az ad sp show --id {}", self.object_id)],
            portal: None,
        }
    }

    async fn find(&self, azure: &Azure, _: &Receipts) -> Result<Option<Receipt>> {
        let found = azure.principal(self.object_id.guid()).await?;
        Ok(found.map(|_| {
            let mut receipt = made(
                self,
                ResourceKind::ServicePrincipal,
                self.object_id,
                jiff::Timestamp::UNIX_EPOCH,
            );
            receipt.change = Change::Reuse;
            receipt.facts.extend([
                (
                    "service_principal_object_id".to_owned(),
                    self.object_id.to_string(),
                ),
                ("client_id".to_owned(), self.client_id.to_string()),
            ]);
            receipt
        }))
    }

    async fn apply(&self, _: &Azure, _: &Receipts, _: &Making<'_>) -> Result<Outcome> {
        // It was there when the answers were looked at.
        Err(AzureError::Unreadable {
            service: "Microsoft Graph",
            detail: format!("the principal {} is not there any more", self.object_id),
        })
    }
}
