//! Microsoft.Billing, and Cost Management at billing scopes: accounts, billing roles, and what they let one read.
//!
//! `arm` hands over every path below `/providers/Microsoft.Billing` with a caller whose token it has checked. What is
//! promised: EA, MCA, MPA and MOSP keep their own rules; lists hold what the caller may see and nothing else; roles take
//! effect late; refusals come in all four shapes of the real service.
//!
//! Known of the service, and kept: <https://learn.microsoft.com/rest/api/billing> (2024-04-01, and 2019-10-01-preview for
//! roles). Where a code or an order of checks is documented nowhere, the comment beside it says so. Not simulated: enrollment
//! accounts (and so SubscriptionCreator), `pcn.*` accounts of EA partners, roles given by e-mail address.

mod account;
mod accounts;
mod cost_details;
mod costs;
mod export_scope;
mod list;
mod operations;
mod parts;
mod permissions;
mod refusal;
mod rights;
mod role_assignments;
mod role_definitions;
mod role_grant;
mod role_request;
mod role_table;
mod scope;
mod seed;

pub use account::{
    AccountStatus, Agreement, Billing, BillingAccount, BillingOperation, BillingProfile,
    BillingRoleAssignment, Customer, Department, EnrollmentDetails,
};

pub(super) use export_scope::{
    BillingExportScope, BillingLevel, ExportRight, export_right, export_scope,
};

use super::arm::{Caller, Versions, Visit, method_not_allowed};
use super::exchange::{Answer, Call};
use super::routes::{Found, Route, find};
use super::world::World;
use refusal::Refusal;
use rights::Asker;

type Outcome = Result<Answer, Refusal>;

/// What a row of the table leads to.
struct Endpoint {
    versions: &'static Versions,
    run: fn(&mut Visit<'_>) -> Outcome,
}

const PREVIEW: &str = "2019-10-01-preview";
const STABLE: &str = "2024-04-01";
const ALL_VERSIONS: &[&str] = &[PREVIEW, "2020-05-01", STABLE];

const ACCOUNTS: Versions = Versions {
    resource_type: "billingAccounts",
    known: ALL_VERSIONS,
};
const PROFILES: Versions = Versions {
    resource_type: "billingAccounts/billingProfiles",
    known: ALL_VERSIONS,
};
const SECTIONS: Versions = Versions {
    resource_type: "billingAccounts/billingProfiles/invoiceSections",
    known: ALL_VERSIONS,
};
const CUSTOMERS: Versions = Versions {
    resource_type: "billingAccounts/customers",
    known: ALL_VERSIONS,
};
const DEPARTMENTS: Versions = Versions {
    resource_type: "billingAccounts/departments",
    known: &[PREVIEW, STABLE],
};
const DEFINITIONS: Versions = Versions {
    resource_type: "billingAccounts/billingRoleDefinitions",
    known: ALL_VERSIONS,
};
const ASSIGNMENTS: Versions = Versions {
    resource_type: "billingAccounts/billingRoleAssignments",
    known: ALL_VERSIONS,
};
/// Writing: 2020-05-01 is left out, as its documentation contradicts itself.
const GRANTS: Versions = Versions {
    resource_type: "billingAccounts/billingRoleAssignments",
    known: &[PREVIEW, STABLE],
};
const PERMISSIONS: Versions = Versions {
    resource_type: "billingAccounts/billingPermissions",
    known: ALL_VERSIONS,
};
const NEWEST: Versions = Versions {
    resource_type: "billingAccounts/checkAccess",
    known: &[STABLE],
};
const RESULTS: Versions = Versions {
    resource_type: "billingAccounts/operationResults",
    known: &[STABLE],
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

const LIST: &str = "providers/Microsoft.Billing/billingAccounts";
const ACCOUNT: &str = "providers/Microsoft.Billing/billingAccounts/{account}";
const ASSIGNMENT: &str = "{scope}/billingRoleAssignments/{name}";
const QUERY: &str = "{scope}/providers/Microsoft.CostManagement/query";
const REPORT: &str = "{scope}/providers/Microsoft.CostManagement/generateCostDetailsReport";
const REPORT_RESULT: &str =
    "{scope}/providers/Microsoft.CostManagement/costDetailsOperationResults/{operation}";

const ROUTES: [Route<Endpoint>; 23] = [
    route("GET", LIST, &ACCOUNTS, accounts::list),
    route("GET", ACCOUNT, &ACCOUNTS, accounts::get),
    route("GET", "{scope}/billingProfiles", &PROFILES, parts::profiles),
    route(
        "GET",
        "{scope}/billingProfiles/{name}",
        &PROFILES,
        parts::profile,
    ),
    route("GET", "{scope}/invoiceSections", &SECTIONS, parts::sections),
    route(
        "GET",
        "{scope}/invoiceSections/{name}",
        &SECTIONS,
        parts::section,
    ),
    route("GET", "{scope}/customers", &CUSTOMERS, parts::customers),
    route(
        "GET",
        "{scope}/customers/{name}",
        &CUSTOMERS,
        parts::customer,
    ),
    route(
        "GET",
        "{scope}/departments",
        &DEPARTMENTS,
        parts::departments,
    ),
    route(
        "GET",
        "{scope}/departments/{name}",
        &DEPARTMENTS,
        parts::department,
    ),
    route(
        "GET",
        "{scope}/billingRoleDefinitions",
        &DEFINITIONS,
        role_definitions::list,
    ),
    route(
        "GET",
        "{scope}/billingRoleDefinitions/{role}",
        &DEFINITIONS,
        role_definitions::get,
    ),
    route(
        "GET",
        "{scope}/billingRoleAssignments",
        &ASSIGNMENTS,
        role_assignments::list,
    ),
    route("GET", ASSIGNMENT, &ASSIGNMENTS, role_assignments::get),
    route("PUT", ASSIGNMENT, &GRANTS, role_grant::put),
    route("DELETE", ASSIGNMENT, &ASSIGNMENTS, role_assignments::delete),
    route(
        "POST",
        "{scope}/createBillingRoleAssignment",
        &GRANTS,
        role_grant::create,
    ),
    route(
        "GET",
        "{scope}/billingPermissions",
        &PERMISSIONS,
        permissions::list,
    ),
    route(
        "POST",
        "{scope}/checkAccess",
        &NEWEST,
        permissions::check_access,
    ),
    route(
        "GET",
        "{scope}/operationResults/{operation}",
        &RESULTS,
        operations::billing_result,
    ),
    route("POST", QUERY, &COSTS, costs::query),
    route("POST", REPORT, &COSTS, cost_details::generate),
    route(
        "GET",
        REPORT_RESULT,
        &COSTS,
        operations::cost_details_result,
    ),
];

/// Answers a request to a billing scope. None where the path is no such thing; `arm` then looks further.
pub(super) fn handle(world: &mut World, call: &Call, caller: &Caller) -> Option<Answer> {
    let segments = call.segments();
    let own = ["providers", "Microsoft.Billing"];
    if segments.len() < own.len()
        || !segments
            .iter()
            .zip(own)
            .all(|(found, own)| found.eq_ignore_ascii_case(own))
    {
        return None;
    }
    match find(&ROUTES, &call.method, &segments) {
        Found::Route(route, parameters) => {
            let mut visit = Visit {
                world,
                call,
                caller: caller.clone(),
                parameters,
            };
            let checked = route.run.versions.check(call).map_err(Refusal::from);
            let outcome = checked.and_then(|()| (route.run.run)(&mut visit));
            Some(outcome.unwrap_or_else(Refusal::answer))
        }
        Found::OtherMethods(methods) => Some(method_not_allowed(call, &methods).answer()),
        Found::Nothing => None,
    }
}

/// The caller of a request, as somebody who has rights or not.
fn asker<'visit>(visit: &'visit Visit<'_>) -> Asker<'visit> {
    Asker {
        state: &visit.world.state,
        caller: &visit.caller,
        now: visit.call.now,
    }
}
