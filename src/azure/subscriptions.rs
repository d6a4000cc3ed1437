//! Tenants, subscriptions and management groups that an identity sees.
//!
//! Source: <https://learn.microsoft.com/rest/api/resources/subscriptions>, <https://learn.microsoft.com/rest/api/managementgroups>

use serde::Deserialize;

use super::client::Call;
use super::ids::{SubscriptionId, TenantId};
use super::{Azure, Result};
use crate::connection::Agreement;

/// A directory as Resource Manager shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantDescription {
    /// Directory (tenant) ID.
    pub tenant_id: TenantId,
    /// The organisation's name.
    pub display_name: Option<String>,
    /// `contoso.com`.
    pub default_domain: Option<String>,
}

/// A subscription.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Subscription ID.
    pub subscription_id: SubscriptionId,
    /// What people call it.
    pub display_name: String,
    /// The directory that it trusts: only that one's service principals can be given roles on it.
    pub tenant_id: Option<TenantId>,
    /// `Enabled`, `Warned`, `PastDue`, `Disabled` or `Deleted`.
    pub state: String,
    /// How it is bought, in words of Azure's own.
    #[serde(default)]
    pub subscription_policies: Option<Policies>,
}

/// How a subscription is bought.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Policies {
    quota_id: Option<String>,
}

/// What the beginning of a quota id says about the agreement. Offers of an Enterprise Agreement and a Microsoft Customer Agreement share
/// theirs, so those say nothing.
///
/// Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/understand-cost-mgmt-data#supported-microsoft-azure-offers>
const QUOTA_IDS: &[(&str, Agreement)] = &[
    ("PayAsYouGo_", Agreement::Mosp),
    ("MSDN_", Agreement::Mosp),
    ("FreeTrial_", Agreement::Mosp),
    ("MPN_", Agreement::Mosp),
    ("BizSpark_", Agreement::Mosp),
    ("BizSparkPlus_", Agreement::Mosp),
    ("AzureForStudents", Agreement::Mosp),
    ("AzureInOpen_", Agreement::Mosp),
    ("AzurePass_", Agreement::Mosp),
    ("DreamSpark_", Agreement::Mosp),
    ("LightweightTrial_", Agreement::Mosp),
    ("MonetaryCommitment_", Agreement::Mosp),
    ("Sponsored_", Agreement::Mosp),
    ("CSP_", Agreement::Csp),
];

impl Subscription {
    /// The agreement that it is bought under, where its offer tells.
    pub fn agreement(&self) -> Option<Agreement> {
        let id = self.subscription_policies.as_ref()?.quota_id.as_deref()?;
        QUOTA_IDS
            .iter()
            .find(|(beginning, _)| id.starts_with(beginning))
            .map(|(_, agreement)| *agreement)
    }

    /// Whether roles can be assigned on it: a disabled subscription is read-only.
    pub fn is_writable(&self) -> bool {
        !matches!(self.state.as_str(), "Disabled" | "Deleted")
    }
}

/// A management group.
#[derive(Debug, Clone, Deserialize)]
pub struct ManagementGroup {
    /// Its id, the last part of its path.
    pub name: String,
    #[serde(default)]
    properties: ManagementGroupProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManagementGroupProperties {
    display_name: Option<String>,
}

impl ManagementGroup {
    /// What people call it.
    pub fn display_name(&self) -> &str {
        self.properties
            .display_name
            .as_deref()
            .unwrap_or(&self.name)
    }
}

/// A thing below a management group.
#[derive(Debug, Clone, Deserialize)]
pub struct Descendant {
    /// Its id: a subscription's GUID, or a management group's name.
    pub name: String,
    /// `/subscriptions`, or `Microsoft.Management/managementGroups`.
    #[serde(rename = "type")]
    pub kind: String,
}

const SUBSCRIPTIONS_API: &str = "api-version=2021-01-01";
const MANAGEMENT_API: &str = "api-version=2021-04-01";

impl Azure {
    /// The directories that the identity belongs to.
    pub async fn tenants(&self) -> Result<Vec<TenantDescription>> {
        self.arm.list(format!("/tenants?{SUBSCRIPTIONS_API}")).await
    }

    /// The subscriptions that the identity can see in the token's directory.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>> {
        self.arm
            .list(format!("/subscriptions?{SUBSCRIPTIONS_API}"))
            .await
    }

    /// One subscription.
    pub async fn subscription(&self, id: SubscriptionId) -> Result<Subscription> {
        self.arm
            .read(Call::get(format!(
                "/subscriptions/{id}?{SUBSCRIPTIONS_API}"
            )))
            .await
    }

    /// One management group.
    pub async fn management_group(&self, name: &str) -> Result<ManagementGroup> {
        self.arm
            .read(Call::get(format!(
                "/providers/Microsoft.Management/managementGroups/{name}?{MANAGEMENT_API}"
            )))
            .await
    }

    /// The subscriptions below a management group that the identity can see.
    pub async fn subscriptions_below(&self, management_group: &str) -> Result<Vec<SubscriptionId>> {
        let path = format!(
            "/providers/Microsoft.Management/managementGroups/{management_group}/descendants?{MANAGEMENT_API}"
        );
        let all: Vec<Descendant> = self.arm.list(path).await?;
        Ok(all
            .iter()
            .filter(|thing| thing.kind.contains("subscriptions"))
            .filter_map(|thing| thing.name.parse().ok())
            .collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_offer_tells_pay_as_you_go_from_the_rest() {
        let bought = |quota_id: &str| {
            let subscription: Subscription = serde_json::from_value(serde_json::json!({
                "subscriptionId": "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e",
                "displayName": "x",
                "state": "Enabled",
                "subscriptionPolicies": {"quotaId": quota_id, "spendingLimit": "Off"},
            }))
            .unwrap();
            subscription.agreement()
        };
        assert_eq!(bought("PayAsYouGo_2014-09-01"), Some(Agreement::Mosp));
        assert_eq!(bought("CSP_2015-05-01"), Some(Agreement::Csp));
        assert_eq!(bought("EnterpriseAgreement_2014-09-01"), None);
        assert_eq!(bought("Internal_2014-09-01"), None);
    }
}
