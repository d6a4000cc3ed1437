//! The state of billing: accounts and what is in them, who has which billing role, and operations under way.
//!
//! Plain data, part of [`super::super::State`]; the words in which tests fill it are in `seed`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::super::tenant::CostProfile;

/// Everything about billing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Billing {
    /// Billing accounts by name.
    pub accounts: BTreeMap<String, BillingAccount>,
    /// Billing role assignments by id in lower case: a name is unique at its scope only.
    pub role_assignments: BTreeMap<String, BillingRoleAssignment>,
    /// Operations that were answered with 202, by id.
    pub operations: BTreeMap<Uuid, BillingOperation>,
}

/// A billing account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BillingAccount {
    /// Digits (EA), `guid:guid_date` (MCA, MPA) or a guid (MOSP).
    pub name: String,
    /// Name shown.
    pub display_name: String,
    /// The agreement, which decides over nearly every rule.
    pub agreement: Agreement,
    /// `accountType`, e.g. `Enterprise`, `Business`, `Partner`, `Individual`.
    pub account_type: String,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// `primaryBillingTenantId`. An enrollment has none that is shown; this is then the directory of its administrators.
    pub tenant: Uuid,
    /// What only an enrollment has.
    pub enrollment: Option<EnrollmentDetails>,
    /// The account administrator of a MOSP account, which has no billing roles.
    pub administrator: Option<Uuid>,
    /// Billing profiles by name (MCA, MPA).
    pub profiles: BTreeMap<String, BillingProfile>,
    /// Departments by name (EA).
    pub departments: BTreeMap<String, Department>,
    /// Customers by the id of their directory (MPA).
    pub customers: BTreeMap<Uuid, Customer>,
    /// What cost queries of the account and of its billing profiles answer.
    pub costs: CostProfile,
}

/// `agreementType`, in the words of Microsoft.Billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Agreement {
    /// EA.
    EnterpriseAgreement,
    /// MCA.
    MicrosoftCustomerAgreement,
    /// MPA, of partners.
    MicrosoftPartnerAgreement,
    /// MOSP, pay-as-you-go.
    MicrosoftOnlineServicesProgram,
}

/// `accountStatus`, in the words of Microsoft.Billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountStatus {
    /// Usable.
    Active,
    /// The agreement is extended beyond its end; usable.
    Extended,
    /// The agreement has ended; it can be read.
    Expired,
    /// Ended by one of the parties; it can be read.
    Terminated,
    /// Moved to another account, such as an enrollment to a Microsoft Customer Agreement; it can be read.
    Transferred,
    /// Blocked; it can be read.
    Disabled,
    /// Listed on demand only.
    Deleted,
}

/// `enrollmentDetails` of an Enterprise Agreement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrollmentDetails {
    /// First day.
    pub start: Timestamp,
    /// Last day.
    pub end: Timestamp,
    /// `EaDirect` or `EaIndirect`.
    pub channel: String,
    /// ISO 4217 code.
    pub currency: String,
}

/// A billing profile, which is invoiced for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BillingProfile {
    /// Name, such as `ABCD-EFGH-BG7-TGB`.
    pub name: String,
    /// Name shown.
    pub display_name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Names shown of its invoice sections, by name.
    pub invoice_sections: BTreeMap<String, String>,
}

/// A department of an enrollment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Department {
    /// A number.
    pub name: String,
    /// Name shown.
    pub display_name: String,
}

/// A customer of a partner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Directory of the customer, which is also its name.
    pub tenant: Uuid,
    /// Name shown.
    pub display_name: String,
    /// `Active`, `Disabled`, …
    pub status: String,
    /// Name of the billing profile that it is invoiced by.
    pub profile: String,
    /// Descriptions of its Azure plans.
    pub azure_plans: Vec<String>,
    /// What its cost queries answer.
    pub costs: CostProfile,
}

/// A billing role, given to somebody at a scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BillingRoleAssignment {
    /// Chosen by the caller (EA) or by the service (MCA, MPA).
    pub name: String,
    /// The billing scope's id.
    pub scope: String,
    /// GUID of the billing role definition.
    pub role: Uuid,
    /// Object id of the user or service principal.
    pub principal: Uuid,
    /// Directory of the principal.
    pub tenant: Uuid,
    /// `User` or `ServicePrincipal`.
    pub principal_type: String,
    /// Object id and directory of who made it.
    pub created_by: Option<(Uuid, Uuid)>,
    /// Time of creation; lists do not show it before.
    pub created: Timestamp,
    /// Permits nothing before this moment (replication).
    pub effective_at: Timestamp,
}

/// An operation that goes on after its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BillingOperation {
    /// The scope that it was asked of.
    pub scope: String,
    /// It is answered with 202 before this moment.
    pub ready_at: Timestamp,
    /// What it is answered with then.
    pub answer: Value,
}

impl Agreement {
    /// The `agreementType` of the API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::EnterpriseAgreement => "EnterpriseAgreement",
            Self::MicrosoftCustomerAgreement => "MicrosoftCustomerAgreement",
            Self::MicrosoftPartnerAgreement => "MicrosoftPartnerAgreement",
            Self::MicrosoftOnlineServicesProgram => "MicrosoftOnlineServicesProgram",
        }
    }

    /// Whether it is an MCA or MPA: the modern kind, over which Global Administrators have rights.
    pub(super) fn is_modern(self) -> bool {
        matches!(
            self,
            Self::MicrosoftCustomerAgreement | Self::MicrosoftPartnerAgreement
        )
    }
}

impl AccountStatus {
    /// The `accountStatus` of the API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Extended => "Extended",
            Self::Expired => "Expired",
            Self::Terminated => "Terminated",
            Self::Transferred => "Transferred",
            Self::Disabled => "Disabled",
            Self::Deleted => "Deleted",
        }
    }

    /// Whether anything may still be changed.
    pub(super) fn is_writable(self) -> bool {
        matches!(self, Self::Active | Self::Extended)
    }
}
