//! One look at a connection: with its own credential, or where that is elsewhere, with the rights of a person.

use std::sync::atomic::{AtomicBool, Ordering};

use super::app::App;
use crate::azure::Azure;
use crate::checks::{self, Check, Connected, Finding, Status};
use crate::connection::ConnectionRecord;
use crate::error::Result;
use crate::secret::Secret;
use crate::ui::{Event, Progress};
use crate::vendors::Vendor;

/// What is looked at beside the vendor's own checks.
#[derive(Default, Clone, Copy)]
pub(super) struct Beside<'a> {
    /// Whether a day's cost details are made.
    pub deep: bool,
    /// Whether what was recorded is compared with what is there, and the directory with what is read of it.
    pub drift: bool,
    /// Azure with the rights of the person who looks, where they lend them.
    pub person: Option<&'a Azure>,
}

/// Runs the vendor's checks once, and what is asked for beside them.
///
/// # Errors
/// `Usage` where the cloud or the credential can't be used at all; what Azure answers is in the findings.
pub(super) async fn look(
    app: &App,
    vendor: &Vendor,
    (record, secret): (&ConnectionRecord, &Secret),
    beside: Beside<'_>,
) -> Result<Vec<Finding>> {
    let (azure, _) = app.as_connection(record, secret).await?;
    let mut all = checks::for_vendor(&vendor.checks);
    if !record.exports.is_empty() {
        all.extend(checks::of_exports(&vendor.checks));
    }
    // Of one that is told by flags nothing is recorded.
    if beside.drift && !record.receipts.is_empty() {
        all.extend(checks::of_drift());
    }
    if beside.deep {
        all.extend(checks::deep());
    }
    ask(app, vendor, record, (&azure, beside.person, &all)).await
}

/// Asks the questions of a connection as `azure`; where that is the `person` too, its own credential is elsewhere.
async fn ask(
    app: &App,
    vendor: &Vendor,
    record: &ConnectionRecord,
    (azure, person, all): (&Azure, Option<&Azure>, &[Box<dyn Check>]),
) -> Result<Vec<Finding>> {
    let cloud = app.reach().await?.cloud.clone();
    let told = AtomicBool::new(false);
    let waiting = |what: &str| {
        told.store(true, Ordering::Relaxed);
        tell_waiting(app, record, Progress::Waiting, what);
    };
    let connected = Connected {
        waiting: &waiting,
        record,
        azure,
        is_elsewhere: person.is_some_and(|person| std::ptr::eq(person, azure)),
        person,
        again: app.typed(format!(
            "init {} --connection {}",
            record.vendor, record.name
        )),
        look_as_person: look_as_person(app, record),
        credential: azure.credential(),
        cloud: &cloud,
        now: app.host.now(),
        renew: app.typed(format!("rotate {}", record.name)),
        reads_definition: vendor
            .export
            .as_ref()
            .is_some_and(|export| export.reads_definition),
    };
    let findings = checks::run(all, &connected).await;
    if told.load(Ordering::Relaxed) {
        tell_waiting(app, record, Progress::Done, "");
    }
    Ok(findings)
}

fn look_as_person(app: &App, record: &ConnectionRecord) -> String {
    app.typed(format!("check {} --sign-in auto", record.name))
}

/// What can be said of a connection whose credential is not on this machine: `why` nothing is proven, when it ends, and what a person's
/// own rights show of what it stands on.
///
/// # Errors
/// `Usage` where the cloud can't be used at all; what Azure answers is in the findings.
pub(super) async fn without_credential(
    app: &App,
    vendor: &Vendor,
    record: &ConnectionRecord,
    (why, person): (&str, Option<&Azure>),
) -> Result<Vec<Finding>> {
    let renew = app.typed(format!("rotate {}", record.name));
    let mut skipped = Finding::new(checks::token::ID, "Sign-in", Status::Skip, why);
    if person.is_none() {
        skipped = skipped.fix(format!(
            "Look with your own rights at what it stands on: {}",
            look_as_person(app, record)
        ));
    }
    let mut findings = vec![skipped];
    findings.extend(checks::credential_expiry::of_record(
        record,
        app.host.now(),
        &renew,
    ));
    if let Some(person) = person {
        let all = checks::of_person();
        findings.extend(ask(app, vendor, record, (person, Some(person), &all)).await?);
    }
    Ok(findings)
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
