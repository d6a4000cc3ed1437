//! Resource groups, and what is in them.
//!
//! Source: <https://learn.microsoft.com/rest/api/resources/resource-groups>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Call;
use super::ids::SubscriptionId;
use super::{Azure, Result};

/// A resource group.
#[derive(Debug, Clone, Deserialize)]
pub struct ResourceGroup {
    /// Its resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region, `westeurope`.
    pub location: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    #[serde(default)]
    properties: ResourceGroupProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceGroupProperties {
    provisioning_state: Option<String>,
}

/// A resource in a resource group.
#[derive(Debug, Clone, Deserialize)]
pub struct Resource {
    /// Its resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `Microsoft.Storage/storageAccounts`.
    #[serde(rename = "type")]
    pub kind: String,
}

impl ResourceGroup {
    /// Whether it is on its way out.
    pub fn is_being_deleted(&self) -> bool {
        self.properties.provisioning_state.as_deref() == Some("Deleting")
    }
}

const RESOURCES_API: &str = "api-version=2021-04-01";

/// The path of a resource group, as Microsoft's definition writes it.
pub fn resource_group_path(subscription: SubscriptionId, name: &str) -> String {
    format!("/subscriptions/{subscription}/resourcegroups/{name}")
}

impl Azure {
    /// A resource group, if it is there.
    pub async fn resource_group(
        &self,
        subscription: SubscriptionId,
        name: &str,
    ) -> Result<Option<ResourceGroup>> {
        let path = resource_group_path(subscription, name);
        let read = Call::get(format!("{path}?{RESOURCES_API}"));
        match self.arm.read(read).await {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// The resource groups of a subscription that the identity sees.
    pub async fn resource_groups(
        &self,
        subscription: SubscriptionId,
    ) -> Result<Vec<ResourceGroup>> {
        self.arm
            .list(format!(
                "/subscriptions/{subscription}/resourcegroups?{RESOURCES_API}"
            ))
            .await
    }

    /// Makes a resource group. Repeatable, as long as the region is the same.
    pub async fn put_resource_group(
        &self,
        subscription: SubscriptionId,
        name: &str,
        location: &str,
        tags: &Value,
    ) -> Result<ResourceGroup> {
        let path = resource_group_path(subscription, name);
        let body = json!({"location": location, "tags": tags});
        self.arm
            .read(Call::put(format!("{path}?{RESOURCES_API}"), body))
            .await
    }

    /// What is in a resource group.
    pub async fn resources_of(
        &self,
        subscription: SubscriptionId,
        name: &str,
    ) -> Result<Vec<Resource>> {
        self.arm
            .list(format!(
                "/subscriptions/{subscription}/resourceGroups/{name}/resources?{RESOURCES_API}"
            ))
            .await
    }

    /// Deletes a resource group with everything in it, and waits for the end; `false` if it was not there.
    pub async fn delete_resource_group(
        &self,
        subscription: SubscriptionId,
        name: &str,
    ) -> Result<bool> {
        let path = resource_group_path(subscription, name);
        let call = Call::delete(format!("{path}?{RESOURCES_API}"));
        match self.arm.until_done(call).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
