//! Where a role holds and where costs are asked for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::azure::ids::SubscriptionId;

/// An Azure Resource Manager scope.
///
/// Source: <https://learn.microsoft.com/azure/role-based-access-control/scope-overview>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// A management group, by its name (the id in its path, not its display name).
    ManagementGroup(String),
    /// A subscription.
    Subscription(SubscriptionId),
}

/// A path that names no scope that azconnect knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a subscription's nor a management group's resource ID")]
pub struct InvalidScope(String);

impl fmt::Display for Scope {
    /// The scope's resource id, with a leading `/` and none behind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::ManagementGroup(name) => {
                write!(f, "/providers/Microsoft.Management/managementGroups/{name}")
            }
            Scope::Subscription(id) => write!(f, "/subscriptions/{id}"),
        }
    }
}

impl std::str::FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let refused = || InvalidScope(crate::text::printable(text));
        let parts: Vec<&str> = text.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            [kind, id] if kind.eq_ignore_ascii_case("subscriptions") => {
                id.parse().map(Scope::Subscription).map_err(|_| refused())
            }
            [providers, provider, kind, name]
                if providers.eq_ignore_ascii_case("providers")
                    && provider.eq_ignore_ascii_case("Microsoft.Management")
                    && kind.eq_ignore_ascii_case("managementGroups")
                    && is_management_group_name(name) =>
            {
                Ok(Scope::ManagementGroup((*name).to_owned()))
            }
            _ => Err(refused()),
        }
    }
}

/// Whether `name` can be a management group's id: 1 to 90 letters, digits, `-`, `_`, `.`, `(` and `)`.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftmanagement>
pub fn is_management_group_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.()".contains(c);
    (1..=90).contains(&name.len()) && name.chars().all(legal) && !name.chars().all(|c| c == '.')
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A scope with the name that people know it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeChoice {
    /// The scope itself.
    pub scope: Scope,
    /// Its display name.
    pub display_name: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_its_resource_id() {
        for path in [
            "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e",
            "/providers/Microsoft.Management/managementGroups/contoso-root",
        ] {
            assert_eq!(path.parse::<Scope>().unwrap().to_string(), path);
        }
        for bad in [
            "",
            "/",
            "/subscriptions/x",
            "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/x",
            "/providers/Microsoft.Management/managementGroups/..",
        ] {
            assert!(bad.parse::<Scope>().is_err(), "{bad}");
        }
    }
}
