//! What a customer bought.
//!
//! <https://learn.microsoft.com/partner-center/developer/get-all-of-a-customer-s-subscriptions>

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::account::{PartnerOffer, PartnerSubscription};
use super::customers::asked_for;
use super::paging::{collection, own_link};
use super::refusal::Refusal;
use super::{Outcome, Visit};

/// When everything was bought. Its date is nobody's concern here.
const BOUGHT: &str = "2025-01-06T08:00:00Z";

/// What the service says of an offer.
struct OfferWords {
    id: &'static str,
    name: &'static str,
    product: &'static str,
    unit: &'static str,
    billing: &'static str,
}

impl PartnerOffer {
    fn words(self) -> OfferWords {
        match self {
            Self::LegacyAzure => OfferWords {
                id: "MS-AZR-0145P",
                name: "Microsoft Azure",
                product: "Azure",
                unit: "Usage-based",
                billing: "usage",
            },
            Self::AzurePlan => OfferWords {
                id: "DZH318Z0BPS6:0001:DZH318Z0BMTX",
                name: "Azure plan",
                product: "Azure",
                unit: "Usage-based",
                billing: "usage",
            },
            Self::Licences => OfferWords {
                id: "CFQ7TTC0LF8R:0001:CFQ7TTC0K971",
                name: "Office 365 E3",
                product: "OnlineServicesNCE",
                unit: "Licenses",
                billing: "license",
            },
        }
    }
}

/// `GET /v1/customers/{customer-tenant-id}/subscriptions`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let (_, customer) = asked_for(visit)?;
    let items = customer
        .subscriptions
        .iter()
        .map(|subscription| view(customer.tenant, subscription))
        .collect();
    Ok(Answer::json(200, collection(items, None)))
}

/// `GET /v1/customers/{customer-tenant-id}/subscriptions/{subscription-id}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let (_, customer) = asked_for(visit)?;
    let id = Uuid::try_parse(visit.parameters.get("subscription")).ok();
    let found = customer
        .subscriptions
        .iter()
        .find(|subscription| Some(subscription.id) == id)
        .ok_or_else(Refusal::not_found)?;
    Ok(Answer::json(200, view(customer.tenant, found)))
}

fn view(customer: Uuid, subscription: &PartnerSubscription) -> Value {
    let id = subscription.id;
    let words = subscription.offer.words();
    let mut body = json!({
        "id": id, "offerId": words.id, "offerName": words.name, "friendlyName": words.name,
        "productType": {"id": words.product, "displayName": words.product},
        "quantity": 1, "unitType": words.unit, "hasPurchasableAddons": false,
        "creationDate": BOUGHT, "effectiveStartDate": BOUGHT, "commitmentEndDate": "2099-01-01T00:00:00Z",
        "status": subscription.status, "autoRenewEnabled": true, "isTrial": false, "billingType": words.billing,
        "billingCycle": "monthly", "isMicrosoftProduct": true, "partnerId": "", "contractType": "subscription",
        "links": own_link(format!("/customers/{customer}/subscriptions/{id}")),
        "publisherName": "Microsoft", "orderId": Uuid::new_v5(&id, b"order"),
        "attributes": {"objectType": "Subscription"},
    });
    // Of the two, only the old offer is an Azure subscription; the plan is what Azure subscriptions are under.
    if subscription.offer == PartnerOffer::LegacyAzure {
        body["entitlementId"] = json!(id);
    }
    body
}
