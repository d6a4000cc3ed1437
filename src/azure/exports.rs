//! Exports of Cost Management: looking for them, writing them, running them.
//!
//! One api-version throughout: one version's exports read by another come back wrong or not at all.
//! Source: <https://learn.microsoft.com/rest/api/cost-management/exports?view=rest-cost-management-2025-03-01>

use jiff::civil::Date;
use serde_json::{Value, json};

use super::client::Call;
pub use super::export::{Export, ExportRun, RunState, parse_time};
use super::{Azure, Result};
use crate::connection::Scope;
use crate::connection::export::export_id;

const EXPORTS_API: &str = "api-version=2025-03-01";

/// The body of a run: none for the export's own timeframe, and the days where they are named. An empty object is refused.
fn run_body(days: Option<(Date, Date)>) -> Option<Value> {
    days.map(|(from, to)| {
        json!({"timePeriod": {"from": format!("{from}T00:00:00Z"), "to": format!("{to}T00:00:00Z")}})
    })
}

impl Azure {
    /// The exports at a scope, each with its last run. Those of scopes below it are not listed.
    pub async fn exports(&self, scope: &Scope) -> Result<Vec<Export>> {
        let path = format!(
            "{scope}/providers/Microsoft.CostManagement/exports?{EXPORTS_API}&$expand=runHistory"
        );
        self.arm.list(path).await
    }

    /// One export with its last ten runs, if it is there.
    pub async fn export(&self, scope: &Scope, name: &str) -> Result<Option<Export>> {
        let id = export_id(scope, name);
        let read = Call::get(format!("{id}?{EXPORTS_API}&$expand=runHistory"));
        match self.arm.read(read).await {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Makes an export, or changes one: the body must then have its `eTag`. Repeatable.
    ///
    /// # Errors
    /// Whatever Azure answers: 400 with one of many messages where a setting doesn't fit scope or storage account, 401 where no role may be
    /// given on the account, 503 while `Microsoft.CostManagementExports` is being registered.
    pub async fn put_export(&self, scope: &Scope, name: &str, body: &Value) -> Result<Export> {
        let id = export_id(scope, name);
        self.arm
            .read(Call::put(format!("{id}?{EXPORTS_API}"), body.clone()))
            .await
    }

    /// Deletes an export; `false` if it was not there. The files that it wrote stay.
    pub async fn delete_export(&self, scope: &Scope, name: &str) -> Result<bool> {
        let id = export_id(scope, name);
        let call = Call::delete(format!("{id}?{EXPORTS_API}"));
        match self.arm.send(call).await {
            Ok(reply) => Ok(reply.status != 204),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Has an export run now: over the days named, both included and at most one calendar month, or over its own timeframe.
    ///
    /// Azure only queues it. Not repeatable: look at [`Azure::export_runs`] before it is asked for again.
    ///
    /// # Errors
    /// Whatever Azure answers. A refused run (429 among them) was not queued; one without an answer may have been.
    pub async fn run_export(
        &self,
        scope: &Scope,
        name: &str,
        days: Option<(Date, Date)>,
    ) -> Result<()> {
        let path = format!("{}/run?{EXPORTS_API}", export_id(scope, name));
        let call = match run_body(days) {
            Some(body) => Call::post_once(path, body),
            None => Call::post_once_empty(path),
        };
        self.arm.send(call).await.map(drop)
    }

    /// The runs of an export that Azure remembers.
    pub async fn export_runs(&self, scope: &Scope, name: &str) -> Result<Vec<ExportRun>> {
        let path = format!("{}/runHistory?{EXPORTS_API}", export_id(scope, name));
        self.arm.list(path).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_run_has_no_body_or_days_and_never_an_empty_object() {
        assert_eq!(run_body(None), None);
        assert_eq!(
            run_body(Some((date(2024, 2, 1), date(2024, 2, 29)))),
            Some(
                json!({"timePeriod": {"from": "2024-02-01T00:00:00Z", "to": "2024-02-29T00:00:00Z"}})
            )
        );
    }
}
