//! What is in a billing account: its billing profiles, their invoice sections, the departments of an enrollment.
//!
//! Source: <https://learn.microsoft.com/rest/api/billing/billing-profiles?view=rest-billing-2024-04-01>,
//! <https://learn.microsoft.com/rest/api/billing/invoice-sections?view=rest-billing-2024-04-01>,
//! <https://learn.microsoft.com/rest/api/billing/departments?view=rest-billing-2024-04-01>

use serde::Deserialize;

use super::billing::{BILLING_API, Customer};
use super::client::Call;
use super::{Azure, Result};
use crate::connection::Scope;

/// A kind of part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Below an MCA or MPA account.
    BillingProfile,
    /// Below a billing profile of an MCA account.
    InvoiceSection,
    /// Below an enrollment.
    Department,
}

/// A billing profile, an invoice section, a department or a customer.
#[derive(Debug, Clone, Deserialize)]
pub struct BillingPart {
    /// Its name in the path; a person calls it its ID.
    pub name: String,
    #[serde(default)]
    properties: PartProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartProperties {
    display_name: Option<String>,
}

impl BillingPart {
    /// What people call it.
    pub fn display_name(&self) -> String {
        let name = self.properties.display_name.as_deref();
        crate::text::printable(
            name.filter(|name| !name.trim().is_empty())
                .unwrap_or(&self.name),
        )
    }
}

impl Part {
    fn segment(self) -> &'static str {
        match self {
            Part::BillingProfile => "billingProfiles",
            Part::InvoiceSection => "invoiceSections",
            Part::Department => "departments",
        }
    }
}

impl Azure {
    /// The parts of a billing account or billing profile that the identity sees, all pages.
    ///
    /// # Errors
    /// 401 or 403 where it sees none of them; 400 where the agreement has no such parts.
    pub async fn billing_parts(&self, above: &Scope, part: Part) -> Result<Vec<BillingPart>> {
        let path = format!("{above}/{}?{BILLING_API}", part.segment());
        self.arm.list(path).await
    }

    /// One part: what stands at this scope.
    ///
    /// # Errors
    /// 401 or 403 where the identity may not read it; 404 where there is none.
    pub async fn billing_part(&self, scope: &Scope) -> Result<BillingPart> {
        self.arm
            .read(Call::get(format!("{scope}?{BILLING_API}")))
            .await
    }

    /// The customers of a partner's billing account or of one of its billing profiles, all pages.
    ///
    /// # Errors
    /// 401 or 403 where the identity may not read them.
    pub async fn customers_of(&self, above: &Scope) -> Result<Vec<Customer>> {
        self.arm
            .list(format!("{above}/customers?{BILLING_API}"))
            .await
    }
}
