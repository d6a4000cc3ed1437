//! The storage account that exports are written to.

mod fitness;

use async_trait::async_trait;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::marks::{self, FOREIGN};
use super::refused::Refused;
use super::step::{Making, Outcome, Permission, Receipts, Step, made};
use super::wait::until_visible;
use super::{resource_group, resource_provider};
use crate::azure::ids::TenantId;
use crate::azure::storage_accounts::{StorageAccount, account_body};
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, Receipt, ResourceKind, Scope, StorageAccountId, StorageSpec};
use crate::remedies::Service;
use crate::steps::Reverted;
use crate::text::shell_word;

/// The action that it needs.
const WRITE: &str = "Microsoft.Storage/storageAccounts/write";

/// Makes the storage account, or finds it and looks whether exports can be written to it.
#[derive(Debug)]
pub struct StorageAccountStep {
    /// Which one.
    pub storage: StorageSpec,
    /// The connection's name, which the account's tag has.
    pub connection: String,
    /// The directory of the application, in which the account must be.
    pub tenant: TenantId,
}

/// The id of the step for a storage account.
pub fn id(account: &StorageAccountId) -> String {
    format!("storage-account:{account}")
}

#[async_trait]
impl Step for StorageAccountStep {
    fn id(&self) -> String {
        id(&self.storage.account)
    }

    fn title(&self) -> String {
        format!("Storage account \"{}\"", self.storage.account.account)
    }

    fn explain(&self) -> Vec<String> {
        vec![
            format!("Keeps the exported files: {}, in {}. It costs what Azure asks for the space that the files take.", self.storage.account, self.storage.location),
            "A new one has no public blobs, speaks TLS 1.2 or later, doesn't open to keys, and keeps one copy in three places of a region (LRS). One that is there is used as it is, if exports can be written to it.".to_owned(),
        ]
    }

    fn after(&self) -> Vec<String> {
        let subscription = self.storage.account.subscription;
        vec![
            resource_group::id(&self.storage),
            resource_provider::id(subscription, resource_provider::STORAGE),
        ]
    }

    fn needs(&self) -> Vec<Permission> {
        let account = &self.storage.account;
        vec![Permission::Act(
            Scope::ResourceGroup(account.subscription, account.resource_group.clone()),
            WRITE,
        )]
    }

    fn declared(&self) -> Declared {
        Declared::StorageAccount {
            id: self.storage.account.clone(),
            body: account_body(&self.storage.location, &marks::tags(&self.connection)),
        }
    }

    fn by_hand(&self, _: &Receipts, place: &Place<'_>) -> ByHand {
        let account = &self.storage.account;
        ByHand {
            what: format!("Make the storage account {}", account.account),
            who: "a Storage Account Contributor, Contributor or Owner of the resource group"
                .to_owned(),
            commands: vec![format!(
                "az storage account create --name {} --resource-group {} --subscription {} --location {} --kind StorageV2 --sku Standard_LRS --min-tls-version TLS1_2 --https-only true --allow-blob-public-access false --allow-shared-key-access false --allow-cross-tenant-replication false --default-action Allow --bypass AzureServices",
                account.account,
                shell_word(&account.resource_group),
                account.subscription,
                shell_word(&self.storage.location)
            )],
            portal: Some(format!(
                "{}/#create/Microsoft.StorageAccount-ARM",
                place.portal
            )),
        }
    }

    async fn warnings(&self, azure: &Azure) -> Vec<String> {
        match azure.storage_account(&self.storage.account).await {
            Ok(Some(account)) => fitness::warnings(&account),
            Ok(None) | Err(_) => Vec::new(),
        }
    }

    async fn find(&self, azure: &Azure, _: &Receipts) -> Result<Option<Receipt>> {
        self.is_in_the_directory(azure).await?;
        let Some(account) = azure.storage_account(&self.storage.account).await? else {
            self.can_have_the_name(azure).await?;
            return Ok(None);
        };
        self.fits(azure, &account)?;
        Ok(account.is_ready().then(|| self.found(&account)))
    }

    async fn apply(&self, azure: &Azure, _: &Receipts, making: &Making<'_>) -> Result<Outcome> {
        self.is_in_the_directory(azure).await?;
        let id = &self.storage.account;
        let waiting = "Azure to make the storage account";
        let receipt = if let Some(account) = azure.storage_account(id).await? {
            self.fits(azure, &account)?;
            self.until_ready(azure, making).await?;
            marks::as_made(self.found(&account), making.now)
        } else {
            self.can_have_the_name(azure).await?;
            making.waiting_for(waiting);
            let body = account_body(&self.storage.location, &marks::tags(&self.connection));
            match azure.put_storage_account(id, &body).await {
                Err(error) if error.code() == "StorageAccountOperationInProgress" => {}
                answer => {
                    answer?;
                }
            }
            self.until_ready(azure, making).await?;
            made(self, ResourceKind::StorageAccount, id, making.now)
        };
        Ok(Outcome {
            receipt,
            secret: None,
        })
    }
}

impl StorageAccountStep {
    async fn until_ready(&self, azure: &Azure, making: &Making<'_>) -> Result<()> {
        let id = &self.storage.account;
        let look = async || {
            let account = azure.storage_account(id).await?;
            Ok(account.filter(StorageAccount::is_ready).map(drop))
        };
        let waiting = "Azure to make the storage account";
        until_visible(making, waiting, look).await?.ok_or_else(|| {
            self.refused(
                "AccountIsBeingCreated",
                format!("The storage account {} is still being made", id.account),
            )
            .into_error(azure)
        })
    }

    /// Through a partner's delegation a subscription of another directory is seen too; whoever can't read it sees no account either.
    async fn is_in_the_directory(&self, azure: &Azure) -> Result<()> {
        let id = &self.storage.account;
        let subscription = azure.subscription(id.subscription).await?;
        match subscription.tenant_id {
            Some(tenant) if tenant != self.tenant => Err(self
                .refused(
                    "AccountInOtherDirectory",
                    format!(
                        "The storage account's subscription {} belongs to the directory {tenant}, and the application to {}",
                        id.subscription, self.tenant
                    ),
                )
                .into_error(azure)),
            Some(_) | None => Ok(()),
        }
    }

    /// Refuses a name that somebody has; where that can't be asked, Azure says it when the account is made.
    async fn can_have_the_name(&self, azure: &Azure) -> Result<()> {
        let id = &self.storage.account;
        let answer = azure
            .account_name_available(id.subscription, &id.account)
            .await;
        match answer {
            Ok(answer) if !answer.name_available => {
                let code = match answer.reason.as_deref() {
                    Some("AccountNameInvalid") => "AccountNameInvalid",
                    Some(_) | None => "StorageAccountAlreadyTaken",
                };
                let told = answer.message.unwrap_or_default();
                let message = format!(
                    "The storage account's name `{}` can't be had. {told}",
                    id.account
                );
                Err(self.refused(code, message).into_error(azure))
            }
            Ok(_) => Ok(()),
            Err(error @ AzureError::Api(_)) => {
                tracing::debug!("checkNameAvailability: {error}");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Refuses an account that no export can be written to, with everything that stands in the way.
    fn fits(&self, azure: &Azure, account: &StorageAccount) -> Result<()> {
        let obstacles = fitness::obstacles(account);
        let Some(first) = obstacles.first() else {
            return Ok(());
        };
        let all: Vec<String> = obstacles.iter().map(|each| (each.what)(account)).collect();
        Err(self.refused(first.code, all.join(". ")).into_error(azure))
    }

    fn refused(&self, code: &'static str, message: String) -> Refused {
        Refused {
            service: Service::StorageAccounts,
            code,
            message: message.trim().trim_end_matches('.').to_owned(),
            about: self.storage.account.to_string(),
        }
    }

    fn found(&self, account: &StorageAccount) -> Receipt {
        let mut receipt = made(
            self,
            ResourceKind::StorageAccount,
            &self.storage.account,
            jiff::Timestamp::UNIX_EPOCH,
        );
        receipt.change = Change::Reuse;
        if !marks::are_ours(&account.tags, &self.connection) {
            receipt.facts.insert(FOREIGN.to_owned(), "yes".to_owned());
        }
        receipt
    }
}

/// Deletes the storage account if no container is left in it: those of others are never deleted with it.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<Reverted> {
    let Ok(id) = receipt.id.parse::<StorageAccountId>() else {
        return Ok(Reverted::AlreadyGone);
    };
    let left = match azure.containers(&id).await {
        Err(error) if error.is_not_found() => return Ok(Reverted::AlreadyGone),
        answer => answer?,
    };
    let names: Vec<String> = left
        .iter()
        .filter(|container| !container.is_deleted())
        .map(|container| crate::text::printable(&container.name))
        .collect();
    if !names.is_empty() {
        return Ok(Reverted::Kept(format!(
            "it holds other containers: {}",
            names.join(", ")
        )));
    }
    Ok(Reverted::of(azure.delete_storage_account(&id).await?))
}
