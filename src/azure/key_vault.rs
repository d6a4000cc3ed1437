//! The secrets of one key vault: read, write, delete, recover.
//!
//! A client of our own on [`super::client`], and not `azure_security_keyvault_secrets`: that one brings a pipeline of its own, which knows
//! neither our errors and remedies nor the hosts of a cloud file.
//!
//! A vault says by itself which directory it trusts, in the challenge of its first refusal. That word is not trusted further than it
//! has to be: the vault's host is made from the cloud's template, the audience must be the cloud's own, tokens come from the cloud's own
//! authority, and they go to the vault's host only.
//! <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>,
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>

use std::collections::BTreeMap;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_core::http::Url;
use serde::Deserialize;
use serde_json::json;

use super::client::{Access, Api, Call};
use super::cloud::Cloud;
use super::error::{AzureError, Facts, Result};
use super::failure::unreadable;
use super::ids::TenantId;
use super::transport::Transport;
use crate::remedies::Service;
use crate::secret::Secret;

const VERSION: &str = "api-version=7.4";

/// Where a vault is, and how to get there.
#[derive(Debug, Clone)]
pub struct Door {
    cloud: Arc<Cloud>,
    transport: Transport,
    endpoint: Url,
    facts: Arc<Facts>,
}

/// The secrets of one vault, asked by one identity.
#[derive(Debug, Clone)]
pub struct KeyVault {
    api: Api,
}

/// A secret's value at one version, and what is written on it.
#[derive(Debug)]
pub struct VaultSecret {
    /// The value.
    pub value: Secret,
    /// The version, 32 hexadecimal digits.
    pub version: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// When it ends, in seconds since 1970, if it is said to.
    pub expires: Option<i64>,
}

/// What is written on a version of a secret, for whoever looks into the vault.
/// <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret#request-body>
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// The format of the value.
    pub content_type: &'a str,
    /// Tags.
    pub tags: &'a BTreeMap<String, String>,
    /// When it ends, in seconds since 1970. The vault gives an ended secret out all the same, and tells of its end by its events.
    pub expires: Option<i64>,
}

/// A secret bundle: <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#secretbundle>
#[derive(Deserialize)]
struct Bundle {
    id: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(default)]
    exp: Option<i64>,
}

#[derive(Deserialize)]
struct DeletedBundle {
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

impl Door {
    /// The way to the vault of this name in a cloud.
    ///
    /// # Errors
    /// [`AzureError::Unreadable`] where the name makes no address.
    pub fn to(
        cloud: &Arc<Cloud>,
        transport: &Transport,
        vault: &str,
        facts: Facts,
    ) -> Result<Self> {
        let mut endpoint = cloud
            .vault_endpoint(vault)
            .ok_or_else(|| odd("its name makes no address"))?;
        if !endpoint.path().ends_with('/') {
            let path = format!("{}/", endpoint.path());
            endpoint.set_path(&path);
        }
        Ok(Door {
            cloud: cloud.clone(),
            transport: transport.clone(),
            endpoint,
            facts: Arc::new(facts),
        })
    }

    /// The vault's address, as Azure shows it.
    pub fn address(&self) -> &str {
        self.endpoint.as_str()
    }

    /// The directory whose tokens the vault takes, from its challenge to a request without one.
    ///
    /// # Errors
    /// [`AzureError::Unreadable`] where the challenge is none, or asks for a token that is not this vault's.
    pub async fn directory(&self) -> Result<TenantId> {
        // Which secret it is doesn't matter: nobody gets further without a token.
        let call = Call::get(format!("secrets/azconnect?{VERSION}"));
        let challenge = self
            .api(None)
            .challenge(call)
            .await?
            .ok_or_else(|| odd("it asked for no token"))?;
        judge(&challenge, &self.endpoint, &self.cloud).map_err(|why| odd(&why))
    }

    /// The vault's secrets for whoever `credential` stands for; what is known of them helps to say what to do about a failure.
    pub fn open(
        &self,
        credential: Arc<dyn TokenCredential>,
        facts: impl IntoIterator<Item = (&'static str, String)>,
    ) -> KeyVault {
        KeyVault {
            api: self.api(Some(credential)).knowing(facts),
        }
    }

    fn api(&self, credential: Option<Arc<dyn TokenCredential>>) -> Api {
        let access = Access {
            cloud: &self.cloud,
            transport: &self.transport,
            credential,
            facts: self.facts.clone(),
        };
        let audience = &self.cloud.key_vault_audience;
        Api::new(Service::KeyVault, &self.endpoint, audience, &access)
    }
}

/// The directory that a challenge names, if what it asks for is a token for this vault: `Bearer authorization="https://login…/TENANT",
/// resource="https://vault.azure.net"` (or `scope="https://vault.azure.net/.default"`). The error is the rest of a sentence.
fn judge(challenge: &str, vault: &Url, cloud: &Cloud) -> Result<TenantId, String> {
    let authority = parameter(challenge, "authorization")
        .or_else(|| parameter(challenge, "authorization_uri"))
        .ok_or("it named no authority")?;
    let audience = parameter(challenge, "resource")
        .or_else(|| parameter(challenge, "scope")?.strip_suffix("/.default"))
        .ok_or("it named no audience")?;
    let bare = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
    if bare(audience) != bare(&cloud.key_vault_audience) {
        return Err(format!(
            "it wants a token for {}, which is none for key vaults",
            crate::text::printable(audience)
        ));
    }
    // As Microsoft's own clients do: a token for vault.azure.net goes to hosts below vault.azure.net.
    if !cloud.is_loopback() && !is_below(vault, audience) {
        return Err("its host is not one that such a token is for".to_owned());
    }
    Url::parse(authority)
        .ok()
        .and_then(|url| url.path_segments()?.next()?.parse().ok())
        .ok_or_else(|| "it named no directory".to_owned())
}

/// Whether a vault's host is in the domain of an audience.
fn is_below(vault: &Url, audience: &str) -> bool {
    let Ok(audience) = Url::parse(audience) else {
        return false;
    };
    match (vault.host_str(), audience.host_str()) {
        (Some(host), Some(domain)) => host.ends_with(&format!(".{domain}")),
        _ => false,
    }
}

/// A parameter of a `WWW-Authenticate` header, without its quotes.
fn parameter<'text>(challenge: &'text str, name: &str) -> Option<&'text str> {
    let rest = challenge.trim().strip_prefix("Bearer ")?;
    rest.split(',').find_map(|part| {
        let (key, value) = part.split_once('=')?;
        (key.trim().eq_ignore_ascii_case(name)).then(|| value.trim().trim_matches('"'))
    })
}

fn odd(why: &str) -> AzureError {
    unreadable(Service::KeyVault, why.to_owned())
}

impl KeyVault {
    /// The current version of a secret, or the one that is named; `None` where there is none, or it is deleted.
    ///
    /// # Errors
    /// Whatever Key Vault answers.
    pub async fn get(&self, name: &str, version: Option<&str>) -> Result<Option<VaultSecret>> {
        let version = version.map(|version| format!("/{version}"));
        let path = format!("secrets/{name}{}?{VERSION}", version.unwrap_or_default());
        let bundle: Option<Bundle> = found(self.api.read(Call::get(path)).await)?;
        Ok(bundle.map(|bundle| VaultSecret {
            version: bundle.version(),
            value: Secret::new(bundle.value),
            tags: bundle.tags,
            expires: bundle.attributes.exp,
        }))
    }

    /// Writes a new version of a secret, and returns it.
    ///
    /// # Errors
    /// `ObjectIsDeletedButRecoverable` (409) where the name belongs to a deleted secret; whatever Key Vault answers.
    pub async fn set(&self, name: &str, value: &Secret, label: Label<'_>) -> Result<String> {
        let mut body =
            json!({"value": value.expose(), "contentType": label.content_type, "tags": label.tags});
        if let Some(expires) = label.expires {
            body["attributes"] = json!({"exp": expires});
        }
        let call = Call::put(format!("secrets/{name}?{VERSION}"), body);
        let bundle: Bundle = self.api.read(call).await?;
        Ok(bundle.version())
    }

    /// Deletes a secret with all its versions; `false` where there was none. Where the vault keeps deleted secrets, as nearly every one
    /// does, it can be recovered for 7 to 90 days.
    ///
    /// # Errors
    /// Whatever Key Vault answers.
    pub async fn delete(&self, name: &str) -> Result<bool> {
        let call = Call::delete(format!("secrets/{name}?{VERSION}"));
        Ok(found(self.api.send(call).await)?.is_some())
    }

    /// The tags of a deleted secret; `None` where there is none.
    ///
    /// # Errors
    /// Whatever Key Vault answers.
    pub async fn deleted(&self, name: &str) -> Result<Option<BTreeMap<String, String>>> {
        let call = Call::get(format!("deletedsecrets/{name}?{VERSION}"));
        let bundle: Option<DeletedBundle> = found(self.api.read(call).await)?;
        Ok(bundle.map(|bundle| bundle.tags))
    }

    /// Brings a deleted secret back, with all its versions. It takes Azure some seconds.
    ///
    /// # Errors
    /// Whatever Key Vault answers; one that is no longer deleted is none.
    pub async fn recover(&self, name: &str) -> Result<()> {
        let call = Call::post(format!("deletedsecrets/{name}/recover?{VERSION}"));
        found(self.api.send(call).await).map(drop)
    }
}

impl Bundle {
    /// The last part of the id.
    fn version(&self) -> String {
        let version = self.id.rsplit('/').next().unwrap_or_default();
        crate::text::printable(version)
    }
}

/// `None` for a secret that isn't there; a vault that isn't there stays a failure.
fn found<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() && error.code() == "SecretNotFound" => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TENANT: &str = "c0470500-0000-4000-8000-000000000001";

    #[test]
    fn a_challenge_is_believed_only_where_it_asks_for_this_vaults_token() {
        let cloud = Cloud::named("public").unwrap();
        let ours = cloud.vault_endpoint("contoso-vault").unwrap();
        assert_eq!(ours.as_str(), "https://contoso-vault.vault.azure.net/");
        let elsewhere = Url::parse("https://vault.azure.net.example/").unwrap();
        let bearer = |authority: &str, audience: &str| {
            format!("Bearer authorization=\"{authority}\", {audience}")
        };
        let authority = format!("https://login.windows.net/{TENANT}");
        let resource = "resource=\"https://vault.azure.net\"";
        for good in [
            bearer(&authority, resource),
            bearer(&authority, "scope=\"https://vault.azure.net/.default\""),
            bearer(
                &format!("https://login.microsoftonline.com/{TENANT}/"),
                resource,
            ),
        ] {
            assert_eq!(
                judge(&good, &ours, &cloud).unwrap().to_string(),
                TENANT,
                "{good}"
            );
        }
        for (bad, vault, why) in [
            (
                bearer(&authority, "resource=\"https://management.azure.com\""),
                &ours,
                "which is none",
            ),
            (bearer(&authority, resource), &elsewhere, "its host"),
            (
                bearer("https://login.windows.net/common", resource),
                &ours,
                "no directory",
            ),
            (bearer("nonsense", resource), &ours, "no directory"),
            (bearer(&authority, "x=\"y\""), &ours, "no audience"),
            ("Bearer".to_owned(), &ours, "no authority"),
            (
                format!("Basic authorization=\"{authority}\", {resource}"),
                &ours,
                "no authority",
            ),
        ] {
            let reason = judge(&bad, vault, &cloud).unwrap_err();
            assert!(reason.contains(why), "{bad}: {reason}");
        }
    }
}
