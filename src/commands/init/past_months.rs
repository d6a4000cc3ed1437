//! The past months of a new connection's exports: asked for once everything stands, and not waited for. `ending` calls it.

use std::time::Duration;

use super::Decided;
use crate::checks::{Finding, Status};
use crate::commands::app::App;
use crate::commands::backfill::{self, Job};
use crate::connection::{ConnectionRecord, ExportRecord, Month};

/// The finding's id.
const ID: &str = "cost-management.backfill";
const TITLE: &str = "Past months";

/// Has the months before the connection was made exported, as many as were wanted. A run that was killed meanwhile goes on; what is
/// asked for already is not asked for again.
pub(super) async fn ask(app: &App, decided: &Decided, record: &ConnectionRecord) -> Vec<Finding> {
    if decided.guided.is_some() {
        return left_to_person(app, decided, record);
    }
    let made = record.created_at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut findings = Vec::new();
    for export in &record.exports {
        let most = export.dataset.row().history_months;
        let months = Month::past(made, decided.spec.backfill_months.min(most));
        if !months.is_empty() {
            findings.push(of_one(app, decided, record, export, &months).await);
        }
    }
    findings
}

/// A guided run changes nothing in Azure, so it says what would have them exported.
fn left_to_person(app: &App, decided: &Decided, record: &ConnectionRecord) -> Vec<Finding> {
    if record.exports.is_empty() || decided.spec.backfill_months == 0 {
        return Vec::new();
    }
    let what = "Not exported: azconnect changed nothing in Azure.";
    let finding = Finding::new(ID, TITLE, Status::Skip, what);
    vec![finding.fix(format!(
        "Have azconnect ask for them: {} --from YYYY-MM",
        app.typed(format!("backfill {}", record.name))
    ))]
}

async fn of_one(
    app: &App,
    decided: &Decided,
    record: &ConnectionRecord,
    export: &ExportRecord,
    months: &[Month],
) -> Finding {
    let job = Job {
        azure: &decided.azure,
        record,
        exports: &[export],
        months,
        again: false,
        patience: Duration::ZERO,
    };
    let title = format!("{TITLE} of {}", export.name);
    let go_on = app.typed(format!("backfill {}", record.name));
    match backfill::work(app, &job).await {
        Ok((_, standing)) if standing.failed == 0 => {
            let what = format!("{}.", backfill::in_words(&standing));
            Finding::new(ID, title, Status::Pass, what)
        }
        Ok((_, standing)) => Finding::new(
            ID,
            title,
            Status::Warn,
            format!("{}.", backfill::in_words(&standing)),
        )
        .fix(format!("See why, and try those again: {go_on}")),
        Err(error) => {
            let finding = Finding::failed(ID, title, &error);
            let fix = finding.fix.clone().unwrap_or_default();
            finding.fix(format!("{fix}\nThen go on: {go_on}").trim().to_owned())
        }
    }
}
