//! Can the app read the billing account, and is it still what it was?

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use crate::azure::billing;
use crate::connection::{Agreement, Scope};
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
        let parts = parts(connected).await;
        let account = match connected.azure.billing_account(name).await {
            Ok(account) => account,
            // Whoever has a role on a part only may be shown nothing of the account, and needs nothing of it.
            Err(error) if !parts.is_empty() && matches!(error.status(), Some(401 | 403)) => {
                return parts;
            }
            Err(error) => {
                return vec![Finding::failed(
                    ID,
                    format!("Billing account {name}"),
                    &Error::from(error),
                )];
            }
        };
        let mut findings = parts;
        findings.extend(judged(&account, connected));
        findings
    }
}

/// What the app can read of the profile, invoice section or department on which alone it has a role.
async fn parts(connected: &Connected<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for scope in &connected.record.scopes {
        let what = match scope {
            Scope::BillingProfile(..) => "Billing profile",
            Scope::InvoiceSection(..) => "Invoice section",
            Scope::Department(..) => "Department",
            _ => continue,
        };
        findings.push(match connected.azure.billing_part(scope).await {
            Ok(part) => Finding::new(
                ID,
                format!("{what} \"{}\"", part.display_name()),
                Status::Pass,
                "The app can read it.",
            ),
            Err(error) => Finding::failed(ID, format!("{what} of {scope}"), &Error::from(error)),
        });
    }
    findings
}

/// What became of the account since it was connected.
fn judged(account: &billing::BillingAccount, connected: &Connected<'_>) -> Vec<Finding> {
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

fn changed(title: String, now: Agreement, then: Agreement) -> Finding {
    Finding::new(ID, title, Status::Fail, format!("It is under the {} now; it was connected under the {}.", now.title(), then.title()))
        .why("Roles and scopes of the two differ, so what the app was given no longer reaches the costs.")
        .fix("Remove the connection and connect it again under the new agreement")
}
