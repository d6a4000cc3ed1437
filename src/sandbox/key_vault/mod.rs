//! Key Vault's secrets, as far as a program that keeps one there needs them: set, get, delete, recover, purge.
//!
//! [`super::dispatch`] hands every request to [`handle`]. The vault is the first part of the path, because loopback has no names
//! for vaults. What is promised: the challenge that names the vault's directory, permissions for each operation, versions, names
//! without regard to case, and deleted secrets that keep their name until they are purged.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>
//! Not simulated: lists, backups, certificates and keys, the time that a deletion takes, and the end of a deleted secret's days.

mod caller;
mod refusal;
mod secrets;
mod state;

pub use state::{KeyVault, SecretVersion, VaultPermission, VaultSecret};

use super::exchange::{Answer, Call};
use super::routes::{Found, Parameters, Route, find};
use super::world::World;
use refusal::Refusal;

/// The versions of the API that are served.
const VERSIONS: [&str; 5] = ["7.0", "7.1", "7.2", "7.3", "7.4"];

type Outcome = Result<Answer, Refusal>;

/// A request that has been let in.
struct Visit<'world> {
    vault: &'world mut KeyVault,
    call: &'world Call,
    /// `https://HOST/VAULT`, for the ids in answers.
    base: String,
    parameters: Parameters,
}

/// What a row of the table leads to.
struct Endpoint {
    needs: VaultPermission,
    run: fn(&mut Visit<'_>) -> Outcome,
}

const fn route(
    method: &'static str,
    pattern: &'static str,
    needs: VaultPermission,
    run: fn(&mut Visit<'_>) -> Outcome,
) -> Route<Endpoint> {
    Route {
        method,
        pattern,
        run: Endpoint { needs, run },
    }
}

const ROUTES: [Route<Endpoint>; 7] = [
    route(
        "PUT",
        "{vault}/secrets/{name}",
        VaultPermission::Set,
        secrets::set,
    ),
    route(
        "GET",
        "{vault}/secrets/{name}",
        VaultPermission::Get,
        secrets::get,
    ),
    route(
        "GET",
        "{vault}/secrets/{name}/{version}",
        VaultPermission::Get,
        secrets::get,
    ),
    route(
        "DELETE",
        "{vault}/secrets/{name}",
        VaultPermission::Delete,
        secrets::delete,
    ),
    route(
        "GET",
        "{vault}/deletedsecrets/{name}",
        VaultPermission::Get,
        secrets::get_deleted,
    ),
    route(
        "POST",
        "{vault}/deletedsecrets/{name}/recover",
        VaultPermission::Recover,
        secrets::recover,
    ),
    route(
        "DELETE",
        "{vault}/deletedsecrets/{name}",
        VaultPermission::Purge,
        secrets::purge,
    ),
];

/// Answers a request to Key Vault.
pub(super) fn handle(world: &mut World, call: &Call) -> Answer {
    routed(world, call)
        .unwrap_or_else(Refusal::answer)
        .with_header("x-ms-keyvault-region", "westeurope")
        .with_header("x-ms-request-id", call.request_id.to_string())
}

fn routed(world: &mut World, call: &Call) -> Outcome {
    let segments = call.segments();
    let name = segments.first().map(|name| name.to_ascii_lowercase());
    let name = name.unwrap_or_default();
    let World {
        state, keys, login, ..
    } = world;
    let vault = state
        .key_vaults
        .get_mut(&name)
        .ok_or_else(|| Refusal::vault_not_found(&name))?;
    let caller = caller::admit(keys, login, vault, call)?;
    let (route, parameters) = match find(&ROUTES, &call.method, &segments) {
        Found::Route(route, parameters) => (route, parameters),
        Found::OtherMethods(_) => return Err(Refusal::method_not_allowed()),
        Found::Nothing => return Err(Refusal::no_such_path(&call.path)),
    };
    match call.query("api-version") {
        Some(version) if VERSIONS.contains(&version) => {}
        other => return Err(Refusal::api_version(other)),
    }
    caller::check(
        &caller,
        vault,
        &name,
        route.run.needs,
        parameters.get("name"),
    )?;
    (route.run.run)(&mut Visit {
        vault,
        call,
        base: format!("{}/{name}", call.base),
        parameters,
    })
}
