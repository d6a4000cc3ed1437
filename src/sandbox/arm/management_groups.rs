//! The tree of management groups.
//!
//! <https://learn.microsoft.com/rest/api/managementgroups>

use serde_json::{Value, json};

use super::super::exchange::Answer;
use super::super::tenant::{ManagementGroup, State, Subscription};
use super::rbac::{check, permits};
use super::scope::{Scope, group_chain, group_id, subscription_chain};
use super::{Outcome, Visit};

const READ: &str = "Microsoft.Management/managementGroups/read";
const WRITE: &str = "Microsoft.Management/managementGroups/write";
const READ_SUBSCRIPTION: &str = "Microsoft.Resources/subscriptions/read";
const WRITE_SUBSCRIPTION: &str = "Microsoft.Resources/subscriptions/write";
const TYPE: &str = "Microsoft.Management/managementGroups";
/// Entries on one page, unless `$top` says otherwise.
const PAGE: usize = 50;

/// `GET /providers/Microsoft.Management/managementGroups`: those that the caller may read.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let items = readable(visit).map(|group| {
        let properties = json!({"tenantId": group.tenant, "displayName": group.display_name});
        json!({"id": group_id(&group.name), "type": TYPE, "name": group.name, "properties": properties})
    });
    let (page, next) = visit.page(items.collect(), PAGE)?;
    let mut body = json!({"value": page});
    if let Some(next) = next {
        body["nextLink"] = json!(next);
    }
    Ok(Answer::json(200, body))
}

/// `GET /providers/Microsoft.Management/managementGroups/{group}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let state = &visit.world.state;
    let group = readable_group(visit)?;
    let parent = group
        .parent
        .as_ref()
        .and_then(|name| state.management_groups.get(name));
    let details = json!({
        "version": 1, "updatedTime": "2025-01-06T08:00:00Z",
        "parent": parent.map(|parent| json!({
            "id": group_id(&parent.name), "name": parent.name, "displayName": parent.display_name,
        })),
    });
    let mut properties =
        json!({"tenantId": group.tenant, "displayName": group.display_name, "details": details});
    if visit.call.query("$expand") == Some("children") {
        let recurse = visit
            .call
            .query("$recurse")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        properties["children"] = Value::Array(children(state, &group.name, recurse));
    }
    Ok(Answer::json(
        200,
        json!({"id": group_id(&group.name), "type": TYPE, "name": group.name, "properties": properties}),
    ))
}

fn readable_group<'visit>(
    visit: &'visit Visit<'_>,
) -> Result<&'visit ManagementGroup, super::ArmError> {
    let id = group_id(visit.parameters.get("group"));
    let scope = Scope::find(&visit.world.state, &visit.caller, &id)?;
    check(
        &visit.world.state,
        &visit.caller,
        READ,
        &scope,
        visit.call.now,
    )?;
    let mut groups = visit.world.state.management_groups.values();
    let found = groups.find(|group| {
        group
            .name
            .eq_ignore_ascii_case(visit.parameters.get("group"))
    });
    found.ok_or_else(|| super::ArmError::new(404, "NotFound", format!("'{id}' not found")))
}

fn children(state: &State, name: &str, recurse: bool) -> Vec<Value> {
    let groups = groups_in(state, name).map(|group| {
        let mut entry = json!({
            "type": TYPE, "id": group_id(&group.name), "name": group.name, "displayName": group.display_name,
        });
        if recurse {
            entry["children"] = Value::Array(children(state, &group.name, true));
        }
        entry
    });
    let subscriptions = subscriptions_in(state, name).map(|subscription| {
        json!({
            "type": "/subscriptions", "id": format!("/subscriptions/{}", subscription.id), "name": subscription.id,
            "displayName": subscription.display_name,
        })
    });
    groups.chain(subscriptions).collect()
}

/// `GET /providers/Microsoft.Management/managementGroups/{group}/descendants`: all levels in one list.
pub(super) fn descendants(visit: &mut Visit<'_>) -> Outcome {
    let group = readable_group(visit)?;
    let mut items = Vec::new();
    collect_descendants(&visit.world.state, &group.name, &mut items);
    let size = visit
        .call
        .query("$top")
        .and_then(|top| top.parse().ok())
        .filter(|top| *top > 0)
        .unwrap_or(PAGE);
    let (page, next) = visit.page(items, size)?;
    let mut body = json!({"value": page});
    if let Some(next) = next {
        body["nextLink"] = json!(next);
    }
    Ok(Answer::json(200, body))
}

fn collect_descendants(state: &State, name: &str, items: &mut Vec<Value>) {
    let parent = json!({"id": group_id(name)});
    for subscription in subscriptions_in(state, name) {
        items.push(json!({
            "id": format!("/subscriptions/{}", subscription.id), "type": format!("{TYPE}/subscriptions"),
            "name": subscription.id,
            "properties": {"displayName": subscription.display_name, "parent": parent},
        }));
    }
    for group in groups_in(state, name) {
        items.push(json!({
            "id": group_id(&group.name), "type": TYPE, "name": group.name,
            "properties": {"displayName": group.display_name, "parent": parent},
        }));
        collect_descendants(state, &group.name, items);
    }
}

/// `POST /providers/Microsoft.Management/getEntities`: groups and subscriptions that the caller can see.
pub(super) fn entities(visit: &mut Visit<'_>) -> Outcome {
    let (state, caller, now) = (&visit.world.state, &visit.caller, visit.call.now);
    let groups = readable(visit).map(|group| {
        let edits = permits(state, caller, WRITE, &group_chain(state, &group.name), now);
        entity(
            state,
            TYPE,
            &group_id(&group.name),
            &group.name,
            &group.display_name,
            group.parent.as_deref(),
            edits,
        )
    });
    let mut items: Vec<Value> = groups.collect();
    for found in state
        .subscriptions
        .values()
        .filter(|found| found.tenant == caller.tenant)
    {
        let chain = subscription_chain(state, found);
        if permits(state, caller, READ_SUBSCRIPTION, &chain, now) {
            let edits = permits(state, caller, WRITE_SUBSCRIPTION, &chain, now);
            let (id, name) = (format!("/subscriptions/{}", found.id), found.id.to_string());
            items.push(entity(
                state,
                "/subscriptions",
                &id,
                &name,
                &found.display_name,
                Some(&found.parent),
                edits,
            ));
        }
    }
    for item in &mut items {
        item["properties"]["tenantId"] = json!(caller.tenant);
    }
    let count = items.len();
    let (page, next) = visit.page(items, PAGE)?;
    let mut body = json!({"value": page, "count": count});
    if let Some(next) = next {
        body["nextLink"] = json!(next);
    }
    Ok(Answer::json(200, body))
}

fn entity(
    state: &State,
    kind: &str,
    id: &str,
    name: &str,
    display_name: &str,
    parent: Option<&str>,
    edits: bool,
) -> Value {
    let mut above: Vec<&ManagementGroup> = Vec::new();
    let mut next = parent;
    while let Some(group) = next.and_then(|name| state.management_groups.get(name)) {
        if above.iter().any(|seen| seen.name == group.name) {
            break;
        }
        above.insert(0, group);
        next = group.parent.as_deref();
    }
    let mut below = Vec::new();
    collect_descendants(state, name, &mut below);
    let child_groups = groups_in(state, name).count();
    let permission = if edits { "edit" } else { "view" };
    json!({
        "id": id, "type": kind, "name": name,
        "properties": {
            "displayName": display_name, "parent": {"id": parent.map(group_id)},
            "permissions": permission, "inheritedPermissions": permission, "numberOfDescendants": below.len(),
            "numberOfChildren": child_groups + subscriptions_in(state, name).count(), "numberOfChildGroups": child_groups,
            "parentDisplayNameChain": above.iter().map(|group| group.display_name.as_str()).collect::<Vec<_>>(),
            "parentNameChain": above.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(),
        },
    })
}

fn readable<'visit>(visit: &'visit Visit<'_>) -> impl Iterator<Item = &'visit ManagementGroup> {
    let (state, caller, now) = (&visit.world.state, &visit.caller, visit.call.now);
    state.management_groups.values().filter(move |group| {
        group.tenant == caller.tenant
            && permits(state, caller, READ, &group_chain(state, &group.name), now)
    })
}

fn groups_in<'state>(
    state: &'state State,
    name: &str,
) -> impl Iterator<Item = &'state ManagementGroup> {
    state
        .management_groups
        .values()
        .filter(move |group| group.parent.as_deref() == Some(name))
}

fn subscriptions_in<'state>(
    state: &'state State,
    name: &str,
) -> impl Iterator<Item = &'state Subscription> {
    state
        .subscriptions
        .values()
        .filter(move |found| found.parent == name)
}
