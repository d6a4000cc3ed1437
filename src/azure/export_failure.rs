//! A run of an export that failed, as the failure of a call: people read it with the remedy of our table.

use std::sync::Arc;

use super::AzureError;
use super::error::{ApiError, Facts};
use super::exports::{ExportRun, RunState};
use crate::remedies::Service;

impl ExportRun {
    /// Why the run failed, in Azure's words and with what `facts` say for its remedy; `None` where it didn't fail. Its HTTP status is 0:
    /// it is no answer to a request.
    pub fn failure(&self, facts: Arc<Facts>) -> Option<AzureError> {
        if self.state() != RunState::Failed {
            return None;
        }
        let error = self.properties.error.clone().unwrap_or_default();
        let or = |text: String, other: &str| match text.trim() {
            "" => other.to_owned(),
            _ => text,
        };
        let days = self
            .days()
            .map_or_else(String::new, |(from, to)| format!(" for {from} to {to}"));
        Some(AzureError::from(Box::new(ApiError {
            status: 0,
            code: crate::text::printable(&or(error.code, &self.properties.status)),
            message: crate::text::printable_message(&or(
                error.message,
                "Cost Management gave no reason",
            )),
            correlation_id: None,
            request: format!("a run{days}"),
            service: Service::CostManagement,
            retry_after: None,
            facts,
        })))
    }
}
