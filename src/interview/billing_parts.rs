//! Which part of a billing account: all of it, a billing profile, an invoice section of one, or a department.

use super::Interview;
use super::answers::Source;
use super::billing::Account;
use super::billing_refusals as refusals;
use crate::azure::billing_parts::{BillingPart, Part};
use crate::azure::{Azure, AzureError};
use crate::connection::{Agreement, Scope, ScopeChoice};
use crate::error::Result;
use crate::ui::Choice;
use crate::vendors::Vendor;

/// The answer to "which billing profile" that means none in particular.
pub(super) const WHOLE: &str = "all";

impl Interview {
    /// Refuses a part of the account where the vendor reads the account itself.
    pub(super) fn is_read_by(&self, vendor: &Vendor) -> Result<()> {
        let narrower = [
            ("department", self.answers.get("department").is_some()),
            (
                "invoice_section",
                self.answers.get("invoice_section").is_some(),
            ),
            ("billing_role", self.reads_single_customers()),
        ];
        let asks = |key: &str| vendor.asks.iter().any(|asked| asked == key);
        match narrower.iter().find(|(key, named)| *named && !asks(key)) {
            Some((key, _)) => Err(refusals::reads_the_account(&key.replace('_', "-"), vendor)),
            None => Ok(()),
        }
    }

    /// Where the role is given. Nothing where a gap is left.
    pub(super) async fn granted_at(
        &mut self,
        azure: &Azure,
        account: &Account,
        vendor: &Vendor,
    ) -> Result<Option<ScopeChoice>> {
        if let Some(name) = self.answers.value("department").map(str::to_owned) {
            return department(azure, account, &name).await.map(Some);
        }
        let whole = ScopeChoice {
            scope: Scope::BillingAccount(account.name.clone()),
            display_name: account.display_name.clone(),
        };
        if !matches!(account.agreement, Agreement::Mca | Agreement::Mpa) {
            return Ok(Some(whole));
        }
        let Some(section) = self.answers.value("invoice_section").map(str::to_owned) else {
            let asks = vendor.asks.iter().any(|key| key == "billing_profile");
            let profile = self.profile(azure, account, asks).await?;
            return Ok(Some(profile.unwrap_or(whole)));
        };
        let Some(profile) = self.profile_of_section(azure, account).await? else {
            return Ok(None);
        };
        invoice_section(azure, &profile, &section).await
    }

    /// The billing profile that was named, or chosen by whoever can be asked where there are several; none for the whole account.
    async fn profile(
        &mut self,
        azure: &Azure,
        account: &Account,
        may_ask: bool,
    ) -> Result<Option<ScopeChoice>> {
        match self.answers.value("billing_profile").map(str::to_owned) {
            Some(name) if name == WHOLE => Ok(None),
            Some(name) => named_profile(azure, account, &name).await.map(Some),
            None if !may_ask || !self.can_ask() => Ok(None),
            None => {
                let all = seen(azure, &account_scope(account), Part::BillingProfile).await?;
                if all.len() < 2 {
                    return Ok(None);
                }
                self.choose_profile(account, &all, true).await
            }
        }
    }

    /// The profile that an invoice section is below: named, the only one, or chosen.
    async fn profile_of_section(
        &mut self,
        azure: &Azure,
        account: &Account,
    ) -> Result<Option<ScopeChoice>> {
        let named = self.answers.value("billing_profile").map(str::to_owned);
        if let Some(name) = named.filter(|name| name != WHOLE) {
            return named_profile(azure, account, &name).await.map(Some);
        }
        let all = seen(azure, &account_scope(account), Part::BillingProfile).await?;
        if let [only] = all.as_slice() {
            let name = vec![only.name.clone()];
            self.answers.set("billing_profile", name, Source::Only);
            return Ok(Some(profile_choice(account, only)));
        }
        self.choose_profile(account, &all, false).await
    }

    async fn choose_profile(
        &mut self,
        account: &Account,
        all: &[BillingPart],
        or_whole: bool,
    ) -> Result<Option<ScopeChoice>> {
        let whole = or_whole.then(|| {
            let choice = Choice {
                label: "The whole account".to_owned(),
                detail: format!("all {} billing profiles, later ones too", all.len()),
            };
            (choice, WHOLE.to_owned())
        });
        let each = all.iter().map(|profile| {
            let choice = Choice {
                label: profile.display_name(),
                detail: profile.name.clone(),
            };
            (choice, profile.name.clone())
        });
        let (options, names): (Vec<Choice>, Vec<String>) = whole.into_iter().chain(each).unzip();
        let chosen = self
            .choose("billing_profile", options, names.clone())
            .await?;
        let name = chosen.and_then(|at| names.get(at));
        Ok(name
            .and_then(|name| all.iter().find(|profile| profile.name == *name))
            .map(|profile| profile_choice(account, profile)))
    }
}

fn account_scope(account: &Account) -> Scope {
    Scope::BillingAccount(account.name.clone())
}

fn profile_choice(account: &Account, profile: &BillingPart) -> ScopeChoice {
    ScopeChoice {
        scope: Scope::BillingProfile(account.name.clone(), profile.name.clone()),
        display_name: format!(
            "{}, profile {}",
            account.display_name,
            profile.display_name()
        ),
    }
}

async fn named_profile(azure: &Azure, account: &Account, name: &str) -> Result<ScopeChoice> {
    let all = seen(azure, &account_scope(account), Part::BillingProfile).await?;
    let known = known("billing profile", name, &account.display_name, &all)?;
    Ok(match known {
        Some(profile) => profile_choice(account, profile),
        None => ScopeChoice {
            scope: Scope::BillingProfile(account.name.clone(), name.to_owned()),
            display_name: format!("{}, profile {name}", account.display_name),
        },
    })
}

async fn invoice_section(
    azure: &Azure,
    profile: &ScopeChoice,
    name: &str,
) -> Result<Option<ScopeChoice>> {
    let Scope::BillingProfile(account, profile_name) = &profile.scope else {
        return Ok(None);
    };
    let all = seen(azure, &profile.scope, Part::InvoiceSection).await?;
    let known = known("invoice section", name, &profile.display_name, &all)?;
    let name = known.map_or(name, |section| section.name.as_str());
    let shown = known.map_or_else(|| name.to_owned(), BillingPart::display_name);
    Ok(Some(ScopeChoice {
        scope: Scope::InvoiceSection(account.clone(), profile_name.clone(), name.to_owned()),
        display_name: format!("{}, invoice section {shown}", profile.display_name),
    }))
}

async fn department(azure: &Azure, account: &Account, name: &str) -> Result<ScopeChoice> {
    let all = seen(azure, &account_scope(account), Part::Department).await?;
    let known = known("department", name, &account.display_name, &all)?;
    let name = known.map_or(name, |department| department.name.as_str());
    let shown = known.map_or_else(|| name.to_owned(), BillingPart::display_name);
    Ok(ScopeChoice {
        scope: Scope::Department(account.name.clone(), name.to_owned()),
        display_name: format!("{}, department {shown}", account.display_name),
    })
}

/// The part of this name. Where the person sees none, none is known, and what was named is taken: somebody else may have the right.
fn known<'all>(
    what: &str,
    name: &str,
    above: &str,
    all: &'all [BillingPart],
) -> Result<Option<&'all BillingPart>> {
    let found = all.iter().find(|part| part.name.eq_ignore_ascii_case(name));
    if found.is_none() && !all.is_empty() {
        let flag = what.replace(' ', "-");
        return Err(refusals::no_such_part(what, &flag, name, above, all));
    }
    Ok(found)
}

/// The parts that the person sees; none where they may not look.
async fn seen(azure: &Azure, above: &Scope, part: Part) -> Result<Vec<BillingPart>> {
    match azure.billing_parts(above, part).await {
        Err(AzureError::Api(error)) if matches!(error.status, 401 | 403) => Ok(Vec::new()),
        answer => Ok(answer?),
    }
}
