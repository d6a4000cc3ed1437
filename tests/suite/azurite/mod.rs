//! Our blob client and the check of exported files against Azurite, Microsoft's own emulator of the blob service, over HTTPS: nobody
//! here wrote it, so no mistake of ours is in it. How it differs from Azure (it knows no roles and no firewall, and refuses bad tokens
//! with 403) is the simulated Azure's part to cover.
//!
//! `tests/run` installs it below `target/tools`. Where it can't be had, each test says that it was skipped.

mod blobs;
mod exported;
mod server;

use std::sync::Arc;

use azconnect::azure::blob::{Blob, Blobs};
use azconnect::azure::cloud::Cloud;
use azconnect::azure::error::Facts;
use azconnect::azure::transport::{Network, Transport};
use azconnect::azure::{Azure, AzureError};
use azconnect::connection::StorageAccountId;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use server::{ACCOUNT, Azurite};

/// A credential whose tokens Azurite takes: it looks at audience, issuer and lifetime, and at no signature.
#[derive(Debug)]
struct Fabricated {
    valid_for: SignedDuration,
}

#[async_trait::async_trait]
impl TokenCredential for Fabricated {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        assert_eq!(scopes, ["https://storage.azure.com/.default"]);
        Ok(AccessToken {
            token: token(self.valid_for).into(),
            expires_on: azure_core::time::OffsetDateTime::now_utc()
                + azure_core::time::Duration::hours(1),
        })
    }
}

fn token(valid_for: SignedDuration) -> String {
    let at = |after: SignedDuration| (Timestamp::now() + after).as_second();
    let claims = json!({
        "aud": "https://storage.azure.com", "iss": "https://sts.windows.net/c0470500-0000-4000-8000-000000000001/",
        "iat": at(SignedDuration::from_hours(-2)), "nbf": at(SignedDuration::from_hours(-2)), "exp": at(valid_for),
    });
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let head = part(json!({"alg": "none", "typ": "JWT"}).to_string());
    format!(
        "{head}.{}.{}",
        part(claims.to_string()),
        part("none".into())
    )
}

fn account(name: &str) -> StorageAccountId {
    format!("/subscriptions/50b5c21b-0000-4000-8000-000000000001/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/{name}").parse().unwrap()
}

/// Azure, asked through a cloud file whose blob endpoint is Azurite; the other endpoints lead nowhere.
fn azure(azurite: &Azurite, valid_for: SignedDuration) -> (Azure, Arc<dyn TokenCredential>, Cloud) {
    let cloud = Cloud::named(&azurite.cloud_file().display().to_string()).unwrap();
    let transport = Transport::new(&cloud, &Network::default()).unwrap();
    let credential: Arc<dyn TokenCredential> = Arc::new(Fabricated { valid_for });
    let shared = Arc::new(cloud.clone());
    let azure = Azure::new(&shared, &transport, credential.clone(), Facts::new());
    (azure, credential, cloud)
}

/// A container of Azurite's, as our client sees it.
fn container(azurite: &Azurite, name: &str) -> Blobs {
    let (azure, ..) = azure(azurite, SignedDuration::from_hours(1));
    azure.blobs(&account(ACCOUNT), name).unwrap()
}

async fn listed(blobs: &Blobs, prefix: &str) -> Result<Vec<Blob>, AzureError> {
    let mut all = Vec::new();
    blobs.list(prefix, |blob| all.push(blob)).await?;
    Ok(all)
}

async fn read(blobs: &Blobs, name: &str) -> Result<Vec<u8>, AzureError> {
    let mut download = blobs.open(name)?;
    let mut all = Vec::new();
    while let Some(chunk) = download.next().await? {
        all.extend(chunk);
    }
    Ok(all)
}
