//! `azconnect check`: does it work, now, for what the vendor does with it?

mod junit;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt};

use super::app::{App, ELSEWHERE};
use super::look::{self, Beside};
use super::unstored::Unstored;
use super::{given_secret, signing};
use crate::azure::Azure;
use crate::azure::ids::TenantId;
use crate::checks::{Finding, Status};
use crate::connection::ConnectionRecord;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::secret::Secret;
use crate::ui::{Event, Progress};
use crate::vendors;

const EXAMPLES: &str = "\
Examples:
  azconnect check spot-contoso
  azconnect check --all --output json
  azconnect check --all --strict --junit azconnect.xml
  pass show spot | azconnect check --tenant ID --client-id ID --subscription ID --vendor spot-cost-intelligence --client-secret-stdin
  azconnect check --tenant ID --client-id ID --vendor cloudpi --export ID --client-secret-file FILE";

/// Check that a connection works for what the vendor does with it
///
/// Signs in with the connection's own credential, and reads what the vendor reads; with yours only where you lend it with --sign-in.
/// Compares what was recorded with what is there, and says how much of the directory is read. Changes nothing. Exits with 3 when
/// something is wrong, and says why and what to do; with 7 while only an export's first file is missing.
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
    /// Write the findings to a file as JUnit XML too, for CI: a test suite for each connection, a test case for each finding
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Look with your own rights too, signed in so (as for init), at what no app is shown: its other secrets, roles, subscriptions
    #[arg(long, value_name = "METHOD", conflicts_with = "tenant")]
    sign_in: Option<String>,
    #[command(flatten)]
    unstored: Unstored,
}

/// How many connections are looked at at once. Each of them asks several things at once in its turn.
const AT_ONCE: usize = 8;

/// A connection that was looked at.
struct Checked {
    record: ConnectionRecord,
    findings: Vec<Finding>,
    /// How long that took.
    took: Duration,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such connection; what is wrong with a connection is a finding.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    app.ui.tell(Event::Started {
        title: "Check".to_owned(),
    });
    if let Some(file) = &args.junit {
        junit::check(file)?;
    }
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
            vec![with_secret(app, record, Ok(secret), (args.deep, None)).await?]
        }
        None => {
            let chosen = chosen(&args, app)?;
            several(app, chosen, &args).await?
        }
    };
    if let Some(file) = &args.junit {
        junit::write(file, &checked, args.strict, app.host.now())?;
    }
    Ok(report::finish(app, &checked, args.strict))
}

/// Looks at connections, several at once, in their order. One that can't be looked at says so and keeps nobody else's findings back;
/// alone, or named, it ends the run.
async fn several(app: &App, chosen: Vec<ConnectionRecord>, args: &Args) -> Result<Vec<Checked>> {
    let persons = persons(app, &chosen, args.sign_in.as_deref()).await?;
    let all = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
    let done = AtomicU32::new(0);
    if all > 1 {
        tell(app, Progress::Running, "");
    }
    let looks = chosen.into_iter().map(|record| {
        let done = &done;
        let person = persons.get(&record.tenant_id);
        async move {
            let secret = app.secret_of(&record).await;
            let looked = with_secret(app, record.clone(), secret, (args.deep, person)).await;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if all > 1 {
                tally(app, done, all);
            }
            (record, looked)
        }
    });
    let looked: Vec<_> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    if all > 1 {
        tell(app, Progress::Done, "");
    }
    // Where none could be looked at, the reason is the same for all.
    let is_vain = looked.iter().all(|(_, looked)| looked.is_err());
    looked
        .into_iter()
        .map(|(record, looked)| match looked {
            Err(error) if args.all && !is_vain => Ok(not_looked_at(record, &error)),
            looked => looked,
        })
        .collect()
}

/// Azure as the person sees it in each directory, where they lend their rights: one sign-in a directory, one after the other. A
/// directory of several that the person isn't in is looked at without them.
async fn persons(
    app: &App,
    chosen: &[ConnectionRecord],
    method: Option<&str>,
) -> Result<BTreeMap<TenantId, Azure>> {
    let mut persons = BTreeMap::new();
    let Some(method) = method else {
        return Ok(persons);
    };
    let tenants: BTreeSet<TenantId> = chosen.iter().map(|record| record.tenant_id).collect();
    for tenant in &tenants {
        match signing::as_administrator(app, *tenant, Some(method)).await {
            Ok(azure) => {
                persons.insert(*tenant, azure);
            }
            Err(error) if tenants.len() > 1 => app.ui.tell(Event::Warning {
                what: format!(
                    "You could not be signed in to {tenant}: {}",
                    error.message()
                ),
                fix: "Its connections are looked at without your rights.".to_owned(),
            }),
            Err(error) => return Err(error),
        }
    }
    Ok(persons)
}

/// A connection of another cloud is none that is broken; anything else that kept us from looking may be.
fn not_looked_at(record: ConnectionRecord, error: &Error) -> Checked {
    let mut finding = Finding::failed("connection", "Connection", error);
    if error.code() == OTHER_CLOUD {
        finding.status = Status::Skip;
        finding.what = format!("Not checked. {}", finding.what);
    }
    Checked {
        record,
        findings: vec![finding],
        took: Duration::ZERO,
    }
}

const TALLY: (&str, &str) = ("connections", "Connections");

fn tell(app: &App, status: Progress, detail: &str) {
    app.ui.tell(Event::Step {
        id: TALLY.0.to_owned(),
        title: TALLY.1.to_owned(),
        change: "check".to_owned(),
        status,
        detail: detail.to_owned(),
    });
}

fn tally(app: &App, done: u32, all: u32) {
    app.ui.tell(Event::Tally {
        id: TALLY.0.to_owned(),
        title: TALLY.1.to_owned(),
        unit: "connections".to_owned(),
        done,
        waiting: 0,
        failed: 0,
        all,
        detail: String::new(),
    });
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
    (deep, person): (bool, Option<&Azure>),
) -> Result<Checked> {
    let vendor = vendors::find(&record.vendor).ok_or_else(|| {
        Error::bug(format!(
            "the vendor `{}` of `{}` is unknown",
            record.vendor, record.name
        ))
    })?;
    same_cloud(app, &record).await?;
    let begun = Instant::now();
    let findings = match secret {
        Ok(secret) => {
            let beside = Beside {
                deep,
                drift: true,
                person,
            };
            look::look(app, vendor, (&record, &secret), beside).await?
        }
        Err(error) if error.code() == ELSEWHERE => {
            let why = error.reason().unwrap_or_default();
            let why = format!("Not tried. {why}");
            look::without_credential(app, vendor, &record, (&why, person)).await?
        }
        Err(error) => vec![Finding::failed("store.secret", "Client secret", &error)],
    };
    Ok(Checked {
        record,
        findings,
        took: begun.elapsed(),
    })
}

/// The code of a connection that belongs to another cloud than this run's.
const OTHER_CLOUD: &str = "other_cloud";

/// A secret is sent only to the cloud that its connection belongs to.
pub(super) async fn same_cloud(app: &App, record: &ConnectionRecord) -> Result<()> {
    let cloud = &app.reach().await?.cloud;
    if cloud.name == record.cloud || record.receipts.is_empty() {
        return Ok(());
    }
    Err(Error::usage(
        OTHER_CLOUD,
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
