//! `POST {scope}/providers/Microsoft.CostManagement/query` at billing accounts, billing profiles and customers.
//!
//! Body, columns and quota are those of every cost query; only the rights are billing's.
//! <https://learn.microsoft.com/azure/cost-management-billing/costs/understand-work-scopes>

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::super::arm::{CostRequest, Visit, answer_query, check_quota};
use super::super::tenant::{CostProfile, Subscription, SubscriptionState};
use super::account::{Agreement, BillingAccount};
use super::refusal::Refusal;
use super::role_table::Right;
use super::scope::{BillingScope, Kind};
use super::{Outcome, asker};

/// Answers a cost query.
pub(super) fn query(visit: &mut Visit<'_>) -> Outcome {
    let (scope, bearer) = admitted(visit)?;
    check_quota(visit, &scope.id())?;
    let request = CostRequest::read(&visit.body()?, visit.call.now)?;
    let today = visit.call.now.to_zoned(TimeZone::UTC).date();
    Ok(answer_query(&request, &[&bearer], &scope.id(), None, today))
}

/// The scope of a request whose caller may read its costs, and what bears these costs.
pub(super) fn admitted(visit: &Visit<'_>) -> Result<(BillingScope, Subscription), Refusal> {
    let asker = asker(visit);
    let id = visit.parameters.get("scope");
    let scope = BillingScope::parse(id).ok_or_else(|| Refusal::no_such_path(id))?;
    let Ok(account) = scope.account_in(asker.state) else {
        // Cost Management knows callers, not enrollments: a number that nobody has looks like one without a role.
        return Err(stranger(
            visit,
            scope.account.bytes().all(|byte| byte.is_ascii_digit()),
        ));
    };
    let is_enrollment = account.agreement == Agreement::EnterpriseAgreement;
    match asker.right_at(account, &scope) {
        None => return Err(stranger(visit, is_enrollment)),
        Some(Right::Purchase) => return Err(stranger(visit, false)),
        Some(Right::Read | Right::ManageAccess) => {}
    }
    let bearer = bearer(&scope, account)?;
    Ok((scope, bearer))
}

/// Somebody without a role: an enrollment has no claims for the caller, the others speak of access.
fn stranger(visit: &Visit<'_>, is_enrollment: bool) -> Refusal {
    if is_enrollment {
        return Refusal::no_claims();
    }
    let text = format!(
        "The client does not have authorization to perform action. Request ID: {}",
        visit.call.request_id
    );
    Refusal::new(401, "RBACAccessDenied", text)
}

/// An imaginary subscription that bears all costs of a scope.
pub(super) fn bearer(
    scope: &BillingScope,
    account: &BillingAccount,
) -> Result<Subscription, Refusal> {
    if account.agreement == Agreement::MicrosoftOnlineServicesProgram {
        let text = "Cost Management does not support billing accounts with agreement type MicrosoftOnlineServicesProgram. Use \
                    the scope of a subscription.";
        return Err(Refusal::new(400, "BadRequest", text));
    }
    let (display_name, costs) = match &scope.kind {
        Kind::Account => (&account.display_name, &account.costs),
        Kind::Profile(name) => {
            let profile = account.profiles.get(name).ok_or_else(Refusal::not_found)?;
            (&profile.display_name, &account.costs)
        }
        Kind::Customer {
            profile: None,
            customer,
        } => {
            let id = Uuid::try_parse(customer).ok();
            let customer = id.and_then(|id| account.customers.get(&id));
            let customer = customer.ok_or_else(Refusal::not_found)?;
            (&customer.display_name, &customer.costs)
        }
        _ => {
            let what = format!("costs of scopes of the type '{}'", scope.resource_type());
            return Err(Refusal::not_simulated(&what));
        }
    };
    Ok(imaginary(scope, account, display_name, costs))
}

/// The same for costs that queries do not answer.
pub(super) fn imaginary(
    scope: &BillingScope,
    account: &BillingAccount,
    display_name: &str,
    costs: &CostProfile,
) -> Subscription {
    Subscription {
        id: Uuid::new_v5(&account.tenant, scope.id().to_ascii_lowercase().as_bytes()),
        display_name: display_name.to_owned(),
        tenant: account.tenant,
        state: SubscriptionState::Enabled,
        quota_id: String::new(),
        parent: String::new(),
        costs: costs.clone(),
    }
}
