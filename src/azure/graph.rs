//! Microsoft Graph v1.0: app registrations, service principals, client secrets, and who is signed in.
//!
//! Source: <https://learn.microsoft.com/graph/api/overview?view=graph-rest-1.0>

use azure_core::http::Url;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Call;
use super::ids::{ApplicationObjectId, ClientId, KeyId, ServicePrincipalObjectId};
use super::{Azure, AzureError, Result};
use crate::secret::Secret;

/// An app registration.
/// Source: <https://learn.microsoft.com/graph/api/resources/application>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Its object id.
    pub id: ApplicationObjectId,
    /// Application (client) ID.
    pub app_id: ClientId,
    /// What the portal shows.
    pub display_name: Option<String>,
    /// Our alternate key, if it is one of ours.
    pub unique_name: Option<String>,
    /// The secrets' public halves.
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
}

/// The public half of a client secret.
/// Source: <https://learn.microsoft.com/graph/api/resources/passwordcredential>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    /// Its key id.
    pub key_id: KeyId,
    /// Its description; ours carry the marker of the run that made them.
    pub display_name: Option<String>,
    /// When it begins, which is when it was made unless somebody chose a day.
    #[serde(default)]
    pub start_date_time: Option<Timestamp>,
    /// When it ends.
    pub end_date_time: Option<Timestamp>,
    /// Its first three characters.
    #[serde(default)]
    pub hint: Option<String>,
}

/// A client secret just made: the only time that it can be read.
#[derive(Debug)]
pub struct NewPassword {
    /// Its key id.
    pub key_id: KeyId,
    /// When it ends.
    pub end_date_time: Option<Timestamp>,
    /// The secret.
    pub secret: Secret,
}

/// A service principal.
/// Source: <https://learn.microsoft.com/graph/api/resources/serviceprincipal>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    /// Its object id: what roles are assigned to.
    pub id: ServicePrincipalObjectId,
    /// The application that it stands for.
    pub app_id: ClientId,
}

/// A service principal or managed identity that exists already.
/// Source: <https://learn.microsoft.com/graph/api/resources/serviceprincipal>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// Its object ID.
    pub id: ServicePrincipalObjectId,
    /// The client ID of what it stands for.
    pub app_id: ClientId,
    /// What the portal shows.
    pub display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    app_id: ClientId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddedPassword {
    key_id: KeyId,
    end_date_time: Option<Timestamp>,
    secret_text: Option<String>,
}

const APPLICATION_FIELDS: &str = "$select=id,appId,displayName,uniqueName,passwordCredentials";

impl Azure {
    /// The application with this unique name, or none.
    pub async fn application_by_unique_name(
        &self,
        unique_name: &str,
    ) -> Result<Option<Application>> {
        found(
            self.graph
                .read(Call::get(format!(
                    "{}?{APPLICATION_FIELDS}",
                    unique(unique_name)
                )))
                .await,
        )
    }

    /// The application with this client id, or none.
    pub async fn application_by_client_id(
        &self,
        client_id: ClientId,
    ) -> Result<Option<Application>> {
        found(
            self.graph
                .read(Call::get(format!(
                    "/v1.0/applications(appId='{client_id}')?{APPLICATION_FIELDS}"
                )))
                .await,
        )
    }

    /// The applications that the portal shows under this name: there may be several, or none.
    /// Source: <https://learn.microsoft.com/graph/api/application-list>
    ///
    /// # Errors
    /// Whatever Graph answers.
    pub async fn applications_named(&self, display_name: &str) -> Result<Vec<Application>> {
        self.graph.list(named(display_name)).await
    }

    /// What an object id of this directory names that somebody took for a client id: the client id of that application.
    pub async fn client_id_of_object(&self, object: uuid::Uuid) -> Result<Option<ClientId>> {
        let (application, principal) = tokio::join!(
            self.graph.read::<Named>(Call::get(format!(
                "/v1.0/applications/{object}?$select=id,appId"
            ))),
            self.graph.read::<Named>(Call::get(format!(
                "/v1.0/servicePrincipals/{object}?$select=id,appId"
            ))),
        );
        Ok(found(application)?
            .or(found(principal)?)
            .map(|named| named.app_id))
    }

    /// Creates the application, or leaves the one of that unique name as it is but for these properties.
    ///
    /// Repeatable: Graph keeps `uniqueName` unique. Source: <https://learn.microsoft.com/graph/api/application-upsert>
    pub async fn upsert_application(&self, unique_name: &str, properties: Value) -> Result<()> {
        let call =
            Call::patch(unique(unique_name), properties).header("prefer", "create-if-missing");
        self.graph.send(call).await.map(drop)
    }

    /// Deletes the application; its service principal goes with it. Entra keeps it restorable for 30 days.
    pub async fn delete_application(&self, id: ApplicationObjectId) -> Result<bool> {
        gone(
            self.graph
                .send(Call::delete(format!("/v1.0/applications/{id}")))
                .await,
        )
    }

    /// The service principal of an application, or none.
    pub async fn service_principal(&self, client_id: ClientId) -> Result<Option<ServicePrincipal>> {
        found(
            self.graph
                .read(Call::get(format!(
                    "/v1.0/servicePrincipals(appId='{client_id}')?$select=id,appId"
                )))
                .await,
        )
    }

    /// The service principal or managed identity with this object ID, or none.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/serviceprincipal-get>
    pub async fn principal(&self, object: uuid::Uuid) -> Result<Option<Principal>> {
        found(
            self.graph
                .read(Call::get(format!(
                    "/v1.0/servicePrincipals/{object}?$select=id,appId,displayName"
                )))
                .await,
        )
    }

    /// Creates the service principal of an application, or leaves it as it is.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/serviceprincipal-upsert>
    pub async fn upsert_service_principal(&self, client_id: ClientId) -> Result<()> {
        let path = format!("/v1.0/servicePrincipals(appId='{client_id}')");
        let call = Call::patch(path, json!({})).header("prefer", "create-if-missing");
        self.graph.send(call).await.map(drop)
    }

    /// Deletes a service principal.
    pub async fn delete_service_principal(&self, id: ServicePrincipalObjectId) -> Result<bool> {
        gone(
            self.graph
                .send(Call::delete(format!("/v1.0/servicePrincipals/{id}")))
                .await,
        )
    }

    /// Makes a client secret. Not repeatable: sent once, and never again by itself.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/application-addpassword>
    pub async fn add_password(
        &self,
        id: ApplicationObjectId,
        display_name: &str,
        ends: Timestamp,
    ) -> Result<NewPassword> {
        let body = json!({"passwordCredential": {"displayName": display_name, "endDateTime": ends.to_string()}});
        let call = Call::post_once(format!("/v1.0/applications/{id}/addPassword"), body);
        let added: AddedPassword = self.graph.read(call).await?;
        let secret = added
            .secret_text
            .map(Secret::new)
            .ok_or_else(|| AzureError::Unreadable {
                service: "Microsoft Graph",
                detail: "a new client secret without its text".to_owned(),
            })?;
        Ok(NewPassword {
            key_id: added.key_id,
            end_date_time: added.end_date_time,
            secret,
        })
    }

    /// Removes a client secret; `false` if it was not there.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/application-removepassword>
    pub async fn remove_password(&self, id: ApplicationObjectId, key_id: KeyId) -> Result<bool> {
        let call = Call::query(
            format!("/v1.0/applications/{id}/removePassword"),
            json!({"keyId": key_id}),
        );
        match self.graph.send(call).await {
            // Graph answers 400 for a key that is not there ("No password credential found with keyId").
            Err(AzureError::Api(error))
                if error.status == 400
                    && error.message.contains("No password credential found") =>
            {
                Ok(false)
            }
            answer => gone(answer),
        }
    }
}

/// The path of an application by its unique name; the name is ours and needs no escaping but for safety's sake gets it.
fn unique(name: &str) -> String {
    let quoted = name.replace('\'', "''");
    let mut base = Url::parse("https://graph/v1.0/").ok();
    if let Some(url) = base.as_mut() {
        url.set_path(&format!("/v1.0/applications(uniqueName='{quoted}')"));
        return url.path().to_owned();
    }
    format!("/v1.0/applications(uniqueName='{quoted}')")
}

/// The path of the list of applications of a display name, which may hold anything.
fn named(display_name: &str) -> String {
    const MEAN_SOMETHING: [(char, &str); 5] = [
        ('%', "%25"),
        ('&', "%26"),
        ('+', "%2B"),
        ('#', "%23"),
        ('\'', "''"),
    ];
    let mut name = display_name.to_owned();
    for (letter, instead) in MEAN_SOMETHING {
        name = name.replace(letter, instead);
    }
    let query = format!("$filter=displayName eq '{name}'&{APPLICATION_FIELDS}");
    let mut base = Url::parse("https://graph/v1.0/applications").ok();
    if let Some(url) = base.as_mut() {
        url.set_query(Some(&query));
    }
    let query = base
        .as_ref()
        .and_then(|url| url.query())
        .unwrap_or_default();
    format!("/v1.0/applications?{query}")
}

fn found<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Err(error) if error.is_not_found() => Ok(None),
        answer => answer.map(Some),
    }
}

fn gone(answer: Result<super::client::Reply>) -> Result<bool> {
    match answer {
        Err(error) if error.is_not_found() => Ok(false),
        answer => answer.map(|_| true),
    }
}
