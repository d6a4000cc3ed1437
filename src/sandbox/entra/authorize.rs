//! The authorize page: somebody signs in, and the browser goes back to the program with a code.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>. With `login_hint` that person is signed
//! in at once; without it the page lists the people. `sandbox_decline=true` is the Cancel link.

use jiff::SignedDuration;
use uuid::Uuid;

use super::super::exchange::{Answer, Call, percent_encoded};
use super::super::routes::Parameters;
use super::super::tenant::User;
use super::super::world::World;
use super::directory::{Authority, PublicClient, authority, public_client, user};
use super::pages;
use super::refusal::Refusal;
use super::scope::{Asker, parse};
use super::sessions::AuthorizationCode;

/// How long a code may be redeemed.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Length of a SHA-256 digest in base64url.
const CHALLENGE_LENGTH: usize = 43;

/// `GET /{tenant}/oauth2/v2.0/authorize`
pub(super) fn page(world: &mut World, call: &Call, parameters: &Parameters) -> Answer {
    signed_in(world, call, parameters.get("tenant"))
        .unwrap_or_else(|refusal| Answer::html(400, pages::error(&refusal.sentence())))
}

fn signed_in(world: &mut World, call: &Call, tenant: &str) -> Result<Answer, Refusal> {
    let at = authority(&world.state, tenant)?;
    let request = Request::read(world, call, at)?;
    if call.query("sandbox_decline") == Some("true") {
        let declined = "AADSTS65004: User declined to consent to access the app.";
        return Ok(redirect(
            &request,
            &[
                ("error", "access_denied"),
                ("error_subcode", "cancel"),
                ("error_description", declined),
            ],
        ));
    }
    let Some(name) = call.query("login_hint").filter(|name| !name.is_empty()) else {
        return Ok(Answer::html(200, people(world, call, at)));
    };
    let person = user(&world.state, name, at)?;
    let code = format!("1.{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let remembered = AuthorizationCode {
        tenant: person.tenant,
        user: person.id,
        client_id: request.client.id,
        redirect_uri: request.redirect_uri.clone(),
        scope: request.scope.clone(),
        code_challenge: request.code_challenge.clone(),
        expires_at: call.now + CODE_LIFETIME,
        redeemed: false,
    };
    world.sessions.codes.insert(code.clone(), remembered);
    Ok(redirect(
        &request,
        &[
            ("code", &code),
            ("session_state", &Uuid::new_v4().to_string()),
        ],
    ))
}

/// The parameters of the page, checked as far as no person is concerned.
struct Request {
    client: PublicClient,
    redirect_uri: String,
    scope: String,
    state: Option<String>,
    code_challenge: Option<String>,
}

impl Request {
    fn read(world: &World, call: &Call, at: Authority) -> Result<Self, Refusal> {
        let required = |name: &str| {
            call.query(name)
                .filter(|value| !value.is_empty())
                .ok_or_else(|| Refusal::missing(name))
        };
        let client = public_client(&world.state, required("client_id")?, at, call.now)?;
        let redirect_uri = required("redirect_uri")?;
        if !client.allows_redirect(redirect_uri) {
            return Err(wrong_redirect(&client, redirect_uri));
        }
        match required("response_type")? {
            "code" => {}
            other => {
                let text =
                    format!("'{other}' is not a supported response type for the application.");
                return Err(Refusal::new("unsupported_response_type", 700_054, text));
            }
        }
        if let Some(other) = call.query("response_mode").filter(|mode| *mode != "query") {
            let text = format!("The response mode '{other}' is not simulated by the sandbox.");
            return Err(Refusal::new("invalid_request", 90_013, text));
        }
        let scope = required("scope")?;
        let tenant = if let Authority::Tenant(id) = at {
            world.state.tenants.get(&id)
        } else {
            None
        };
        parse(scope, client.asker(), tenant)?;
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            scope: scope.to_owned(),
            state: call.query("state").map(str::to_owned),
            code_challenge: challenge(call)?,
            client,
        })
    }
}

impl PublicClient {
    /// What its people may ask for.
    pub(super) fn asker(&self) -> Asker {
        if self.first_party {
            Asker::PersonWithFirstParty
        } else {
            Asker::Person
        }
    }
}

fn wrong_redirect(client: &PublicClient, uri: &str) -> Refusal {
    let text = format!(
        "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application \
         '{}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
        client.id
    );
    Refusal::new("invalid_request", 50_011, text)
}

/// PKCE: only S256 is accepted, `plain` protects nobody.
fn challenge(call: &Call) -> Result<Option<String>, Refusal> {
    let Some(challenge) = call.query("code_challenge") else {
        return Ok(None);
    };
    if call.query("code_challenge_method") != Some("S256") {
        return Err(Refusal::new(
            "invalid_request",
            90_013,
            "The sandbox accepts no code_challenge_method but S256.",
        ));
    }
    if challenge.len() != CHALLENGE_LENGTH {
        return Err(Refusal::new(
            "invalid_request",
            501_491,
            "Invalid size of Code_Challenge parameter.",
        ));
    }
    Ok(Some(challenge.to_owned()))
}

/// Goes back to the program. Entra adds the slash of an empty path.
fn redirect(request: &Request, parameters: &[(&str, &str)]) -> Answer {
    let after_scheme = request
        .redirect_uri
        .split_once("://")
        .map_or("", |(_, rest)| rest);
    let slash = if after_scheme.contains('/') { "" } else { "/" };
    let state = request.state.as_deref().map(|state| ("state", state));
    let query: Vec<String> = parameters
        .iter()
        .copied()
        .chain(state)
        .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
        .collect();
    Answer::empty(302).with_header(
        "location",
        format!("{}{slash}?{}", request.redirect_uri, query.join("&")),
    )
}

fn people(world: &World, call: &Call, at: Authority) -> String {
    let query: Vec<String> = call
        .query
        .iter()
        .filter(|(name, _)| name != "login_hint")
        .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
        .collect();
    let here = format!("{}?{}", call.path, query.join("&"));
    let shown: Vec<(&User, String)> = world
        .state
        .users
        .values()
        .filter(|user| match at {
            Authority::Tenant(tenant) => user.tenant == tenant,
            Authority::AnyOrganization | Authority::Consumers => user.tenant == user.home_tenant,
        })
        .map(|user| {
            (
                user,
                format!(
                    "{here}&login_hint={}",
                    percent_encoded(&user.user_principal_name)
                ),
            )
        })
        .collect();
    pages::pick_person(&shown, &format!("{here}&sandbox_decline=true"))
}
