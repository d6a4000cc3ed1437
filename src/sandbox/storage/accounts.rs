//! Storage accounts: list, read, make, change, remove.
//!
//! <https://learn.microsoft.com/rest/api/storagerp/storage-accounts>

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::arm::{ArmError, Scope, Visit, permits};
use super::super::exchange::Answer;
use super::account_request::{AccountRequest, patched};
use super::account_view::account_view;
use super::providers::check_registered;
use super::resource_groups::being_deleted;
use super::state::StorageAccount;
use super::{
    Outcome, group_not_found, list_answer, names, operations, permit, permit_change, policies,
    remove_assignments, resource_not_found, scope_below, subscription_scope,
};

const READ: &str = "Microsoft.Storage/storageAccounts/read";
const WRITE: &str = "Microsoft.Storage/storageAccounts/write";
const DELETE: &str = "Microsoft.Storage/storageAccounts/delete";
const CHECK_NAME: &str = "Microsoft.Storage/checknameavailability/read";
const NAMESPACE: &str = "Microsoft.Storage";
/// Accounts on one page.
const PAGE: usize = 50;

/// `POST /subscriptions/{subscription}/providers/Microsoft.Storage/checkNameAvailability`: in the whole cloud.
pub(super) fn check_name(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = subscription_scope(visit)?;
    permit(visit, CHECK_NAME, &scope)?;
    check_registered(visit, subscription, NAMESPACE)?;
    let body = visit.body()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let (Some(name), Some("Microsoft.Storage/storageAccounts")) = (text("name"), text("type"))
    else {
        let text = "The request content was invalid: 'name' and 'type' are required.";
        return Err(ArmError::new(400, "InvalidRequestContent", text));
    };
    let refused = |reason: &str, message: String| {
        Answer::json(
            200,
            json!({"nameAvailable": false, "reason": reason, "message": message}),
        )
    };
    if let Some(fault) = names::fault_of_account(name) {
        return Ok(refused("AccountNameInvalid", fault));
    }
    if visit.world.state.storage.accounts.contains_key(name) {
        return Ok(refused("AlreadyExists", taken(name)));
    }
    Ok(Answer::json(200, json!({"nameAvailable": true})))
}

/// `GET /subscriptions/{subscription}/providers/Microsoft.Storage/storageAccounts`: those that the caller may read.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = subscription_scope(visit)?;
    list_where(visit, subscription, &scope, None)
}

/// `GET …/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts`
pub(super) fn list_of_group(visit: &mut Visit<'_>) -> Outcome {
    let group = visit.parameters.get("group").to_owned();
    let (subscription, scope) = subscription_scope(visit)?;
    check_group(visit, subscription)?;
    list_where(visit, subscription, &scope, Some(&group))
}

fn list_where(
    visit: &Visit<'_>,
    subscription: Uuid,
    scope: &Scope,
    group: Option<&str>,
) -> Outcome {
    let (state, caller, now) = (&visit.world.state, &visit.caller, visit.call.now);
    let items = state
        .storage
        .accounts
        .values()
        .filter(|account| account.subscription == subscription)
        .filter(|account| {
            group.is_none_or(|group| account.resource_group.eq_ignore_ascii_case(group))
        })
        .filter(|account| {
            let scope = scope.below(&rest(&account.resource_group, &account.name));
            permits(state, caller, READ, &scope.chain, now)
        })
        .map(|account| account_view(visit, account))
        .collect();
    let (page, next) = visit.page(items, PAGE)?;
    Ok(list_answer(page, next))
}

/// `GET …/storageAccounts/{account}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = account_scope(visit)?;
    permit(visit, READ, &scope)?;
    let account = find(visit, subscription)?;
    Ok(Answer::json(200, account_view(visit, account)))
}

/// `PUT …/storageAccounts/{account}`: 202 for a new one, which is made after the answer; 200 for one that is there.
pub(super) fn put(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = account_scope(visit)?;
    permit_change(visit, WRITE, &scope)?;
    let group = check_group(visit, subscription)?;
    check_registered(visit, subscription, NAMESPACE)?;
    let name = visit.parameters.get("account").to_owned();
    if let Some(fault) = names::fault_of_account(&name) {
        return Err(ArmError::new(400, "AccountNameInvalid", fault));
    }
    let request = AccountRequest::read(visit)?;
    let known = visit.world.state.storage.accounts.get(&name);
    let Some(known) = known else {
        let account = request.fresh(visit, subscription, &group)?;
        policies::check_account(visit, &scope, &account)?;
        let operation = operations::begin(visit, subscription, account.id());
        visit.world.state.storage.accounts.insert(name, account);
        return Ok(operations::leading_to_account_result(
            visit,
            operation,
            request.location,
        ));
    };
    check_owner(known, subscription, &group)?;
    check_ready(visit, known)?;
    let account = request.renewed(known)?;
    replace(visit, &scope, account)
}

/// `PATCH …/storageAccounts/{account}`
pub(super) fn patch(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = account_scope(visit)?;
    permit_change(visit, WRITE, &scope)?;
    check_registered(visit, subscription, NAMESPACE)?;
    let known = find(visit, subscription)?;
    check_ready(visit, known)?;
    let account = patched(visit, known)?;
    replace(visit, &scope, account)
}

/// `DELETE …/storageAccounts/{account}`: 204 where there is nothing to remove.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = account_scope(visit)?;
    permit_change(visit, DELETE, &scope)?;
    let Ok(account) = find(visit, subscription) else {
        return Ok(Answer::empty(204));
    };
    let (name, id) = (account.name.clone(), account.id());
    visit.world.state.storage.accounts.remove(&name);
    remove_assignments(&mut visit.world.state, &id);
    Ok(Answer::empty(200))
}

fn replace(visit: &mut Visit<'_>, scope: &Scope, account: StorageAccount) -> Outcome {
    policies::check_account(visit, scope, &account)?;
    let answer = Answer::json(200, account_view(visit, &account));
    let accounts = &mut visit.world.state.storage.accounts;
    accounts.insert(account.name.clone(), account);
    Ok(answer)
}

fn rest(group: &str, account: &str) -> String {
    format!("resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}")
}

/// The scope of the account that the path names.
pub(super) fn account_scope(visit: &Visit<'_>) -> Result<(Uuid, Scope), ArmError> {
    let parameters = &visit.parameters;
    scope_below(
        visit,
        &rest(parameters.get("group"), parameters.get("account")),
    )
}

/// The account that the path names.
pub(super) fn find<'visit>(
    visit: &'visit Visit<'_>,
    subscription: Uuid,
) -> Result<&'visit StorageAccount, ArmError> {
    check_group(visit, subscription)?;
    let (group, name) = (
        visit.parameters.get("group"),
        visit.parameters.get("account"),
    );
    visit
        .world
        .state
        .storage
        .account(subscription, group, name)
        .ok_or_else(|| resource_not_found(name, group))
}

/// The name of the path's group as it was first written, if it is there; one that goes takes no more changes.
fn check_group(visit: &Visit<'_>, subscription: Uuid) -> Result<String, ArmError> {
    let name = visit.parameters.get("group");
    let storage = &visit.world.state.storage;
    let group = storage
        .group(subscription, name)
        .ok_or_else(|| group_not_found(name))?;
    if group.deleting_until.is_some() && visit.call.method != "GET" {
        return Err(being_deleted(name));
    }
    Ok(group.name.clone())
}

fn check_owner(known: &StorageAccount, subscription: Uuid, group: &str) -> Result<(), ArmError> {
    let name = &known.name;
    if known.subscription != subscription {
        return Err(ArmError::new(
            409,
            "StorageAccountAlreadyTaken",
            taken(name),
        ));
    }
    if !known.resource_group.eq_ignore_ascii_case(group) {
        let text = format!(
            "The account {name} is already in another resource group in this subscription."
        );
        return Err(ArmError::new(
            409,
            "StorageAccountInAnotherResourceGroup",
            text,
        ));
    }
    Ok(())
}

fn taken(name: &str) -> String {
    format!("The storage account named {name} is already taken.")
}

/// 409 while the account is being made.
pub(super) fn check_ready(visit: &Visit<'_>, account: &StorageAccount) -> Result<(), ArmError> {
    if account.provisioned_at <= visit.call.now {
        return Ok(());
    }
    let text = "An operation is currently performing on this storage account that requires exclusive access.";
    Err(ArmError::new(
        409,
        "StorageAccountOperationInProgress",
        text,
    ))
}
