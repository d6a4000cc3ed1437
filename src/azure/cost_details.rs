//! Cost details: the report that vendors download, made on request.
//!
//! Source: <https://learn.microsoft.com/rest/api/cost-management/generate-cost-details-report/create-operation?view=rest-cost-management-2025-03-01>

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
        let reply = self.arm.until_done(Call::query(path, body)).await?;
        match reply.status {
            202 => Err(odd("a report without a place to look for it")),
            204 => Ok(Report::Empty),
            _ => finished(&reply.json()?),
        }
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
