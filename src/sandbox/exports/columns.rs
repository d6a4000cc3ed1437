//! The columns of the data sets, and what is in them.
//!
//! Names and order of FOCUS as in <https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/cost-usage-details-focus>;
//! the others as in <https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/schema-index>, those columns
//! that mean something for a sandbox.

use jiff::Span;
use jiff::civil::Date;

use super::rows::Row;

/// One column.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) cell: fn(&Row<'_>) -> String,
}

const fn column(name: &'static str, cell: fn(&Row<'_>) -> String) -> Column {
    Column { name, cell }
}

/// What a row costs; its quantity too, as every unit has the price one.
fn cost(row: &Row<'_>) -> String {
    row.figure.amount.to_string()
}

fn dollars(row: &Row<'_>) -> String {
    row.figure.amount_in_dollars.to_string()
}

fn currency(row: &Row<'_>) -> String {
    row.currency.to_owned()
}

fn subscription(row: &Row<'_>) -> String {
    row.bearer.id.to_string()
}

fn subscription_name(row: &Row<'_>) -> String {
    row.bearer.display_name.clone()
}

fn subscription_path(row: &Row<'_>) -> String {
    format!("/subscriptions/{}", row.bearer.id)
}

fn service(row: &Row<'_>) -> String {
    row.figure.service.to_owned()
}

fn group(row: &Row<'_>) -> String {
    row.figure.resource_group.to_owned()
}

fn resource(row: &Row<'_>) -> String {
    format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Sandbox/services/{}",
        row.bearer.id,
        row.figure.resource_group,
        resource_name(row)
    )
}

fn resource_name(row: &Row<'_>) -> String {
    row.figure.service.to_ascii_lowercase().replace(' ', "-")
}

fn account(row: &Row<'_>) -> String {
    row.place
        .account
        .as_ref()
        .map_or_else(String::new, |(id, _)| id.clone())
}

fn account_name(row: &Row<'_>) -> String {
    row.place
        .account
        .as_ref()
        .map_or_else(String::new, |(_, name)| name.clone())
}

fn metric(row: &Row<'_>) -> String {
    if row.is_amortized {
        "AmortizedCost"
    } else {
        "ActualCost"
    }
    .to_owned()
}

/// As FOCUS writes a day's beginning.
fn midnight(date: Date) -> String {
    format!("{date}T00:00:00Z")
}

fn day(row: &Row<'_>) -> String {
    midnight(row.figure.date)
}

fn next_day(row: &Row<'_>) -> String {
    midnight(row.figure.date.saturating_add(Span::new().days(1)))
}

fn month(row: &Row<'_>) -> String {
    midnight(row.figure.date.first_of_month())
}

fn next_month(row: &Row<'_>) -> String {
    midnight(
        row.figure
            .date
            .first_of_month()
            .saturating_add(Span::new().months(1)),
    )
}

/// As cost and usage details write a day.
fn american(date: Date) -> String {
    date.strftime("%m/%d/%Y").to_string()
}

fn nothing(_: &Row<'_>) -> String {
    String::new()
}

fn one(_: &Row<'_>) -> String {
    "1".to_owned()
}

/// FOCUS 1.2-preview.
pub(super) const FOCUS: &[Column] = &[
    column("BilledCost", cost),
    column("BillingAccountId", account),
    column("BillingAccountName", account_name),
    column("BillingCurrency", currency),
    column("BillingPeriodEnd", next_month),
    column("BillingPeriodStart", month),
    column("ChargeCategory", |_| "Usage".to_owned()),
    column("ChargeClass", nothing),
    column("ChargeDescription", service),
    column("ChargeFrequency", |_| "Usage-Based".to_owned()),
    column("ChargePeriodEnd", next_day),
    column("ChargePeriodStart", day),
    column("CommitmentDiscountId", nothing),
    column("ConsumedQuantity", cost),
    column("ConsumedUnit", |_| "Units".to_owned()),
    column("ContractedCost", cost),
    column("ContractedUnitPrice", one),
    column("EffectiveCost", cost),
    column("InvoiceIssuerName", |_| "Microsoft".to_owned()),
    column("ListCost", cost),
    column("ListUnitPrice", one),
    column("PricingCategory", |_| "Standard".to_owned()),
    column("PricingQuantity", cost),
    column("PricingUnit", |_| "Units".to_owned()),
    column("ProviderName", |_| "Microsoft".to_owned()),
    column("PublisherName", |_| "Microsoft".to_owned()),
    column("RegionId", |_| "westeurope".to_owned()),
    column("RegionName", |_| "West Europe".to_owned()),
    column("ResourceId", resource),
    column("ResourceName", resource_name),
    column("ResourceType", service),
    column("ServiceCategory", |row| {
        match row.figure.service {
            "Virtual Machines" => "Compute",
            "Azure SQL Database" => "Databases",
            "Storage" => "Storage",
            _ => "Networking",
        }
        .to_owned()
    }),
    column("ServiceName", service),
    column("SubAccountId", subscription_path),
    column("SubAccountName", subscription_name),
    column("SubAccountType", |_| "Subscription".to_owned()),
    column("Tags", |_| "{}".to_owned()),
    column("x_BilledCostInUsd", dollars),
    column("x_EffectiveCostInUsd", dollars),
    column("x_ResourceGroupName", group),
];

/// Cost and usage details, actual and amortized.
pub(super) const COSTS: &[Column] = &[
    column("BillingAccountId", account),
    column("BillingAccountName", account_name),
    column("BillingPeriodStartDate", |row| {
        american(row.figure.date.first_of_month())
    }),
    column("BillingPeriodEndDate", |row| {
        american(row.figure.date.last_of_month())
    }),
    column("SubscriptionId", subscription),
    column("SubscriptionName", subscription_name),
    column("Date", |row| american(row.figure.date)),
    column("MeterCategory", service),
    column("MeterName", service),
    column("ConsumedService", service),
    column("Quantity", cost),
    column("EffectivePrice", one),
    column("CostInBillingCurrency", cost),
    column("CostInUsd", dollars),
    column("BillingCurrency", currency),
    column("ResourceGroup", group),
    column("ResourceId", resource),
    column("ResourceLocation", |_| "westeurope".to_owned()),
    column("ChargeType", |_| "Usage".to_owned()),
    column("Frequency", |_| "UsageBased".to_owned()),
    column("PricingModel", |_| "OnDemand".to_owned()),
    column("CostMetric", metric),
    column("Tags", nothing),
];

/// Usage of subscriptions without an agreement.
pub(super) const USAGE: &[Column] = &[
    column("SubscriptionGuid", subscription),
    column("ResourceGroup", group),
    column("ResourceLocation", |_| "westeurope".to_owned()),
    column("UsageDateTime", |row| american(row.figure.date)),
    column("MeterCategory", service),
    column("UsageQuantity", cost),
    column("ResourceRate", one),
    column("PreTaxCost", cost),
    column("Currency", currency),
    column("InstanceId", resource),
    column("Tags", nothing),
];

/// Prices: a row for each thing that is bought.
pub(super) const PRICES: &[Column] = &[
    column("BillingAccountId", account),
    column("MeterCategory", service),
    column("MeterName", service),
    column("ProductName", |row| {
        format!("{} ({})", row.figure.service, row.figure.resource_group)
    }),
    column("UnitOfMeasure", |_| "1 Unit".to_owned()),
    column("UnitPrice", one),
    column("CurrencyCode", currency),
    column("EffectiveStartDate", |row| {
        american(row.figure.date.first_of_month())
    }),
];
