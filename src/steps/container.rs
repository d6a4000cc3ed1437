//! The container that exports are written to. An export would make one itself, and until then nobody could be given a role on it.

use async_trait::async_trait;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::refused::Refused;
use super::step::{Making, Outcome, Permission, Receipts, Step, made};
use super::storage_account;
use super::wait::until_passed;
use crate::azure::storage_accounts::Container;
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, Receipt, ResourceKind, Scope, StorageAccountId, StorageSpec};
use crate::remedies::Service;

/// The action that it needs.
const WRITE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/write";

/// Makes the container, or finds it.
#[derive(Debug)]
pub struct ContainerStep {
    /// Which one.
    pub storage: StorageSpec,
    /// Whether an export is to replace its own files there.
    pub files_are_replaced: bool,
}

/// The id of the step for a container.
pub fn id(account: &StorageAccountId, container: &str) -> String {
    format!("container:{}", account.container(container))
}

#[async_trait]
impl Step for ContainerStep {
    fn id(&self) -> String {
        id(&self.storage.account, &self.storage.container)
    }

    fn title(&self) -> String {
        format!("Container \"{}\"", self.storage.container)
    }

    fn explain(&self) -> Vec<String> {
        vec![
            "Exports are written into it, and the vendor's application may read this container and no other.".to_owned(),
            "Nobody can read it without signing in.".to_owned(),
        ]
    }

    fn after(&self) -> Vec<String> {
        vec![storage_account::id(&self.storage.account)]
    }

    fn needs(&self) -> Vec<Permission> {
        let account = &self.storage.account;
        vec![Permission::Act(
            Scope::StorageAccount(account.clone()),
            WRITE,
        )]
    }

    fn declared(&self) -> Declared {
        Declared::Container {
            account: self.storage.account.clone(),
            name: self.storage.container.clone(),
        }
    }

    fn by_hand(&self, _: &Receipts, place: &Place<'_>) -> ByHand {
        let account = &self.storage.account;
        ByHand {
            what: format!(
                "Make the container {} in {}",
                self.storage.container, account.account
            ),
            who: "a Storage Account Contributor, Contributor or Owner of the storage account"
                .to_owned(),
            commands: vec![format!(
                "az storage container-rm create --name {} --storage-account {} --public-access off",
                self.storage.container,
                crate::text::shell_word(&account.to_string())
            )],
            portal: Some(format!(
                "{}/#@{}/resource{account}/containersList",
                place.portal, place.tenant
            )),
        }
    }

    async fn warnings(&self, azure: &Azure) -> Vec<String> {
        let found = azure
            .container(&self.storage.account, &self.storage.container)
            .await;
        match found {
            Ok(Some(container)) if container.is_public() => vec![format!(
                "Everybody can read the container {} without signing in: the costs in it would be public.",
                self.storage.container
            )],
            Ok(_) | Err(_) => Vec::new(),
        }
    }

    async fn find(&self, azure: &Azure, _: &Receipts) -> Result<Option<Receipt>> {
        let found = azure
            .container(&self.storage.account, &self.storage.container)
            .await?;
        let Some(container) = found else {
            return Ok(None);
        };
        self.fits(azure, &container)?;
        let mut receipt = self.receipt(jiff::Timestamp::UNIX_EPOCH);
        receipt.change = Change::Reuse;
        Ok(Some(receipt))
    }

    async fn apply(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Outcome> {
        if let Some(mut receipt) = self.find(azure, receipts).await? {
            receipt.at = making.now;
            return Ok(Outcome {
                receipt,
                secret: None,
            });
        }
        let waiting = "Azure to finish deleting the container of that name";
        let put = || azure.put_container(&self.storage.account, &self.storage.container);
        until_passed(making, waiting, is_being_deleted, put).await?;
        Ok(Outcome {
            receipt: self.receipt(making.now),
            secret: None,
        })
    }
}

impl ContainerStep {
    fn receipt(&self, at: jiff::Timestamp) -> Receipt {
        let id = self.storage.account.container(&self.storage.container);
        made(self, ResourceKind::Container, id, at)
    }

    fn fits(&self, azure: &Azure, container: &Container) -> Result<()> {
        if !(self.files_are_replaced && container.is_immutable()) {
            return Ok(());
        }
        Err(Refused {
            service: Service::StorageAccounts,
            code: "ContainerKeepsFiles",
            message: format!(
                "Files in the container {} can't be replaced",
                self.storage.container
            ),
            about: self.storage.account.container(&self.storage.container),
        }
        .into_error(azure))
    }
}

/// A container that was deleted keeps its name for half a minute or more.
fn is_being_deleted(error: &AzureError) -> bool {
    error.status() == Some(409) && error.code() == "ContainerBeingDeleted"
}

/// Deletes the container with every file in it.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    match receipt.id.parse() {
        Ok(Scope::Container(account, name)) => azure.delete_container(&account, &name).await,
        Ok(_) | Err(_) => Ok(false),
    }
}
