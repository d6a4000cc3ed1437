//! The token endpoint: which grant is asked for.

use std::collections::BTreeMap;

use super::super::exchange::{Answer, Call};
use super::super::routes::Parameters;
use super::super::world::World;
use super::directory::{Authority, authority};
use super::refusal::Refusal;
use super::{client_credentials, device, user_grants};

/// A request to the token endpoint.
pub(super) struct TokenRequest<'call> {
    pub(super) call: &'call Call,
    pub(super) at: Authority,
    form: BTreeMap<String, String>,
}

impl TokenRequest<'_> {
    /// A parameter that has a value.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.form
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Puts a value in the place of what was sent.
    pub(super) fn set(&mut self, name: &str, value: String) {
        self.form.insert(name.to_owned(), value);
    }

    /// A parameter, or AADSTS900144.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }
}

/// `POST /{tenant}/oauth2/v2.0/token`
pub(super) fn token(world: &mut World, call: &Call, parameters: &Parameters) -> Answer {
    exchange(world, call, parameters.get("tenant"), |_| Ok(()))
        .unwrap_or_else(|refusal| refusal.answer(call))
}

/// Serves a request, once `prepare` has made it one of this endpoint's.
pub(super) fn exchange(
    world: &mut World,
    call: &Call,
    tenant: &str,
    prepare: impl FnOnce(&mut TokenRequest<'_>) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let at = authority(&world.state, tenant)?;
    // A body that does not say it is a form has no parameters, as far as Entra is concerned.
    let form = if call.is_form() {
        call.form()
    } else {
        BTreeMap::new()
    };
    let mut request = TokenRequest { call, at, form };
    prepare(&mut request)?;
    match request.required("grant_type")? {
        "client_credentials" => client_credentials::grant(world, &request),
        "authorization_code" => user_grants::authorization_code(world, &request),
        "refresh_token" => user_grants::refresh_token(world, &request),
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
            device::poll(world, &request)
        }
        other => Err(unsupported(other)),
    }
}

/// AADSTS70003.
pub(super) fn unsupported(grant: &str) -> Refusal {
    let text = format!("The app requested an unsupported grant type '{grant}'.");
    Refusal::new("unsupported_grant_type", 70_003, text)
}
