//! The roles that an application can be given, with Microsoft's ids. The plan and the steps look a grant's role up
//! here; whoever lacks a right reads `granted_by`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// One role definition of Azure RBAC or of Microsoft.Billing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What a vendor's file calls it: kebab-case.
    pub key: String,
    /// Microsoft's name, as the portal shows it.
    pub name: String,
    /// The role definition's GUID, the same in every tenant and cloud.
    pub id: String,
    /// Which of Azure's two role systems it belongs to.
    pub system: System,
    /// What it lets its holder do, for the person who must agree.
    pub why: String,
    /// Who can give it away.
    pub granted_by: String,
}

/// Azure's two role systems. Neither knows the other's roles or scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// `Microsoft.Authorization/roleAssignments`: subscriptions, management groups, resources.
    Rbac,
    /// `Microsoft.Billing/…/billingRoleAssignments`: billing accounts, profiles, customers.
    Billing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    role: Vec<Role>,
}

/// The file is part of the program; `the_role_table_parses` fails where this would be empty.
static ROLES: LazyLock<Vec<Role>> =
    LazyLock::new(|| parse(include_str!("roles.toml")).unwrap_or_default());

/// Every role, in the table's order.
pub fn roles() -> &'static [Role] {
    &ROLES
}

/// The role with this key. Vendors' files are held against the table when they are read, so a grant's role is there.
pub fn role(key: &str) -> Option<&'static Role> {
    roles().iter().find(|role| role.key == key)
}

pub(super) fn parse(text: &str) -> Result<Vec<Role>, toml::de::Error> {
    toml::from_str::<Table>(text).map(|table| table.role)
}
