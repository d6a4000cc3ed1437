//! The body of a PUT, member by member: what Microsoft's definition of 2025-03-01 knows, and of which type.
//!
//! <https://learn.microsoft.com/rest/api/cost-management/exports/create-or-update>. What only the service writes may be sent
//! back to it, and is dropped. The definition says nothing of unknown members; here they are refused, as everywhere in the
//! sandbox, so that a misspelt one is not taken for an absent one.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// What a member holds.
enum Kind {
    Text,
    Flag,
    Time,
    Texts,
    OneOf(&'static [&'static str]),
    Object(&'static [Member]),
    Objects(&'static [Member]),
    /// Written by the service only.
    Dropped,
}

/// A member of an object.
struct Member {
    name: &'static str,
    kind: Kind,
    required: bool,
}

const fn may(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        kind,
        required: false,
    }
}

const fn must(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        kind,
        required: true,
    }
}

const PERIOD: &[Member] = &[must("from", Kind::Time), must("to", Kind::Time)];

/// The body of a run.
const RUN: &[Member] = &[may("timePeriod", Kind::Object(PERIOD))];

const TIMEFRAMES: &[&str] = &[
    "MonthToDate",
    "BillingMonthToDate",
    "TheLastMonth",
    "TheLastBillingMonth",
    "WeekToDate",
    "Custom",
    "TheCurrentMonth",
];

const CONFIGURATION: &[Member] = &[
    may("columns", Kind::Texts),
    may("dataVersion", Kind::Text),
    may(
        "filters",
        Kind::Objects(&[
            must(
                "name",
                Kind::OneOf(&["ReservationScope", "ResourceType", "LookBackPeriod"]),
            ),
            must("value", Kind::Text),
        ]),
    ),
];

const DEFINITION: &[Member] = &[
    must("type", Kind::Text),
    must("timeframe", Kind::OneOf(TIMEFRAMES)),
    may("timePeriod", Kind::Object(PERIOD)),
    may(
        "dataSet",
        Kind::Object(&[
            may("granularity", Kind::OneOf(&["Daily", "Monthly"])),
            may("configuration", Kind::Object(CONFIGURATION)),
        ]),
    ),
];

const DESTINATION: &[Member] = &[
    may("type", Kind::OneOf(&["AzureBlob"])),
    may("resourceId", Kind::Text),
    must("container", Kind::Text),
    may("rootFolderPath", Kind::Text),
    may("sasToken", Kind::Text),
    may("storageAccount", Kind::Text),
];

const SCHEDULE: &[Member] = &[
    may("status", Kind::OneOf(&["Active", "Inactive"])),
    may(
        "recurrence",
        Kind::OneOf(&["Daily", "Weekly", "Monthly", "Annually"]),
    ),
    may(
        "recurrencePeriod",
        Kind::Object(&[must("from", Kind::Time), may("to", Kind::Time)]),
    ),
];

const PROPERTIES: &[Member] = &[
    may("format", Kind::OneOf(&["Csv", "Parquet"])),
    may("compressionMode", Kind::OneOf(&["none", "gzip", "snappy"])),
    may("partitionData", Kind::Flag),
    may(
        "dataOverwriteBehavior",
        Kind::OneOf(&["OverwritePreviousReport", "CreateNewReport"]),
    ),
    may("exportDescription", Kind::Text),
    must("definition", Kind::Object(DEFINITION)),
    must(
        "deliveryInfo",
        Kind::Object(&[must("destination", Kind::Object(DESTINATION))]),
    ),
    may("schedule", Kind::Object(SCHEDULE)),
    may("nextRunTimeEstimate", Kind::Dropped),
    may("runHistory", Kind::Dropped),
    may("systemSuspensionContext", Kind::Dropped),
];

const EXPORT: &[Member] = &[
    may("id", Kind::Dropped),
    may("name", Kind::Dropped),
    may("type", Kind::Dropped),
    may("eTag", Kind::Text),
    may("location", Kind::Text),
    may(
        "identity",
        Kind::Object(&[
            must("type", Kind::Text),
            may("principalId", Kind::Dropped),
            may("tenantId", Kind::Dropped),
        ]),
    ),
    must("properties", Kind::Object(PROPERTIES)),
];

/// Checks the body of a PUT, and returns it with times in UTC and without what only the service writes.
pub(super) fn export(body: &Value) -> Result<Value, Refusal> {
    object("", body, EXPORT)
}

/// The same for the body of a run.
pub(super) fn run(body: &Value) -> Result<Value, Refusal> {
    object("", body, RUN)
}

fn object(path: &str, value: &Value, members: &[Member]) -> Result<Value, Refusal> {
    let fields = value.as_object().ok_or_else(|| Refusal::member(path))?;
    let mut checked = Map::new();
    for (name, value) in fields {
        let path = below(path, name);
        let member = members.iter().find(|member| member.name == name);
        let member = member.ok_or_else(|| Refusal::member(&path))?;
        // The service itself answers `null` for the granularity of what has none.
        let is_nothing = name == "granularity" && value.is_null();
        if let (Some(value), false) = (checked_value(&path, value, &member.kind)?, is_nothing) {
            checked.insert(name.clone(), value);
        }
    }
    match members
        .iter()
        .find(|member| member.required && !fields.contains_key(member.name))
    {
        Some(absent) => Err(Refusal::member(&below(path, absent.name))),
        None => Ok(Value::Object(checked)),
    }
}

fn checked_value(path: &str, value: &Value, kind: &Kind) -> Result<Option<Value>, Refusal> {
    let wrong = || Refusal::member(path);
    let is_fitting = match kind {
        Kind::Dropped => return Ok(None),
        Kind::Object(members) => return object(path, value, members).map(Some),
        Kind::Objects(members) => {
            let items = value.as_array().ok_or_else(wrong)?;
            let items: Result<Vec<Value>, Refusal> = items
                .iter()
                .map(|item| object(path, item, members))
                .collect();
            return items.map(|items| Some(Value::Array(items)));
        }
        Kind::Time => {
            let time = value.as_str().and_then(time).ok_or_else(wrong)?;
            return Ok(Some(Value::from(time.to_string())));
        }
        Kind::Text => value.is_string(),
        Kind::Flag => value.is_boolean(),
        Kind::Texts => value
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string)),
        Kind::OneOf(names) => {
            (path.ends_with(".granularity") && value.is_null())
                || value.as_str().is_some_and(|text| names.contains(&text))
        }
    };
    if is_fitting {
        Ok(Some(value.clone()))
    } else {
        Err(wrong())
    }
}

/// A time; one without a zone, as the portal writes it, is in UTC.
fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let local: DateTime = text.contains('T').then(|| text.parse().ok())??;
    Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
