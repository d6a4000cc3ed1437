//! A laboratory for connections that read exported costs, and the words in which its tests speak.

use std::time::Duration;

use azconnect::sandbox::{LogEntry, Options, Replication, State, ids};

use crate::billing_lab::{self, words};
use crate::lab::{Lab, Ran};

/// The storage account that is made where no other is named.
pub(crate) const ACCOUNT: &str = "contosocosts";
/// The export's name.
pub(crate) const EXPORT: &str = "dailycosts";

/// A laboratory where everything takes effect at once: Contoso with billing, where the operator may give every role.
pub(crate) fn lab() -> Lab {
    with(|_| {})
}

/// The same, changed before it begins.
pub(crate) fn with(change: impl FnOnce(&mut State)) -> Lab {
    let mut seed = billing_lab::state();
    change(&mut seed);
    Lab::with(Options {
        replication: Replication {
            // A schedule's first run comes within a day.
            first_export: Duration::from_secs(86_400),
            ..Replication::none()
        },
        seed,
        ..Options::default()
    })
}

/// The arguments that connect CloudPi to what is exported, unattended.
pub(crate) fn init(lab: &Lab, more: &[&str]) -> Vec<String> {
    init_of(lab, "cloudpi", more)
}

/// The same for another vendor that reads exported files.
pub(crate) fn init_of(lab: &Lab, vendor: &str, more: &[&str]) -> Vec<String> {
    let subscription = ids::SUBSCRIPTION.to_string();
    let storage = format!(
        "/subscriptions/{subscription}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/{ACCOUNT}"
    );
    let mut fixed = vec![
        "--storage-account",
        &storage,
        "--location",
        "westeurope",
        "--export-name",
        EXPORT,
        "--backfill-months",
        "0",
    ];
    fixed.extend(more);
    billing_lab::init(lab, vendor, &fixed)
}

/// Connects it.
pub(crate) fn connect(lab: &Lab, more: &[&str]) -> Ran {
    lab.run(&words(&init(lab, more)))
}

/// A run that ended well, whether or not the first file is there yet.
pub(crate) fn is_connected(ran: Ran) -> Ran {
    assert!(matches!(ran.code, 0 | 7), "{ran:#?}");
    ran
}

/// Connects it to the subscription.
pub(crate) fn connect_subscription(lab: &Lab) -> Ran {
    connect(lab, &["--subscription", &ids::SUBSCRIPTION.to_string()])
}

/// The requests that run an export.
pub(crate) fn runs(lab: &Lab) -> Vec<LogEntry> {
    let all = lab.log().into_iter();
    all.filter(|entry| entry.method == "POST" && entry.path.ends_with("/run"))
        .collect()
}
