//! Containers by way of ARM: list, read, make, change, remove. Refusals are those of the blob service, which ARM passes on.
//!
//! <https://learn.microsoft.com/rest/api/storagerp/blob-containers>

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::arm::{ArmError, Scope, Visit};
use super::super::exchange::Answer;
use super::accounts::{account_scope, find};
use super::providers::check_registered;
use super::state::{Container, StorageAccount};
use super::{Outcome, list_answer, names, permit, permit_change, remove_assignments};

const READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/read";
const WRITE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/write";
const DELETE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/delete";
const TYPE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";
const PUBLIC_ACCESS: [&str; 3] = ["None", "Blob", "Container"];
/// Properties that a container may be written with, `publicAccess` aside.
const FURTHER: [&str; 6] = [
    "defaultEncryptionScope",
    "denyEncryptionScopeOverride",
    "metadata",
    "immutableStorageWithVersioning",
    "enableNfsV3RootSquash",
    "enableNfsV3AllSquash",
];

/// `GET …/blobServices/default/containers`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = container_scope(visit)?;
    permit(visit, READ, &scope)?;
    let account = ready(visit, subscription)?;
    let prefix = visit.call.query("$filter").unwrap_or_default();
    let items: Vec<Value> = account
        .containers
        .iter()
        .filter(|(name, container)| name.starts_with(prefix) && container.deleting_until.is_none())
        .map(|(name, container)| view(account, name, container))
        .collect();
    let size = visit.call.query("$maxpagesize").map(str::parse);
    let size = match size {
        None => 5000,
        Some(Ok(size)) if size >= 1 => size,
        Some(_) => {
            return Err(ArmError::new(
                400,
                "InvalidMaxPageSize",
                "$maxpagesize must be a positive number.",
            ));
        }
    };
    let (page, next) = visit.page(items, size)?;
    Ok(list_answer(page, next))
}

/// `GET …/containers/{container}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = container_scope(visit)?;
    permit(visit, READ, &scope)?;
    let account = ready(visit, subscription)?;
    let name = visit.parameters.get("container");
    match account.containers.get(name) {
        Some(container) if container.deleting_until.is_none() => {
            Ok(Answer::json(200, view(account, name, container)))
        }
        _ => Err(not_found(visit)),
    }
}

/// `PUT …/containers/{container}`: 201 for a new one, 200 for one that is there.
pub(super) fn put(visit: &mut Visit<'_>) -> Outcome {
    let subscription = admit_change(visit, WRITE)?;
    let name = visit.parameters.get("container").to_owned();
    if !names::fits_container(&name) {
        let text = "The specified resource name contains invalid characters.";
        return Err(ArmError::new(400, "InvalidResourceName", text));
    }
    let access = public_access(visit)?;
    let now = visit.call.now;
    let account = ready_mut(visit, subscription)?;
    check_access(account, access.as_deref())?;
    match account.containers.get_mut(&name) {
        Some(container) if container.deleting_until.is_some() => Err(being_deleted()),
        Some(container) => {
            if let Some(access) = access {
                container.public_access = access;
            }
            Ok(Answer::json(200, short_view(account, &name)))
        }
        None => {
            let container = Container {
                created: now,
                public_access: access.unwrap_or_else(|| "None".to_owned()),
                deleting_until: None,
                blobs: std::collections::BTreeMap::new(),
            };
            account.containers.insert(name.clone(), container);
            Ok(Answer::json(201, short_view(account, &name)))
        }
    }
}

/// `PATCH …/containers/{container}`
pub(super) fn patch(visit: &mut Visit<'_>) -> Outcome {
    let subscription = admit_change(visit, WRITE)?;
    let name = visit.parameters.get("container").to_owned();
    let access = public_access(visit)?;
    let missing = not_found(visit);
    let account = ready_mut(visit, subscription)?;
    check_access(account, access.as_deref())?;
    match account.containers.get_mut(&name) {
        Some(container) if container.deleting_until.is_some() => Err(being_deleted()),
        Some(container) => {
            if let Some(access) = access {
                container.public_access = access;
            }
            Ok(Answer::json(200, short_view(account, &name)))
        }
        None => Err(missing),
    }
}

/// `DELETE …/containers/{container}`: 204 where there is nothing to remove. Its name is not free before the removal has ended.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let subscription = admit_change(visit, DELETE)?;
    let name = visit.parameters.get("container").to_owned();
    let until = visit.call.now + visit.world.replication.resources;
    let account = ready_mut(visit, subscription)?;
    let id = container_id(account, &name);
    match account.containers.get_mut(&name) {
        Some(container) if container.deleting_until.is_none() => {
            container.deleting_until = Some(until);
        }
        _ => return Ok(Answer::empty(204)),
    }
    remove_assignments(&mut visit.world.state, &id);
    Ok(Answer::empty(200))
}

fn admit_change(visit: &Visit<'_>, action: &str) -> Result<Uuid, ArmError> {
    let (subscription, scope) = container_scope(visit)?;
    permit_change(visit, action, &scope)?;
    check_registered(visit, subscription, "Microsoft.Storage")?;
    Ok(subscription)
}

/// The scope of the path's container; of its account where the path names none.
fn container_scope(visit: &Visit<'_>) -> Result<(Uuid, Scope), ArmError> {
    let (subscription, account) = account_scope(visit)?;
    let name = visit.parameters.get("container");
    if name.is_empty() {
        return Ok((subscription, account));
    }
    let rest = format!("blobServices/default/containers/{name}");
    Ok((subscription, account.below(&rest)))
}

/// The account, once it is made.
fn ready<'visit>(
    visit: &'visit Visit<'_>,
    subscription: Uuid,
) -> Result<&'visit StorageAccount, ArmError> {
    let account = find(visit, subscription)?;
    if visit.call.now < account.provisioned_at {
        let text = "The storage account provisioning state must be 'Succeeded' before executing the operation.";
        return Err(ArmError::new(409, "StorageAccountIsNotProvisioned", text));
    }
    if account.is_disabled {
        let text = "The specified account is disabled.";
        return Err(ArmError::new(403, "AccountIsDisabled", text));
    }
    Ok(account)
}

fn ready_mut<'visit>(
    visit: &'visit mut Visit<'_>,
    subscription: Uuid,
) -> Result<&'visit mut StorageAccount, ArmError> {
    let name = ready(visit, subscription)?.name.clone();
    let accounts = &mut visit.world.state.storage.accounts;
    accounts
        .get_mut(&name)
        .ok_or_else(|| ArmError::new(404, "ResourceNotFound", "The storage account is gone."))
}

/// What the body says of public access.
fn public_access(visit: &Visit<'_>) -> Result<Option<String>, ArmError> {
    let body = visit.body()?;
    let invalid = |what: &str| {
        let text = format!("Values for request parameters are invalid: {what}.");
        ArmError::new(400, "InvalidValuesForRequestParameters", text)
    };
    let Some(properties) = body.get("properties") else {
        return Ok(None);
    };
    let fields = properties
        .as_object()
        .ok_or_else(|| invalid("properties"))?;
    if let Some(unknown) = fields
        .keys()
        .find(|name| *name != "publicAccess" && !FURTHER.contains(&name.as_str()))
    {
        return Err(ArmError::unknown_member(unknown, "ContainerProperties"));
    }
    match fields.get("publicAccess") {
        None | Some(Value::Null) => Ok(None),
        Some(access) => access
            .as_str()
            .filter(|access| PUBLIC_ACCESS.contains(access))
            .map(|access| Some(access.to_owned()))
            .ok_or_else(|| invalid("publicAccess")),
    }
}

fn check_access(account: &StorageAccount, access: Option<&str>) -> Result<(), ArmError> {
    let is_open = access.is_some_and(|access| access != "None");
    if is_open && !account.allow_blob_public_access {
        let text = "Public access is not permitted on this storage account.";
        return Err(ArmError::new(409, "PublicAccessNotPermitted", text));
    }
    Ok(())
}

fn not_found(visit: &Visit<'_>) -> ArmError {
    let text = format!(
        "The specified container does not exist.\nRequestId:{}\nTime:{}",
        visit.call.request_id, visit.call.now
    );
    ArmError::new(404, "ContainerNotFound", text)
}

fn being_deleted() -> ArmError {
    let text = "The specified container is being deleted. Try operation later.";
    ArmError::new(409, "ContainerBeingDeleted", text)
}

fn container_id(account: &StorageAccount, name: &str) -> String {
    format!("{}/blobServices/default/containers/{name}", account.id())
}

/// What a PUT answers: no properties.
fn short_view(account: &StorageAccount, name: &str) -> Value {
    json!({"id": container_id(account, name), "name": name, "type": TYPE})
}

fn view(account: &StorageAccount, name: &str, container: &Container) -> Value {
    json!({
        "id": container_id(account, name), "name": name, "type": TYPE,
        "etag": format!("\"{}\"", super::blob::etag(container.created)),
        "properties": {
            "publicAccess": container.public_access, "leaseStatus": "Unlocked", "leaseState": "Available",
            "lastModifiedTime": container.created, "hasImmutabilityPolicy": false, "hasLegalHold": false,
            "denyEncryptionScopeOverride": false, "defaultEncryptionScope": "$account-encryption-key",
        },
    })
}
