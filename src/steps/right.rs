//! Whose right a step needs: the kinds of people who can be asked, one row each.

use super::step::Permission;
use crate::connection::{Agreement, Scope};

/// A kind of person, by what they may do and others may not.
#[derive(Debug, PartialEq, Eq)]
pub struct Right {
    /// The name of its requests' files, and in documents.
    pub key: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// How azconnect sees afterwards that it was done.
    pub check: &'static str,
}

/// All of them, in the order in which they have to act: a role needs an app to be given to.
pub const RIGHTS: &[Right] = &[
    Right {
        key: "entra-administrator",
        title: "Entra administrator",
        check: "azconnect looks for the app by its ID; where the app is the connection's own, it makes the secret itself and signs in with it. Nobody has to send a secret.",
    },
    Right {
        key: "subscription-owner",
        title: "Subscription owner",
        check: "azconnect looks for it by its ID: a role among the application's role assignments there, anything else as the resource itself.",
    },
    Right {
        key: "storage-owner",
        title: "Storage owner",
        check: "azconnect looks for the storage account, its container and the application's role on it, each by its ID.",
    },
    Right {
        key: "enterprise-administrator",
        title: "Enterprise Administrator",
        check: "azconnect lists the enrollment's role assignments, as the application itself where the person may not, and looks for the application's own. The portal never shows it.",
    },
    Right {
        key: "billing-account-owner",
        title: "Billing account owner",
        check: "azconnect lists the billing account's role assignments, as the application itself where the person may not, and looks for the application's own.",
    },
    Right {
        key: "partner-center-administrator",
        title: "Partner Center administrator",
        check: "azconnect signs in as the application and asks Partner Center for one customer, which it allows only once the app is registered.",
    },
    Right {
        key: ADMINISTRATOR,
        title: "Administrator",
        check: "azconnect tries the same step again.",
    },
];

const ADMINISTRATOR: &str = "administrator";

impl Right {
    /// The row of this key; the last one, for whoever it may be, where there is none.
    pub fn named(key: &str) -> &'static Right {
        let last = &RIGHTS[RIGHTS.len() - 1];
        RIGHTS.iter().find(|right| right.key == key).unwrap_or(last)
    }
}

impl Permission {
    /// Whose right it is.
    pub fn right(&self, agreement: Option<Agreement>) -> &'static Right {
        Right::named(match self {
            Permission::RegisterApplications
            | Permission::ChangeApplication
            | Permission::AddVendorApps => "entra-administrator",
            Permission::AssignRoles(scope) => at(scope, None),
            Permission::AssignBillingRoles(scope, agreement) => at(scope, Some(*agreement)),
            Permission::Act(scope, _) => at(scope, agreement),
        })
    }
}

fn at(scope: &Scope, agreement: Option<Agreement>) -> &'static str {
    match scope {
        Scope::ManagementGroup(_) | Scope::Subscription(_) | Scope::ResourceGroup(..) => {
            "subscription-owner"
        }
        Scope::StorageAccount(_) | Scope::Container(..) => "storage-owner",
        Scope::Department(..) => "enterprise-administrator",
        Scope::BillingAccount(_) if agreement == Some(Agreement::Ea) => "enterprise-administrator",
        Scope::BillingAccount(_)
        | Scope::BillingProfile(..)
        | Scope::InvoiceSection(..)
        | Scope::Customer(..)
        | Scope::CustomerOfProfile(..) => "billing-account-owner",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::ids::SubscriptionId;
    use crate::steps::Permission::{Act, AssignBillingRoles, AssignRoles};

    #[test]
    fn every_permission_is_somebodys() {
        let account = Scope::BillingAccount("1".to_owned());
        let subscription = Scope::Subscription(SubscriptionId::new(uuid::Uuid::nil()));
        let key = |permission: &Permission, agreement| permission.right(agreement).key;
        for (permission, agreement, wanted) in [
            (
                Permission::RegisterApplications,
                None,
                "entra-administrator",
            ),
            (Permission::ChangeApplication, None, "entra-administrator"),
            (Permission::AddVendorApps, None, "entra-administrator"),
            (
                AssignRoles(subscription.clone()),
                None,
                "subscription-owner",
            ),
            (Act(subscription, "x"), None, "subscription-owner"),
            (
                AssignBillingRoles(account.clone(), Agreement::Ea),
                None,
                "enterprise-administrator",
            ),
            (
                AssignBillingRoles(account.clone(), Agreement::Mca),
                None,
                "billing-account-owner",
            ),
            (
                Act(account.clone(), "x"),
                Some(Agreement::Ea),
                "enterprise-administrator",
            ),
            (
                Act(account, "x"),
                Some(Agreement::Mpa),
                "billing-account-owner",
            ),
        ] {
            assert_eq!(key(&permission, agreement), wanted, "{permission:?}");
        }
    }

    #[test]
    fn keys_are_names_of_files_and_each_says_how_it_is_checked() {
        for right in RIGHTS {
            let plain = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(right.key.chars().all(plain), "{}", right.key);
            assert!(right.check.starts_with("azconnect ") && right.check.ends_with('.'));
            assert_eq!(Right::named(right.key), right);
        }
        assert_eq!(Right::named("nobody").key, ADMINISTRATOR);
    }
}
