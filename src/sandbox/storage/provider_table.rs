//! Resource providers that subscriptions can register.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types>

/// A resource provider.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Provider {
    /// As Microsoft spells it.
    pub(super) namespace: &'static str,
    /// Whether every subscription has it from the beginning.
    pub(super) is_always_registered: bool,
    /// Its resource types, as far as connections use them, with their api-versions, and whether they are in regions.
    pub(super) types: &'static [(&'static str, &'static [&'static str], bool)],
}

/// The providers, in the order in which they are listed.
pub(super) static PROVIDERS: [Provider; 12] = [
    registered(
        "Microsoft.Authorization",
        &[
            ("roleAssignments", &["2022-04-01"], false),
            ("roleDefinitions", &["2022-04-01"], false),
        ],
    ),
    registered(
        "Microsoft.Billing",
        &[("billingAccounts", &["2024-04-01", "2020-05-01"], false)],
    ),
    on_demand(
        "Microsoft.Capacity",
        &[("reservationOrders", &["2022-11-01"], false)],
    ),
    on_demand(
        "Microsoft.Compute",
        &[("virtualMachines", &["2024-07-01"], true)],
    ),
    on_demand(
        "Microsoft.Consumption",
        &[("usageDetails", &["2024-08-01"], false)],
    ),
    on_demand(
        "Microsoft.CostManagement",
        &[
            ("exports", &["2025-03-01", "2023-11-01"], false),
            ("query", &["2025-03-01", "2023-11-01"], false),
        ],
    ),
    on_demand(
        "Microsoft.CostManagementExports",
        &[("operations", &["2019-01-01"], false)],
    ),
    on_demand("Microsoft.EventGrid", &[("topics", &["2022-06-15"], true)]),
    on_demand("Microsoft.Insights", &[("metrics", &["2024-02-01"], false)]),
    on_demand(
        "Microsoft.Network",
        &[("virtualNetworks", &["2024-05-01"], true)],
    ),
    registered(
        "Microsoft.Resources",
        &[
            ("resourceGroups", &["2021-04-01"], true),
            ("subscriptions", &["2022-12-01"], false),
        ],
    ),
    on_demand(
        "Microsoft.Storage",
        &[
            ("storageAccounts", &["2021-08-01"], true),
            ("storageAccounts/blobServices", &["2021-08-01"], true),
            (
                "storageAccounts/blobServices/containers",
                &["2021-08-01"],
                true,
            ),
            ("checkNameAvailability", &["2021-08-01"], false),
        ],
    ),
];

type Types = &'static [(&'static str, &'static [&'static str], bool)];

const fn registered(namespace: &'static str, types: Types) -> Provider {
    Provider {
        namespace,
        is_always_registered: true,
        types,
    }
}

const fn on_demand(namespace: &'static str, types: Types) -> Provider {
    Provider {
        namespace,
        is_always_registered: false,
        types,
    }
}

/// A provider by its namespace; case does not count.
pub(super) fn provider(namespace: &str) -> Option<&'static Provider> {
    PROVIDERS
        .iter()
        .find(|provider| provider.namespace.eq_ignore_ascii_case(namespace))
}

/// Whether every subscription has the provider from the beginning.
pub(super) fn is_always_registered(namespace: &str) -> bool {
    provider(namespace).is_some_and(|provider| provider.is_always_registered)
}
