//! Microsoft Graph v1.0, as far as app registrations need it.
//!
//! [`super::dispatch`] hands every request to [`handle`]. What is promised: the properties of Microsoft's CSDL, Graph's
//! error codes, and rights as the directory gives them (roles, owners, `allowedToCreateApps`). Reference:
//! <https://learn.microsoft.com/graph/api/overview?view=graph-rest-1.0>.

mod application_body;
mod application_view;
mod applications;
mod caller;
mod deleted_items;
mod directory;
mod federated;
mod key_credentials;
mod passwords;
mod policies;
mod query;
mod refusal;
mod service_principals;

use serde_json::{Map, Value};

use super::exchange::{Answer, Call};
use super::routes::{Found, Parameters, Route, find};
use super::world::World;
use caller::Caller;
use refusal::GraphError;

/// A request that has been let in.
struct Visit<'world> {
    world: &'world mut World,
    call: &'world Call,
    caller: Caller,
    parameters: Parameters,
}

type Outcome = Result<Answer, GraphError>;
type Handler = fn(&mut Visit<'_>) -> Outcome;

const fn route(method: &'static str, pattern: &'static str, run: Handler) -> Route<Handler> {
    Route {
        method,
        pattern,
        run,
    }
}

/// In a pattern, `{application}` and its like stand for an id or for an alternate key such as `(appId='…')`.
const ROUTES: [Route<Handler>; 33] = [
    route("GET", "organization", directory::organization),
    route("GET", "me", directory::me),
    route(
        "GET",
        "me/transitiveMemberOf/microsoft.graph.directoryRole",
        directory::my_roles,
    ),
    route("GET", "users/{user}", directory::user),
    route(
        "GET",
        "policies/authorizationPolicy",
        policies::authorization,
    ),
    route(
        "GET",
        "policies/defaultAppManagementPolicy",
        policies::app_management,
    ),
    route("GET", "applications", applications::list),
    route("POST", "applications", applications::create),
    route("GET", "applications/{application}", applications::get),
    route("PATCH", "applications/{application}", applications::update),
    route("DELETE", "applications/{application}", applications::delete),
    route(
        "POST",
        "applications/{application}/addPassword",
        passwords::add,
    ),
    route(
        "POST",
        "applications/{application}/removePassword",
        passwords::remove,
    ),
    route(
        "GET",
        "applications/{application}/owners",
        applications::owners,
    ),
    route("GET", FEDERATED, federated::list),
    route("POST", FEDERATED, federated::create),
    route("GET", FEDERATED_ONE, federated::get),
    route("PATCH", FEDERATED_ONE, federated::update),
    route("DELETE", FEDERATED_ONE, federated::delete),
    route("GET", "servicePrincipals", service_principals::list),
    route("POST", "servicePrincipals", service_principals::create),
    route(
        "GET",
        "servicePrincipals/{principal}",
        service_principals::get,
    ),
    route(
        "PATCH",
        "servicePrincipals/{principal}",
        service_principals::update,
    ),
    route(
        "DELETE",
        "servicePrincipals/{principal}",
        service_principals::delete,
    ),
    route(
        "GET",
        "directory/deletedItems/microsoft.graph.application",
        deleted_items::list,
    ),
    route("GET", "directory/deletedItems/{item}", deleted_items::get),
    route(
        "DELETE",
        "directory/deletedItems/{item}",
        deleted_items::purge,
    ),
    route(
        "POST",
        "directory/deletedItems/{item}/restore",
        deleted_items::restore,
    ),
    // Known to Graph, refused with a sentence: nothing of azconnect needs them, and an empty answer would be a lie.
    route("GET", "users", not_simulated),
    route("GET", "domains", not_simulated),
    route("POST", "applications/{application}/addKey", not_simulated),
    route(
        "POST",
        "applications/{application}/owners/$ref",
        not_simulated,
    ),
    route(
        "GET",
        "applications/{application}/appManagementPolicies",
        not_simulated,
    ),
];
const FEDERATED: &str = "applications/{application}/federatedIdentityCredentials";
const FEDERATED_ONE: &str = "applications/{application}/federatedIdentityCredentials/{credential}";

/// Answers a request to Microsoft Graph.
pub(super) fn handle(world: &mut World, call: &Call) -> Answer {
    let answer = routed(world, call).unwrap_or_else(|error| error.answer(call));
    let client_request_id = call
        .header("client-request-id")
        .map_or_else(|| call.request_id.to_string(), str::to_owned);
    answer
        .with_header("request-id", call.request_id.to_string())
        .with_header("client-request-id", client_request_id)
        .with_header(
            "date",
            call.now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        )
}

fn routed(world: &mut World, call: &Call) -> Outcome {
    let segments = keyed_segments(call);
    let Some((version, segments)) = segments.split_first() else {
        return Err(GraphError::bad_request("Empty Path"));
    };
    if version != "v1.0" {
        return Err(GraphError::new(
            400,
            "BadRequest",
            format!("Invalid version: {version}"),
        ));
    }
    let caller = caller::admit(world, call)?;
    match find(&ROUTES, &call.method, segments) {
        Found::Route(route, parameters) => (route.run)(&mut Visit {
            world,
            call,
            caller,
            parameters,
        }),
        Found::OtherMethods(_) => {
            let text = "Specified HTTP method is not allowed for the request target.";
            Err(GraphError::new(405, "Request_BadRequest", text))
        }
        Found::Nothing => {
            let segment = segments
                .iter()
                .find(|segment| !known(segment))
                .or(segments.last());
            let segment = segment.map_or("", String::as_str);
            Err(GraphError::new(
                400,
                "BadRequest",
                format!("Resource not found for the segment '{segment}'."),
            ))
        }
    }
}

/// Whether a segment occurs in the table, so that an error can name the first that does not.
fn known(segment: &str) -> bool {
    ROUTES
        .iter()
        .flat_map(|route| route.pattern.split('/'))
        .any(|part| part.eq_ignore_ascii_case(segment))
}

/// The path's segments, with an alternate key as a segment of its own: `applications(appId='x')` gives two.
fn keyed_segments(call: &Call) -> Vec<String> {
    let mut split = Vec::new();
    for segment in call.segments() {
        match segment.find('(') {
            Some(at) if segment.ends_with(')') => {
                let (name, key) = segment.split_at(at);
                split.extend([name.to_owned(), key.to_owned()]);
            }
            _ => split.push(segment),
        }
    }
    split
}

fn not_simulated(visit: &mut Visit<'_>) -> Outcome {
    let text = format!(
        "The sandbox does not simulate {} {}.",
        visit.call.method, visit.call.path
    );
    Err(GraphError::new(501, "NotImplemented", text))
}

impl Visit<'_> {
    /// The body as a JSON object.
    fn body(&self) -> Result<Map<String, Value>, GraphError> {
        if !self.call.is_json() {
            let text = "Entity only allows writes with a JSON Content-Type header.";
            return Err(GraphError::new(400, "RequestBodyRead", text));
        }
        match self.call.json() {
            Some(Value::Object(fields)) => Ok(fields),
            _ => {
                let text = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of \
                            valid JSON format.";
                Err(GraphError::new(400, "BadRequest", text))
            }
        }
    }

    /// Whether the request asks for an upsert: `Prefer: create-if-missing`.
    fn creates_if_missing(&self) -> bool {
        self.call.header("prefer").is_some_and(|wishes| {
            wishes
                .split(',')
                .any(|wish| wish.trim().eq_ignore_ascii_case("create-if-missing"))
        })
    }

    /// The context of an answer, which OData puts first.
    fn context(&self, of: &str) -> String {
        format!("{}/v1.0/$metadata#{of}", self.call.base)
    }
}
