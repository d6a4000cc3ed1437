//! What a check is, and what it finds.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::azure::Azure;
use crate::azure::cloud::Cloud;
use crate::connection::{ConnectionRecord, Coverage};
use crate::error::{Error, Kind};

/// A connection, signed in with its own credential; or looked at by a person, where that is elsewhere.
pub struct Connected<'a> {
    /// What is recorded of it.
    pub record: &'a ConnectionRecord,
    /// Azure, asked with the connection's credential; with the person's where `is_elsewhere`.
    pub azure: &'a Azure,
    /// Whether the connection's credential is elsewhere, so that only a person looks.
    pub is_elsewhere: bool,
    /// Azure, asked with the rights of the person who checks, where they lend them: some things no app is shown.
    pub person: Option<&'a Azure>,
    /// The command that connects it again, which finds what stands and makes what is missing.
    pub again: String,
    /// The command that checks it with the rights of a person.
    pub look_as_person: String,
    /// The credential itself.
    pub credential: &'a Arc<dyn TokenCredential>,
    /// The cloud.
    pub cloud: &'a Cloud,
    /// The time now.
    pub now: Timestamp,
    /// The command that makes a new secret for it.
    pub renew: String,
    /// Told what a check waits for, where a person would notice.
    pub waiting: &'a (dyn Fn(&str) + Send + Sync),
    /// Whether the vendor reads its exports' definitions too, and not only their files.
    pub reads_definition: bool,
}

/// One question about a connection.
#[async_trait]
pub trait Check: Send + Sync {
    /// Its id, as in the JSON document and the vendors' files.
    fn id(&self) -> &'static str;

    /// Its name on the screen.
    fn title(&self) -> &'static str;

    /// Whether it asks Azure, and so needs a credential that is accepted.
    fn needs_token(&self) -> bool {
        true
    }

    /// Asks; one finding for each thing that the question is about. Never fails: what goes wrong is a finding.
    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding>;
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Works.
    Pass,
    /// Not asked, or not applicable.
    Skip,
    /// Works, but not for long, or with a doubt.
    Warn,
    /// Doesn't work.
    Fail,
}

/// What a check found: an entry of `checks` in the JSON document.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The check's id.
    pub id: String,
    /// Its name, with the thing that it is about.
    pub title: String,
    /// How it ended.
    pub status: Status,
    /// What was found.
    pub what: String,
    /// Why it is so.
    pub why: Option<String>,
    /// What to do about it, one thing a line.
    pub fix: Option<String>,
    /// Azure's code.
    pub code: Option<String>,
    /// The id under which Azure logged it.
    pub correlation_id: Option<String>,
    /// The costs that were read, for the chart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<DailyTotal>,
    /// How much of the directory the connection reads, where that is what was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// The costs of what the connection doesn't read, until they are compared with those that it does.
    #[serde(skip)]
    pub unread: Option<Vec<DailyTotal>>,
    /// Whether Azure may only not have caught up: a new secret or role takes a while everywhere.
    #[serde(skip)]
    pub may_pass: bool,
    /// Whether it is the first file of an export that is not there yet: that takes hours, and nothing is wrong meanwhile. Such a
    /// finding fails and `may_pass`, so that `init` ends as pending; `init --wait` stays until there is none of them left.
    #[serde(skip)]
    pub waits_for_data: bool,
}

/// The cost of one day, in one currency, over everything that the connection reads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DailyTotal {
    /// The day, UTC.
    pub date: Date,
    /// The amount.
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Finding {
    /// A finding.
    pub fn new(
        id: &str,
        title: impl Into<String>,
        status: Status,
        what: impl Into<String>,
    ) -> Self {
        Finding {
            id: id.to_owned(),
            title: title.into(),
            status,
            what: what.into(),
            why: None,
            fix: None,
            code: None,
            correlation_id: None,
            costs: Vec::new(),
            coverage: None,
            unread: None,
            may_pass: false,
            waits_for_data: false,
        }
    }

    /// A failure of a call, with the remedy that it carries.
    pub fn failed(id: &str, title: impl Into<String>, error: &Error) -> Self {
        let fixes = error.advice().join("\n");
        Finding {
            why: error.reason().map(str::to_owned),
            fix: (!fixes.is_empty()).then_some(fixes),
            code: Some(error.code().to_owned()),
            correlation_id: error.correlation_id().map(str::to_owned),
            may_pass: matches!(
                error.kind(),
                Kind::SignedOut | Kind::Forbidden | Kind::Pending
            ),
            ..Finding::new(id, title, Status::Fail, error.message())
        }
    }

    /// An export of which there is no file yet, though nothing is wrong with it.
    pub fn waiting(id: &str, title: impl Into<String>, what: impl Into<String>) -> Self {
        Finding {
            may_pass: true,
            waits_for_data: true,
            ..Finding::new(id, title, Status::Fail, what)
        }
    }

    /// Says why it is so.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}
