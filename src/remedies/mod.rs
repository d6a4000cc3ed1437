//! What an error of Azure's means and what to do about it: data, not code.
//!
//! `azure`, `store`, `plan` and `checks` know what happened; [`find`] turns the code, the status and Microsoft's message
//! into why it happened, what to do next, and who can. The rows are in one `.toml` for each service, so that a writer can
//! improve them without a compiler.
//!
//! Promised: every row has a reason and at least one thing to do that names a command, a person or a link
//! (`row_tests.rs` holds each row against the rules); nothing remote gets into a suggested command unquoted (`placeholders.rs`).

mod denied;
mod placeholders;
mod situation;

#[cfg(test)]
mod row_tests;
#[cfg(test)]
mod search_tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub use denied::{Denied, parse_authorization_failed};
pub use situation::{AZURE_FLAG, NOT_YET};

/// The file of each service.
const FILES: &[(&str, &str)] = &[
    ("entra.toml", include_str!("entra.toml")),
    ("entra_policy.toml", include_str!("entra_policy.toml")),
    ("graph.toml", include_str!("graph.toml")),
    ("arm.toml", include_str!("arm.toml")),
    ("billing.toml", include_str!("billing.toml")),
    ("cost_management.toml", include_str!("cost_management.toml")),
    (
        "storage_accounts.toml",
        include_str!("storage_accounts.toml"),
    ),
    ("storage.toml", include_str!("storage.toml")),
    ("key_vault.toml", include_str!("key_vault.toml")),
    ("partner_center.toml", include_str!("partner_center.toml")),
    ("network.toml", include_str!("network.toml")),
    ("store.toml", include_str!("store.toml")),
];

/// The files are part of the program, so one that is wrong is wrong on every machine: the test
/// `every_file_parses` names it, and a build that passed its tests drops none here.
static REMEDIES: LazyLock<Vec<Remedy>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter_map(|(_, text)| parse(text).ok())
        .flatten()
        .collect()
});

/// Every remedy, in the order in which they are tried.
pub fn all() -> &'static [Remedy] {
    &REMEDIES
}

/// The remedy for what `service` answered.
///
/// `code` is Azure's error code (`AADSTS7000215` or `7000215`, `AuthorizationFailed`, Partner Center's number) and may be
/// empty; `status` is the HTTP status, 0 where there was no answer; `message` is Azure's text. A row that names the code
/// or a part of the message wins over one that only names the status, the service's own rows over those of the service
/// that it is part of, and an earlier row over a later one.
pub fn find(service: Service, code: &str, status: u16, message: &str) -> Option<&'static Remedy> {
    let failure = Failure {
        code: bare_code(code),
        status,
        message: message.to_lowercase(),
    };
    let tried = [Some(service), service.part_of()];
    let matching = |service: Service, by_status: bool| {
        all().iter().find(|row| {
            row.service == service && row.is_only_by_status() == by_status && row.matches(&failure)
        })
    };
    tried
        .into_iter()
        .flatten()
        .find_map(|service| matching(service, false))
        .or_else(|| {
            tried
                .into_iter()
                .flatten()
                .find_map(|service| matching(service, true))
        })
}

/// A line of text with its placeholders filled, for tables of other rooms that are written in the same way; `None` where a value isn't
/// known, or can't be quoted inside a command.
pub fn filled(line: &str, facts: &BTreeMap<&str, String>) -> Option<String> {
    placeholders::filled(line, facts)
}

/// Microsoft's page about a sign-in code that no row knows; `None` where there is no number in `code`.
pub fn unknown_sign_in(code: &str) -> Option<String> {
    let number = bare_code(code);
    let is_number = !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit());
    is_number.then(|| format!("https://login.microsoftonline.com/error?code={number}"))
}

/// Who answered, or failed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Microsoft Entra's authorize, token and device-code endpoints.
    Entra,
    /// Microsoft Graph.
    Graph,
    /// Azure Resource Manager, and what answers through it unless it is named below.
    Arm,
    /// `Microsoft.Billing`.
    Billing,
    /// `Microsoft.CostManagement` and `Microsoft.Consumption`.
    CostManagement,
    /// `Microsoft.Storage`: storage accounts and containers as resources.
    StorageAccounts,
    /// The blob endpoint of a storage account.
    Storage,
    /// The secrets of a key vault.
    KeyVault,
    /// Partner Center's REST API.
    PartnerCenter,
    /// There was no answer: names, connections, TLS, proxies. Codes are ours.
    Network,
    /// The keyring, the file or what else keeps secrets on this machine. Codes are ours.
    Store,
}

impl Service {
    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Service::Entra => "Microsoft Entra ID",
            Service::Graph => "Microsoft Graph",
            Service::Arm => "Azure Resource Manager",
            Service::Billing => "Azure Billing",
            Service::CostManagement => "Cost Management",
            Service::StorageAccounts | Service::Storage => "Azure Storage",
            Service::KeyVault => "The key vault",
            Service::PartnerCenter => "Partner Center",
            Service::Network => "The network",
            Service::Store => "The store",
        }
    }

    /// The service whose errors this one passes on.
    fn part_of(self) -> Option<Service> {
        match self {
            Service::Billing | Service::CostManagement | Service::StorageAccounts => {
                Some(Service::Arm)
            }
            Service::Entra
            | Service::Graph
            | Service::Arm
            | Service::Storage
            | Service::KeyVault
            | Service::PartnerCenter
            | Service::Network
            | Service::Store => None,
        }
    }
}

/// What kind of failure it is; each has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// No sign-in, an expired one, or a refused credential.
    SignedOut,
    /// Signed in, but not allowed; somebody else can help.
    Forbidden,
    /// What was asked for is wrong. Running again unchanged can't help.
    Usage,
    /// Azure or the network failed.
    Failed,
    /// Azure hasn't caught up yet.
    Pending,
    /// The place for secrets on this machine.
    Storage,
}

/// One row: an error, why it happens, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// Who answered.
    pub service: Service,
    /// Azure's codes, any of which will do; empty where the status or the message decides.
    #[serde(default)]
    pub codes: Vec<String>,
    /// HTTP statuses, any of which will do; empty means any.
    #[serde(default)]
    pub statuses: Vec<u16>,
    /// A part of Azure's message that must be there, in any case of letters.
    #[serde(default)]
    pub contains: Option<String>,
    /// What kind of failure it is.
    pub kind: Kind,
    /// Why it happened, in one or two sentences.
    pub why: String,
    /// What to do, one thing a line; placeholders are filled by [`Remedy::fixes`].
    pub fix: Vec<String>,
    /// The role or person who can do it, where that may be somebody else.
    #[serde(default)]
    pub who: Option<String>,
    /// Microsoft's page about it.
    #[serde(default)]
    pub link: Option<String>,
    /// The same request may succeed later without anybody doing anything.
    #[serde(default)]
    pub retry: bool,
}

impl Remedy {
    /// What to do, with this connection's values in place of the placeholders of [`PLACEHOLDERS`].
    ///
    /// A line with a value that isn't known, or with a command that this release lacks, is left out; where that would leave
    /// none, each unknown value stands as `<name>` instead. Inside a command a value is quoted where a shell would read it
    /// otherwise. Where `run` isn't known, nothing is in the journal, and the same command goes on instead of `--resume`.
    pub fn fixes(&self, facts: &BTreeMap<&str, String>) -> Vec<String> {
        let possible: Vec<_> = self
            .fix
            .iter()
            .filter(|line| situation::is_possible(line))
            .map(|line| situation::of_the_run(line, facts))
            .collect();
        let complete: Vec<String> = possible
            .iter()
            .filter_map(|line| placeholders::filled(line, facts))
            .collect();
        if !complete.is_empty() {
            return complete
                .iter()
                .map(|line| situation::of_the_cloud(line, facts))
                .collect();
        }
        if possible.is_empty() {
            return vec![
                "See each request and its answer: run the same command again with `-vv`".to_owned(),
            ];
        }
        possible
            .iter()
            .map(|line| {
                situation::of_the_cloud(&placeholders::filled_with_names(line, facts), facts)
            })
            .collect()
    }

    fn is_only_by_status(&self) -> bool {
        self.codes.is_empty() && self.contains.is_none()
    }

    fn matches(&self, failure: &Failure<'_>) -> bool {
        let code = self.codes.is_empty()
            || self
                .codes
                .iter()
                .any(|code| bare_code(code).eq_ignore_ascii_case(failure.code));
        let status = self.statuses.is_empty() || self.statuses.contains(&failure.status);
        let message = self
            .contains
            .as_ref()
            .is_none_or(|part| failure.message.contains(&part.to_lowercase()));
        code && status && message
    }
}

/// Names that a `fix` may have in braces, and what the caller puts there.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("tenant", "the directory's id or domain"),
    ("client_id", "the application's client id"),
    (
        "principal",
        "the object id of the service principal or user that needs the role",
    ),
    (
        "action",
        "the action that was refused, as `Microsoft.…/write`",
    ),
    (
        "scope",
        "the resource id on which it was refused, with its leading slash",
    ),
    (
        "storage_account",
        "the resource id of the storage account, with its leading slash",
    ),
    ("vault", "the key vault's name"),
    ("portal", "the cloud's portal, without a slash at the end"),
    (
        "login",
        "the cloud's sign-in host, with https and without a slash at the end",
    ),
    ("upn", "the name of the person who is signed in"),
    ("connection", "the connection's name"),
    ("vendor", "the vendor's id"),
    (
        "run",
        "the name of the connection whose run is in the journal",
    ),
    (
        "correlation_id",
        "the id by which Microsoft finds the request in its logs",
    ),
];

/// What happened, ready to be compared.
struct Failure<'a> {
    code: &'a str,
    status: u16,
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    remedy: Vec<Remedy>,
}

fn parse(text: &str) -> Result<Vec<Remedy>, toml::de::Error> {
    toml::from_str::<Table>(text).map(|table| table.remedy)
}

/// The code without the prefix that Entra's messages have and its `error_codes` don't.
fn bare_code(code: &str) -> &str {
    let code = code.trim();
    match code.get(..6) {
        Some(prefix) if prefix.eq_ignore_ascii_case("AADSTS") => &code[6..],
        _ => code,
    }
}
