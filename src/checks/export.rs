//! Does the export run, and to where the vendor looks?

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::check::{Check, Connected, Finding, Status};
use super::delivery::{self, minute, word};
use crate::azure::AzureError;
use crate::azure::error::Facts;
use crate::azure::exports::{Export, ExportRun, RunState};
use crate::connection::ExportRecord;
use crate::error::Error;
use crate::vendors::Recurrence;

/// The check's id.
pub const ID: &str = "cost-management.export";
/// From how many days on the end of a schedule is a warning. Whoever may change an export is often somebody else.
const SOON: i64 = 60;

/// Reads each export with its last runs: whether it is there and active, writes where and what was agreed, and how its runs end.
pub struct Exports;

#[async_trait]
impl Check for Exports {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Export"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let exports = &connected.record.exports;
        let asked = exports.iter().map(|export| findings(connected, export));
        futures::future::join_all(asked)
            .await
            .into_iter()
            .flatten()
            .collect()
    }
}

async fn findings(connected: &Connected<'_>, recorded: &ExportRecord) -> Vec<Finding> {
    let facts = [("scope", recorded.scope.to_string())];
    let azure = connected.azure.knowing(&facts);
    let about = About::new(connected, recorded);
    match azure.export(&recorded.scope, &recorded.name).await {
        Ok(Some(export)) => about.judge(&export, &azure.facts()),
        Ok(None) => vec![about.gone()],
        Err(error) if connected.is_elsewhere && matches!(error.status(), Some(401 | 403)) => {
            let what = format!("You may not see the export ({}).", error.code());
            let unseen = about.found(Status::Skip, what);
            let ends = about.end(recorded.schedule_ends_at);
            std::iter::once(unseen).chain(ends).collect()
        }
        Err(error) if matches!(error.status(), Some(401 | 403)) => {
            let mut all = vec![about.unseen(error, connected.reads_definition)];
            all.extend(about.end(recorded.schedule_ends_at));
            all
        }
        Err(error) => vec![Finding::failed(ID, about.title, &Error::from(error))],
    }
}

/// What the findings about one export share.
struct About<'a> {
    recorded: &'a ExportRecord,
    title: String,
    now: Timestamp,
    /// The fixes that always lead on.
    ways: String,
}

impl<'a> About<'a> {
    fn new(connected: &Connected<'_>, recorded: &'a ExportRecord) -> Self {
        About {
            recorded,
            title: title("Export", recorded),
            now: connected.now,
            ways: ways(connected),
        }
    }

    /// What is found of an export that can be read; a pass where nothing is wrong.
    fn judge(&self, export: &Export, facts: &Arc<Facts>) -> Vec<Finding> {
        let mut all: Vec<Finding> = [
            self.schedule(export),
            self.destination(export),
            self.dataset(export),
            self.recurrence(export),
            self.runs(export, facts),
        ]
        .into_iter()
        .flatten()
        .collect();
        let ends = self.end(export.ends_at());
        let is_over = ends.as_ref().is_some_and(|end| end.status == Status::Fail);
        if export.is_active() || is_over {
            all.extend(ends);
        }
        if all.is_empty() {
            all.push(self.found(Status::Pass, self.standing(export)));
        }
        all
    }

    fn found(&self, status: Status, what: impl Into<String>) -> Finding {
        Finding::new(ID, self.title.clone(), status, what)
    }

    fn gone(&self) -> Finding {
        let what = format!("There is no such export at {}.", self.recorded.scope);
        self.found(Status::Fail, what)
            .why("Somebody deleted it. The files that it wrote stay, and no new ones come.")
            .fix(&self.ways)
    }

    /// The app may not see the export. Some vendors only read its files; and where Azure refuses every app, there is nothing to put
    /// right.
    fn unseen(&self, error: AzureError, reads_definition: bool) -> Finding {
        let is_refused_to_apps =
            error.code() == "RBACAccessDenied" && self.recorded.scope.billing_account().is_some();
        let mut finding = Finding::failed(ID, self.title.clone(), &Error::from(error));
        if reads_definition {
            return finding;
        }
        let code = finding.code.as_deref().unwrap_or("refused");
        finding.what = format!(
            "The app can't see the export itself ({code}); its files are checked all the same."
        );
        finding.may_pass = false;
        if is_refused_to_apps {
            finding.status = Status::Skip;
            finding.why = Some("Cost Management shows the exports of this kind of account to people only. The vendor reads the files.".to_owned());
            finding.fix = None;
        } else {
            finding.status = Status::Warn;
            finding.why = Some("The app has no role that shows exports at this scope. The vendor reads the files, so it lacks nothing; but failed runs and the schedule's end can't be seen.".to_owned());
        }
        finding
    }

    fn schedule(&self, export: &Export) -> Option<Finding> {
        if export.is_active() {
            return None;
        }
        let what = "It is switched off: its schedule isn't active, so no new files come.";
        Some(
            self.found(Status::Fail, what)
                .why("Somebody switched it off, or it was made to run only when asked.")
                .fix(&self.ways),
        )
    }

    fn end(&self, at: Option<Timestamp>) -> Option<Finding> {
        let at = at?;
        let day = at.to_string().chars().take(10).collect::<String>();
        let left = at.duration_since(self.now).as_hours().div_euclid(24);
        if at <= self.now {
            return Some(
                self.found(
                    Status::Fail,
                    format!("Its schedule ended on {day}, so no new files come."),
                )
                .why("An export's schedule has an end, and nobody renews it by itself.")
                .fix(&self.ways),
            );
        }
        (left < SOON).then(|| {
            let days = if left == 1 { "day" } else { "days" };
            self.found(
                Status::Warn,
                format!("Its schedule ends in {left} {days} ({day})."),
            )
            .why("From then on no new files come, and the vendor shows old costs.")
            .fix(&self.ways)
        })
    }

    fn destination(&self, export: &Export) -> Option<Finding> {
        let recorded = self.recorded;
        let account = export.storage_account();
        let same_account = account.as_ref().is_some_and(|account| {
            account
                .to_string()
                .eq_ignore_ascii_case(&recorded.storage_account.to_string())
        });
        let same_folder = export.directory() == recorded.directory.trim_matches('/');
        if same_account && export.container() == recorded.container && same_folder {
            return None;
        }
        let place = |account: &str, container: &str, folder: &str| {
            crate::text::printable(&format!("{account}/{container}/{folder}"))
        };
        let account = account.map_or_else(|| "another account".to_owned(), |id| id.account);
        let what = format!(
            "It writes to {}, and the vendor reads {}.",
            place(&account, export.container(), export.directory()),
            place(
                &recorded.storage_account.account,
                &recorded.container,
                recorded.directory.trim_matches('/')
            )
        );
        Some(
            self.found(Status::Fail, what)
                .why("The export was changed after the vendor was told where to read.")
                .fix(&self.ways),
        )
    }

    fn dataset(&self, export: &Export) -> Option<Finding> {
        let wanted = self.recorded.dataset.row().api_type;
        if export.dataset_type().eq_ignore_ascii_case(wanted) {
            return None;
        }
        let what = format!(
            "It exports {}, and the vendor was told of {wanted}.",
            crate::text::printable(export.dataset_type())
        );
        Some(
            self.found(Status::Fail, what)
                .why(
                    "The export was changed: another data set has other columns and other amounts.",
                )
                .fix(&self.ways),
        )
    }

    fn recurrence(&self, export: &Export) -> Option<Finding> {
        let now = recurrence(export)?;
        if now == self.recorded.recurrence {
            return None;
        }
        let what = format!(
            "It runs {} now, and was {}.",
            word(now),
            word(self.recorded.recurrence)
        );
        Some(
            self.found(Status::Warn, what)
                .why("The export was changed, so the vendor gets new costs at other times.")
                .fix(&self.ways),
        )
    }

    /// The last run that is over, if it failed; and a run on demand that failed and was not repeated.
    fn runs(&self, export: &Export, facts: &Arc<Facts>) -> Option<Finding> {
        let (last, at) = delivery::last_run(export)?;
        let has_worked = export
            .runs()
            .iter()
            .any(|run| matches!(run.state(), RunState::Completed | RunState::NoData));
        if last.state() == RunState::Failed {
            let mut finding = self.failed_run(last, at, facts)?;
            // A month of a backfill that failed doesn't keep the daily files away.
            if last.is_on_demand() && has_worked {
                finding.status = Status::Warn;
            }
            return Some(finding);
        }
        let repeated = |run: &ExportRun| {
            export.runs().iter().any(|other| {
                other.days() == run.days()
                    && other.days().is_some()
                    && other.state() != RunState::Failed
            })
        };
        let left = export
            .runs()
            .iter()
            .find(|run| run.state() == RunState::Failed && run.is_on_demand() && !repeated(run))?;
        let at = left.properties.submitted_time.unwrap_or(at);
        Some(Finding {
            status: Status::Warn,
            ..self.failed_run(left, at, facts)?
        })
    }

    fn failed_run(&self, run: &ExportRun, at: Timestamp, facts: &Arc<Facts>) -> Option<Finding> {
        let error = Error::from(run.failure(facts.clone())?);
        let mut finding = Finding::failed(ID, self.title.clone(), &error);
        finding.what = format!("A run failed ({}). {}", minute(at), finding.what);
        finding.may_pass = false;
        Some(finding)
    }

    fn standing(&self, export: &Export) -> String {
        let every = word(self.recorded.recurrence);
        match delivery::last_run(export) {
            Some((run, at)) if run.state() == RunState::NoData => {
                format!(
                    "Active, {every}; its last run ({}) found no new data.",
                    minute(at)
                )
            }
            Some((_, at)) => format!(
                "Active, {every}; its last run ({}) wrote its files.",
                minute(at)
            ),
            None => match export.properties.next_run_time_estimate {
                Some(next) => format!("Active, {every}; it first runs about {}.", minute(next)),
                None => format!("Active, {every}; it hasn't run yet."),
            },
        }
    }
}

/// The recurrence that an export has; `None` for one that we don't make.
pub fn recurrence(export: &Export) -> Option<Recurrence> {
    let schedule = export.properties.schedule.as_ref()?;
    let text = schedule.recurrence.as_deref()?;
    [Recurrence::Daily, Recurrence::Weekly, Recurrence::Monthly]
        .into_iter()
        .find(|one| word(*one).eq_ignore_ascii_case(text))
}

/// A check's name with the export that it is about.
pub(super) fn title(check: &str, export: &ExportRecord) -> String {
    format!("{check} \"{}\"", crate::text::printable(&export.name))
}

/// Where an export is looked at and set right: the portal, and our own way where it is a connection of this machine.
pub(super) fn ways(connected: &Connected<'_>) -> String {
    let portal = connected.cloud.portal.as_str().trim_end_matches('/');
    let look = format!(
        "Look at its settings and its runs: {portal}/#view/Microsoft_Azure_CostManagement/Menu/~/exports"
    );
    if connected.record.receipts.is_empty() {
        return look;
    }
    format!("{look}\nOr have it set up again: {}", connected.again)
}

#[cfg(test)]
mod tests;
