//! What a step is.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Agreement, Change, Receipt, ResourceKind, Scope};
use crate::secret::Secret;

/// What earlier steps left, by step id.
pub type Receipts = BTreeMap<String, Receipt>;

/// One unit of reversion.
#[async_trait]
pub trait Step: Send + Sync {
    /// Its id within the plan, the same in every run: `application`, `role:/subscriptions/…`.
    fn id(&self) -> String;

    /// What it changes: `App registration "azconnect-spot"`.
    fn title(&self) -> String;

    /// The same in sentences, for a person who asks what exactly will happen.
    fn explain(&self) -> Vec<String>;

    /// The ids of the steps whose receipts it needs.
    fn after(&self) -> Vec<String>;

    /// What the signed-in person must be allowed to do.
    fn needs(&self) -> Vec<Permission>;

    /// A text that an interrupted run can be recognised by in Azure, where the thing has no id of our choosing.
    /// The engine writes it to disk before [`Step::apply`].
    fn marker(&self, _making: &Making<'_>) -> Option<String> {
        None
    }

    /// Whether there is something to take back at all: a registration is left, and a run leaves only files.
    fn is_taken_back(&self) -> bool {
        true
    }

    /// What a person should know before they agree, in sentences. What can't be looked at is no warning.
    async fn warnings(&self, _azure: &Azure) -> Vec<String> {
        Vec::new()
    }

    /// Looks for the thing itself, by an id that we chose or recorded, never by display name.
    ///
    /// # Errors
    /// Whatever Azure answers, except that the thing is not there: that is `None`.
    async fn find(&self, azure: &Azure, receipts: &Receipts) -> Result<Option<Receipt>>;

    /// Makes the thing, waiting for Azure where it has to.
    ///
    /// # Errors
    /// Whatever Azure answers.
    async fn apply(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Outcome>;

    /// What it leaves behind, as data.
    fn declared(&self) -> Declared;

    /// The same as somebody else can do it, with the values that are known so far.
    fn by_hand(&self, receipts: &Receipts, place: &Place<'_>) -> ByHand;

    /// Removes what an interrupted [`Step::apply`] with this marker may have left behind; `false` where Azure shows nothing of it.
    ///
    /// # Errors
    /// Whatever Azure answers; the engine then does not apply the step again.
    async fn clean_up(&self, _azure: &Azure, _receipts: &Receipts, _marker: &str) -> Result<bool> {
        Ok(false)
    }
}

/// What a step made.
#[derive(Debug)]
pub struct Outcome {
    /// What it left.
    pub receipt: Receipt,
    /// A secret that can be read only now.
    pub secret: Option<Secret>,
}

/// What a step may use while it makes something.
pub struct Making<'a> {
    /// The time now.
    pub now: Timestamp,
    /// A short random word for a marker.
    pub nonce: String,
    /// The marker that is on disk, where the step has one.
    pub marker: Option<String>,
    narrate: Mutex<Box<dyn FnMut(String) + Send + 'a>>,
}

impl<'a> Making<'a> {
    /// `narrate` is told what is being waited for.
    pub fn new(now: Timestamp, nonce: String, narrate: impl FnMut(String) + Send + 'a) -> Self {
        Making {
            now,
            nonce,
            marker: None,
            narrate: Mutex::new(Box::new(narrate)),
        }
    }

    /// Says what is being waited for.
    pub fn waiting_for(&self, what: &str) {
        if let Ok(mut narrate) = self.narrate.lock() {
            narrate(what.to_owned());
        }
    }
}

/// A right that a step needs, in terms that can be looked up before the first write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// To register applications in the directory.
    RegisterApplications,
    /// To change an application that exists already: its owner, or a directory role.
    ChangeApplication,
    /// To add an application of another directory.
    AddVendorApps,
    /// To assign roles at a scope.
    AssignRoles(Scope),
    /// To assign billing roles at a billing scope under an agreement.
    AssignBillingRoles(Scope, Agreement),
    /// To do something at a scope or below it, by Azure's name of the action.
    Act(Scope, &'static str),
}

/// Who may do what, by Azure's names of the actions.
const MAY_ACT: &[(&str, &str)] = &[
    (
        "Microsoft.Resources/subscriptions/providers/register/action",
        "Contributor or Owner of the subscription",
    ),
    (
        "Microsoft.Resources/subscriptions/resourceGroups/write",
        "Contributor or Owner of the subscription",
    ),
    (
        "Microsoft.Storage/storageAccounts/write",
        "Storage Account Contributor, Contributor or Owner",
    ),
    (
        "Microsoft.Storage/storageAccounts/blobServices/containers/write",
        "Storage Account Contributor, Contributor or Owner",
    ),
];

impl Permission {
    /// What it takes to add something to an application: whoever registers one is its owner.
    pub(super) fn to_change_application(is_ours: bool) -> Permission {
        if is_ours {
            Permission::RegisterApplications
        } else {
            Permission::ChangeApplication
        }
    }

    /// Who has it, as the plan says it.
    pub fn holders(&self) -> &'static str {
        match self {
            Permission::RegisterApplications => {
                "Application Developer, or any member where the directory allows it"
            }
            Permission::ChangeApplication => {
                "an owner of the app, or Cloud Application Administrator"
            }
            Permission::AddVendorApps => {
                "Cloud Application Administrator or Application Administrator"
            }
            Permission::AssignRoles(_) => {
                "Owner, User Access Administrator or Role Based Access Control Administrator"
            }
            Permission::AssignBillingRoles(Scope::Department(..), _) => {
                "Enterprise Administrator of the enrollment or administrator of the department (not read-only)"
            }
            Permission::AssignBillingRoles(_, Agreement::Ea) => {
                "Enterprise Administrator of the enrollment (not read-only)"
            }
            Permission::AssignBillingRoles(..) => {
                "Billing account owner, or Global Administrator of the account's directory"
            }
            Permission::Act(scope, _) if scope.billing_account().is_some() => {
                "A person with an owner's or contributor's role on the billing scope (EA: Enterprise Administrator)"
            }
            Permission::Act(_, action) => MAY_ACT
                .iter()
                .find(|(known, _)| known == action)
                .map_or("Cost Management Contributor, Contributor or Owner", |row| {
                    row.1
                }),
        }
    }
}

/// A receipt for something that was just made.
pub(super) fn made(
    step: &dyn Step,
    kind: ResourceKind,
    id: impl ToString,
    at: Timestamp,
) -> Receipt {
    Receipt {
        step: step.id(),
        title: step.title(),
        kind,
        id: id.to_string(),
        change: Change::Create,
        at,
        facts: BTreeMap::new(),
    }
}

/// A value that an earlier step's receipt must hold.
///
/// # Errors
/// [`AzureError::Unreadable`] where the plan lets a step run before what it needs: a mistake of ours, caught by the plan's test.
pub(super) fn needed<T: std::str::FromStr>(
    receipts: &Receipts,
    step: &str,
    fact: &str,
) -> Result<T> {
    let lacking = || AzureError::Unreadable {
        service: "azconnect",
        detail: format!("no `{fact}` from the step `{step}`"),
    };
    receipts
        .get(step)
        .and_then(|receipt| receipt.fact(fact))
        .ok_or_else(lacking)
}
