//! Permissions needed against permissions held, before the first write.
//!
//! It reports and never blocks: roles that are eligible but not activated, rights that come through groups, and conditions on a role can't
//! all be seen from outside. Where it says no, the step is tried all the same, and Azure's own no is explained.

use std::collections::BTreeMap;

use crate::azure::Azure;
use crate::azure::directory::DirectoryRole;
use crate::connection::{Agreement, Scope};
use crate::steps::Permission;

use super::survey::Survey;

/// Whether the person holds a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Azure says so.
    Yes,
    /// Azure shows no such right.
    No,
    /// It can't be seen.
    Unknown,
}

/// Directory roles that may register applications and change everybody's, by their template ids.
///
/// Source: <https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference>
const APPLICATION_ROLES: &[(&str, bool)] = &[
    ("62e90394-69f5-4237-9190-012177145e10", true), // Global Administrator
    ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", true), // Application Administrator
    ("158c047a-c907-4556-b7ef-446551a6b5f7", true), // Cloud Application Administrator
    ("cf1c38e5-3621-4004-a7cb-879624dced7c", false), // Application Developer: may create, not change others'
];

/// The role's template id.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// The action that assigning a role needs.
const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

/// Looks up every right that the survey's rows need, each once and all at once.
pub async fn preflight(azure: &Azure, survey: &Survey) -> BTreeMap<Permission, Held> {
    let rows = survey.rows.iter();
    rights(azure, rows.flat_map(|row| row.needs.clone()).collect()).await
}

/// Looks rights up, each once and all at once.
pub async fn rights(azure: &Azure, mut needed: Vec<Permission>) -> BTreeMap<Permission, Held> {
    needed.sort();
    needed.dedup();
    let looked_up = needed.into_iter().map(async |permission| {
        let held = match &permission {
            Permission::RegisterApplications => may_register(azure).await,
            Permission::ChangeApplication => may_change(azure).await,
            Permission::AddVendorApps => may_add_vendor_apps(azure).await,
            Permission::AssignRoles(scope) => may_act(azure, scope, ASSIGN).await,
            Permission::Act(scope, action) => may_act(azure, scope, action).await,
            Permission::AssignBillingRoles(scope, agreement) => {
                may_assign_billing_roles(azure, scope, *agreement).await
            }
        };
        (permission, held)
    });
    futures::future::join_all(looked_up)
        .await
        .into_iter()
        .collect()
}

/// Looks at the scope, or where that is still to be made, at what it will be in. Billing scopes don't say.
async fn may_act(azure: &Azure, scope: &Scope, action: &str) -> Held {
    let mut at = Some(scope.clone()).filter(|scope| scope.billing_account().is_none());
    while let Some(scope) = at {
        match azure.permissions(&scope).await {
            Ok(entries) if entries.iter().any(|entry| entry.allows(action)) => return Held::Yes,
            Ok(_) => return Held::No,
            Err(error) if error.is_not_found() => at = above(&scope),
            Err(_) => return Held::Unknown,
        }
    }
    Held::Unknown
}

/// What a scope is in, where its own path tells.
fn above(scope: &Scope) -> Option<Scope> {
    match scope {
        Scope::Container(account, _) => Some(Scope::StorageAccount(account.clone())),
        Scope::StorageAccount(account) => Some(Scope::ResourceGroup(
            account.subscription,
            account.resource_group.clone(),
        )),
        Scope::ResourceGroup(subscription, _) => Some(Scope::Subscription(*subscription)),
        Scope::ManagementGroup(_)
        | Scope::Subscription(_)
        | Scope::BillingAccount(_)
        | Scope::BillingProfile(..)
        | Scope::InvoiceSection(..)
        | Scope::Department(..)
        | Scope::Customer(..)
        | Scope::CustomerOfProfile(..) => None,
    }
}

async fn may_register(azure: &Azure) -> Held {
    let (roles, policy) = tokio::join!(azure.my_directory_roles(), azure.authorization_policy());
    let by_role = roles.map(|roles| holds(&roles, |_| true));
    let by_policy = policy.map(|policy| policy.allows_everybody_to_register_apps());
    match (by_role, by_policy) {
        (Ok(true), _) | (_, Ok(true)) => Held::Yes,
        (Ok(false), Ok(false)) => Held::No,
        (Err(_), _) | (_, Err(_)) => Held::Unknown,
    }
}

/// An owner of the app may change it too; only a role is certain.
async fn may_change(azure: &Azure) -> Held {
    match azure.my_directory_roles().await {
        Ok(roles) if holds(&roles, |changes| changes) => Held::Yes,
        Ok(_) | Err(_) => Held::Unknown,
    }
}

/// Applications of another directory are added by role alone: they have no owner here.
async fn may_add_vendor_apps(azure: &Azure) -> Held {
    match azure.my_directory_roles().await {
        Ok(roles) if holds(&roles, |changes| changes) => Held::Yes,
        Ok(_) => Held::No,
        Err(_) => Held::Unknown,
    }
}

/// Says yes where Azure shows the right, and otherwise that it can't be seen: rights come through groups and eligible roles too, and a
/// billing system that shows nothing proves nothing.
async fn may_assign_billing_roles(azure: &Azure, scope: &Scope, agreement: Agreement) -> Held {
    let (actions, roles) = tokio::join!(azure.billing_actions(scope), azure.my_directory_roles());
    let by_action = actions.is_ok_and(|actions| {
        actions
            .iter()
            .any(|action| is_access_management(action, agreement))
    });
    // A Global Administrator may give roles on every MCA and MPA account of the directory, and none on an enrollment.
    // Source: https://learn.microsoft.com/azure/cost-management-billing/manage/elevate-access-global-admin
    let by_role = agreement != Agreement::Ea
        && roles.is_ok_and(|roles| {
            roles
                .iter()
                .any(|role| role.role_template_id.as_deref() == Some(GLOBAL_ADMINISTRATOR))
        });
    if by_action || by_role {
        Held::Yes
    } else {
        Held::Unknown
    }
}

/// On an enrollment actions have names; elsewhere they are opaque ids, of which the one that only owners have ends so.
fn is_access_management(action: &str, agreement: Agreement) -> bool {
    match agreement {
        Agreement::Ea => {
            action == "*"
                || action
                    .to_lowercase()
                    .ends_with("billingroleassignments/write")
        }
        Agreement::Mca | Agreement::Mpa | Agreement::Csp | Agreement::Mosp => {
            action.ends_with("-200000000000")
        }
    }
}

fn holds(roles: &[DirectoryRole], enough: fn(bool) -> bool) -> bool {
    roles.iter().any(|role| {
        let template = role.role_template_id.as_deref().unwrap_or_default();
        APPLICATION_ROLES
            .iter()
            .any(|(id, changes)| *id == template && enough(*changes))
    })
}
