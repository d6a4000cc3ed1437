//! `azconnect exec`: a command with the connection's credential in its environment, and nowhere else.
//!
//! On Unix this process becomes the command: the same process id, standard streams, terminal and signals, so nothing has to be passed
//! on, and nothing of ours stays beside it. Elsewhere the command is a child, and we end as it ends.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::Command;

use super::app::App;
use crate::azure::cloud::Cloud;
use crate::connection::{ConnectionRecord, store_choice::Choice};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::host::Host;
use crate::secret::Secret;

const EXAMPLES: &str = "\
Examples:
  azconnect exec spot-contoso -- terraform plan
  azconnect exec spot-contoso -- python3 costs.py
  azconnect exec spot-contoso -- sh -c 'echo \"$AZURE_CLIENT_ID\"'";

/// Run a command with the connection's credential in its environment
///
/// The command finds AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH) in its environment, as
/// the Azure SDKs look for them, and AZURE_AUTHORITY_HOST where the connection is in another cloud than the public one. Any other Azure
/// credential of this environment is left out. azconnect ends as the command ends, with its exit code.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The connection
    connection: String,
    /// The command and its arguments, after `--`
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What the Azure SDKs read besides: another identity's, which must not win over the connection's.
/// Source: <https://learn.microsoft.com/python/api/overview/azure/identity-readme#environment-variables>
const ANOTHERS: [&str; 10] = [
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_FEDERATED_TOKEN",
    "AZURE_USERNAME",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_AUTHORITY_HOST",
    "AZURE_TOKEN_CREDENTIALS",
    "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
];

/// What the command gets: the value of each variable.
type Variables = BTreeMap<&'static str, OsString>;

/// Runs the command. Where all goes well on Unix, this does not return.
///
/// # Errors
/// `Usage` where there is no such connection, no secret of it, or no such command; `Storage` where the secret can't be had.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    let record = app.connections.get(&args.connection)?;
    let mut variables = identity(&record, authority(app, &record));
    match credential(&record)? {
        Credential::Certificate(path) => {
            variables.insert("AZURE_CLIENT_CERTIFICATE_PATH", path);
        }
        Credential::Secret => {
            let secret = secret(app, &record).await?;
            variables.insert("AZURE_CLIENT_SECRET", secret.expose().into());
        }
    }
    run_as(&args.command, &variables)
}

async fn secret(app: &App, record: &ConnectionRecord) -> Result<Secret> {
    if record.credential.stored_in != Choice::None.to_string() {
        return app.secret_of(record).await;
    }
    Err(Error::usage(
        "secret_not_kept",
        format!(
            "The secret of `{}` is not kept on this machine, so no command can be run with it.",
            record.name
        ),
    )
    .why("It was connected with `--store none`.")
    .hint(format!(
        "Make a new secret and keep it: `{}`",
        app.typed(format!(
            "init {} --connection {} --tenant {} --app-id {} --store keyring",
            record.vendor, record.name, record.tenant_id, record.client_id
        ))
    )))
}

/// What the connection signs in with.
#[derive(Debug, PartialEq, Eq)]
enum Credential {
    Secret,
    /// The path of the certificate's file.
    Certificate(OsString),
}

fn credential(record: &ConnectionRecord) -> Result<Credential> {
    let kept: Option<Choice> = record.credential.stored_in.parse().ok();
    match (record.credential.kind.as_str(), kept) {
        ("secret", _) => Ok(Credential::Secret),
        ("certificate", Some(Choice::File(path))) => Ok(Credential::Certificate(path.into())),
        (kind, _) => Err(Error::usage(
            "no_secret",
            format!(
                "`{}` signs in with a credential of the kind `{}`, which can't be put into an environment.",
                record.name,
                crate::text::printable(kind)
            ),
        )
        .why("A command can be given a secret, or the path of a certificate's file.")
        .hint(format!("See how it signs in: azconnect show {}", record.name))),
    }
}

/// Where tokens come from, where it is not where every SDK looks by itself. A cloud of one's own is the one that this run names: the
/// record has its name only, and a file of that name in the folder that we happen to be in may be anybody's.
fn authority(app: &App, record: &ConnectionRecord) -> Option<String> {
    let word = if Cloud::is_microsofts(&record.cloud) {
        &record.cloud
    } else {
        &app.global.cloud
    };
    let cloud = Cloud::named(word).ok()?;
    let is_its_own = cloud.name == record.cloud && cloud.name != "public";
    is_its_own.then(|| cloud.login.to_string())
}

fn identity(record: &ConnectionRecord, authority: Option<String>) -> Variables {
    let mut variables = Variables::from([
        ("AZURE_TENANT_ID", record.tenant_id.to_string().into()),
        ("AZURE_CLIENT_ID", record.client_id.to_string().into()),
    ]);
    variables.extend(authority.map(|host| ("AZURE_AUTHORITY_HOST", host.into())));
    variables
}

/// The command with what it gets, and without every other credential.
fn prepared(words: &[OsString], variables: &Variables) -> Result<Command> {
    let [program, arguments @ ..] = words else {
        return Err(Error::bug("a command without words"));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    for name in Host::SECRETS.iter().chain(&ANOTHERS) {
        command.env_remove(name);
    }
    command.envs(variables);
    Ok(command)
}

/// This process becomes the command. It returns only where that fails.
#[cfg(unix)]
fn run_as(words: &[OsString], variables: &Variables) -> Result<Exit> {
    use std::os::unix::process::CommandExt;
    // `exec` puts the signals back as a new program expects them, and every file of ours is closed on the way.
    let failed = prepared(words, variables)?.exec();
    Err(not_started(words, &failed))
}

/// Runs the command to its end, and ends with its code.
#[cfg(not(unix))]
#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "the command's own code is none of ours, and is passed on as it is"
)]
fn run_as(words: &[OsString], variables: &Variables) -> Result<Exit> {
    // Waited for on this thread: Ctrl-C reaches the command by its console, and must not end us before it.
    let ended = prepared(words, variables)?
        .status()
        .map_err(|failed| not_started(words, &failed))?;
    std::process::exit(ended.code().unwrap_or(1))
}

fn not_started(words: &[OsString], failed: &std::io::Error) -> Error {
    let program = words
        .first()
        .map(|word| word.to_string_lossy().into_owned());
    let program = crate::text::printable(&program.unwrap_or_default());
    if failed.kind() == std::io::ErrorKind::NotFound {
        return Error::usage("command_not_found", format!("There is no command `{program}`."))
            .why("It is not in a folder of the `PATH`.")
            .hint("Shell words such as aliases and pipes need a shell: azconnect exec CONNECTION -- sh -c '…'");
    }
    let reason = failed.to_string();
    Error::new(
        Kind::Usage,
        "command_not_started",
        format!("The command `{program}` can't be started: {reason}."),
    )
    .hint("Compare its permissions: a command has to be a program that you may run.")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(kind: &str, stored_in: &str) -> ConnectionRecord {
        let id = uuid::Uuid::from_u128(1);
        let written = json!({
            "name": "spot", "vendor": "generic", "cloud": "public", "tenant_id": id, "client_id": id,
            "application_object_id": null, "service_principal_object_id": null, "agreement": null, "scopes": [],
            "credential": {"kind": kind, "key_id": null, "expires_at": null, "stored_in": stored_in},
            "created_at": "2026-11-26T12:00:00Z",
        });
        serde_json::from_value(written).unwrap()
    }

    #[test]
    fn what_can_be_put_into_an_environment() {
        let of = |kind, stored_in| credential(&record(kind, stored_in));
        assert_eq!(of("secret", "keyring").unwrap(), Credential::Secret);
        assert_eq!(
            of("certificate", "file:/keys/a.pem").unwrap(),
            Credential::Certificate("/keys/a.pem".into())
        );
        for (kind, stored_in) in [("certificate", "keyring"), ("federated", "none")] {
            let refused = of(kind, stored_in).unwrap_err();
            assert_eq!(refused.code(), "no_secret");
            assert!(refused.message().contains(kind));
        }
    }

    #[test]
    fn every_other_credential_is_left_out() {
        let variables = identity(&record("secret", "keyring"), None);
        let command = prepared(&["true".into()], &variables).unwrap();
        let changed: BTreeMap<_, _> = command.get_envs().collect();
        for name in Host::SECRETS {
            assert_eq!(changed[std::ffi::OsStr::new(name)], None, "{name}");
        }
        let federated = std::ffi::OsStr::new("AZURE_FEDERATED_TOKEN_FILE");
        assert_eq!(changed[federated], None);
        assert!(changed[std::ffi::OsStr::new("AZURE_TENANT_ID")].is_some());
    }
}
