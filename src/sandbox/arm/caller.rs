//! Who calls ARM.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::entra::Resource;
use super::super::exchange::Call;
use super::super::tokens::{Claims, TokenFault};
use super::super::world::World;
use super::refusal::ArmError;

/// Somebody with a valid token for ARM.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Caller {
    pub(in crate::sandbox) tenant: Uuid,
    /// Object id of the user or service principal.
    pub(in crate::sandbox) id: Uuid,
    /// User principal name or client id, as refusals call them.
    pub(in crate::sandbox) name: String,
}

/// Checks the token: present, signed, in time, for ARM.
pub(super) fn admit(world: &World, call: &Call) -> Result<Caller, ArmError> {
    let Some(token) = call.bearer_token() else {
        let text = "Authentication failed. The 'Authorization' header is missing.";
        return Err(challenged(
            world,
            ArmError::new(401, "AuthenticationFailed", text),
        ));
    };
    let claims = world
        .keys
        .verify(token)
        .map_err(|fault| challenged(world, refused(fault, call.now)))?;
    if Resource::of_audience(&claims.aud) != Some(Resource::Arm) {
        let text = format!(
            "The access token has been obtained for wrong audience or resource '{}'. It should exactly match with one of the \
             allowed audiences 'https://management.core.windows.net/','https://management.core.windows.net',\
             'https://management.azure.com/','https://management.azure.com'.",
            claims.aud
        );
        return Err(challenged(
            world,
            ArmError::new(401, "InvalidAuthenticationTokenAudience", text),
        ));
    }
    Ok(Caller {
        tenant: claims.tid,
        id: claims.oid,
        name: name(&claims),
    })
}

fn refused(fault: TokenFault, now: Timestamp) -> ArmError {
    match fault {
        TokenFault::Expired => {
            let text = format!(
                "The access token expiry UTC time is earlier than current UTC time '{now}'."
            );
            ArmError::new(401, "ExpiredAuthenticationToken", text)
        }
        TokenFault::NotYetValid => {
            let text = format!("The access token is not valid yet; current UTC time is '{now}'.");
            ArmError::new(401, "InvalidAuthenticationToken", text)
        }
        TokenFault::Malformed => ArmError::new(
            401,
            "InvalidAuthenticationToken",
            "The access token is invalid.",
        ),
        TokenFault::Signature => ArmError::new(
            401,
            "InvalidAuthenticationToken",
            "The access token's signature could not be verified.",
        ),
    }
}

fn challenged(world: &World, error: ArmError) -> ArmError {
    let tenant = world
        .state
        .tenants
        .keys()
        .next()
        .map(Uuid::to_string)
        .unwrap_or_default();
    let value = format!(
        "Bearer authorization_uri=\"{}/{tenant}\", error=\"invalid_token\", error_description=\"The authentication failed \
         because of missing 'Authorization' header or an invalid token.\"",
        world.login
    );
    error.with_header("www-authenticate", value)
}

fn name(claims: &Claims) -> String {
    claims
        .upn
        .clone()
        .unwrap_or_else(|| claims.appid.to_string())
}
