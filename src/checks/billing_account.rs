//! Can the app read the billing account, and is it still what it was?

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use crate::connection::Agreement;
use crate::error::Error;

/// The check's id.
pub const ID: &str = "billing.account";

/// Reads the billing account as the vendor does, and compares its agreement with the one recorded.
pub struct BillingAccount;

#[async_trait]
impl Check for BillingAccount {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Billing account"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let Some(name) = connected
            .record
            .scopes
            .iter()
            .find_map(|scope| scope.billing_account())
        else {
            return Vec::new();
        };
        let account = match connected.azure.billing_account(name).await {
            Ok(account) => account,
            Err(error) => {
                return vec![Finding::failed(
                    ID,
                    format!("Billing account {name}"),
                    &Error::from(error),
                )];
            }
        };
        let title = format!("Billing account \"{}\"", account.display_name());
        if !account.is_active() {
            return vec![
                Finding::new(ID, title, Status::Fail, format!("It is {}.", account.status().to_lowercase()))
                    .why("It gets no new charges. An enrollment that was moved to a Microsoft Customer Agreement stays readable like this.")
                    .fix("Connect the new billing account: see which there are with `az billing account list --output table`"),
            ];
        }
        vec![match (account.agreement(), connected.record.agreement) {
            (Some(now), Some(then)) if now != then => changed(title, now, then),
            (now, _) => {
                let agreement =
                    now.map_or("an agreement that azconnect doesn't know", Agreement::title);
                Finding::new(
                    ID,
                    title,
                    Status::Pass,
                    format!("The app can read it ({agreement})."),
                )
            }
        }]
    }
}

fn changed(title: String, now: Agreement, then: Agreement) -> Finding {
    Finding::new(ID, title, Status::Fail, format!("It is under the {} now; it was connected under the {}.", now.title(), then.title()))
        .why("Roles and scopes of the two differ, so what the app was given no longer reaches the costs.")
        .fix("Remove the connection and connect it again under the new agreement")
}
