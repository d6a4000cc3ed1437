//! Cost Management's query: what a scope cost, day by day.
//!
//! Source: <https://learn.microsoft.com/rest/api/cost-management/query/usage>

use std::time::Duration;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Call, Reply};
use super::pace::wait_after;
use super::{Azure, AzureError, Result};
use crate::connection::Scope;

/// What Azure said about the costs of a scope.
#[derive(Debug, Clone, PartialEq)]
pub enum Costs {
    /// Rows came.
    Rows(Vec<DailyCost>),
    /// 200 without rows: nothing was used, or the reader may not see charges.
    NoRows,
    /// 204: Cost Management holds no data for this scope (yet).
    NoContent,
}

/// The cost of one day in one currency.
#[derive(Debug, Clone, PartialEq)]
pub struct DailyCost {
    /// The day, in UTC.
    pub date: Date,
    /// The amount.
    pub amount: f64,
    /// ISO 4217 code, `EUR`.
    pub currency: String,
}

#[derive(Deserialize)]
struct QueryResult {
    properties: QueryProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryProperties {
    #[serde(default)]
    columns: Vec<Column>,
    #[serde(default)]
    rows: Vec<Vec<Value>>,
    next_link: Option<String>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

impl Azure {
    /// The actual cost of each day from `from` to `to`, both included. `waiting` is told how long the quota makes a query wait.
    ///
    /// # Errors
    /// 403 where the identity may not read costs; 429 where the quota is used up (waited for as the service asks, then an error).
    pub async fn daily_costs(
        &self,
        scope: &Scope,
        from: Date,
        to: Date,
        waiting: &(dyn Fn(Duration) + Send + Sync),
    ) -> Result<Costs> {
        let body = json!({
            "type": "ActualCost",
            "timeframe": "Custom",
            "timePeriod": {"from": format!("{from}T00:00:00Z"), "to": format!("{to}T23:59:59Z")},
            "dataset": {"granularity": "Daily", "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}}},
        });
        let path =
            format!("{scope}/providers/Microsoft.CostManagement/query?api-version=2025-03-01");
        let mut next = Some(path);
        let mut days = Vec::new();
        while let Some(path) = next.take() {
            let reply = self.query_at_pace(&path, &body, waiting).await?;
            if reply.status == 204 || reply.is_empty() {
                return Ok(Costs::NoContent);
            }
            let result: QueryResult = reply.json()?;
            days.extend(read_rows(&result.properties)?);
            next = result.properties.next_link.filter(|link| !link.is_empty());
        }
        Ok(if days.is_empty() {
            Costs::NoRows
        } else {
            Costs::Rows(days)
        })
    }

    /// Asks within the quota, and asks again when the service says that it may be asked: what it says holds for the other queries too.
    async fn query_at_pace(
        &self,
        path: &str,
        body: &Value,
        waiting: &(dyn Fn(Duration) + Send + Sync),
    ) -> Result<Reply> {
        let mut tries = 0;
        loop {
            self.pace.turn(waiting).await;
            let call = Call::post_once(path, body.clone());
            let error = match self.arm.send(call).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            tries += 1;
            match wait_after(&error, tries) {
                Some(wait) => self.pace.hold(wait),
                None => return Err(error),
            }
        }
    }
}

/// Reads rows by the names of their columns: Azure promises no order.
fn read_rows(result: &QueryProperties) -> Result<Vec<DailyCost>> {
    let odd = |detail: &str| AzureError::Unreadable {
        service: "Cost Management",
        detail: detail.to_owned(),
    };
    let column = |wanted: &str| {
        result
            .columns
            .iter()
            .position(|column| column.name.eq_ignore_ascii_case(wanted))
    };
    if result.rows.is_empty() {
        return Ok(Vec::new());
    }
    let (Some(cost), Some(date)) = (
        column("Cost").or_else(|| column("totalCost")),
        column("UsageDate"),
    ) else {
        return Err(odd("a query result without the columns Cost and UsageDate"));
    };
    let currency = column("Currency");
    let read = |row: &Vec<Value>| -> Option<DailyCost> {
        Some(DailyCost {
            date: day(row.get(date)?)?,
            amount: row.get(cost)?.as_f64()?,
            currency: currency
                .and_then(|at| row.get(at)?.as_str())
                .map(crate::text::printable)
                .unwrap_or_default(),
        })
    };
    result
        .rows
        .iter()
        .map(|row| read(row).ok_or_else(|| odd("a row that is no cost of a day")))
        .collect()
}

/// `20261120`, as a number or as text.
fn day(value: &Value) -> Option<Date> {
    let number = value
        .as_i64()
        .or_else(|| value.as_str()?.get(..10)?.replace('-', "").parse().ok())
        .or_else(|| value.as_str()?.parse().ok())?;
    let part = |value: i64| i8::try_from(value).ok();
    Date::new(
        i16::try_from(number / 10_000).ok()?,
        part(number / 100 % 100)?,
        part(number % 100)?,
    )
    .ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_are_read_by_their_columns_names() {
        let result: QueryProperties = serde_json::from_value(json!({
            "nextLink": null,
            "columns": [{"name": "Currency", "type": "String"}, {"name": "UsageDate", "type": "Number"}, {"name": "Cost", "type": "Number"}],
            "rows": [["EUR", 20261119, 12.5]],
        }))
        .unwrap();
        let rows = read_rows(&result).unwrap();
        assert_eq!(
            rows,
            [DailyCost {
                date: jiff::civil::date(2026, 11, 19),
                amount: 12.5,
                currency: "EUR".to_owned()
            }]
        );
    }

    proptest! {
        #[test]
        fn no_date_makes_it_panic(number in any::<i64>(), text in "\\PC{0,12}") {
            let _ = day(&json!(number));
            let _ = day(&json!(text));
        }
    }
}
