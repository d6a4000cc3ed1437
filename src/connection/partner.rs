//! What a CSP partner is known by in Partner Center.

use serde::{Deserialize, Serialize};

/// A partner, as a vendor's form asks for it.
///
/// Source: <https://learn.microsoft.com/partner-center/account-settings/account-structure>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// The partner ID (once: MPN ID) of the location that is enrolled in CSP: digits.
    pub partner_id: Option<String>,
    /// The directory's default domain, `contoso.com`.
    pub default_domain: Option<String>,
}
