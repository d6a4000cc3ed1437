//! What Cost Management refuses of an export whose members are all well-formed.
//!
//! The sentences were met by others; each rule names where. Where nobody published one, it begins as the others do.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::Value;

use super::datasets::{Dataset, Rows, dataset, offered};
use super::place::{Level, Place};
use super::refusal::Refusal;
use super::settings::{Settings, date};

type Checked = Result<(), Refusal>;

/// Values of the filters of reservation recommendations.
const FILTERS: [(&str, &[&str]); 3] = [
    ("ReservationScope", &["Single", "Shared"]),
    ("LookBackPeriod", &["Last7Days", "Last30Days", "Last60Days"]),
    (
        "ResourceType",
        &[
            "VirtualMachines",
            "SQLDatabases",
            "PostgreSQL",
            "ManagedDisk",
            "MySQL",
            "RedHat",
            "MariaDB",
            "RedisCache",
            "CosmosDB",
            "SqlDataWarehouse",
            "SUSELinux",
            "AppService",
            "BlockBlob",
            "AzureDataExplorer",
            "VMwareCloudSimple",
        ],
    ),
];

/// Offers that Cost Management has nothing about:
/// <https://github.com/hashicorp/terraform-provider-azurerm/issues/19024>.
const UNSUPPORTED_OFFERS: [&str; 3] = ["AzureInOpen_", "DreamSpark_", "Internal_"];
/// What the enrollments' offers begin with: only their subscriptions can be exported by management group.
const ENROLLMENT_OFFERS: [&str; 2] = ["EnterpriseAgreement_", "MSDNDevTestEA_"];

/// Checks everything but where the files go; `before` is what an update replaces.
pub(super) fn check(
    properties: &Value,
    before: Option<&Value>,
    place: &Place,
    now: Timestamp,
) -> Checked {
    let settings = Settings(properties);
    check_offer(place)?;
    let dataset = check_dataset(settings, place)?;
    check_version(settings, dataset)?;
    check_filters(settings, dataset)?;
    check_compression(settings)?;
    check_timeframe(settings, date(now))?;
    check_schedule(settings, before.map(Settings), now)
}

fn check_offer(place: &Place) -> Checked {
    let is_unsupported = |quota_id: &str| match place.level {
        Level::Billing(..) => false,
        Level::Subscription => begins_with(quota_id, &UNSUPPORTED_OFFERS),
        Level::ManagementGroup => !begins_with(quota_id, &ENROLLMENT_OFFERS),
    };
    let subscriptions: Vec<String> = place
        .bearers
        .iter()
        .filter(|bearer| is_unsupported(&bearer.quota_id))
        .map(|bearer| bearer.id.to_string())
        .collect();
    if subscriptions.is_empty() {
        return Ok(());
    }
    let text = format!(
        "Cost management data is not supported for subscription(s) {} in the provided api-version",
        subscriptions.join(",")
    );
    Err(Refusal::new(400, "BadRequest", text))
}

fn begins_with(quota_id: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| quota_id.starts_with(prefix))
}

/// <https://github.com/Azure/azure-cli-extensions/issues/2021>
fn check_dataset(settings: Settings<'_>, place: &Place) -> Result<&'static Dataset, Refusal> {
    let name = settings.text("/definition/type");
    dataset(name)
        .filter(|dataset| dataset.is_offered(place))
        .ok_or_else(|| {
            let valid: Vec<String> = offered(place)
                .iter()
                .map(|name| format!("'{name}'"))
                .collect();
            Refusal::invalid(format!(
                "Invalid definition type '{name}'; valid values: {}.",
                valid.join(", ")
            ))
        })
}

/// An assumption: that unknown versions are refused is documented nowhere.
fn check_version(settings: Settings<'_>, dataset: &Dataset) -> Checked {
    let version = settings.data_version();
    if dataset.versions.contains(&version) {
        return Ok(());
    }
    let valid: Vec<String> = dataset
        .versions
        .iter()
        .map(|name| format!("'{name}'"))
        .collect();
    Err(Refusal::invalid(format!(
        "Invalid definition dataSet configuration dataVersion '{version}'; valid values: {}.",
        valid.join(", ")
    )))
}

fn check_filters(settings: Settings<'_>, dataset: &Dataset) -> Checked {
    let pointer = "/definition/dataSet/configuration/filters";
    let filters = settings.0.pointer(pointer).and_then(Value::as_array);
    for filter in filters.into_iter().flatten() {
        let (name, value) = (
            Settings(filter).text("/name"),
            Settings(filter).text("/value"),
        );
        let is_known = FILTERS
            .iter()
            .any(|(filter, values)| *filter == name && values.contains(&value));
        if !is_known || dataset.name != "ReservationRecommendations" {
            return Err(Refusal::invalid(format!(
                "Invalid definition dataSet configuration filters; '{name}' cannot be '{value}' for the type '{}'.",
                dataset.name
            )));
        }
    }
    Ok(())
}

/// "Gzip is for csv and snappy for parquet."
fn check_compression(settings: Settings<'_>) -> Checked {
    let (format, other) = if settings.is_parquet() {
        ("Parquet", "gzip")
    } else {
        ("Csv", "snappy")
    };
    if settings.compression() == other {
        return Err(Refusal::invalid(format!(
            "Invalid compressionMode '{other}' for the format '{format}'"
        )));
    }
    Ok(())
}

fn check_timeframe(settings: Settings<'_>, today: Date) -> Checked {
    let has_period = settings.0.pointer("/definition/timePeriod").is_some();
    match (
        settings.text("/definition/timeframe") == "Custom",
        has_period,
    ) {
        (true, true) => {
            let (from, to) = settings.period(today);
            check_period(from, to, today)
        }
        (false, false) => Ok(()),
        (true, false) => Err(Refusal::time_period(
            " The timeframe 'Custom' needs a timePeriod.",
        )),
        (false, true) => Err(Refusal::time_period(
            " A timePeriod is for the timeframe 'Custom' only.",
        )),
    }
}

/// The days of a period: in order, not to come, a calendar month at most.
pub(super) fn check_period(from: Date, to: Date, today: Date) -> Checked {
    if from > to {
        return Err(Refusal::time_period(
            " The end date cannot be before the start date.",
        ));
    }
    if to > today {
        return Err(Refusal::time_period(
            " The end date cannot be in the future.",
        ));
    }
    if to >= from.saturating_add(Span::new().months(1)) {
        return Err(Refusal::time_period(
            " The maximum date range is 1 calendar month.",
        ));
    }
    Ok(())
}

/// <https://github.com/Azure/bicep/issues/6519>. That `from` may be past where an update leaves it as it was, is an
/// assumption: without it no schedule could be changed once it has begun.
fn check_schedule(settings: Settings<'_>, before: Option<Settings<'_>>, now: Timestamp) -> Checked {
    let at = |name: &str| settings.time(&format!("/schedule/recurrencePeriod/{name}"));
    let (from, to) = (at("from"), at("to"));
    if from.is_some() && to.is_none_or(|to| from > Some(to)) {
        return Err(Refusal::invalid(
            "Invalid schedule recurrencePeriod; 'from' value cannot be after 'to' value",
        ));
    }
    if !settings.is_active() {
        return Ok(());
    }
    if settings.text("/schedule/recurrence").is_empty() {
        return Err(Refusal::member("properties.schedule.recurrence"));
    }
    let Some(from) = from else {
        return Err(Refusal::member("properties.schedule.recurrencePeriod"));
    };
    let was = before.and_then(|before| before.time("/schedule/recurrencePeriod/from"));
    if from < now && was != Some(from) {
        return Err(Refusal::invalid(
            "Invalid schedule recurrencePeriod; 'from' value cannot be in the past",
        ));
    }
    Ok(())
}

/// The period that a run is asked for, of an export of these settings.
pub(super) fn check_run_period(
    settings: Settings<'_>,
    body: &Value,
    today: Date,
) -> Result<(Date, Date), Refusal> {
    let at = |name: &str| {
        Settings(body)
            .time(&format!("/timePeriod/{name}"))
            .map(date)
    };
    let (Some(from), Some(to)) = (at("from"), at("to")) else {
        return Err(Refusal::time_period(""));
    };
    check_period(from, to, today)?;
    match settings.dataset() {
        Some(dataset) if !dataset.has_periods => {
            let what = if dataset.rows == Rows::Prices {
                " Price sheets are of the current month."
            } else {
                " Recommendations are of the current day."
            };
            Err(Refusal::time_period(what))
        }
        _ => Ok((from, to)),
    }
}
