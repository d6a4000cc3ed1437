//! A key vault as the place of secrets: the bridge between the room that keeps secrets, which knows no Azure, and Azure.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::signing;
use super::way::{Reach, Way};
use crate::azure::AzureError;
use crate::azure::cloud::Cloud;
use crate::azure::error::Facts;
use crate::azure::key_vault::{Door, KeyVault, Label};
use crate::connection::store_choice::is_vault_name;
use crate::error::{Error, Result};
use crate::remedies::AZURE_FLAG;
use crate::store::vault::{Kept, Vault, Written};

/// What the vault's own list shows of a secret's format.
const CONTENT_TYPE: &str = "text/plain";

/// A vault that is opened when something is asked of it. Only then is its directory known, and whether somebody has signed in.
pub(super) struct LazyVault {
    way: Arc<Way>,
    place: String,
    opened: tokio::sync::OnceCell<(String, KeyVault)>,
}

impl LazyVault {
    /// The vault of this name or address.
    pub(super) fn new(way: &Arc<Way>, place: &str) -> Self {
        LazyVault {
            way: way.clone(),
            place: place.to_owned(),
            opened: tokio::sync::OnceCell::new(),
        }
    }

    async fn opened(&self) -> Result<&KeyVault> {
        let (_, vault) = self.opened.get_or_try_init(|| self.open()).await?;
        Ok(vault)
    }

    /// Opens it for whoever has signed in during this run, or else signs in to the vault's directory.
    async fn open(&self) -> Result<(String, KeyVault)> {
        let Reach {
            cloud, transport, ..
        } = self.way.reach().await?;
        let name = name_of(&self.place, cloud)?;
        let mut facts = Facts::from([("vault", name.clone())]);
        facts.extend(self.way.azure_flag().map(|flag| (AZURE_FLAG, flag)));
        let door = Door::to(cloud, transport, &name, facts)?;
        let tenant = door.directory().await?;
        tracing::info!("{} trusts the directory {tenant}", door.address());
        let signed_in = match self.way.signed_in() {
            Some(signed_in) => signed_in,
            None => signing::sign_in_to(&self.way, tenant, None).await?,
        };
        let credential = match signed_in.tenant {
            Some(home) if home == tenant => signed_in.credential,
            Some(_) | None => signed_in.for_tenant(tenant)?,
        };
        let host = |url: &azure_core::http::Url| url.as_str().trim_end_matches('/').to_owned();
        let known = [
            ("tenant", tenant.to_string()),
            ("portal", host(&cloud.portal)),
            ("login", host(&cloud.login)),
        ];
        let person = signed_in.account.map(|account| ("upn", account));
        Ok((name, door.open(credential, known.into_iter().chain(person))))
    }
}

/// The name of the vault at a place, which may be given as an address of this cloud's.
fn name_of(place: &str, cloud: &Cloud) -> Result<String> {
    let Some(template) = &cloud.key_vault else {
        return Err(Error::usage(
            "no_key_vaults",
            format!("The cloud `{}` has no key vaults.", cloud.name),
        )
        .hint("Name their address in the cloud file: `key_vault = \"https://{vault}.vault.azure.net\"`"));
    };
    let name = if is_vault_name(place) {
        Some(place.to_ascii_lowercase())
    } else {
        cloud.vault_at(place).filter(|name| is_vault_name(name))
    };
    name.ok_or_else(|| {
        Error::usage(
            "invalid_store",
            format!(
                "`{}` is not the address of a key vault in this cloud.",
                crate::text::printable(place)
            ),
        )
        .why(format!("There they are called {template}."))
        .hint("Name the vault alone, such as `--store key-vault:contoso-vault`, or another cloud (`--cloud`).")
    })
}

#[async_trait]
impl Vault for LazyVault {
    fn name(&self) -> Option<String> {
        self.opened.get().map(|(name, _)| name.clone())
    }

    async fn get(&self, name: &str, version: Option<&str>) -> Result<Option<Kept>> {
        let found = self.opened().await?.get(name, version).await?;
        Ok(found.map(|found| Kept {
            value: found.value,
            tags: found.tags,
            expires: found.expires,
        }))
    }

    async fn set(&self, name: &str, kept: &Kept) -> Result<Written> {
        let vault = self.opened().await?;
        let label = Label {
            content_type: CONTENT_TYPE,
            tags: &kept.tags,
            expires: kept.expires,
        };
        match vault.set(name, &kept.value, label).await {
            Ok(version) => Ok(Written::Version(version)),
            Err(error) if error.code() == "ObjectIsDeletedButRecoverable" => Ok(Written::Deleted),
            Err(error) if is_conflict(&error) => Ok(Written::Busy),
            Err(error) => Err(error.into()),
        }
    }

    async fn delete(&self, name: &str) -> Result<bool> {
        Ok(self.opened().await?.delete(name).await?)
    }

    async fn deleted(&self, name: &str) -> Result<Option<BTreeMap<String, String>>> {
        Ok(self.opened().await?.deleted(name).await?)
    }

    async fn recover(&self, name: &str) -> Result<()> {
        match self.opened().await?.recover(name).await {
            // It is still being deleted, or recovered already: the next write shows.
            Err(error) if is_conflict(&error) => Ok(()),
            other => Ok(other?),
        }
    }
}

/// Something else is under way with the same secret: `ObjectIsBeingDeleted`, `ObjectIsBeingRecovered`.
fn is_conflict(error: &AzureError) -> bool {
    error.status() == Some(409)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_vault_is_named_or_addressed_within_its_cloud_only() {
        let public = Cloud::named("public").unwrap();
        for place in [
            "contoso-vault",
            "Contoso-Vault",
            "https://contoso-vault.vault.azure.net",
        ] {
            assert_eq!(name_of(place, &public).unwrap(), "contoso-vault");
        }
        for place in [
            "https://contoso-vault.vault.azure.cn",
            "https://contoso-vault.vault.azure.net.example",
            "https://a.b.vault.azure.net",
            "https://contoso-vault.vault.azure.net:8443",
            "https://contoso-vault.vault.azure.net/secrets",
        ] {
            let refused = name_of(place, &public).unwrap_err();
            assert_eq!(refused.code(), "invalid_store", "{place}");
        }
        let none = Cloud {
            key_vault: None,
            ..public
        };
        let refused = name_of("contoso-vault", &none).unwrap_err();
        assert_eq!(refused.code(), "no_key_vaults");
    }
}
