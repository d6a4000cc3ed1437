//! Microsoft's built-in roles, as far as connections use them.
//!
//! Ids and permissions as in <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>.

use uuid::{Uuid, uuid};

/// A role definition.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) id: Uuid,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) actions: &'static [&'static str],
    pub(super) not_actions: &'static [&'static str],
    pub(super) data_actions: &'static [&'static str],
    /// Where it can be assigned: `/` is everywhere.
    pub(super) assignable_scope: &'static str,
}

/// A role definition by its id.
pub(super) fn role(id: Uuid) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.id == id)
}

const BLOB_KEY: &str =
    "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action";
const EVERYWHERE: &str = "/";
const RESERVATIONS: &str = "/providers/Microsoft.Capacity";

/// The roles, in the order in which they are listed.
pub(super) static ROLES: [Role; 17] = [
    Role {
        id: uuid!("8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
        name: "Owner",
        description: "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
        actions: &["*"],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("b24988ac-6180-42a0-ab88-20f7382dd24c"),
        name: "Contributor",
        description: "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, \
                      manage assignments in Azure Blueprints, or share image galleries.",
        actions: &["*"],
        not_actions: &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
            "Microsoft.Purview/consents/write",
            "Microsoft.Purview/consents/delete",
        ],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("acdd72a7-3385-48ef-bd42-f606fba81ae7"),
        name: "Reader",
        description: "View all resources, but does not allow you to make any changes.",
        actions: &["*/read"],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"),
        name: "User Access Administrator",
        description: "Lets you manage user access to Azure resources.",
        actions: &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("f58310d9-a9f6-439a-9e8d-f62e7b41a168"),
        name: "Role Based Access Control Administrator",
        description: "Manage access to Azure resources by assigning roles using Azure RBAC. This role does not allow you to \
                      manage access using other ways, such as Azure Policy.",
        actions: &[
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("ac63b705-f282-497d-ac71-919bf39d939d"),
        name: "Management Group Reader",
        description: "Management Group Reader Role",
        actions: &[
            "Microsoft.Management/managementGroups/read",
            "Microsoft.Management/managementGroups/subscriptions/read",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("72fafb9e-0641-4937-9268-a91bfd8191a3"),
        name: "Cost Management Reader",
        description: "Can view cost data and configuration (e.g. budgets, exports)",
        actions: &[
            "Microsoft.Consumption/*/read",
            "Microsoft.CostManagement/*/read",
            "Microsoft.Billing/billingPeriods/read",
            "Microsoft.Resources/subscriptions/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Support/*",
            "Microsoft.Advisor/configurations/read",
            "Microsoft.Advisor/recommendations/read",
            "Microsoft.Management/managementGroups/read",
            "Microsoft.Billing/billingProperty/read",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("434105ed-43f6-45c7-a02f-909b2ba83430"),
        name: "Cost Management Contributor",
        description: "Can view costs and manage cost configuration (e.g. budgets, exports)",
        actions: &[
            "Microsoft.Consumption/*",
            "Microsoft.CostManagement/*",
            "Microsoft.Billing/billingPeriods/read",
            "Microsoft.Resources/subscriptions/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Support/*",
            "Microsoft.Advisor/configurations/read",
            "Microsoft.Advisor/recommendations/read",
            "Microsoft.Management/managementGroups/read",
            "Microsoft.Billing/billingProperty/read",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64"),
        name: "Billing Reader",
        description: "Allows read access to billing data",
        actions: &[
            "Microsoft.Authorization/*/read",
            "Microsoft.Billing/*/read",
            "Microsoft.Commerce/*/read",
            "Microsoft.Consumption/*/read",
            "Microsoft.Management/managementGroups/read",
            "Microsoft.CostManagement/*/read",
            "Microsoft.Support/*",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("43d0d8ad-25c7-4714-9337-8ba259a9fe05"),
        name: "Monitoring Reader",
        description: "Can read all monitoring data.",
        actions: &[
            "*/read",
            "Microsoft.OperationalInsights/workspaces/search/action",
            "Microsoft.Support/*",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
        name: "Storage Blob Data Reader",
        description: "Allows for read access to Azure Storage blob containers and data",
        actions: &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/read",
            BLOB_KEY,
        ],
        not_actions: &[],
        data_actions: &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
        name: "Storage Blob Data Contributor",
        description: "Allows for read, write and delete access to Azure Storage blob containers and data",
        actions: &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
            "Microsoft.Storage/storageAccounts/blobServices/containers/read",
            "Microsoft.Storage/storageAccounts/blobServices/containers/write",
            BLOB_KEY,
        ],
        not_actions: &[],
        data_actions: &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
        ],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
        name: "Storage Blob Data Owner",
        description: "Allows for full access to Azure Storage blob containers and data, including assigning POSIX access \
                      control.",
        actions: &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/*",
            BLOB_KEY,
        ],
        not_actions: &[],
        data_actions: &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("fa0d39e6-28e5-40cf-8521-1eb320653a4c"),
        name: "Carbon Optimization Reader",
        description: "Allow read access to Azure Carbon Optimization data",
        actions: &["Microsoft.Carbon/carbonEmissionReports/action"],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
    Role {
        id: uuid!("582fc458-8989-419f-a480-75249bc5db7e"),
        name: "Reservations Reader",
        description: "Lets one read all the reservations in a tenant",
        actions: &[
            "Microsoft.Capacity/*/read",
            "Microsoft.Authorization/roleAssignments/read",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: RESERVATIONS,
    },
    Role {
        id: uuid!("a8889054-8d42-49c9-bc1c-52486c10e7cd"),
        name: "Reservations Administrator",
        description: "Lets one read and manage all the reservations in a tenant",
        actions: &[
            "Microsoft.Capacity/*/read",
            "Microsoft.Capacity/*/action",
            "Microsoft.Capacity/*/write",
            "Microsoft.Authorization/roleAssignments/read",
            "Microsoft.Authorization/roleDefinitions/read",
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: RESERVATIONS,
    },
    Role {
        id: uuid!("f7b75c60-3036-4b75-91c3-6b41c27c1689"),
        name: "Reservation Purchaser",
        description: "Lets you purchase reservations",
        actions: &[
            "Microsoft.Authorization/roleAssignments/read",
            "Microsoft.Capacity/register/action",
            "Microsoft.Compute/register/action",
            "Microsoft.Consumption/register/action",
            "Microsoft.Resources/subscriptions/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        not_actions: &[],
        data_actions: &[],
        assignable_scope: EVERYWHERE,
    },
];
