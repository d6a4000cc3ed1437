//! Whether an indirect reseller signed the Microsoft Partner Agreement; a provider asks before it sells through one.
//!
//! <https://learn.microsoft.com/partner-center/developer/verify-indirect-reseller-mpa-status>, whose samples are all here.

use serde_json::json;
use uuid::Uuid;

use super::super::exchange::Answer;
use super::account::{PartnerAccount, PartnerKind};
use super::profiles::{is_number, not_numeric, with_number};
use super::refusal::Refusal;
use super::{Outcome, Visit};

const QUESTIONS: &str = "https://learn.microsoft.com/partner-center/mpa-indirect-provider-faq";
const MIGRATION: &str =
    "https://partner.microsoft.com/resources/detail/migrate-pmc-pc-mpa-guide-pptx";
const CONTROLLER: &str = "ComplianceController";

/// `GET /v1/compliance/csp/agreementstatus?mpnId=N` or `?tenantId=…`
pub(super) fn status(visit: &mut Visit<'_>) -> Outcome {
    if !visit
        .parameters
        .get("programme")
        .eq_ignore_ascii_case("csp")
    {
        return Err(Refusal::not_found());
    }
    let given = |name: &str| visit.call.query(name).filter(|value| !value.is_empty());
    match (given("mpnId"), given("tenantId")) {
        (Some(_), Some(_)) => {
            let text = "Both MPN Id and Tenant Id should not be passed.";
            Err(Refusal::new(400, 2000, text).with_source(CONTROLLER))
        }
        (None, None) => {
            let text = "Both MPN Id and Tenant Id cannot be empty.";
            Err(Refusal::new(400, 2001, text).with_source(CONTROLLER))
        }
        (Some(number), None) => by_number(visit, number),
        (None, Some(tenant)) => by_tenant(visit, tenant),
    }?;
    Ok(Answer::json(200, json!({"isAgreementSigned": true})))
}

fn by_number(visit: &Visit<'_>, number: &str) -> Result<(), Refusal> {
    if !is_number(number) {
        return Err(not_numeric());
    }
    let Some(found) = with_number(&visit.world.state, number) else {
        let text = format!(
            "Requested MPN Id {number} is either invalid or does not exist in Partner Center."
        );
        return Err(Refusal::new(400, 2200, text).with_page(MIGRATION));
    };
    // A global number is known, but no enrollment hangs on it.
    if !is_reseller(found) || found.location_id != number {
        let text = format!(
            "Requested MPN Id {number} is not associated with any CSP Indirect Reseller account in Partner Center. Please \
             advise your reseller to enroll into the CSP program as an indirect reseller in Partner Center to be compliant."
        );
        return Err(Refusal::new(400, 2204, text).with_page(QUESTIONS));
    }
    if found.agreement_signed {
        return Ok(());
    }
    let text = format!(
        "MPN Id {number} has not signed Microsoft Partner Agreement (MPA) for the CSP region where the order is being placed. \
         Please advise your reseller to sign MPA to continue with the order."
    );
    Err(Refusal::new(400, 2203, text).with_page(QUESTIONS))
}

fn by_tenant(visit: &Visit<'_>, written: &str) -> Result<(), Refusal> {
    let id = Uuid::try_parse(written).map_err(|_| {
        Refusal::new(400, 2000, "Tenant Id must be a GUID.")
            .with_source("PartnerApiServiceControllers")
    })?;
    let accounts = &visit.world.state.partner_center.accounts;
    let Some(found) = accounts.get(&id).filter(|found| is_reseller(found)) else {
        let text = format!("Could not find account with id '{id}'.");
        return Err(Refusal::new(400, 2205, text));
    };
    if found.agreement_signed {
        return Ok(());
    }
    let text =
        format!("Partner Center Account associated to Tenant Id {id} hasn't signed the agreement");
    Err(Refusal::new(400, 2206, text).with_page(QUESTIONS))
}

fn is_reseller(account: &PartnerAccount) -> bool {
    account.kind == PartnerKind::IndirectReseller
}
