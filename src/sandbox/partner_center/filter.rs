//! The `filter` of customers: a field and how its value begins.
//!
//! <https://learn.microsoft.com/partner-center/developer/get-a-customer-by-name>: JSON, percent-encoded; `starts_with` is the
//! only operator; the case of the value does not count.

use serde::Deserialize;

use super::account::PartnerCustomer;
use super::refusal::Refusal;

/// A filter, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    field: Field,
    /// In lower case.
    start: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    CompanyName,
    Domain,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "Field")]
    field: String,
    #[serde(rename = "Value")]
    value: String,
    #[serde(rename = "Operator")]
    operator: String,
}

impl Filter {
    /// Understands the parameter.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || Refusal::invalid_property("filter");
        let written: Written = serde_json::from_str(text).map_err(|_| refused())?;
        if !written.operator.eq_ignore_ascii_case("starts_with") {
            return Err(refused());
        }
        let field = match written.field.to_ascii_lowercase().as_str() {
            "companyname" => Field::CompanyName,
            "domain" => Field::Domain,
            _ => return Err(refused()),
        };
        Ok(Self {
            field,
            start: written.value.to_lowercase(),
        })
    }

    /// Whether a customer is among what is asked for.
    pub(super) fn allows(&self, customer: &PartnerCustomer) -> bool {
        let text = match self.field {
            Field::CompanyName => &customer.company_name,
            Field::Domain => &customer.domain,
        };
        text.to_lowercase().starts_with(&self.start)
    }
}
