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
        let scopes = &connected.record.scopes;
        let mut single = Vec::new();
        for scope in scopes {
            if let Scope::CustomerOfProfile(..) = scope {
                // Without a role on the account there is no list to read; each customer is read itself.
                single.push(self.single(connected, scope).await);
            }
        }
        if !single.is_empty() {
            return single;
        }
        let account = scopes.iter().find_map(|scope| scope.billing_account());
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
        let chosen = connected
            .record
            .scopes
            .iter()
            .filter_map(|scope| scope.customer().map(|id| id.to_string()));
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

impl Customers {
    /// One customer on whom alone the app has a role.
    async fn single(&self, connected: &Connected<'_>, scope: &Scope) -> Finding {
        match connected.azure.billing_part(scope).await {
            Ok(customer) => Finding::new(
                ID,
                format!("Customer \"{}\"", customer.display_name()),
                Status::Pass,
                "The app can read it.",
            ),
            Err(error) => Finding::failed(ID, self.title(), &Error::from(error)),
        }
    }
}
