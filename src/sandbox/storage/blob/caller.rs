//! Who asks the blob service, and whether the account's doors are open to them.

use super::super::super::arm::{Caller, Scope, permits, permits_data};
use super::super::super::entra::{Resource, storage_account};
use super::super::super::tokens::{Claims, TokenFault};
use super::refusal::BlobError;
use super::{Request, container_scope, now};

/// The first version that understands bearer tokens.
const FIRST_WITH_TOKENS: &str = "2017-11-09";
/// The first version that asks for a token, where there is none, instead of hiding what there is.
const FIRST_WITH_CHALLENGE: &str = "2019-12-12";
/// Where every request to the sandbox comes from.
const LOOPBACK: &str = "127.0.0.1";

/// Who asks.
pub(super) enum Visitor {
    /// Somebody with a good token.
    Known(Caller),
    /// Anybody, of a container that is open.
    Anybody,
}

/// Checks the token: that there is one, that it is signed, in time, for storage, and of the account's directory.
/// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory>
pub(super) fn admit(request: &Request<'_>) -> Result<Visitor, BlobError> {
    let (call, account) = (request.call, request.account);
    let scheme = call
        .header("authorization")
        .map(|header| header.split(' ').next().unwrap_or_default());
    let has_key = scheme.is_some_and(|scheme| scheme.starts_with("SharedKey"));
    if has_key || call.query("sig").is_some() {
        // The sandbox has no keys, so that no signature is ever right.
        return Err(if account.allow_shared_key_access {
            BlobError::authentication_failed(
                "The MAC signature found in the HTTP request is not the same as any computed signature.",
            )
        } else {
            BlobError::keys_not_permitted()
        });
    }
    let version = call.header("x-ms-version").unwrap_or_default();
    if scheme.is_none() {
        return anybody(request, version);
    }
    if version < FIRST_WITH_TOKENS {
        let detail = "Authentication scheme Bearer is not supported in this version.";
        return Err(BlobError::authentication_failed(detail));
    }
    let claims = match call
        .bearer_token()
        .map(|token| request.world.keys.verify(token))
    {
        Some(Ok(claims)) => claims,
        Some(Err(fault)) => return Err(refused(request, said_of(fault))),
        None => {
            let detail = "Authentication scheme is not supported, or its value is missing.";
            return Err(BlobError::authentication_failed(detail));
        }
    };
    check_claims(request, &claims)?;
    Ok(Visitor::Known(Caller {
        tenant: claims.tid,
        id: claims.oid,
        name: claims.upn.unwrap_or_else(|| claims.appid.to_string()),
    }))
}

fn said_of(fault: TokenFault) -> &'static str {
    match fault {
        TokenFault::Expired => "Lifetime validation failed. The token is expired.",
        TokenFault::NotYetValid => "Lifetime validation failed. The token is not yet valid.",
        TokenFault::Malformed => "The token is malformed.",
        TokenFault::Signature => "Signature validation failed. Signature verification failed.",
    }
}

fn check_claims(request: &Request<'_>, claims: &Claims) -> Result<(), BlobError> {
    let is_for_storage = Resource::of_audience(&claims.aud) == Some(Resource::Storage);
    let is_for_another =
        storage_account(&claims.aud).is_some_and(|name| name != request.account.name);
    if !is_for_storage || is_for_another {
        return Err(refused(
            request,
            "Audience validation failed. Audience did not match.",
        ));
    }
    if claims.tid != request.account.tenant {
        return Err(refused(
            request,
            "Issuer validation failed. Issuer did not match.",
        ));
    }
    Ok(())
}

fn refused(request: &Request<'_>, detail: &str) -> BlobError {
    BlobError::invalid_token(detail, challenge(request))
}

/// Where a token is to be had, and for what.
fn challenge(request: &Request<'_>) -> String {
    format!(
        "Bearer authorization_uri={}/{}/oauth2/authorize resource_id=https://storage.azure.com",
        request.world.login, request.account.tenant
    )
}

/// Without a token only what is open to everybody can be read.
fn anybody(request: &Request<'_>, version: &str) -> Result<Visitor, BlobError> {
    let account = request.account;
    let access = account
        .containers
        .get(request.container)
        .map_or("None", |container| container.public_access.as_str());
    let is_open = match access {
        "Container" => true,
        "Blob" => !request.blob.is_empty(),
        _ => false,
    };
    if account.allow_blob_public_access && is_open {
        Ok(Visitor::Anybody)
    } else if version >= FIRST_WITH_CHALLENGE {
        Err(BlobError::no_token(challenge(request)))
    } else if account.allow_blob_public_access {
        Err(BlobError::resource_not_found())
    } else {
        Err(BlobError::public_access_not_permitted())
    }
}

/// Checks what lies before every right: whether the account is switched on, and its firewall.
pub(super) fn check_doors(request: &Request<'_>) -> Result<(), BlobError> {
    let account = request.account;
    if account.is_disabled {
        return Err(BlobError::account_disabled());
    }
    let passes = account.network.default_action == "Allow"
        || account.network.ip_rules.iter().any(|rule| rule == LOOPBACK);
    if account.public_network_access == "Disabled" || !passes {
        return Err(BlobError::authorization_failure());
    }
    Ok(())
}

impl Visitor {
    /// 403 without a role that allows it with the data.
    pub(super) fn check_data(&self, request: &Request<'_>, action: &str) -> Result<(), BlobError> {
        self.check(request, |caller, chain| {
            permits_data(&request.world.state, caller, action, chain, now(request))
        })
    }

    /// 403 without a role that allows it with the resource.
    pub(super) fn check_action(
        &self,
        request: &Request<'_>,
        action: &str,
    ) -> Result<(), BlobError> {
        self.check(request, |caller, chain| {
            permits(&request.world.state, caller, action, chain, now(request))
        })
    }

    fn check(
        &self,
        request: &Request<'_>,
        permitted: impl FnOnce(&Caller, &[String]) -> bool,
    ) -> Result<(), BlobError> {
        let Self::Known(caller) = self else {
            return Ok(());
        };
        // Whether the container exists is nobody's business who may not read it.
        let scope = Scope::find(&request.world.state, caller, &container_scope(request))
            .map_err(|_| BlobError::permission_mismatch())?;
        if permitted(caller, &scope.chain) {
            Ok(())
        } else {
            Err(BlobError::permission_mismatch())
        }
    }
}
