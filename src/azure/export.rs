//! Exports of Cost Management and their runs, as Azure describes them.
//!
//! Source: <https://learn.microsoft.com/rest/api/cost-management/exports/get?view=rest-cost-management-2025-03-01>

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use crate::connection::StorageAccountId;

/// An export.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// Its resource id, as Azure writes it: the leading slash may be missing.
    #[serde(default)]
    pub id: String,
    /// Its name, unique at its scope.
    pub name: String,
    /// Its version, which an update must name. (`etag` in some answers.)
    #[serde(default, alias = "etag")]
    pub e_tag: Option<String>,
    /// The region of its identity.
    #[serde(default)]
    pub location: Option<String>,
    /// Its identity; absent where it writes with the storage account's key.
    #[serde(default)]
    pub identity: Option<Identity>,
    /// What it is set to.
    pub properties: ExportProperties,
}

/// An export's own identity, which Azure makes and gives a role on the container.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Identity {
    /// `SystemAssigned` or `None`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The object id of its service principal.
    pub principal_id: Option<String>,
}

/// What an export is set to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportProperties {
    /// `Csv` or `Parquet`.
    pub format: Option<String>,
    /// `none`, `gzip` or `snappy`.
    pub compression_mode: Option<String>,
    /// Large files are cut into parts, and a manifest lists them.
    pub partition_data: Option<bool>,
    /// `OverwritePreviousReport` or `CreateNewReport`.
    pub data_overwrite_behavior: Option<String>,
    /// What people are told about it.
    pub export_description: Option<String>,
    /// What it exports.
    pub definition: ExportDefinition,
    /// Where its files go.
    pub delivery_info: DeliveryInfo,
    /// When it runs; absent for one that runs only when asked.
    pub schedule: Option<Schedule>,
    /// When it will run next.
    #[serde(deserialize_with = "time")]
    pub next_run_time_estimate: Option<Timestamp>,
    /// Its last runs, where they were asked for.
    pub run_history: Option<Runs>,
}

/// What an export exports.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportDefinition {
    /// `ActualCost`, `FocusCost` and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// `MonthToDate`, `TheLastMonth`, `Custom` and so on.
    pub timeframe: String,
    /// Its columns and their version.
    pub data_set: Option<DataSet>,
}

/// The columns of an export.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DataSet {
    /// `Daily`; Azure answers null where a data set has none.
    pub granularity: Option<String>,
    /// Which columns, in which version.
    pub configuration: Option<DataSetConfiguration>,
}

/// Which columns, in which version.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DataSetConfiguration {
    /// `2021-10-01`, `1.2-preview`.
    pub data_version: Option<String>,
    /// Some columns only; absent or empty means all.
    pub columns: Option<Vec<String>>,
}

/// Where an export's files go.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeliveryInfo {
    /// The place itself.
    pub destination: Destination,
}

/// A folder in a container.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Destination {
    /// The storage account's resource id; absent where a partner gave a shared access signature instead.
    pub resource_id: Option<String>,
    /// The container.
    pub container: String,
    /// The folder; absent or empty for the container's root.
    pub root_folder_path: Option<String>,
}

/// When an export runs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Schedule {
    /// `Active` or `Inactive`.
    pub status: Option<String>,
    /// `Daily`, `Weekly`, `Monthly`, `Annually`.
    pub recurrence: Option<String>,
    /// From when until when.
    pub recurrence_period: Option<RecurrencePeriod>,
}

/// From when until when an export runs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RecurrencePeriod {
    /// The first day.
    #[serde(deserialize_with = "time")]
    pub from: Option<Timestamp>,
    /// The last day.
    #[serde(deserialize_with = "time")]
    pub to: Option<Timestamp>,
}

/// Runs of an export, in the order in which Azure lists them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Runs {
    /// The runs.
    pub value: Vec<ExportRun>,
}

/// One run of an export.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExportRun {
    /// Its resource id.
    pub id: String,
    /// What it did.
    pub properties: ExportRunProperties,
}

/// What a run of an export did.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportRunProperties {
    /// `OnDemand` or `Scheduled`.
    pub execution_type: Option<String>,
    /// `Queued`, `InProgress`, `Completed`, `Failed`, `Timeout`, `NewDataNotAvailable` or `DataNotAvailable`.
    pub status: String,
    /// A person's e-mail address, or `System`.
    pub submitted_by: Option<String>,
    /// When it was asked for.
    #[serde(deserialize_with = "time")]
    pub submitted_time: Option<Timestamp>,
    /// When it began.
    #[serde(deserialize_with = "time")]
    pub processing_start_time: Option<Timestamp>,
    /// When it ended.
    #[serde(deserialize_with = "time")]
    pub processing_end_time: Option<Timestamp>,
    /// The first day that it covers.
    #[serde(deserialize_with = "time")]
    pub start_date: Option<Timestamp>,
    /// The last day that it covers.
    #[serde(deserialize_with = "time")]
    pub end_date: Option<Timestamp>,
    /// The file that it wrote, where it wrote one.
    pub file_name: Option<String>,
    /// The manifest that lists its files.
    pub manifest_file: Option<String>,
    /// Why it failed.
    pub error: Option<RunError>,
}

/// Why a run failed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RunError {
    /// Azure's code.
    pub code: String,
    /// The same in Azure's words.
    pub message: String,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It waits or works.
    Underway,
    /// Its files are there.
    Completed,
    /// There was nothing to export: no failure.
    NoData,
    /// It failed.
    Failed,
}

impl Export {
    /// `ActualCost`, `FocusCost` and so on.
    pub fn dataset_type(&self) -> &str {
        &self.properties.definition.kind
    }

    /// The version of its columns, where it is set.
    pub fn data_version(&self) -> Option<&str> {
        let set = self.properties.definition.data_set.as_ref()?;
        set.configuration.as_ref()?.data_version.as_deref()
    }

    /// The storage account that it writes to, where it is named by its resource id.
    pub fn storage_account(&self) -> Option<StorageAccountId> {
        let destination = &self.properties.delivery_info.destination;
        destination.resource_id.as_deref()?.parse().ok()
    }

    /// The container that it writes to.
    pub fn container(&self) -> &str {
        &self.properties.delivery_info.destination.container
    }

    /// The folder that it writes to, without slashes around it; empty for the container's root.
    pub fn directory(&self) -> &str {
        let destination = &self.properties.delivery_info.destination;
        destination
            .root_folder_path
            .as_deref()
            .unwrap_or_default()
            .trim_matches('/')
    }

    /// Whether it runs by itself.
    pub fn is_active(&self) -> bool {
        let schedule = self.properties.schedule.as_ref();
        schedule.is_some_and(|schedule| schedule.status.as_deref() == Some("Active"))
    }

    /// When its schedule ends, where it says so.
    pub fn ends_at(&self) -> Option<Timestamp> {
        let schedule = self.properties.schedule.as_ref()?;
        schedule.recurrence_period.as_ref()?.to
    }

    /// Whether it writes with an identity of its own.
    pub fn has_identity(&self) -> bool {
        let kind = self
            .identity
            .as_ref()
            .map(|identity| identity.kind.as_str());
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("SystemAssigned"))
    }

    /// Its last runs, where they were asked for.
    pub fn runs(&self) -> &[ExportRun] {
        self.properties
            .run_history
            .as_ref()
            .map_or(&[], |runs| runs.value.as_slice())
    }
}

impl ExportRun {
    /// Where it stands. A state that azconnect doesn't know is one that is not over yet.
    pub fn state(&self) -> RunState {
        match self.properties.status.as_str() {
            "Completed" => RunState::Completed,
            "Failed" | "Timeout" => RunState::Failed,
            "NewDataNotAvailable" | "DataNotAvailable" => RunState::NoData,
            _ => RunState::Underway,
        }
    }

    /// Whether somebody asked for it, and the schedule did not.
    pub fn is_on_demand(&self) -> bool {
        self.properties.execution_type.as_deref() == Some("OnDemand")
    }

    /// The days that it covers, both included, where Azure says so.
    pub fn days(&self) -> Option<(Date, Date)> {
        let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let properties = &self.properties;
        Some((day(properties.start_date?), day(properties.end_date?)))
    }
}

/// A time with or without a zone (then it is UTC); none where it is empty or of another form.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(text.as_deref().and_then(parse_time))
}

/// A time as Azure writes it: `2024-01-01T00:00:00`, with a zone or without.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let with_zone = text.parse::<Timestamp>().ok();
    with_zone.or_else(|| {
        let time: jiff::civil::DateTime = text.parse().ok()?;
        let zoned = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    /// As Microsoft's example `ExportsGetByBillingAccount` has it, with a run and a null among its values.
    fn export() -> Export {
        serde_json::from_value(json!({
            "name": "TestExport1",
            "id": "providers/Microsoft.Billing/billingAccounts/123456/providers/Microsoft.CostManagement/exports/TestExport1",
            "eTag": "\"1d4ff9fe\"",
            "identity": {"type": "SystemAssigned", "principalId": "00000000-0000-0000-0000-000000000001"},
            "location": "global",
            "properties": {
                "format": "Csv", "compressionMode": "gzip", "partitionData": true,
                "definition": {"type": "ActualCost", "timeframe": "MonthToDate",
                    "dataSet": {"granularity": null, "configuration": {"dataVersion": "2021-10-01"}}},
                "deliveryInfo": {"destination": {"container": "exports", "rootFolderPath": "/costs/",
                    "resourceId": "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourcegroups/costs/providers/microsoft.storage/storageaccounts/contosocosts"}},
                "schedule": {"status": "Active", "recurrence": "Daily",
                    "recurrencePeriod": {"from": "2026-11-27T00:00:00Z", "to": "2050-02-01T00:00:00"}},
                "runHistory": {"value": [{"properties": {"status": "DataNotAvailable", "executionType": "OnDemand",
                    "startDate": "2020-06-01T00:00:00Z", "endDate": "2020-06-30T00:00:00"}}]},
            },
        }))
        .unwrap()
    }

    #[test]
    fn an_export_is_read_as_azure_writes_it() {
        let export = export();
        assert_eq!(export.e_tag.as_deref(), Some("\"1d4ff9fe\""));
        assert_eq!(export.data_version(), Some("2021-10-01"));
        assert_eq!(
            export.storage_account().unwrap().to_string(),
            "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts"
        );
        assert_eq!(export.directory(), "costs");
        assert!(export.is_active() && export.has_identity());
        assert_eq!(
            export.ends_at().unwrap().to_string(),
            "2050-02-01T00:00:00Z"
        );
        let [run] = export.runs() else {
            panic!("one run")
        };
        assert_eq!(run.state(), RunState::NoData);
        assert_eq!(run.days(), Some((date(2020, 6, 1), date(2020, 6, 30))));
    }
}
