//! Azure Resource Manager: directories, subscriptions, management groups, role assignments, cost queries.
//!
//! [`super::dispatch`] hands every request to [`handle`], which leaves exports to [`super::exports`], what is below billing
//! accounts to [`super::billing`], and what is below subscriptions to [`super::storage`]. What is promised: tokens are checked
//! as ARM checks them, every resource type knows its api-versions, and everything that is read or written passes RBAC,
//! evaluated down the tree of management groups.
//! Resource providers, resource groups and storage accounts are in [`super::storage`]; a role can be given at nothing that
//! does not exist.

mod caller;
mod cost_figures;
mod cost_query;
mod cost_quota;
mod cost_request;
mod cost_scope;
mod elevate;
mod management_groups;
mod rbac;
mod refusal;
mod role_assignments;
mod role_definitions;
mod role_request;
mod role_table;
mod scope;
mod subscriptions;

use serde_json::{Value, json};
use uuid::Uuid;

use super::billing;
use super::exchange::{Answer, Call, percent_encoded};
use super::exports;
use super::routes::{Found, Parameters, Route, find};
use super::storage;
use super::world::World;
pub(super) use caller::Caller;
pub(super) use cost_figures::{Figure, figures};
pub(super) use cost_query::answer_query;
pub(super) use cost_quota::check_quota;
pub(super) use cost_request::CostRequest;
pub(super) use cost_scope::{CostScope, may};
pub(super) use rbac::{check, permits, permits_data};
pub(super) use refusal::ArmError;
pub(super) use role_assignments::check_writable;
pub(super) use scope::{Scope, normalized};

/// A request that has been let in.
pub(super) struct Visit<'world> {
    pub(super) world: &'world mut World,
    pub(super) call: &'world Call,
    pub(super) caller: Caller,
    pub(super) parameters: Parameters,
}

type Outcome = Result<Answer, ArmError>;

/// A resource type's api-versions, and how a wrong one is refused.
pub(super) struct Versions {
    pub(super) resource_type: &'static str,
    pub(super) known: &'static [&'static str],
}

/// What a row of the table leads to.
struct Endpoint {
    versions: &'static Versions,
    run: fn(&mut Visit<'_>) -> Outcome,
}

const RESOURCES: Versions = Versions {
    resource_type: "",
    known: &["2021-01-01", "2022-12-01"],
};
const GROUPS: Versions = Versions {
    resource_type: "managementGroups",
    known: &["2020-05-01", "2021-04-01"],
};
const AUTHORIZATION: Versions = Versions {
    resource_type: "roleAssignments",
    known: &["2022-04-01"],
};
const ELEVATION: Versions = Versions {
    resource_type: "elevateAccess",
    known: &["2015-07-01", "2016-07-01"],
};
const COSTS: Versions = Versions {
    resource_type: "query",
    known: &["2023-11-01", "2024-08-01", "2025-03-01"],
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

const ROUTES: [Route<Endpoint>; 16] = [
    route("GET", "tenants", &RESOURCES, subscriptions::tenants),
    route("GET", "subscriptions", &RESOURCES, subscriptions::list),
    route(
        "GET",
        "subscriptions/{subscription}",
        &RESOURCES,
        subscriptions::get,
    ),
    route(
        "GET",
        "providers/Microsoft.Management/managementGroups",
        &GROUPS,
        management_groups::list,
    ),
    route(
        "GET",
        "providers/Microsoft.Management/managementGroups/{group}",
        &GROUPS,
        management_groups::get,
    ),
    route(
        "GET",
        "providers/Microsoft.Management/managementGroups/{group}/descendants",
        &GROUPS,
        management_groups::descendants,
    ),
    route(
        "POST",
        "providers/Microsoft.Management/getEntities",
        &GROUPS,
        management_groups::entities,
    ),
    route(
        "POST",
        "providers/Microsoft.Authorization/elevateAccess",
        &ELEVATION,
        elevate::elevate_access,
    ),
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/permissions",
        &AUTHORIZATION,
        role_definitions::permissions,
    ),
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions",
        &AUTHORIZATION,
        role_definitions::list,
    ),
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}",
        &AUTHORIZATION,
        role_definitions::get,
    ),
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleAssignments",
        &AUTHORIZATION,
        role_assignments::list,
    ),
    route("GET", ASSIGNMENT, &AUTHORIZATION, role_assignments::get),
    route("PUT", ASSIGNMENT, &AUTHORIZATION, role_assignments::put),
    route(
        "DELETE",
        ASSIGNMENT,
        &AUTHORIZATION,
        role_assignments::delete,
    ),
    route(
        "POST",
        "{scope}/providers/Microsoft.CostManagement/query",
        &COSTS,
        cost_query::query,
    ),
];
const ASSIGNMENT: &str = "{scope}/providers/Microsoft.Authorization/roleAssignments/{name}";

/// Answers a request to Azure Resource Manager.
pub(super) fn handle(world: &mut World, call: &Call) -> Answer {
    let answer = routed(world, call).unwrap_or_else(|error| error.answer());
    let correlation = call
        .header("x-ms-correlation-request-id")
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let kind = if matches!(call.method.as_str(), "GET" | "POST") {
        "reads"
    } else {
        "writes"
    };
    let level = if call
        .path
        .to_ascii_lowercase()
        .starts_with("/subscriptions/")
    {
        "subscription"
    } else {
        "tenant"
    };
    answer
        .with_header("x-ms-request-id", call.request_id.to_string())
        .with_header("x-ms-correlation-request-id", correlation)
        .with_header(&format!("x-ms-ratelimit-remaining-{level}-{kind}"), "11999")
        .with_header("cache-control", "no-cache")
}

fn routed(world: &mut World, call: &Call) -> Outcome {
    world.state.storage.sweep(call.now);
    let caller = caller::admit(world, call)?;
    if let Some(answer) = exports::handle(world, call, &caller) {
        return Ok(answer);
    }
    if let Some(answer) = billing::handle(world, call, &caller) {
        return Ok(answer);
    }
    if let Some(answer) = storage::handle(world, call, &caller) {
        return Ok(answer);
    }
    let segments = call.segments();
    match find(&ROUTES, &call.method, &segments) {
        Found::Route(route, parameters) => {
            route.run.versions.check(call)?;
            (route.run.run)(&mut Visit {
                world,
                call,
                caller,
                parameters,
            })
        }
        Found::OtherMethods(methods) => Err(method_not_allowed(call, &methods)),
        Found::Nothing => Err(nothing(call, &segments)),
    }
}

/// 405: the path is known, for other methods.
pub(super) fn method_not_allowed(call: &Call, methods: &[&'static str]) -> ArmError {
    let text = format!(
        "The requested resource does not support http method '{}'.",
        call.method
    );
    ArmError::new(405, "MethodNotAllowed", text).with_header("allow", methods.join(", "))
}

impl Versions {
    pub(super) fn check(&self, call: &Call) -> Result<(), ArmError> {
        let known = self.known.join(", ");
        let Some(version) = call
            .query("api-version")
            .filter(|version| !version.is_empty())
        else {
            let text =
                "The api-version query parameter (?api-version=) is required for all requests.";
            return Err(ArmError::new(400, "MissingApiVersionParameter", text));
        };
        if self.known.contains(&version) {
            return Ok(());
        }
        if self.resource_type.is_empty() {
            let text = format!(
                "The api-version '{version}' is invalid. The supported versions are '{known}'."
            );
            return Err(ArmError::new(400, "InvalidApiVersionParameter", text));
        }
        let text = format!(
            "No registered resource provider found for location 'global' and API version '{version}' for type '{}'. The \
             supported api-versions are '{known}'. The supported locations are ', global'.",
            self.resource_type
        );
        Err(ArmError::new(400, "NoRegisteredProviderFound", text))
    }
}

/// What ARM says of a path that leads nowhere: it names the provider and the type if there are any.
fn nothing(call: &Call, segments: &[String]) -> ArmError {
    let at = segments
        .iter()
        .rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let after = |offset: usize| at.and_then(|at| segments.get(at + offset));
    match (after(1), after(2)) {
        (Some(namespace), Some(resource_type)) => {
            let version = call.query("api-version").unwrap_or_default();
            let text = format!(
                "The resource type '{resource_type}' could not be found in the namespace '{namespace}' for api version \
                 '{version}'. The sandbox does not simulate it, or it does not exist."
            );
            ArmError::new(404, "InvalidResourceType", text)
        }
        _ => ArmError::new(
            404,
            "NotFound",
            format!("The path '{}' does not exist.", call.path),
        ),
    }
}

impl Visit<'_> {
    /// The body as JSON.
    pub(super) fn body(&self) -> Result<Value, ArmError> {
        if !self.call.is_json() {
            let text = format!(
                "The content media type '{}' is not supported. Only 'application/json' is supported.",
                self.call.header("content-type").unwrap_or("<null>")
            );
            return Err(ArmError::new(415, "UnsupportedMediaType", text));
        }
        self.call.json().ok_or_else(|| {
            let text = "The request content was invalid and could not be deserialized: 'Unexpected character encountered while \
                        parsing value.'.";
            ArmError::new(400, "InvalidRequestContent", text)
        })
    }

    /// A page of a list: `size` items from where the link of the page before says, and the link to the next page.
    pub(super) fn page(
        &self,
        items: Vec<Value>,
        size: usize,
    ) -> Result<(Vec<Value>, Option<String>), ArmError> {
        let offset: usize = match self.call.query("$skiptoken") {
            Some(token) => token.parse().map_err(|_| {
                ArmError::new(400, "InvalidSkipToken", "The skip token is not valid.")
            })?,
            None => 0,
        };
        let more = items.len() > offset.saturating_add(size);
        let next = more.then(|| {
            let kept = self
                .call
                .query
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"));
            let query: String = kept
                .map(|(name, value)| format!("{name}={}&", percent_encoded(value)))
                .collect();
            format!(
                "{}{}?{query}%24skiptoken={}",
                self.call.base,
                self.call.path,
                offset + size
            )
        });
        Ok((items.into_iter().skip(offset).take(size).collect(), next))
    }
}

/// A list whose swagger demands `nextLink`: empty at the last page.
fn list_with_required_link(items: Vec<Value>, next: Option<String>) -> Answer {
    Answer::json(
        200,
        json!({"value": items, "nextLink": next.unwrap_or_default()}),
    )
}
