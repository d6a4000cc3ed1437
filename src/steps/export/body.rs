//! The export as it is written to Azure. Pure.
//!
//! Source: <https://learn.microsoft.com/rest/api/cost-management/exports/create-or-update?view=rest-cost-management-2025-03-01>

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::ExportStep;
use crate::azure::exports::Export;
use crate::connection::Dataset;
use crate::connection::export::{Recurrence, Timeframe};
use crate::steps::declared::TOMORROW;

/// The region of an export's identity: it is none's in particular, as Microsoft's own FinOps toolkit has it.
const LOCATION: &str = "global";
/// The last day of the schedule: the portal's own. A schedule without one is refused.
const LAST_DAY: Date = date(2050, 2, 1);

/// The body that makes the export, or changes it where its `eTag` is given.
///
/// `before` is the region of the identity that it has: one that is there can't be moved.
pub(super) fn written(
    step: &ExportStep,
    e_tag: Option<&str>,
    now: Timestamp,
    before: Option<&str>,
) -> Value {
    let (export, storage) = (&step.export, &step.storage);
    let (format, compression) = export.format.api();
    let (from, to) = schedule(now);
    let mut body = json!({
        "identity": {"type": "SystemAssigned"},
        "location": before.unwrap_or(LOCATION),
        "properties": {
            "exportDescription": description(&step.connection),
            "format": format,
            "compressionMode": compression,
            "partitionData": export.partition,
            "dataOverwriteBehavior": overwriting(export.overwrite),
            "definition": definition(step),
            "deliveryInfo": {"destination": {
                "type": "AzureBlob",
                "resourceId": storage.account,
                "container": storage.container,
                "rootFolderPath": export.directory,
            }},
            "schedule": {
                "status": "Active",
                "recurrence": recurrence(export.recurrence),
                "recurrencePeriod": {"from": from, "to": to},
            },
        },
    });
    if let Some(e_tag) = e_tag {
        body["eTag"] = json!(e_tag);
    }
    body
}

/// The body that makes the export, whenever that is: its schedule begins on the day after.
pub(super) fn declared(step: &ExportStep) -> Value {
    let mut body = written(step, None, Timestamp::UNIX_EPOCH, None);
    if let Some(from) = body.pointer_mut("/properties/schedule/recurrencePeriod/from") {
        *from = json!(TOMORROW);
    }
    body
}

fn definition(step: &ExportStep) -> Value {
    let export = &step.export;
    let row = export.dataset.row();
    let mut set = serde_json::Map::new();
    if row.is_daily {
        set.insert("granularity".to_owned(), json!("Daily"));
    }
    let mut configuration = serde_json::Map::new();
    if let Some(version) = &export.version {
        configuration.insert("dataVersion".to_owned(), json!(version));
    }
    if export.dataset == Dataset::ReservationRecommendations {
        configuration.insert("filters".to_owned(), recommendations());
    }
    if !configuration.is_empty() {
        set.insert("configuration".to_owned(), Value::Object(configuration));
    }
    json!({
        "type": row.api_type,
        "timeframe": timeframe(export.dataset, export.timeframe),
        "dataSet": set,
    })
}

/// Azure recommends for one scope, resource and look-back at a time: what the portal offers first.
fn recommendations() -> Value {
    json!([
        {"name": "ReservationScope", "value": "Single"},
        {"name": "ResourceType", "value": "VirtualMachines"},
        {"name": "LookBackPeriod", "value": "Last7Days"},
    ])
}

/// When the schedule begins and ends: it must begin in the future, so tomorrow, and it ends so late that nobody meets it unawares.
fn schedule(now: Timestamp) -> (String, String) {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let tomorrow = today.saturating_add(1.day());
    let last = LAST_DAY.max(today.saturating_add(5.years()));
    (format!("{tomorrow}T00:00:00Z"), format!("{last}T00:00:00Z"))
}

/// What the description of an export of ours says; it is how it is known again.
pub(super) fn description(connection: &str) -> String {
    format!("Made by azconnect (connection {connection}).")
}

/// Whether an export is one that we made for the connection.
pub(super) fn is_ours(export: &Export, connection: &str) -> bool {
    export.properties.export_description.as_deref() == Some(description(connection).as_str())
}

/// Azure's word for a timeframe. Prices are always those of the month.
pub(super) fn timeframe(dataset: Dataset, timeframe: Timeframe) -> &'static str {
    match (dataset, timeframe) {
        (Dataset::PriceSheet, _) => "TheCurrentMonth",
        (_, Timeframe::MonthToDate) => "MonthToDate",
        (_, Timeframe::LastMonth) => "TheLastMonth",
        (_, Timeframe::WeekToDate) => "WeekToDate",
    }
}

/// Azure's word for how often.
pub(super) fn recurrence(recurrence: Recurrence) -> &'static str {
    match recurrence {
        Recurrence::Daily => "Daily",
        Recurrence::Weekly => "Weekly",
        Recurrence::Monthly => "Monthly",
    }
}

/// Azure's word for what becomes of earlier files.
pub(super) fn overwriting(overwrite: bool) -> &'static str {
    if overwrite {
        "OverwritePreviousReport"
    } else {
        "CreateNewReport"
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
pub(super) mod tests {
    use super::*;
    use crate::connection::{ExportFormat, ExportSpec, ScopeChoice, StorageSpec};

    pub(in crate::steps::export) fn step() -> ExportStep {
        ExportStep {
            export: ExportSpec {
                at: ScopeChoice {
                    scope: "/providers/Microsoft.Billing/billingAccounts/55671234"
                        .parse()
                        .unwrap(),
                    display_name: "Contoso".to_owned(),
                },
                name: "azconnectfocusdaily".to_owned(),
                dataset: Dataset::Focus,
                version: Some("1.2-preview".to_owned()),
                format: ExportFormat::Parquet,
                recurrence: Recurrence::Daily,
                timeframe: Timeframe::MonthToDate,
                partition: true,
                overwrite: false,
                directory: "azconnect/focus".to_owned(),
            },
            storage: StorageSpec {
                account: "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts".parse().unwrap(),
                location: "westeurope".to_owned(),
                container: "exports".to_owned(),
            },
            connection: "cloudpi".to_owned(),
        }
    }

    #[test]
    fn a_declared_export_begins_whenever_it_is_made() {
        let mut declared = declared(&step());
        let from = declared
            .pointer_mut("/properties/schedule/recurrencePeriod/from")
            .unwrap();
        assert_eq!(from.take(), TOMORROW);
        *declared
            .pointer_mut("/properties/schedule/recurrencePeriod/from")
            .unwrap() = json!("2026-11-27T00:00:00Z");
        assert_eq!(
            declared,
            written(&step(), None, at("2026-11-26T23:59:59Z"), None)
        );
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_daily_focus_export_is_the_one_that_is_proven() {
        let mut body = written(&step(), None, at("2026-11-26T23:59:59Z"), None);
        // The description is ours; all else is the body of Microsoft's FinOps toolkit.
        let properties = body["properties"].as_object_mut().unwrap();
        assert_eq!(
            properties.remove("exportDescription").unwrap(),
            "Made by azconnect (connection cloudpi)."
        );
        assert_eq!(
            body,
            json!({
                "properties": {
                    "definition": {"type": "FocusCost", "timeframe": "MonthToDate", "dataSet": {"granularity": "Daily", "configuration": {"dataVersion": "1.2-preview"}}},
                    "deliveryInfo": {"destination": {
                        "type": "AzureBlob",
                        "resourceId": "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts",
                        "container": "exports",
                        "rootFolderPath": "azconnect/focus",
                    }},
                    "schedule": {"status": "Active", "recurrence": "Daily", "recurrencePeriod": {"from": "2026-11-27T00:00:00Z", "to": "2050-02-01T00:00:00Z"}},
                    "format": "Parquet",
                    "compressionMode": "snappy",
                    "partitionData": true,
                    "dataOverwriteBehavior": "CreateNewReport",
                },
                "identity": {"type": "SystemAssigned"},
                "location": "global",
            })
        );
    }

    #[test]
    fn an_update_names_the_version_and_keeps_the_region() {
        let body = written(
            &step(),
            Some("\"1d4f\""),
            at("2026-11-26T12:00:00Z"),
            Some("centralus"),
        );
        assert_eq!(body["eTag"], "\"1d4f\"");
        assert_eq!(body["location"], "centralus");
    }

    #[test]
    fn a_schedule_begins_tomorrow_and_ends_later_than_anybody_waits() {
        for (now, from, to) in [
            (
                "2026-11-30T00:00:00Z",
                "2026-12-01T00:00:00Z",
                "2050-02-01T00:00:00Z",
            ),
            (
                "2027-02-28T08:00:00Z",
                "2027-03-01T00:00:00Z",
                "2050-02-01T00:00:00Z",
            ),
            (
                "2028-02-28T08:00:00Z",
                "2028-02-29T00:00:00Z",
                "2050-02-01T00:00:00Z",
            ),
            (
                "2026-12-31T23:59:59Z",
                "2027-01-01T00:00:00Z",
                "2050-02-01T00:00:00Z",
            ),
            (
                "2048-05-01T00:00:00Z",
                "2048-05-02T00:00:00Z",
                "2053-05-01T00:00:00Z",
            ),
        ] {
            assert_eq!(schedule(at(now)), (from.to_owned(), to.to_owned()), "{now}");
        }
    }

    #[test]
    fn each_data_set_gets_what_the_api_knows_of_it() {
        let mut step = step();
        let definition_of = |step: &mut ExportStep, key: &str| {
            let (dataset, version) = Dataset::of_key(key).unwrap();
            step.export.dataset = dataset;
            step.export.version = version.map(str::to_owned);
            definition(step)
        };
        let prices = definition_of(&mut step, "price-sheet");
        assert_eq!(prices["timeframe"], "TheCurrentMonth");
        assert_eq!(
            prices["dataSet"],
            json!({"configuration": {"dataVersion": "2023-05-01"}})
        );
        let usage = definition_of(&mut step, "usage");
        assert_eq!(
            usage,
            json!({"type": "Usage", "timeframe": "MonthToDate", "dataSet": {"granularity": "Daily"}})
        );
        let advice = definition_of(&mut step, "reservation-recommendations");
        assert_eq!(
            advice["dataSet"]["configuration"]["filters"][2]["value"],
            "Last7Days"
        );
        assert!(advice["dataSet"].get("granularity").is_none());
    }
}
