//! Identifiers, parsed once at the edge. Below it there are no `String` ids.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// What kind of thing a GUID names. Implemented by the marker types of this file only.
pub trait Named {
    /// What Microsoft calls it, with its article: "a directory (tenant) ID".
    const NAME: &'static str;
    /// Where a person finds the right value.
    const WHERE: &'static str;
}

/// A GUID that names one kind of thing, so that an application's object id cannot be passed for a service principal's.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// Marks a directory (tenant).
pub enum Tenant {}
/// Marks an application by its application (client) ID.
pub enum Client {}
/// Marks the application object of an app registration.
pub enum ApplicationObject {}
/// Marks the object of a service principal (an enterprise application).
pub enum ServicePrincipalObject {}
/// Marks a subscription.
pub enum Subscription {}
/// Marks one credential of an app registration.
pub enum Key {}

/// Directory (tenant) ID.
pub type TenantId = Id<Tenant>;
/// Application (client) ID.
pub type ClientId = Id<Client>;
/// Object ID on the *App registrations* page: for Microsoft Graph only, never for a role.
pub type ApplicationObjectId = Id<ApplicationObject>;
/// Object ID on the *Enterprise applications* page: what every role assignment wants.
pub type ServicePrincipalObjectId = Id<ServicePrincipalObject>;
/// Subscription ID.
pub type SubscriptionId = Id<Subscription>;
/// Key ID of a client secret ("Secret ID" in the portal; it is not the secret).
pub type KeyId = Id<Key>;

impl Named for Tenant {
    const NAME: &'static str = "a directory (tenant) ID";
    const WHERE: &'static str =
        "`az account show --query tenantId`, or the portal under Microsoft Entra ID > Overview";
}
impl Named for Client {
    const NAME: &'static str = "an application (client) ID";
    const WHERE: &'static str = "the portal under App registrations > the app > Overview";
}
impl Named for ApplicationObject {
    const NAME: &'static str = "an application's object ID";
    const WHERE: &'static str = "the portal under App registrations > the app > Overview";
}
impl Named for ServicePrincipalObject {
    const NAME: &'static str = "a service principal's object ID";
    const WHERE: &'static str = "the portal under Enterprise applications > the app > Overview";
}
impl Named for Subscription {
    const NAME: &'static str = "a subscription ID";
    const WHERE: &'static str =
        "`az account list --output table`, or the portal under Subscriptions";
}
impl Named for Key {
    const NAME: &'static str = "a key ID";
    const WHERE: &'static str =
        "the portal under App registrations > the app > Certificates & secrets";
}

/// Text that is no GUID where one is needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not {name}: that is a GUID such as 00000000-0000-0000-0000-000000000000. Find it with {place}."
)]
pub struct InvalidId {
    given: String,
    name: &'static str,
    place: &'static str,
}

impl<K> Id<K> {
    /// Wraps a GUID that is known to be of this kind.
    pub const fn new(guid: Uuid) -> Self {
        Id(guid, PhantomData)
    }

    /// The GUID itself.
    pub fn guid(self) -> Uuid {
        self.0
    }
}

impl<K: Named> FromStr for Id<K> {
    type Err = InvalidId;

    /// Accepts the hyphenated form only (36 characters): it is what Azure prints, and what people paste.
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let trimmed = text.trim();
        let hyphenated = (trimmed.len() == 36)
            .then(|| Uuid::try_parse(trimmed).ok())
            .flatten();
        hyphenated.map(Id::new).ok_or_else(|| InvalidId {
            given: crate::text::printable(text),
            name: K::NAME,
            place: K::WHERE,
        })
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Id::new)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_letter_too_many_is_named_with_advice() {
        let error = "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1ea"
            .parse::<TenantId>()
            .unwrap_err();
        assert!(error.to_string().contains("not a directory (tenant) ID"));
        assert!(error.to_string().contains("az account show"));
    }

    proptest! {
        #[test]
        fn every_guid_survives_the_round_trip(bits in any::<u128>()) {
            let id = SubscriptionId::new(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse::<SubscriptionId>().unwrap(), id);
        }

        #[test]
        fn other_text_is_refused_without_a_panic(text in "\\PC{0,60}") {
            if let Ok(id) = text.parse::<ClientId>() {
                prop_assert_eq!(id.to_string(), text.trim().to_lowercase());
            }
        }
    }
}
