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

fn parse(text: &str) -> Result<Vec<Role>, toml::de::Error> {
    toml::from_str::<Table>(text).map(|table| table.role)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::{System, parse, role, roles};

    /// Microsoft's ids once more, typed from its pages and not from the table.
    const ROLE_IDS: &[(&str, System, &str)] = &[
        (
            "reader",
            System::Rbac,
            "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        ),
        (
            "cost-management-reader",
            System::Rbac,
            "72fafb9e-0641-4937-9268-a91bfd8191a3",
        ),
        (
            "cost-management-contributor",
            System::Rbac,
            "434105ed-43f6-45c7-a02f-909b2ba83430",
        ),
        (
            "billing-reader",
            System::Rbac,
            "fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64",
        ),
        (
            "monitoring-reader",
            System::Rbac,
            "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
        ),
        (
            "management-group-reader",
            System::Rbac,
            "ac63b705-f282-497d-ac71-919bf39d939d",
        ),
        (
            "storage-blob-data-reader",
            System::Rbac,
            "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        ),
        (
            "storage-blob-data-contributor",
            System::Rbac,
            "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        ),
        (
            "reservations-reader",
            System::Rbac,
            "582fc458-8989-419f-a480-75249bc5db7e",
        ),
        (
            "carbon-optimization-reader",
            System::Rbac,
            "fa0d39e6-28e5-40cf-8521-1eb320653a4c",
        ),
        (
            "owner",
            System::Rbac,
            "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        ),
        (
            "user-access-administrator",
            System::Rbac,
            "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        ),
        (
            "rbac-administrator",
            System::Rbac,
            "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        ),
        (
            "enrollment-reader",
            System::Billing,
            "24f8edb6-1668-4659-b5e2-40bb5f3a7d7e",
        ),
        (
            "department-reader",
            System::Billing,
            "db609904-a47f-4794-9be8-9bd86fbffd8a",
        ),
        (
            "partner-admin-reader",
            System::Billing,
            "4f6144c0-a809-4c55-b3c8-7f9b7b15a1bf",
        ),
        (
            "billing-account-reader",
            System::Billing,
            "50000000-aaaa-bbbb-cccc-100000000002",
        ),
        (
            "billing-profile-reader",
            System::Billing,
            "40000000-aaaa-bbbb-cccc-100000000002",
        ),
        (
            "invoice-section-reader",
            System::Billing,
            "30000000-aaaa-bbbb-cccc-100000000002",
        ),
        (
            "customer-reader",
            System::Billing,
            "30000000-aaaa-bbbb-cccc-100000000002",
        ),
    ];

    #[test]
    fn the_role_table_parses() {
        let parsed = parse(include_str!("roles.toml")).unwrap();
        assert_eq!(parsed, roles());
        assert_eq!(parsed.len(), ROLE_IDS.len());
    }

    #[test]
    fn roles_have_microsofts_ids() {
        for (key, system, id) in ROLE_IDS {
            let found = role(key).unwrap();
            assert_eq!((found.system, found.id.as_str()), (*system, *id), "{key}");
            assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
            assert!(
                !found.why.is_empty() && !found.granted_by.is_empty(),
                "{key}"
            );
        }
    }
}
