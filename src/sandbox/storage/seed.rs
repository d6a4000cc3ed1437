//! The words in which tests and colleagues fill the storage part of a state. What is made so is there at once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::tenant::State;
use super::state::{
    Blob, BlobBody, Container, Denied, Policy, ProviderRegistration, RegistrationState,
    ResourceGroup, Storage, StorageAccount,
};

/// When everything in the sample was made: 2025-01-06T08:00:00Z.
const FOUNDED: Timestamp = Timestamp::constant(1_736_150_400, 0);
/// Where everything is that is not said to be elsewhere.
const REGION: &str = "westeurope";

impl State {
    /// Registers a resource provider in a subscription.
    pub fn register_provider(&mut self, subscription: Uuid, namespace: &str) {
        let registration = ProviderRegistration {
            namespace: namespace.to_owned(),
            state: RegistrationState::Registered,
            settled_at: FOUNDED,
        };
        self.storage
            .providers
            .insert(Storage::provider_key(subscription, namespace), registration);
    }

    /// Adds a resource group in West Europe, and returns its id. One that is there stays as it is.
    pub fn add_resource_group(&mut self, subscription: Uuid, name: &str) -> String {
        let group = ResourceGroup {
            subscription,
            name: name.to_owned(),
            location: REGION.to_owned(),
            tags: BTreeMap::new(),
            deleting_until: None,
        };
        self.storage
            .resource_groups
            .entry(Storage::group_key(subscription, name))
            .or_insert(group);
        format!("/subscriptions/{subscription}/resourceGroups/{name}")
    }

    /// Adds a storage account with Azure's defaults, with its resource group and its provider where they are missing, and
    /// returns its id.
    pub fn add_storage_account(
        &mut self,
        subscription: Uuid,
        resource_group: &str,
        name: &str,
    ) -> String {
        self.add_resource_group(subscription, resource_group);
        if !self
            .storage
            .is_registered(subscription, "Microsoft.Storage", FOUNDED)
        {
            self.register_provider(subscription, "Microsoft.Storage");
        }
        let tenant = self
            .subscriptions
            .get(&subscription)
            .map(|found| found.tenant)
            .unwrap_or_default();
        let account = StorageAccount {
            created: FOUNDED,
            provisioned_at: FOUNDED,
            ..StorageAccount::with_defaults(name, tenant, subscription, resource_group, REGION)
        };
        let id = account.id();
        self.storage.accounts.insert(name.to_owned(), account);
        id
    }

    /// A storage account by name, to be changed.
    pub fn storage_account_mut(&mut self, name: &str) -> Option<&mut StorageAccount> {
        self.storage.accounts.get_mut(name)
    }

    /// Adds a private container to a storage account, and returns its id; none where there is no such account. One that is
    /// there stays as it is.
    pub fn add_container(&mut self, account: &str, name: &str) -> Option<String> {
        let account = self.storage.accounts.get_mut(account)?;
        let container = Container {
            created: FOUNDED,
            public_access: "None".to_owned(),
            deleting_until: None,
            blobs: BTreeMap::new(),
        };
        account
            .containers
            .entry(name.to_owned())
            .or_insert(container);
        Some(format!(
            "{}/blobServices/default/containers/{name}",
            account.id()
        ))
    }

    /// Writes a blob into a container; a `last_modified` to come makes it appear then. None where there is no such container.
    pub fn add_blob(
        &mut self,
        (account, container): (&str, &str),
        name: &str,
        body: BlobBody,
        last_modified: Timestamp,
    ) -> Option<()> {
        let account = self.storage.accounts.get_mut(account)?;
        let container = account.containers.get_mut(container)?;
        let blob = Blob {
            last_modified,
            content_type: "application/octet-stream".to_owned(),
            body,
        };
        container.blobs.insert(name.to_owned(), blob);
        Some(())
    }

    /// Assigns a policy that denies something, at a subscription or management group.
    pub fn deny_by_policy(&mut self, name: &str, scope: &str, denies: Denied) {
        self.storage.policies.push(Policy {
            name: name.to_owned(),
            scope: scope.to_owned(),
            denies,
        });
    }
}
