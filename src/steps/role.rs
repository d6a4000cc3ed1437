//! A role for the service principal at one scope, by Azure role-based access control.

use async_trait::async_trait;
use uuid::Uuid;

use super::by_hand::{ByHand, Place, fact_or};
use super::declared::Declared;
use super::step::{Making, Outcome, Permission, Receipts, Step, made, needed};
use super::wait::{until_replicated, until_visible};
use super::{container, service_principal};
use crate::azure::ids::ServicePrincipalObjectId;
use crate::azure::{Azure, Result};
use crate::connection::{Change, Receipt, ResourceKind, Scope, ScopeChoice};
use crate::text::shell_word;

/// The namespace of our role assignments' names: any fixed GUID does, so long as it never changes.
const NAMES: Uuid = Uuid::from_u128(0x6d5e_1b3e_3f0c_4c61_9a55_1f6f_2f4f_90ac);

/// Assigns a role.
#[derive(Debug)]
pub struct RoleStep {
    /// The role's id.
    pub role: Uuid,
    /// What the role is called.
    pub role_name: String,
    /// Why the vendor needs it.
    pub why: String,
    /// Where it is to hold.
    pub at: ScopeChoice,
}

#[async_trait]
impl Step for RoleStep {
    fn id(&self) -> String {
        format!(
            "role:{}:{}",
            self.role_name.to_lowercase().replace(' ', "-"),
            self.at.scope
        )
    }

    fn title(&self) -> String {
        format!("{} on \"{}\"", self.role_name, self.at.display_name)
    }

    fn explain(&self) -> Vec<String> {
        vec![
            self.why.clone(),
            format!("It holds at {} and below.", self.at.scope),
        ]
    }

    fn after(&self) -> Vec<String> {
        let container = match &self.at.scope {
            Scope::Container(account, name) => Some(container::id(account, name)),
            Scope::ManagementGroup(_)
            | Scope::Subscription(_)
            | Scope::ResourceGroup(..)
            | Scope::StorageAccount(_)
            | Scope::BillingAccount(_)
            | Scope::BillingProfile(..)
            | Scope::InvoiceSection(..)
            | Scope::Department(..)
            | Scope::Customer(..)
            | Scope::CustomerOfProfile(..) => None,
        };
        std::iter::once(service_principal::ID.to_owned())
            .chain(container)
            .collect()
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::AssignRoles(self.at.scope.clone())]
    }

    fn declared(&self) -> Declared {
        Declared::Role {
            scope: self.at.scope.clone(),
            display_name: self.at.display_name.clone(),
            role: self.role,
            role_name: self.role_name.clone(),
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
        let command = format!(
            "az role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal --role {} --scope {}",
            shell_word(&self.role_name),
            shell_word(&self.at.scope.to_string())
        );
        ByHand {
            what: self.title(),
            who: "an Owner, User Access Administrator or Role Based Access Control Administrator there".to_owned(),
            commands: vec![command],
            portal: Some(format!("{}/#@{}/resource{}/users", place.portal, place.tenant, self.at.scope)),
        }
    }

    async fn find(&self, azure: &Azure, receipts: &Receipts) -> Result<Option<Receipt>> {
        let principal: ServicePrincipalObjectId = needed(
            receipts,
            service_principal::ID,
            "service_principal_object_id",
        )?;
        let all = azure.role_assignments(&self.at.scope, principal).await?;
        let found = all
            .into_iter()
            .find(|assignment| assignment.gives(self.role, principal, &self.at.scope));
        Ok(found.map(|assignment| {
            let mut receipt = made(
                self,
                ResourceKind::RoleAssignment,
                assignment.id,
                jiff::Timestamp::UNIX_EPOCH,
            );
            receipt.change = Change::Reuse;
            receipt
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
        let name = self.name(principal);
        let waiting = "Azure to know the new service principal everywhere";
        let assign = || azure.assign_role(&self.at.scope, name, self.role, principal);
        let receipt = match until_replicated(making, waiting, assign).await {
            Err(error) if error.code() == "RoleAssignmentExists" => self
                .existing(azure, receipts, making, name)
                .await?
                .ok_or(error)?,
            answer => made(self, ResourceKind::RoleAssignment, answer?.id, making.now),
        };
        Ok(Outcome {
            receipt,
            secret: None,
        })
    }
}

impl RoleStep {
    /// The assignment that Azure says is there: somebody else's, given in the meantime under another name, unless it has ours.
    async fn existing(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
        ours: Uuid,
    ) -> Result<Option<Receipt>> {
        let look = || self.find(azure, receipts);
        let there = until_visible(making, "Azure to show the role that is there already", look);
        Ok(there.await?.map(|mut receipt| {
            let is_ours = receipt.id.to_lowercase().ends_with(&ours.to_string());
            receipt.change = if is_ours {
                Change::Create
            } else {
                Change::Reuse
            };
            receipt.at = making.now;
            receipt
        }))
    }

    /// The assignment's name: the same for the same scope, principal and role, so that a second run meets the first one's.
    fn name(&self, principal: ServicePrincipalObjectId) -> Uuid {
        Uuid::new_v5(
            &NAMES,
            format!(
                "{}|{principal}|{}",
                self.at.scope.to_string().to_lowercase(),
                self.role
            )
            .as_bytes(),
        )
    }
}

/// Takes the role assignment away by its resource id.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    azure.delete_role_assignment(&receipt.id).await
}
