//! The same plan said in another language, for whoever reviews it and carries it out themselves. Nothing is asked of Azure here.
//!
//! Each language is a writer in a file of its own. It is given a [`Draft`], which has every step as data, and leaves nothing out: what a
//! language can't do stands in a script beside it, and what only a person can do stands in it as a comment. The same answers give the
//! same bytes, and no secret is ever in them: a script makes the secret when it runs.

mod az;
mod beside;
mod bicep;
mod form;
mod terraform;
mod versions;
mod words;

use std::str::FromStr;

use super::Plan;
use crate::azure::cloud::Cloud;
use crate::connection::ConnectionSpec;
use crate::error::Result;
use crate::steps::{Declared, Place, Receipts};
use crate::vendors::Vendor;

/// What a plan can be said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Commands of the Azure CLI, in bash.
    Az,
    /// Terraform, with a script for what it doesn't do.
    Terraform,
    /// Bicep, with a script for what it can't do.
    Bicep,
}

impl Language {
    /// Every language, with its key for `--script`.
    pub const ALL: &[(&str, Language)] = &[
        ("az", Language::Az),
        ("terraform", Language::Terraform),
        ("bicep", Language::Bicep),
    ];

    /// Its key: `az`.
    pub fn key(self) -> &'static str {
        let row = Language::ALL.iter().find(|(_, language)| *language == self);
        row.map_or("", |(key, _)| key)
    }

    /// What a comment begins with.
    pub fn comment(self) -> &'static str {
        match self {
            Language::Az | Language::Terraform => "#",
            Language::Bicep => "//",
        }
    }
}

/// No language of a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no language that azconnect writes")]
pub struct UnknownLanguage(String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownLanguage> {
        let row = Language::ALL.iter().find(|(key, _)| *key == text);
        row.map(|(_, language)| *language)
            .ok_or_else(|| UnknownLanguage(crate::text::printable(text)))
    }
}

/// A plan in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its files; the first is the one to begin with.
    pub files: Vec<ScriptFile>,
}

impl Script {
    /// All of it as one text: several files have a comment with their name before each.
    pub fn as_text(&self, language: Language) -> String {
        if let [only] = self.files.as_slice() {
            return only.text.clone();
        }
        let files = self.files.iter();
        files
            .map(|file| {
                format!(
                    "{} file: {}\n{}\n",
                    language.comment(),
                    file.name,
                    file.text
                )
            })
            .collect()
    }
}

/// One file of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFile {
    /// Its name, without folders.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Everything that a writer says.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// Whom the connection is for.
    pub vendor: &'a Vendor,
    /// The wish.
    pub spec: &'a ConnectionSpec,
    /// The Azure that it is for.
    pub cloud: &'a Cloud,
    /// The plan's steps, in an order in which each comes after those it needs.
    pub tasks: Vec<Task>,
    /// What only a person can do, when all else is done.
    pub errands: Vec<Errand>,
    /// Where a script writes the secret that it makes: a dotenv file that only its owner can read.
    pub secret_file: String,
    /// The command that stores and proves the connection when the script has run, but for `--app-id` and its credential. It is shown.
    pub go_on: String,
}

/// One step of the plan.
#[derive(Debug, Clone)]
pub struct Task {
    /// The step's id.
    pub id: String,
    /// What it changes: `App registration "azconnect-spot"`.
    pub title: String,
    /// The same in sentences.
    pub explain: Vec<String>,
    /// Who can do it.
    pub who: String,
    /// The ids of the steps that it comes after.
    pub after: Vec<String>,
    /// What it leaves behind.
    pub declared: Declared,
}

/// What only a person can do.
#[derive(Debug, Clone)]
pub struct Errand {
    /// What it is.
    pub title: String,
    /// The same in sentences.
    pub lines: Vec<String>,
    /// Where.
    pub link: String,
}

impl<'a> Draft<'a> {
    /// The draft of a plan. Errands, and what to do afterwards, are the caller's to add.
    pub fn new(
        plan: &Plan,
        spec: &'a ConnectionSpec,
        vendor: &'a Vendor,
        cloud: &'a Cloud,
    ) -> Draft<'a> {
        let (arm, portal) = (bare(cloud.arm.as_str()), bare(cloud.portal.as_str()));
        let tenant = spec.directory.id.to_string();
        let place = Place {
            arm: &arm,
            portal: &portal,
            tenant: &tenant,
        };
        let steps = plan.steps().map(|step| Task {
            id: step.id(),
            title: step.title(),
            explain: step.explain(),
            who: step.by_hand(&Receipts::new(), &place).who,
            after: step.after(),
            declared: by_script(step.declared(), spec, vendor),
        });
        let secret_file = match spec.store.strip_prefix("file:") {
            Some(path) => path.to_owned(),
            None => format!("azconnect-{}.env", spec.name),
        };
        Draft {
            vendor,
            spec,
            cloud,
            tasks: steps.chain(past_months(spec)).collect(),
            errands: Vec::new(),
            secret_file,
            go_on: format!("azconnect init {}", vendor.id),
        }
    }

    /// The draft in a language.
    ///
    /// # Errors
    /// `Usage` where the language can't say a step.
    pub fn write(&self, language: Language) -> Result<Script> {
        match language {
            Language::Az => Ok(az::write(self)),
            Language::Terraform => Ok(terraform::write(self)),
            Language::Bicep => Ok(bicep::write(self)),
        }
    }
}

/// What a script makes is not azconnect's to take away, and the app's notes are not to say so.
fn by_script(declared: Declared, spec: &ConnectionSpec, vendor: &Vendor) -> Declared {
    match declared {
        Declared::Application {
            display_name,
            unique_name,
            redirect_uris,
            ..
        } => Declared::Application {
            display_name,
            unique_name,
            redirect_uris,
            notes: format!(
                "Made for {} by a script that azconnect wrote (connection `{}`).",
                vendor.name, spec.name
            ),
        },
        other => other,
    }
}

/// The past months that are exported once: no step of the plan, since a run of `backfill` keeps its own books.
fn past_months(spec: &ConnectionSpec) -> impl Iterator<Item = Task> {
    spec.exports.iter().filter_map(|export| {
        let months = spec
            .backfill_months
            .min(export.dataset.row().history_months);
        (months > 0).then(|| Task {
            id: format!("past-months:{}", export.id()),
            title: format!("Past months of \"{}\"", export.name),
            explain: vec![format!(
                "Has the export run once for each of the last {months} months, one run a month."
            )],
            who: String::new(),
            after: vec![crate::steps::export::id(export)],
            declared: Declared::PastMonths {
                scope: export.at.scope.clone(),
                export: export.name.clone(),
                months,
            },
        })
    })
}

/// An address without a slash at the end.
fn bare(address: &str) -> String {
    address.trim_end_matches('/').to_owned()
}
