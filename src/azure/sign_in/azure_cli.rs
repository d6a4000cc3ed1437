//! The session of `az login`: whether there is one, and its tokens.
//!
//! `az` runs once for each audience. It is a child of ours, so secrets that may be in our environment are not in its.
//! Source: <https://learn.microsoft.com/cli/azure/account#az-account-get-access-token>

use std::ffi::OsStr;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions, Executor};
use serde::Deserialize;

use super::explained::Explained;
use super::session::Cache;
use crate::azure::cloud::Cloud;
use crate::azure::error::Facts;
use crate::error::{Error, Result};
use crate::host::Host;

/// How long `az` may take to show its account; a warm one takes less than a second.
const SHOW: Duration = Duration::from_secs(10);
/// How long `az` may take for a token: it may have to renew its session.
const TOKEN: Duration = Duration::from_secs(60);

/// Which of `az`'s clouds signs in where. A session of another cloud is of no use.
/// Source: <https://learn.microsoft.com/cli/azure/manage-clouds-azure-cli>
const ENVIRONMENTS: [(&str, &str); 4] = [
    ("login.microsoftonline.com", "AzureCloud"),
    ("login.microsoftonline.us", "AzureUSGovernment"),
    ("login.partner.microsoftonline.cn", "AzureChinaCloud"),
    ("login.chinacloudapi.cn", "AzureChinaCloud"),
];

/// What `az account show` prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    environment_name: String,
    #[serde(default)]
    tenant_id: String,
    #[serde(default)]
    name: String,
    user: User,
}

#[derive(Deserialize)]
struct User {
    name: String,
}

/// What there is of `az` on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AzSession {
    /// `az` knows nothing of this cloud, so it is not asked.
    NotForThisCloud,
    /// There is no `az`.
    Missing,
    /// Nobody is signed in, or the session is broken; in `az`'s own words.
    SignedOut(String),
    /// Somebody is signed in to another cloud, of this name.
    OtherCloud(String),
    /// Somebody is signed in.
    Of(AzAccount),
    /// It did not answer in this time.
    Slow(Duration),
    /// It answered with something else than an account.
    Unreadable,
}

/// Who is signed in to `az`. Printable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzAccount {
    /// The user principal name, or an application's client id.
    pub user: String,
    /// Directory (tenant) ID of the session.
    pub tenant: String,
    /// The chosen subscription's name.
    pub subscription: String,
}

/// Who is signed in to `az`, where that session is for `cloud`. Whatever goes wrong counts as nobody.
pub(super) async fn account(cloud: &Cloud, host: &Host) -> Option<String> {
    match az_session(cloud, host).await {
        AzSession::Of(account) => Some(account.user),
        _ => None,
    }
}

/// Looks at `az`: runs it once, for ten seconds at most, without our secrets in its environment.
pub async fn az_session(cloud: &Cloud, host: &Host) -> AzSession {
    let login = cloud.login.host_str().unwrap_or_default();
    let Some((_, environment)) = ENVIRONMENTS.iter().find(|(host, _)| *host == login) else {
        return AzSession::NotForThisCloud;
    };
    let shell = Shell::of(host);
    let arguments = [OsStr::new(SWITCH), OsStr::new(SHOW_ACCOUNT)];
    let shown = shell.run(OsStr::new(PROGRAM), &arguments);
    match tokio::time::timeout(SHOW, shown).await {
        Ok(Ok(output)) => session(&output, environment),
        Ok(Err(_)) => AzSession::Missing,
        Err(_) => AzSession::Slow(SHOW),
    }
}

/// What an ended `az account show` says.
fn session(output: &Output, environment: &str) -> AzSession {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let (code, message) = explain(&said);
        // A POSIX shell says 127 where there is no such program.
        return if output.status.code() == Some(127)
            || code == "az_missing"
            || said.contains(WINDOWS_MISSING)
        {
            AzSession::Missing
        } else {
            AzSession::SignedOut(message)
        };
    }
    let Ok(account) = serde_json::from_slice::<Account>(&output.stdout) else {
        return AzSession::Unreadable;
    };
    if account.environment_name != environment {
        return AzSession::OtherCloud(crate::text::printable(&account.environment_name));
    }
    AzSession::Of(AzAccount {
        user: crate::text::printable(&account.user.name),
        tenant: crate::text::printable(&account.tenant_id),
        subscription: crate::text::printable(&account.name),
    })
}

/// What `cmd` says where there is no such program, in English.
const WINDOWS_MISSING: &str = "is not recognized as an internal or external command";

/// The credential of the `az` session, for a directory or for the session's own.
pub(super) fn credential(
    host: &Host,
    tenant: Option<String>,
    facts: &Arc<Facts>,
) -> Result<Arc<dyn TokenCredential>> {
    let options = AzureCliCredentialOptions {
        tenant_id: tenant,
        executor: Some(Arc::new(Shell::of(host))),
        ..AzureCliCredentialOptions::default()
    };
    let inner = AzureCliCredential::new(Some(options)).map_err(|error| {
        Error::usage("tenant", format!("{error}."))
            .hint("Name the directory by its ID or its domain: `--tenant contoso.onmicrosoft.com`")
            .because(error)
    })?;
    Ok(Arc::new(Explained {
        inner,
        patience: TOKEN,
        explain,
        facts: facts.clone(),
        cache: Cache::default(),
    }))
}

fn explain(text: &str) -> (&'static str, String) {
    let lower = text.to_lowercase();
    if lower.contains("not found on path") || lower.contains("wasn't found") {
        return (
            "az_missing",
            "Couldn't find `az` on this machine".to_owned(),
        );
    }
    if lower.contains("az login") || lower.contains("az account set") {
        return (
            "az_signed_out",
            "Couldn't get a token from `az`: nobody is signed in, or the session has ended"
                .to_owned(),
        );
    }
    let said = text
        .lines()
        .find_map(|line| line.trim().split_once("ERROR:"))
        .map_or(text.lines().last().unwrap_or_default(), |(_, said)| said);
    let said = crate::text::printable(said.trim());
    (
        "az_failed",
        format!("Failed to get a token from `az`: {said}"),
    )
}

#[cfg(not(windows))]
const PROGRAM: &str = "/bin/sh";
#[cfg(not(windows))]
const SWITCH: &str = "-c";
#[cfg(not(windows))]
const SHOW_ACCOUNT: &str = "cd /bin && az account show -o json";
#[cfg(windows)]
const PROGRAM: &str = "cmd";
#[cfg(windows)]
const SWITCH: &str = "/C";
// From the system's folder, so that no `az` of the folder that we happen to be in is run.
#[cfg(windows)]
const SHOW_ACCOUNT: &str = "cd %SYSTEMROOT% && az account show -o json";

/// Runs `az` without our secrets, and ends it when nobody waits any more.
#[derive(Debug)]
struct Shell {
    path: Option<String>,
}

impl Shell {
    fn of(host: &Host) -> Self {
        Shell {
            path: host.env("PATH").map(str::to_owned),
        }
    }
}

#[async_trait]
impl Executor for Shell {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> std::io::Result<Output> {
        let mut command = tokio::process::Command::new(program);
        command.args(args).stdin(Stdio::null()).kill_on_drop(true);
        for name in Host::SECRETS {
            command.env_remove(name);
        }
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        command.output().await
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::scripted::with_az;
    use super::*;
    use crate::azure::error::SignInError;

    const ARM: &str = "https://management.azure.com/.default";

    fn shows(environment: &str) -> String {
        format!(
            r#"test "$*" = "account show -o json" && echo '{{"environmentName":"{environment}","tenantId":"x","user":{{"name":"maria@contoso.com","type":"user"}}}}'"#
        )
    }

    async fn refusal(script: &str) -> SignInError {
        let (_folder, host) = with_az(script);
        let credential = credential(&host, None, &Arc::default()).unwrap();
        let error = credential.get_token(&[ARM], None).await.unwrap_err();
        error.downcast_ref::<SignInError>().unwrap().clone()
    }

    #[tokio::test]
    async fn the_session_of_this_cloud_is_found_and_no_other() {
        let public = Cloud::named("public").unwrap();
        let (_folder, host) = with_az(&shows("AzureCloud"));
        assert_eq!(
            account(&public, &host).await.as_deref(),
            Some("maria@contoso.com")
        );
        assert_eq!(account(&Cloud::named("usgov").unwrap(), &host).await, None);
        let (_folder, signed_out) =
            with_az("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
        assert_eq!(account(&public, &signed_out).await, None);
    }

    #[tokio::test]
    async fn each_state_of_az_is_told_from_the_others() {
        let public = Cloud::named("public").unwrap();
        let state = async |script: &str| {
            let (_folder, host) = with_az(script);
            az_session(&public, &host).await
        };
        let AzSession::Of(account) = state(&shows("AzureCloud")).await else {
            panic!("nobody is signed in")
        };
        assert_eq!(
            (account.user.as_str(), account.tenant.as_str()),
            ("maria@contoso.com", "x")
        );
        assert_eq!(
            state(&shows("AzureChinaCloud")).await,
            AzSession::OtherCloud("AzureChinaCloud".to_owned())
        );
        let told = "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1";
        assert!(
            matches!(state(told).await, AzSession::SignedOut(said) if said.contains("nobody is signed in"))
        );
        assert_eq!(state("exit 127").await, AzSession::Missing);
        assert_eq!(state("echo hello").await, AzSession::Unreadable);
        let empty = tempfile::tempdir().unwrap();
        let path: &'static str = empty.path().display().to_string().leak();
        let without = Host::made_of([("PATH", path)]);
        assert_eq!(az_session(&public, &without).await, AzSession::Missing);
    }

    #[tokio::test]
    async fn a_cloud_of_ones_own_never_runs_az() {
        let (folder, host) = with_az(&format!(
            "touch \"$(dirname \"$0\")/ran\"; {}",
            shows("AzureCloud")
        ));
        let mut lab = Cloud::named("public").unwrap();
        lab.login = azure_core::http::Url::parse("https://127.0.0.1:9443").unwrap();
        assert_eq!(account(&lab, &host).await, None);
        assert!(!folder.path().join("ran").exists());
    }

    #[tokio::test]
    async fn az_runs_once_for_an_audience_and_gets_the_directory() {
        let script = r#"echo "$*" >>"$(dirname "$0")/runs"; echo '{"accessToken":"hunter2","expires_on":4102444800,"tokenType":"Bearer"}'"#;
        let (folder, host) = with_az(script);
        let credential = credential(&host, Some("contoso.com".into()), &Arc::default()).unwrap();
        for _ in 0..2 {
            let token = credential.get_token(&[ARM], None).await.unwrap();
            assert_eq!(token.token.secret(), "hunter2");
        }
        let runs = std::fs::read_to_string(folder.path().join("runs")).unwrap();
        assert_eq!(
            runs,
            format!("account get-access-token -o json --scope {ARM} --tenant contoso.com\n")
        );
        assert!(!format!("{credential:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn each_failure_has_its_code() {
        let told = "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1";
        assert_eq!(refusal(told).await.code, "az_signed_out");
        let ended =
            "echo 'ERROR: AADSTS70043: The refresh token has expired.\nTrace ID: x' >&2; exit 1";
        let error = refusal(ended).await;
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            ("AADSTS70043", "AADSTS70043: The refresh token has expired.")
        );
        assert_eq!(refusal("exit 127").await.code, "az_missing");
        let odd = refusal("echo 'ERROR: The lights are off.' >&2; exit 3").await;
        assert_eq!(
            (odd.code.as_str(), odd.message.as_str()),
            (
                "az_failed",
                "Failed to get a token from `az`: The lights are off."
            )
        );
    }
}
