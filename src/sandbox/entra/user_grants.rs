//! What a signed-in person's program redeems: authorization codes and refresh tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::world::World;
use super::directory::{Authority, PublicClient, public_client, user};
use super::issue;
use super::refusal::Refusal;
use super::scope::parse;
use super::sessions::AuthorizationCode;
use super::token::TokenRequest;

/// `grant_type=authorization_code`
pub(super) fn authorization_code(
    world: &mut World,
    request: &TokenRequest<'_>,
) -> Result<Answer, Refusal> {
    let client = client(world, request)?;
    let code = request.required("code")?;
    let redirect_uri = request.required("redirect_uri")?;
    let unknown = || Refusal::invalid_grant(70_000, "Provided grant is invalid or malformed.");
    let found = world
        .sessions
        .codes
        .get(code)
        .filter(|found| found.client_id == client.id)
        .ok_or_else(unknown)?
        .clone();
    if found.redeemed {
        let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
                    refresh token.";
        return Err(Refusal::invalid_grant(54_005, text));
    }
    if found.expires_at <= request.call.now {
        let text = "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive \
                    authorization request for this user and resource.";
        return Err(Refusal::invalid_grant(70_008, text));
    }
    if matches!(request.at, Authority::Tenant(tenant) if tenant != found.tenant) {
        let text =
            "Provided Authorization Code is intended to use against other tenant, thus rejected.";
        return Err(Refusal::invalid_grant(700_005, text));
    }
    if found.redirect_uri != redirect_uri {
        let text = format!(
            "The reply address '{redirect_uri}' does not match the reply address '{}' provided when requesting Authorization \
             code.",
            found.redirect_uri
        );
        return Err(Refusal::invalid_grant(500_112, text));
    }
    check_verifier(&found, request)?;
    let scope = request.get("scope").unwrap_or(&found.scope);
    let answer = for_person(world, request, &client, found.tenant, found.user, scope)?;
    if let Some(code) = world.sessions.codes.get_mut(code) {
        code.redeemed = true;
    }
    Ok(answer)
}

fn check_verifier(code: &AuthorizationCode, request: &TokenRequest<'_>) -> Result<(), Refusal> {
    let given = request
        .get("code_verifier")
        .map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
    if given == code.code_challenge {
        return Ok(());
    }
    let text = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
    Err(Refusal::invalid_grant(501_481, text))
}

/// `grant_type=refresh_token`: for any resource, in any directory that the person is in.
pub(super) fn refresh_token(
    world: &mut World,
    request: &TokenRequest<'_>,
) -> Result<Answer, Refusal> {
    let client = client(world, request)?;
    let token = request.required("refresh_token")?;
    let unknown = || {
        Refusal::invalid_grant(
            9_002_313,
            "Invalid request. Request is malformed or invalid.",
        )
    };
    let found = world
        .sessions
        .refresh_tokens
        .get(token)
        .ok_or_else(unknown)?
        .clone();
    if found.client_id != client.id {
        let text = "The provided grant was issued to another client.";
        return Err(Refusal::invalid_grant(70_000, text));
    }
    if found.expired {
        let text = "The refresh token has expired due to inactivity. The token was issued on 2025-01-06T08:00:00.0000000Z and \
                    was inactive for 90.00:00:00.";
        return Err(Refusal::invalid_grant(700_082, text));
    }
    let at = match request.at {
        Authority::Tenant(tenant) => Authority::Tenant(tenant),
        // The common endpoints go on where the person signed in.
        Authority::AnyOrganization | Authority::Consumers => Authority::Tenant(found.tenant),
    };
    let person = user(&world.state, &found.sign_in_name, at)?;
    let (tenant, id) = (person.tenant, person.id);
    for_person(
        world,
        request,
        &client,
        tenant,
        id,
        request.required("scope")?,
    )
}

/// Issues the tokens of a person, as `scope` asks.
pub(super) fn for_person(
    world: &mut World,
    request: &TokenRequest<'_>,
    client: &PublicClient,
    tenant: Uuid,
    id: Uuid,
    scope: &str,
) -> Result<Answer, Refusal> {
    let scope = parse(scope, client.asker(), world.state.tenants.get(&tenant))?;
    let gone =
        || Refusal::invalid_grant(50_034, "The user account does not exist in the directory.");
    let person = world.state.users.get(&id).ok_or_else(gone)?.clone();
    if !person.account_enabled {
        return Err(Refusal::invalid_grant(
            50_057,
            "The user account is disabled.",
        ));
    }
    issue::for_user(world, request.call, &person, client.id, &scope)
}

/// The public client of a request, which must not try to prove itself.
pub(super) fn client(world: &World, request: &TokenRequest<'_>) -> Result<PublicClient, Refusal> {
    let client = public_client(
        &world.state,
        request.required("client_id")?,
        request.at,
        request.call.now,
    )?;
    if request.get("client_secret").is_some() || request.get("client_assertion").is_some() {
        let text = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.";
        return Err(Refusal::invalid_client(700_025, text));
    }
    Ok(client)
}
