//! Partner Center's REST API, as far as a CSP partner's own facts are read: its customers, their subscriptions, its partner id.
//!
//! Customers and subscriptions are for applications and people, profiles for people only. A person's token comes from any sign-in of the
//! Azure CLI's public client, which Microsoft has preauthorised; whoever asks for a profile must be ready to be refused.
//! Source: <https://learn.microsoft.com/partner-center/developer/partner-center-authentication>,
//! <https://learn.microsoft.com/partner-center/developer/headers>
//!
//! Each call has a request id of its own, which its repetitions share, and all calls of a run have a correlation id in common. Partner
//! Center says with `Retry-After` how long it wants to be left alone, and the pipeline waits as long: asking early counts against the limit.
//! Source: <https://learn.microsoft.com/partner-center/developer/api-throttling-guidance>

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::client::Call;
use super::error::ApiError;
use super::ids::TenantId;
use super::partner_page::Page;
use super::{Azure, AzureError, Result};

/// How many customers are asked for at once.
const PAGE: usize = 500;
/// How many pages are read before a list is taken for a loop.
const MOST_PAGES: usize = 2_000;

/// A customer of the partner, under whichever offer.
/// Source: <https://learn.microsoft.com/partner-center/developer/customer-resources>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerCustomer {
    id: String,
    #[serde(default)]
    company_profile: Option<CompanyProfile>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompanyProfile {
    tenant_id: Option<String>,
    company_name: Option<String>,
    domain: Option<String>,
}

/// The beginning of the list of customers.
#[derive(Debug)]
pub struct SomeCustomers {
    /// The customers.
    pub customers: Vec<PartnerCustomer>,
    /// Whether there are more.
    pub more: bool,
}

/// What a customer bought.
/// Source: <https://learn.microsoft.com/partner-center/developer/subscription-resources>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerSubscription {
    #[serde(default)]
    offer_id: Option<String>,
    #[serde(default)]
    offer_name: Option<String>,
    #[serde(default)]
    status: Option<String>,
}

/// Who a partner is.
/// Source: <https://learn.microsoft.com/partner-center/developer/get-partner-by-mpn-id>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerProfile {
    #[serde(default)]
    partner_name: Option<String>,
    // The samples have `mpnId`, the table of the newer page `partnerId`.
    #[serde(default)]
    mpn_id: Option<Value>,
    #[serde(default)]
    partner_id: Option<Value>,
}

impl PartnerCustomer {
    /// The customer's directory; none where Partner Center shows something else.
    pub fn directory(&self) -> Option<TenantId> {
        let profile = self.company_profile.as_ref();
        let named = profile.and_then(|profile| profile.tenant_id.as_deref());
        named
            .and_then(|id| id.parse().ok())
            .or_else(|| self.id.parse().ok())
    }

    /// What people call it.
    pub fn display_name(&self) -> String {
        let profile = self.company_profile.iter();
        let names = profile.flat_map(|profile| [&profile.company_name, &profile.domain]);
        let mut said = names.flatten().filter(|text| !text.trim().is_empty());
        crate::text::printable(said.next().unwrap_or(&self.id))
    }
}

/// The offers that are Azure's, by their names and by what their ids begin with: the plan, and the old offer. The name alone decides
/// where there is no id, and only as a whole: licences are called after Azure too.
/// Source: <https://learn.microsoft.com/partner-center/customers/azure-plan-get-started>
const AZURE_PLAN: (&str, &str) = ("Azure plan", "DZH318Z0BPS6");
const OLD_OFFER: (&str, &str) = ("Microsoft Azure", "MS-AZR-0145P");

impl PartnerSubscription {
    /// Whether it is an Azure plan.
    pub fn is_azure_plan(&self) -> bool {
        self.is_of(AZURE_PLAN)
    }

    /// Whether it is of the old Azure offer, MS-AZR-0145P.
    pub fn is_old_azure(&self) -> bool {
        !self.is_azure_plan() && self.is_of(OLD_OFFER)
    }

    /// Whether it still counts.
    pub fn is_active(&self) -> bool {
        let ended = |status: &str| {
            ["deleted", "expired", "none"]
                .iter()
                .any(|word| status.eq_ignore_ascii_case(word))
        };
        !self.status.as_deref().is_some_and(ended)
    }

    fn is_of(&self, (name, id): (&str, &str)) -> bool {
        let begins = |text: &str| {
            text.get(..id.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(id))
        };
        let named = self.offer_name.as_deref();
        self.offer_id.as_deref().is_some_and(begins)
            || named.is_some_and(|text| text.trim().eq_ignore_ascii_case(name))
    }
}

impl PartnerProfile {
    /// The partner id: digits.
    pub fn id(&self) -> Option<String> {
        let said = [&self.mpn_id, &self.partner_id];
        let text = said.into_iter().flatten().find_map(|value| match value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        })?;
        let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        is_number.then_some(text)
    }

    /// What people call the partner.
    pub fn name(&self) -> Option<String> {
        self.partner_name.as_deref().map(crate::text::printable)
    }
}

impl Azure {
    /// The first customers, `size` at most. The cheapest way to see whether Partner Center lets an application in.
    ///
    /// # Errors
    /// Whatever Partner Center answers; see [`waits_for_registration`].
    pub async fn some_partner_customers(&self, size: usize) -> Result<SomeCustomers> {
        let call = Call::get(format!("/v1/customers?size={size}"));
        let page: Page<PartnerCustomer> = self.ask_partner_center(call).await?;
        Ok(SomeCustomers {
            more: page.next().is_some(),
            customers: page.items,
        })
    }

    /// All customers, page by page.
    ///
    /// # Errors
    /// Whatever Partner Center answers; [`AzureError::Unreadable`] where the list has no end or leads to another host.
    pub async fn partner_customers(&self) -> Result<Vec<PartnerCustomer>> {
        let first = Call::get(format!("/v1/customers?size={PAGE}"));
        self.partner_list(first).await
    }

    /// What a customer bought.
    ///
    /// # Errors
    /// As [`Azure::partner_customers`].
    pub async fn partner_subscriptions(
        &self,
        customer: TenantId,
    ) -> Result<Vec<PartnerSubscription>> {
        let first = Call::get(format!("/v1/customers/{customer}/subscriptions"));
        self.partner_list(first).await
    }

    /// The partner that the signed-in person belongs to. Only people may ask.
    ///
    /// # Errors
    /// Whatever Partner Center answers.
    pub async fn partner_profile(&self) -> Result<PartnerProfile> {
        self.ask_partner_center(Call::get("/v1/profiles/mpn")).await
    }

    /// The partner with this id; none where there is no such partner. Only people may ask.
    ///
    /// # Errors
    /// Whatever Partner Center answers, except that it knows no such partner.
    pub async fn partner_by_id(&self, id: &str) -> Result<Option<PartnerProfile>> {
        let call = Call::get(format!("/v1/profiles/mpn?mpnId={id}"));
        match self.ask_partner_center(call).await {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer.map(Some),
        }
    }

    async fn ask_partner_center<T: DeserializeOwned>(&self, call: Call) -> Result<T> {
        let call = call
            .header("ms-requestid", Uuid::new_v4().to_string())
            .header("ms-correlationid", self.run.to_string())
            .header("ms-contract-version", "v1")
            .header("ms-partnercenter-application", "azconnect")
            .header("x-locale", "en-US");
        self.partner_center.read(call).await
    }

    async fn partner_list<T: DeserializeOwned>(&self, first: Call) -> Result<Vec<T>> {
        let mut all = Vec::new();
        let mut page: Page<T> = self.ask_partner_center(first).await?;
        let mut before = None;
        for _ in 0..MOST_PAGES {
            let next = page.next().cloned();
            all.append(&mut page.items);
            let Some(next) = next else {
                all.shrink_to_fit();
                return Ok(all);
            };
            if before.as_ref() == Some(&next) {
                return Err(endless("a list whose pages lead back to themselves"));
            }
            page = self.ask_partner_center(next.call()?).await?;
            before = Some(next);
        }
        Err(endless("a list of too many pages"))
    }
}

fn endless(detail: &str) -> AzureError {
    AzureError::Unreadable {
        service: "Partner Center",
        detail: detail.to_owned(),
    }
}

/// Refusals that have nothing to do with App management: waiting for a click there would be in vain.
const NOT_BY_REGISTRATION: &[&str] = &[
    "20002", "2030", "2032", "800001", "800018", "800039", "800043", "900123", "900124", "900149",
    "900309", "900329", "900420",
];

/// Whether a refusal may be that of an application that nobody has registered in App management yet. Partner Center has no code of its
/// own for that: it answers 401, or 403 with 900150 or 900308, or with none that it explains.
pub fn waits_for_registration(error: &AzureError) -> bool {
    let AzureError::Api(error) = error else {
        return false;
    };
    let ApiError {
        status,
        code,
        message,
        ..
    } = &**error;
    matches!(status, 401 | 403)
        && !NOT_BY_REGISTRATION.contains(&code.as_str())
        && !message.to_lowercase().contains("reseller")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::remedies::Service;
    use serde_json::json;

    fn refusal(status: u16, code: &str, message: &str) -> AzureError {
        AzureError::from(Box::new(ApiError {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            correlation_id: None,
            retry_after: None,
            request: String::new(),
            service: Service::PartnerCenter,
            facts: std::sync::Arc::default(),
        }))
    }

    #[test]
    fn only_a_missing_registration_is_waited_for() {
        for (status, code, waited_for) in [
            (401, "401", true),
            (403, "403", true),
            (403, "900150", true),
            (403, "900308", true),
            (401, "800001", false),
            (403, "900124", false),
            (403, "900149", false),
            (403, "900329", false),
            (401, "900420", false),
            (429, "429", false),
            (500, "900150", false),
        ] {
            let error = refusal(status, code, "");
            assert_eq!(
                waits_for_registration(&error),
                waited_for,
                "{status} {code}"
            );
        }
        assert!(!waits_for_registration(&refusal(
            403,
            "900150",
            "Not supported for an Indirect Reseller."
        )));
    }

    #[test]
    fn a_partner_id_is_read_under_either_name_and_as_either_kind() {
        for (body, id) in [
            (
                json!({"mpnId": "4391507", "partnerName": "Fabrikam"}),
                Some("4391507"),
            ),
            (json!({"partnerId": 4_391_507}), Some("4391507")),
            (json!({"mpnId": null, "partnerId": "12345"}), Some("12345")),
            (json!({"mpnId": "x"}), None),
            (json!({}), None),
        ] {
            let profile: PartnerProfile = serde_json::from_value(body).unwrap();
            assert_eq!(profile.id().as_deref(), id);
        }
    }

    #[test]
    fn the_azure_plan_is_told_from_the_old_offer() {
        for (body, plan, old) in [
            (
                json!({"offerName": "Azure plan", "offerId": "DZH318Z0BPS6:0001:x"}),
                true,
                false,
            ),
            (
                json!({"offerName": "Microsoft Azure", "offerId": "MS-AZR-0145P"}),
                false,
                true,
            ),
            (
                json!({"offerName": "Microsoft Azure Active Directory Premium P1", "offerId": "796b6b5f"}),
                false,
                false,
            ),
            (json!({"offerId": "ms-azr-0145p"}), false, true),
            (json!({}), false, false),
        ] {
            let one: PartnerSubscription = serde_json::from_value(body).unwrap();
            assert_eq!((one.is_azure_plan(), one.is_old_azure()), (plan, old));
        }
    }

    #[test]
    fn a_customer_is_known_by_its_directory() {
        let id = "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e";
        let one: PartnerCustomer = serde_json::from_value(json!({
            "id": "x", "companyProfile": {"tenantId": id, "companyName": " ", "domain": "a.example"},
        }))
        .unwrap();
        assert_eq!(one.directory().unwrap().to_string(), id);
        assert_eq!(one.display_name(), "a.example");
        let bare: PartnerCustomer =
            serde_json::from_value(json!({"id": id, "companyProfile": null})).unwrap();
        assert_eq!(bare.directory(), one.directory());
        assert_eq!(bare.display_name(), id);
    }
}
