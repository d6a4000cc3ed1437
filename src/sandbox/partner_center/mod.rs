//! Partner Center's REST API v1, as far as connecting a CSP partner needs it, and its page "App management".
//!
//! [`super::dispatch`] hands every request to [`handle`]. What is promised: the shapes of Microsoft's samples (byte order
//! mark, `links.next` with its headers, errors in three shapes), the ids of request and correlation given back, app-only and
//! App+User told apart as each operation's page says, and 10,000 customers in pages. Microsoft publishes no machine-readable
//! definitions of this API, so these pages are all there is to hold it against:
//! <https://learn.microsoft.com/partner-center/developer/partner-center-rest-api-reference>. Where they contradict each
//! other, [`PartnerOddity`] chooses; where a code is documented nowhere, the comment beside it says so.
//! Not simulated: writes, invoices, usage, GDAP, the integration sandbox.

mod account;
mod agreements;
mod app_management;
mod caller;
mod customers;
mod filter;
mod paging;
mod profiles;
mod refusal;
mod seed;
mod subscriptions;
mod throttle;

pub use app_management::APP_MANAGEMENT;

pub use account::{
    PartnerAccount, PartnerCenter, PartnerCustomer, PartnerKind, PartnerOddity, PartnerOffer,
    PartnerSubscription, PartnerThrottle,
};

use uuid::Uuid;

use super::exchange::{Answer, Call};
use super::routes::{Found, Parameters, Route, find};
use super::world::World;
use caller::{Caller, Rights};
use refusal::Refusal;

/// A request that has been let in.
struct Visit<'world> {
    world: &'world mut World,
    call: &'world Call,
    caller: Caller,
    parameters: Parameters,
}

type Outcome = Result<Answer, Refusal>;

/// What a row of the table leads to.
struct Endpoint {
    rights: Rights,
    run: fn(&mut Visit<'_>) -> Outcome,
}

const fn route(
    pattern: &'static str,
    rights: Rights,
    run: fn(&mut Visit<'_>) -> Outcome,
) -> Route<Endpoint> {
    Route {
        method: "GET",
        pattern,
        run: Endpoint { rights, run },
    }
}

const ROUTES: [Route<Endpoint>; 10] = [
    route("v1/customers", Rights::Customers, customers::list),
    route("v1/customers/{customer}", Rights::Customers, customers::get),
    route(
        "v1/customers/{customer}/subscriptions",
        Rights::Customers,
        subscriptions::list,
    ),
    route(
        "v1/customers/{customer}/subscriptions/{subscription}",
        Rights::Customers,
        subscriptions::get,
    ),
    route("v1/profiles/mpn", Rights::PersonsProfile, profiles::partner),
    route(
        "v1/profiles/organization",
        Rights::PersonsProfile,
        profiles::organization,
    ),
    route(
        "v1/profiles/legalbusiness",
        Rights::Profile,
        profiles::legal_business,
    ),
    route("v1/profiles/billing", Rights::PersonsProfile, not_simulated),
    route("v1/profiles/support", Rights::PersonsProfile, not_simulated),
    route(
        "v1/compliance/{programme}/agreementstatus",
        Rights::PersonsProfile,
        agreements::status,
    ),
];

/// Answers a request to Partner Center.
pub(super) fn handle(world: &mut World, call: &Call) -> Answer {
    let segments = call.segments();
    if app_management::is_at(&segments) {
        return app_management::handle(world, call);
    }
    let answer = routed(world, call, &segments).unwrap_or_else(|refusal| {
        let oddities = &world.state.partner_center.oddities;
        refusal.answer(oddities.contains(&PartnerOddity::CodesAsText))
    });
    let answer = finished(world, call, answer);
    answer
        .with_header("ms-requestid", given_back(call, "ms-requestid"))
        .with_header("ms-correlationid", given_back(call, "ms-correlationid"))
        .with_header("ms-cv", format!("{}.0", call.request_id.simple()))
        .with_header("ms-serverid", "202010223")
}

/// Puts the byte order mark in front of JSON, and says of a second factor what `ValidateMfa` asks.
fn finished(world: &World, call: &Call, answer: Answer) -> Answer {
    let oddities = &world.state.partner_center.oddities;
    // 429 comes from the gateway in front, which writes no mark.
    let answer = if oddities.contains(&PartnerOddity::PlainJson) || answer.status == 429 {
        answer
    } else {
        answer.with_byte_order_mark()
    };
    let asked = call
        .header("validatemfa")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    match (asked, caller::has_second_factor(world, call)) {
        (true, Some(has)) => answer.with_header("ismfacompliant", has.to_string()),
        _ => answer,
    }
}

/// An id of the caller's, or one of ours where there is none: a GUID in any case.
fn given_back(call: &Call, header: &str) -> String {
    call.header(header)
        .and_then(|value| Uuid::try_parse(value).ok())
        .unwrap_or(call.request_id)
        .to_string()
}

fn routed(world: &mut World, call: &Call, segments: &[String]) -> Outcome {
    let caller = caller::admit(world, call)?;
    match find(&ROUTES, &call.method, segments) {
        Found::Route(route, parameters) => {
            throttle::check(world, call, caller.tenant, parameters.get("customer"))?;
            caller.check(route.run.rights, &world.state)?;
            (route.run.run)(&mut Visit {
                world,
                call,
                caller,
                parameters,
            })
        }
        Found::OtherMethods(_) => Err(Refusal::new(405, 405, "Method not allowed")),
        Found::Nothing => Err(Refusal::not_found()),
    }
}

fn not_simulated(visit: &mut Visit<'_>) -> Outcome {
    let text = format!("The sandbox does not simulate {}.", visit.call.path);
    Err(Refusal::new(501, 501, text))
}
