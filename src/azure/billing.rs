//! Billing accounts, their customers, and the roles on them.
//!
//! Source: <https://learn.microsoft.com/rest/api/billing/billing-accounts?view=rest-billing-2024-04-01> and, for service principals on an
//! enrollment, <https://learn.microsoft.com/azure/cost-management-billing/manage/assign-roles-azure-service-principals>

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::client::Call;
use super::ids::{ServicePrincipalObjectId, TenantId};
use super::{Azure, Result};
use crate::connection::{Agreement, Scope};

/// A billing account that the identity has a role on. (Others are not listed, and no error says so.)
#[derive(Debug, Clone, Deserialize)]
pub struct BillingAccount {
    /// The enrollment number, or the MCA or MPA name `guid:guid_date`.
    pub name: String,
    #[serde(default)]
    properties: AccountProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountProperties {
    display_name: Option<String>,
    agreement_type: Option<String>,
    account_type: Option<String>,
    account_status: Option<String>,
    primary_billing_tenant_id: Option<TenantId>,
}

/// A customer of a partner's billing account. `name` is the customer's directory (tenant) ID.
#[derive(Debug, Clone, Deserialize)]
pub struct Customer {
    /// Directory (tenant) ID, as text.
    pub name: String,
    #[serde(default)]
    properties: CustomerProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomerProperties {
    display_name: Option<String>,
    billing_profile_id: Option<String>,
}

/// A billing role assignment.
#[derive(Debug, Clone, Deserialize)]
pub struct BillingRoleAssignment {
    /// Its resource id; the only safe way to name it again (names are chosen by the service, except on an enrollment).
    pub id: String,
    #[serde(default)]
    properties: AssignmentProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentProperties {
    role_definition_id: Option<String>,
    principal_id: Option<String>,
}

/// A role that can be given at a billing scope.
#[derive(Debug, Clone, Deserialize)]
pub struct BillingRoleDefinition {
    name: String,
    #[serde(default)]
    properties: DefinitionProperties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DefinitionProperties {
    role_name: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct BillingPermission {
    #[serde(default)]
    actions: Vec<String>,
}

impl BillingAccount {
    /// What people call it.
    pub fn display_name(&self) -> String {
        let name = self
            .properties
            .display_name
            .as_deref()
            .filter(|name| !name.trim().is_empty());
        crate::text::printable(name.unwrap_or(&self.name))
    }

    /// The agreement; none for one that azconnect doesn't know.
    pub fn agreement(&self) -> Option<Agreement> {
        if self.properties.account_type.as_deref() == Some("ClassicPartner") {
            return Some(Agreement::Csp);
        }
        Agreement::of_type(self.properties.agreement_type.as_deref()?)
    }

    /// Its state, as Azure names it.
    pub fn status(&self) -> &str {
        self.properties
            .account_status
            .as_deref()
            .unwrap_or("Active")
    }

    /// Whether anything can still be granted on it: an enrollment that was moved to a Microsoft Customer Agreement stays listed.
    pub fn is_active(&self) -> bool {
        !matches!(
            self.status(),
            "Expired" | "Terminated" | "Transferred" | "Deleted" | "Disabled"
        )
    }

    /// The directory that it belongs to, where Azure says so.
    pub fn tenant(&self) -> Option<TenantId> {
        self.properties.primary_billing_tenant_id
    }
}

impl Customer {
    /// What people call it.
    pub fn display_name(&self) -> String {
        crate::text::printable(
            self.properties
                .display_name
                .as_deref()
                .unwrap_or(&self.name),
        )
    }
}

impl Customer {
    /// The name of the billing profile that it is invoiced by, where Azure says so.
    pub fn profile(&self) -> Option<String> {
        let id = self.properties.billing_profile_id.as_deref()?;
        let name = id.rsplit('/').next()?;
        crate::connection::scope::is_billing_name(name).then(|| name.to_owned())
    }
}

impl BillingRoleDefinition {
    /// Its id.
    pub fn id(&self) -> Option<Uuid> {
        Uuid::try_parse(&self.name).ok()
    }

    /// What Azure calls the role.
    pub fn role_name(&self) -> String {
        crate::text::printable(self.properties.role_name.as_deref().unwrap_or(&self.name))
    }
}

impl BillingRoleAssignment {
    /// Whether it is `principal`'s.
    pub fn is_of(&self, principal: ServicePrincipalObjectId) -> bool {
        self.properties
            .principal_id
            .as_deref()
            .is_some_and(|id| id.eq_ignore_ascii_case(&principal.to_string()))
    }

    /// The id of the role that it gives.
    pub fn role(&self) -> Option<Uuid> {
        Uuid::try_parse(
            self.properties
                .role_definition_id
                .as_deref()?
                .rsplit('/')
                .next()?,
        )
        .ok()
    }
}

pub(super) const BILLING_API: &str = "api-version=2024-04-01";
/// Microsoft documents a service principal's EA roles with this version only.
const ENROLLMENT_API: &str = "api-version=2019-10-01-preview";

impl Azure {
    /// The billing accounts that the identity has a role on, or may manage as Global Administrator (`includeAll`). Empty means that it
    /// has none, not that there is none.
    pub async fn billing_accounts(&self) -> Result<Vec<BillingAccount>> {
        self.arm
            .list(format!(
                "/providers/Microsoft.Billing/billingAccounts?includeAll=true&{BILLING_API}"
            ))
            .await
    }

    /// One billing account.
    pub async fn billing_account(&self, name: &str) -> Result<BillingAccount> {
        let scope = Scope::BillingAccount(name.to_owned());
        self.arm
            .read(Call::get(format!("{scope}?{BILLING_API}")))
            .await
    }

    /// The customers of a partner's billing account, all pages.
    pub async fn customers(&self, account: &str) -> Result<Vec<Customer>> {
        self.customers_of(&Scope::BillingAccount(account.to_owned()))
            .await
    }

    /// The roles that can be given at a billing scope.
    pub async fn billing_roles(&self, scope: &Scope) -> Result<Vec<BillingRoleDefinition>> {
        self.arm
            .list(format!("{scope}/billingRoleDefinitions?{BILLING_API}"))
            .await
    }

    /// The role assignments at a billing scope.
    pub async fn billing_role_assignments(
        &self,
        scope: &Scope,
    ) -> Result<Vec<BillingRoleAssignment>> {
        self.arm
            .list(format!("{scope}/billingRoleAssignments?{BILLING_API}"))
            .await
    }

    /// Gives a service principal a role on an enrollment or department, under a name of our own. Repeatable.
    pub async fn put_billing_role(
        &self,
        scope: &Scope,
        name: Uuid,
        body: &serde_json::Value,
    ) -> Result<BillingRoleAssignment> {
        let path = format!("{scope}/billingRoleAssignments/{name}?{ENROLLMENT_API}");
        self.arm
            .read(Call::put(path, json!({"properties": body})))
            .await
    }

    /// Gives a service principal a role under a Microsoft Customer or Partner Agreement, and waits until it is given. Not repeatable: list
    /// first. `None` where Azure doesn't name what it made, or has lost the operation: list again.
    pub async fn create_billing_role(
        &self,
        scope: &Scope,
        body: &serde_json::Value,
    ) -> Result<Option<BillingRoleAssignment>> {
        let call = Call::post_once(
            format!("{scope}/createBillingRoleAssignment?{BILLING_API}"),
            body.clone(),
        );
        let reply = self.arm.send(call).await?;
        match self.arm.end_of(reply).await {
            // The operation is forgotten, which says nothing of what it did.
            Err(error) if error.is_not_found() => Ok(None),
            answer => Ok(answer?.json().ok()),
        }
    }

    /// Takes a billing role assignment away by its resource id; `false` if it was not there.
    pub async fn delete_billing_role(&self, id: &str) -> Result<bool> {
        match self
            .arm
            .send(Call::delete(format!("{id}?{BILLING_API}")))
            .await
        {
            Ok(reply) => Ok(reply.status != 204),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What the signed-in person may do at a billing scope: names of actions on an enrollment, opaque ids elsewhere.
    pub async fn billing_actions(&self, scope: &Scope) -> Result<Vec<String>> {
        let all: Vec<BillingPermission> = self
            .arm
            .list(format!("{scope}/billingPermissions?{BILLING_API}"))
            .await?;
        Ok(all
            .into_iter()
            .flat_map(|permission| permission.actions)
            .collect())
    }
}
