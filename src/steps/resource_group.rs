//! The resource group of the storage account.

use async_trait::async_trait;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::marks::{self, FOREIGN};
use super::step::{Making, Outcome, Permission, Receipts, Step, made};
use crate::azure::ids::SubscriptionId;
use crate::azure::resource_groups::ResourceGroup;
use crate::azure::{Azure, Result};
use crate::connection::{Change, Receipt, ResourceKind, Scope, StorageSpec};
use crate::steps::Reverted;
use crate::text::shell_word;

/// The action that it needs.
const WRITE: &str = "Microsoft.Resources/subscriptions/resourceGroups/write";

/// Makes the resource group, or finds it.
#[derive(Debug)]
pub struct ResourceGroupStep {
    /// Where the exports go.
    pub storage: StorageSpec,
    /// The connection's name, which the group's tag has.
    pub connection: String,
}

/// The id of the step for a storage account's resource group.
pub fn id(storage: &StorageSpec) -> String {
    format!("resource-group:{}", scope(storage))
}

fn scope(storage: &StorageSpec) -> Scope {
    let account = &storage.account;
    Scope::ResourceGroup(account.subscription, account.resource_group.clone())
}

#[async_trait]
impl Step for ResourceGroupStep {
    fn id(&self) -> String {
        id(&self.storage)
    }

    fn title(&self) -> String {
        format!("Resource group \"{}\"", self.storage.account.resource_group)
    }

    fn explain(&self) -> Vec<String> {
        vec![format!(
            "The folder, so to say, that the storage account is in: {} in {}. One that is there is used as it is.",
            scope(&self.storage),
            self.storage.location
        )]
    }

    fn after(&self) -> Vec<String> {
        Vec::new()
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::Act(
            Scope::Subscription(self.storage.account.subscription),
            WRITE,
        )]
    }

    fn declared(&self) -> Declared {
        let account = &self.storage.account;
        Declared::ResourceGroup {
            subscription: account.subscription,
            name: account.resource_group.clone(),
            location: self.storage.location.clone(),
            tags: marks::tags(&self.connection),
        }
    }

    fn by_hand(&self, _: &Receipts, place: &Place<'_>) -> ByHand {
        let account = &self.storage.account;
        ByHand {
            what: format!("Make the resource group {}", account.resource_group),
            who: "a Contributor or Owner of the subscription".to_owned(),
            commands: vec![format!(
                "az group create --name {} --location {} --subscription {}",
                shell_word(&account.resource_group),
                shell_word(&self.storage.location),
                account.subscription
            )],
            portal: Some(format!("{}/#create/Microsoft.ResourceGroup", place.portal)),
        }
    }

    async fn find(&self, azure: &Azure, _: &Receipts) -> Result<Option<Receipt>> {
        let group = self.look(azure).await?;
        Ok(group.map(|group| self.found(&group)))
    }

    async fn apply(&self, azure: &Azure, _: &Receipts, making: &Making<'_>) -> Result<Outcome> {
        let receipt = match self.look(azure).await? {
            Some(group) => marks::as_made(self.found(&group), making.now),
            None => {
                let account = &self.storage.account;
                let (name, location) = (&account.resource_group, &self.storage.location);
                let tags = marks::tags(&self.connection);
                azure
                    .put_resource_group(account.subscription, name, location, &tags)
                    .await?;
                made(
                    self,
                    ResourceKind::ResourceGroup,
                    scope(&self.storage),
                    making.now,
                )
            }
        };
        Ok(Outcome {
            receipt,
            secret: None,
        })
    }
}

impl ResourceGroupStep {
    async fn look(&self, azure: &Azure) -> Result<Option<ResourceGroup>> {
        let account = &self.storage.account;
        let group = azure
            .resource_group(account.subscription, &account.resource_group)
            .await?;
        Ok(group.filter(|group| !group.is_being_deleted()))
    }

    fn found(&self, group: &ResourceGroup) -> Receipt {
        let id = scope(&self.storage);
        let mut receipt = made(
            self,
            ResourceKind::ResourceGroup,
            id,
            jiff::Timestamp::UNIX_EPOCH,
        );
        receipt.change = Change::Reuse;
        if !marks::are_ours(&group.tags, &self.connection) {
            receipt.facts.insert(FOREIGN.to_owned(), "yes".to_owned());
        }
        receipt
    }
}

/// Deletes the resource group if nothing is left in it.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<Reverted> {
    let Ok(Scope::ResourceGroup(subscription, name)) = receipt.id.parse() else {
        return Ok(Reverted::AlreadyGone);
    };
    let left = match azure.resources_of(subscription, &name).await {
        Err(error) if error.is_not_found() => return Ok(Reverted::AlreadyGone),
        answer => answer?,
    };
    if let Some(first) = left.first() {
        return Ok(Reverted::Kept(format!(
            "it holds other things: {} ({}){}",
            crate::text::printable(&first.name),
            crate::text::printable(&first.kind),
            match left.len() {
                1 => String::new(),
                several => format!(" and {} more", several - 1),
            }
        )));
    }
    delete(azure, subscription, &name).await
}

async fn delete(azure: &Azure, subscription: SubscriptionId, name: &str) -> Result<Reverted> {
    let removed = azure.delete_resource_group(subscription, name).await?;
    Ok(Reverted::of(removed))
}
