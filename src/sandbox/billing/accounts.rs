//! Billing accounts: list and read.
//!
//! <https://learn.microsoft.com/rest/api/billing/billing-accounts>. The answers have the members of 2024-04-01 in every
//! version; 2020-05-01 knows fewer of them.

use serde_json::{Value, json};

use super::super::arm::Visit;
use super::super::exchange::Answer;
use super::account::{AccountStatus, Agreement, BillingAccount};
use super::refusal::Refusal;
use super::rights::Asker;
use super::role_table::Right;
use super::scope::BillingScope;
use super::{Outcome, asker, list};

const READ: &str = "Microsoft.Billing/billingAccounts/read";

/// `GET /providers/Microsoft.Billing/billingAccounts`: those in which the caller has a billing role, and an empty list, never a
/// refusal, for whoever has none (<https://github.com/Azure/azure-rest-api-specs/issues/21580>). A Global Administrator sees
/// the MCA and MPA accounts of the directory on demand: `includeAll`, which 2020-05-01 calls `includeAllOrgs`.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let all = flag(visit, "includeAll")? || flag(visit, "includeAllOrgs")?;
    let deleted = flag(visit, "includeDeleted")?;
    let asker = asker(visit);
    let items = visit
        .world
        .state
        .billing
        .accounts
        .values()
        .filter(|found| deleted || found.status != AccountStatus::Deleted)
        .filter(|found| {
            asker.has_role_in(found) || (all && asker.is_global_administrator_over(found))
        })
        .map(|found| view(found, asker))
        .collect();
    list::answer(visit, items)
}

/// `GET /providers/Microsoft.Billing/billingAccounts/{account}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let scope = BillingScope::named(visit.parameters.get("account"));
    let asker = asker(visit);
    let account = scope.account_in(asker.state)?;
    if asker.has_role_in(account) || asker.is_global_administrator_over(account) {
        return Ok(Answer::json(200, view(account, asker)));
    }
    Err(Refusal::forbidden(asker.caller, READ, &scope.id()))
}

/// Refuses a request to something that the agreement does not have. The code is an assumption.
pub(super) fn check_agreement(
    account: &BillingAccount,
    what: &str,
    agreements: &[Agreement],
) -> Result<(), Refusal> {
    if agreements.contains(&account.agreement) {
        return Ok(());
    }
    let text = format!(
        "{what} are not supported for billing accounts with agreement type {}.",
        account.agreement.name()
    );
    Err(Refusal::new(400, "BadRequest", text))
}

fn flag(visit: &Visit<'_>, name: &str) -> Result<bool, Refusal> {
    match visit
        .call
        .query(name)
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let text = format!("The value '{other}' of the query parameter '{name}' is not valid.");
            Err(Refusal::new(400, "BadRequest", text))
        }
    }
}

fn view(account: &BillingAccount, asker: Asker<'_>) -> Value {
    let scope = BillingScope::of_account(account);
    let mut properties = json!({
        "displayName": account.display_name,
        "agreementType": account.agreement.name(),
        "accountType": account.account_type,
        "accountStatus": account.status.name(),
        "hasReadAccess": asker.right_at(account, &scope) >= Some(Right::Read),
    });
    if let Some(details) = &account.enrollment {
        properties["enrollmentDetails"] = json!({
            "startDate": details.start, "endDate": details.end, "channel": details.channel,
            "currency": details.currency, "cloud": "Azure Commercial", "billingCycle": "Monthly",
        });
    } else {
        // Microsoft's example of an enrollment has none.
        properties["primaryBillingTenantId"] = json!(account.tenant);
    }
    if account.agreement.is_modern() {
        let kind = match account.agreement {
            Agreement::MicrosoftPartnerAgreement => "CSPPartner",
            _ => "Direct",
        };
        properties["billingRelationshipTypes"] = json!([kind]);
    }
    json!({
        "id": scope.id(), "name": account.name, "type": scope.resource_type(), "properties": properties,
    })
}
