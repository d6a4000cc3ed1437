//! What the vendor is to read: subscriptions or a management group.

use super::answers::Source;
use super::{Interview, discovery};
use crate::azure::Azure;
use crate::azure::ids::{SubscriptionId, TenantId};
use crate::azure::subscriptions::Subscription;
use crate::connection::{Scope, ScopeChoice};
use crate::error::{Error, Kind, Result};
use crate::ui::Choice;

impl Interview {
    pub(super) async fn scopes(
        &mut self,
        azure: &Azure,
        directory: TenantId,
    ) -> Result<Vec<ScopeChoice>> {
        if let Some(name) = self.answers.value("management_group") {
            let group = azure.management_group(name).await?;
            let display_name = crate::text::printable(group.display_name());
            return Ok(vec![ScopeChoice {
                scope: Scope::ManagementGroup(group.name),
                display_name,
            }]);
        }
        let (usable, disabled) = discovery::subscriptions(azure, directory).await?;
        let chosen = match self
            .answers
            .get("subscription")
            .map(|answer| answer.values.clone())
        {
            Some(values) if values.iter().any(|value| value == "all") => usable,
            Some(values) => values
                .iter()
                .map(|value| wanted(value, &usable, &disabled, directory))
                .collect::<Result<_>>()?,
            None => self.choose_subscriptions(usable, &disabled).await?,
        };
        if chosen.is_empty() && self.gaps.is_empty() {
            return Err(no_subscription(directory, &disabled));
        }
        Ok(chosen
            .into_iter()
            .map(|subscription| ScopeChoice {
                scope: Scope::Subscription(subscription.subscription_id),
                display_name: subscription.display_name,
            })
            .collect())
    }

    async fn choose_subscriptions(
        &mut self,
        usable: Vec<Subscription>,
        disabled: &[Subscription],
    ) -> Result<Vec<Subscription>> {
        if usable.len() <= 1 {
            if let [only] = usable.as_slice() {
                self.answers.set(
                    "subscription",
                    vec![only.subscription_id.to_string()],
                    Source::Only,
                );
            }
            return Ok(usable);
        }
        for subscription in disabled {
            tracing::info!(
                "subscription {} is {}, so no role can be given on it",
                subscription.subscription_id,
                subscription.state
            );
        }
        let options: Vec<Choice> = usable
            .iter()
            .map(|subscription| Choice {
                label: subscription.display_name.clone(),
                detail: subscription.subscription_id.to_string(),
            })
            .collect();
        let ids: Vec<String> = usable
            .iter()
            .map(|subscription| subscription.subscription_id.to_string())
            .collect();
        let chosen = self.choose_many("subscription", options, ids).await?;
        Ok(usable
            .into_iter()
            .enumerate()
            .filter(|(at, _)| chosen.contains(at))
            .map(|(_, subscription)| subscription)
            .collect())
    }
}

/// The subscription that was named, out of those that can be seen.
pub(super) fn wanted(
    id: &str,
    usable: &[Subscription],
    disabled: &[Subscription],
    directory: TenantId,
) -> Result<Subscription> {
    let id: SubscriptionId = id
        .parse()
        .map_err(|_| Error::bug("subscription was not checked"))?;
    let named = |all: &[Subscription]| {
        all.iter()
            .find(|subscription| subscription.subscription_id == id)
            .cloned()
    };
    if let Some(subscription) = named(usable) {
        return Ok(subscription);
    }
    if let Some(subscription) = named(disabled) {
        return Err(Error::usage("subscription_disabled", format!("The subscription \"{}\" ({id}) is {}.", subscription.display_name, subscription.state.to_lowercase()))
            .why(DISABLED)
            .hint("Name another one with `--subscription`; `az account list --all --output table` shows each with its state.")
            .hint(ENABLE));
    }
    Err(Error::new(Kind::Forbidden, "subscription_not_seen", format!("The subscription {id} is not among those that you can see in the directory {directory}."))
        .why("It trusts another directory, or you have no role on it.")
        .hint("See which subscriptions you have, and in which directory: `az account list --all --query \"[].[name,id,tenantId]\" --output table`")
        .hint("If it trusts another directory, name that one: `--tenant <directory>`. Otherwise ask its owner for Owner or User Access Administrator on it."))
}

const DISABLED: &str =
    "A disabled subscription is read-only: no role can be given on it, and it has no new costs.";

const ENABLE: &str = "Enable it, or ask its billing owner to: https://portal.azure.com/#view/Microsoft_Azure_Billing/SubscriptionsBladeV2";

fn no_subscription(directory: TenantId, disabled: &[Subscription]) -> Error {
    let named = |subscription: &Subscription| {
        format!(
            "\"{}\" ({})",
            subscription.display_name, subscription.subscription_id
        )
    };
    let another = "Name another directory with `--tenant`; `az account tenant list` shows yours.";
    let error = |message: String| Error::new(Kind::Forbidden, "no_subscription", message);
    match disabled {
        [] => error(format!("You see no usable subscription in the directory {directory}."))
            .why("You have no role on any subscription there, or it is the wrong directory. A Global Administrator sees none before access is elevated.")
            .hint(another)
            .hint("As a Global Administrator, elevate your access: https://portal.azure.com/#view/Microsoft_AAD_IAM/ActiveDirectoryMenuBlade/~/Properties")
            .hint("Ask a subscription's owner for Owner or User Access Administrator on it, then run the same command again."),
        [only] => error(format!("You see no usable subscription in the directory {directory}: the only one, {}, is {}.", named(only), only.state.to_lowercase()))
            .why(DISABLED)
            .hint(another)
            .hint(ENABLE),
        several => error(format!("You see no usable subscription in the directory {directory}: all {} are disabled.", several.len()))
            .why(DISABLED)
            .hint(another)
            .hint(ENABLE),
    }
}
