//! A billing role for the service principal: EnrollmentReader on an enrollment, Billing account reader under a Microsoft Customer or
//! Partner Agreement, and the readers of departments, profiles and invoice sections.
//!
//! It is not Azure role-based access control: other roles, other scopes, other calls, and no portal page for an enrollment.
//! Source: <https://learn.microsoft.com/azure/cost-management-billing/manage/assign-roles-azure-service-principals>,
//! <https://learn.microsoft.com/rest/api/billing/billing-role-assignments?view=rest-billing-2024-04-01>

use async_trait::async_trait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::by_hand::{ByHand, Place, fact_or};
use super::declared::Declared;
use super::service_principal;
use super::step::{Making, Outcome, Permission, Receipts, Step, made, needed};
use super::wait::{until_replicated, until_visible};
use crate::azure::billing::BillingRoleAssignment;
use crate::azure::error::ApiError;
use crate::azure::ids::{ServicePrincipalObjectId, TenantId};
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Agreement, Change, Receipt, ResourceKind, ScopeChoice};
use crate::remedies::Service;

/// The namespace of our assignments' names on enrollments; it never changes.
const NAMES: Uuid = Uuid::from_u128(0x1b0c_7a52_95f4_4a6d_8a7c_4d1e_6a0b_33f1);

/// Gives a billing role.
#[derive(Debug)]
pub struct BillingRoleStep {
    /// The role's id.
    pub role: Uuid,
    /// What the role is called.
    pub role_name: String,
    /// Who can give it.
    pub granted_by: String,
    /// Why the vendor needs it.
    pub why: String,
    /// Where it is to hold.
    pub at: ScopeChoice,
    /// The agreement: it decides how the role is given.
    pub agreement: Agreement,
    /// The directory of the service principal.
    pub tenant: TenantId,
}

#[async_trait]
impl Step for BillingRoleStep {
    fn id(&self) -> String {
        format!(
            "billing-role:{}:{}",
            self.role_name.to_lowercase().replace(' ', "-"),
            self.at.scope
        )
    }

    fn title(&self) -> String {
        format!("{} on \"{}\"", self.role_name, self.at.display_name)
    }

    fn explain(&self) -> Vec<String> {
        let shown = match self.agreement {
            Agreement::Ea => {
                "The portal never shows this role for an application; `azconnect check` does."
            }
            Agreement::Mca | Agreement::Mpa | Agreement::Csp | Agreement::Mosp => {
                "The portal shows it under Cost Management + Billing > Access control (IAM)."
            }
        };
        vec![
            self.why.clone(),
            format!("It is a billing role, given at {}. {shown}", self.at.scope),
        ]
    }

    fn after(&self) -> Vec<String> {
        vec![service_principal::ID.to_owned()]
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::AssignBillingRoles(
            self.at.scope.clone(),
            self.agreement,
        )]
    }

    /// Whoever may not read the assignments gets no answer here, and Azure's own no when the role is given.
    async fn find(&self, azure: &Azure, receipts: &Receipts) -> Result<Option<Receipt>> {
        let principal: ServicePrincipalObjectId = needed(
            receipts,
            service_principal::ID,
            "service_principal_object_id",
        )?;
        let all = match azure.billing_role_assignments(&self.at.scope).await {
            Err(error) if matches!(error.status(), Some(401 | 403)) => return Ok(None),
            answer => answer?,
        };
        let own: Vec<&BillingRoleAssignment> = all
            .iter()
            .filter(|assignment| assignment.is_of(principal))
            .collect();
        let same = own
            .iter()
            .find(|assignment| assignment.role() == Some(self.role));
        if let (None, Some(other), Agreement::Ea) = (same, own.first(), self.agreement) {
            return Err(self.taken(azure, other).await);
        }
        Ok(same.map(|assignment| {
            self.receipt(&assignment.id, jiff::Timestamp::UNIX_EPOCH, Change::Reuse)
        }))
    }

    async fn apply(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Outcome> {
        let principal: ServicePrincipalObjectId = needed(
            receipts,
            service_principal::ID,
            "service_principal_object_id",
        )?;
        self.is_offered(azure).await?;
        let body = self.body(principal);
        let waiting = "the billing system to know the new service principal";
        let given = match self.agreement {
            Agreement::Ea => {
                let name = self.name(principal);
                let put = || azure.put_billing_role(&self.at.scope, name, &body);
                until_replicated(making, waiting, put).await.map(Some)
            }
            Agreement::Mca | Agreement::Mpa | Agreement::Csp | Agreement::Mosp => {
                let create = || azure.create_billing_role(&self.at.scope, &body);
                until_replicated(making, waiting, create).await
            }
        };
        let receipt = match given {
            Ok(Some(assignment)) => self.receipt(&assignment.id, making.now, Change::Create),
            Ok(None) => {
                let listed = self.until_listed(azure, receipts, making).await?;
                self.receipt(&listed.id, making.now, Change::Create)
            }
            // The same grant stands already, under a name that somebody else chose.
            Err(error) if error.status() == Some(409) => {
                self.until_listed(azure, receipts, making).await?
            }
            // Broken off on the way: it may have been given all the same.
            Err(error) if is_in_doubt(&error) => match self.find(azure, receipts).await {
                Ok(Some(listed)) => self.receipt(&listed.id, making.now, Change::Create),
                Ok(None) | Err(_) => return Err(error),
            },
            Err(error) => return Err(error),
        };
        Ok(Outcome {
            receipt,
            secret: None,
        })
    }

    fn declared(&self) -> Declared {
        Declared::BillingRole {
            scope: self.at.scope.clone(),
            display_name: self.at.display_name.clone(),
            role: self.role,
            role_name: self.role_name.clone(),
            agreement: self.agreement,
            tenant: self.tenant,
            names: NAMES,
        }
    }

    fn by_hand(&self, receipts: &Receipts, place: &Place<'_>) -> ByHand {
        let principal = fact_or(
            receipts,
            service_principal::ID,
            "service_principal_object_id",
            "object ID of the service principal",
        );
        let body = self.body_of(&principal, place.tenant);
        let scope = format!("{}{}", place.arm, self.at.scope);
        let command = match self.agreement {
            Agreement::Ea => {
                // Without the principal there is no name yet that would be its own, and a shared one would take the role from another.
                let name = match principal.parse() {
                    Ok(principal) => self.name(principal).to_string(),
                    Err(_) => "<a new GUID>".to_owned(),
                };
                let url =
                    format!("{scope}/billingRoleAssignments/{name}?api-version=2019-10-01-preview");
                format!(
                    "az rest --method put --url '{url}' --body '{}'",
                    json!({"properties": body})
                )
            }
            Agreement::Mca | Agreement::Mpa | Agreement::Csp | Agreement::Mosp => {
                let url = format!("{scope}/createBillingRoleAssignment?api-version=2024-04-01");
                format!("az rest --method post --url '{url}' --body '{body}'")
            }
        };
        let portal = (self.agreement != Agreement::Ea).then(|| {
            format!(
                "{}/#blade/Microsoft_Azure_CostManagement/Menu/access",
                place.portal
            )
        });
        ByHand {
            what: self.title(),
            who: self.granted_by.clone(),
            commands: vec![command],
            portal,
        }
    }
}

impl BillingRoleStep {
    fn receipt(&self, id: &str, at: jiff::Timestamp, change: Change) -> Receipt {
        let mut receipt = made(self, ResourceKind::BillingRoleAssignment, id, at);
        receipt.change = change;
        receipt
    }

    /// Looks for the assignment until the billing system lists it: it may be listed later than it is made.
    async fn until_listed(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Receipt> {
        let look = || self.find(azure, receipts);
        until_visible(making, "the billing system to list the new role", look)
            .await?
            .ok_or_else(|| AzureError::Unreadable {
                service: "Azure Billing",
                detail: "a role assignment that it made and does not list".to_owned(),
            })
    }

    /// The assignment's name on an enrollment: a GUID of our own, never the role definition's, the same in every run.
    fn name(&self, principal: ServicePrincipalObjectId) -> Uuid {
        let seed = format!(
            "{}|{principal}|{}",
            self.at.scope.to_string().to_lowercase(),
            self.role
        );
        Uuid::new_v5(&NAMES, seed.as_bytes())
    }

    fn body(&self, principal: ServicePrincipalObjectId) -> Value {
        self.body_of(&principal.to_string(), &self.tenant.to_string())
    }

    fn body_of(&self, principal: &str, tenant: &str) -> Value {
        json!({
            "principalId": principal,
            "principalTenantId": tenant,
            "roleDefinitionId": format!("{}/billingRoleDefinitions/{}", self.at.scope, self.role),
        })
    }

    /// Whether the scope has this role at all; where that can't be seen, Azure says so itself.
    async fn is_offered(&self, azure: &Azure) -> Result<()> {
        let offered = azure
            .billing_roles(&self.at.scope)
            .await
            .unwrap_or_default();
        if offered.is_empty() || offered.iter().any(|role| role.id() == Some(self.role)) {
            return Ok(());
        }
        Err(self.error(
            azure,
            400,
            "BillingRoleNotOffered",
            format!(
                "`{}` is not among the roles of \"{}\"",
                self.role_name, self.at.display_name
            ),
        ))
    }

    /// A service principal may hold one role on an enrollment; an existing one is shown and never overwritten.
    async fn taken(&self, azure: &Azure, other: &BillingRoleAssignment) -> AzureError {
        let roles = azure
            .billing_roles(&self.at.scope)
            .await
            .unwrap_or_default();
        let role = roles
            .iter()
            .find(|role| role.id().is_some() && role.id() == other.role())
            .map_or_else(|| "of an unknown name".to_owned(), |role| role.role_name());
        self.error(
            azure,
            409,
            "EnrollmentRoleTaken",
            format!(
                "The service principal holds another role (`{role}`, {}) on \"{}\" already",
                other.id, self.at.display_name
            ),
        )
    }

    fn error(&self, azure: &Azure, status: u16, code: &str, message: String) -> AzureError {
        AzureError::from(Box::new(ApiError {
            status,
            code: code.to_owned(),
            message,
            correlation_id: None,
            request: format!("GET {}/billingRoleAssignments", self.at.scope),
            service: Service::Billing,
            retry_after: None,
            facts: azure.facts(),
        }))
    }
}

/// Whether a failed request may have done its work: no answer came, or one that speaks of the service's own trouble.
fn is_in_doubt(error: &AzureError) -> bool {
    matches!(
        error,
        AzureError::Network(_) | AzureError::Unreadable { .. }
    ) || error.status().is_some_and(|status| status >= 500)
}

/// Takes the billing role away by its resource id.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    azure.delete_billing_role(&receipt.id).await
}
