//! Where a role holds and where costs are asked for.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::storage::{StorageAccountId, is_container_name, is_resource_group_name};
use crate::azure::ids::{SubscriptionId, TenantId};

/// An Azure Resource Manager scope.
///
/// Source: <https://learn.microsoft.com/azure/role-based-access-control/scope-overview>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// A management group, by its name (the id in its path, not its display name).
    ManagementGroup(String),
    /// A subscription.
    Subscription(SubscriptionId),
    /// A resource group: subscription and name.
    ResourceGroup(SubscriptionId, String),
    /// A storage account.
    StorageAccount(StorageAccountId),
    /// A container of a storage account.
    Container(StorageAccountId, String),
    /// A billing account, by its name: the enrollment number, or the MCA or MPA name.
    BillingAccount(String),
    /// A billing profile of an MCA or MPA account: account and profile.
    BillingProfile(String, String),
    /// An invoice section: account, profile and section.
    InvoiceSection(String, String, String),
    /// A department of an enrollment: enrollment and department.
    Department(String, String),
    /// A customer of a partner's account: account and the customer's directory (tenant) ID.
    Customer(String, TenantId),
    /// The same customer where roles are given: account, the billing profile that invoices it, and its directory (tenant) ID.
    CustomerOfProfile(String, String, TenantId),
}

impl Scope {
    /// The billing account that the scope is or belongs to.
    pub fn billing_account(&self) -> Option<&str> {
        match self {
            Scope::BillingAccount(account)
            | Scope::BillingProfile(account, _)
            | Scope::InvoiceSection(account, ..)
            | Scope::Department(account, _)
            | Scope::Customer(account, _)
            | Scope::CustomerOfProfile(account, ..) => Some(account),
            Scope::Subscription(_)
            | Scope::ManagementGroup(_)
            | Scope::ResourceGroup(..)
            | Scope::StorageAccount(_)
            | Scope::Container(..) => None,
        }
    }

    /// The customer that it is, whichever way it is written.
    pub fn customer(&self) -> Option<TenantId> {
        match self {
            Scope::Customer(_, tenant) | Scope::CustomerOfProfile(_, _, tenant) => Some(*tenant),
            _ => None,
        }
    }

    /// Where Cost Management is asked for its costs: it knows customers below the account only.
    ///
    /// Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/understand-work-scopes>
    #[must_use]
    pub fn for_costs(&self) -> Scope {
        match self {
            Scope::CustomerOfProfile(account, _, tenant) => {
                Scope::Customer(account.clone(), *tenant)
            }
            other => other.clone(),
        }
    }
}

const BILLING: &str = "/providers/Microsoft.Billing/billingAccounts";

/// A path that names no scope that azconnect knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no resource ID of a scope that azconnect knows")]
pub struct InvalidScope(String);

impl fmt::Display for Scope {
    /// The scope's resource id, with a leading `/` and none behind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::ManagementGroup(name) => {
                write!(f, "/providers/Microsoft.Management/managementGroups/{name}")
            }
            Scope::Subscription(id) => write!(f, "/subscriptions/{id}"),
            Scope::ResourceGroup(id, name) => {
                write!(f, "/subscriptions/{id}/resourceGroups/{name}")
            }
            Scope::StorageAccount(account) => write!(f, "{account}"),
            Scope::Container(account, name) => f.write_str(&account.container(name)),
            Scope::BillingAccount(account) => write!(f, "{BILLING}/{account}"),
            Scope::BillingProfile(account, profile) => {
                write!(f, "{BILLING}/{account}/billingProfiles/{profile}")
            }
            Scope::InvoiceSection(account, profile, section) => {
                write!(
                    f,
                    "{BILLING}/{account}/billingProfiles/{profile}/invoiceSections/{section}"
                )
            }
            Scope::Department(account, department) => {
                write!(f, "{BILLING}/{account}/departments/{department}")
            }
            Scope::Customer(account, customer) => {
                write!(f, "{BILLING}/{account}/customers/{customer}")
            }
            Scope::CustomerOfProfile(account, profile, customer) => {
                write!(
                    f,
                    "{BILLING}/{account}/billingProfiles/{profile}/customers/{customer}"
                )
            }
        }
    }
}

impl std::str::FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let refused = || InvalidScope(crate::text::printable(text));
        if let Some(rest) = text
            .strip_prefix(BILLING)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            return billing_scope(rest).ok_or_else(refused);
        }
        let parts: Vec<&str> = text.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            [kind, id] if kind.eq_ignore_ascii_case("subscriptions") => {
                id.parse().map(Scope::Subscription).map_err(|_| refused())
            }
            [kind, id, groups, name]
                if kind.eq_ignore_ascii_case("subscriptions")
                    && groups.eq_ignore_ascii_case("resourceGroups")
                    && is_resource_group_name(name) =>
            {
                let id = id.parse().map_err(|_| refused())?;
                Ok(Scope::ResourceGroup(id, (*name).to_owned()))
            }
            [kind, ..] if kind.eq_ignore_ascii_case("subscriptions") => {
                storage_scope(text).ok_or_else(refused)
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

fn storage_scope(text: &str) -> Option<Scope> {
    const CONTAINERS: &str = "/blobServices/default/containers/";
    let Some(at) = text
        .to_ascii_lowercase()
        .find(&CONTAINERS.to_ascii_lowercase())
    else {
        return text.parse().ok().map(Scope::StorageAccount);
    };
    let (account, container) = (text.get(..at)?, text.get(at + CONTAINERS.len()..)?);
    is_container_name(container)
        .then(|| account.parse().ok())
        .flatten()
        .map(|account| Scope::Container(account, container.to_owned()))
}

fn billing_scope(rest: &str) -> Option<Scope> {
    let parts: Vec<&str> = rest.split('/').collect();
    if !parts.iter().all(|part| is_billing_name(part)) {
        return None;
    }
    let own = |text: &str| text.to_owned();
    match parts.as_slice() {
        [account] => Some(Scope::BillingAccount(own(account))),
        [account, "billingProfiles", profile] => {
            Some(Scope::BillingProfile(own(account), own(profile)))
        }
        [
            account,
            "billingProfiles",
            profile,
            "invoiceSections",
            section,
        ] => Some(Scope::InvoiceSection(
            own(account),
            own(profile),
            own(section),
        )),
        [account, "billingProfiles", profile, "customers", customer] => customer
            .parse()
            .ok()
            .map(|customer| Scope::CustomerOfProfile(own(account), own(profile), customer)),
        [account, "departments", department] => {
            Some(Scope::Department(own(account), own(department)))
        }
        [account, "customers", customer] => customer
            .parse()
            .ok()
            .map(|customer| Scope::Customer(own(account), customer)),
        _ => None,
    }
}

/// Whether `name` can be the name of a billing account, profile, section or department: it becomes part of a path.
pub fn is_billing_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    (1..=128).contains(&name.len()) && name.chars().all(legal) && !name.chars().all(|c| c == '.')
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
            "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs",
            "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts",
            "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts/blobServices/default/containers/exports",
            "/providers/Microsoft.Management/managementGroups/contoso-root",
            "/providers/Microsoft.Billing/billingAccounts/55671234",
            "/providers/Microsoft.Billing/billingAccounts/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e:0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e_2019-05-31/billingProfiles/ABCD-EFGH-IJK-LMN",
            "/providers/Microsoft.Billing/billingAccounts/55671234/departments/1234",
            "/providers/Microsoft.Billing/billingAccounts/a:b_2019-05-31/customers/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e",
            "/providers/Microsoft.Billing/billingAccounts/a:b_2019-05-31/billingProfiles/p/customers/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e",
        ] {
            assert_eq!(path.parse::<Scope>().unwrap().to_string(), path);
        }
        for bad in [
            "",
            "/",
            "/subscriptions/x",
            "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/x.",
            "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/x/providers/Microsoft.Compute/disks/y",
            "/providers/Microsoft.Management/managementGroups/..",
        ] {
            assert!(bad.parse::<Scope>().is_err(), "{bad}");
        }
    }
}
