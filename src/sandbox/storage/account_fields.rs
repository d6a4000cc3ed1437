//! The properties that a storage account is written with: which there are, what they may be, and which cannot be changed.
//!
//! <https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create>

use serde_json::{Map, Value};

use super::super::arm::ArmError;
use super::state::{NetworkRules, StorageAccount};

/// What a property may be.
enum Form {
    Flag,
    OneOf(&'static [&'static str]),
    Object,
}

/// The properties, in the definition's order; those marked `true` cannot be changed afterwards.
const FIELDS: [(&str, Form, bool); 22] = [
    (
        "allowedCopyScope",
        Form::OneOf(&["PrivateLink", "AAD"]),
        false,
    ),
    (
        "publicNetworkAccess",
        Form::OneOf(&["Enabled", "Disabled"]),
        false,
    ),
    ("sasPolicy", Form::Object, false),
    ("keyPolicy", Form::Object, false),
    ("customDomain", Form::Object, false),
    ("encryption", Form::Object, false),
    ("networkAcls", Form::Object, false),
    ("accessTier", Form::OneOf(&["Hot", "Cool"]), false),
    ("azureFilesIdentityBasedAuthentication", Form::Object, false),
    ("supportsHttpsTrafficOnly", Form::Flag, false),
    ("isSftpEnabled", Form::Flag, false),
    ("isLocalUserEnabled", Form::Flag, false),
    ("isHnsEnabled", Form::Flag, true),
    (
        "largeFileSharesState",
        Form::OneOf(&["Disabled", "Enabled"]),
        false,
    ),
    ("routingPreference", Form::Object, false),
    ("allowBlobPublicAccess", Form::Flag, false),
    (
        "minimumTlsVersion",
        Form::OneOf(&["TLS1_0", "TLS1_1", "TLS1_2"]),
        false,
    ),
    ("allowSharedKeyAccess", Form::Flag, false),
    ("isNfsV3Enabled", Form::Flag, true),
    ("allowCrossTenantReplication", Form::Flag, false),
    ("defaultToOAuthAuthentication", Form::Flag, false),
    ("immutableStorageWithVersioning", Form::Object, true),
];

/// 400 for values that the definition does not know, with the properties' names.
pub(super) fn invalid(names: &str) -> ArmError {
    let text = format!("Values for request parameters are invalid: {names}.");
    ArmError::new(400, "InvalidValuesForRequestParameters", text)
}

/// 400 for something that is as it is.
pub(super) fn unchangeable(name: &str) -> ArmError {
    let text = format!(
        "The property '{name}' was specified in the input, but it cannot be updated as it is read-only. For more information, see \
         - https://aka.ms/storageaccountupdate"
    );
    ArmError::new(400, "AccountPropertyCannotBeUpdated", text)
}

/// Writes properties into an account. Of one that exists some cannot be changed.
pub(super) fn write(
    account: &mut StorageAccount,
    properties: &Map<String, Value>,
    exists: bool,
) -> Result<(), ArmError> {
    for (name, value) in properties {
        let Some((name, form, is_fixed)) = FIELDS.iter().find(|(known, _, _)| known == name) else {
            return Err(ArmError::unknown_member(
                name,
                "StorageAccountPropertiesCreateParameters",
            ));
        };
        // Null is what is not there.
        if value.is_null() {
            continue;
        }
        let fits = match form {
            Form::Flag => value.is_boolean(),
            Form::OneOf(values) => value.as_str().is_some_and(|text| values.contains(&text)),
            Form::Object => value.is_object(),
        };
        if !fits {
            return Err(invalid(name));
        }
        if exists && *is_fixed && account.further.get(*name).unwrap_or(&Value::Bool(false)) != value
        {
            return Err(unchangeable(name));
        }
        set(account, name, value)?;
    }
    Ok(())
}

/// The properties that rules depend on have members of their own, the others are kept as they were written.
fn set(account: &mut StorageAccount, name: &str, value: &Value) -> Result<(), ArmError> {
    let text = || value.as_str().unwrap_or_default().to_owned();
    let flag = value.as_bool().unwrap_or_default();
    match name {
        "allowSharedKeyAccess" => account.allow_shared_key_access = flag,
        "allowBlobPublicAccess" => account.allow_blob_public_access = flag,
        "supportsHttpsTrafficOnly" => account.https_only = flag,
        "minimumTlsVersion" => account.minimum_tls_version = text(),
        "publicNetworkAccess" => account.public_network_access = text(),
        "allowedCopyScope" => account.allowed_copy_scope = Some(text()),
        "networkAcls" => account.network = network(value)?,
        _ => _ = account.further.insert(name.to_owned(), value.clone()),
    }
    Ok(())
}

fn network(value: &Value) -> Result<NetworkRules, ArmError> {
    let known = [
        "bypass",
        "resourceAccessRules",
        "virtualNetworkRules",
        "ipRules",
        "defaultAction",
    ];
    let unknown = value
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .find(|name| !known.contains(&name.as_str()));
    if let Some(unknown) = unknown {
        return Err(ArmError::unknown_member(unknown, "NetworkRuleSet"));
    }
    let default_action = value.get("defaultAction").and_then(Value::as_str);
    let default_action = default_action
        .filter(|action| ["Allow", "Deny"].contains(action))
        .ok_or_else(|| invalid("networkAcls.defaultAction"))?;
    let bypass = value
        .get("bypass")
        .and_then(Value::as_str)
        .unwrap_or("AzureServices");
    if !bypass
        .split(',')
        .all(|word| ["None", "Logging", "Metrics", "AzureServices"].contains(&word.trim()))
    {
        return Err(invalid("networkAcls.bypass"));
    }
    let rules = value.get("ipRules").and_then(Value::as_array);
    let ip_rules: Option<Vec<String>> = rules
        .into_iter()
        .flatten()
        .map(|rule| rule.get("value")?.as_str().map(str::to_owned))
        .collect();
    Ok(NetworkRules {
        default_action: default_action.to_owned(),
        bypass: bypass.to_owned(),
        ip_rules: ip_rules.ok_or_else(|| invalid("networkAcls.ipRules"))?,
    })
}
