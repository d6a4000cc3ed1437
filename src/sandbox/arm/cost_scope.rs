//! Subscriptions, resource groups and management groups as Cost Management's other resources meet them.

use jiff::Timestamp;

use super::super::tenant::{State, Subscription};
use super::caller::Caller;
use super::cost_query::subscriptions;
use super::rbac::permits;
use super::refusal::ArmError;
use super::role_assignments::check_writable;
use super::scope::{Kind, Scope};

/// A scope that exists, and what bears its costs.
#[derive(Debug)]
pub(in crate::sandbox) struct CostScope<'state> {
    /// As the caller spelt it.
    pub(in crate::sandbox) text: String,
    pub(in crate::sandbox) is_management_group: bool,
    /// In lower case, for the scope of a resource group.
    pub(in crate::sandbox) resource_group: Option<String>,
    pub(in crate::sandbox) subscriptions: Vec<&'state Subscription>,
    scope: Scope,
}

impl<'state> CostScope<'state> {
    /// Understands the scope of a path, and checks that it exists in the caller's directory.
    pub(in crate::sandbox) fn find(
        state: &'state State,
        caller: &Caller,
        text: &str,
    ) -> Result<Self, ArmError> {
        let scope = Scope::find(state, caller, text)?;
        let resource_group = match &scope.kind {
            Kind::Root => {
                let text = "The scope '/' is not supported for exports.";
                return Err(ArmError::new(404, "NotFound", text));
            }
            Kind::Below { resource_group, .. } => Some(resource_group.clone()),
            Kind::ManagementGroup(_) | Kind::Subscription(_) => None,
        };
        Ok(Self {
            is_management_group: matches!(scope.kind, Kind::ManagementGroup(_)),
            resource_group,
            subscriptions: subscriptions(state, &scope),
            text: scope.text.clone(),
            scope,
        })
    }

    /// Whether a caller may do something here.
    pub(in crate::sandbox) fn permits(
        &self,
        state: &State,
        caller: &Caller,
        action: &str,
        now: Timestamp,
    ) -> bool {
        permits(state, caller, action, &self.scope.chain, now)
    }

    /// 409 where the subscription is read only.
    pub(in crate::sandbox) fn check_writable(&self, state: &State) -> Result<(), ArmError> {
        check_writable(state, &self.scope)
    }
}

/// Whether a caller may do something with a resource, such as a storage account. Nobody may where there is no such resource.
pub(in crate::sandbox) fn may(
    state: &State,
    caller: &Caller,
    action: &str,
    resource: &str,
    now: Timestamp,
) -> bool {
    Scope::find(state, caller, resource)
        .is_ok_and(|scope| permits(state, caller, action, &scope.chain, now))
}
