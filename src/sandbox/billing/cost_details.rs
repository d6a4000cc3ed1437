//! `POST {scope}/providers/Microsoft.CostManagement/generateCostDetailsReport`: at most one month, at most thirteen months
//! back.
//!
//! <https://learn.microsoft.com/rest/api/cost-management/generate-cost-details-report>. The manifest tells the size of the
//! file that would be there; its link leads nowhere, as the file itself is not simulated.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Map, Value, json};

use super::super::arm::{ArmError, Figure, Visit, figures};
use super::super::exchange::Answer;
use super::super::tenant::CostProfile;
use super::Outcome;
use super::costs::admitted;
use super::operations::{begin, leading_to};
use super::refusal::Refusal;

/// How long a report takes.
const TAKES: Duration = Duration::from_secs(1);
const MONTHS_BACK: i32 = 13;
const MEMBERS: [&str; 4] = ["metric", "timePeriod", "billingPeriod", "invoiceId"];
const METRICS: [&str; 2] = ["ActualCost", "AmortizedCost"];
/// A download link of this host is never followed: the name is reserved for names that do not exist.
const NOWHERE: &str = "https://cost-details.blob.sandbox.invalid";

/// Begins a report.
pub(super) fn generate(visit: &mut Visit<'_>) -> Outcome {
    let (scope, bearer) = admitted(visit)?;
    let body = visit.body()?;
    let today = visit.call.now.to_zoned(TimeZone::UTC).date();
    let (from, to) = period(&body, today)?;
    if bearer.costs == CostProfile::NoContent {
        return Ok(Answer::empty(204));
    }
    let takes = visit.world.replication.billing.min(TAKES);
    let ready_at: Timestamp = visit.call.now + takes;
    let figures = figures(&bearer, from, to, today);
    let version = visit
        .call
        .query("api-version")
        .unwrap_or_default()
        .to_owned();
    let id = begin(visit, scope.id(), Value::Null, takes);
    let path = format!(
        "{}/providers/Microsoft.CostManagement/costDetailsOperationResults/{id}",
        scope.id()
    );
    let mut answer = json!({
        "id": path.trim_start_matches('/'), "name": id,
        "type": "Microsoft.CostManagement/costDetailsOperationResults", "status": "NoDataFound",
    });
    if !figures.is_empty() {
        answer["status"] = json!("Completed");
        answer["validTill"] = json!(
            ready_at
                .saturating_add(Duration::from_secs(12 * 3600))
                .unwrap_or(ready_at)
        );
        answer["manifest"] = manifest(&scope.id(), &body, &id.to_string(), &csv(&figures));
    }
    if let Some(operation) = visit.world.state.billing.operations.get_mut(&id) {
        operation.answer = answer;
    }
    let location = format!("{}{path}?api-version={version}", visit.call.base);
    Ok(leading_to(Answer::empty(202), location))
}

fn manifest(scope: &str, body: &Value, id: &str, csv: &str) -> Value {
    json!({
        "manifestVersion": "2022-05-01", "dataFormat": "Csv", "blobCount": 1, "byteCount": csv.len(),
        "compressData": false,
        "requestContext": {"requestScope": scope.trim_start_matches('/'), "requestBody": body},
        "blobs": [{"blobLink": format!("{NOWHERE}/{id}/part-0.csv"), "byteCount": csv.len()}],
    })
}

/// The file, of which only the size is told.
fn csv(figures: &[Figure]) -> String {
    let head = "date,serviceName,resourceGroupName,costInBillingCurrency,costInUsd\n".to_owned();
    figures.iter().fold(head, |file, figure| {
        let Figure {
            date,
            service,
            resource_group,
            amount,
            amount_in_dollars,
        } = figure;
        file + &format!("{date},{service},{resource_group},{amount:.6},{amount_in_dollars:.6}\n")
    })
}

/// The first and the last day of a report; the current month where nothing is said.
fn period(body: &Value, today: Date) -> Result<(Date, Date), Refusal> {
    let fields = body
        .as_object()
        .ok_or_else(|| invalid("The request body is not valid."))?;
    if let Some(unknown) = fields.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(ArmError::unknown_member(
            unknown,
            "GenerateCostDetailsReportRequestDefinition",
        )
        .into());
    }
    if fields
        .get("metric")
        .is_some_and(|metric| !METRICS.iter().any(|known| metric == known))
    {
        return Err(invalid("The metric must be ActualCost or AmortizedCost."));
    }
    if fields.contains_key("invoiceId") {
        return Err(Refusal::not_simulated("cost details of an invoice"));
    }
    if fields.contains_key("timePeriod") && fields.contains_key("billingPeriod") {
        return Err(invalid(
            "Only one of timePeriod, billingPeriod and invoiceId may be given.",
        ));
    }
    let (from, to) = days(fields, today)?;
    if from > to || from.saturating_add(Span::new().months(1)) < to {
        return Err(invalid(
            "The time period must end after it starts, and be one month at most.",
        ));
    }
    if from
        < today
            .first_of_month()
            .saturating_sub(Span::new().months(MONTHS_BACK))
    {
        return Err(invalid(
            "The time period must not start more than 13 months ago.",
        ));
    }
    Ok((from, to))
}

fn days(fields: &Map<String, Value>, today: Date) -> Result<(Date, Date), Refusal> {
    if let Some(month) = fields.get("billingPeriod") {
        let first = month.as_str().filter(|month| month.len() == 6);
        let first = first.and_then(|month| {
            format!("{}-{}-01", &month.get(..4)?, &month.get(4..)?)
                .parse()
                .ok()
        });
        let first: Date =
            first.ok_or_else(|| invalid("The billingPeriod must have the form yyyyMM."))?;
        return Ok((first, first.last_of_month()));
    }
    let Some(period) = fields.get("timePeriod") else {
        return Ok((today.first_of_month(), today));
    };
    let day = |name: &str| {
        let day = period[name]
            .as_str()
            .and_then(|text| text.parse::<Date>().ok());
        day.ok_or_else(|| {
            invalid("The timePeriod needs a start and an end of the form yyyy-MM-dd.")
        })
    };
    Ok((day("start")?, day("end")?))
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn periods_are_a_month_at_most_and_not_too_old() {
        let today = date(2026, 3, 18);
        let of = |start: &str, end: &str| {
            period(
                &json!({"metric": "ActualCost", "timePeriod": {"start": start, "end": end}}),
                today,
            )
        };
        assert_eq!(of("2026-03-01", "2026-03-15").unwrap().1, date(2026, 3, 15));
        assert!(of("2026-02-01", "2026-03-01").is_ok());
        assert!(of("2025-02-01", "2025-02-28").is_ok());
        for (start, end) in [
            ("2026-02-01", "2026-03-02"),
            ("2025-01-31", "2025-02-10"),
            ("2026-03-02", "2026-03-01"),
            ("2026-03-02T00:00", "x"),
        ] {
            assert!(of(start, end).is_err(), "{start} {end}");
        }
        assert_eq!(period(&json!({}), today).unwrap().0, date(2026, 3, 1));
        assert_eq!(
            period(&json!({"billingPeriod": "202602"}), today)
                .unwrap()
                .1,
            date(2026, 2, 28)
        );
        for wrong in [
            json!({"metric": "Usage"}),
            json!({"billingPeriod": "2026"}),
            json!({"billingPeriod": "202602", "timePeriod": {"start": "2026-02-01", "end": "2026-02-02"}}),
            json!({"metrics": "ActualCost"}),
        ] {
            assert!(period(&wrong, today).is_err(), "{wrong}");
        }
    }
}
