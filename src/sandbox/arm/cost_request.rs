//! The body of a cost query, checked against Microsoft's definition.
//!
//! <https://learn.microsoft.com/rest/api/cost-management/query/usage>

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Map, Value};

use super::refusal::ArmError;

const TYPES: [&str; 3] = ["Usage", "ActualCost", "AmortizedCost"];
/// Columns that can be summed.
const AMOUNTS: [&str; 3] = ["Cost", "PreTaxCost", "CostUSD"];
/// Dimensions that the figures can be split by.
pub(super) const DIMENSIONS: [&str; 4] = [
    "ServiceName",
    "ResourceGroupName",
    "SubscriptionId",
    "SubscriptionName",
];
const MOST_CLAUSES: usize = 2;
const LONGEST_PERIOD_DAYS: i32 = 366;

/// A query, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct CostRequest {
    pub(super) from: Date,
    /// Inclusive.
    pub(super) to: Date,
    pub(super) daily: bool,
    /// Columns to sum, in the order of their aliases.
    pub(super) amounts: Vec<String>,
    /// Dimensions to split by.
    pub(super) grouping: Vec<String>,
}

impl CostRequest {
    /// Reads and checks a body.
    pub(in crate::sandbox) fn read(body: &Value, now: Timestamp) -> Result<Self, ArmError> {
        let fields = object(body, "query")?;
        known(
            fields,
            "QueryDefinition",
            &["type", "timeframe", "timePeriod", "dataset"],
        )?;
        one_of("type", required(fields, "type")?, &TYPES)?;
        let (from, to) = period(fields, now)?;
        let dataset = object(
            fields.get("dataset").ok_or_else(|| missing("dataset"))?,
            "dataset",
        )?;
        known(
            dataset,
            "QueryDataset",
            &[
                "granularity",
                "configuration",
                "aggregation",
                "grouping",
                "filter",
            ],
        )?;
        for name in ["configuration", "filter"] {
            if dataset.contains_key(name) {
                let text = format!(
                    "The sandbox does not simulate the member 'dataset.{name}' of a cost query."
                );
                return Err(ArmError::new(501, "NotImplemented", text));
            }
        }
        let daily = match dataset.get("granularity") {
            None | Some(Value::Null) => false,
            Some(value) => {
                let granularity = value.as_str().ok_or_else(|| invalid("granularity"))?;
                one_of("granularity", granularity, &["Daily", "None"])?;
                granularity == "Daily"
            }
        };
        Ok(Self {
            from,
            to,
            daily,
            amounts: amounts(dataset)?,
            grouping: grouping(dataset)?,
        })
    }
}

fn period(fields: &Map<String, Value>, now: Timestamp) -> Result<(Date, Date), ArmError> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let timeframe = required(fields, "timeframe")?;
    let days_ago = |days: i8| today.saturating_sub(Span::new().days(days));
    let bounds = match timeframe {
        "MonthToDate" | "BillingMonthToDate" => (today.first_of_month(), today),
        "TheLastMonth" | "TheLastBillingMonth" => {
            let last = today.first_of_month().saturating_sub(Span::new().days(1));
            (last.first_of_month(), last)
        }
        "WeekToDate" => (days_ago(today.weekday().to_sunday_zero_offset()), today),
        "Custom" => custom_period(fields)?,
        other => {
            let text = format!("Invalid query definition: the timeframe '{other}' is not valid.");
            return Err(ArmError::new(400, "BadRequest", text));
        }
    };
    if timeframe != "Custom" && fields.contains_key("timePeriod") {
        let text =
            "Invalid query definition: timePeriod is only allowed when the timeframe is 'Custom'.";
        return Err(ArmError::new(400, "BadRequest", text));
    }
    Ok(bounds)
}

fn custom_period(fields: &Map<String, Value>) -> Result<(Date, Date), ArmError> {
    let period = object(
        fields
            .get("timePeriod")
            .ok_or_else(|| missing("timePeriod"))?,
        "timePeriod",
    )?;
    known(period, "QueryTimePeriod", &["from", "to"])?;
    let date = |name: &str| {
        let time: Timestamp = required(period, name)?.parse().map_err(|_| invalid(name))?;
        Ok::<Date, ArmError>(time.to_zoned(TimeZone::UTC).date())
    };
    let (from, to) = (date("from")?, date("to")?);
    if from > to {
        let text = "Invalid query definition: the end of timePeriod must not be before its start.";
        return Err(ArmError::new(400, "BadRequest", text));
    }
    if from.saturating_add(Span::new().days(LONGEST_PERIOD_DAYS)) < to {
        let text = "Invalid query definition: the time period must not be longer than one year.";
        return Err(ArmError::new(400, "BadRequest", text));
    }
    Ok((from, to))
}

fn amounts(dataset: &Map<String, Value>) -> Result<Vec<String>, ArmError> {
    let Some(aggregation) = dataset.get("aggregation") else {
        return Ok(vec!["PreTaxCost".to_owned()]);
    };
    let aggregation = object(aggregation, "aggregation")?;
    if aggregation.is_empty() || aggregation.len() > MOST_CLAUSES {
        let text = "Invalid query definition: a query has one or two aggregation clauses.";
        return Err(ArmError::new(400, "BadRequest", text));
    }
    let mut amounts = Vec::new();
    for clause in aggregation.values() {
        let clause = object(clause, "aggregation")?;
        known(clause, "QueryAggregation", &["name", "function"])?;
        one_of("function", required(clause, "function")?, &["Sum"])?;
        let name = required(clause, "name")?;
        one_of("aggregation", name, &AMOUNTS)?;
        amounts.push(name.to_owned());
    }
    Ok(amounts)
}

fn grouping(dataset: &Map<String, Value>) -> Result<Vec<String>, ArmError> {
    let Some(grouping) = dataset.get("grouping") else {
        return Ok(Vec::new());
    };
    let clauses = grouping.as_array().ok_or_else(|| invalid("grouping"))?;
    if clauses.len() > MOST_CLAUSES {
        let text = "Invalid query definition: a query has up to two grouping clauses.";
        return Err(ArmError::new(400, "BadRequest", text));
    }
    let mut names = Vec::new();
    for clause in clauses {
        let clause = object(clause, "grouping")?;
        known(clause, "QueryGrouping", &["type", "name"])?;
        one_of("grouping type", required(clause, "type")?, &["Dimension"])?;
        let name = required(clause, "name")?;
        one_of("grouping", name, &DIMENSIONS)?;
        names.push(name.to_owned());
    }
    Ok(names)
}

fn object<'body>(value: &'body Value, name: &str) -> Result<&'body Map<String, Value>, ArmError> {
    value.as_object().ok_or_else(|| invalid(name))
}

fn required<'body>(fields: &'body Map<String, Value>, name: &str) -> Result<&'body str, ArmError> {
    match fields.get(name) {
        None | Some(Value::Null) => Err(missing(name)),
        Some(value) => value.as_str().ok_or_else(|| invalid(name)),
    }
}

fn known(fields: &Map<String, Value>, of: &str, names: &[&str]) -> Result<(), ArmError> {
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        Some(unknown) => Err(ArmError::unknown_member(unknown, of)),
        None => Ok(()),
    }
}

fn one_of(what: &str, value: &str, values: &[&str]) -> Result<(), ArmError> {
    if values.contains(&value) {
        return Ok(());
    }
    let text = format!(
        "Invalid query definition: {what} '{value}' is not valid. Valid values are {}.",
        values.join(", ")
    );
    Err(ArmError::new(400, "BadRequest", text))
}

fn missing(name: &str) -> ArmError {
    ArmError::new(
        400,
        "BadRequest",
        format!("Invalid query definition: missing {name}."),
    )
}

fn invalid(name: &str) -> ArmError {
    ArmError::new(
        400,
        "BadRequest",
        format!("Invalid query definition: {name} is not valid."),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: Value) -> Result<CostRequest, ArmError> {
        CostRequest::read(&body, "2026-03-18T12:00:00Z".parse().unwrap())
    }

    fn sum() -> Value {
        json!({"totalCost": {"name": "Cost", "function": "Sum"}})
    }

    #[test]
    fn periods_are_days_in_utc() {
        let of = |timeframe: &str| {
            let request = read(json!({"type": "ActualCost", "timeframe": timeframe, "dataset": {"aggregation": sum()}})).unwrap();
            (request.from.to_string(), request.to.to_string())
        };
        assert_eq!(
            of("MonthToDate"),
            ("2026-03-01".into(), "2026-03-18".into())
        );
        assert_eq!(
            of("TheLastMonth"),
            ("2026-02-01".into(), "2026-02-28".into())
        );
        assert_eq!(of("WeekToDate"), ("2026-03-15".into(), "2026-03-18".into()));
    }

    #[test]
    fn each_mistake_is_refused() {
        let period = json!({"from": "2026-02-01T00:00:00Z", "to": "2026-02-28T23:59:59Z"});
        let good = json!({"type": "Usage", "timeframe": "Custom", "timePeriod": period, "dataset": {"granularity": "Daily", "aggregation": sum()}});
        assert!(read(good.clone()).unwrap().daily);
        let cases: [(&str, Value); 12] = [
            ("/type", json!("Everything")),
            ("/timeframe", json!("Yesterday")),
            ("/timeframe", json!("MonthToDate")),
            ("/timePeriod", json!({"from": "2026-02-01T00:00:00Z"})),
            (
                "/timePeriod",
                json!({"from": "2026-02-01", "to": "2026-02-02"}),
            ),
            (
                "/timePeriod",
                json!({"from": "2026-02-02T00:00:00Z", "to": "2026-02-01T00:00:00Z"}),
            ),
            (
                "/timePeriod",
                json!({"from": "2024-02-02T00:00:00Z", "to": "2026-02-01T00:00:00Z"}),
            ),
            (
                "/dataset",
                json!({"granularity": "Hourly", "aggregation": sum()}),
            ),
            (
                "/dataset",
                json!({"granularity": "Daily", "agregation": sum()}),
            ),
            (
                "/dataset",
                json!({"aggregation": {"a": {"name": "Cost", "function": "Median"}}}),
            ),
            (
                "/dataset",
                json!({"aggregation": {"a": {"name": "Price", "function": "Sum"}}}),
            ),
            (
                "/dataset",
                json!({"aggregation": sum(), "grouping": [{"type": "Dimension", "name": "Colour"}]}),
            ),
        ];
        for (path, value) in cases {
            let mut body = good.clone();
            *body.pointer_mut(path).unwrap() = value.clone();
            assert!(read(body).is_err(), "{path} = {value}");
        }
        assert!(
            read(json!({"type": "Usage", "timeframe": "Custom", "dataset": {}})).is_err(),
            "Custom wants a timePeriod"
        );
        assert!(
            read(json!({"type": "Usage", "timeframe": "MonthToDate"})).is_err(),
            "dataset is required"
        );
    }
}
