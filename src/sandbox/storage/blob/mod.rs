//! The blob service: what is in containers, for whoever has a token for storage and a role over the data.
//!
//! [`super::super::dispatch`] hands every request to [`handle`]. The account is the first part of the path, as with Microsoft's
//! own emulator, because loopback has no names for accounts. What is promised: tokens, versions, firewall and data roles are
//! checked as the service checks them, in its order, and every refusal names its code in a header as well. Known of the
//! service, and kept: <https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api>. Only reading is simulated.

mod caller;
mod list;
mod read;
mod refusal;
mod times;
mod xml;

use jiff::Timestamp;

use super::super::exchange::{Answer, Call, percent_decoded};
use super::super::world::World;
use super::state::{Container, StorageAccount};
use caller::Visitor;
use refusal::BlobError;
pub(super) use times::etag;

type Outcome = Result<Answer, BlobError>;

const LIST_BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
/// An action, not a data action: <https://learn.microsoft.com/rest/api/storageservices/get-container-properties>.
const READ_CONTAINER: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/read";
/// The version that answers name where a request names none.
const OLDEST_VERSION: &str = "2009-09-19";

/// A request that is to be let in: where it leads, and by whom it comes.
struct Request<'world> {
    world: &'world World,
    call: &'world Call,
    account: &'world StorageAccount,
    container: &'world str,
    blob: &'world str,
}

/// Answers a request to the blob service.
pub(in crate::sandbox) fn handle(world: &mut World, call: &Call) -> Answer {
    world.state.storage.sweep(call.now);
    let outcome = routed(world, call);
    let version = call.header("x-ms-version").unwrap_or(OLDEST_VERSION);
    let answer = outcome
        .unwrap_or_else(|error| error.answer(call))
        .with_header("server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0")
        .with_header("x-ms-request-id", call.request_id.to_string())
        .with_header("x-ms-version", version);
    match call.header("x-ms-client-request-id") {
        Some(id) => answer.with_header("x-ms-client-request-id", id),
        None => answer,
    }
}

fn routed(world: &World, call: &Call) -> Outcome {
    refusal::check_version(call)?;
    let (account, container, blob) = place(&call.path);
    let account = world
        .state
        .storage
        .accounts
        .get(&account)
        // Its name is not known to anybody before it is made.
        .filter(|account| account.provisioned_at <= call.now)
        .ok_or_else(BlobError::resource_not_found)?;
    let request = Request {
        world,
        call,
        account,
        container: &container,
        blob: &blob,
    };
    let visitor = caller::admit(&request)?;
    caller::check_doors(&request)?;
    operation(&request, &visitor)
}

/// Account, container and blob of a path. A blob's name is all that follows, slashes of any number included.
fn place(path: &str) -> (String, String, String) {
    let mut parts = path
        .trim_start_matches('/')
        .splitn(3, '/')
        .map(percent_decoded);
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}

/// The operation that method and query name.
fn operation(request: &Request<'_>, visitor: &Visitor) -> Outcome {
    let call = request.call;
    let is_read = matches!(call.method.as_str(), "GET" | "HEAD");
    let at_container = !request.container.is_empty() && request.blob.is_empty();
    match (call.query("restype"), call.query("comp")) {
        _ if !is_read => Err(BlobError::unsupported_verb()),
        (Some("container"), Some("list")) if at_container && call.method == "GET" => {
            visitor.check_data(request, LIST_BLOBS)?;
            list::list(request, container(request)?)
        }
        (Some("container"), None) if at_container => {
            visitor.check_action(request, READ_CONTAINER)?;
            Ok(read::container_properties(container(request)?))
        }
        (None, None) if !request.blob.is_empty() => {
            visitor.check_data(request, LIST_BLOBS)?;
            read::blob(request, container(request)?)
        }
        (_, Some(comp)) => Err(BlobError::invalid_query("comp", comp)),
        (Some(restype), None) => Err(BlobError::invalid_query("restype", restype)),
        (None, None) => Err(BlobError::invalid_uri()),
    }
}

fn container<'world>(request: &Request<'world>) -> Result<&'world Container, BlobError> {
    match request.account.containers.get(request.container) {
        None => Err(BlobError::container_not_found()),
        Some(found) if found.deleting_until.is_some() => Err(BlobError::container_being_deleted()),
        Some(found) => Ok(found),
    }
}

/// The container as a scope of RBAC; the name may be empty, as nobody has a role there.
fn container_scope(request: &Request<'_>) -> String {
    format!(
        "{}/blobServices/default/containers/{}",
        request.account.id(),
        request.container
    )
}

fn now(request: &Request<'_>) -> Timestamp {
    request.call.now
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_blobs_name_keeps_its_slashes() {
        let at = |path| {
            let (account, container, blob) = place(path);
            [account, container, blob]
        };
        assert_eq!(at("/a/c/x//y%2Fz%20"), ["a", "c", "x//y/z "]);
        assert_eq!(at("/a/c"), ["a", "c", ""]);
        assert_eq!(at("/"), ["", "", ""]);
    }
}
