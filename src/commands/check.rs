//! `azconnect check`: does it work, now, for what the vendor does with it?

use serde_json::{Value, json};

use super::app::{App, ELSEWHERE};
use super::unstored::Unstored;
use super::views::{self, heading};
use super::{documents, given_secret, prove};
use crate::checks::{Finding, Status};
use crate::connection::ConnectionRecord;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::secret::Secret;
use crate::ui::{Block, Event, Output};
use crate::vendors;

const EXAMPLES: &str = "\
Examples:
  azconnect check spot-contoso
  azconnect check --all --output json
  pass show spot | azconnect check --tenant ID --client-id ID --subscription ID --vendor spot-cost-intelligence --client-secret-stdin
  azconnect check --tenant ID --client-id ID --vendor cloudpi --export ID --client-secret-file FILE";

/// Check that a connection works for what the vendor does with it
///
/// Signs in with the connection's own credential, never with yours, and reads what the vendor reads. Changes nothing. Exits with 3
/// when something is wrong, and says why and what to do; with 7 while only an export's first file is missing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Connections to check (the only one, when there is one)
    #[arg(value_name = "CONNECTION")]
    connections: Vec<String>,
    /// Check every connection of this machine
    #[arg(long, conflicts_with = "connections")]
    all: bool,
    /// Exit with 3 for a warning too
    #[arg(long)]
    strict: bool,
    /// Have a day's cost details made too, as vendors of billing accounts do
    #[arg(long)]
    deep: bool,
    #[command(flatten)]
    unstored: Unstored,
}

struct Checked {
    record: ConnectionRecord,
    findings: Vec<Finding>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such connection; what is wrong with a connection is a finding.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    app.ui.tell(Event::Started {
        title: "Check".to_owned(),
    });
    let checked = match args.unstored.record(app)? {
        Some(record) => {
            let secret = given_secret::read(
                &app.host,
                args.unstored.client_secret_stdin,
                args.unstored.client_secret_file.as_deref(),
            )
            .await?;
            let secret = secret.ok_or_else(|| {
                Error::usage("secret_missing", "A connection that is not stored here needs its client secret.").hint("Pipe it in with `--client-secret-stdin`, name a file with `--client-secret-file`, or set `AZCONNECT_CLIENT_SECRET`.")
            })?;
            let record = args.unstored.with_exports(app, record, &secret).await?;
            vec![with_secret(app, record, Ok(secret), args.deep).await?]
        }
        None => {
            let chosen = chosen(&args, app)?;
            let all = chosen.into_iter().map(async |record| {
                let secret = app.secret_of(&record).await;
                with_secret(app, record, secret, args.deep).await
            });
            futures::future::try_join_all(all).await?
        }
    };
    Ok(report(app, &checked, args.strict))
}

fn chosen(args: &Args, app: &App) -> Result<Vec<ConnectionRecord>> {
    if !args.connections.is_empty() {
        return args
            .connections
            .iter()
            .map(|name| app.connections.get(name))
            .collect();
    }
    let all = app.connections.all()?;
    match all.len() {
        0 => Err(Error::usage(
            "no_connection",
            "There is no connection on this machine to check.",
        )
        .hint("Make one: azconnect init")),
        1 => Ok(all),
        _ if args.all => Ok(all),
        _ => {
            let names: Vec<String> = all.iter().map(|record| record.name.to_string()).collect();
            Err(
                Error::usage("which_connection", "There are several connections.")
                    .hint(format!("Name one of {}", names.join(", ")))
                    .hint("Or check them all: azconnect check --all"),
            )
        }
    }
}

async fn with_secret(
    app: &App,
    record: ConnectionRecord,
    secret: Result<Secret>,
    deep: bool,
) -> Result<Checked> {
    let vendor = vendors::find(&record.vendor).ok_or_else(|| {
        Error::bug(format!(
            "the vendor `{}` of `{}` is unknown",
            record.vendor, record.name
        ))
    })?;
    same_cloud(app, &record).await?;
    let findings = match secret {
        Ok(secret) => prove::once(app, vendor, &record, &secret, deep).await?,
        Err(error) if error.code() == ELSEWHERE => {
            let why = error.reason().unwrap_or_default();
            prove::without_credential(app, &record, &format!("Not tried. {why}"))
        }
        Err(error) => vec![Finding::failed("store.secret", "Client secret", &error)],
    };
    Ok(Checked { record, findings })
}

/// A secret is sent only to the cloud that its connection belongs to.
pub(super) async fn same_cloud(app: &App, record: &ConnectionRecord) -> Result<()> {
    let cloud = &app.reach().await?.cloud;
    if cloud.name == record.cloud || record.receipts.is_empty() {
        return Ok(());
    }
    Err(Error::usage(
        "other_cloud",
        format!(
            "The connection `{}` belongs to the cloud `{}`, and this is `{}`.",
            record.name, record.cloud, cloud.name
        ),
    )
    .why("Its secret is sent to its own cloud only.")
    .hint(format!(
        "Name its cloud: `--cloud {}`",
        crate::text::shell_word(&record.cloud)
    )))
}

fn report(app: &App, checked: &[Checked], strict: bool) -> Exit {
    let exit = outcome(checked, strict);
    let costs = |all: &[Finding]| -> Value {
        let days: Vec<&crate::checks::DailyTotal> =
            all.iter().flat_map(|finding| &finding.costs).collect();
        json!(days)
    };
    let one = |checked: &Checked| json!({"connection": documents::connection(&checked.record), "checks": checked.findings, "costs": costs(&checked.findings)});
    let parts = match checked {
        [only] => one(only),
        several => json!({"connections": several.iter().map(one).collect::<Vec<_>>()}),
    };
    let mut blocks = Vec::new();
    for Checked { record, findings } in checked {
        blocks.push(heading(format!("{} ({})", record.name, record.vendor)));
        blocks.push(views::findings(findings));
        blocks.extend(views::charts(findings));
    }
    blocks.push(verdict(checked));
    app.ui.finish(&Output {
        document: documents::document(exit, parts),
        blocks,
    });
    exit
}

fn outcome(checked: &[Checked], strict: bool) -> Exit {
    let worst = checked
        .iter()
        .flat_map(|checked| &checked.findings)
        .map(|finding| finding.status)
        .max();
    match worst {
        Some(Status::Fail) if only_waits(checked) => Exit::Pending,
        Some(Status::Fail) => Exit::Attention,
        Some(Status::Warn) if strict => Exit::Attention,
        Some(Status::Warn | Status::Pass | Status::Skip) | None => Exit::Ok,
    }
}

/// Whether nothing is wrong but that an export's first file is not there yet.
fn only_waits(checked: &[Checked]) -> bool {
    checked
        .iter()
        .flat_map(|checked| &checked.findings)
        .all(|finding| finding.status != Status::Fail || finding.waits_for_data)
}

fn verdict(checked: &[Checked]) -> Block {
    let with = |status: Status| {
        checked
            .iter()
            .filter(|checked| {
                checked
                    .findings
                    .iter()
                    .any(|finding| finding.status == status)
            })
            .count()
    };
    let text = match (checked.len(), with(Status::Fail), with(Status::Warn)) {
        (1, 0, 0) => "It works.".to_owned(),
        (1, 0, _) => "It works, and something wants attention soon.".to_owned(),
        (1, _, _) if only_waits(checked) => {
            "It works so far; the export's first file is not there yet, and nothing has to be done."
                .to_owned()
        }
        (1, _, _) => "It doesn't work as it should; see the fixes above.".to_owned(),
        (all, 0, 0) => format!("All {all} connections work."),
        (all, failed, warned) => format!(
            "{failed} of {all} connections don't work as they should, {warned} want attention soon."
        ),
    };
    views::paragraph(text)
}
