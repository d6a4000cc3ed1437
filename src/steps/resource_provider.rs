//! A resource provider that a subscription must know before its things can be made there. The portal registers silently; the API doesn't.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types>

use async_trait::async_trait;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::step::{Making, Outcome, Permission, Receipts, Step, made};
use super::wait::until_visible;
use crate::azure::error::ApiError;
use crate::azure::ids::SubscriptionId;
use crate::azure::resource_providers::provider_path;
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, Receipt, ResourceKind, Scope};
use crate::remedies::Service;

/// What the storage account itself needs.
pub const STORAGE: &str = "Microsoft.Storage";
/// What exports are made with.
pub const COST_MANAGEMENT: &str = "Microsoft.CostManagement";
/// What writes exports into a storage account of the subscription.
pub const EXPORTS: &str = "Microsoft.CostManagementExports";

/// The action that registering needs.
const REGISTER: &str = "Microsoft.Resources/subscriptions/providers/register/action";

/// Registers a resource provider.
#[derive(Debug)]
pub struct ResourceProviderStep {
    /// Where.
    pub subscription: SubscriptionId,
    /// Which: `Microsoft.CostManagementExports`.
    pub namespace: &'static str,
    /// Why, for the person who agrees.
    pub why: &'static str,
}

/// The id of the step for a provider of a subscription.
pub fn id(subscription: SubscriptionId, namespace: &str) -> String {
    format!(
        "resource-provider:{}",
        provider_path(subscription, namespace)
    )
}

#[async_trait]
impl Step for ResourceProviderStep {
    fn id(&self) -> String {
        id(self.subscription, self.namespace)
    }

    fn title(&self) -> String {
        format!("Resource provider {}", self.namespace)
    }

    fn explain(&self) -> Vec<String> {
        vec![
            format!(
                "Registers it in the subscription {}. {}",
                self.subscription, self.why
            ),
            "It costs nothing and stays registered: `azconnect remove` leaves it, since others may rely on it.".to_owned(),
        ]
    }

    fn after(&self) -> Vec<String> {
        Vec::new()
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::Act(
            Scope::Subscription(self.subscription),
            REGISTER,
        )]
    }

    fn is_taken_back(&self) -> bool {
        false
    }

    fn declared(&self) -> Declared {
        Declared::ResourceProvider {
            subscription: self.subscription,
            namespace: self.namespace,
        }
    }

    fn by_hand(&self, _: &Receipts, place: &Place<'_>) -> ByHand {
        ByHand {
            what: format!(
                "Register the resource provider {} in the subscription {}",
                self.namespace, self.subscription
            ),
            who: "a Contributor or Owner of the subscription".to_owned(),
            commands: vec![format!(
                "az provider register --namespace {} --subscription {} --wait",
                self.namespace, self.subscription
            )],
            portal: Some(format!(
                "{}/#@{}/resource/subscriptions/{}/resourceproviders",
                place.portal, place.tenant, self.subscription
            )),
        }
    }

    async fn find(&self, azure: &Azure, _: &Receipts) -> Result<Option<Receipt>> {
        let provider = azure
            .resource_provider(self.subscription, self.namespace)
            .await?;
        Ok(provider
            .is_registered()
            .then(|| self.receipt(jiff::Timestamp::UNIX_EPOCH, Change::Reuse)))
    }

    async fn apply(&self, azure: &Azure, _: &Receipts, making: &Making<'_>) -> Result<Outcome> {
        let now = azure
            .resource_provider(self.subscription, self.namespace)
            .await?;
        if !now.is_registered() && !now.is_registering() {
            azure
                .register_provider(self.subscription, self.namespace)
                .await?;
        }
        let waiting = format!("Azure to register {} (up to five minutes)", self.namespace);
        let look = async || {
            let provider = azure
                .resource_provider(self.subscription, self.namespace)
                .await?;
            Ok(provider.is_registered().then_some(()))
        };
        until_visible(making, &waiting, look)
            .await?
            .ok_or_else(|| self.not_yet(azure))?;
        Ok(Outcome {
            receipt: self.receipt(making.now, Change::Create),
            secret: None,
        })
    }
}

impl ResourceProviderStep {
    fn receipt(&self, at: jiff::Timestamp, change: Change) -> Receipt {
        let id = provider_path(self.subscription, self.namespace);
        let mut receipt = made(self, ResourceKind::ResourceProvider, id, at);
        receipt.change = change;
        receipt
    }

    fn not_yet(&self, azure: &Azure) -> AzureError {
        AzureError::from(Box::new(ApiError {
            status: 503,
            code: "ProviderStillRegistering".to_owned(),
            message: format!("{} is still being registered", self.namespace),
            correlation_id: None,
            request: format!("GET {}", provider_path(self.subscription, self.namespace)),
            service: Service::Arm,
            retry_after: None,
            facts: azure.facts(),
        }))
    }
}

/// How a person takes it back who is sure that nobody else needs it.
pub(super) fn unregister(receipt: &Receipt) -> Option<String> {
    let (subscription, namespace) = receipt
        .id
        .strip_prefix("/subscriptions/")?
        .split_once("/providers/")?;
    Some(format!(
        "az provider unregister --namespace {namespace} --subscription {subscription}"
    ))
}
