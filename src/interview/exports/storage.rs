//! Where exports are kept: subscription, resource group, storage account, region.

use std::collections::BTreeMap;

use super::{Wanted, existing, names};
use crate::azure::ids::SubscriptionId;
use crate::azure::storage_accounts::StorageAccount;
use crate::azure::{Azure, AzureError};
use crate::connection::{Scope, StorageAccountId, StorageSpec};
use crate::error::{Error, Kind, Result};
use crate::interview::answers::Source;
use crate::interview::export_validity::region;
use crate::interview::{Interview, discovery, scopes};
use crate::ui::Choice;

impl Interview {
    /// Where the files go. Nothing where a gap is left.
    pub(super) async fn storage(&mut self, wanted: &Wanted<'_>) -> Result<Option<StorageSpec>> {
        let named = self.answers.value("storage_account").map(str::to_owned);
        if let Some(id) = named.as_deref().and_then(|text| text.parse().ok()) {
            return self.named_by_id(wanted, id).await;
        }
        let Some(subscription) = self.storage_subscription(wanted).await? else {
            return Ok(None);
        };
        let accounts = visible(wanted.azure.storage_accounts(subscription).await)?;
        let name = named
            .clone()
            .unwrap_or_else(|| names::account(wanted.directory.id, subscription, wanted.name));
        let there = accounts.iter().find(|account| account.name == name);
        let chosen = match there {
            Some(account) => Some(account),
            None if named.is_none() => self.offer(&accounts, &name).await?,
            None => None,
        };
        match chosen.and_then(|account| Some((account.resource_id()?, account))) {
            Some((id, account)) => {
                self.is_in_group(&id)?;
                let location = account.location.clone();
                Ok(Some(self.spec(id, location)))
            }
            None => {
                let id = StorageAccountId {
                    subscription,
                    resource_group: self
                        .answers
                        .value_or("resource_group", names::RESOURCE_GROUP)
                        .to_owned(),
                    account: name,
                };
                let location = self.location(wanted.azure, &id, &accounts).await?;
                Ok(location.map(|location| self.spec(id, location)))
            }
        }
    }

    /// Notes the gaps about storage, where they don't depend on another gap.
    pub(super) async fn look_at_storage(&mut self, wanted: &Wanted<'_>) -> Result<()> {
        let (usable, _) = discovery::subscriptions(wanted.azure, wanted.directory.id).await?;
        let is_decided = usable.len() == 1
            || self.answers.get("storage_account").is_some()
            || self.answers.get("subscription").is_some();
        if is_decided {
            self.storage(wanted).await?;
        }
        Ok(())
    }

    /// An account whose resource id says everything but the region, and that only where it is not there yet.
    async fn named_by_id(
        &mut self,
        wanted: &Wanted<'_>,
        id: StorageAccountId,
    ) -> Result<Option<StorageSpec>> {
        self.is_in_group(&id)?;
        let location = match visible_one(wanted.azure.storage_account(&id).await)? {
            Some(account) => Some(account.location),
            None => self.location(wanted.azure, &id, &[]).await?,
        };
        Ok(location.map(|location| self.spec(id, location)))
    }

    fn spec(&self, account: StorageAccountId, location: String) -> StorageSpec {
        StorageSpec {
            account,
            location,
            container: self
                .answers
                .value_or("container", names::CONTAINER)
                .to_owned(),
        }
    }

    /// The subscription that pays for the storage. It is not what the vendor reads, unless it is the place of the export as well.
    async fn storage_subscription(
        &mut self,
        wanted: &Wanted<'_>,
    ) -> Result<Option<SubscriptionId>> {
        let read = wanted.scopes.iter().find_map(|choice| match &choice.scope {
            Scope::Subscription(id) | Scope::ResourceGroup(id, _) => Some(*id),
            _ => None,
        });
        if read.is_some() {
            return Ok(read);
        }
        let (usable, disabled) =
            discovery::subscriptions(wanted.azure, wanted.directory.id).await?;
        let given = self
            .answers
            .get("subscription")
            .map(|answer| answer.values.clone());
        match (given.as_deref(), usable.as_slice()) {
            (Some([one]), _) if one != "all" => {
                let found = scopes::wanted(one, &usable, &disabled, wanted.directory.id)?;
                Ok(Some(found.subscription_id))
            }
            (Some(_), _) => Err(one_place_only()),
            (None, []) => Err(no_place(wanted)),
            (None, [only]) => {
                let id = only.subscription_id;
                self.answers
                    .set("subscription", vec![id.to_string()], Source::Only);
                Ok(Some(id))
            }
            (None, several) => {
                let options = several
                    .iter()
                    .map(|subscription| Choice {
                        label: subscription.display_name.clone(),
                        detail: subscription.subscription_id.to_string(),
                    })
                    .collect();
                let ids = several
                    .iter()
                    .map(|subscription| subscription.subscription_id.to_string())
                    .collect();
                let prompt = "In which subscription are the exported files to be kept?";
                let at = self.choose_as("subscription", prompt, options, ids).await?;
                Ok(at
                    .and_then(|at| several.get(at))
                    .map(|subscription| subscription.subscription_id))
            }
        }
    }

    /// Offers the accounts that are there beside a new one. Whoever can't be asked gets a new one: nothing of theirs is shared unasked.
    async fn offer<'a>(
        &mut self,
        accounts: &'a [StorageAccount],
        new: &str,
    ) -> Result<Option<&'a StorageAccount>> {
        let group = self.answers.value("resource_group").map(str::to_owned);
        let fitting: Vec<(&StorageAccount, StorageAccountId)> = accounts
            .iter()
            .filter(|account| account.holds_blobs() && !account.is_private())
            .filter_map(|account| Some((account, account.resource_id()?)))
            .filter(|(_, id)| {
                group
                    .as_deref()
                    .is_none_or(|group| id.resource_group.eq_ignore_ascii_case(group))
            })
            .collect();
        if fitting.is_empty() || !self.can_ask() {
            return Ok(None);
        }
        let first = Choice {
            label: "A new storage account".to_owned(),
            detail: new.to_owned(),
        };
        let others = fitting.iter().map(|(account, id)| Choice {
            label: account.name.clone(),
            detail: format!("{}, in {}", account.location, id.resource_group),
        });
        let options = std::iter::once(first).chain(others).collect();
        let ids = std::iter::once(new.to_owned())
            .chain(fitting.iter().map(|(_, id)| id.to_string()))
            .collect();
        let at = self.choose("storage_account", options, ids).await?;
        Ok(at
            .and_then(|at| fitting.get(at.checked_sub(1)?))
            .map(|(account, _)| *account))
    }

    /// The region of what is made: as answered, the resource group's own, where the subscription's storage is, where its other things
    /// are; else a question.
    async fn location(
        &mut self,
        azure: &Azure,
        id: &StorageAccountId,
        accounts: &[StorageAccount],
    ) -> Result<Option<String>> {
        if let Some(location) = self.answers.value("location").and_then(region) {
            return Ok(Some(location));
        }
        let group = azure
            .resource_group(id.subscription, &id.resource_group)
            .await;
        if let Some(group) = visible_one(group)? {
            return Ok(Some(group.location));
        }
        let regions = accounts.iter().map(|account| account.location.as_str());
        if let Some(usual) = most_frequent(regions) {
            return Ok(Some(usual));
        }
        let groups = visible(azure.resource_groups(id.subscription).await)?;
        let regions = groups.iter().map(|group| group.location.as_str());
        if let Some(usual) = most_frequent(regions) {
            return Ok(Some(usual));
        }
        let said = self.ask_text("location").await?;
        Ok(said.as_deref().and_then(region))
    }

    /// What was said about the resource group must be true of an account that is there.
    fn is_in_group(&self, id: &StorageAccountId) -> Result<()> {
        match self.answers.value("resource_group") {
            Some(group) if !group.eq_ignore_ascii_case(&id.resource_group) => Err(Error::usage(
                "storage_account_elsewhere",
                format!(
                    "The storage account `{}` is in the resource group {}, not in {group}.",
                    id.account, id.resource_group
                ),
            )
            .why("A storage account's name is unique in all of Azure, so there is no second one of that name.")
            .hint("Leave `--resource-group` away, or name another account with `--storage-account`.")),
            _ => Ok(()),
        }
    }

    /// The region and group of an account that an existing export writes to.
    pub(super) async fn storage_of(
        &self,
        azure: &Azure,
        export: &existing::Existing,
    ) -> Result<StorageSpec> {
        let account = visible_one(azure.storage_account(&export.account).await)?;
        Ok(StorageSpec {
            account: export.account.clone(),
            location: account.map(|account| account.location).unwrap_or_default(),
            container: export.container.clone(),
        })
    }
}

/// The region that most of them are in; of several, the first by name.
fn most_frequent<'a>(regions: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for region in regions.filter_map(region).filter(|name| name != "global") {
        *count.entry(region).or_default() += 1;
    }
    let most = count.values().max().copied()?;
    count
        .into_iter()
        .find(|(_, times)| *times == most)
        .map(|(region, _)| region)
}

/// A list that the person may not be allowed to see: then it is empty, and what is made says itself whether it may be.
fn visible<T>(answer: crate::azure::Result<Vec<T>>) -> Result<Vec<T>> {
    match answer {
        Err(error) if is_hidden(&error) => Ok(Vec::new()),
        answer => Ok(answer?),
    }
}

fn visible_one<T>(answer: crate::azure::Result<Option<T>>) -> Result<Option<T>> {
    match answer {
        Err(error) if is_hidden(&error) => Ok(None),
        answer => Ok(answer?),
    }
}

fn is_hidden(error: &AzureError) -> bool {
    matches!(error.status(), Some(401 | 403))
}

fn one_place_only() -> Error {
    Error::usage(
        "one_storage_subscription",
        "With a billing account or a management group, `--subscription` says where the exported files are kept, and that is one place.",
    )
    .hint("Name one subscription with `--subscription`, or a storage account by its resource ID with `--storage-account`.")
}

fn no_place(wanted: &Wanted<'_>) -> Error {
    Error::new(
        Kind::Forbidden,
        "no_storage_subscription",
        format!(
            "You see no subscription in {} that could hold the exported files.",
            wanted.directory.display_name
        ),
    )
    .why("An export is written to a storage account, and a storage account belongs to a subscription of the same directory.")
    .hint("Name a storage account that exists by its resource ID: --storage-account ID")
    .hint("Ask a subscription's owner for Owner on it or on a resource group of it, then run the same command again.")
}

#[cfg(test)]
mod tests {
    use super::most_frequent;

    #[test]
    fn the_usual_region_is_where_most_is() {
        let of = |all: &[&str]| most_frequent(all.iter().copied());
        assert_eq!(
            of(&["westeurope", "northeurope", "West Europe"]).as_deref(),
            Some("westeurope")
        );
        assert_eq!(of(&["uksouth", "eastus"]).as_deref(), Some("eastus"));
        assert_eq!(of(&["global"]), None);
        assert_eq!(of(&[]), None);
    }
}
