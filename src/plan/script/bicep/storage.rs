//! `storage.bicep`: where exports are written.

use serde_json::Value;

use super::super::Draft;
use super::super::versions::STORAGE;
use super::super::words::above;
use super::resources::{said, unless_there};
use super::text::{Bicep, File};
use crate::connection::StorageAccountId;
use crate::steps::Declared;

/// `storage.bicep`: the storage account and the container in it; none where the plan makes none.
pub(super) fn storage_file(draft: &Draft<'_>) -> Option<String> {
    let mut file = File::default();
    file.say(
        "Where the exports are written.",
        "targetScope = 'resourceGroup'",
    );
    for (name, what) in [
        ("makeAccount", "the storage account"),
        ("makeContainer", "the container"),
    ] {
        file.described(
            &format!("Whether {what} is made: false where it is there already."),
            &format!("param {name} bool"),
        );
    }
    let mut is_used = false;
    for task in &draft.tasks {
        let statement = match &task.declared {
            Declared::StorageAccount { id, body } => storage_account(id, body),
            Declared::Container { account, name } => container(account, name),
            _ => continue,
        };
        is_used = true;
        file.say(&above(task), &statement);
    }
    is_used.then(|| file.finish())
}

fn storage_account(id: &StorageAccountId, body: &Value) -> String {
    let mut members = vec![("name".to_owned(), Bicep::text(&id.account))];
    if let Bicep::Object(rest) = said(body) {
        members.extend(rest);
    }
    let kind = format!("Microsoft.Storage/storageAccounts@{STORAGE}");
    unless_there("account", &kind, "makeAccount", &Bicep::Object(members))
}

fn container(account: &StorageAccountId, name: &str) -> String {
    let body = Bicep::object([
        (
            "name",
            Bicep::text(format!("{}/default/{name}", account.account)),
        ),
        (
            "properties",
            Bicep::object([("publicAccess", Bicep::text("None"))]),
        ),
        ("dependsOn", Bicep::List(vec![Bicep::code("account")])),
    ]);
    let kind = format!("Microsoft.Storage/storageAccounts/blobServices/containers@{STORAGE}");
    unless_there("exports", &kind, "makeContainer", &body)
}
