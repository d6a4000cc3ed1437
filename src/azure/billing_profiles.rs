//! Billing profiles of an MCA or MPA account.
//!
//! Source: <https://learn.microsoft.com/rest/api/billing/billing-profiles/list-by-billing-account?view=rest-billing-2024-04-01>

use serde::Deserialize;

use super::{Azure, Result};
use crate::connection::Scope;

/// A billing profile: what one invoice is about.
#[derive(Debug, Clone, Deserialize)]
pub struct BillingProfile {
    /// Its name, `ABCD-EFGH-IJK-LMN`.
    pub name: String,
    #[serde(default)]
    properties: ProfileProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ProfileProperties {
    display_name: Option<String>,
    status: Option<String>,
}

impl BillingProfile {
    /// What people call it.
    pub fn display_name(&self) -> String {
        let name = self
            .properties
            .display_name
            .as_deref()
            .filter(|name| !name.trim().is_empty());
        crate::text::printable(name.unwrap_or(&self.name))
    }

    /// Whether it still gets charges.
    pub fn is_active(&self) -> bool {
        !matches!(
            self.properties.status.as_deref(),
            Some("Deleted" | "Disabled")
        )
    }
}

impl Azure {
    /// The billing profiles of an account that the identity sees, all pages.
    ///
    /// # Errors
    /// Whatever Azure answers; 400 or 404 for an account under an agreement without profiles.
    pub async fn billing_profiles(&self, account: &str) -> Result<Vec<BillingProfile>> {
        let scope = Scope::BillingAccount(account.to_owned());
        self.arm
            .list(format!("{scope}/billingProfiles?api-version=2024-04-01"))
            .await
    }
}
