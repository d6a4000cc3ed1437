//! Exports that are there already: which of them are what is wanted.

use super::Wanted;
use crate::azure::exports::Export;
use crate::connection::{Dataset, ExportFormat, ExportSpec, Scope, ScopeChoice, StorageAccountId};
use crate::interview::Answers;
use crate::vendors::{Recurrence, Timeframe};

/// An export that is there, in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Existing {
    pub(super) spec: ExportSpec,
    pub(super) account: StorageAccountId,
    pub(super) container: String,
    pub(super) is_active: bool,
}

/// The exports at a place that azconnect understands. Somebody who may not see them is not stopped: a new one can still be made.
pub(super) async fn at(wanted: &Wanted<'_>, place: &ScopeChoice) -> Vec<Existing> {
    match wanted.azure.exports(&place.scope).await {
        Ok(all) => all
            .iter()
            .filter_map(|export| read(export, place))
            .collect(),
        Err(error) => {
            tracing::info!("the exports of {} can't be listed: {error}", place.scope);
            Vec::new()
        }
    }
}

/// What an export is, where it is one that azconnect could have made.
fn read(export: &Export, place: &ScopeChoice) -> Option<Existing> {
    let dataset = Dataset::all().find(|dataset| {
        dataset
            .row()
            .api_type
            .eq_ignore_ascii_case(export.dataset_type())
    })?;
    let properties = &export.properties;
    let recurrence = match properties.schedule.as_ref()?.recurrence.as_deref()? {
        "Daily" => Recurrence::Daily,
        "Weekly" => Recurrence::Weekly,
        "Monthly" => Recurrence::Monthly,
        _ => return None,
    };
    let timeframe = match properties.definition.timeframe.as_str() {
        "MonthToDate" | "TheCurrentMonth" => Timeframe::MonthToDate,
        "TheLastMonth" => Timeframe::LastMonth,
        "WeekToDate" => Timeframe::WeekToDate,
        _ => return None,
    };
    let overwrite =
        properties.data_overwrite_behavior.as_deref() == Some("OverwritePreviousReport");
    Some(Existing {
        account: export.storage_account()?,
        container: export.container().to_owned(),
        is_active: export.is_active(),
        spec: ExportSpec {
            at: place.clone(),
            name: export.name.clone(),
            dataset,
            version: export.data_version().map(str::to_owned),
            format: format_of(
                properties.format.as_deref(),
                properties.compression_mode.as_deref(),
            )?,
            recurrence,
            timeframe,
            partition: properties.partition_data.unwrap_or(false),
            overwrite,
            directory: export.directory().to_owned(),
        },
    })
}

fn format_of(format: Option<&str>, compression: Option<&str>) -> Option<ExportFormat> {
    let all = [
        ExportFormat::Csv,
        ExportFormat::CsvGzip,
        ExportFormat::Parquet,
    ];
    let is = |known: &str, given: Option<&str>, default: &str| {
        given.unwrap_or(default).eq_ignore_ascii_case(known)
    };
    all.into_iter().find(|known| {
        let (kind, mode) = known.api();
        is(kind, format, "Csv") && is(mode, compression, "none")
    })
}

/// Whether an export that is there is what is wanted, and goes where the person said, if they said.
pub(super) fn is_what_is_wanted(there: &Existing, spec: &ExportSpec, answers: &Answers) -> bool {
    let fits = |key: &str, is: &dyn Fn(&str) -> bool| answers.value(key).is_none_or(is);
    let same = ExportSpec {
        name: there.spec.name.clone(),
        directory: there.spec.directory.clone(),
        ..spec.clone()
    };
    there.is_active
        && there.spec == same
        && fits("storage_account", &|text| is_account(text, &there.account))
        && fits("container", &|text| text == there.container)
        && fits("export_name", &|_| spec.name == there.spec.name)
        && fits("export_directory", &|_| {
            spec.directory == there.spec.directory
        })
        && fits("resource_group", &|text| {
            text.eq_ignore_ascii_case(&there.account.resource_group)
        })
}

/// Whether an answer names this storage account, by name or id.
pub(super) fn is_account(text: &str, account: &StorageAccountId) -> bool {
    text == account.account
        || text
            .parse::<StorageAccountId>()
            .is_ok_and(|named| is_same(&named, account))
}

/// Whether two ids name one account: Azure is not particular about their case.
pub(super) fn is_same(one: &StorageAccountId, other: &StorageAccountId) -> bool {
    one.to_string().eq_ignore_ascii_case(&other.to_string())
}

/// Whether it is at this place, with this name.
pub(super) fn is_at(there: &Existing, scope: &Scope, name: &str) -> bool {
    there.spec.at.scope == *scope && there.spec.name.eq_ignore_ascii_case(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::host::Host;

    const ACCOUNT: &str = "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts";

    type Change = fn(&mut Value);

    fn place() -> ScopeChoice {
        ScopeChoice {
            scope: "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e"
                .parse()
                .unwrap(),
            display_name: "Contoso Production".to_owned(),
        }
    }

    fn export(change: impl FnOnce(&mut Value)) -> Export {
        let mut value = json!({"name": "daily", "properties": {
            "format": "Csv", "compressionMode": "gzip", "partitionData": true,
            "dataOverwriteBehavior": "OverwritePreviousReport",
            "definition": {"type": "ActualCost", "timeframe": "MonthToDate",
                "dataSet": {"configuration": {"dataVersion": "2021-10-01"}}},
            "deliveryInfo": {"destination": {"container": "exports", "rootFolderPath": "costs", "resourceId": ACCOUNT.to_uppercase().replace("MICROSOFT.STORAGE", "Microsoft.Storage").replace("CONTOSOCOSTS", "contosocosts")}},
            "schedule": {"status": "Active", "recurrence": "Daily"}}});
        change(&mut value["properties"]);
        serde_json::from_value(value).unwrap()
    }

    fn wish() -> ExportSpec {
        ExportSpec {
            at: place(),
            name: "azconnectactual".to_owned(),
            dataset: Dataset::Actual,
            version: Some("2021-10-01".to_owned()),
            format: ExportFormat::CsvGzip,
            recurrence: Recurrence::Daily,
            timeframe: Timeframe::MonthToDate,
            partition: true,
            overwrite: true,
            directory: "azconnect/spot".to_owned(),
        }
    }

    fn answers(given: &[(&str, &str)]) -> Answers {
        let flags: BTreeMap<String, Vec<String>> = given
            .iter()
            .map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]))
            .collect();
        Answers::gather(&flags, &Host::made_of([]), None, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn one_that_does_the_same_is_what_is_wanted() {
        let there = read(&export(|_| ()), &place()).unwrap();
        assert!(is_what_is_wanted(&there, &wish(), &answers(&[])));
        for given in [
            ("storage_account", "contosocosts"),
            ("storage_account", ACCOUNT),
            ("container", "exports"),
            ("resource_group", "costs"),
        ] {
            assert!(
                is_what_is_wanted(&there, &wish(), &answers(&[given])),
                "{given:?}"
            );
        }
        for given in [
            ("storage_account", "anotherone"),
            ("container", "costs"),
            ("export_name", "azconnectactual"),
            ("export_directory", "azconnect/spot"),
        ] {
            assert!(
                !is_what_is_wanted(&there, &wish(), &answers(&[given])),
                "{given:?}"
            );
        }
    }

    #[test]
    fn one_that_does_anything_else_is_not() {
        let changes: [(&str, Change); 7] = [
            ("inactive", |it| {
                it["schedule"]["status"] = json!("Inactive")
            }),
            ("monthly", |it| {
                it["schedule"]["recurrence"] = json!("Monthly")
            }),
            ("another data set", |it| {
                it["definition"]["type"] = json!("FocusCost")
            }),
            ("another version", |it| {
                it["definition"]["dataSet"]["configuration"]["dataVersion"] = json!("2020-01-01")
            }),
            ("not compressed", |it| it["compressionMode"] = json!("none")),
            ("not in parts", |it| it["partitionData"] = json!(false)),
            ("keeps every report", |it| {
                it["dataOverwriteBehavior"] = json!("CreateNewReport")
            }),
        ];
        for (what, change) in changes {
            let there = read(&export(change), &place()).unwrap();
            assert!(!is_what_is_wanted(&there, &wish(), &answers(&[])), "{what}");
        }
        for (what, change) in [
            (
                "yearly",
                (|it| it["schedule"]["recurrence"] = json!("Annually")) as Change,
            ),
            ("over chosen days", |it| {
                it["definition"]["timeframe"] = json!("Custom")
            }),
            ("to a place without an id", |it| {
                it["deliveryInfo"]["destination"]["resourceId"] = Value::Null
            }),
        ] {
            assert_eq!(read(&export(change), &place()), None, "{what}");
        }
    }
}
