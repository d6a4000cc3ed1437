//! Resource providers of a subscription: what isn't registered there can't be used there.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types>

use serde::Deserialize;

use super::client::Call;
use super::ids::SubscriptionId;
use super::{Azure, Result};

/// A resource provider in a subscription.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceProvider {
    /// `Registered`, `Registering`, `NotRegistered`, `Unregistered` or `Unregistering`.
    #[serde(default)]
    pub registration_state: String,
}

impl ResourceProvider {
    /// Whether it can be used.
    pub fn is_registered(&self) -> bool {
        self.registration_state.eq_ignore_ascii_case("Registered")
    }

    /// Whether somebody has asked for it, and it is on the way.
    pub fn is_registering(&self) -> bool {
        self.registration_state.eq_ignore_ascii_case("Registering")
    }
}

const PROVIDERS_API: &str = "api-version=2021-04-01";

/// The path of a provider of a subscription; it is also the id that a receipt keeps.
pub fn provider_path(subscription: SubscriptionId, namespace: &str) -> String {
    format!("/subscriptions/{subscription}/providers/{namespace}")
}

impl Azure {
    /// A resource provider, and whether it is registered in the subscription.
    pub async fn resource_provider(
        &self,
        subscription: SubscriptionId,
        namespace: &str,
    ) -> Result<ResourceProvider> {
        let path = provider_path(subscription, namespace);
        self.arm
            .read(Call::get(format!("{path}?{PROVIDERS_API}")))
            .await
    }

    /// Has a resource provider registered. It takes minutes; asking twice does no harm.
    pub async fn register_provider(
        &self,
        subscription: SubscriptionId,
        namespace: &str,
    ) -> Result<ResourceProvider> {
        let path = provider_path(subscription, namespace);
        self.arm
            .read(Call::post(format!("{path}/register?{PROVIDERS_API}")))
            .await
    }
}
