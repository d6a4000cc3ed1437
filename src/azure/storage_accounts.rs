//! Storage accounts and their containers, as Resource Manager sees them. What is in a container is another API's.
//!
//! Source: <https://learn.microsoft.com/rest/api/storagerp/storage-accounts>, <https://learn.microsoft.com/rest/api/storagerp/blob-containers>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Call;
use super::ids::SubscriptionId;
use super::{Azure, AzureError, Result};
use crate::connection::StorageAccountId;

/// A storage account, with what decides whether exports can be written to it.
#[derive(Debug, Clone, Deserialize)]
pub struct StorageAccount {
    /// Its resource id.
    pub id: String,
    /// Its name, unique in the whole cloud.
    pub name: String,
    /// Its region, `westeurope`.
    #[serde(default)]
    pub location: String,
    /// `StorageV2`, `Storage`, `BlobStorage`, `BlockBlobStorage` or `FileStorage`.
    #[serde(default)]
    pub kind: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// What else is set on it.
    #[serde(default)]
    pub properties: StorageAccountProperties,
}

/// The settings of a storage account. Azure leaves out what was never set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StorageAccountProperties {
    /// `Creating`, `ResolvingDNS` or `Succeeded`.
    pub provisioning_state: Option<String>,
    /// `available`, or `unavailable` while its region has an outage.
    pub status_of_primary: Option<String>,
    /// Whether keys open it; absent means that they do.
    pub allow_shared_key_access: Option<bool>,
    /// From where data may be copied to it: `AAD` (its own directory), `PrivateLink`, or absent for anywhere.
    pub allowed_copy_scope: Option<String>,
    /// `Enabled`, `Disabled`, or `SecuredByPerimeter`; absent means `Enabled`.
    pub public_network_access: Option<String>,
    /// Its firewall.
    pub network_acls: Option<NetworkAcls>,
    /// Whether it has a hierarchical namespace (Data Lake Storage).
    pub is_hns_enabled: Option<bool>,
    /// The oldest version of TLS that it speaks, `TLS1_2`.
    pub minimum_tls_version: Option<String>,
    /// Whether blobs may be made public.
    pub allow_blob_public_access: Option<bool>,
    /// Whether versions of files can be made unchangeable in the whole account.
    pub immutable_storage_with_versioning: Option<Value>,
    /// Where its services answer.
    pub primary_endpoints: Option<Endpoints>,
}

/// The firewall of a storage account.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkAcls {
    /// Who passes all the same, several with commas: `None`, `Logging`, `Metrics`, `AzureServices`. Absent means `AzureServices`.
    pub bypass: Option<String>,
    /// What happens to everybody else: `Allow` or `Deny`.
    pub default_action: Option<String>,
}

/// Where a storage account's services answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Endpoints {
    /// `https://name.blob.core.windows.net/`. Absent where the account holds no blobs.
    pub blob: Option<String>,
}

/// Whether a name can be taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NameAvailability {
    /// Whether it can.
    #[serde(default)]
    pub name_available: bool,
    /// `AccountNameInvalid` or `AlreadyExists`.
    #[serde(default)]
    pub reason: Option<String>,
    /// The same in Azure's words.
    #[serde(default)]
    pub message: Option<String>,
}

/// A container.
#[derive(Debug, Clone, Deserialize)]
pub struct Container {
    /// Its resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    #[serde(default)]
    properties: ContainerProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ContainerProperties {
    public_access: Option<String>,
    has_immutability_policy: Option<bool>,
    has_legal_hold: Option<bool>,
    deleted: Option<bool>,
}

impl StorageAccount {
    /// Its resource id, parsed; `None` where Azure answers with another form.
    pub fn resource_id(&self) -> Option<StorageAccountId> {
        self.id.parse().ok()
    }

    /// Whether it holds blobs at all.
    pub fn holds_blobs(&self) -> bool {
        !self.kind.eq_ignore_ascii_case("FileStorage")
    }

    /// Whether it can be used.
    pub fn is_ready(&self) -> bool {
        self.properties
            .provisioning_state
            .as_deref()
            .is_none_or(|state| state.eq_ignore_ascii_case("Succeeded"))
    }

    /// Whether keys open it.
    pub fn allows_shared_key(&self) -> bool {
        self.properties.allow_shared_key_access.unwrap_or(true)
    }

    /// Whether it lets only some networks in.
    pub fn has_firewall(&self) -> bool {
        let denies = |acls: &NetworkAcls| acls.default_action.as_deref() == Some("Deny");
        self.properties.network_acls.as_ref().is_some_and(denies)
    }

    /// Whether it is open to no public network at all, or only from within a network security perimeter.
    pub fn is_private(&self) -> bool {
        self.properties
            .public_network_access
            .as_deref()
            .is_some_and(|access| !access.eq_ignore_ascii_case("Enabled"))
    }

    /// Whether Microsoft's own trusted services pass its firewall.
    pub fn lets_trusted_services_in(&self) -> bool {
        let bypass = self
            .properties
            .network_acls
            .as_ref()
            .and_then(|acls| acls.bypass.as_deref())
            .unwrap_or("AzureServices");
        bypass
            .split(',')
            .any(|who| who.trim().eq_ignore_ascii_case("AzureServices"))
    }

    /// From where alone data may be copied to it, where that is limited.
    pub fn copy_scope(&self) -> Option<&str> {
        self.properties
            .allowed_copy_scope
            .as_deref()
            .filter(|scope| !scope.is_empty())
    }
}

impl Container {
    /// Whether anybody can read it without signing in.
    pub fn is_public(&self) -> bool {
        self.properties
            .public_access
            .as_deref()
            .is_some_and(|access| !access.eq_ignore_ascii_case("None"))
    }

    /// Whether its files can't be changed or deleted: an export that replaces its files then fails.
    pub fn is_immutable(&self) -> bool {
        self.properties.has_immutability_policy == Some(true)
            || self.properties.has_legal_hold == Some(true)
    }

    /// Whether it is deleted, and kept only for as long as it could be restored.
    pub fn is_deleted(&self) -> bool {
        self.properties.deleted == Some(true)
    }
}

const STORAGE_API: &str = "api-version=2021-08-01";

/// A new storage account as it should be: no public blobs, TLS 1.2, open to the export service. Keys don't open it: exports sign in with an
/// identity of their own, and so do readers. `allowedCopyScope` stays unset, since exports need it so.
pub fn account_body(location: &str, tags: &Value) -> Value {
    json!({
        "location": location,
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "tags": tags,
        "properties": {
            "accessTier": "Hot",
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": true,
            "allowBlobPublicAccess": false,
            "allowCrossTenantReplication": false,
            "allowSharedKeyAccess": false,
            "defaultToOAuthAuthentication": true,
            "publicNetworkAccess": "Enabled",
            "networkAcls": {
                "bypass": "AzureServices",
                "defaultAction": "Allow",
                "ipRules": [],
                "virtualNetworkRules": [],
            },
        },
    })
}

impl Azure {
    /// Whether a storage account's name can still be taken in the whole cloud.
    pub async fn account_name_available(
        &self,
        subscription: SubscriptionId,
        name: &str,
    ) -> Result<NameAvailability> {
        let path = format!(
            "/subscriptions/{subscription}/providers/Microsoft.Storage/checkNameAvailability?{STORAGE_API}"
        );
        let body = json!({"name": name, "type": "Microsoft.Storage/storageAccounts"});
        self.arm.read(Call::query(path, body)).await
    }

    /// A storage account, if it is there.
    pub async fn storage_account(&self, id: &StorageAccountId) -> Result<Option<StorageAccount>> {
        let read = Call::get(format!("{id}?{STORAGE_API}"));
        found(self.arm.read(read).await)
    }

    /// The storage accounts of a subscription that the identity sees.
    pub async fn storage_accounts(
        &self,
        subscription: SubscriptionId,
    ) -> Result<Vec<StorageAccount>> {
        let path = format!(
            "/subscriptions/{subscription}/providers/Microsoft.Storage/storageAccounts?{STORAGE_API}"
        );
        self.arm.list(path).await
    }

    /// Makes a storage account and waits until it can be used. Repeatable.
    ///
    /// # Errors
    /// Whatever Azure answers; `StorageAccountAlreadyTaken` where somebody else has the name.
    pub async fn put_storage_account(
        &self,
        id: &StorageAccountId,
        body: &Value,
    ) -> Result<StorageAccount> {
        let call = Call::put(format!("{id}?{STORAGE_API}"), body.clone());
        self.arm.until_done(call).await?;
        self.storage_account(id)
            .await?
            .ok_or_else(|| AzureError::Unreadable {
                service: "Azure Storage",
                detail: "a storage account that it made and does not show".to_owned(),
            })
    }

    /// Deletes a storage account with every file in it; `false` if it was not there.
    pub async fn delete_storage_account(&self, id: &StorageAccountId) -> Result<bool> {
        gone(
            self.arm
                .until_done(Call::delete(format!("{id}?{STORAGE_API}")))
                .await,
        )
    }

    /// A container, if it is there.
    pub async fn container(
        &self,
        account: &StorageAccountId,
        name: &str,
    ) -> Result<Option<Container>> {
        let id = account.container(name);
        let read = Call::get(format!("{id}?{STORAGE_API}"));
        let container: Option<Container> = found(self.arm.read(read).await)?;
        Ok(container.filter(|container| !container.is_deleted()))
    }

    /// The containers of a storage account.
    pub async fn containers(&self, account: &StorageAccountId) -> Result<Vec<Container>> {
        self.arm
            .list(format!(
                "{account}/blobServices/default/containers?{STORAGE_API}"
            ))
            .await
    }

    /// Makes a container that nobody can read without signing in. Repeatable.
    pub async fn put_container(&self, account: &StorageAccountId, name: &str) -> Result<Container> {
        let id = account.container(name);
        let body = json!({"properties": {"publicAccess": "None"}});
        self.arm
            .read(Call::put(format!("{id}?{STORAGE_API}"), body))
            .await
    }

    /// Deletes a container with every file in it; `false` if it was not there.
    pub async fn delete_container(&self, account: &StorageAccountId, name: &str) -> Result<bool> {
        let id = account.container(name);
        gone(
            self.arm
                .send(Call::delete(format!("{id}?{STORAGE_API}")))
                .await,
        )
    }
}

/// A thing that may not be there: the account, its resource group, or it itself.
fn found<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Err(error) if error.is_not_found() => Ok(None),
        answer => answer.map(Some),
    }
}

fn gone(answer: Result<super::client::Reply>) -> Result<bool> {
    match answer {
        Ok(reply) => Ok(reply.status != 204),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn account(properties: Value) -> StorageAccount {
        serde_json::from_value(json!({
            "id": "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts",
            "name": "contosocosts",
            "kind": "StorageV2",
            "properties": properties,
        }))
        .unwrap()
    }

    #[test]
    fn what_azure_leaves_out_is_its_default() {
        let plain = account(json!({}));
        assert!(plain.allows_shared_key() && plain.holds_blobs() && plain.is_ready());
        assert!(!plain.has_firewall() && !plain.is_private());
        assert!(plain.lets_trusted_services_in() && plain.copy_scope().is_none());
        let closed = account(json!({
            "allowSharedKeyAccess": false,
            "allowedCopyScope": "AAD",
            "publicNetworkAccess": "Disabled",
            "networkAcls": {"bypass": "Logging, Metrics", "defaultAction": "Deny"},
        }));
        assert!(!closed.allows_shared_key() && closed.has_firewall() && closed.is_private());
        assert!(!closed.lets_trusted_services_in());
        assert_eq!(closed.copy_scope(), Some("AAD"));
    }

    #[test]
    fn a_new_account_is_one_that_exports_can_be_written_to() {
        let body = account_body("westeurope", &json!({}));
        let made = account(body["properties"].clone());
        assert!(!made.has_firewall() && !made.is_private() && made.copy_scope().is_none());
        assert_eq!(body["properties"]["allowBlobPublicAccess"], false);
        assert_eq!(body["properties"]["minimumTlsVersion"], "TLS1_2");
        assert_eq!(body["properties"]["allowSharedKeyAccess"], false);
    }
}
