//! Where an export is: its scope, whose costs these are, and who may do what with it.
//!
//! <https://learn.microsoft.com/azure/cost-management-billing/costs/understand-work-scopes>. At the scopes of a Microsoft
//! Customer Agreement Cost Management takes no application's token for anything that writes or runs, whatever roles it has
//! (<https://github.com/microsoft/finops-toolkit/issues/2113>), and neither for pay-as-you-go subscriptions.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::arm::{Caller, CostScope, Visit};
use super::super::billing::{
    Agreement, BillingExportScope, BillingLevel, ExportRight, export_right, export_scope,
};
use super::super::tenant::{State, Subscription};
use super::refusal::Refusal;

/// What a scope is, in the terms in which data sets differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Billing(BillingLevel, Agreement),
    /// A subscription or resource group.
    Subscription,
    ManagementGroup,
}

/// A scope that exists.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// As the caller spelt it.
    pub(super) scope: String,
    pub(super) level: Level,
    /// What bears its costs.
    pub(super) bearers: Vec<Subscription>,
    /// Only this one counts, in lower case.
    pub(super) resource_group: Option<String>,
    /// Billing account: its name and the name shown.
    pub(super) account: Option<(String, String)>,
}

/// What is to be done with exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Read,
    Create,
    Update,
    Delete,
    Run,
}

impl Wish {
    fn action(self) -> &'static str {
        match self {
            Self::Read => "Microsoft.CostManagement/exports/read",
            Self::Create | Self::Update => "Microsoft.CostManagement/exports/write",
            Self::Delete => "Microsoft.CostManagement/exports/delete",
            Self::Run => "Microsoft.CostManagement/exports/run/action",
        }
    }
}

impl Place {
    /// The scope of a request whose caller may do what is wished there.
    pub(super) fn of_visit(visit: &Visit<'_>, wish: Wish) -> Result<Self, Refusal> {
        let (state, caller) = (&visit.world.state, &visit.caller);
        let id = visit.parameters.get("scope");
        if let Some(scope) = export_scope(state, id) {
            check_billing(visit, id, scope.as_ref().ok(), wish)?;
            return Ok(Self::of_billing(scope?));
        }
        let scope = CostScope::find(state, caller, id)?;
        if !scope.permits(state, caller, wish.action(), visit.call.now) {
            return Err(Refusal::forbidden(caller, wish.action(), &scope.text));
        }
        if wish != Wish::Read {
            scope.check_writable(state)?;
        }
        let place = Self::of_arm(&scope);
        if wish != Wish::Read && place.is_pay_as_you_go() && is_application(state, caller) {
            return Err(Refusal::access_denied(visit.call));
        }
        Ok(place)
    }

    /// The scope of an export that is there; none where the scope is gone.
    pub(super) fn of_export(state: &State, scope: &str, tenant: Uuid) -> Option<Self> {
        if let Some(found) = export_scope(state, scope) {
            return found.ok().map(Self::of_billing);
        }
        let nobody = Caller {
            tenant,
            id: Uuid::nil(),
            name: String::new(),
        };
        let found = CostScope::find(state, &nobody, scope).ok()?;
        Some(Self::of_arm(&found))
    }

    /// Whether it is a subscription of an offer without any agreement, of which there is only usage.
    pub(super) fn is_pay_as_you_go(&self) -> bool {
        self.level == Level::Subscription
            && self
                .bearers
                .iter()
                .any(|bearer| is_without_agreement(&bearer.quota_id))
    }

    fn of_billing(scope: BillingExportScope) -> Self {
        Self {
            scope: scope.id,
            level: Level::Billing(scope.level, scope.agreement),
            bearers: vec![scope.bearer],
            resource_group: None,
            account: Some((scope.account, scope.account_name)),
        }
    }

    fn of_arm(scope: &CostScope<'_>) -> Self {
        let level = if scope.is_management_group {
            Level::ManagementGroup
        } else {
            Level::Subscription
        };
        Self {
            scope: scope.text.clone(),
            level,
            bearers: scope.subscriptions.iter().copied().cloned().collect(),
            resource_group: scope.resource_group.clone(),
            account: None,
        }
    }
}

/// Offers whose subscriptions have only usage. `PayAsYouGo_2014-09-01` and so on:
/// <https://learn.microsoft.com/azure/cost-management-billing/costs/understand-cost-mgt-data>.
const WITHOUT_AGREEMENT: [&str; 6] = [
    "PayAsYouGo_",
    "MSDN_",
    "MSDNDevTest_",
    "FreeTrial_",
    "MonetaryCommitment_",
    "Sponsored_",
];

fn is_without_agreement(quota_id: &str) -> bool {
    WITHOUT_AGREEMENT
        .iter()
        .any(|prefix| quota_id.starts_with(prefix))
}

/// Whether the caller is an application.
pub(super) fn is_application(state: &State, caller: &Caller) -> bool {
    state.service_principals.contains_key(&caller.id)
}

fn check_billing(
    visit: &Visit<'_>,
    id: &str,
    scope: Option<&BillingExportScope>,
    wish: Wish,
) -> Result<(), Refusal> {
    let (state, caller, now): (_, _, Timestamp) =
        (&visit.world.state, &visit.caller, visit.call.now);
    let agreement = scope.map(|scope| scope.agreement);
    let right = export_right(state, caller, now, id);
    let knows_claims = match agreement {
        Some(agreement) => agreement == Agreement::EnterpriseAgreement,
        // An enrollment's number that nobody has looks like one where the caller has no role.
        None => is_number(id),
    };
    if right == ExportRight::Stranger && knows_claims {
        let is_person = !is_application(state, caller);
        return Err(match scope.map(|scope| scope.level) {
            Some(BillingLevel::EnrollmentAccount) if is_person => Refusal::no_enrollment_account(),
            _ => Refusal::no_claims(),
        });
    }
    let takes_no_applications = matches!(
        agreement,
        Some(Agreement::MicrosoftCustomerAgreement | Agreement::MicrosoftOnlineServicesProgram)
    );
    if wish != Wish::Read && takes_no_applications && is_application(state, caller) {
        return Err(refused_application(visit, wish));
    }
    let is_enough = match wish {
        Wish::Read => !matches!(right, ExportRight::Stranger | ExportRight::Nothing),
        Wish::Update => matches!(right, ExportRight::Update | ExportRight::All),
        Wish::Create | Wish::Delete | Wish::Run => right == ExportRight::All,
    };
    if is_enough {
        Ok(())
    } else {
        Err(Refusal::access_denied(visit.call))
    }
}

/// With an identity in the body there is not even a body in the answer:
/// <https://learn.microsoft.com/answers/questions/5975849>.
fn refused_application(visit: &Visit<'_>, wish: Wish) -> Refusal {
    let body = visit.call.json().unwrap_or_default();
    let has_identity = body["identity"]["type"] == "SystemAssigned";
    if has_identity && matches!(wish, Wish::Create | Wish::Update) {
        return Refusal::in_silence();
    }
    Refusal::access_denied(visit.call)
}

/// Whether the account in an id is called by a number, as enrollments are.
fn is_number(id: &str) -> bool {
    id.split('/')
        .filter(|part| !part.is_empty())
        .nth(3)
        .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
}
