//! Scopes: where something is, and what it is under.

use uuid::Uuid;

use super::super::storage;
use super::super::tenant::{State, Subscription};
use super::caller::Caller;
use super::refusal::ArmError;

const GROUP_PREFIX: &str = "/providers/microsoft.management/managementgroups/";

/// A scope that exists, in the directory of the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct Scope {
    /// As the caller spelt it; empty for the root.
    pub(in crate::sandbox) text: String,
    pub(super) kind: Kind,
    /// This scope and all above it, in lower case, the root (`/`) last.
    pub(in crate::sandbox) chain: Vec<String>,
}

/// What a scope is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    ManagementGroup(String),
    Subscription(Uuid),
    /// A resource group or a resource; the name of the group in lower case.
    Below {
        subscription: Uuid,
        resource_group: String,
    },
}

impl Scope {
    /// Understands the scope of a path, and checks that it exists for this caller.
    pub(in crate::sandbox) fn find(
        state: &State,
        caller: &Caller,
        text: &str,
    ) -> Result<Self, ArmError> {
        let text = text.trim_end_matches('/');
        let lower = text.to_ascii_lowercase();
        if lower.is_empty() {
            return Ok(Self {
                text: String::new(),
                kind: Kind::Root,
                chain: vec!["/".to_owned()],
            });
        }
        if let Some(name) = lower.strip_prefix(GROUP_PREFIX) {
            return group(state, caller, text, name);
        }
        if let Some(rest) = lower.strip_prefix("/subscriptions/") {
            return below_subscription(state, caller, text, rest);
        }
        let why = format!("The scope '{text}' is not valid.");
        Err(ArmError::new(400, "InvalidScope", why))
    }

    /// The subscription that the scope is or is in.
    pub(in crate::sandbox) fn subscription(&self) -> Option<Uuid> {
        match self.kind {
            Kind::Subscription(id)
            | Kind::Below {
                subscription: id, ..
            } => Some(id),
            Kind::Root | Kind::ManagementGroup(_) => None,
        }
    }

    /// Something below this scope, whether or not it exists: `resourceGroups/web`.
    pub(in crate::sandbox) fn below(&self, rest: &str) -> Self {
        let own = self.chain.first().map_or("", String::as_str);
        let mut full = own.trim_end_matches('/').to_owned();
        let mut chain = self.chain.clone();
        let lower = rest.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split('/').filter(|part| !part.is_empty()).collect();
        for pair in parts.chunks(2) {
            full = format!("{full}/{}", pair.join("/"));
            // A namespace is part of a resource's id, and no scope.
            if pair.first() != Some(&"providers") {
                chain.insert(0, full.clone());
            }
        }
        Self {
            text: format!("{}/{rest}", self.text),
            kind: self.kind.clone(),
            chain,
        }
    }
}

fn group(state: &State, caller: &Caller, text: &str, name: &str) -> Result<Scope, ArmError> {
    let found = state
        .management_groups
        .values()
        .find(|group| group.tenant == caller.tenant && group.name.eq_ignore_ascii_case(name));
    let Some(found) = found else {
        let why = format!("The management group '{name}' cannot be found.");
        return Err(ArmError::new(404, "NotFound", why));
    };
    let chain = group_chain(state, &found.name);
    Ok(Scope {
        text: text.to_owned(),
        kind: Kind::ManagementGroup(found.name.clone()),
        chain,
    })
}

fn below_subscription(
    state: &State,
    caller: &Caller,
    text: &str,
    rest: &str,
) -> Result<Scope, ArmError> {
    let (id, below) = rest.split_once('/').unwrap_or((rest, ""));
    let subscription = subscription(state, caller, id)?;
    let chain = subscription_chain(state, subscription);
    let own = chain.first().cloned().unwrap_or_default();
    if below.is_empty() {
        return Ok(Scope {
            text: text.to_owned(),
            kind: Kind::Subscription(subscription.id),
            chain,
        });
    }
    let resource_group = below
        .strip_prefix("resourcegroups/")
        .map(|rest| rest.split('/').next().unwrap_or_default());
    let Some(resource_group) = resource_group.filter(|name| !name.is_empty()) else {
        return Err(ArmError::new(
            400,
            "InvalidScope",
            format!("The scope '{text}' is not valid."),
        ));
    };
    // Refusals repeat the names as the caller spelt them.
    let spelt = text.get(text.len() - below.len()..).unwrap_or(below);
    storage::check_exists(&state.storage, subscription.id, spelt)?;
    let whole = Scope {
        text: own,
        kind: Kind::Below {
            subscription: subscription.id,
            resource_group: resource_group.to_owned(),
        },
        chain,
    };
    Ok(Scope {
        text: text.to_owned(),
        ..whole.below(below)
    })
}

/// A subscription of the caller's directory, or ARM's refusal for one that is malformed, unknown or elsewhere.
pub(super) fn subscription<'state>(
    state: &'state State,
    caller: &Caller,
    id: &str,
) -> Result<&'state Subscription, ArmError> {
    let Ok(parsed) = Uuid::try_parse(id) else {
        let text = format!("The provided subscription identifier '{id}' is malformed or invalid.");
        return Err(ArmError::new(400, "InvalidSubscriptionId", text));
    };
    let Some(found) = state.subscriptions.get(&parsed) else {
        let text = format!("The subscription '{id}' could not be found.");
        return Err(ArmError::new(404, "SubscriptionNotFound", text));
    };
    if found.tenant != caller.tenant {
        let text = format!(
            "The access token is from the wrong issuer 'https://sts.windows.net/{}/'. It must match the tenant \
             'https://sts.windows.net/{}/' associated with this subscription. Please use the authority (URL) \
             'https://login.windows.net/{}' to get the token. Note, if the subscription is transferred to another tenant there \
             is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If \
             you just transferred your subscription and see this error message, please try back later.",
            caller.tenant, found.tenant, found.tenant
        );
        return Err(ArmError::new(401, "InvalidAuthenticationTokenTenant", text));
    }
    Ok(found)
}

/// A subscription's scope and all above it.
pub(super) fn subscription_chain(state: &State, subscription: &Subscription) -> Vec<String> {
    let mut chain = vec![format!("/subscriptions/{}", subscription.id)];
    chain.extend(group_chain(state, &subscription.parent));
    chain
}

/// A management group's scope and all above it. A loop in the tree (a mistake of the seed) ends at the root.
pub(super) fn group_chain(state: &State, name: &str) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    let mut next = Some(name.to_owned());
    while let Some(name) = next {
        let scope = format!("{GROUP_PREFIX}{}", name.to_ascii_lowercase());
        if chain.contains(&scope) {
            break;
        }
        chain.push(scope);
        next = state
            .management_groups
            .get(&name)
            .and_then(|group| group.parent.clone());
    }
    chain.push("/".to_owned());
    chain
}

/// The id of a management group.
pub(super) fn group_id(name: &str) -> String {
    format!("/providers/Microsoft.Management/managementGroups/{name}")
}

/// A scope as written, in the form of a chain's entries.
pub(in crate::sandbox) fn normalized(scope: &str) -> String {
    let lower = scope.trim_end_matches('/').to_ascii_lowercase();
    if lower.is_empty() {
        "/".to_owned()
    } else {
        lower
    }
}
