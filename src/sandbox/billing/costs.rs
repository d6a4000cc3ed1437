//! `POST {scope}/providers/Microsoft.CostManagement/query` at billing accounts, billing profiles, invoice sections, departments and
//! customers.
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
    let request = CostRequest::read(&visit.body()?, visit.call.now)?;
    let counted = check_quota(visit, &scope.id(), &request)?;
    let today = visit.call.now.to_zoned(TimeZone::UTC).date();
    Ok(counted.on(answer_query(&request, &[&bearer], &scope.id(), None, today)))
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
        Kind::Account => (&account.display_name, account.costs.clone()),
        Kind::Profile(name) => {
            let profile = account.profiles.get(name).ok_or_else(Refusal::not_found)?;
            (&profile.display_name, account.costs.clone())
        }
        Kind::InvoiceSection { profile, section } => {
            let profile = account.profiles.get(profile);
            let sections = &profile.ok_or_else(Refusal::not_found)?.invoice_sections;
            let display_name = sections.get(section).ok_or_else(Refusal::not_found)?;
            (display_name, share(&account.costs, sections.len()))
        }
        Kind::Department(name) => {
            let department = account.departments.get(name);
            let department = department.ok_or_else(Refusal::not_found)?;
            let costs = share(&account.costs, account.departments.len());
            (&department.display_name, costs)
        }
        Kind::Customer {
            profile: None,
            customer,
        } => {
            let id = Uuid::try_parse(customer).ok();
            let customer = id.and_then(|id| account.customers.get(&id));
            let customer = customer.ok_or_else(Refusal::not_found)?;
            (&customer.display_name, customer.costs.clone())
        }
        // Roles are given there; costs are asked for below the account only.
        Kind::Customer {
            profile: Some(_), ..
        } => return Err(Refusal::no_such_path(&scope.id())),
    };
    Ok(imaginary(scope, account, display_name, costs))
}

/// What one of several equal parts of an account costs.
fn share(costs: &CostProfile, parts: usize) -> CostProfile {
    let parts = u32::try_from(parts.max(1)).unwrap_or(u32::MAX);
    match costs {
        CostProfile::Daily { currency, amount } => CostProfile::Daily {
            currency: currency.clone(),
            amount: amount / f64::from(parts),
        },
        other => other.clone(),
    }
}

/// The same for costs that queries do not answer.
pub(super) fn imaginary(
    scope: &BillingScope,
    account: &BillingAccount,
    display_name: &str,
    costs: CostProfile,
) -> Subscription {
    Subscription {
        id: Uuid::new_v5(&account.tenant, scope.id().to_ascii_lowercase().as_bytes()),
        display_name: display_name.to_owned(),
        tenant: account.tenant,
        state: SubscriptionState::Enabled,
        quota_id: String::new(),
        parent: String::new(),
        costs,
    }
}
