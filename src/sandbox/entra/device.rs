//! The device code flow: a code for the program, a page for the person, a poll between them.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code>. Where Conditional Access blocks the flow,
//! only the page says so (AADSTS53003); the poll goes on waiting, as with Azure.

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::super::exchange::{Answer, Call};
use super::super::routes::Parameters;
use super::super::tenant::User;
use super::super::world::World;
use super::directory::{Authority, authority, public_client, user};
use super::pages;
use super::refusal::Refusal;
use super::scope::parse;
use super::sessions::{DeviceCode, Outcome};
use super::token::TokenRequest;
use super::user_grants;

/// How long a code is valid, as with Azure.
const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// Seconds between polls. Azure says 5; tests would wait that long for nothing.
const INTERVAL: i64 = 1;
/// Seconds that `slow_down` adds (RFC 8628, section 3.5).
const SLOWER: i64 = 5;

/// `POST /{tenant}/oauth2/v2.0/devicecode`
pub(super) fn request_code(world: &mut World, call: &Call, parameters: &Parameters) -> Answer {
    given(world, call, parameters.get("tenant")).unwrap_or_else(|refusal| refusal.answer(call))
}

fn given(world: &mut World, call: &Call, segment: &str) -> Result<Answer, Refusal> {
    let at = authority(&world.state, segment)?;
    let form = if call.is_form() {
        call.form()
    } else {
        Default::default()
    };
    let required = |name: &str| {
        form.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Refusal::missing(name))
    };
    let client = public_client(&world.state, required("client_id")?, at, call.now)?;
    let scope = required("scope")?;
    let tenant = if let Authority::Tenant(id) = at {
        world.state.tenants.get(&id)
    } else {
        None
    };
    parse(scope, client.asker(), tenant)?;

    let device_code = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let user_code: String = Uuid::new_v4()
        .simple()
        .to_string()
        .to_uppercase()
        .chars()
        .take(9)
        .collect();
    let verification_uri = format!("{}/devicelogin", call.base);
    let message = format!(
        "To sign in, use a web browser to open the page {verification_uri} and enter the code {user_code} to authenticate."
    );
    let remembered = DeviceCode {
        authority: at,
        client_id: client.id,
        scope: scope.clone(),
        user_code: user_code.clone(),
        expires_at: call.now + LIFETIME,
        interval: INTERVAL,
        last_poll: None,
        outcome: Outcome::Pending,
    };
    world
        .sessions
        .devices
        .insert(device_code.clone(), remembered);
    let body = json!({
        "user_code": user_code, "device_code": device_code, "verification_uri": verification_uri,
        "expires_in": LIFETIME.as_secs(), "interval": INTERVAL, "message": message,
    });
    Ok(Answer::json(200, body))
}

/// `grant_type=urn:ietf:params:oauth:grant-type:device_code`
pub(super) fn poll(world: &mut World, request: &TokenRequest<'_>) -> Result<Answer, Refusal> {
    let client = user_grants::client(world, request)?;
    let now = request.call.now;
    let found = world
        .sessions
        .devices
        .get_mut(request.required("device_code")?)
        .filter(|found| found.client_id == client.id && found.authority == request.at)
        .ok_or_else(|| {
            Refusal::new(
                "bad_verification_code",
                70_018,
                "Invalid verification code.",
            )
        })?;
    if found.expires_at <= now {
        let text = "The provided value for the input parameter 'device_code' is not valid. This device code has expired.";
        return Err(Refusal::new("expired_token", 70_020, text));
    }
    let early = found
        .last_poll
        .is_some_and(|last| now < last + SignedDuration::from_secs(found.interval));
    found.last_poll = Some(now);
    if early {
        found.interval += SLOWER;
        return Err(Refusal::new(
            "slow_down",
            0,
            "The client polls more often than the interval allows.",
        ));
    }
    match found.outcome {
        Outcome::Pending => {
            let text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
            Err(Refusal::new("authorization_pending", 70_016, text))
        }
        Outcome::Declined => Err(Refusal::new(
            "authorization_declined",
            65_004,
            "User declined to consent to access the app.",
        )),
        Outcome::Redeemed => Err(Refusal::invalid_grant(
            54_005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code.",
        )),
        Outcome::Approved { tenant, user } => {
            found.outcome = Outcome::Redeemed;
            let scope = request
                .get("scope")
                .map_or_else(|| found.scope.clone(), str::to_owned);
            user_grants::for_person(world, request, &client, tenant, user, &scope)
        }
    }
}

/// `GET /devicelogin`
pub(super) fn form(world: &mut World, _call: &Call, _parameters: &Parameters) -> Answer {
    let people: Vec<&User> = world.state.users.values().collect();
    Answer::html(200, pages::device_form(&people))
}

/// `POST /devicelogin`
pub(super) fn enter(world: &mut World, call: &Call, _parameters: &Parameters) -> Answer {
    match entered(world, call) {
        Ok(text) => Answer::html(200, pages::message("Device code", text)),
        Err(refusal) => Answer::html(400, pages::error(&refusal.sentence())),
    }
}

fn entered(world: &mut World, call: &Call) -> Result<&'static str, Refusal> {
    let form = call.form();
    let field = |name: &str| form.get(name).map(|value| value.trim()).unwrap_or_default();
    let code = field("code").to_ascii_uppercase();
    let found = world
        .sessions
        .devices
        .values_mut()
        .find(|found| found.user_code == code && found.outcome == Outcome::Pending)
        .ok_or_else(|| {
            Refusal::new(
                "bad_verification_code",
                70_018,
                "Invalid verification code.",
            )
        })?;
    if found.expires_at <= call.now {
        return Err(Refusal::new(
            "expired_token",
            70_019,
            "Verification code expired. Have the user retry the sign-in.",
        ));
    }
    if field("approve") != "true" {
        found.outcome = Outcome::Declined;
        return Ok("You have declined. You may now close this window.");
    }
    let person = user(&world.state, field("user"), found.authority)?;
    if world
        .state
        .tenants
        .get(&person.tenant)
        .is_some_and(|tenant| tenant.device_code_blocked)
    {
        let text = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
        return Err(Refusal::new("access_denied", 53_003, text));
    }
    found.outcome = Outcome::Approved {
        tenant: person.tenant,
        user: person.id,
    };
    Ok("You have signed in. You may now close this window.")
}
