//! Which of a partner's customers.

use std::collections::BTreeMap;

use super::Interview;
use super::answers::Source;
use super::billing::Account;
use super::billing_refusals as refusals;
use crate::azure::Azure;
use crate::azure::ids::TenantId;
use crate::connection::{Scope, ScopeChoice};
use crate::error::{Error, Result};
use crate::ui::Choice;

impl Interview {
    /// The customers that were chosen, each held against the account's list; none means all, where that will do.
    pub(super) async fn customers(
        &mut self,
        azure: &Azure,
        account: &Account,
        all_will_do: bool,
    ) -> Result<Vec<ScopeChoice>> {
        let wanted = self
            .answers
            .get("customer_tenant")
            .map(|answer| answer.values.clone());
        if wanted.is_none() && all_will_do && !self.can_ask() {
            return Ok(Vec::new());
        }
        let listed = match azure.customers(&account.name).await {
            Ok(listed) => listed,
            // Whoever may not read the customers can still ask for all of them.
            Err(error)
                if wanted.is_none() && all_will_do && matches!(error.status(), Some(401 | 403)) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        let names: BTreeMap<String, String> = listed
            .iter()
            .map(|customer| (customer.name.to_lowercase(), customer.display_name()))
            .collect();
        let chosen = match wanted {
            Some(wanted) => wanted,
            None if all_will_do && names.len() < 2 => return Ok(Vec::new()),
            None if all_will_do => self.choose_customers(&names).await?,
            None => self.name_customers(&names, account).await?,
        };
        chosen
            .iter()
            .map(|id| customer(id, &names, account))
            .collect()
    }

    async fn choose_customers(&mut self, names: &BTreeMap<String, String>) -> Result<Vec<String>> {
        let options = customer_options(names);
        let all = Choice {
            label: format!("All {} customers", options.len()),
            detail: "later ones too".to_owned(),
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
            return Ok(Vec::new());
        }
        self.pick_customers(options).await
    }

    /// Customers where one at least must be named.
    async fn name_customers(
        &mut self,
        names: &BTreeMap<String, String>,
        account: &Account,
    ) -> Result<Vec<String>> {
        let mut ids = names.keys();
        match (ids.next(), ids.next()) {
            (None, _) => Err(refusals::no_customers(&account.display_name)),
            (Some(only), None) => {
                self.answers
                    .set("customer_tenant", vec![only.clone()], Source::Only);
                Ok(vec![only.clone()])
            }
            _ => self.pick_customers(customer_options(names)).await,
        }
    }

    async fn pick_customers(&mut self, options: Vec<Choice>) -> Result<Vec<String>> {
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

fn customer_options(names: &BTreeMap<String, String>) -> Vec<Choice> {
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

fn customer(id: &str, names: &BTreeMap<String, String>, account: &Account) -> Result<ScopeChoice> {
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
