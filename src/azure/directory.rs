//! Microsoft Graph v1.0: the directory, its policies, and who is signed in.
//!
//! Source: <https://learn.microsoft.com/graph/api/overview?view=graph-rest-1.0>

use jiff::{SignedDuration, Span};
use serde::Deserialize;
use uuid::Uuid;

use super::client::Call;
use super::ids::TenantId;
use super::{Azure, Result};

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
    /// Whether it is the `….onmicrosoft.com` that the directory began with.
    #[serde(default)]
    pub is_initial: bool,
}

impl Organization {
    /// The domain that new users get.
    pub fn default_domain(&self) -> Option<String> {
        self.domain(|domain| domain.is_default)
    }

    /// The domain that the directory began with.
    pub fn initial_domain(&self) -> Option<String> {
        self.domain(|domain| domain.is_initial)
    }

    fn domain(&self, wanted: fn(&VerifiedDomain) -> bool) -> Option<String> {
        let found = self.verified_domains.iter().find(|domain| wanted(domain));
        found.map(|domain| crate::text::printable(&domain.name))
    }
}

/// The person who is signed in.
/// Source: <https://learn.microsoft.com/graph/api/user-get>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Object ID.
    #[serde(default)]
    pub id: Option<Uuid>,
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

impl Azure {
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
