//! Where the files go: what is refused of a destination, at writing and at each run.
//!
//! <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports>: the storage account's
//! subscription has registered Microsoft.CostManagementExports; without an identity keys open the account and it has no
//! firewall; with one, trusted services pass the firewall.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::arm::{Visit, may};
use super::super::storage::StorageAccount;
use super::super::tenant::State;
use super::refusal::Refusal;
use super::settings::Settings;

pub(super) const PROVIDER: &str = "Microsoft.CostManagementExports";
const KINDS: [&str; 3] = ["StorageV2", "BlobStorage", "BlockBlobStorage"];
/// Reserved characters of URLs but the slash, and the point, which others warn of but nobody saw refused.
const RESERVED: &str = ":?#[]@!$&'()*+,;=%\\";

/// What stands between an export and its storage account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The provider is not registered.
    Unregistered,
    /// It is being registered, for so many seconds.
    Registering(i64),
    /// There is no such account, or it holds no blobs.
    NoAccount,
    /// Keys do not open the account.
    NoKeys,
    /// The account does not let the service in.
    Closed,
}

impl Obstacle {
    /// Its code and its sentence.
    pub(super) fn words(&self, account: &str) -> (&'static str, String) {
        match self {
            Self::Unregistered => (
                "400",
                format!("RP Not Registered. Register destination storage account subscription with {PROVIDER}"),
            ),
            Self::Registering(_) => (
                "503",
                format!("The registration of {PROVIDER} is in progress. Please retry."),
            ),
            Self::NoAccount => (
                "BadRequest",
                format!("The storage account '{account}' could not be found."),
            ),
            Self::NoKeys => (
                "400",
                "Key-based authentication is currently disabled on this storage account. To proceed, please enable \"Allow \
                 storage account key access\" in the storage account's configuration."
                    .to_owned(),
            ),
            Self::Closed => (
                "400",
                format!("The exports service is not authorized to access the specified storage account '{account}'."),
            ),
        }
    }
}

/// The subscription and the name of a storage account's id.
pub(super) fn account_of(resource_id: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = resource_id.split('/').collect();
    let [
        "",
        subscriptions,
        subscription,
        groups,
        group,
        providers,
        namespace,
        kind,
        name,
    ] = parts.as_slice()
    else {
        return None;
    };
    let fixed = [
        (subscriptions, "subscriptions"),
        (groups, "resourceGroups"),
        (providers, "providers"),
        (namespace, "Microsoft.Storage"),
        (kind, "storageAccounts"),
    ];
    let is_one = fixed
        .iter()
        .all(|(part, wanted)| part.eq_ignore_ascii_case(wanted));
    (is_one && !group.is_empty() && !name.is_empty()).then_some((*subscription, *name))
}

/// The account of an id, where it is there.
pub(super) fn account<'state>(
    state: &'state State,
    resource_id: &str,
) -> Option<&'state StorageAccount> {
    let (_, name) = account_of(resource_id)?;
    let account = state.storage.accounts.get(&name.to_ascii_lowercase())?;
    account
        .id()
        .eq_ignore_ascii_case(resource_id)
        .then_some(account)
}

/// What keeps the service from an account.
pub(super) fn obstacle(
    state: &State,
    resource_id: &str,
    has_identity: bool,
    now: Timestamp,
) -> Option<Obstacle> {
    let subscription = account_of(resource_id).and_then(|(id, _)| Uuid::try_parse(id).ok());
    let subscription = subscription.unwrap_or_default();
    if !state.storage.is_registered(subscription, PROVIDER, now) {
        return Some(unregistered(state, subscription, now));
    }
    let account = account(state, resource_id)
        .filter(|account| account.provisioned_at <= now && KINDS.contains(&account.kind.as_str()));
    let Some(account) = account else {
        return Some(Obstacle::NoAccount);
    };
    let is_open =
        account.network.default_action == "Allow" && account.public_network_access == "Enabled";
    let lets_services_in = account.network.bypass.contains("AzureServices");
    if account.is_disabled || !(is_open || (has_identity && lets_services_in)) {
        return Some(Obstacle::Closed);
    }
    // "Permitted scope for copy operations: from any storage account"; how a narrower one is refused is not published.
    if account.allowed_copy_scope.is_some() {
        return Some(Obstacle::Closed);
    }
    (!has_identity && !account.allow_shared_key_access).then_some(Obstacle::NoKeys)
}

fn unregistered(state: &State, subscription: Uuid, now: Timestamp) -> Obstacle {
    use super::super::storage::{RegistrationState, Storage};
    let key = Storage::provider_key(subscription, PROVIDER);
    match state.storage.providers.get(&key) {
        Some(provider)
            if provider.state == RegistrationState::Registered && provider.settled_at > now =>
        {
            Obstacle::Registering(provider.settled_at.duration_since(now).as_secs() + 1)
        }
        _ => Obstacle::Unregistered,
    }
}

/// Checks a destination that somebody writes.
pub(super) fn check(
    visit: &Visit<'_>,
    settings: Settings<'_>,
    has_identity: bool,
) -> Result<(), Refusal> {
    check_names(settings)?;
    let id = settings.storage();
    check_id(visit, id)?;
    let now = visit.call.now;
    if let Some(obstacle) = obstacle(&visit.world.state, id, has_identity, now) {
        return Err(refused(&obstacle, id));
    }
    check_rights(visit, id, has_identity)
}

fn refused(obstacle: &Obstacle, id: &str) -> Refusal {
    let name = account_of(id).map_or(id, |(_, name)| name);
    let (code, text) = obstacle.words(name);
    match obstacle {
        Obstacle::Registering(seconds) => {
            use super::super::arm::ArmError;
            ArmError::new(503, code, text)
                .with_header("retry-after", seconds.to_string())
                .into()
        }
        _ => Refusal::new(400, code, text),
    }
}

/// <https://github.com/microsoft/finops-toolkit/issues/932>, <https://github.com/microsoft/finops-toolkit/issues/1239>;
/// containers as in <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata>.
fn check_names(settings: Settings<'_>) -> Result<(), Refusal> {
    let folder = settings.text("/deliveryInfo/destination/rootFolderPath");
    if folder.starts_with('/') {
        return Err(Refusal::invalid(
            "Invalid deliveryInfo destination rootFolderPath; value cannot begin with a forward slash",
        ));
    }
    if folder.contains(|letter: char| RESERVED.contains(letter) || letter.is_control()) {
        return Err(Refusal::invalid(
            "Invalid deliveryInfo destination rootFolderPath; Value cannot contain any reserved url characters except forward \
             slashes(/)",
        ));
    }
    if !is_container_name(settings.container()) {
        return Err(Refusal::invalid(
            "Invalid deliveryInfo destination container; value must be a valid container name",
        ));
    }
    let by_sas = ["/sasToken", "/storageAccount"].iter().any(|name| {
        !settings
            .text(&format!("/deliveryInfo/destination{name}"))
            .is_empty()
    });
    if by_sas {
        let text = "The sandbox does not simulate exports to a storage account by SAS token, which is for partners only.";
        return Err(Refusal::new(501, "NotImplemented", text));
    }
    Ok(())
}

fn is_container_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_letter(byte) || byte == b'-')
        && !name.contains("--")
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// <https://github.com/Azure/azure-sdk-for-python/issues/30654>
fn check_id(visit: &Visit<'_>, id: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = id.trim_start_matches('/').split('/').collect();
    let subscription = match account_of(id) {
        Some((subscription, _)) => subscription,
        None => parts.get(1).copied().unwrap_or_default(),
    };
    let parsed = Uuid::try_parse(subscription)
        .ok()
        .filter(|_| account_of(id).is_some());
    let Some(parsed) = parsed else {
        let text = format!(
            "ServiceToServiceAuthorizationProvider.IsRPRegistered: {{\"error\":{{\"code\":\"InvalidSubscriptionId\",\"message\":\
             \"The provided subscription identifier '{subscription}' is malformed or invalid.\"}}}}"
        );
        return Err(Refusal::new(400, "400", text));
    };
    // No text is published: the documentation knows other directories only by way of a SAS token.
    let found = visit.world.state.subscriptions.get(&parsed);
    if found.is_some_and(|found| found.tenant != visit.caller.tenant) {
        return Err(Refusal::invalid(
            "Invalid deliveryInfo destination resourceId; the storage account must be in the same tenant as the caller",
        ));
    }
    Ok(())
}

/// With an identity the caller gives it a role at the account (<https://github.com/microsoft/finops-toolkit/issues/2253>);
/// without one, "write permissions are required to change the configured storage account".
fn check_rights(visit: &Visit<'_>, id: &str, has_identity: bool) -> Result<(), Refusal> {
    let needed: &[&str] = if has_identity {
        &[
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/permissions/read",
        ]
    } else {
        &["Microsoft.Storage/storageAccounts/write"]
    };
    let (state, now) = (&visit.world.state, visit.call.now);
    let lacking = needed
        .iter()
        .find(|action| !may(state, &visit.caller, action, id, now));
    match lacking {
        None => Ok(()),
        Some(action) => {
            let text = format!(
                "The client '{}' with object id '{}' does not have authorization to perform '{action}' action on specified storage \
                 account '{id}'. If the permissions have changed recently then retry after some time.",
                visit.caller.name, visit.caller.id
            );
            Err(Refusal::new(401, "Unauthorized", text))
        }
    }
}
