//! Resource groups: list, read, make, remove.
//!
//! <https://learn.microsoft.com/rest/api/resources/resource-groups>

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::arm::{ArmError, Scope, Visit, permits};
use super::super::exchange::Answer;
use super::state::{ResourceGroup, Storage};
use super::{
    Outcome, group_not_found, list_answer, names, operations, permit, permit_change, policies,
    regions, remove_assignments, scope_below, subscription_scope,
};

const READ: &str = "Microsoft.Resources/subscriptions/resourceGroups/read";
const WRITE: &str = "Microsoft.Resources/subscriptions/resourceGroups/write";
const DELETE: &str = "Microsoft.Resources/subscriptions/resourceGroups/delete";
/// Groups on one page, where the caller asks for no number.
const PAGE: usize = 50;

/// `GET /subscriptions/{subscription}/resourcegroups`: those that the caller may read.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = subscription_scope(visit)?;
    if let Some(filter) = visit.call.query("$filter") {
        let text = format!("The filter '{filter}' is not supported by the sandbox.");
        return Err(ArmError::new(400, "InvalidFilterInQueryString", text));
    }
    let (state, caller, now) = (&visit.world.state, &visit.caller, visit.call.now);
    let items = state
        .storage
        .resource_groups
        .values()
        .filter(|group| group.subscription == subscription)
        .filter(|group| {
            permits(
                state,
                caller,
                READ,
                &scope.below(&rest(&group.name)).chain,
                now,
            )
        })
        .map(view)
        .collect();
    let size = visit.call.query("$top").and_then(|top| top.parse().ok());
    let (page, next) = visit.page(items, size.unwrap_or(PAGE).clamp(1, 1000))?;
    Ok(list_answer(page, next))
}

/// `GET /subscriptions/{subscription}/resourcegroups/{group}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = group_scope(visit)?;
    permit(visit, READ, &scope)?;
    Ok(Answer::json(200, view(found(visit, subscription)?)))
}

/// `HEAD /subscriptions/{subscription}/resourcegroups/{group}`
pub(super) fn exists(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = group_scope(visit)?;
    permit(visit, READ, &scope)?;
    let status = if found(visit, subscription).is_ok() {
        204
    } else {
        404
    };
    Ok(Answer::empty(status))
}

/// `PUT /subscriptions/{subscription}/resourcegroups/{group}`: 201 for a new one, 200 for one that is there.
pub(super) fn put(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = group_scope(visit)?;
    permit_change(visit, WRITE, &scope)?;
    let name = visit.parameters.get("group").to_owned();
    names::check_group(&name)?;
    let body = visit.body()?;
    let location = read_location(&body, &name)?;
    let tags = read_tags(&body)?;
    policies::check_location(visit, &scope, &name, location)?;
    let groups = &mut visit.world.state.storage.resource_groups;
    let key = Storage::group_key(subscription, &name);
    if let Some(known) = groups.get_mut(&key) {
        check_same(known, location)?;
        known.tags = tags;
        return Ok(Answer::json(200, view(known)));
    }
    let group = ResourceGroup {
        subscription,
        name,
        location: location.to_owned(),
        tags,
        deleting_until: None,
    };
    let answer = Answer::json(201, view(&group));
    groups.insert(key, group);
    Ok(answer)
}

/// `DELETE /subscriptions/{subscription}/resourcegroups/{group}`: goes on after the answer, with all that is in the group.
pub(super) fn delete(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = group_scope(visit)?;
    permit_change(visit, DELETE, &scope)?;
    let id = group_id(found(visit, subscription)?);
    let until = visit.call.now + visit.world.replication.resources;
    let key = Storage::group_key(subscription, visit.parameters.get("group"));
    if let Some(group) = visit.world.state.storage.resource_groups.get_mut(&key) {
        group.deleting_until.get_or_insert(until);
    }
    remove_assignments(&mut visit.world.state, &id);
    let operation = operations::begin(visit, subscription, id);
    Ok(operations::leading_to_group_result(visit, operation))
}

fn rest(name: &str) -> String {
    format!("resourceGroups/{name}")
}

fn group_scope(visit: &Visit<'_>) -> Result<(Uuid, Scope), ArmError> {
    scope_below(visit, &rest(visit.parameters.get("group")))
}

fn found<'visit>(
    visit: &'visit Visit<'_>,
    subscription: Uuid,
) -> Result<&'visit ResourceGroup, ArmError> {
    let name = visit.parameters.get("group");
    visit
        .world
        .state
        .storage
        .group(subscription, name)
        .ok_or_else(|| group_not_found(name))
}

/// The members that a group may be written with, and its region.
fn read_location(body: &Value, name: &str) -> Result<&'static str, ArmError> {
    let fields = body.as_object().ok_or_else(|| {
        let text = "The request content was invalid and could not be deserialized.";
        ArmError::new(400, "InvalidRequestContent", text)
    })?;
    let known = [
        "id",
        "name",
        "type",
        "properties",
        "location",
        "managedBy",
        "tags",
    ];
    if let Some(unknown) = fields.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(ArmError::unknown_member(unknown, "ResourceGroupDefinition"));
    }
    let Some(text) = fields.get("location").and_then(Value::as_str) else {
        let text = "The location property is required for this definition.";
        return Err(ArmError::new(400, "LocationRequired", text));
    };
    regions::region(text).ok_or_else(|| {
        let text = format!(
            "The provided location '{text}' is not available for resource group '{name}'. List of available regions is '{}'.",
            regions::names()
        );
        ArmError::new(400, "LocationNotAvailableForResourceGroup", text)
    })
}

/// Tags of a resource: texts by name.
pub(super) fn read_tags(body: &Value) -> Result<BTreeMap<String, String>, ArmError> {
    let invalid = || {
        let text = "The request content was invalid and could not be deserialized: 'The tags must be texts.'.";
        ArmError::new(400, "InvalidRequestContent", text)
    };
    let tags = match body.get("tags") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(tags) => tags.as_object().ok_or_else(invalid)?,
    };
    tags.iter()
        .map(|(name, value)| {
            let value = value.as_str().ok_or_else(invalid)?;
            Ok((name.clone(), value.to_owned()))
        })
        .collect()
}

fn check_same(known: &ResourceGroup, location: &str) -> Result<(), ArmError> {
    if known.deleting_until.is_some() {
        return Err(being_deleted(&known.name));
    }
    if known.location != location {
        let text = format!(
            "Invalid resource group location '{location}'. The Resource group already exists in location '{}'.",
            known.location
        );
        return Err(ArmError::new(409, "InvalidResourceGroupLocation", text));
    }
    Ok(())
}

/// 409: nothing more can be written in a group that goes.
pub(super) fn being_deleted(name: &str) -> ArmError {
    let text = format!(
        "The resource group '{name}' is in deprovisioning state and cannot perform this operation."
    );
    ArmError::new(409, "ResourceGroupBeingDeleted", text)
}

fn group_id(group: &ResourceGroup) -> String {
    format!(
        "/subscriptions/{}/resourceGroups/{}",
        group.subscription, group.name
    )
}

fn view(group: &ResourceGroup) -> Value {
    let state = if group.deleting_until.is_some() {
        "Deleting"
    } else {
        "Succeeded"
    };
    let mut view = json!({
        "id": group_id(group), "name": group.name, "type": "Microsoft.Resources/resourceGroups",
        "location": group.location, "properties": {"provisioningState": state},
    });
    if !group.tags.is_empty() {
        view["tags"] = json!(group.tags);
    }
    view
}
