//! Can the app read a partner's customers?

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use crate::connection::{Agreement, Scope};
use crate::error::Error;

/// The check's id.
pub const ID: &str = "billing.customers";

/// Lists the customers of a partner's account, always, as vendors do even where customers were chosen; and looks whether those that were
/// chosen are among them.
pub struct Customers;

#[async_trait]
impl Check for Customers {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Customers"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let account = connected
            .record
            .scopes
            .iter()
            .find_map(|scope| scope.billing_account());
        let Some(account) = account else {
            return Vec::new();
        };
        // A connection that is not stored here doesn't say its agreement; the account does, to whoever may read it.
        let agreement = match connected.record.agreement {
            Some(agreement) => Some(agreement),
            None => {
                let read = connected.azure.billing_account(account).await;
                read.ok().and_then(|account| account.agreement())
            }
        };
        if agreement != Some(Agreement::Mpa) {
            return Vec::new();
        }
        let all = match connected.azure.customers(account).await {
            Ok(all) => all,
            Err(error) => return vec![Finding::failed(ID, self.title(), &Error::from(error))],
        };
        if all.is_empty() {
            return vec![
                Finding::new(ID, self.title(), Status::Fail, "The billing account shows no customer.")
                    .why("Only customers with an Azure plan are listed; those with the old offers are in Partner Center only.")
                    .fix("See the customers and their offers: https://partner.microsoft.com/commerce/customers/list"),
            ];
        }
        let listed: BTreeSet<String> = all
            .iter()
            .map(|customer| customer.name.to_lowercase())
            .collect();
        let chosen = connected.record.scopes.iter().filter_map(|scope| {
            if let Scope::Customer(_, id) = scope {
                Some(id.to_string())
            } else {
                None
            }
        });
        let (known, gone): (Vec<String>, Vec<String>) = chosen.partition(|id| listed.contains(id));
        if !gone.is_empty() {
            return vec![
                Finding::new(
                    ID,
                    self.title(),
                    Status::Fail,
                    format!("No longer a customer: {}.", gone.join(", ")),
                )
                .why("The customer left, or its Azure plan ended.")
                .fix("See the customers: https://partner.microsoft.com/commerce/customers/list"),
            ];
        }
        let what = match known.len() {
            0 => format!("The app can read all {}.", all.len()),
            chosen => format!(
                "The app can read all {}; the {chosen} chosen are among them.",
                all.len()
            ),
        };
        vec![Finding::new(ID, self.title(), Status::Pass, what)]
    }
}
