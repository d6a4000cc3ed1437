//! The API versions that Terraform and Bicep say: those of azconnect's own requests, so that a body means the same in both.

/// Exports.
pub(super) const EXPORTS: &str = "2025-03-01";
/// Storage accounts.
pub(super) const STORAGE: &str = "2021-08-01";
/// Resource groups.
pub(super) const RESOURCES: &str = "2021-04-01";
/// Role assignments.
pub(super) const AUTHORIZATION: &str = "2022-04-01";
/// Billing roles under a Microsoft Customer or Partner Agreement.
pub(super) const BILLING: &str = "2024-04-01";
/// Billing roles of an enrollment.
pub(super) const ENROLLMENT: &str = "2019-10-01-preview";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_our_own_requests() {
        for (version, code) in [
            (EXPORTS, include_str!("../../azure/exports.rs")),
            (STORAGE, include_str!("../../azure/storage_accounts.rs")),
            (RESOURCES, include_str!("../../azure/resource_groups.rs")),
            (AUTHORIZATION, include_str!("../../azure/authorization.rs")),
            (BILLING, include_str!("../../azure/billing.rs")),
            (ENROLLMENT, include_str!("../../azure/billing.rs")),
        ] {
            assert!(
                code.contains(&format!("\"api-version={version}\"")),
                "{version}"
            );
        }
    }
}
