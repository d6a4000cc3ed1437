//! What each vendor needs, gets and is handed: data, not code.
//!
//! The interview asks what [`Vendor::asks`] names, the plan makes what `application`, `credential`, `grants` and
//! `export` describe, the checks run what [`Vendor::checks`] names, and the hand-over prints [`Vendor::gives`] in that
//! order. A new vendor is one more `.toml` here and one more line in `FILES`; no other room says a vendor's name.
//!
//! Promised: every vendor that [`all`] returns has passed `validate`, and the first is the one to suggest.

mod keys;
mod role;
mod validate;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use keys::{CHECKS, FIELDS};
pub use role::{Role, System, role, roles};

/// The file of each vendor, in the order in which people see them.
const FILES: &[(&str, &str)] = &[
    (
        "spot-cost-intelligence",
        include_str!("spot-cost-intelligence.toml"),
    ),
    (
        "spot-billing-engine",
        include_str!("spot-billing-engine.toml"),
    ),
    ("cloudpi", include_str!("cloudpi.toml")),
    ("optima-csp", include_str!("optima-csp.toml")),
    (
        "flexera-mca-partner",
        include_str!("flexera-mca-partner.toml"),
    ),
    ("harness-ccm", include_str!("harness-ccm.toml")),
    ("spaceone", include_str!("spaceone.toml")),
    ("generic", include_str!("generic.toml")),
];

/// The files are part of the program, so one that is wrong is wrong on every machine: the test
/// `every_file_is_a_valid_vendor` names it, and a build that passed its tests drops none here.
static VENDORS: LazyLock<Vec<Vendor>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter_map(|(file, text)| parse(file, text).ok())
        .collect()
});

/// Every vendor, in the order of the list that people see.
pub fn all() -> &'static [Vendor] {
    &VENDORS
}

/// The vendor with this id, as `azconnect init VENDOR` names it.
pub fn find(id: &str) -> Option<&'static Vendor> {
    all().iter().find(|vendor| vendor.id == id)
}

/// Reads one vendor's file and holds it against the rules; all that is wrong with it comes back in one text.
fn parse(file: &str, text: &str) -> Result<Vendor, String> {
    let vendor: Vendor = toml::from_str(text).map_err(|error| format!("{file}.toml: {error}"))?;
    let faults = validate::faults(file, &vendor);
    if faults.is_empty() {
        Ok(vendor)
    } else {
        Err(format!("{file}.toml: {}", faults.join("; ")))
    }
}

/// One cost tool, and everything about connecting it that differs from the next one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// What people type: kebab-case, and the name of the file.
    pub id: String,
    /// The product's own name.
    pub name: String,
    /// Who makes it.
    pub maker: String,
    /// Whether the vendor still tells new customers to connect this way.
    pub status: Status,
    /// One sentence for the list of vendors.
    pub summary: String,
    /// The vendor's own page, where one is still public.
    #[serde(default)]
    pub documentation: Option<String>,
    /// Agreements with Microsoft under which the vendor can be connected: `ea`, `mca`, `mpa`, `csp`, `mosp`.
    pub agreements: Vec<String>,
    /// What must be true before anything is made, as sentences for a person.
    #[serde(default)]
    pub prerequisites: Vec<String>,
    /// The identity that the vendor signs in with.
    pub application: Application,
    /// How that identity proves itself.
    pub credential: CredentialNeed,
    /// The roles it gets. Empty where access is given elsewhere (Partner Center).
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// The cost export that the vendor reads, if it reads one.
    #[serde(default)]
    pub export: Option<ExportNeed>,
    /// Whether whoever names neither is asked if a billing account or subscriptions are to be read: the vendor reads the one or the
    /// other, and neither is the usual thing.
    #[serde(default)]
    pub billing_or_subscriptions: bool,
    /// Keys of the questions beyond those that every vendor needs (see the questions table).
    #[serde(default)]
    pub asks: Vec<String>,
    /// What is handed over, in the order of the vendor's form.
    pub gives: Vec<Field>,
    /// Ids of the checks that stand for what the vendor will do; one of [`CHECKS`].
    pub checks: Vec<String>,
    /// Where the values go, and what the vendor does then.
    pub console: Console,
    /// What to know and the vendor's page does not say, or says wrongly.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What a person should know before anything is made, said once when a connection is new.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// Something that speaks against the vendor's way, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// What it is.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl Vendor {
    /// The grants that count under this agreement (`ea`, `mca`, …), in the order in which they are made.
    pub fn grants_under(&self, agreement: &str) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| {
            grant.agreements.is_empty() || grant.agreements.iter().any(|each| each == agreement)
        })
    }
}

/// Whether the vendor still tells new customers to connect this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The vendor's page is up and says so.
    Current,
    /// The page is gone or a successor is named; it still works for those who have it.
    Legacy,
}

/// The identity that the vendor signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Whose application it is.
    pub kind: ApplicationKind,
    /// Web redirect URIs of the registration, as the vendor's page asks for them.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Client id of the vendor's own application; only with [`ApplicationKind::VendorMultiTenant`].
    #[serde(default)]
    pub client_id: Option<String>,
    /// What to know about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// Whose application the vendor signs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationKind {
    /// A single-tenant registration in the customer's directory.
    Own,
    /// The same, and a person registers it as the web app in Partner Center's App management, which has no API.
    PartnerCenterWebApp,
    /// The vendor's multi-tenant application, to which the customer's directory consents.
    VendorMultiTenant,
}

/// How the application proves itself to Entra.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialNeed {
    /// What the vendor can use; the first is the default. Empty with the vendor's own application.
    pub kinds: Vec<CredentialKind>,
    /// What to know about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// A kind of credential, as `--credential` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// A client secret (Graph `addPassword`).
    Secret,
    /// A certificate whose key stays with the vendor or with us.
    Certificate,
    /// A federated credential: no secret at all.
    Federated,
}

/// One role of the application, and where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Key of a row of the role table, see [`role()`].
    pub role: String,
    /// Kind of scope it is given at; which one, the interview finds out.
    pub at: Level,
    /// Agreements under which it is needed; empty means all.
    #[serde(default)]
    pub agreements: Vec<String>,
    /// The vendor works without it.
    #[serde(default)]
    pub optional: bool,
    /// Why the vendor needs it, for the person who must agree.
    pub why: String,
}

/// Kinds of scope at which a role can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Every chosen subscription, or the management group over them where one is chosen.
    SubscriptionOrManagementGroup,
    /// The billing account: an EA enrollment, or an MCA or MPA account.
    BillingAccount,
    /// One billing profile of an MCA or MPA account.
    BillingProfile,
    /// The storage account that exports are written to.
    StorageAccount,
    /// The blob container that exports are written to.
    Container,
    /// `/providers/Microsoft.Capacity`: all reservations of the tenant.
    Reservations,
}

/// The cost export that a vendor reads (Cost Management, `exports`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExportNeed {
    /// The vendor reads exports only where the person asks for one.
    #[serde(default)]
    pub optional: bool,
    /// Data set, as `--export-dataset` names it.
    pub dataset: String,
    /// Data sets to take instead, in this order, where a scope doesn't give that one (pay-as-you-go gives only `usage`).
    #[serde(default)]
    pub otherwise: Vec<String>,
    /// File format, as `--export-format` names it.
    pub format: String,
    /// How often Azure writes it.
    pub recurrence: Recurrence,
    /// What each run covers.
    pub timeframe: Timeframe,
    /// Large files are cut into parts, and a `manifest.json` lists them.
    pub partition: bool,
    /// A run replaces the files of the one before.
    pub overwrite: bool,
    /// The vendor asks for the export itself and its runs, and not only for its files.
    #[serde(default)]
    pub reads_definition: bool,
    /// The vendor publishes these settings. Otherwise they are our choice, and the plan says so.
    pub published: bool,
    /// How many past months are exported once; none where the vendor wants no history.
    #[serde(default)]
    pub history_months: u8,
    /// What to know about them.
    #[serde(default)]
    pub note: Option<String>,
}

impl ExportNeed {
    /// The data sets that the vendor can read, the one to take first.
    pub fn datasets(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.dataset)
            .chain(&self.otherwise)
            .map(String::as_str)
    }
}

/// How often an export runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recurrence {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Once a month.
    Monthly,
}

/// What one run of an export covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timeframe {
    /// From the first of the month until now.
    MonthToDate,
    /// The month before.
    LastMonth,
    /// From the first day of the week until now.
    WeekToDate,
}

/// One value of the vendor's form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Which of our values it is; one of [`FIELDS`].
    pub key: String,
    /// The vendor's exact words.
    pub label: String,
    /// It must never be printed unasked.
    #[serde(default)]
    pub secret: bool,
    /// How the vendor wants it written.
    #[serde(default)]
    pub format: Format,
    /// There may be none.
    #[serde(default)]
    pub optional: bool,
    /// There may be several.
    #[serde(default)]
    pub many: bool,
    /// What to know when pasting it.
    #[serde(default)]
    pub note: Option<String>,
}

/// How a vendor wants a value written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// As Azure writes it.
    #[default]
    Plain,
    /// Only what stands before the first `:` (of an MCA or MPA billing account name).
    BeforeFirstColon,
}

impl Format {
    /// The value as the vendor's form wants it.
    pub fn apply(self, value: &str) -> &str {
        match self {
            Format::Plain => value,
            Format::BeforeFirstColon => value.split_once(':').map_or(value, |(before, _)| before),
        }
    }
}

/// Where the values go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Console {
    /// The vendor's console, where its address is known.
    #[serde(default)]
    pub url: Option<String>,
    /// The way to the form and through it, in the vendor's words.
    pub paste: Vec<String>,
    /// What the vendor does then, and how to see that it did.
    pub next: String,
}
