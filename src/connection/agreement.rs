//! The agreement under which Azure is bought: it decides which scopes and roles exist.

use serde::{Deserialize, Serialize};

/// Microsoft's agreement types, by their usual abbreviations.
///
/// Source: <https://learn.microsoft.com/azure/cost-management-billing/manage/view-all-accounts>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// Enterprise Agreement.
    Ea,
    /// Microsoft Customer Agreement.
    Mca,
    /// Microsoft Partner Agreement.
    Mpa,
    /// A customer of a Cloud Solution Provider (legacy, before the Azure plan).
    Csp,
    /// Microsoft Online Services Program: pay-as-you-go.
    Mosp,
}
