//! The partner's customers.

use std::ops::Bound;

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::account::{PartnerAccount, PartnerCustomer, PartnerOddity};
use super::filter::Filter;
use super::paging::{Page, collection, own_link};
use super::refusal::Refusal;
use super::{Outcome, Visit};

/// `GET /v1/customers?size=N[&filter=…]`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let page = Page::read(visit.call)?;
    let filter = visit.call.query("filter").map(Filter::parse).transpose()?;
    let account = visit.caller.account(&visit.world.state)?;
    let start = page.after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut rest = account
        .customers
        .range((start, Bound::Unbounded))
        .map(|(_, customer)| customer)
        .filter(|customer| filter.as_ref().is_none_or(|filter| filter.allows(customer)));
    let shown: Vec<&PartnerCustomer> = rest.by_ref().take(page.size).collect();
    let last = rest
        .next()
        .and_then(|_| shown.last().map(|customer| customer.tenant));
    let oddities = &visit.world.state.partner_center.oddities;
    let links = page.links(last, !oddities.contains(&PartnerOddity::NextWithoutVersion));
    let items = shown.into_iter().map(brief).collect();
    Ok(Answer::json(200, collection(items, Some(links))))
}

/// `GET /v1/customers/{customer-tenant-id}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let (account, customer) = asked_for(visit)?;
    let mut body = brief(customer);
    body["allowDelegatedAccess"] = json!(customer.delegated_access);
    body["commerceId"] = json!(Uuid::new_v5(&customer.tenant, b"commerce"));
    // Without delegated access Microsoft leaves out the address, the e-mail address and the domains.
    if customer.delegated_access {
        body["companyProfile"]["address"] = json!({
            "country": account.country, "city": "Berlin", "addressLine1": "Hauptstraße 1", "postalCode": "10827",
        });
        body["companyProfile"]["email"] = json!(format!("billing@{}", customer.domain));
        body["customDomains"] = json!([customer.domain]);
    }
    Ok(Answer::json(200, body))
}

fn brief(customer: &PartnerCustomer) -> Value {
    let id = customer.tenant;
    json!({
        "id": id,
        "companyProfile": {
            "tenantId": id, "domain": customer.domain, "companyName": customer.company_name,
            "links": own_link(format!("/customers/{id}/profiles/company")),
            "attributes": {"objectType": "CustomerCompanyProfile"},
        },
        "relationshipToPartner": "reseller",
        "links": own_link(format!("/customers/{id}")),
        "attributes": {"objectType": "Customer"},
    })
}

/// The partner, and the customer that the path names.
pub(super) fn asked_for<'visit>(
    visit: &'visit Visit<'_>,
) -> Result<(&'visit PartnerAccount, &'visit PartnerCustomer), Refusal> {
    let state = &visit.world.state;
    let account = visit.caller.account(state)?;
    let written = visit.parameters.get("customer");
    let id =
        Uuid::try_parse(written).map_err(|_| Refusal::new(400, 900_118, "Invalid Customer ID"))?;
    if let Some(customer) = account.customers.get(&id) {
        return Ok((account, customer));
    }
    let others = || {
        let mut accounts = state.partner_center.accounts.values();
        accounts.any(|other| other.customers.contains_key(&id))
    };
    if state.tenants.contains_key(&id) || others() {
        let text = format!(
            "The partner ID {} has no commerce relationship with the customer ID {id}.",
            account.tenant
        );
        return Err(Refusal::new(403, 20_002, text));
    }
    Err(Refusal::new(404, 60_003, "Tenant not found"))
}
