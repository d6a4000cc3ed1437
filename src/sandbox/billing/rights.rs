//! Who may do what at a billing scope.
//!
//! A billing role counts at its scope and below, from the moment it takes effect. A Global Administrator reads every MCA and
//! MPA account of the own directory and gives roles there, and has no right at all over an enrollment or a MOSP account:
//! <https://learn.microsoft.com/azure/cost-management-billing/manage/elevate-access-global-admin>.

use jiff::Timestamp;

use super::super::arm::Caller;
use super::super::tenant::{DirectoryRole, State};
use super::account::{BillingAccount, BillingRoleAssignment};
use super::refusal::Refusal;
use super::role_table::{BillingRole, Right, role};
use super::scope::BillingScope;

/// Whose rights are asked for, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'world> {
    pub(super) state: &'world State,
    pub(super) caller: &'world Caller,
    pub(super) now: Timestamp,
}

impl<'world> Asker<'world> {
    /// The roles in effect at a scope, inherited ones included.
    pub(super) fn roles_at(
        self,
        account: &BillingAccount,
        scope: &BillingScope,
    ) -> Vec<&'static BillingRole> {
        let chain = scope.chain_in(account);
        self.own_assignments()
            .filter_map(|found| {
                let at = chain.iter().find(|scope| scope.is(&found.scope))?;
                role(account.agreement, &at.kind, found.role)
            })
            .collect()
    }

    /// The most that the caller may do at a scope.
    pub(super) fn right_at(self, account: &BillingAccount, scope: &BillingScope) -> Option<Right> {
        let by_role = self
            .roles_at(account, scope)
            .iter()
            .map(|role| role.right)
            .max();
        let implied = self
            .is_global_administrator_over(account)
            .then_some(Right::ManageAccess);
        let own = (account.administrator == Some(self.caller.id)
            && account.tenant == self.caller.tenant)
            .then_some(Right::Read);
        by_role.max(implied).max(own)
    }

    /// Whether the caller has any billing role in an account: at the account or at anything in it.
    pub(super) fn has_role_in(self, account: &BillingAccount) -> bool {
        let within = |found: &BillingRoleAssignment| {
            BillingScope::parse(&found.scope)
                .is_some_and(|scope| scope.account.eq_ignore_ascii_case(&account.name))
        };
        self.own_assignments().any(within)
            || (account.administrator == Some(self.caller.id)
                && account.tenant == self.caller.tenant)
    }

    /// Whether the caller is Global Administrator of the directory that an MCA or MPA account belongs to.
    pub(super) fn is_global_administrator_over(self, account: &BillingAccount) -> bool {
        let role = DirectoryRole::GlobalAdministrator;
        let id = &self.caller.id;
        let user = self.state.users.get(id).map(|user| &user.directory_roles);
        let roles = user.or_else(|| {
            let principal = self.state.service_principals.get(id)?;
            Some(&principal.directory_roles)
        });
        account.agreement.is_modern()
            && account.tenant == self.caller.tenant
            && roles.is_some_and(|roles| roles.contains(&role))
    }

    /// Refuses whoever may not read a scope.
    pub(super) fn check_read(
        self,
        account: &BillingAccount,
        scope: &BillingScope,
        action: &str,
    ) -> Result<(), Refusal> {
        if self.right_at(account, scope) >= Some(Right::Read) {
            return Ok(());
        }
        Err(Refusal::forbidden(self.caller, action, &scope.id()))
    }

    /// Refuses whoever may not give and take roles at a scope; at an enrollment without a word.
    pub(super) fn check_manage_access(
        self,
        account: &BillingAccount,
        scope: &BillingScope,
        action: &str,
    ) -> Result<(), Refusal> {
        if self.right_at(account, scope) == Some(Right::ManageAccess) {
            return Ok(());
        }
        if account.agreement.is_modern() {
            return Err(Refusal::forbidden(self.caller, action, &scope.id()));
        }
        Err(Refusal::forbidden_in_silence())
    }

    fn own_assignments(self) -> impl Iterator<Item = &'world BillingRoleAssignment> {
        let Self { state, caller, now } = self;
        state
            .billing
            .role_assignments
            .values()
            .filter(move |found| {
                found.principal == caller.id
                    && found.tenant == caller.tenant
                    && found.effective_at <= now
            })
    }
}
