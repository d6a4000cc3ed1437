//! A partner's customers beyond the billing account: from Partner Center, where the account shows none, and for forms that want each by
//! name. `billing_customers` comes here.

use std::collections::BTreeMap;

use super::answers::Source;
use super::billing::Account;
use super::billing_refusals as refusals;
use super::questions::Question;
use super::{Interview, missing};
use crate::azure::{Azure, AzureError};
use crate::connection::Scope;
use crate::error::Result;
use crate::ui::Event;
use crate::vendors::Vendor;

/// Directory ids in lower case, and what people call the customers.
pub(super) type Names = BTreeMap<String, String>;

/// With more customers than this a gap names none of them.
const MOST_NAMED: usize = 50;

impl Interview {
    /// The customers of the account or profile; where it shows none, Partner Center's, if it lets this person see them.
    pub(super) async fn listed(&self, azure: &Azure, above: &Scope) -> Result<Names, AzureError> {
        let refusal = match azure.customers_of(above).await {
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
        self.tell(Event::Fact {
            label: "Customers".to_owned(),
            value: format!("{count} in Partner Center"),
            source: "the billing account shows none".to_owned(),
        });
    }

    /// The customers of a form that wants each by name: the only one, those that a person chooses, or a gap.
    pub(super) async fn choose_each(
        &mut self,
        names: &Names,
        account: &Account,
    ) -> Result<Vec<String>> {
        let ids: Vec<String> = names.keys().cloned().collect();
        match (ids.as_slice(), self.can_ask()) {
            ([], _) => Err(refusals::no_customers(&account.display_name)),
            ([_], _) => {
                self.answers
                    .set("customer_tenant", ids.clone(), Source::Only);
                Ok(ids)
            }
            (_, false) => {
                if let Some(question) = Question::find("customer_tenant") {
                    let few = ids.len() <= MOST_NAMED;
                    let named = if few { ids } else { Vec::new() };
                    self.gaps.push(missing::gap(question, named));
                }
                Ok(Vec::new())
            }
            (_, true) => {
                let all_means = "those of today; for later ones, run it again";
                let chosen = self.choose_customers(names, all_means).await?;
                Ok(if chosen.is_empty() { ids } else { chosen })
            }
        }
    }
}

/// Whether the vendor's form has a field for the customers that must not stay empty.
pub(super) fn wants_each(vendor: &Vendor) -> bool {
    vendor
        .gives
        .iter()
        .any(|field| field.key == "customer_tenant_id" && !field.optional)
}
