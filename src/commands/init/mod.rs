//! `azconnect init`: sign in, discover, ask what is missing, show the plan, apply it, validate, store, hand over.

mod again;
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
mod gaps;
mod guided;
mod in_hand;
mod partner_app;
mod past_months;
mod refusals;
mod resume;
mod save_plan;
mod scripted;
mod show_plan;
mod signed_in;

use std::path::PathBuf;
use std::sync::Arc;

use self::again::Again;
use self::signed_in::{directory, sign_in, warn_guest};
use super::app::App;
use super::arguments::AnswerFlags;
use super::signing;
use crate::azure::Azure;
use crate::azure::sign_in::SignedIn;
use crate::connection::{ConnectionName, ConnectionSpec};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::interview::billing::BillingWish;
use crate::interview::{Answers, Interview, Source, exports, resolve};
use crate::plan;
use crate::plan::guide::Guided;
use crate::plan::script::Language;
use crate::secret::Secret;
use crate::store::SecretStore;
use crate::ui::{self, Event};
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
    /// Write every answer of this run, with where it came from, to a new file for `--answers`
    #[arg(long, value_name = "FILE")]
    save_answers: Option<PathBuf>,
    /// Connect many, each with the answers of its row, from a TOML file with [[connection]] tables or a CSV file with a header
    #[arg(long, value_name = "FILE", conflicts_with_all = ["answers_file", "save_answers", "resume", "client_secret_stdin", "client_secret_file", "handover_to", "wait", "connection"])]
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
    again: Again,
    /// Whether an answer can still be changed.
    can_go_back: bool,
    /// That a person does the steps, if one does.
    guided: Option<Guided>,
}

/// What stays while the person goes back and forth among the questions.
struct Sitting {
    interview: Interview,
    /// Once signed in, always signed in.
    signed_in: Option<SignedIn>,
    given: Option<Secret>,
    /// Whether the answers file is there, and ours.
    has_saved: bool,
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
    if let Some(file) = &args.save_answers {
        again::check(file)?;
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
    let mut sitting = Sitting {
        interview: Interview::new(answers, app.ui.clone()),
        signed_in: None,
        given,
        has_saved: false,
    };
    loop {
        match attempt(&args, app, &mut sitting, language).await {
            Err(error) if ui::is_back(&error) => sitting.interview.go_back(),
            ended => return ended,
        }
    }
}

/// Asks, decides, and carries it out.
///
/// # Errors
/// As [`run`], and [`ui::back()`] where the person wants to answer a question again: nothing has been changed then.
async fn attempt(
    args: &Args,
    app: &App,
    sitting: &mut Sitting,
    language: Option<Language>,
) -> Result<Exit> {
    let decided = decide(args, app, sitting).await?;
    if let Some(file) = &args.save_answers {
        decided.again.save(app, file, sitting.has_saved)?;
        sitting.has_saved = true;
    }
    if let Some(language) = language.filter(|_| !args.plan) {
        return scripted::run(app, &decided, language).await;
    }
    let _lock = app.connections.lock(&decided.spec.name)?;
    if decided.guided.is_some() {
        return Box::pin(guided::run(args, app, decided)).await;
    }
    apply::run(args, app, decided).await
}

async fn decide(args: &Args, app: &App, sitting: &mut Sitting) -> Result<Decided> {
    let Sitting {
        interview,
        signed_in,
        given,
        ..
    } = sitting;
    // A wrong cloud or certificate file is told before anything is missing: nothing is asked of the network yet.
    app.reach().await?;
    let possible: Vec<&'static Vendor> = vendors::all()
        .iter()
        .filter(|vendor| plan::lacks(vendor).is_none())
        .collect();
    let vendor = interview.vendor(&possible).await?;
    let way = guided::wanted(&interview.answers)?;
    let only_says = args.plan || interview.answers.value("mode") == Some("script");
    if !app.ui.can_ask() && !app.global.yes && !only_says && way.is_none() {
        interview.needs_consent();
    }
    if let Some(vendor) = vendor {
        refuse_unsupported(vendor)?;
        interview.check_credential(vendor)?;
        exports::refuse(&interview.answers, vendor)?;
    }
    gaps::close(app, interview, vendor).await?;
    let vendor = vendor.ok_or_else(|| Error::bug("a vendor that is neither known nor missing"))?;
    let may_sign_in = way != Some(false);
    if signed_in.is_none() && may_sign_in {
        *signed_in = match way {
            Some(_) => guided::sign_in_if_possible(app, &interview.answers).await?,
            None => sign_in(app, interview, Some(vendor)).await?,
        };
    }
    if signed_in.is_none() && way.is_none() {
        interview.close_gaps()?;
        return Err(Error::bug("a sign-in that is neither there nor missing"));
    }
    let certificate = certificate::read(&mut interview.answers)?;
    let store = fit_store(args, app, interview).await?;
    let Some(signed_in) = signed_in.as_ref() else {
        let asked = (interview, vendor);
        return guided::unseen(given.clone(), (args, app), asked, (store, certificate)).await;
    };
    let Some(directory) = directory(app, interview, signed_in, Some(vendor)).await? else {
        interview.close_gaps()?;
        return Err(Error::bug("a directory that is neither known nor missing"));
    };
    interview.tell(Event::Fact {
        label: DIRECTORY.to_owned(),
        value: directory.display_name.clone(),
        source: interview.answers.source("tenant"),
    });
    let azure = signing::as_person(app, signed_in, Some(directory.id), Some(&vendor.id)).await?;
    warn_guest(interview, &azure, vendor).await;
    let cloud = app.reach().await?.cloud.name.clone();
    let setting = resolve::Setting {
        azure: &azure,
        cloud: &cloud,
        secret_given: given.is_some(),
        certificate: certificate.as_deref(),
        billing: billing_wish(vendor),
        is_unseen: false,
        exported: &|name| exported::earlier(app, name),
    };
    let spec = interview.complete(&setting, vendor, directory).await?;
    facts::tell(app, &spec, &interview.answers);
    let again = Again::new(args, app, &interview.answers, &spec);
    let guided = match way {
        Some(_) => Some(guided::signed_in(&spec, &azure).await),
        None => None,
    };
    Ok(Decided {
        vendor,
        spec,
        azure,
        store,
        given: given.clone(),
        answers: interview.answers.clone(),
        again,
        can_go_back: interview.can_go_back(),
        guided,
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
