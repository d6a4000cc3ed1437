//! From answers, the agreement and what Azure shows to the exports of a connection and the storage that they go to.

mod datasets;
mod existing;
mod names;
mod places;
mod refusals;
mod storage;

use datasets::Asked;
pub use datasets::recurrence_key;
use existing::Existing;

use super::{Answers, Interview, Source};
use crate::azure::Azure;
use crate::connection::{
    Agreement, ConnectionName, Dataset, Directory, ExportFormat, ExportRecord, ExportSpec, Scope,
    ScopeChoice, StorageAccountId, StorageSpec,
};
use crate::error::{Error, Result};
use crate::ui::{Choice, Event};
use crate::vendors::{ExportNeed, Vendor};

/// What the export part of a connection is made from.
pub(super) struct Wanted<'a> {
    pub(super) azure: &'a Azure,
    pub(super) need: &'a ExportNeed,
    pub(super) directory: &'a Directory,
    pub(super) agreement: Option<Agreement>,
    pub(super) scopes: &'a [ScopeChoice],
    pub(super) name: &'a ConnectionName,
    pub(super) earlier: Vec<ExportRecord>,
}

/// The export part of a connection.
#[derive(Debug, Default)]
pub(super) struct Exports {
    pub(super) storage: Option<StorageSpec>,
    pub(super) exports: Vec<ExportSpec>,
    pub(super) backfill_months: u8,
}

/// The vendor's wish for exports, if it has one here: one that reads them only on request has one where a data set is named.
pub fn need<'v>(answers: &Answers, vendor: &'v Vendor) -> Option<&'v ExportNeed> {
    vendor
        .export
        .as_ref()
        .filter(|need| !need.optional || answers.get("export_dataset").is_some())
}

/// What the answers alone show to be impossible, before anything is asked of Azure.
///
/// # Errors
/// `Usage` where a data set doesn't come from the scope that is named, or the vendor reads no export.
pub fn refuse(answers: &Answers, vendor: &Vendor) -> Result<()> {
    let Some(need) = need(answers, vendor) else {
        return refusals::without_export(answers, vendor);
    };
    let asked = datasets::asked(answers);
    datasets::schedule(&asked, need, answers.value("export_recurrence"))?;
    refusals::backfill(answers, &asked)?;
    let said = answers.value("agreement").and_then(Agreement::of_key);
    for (place, agreement) in refusals::known_places(answers, said) {
        datasets::at(&asked, need, &place, agreement)?;
    }
    Ok(())
}

/// The storage account of somebody who can't look for one: as named, or the name that a connection's own has.
pub(super) fn unseen_account(
    tenant: crate::azure::ids::TenantId,
    subscription: crate::azure::ids::SubscriptionId,
    connection: &ConnectionName,
    (group, named): (Option<String>, Option<String>),
) -> StorageAccountId {
    StorageAccountId {
        subscription,
        resource_group: group.unwrap_or_else(|| names::RESOURCE_GROUP.to_owned()),
        account: named.unwrap_or_else(|| names::account(tenant, subscription, connection)),
    }
}

impl Interview {
    /// The exports and their storage; empty for a vendor that reads none, or where a gap is left.
    pub(super) async fn exports(&mut self, mut wanted: Wanted<'_>) -> Result<Exports> {
        self.remember(&mut wanted);
        if wanted.scopes.is_empty() {
            // What is read is a gap; where files go may be one as well, and all are told at once.
            self.look_at_storage(&wanted).await?;
            return Ok(Exports::default());
        }
        let places = self.places(&wanted).await?;
        let drafts = self.drafts(&wanted, &places).await?;
        let found = self.reuse(&wanted, &drafts).await?;
        let storage = match found.iter().flatten().next() {
            Some(existing) => Some(self.storage_of(wanted.azure, existing).await?),
            None => self.storage(&wanted).await?,
        };
        let Some(storage) = storage else {
            return Ok(Exports::default());
        };
        let exports: Vec<ExportSpec> = drafts
            .into_iter()
            .zip(found)
            .map(|(draft, found)| found.map_or(draft, |existing| existing.spec))
            .collect();
        self.warn(&exports);
        Ok(Exports {
            backfill_months: self.backfill_months(&wanted)?,
            storage: Some(storage),
            exports,
        })
    }

    /// A connection that has exports keeps their storage, unless another is named.
    fn remember(&mut self, wanted: &mut Wanted<'_>) {
        let Some(first) = wanted.earlier.first() else {
            return;
        };
        let known = [
            ("storage_account", first.storage_account.to_string()),
            ("container", first.container.clone()),
        ];
        if let Some(answer) = self.answers.get("storage_account")
            && !answer
                .values
                .iter()
                .any(|text| existing::is_account(text, &first.storage_account))
        {
            // Another place is wanted now: nothing of the old one holds any more.
            wanted.earlier.clear();
            return;
        }
        for (key, value) in known {
            if self.answers.get(key).is_none() {
                self.answers.set(key, vec![value], Source::Saved);
            }
        }
    }

    /// One export for each place and data set, as it would be made.
    async fn drafts(
        &mut self,
        wanted: &Wanted<'_>,
        places: &[ScopeChoice],
    ) -> Result<Vec<ExportSpec>> {
        let asked = datasets::asked(&self.answers);
        let recurrence = self.answers.value("export_recurrence");
        let (recurrence, timeframe) = datasets::schedule(&asked, wanted.need, recurrence)?;
        let format = self.answers.value_or("export_format", &wanted.need.format);
        let format = ExportFormat::of_key(format)
            .ok_or_else(|| Error::bug("export_format was not checked"))?;
        let mut drafts = Vec::new();
        for place in places {
            let agreement = agreement_at(wanted, &place.scope).await;
            let here = datasets::at(&asked, wanted.need, &place.scope, agreement)?;
            for (dataset, version) in &here {
                drafts.push(ExportSpec {
                    at: place.clone(),
                    name: self.export_name(wanted, &here, *dataset),
                    dataset: *dataset,
                    version: version.clone(),
                    format,
                    recurrence,
                    timeframe,
                    partition: wanted.need.partition,
                    overwrite: wanted.need.overwrite,
                    directory: self.directory_of(wanted, place, places.len()),
                });
            }
        }
        for draft in &mut drafts {
            keep_names(draft, &wanted.earlier, &self.answers);
        }
        Ok(drafts)
    }

    fn export_name(&self, wanted: &Wanted<'_>, here: &[Asked], dataset: Dataset) -> String {
        match self.answers.value("export_name") {
            Some(name) if here.len() == 1 => name.to_owned(),
            Some(name) => names::shared(name, dataset),
            None => names::export(wanted.directory.id, wanted.name, dataset),
        }
    }

    fn directory_of(&self, wanted: &Wanted<'_>, place: &ScopeChoice, places: usize) -> String {
        let base = self
            .answers
            .value("export_directory")
            .map_or_else(|| names::directory(wanted.name), str::to_owned);
        if places == 1 {
            base
        } else {
            names::directory_of(&base, &place.scope)
        }
    }

    /// For each draft the export that is there and does the same, if it is to be used.
    async fn reuse(
        &mut self,
        wanted: &Wanted<'_>,
        drafts: &[ExportSpec],
    ) -> Result<Vec<Option<Existing>>> {
        let mut there: Vec<Existing> = Vec::new();
        let mut seen: Vec<&Scope> = Vec::new();
        let mut found: Vec<Option<Existing>> = Vec::new();
        let mut kept_in: Option<(StorageAccountId, String)> = None;
        for draft in drafts {
            if !seen.contains(&&draft.at.scope) {
                seen.push(&draft.at.scope);
                there.extend(existing::at(wanted, &draft.at).await);
            }
            let is_ours = there
                .iter()
                .any(|other| existing::is_at(other, &draft.at.scope, &draft.name));
            let candidate = there
                .iter()
                .filter(|other| other.spec.at.scope == draft.at.scope)
                .filter(|other| existing::is_what_is_wanted(other, draft, &self.answers))
                .find(|other| {
                    kept_in.as_ref().is_none_or(|(account, container)| {
                        existing::is_same(&other.account, account) && other.container == *container
                    })
                })
                .filter(|_| !is_ours)
                .cloned();
            let taken = match candidate {
                Some(other) if self.takes(&other).await? => Some(other),
                Some(_) => {
                    self.wants_its_own(wanted, draft, drafts.len());
                    None
                }
                None => None,
            };
            if let Some(other) = &taken {
                kept_in = Some((other.account.clone(), other.container.clone()));
            }
            found.push(taken);
        }
        Ok(found)
    }

    /// Whether an export of somebody else's that does the same is used. A script uses it: a second one would cost and count twice.
    async fn takes(&mut self, other: &Existing) -> Result<bool> {
        if !self.can_ask() {
            return Ok(true);
        }
        let options = vec![
            Choice {
                label: format!(
                    "Use the export \"{}\"",
                    crate::text::printable(&other.spec.name)
                ),
                detail: format!("in {}/{}", other.account.account, other.container),
            },
            Choice {
                label: "Make another one".to_owned(),
                detail: "its files are written twice".to_owned(),
            },
        ];
        let prompt = format!(
            "An export of \"{}\" does what is needed already. Use it?",
            other.spec.at.display_name
        );
        let at = self
            .choose_as("export_name", &prompt, options, Vec::new())
            .await?;
        Ok(at == Some(0))
    }

    /// Says in words that a script understands that an export of one's own is wanted: a folder that is named is one's own.
    fn wants_its_own(&mut self, wanted: &Wanted<'_>, draft: &ExportSpec, drafts: usize) {
        let folder = match drafts {
            1 => draft.directory.clone(),
            _ => names::directory(wanted.name),
        };
        self.answers
            .set("export_directory", vec![folder], Source::Asked);
    }

    /// Scopes of which one holds the other are said before anything is made. (What other exports write is the plan's to see.)
    fn warn(&self, exports: &[ExportSpec]) {
        for (at, one) in exports.iter().enumerate() {
            let twice = exports[at + 1..].iter().find(|other| {
                other.dataset == one.dataset && places::overlap(&one.at.scope, &other.at.scope)
            });
            if let Some(other) = twice {
                self.tell(Event::Warning {
                    what: format!(
                        "\"{}\" and \"{}\" overlap: the costs of the one are in the other's export too.",
                        one.at.display_name, other.at.display_name
                    ),
                    fix: "Name scopes that have nothing in common with `--export-scope`.".to_owned(),
                });
            }
        }
    }

    fn backfill_months(&self, wanted: &Wanted<'_>) -> Result<u8> {
        match self.answers.value("backfill_months") {
            Some(months) => months
                .parse()
                .map_err(|_| Error::bug("backfill_months was not checked")),
            None => Ok(wanted.need.history_months),
        }
    }
}

/// An export that the connection has already keeps its name and folder, unless others are asked for.
fn keep_names(draft: &mut ExportSpec, earlier: &[ExportRecord], answers: &Answers) {
    let known = earlier
        .iter()
        .find(|record| record.scope == draft.at.scope && record.dataset == draft.dataset);
    let Some(record) = known else {
        return;
    };
    if answers.get("export_name").is_none() {
        draft.name.clone_from(&record.name);
    }
    if answers.get("export_directory").is_none() {
        draft.directory.clone_from(&record.directory);
    }
}

/// The agreement of a place: the account's, or what a subscription's offer tells. Where nothing tells, Azure will.
async fn agreement_at(wanted: &Wanted<'_>, place: &Scope) -> Option<Agreement> {
    let id = match place {
        Scope::Subscription(id) | Scope::ResourceGroup(id, _) => *id,
        _ => return wanted.agreement,
    };
    match wanted.azure.subscription(id).await {
        Ok(subscription) => subscription.agreement().or(wanted.agreement),
        Err(error) => {
            tracing::info!("the subscription {id} doesn't tell its agreement: {error}");
            wanted.agreement
        }
    }
}
