//! Billing scopes as exports meet them: which there are, whose costs they are, and who may do what with their exports.
//!
//! <https://learn.microsoft.com/azure/cost-management-billing/costs/understand-work-scopes>. Enrollment accounts are not
//! kept: any name of one counts as existing, and the enrollment's roles decide.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::arm::Caller;
use super::super::exchange::Answer;
use super::super::tenant::{State, Subscription};
use super::account::{Agreement, BillingAccount};
use super::costs::{bearer, imaginary};
use super::refusal::Refusal;
use super::rights::Asker;
use super::role_table::Right;
use super::scope::{BillingScope, Kind};

/// What a billing scope is, in the terms in which exports differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum BillingLevel {
    Account,
    Department,
    EnrollmentAccount,
    Profile,
    InvoiceSection,
    Customer,
}

/// What a caller may do with the exports of a billing scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum ExportRight {
    /// Nobody that the agreement knows.
    Stranger,
    /// Known, without a right to costs.
    Nothing,
    /// To read.
    Read,
    /// To read, and to change what is there: invoice managers.
    Update,
    /// Everything.
    All,
}

/// A billing scope that exists, and what bears its costs.
#[derive(Debug)]
pub(in crate::sandbox) struct BillingExportScope {
    pub(in crate::sandbox) id: String,
    pub(in crate::sandbox) level: BillingLevel,
    pub(in crate::sandbox) agreement: Agreement,
    /// Name of the account.
    pub(in crate::sandbox) account: String,
    pub(in crate::sandbox) account_name: String,
    /// The imaginary subscription that bears all costs.
    pub(in crate::sandbox) bearer: Subscription,
}

/// A scope of exports by its id. None where the id is none of a billing scope.
pub(in crate::sandbox) fn export_scope(
    state: &State,
    id: &str,
) -> Option<Result<BillingExportScope, Answer>> {
    let (scope, is_account) = parse(id)?;
    Some(found(state, id, &scope, is_account).map_err(Refusal::answer))
}

/// What a caller may do there. An enrollment that does not exist knows nobody.
pub(in crate::sandbox) fn export_right(
    state: &State,
    caller: &Caller,
    now: Timestamp,
    id: &str,
) -> ExportRight {
    let known = parse(id).and_then(|(scope, _)| Some((scope.account_in(state).ok()?, scope)));
    let Some((account, scope)) = known else {
        return ExportRight::Stranger;
    };
    let asker = Asker { state, caller, now };
    match asker.right_at(account, &scope) {
        None => ExportRight::Stranger,
        Some(Right::Purchase) => ExportRight::Nothing,
        Some(Right::Read) => reader(asker, account, &scope),
        Some(Right::ManageAccess) => ExportRight::All,
    }
}

/// Whoever reads an enrollment or an MCA may export; invoice managers may only change what is there; at a partner's scopes
/// it takes more.
fn reader(asker: Asker<'_>, account: &BillingAccount, scope: &BillingScope) -> ExportRight {
    match account.agreement {
        Agreement::MicrosoftPartnerAgreement => ExportRight::Read,
        Agreement::MicrosoftCustomerAgreement => {
            let roles = asker.roles_at(account, scope);
            let only_invoices = roles
                .iter()
                .filter(|role| role.right == Right::Read)
                .all(|role| role.name == "Invoice manager");
            if only_invoices {
                ExportRight::Update
            } else {
                ExportRight::All
            }
        }
        Agreement::EnterpriseAgreement | Agreement::MicrosoftOnlineServicesProgram => {
            ExportRight::All
        }
    }
}

/// The scope that rights are asked for, and whether the id is that of an enrollment account.
fn parse(id: &str) -> Option<(BillingScope, bool)> {
    let lower = id.to_ascii_lowercase();
    if let Some(at) = lower.find("/enrollmentaccounts/") {
        let name = &id[at + "/enrollmentaccounts/".len()..];
        let account = BillingScope::parse(&id[..at])?;
        let is_whole = !name.is_empty() && !name.contains('/') && account.kind == Kind::Account;
        return is_whole.then_some((account, true));
    }
    Some((BillingScope::parse(id)?, false))
}

fn found(
    state: &State,
    id: &str,
    scope: &BillingScope,
    is_account: bool,
) -> Result<BillingExportScope, Refusal> {
    let (_, account) = BillingScope::find(state, &scope.id())?;
    let is_enrollment = account.agreement == Agreement::EnterpriseAgreement;
    let level = match &scope.kind {
        Kind::Account if is_account && is_enrollment => BillingLevel::EnrollmentAccount,
        Kind::Account if is_account => return Err(Refusal::not_found()),
        Kind::Account => BillingLevel::Account,
        Kind::Profile(_) => BillingLevel::Profile,
        Kind::InvoiceSection { .. } => BillingLevel::InvoiceSection,
        Kind::Customer { profile: None, .. } => BillingLevel::Customer,
        Kind::Customer { .. } => return Err(Refusal::no_such_path(id)),
        Kind::Department(_) => BillingLevel::Department,
    };
    let is_asked_for = level != BillingLevel::EnrollmentAccount
        && account.agreement != Agreement::MicrosoftOnlineServicesProgram;
    let bearer = if is_asked_for {
        bearer(scope, account)?
    } else {
        let mut bearer = imaginary(scope, account, &account.display_name, account.costs.clone());
        bearer.id = Uuid::new_v5(&account.tenant, id.to_ascii_lowercase().as_bytes());
        bearer
    };
    Ok(BillingExportScope {
        id: id.to_owned(),
        level,
        agreement: account.agreement,
        account: account.name.clone(),
        account_name: account.display_name.clone(),
        bearer,
    })
}
