//! The Microsoft identity platform: discovery, sign-in pages and the token endpoint.
//!
//! [`super::dispatch`] hands every request to the login service to [`handle`]. What is promised: the checks that Entra
//! makes, in its order, with its AADSTS numbers; see
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>. What is not simulated: passwords and MFA
//! (a person is whom they pick), what people consent to (granted to everybody), and the signature of a federated token's issuer.

mod admin_consent;
mod authorize;
mod client_assertion;
mod client_credentials;
mod der;
mod device;
mod directory;
mod discovery;
mod issue;
mod pages;
mod refusal;
mod scope;
pub(super) mod sessions;
mod sha1;
mod token;
mod user_grants;
mod version_one;

use super::exchange::{Answer, Call};
use super::routes::{Found, Parameters, Route, find};
use super::world::World;
use refusal::Refusal;

pub(super) use der::validity;
pub(super) use pages::escaped;
pub(super) use scope::{Resource, storage_account};
pub(super) use sha1::sha1;

type Handler = fn(&mut World, &Call, &Parameters) -> Answer;

const ROUTES: [Route<Handler>; 9] = [
    Route {
        method: "GET",
        pattern: "{tenant}/v2.0/.well-known/openid-configuration",
        run: discovery::configuration,
    },
    Route {
        method: "GET",
        pattern: "{tenant}/discovery/v2.0/keys",
        run: discovery::keys,
    },
    Route {
        method: "GET",
        pattern: "{tenant}/oauth2/v2.0/authorize",
        run: authorize::page,
    },
    Route {
        method: "GET",
        pattern: "{tenant}/adminconsent",
        run: admin_consent::page,
    },
    Route {
        method: "POST",
        pattern: "{tenant}/oauth2/v2.0/token",
        run: token::token,
    },
    Route {
        method: "POST",
        pattern: "{tenant}/oauth2/token",
        run: version_one::token,
    },
    Route {
        method: "POST",
        pattern: "{tenant}/oauth2/v2.0/devicecode",
        run: device::request_code,
    },
    Route {
        method: "GET",
        pattern: "devicelogin",
        run: device::form,
    },
    Route {
        method: "POST",
        pattern: "devicelogin",
        run: device::enter,
    },
];

/// Answers a request to the login service.
pub(super) fn handle(world: &mut World, call: &Call) -> Answer {
    let answer = match find(&ROUTES, &call.method, &call.segments()) {
        Found::Route(route, parameters) => (route.run)(world, call, &parameters),
        Found::OtherMethods(methods) => {
            let (only, received) = (methods.join(", "), &call.method);
            let text = format!(
                "The endpoint only accepts {only} requests. Received a {received} request."
            );
            Refusal::new("invalid_request", 900_561, text).answer(call)
        }
        Found::Nothing => Answer::html(404, pages::not_found()),
    };
    answer
        .with_header("x-ms-request-id", call.request_id.to_string())
        .with_header("cache-control", "no-store, no-cache")
}
