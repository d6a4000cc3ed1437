//! Will the vendor get the cost details that it downloads? Makes a report, so it is asked only with `--deep`.

use async_trait::async_trait;
use jiff::ToSpan;
use jiff::tz::TimeZone;

use super::check::{Check, Connected, Finding, Status};
use crate::azure::cost_details::Report;
use crate::connection::Scope;
use crate::error::Error;

/// The check's id.
pub const ID: &str = "cost-management.cost-details";

/// Has one day's cost details made at each billing scope that the vendor reads; the day before yesterday, whose costs are in.
pub struct CostDetails;

#[async_trait]
impl Check for CostDetails {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Cost details"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let today = connected.now.to_zoned(TimeZone::UTC).date();
        let day = today.checked_sub(2.days()).unwrap_or(today);
        let mut findings = Vec::new();
        // One after the other: each makes a report, and Cost Management counts them.
        for scope in connected
            .record
            .scopes
            .iter()
            .filter(|scope| scope.billing_account().is_some())
            .map(Scope::for_costs)
        {
            let title = format!("{} of {scope}", self.title());
            findings.push(match connected.azure.cost_details(&scope, day).await {
                Ok(Report::Ready) => Finding::new(ID, title, Status::Pass, format!("The report of {day} was made.")),
                Ok(Report::Empty) => Finding::new(ID, title, Status::Warn, format!("There is nothing to report for {day}."))
                    .why("Nothing was used on that day, or the costs are not in yet.")
                    .fix("Look at the day in cost analysis: https://portal.azure.com/#view/Microsoft_Azure_CostManagement/Menu/~/costanalysis"),
                Err(error) => Finding::failed(ID, title, &Error::from(error)),
            });
        }
        findings
    }
}
