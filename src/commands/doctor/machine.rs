//! This machine's keyring, and its `az`.

use std::collections::BTreeMap;

use crate::azure::cloud::Cloud;
use crate::azure::sign_in::{self, AzSession};
use crate::checks::{Finding, Status};
use crate::commands::app::App;
use crate::commands::views;
use crate::connection::ConnectionName;
use crate::error::{Error, Result};

const KEYRING: &str = "store.keyring";
const PLACE: &str = "store.place";
const AZ: &str = "sign_in.azure_cli";

/// Proves the keyring as `init` would: a marker is written, read back and deleted.
///
/// # Errors
/// `Storage` where the connections of this machine can't be read.
pub(super) async fn keyring(app: &App) -> Result<Finding> {
    let store = app.store("keyring")?;
    let proven = store.probe().await;
    let all = app.connections.all()?;
    let kept = all
        .iter()
        .filter(|record| record.credential.stored_in == "keyring");
    Ok(judge(
        &store.describe(),
        proven.map_err(Error::from),
        kept.count(),
    ))
}

/// Without a keyring nothing is broken until a secret is in it.
fn judge(place: &str, proven: Result<()>, kept: usize) -> Finding {
    let title = format!("Secrets: {place}");
    let holds = match kept {
        0 => String::new(),
        1 => " It holds the secret of one connection.".to_owned(),
        several => format!(" It holds the secrets of {several} connections."),
    };
    match proven {
        Ok(()) => {
            let what = format!("What is written there can be read back.{holds}");
            Finding::new(KEYRING, title, Status::Pass, what)
        }
        Err(error) => {
            let mut finding = Finding::failed(KEYRING, title, &error);
            finding.what.push_str(&holds);
            if kept == 0 {
                finding.status = Status::Warn;
            }
            finding
        }
    }
}

/// Each other place that connections of this machine keep their secrets in, proven by reading one of them: nothing is written there.
///
/// # Errors
/// `Storage` where the connections of this machine can't be read.
pub(super) async fn places(app: &App) -> Result<Vec<Finding>> {
    let mut kept: BTreeMap<String, Vec<ConnectionName>> = BTreeMap::new();
    for record in app.connections.all()? {
        let place = record.credential.stored_in;
        if !["keyring", "none"].contains(&place.as_str()) {
            kept.entry(place).or_default().push(record.name);
        }
    }
    let mut findings = Vec::new();
    for (place, names) in kept {
        let read = match (app.store(&place), names.first()) {
            (Ok(store), Some(name)) => store.get(name.as_str()).await.map_err(Error::from),
            (Ok(_), None) => continue,
            (Err(error), _) => Err(error),
        };
        findings.push(read_back(
            &place,
            &names,
            read.map(|secret| secret.is_some()),
        ));
    }
    Ok(findings)
}

/// What reading a secret back says of its place.
fn read_back(place: &str, names: &[ConnectionName], read: Result<bool>) -> Finding {
    let title = format!("Secrets {}", views::place(place));
    let first = names.first().map(ToString::to_string).unwrap_or_default();
    match read {
        Ok(true) => {
            let what = match names.len() {
                1 => "The secret of one connection can be read there.".to_owned(),
                all => format!("The secrets of {all} connections are there; one of them was read."),
            };
            Finding::new(PLACE, title, Status::Pass, what)
        }
        Ok(false) => Finding::new(
            PLACE,
            title,
            Status::Fail,
            format!("The secret of `{first}` is no longer there."),
        )
        .why("Somebody removed it, or the place is another one by now.")
        .fix(format!("Make a new one: `azconnect rotate {first}`")),
        Err(error) => Finding::failed(PLACE, title, &error),
    }
}

/// What there is of `az`.
pub(super) struct Az {
    pub(super) finding: Finding,
    /// Who is signed in, where that session is for this cloud.
    pub(super) session: Option<String>,
}

/// Looks at `az`: runs it once.
pub(super) async fn az(app: &App, cloud: &Cloud) -> Az {
    let found = if app.global.sandbox {
        AzSession::NotForThisCloud
    } else {
        sign_in::az_session(cloud, &app.host).await
    };
    Az {
        finding: told(&found),
        session: match found {
            AzSession::Of(account) => Some(account.user),
            _ => None,
        },
    }
}

fn told(found: &AzSession) -> Finding {
    let finding = |status, what: String| Finding::new(AZ, "Azure CLI", status, what);
    match found {
        AzSession::NotForThisCloud => finding(
            Status::Skip,
            "Not asked: `az` has no session for a cloud of one's own.".to_owned(),
        ),
        AzSession::Missing => finding(
            Status::Skip,
            "There is no `az` on this machine, and azconnect doesn't need it.".to_owned(),
        ),
        AzSession::SignedOut(said) => finding(Status::Skip, format!("{said}."))
            .fix("To use its session: `az login`"),
        AzSession::OtherCloud(name) => {
            finding(Status::Warn, format!("`az` is signed in to another cloud, {name}."))
                .why("Its session is of no use here, so azconnect signs in another way.")
                .fix("See its clouds, and choose: `az cloud list --output table`")
        }
        AzSession::Of(account) => {
            let subscription = match account.subscription.as_str() {
                "" => String::new(),
                name => format!(", subscription {name}"),
            };
            finding(
                Status::Pass,
                format!(
                    "Signed in as {} in the directory {}{subscription}.",
                    account.user, account.tenant
                ),
            )
        }
        AzSession::Slow(limit) => finding(
            Status::Warn,
            format!("`az account show` did not end within {} seconds.", limit.as_secs()),
        )
        .why("azconnect would wait for it at each sign-in, and then sign in another way.")
        .fix("See what it waits for: `az account show --debug`"),
        AzSession::Unreadable => finding(
            Status::Warn,
            "`az account show` prints something else than an account.".to_owned(),
        )
        .why("Another program of this name may be first on the `PATH`, or an extension prints to stdout.")
        .fix("See what it prints: `az account show --output json`"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::store::StoreError;

    fn absent() -> Result<()> {
        Err(Error::from(StoreError::Absent {
            store: "keyring (Secret Service)".to_owned(),
            why: "No bus.".to_owned(),
        }))
    }

    #[test]
    fn a_missing_keyring_is_a_failure_only_where_a_secret_is_in_it() {
        for (kept, status) in [(0, Status::Warn), (1, Status::Fail), (3, Status::Fail)] {
            let finding = judge("keyring (Secret Service)", absent(), kept);
            assert_eq!(finding.status, status, "{kept}");
            assert!(finding.fix.unwrap().contains("--store file:PATH"));
        }
        assert_eq!(judge("keyring", Ok(()), 2).status, Status::Pass);
    }

    #[test]
    fn a_place_is_proven_by_reading_and_a_lost_secret_is_a_failure() {
        let names = ["one".parse().unwrap(), "two".parse().unwrap()];
        for (read, status, part) in [
            (Ok(true), Status::Pass, "2 connections"),
            (Ok(false), Status::Fail, "`one` is no longer there"),
            (absent().map(|()| true), Status::Fail, "No bus"),
        ] {
            let finding = read_back("key-vault:contoso-vault", &names, read);
            assert_eq!(finding.status, status);
            let said = format!("{} {:?}", finding.what, finding.why);
            assert!(said.contains(part), "{said}");
            assert!(finding.title.contains("contoso-vault"));
        }
    }

    #[test]
    fn no_az_is_no_trouble_and_a_wrong_one_is_named() {
        assert_eq!(told(&AzSession::Missing).status, Status::Skip);
        let other = told(&AzSession::OtherCloud("AzureChinaCloud".to_owned()));
        assert_eq!(other.status, Status::Warn);
        assert!(other.what.contains("AzureChinaCloud"));
    }
}
