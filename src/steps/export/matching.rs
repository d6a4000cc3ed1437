//! Whether an export that is there does what is wanted. Pure.

use super::body;
use crate::azure::exports::Export;
use crate::connection::{ExportSpec, StorageSpec};

/// What an export must share with the wanted one to be used in its place: what it exports, in which form, and to where.
pub(super) fn writes_the_same(wanted: &ExportSpec, storage: &StorageSpec, is: &Export) -> bool {
    has_the_data(wanted, is)
        && has_the_form(wanted, is)
        && goes_to(wanted, storage, is)
        && is.is_active()
}

/// In what an export differs from the wanted one, in words; none means that there is nothing to change.
pub(super) fn differences(
    wanted: &ExportSpec,
    storage: &StorageSpec,
    is: &Export,
) -> Vec<&'static str> {
    let properties = &is.properties;
    let schedule = properties.schedule.as_ref();
    let recurrence = schedule.and_then(|schedule| schedule.recurrence.as_deref());
    let overwriting = properties
        .data_overwrite_behavior
        .as_deref()
        .unwrap_or("CreateNewReport");
    let rows = [
        (has_the_data(wanted, is), "its data set"),
        (
            is.properties.definition.timeframe == body::timeframe(wanted.dataset, wanted.timeframe),
            "its timeframe",
        ),
        (has_the_form(wanted, is), "its file format"),
        (
            overwriting == body::overwriting(wanted.overwrite),
            "whether it replaces files",
        ),
        (goes_to(wanted, storage, is), "its destination"),
        (
            recurrence == Some(body::recurrence(wanted.recurrence)),
            "how often it runs",
        ),
        (is.is_active(), "that it is switched off"),
    ];
    rows.into_iter()
        .filter(|(same, _)| !same)
        .map(|(_, what)| what)
        .collect()
}

fn has_the_data(wanted: &ExportSpec, is: &Export) -> bool {
    is.dataset_type() == wanted.dataset.row().api_type
        && (wanted.version.is_none() || is.data_version() == wanted.version.as_deref())
        && !has_only_some_columns(is)
}

fn has_only_some_columns(is: &Export) -> bool {
    let set = is.properties.definition.data_set.as_ref();
    set.and_then(|set| set.configuration.as_ref()?.columns.as_ref())
        .is_some_and(|columns| !columns.is_empty())
}

fn has_the_form(wanted: &ExportSpec, is: &Export) -> bool {
    let (format, compression) = wanted.format.api();
    let same = |is: Option<&str>, instead: &str, wanted: &str| {
        is.unwrap_or(instead).eq_ignore_ascii_case(wanted)
    };
    same(is.properties.format.as_deref(), "Csv", format)
        && same(
            is.properties.compression_mode.as_deref(),
            "none",
            compression,
        )
        && is.properties.partition_data.unwrap_or(false) == wanted.partition
}

/// Whether it writes into the same folder. Names of resources have no case, folders have.
pub(super) fn goes_to(wanted: &ExportSpec, storage: &StorageSpec, is: &Export) -> bool {
    let account = is.storage_account().map(|id| id.to_string().to_lowercase());
    account == Some(storage.account.to_string().to_lowercase())
        && is.container() == storage.container
        && is.directory() == wanted.directory
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::super::body::tests::step;
    use super::*;

    /// The export that Azure shows after ours was made, with its ids in other letters, and then changed.
    pub(in crate::steps::export) fn shown(change: impl FnOnce(&mut Value)) -> Export {
        let step = step();
        let now = "2026-11-26T12:00:00Z".parse().unwrap();
        let mut value = body::written(&step, Some("\"1\""), now, None);
        value["name"] = json!(step.export.name);
        value["id"] = json!(step.export.id());
        let account = step.storage.account.to_string();
        value["properties"]["deliveryInfo"]["destination"]["resourceId"] =
            json!(account.replace("/resourceGroups/", "/resourcegroups/"));
        change(&mut value);
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_we_wrote_is_what_we_want() {
        let step = step();
        let export = shown(|_| {});
        assert_eq!(
            differences(&step.export, &step.storage, &export),
            Vec::<&str>::new()
        );
        assert!(writes_the_same(&step.export, &step.storage, &export));
        assert!(body::is_ours(&export, "cloudpi") && !body::is_ours(&export, "other"));
    }

    #[test]
    fn each_setting_that_differs_is_named() {
        let step = step();
        let path = |pointer: &'static str, value: Value| {
            shown(|export| *export.pointer_mut(pointer).unwrap() = value)
        };
        for (pointer, value, named, same) in [
            (
                "/properties/definition/type",
                json!("ActualCost"),
                "its data set",
                false,
            ),
            (
                "/properties/definition/dataSet/configuration/dataVersion",
                json!("1.0"),
                "its data set",
                false,
            ),
            (
                "/properties/definition/timeframe",
                json!("TheLastMonth"),
                "its timeframe",
                true,
            ),
            ("/properties/format", json!("Csv"), "its file format", false),
            (
                "/properties/partitionData",
                json!(false),
                "its file format",
                false,
            ),
            (
                "/properties/dataOverwriteBehavior",
                json!("OverwritePreviousReport"),
                "whether it replaces files",
                true,
            ),
            (
                "/properties/deliveryInfo/destination/container",
                json!("other"),
                "its destination",
                false,
            ),
            (
                "/properties/deliveryInfo/destination/rootFolderPath",
                json!("other"),
                "its destination",
                false,
            ),
            (
                "/properties/schedule/recurrence",
                json!("Weekly"),
                "how often it runs",
                true,
            ),
            (
                "/properties/schedule/status",
                json!("Inactive"),
                "that it is switched off",
                false,
            ),
        ] {
            let export = path(pointer, value);
            assert_eq!(
                differences(&step.export, &step.storage, &export),
                [named],
                "{pointer}"
            );
            assert_eq!(
                writes_the_same(&step.export, &step.storage, &export),
                same,
                "{pointer}"
            );
        }
    }

    #[test]
    fn an_export_of_some_columns_is_not_taken_for_one_of_all() {
        let step = step();
        let columns = "/properties/definition/dataSet/configuration";
        let export = shown(|export| {
            export.pointer_mut(columns).unwrap()["columns"] = json!(["BilledCost"]);
        });
        assert!(!writes_the_same(&step.export, &step.storage, &export));
    }
}
