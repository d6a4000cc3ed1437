//! The way to each endpoint of the cloud, and this machine's clock against theirs.

use std::time::Duration;

use azure_core::http::Url;
use jiff::SignedDuration;

use crate::azure::cloud::Cloud;
use crate::azure::error::AzureError;
use crate::azure::network_path::{self, Answer, Issuer, Path};
use crate::checks::{Finding, Status};
use crate::commands::app::{App, Reach};
use crate::connection::ConnectionRecord;
use crate::error::{Error, Result};

/// How long one endpoint may take, unless `--timeout` says otherwise.
const LIMIT: Duration = Duration::from_secs(20);

/// Entra ID refuses proofs from a clock that is off by more.
/// Source: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials> (AADSTS700024), five minutes
const REFUSED: SignedDuration = SignedDuration::from_mins(5);
/// From here on it is only a question of time.
const NOTICED: SignedDuration = SignedDuration::from_mins(1);

/// An endpoint of the table: finding's id, name on the screen, and who needs it.
struct Row {
    id: &'static str,
    title: &'static str,
    /// Said of it where it doesn't work and not every connection needs it.
    only_for: Option<&'static str>,
    url: fn(&Cloud, Option<&str>) -> Option<Url>,
}

const ENDPOINTS: &[Row] = &[
    Row {
        id: LOGIN,
        title: "Microsoft Entra ID",
        only_for: None,
        url: |cloud, _| Some(cloud.login.clone()),
    },
    Row {
        id: "network.graph",
        title: "Microsoft Graph",
        only_for: None,
        url: |cloud, _| Some(cloud.graph.clone()),
    },
    Row {
        id: ARM,
        title: "Azure Resource Manager",
        only_for: None,
        url: |cloud, _| Some(cloud.arm.clone()),
    },
    Row {
        id: "network.partner_center",
        title: "Partner Center",
        only_for: Some("Only partners (CSP) need it."),
        url: |cloud, _| Some(cloud.partner_center.clone()),
    },
    Row {
        id: "network.blob",
        title: "Blob storage",
        only_for: Some("Only connections with cost exports need it."),
        url: blob,
    },
];

const LOGIN: &str = "network.login";
const ARM: &str = "network.arm";
const CLOCK: &str = "machine.clock";

/// A storage account's endpoint. Where the account is a part of the host's name, only a real one has an address.
fn blob(cloud: &Cloud, account: Option<&str>) -> Option<Url> {
    let any = Url::parse(&cloud.blob.replace("{account}", "any")).ok()?;
    let in_host = any.host_str()?.split('.').next() == Some("any");
    let name = account.or((!in_host).then_some("any"))?;
    Url::parse(&cloud.blob.replace("{account}", name)).ok()
}

/// Looks at every endpoint at once.
///
/// # Errors
/// As [`App::reach`]; what is wrong on the way is a finding.
pub(super) async fn look(app: &App, account: Option<&str>) -> Result<Vec<Finding>> {
    let Reach {
        cloud, transport, ..
    } = app.reach().await?;
    let known = app.connections.all()?;
    let account = account.or(recorded(&known, &cloud.name));
    let limit = app.global.timeout.map_or(LIMIT, Duration::from_secs);
    let asked = ENDPOINTS.iter().map(async |row| {
        let url = (row.url)(cloud, account)?;
        Some(network_path::look(&url, cloud, transport, &app.host, limit).await)
    });
    let paths = futures::future::join_all(asked).await;
    let is_microsofts = Cloud::is_microsofts(&app.global.cloud) && !app.global.sandbox;
    let answers = paths.iter().flatten();
    let clock = clock(answers.filter_map(|path| path.answer.as_ref().ok()));
    let rows = ENDPOINTS.iter().zip(paths);
    let mut findings: Vec<Finding> = rows
        .map(|(row, path)| match path {
            Some(path) => judge(row, path, is_microsofts),
            None => Finding::new(row.id, row.title, Status::Skip, "Not asked: each storage account has an address of its own, and none is known here.")
                .fix(format!("Name one: {}", app.typed("doctor --storage-account NAME"))),
        })
        .collect();
    findings.push(clock);
    Ok(findings)
}

/// The storage account that a connection's export is in, for want of a better one.
fn recorded<'a>(known: &'a [ConnectionRecord], cloud: &str) -> Option<&'a str> {
    known
        .iter()
        .filter(|record| record.cloud == cloud)
        .flat_map(|record| &record.exports)
        .map(|export| export.storage_account.account.as_str())
        .next()
}

/// The first endpoint without which nobody can sign in, if the way there is not open.
pub(super) fn in_the_way(findings: &[Finding]) -> Option<String> {
    findings
        .iter()
        .find(|finding| {
            [LOGIN, ARM].contains(&finding.id.as_str()) && finding.status == Status::Fail
        })
        .map(|finding| finding.title.clone())
}

fn judge(row: &Row, path: Path, is_microsofts: bool) -> Finding {
    let title = format!("{} ({})", row.title, path.host);
    let way = way(&path);
    match path.answer {
        Ok(answer) => {
            let what = format!(
                "Answers in {} ms, {way}{}.",
                answer.took.as_millis(),
                inspected(path.issuer.as_ref(), is_microsofts)
            );
            Finding::new(row.id, title, Status::Pass, what)
        }
        Err(error) => {
            let error = Error::from(AzureError::from(Box::new(error)));
            let mut finding = Finding::failed(row.id, title, &error);
            finding.what = format!("{} Tried {way}.", finding.what);
            let mut why = signer(error.code(), path.issuer.as_ref());
            why.extend(finding.why.take());
            if let Some(only_for) = row.only_for {
                finding.status = Status::Warn;
                why.push(only_for.to_owned());
            }
            finding.why = (!why.is_empty()).then(|| why.join(" "));
            finding
        }
    }
}

fn way(path: &Path) -> String {
    match (&path.proxy, path.addresses.first()) {
        (Some(proxy), _) => format!("through the proxy {proxy}"),
        (None, Some(address)) => format!("directly ({address})"),
        (None, None) => "directly".to_owned(),
    }
}

/// Who opened the connection, where a certificate is not trusted.
fn signer(code: &str, issuer: Option<&Issuer>) -> Vec<String> {
    match issuer {
        Some(issuer) if code.starts_with("tls") => {
            vec![format!("The certificate was signed by \"{issuer}\".")]
        }
        _ => Vec::new(),
    }
}

/// Organisations that sign the certificates of Microsoft's clouds; another one opens the connections on the way.
/// Source: <https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details>
const SIGNERS: [&str; 3] = ["microsoft", "digicert", "entrust"];

fn inspected(issuer: Option<&Issuer>, is_microsofts: bool) -> String {
    let Some(issuer) = issuer.filter(|_| is_microsofts) else {
        return String::new();
    };
    let signed_by = issuer.to_string();
    let lower = signed_by.to_lowercase();
    if SIGNERS.iter().any(|name| lower.contains(name)) {
        return String::new();
    }
    format!(
        ". The connection is opened on the way: the certificate is signed by \"{signed_by}\", whom this machine trusts"
    )
}

/// This machine's clock against the first that answered with a time.
fn clock<'a>(answers: impl Iterator<Item = &'a Answer>) -> Finding {
    let title = "Clock";
    let Some(ahead) = answers.into_iter().find_map(|answer| answer.ahead) else {
        return Finding::new(
            CLOCK,
            title,
            Status::Skip,
            "Not known: no endpoint answered with its time.",
        );
    };
    let off = ahead.abs();
    let seconds = off.as_secs();
    let amount = match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h", (seconds + 1800) / 3600),
    };
    let side = if ahead.is_negative() { "fast" } else { "slow" };
    if off < NOTICED {
        return Finding::new(CLOCK, title, Status::Pass, "Agrees with Azure's.");
    }
    let status = if off >= REFUSED {
        Status::Fail
    } else {
        Status::Warn
    };
    Finding::new(CLOCK, title, status, format!("This machine's clock is {amount} {side}."))
        .why("Tokens and certificates hold from one moment to another. Entra ID refuses a sign-in whose time is more than five minutes off.")
        .fix(SET_CLOCK)
}

const SET_CLOCK: &str = if cfg!(target_os = "macos") {
    "Set it from the network: `sudo sntp -sS time.apple.com`"
} else if cfg!(windows) {
    "Set it from the network, as administrator: `w32tm /resync`"
} else {
    "Set it from the network: `sudo timedatectl set-ntp true` (in a virtual machine or WSL, restart it after a suspension)"
};

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::azure::error::NetworkError;

    fn answer(ahead: Option<i64>) -> Answer {
        Answer {
            status: 400,
            took: Duration::from_millis(84),
            ahead: ahead.map(SignedDuration::from_secs),
        }
    }

    fn path(answer: std::result::Result<Answer, NetworkError>, issuer: &str) -> Path {
        Path {
            host: "graph.microsoft.com".to_owned(),
            proxy: None,
            addresses: vec!["20.190.1.2".parse().unwrap()],
            answer,
            issuer: Some(Issuer {
                common_name: Some(issuer.to_owned()),
                organization: None,
            }),
        }
    }

    fn failed(code: &'static str) -> std::result::Result<Answer, NetworkError> {
        Err(NetworkError {
            host: "graph.microsoft.com".to_owned(),
            code,
            detail: "it is so".to_owned(),
            source: None,
        })
    }

    #[test]
    fn the_clock_is_judged_by_what_entra_tolerates() {
        for (ahead, status, words) in [
            (Some(0), Status::Pass, "Agrees"),
            (Some(-59), Status::Pass, "Agrees"),
            (Some(61), Status::Warn, "61 s slow"),
            (Some(-200), Status::Warn, "3 min fast"),
            (Some(300), Status::Fail, "5 min slow"),
            (Some(-86400), Status::Fail, "24 h fast"),
            (None, Status::Skip, "Not known"),
        ] {
            let finding = clock([answer(None), answer(ahead)].iter());
            assert_eq!(finding.status, status, "{ahead:?}");
            assert!(finding.what.contains(words), "{}", finding.what);
        }
    }

    #[test]
    fn a_refused_certificate_names_who_signed_it() {
        let finding = judge(
            &ENDPOINTS[1],
            path(failed("tls-unknown-issuer"), "Bürohaus Root"),
            true,
        );
        assert_eq!(finding.status, Status::Fail);
        let why = finding.why.unwrap();
        assert!(
            why.starts_with("The certificate was signed by \"Bürohaus Root\"."),
            "{why}"
        );
        assert!(finding.fix.unwrap().contains("--ca-file"));
        assert!(
            finding.what.ends_with("Tried directly (20.190.1.2)."),
            "{}",
            finding.what
        );
        let dns = judge(&ENDPOINTS[1], path(failed("dns"), "X"), true);
        assert!(!dns.why.unwrap().contains("signed by"));
    }

    #[test]
    fn a_trusted_stranger_on_the_way_is_named_in_microsofts_clouds_only() {
        let what = |issuer, microsofts| {
            judge(&ENDPOINTS[1], path(Ok(answer(None)), issuer), microsofts).what
        };
        assert!(what("Zscaler Root", true).contains("opened on the way"));
        assert_eq!(
            what("Zscaler Root", false),
            "Answers in 84 ms, directly (20.190.1.2)."
        );
        assert_eq!(
            what("DigiCert Global G2", true),
            "Answers in 84 ms, directly (20.190.1.2)."
        );
    }

    #[test]
    fn what_only_some_need_is_no_failure() {
        for row in ENDPOINTS {
            let finding = judge(row, path(failed("connect"), "X"), true);
            let expected = if row.only_for.is_some() {
                Status::Warn
            } else {
                Status::Fail
            };
            assert_eq!(finding.status, expected, "{}", row.id);
        }
    }

    #[test]
    fn an_account_of_its_own_host_has_to_be_named() {
        let public = Cloud::named("public").unwrap();
        assert_eq!(blob(&public, None), None);
        let url = blob(&public, Some("costs")).unwrap();
        assert_eq!(url.host_str(), Some("costs.blob.core.windows.net"));
        let mut lab = public;
        lab.blob = "https://127.0.0.1:9447/{account}".to_owned();
        assert!(blob(&lab, None).is_some());
    }
}
