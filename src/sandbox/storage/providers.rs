//! Resource providers of a subscription: which are registered, and registering.
//!
//! <https://learn.microsoft.com/rest/api/resources/providers>

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::arm::{ArmError, Visit};
use super::super::exchange::Answer;
use super::provider_table::{PROVIDERS, Provider, provider};
use super::regions;
use super::state::{ProviderRegistration, RegistrationState, Storage};
use super::{Outcome, permit, permit_change, subscription_scope};

const READ: &str = "Microsoft.Resources/subscriptions/providers/read";
/// Providers on one page.
const PAGE: usize = 50;

/// `GET /subscriptions/{subscription}/providers`
pub(super) fn list(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = subscription_scope(visit)?;
    permit(visit, READ, &scope)?;
    let items = PROVIDERS
        .iter()
        .map(|provider| view(visit, subscription, provider))
        .collect();
    let (page, next) = visit.page(items, PAGE)?;
    Ok(super::list_answer(page, next))
}

/// `GET /subscriptions/{subscription}/providers/{namespace}`
pub(super) fn get(visit: &mut Visit<'_>) -> Outcome {
    let (subscription, scope) = subscription_scope(visit)?;
    permit(visit, READ, &scope)?;
    let found = named(visit)?;
    Ok(Answer::json(200, view(visit, subscription, found)))
}

/// `POST /subscriptions/{subscription}/providers/{namespace}/register`: takes a while; registering twice changes nothing.
pub(super) fn register(visit: &mut Visit<'_>) -> Outcome {
    change(visit, "register", RegistrationState::Registered)
}

/// `POST /subscriptions/{subscription}/providers/{namespace}/unregister`
pub(super) fn unregister(visit: &mut Visit<'_>) -> Outcome {
    change(visit, "unregister", RegistrationState::Unregistered)
}

fn change(visit: &mut Visit<'_>, verb: &str, state: RegistrationState) -> Outcome {
    let (subscription, scope) = subscription_scope(visit)?;
    let found = named(visit)?;
    let action = format!("{}/{verb}/action", found.namespace);
    permit_change(visit, &action, &scope)?;
    if state == RegistrationState::Unregistered {
        check_unused(visit, subscription, found)?;
    }
    let settled_at = visit.call.now + visit.world.replication.resources;
    let providers = &mut visit.world.state.storage.providers;
    let key = Storage::provider_key(subscription, found.namespace);
    let is_so = match providers.get(&key) {
        Some(known) => known.state == state,
        None => state == RegistrationState::Unregistered,
    };
    if !found.is_always_registered && !is_so {
        let registration = ProviderRegistration {
            namespace: found.namespace.to_owned(),
            state,
            settled_at,
        };
        providers.insert(key, registration);
    }
    Ok(Answer::json(200, view(visit, subscription, found)))
}

/// Microsoft documents that a provider whose resources exist cannot be unregistered, but not the code.
fn check_unused(
    visit: &Visit<'_>,
    subscription: Uuid,
    provider: &Provider,
) -> Result<(), ArmError> {
    let mut accounts = visit.world.state.storage.accounts.values();
    let is_used = provider.namespace == "Microsoft.Storage"
        && accounts.any(|account| account.subscription == subscription);
    if is_used {
        let text = format!(
            "The resource provider '{}' cannot be unregistered while the subscription has resources of it.",
            provider.namespace
        );
        return Err(ArmError::new(409, "ResourcesExistForProvider", text));
    }
    Ok(())
}

fn named(visit: &Visit<'_>) -> Result<&'static Provider, ArmError> {
    let namespace = visit.parameters.get("namespace");
    provider(namespace).ok_or_else(|| {
        let text = format!("The resource namespace '{namespace}' is invalid.");
        ArmError::new(404, "InvalidResourceNamespace", text)
    })
}

fn view(visit: &Visit<'_>, subscription: Uuid, provider: &Provider) -> Value {
    let types: Vec<Value> = provider
        .types
        .iter()
        .map(|(name, versions, is_regional)| {
            let locations = if *is_regional {
                regions::display_names()
            } else {
                Vec::new()
            };
            json!({"resourceType": name, "locations": locations, "apiVersions": versions, "capabilities": "None"})
        })
        .collect();
    let policy = if provider.is_always_registered {
        "RegistrationFree"
    } else {
        "RegistrationRequired"
    };
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{}", provider.namespace),
        "namespace": provider.namespace, "resourceTypes": types, "registrationPolicy": policy,
        "registrationState": registration_state(&visit.world.state.storage, subscription, provider, visit.call.now),
    })
}

/// The word for a provider's state.
fn registration_state(
    storage: &Storage,
    subscription: Uuid,
    provider: &Provider,
    now: Timestamp,
) -> &'static str {
    if provider.is_always_registered {
        return "Registered";
    }
    let key = Storage::provider_key(subscription, provider.namespace);
    match storage.providers.get(&key) {
        None => "NotRegistered",
        Some(found) => match (found.state, found.settled_at <= now) {
            (RegistrationState::Registered, true) => "Registered",
            (RegistrationState::Registered, false) => "Registering",
            (RegistrationState::Unregistered, true) => "Unregistered",
            (RegistrationState::Unregistered, false) => "Unregistering",
        },
    }
}

/// 409 where the provider of a resource is not registered, or not yet.
pub(super) fn check_registered(
    visit: &Visit<'_>,
    subscription: Uuid,
    namespace: &str,
) -> Result<(), ArmError> {
    let storage = &visit.world.state.storage;
    if storage.is_registered(subscription, namespace, visit.call.now) {
        return Ok(());
    }
    let text = format!(
        "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register \
         subscriptions."
    );
    Err(ArmError::new(409, "MissingSubscriptionRegistration", text))
}
