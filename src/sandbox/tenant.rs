//! The state of the simulated Azure: what exists, in plain data that is saved as JSON.
//!
//! The services of this room read and change it; tests and the `sandbox` command seed it. Promise: `version` is 1, and a
//! file written by one build is read by the next. Times are UTC. Secrets are stored in clear because they open nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::billing::Billing;
use super::exports::Exports;
use super::key_vault::KeyVault;
use super::partner_center::PartnerCenter;
use super::storage::Storage;

/// The version of the state file that this build writes.
pub const STATE_VERSION: u32 = 1;

/// Everything that exists in the simulated Azure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Format version, see [`STATE_VERSION`].
    pub version: u32,
    /// Directories by tenant id.
    pub tenants: BTreeMap<Uuid, Tenant>,
    /// Users by object id. A person who is a guest elsewhere has one entry in each directory.
    pub users: BTreeMap<Uuid, User>,
    /// App registrations by object id, soft-deleted ones included.
    pub applications: BTreeMap<Uuid, Application>,
    /// Service principals by object id.
    pub service_principals: BTreeMap<Uuid, ServicePrincipal>,
    /// Management groups by name; the root's name is the tenant id.
    pub management_groups: BTreeMap<String, ManagementGroup>,
    /// Subscriptions by id.
    pub subscriptions: BTreeMap<Uuid, Subscription>,
    /// Role assignments by name, which is unique across all scopes.
    pub role_assignments: BTreeMap<Uuid, RoleAssignment>,
    /// Billing accounts and roles. Files written before there were any lack it.
    #[serde(default)]
    pub billing: Billing,
    /// What lies below subscriptions. Files written before there was any lack it.
    #[serde(default)]
    pub storage: Storage,
    /// Cost Management exports. Files written before there were any lack it.
    #[serde(default)]
    pub exports: Exports,
    /// Partners, their customers, and who may ask about them. Files written before there were any lack it.
    #[serde(default)]
    pub partner_center: PartnerCenter,
    /// Key vaults by name. Files written before there were any lack it.
    #[serde(default)]
    pub key_vaults: BTreeMap<String, KeyVault>,
}

/// A directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Tenant id.
    pub id: Uuid,
    /// Name of the organisation.
    pub display_name: String,
    /// The domain that new users get.
    pub default_domain: String,
    /// The `….onmicrosoft.com` domain.
    pub initial_domain: String,
    /// `authorizationPolicy.defaultUserRolePermissions.allowedToCreateApps`.
    pub allowed_to_create_apps: bool,
    /// The directory's default app management policy.
    pub app_management_policy: AppManagementPolicy,
    /// Conditional Access blocks the device code flow: the page refuses while the poll goes on waiting.
    pub device_code_blocked: bool,
}

/// The part of `tenantAppManagementPolicy` that concerns secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppManagementPolicy {
    /// Object id of the policy, named in refusals.
    pub id: Uuid,
    /// Whether the restrictions below hold.
    pub is_enabled: bool,
    /// Whether new secrets are forbidden (`passwordAddition`).
    pub password_addition_forbidden: bool,
    /// Longest life of a secret (`passwordLifetime`), an ISO 8601 duration such as `P180D`.
    pub password_max_lifetime: Option<String>,
}

/// A user object in one directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Object id in this directory.
    pub id: Uuid,
    /// The directory that the object is in.
    pub tenant: Uuid,
    /// User principal name in this directory.
    pub user_principal_name: String,
    /// What the person types to sign in; the same in every directory.
    pub sign_in_name: String,
    /// Name shown.
    pub display_name: String,
    /// Member or guest.
    pub user_type: UserType,
    /// The directory that knows the person's password.
    pub home_tenant: Uuid,
    /// Active directory roles.
    pub directory_roles: BTreeSet<DirectoryRole>,
    /// Whether the account may sign in.
    pub account_enabled: bool,
}

/// Member or guest of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserType {
    /// Belongs to the organisation.
    Member,
    /// Was invited.
    Guest,
}

/// The directory roles that decide over app registrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DirectoryRole {
    /// May do everything.
    #[serde(rename = "Global Administrator")]
    GlobalAdministrator,
    /// May manage every application.
    #[serde(rename = "Application Administrator")]
    ApplicationAdministrator,
    /// The same without the application proxy.
    #[serde(rename = "Cloud Application Administrator")]
    CloudApplicationAdministrator,
    /// May create applications even where users may not, and owns them.
    #[serde(rename = "Application Developer")]
    ApplicationDeveloper,
}

/// An app registration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// Object id.
    pub id: Uuid,
    /// Client id.
    pub app_id: Uuid,
    /// Home directory.
    pub tenant: Uuid,
    /// Name shown; not unique.
    pub display_name: String,
    /// Alternate key, chosen at creation.
    pub unique_name: Option<String>,
    /// Who may sign in, e.g. `AzureADMyOrg`.
    pub sign_in_audience: String,
    /// Redirect URIs of the web platform.
    pub redirect_uris: Vec<String>,
    /// Free text for administrators.
    pub notes: Option<String>,
    /// Free text about the application.
    pub description: Option<String>,
    /// Reference to a service management database.
    pub service_management_reference: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Secrets.
    pub password_credentials: Vec<PasswordCredential>,
    /// Certificates.
    pub key_credentials: Vec<KeyCredential>,
    /// Trusts in other identity providers.
    pub federated_identity_credentials: Vec<FederatedIdentityCredential>,
    /// Object ids of users and service principals that own it.
    pub owners: BTreeSet<Uuid>,
    /// An administrator or Microsoft switched it off.
    pub is_disabled: bool,
    /// Time of creation.
    pub created: Timestamp,
    /// Requests before this moment do not see it (replication).
    pub visible_at: Timestamp,
    /// Time of soft deletion; it may be restored for 30 days.
    pub deleted_at: Option<Timestamp>,
}

/// A secret of an application.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PasswordCredential {
    /// Key id ("Secret ID" in the portal).
    pub key_id: Uuid,
    /// Name shown.
    pub display_name: Option<String>,
    /// Valid from.
    pub start_date_time: Timestamp,
    /// Valid until.
    pub end_date_time: Timestamp,
    /// The first three characters.
    pub hint: String,
    /// The secret, in clear: it is simulated.
    pub secret_text: String,
    /// Token requests before this moment are refused (replication).
    pub effective_at: Timestamp,
}

// The secret opens nothing, yet logs of tests are read by people who have learnt not to see secrets in logs.
impl std::fmt::Debug for PasswordCredential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PasswordCredential")
            .field("key_id", &self.key_id)
            .field("display_name", &self.display_name)
            .field("start_date_time", &self.start_date_time)
            .field("end_date_time", &self.end_date_time)
            .field("hint", &self.hint)
            .field("effective_at", &self.effective_at)
            .finish_non_exhaustive()
    }
}

/// A certificate of an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyCredential {
    /// Key id.
    pub key_id: Uuid,
    /// Name shown.
    pub display_name: Option<String>,
    /// The certificate, DER in base64.
    pub key: String,
    /// Valid from.
    pub start_date_time: Timestamp,
    /// Valid until.
    pub end_date_time: Timestamp,
}

/// A trust in tokens of another identity provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FederatedIdentityCredential {
    /// Object id.
    pub id: Uuid,
    /// Unique within the application, immutable.
    pub name: String,
    /// `iss` of the accepted tokens.
    pub issuer: String,
    /// `sub` of the accepted tokens, compared case-sensitively.
    pub subject: String,
    /// `aud` of the accepted tokens.
    pub audiences: Vec<String>,
    /// Free text.
    pub description: Option<String>,
    /// Token requests before this moment do not find it (replication).
    pub effective_at: Timestamp,
}

/// An application's identity in a directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServicePrincipal {
    /// Object id: what roles are assigned to.
    pub id: Uuid,
    /// Client id of its application.
    pub app_id: Uuid,
    /// The directory that it is in.
    pub tenant: Uuid,
    /// Name shown.
    pub display_name: String,
    /// Whether it may sign in.
    pub account_enabled: bool,
    /// Free text for administrators.
    pub notes: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Active directory roles.
    pub directory_roles: BTreeSet<DirectoryRole>,
    /// Time of creation.
    pub created: Timestamp,
    /// Requests before this moment do not see it (replication).
    pub visible_at: Timestamp,
}

/// A management group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManagementGroup {
    /// Its name, the last part of its id.
    pub name: String,
    /// Directory.
    pub tenant: Uuid,
    /// Name shown.
    pub display_name: String,
    /// Name of the group above; none for the root.
    pub parent: Option<String>,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Subscription id.
    pub id: Uuid,
    /// Name shown.
    pub display_name: String,
    /// Directory that it trusts.
    pub tenant: Uuid,
    /// Whether it can be used.
    pub state: SubscriptionState,
    /// Offer, e.g. `EnterpriseAgreement_2014-09-01`.
    pub quota_id: String,
    /// Name of the management group that it is in.
    pub parent: String,
    /// What its cost queries answer.
    pub costs: CostProfile,
}

/// State of a subscription, in ARM's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubscriptionState {
    /// Usable.
    Enabled,
    /// Payment is due soon; usable.
    Warned,
    /// Payment is late; usable.
    PastDue,
    /// Read only.
    Disabled,
    /// About to vanish.
    Deleted,
}

/// What a cost query answers for a subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum CostProfile {
    /// Cost every day: about this much on a working day.
    Daily {
        /// ISO 4217 code.
        currency: String,
        /// Amount of a working day, in that currency.
        amount: f64,
    },
    /// 200 with columns and no rows: no cost in the period.
    NoRows,
    /// 204: Cost Management has no data for the scope (yet).
    NoContent,
}

/// A role assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleAssignment {
    /// Name, a GUID that the caller chose.
    pub name: Uuid,
    /// Directory.
    pub tenant: Uuid,
    /// Scope, as first written.
    pub scope: String,
    /// Object id of the user or service principal.
    pub principal: Uuid,
    /// `User` or `ServicePrincipal`.
    pub principal_type: String,
    /// GUID of the role definition.
    pub role: Uuid,
    /// Free text.
    pub description: Option<String>,
    /// ABAC condition, kept and returned but not evaluated.
    pub condition: Option<String>,
    /// Version of the condition's language.
    pub condition_version: Option<String>,
    /// Object id of who made it.
    pub created_by: Option<Uuid>,
    /// Time of creation.
    pub created: Timestamp,
    /// Permits nothing before this moment (replication).
    pub effective_at: Timestamp,
}
