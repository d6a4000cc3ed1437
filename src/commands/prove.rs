//! Signing in as the connection and reading what the vendor will read, until Azure has caught up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::app::App;
use super::views;
use crate::checks::{self, Connected, Finding, Status};
use crate::connection::ConnectionRecord;
use crate::error::Result;
use crate::secret::Secret;
use crate::steps::wait::Pauses;
use crate::ui::{Event, Progress};
use crate::vendors::Vendor;

/// Runs the vendor's checks once; `deep` ones too, if they are asked for.
///
/// # Errors
/// `Usage` where the cloud or the credential can't be used at all; what Azure answers is in the findings.
pub async fn once(
    app: &App,
    vendor: &Vendor,
    record: &ConnectionRecord,
    secret: &Secret,
    deep: bool,
) -> Result<Vec<Finding>> {
    let (azure, credential) = app.as_connection(record, secret).await?;
    let cloud = app.reach().await?.cloud.clone();
    let told = AtomicBool::new(false);
    let waiting = |what: &str| {
        told.store(true, Ordering::Relaxed);
        tell_waiting(app, record, Progress::Waiting, what);
    };
    let connected = Connected {
        waiting: &waiting,
        record,
        azure: &azure,
        credential: &credential,
        cloud: &cloud,
        now: app.host.now(),
        renew: app.typed(format!("rotate {}", record.name)),
    };
    let mut all = checks::for_vendor(&vendor.checks);
    if deep {
        all.extend(checks::deep());
    }
    let findings = checks::run(&all, &connected).await;
    if told.load(Ordering::Relaxed) {
        tell_waiting(app, record, Progress::Done, "");
    }
    Ok(findings)
}

/// What can be said of a connection whose credential is not on this machine: `why` nothing is asked, and when it ends.
pub fn without_credential(app: &App, record: &ConnectionRecord, why: &str) -> Vec<Finding> {
    let renew = app.typed(format!("rotate {}", record.name));
    let skipped = Finding::new(checks::token::ID, "Sign-in", Status::Skip, why);
    std::iter::once(skipped)
        .chain(checks::credential_expiry::of_record(
            record,
            app.host.now(),
            &renew,
        ))
        .collect()
}

/// Runs the checks until those that fail only because Azure has not caught up have passed, with a new token each time (a token
/// carries the roles of the moment it was made), for as long as `patience` says.
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
        let findings = once(app, vendor, record, secret, false).await?;
        let failed: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.status == Status::Fail)
            .collect();
        let only_late = !failed.is_empty() && failed.iter().all(|finding| finding.may_pass);
        if !only_late {
            let end = if failed.is_empty() {
                Progress::Done
            } else {
                Progress::Failed
            };
            tell(app, record, end, "");
            report(app, &findings);
            return Ok(findings);
        }
        if patience > Duration::ZERO {
            tell(app, record, Progress::Waiting, waiting_for(&failed));
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
        let findings = once(app, vendor, record, secret, false).await?;
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

fn waiting_for(failed: &[&Finding]) -> &'static str {
    match failed.first().map(|finding| finding.id.as_str()) {
        Some(checks::token::ID) => SIGN_IN,
        _ => "Azure to make the new role effective (usually a minute, at most ten)",
    }
}

/// A check that takes longer than one request.
fn tell_waiting(app: &App, record: &ConnectionRecord, status: Progress, detail: &str) {
    app.ui.tell(Event::Step {
        id: format!("costs:{}", record.name),
        title: format!("Costs of `{}`", record.name),
        change: "check".to_owned(),
        status,
        detail: detail.to_owned(),
    });
}

fn tell(app: &App, record: &ConnectionRecord, status: Progress, detail: &str) {
    let title = match record.credential.kind.as_str() {
        "certificate" => "Proof with the new certificate",
        "federated" => "Proof with the federated token",
        _ => "Proof with the new secret",
    };
    app.ui.tell(Event::Step {
        id: "proof".to_owned(),
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
    use crate::{checks, plan, vendors};

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
