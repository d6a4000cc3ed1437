//! Which of a partner's customers: all, some, or some and nothing else of the account.

use super::Interview;
use super::answers::Source;
use super::billing::Account;
use super::billing_parts::WHOLE;
use super::billing_refusals as refusals;
use super::partner_customers::{Names, wants_each};
use crate::azure::Azure;
use crate::azure::billing::Customer;
use crate::azure::ids::TenantId;
use crate::connection::{Scope, ScopeChoice};
use crate::error::{Error, Result};
use crate::ui::Choice;
use crate::vendors::Vendor;

/// The answer to "which customers" that means none in particular.
const ALL: &str = "all";

impl Interview {
    /// The customers that were chosen, each held against the list. None means all, unless the vendor's form wants each by name.
    pub(super) async fn customers(
        &mut self,
        azure: &Azure,
        account: &Account,
        vendor: &Vendor,
        granted: &[ScopeChoice],
    ) -> Result<Vec<ScopeChoice>> {
        let by_name = wants_each(vendor);
        let wanted = self
            .answers
            .get("customer_tenant")
            .map(|answer| answer.values.clone());
        let all = wanted
            .as_ref()
            .map_or(!self.can_ask(), |ids| ids.iter().any(|id| id == ALL));
        let Some(above) = granted.first().filter(|_| by_name || !all) else {
            return Ok(Vec::new());
        };
        let names = match self.listed(azure, &above.scope).await {
            Ok(names) => names,
            // Whoever may not read the customers can still ask for all of them.
            Err(error)
                if wanted.is_none() && !by_name && matches!(error.status(), Some(401 | 403)) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        let chosen = match wanted {
            Some(_) if all => names.keys().cloned().collect(),
            Some(wanted) => wanted,
            None if by_name => self.choose_each(&names, account).await?,
            None if names.len() < 2 => return Ok(Vec::new()),
            None => self.choose_customers(&names, "later ones too").await?,
        };
        chosen
            .iter()
            .map(|id| customer(id, &names, account))
            .collect()
    }

    /// Customers to export from. Each is an export of its own, so that one at least is named; `all` is those of today.
    pub(super) async fn customers_to_export(
        &mut self,
        azure: &Azure,
        account: &Account,
        granted: &[ScopeChoice],
    ) -> Result<Vec<ScopeChoice>> {
        let Some(above) = granted.first() else {
            return Ok(Vec::new());
        };
        let names = names(&azure.customers_of(&above.scope).await?);
        let wanted = self
            .answers
            .get("customer_tenant")
            .map(|answer| answer.values.clone());
        let chosen = match wanted {
            _ if names.is_empty() => return Err(refusals::no_customers(&account.display_name)),
            Some(ids) if ids.iter().any(|id| id == ALL) => names.keys().cloned().collect(),
            Some(ids) => ids,
            None if names.len() == 1 => {
                let only: Vec<String> = names.keys().cloned().collect();
                self.answers
                    .set("customer_tenant", only.clone(), Source::Only);
                only
            }
            None => self.choose_some(options(&names)).await?,
        };
        chosen
            .iter()
            .map(|id| customer(id, &names, account))
            .collect()
    }

    /// Those that a person chooses; none for all of them.
    pub(super) async fn choose_customers(
        &mut self,
        names: &Names,
        all_means: &str,
    ) -> Result<Vec<String>> {
        let options = options(names);
        let all = Choice {
            label: format!("All {} customers", options.len()),
            detail: all_means.to_owned(),
        };
        let some = Choice {
            label: "Some of them".to_owned(),
            detail: "choose from a list".to_owned(),
        };
        match self
            .choose("customer_tenant", vec![all, some], vec![ALL.to_owned()])
            .await?
        {
            Some(1) => self.choose_some(options).await,
            Some(_) | None => Ok(Vec::new()),
        }
    }

    /// The customers on which alone the role is given, each below the billing profile that invoices it. Nothing where a gap is left.
    pub(super) async fn single_customers(
        &mut self,
        azure: &Azure,
        account: &Account,
    ) -> Result<Option<Vec<ScopeChoice>>> {
        let profile = self.answers.value("billing_profile").map(str::to_owned);
        let profile = profile.filter(|name| name != WHOLE);
        let above = match &profile {
            Some(name) => Scope::BillingProfile(account.name.clone(), name.clone()),
            None => Scope::BillingAccount(account.name.clone()),
        };
        let wanted = self
            .answers
            .get("customer_tenant")
            .map(|answer| answer.values.clone());
        let listed = match (azure.customers_of(&above).await, &wanted, &profile) {
            (Ok(listed), ..) => listed,
            // Whoever may not read the customers can still have the role asked for, if both names are known.
            (Err(error), Some(ids), Some(name)) if matches!(error.status(), Some(401 | 403)) => {
                return unseen_customers(account, name, ids).map(Some);
            }
            (Err(error), ..) => return Err(error.into()),
        };
        let names = names(&listed);
        let chosen = match wanted {
            Some(ids) if ids.iter().any(|id| id == ALL) => names.keys().cloned().collect(),
            Some(ids) => ids,
            None => self.choose_some(options(&names)).await?,
        };
        if chosen.is_empty() {
            return Ok(None);
        }
        let all = chosen.iter().map(|id| {
            let choice = customer(id, &names, account)?;
            let found = listed.iter().find(|one| one.name.eq_ignore_ascii_case(id));
            let own = found.and_then(Customer::profile).or(profile.clone());
            below_profile(choice, account, own)
        });
        all.collect::<Result<Vec<_>>>().map(Some)
    }

    async fn choose_some(&mut self, options: Vec<Choice>) -> Result<Vec<String>> {
        let ids: Vec<String> = options.iter().map(|option| option.detail.clone()).collect();
        let chosen = self
            .choose_many("customer_tenant", options, ids.clone())
            .await?;
        Ok(chosen
            .into_iter()
            .filter_map(|at| ids.get(at).cloned())
            .collect())
    }
}

fn names(listed: &[Customer]) -> Names {
    listed
        .iter()
        .map(|customer| (customer.name.to_lowercase(), customer.display_name()))
        .collect()
}

fn options(names: &Names) -> Vec<Choice> {
    let mut options: Vec<Choice> = names
        .iter()
        .map(|(id, name)| Choice {
            label: name.clone(),
            detail: id.clone(),
        })
        .collect();
    options.sort_by(|a, b| a.label.cmp(&b.label).then(a.detail.cmp(&b.detail)));
    options
}

/// A customer as the scope that a role is given at.
fn below_profile(
    choice: ScopeChoice,
    account: &Account,
    profile: Option<String>,
) -> Result<ScopeChoice> {
    let tenant = choice.scope.customer();
    let (Some(profile), Some(tenant)) = (profile, tenant) else {
        return Err(refusals::no_profile_of(&choice.display_name));
    };
    Ok(ScopeChoice {
        scope: Scope::CustomerOfProfile(account.name.clone(), profile, tenant),
        display_name: choice.display_name,
    })
}

fn unseen_customers(account: &Account, profile: &str, ids: &[String]) -> Result<Vec<ScopeChoice>> {
    ids.iter()
        .filter(|id| *id != ALL)
        .map(|id| {
            let tenant: TenantId = id
                .parse()
                .map_err(|_| Error::bug("customer_tenant was not checked"))?;
            Ok(ScopeChoice {
                scope: Scope::CustomerOfProfile(account.name.clone(), profile.to_owned(), tenant),
                display_name: id.clone(),
            })
        })
        .collect()
}

fn customer(id: &str, names: &Names, account: &Account) -> Result<ScopeChoice> {
    let tenant: TenantId = id
        .parse()
        .map_err(|_| Error::bug("customer_tenant was not checked"))?;
    let name = names
        .get(&tenant.to_string())
        .ok_or_else(|| refusals::no_customer(tenant, &account.display_name, names.len()))?;
    Ok(ScopeChoice {
        scope: Scope::Customer(account.name.clone(), tenant),
        display_name: name.clone(),
    })
}
