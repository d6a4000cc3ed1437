//! Directories and subscriptions that the caller can see.
//!
//! <https://learn.microsoft.com/rest/api/resources/subscriptions>

use serde_json::{Value, json};

use super::super::exchange::Answer;
use super::super::tenant::{Subscription, Tenant};
use super::rbac::permits;
use super::refusal::ArmError;
use super::scope::{subscription, subscription_chain};
use super::{Outcome, Visit, list_with_required_link};

const READ: &str = "Microsoft.Resources/subscriptions/read";
/// Subscriptions on one page.
const PAGE: usize = 50;

/// `GET /tenants`: where the caller has an account.
pub(super) fn tenants(visit: &mut Visit<'_>) -> Outcome {
    let state = &visit.world.state;
    let person = state
        .users
        .get(&visit.caller.id)
        .map(|user| user.sign_in_name.as_str());
    let is_in = |tenant: &Tenant| match person {
        Some(name) => state
            .users
            .values()
            .any(|user| user.tenant == tenant.id && user.sign_in_name == name),
        None => tenant.id == visit.caller.tenant,
    };
    let items = state
        .tenants
        .values()
        .filter(|tenant| is_in(tenant))
        .map(tenant_view)
        .collect();
    let (page, next) = visit.page(items, PAGE)?;
    Ok(list_with_required_link(page, next))
}

/// `GET /subscriptions`: of the caller's directory, those that the caller may read.
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let (state, caller, now) = (&visit.world.state, &visit.caller, visit.call.now);
    let readable = state.subscriptions.values().filter(|found| {
        found.tenant == caller.tenant
            && permits(state, caller, READ, &subscription_chain(state, found), now)
    });
    let items = readable.map(view).collect();
    let (page, next) = visit.page(items, PAGE)?;
    Ok(list_with_required_link(page, next))
}

/// `GET /subscriptions/{subscription}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let (state, caller) = (&visit.world.state, &visit.caller);
    let found = subscription(state, caller, visit.parameters.get("subscription"))?;
    if !permits(
        state,
        caller,
        READ,
        &subscription_chain(state, found),
        visit.call.now,
    ) {
        return Err(ArmError::forbidden(
            caller,
            READ,
            &format!("/subscriptions/{}", found.id),
        ));
    }
    Ok(Answer::json(200, view(found)))
}

fn view(subscription: &Subscription) -> Value {
    json!({
        "id": format!("/subscriptions/{}", subscription.id), "authorizationSource": "RoleBased", "managedByTenants": [],
        "subscriptionId": subscription.id, "tenantId": subscription.tenant,
        "displayName": subscription.display_name, "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01", "quotaId": subscription.quota_id, "spendingLimit": "Off",
        },
    })
}

fn tenant_view(tenant: &Tenant) -> Value {
    json!({
        "id": format!("/tenants/{}", tenant.id), "tenantId": tenant.id, "countryCode": "DE", "country": "Germany",
        "displayName": tenant.display_name, "domains": [tenant.initial_domain, tenant.default_domain],
        "tenantCategory": "Home", "defaultDomain": tenant.default_domain, "tenantType": "AAD",
    })
}
