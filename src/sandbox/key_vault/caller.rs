//! Who calls a vault, and what they may do there.

use super::super::entra::Resource;
use super::super::exchange::Call;
use super::super::tokens::{Claims, TokenFault, TokenKeys};
use super::refusal::Refusal;
use super::state::{KeyVault, VaultPermission};

/// Checks the token: present, signed, in time, for Key Vault, of the vault's own directory.
/// <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>
pub(super) fn admit(
    keys: &TokenKeys,
    login: &str,
    vault: &KeyVault,
    call: &Call,
) -> Result<Claims, Refusal> {
    let refused = |text: String| {
        let challenge = format!(
            "Bearer authorization=\"{login}/{}\", resource=\"https://vault.azure.net\"",
            vault.tenant
        );
        Refusal::unauthorized(text, challenge)
    };
    let Some(token) = call.bearer_token() else {
        let text = "AKV10000: Request is missing a Bearer or PoP token.";
        return Err(refused(text.to_owned()));
    };
    let claims = keys
        .verify(token)
        .map_err(|fault| refused(words(fault).to_owned()))?;
    if Resource::of_audience(&claims.aud) != Some(Resource::KeyVault) {
        return Err(refused(format!(
            "AKV10022: Invalid audience. Expected https://vault.azure.net, found: {}.",
            claims.aud
        )));
    }
    if claims.tid != vault.tenant {
        return Err(refused(format!(
            "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/{}/, found {}.",
            vault.tenant, claims.iss
        )));
    }
    Ok(claims)
}

fn words(fault: TokenFault) -> &'static str {
    match fault {
        TokenFault::Expired | TokenFault::NotYetValid => {
            "Error validating token: IDX10223: Lifetime validation failed."
        }
        TokenFault::Malformed => "AKV10001: Token validation failed: it can't be read.",
        TokenFault::Signature => {
            "AKV10046: Unable to resolve the key used for signature validation."
        }
    }
}

/// Whether the firewall lets the caller in, and whether they may do this with secrets.
pub(super) fn check(
    caller: &Claims,
    vault: &KeyVault,
    name: &str,
    needs: VaultPermission,
    secret: &str,
) -> Result<(), Refusal> {
    if vault.firewall_closed {
        let text = format!(
            "Client address is not authorized and caller is not a trusted service.\r\nClient address: 127.0.0.1\r\nCaller: {}\r\n\
             Vault: {name};location=westeurope",
            described(caller)
        );
        return Err(Refusal::forbidden(text, "ForbiddenByFirewall"));
    }
    let may = vault.access.get(&caller.oid);
    if may.is_some_and(|all| all.contains(&needs)) {
        return Ok(());
    }
    let (action, policy) = match needs {
        VaultPermission::Get => ("getSecret/action", "get"),
        VaultPermission::Set => ("setSecret/action", "set"),
        VaultPermission::Delete => ("delete", "delete"),
        VaultPermission::Recover => ("recover/action", "recover"),
        VaultPermission::Purge => ("purge/action", "purge"),
    };
    if vault.uses_roles {
        let text = format!(
            "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions \
             were changed recently, please observe propagation time.\r\nCaller: {}\r\nAction: \
             'Microsoft.KeyVault/vaults/secrets/{action}'\r\nResource: '{name}/secrets/{secret}'\r\nAssignment: (not found)\r\n\
             DenyAssignmentId: null\r\nDecisionReason: null \r\nVault: {name};location=westeurope\r\n",
            described(caller)
        );
        return Err(Refusal::forbidden(text, "ForbiddenByRbac"));
    }
    let text = format!(
        "The user, group or application '{}' does not have secrets {policy} permission on key vault \
         '{name};location=westeurope'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287",
        described(caller)
    );
    Err(Refusal::forbidden(text, "ForbiddenByPolicy"))
}

fn described(caller: &Claims) -> String {
    format!(
        "appid={};oid={};iss={}",
        caller.appid, caller.oid, caller.iss
    )
}
