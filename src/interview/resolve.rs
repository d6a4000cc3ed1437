//! Turns what is known into a complete wish: the only possibility is taken, a choice is asked for, what can't be asked for is a gap.

use std::sync::{Arc, Mutex};

use super::answers::{Answers, Source};
use super::asking::Said;
pub use super::asking::blocking;
use super::billing::BillingWish;
use super::credential::credential;
use super::exports::{self, Exports, Wanted};
use super::missing;
use super::principal::principal;
use super::questions::Question;
use crate::azure::Azure;
use crate::azure::ids::TenantId;
use crate::connection::{
    Agreement, Application, ConnectionName, ConnectionSpec, Credential, Directory, ExportRecord,
    Partner, ScopeChoice,
};
use crate::error::{Error, Gap, Result};
use crate::ui::{Choice, Ui};
use crate::vendors::{self, Vendor};

/// An interview under way.
pub struct Interview {
    /// What is known so far.
    pub answers: Answers,
    pub(super) ui: Arc<dyn Ui>,
    pub(super) gaps: Vec<Gap>,
    /// What else is said of the gaps.
    pub(super) ways: Vec<String>,
    /// What was known before anything was asked.
    pub(super) known: Answers,
    /// What was replied so far, in order.
    pub(super) replies: Vec<Said>,
    /// How many of the replies hold for questions that came up already.
    pub(super) at: usize,
    /// What was told already.
    pub(super) told: Mutex<Vec<String>>,
}

/// What the interview learns from the rooms around it.
pub struct Setting<'a> {
    /// Azure, as the person who signed in sees it.
    pub azure: &'a Azure,
    /// The cloud's name.
    pub cloud: &'a str,
    /// Whether the person brought an existing app's secret along.
    pub secret_given: bool,
    /// The vendor's public certificate, DER in base64, where its file was named.
    pub certificate: Option<&'a str>,
    /// Whether the vendor reads a billing account.
    pub billing: BillingWish,
    /// Whether nobody is signed in: then nothing is looked up, and all is asked.
    pub is_unseen: bool,
    /// The exports that an earlier run gave a connection of this name.
    pub exported: &'a (dyn Fn(&ConnectionName) -> Vec<ExportRecord> + Sync),
}

/// What is known before the rest is filled in.
struct Gathered {
    name: ConnectionName,
    agreement: Option<Agreement>,
    scopes: Vec<ScopeChoice>,
    exports: Exports,
    partner: Option<Partner>,
}

impl Interview {
    /// An interview that begins with these answers and asks through `ui`, if that can ask.
    pub fn new(answers: Answers, ui: Arc<dyn Ui>) -> Self {
        Interview {
            known: answers.clone(),
            answers,
            ui,
            gaps: Vec::new(),
            ways: Vec::new(),
            replies: Vec::new(),
            at: 0,
            told: Mutex::default(),
        }
    }

    /// The vendor, asked for among those that are possible; none if it is a gap.
    ///
    /// # Errors
    /// `Interrupted` where the person stops.
    pub async fn vendor(
        &mut self,
        possible: &[&'static Vendor],
    ) -> Result<Option<&'static Vendor>> {
        if let Some(id) = self.answers.value("vendor") {
            return Ok(vendors::find(id));
        }
        let options = possible
            .iter()
            .map(|vendor| Choice {
                label: vendor.name.clone(),
                detail: vendor.summary.clone(),
            })
            .collect();
        let ids = possible.iter().map(|vendor| vendor.id.clone()).collect();
        let Some(chosen) = self.choose("vendor", options, ids).await? else {
            return Ok(None);
        };
        Ok(possible.get(chosen).copied())
    }

    /// Notes that a script has not agreed to the plan beforehand.
    pub fn needs_consent(&mut self) {
        self.gaps.push(missing::consent());
    }

    /// Notes that nobody can sign in here, so that nothing can be found out from Azure either; `scope` is the key of what the vendor reads.
    pub fn needs_sign_in(&mut self, scope: &'static str) {
        for key in ["sign_in", "tenant", scope] {
            if let Some(question) = Question::find(key)
                .filter(|_| self.answers.get(key).is_none() && !self.has_scope(key))
            {
                self.gaps.push(missing::gap(question, Vec::new()));
            }
        }
    }

    fn has_scope(&self, key: &str) -> bool {
        key == "subscription" && self.has_any_scope()
    }

    fn has_any_scope(&self) -> bool {
        self.says_any(&["management_group", "subscription", "billing_account"])
    }

    /// Whether an answer is missing that nobody can be asked for.
    pub fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// Notes it as a gap where what the vendor is to read has to be chosen.
    ///
    /// # Errors
    /// As [`Interview::complete`].
    pub async fn look_at_scopes(&mut self, azure: &Azure, directory: TenantId) -> Result<()> {
        self.scopes(azure, directory).await.map(drop)
    }

    /// Ends the run if anything is missing, with all of it at once.
    ///
    /// # Errors
    /// `Usage` with every gap.
    pub fn close_gaps(&mut self) -> Result<()> {
        if self.gaps.is_empty() {
            Ok(())
        } else {
            let ways = std::mem::take(&mut self.ways);
            Err(missing::error(std::mem::take(&mut self.gaps)).hints(ways))
        }
    }

    /// The directory to connect. `signed_in` is the one that the sign-in led to; `follows` says that the person chose it with the
    /// sign-in itself (an `az` session, a service principal).
    ///
    /// # Errors
    /// `Interrupted` where the person stops.
    pub async fn directory(
        &mut self,
        all: Vec<Directory>,
        signed_in: Option<TenantId>,
        follows: bool,
    ) -> Result<Option<Directory>> {
        let of = |id: TenantId| all.iter().find(|directory| directory.id == id).cloned();
        let unnamed = |id: TenantId| Directory {
            id,
            display_name: id.to_string(),
            default_domain: None,
        };
        let (chosen, source) = match (self.answers.get("tenant"), signed_in, all.as_slice()) {
            (Some(answer), Some(id), _) => {
                (of(id).unwrap_or_else(|| unnamed(id)), answer.source.clone())
            }
            (_, _, [only]) => (only.clone(), Source::Only),
            (None, Some(id), _) if follows || all.is_empty() => {
                (of(id).unwrap_or_else(|| unnamed(id)), Source::SignIn)
            }
            (_, None, []) => return Err(no_directory()),
            (_, _, several) => {
                let options = several
                    .iter()
                    .map(|directory| Choice {
                        label: directory.display_name.clone(),
                        detail: domain_or_id(directory),
                    })
                    .collect();
                let ids = several
                    .iter()
                    .map(|directory| directory.id.to_string())
                    .collect();
                let Some(at) = self.choose("tenant", options, ids).await? else {
                    return Ok(None);
                };
                let Some(directory) = several.get(at) else {
                    return Ok(None);
                };
                (directory.clone(), Source::Asked)
            }
        };
        let given = self
            .answers
            .get("tenant")
            .map(|answer| answer.values.clone());
        self.answers.set(
            "tenant",
            given.unwrap_or_else(|| vec![chosen.id.to_string()]),
            source,
        );
        Ok(Some(chosen))
    }

    /// The rest: what the vendor is to read, which app, which name. All gaps are reported together.
    ///
    /// # Errors
    /// `Usage` with every gap; `Forbidden` where no subscription can be seen; whatever Azure answers; `Interrupted`.
    pub async fn complete(
        &mut self,
        setting: &Setting<'_>,
        vendor: &Vendor,
        directory: Directory,
    ) -> Result<ConnectionSpec> {
        let Gathered {
            name,
            agreement,
            scopes,
            exports,
            partner,
        } = self.gather(setting, vendor, &directory).await?;
        self.close_gaps()?;
        let credential = credential(&self.answers, vendor, setting.cloud, setting.certificate)?;
        let principal = principal(&self.answers, setting.azure).await?;
        let application = match (principal, self.answers.value("app_id")) {
            (Some(principal), _) => principal,
            (None, Some(id)) => Application::Existing {
                client_id: id
                    .parse()
                    .map_err(|_| Error::bug("app_id was not checked"))?,
            },
            (None, None) => Application::Own {
                display_name: self
                    .answers
                    .value("app_name")
                    .map_or_else(|| format!("azconnect-{}", vendor.id), str::to_owned),
                unique_name: unique_name(&name),
                redirect_uris: vendor.application.redirect_uris.clone(),
            },
        };
        if setting.secret_given && matches!(application, Application::Own { .. }) {
            return Err(Error::usage(
                "secret_without_app",
                "A client secret was given without the app registration that it belongs to.",
            )
            .hint(
                "Say which one with `--app-id ID`, or leave the secret away: azconnect makes one.",
            ));
        }
        Ok(ConnectionSpec {
            name,
            vendor: vendor.id.clone(),
            cloud: setting.cloud.to_owned(),
            directory,
            agreement,
            scopes,
            application,
            credential: if setting.secret_given {
                Credential::GivenSecret
            } else {
                credential
            },
            store: self.answers.value_or("store", "keyring").to_owned(),
            storage: exports.storage,
            exports: exports.exports,
            backfill_months: exports.backfill_months,
            partner,
        })
    }

    /// Notes every gap that Azure shows, without ending the run.
    ///
    /// # Errors
    /// As [`Interview::complete`].
    pub async fn look(
        &mut self,
        setting: &Setting<'_>,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<()> {
        self.gather(setting, vendor, directory).await.map(drop)
    }

    async fn gather(
        &mut self,
        setting: &Setting<'_>,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<Gathered> {
        let azure = setting.azure;
        let name = self.name(vendor, directory)?;
        let (agreement, scopes) = if setting.is_unseen {
            let read = self.reads_unseen(setting, vendor).await?;
            self.storage_unseen(vendor, directory, &read.1).await?;
            read
        } else {
            self.reads(setting, vendor, directory).await?
        };
        let exports = match exports::need(&self.answers, vendor) {
            None => Exports::default(),
            Some(need) => {
                let wanted = Wanted {
                    azure,
                    need,
                    directory,
                    agreement,
                    scopes: &scopes,
                    name: &name,
                    earlier: (setting.exported)(&name),
                };
                self.exports(wanted).await?
            }
        };
        let partner = self.partner(azure, vendor, directory).await?;
        if !setting.is_unseen {
            self.partner_app(azure, vendor, directory).await?;
        }
        Ok(Gathered {
            name,
            agreement,
            scopes,
            exports,
            partner,
        })
    }

    pub(super) fn says_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.answers.get(key).is_some())
    }

    pub(super) fn name(
        &mut self,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<ConnectionName> {
        match self.answers.value("connection") {
            Some(name) => name
                .parse()
                .map_err(|_| Error::bug("connection was not checked")),
            None => Ok(ConnectionName::suggested(
                &vendor.id,
                &directory.display_name,
            )),
        }
    }
}

/// The unique name by which a connection's own app is found again.
pub(super) fn unique_name(name: &ConnectionName) -> String {
    format!("azconnect-{name}")
}

fn domain_or_id(directory: &Directory) -> String {
    directory
        .default_domain
        .clone()
        .unwrap_or_else(|| directory.id.to_string())
}

fn no_directory() -> Error {
    Error::new(
        crate::error::Kind::SignedOut,
        "no_directory",
        "Your sign-in belongs to no directory that Azure shows.",
    )
    .why("A personal account without a directory, or a token without one.")
    .hint("Name the directory: azconnect init --tenant contoso.onmicrosoft.com")
}
