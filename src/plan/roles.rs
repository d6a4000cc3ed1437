//! The vendor's grants as steps: one for each role under the agreement and each chosen scope of the role's level.

use uuid::Uuid;

use crate::connection::{ConnectionSpec, Scope, ScopeChoice};
use crate::error::{Error, Result};
use crate::steps::Step;
use crate::steps::billing_role::BillingRoleStep;
use crate::steps::role::RoleStep;
use crate::vendors::{self, Grant, Level, System, Vendor};

/// Steps that give roles.
type Roles = Vec<Box<dyn Step>>;

/// The roles on the storage that the plan makes, and all others. A grant whose level has no chosen scope is none.
pub(super) fn steps(spec: &ConnectionSpec, vendor: &Vendor) -> Result<(Roles, Roles)> {
    let applies = |grant: &&Grant| {
        grant.agreements.is_empty()
            || spec
                .agreement
                .is_some_and(|agreement| grant.agreements.iter().any(|key| key == agreement.key()))
    };
    let (mut on_storage, mut elsewhere) = (Roles::new(), Roles::new());
    for grant in vendor.grants.iter().filter(applies) {
        if let Some(at) = storage_scope(spec, grant.at) {
            on_storage.push(role_step(spec, grant, &at)?);
        }
        let chosen = spec.scopes.iter();
        for at in chosen.filter(|choice| is_at(&choice.scope, grant.at)) {
            elsewhere.push(role_step(spec, grant, at)?);
        }
    }
    Ok((on_storage, elsewhere))
}

/// The storage that a role of this level is given on, where exports are written.
fn storage_scope(spec: &ConnectionSpec, level: Level) -> Option<ScopeChoice> {
    let storage = spec.storage.as_ref()?;
    let (scope, display_name) = match level {
        Level::StorageAccount => (
            Scope::StorageAccount(storage.account.clone()),
            storage.account.account.clone(),
        ),
        Level::Container => (
            Scope::Container(storage.account.clone(), storage.container.clone()),
            format!("{}/{}", storage.account.account, storage.container),
        ),
        Level::SubscriptionOrManagementGroup
        | Level::BillingAccount
        | Level::BillingProfile
        | Level::Reservations => return None,
    };
    Some(ScopeChoice {
        scope,
        display_name,
    })
}

fn role_step(spec: &ConnectionSpec, grant: &Grant, at: &ScopeChoice) -> Result<Box<dyn Step>> {
    let key = narrower(&at.scope).unwrap_or(&grant.role);
    let role =
        vendors::role(key).ok_or_else(|| Error::bug(format!("the role table lacks `{key}`")))?;
    let id = Uuid::try_parse(&role.id)
        .map_err(|_| Error::bug(format!("the role table's id of `{key}` is no GUID")))?;
    let (role_name, why, at) = (role.name.clone(), grant.why.clone(), at.clone());
    Ok(match (role.system, spec.agreement) {
        (System::Rbac, _) => Box::new(RoleStep {
            role: id,
            role_name,
            why,
            at,
        }),
        (System::Billing, Some(agreement)) => Box::new(BillingRoleStep {
            role: id,
            role_name,
            granted_by: role.granted_by.clone(),
            why,
            at,
            agreement,
            tenant: spec.directory.id,
        }),
        (System::Billing, None) => return Err(Error::bug("a billing role without an agreement")),
    })
}

/// Whether a role of this level is given at this scope. A customer below the account is only read: the role on the account reaches it.
fn is_at(scope: &Scope, level: Level) -> bool {
    match scope {
        Scope::Subscription(_) | Scope::ResourceGroup(..) | Scope::ManagementGroup(_) => {
            level == Level::SubscriptionOrManagementGroup
        }
        Scope::StorageAccount(_) => level == Level::StorageAccount,
        Scope::Container(..) => level == Level::Container,
        Scope::BillingAccount(_)
        | Scope::BillingProfile(..)
        | Scope::InvoiceSection(..)
        | Scope::Department(..)
        | Scope::CustomerOfProfile(..) => level == Level::BillingAccount,
        Scope::Customer(..) => false,
    }
}

/// The reader's role of a scope below the account.
fn narrower(scope: &Scope) -> Option<&'static str> {
    match scope {
        Scope::BillingProfile(..) => Some("billing-profile-reader"),
        Scope::InvoiceSection(..) => Some("invoice-section-reader"),
        Scope::Department(..) => Some("department-reader"),
        Scope::CustomerOfProfile(..) => Some("customer-reader"),
        Scope::Subscription(_)
        | Scope::ResourceGroup(..)
        | Scope::StorageAccount(_)
        | Scope::Container(..)
        | Scope::ManagementGroup(_)
        | Scope::BillingAccount(_)
        | Scope::Customer(..) => None,
    }
}

/// Whether this release gives roles at this level.
pub(super) fn is_supported(level: Level) -> bool {
    matches!(
        level,
        Level::SubscriptionOrManagementGroup
            | Level::BillingAccount
            | Level::StorageAccount
            | Level::Container
    )
}

/// The role's name, as Microsoft has it.
pub(super) fn role_name(key: &str) -> &str {
    vendors::role(key).map_or(key, |role| role.name.as_str())
}

/// The level in words.
pub(super) fn level_name(level: Level) -> String {
    serde_json::to_value(level)
        .ok()
        .and_then(|value| value.as_str().map(|text| text.replace('-', " ")))
        .unwrap_or_default()
}
