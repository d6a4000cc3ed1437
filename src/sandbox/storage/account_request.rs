//! What a storage account is to be, from the body of a PUT or PATCH.

use serde_json::{Map, Value};

use super::super::arm::{ArmError, Visit};
use super::account_fields::{invalid, unchangeable, write};
use super::regions;
use super::resource_groups::read_tags;
use super::state::{NetworkRules, StorageAccount};

const SKUS: [&str; 8] = [
    "Standard_LRS",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_ZRS",
    "Premium_LRS",
    "Premium_ZRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
];
const KINDS: [&str; 5] = [
    "Storage",
    "StorageV2",
    "BlobStorage",
    "FileStorage",
    "BlockBlobStorage",
];
/// Kinds that only have premium SKUs.
const PREMIUM_KINDS: [&str; 2] = ["FileStorage", "BlockBlobStorage"];
/// Members of a body; `location` is not one of an update's.
const MEMBERS: [&str; 10] = [
    "id",
    "name",
    "type",
    "sku",
    "kind",
    "location",
    "extendedLocation",
    "tags",
    "identity",
    "properties",
];

/// A body, with what every storage account must have.
pub(super) struct AccountRequest {
    body: Value,
    pub(super) location: &'static str,
    sku: String,
    kind: String,
}

impl AccountRequest {
    /// Reads the body of a PUT.
    pub(super) fn read(visit: &Visit<'_>) -> Result<Self, ArmError> {
        let body = members(visit)?;
        let Some(text) = body.get("location").and_then(Value::as_str) else {
            let text = "The location property is required for this definition.";
            return Err(ArmError::new(400, "LocationRequired", text));
        };
        let location = regions::region(text).ok_or_else(|| {
            let text = format!(
                "The provided location '{text}' is not available for resource type 'Microsoft.Storage/storageAccounts'. List of \
                 available regions for the resource type is '{}'.",
                regions::names()
            );
            ArmError::new(400, "LocationNotAvailableForResourceType", text)
        })?;
        let sku = sku(&body)?.ok_or_else(|| invalid("sku"))?;
        let kind = kind(&body)?.ok_or_else(|| invalid("kind"))?;
        check_kind_has(&kind, &sku)?;
        Ok(Self {
            body,
            location,
            sku,
            kind,
        })
    }

    /// The account that a PUT makes where there is none.
    pub(super) fn fresh(
        &self,
        visit: &Visit<'_>,
        subscription: uuid::Uuid,
        resource_group: &str,
    ) -> Result<StorageAccount, ArmError> {
        let now = visit.call.now;
        let mut account = StorageAccount {
            sku: self.sku.clone(),
            kind: self.kind.clone(),
            created: now,
            provisioned_at: now + visit.world.replication.resources,
            ..StorageAccount::with_defaults(
                visit.parameters.get("account"),
                visit.caller.tenant,
                subscription,
                resource_group,
                self.location,
            )
        };
        account.tags = read_tags(&self.body)?;
        write(&mut account, &properties(&self.body)?, false)?;
        Ok(account)
    }

    /// The account that there is, as a PUT leaves it: region and kind stay, what is not said is left as it is.
    pub(super) fn renewed(&self, known: &StorageAccount) -> Result<StorageAccount, ArmError> {
        if known.location != self.location {
            let text = format!(
                "The resource '{}' already exists in location '{}' in resource group '{}'. A resource with the same name cannot \
                 be created in location '{}'. Please select a new resource name.",
                known.name, known.location, known.resource_group, self.location
            );
            return Err(ArmError::new(409, "InvalidResourceLocation", text));
        }
        updated(known, &self.body)
    }
}

/// The account that there is, as the body of a PATCH leaves it.
pub(super) fn patched(
    visit: &Visit<'_>,
    known: &StorageAccount,
) -> Result<StorageAccount, ArmError> {
    let body = members(visit)?;
    if body.get("location").is_some() {
        return Err(unchangeable("location"));
    }
    updated(known, &body)
}

fn updated(known: &StorageAccount, body: &Value) -> Result<StorageAccount, ArmError> {
    let mut account = known.clone();
    if let Some(kind) = kind(body)? {
        // The only way to another kind.
        let is_upgrade = known.kind == "Storage" && kind == "StorageV2";
        if kind != known.kind && !is_upgrade {
            return Err(unchangeable("kind"));
        }
        account.kind = kind;
    }
    if let Some(sku) = sku(body)? {
        let tier = |sku: &str| sku.split('_').next().unwrap_or_default().to_owned();
        if tier(&sku) != tier(&known.sku) {
            return Err(unchangeable("sku"));
        }
        check_kind_has(&account.kind, &sku)?;
        account.sku = sku;
    }
    if body.get("tags").is_some() {
        account.tags = read_tags(body)?;
    }
    write(&mut account, &properties(body)?, true)?;
    Ok(account)
}

fn members(visit: &Visit<'_>) -> Result<Value, ArmError> {
    let body = visit.body()?;
    let fields = body.as_object().ok_or_else(|| {
        let text = "The request content was invalid and could not be deserialized.";
        ArmError::new(400, "InvalidRequestContent", text)
    })?;
    match fields.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        Some(unknown) => Err(ArmError::unknown_member(
            unknown,
            "StorageAccountCreateParameters",
        )),
        None => Ok(body),
    }
}

fn properties(body: &Value) -> Result<Map<String, Value>, ArmError> {
    match body.get("properties") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(properties)) => Ok(properties.clone()),
        Some(_) => Err(invalid("properties")),
    }
}

fn sku(body: &Value) -> Result<Option<String>, ArmError> {
    let Some(sku) = body.get("sku") else {
        return Ok(None);
    };
    let name = sku.get("name").and_then(Value::as_str);
    name.filter(|name| SKUS.contains(name))
        .map(|name| Some(name.to_owned()))
        .ok_or_else(|| invalid("sku"))
}

fn kind(body: &Value) -> Result<Option<String>, ArmError> {
    let Some(kind) = body.get("kind") else {
        return Ok(None);
    };
    kind.as_str()
        .filter(|kind| KINDS.contains(kind))
        .map(|kind| Some(kind.to_owned()))
        .ok_or_else(|| invalid("kind"))
}

fn check_kind_has(kind: &str, sku: &str) -> Result<(), ArmError> {
    let is_premium = sku.starts_with("Premium");
    let fits = if PREMIUM_KINDS.contains(&kind) {
        is_premium
    } else {
        !is_premium || (kind == "StorageV2" && sku == "Premium_LRS")
    };
    if fits { Ok(()) } else { Err(invalid("sku")) }
}

impl StorageAccount {
    /// An account as Azure makes it where nothing else is said, ready from the beginning of time.
    pub(super) fn with_defaults(
        name: &str,
        tenant: uuid::Uuid,
        subscription: uuid::Uuid,
        resource_group: &str,
        location: &str,
    ) -> Self {
        Self {
            name: name.to_owned(),
            tenant,
            subscription,
            resource_group: resource_group.to_owned(),
            location: location.to_owned(),
            sku: "Standard_LRS".to_owned(),
            kind: "StorageV2".to_owned(),
            created: jiff::Timestamp::UNIX_EPOCH,
            provisioned_at: jiff::Timestamp::UNIX_EPOCH,
            allow_shared_key_access: true,
            allow_blob_public_access: false,
            minimum_tls_version: "TLS1_0".to_owned(),
            https_only: true,
            public_network_access: "Enabled".to_owned(),
            network: NetworkRules {
                default_action: "Allow".to_owned(),
                bypass: "AzureServices".to_owned(),
                ip_rules: Vec::new(),
            },
            allowed_copy_scope: None,
            further: std::collections::BTreeMap::new(),
            tags: std::collections::BTreeMap::new(),
            is_disabled: false,
            containers: std::collections::BTreeMap::new(),
        }
    }
}
