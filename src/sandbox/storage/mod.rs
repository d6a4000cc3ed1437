//! What lies below subscriptions: resource providers, resource groups, storage accounts and their containers, by way of
//! Azure Resource Manager; and the blob service itself, in `blob`.
//!
//! `arm` hands over requests with a caller whose token it has checked. What is promised: everything that is read or written
//! passes RBAC by the action that Azure asks for; what takes its time does so here too (registration, new accounts, groups that
//! go); names, regions and properties are checked as the service checks them. Known of the services, and kept:
//! <https://learn.microsoft.com/rest/api/resources> (2021-04-01) and <https://learn.microsoft.com/rest/api/storagerp>
//! (2021-08-01). Where a code is documented nowhere, the comment beside it says so. Not simulated: keys, SAS, file shares,
//! queues, tables, private endpoints, soft delete, locks.

mod account_fields;
mod account_request;
mod account_view;
mod accounts;
pub(super) mod blob;
mod containers;
mod names;
mod operations;
mod policies;
mod provider_table;
mod providers;
mod regions;
mod resource_groups;
mod seed;
mod state;

use serde_json::{Value, json};
use uuid::Uuid;

pub use state::{
    Blob, BlobBody, Container, Denied, NetworkRules, Policy, ProviderRegistration,
    RegistrationState, ResourceGroup, ResourceOperation, Storage, StorageAccount,
};

use super::arm::{
    ArmError, Caller, Scope, Versions, Visit, check, check_writable, method_not_allowed,
};
use super::exchange::{Answer, Call};
use super::routes::{Found, Route, find};
use super::tenant::State;
use super::world::World;

type Outcome = Result<Answer, ArmError>;

/// What a row of the table leads to.
struct Endpoint {
    versions: &'static Versions,
    run: fn(&mut Visit<'_>) -> Outcome,
}

const RESOURCES: Versions = Versions {
    resource_type: "",
    known: &["2021-04-01"],
};
const ACCOUNTS: Versions = Versions {
    resource_type: "storageAccounts",
    known: &["2021-08-01"],
};

const fn route(
    method: &'static str,
    pattern: &'static str,
    versions: &'static Versions,
    run: fn(&mut Visit<'_>) -> Outcome,
) -> Route<Endpoint> {
    Route {
        method,
        pattern,
        run: Endpoint { versions, run },
    }
}

const PROVIDERS: &str = "subscriptions/{subscription}/providers";
const PROVIDER: &str = "subscriptions/{subscription}/providers/{namespace}";
const GROUPS: &str = "subscriptions/{subscription}/resourceGroups";
const GROUP: &str = "subscriptions/{subscription}/resourceGroups/{group}";
const ALL_ACCOUNTS: &str =
    "subscriptions/{subscription}/providers/Microsoft.Storage/storageAccounts";
const GROUP_ACCOUNTS: &str = "subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts";
const ACCOUNT: &str = "subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}";
const CONTAINERS: &str = "subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}/blobServices/default/containers";
const CONTAINER: &str = "subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}/blobServices/default/containers/{container}";

const ROUTES: [Route<Endpoint>; 24] = [
    route("GET", PROVIDERS, &RESOURCES, providers::list),
    route("GET", PROVIDER, &RESOURCES, providers::get),
    route(
        "POST",
        "subscriptions/{subscription}/providers/{namespace}/register",
        &RESOURCES,
        providers::register,
    ),
    route(
        "POST",
        "subscriptions/{subscription}/providers/{namespace}/unregister",
        &RESOURCES,
        providers::unregister,
    ),
    route("GET", GROUPS, &RESOURCES, resource_groups::list),
    route("GET", GROUP, &RESOURCES, resource_groups::get),
    route("HEAD", GROUP, &RESOURCES, resource_groups::exists),
    route("PUT", GROUP, &RESOURCES, resource_groups::put),
    route("DELETE", GROUP, &RESOURCES, resource_groups::delete),
    // Of all that can be in a resource group, there are only storage accounts here.
    route(
        "GET",
        "subscriptions/{subscription}/resourceGroups/{group}/resources",
        &RESOURCES,
        accounts::list_of_group,
    ),
    route(
        "GET",
        "subscriptions/{subscription}/operationresults/{operation}",
        &RESOURCES,
        operations::group_result,
    ),
    route(
        "POST",
        "subscriptions/{subscription}/providers/Microsoft.Storage/checkNameAvailability",
        &ACCOUNTS,
        accounts::check_name,
    ),
    route(
        "GET",
        "subscriptions/{subscription}/providers/Microsoft.Storage/locations/{location}/asyncoperations/{operation}",
        &ACCOUNTS,
        operations::account_result,
    ),
    route("GET", ALL_ACCOUNTS, &ACCOUNTS, accounts::list),
    route("GET", GROUP_ACCOUNTS, &ACCOUNTS, accounts::list_of_group),
    route("GET", ACCOUNT, &ACCOUNTS, accounts::get),
    route("PUT", ACCOUNT, &ACCOUNTS, accounts::put),
    route("PATCH", ACCOUNT, &ACCOUNTS, accounts::patch),
    route("DELETE", ACCOUNT, &ACCOUNTS, accounts::delete),
    route("GET", CONTAINERS, &ACCOUNTS, containers::list),
    route("GET", CONTAINER, &ACCOUNTS, containers::get),
    route("PUT", CONTAINER, &ACCOUNTS, containers::put),
    route("PATCH", CONTAINER, &ACCOUNTS, containers::patch),
    route("DELETE", CONTAINER, &ACCOUNTS, containers::delete),
];

/// Answers a request to what lies below a subscription. None where the path is no such thing; `arm` then looks further.
pub(super) fn handle(world: &mut World, call: &Call, caller: &Caller) -> Option<Answer> {
    match find(&ROUTES, &call.method, &call.segments()) {
        Found::Route(route, parameters) => {
            let mut visit = Visit {
                world,
                call,
                caller: caller.clone(),
                parameters,
            };
            let checked = route.run.versions.check(call);
            let outcome = checked.and_then(|()| (route.run.run)(&mut visit));
            Some(outcome.unwrap_or_else(|error| error.answer()))
        }
        Found::OtherMethods(methods) => Some(method_not_allowed(call, &methods).answer()),
        Found::Nothing => None,
    }
}

/// The subscription that the path names, as a scope that exists for the caller.
fn subscription_scope(visit: &Visit<'_>) -> Result<(Uuid, Scope), ArmError> {
    let text = format!("/subscriptions/{}", visit.parameters.get("subscription"));
    let scope = Scope::find(&visit.world.state, &visit.caller, &text)?;
    scope
        .subscription()
        .map(|id| (id, scope.clone()))
        .ok_or_else(|| {
            ArmError::new(
                400,
                "InvalidSubscriptionId",
                "The scope is no subscription.",
            )
        })
}

/// The same for something below it, whether or not it exists: RBAC is asked before existence, as ARM does.
fn scope_below(visit: &Visit<'_>, rest: &str) -> Result<(Uuid, Scope), ArmError> {
    let (id, subscription) = subscription_scope(visit)?;
    Ok((id, subscription.below(rest)))
}

/// Whether the caller may do something, as ARM's refusal.
fn permit(visit: &Visit<'_>, action: &str, scope: &Scope) -> Result<(), ArmError> {
    check(
        &visit.world.state,
        &visit.caller,
        action,
        scope,
        visit.call.now,
    )
}

/// The same for a change, which a disabled subscription refuses to everybody.
fn permit_change(visit: &Visit<'_>, action: &str, scope: &Scope) -> Result<(), ArmError> {
    permit(visit, action, scope)?;
    check_writable(&visit.world.state, scope)
}

/// Takes the role assignments at a resource, and below it, along with it.
fn remove_assignments(state: &mut State, resource: &str) {
    let gone = resource.to_ascii_lowercase();
    let below = format!("{gone}/");
    state.role_assignments.retain(|_, assignment| {
        let scope = assignment.scope.to_ascii_lowercase();
        scope != gone && !scope.starts_with(&below)
    });
}

/// A list; the link only where there is a page after this one.
fn list_answer(items: Vec<Value>, next: Option<String>) -> Answer {
    let mut body = json!({"value": items});
    if let Some(next) = next {
        body["nextLink"] = json!(next);
    }
    Answer::json(200, body)
}

/// A duration of the sandbox as seconds for `Retry-After`, rounded up.
fn seconds(delay: std::time::Duration) -> String {
    let whole = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    whole.to_string()
}

/// 404: the resource that ARM keeps track of is not there.
fn resource_not_found(account: &str, group: &str) -> ArmError {
    let text = format!(
        "The Resource 'Microsoft.Storage/storageAccounts/{account}' under resource group '{group}' was not found. For more \
         details please go to https://aka.ms/ARMResourceNotFoundFix"
    );
    ArmError::new(404, "ResourceNotFound", text)
}

/// 404: no such resource group.
fn group_not_found(group: &str) -> ArmError {
    let text = format!("Resource group '{group}' could not be found.");
    ArmError::new(404, "ResourceGroupNotFound", text)
}

/// Checks that what a scope names exists: its resource group, and the storage account in it. What is below a storage account
/// is not asked for, as ARM does not keep track of it: a missing account is what is reported for a role at one of its containers
/// (<https://github.com/Azure/azure-cli/issues/15243>). Other kinds of resources are not simulated, and none exists.
pub(super) fn check_exists(
    storage: &Storage,
    subscription: Uuid,
    below: &str,
) -> Result<(), ArmError> {
    let mut parts = below.split('/').skip(1);
    let group = parts.next().unwrap_or_default();
    if storage.group(subscription, group).is_none() {
        return Err(group_not_found(group));
    }
    let rest: Vec<&str> = parts.collect();
    let missing = match rest.as_slice() {
        [] => return Ok(()),
        [providers, namespace, kind, name, ..]
            if providers.eq_ignore_ascii_case("providers")
                && namespace.eq_ignore_ascii_case("Microsoft.Storage")
                && kind.eq_ignore_ascii_case("storageAccounts") =>
        {
            if storage.account(subscription, group, name).is_some() {
                return Ok(());
            }
            return Err(resource_not_found(name, group));
        }
        [_, namespace, kind, name, ..] => format!("{namespace}/{kind}/{name}"),
        _ => rest.join("/"),
    };
    let text = format!(
        "The Resource '{missing}' under resource group '{group}' was not found. For more details please go to \
         https://aka.ms/ARMResourceNotFoundFix"
    );
    Err(ArmError::new(404, "ResourceNotFound", text))
}
