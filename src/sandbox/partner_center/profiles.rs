//! What the partner is called, and by which number.
//!
//! <https://learn.microsoft.com/partner-center/developer/manage-profiles-and-information>

use serde_json::{Value, json};

use super::super::exchange::Answer;
use super::super::tenant::State;
use super::account::{PartnerAccount, PartnerOddity};
use super::paging::own_link;
use super::refusal::Refusal;
use super::{Outcome, Visit};

/// `GET /v1/profiles/mpn[?mpnId=N]`: the caller's own, which is the location's (PLA), or anybody's.
pub(super) fn partner(visit: &mut Visit<'_>) -> Outcome {
    let state = &visit.world.state;
    let (name, id) = match visit.call.query("mpnId") {
        None => {
            let own = visit.caller.account(state)?;
            (own.company_name.as_str(), own.location_id.as_str())
        }
        Some(id) if !is_number(id) => return Err(not_numeric()),
        Some(id) => {
            let text = format!("Partner Organization with partner_id {id} could not be found");
            let found = with_number(state, id).ok_or_else(|| Refusal::new(404, 3000, text))?;
            (found.company_name.as_str(), id)
        }
    };
    let oddities = &state.partner_center.oddities;
    let field = if oddities.contains(&PartnerOddity::PartnerIdField) {
        "partnerId"
    } else {
        "mpnId"
    };
    let mut body = json!({
        "partnerName": name, "profileType": "MpnProfile", "links": own_link("/profiles/mpn".to_owned()),
        "attributes": {"objectType": "MpnProfile"},
    });
    body[field] = json!(id);
    Ok(Answer::json(200, body))
}

/// `GET /v1/profiles/organization`: `domain` is the initial one, as in Microsoft's sample.
pub(super) fn organization(visit: &mut Visit<'_>) -> Outcome {
    let state = &visit.world.state;
    let account = visit.caller.account(state)?;
    let domain = domain(state, account);
    Ok(Answer::json(
        200,
        json!({
            "id": account.tenant, "companyName": account.company_name, "defaultAddress": address(account),
            "tenantId": account.tenant, "domain": domain, "email": format!("partner@{domain}"), "language": "en",
            "culture": "en-US", "profileType": "OrganizationProfile",
            "links": own_link("/profiles/organization".to_owned()),
            "attributes": {"etag": "1", "objectType": "OrganizationProfile"},
        }),
    ))
}

/// `GET /v1/profiles/legalbusiness[?vettingVersion=…]`
pub(super) fn legal_business(visit: &mut Visit<'_>) -> Outcome {
    let state = &visit.world.state;
    let account = visit.caller.account(state)?;
    let email = format!("legal@{}", domain(state, account));
    let contact = json!({
        "firstName": "Avery", "lastName": "Howard", "email": email, "phoneNumber": "4255550100",
    });
    Ok(Answer::json(
        200,
        json!({
            "companyName": account.company_name, "address": address(account), "primaryContact": contact,
            "companyApproverAddress": address(account), "companyApproverEmail": email,
            "vettingStatus": "authorized", "vettingSubStatus": "none", "profileType": "LegalBusinessProfile",
            "links": own_link("/profiles/legalbusiness".to_owned()),
            "attributes": {"objectType": "LegalBusinessProfile"},
        }),
    ))
}

fn domain<'state>(state: &'state State, account: &PartnerAccount) -> &'state str {
    let tenant = state.tenants.get(&account.tenant);
    tenant.map_or("", |tenant| tenant.initial_domain.as_str())
}

fn address(account: &PartnerAccount) -> Value {
    json!({
        "country": account.country, "city": "Berlin", "state": "", "addressLine1": "Unter den Linden 17",
        "addressLine2": "", "postalCode": "10117", "firstName": "Avery", "lastName": "Howard",
        "phoneNumber": "4255550100",
    })
}

/// Whether a partner's number has digits only.
pub(super) fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// 400, 2000: the page on the agreement's status has it, that on profiles says no more than `int`.
pub(super) fn not_numeric() -> Refusal {
    Refusal::new(400, 2000, "MPN Id must be numeric.").with_source("PartnerApiServiceControllers")
}

/// The partner that a number belongs to, be it the location's or the headquarters'.
pub(super) fn with_number<'state>(
    state: &'state State,
    id: &str,
) -> Option<&'state PartnerAccount> {
    let mut accounts = state.partner_center.accounts.values();
    accounts.find(|account| account.location_id == id || account.global_id == id)
}
