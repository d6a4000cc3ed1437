//! The documents that say where everything is: `openid-configuration` and the signing keys.

use serde_json::json;

use super::super::exchange::{Answer, Call};
use super::super::routes::Parameters;
use super::super::world::World;
use super::directory::{Authority, authority};
use super::refusal::Refusal;

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`
pub(super) fn configuration(world: &mut World, call: &Call, parameters: &Parameters) -> Answer {
    let asked = parameters.get("tenant");
    let found = match authority(&world.state, asked) {
        Ok(found) => found,
        // The same condition has another word here than at the token endpoint.
        Err(refusal) if refusal.code == 90_002 => {
            return Refusal {
                error: "invalid_tenant",
                ..refusal
            }
            .answer(call);
        }
        Err(refusal) => return refusal.answer(call),
    };
    let tenant = match found {
        Authority::Tenant(id) => id.to_string(),
        Authority::AnyOrganization | Authority::Consumers => asked.to_owned(),
    };
    let issuer = match found {
        Authority::Tenant(id) => id.to_string(),
        Authority::AnyOrganization | Authority::Consumers => "{tenantid}".to_owned(),
    };
    let base = &call.base;
    let body = json!({
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
        "response_modes_supported": ["query"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer}/v2.0"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/devicecode"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "name", "preferred_username", "oid", "tid", "ver"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
    });
    Answer::json(200, body)
}

/// `GET /{tenant}/discovery/v2.0/keys`
pub(super) fn keys(world: &mut World, call: &Call, parameters: &Parameters) -> Answer {
    if let Err(refusal) = authority(&world.state, parameters.get("tenant")) {
        return refusal.answer(call);
    }
    let (key_id, modulus, exponent) = world.keys.public();
    let key = json!({"kty": "RSA", "use": "sig", "kid": key_id, "x5t": key_id, "n": modulus, "e": exponent});
    Answer::json(200, json!({"keys": [key]}))
}
