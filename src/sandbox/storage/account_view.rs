//! A storage account as ARM shows it.

use serde_json::{Value, json};

use super::super::arm::Visit;
use super::state::StorageAccount;

/// The account, with the simulated blob service as its only endpoint: the sandbox has no others.
pub(super) fn account_view(visit: &Visit<'_>, account: &StorageAccount) -> Value {
    let is_ready = account.provisioned_at <= visit.call.now;
    let tier = account.sku.split('_').next().unwrap_or_default();
    let rules: Vec<Value> = account
        .network
        .ip_rules
        .iter()
        .map(|rule| json!({"value": rule, "action": "Allow"}))
        .collect();
    let service =
        json!({"keyType": "Account", "enabled": true, "lastEnabledTime": account.created});
    let mut properties = json!({
        "provisioningState": if is_ready { "Succeeded" } else { "Creating" },
        "creationTime": account.created, "primaryLocation": account.location, "statusOfPrimary": "available",
        "keyCreationTime": {"key1": account.created, "key2": account.created}, "privateEndpointConnections": [],
        "accessTier": "Hot", "supportsHttpsTrafficOnly": account.https_only,
        "allowBlobPublicAccess": account.allow_blob_public_access,
        "allowSharedKeyAccess": account.allow_shared_key_access,
        "minimumTlsVersion": account.minimum_tls_version, "publicNetworkAccess": account.public_network_access,
        "networkAcls": {
            "resourceAccessRules": [], "bypass": account.network.bypass, "virtualNetworkRules": [], "ipRules": rules,
            "defaultAction": account.network.default_action,
        },
        "encryption": {"services": {"file": service, "blob": service}, "keySource": "Microsoft.Storage"},
    });
    if is_ready {
        let blob = format!("{}/{}/", visit.world.blob, account.name);
        properties["primaryEndpoints"] = json!({"blob": blob});
    }
    if let Some(scope) = &account.allowed_copy_scope {
        properties["allowedCopyScope"] = json!(scope);
    }
    for (name, value) in &account.further {
        properties[name] = value.clone();
    }
    json!({
        "id": account.id(), "name": account.name, "type": "Microsoft.Storage/storageAccounts",
        "location": account.location, "tags": account.tags, "kind": account.kind,
        "sku": {"name": account.sku, "tier": tier}, "properties": properties,
    })
}
