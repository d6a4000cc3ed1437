//! Microsoft Graph v1.0: an application's certificates and federated credentials.
//!
//! Certificates are a property of the application, and a change replaces the whole list: it is read with its keys, which Graph shows only
//! when asked for them, and written back with one more or one less. `addKey` is no way for the first one, since it wants a proof by a
//! certificate that is there already. Two people who change the list at the same moment can undo each other; Graph has no condition
//! against that, so the list is read right before it is written.
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/keycredential>,
//! <https://learn.microsoft.com/graph/api/federatedidentitycredential-upsert>

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::Call;
use super::ids::{ApplicationObjectId, KeyId};
use super::{Azure, AzureError, Result};

/// What a list that is written back may have of each entry.
const WRITABLE: [&str; 8] = [
    "customKeyIdentifier",
    "displayName",
    "endDateTime",
    "key",
    "keyId",
    "startDateTime",
    "type",
    "usage",
];

/// A certificate of an application.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyCredential {
    /// Its key id.
    pub key_id: KeyId,
    /// Its description; ours carry the marker of the run that added them.
    pub display_name: Option<String>,
    /// When it ends.
    pub end_date_time: Option<Timestamp>,
    /// Its SHA-1 thumbprint, as the portal shows it.
    pub custom_key_identifier: Option<String>,
    /// The certificate, DER in base64.
    pub key: Option<String>,
}

/// A federated credential: whose tokens the application trusts.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FederatedCredential {
    /// Its id.
    pub id: String,
    /// Its name, which we choose.
    pub name: String,
    /// Who issues the tokens.
    pub issuer: String,
    /// Whom they are about.
    pub subject: String,
    /// Whom they are for.
    #[serde(default)]
    pub audiences: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WithKeys {
    #[serde(default)]
    key_credentials: Vec<Map<String, Value>>,
}

impl Azure {
    /// The certificates of an application, with their keys.
    pub async fn certificates(&self, id: ApplicationObjectId) -> Result<Vec<KeyCredential>> {
        self.key_list(id)
            .await?
            .into_iter()
            .map(|entry| {
                serde_json::from_value(Value::Object(entry)).map_err(|error| {
                    AzureError::Unreadable {
                        service: "Microsoft Graph",
                        detail: error.to_string(),
                    }
                })
            })
            .collect()
    }

    /// Adds a certificate (DER in base64) under a description, beside those that are there.
    pub async fn add_certificate(
        &self,
        id: ApplicationObjectId,
        display_name: &str,
        certificate: &str,
    ) -> Result<()> {
        let mut list = self.key_list(id).await?;
        let new = json!({
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "key": certificate,
            "displayName": display_name,
        });
        list.extend(new.as_object().cloned());
        self.write_keys(id, list).await
    }

    /// Removes a certificate; `false` if it was not there.
    pub async fn remove_certificate(&self, id: ApplicationObjectId, key: KeyId) -> Result<bool> {
        let list = match self.key_list(id).await {
            Err(error) if error.is_not_found() => return Ok(false),
            answer => answer?,
        };
        let key = key.to_string();
        let is_it = |entry: &Map<String, Value>| {
            entry
                .get("keyId")
                .and_then(Value::as_str)
                .is_some_and(|id| id.eq_ignore_ascii_case(&key))
        };
        let count = list.len();
        let left: Vec<_> = list.into_iter().filter(|entry| !is_it(entry)).collect();
        if left.len() == count {
            return Ok(false);
        }
        self.write_keys(id, left).await.map(|()| true)
    }

    async fn key_list(&self, id: ApplicationObjectId) -> Result<Vec<Map<String, Value>>> {
        let call = Call::get(format!("/v1.0/applications/{id}?$select=keyCredentials"));
        let application: WithKeys = self.graph.read(call).await?;
        Ok(application.key_credentials)
    }

    async fn write_keys(
        &self,
        id: ApplicationObjectId,
        mut list: Vec<Map<String, Value>>,
    ) -> Result<()> {
        for entry in &mut list {
            entry.retain(|name, value| WRITABLE.contains(&name.as_str()) && !value.is_null());
        }
        let path = format!("/v1.0/applications/{id}");
        let call = Call::patch(path, json!({"keyCredentials": list}));
        self.graph.send(call).await.map(drop)
    }

    /// The federated credentials of an application.
    pub async fn federated_credentials(
        &self,
        id: ApplicationObjectId,
    ) -> Result<Vec<FederatedCredential>> {
        let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
        self.graph.list(&path).await
    }

    /// Makes the federated credential of this name, or gives it these values. Repeatable.
    pub async fn upsert_federated_credential(
        &self,
        id: ApplicationObjectId,
        name: &str,
        (issuer, subject, audience): (&str, &str, &str),
    ) -> Result<()> {
        let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials(name='{name}')");
        let body = json!({"issuer": issuer, "subject": subject, "audiences": [audience]});
        let call = Call::patch(path, body).header("prefer", "create-if-missing");
        self.graph.send(call).await.map(drop)
    }

    /// Removes a federated credential; `false` if it was not there.
    pub async fn remove_federated_credential(
        &self,
        id: ApplicationObjectId,
        credential: &str,
    ) -> Result<bool> {
        let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials/{credential}");
        match self.graph.send(Call::delete(path)).await {
            Err(error) if error.is_not_found() => Ok(false),
            answer => answer.map(|_| true),
        }
    }
}
