//! Can the app read what it is to read?

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use crate::azure::ids::SubscriptionId;
use crate::connection::Scope;
use crate::error::Error;

/// The check's id.
pub const ID: &str = "arm.subscription";

/// Reads each subscription, and the subscriptions below each management group.
pub struct Subscriptions;

#[async_trait]
impl Check for Subscriptions {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Subscription"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let asked = connected.record.scopes.iter().map(|scope| async move {
            match scope {
                Scope::Subscription(id) => Some(self.subscription(connected, *id).await),
                Scope::ManagementGroup(name) => Some(self.management_group(connected, name).await),
                Scope::ResourceGroup(..)
                | Scope::StorageAccount(_)
                | Scope::Container(..)
                | Scope::BillingAccount(_)
                | Scope::BillingProfile(..)
                | Scope::InvoiceSection(..)
                | Scope::Department(..)
                | Scope::Customer(..)
                | Scope::CustomerOfProfile(..) => None,
            }
        });
        futures::future::join_all(asked)
            .await
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Subscriptions {
    async fn subscription(&self, connected: &Connected<'_>, id: SubscriptionId) -> Finding {
        match connected.azure.subscription(id).await {
            Ok(subscription) if subscription.is_writable() => {
                let what = format!("The app can read it ({id}).");
                Finding::new(ID, title(&subscription.display_name), Status::Pass, what)
            }
            Ok(subscription) => {
                let what = format!(
                    "The app can read it ({id}), but it is {}.",
                    crate::text::printable(&subscription.state).to_lowercase()
                );
                Finding::new(ID, title(&subscription.display_name), Status::Warn, what)
                    .why("A disabled subscription has no new costs, and nothing about it can be changed.")
                    .fix("Ask the subscription's owner whether it is still wanted: https://portal.azure.com/#view/Microsoft_Azure_Billing/SubscriptionsBladeV2")
            }
            Err(error) => Finding::failed(ID, format!("Subscription {id}"), &Error::from(error)),
        }
    }

    async fn management_group(&self, connected: &Connected<'_>, name: &str) -> Finding {
        let title = format!("Management group \"{name}\"");
        match connected.azure.subscriptions_below(name).await {
            Ok(all) if all.is_empty() => Finding {
                may_pass: true,
                ..Finding::new(ID, title, Status::Fail, "The app sees no subscription below it.")
                    .why("Either there is none, or the role on the management group is gone or not effective yet.")
                    .fix(format!("Look at who has access: az role assignment list --scope /providers/Microsoft.Management/managementGroups/{name}"))
            },
            Ok(all) => Finding::new(ID, title, Status::Pass, format!("The app can read {} below it.", count(all.len()))),
            Err(error) => Finding::failed(ID, title, &Error::from(error)),
        }
    }
}

fn title(display_name: &str) -> String {
    format!("Subscription \"{}\"", crate::text::printable(display_name))
}

fn count(subscriptions: usize) -> String {
    if subscriptions == 1 {
        "1 subscription".to_owned()
    } else {
        format!("{subscriptions} subscriptions")
    }
}
