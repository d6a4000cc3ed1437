//! `azconnect init`: sign in, discover, ask what is missing, show the plan, apply it, validate, store, hand over.

mod apply;
mod batch;
mod batch_report;
mod by_others;
mod captured;
mod census;
mod certificate;
mod ending;
mod exported;
mod facts;
mod in_hand;
mod partner_app;
mod past_months;
mod refusals;
mod resume;
mod scripted;
mod show_plan;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::app::App;
use super::arguments::AnswerFlags;
use super::signing;
use crate::azure::Azure;
use crate::azure::sign_in::{Method, SignedIn};
use crate::connection::{ConnectionName, ConnectionSpec, Directory};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::interview::billing::BillingWish;
use crate::interview::{Answers, Interview, Source, discovery, exports, resolve};
use crate::plan;
use crate::secret::Secret;
use crate::store::SecretStore;
use crate::ui::Event;
use crate::vendors::{self, Vendor};

const EXAMPLES: &str = "\
Examples:
  azconnect init spot-cost-intelligence
  azconnect init spot-cost-intelligence --tenant contoso.com --subscription all --plan
  azconnect init cloudpi --billing-account 55671234 --location westeurope --wait
  azconnect init generic --export-dataset focus --export-format parquet
  azconnect init --batch tenants.csv --plan
  azconnect init spot-cost-intelligence --mode script > connect.sh
  azconnect init spot-cost-intelligence --sandbox --yes";

/// Connect Azure to a cost tool
///
/// Signs you in, finds out what Azure can answer, asks for the rest, shows the plan, and carries it out once you agree: an app
/// registration, its service principal, a client secret (or a certificate, or a federated credential), and exactly the roles that the
/// vendor needs; for a vendor that reads files, a cost export and a storage account for it as well. Then it signs in with the new secret,
/// reads what the vendor will read, keeps the secret where you said, and hands over the values of the vendor's form.
///
/// An export's first file comes hours later: until then the run ends as pending (exit code 7), or stays with `--wait`.
///
/// With `--mode script` it makes nothing, and prints a script that does.
///
/// Safe to run again: what is there is found, not made a second time. Safe to interrupt: `--resume` goes on.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    answers: AnswerFlags,
    /// Read answers from a TOML or JSON file
    #[arg(long = "answers", value_name = "FILE", id = "answers_file")]
    answers_file: Option<PathBuf>,
    /// Connect many, each with the answers of its row, from a TOML file with [[connection]] tables or a CSV file with a header
    #[arg(long, value_name = "FILE", conflicts_with_all = ["answers_file", "resume", "client_secret_stdin", "client_secret_file", "handover_to", "wait", "connection"])]
    batch: Option<PathBuf>,
    /// Show the plan and change nothing
    #[arg(long)]
    plan: bool,
    /// Go on with an interrupted run, with the answers it had
    #[arg(long, conflicts_with = "fresh")]
    resume: bool,
    /// Don't offer to go on with an interrupted run (what it made is still found again)
    #[arg(long)]
    fresh: bool,
    /// Read an existing app's client secret from stdin
    #[arg(long, conflicts_with = "client_secret_file")]
    client_secret_stdin: bool,
    /// Read an existing app's client secret from a file: the secret alone, or a dotenv file with `AZURE_CLIENT_SECRET`
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Write the values of the vendor's form, the secret among them, to a file that only you can read
    #[arg(long, value_name = "FILE")]
    handover_to: Option<PathBuf>,
    /// Stay until the export's first file is there (up to a day; Ctrl-C leaves everything as it is)
    #[arg(long)]
    wait: bool,
}

/// The fact that names the directory.
const DIRECTORY: &str = "Directory";

/// Everything that is decided before anything is changed.
struct Decided {
    vendor: &'static Vendor,
    spec: ConnectionSpec,
    azure: Azure,
    store: Arc<dyn SecretStore>,
    given: Option<Secret>,
    answers: Answers,
}

/// Runs the command.
///
/// # Errors
/// As the exit codes of the contract say.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    if let Some(file) = args.batch.clone() {
        return Box::pin(batch::run(&args, &file, app)).await;
    }
    app.ui.tell(Event::Started {
        title: "Connect Azure to a cost tool".to_owned(),
    });
    if let Some(file) = &args.handover_to {
        super::handover::check(file)?;
    }
    let given = super::given_secret::read(
        &app.host,
        args.client_secret_stdin,
        args.client_secret_file.as_deref(),
    )
    .await?;
    let saved = resume::saved_answers(app, &args).await?;
    let answers = Answers::gather(
        &args.answers.0,
        &app.host,
        args.answers_file.as_deref(),
        &saved,
    )?;
    let language = scripted::language(&answers, &args)?;
    let decided = decide(&args, app, answers, given).await?;
    if let Some(language) = language.filter(|_| !args.plan) {
        return scripted::run(app, &decided, language).await;
    }
    let _lock = app.connections.lock(&decided.spec.name)?;
    apply::run(&args, app, decided).await
}

async fn decide(
    args: &Args,
    app: &App,
    answers: Answers,
    given: Option<Secret>,
) -> Result<Decided> {
    // A wrong cloud or certificate file is told before anything is missing: nothing is asked of the network yet.
    app.reach().await?;
    let mut interview = Interview::new(answers, app.ui.clone());
    let possible: Vec<&'static Vendor> = vendors::all()
        .iter()
        .filter(|vendor| plan::lacks(vendor).is_none())
        .collect();
    let vendor = interview.vendor(&possible).await?;
    let only_says = args.plan || interview.answers.value("mode") == Some("script");
    if !app.ui.can_ask() && !app.global.yes && !only_says {
        interview.needs_consent();
    }
    if let Some(vendor) = vendor {
        refuse_unsupported(vendor)?;
        interview.check_credential(vendor)?;
        exports::refuse(&interview.answers, vendor)?;
    }
    close_gaps(app, &mut interview, vendor).await?;
    let vendor = vendor.ok_or_else(|| Error::bug("a vendor that is neither known nor missing"))?;
    let Some(signed_in) = sign_in(app, &mut interview, Some(vendor)).await? else {
        interview.close_gaps()?;
        return Err(Error::bug("a sign-in that is neither there nor missing"));
    };
    let certificate = certificate::read(&mut interview.answers)?;
    let store = fit_store(args, app, &mut interview).await?;
    let Some(directory) = directory(app, &mut interview, &signed_in, Some(vendor)).await? else {
        interview.close_gaps()?;
        return Err(Error::bug("a directory that is neither known nor missing"));
    };
    app.ui.tell(Event::Fact {
        label: DIRECTORY.to_owned(),
        value: directory.display_name.clone(),
        source: interview.answers.source("tenant"),
    });
    let azure = signing::as_person(app, &signed_in, Some(directory.id), Some(&vendor.id)).await?;
    warn_guest(app, &azure, vendor).await;
    let cloud = app.reach().await?.cloud.name.clone();
    let setting = resolve::Setting {
        azure: &azure,
        cloud: &cloud,
        secret_given: given.is_some(),
        certificate: certificate.as_deref(),
        billing: billing_wish(vendor),
        exported: &|name| exported::earlier(app, name),
    };
    let spec = interview.complete(&setting, vendor, directory).await?;
    facts::tell(app, &spec, &interview.answers);
    Ok(Decided {
        vendor,
        spec,
        azure,
        store,
        given,
        answers: interview.answers,
    })
}

/// The store, proven; a script keeps nothing on this machine.
async fn fit_store(
    args: &Args,
    app: &App,
    interview: &mut Interview,
) -> Result<Arc<dyn SecretStore>> {
    if interview.answers.value("mode") == Some("script") {
        return app.store("none");
    }
    let store = choose_store(app, interview)?;
    if args.wait && store.kind() == "none" {
        return Err(waits_with_secret());
    }
    certificate::refuse_unfit_store(&interview.answers, store.as_ref())?;
    store.probe().await?;
    Ok(store)
}

/// The store: as answered, else where the connection keeps its secret already, else the keyring.
fn choose_store(app: &App, interview: &mut Interview) -> Result<Arc<dyn SecretStore>> {
    let name = interview.answers.value("connection");
    let name: Option<ConnectionName> = name.and_then(|name| name.parse().ok());
    if let (None, Some(name)) = (interview.answers.get("store"), name)
        && let Some(record) = app.connections.find(&name)?
    {
        let kept = vec![record.credential.stored_in];
        interview.answers.set("store", kept, Source::Saved);
    }
    app.store(interview.answers.value_or("store", "keyring"))
}

/// Ends the run if anything is missing. A script gets all gaps at once, and at once: what Azure doesn't show in this time stays
/// unknown.
async fn close_gaps(app: &App, interview: &mut Interview, vendor: Option<&Vendor>) -> Result<()> {
    if interview.has_gaps() {
        let look = look_for_gaps(app, interview, vendor);
        if let Ok(Err(error)) = tokio::time::timeout(GLANCE, look).await {
            tracing::info!("not every answer could be looked for: {error}");
        }
    }
    interview.close_gaps()
}

/// How long Azure is asked for further gaps where some are known already.
const GLANCE: Duration = Duration::from_millis(700);

/// Looks for the gaps that only Azure shows: several directories, several subscriptions. Never where a person would have to act.
async fn look_for_gaps(
    app: &App,
    interview: &mut Interview,
    vendor: Option<&Vendor>,
) -> Result<()> {
    let by_person = ["browser", "device-code"];
    if by_person.contains(&interview.answers.value_or("sign_in", "auto")) {
        return Ok(());
    }
    let Some(signed_in) = sign_in(app, interview, vendor).await? else {
        return Ok(());
    };
    let Some(directory) = directory(app, interview, &signed_in, None).await? else {
        return Ok(());
    };
    let azure = signing::as_person(app, &signed_in, Some(directory.id), None).await?;
    match vendor {
        Some(vendor) if needs_a_whole_look(interview, vendor) => {
            let setting = resolve::Setting {
                azure: &azure,
                cloud: &app.reach().await?.cloud.name,
                secret_given: false,
                certificate: None,
                billing: billing_wish(vendor),
                exported: &|name| exported::earlier(app, name),
            };
            interview.look(&setting, vendor, &directory).await
        }
        Some(vendor) if plan::needs_billing_account(vendor) => {
            interview.look_at_accounts(&azure, vendor, &directory).await
        }
        Some(_) | None => interview.look_at_scopes(&azure, directory.id).await,
    }
}

/// Whether more can be missing than what the vendor reads: exports, or who a partner is.
fn needs_a_whole_look(interview: &Interview, vendor: &Vendor) -> bool {
    exports::need(&interview.answers, vendor).is_some()
        || vendor.asks.iter().any(|key| key == "partner_id")
}

/// The directory to connect; none where it is a gap.
async fn directory(
    app: &App,
    interview: &mut Interview,
    signed_in: &SignedIn,
    vendor: Option<&Vendor>,
) -> Result<Option<Directory>> {
    let vendor = vendor.map(|vendor| vendor.id.as_str());
    let azure = signing::as_person(app, signed_in, None, vendor).await?;
    let follows = matches!(
        signed_in.method,
        Method::AzureCli
            | Method::ServicePrincipal
            | Method::ManagedIdentity
            | Method::WorkloadIdentity
    );
    let directories = discovery::directories(&azure).await?;
    interview
        .directory(directories, signed_in.tenant, follows)
        .await
}

/// Signs in; none where nobody can be asked and the environment has nothing, which is then a gap among the others.
async fn sign_in(
    app: &App,
    interview: &mut Interview,
    vendor: Option<&Vendor>,
) -> Result<Option<SignedIn>> {
    match signing::sign_in(app, &interview.answers).await {
        Err(error) if error.code() == "no_sign_in" && !app.ui.can_ask() => {
            interview.needs_sign_in(match vendor.map(billing_wish) {
                Some(BillingWish::Needed) => "billing_account",
                Some(BillingWish::Elsewhere) => "partner_id",
                Some(BillingWish::IfNamed | BillingWish::Offered | BillingWish::Never) | None => {
                    "subscription"
                }
            });
            Ok(None)
        }
        answer => answer.map(Some),
    }
}

fn billing_wish(vendor: &Vendor) -> BillingWish {
    if plan::needs_billing_account(vendor) {
        return BillingWish::Needed;
    }
    if vendor.grants.is_empty() {
        return BillingWish::Elsewhere;
    }
    if vendor.billing_or_subscriptions {
        return BillingWish::Offered;
    }
    let may_read_one = vendor.asks.iter().any(|key| key == "billing_account");
    if may_read_one {
        BillingWish::IfNamed
    } else {
        BillingWish::Never
    }
}

/// Billing systems refuse guests in ways that nobody sees coming; said before anything is changed, and never taken for a no.
async fn warn_guest(app: &App, azure: &Azure, vendor: &Vendor) {
    if !plan::needs_billing_account(vendor) {
        return;
    }
    let is_guest = azure
        .me()
        .await
        .ok()
        .flatten()
        .is_some_and(|me| me.user_type.as_deref() == Some("Guest"));
    if is_guest {
        app.ui.tell(Event::Warning {
            what: "You are a guest in this directory. Guests from another cloud can't manage billing, and some vendors ask for a member account.".to_owned(),
            fix: "If a billing step is refused, let a member with the billing role do it.".to_owned(),
        });
    }
}

fn waits_with_secret() -> Error {
    Error::usage("wait_without_store", "`--wait` and `--store none` can't both be given: the secret would be in memory only until the first file is there.")
        .why("A secret that is kept nowhere is shown at the end, and lost if the wait is cut short.")
        .hint("Keep it in the keyring or a file, or leave `--wait` away and look again with `azconnect check`.")
}

fn refuse_unsupported(vendor: &Vendor) -> Result<()> {
    match plan::lacks(vendor) {
        None => Ok(()),
        Some(lack) => Err(Error::new(Kind::Usage, "vendor_unsupported", format!("This release can't connect {} yet: it needs {lack}.", vendor.name))
            .why("It gives roles on subscriptions, management groups and billing accounts; the rest comes with later releases.")
            .hint(format!("See what to do by hand: azconnect vendors {}", vendor.id))),
    }
}
