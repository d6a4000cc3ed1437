//! Cost Management exports: what is asked for, runs by schedule and on demand, and the files that they deliver.
//!
//! `arm` hands over every path with `Microsoft.CostManagement/exports` in it, with a caller whose token it has checked;
//! `dispatch` calls [`advance`] before every request, whichever service it is for, so that what is due by then has happened.
//! What is promised: scopes keep their own data sets and rights; the storage account is looked at when an export is written
//! and again when it runs; the files hold the figures that cost queries answer.
//!
//! <https://learn.microsoft.com/rest/api/cost-management/exports> (2025-03-01). Not simulated: delivery by SAS token. A part
//! in Parquet has the right name and a likely size and no readable content ([`delivery`]).

mod clock;
mod columns;
mod datasets;
mod delivery;
mod destination;
mod place;
mod read;
mod refusal;
mod rows;
mod rules;
mod run;
mod seed;
mod settings;
mod shape;
mod state;
mod write;

pub use state::{Execution, Export, ExportRun, Exports, RunError, RunResult};

use jiff::Timestamp;

use super::arm::{Caller, Versions, Visit, method_not_allowed};
use super::exchange::{Answer, Call};
use super::routes::{Found, Route, find};
use super::world::World;
use refusal::Refusal;

type Outcome = Result<Answer, Refusal>;
type Handler = fn(&mut Visit<'_>) -> Outcome;

/// Versions that see only exports that were written with one of them: `GET` finds no other, and lists leave it out.
/// <https://github.com/Azure/azure-cli/issues/32769>,
/// <https://github.com/hashicorp/terraform-provider-azurerm/issues/31981>
const OLD_VERSIONS: [&str; 8] = [
    "2019-11-01",
    "2020-06-01",
    "2021-10-01",
    "2022-10-01",
    "2023-03-01",
    "2023-08-01",
    "2023-09-01",
    "2023-11-01",
];

const EXPORTS: Versions = Versions {
    resource_type: "exports",
    known: &[
        "2019-11-01",
        "2020-06-01",
        "2021-10-01",
        "2022-10-01",
        "2023-03-01",
        "2023-07-01-preview",
        "2023-08-01",
        "2023-09-01",
        "2023-11-01",
        "2024-08-01",
        "2025-03-01",
        "2026-06-01",
    ],
};

const fn route(method: &'static str, pattern: &'static str, run: Handler) -> Route<Handler> {
    Route {
        method,
        pattern,
        run,
    }
}

const EXPORT: &str = "{scope}/providers/Microsoft.CostManagement/exports/{name}";

static ROUTES: [Route<Handler>; 6] = [
    route(
        "GET",
        "{scope}/providers/Microsoft.CostManagement/exports",
        read::list,
    ),
    route("GET", EXPORT, read::get),
    route("PUT", EXPORT, write::put),
    route("DELETE", EXPORT, write::delete),
    route(
        "POST",
        "{scope}/providers/Microsoft.CostManagement/exports/{name}/run",
        run::run,
    ),
    route(
        "GET",
        "{scope}/providers/Microsoft.CostManagement/exports/{name}/runHistory",
        read::history,
    ),
];

/// Answers a request about exports. None where the path is no such thing; `arm` then looks further.
pub(super) fn handle(world: &mut World, call: &Call, caller: &Caller) -> Option<Answer> {
    let segments = call.segments();
    match find(&ROUTES, &call.method, &segments) {
        Found::Route(route, parameters) => {
            let mut visit = Visit {
                world,
                call,
                caller: caller.clone(),
                parameters,
            };
            let checked = EXPORTS.check(call).map_err(Refusal::from);
            let outcome = checked.and_then(|()| (route.run)(&mut visit));
            Some(outcome.unwrap_or_else(Refusal::answer))
        }
        Found::OtherMethods(methods) => Some(method_not_allowed(call, &methods).answer()),
        Found::Nothing => None,
    }
}

/// Lets everything happen that is due: scheduled runs begin, runs end, files appear.
pub(super) fn advance(world: &mut World, now: Timestamp) {
    world.state.storage.sweep(now);
    clock::advance(&mut world.state, now, &world.replication);
}

/// Whether a request of this version sees an export.
fn sees(version: &str, export: &Export) -> bool {
    !OLD_VERSIONS.contains(&version) || OLD_VERSIONS.contains(&export.api_version.as_str())
}

/// The api-version of a request, which was checked.
fn version<'visit>(visit: &'visit Visit<'_>) -> &'visit str {
    visit.call.query("api-version").unwrap_or_default()
}
