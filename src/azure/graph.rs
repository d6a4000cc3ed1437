//! Microsoft Graph v1.0: app registrations, service principals, client secrets, and who is signed in.
//!
//! Source: <https://learn.microsoft.com/graph/api/overview?view=graph-rest-1.0>

use azure_core::http::Url;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Call;
use super::ids::{ApplicationObjectId, ClientId, KeyId, ServicePrincipalObjectId, TenantId};
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
    /// When it ends.
    pub end_date_time: Option<Timestamp>,
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

/// A directory as Graph shows it.
/// Source: <https://learn.microsoft.com/graph/api/resources/organization>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Directory (tenant) ID.
    pub id: TenantId,
    /// The organisation's name.
    pub display_name: Option<String>,
    /// Its domains.
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
}

/// A domain of a directory.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedDomain {
    /// `contoso.com`.
    pub name: String,
    /// Whether it is the one that new users get.
    #[serde(default)]
    pub is_default: bool,
}

/// The person who is signed in.
/// Source: <https://learn.microsoft.com/graph/api/user-get>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Their sign-in name.
    pub user_principal_name: Option<String>,
    /// `Member` or `Guest`.
    pub user_type: Option<String>,
}

/// A directory role that the person holds now.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryRole {
    /// `Application Administrator`.
    pub display_name: Option<String>,
    /// The role's own id, the same in every directory.
    pub role_template_id: Option<String>,
}

/// What people of a directory may do without a role.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationPolicy {
    default_user_role_permissions: DefaultUserRolePermissions,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DefaultUserRolePermissions {
    #[serde(default)]
    allowed_to_create_apps: bool,
}

impl AuthorizationPolicy {
    /// Whether everybody may register applications.
    pub fn allows_everybody_to_register_apps(&self) -> bool {
        self.default_user_role_permissions.allowed_to_create_apps
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppManagementPolicy {
    #[serde(default)]
    is_enabled: bool,
    #[serde(default)]
    application_restrictions: Restrictions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Restrictions {
    #[serde(default)]
    password_credentials: Vec<PasswordRestriction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PasswordRestriction {
    restriction_type: String,
    state: Option<String>,
    max_lifetime: Option<String>,
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

    /// The directory that the token is for.
    pub async fn organization(&self) -> Result<Option<Organization>> {
        let all: Vec<Organization> = self
            .graph
            .list("/v1.0/organization?$select=id,displayName,verifiedDomains")
            .await?;
        Ok(all.into_iter().next())
    }

    /// The person who is signed in; none for an application.
    pub async fn me(&self) -> Result<Option<Me>> {
        match self
            .graph
            .read(Call::get("/v1.0/me?$select=id,userPrincipalName,userType"))
            .await
        {
            // An application has no `me`: 400 BadRequest "/me request is only valid with delegated authentication flow."
            Err(error) if matches!(error.status(), Some(400 | 404)) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// The directory roles that the person holds now (an eligible role that is not activated does not count).
    pub async fn my_directory_roles(&self) -> Result<Vec<DirectoryRole>> {
        self.graph.list("/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,displayName,roleTemplateId").await
    }

    /// The longest lifetime that the directory's policy allows a client secret; none where it says nothing.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/tenantappmanagementpolicy-get>
    pub async fn longest_password_lifetime(&self) -> Result<Option<SignedDuration>> {
        let policy: AppManagementPolicy = self
            .graph
            .read(Call::get("/v1.0/policies/defaultAppManagementPolicy"))
            .await?;
        let restrictions = policy.application_restrictions.password_credentials;
        let lifetimes = restrictions.iter().filter(|restriction| {
            restriction.restriction_type == "passwordLifetime"
                && restriction.state.as_deref() != Some("disabled")
        });
        Ok(lifetimes
            .filter_map(|restriction| duration(restriction.max_lifetime.as_deref()?))
            .min()
            .filter(|_| policy.is_enabled))
    }

    /// What people may do without a role.
    pub async fn authorization_policy(&self) -> Result<AuthorizationPolicy> {
        self.graph
            .read(Call::get("/v1.0/policies/authorizationPolicy"))
            .await
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

/// An ISO 8601 duration such as `P90D`; a month counts as 30 days, a year as 365.
fn duration(text: &str) -> Option<SignedDuration> {
    let span: Span = text.parse().ok()?;
    let days = i64::from(span.get_years()) * 365
        + i64::from(span.get_months()) * 30
        + i64::from(span.get_weeks()) * 7
        + i64::from(span.get_days());
    let hours = i64::from(span.get_hours()) + days * 24;
    Some(
        SignedDuration::from_hours(hours)
            + SignedDuration::from_mins(span.get_minutes())
            + SignedDuration::from_secs(span.get_seconds()),
    )
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
