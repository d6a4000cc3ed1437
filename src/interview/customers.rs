//! Which of a partner's customers a vendor is to show: from the billing account's list, and from Partner Center's where that shows none.

use std::collections::BTreeMap;

use super::answers::Source;
use super::billing::Account;
use super::billing_refusals as refusals;
use super::questions::Question;
use super::{Interview, missing};
use crate::azure::ids::TenantId;
use crate::azure::{Azure, AzureError};
use crate::connection::{Scope, ScopeChoice};
use crate::error::{Error, Result};
use crate::ui::{Choice, Event};
use crate::vendors::Vendor;

/// Directory ids in lower case, and what people call the customers.
type Names = BTreeMap<String, String>;

/// With more customers than this a gap names none of them.
const MOST_NAMED: usize = 50;

impl Interview {
    /// The customers that were chosen, each held against the list. None means all, unless the vendor's form wants each by name.
    pub(super) async fn customers(
        &mut self,
        azure: &Azure,
        account: &Account,
        vendor: &Vendor,
    ) -> Result<Vec<ScopeChoice>> {
        let by_name = wants_each(vendor);
        let wanted = self
            .answers
            .get("customer_tenant")
            .map(|answer| answer.values.clone());
        if wanted.is_none() && !by_name && !self.can_ask() {
            return Ok(Vec::new());
        }
        let names = match self.listed(azure, account).await {
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
            Some(wanted) => wanted,
            None if by_name => self.choose_each(&names, account).await?,
            None if names.len() < 2 => return Ok(Vec::new()),
            None => self
                .choose_customers(&names, "later ones too")
                .await?
                .unwrap_or_default(),
        };
        chosen
            .iter()
            .map(|id| customer(id, &names, account))
            .collect()
    }

    /// The billing account's customers; where it shows none, Partner Center's, if it lets this person see them.
    async fn listed(&self, azure: &Azure, account: &Account) -> Result<Names, AzureError> {
        let listed = azure.customers(&account.name).await;
        let refusal = match listed {
            Ok(all) if !all.is_empty() => {
                return Ok(all
                    .iter()
                    .map(|customer| (customer.name.to_lowercase(), customer.display_name()))
                    .collect());
            }
            Ok(_) => None,
            Err(error) if matches!(error.status(), Some(401 | 403)) => Some(error),
            Err(error) => return Err(error),
        };
        let elsewhere = match azure.partner_customers().await {
            Ok(all) => all,
            Err(error) => {
                tracing::info!("Partner Center does not list the customers: {error}");
                Vec::new()
            }
        };
        let names: Names = elsewhere
            .iter()
            .filter_map(|one| Some((one.directory()?.to_string(), one.display_name())))
            .collect();
        match refusal {
            Some(refusal) if names.is_empty() => Err(refusal),
            Some(_) | None => {
                self.tell_source(names.len());
                Ok(names)
            }
        }
    }

    fn tell_source(&self, count: usize) {
        if count == 0 {
            return;
        }
        self.ui().tell(Event::Fact {
            label: "Customers".to_owned(),
            value: format!("{count} in Partner Center"),
            source: "the billing account shows none".to_owned(),
        });
    }

    /// The customers of a form that wants each by name: the only one, those that a person chooses, or a gap.
    async fn choose_each(&mut self, names: &Names, account: &Account) -> Result<Vec<String>> {
        let mut ids = names.keys().cloned();
        match (names.len(), self.can_ask()) {
            (0, _) => Err(refusals::no_customers(&account.display_name)),
            (1, _) => {
                let only: Vec<String> = ids.by_ref().collect();
                self.answers
                    .set("customer_tenant", only.clone(), Source::Only);
                Ok(only)
            }
            (_, false) => {
                if let Some(question) = Question::find("customer_tenant") {
                    let few = names.len() <= MOST_NAMED;
                    let ids = ids.filter(|_| few).collect();
                    self.gaps.push(missing::gap(question, ids));
                }
                Ok(Vec::new())
            }
            (_, true) => {
                let chosen = self
                    .choose_customers(names, "those of today; for later ones, run it again")
                    .await?;
                Ok(chosen.unwrap_or_else(|| names.keys().cloned().collect()))
            }
        }
    }

    /// Those that a person chooses; none for all of them.
    async fn choose_customers(
        &mut self,
        names: &Names,
        all_means: &str,
    ) -> Result<Option<Vec<String>>> {
        let mut options: Vec<Choice> = names
            .iter()
            .map(|(id, name)| Choice {
                label: name.clone(),
                detail: id.clone(),
            })
            .collect();
        options.sort_by(|a, b| a.label.cmp(&b.label).then(a.detail.cmp(&b.detail)));
        let all = Choice {
            label: format!("All {} customers", options.len()),
            detail: all_means.to_owned(),
        };
        let some = Choice {
            label: "Some of them".to_owned(),
            detail: "choose from a list".to_owned(),
        };
        if self
            .choose("customer_tenant", vec![all, some], Vec::new())
            .await?
            != Some(1)
        {
            return Ok(None);
        }
        let ids: Vec<String> = options.iter().map(|option| option.detail.clone()).collect();
        let chosen = self
            .choose_many("customer_tenant", options, ids.clone())
            .await?;
        let chosen = chosen.into_iter().filter_map(|at| ids.get(at).cloned());
        Ok(Some(chosen.collect()))
    }
}

/// Whether the vendor's form has a field for the customers that must not stay empty.
pub(super) fn wants_each(vendor: &Vendor) -> bool {
    vendor
        .gives
        .iter()
        .any(|field| field.key == "customer_tenant_id" && !field.optional)
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
