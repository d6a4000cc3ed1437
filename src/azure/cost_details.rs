//! Cost details: the report that vendors download, made on request.
//!
//! Source: <https://learn.microsoft.com/rest/api/cost-management/generate-cost-details-report/create-operation?view=rest-cost-management-2025-03-01>

use std::time::Duration;

use jiff::civil::Date;
use serde_json::json;

use super::client::Call;
use super::{Azure, AzureError, Result};
use crate::connection::Scope;

/// How a report ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// It can be downloaded.
    Ready,
    /// There was nothing to report.
    Empty,
}

/// How often it is looked at before it is given up.
const MOST_LOOKS: u32 = 60;

impl Azure {
    /// Has the report of one day's actual costs made, and waits for it. It is not downloaded.
    ///
    /// # Errors
    /// Whatever Azure answers; [`AzureError::Unreadable`] where it is never finished or has failed.
    pub async fn cost_details(&self, scope: &Scope, day: Date) -> Result<Report> {
        let path = format!(
            "{scope}/providers/Microsoft.CostManagement/generateCostDetailsReport?api-version=2025-03-01"
        );
        let body = json!({"metric": "ActualCost", "timePeriod": {"start": day.to_string(), "end": day.to_string()}});
        let mut reply = self.arm.send(Call::query(path, body)).await?;
        for _ in 0..MOST_LOOKS {
            match reply.status {
                202 => {}
                204 => return Ok(Report::Empty),
                _ => return finished(&reply.json()?),
            }
            let Some(next) = reply.header("location").map(str::to_owned) else {
                return Err(odd("a report without a place to look for it"));
            };
            let seconds = reply
                .header("retry-after")
                .and_then(|text| text.parse().ok())
                .unwrap_or(5);
            tokio::time::sleep(Duration::from_secs(u64::min(seconds, 30))).await;
            reply = self.arm.send(Call::get(next)).await?;
        }
        Err(odd("a report that is never finished"))
    }
}

fn finished(report: &serde_json::Value) -> Result<Report> {
    match report["status"].as_str() {
        Some("NoDataFound") => Ok(Report::Empty),
        Some("Failed") => Err(odd("a report that failed")),
        Some(_) | None => Ok(Report::Ready),
    }
}

fn odd(detail: &str) -> AzureError {
    AzureError::Unreadable {
        service: "Cost Management",
        detail: detail.to_owned(),
    }
}
