//! Signing in as the connection and reading what the vendor will read, until Azure has caught up.

use std::time::{Duration, Instant};

use super::app::App;
use super::look::{Beside, look};
use super::views;
use crate::checks::{self, Finding, Status};
use crate::connection::ConnectionRecord;
use crate::error::Result;
use crate::secret::Secret;
use crate::steps::wait::Pauses;
use crate::ui::{Event, Progress};
use crate::vendors::Vendor;

/// Runs the vendor's checks once.
///
/// # Errors
/// Whatever stops the checks from being asked.
pub async fn once(
    app: &App,
    vendor: &Vendor,
    record: &ConnectionRecord,
    secret: &Secret,
) -> Result<Vec<Finding>> {
    look(app, vendor, (record, secret), Beside::default()).await
}

/// Runs the checks until those that fail only because Azure has not caught up have passed, with a new token each time (a token
/// carries the roles of the moment it was made), for as long as `patience` says. An export's first file is not waited for: it takes
/// hours, see [`until_first_file`].
///
/// # Errors
/// As [`once`].
pub async fn until_effective(
    app: &App,
    vendor: &Vendor,
    record: &ConnectionRecord,
    secret: &Secret,
    patience: Duration,
) -> Result<Vec<Finding>> {
    let mut pauses = Pauses::new(patience);
    tell(app, record, Progress::Running, "");
    loop {
        let findings = once(app, vendor, record, secret).await?;
        let stand = Stand::of(&findings);
        if stand != Stand::Replicating {
            let (status, detail) = stand.shown();
            tell(app, record, status, detail);
            report(app, &findings);
            return Ok(findings);
        }
        if patience > Duration::ZERO {
            tell(app, record, Progress::Waiting, waiting_for(&findings));
        }
        if !pauses.pause().await {
            let end = if patience > Duration::ZERO {
                (
                    Progress::Pending,
                    "Azure has not caught up within ten minutes",
                )
            } else {
                (Progress::Failed, "")
            };
            tell(app, record, end.0, end.1);
            report(app, &findings);
            return Ok(findings);
        }
    }
}

/// Runs the checks until the app can sign in with a secret that was just added, for as long as `patience` says. What else fails has
/// nothing to do with the secret's age, and isn't waited for.
///
/// # Errors
/// As [`once`].
pub async fn of_new_secret(
    app: &App,
    vendor: &Vendor,
    record: &ConnectionRecord,
    secret: &Secret,
    patience: Duration,
) -> Result<Vec<Finding>> {
    let mut pauses = Pauses::new(patience);
    tell(app, record, Progress::Running, "");
    loop {
        let findings = once(app, vendor, record, secret).await?;
        let is_refused =
            |finding: &&Finding| finding.id == checks::token::ID && finding.status == Status::Fail;
        let refused = findings.iter().find(is_refused);
        let may_pass = refused.is_some_and(|finding| finding.may_pass);
        if may_pass && patience > Duration::ZERO {
            tell(app, record, Progress::Waiting, SIGN_IN);
        }
        if !may_pass || !pauses.pause().await {
            let failed = findings
                .iter()
                .any(|finding| finding.status == Status::Fail);
            tell(
                app,
                record,
                if failed {
                    Progress::Failed
                } else {
                    Progress::Done
                },
                "",
            );
            report(app, &findings);
            return Ok(findings);
        }
    }
}

/// What a new secret waits for.
const SIGN_IN: &str = "Entra ID to accept the new secret (usually some seconds)";

/// Runs the checks until the first file of every export is there, however often Azure is out of reach in between; `findings` are those
/// of the last look. Gives up after 26 hours, or when something else is wrong in several looks running.
///
/// # Errors
/// As [`once`].
pub async fn until_first_file(
    app: &App,
    vendor: &Vendor,
    record: &ConnectionRecord,
    secret: &Secret,
    mut findings: Vec<Finding>,
) -> Result<Vec<Finding>> {
    let end = Instant::now() + FIRST_FILE;
    let mut pause = Duration::from_secs(1);
    let mut strange = 0;
    loop {
        let stand = Stand::of(&findings);
        strange = if stand == Stand::Failed {
            strange + 1
        } else {
            0
        };
        if stand == Stand::Passed || strange >= MOST_STRANGE || Instant::now() >= end {
            let (status, detail) = stand.shown();
            tell_file(app, status, detail);
            report(app, &findings);
            return Ok(findings);
        }
        let waits = findings.iter().find(|finding| finding.waits_for_data);
        let detail = waits.map_or("Azure to answer again", |finding| finding.what.as_str());
        tell_file(app, Progress::Waiting, detail);
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        findings = once(app, vendor, record, secret).await?;
    }
}

/// How long the first file is waited for. A scheduled run begins up to a day after the export was made.
/// Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports>
const FIRST_FILE: Duration = Duration::from_secs(26 * 60 * 60);
/// The longest pause between two looks at the files.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// After so many looks with another failure the wait is over: a network that was away for a moment is none.
const MOST_STRANGE: u32 = 5;

/// Where a connection stands after a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// Nothing failed.
    Passed,
    /// Something failed, and only because Azure's replicas have not caught up.
    Replicating,
    /// Only files are missing that Azure has not written yet.
    NoFile,
    /// Something is wrong.
    Failed,
}

impl Stand {
    fn of(findings: &[Finding]) -> Stand {
        let failed = || {
            findings
                .iter()
                .filter(|finding| finding.status == Status::Fail)
        };
        if failed().next().is_none() {
            Stand::Passed
        } else if failed().all(|finding| finding.waits_for_data) {
            Stand::NoFile
        } else if failed().all(|finding| finding.may_pass) {
            Stand::Replicating
        } else {
            Stand::Failed
        }
    }

    fn shown(self) -> (Progress, &'static str) {
        match self {
            Stand::Passed => (Progress::Done, ""),
            Stand::NoFile => (
                Progress::Pending,
                "Azure has not written the first file yet",
            ),
            Stand::Replicating => (Progress::Pending, "Azure has not caught up"),
            Stand::Failed => (Progress::Failed, ""),
        }
    }
}

fn waiting_for(findings: &[Finding]) -> &'static str {
    let mut late = findings
        .iter()
        .filter(|finding| finding.status == Status::Fail && !finding.waits_for_data);
    match late.next().map(|finding| finding.id.as_str()) {
        Some(checks::token::ID) => SIGN_IN,
        _ => "Azure to make the new role effective (usually a minute, at most ten)",
    }
}

fn tell(app: &App, record: &ConnectionRecord, status: Progress, detail: &str) {
    let title = match record.credential.kind.as_str() {
        "certificate" => "Proof with the new certificate",
        "federated" => "Proof with the federated token",
        _ => "Proof with the new secret",
    };
    tell_step(app, ("proof", title), status, detail);
}

fn tell_file(app: &App, status: Progress, detail: &str) {
    tell_step(
        app,
        ("first-file", "First file of the export"),
        status,
        detail,
    );
}

fn tell_step(app: &App, (id, title): (&str, &str), status: Progress, detail: &str) {
    app.ui.tell(Event::Step {
        id: id.to_owned(),
        title: title.to_owned(),
        change: "check".to_owned(),
        status,
        detail: detail.to_owned(),
    });
}

fn report(app: &App, findings: &[Finding]) {
    app.ui.tell(Event::Shown {
        blocks: vec![views::findings(findings)],
    });
}

#[cfg(test)]
mod tests {
    use super::{Finding, Stand, Status};
    use crate::{checks, plan, vendors};

    #[test]
    fn a_missing_file_is_told_from_replication_and_from_a_failure() {
        let failed = |may_pass| Finding {
            may_pass,
            ..Finding::new("x", "x", Status::Fail, "x")
        };
        let waits = || Finding::waiting("x", "x", "x");
        let passed = || Finding::new("x", "x", Status::Pass, "x");
        for (findings, stand) in [
            (vec![passed()], Stand::Passed),
            (vec![passed(), waits()], Stand::NoFile),
            (vec![waits(), failed(true)], Stand::Replicating),
            (vec![waits(), failed(true), failed(false)], Stand::Failed),
            (vec![failed(false)], Stand::Failed),
        ] {
            assert_eq!(Stand::of(&findings), stand);
        }
    }

    #[test]
    fn every_check_of_a_vendor_that_can_be_connected_exists() {
        let connectable: Vec<_> = vendors::all()
            .iter()
            .filter(|vendor| plan::lacks(vendor).is_none())
            .collect();
        assert!(
            connectable
                .iter()
                .any(|vendor| vendor.id == "spot-cost-intelligence")
        );
        for vendor in connectable {
            assert_eq!(
                checks::for_vendor(&vendor.checks).len(),
                vendor.checks.len(),
                "{}",
                vendor.id
            );
        }
    }
}
