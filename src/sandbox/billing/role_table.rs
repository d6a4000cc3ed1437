//! The billing roles: what each is called, where it can be given, and what it permits.
//!
//! Ids and permissions of MCA and MPA are those of Microsoft's examples of 2024-04-01; the permissions are opaque GUIDs, of
//! which the one ending in `-200000000000` is access management. Ids of EA are those of Microsoft's page on service
//! principals; the names of its permissions are modelled on the only ones published, those of enrollment accounts.
//! <https://learn.microsoft.com/azure/cost-management-billing/manage/assign-roles-azure-service-principals>

use uuid::{Uuid, uuid};

use super::super::ids;
use super::account::Agreement;
use super::scope::Kind;

/// A billing role at one kind of scope.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BillingRole {
    pub(super) id: Uuid,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// The agreements whose accounts have it.
    agreements: &'static [Agreement],
    /// The kind of scope that it is given at.
    level: Level,
    pub(super) right: Right,
    /// Whether a service principal may hold it.
    pub(super) for_service_principals: bool,
    actions: Actions,
}

/// How much a role permits, in the terms in which this room decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Right {
    /// Nothing but to see that the scope exists.
    Purchase,
    /// To read everything, costs included.
    Read,
    /// To give and take roles as well.
    ManageAccess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Account,
    Profile,
    InvoiceSection,
    Customer,
    Department,
}

#[derive(Debug, PartialEq, Eq)]
enum Actions {
    Named(&'static [&'static str]),
    /// First digits of a GUID, and the numbers at the ends of the permissions.
    Numbered(&'static [(u8, &'static [u8])]),
}

const EA: &[Agreement] = &[Agreement::EnterpriseAgreement];
const MODERN: &[Agreement] = &[
    Agreement::MicrosoftCustomerAgreement,
    Agreement::MicrosoftPartnerAgreement,
];
const MCA: &[Agreement] = &[Agreement::MicrosoftCustomerAgreement];
const MPA: &[Agreement] = &[Agreement::MicrosoftPartnerAgreement];

const SECTION_OWNER: &[u8] = &[0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18];
const SECTION_CONTRIBUTOR: &[u8] = &[1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18];
const SECTION_READER: &[u8] = &[1, 4, 7, 15, 17];
const PROFILE_OWNER: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13];
const PROFILE_CONTRIBUTOR: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13];

static ROLES: [BillingRole; 18] = [
    BillingRole {
        id: ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR,
        name: "EnrollmentAdministrator",
        description: "Manages the enrollment and everybody's access to it.",
        agreements: EA,
        level: Level::Account,
        right: Right::ManageAccess,
        for_service_principals: false,
        actions: Actions::Named(&[
            "Microsoft.Billing/billingAccounts/read",
            "Microsoft.Billing/billingAccounts/write",
            "Microsoft.Billing/billingAccounts/billingRoleAssignments/read",
            "Microsoft.Billing/billingAccounts/billingRoleAssignments/write",
            "Microsoft.Billing/billingAccounts/billingRoleAssignments/delete",
            "Microsoft.Billing/billingAccounts/departments/read",
            "Microsoft.Billing/billingAccounts/departments/write",
            "Microsoft.Billing/billingAccounts/enrollmentAccounts/read",
            "Microsoft.Billing/billingAccounts/enrollmentAccounts/write",
        ]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_ENROLLMENT_READER,
        name: "EnrollmentReader",
        description: "Reads the enrollment, its departments and accounts, and their usage and charges.",
        agreements: EA,
        level: Level::Account,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Named(&[
            "Microsoft.Billing/billingAccounts/read",
            "Microsoft.Billing/billingAccounts/billingRoleAssignments/read",
            "Microsoft.Billing/billingAccounts/departments/read",
            "Microsoft.Billing/billingAccounts/enrollmentAccounts/read",
        ]),
    },
    BillingRole {
        id: uuid!("da6647fb-7651-49ee-be91-c43c4877f0c4"),
        name: "EA purchaser",
        description: "Buys reservations and savings plans for the enrollment.",
        agreements: EA,
        level: Level::Account,
        right: Right::Purchase,
        for_service_principals: true,
        actions: Actions::Named(&["Microsoft.Billing/billingAccounts/read"]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_DEPARTMENT_ADMINISTRATOR,
        name: "DepartmentAdministrator",
        description: "Manages the department and everybody's access to it.",
        agreements: EA,
        level: Level::Department,
        right: Right::ManageAccess,
        for_service_principals: false,
        actions: Actions::Named(&[
            "Microsoft.Billing/billingAccounts/departments/read",
            "Microsoft.Billing/billingAccounts/departments/write",
            "Microsoft.Billing/billingAccounts/departments/billingRoleAssignments/read",
            "Microsoft.Billing/billingAccounts/departments/billingRoleAssignments/write",
            "Microsoft.Billing/billingAccounts/departments/billingRoleAssignments/delete",
        ]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_DEPARTMENT_READER,
        name: "DepartmentReader",
        description: "Reads the department and its usage.",
        agreements: EA,
        level: Level::Department,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Named(&["Microsoft.Billing/billingAccounts/departments/read"]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_ACCOUNT_OWNER,
        name: "Billing account owner",
        description: "The Owner role gives the user all permissions including access management rights to the organization.",
        agreements: MODERN,
        level: Level::Account,
        right: Right::ManageAccess,
        for_service_principals: true,
        actions: Actions::Numbered(&[
            (50, &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
            (10, &[1, 2, 3, 6, 7]),
            (40, PROFILE_OWNER),
            (30, SECTION_OWNER),
        ]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_ACCOUNT_CONTRIBUTOR,
        name: "Billing account contributor",
        description: "The Contributor role gives the user all permissions except access management on the organization.",
        agreements: MODERN,
        level: Level::Account,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Numbered(&[
            (50, &[1, 2, 3, 4, 5, 6, 7, 8]),
            (10, &[1, 2, 3, 6, 7]),
            (40, PROFILE_CONTRIBUTOR),
            (30, SECTION_CONTRIBUTOR),
        ]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_ACCOUNT_READER,
        name: "Billing account reader",
        description: "The Reader role gives the user read permissions to an organization.",
        agreements: MODERN,
        level: Level::Account,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Numbered(&[
            (50, &[1, 5, 6, 7]),
            (10, &[3]),
            (30, &[1, 4, 7, 10, 15, 17]),
            (40, &[6, 7, 8, 12]),
        ]),
    },
    BillingRole {
        id: uuid!("50000000-aaaa-bbbb-cccc-100000000003"),
        name: "Basic Purchaser",
        description: "The Purchaser role gives the user permissions to make purchases by creating new Projects and Billing Groups in an organization.",
        agreements: MODERN,
        level: Level::Account,
        right: Right::Purchase,
        for_service_principals: true,
        actions: Actions::Numbered(&[(10, &[6, 7]), (50, &[1, 6])]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_PROFILE_OWNER,
        name: "Billing profile owner",
        description: "The Owner role gives the user all permissions including access management rights to the billing profile.",
        agreements: MODERN,
        level: Level::Profile,
        right: Right::ManageAccess,
        for_service_principals: true,
        actions: Actions::Numbered(&[(40, PROFILE_OWNER)]),
    },
    BillingRole {
        id: uuid!("40000000-aaaa-bbbb-cccc-100000000001"),
        name: "Billing profile contributor",
        description: "The Contributor role gives the user all permissions except access management rights to the billing profile.",
        agreements: MODERN,
        level: Level::Profile,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Numbered(&[(40, PROFILE_CONTRIBUTOR)]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_PROFILE_READER,
        name: "Billing profile reader",
        description: "The Reader role gives the user read only access to the billing profile.",
        agreements: MODERN,
        level: Level::Profile,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Numbered(&[(40, &[6, 7, 8, 12])]),
    },
    BillingRole {
        id: uuid!("40000000-aaaa-bbbb-cccc-100000000004"),
        name: "Invoice manager",
        description: "The Invoice Manager role gives the user the ability to view and manage invoices.",
        agreements: MODERN,
        level: Level::Profile,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Numbered(&[(40, &[6, 7, 8, 11, 12, 13])]),
    },
    BillingRole {
        id: uuid!("30000000-aaaa-bbbb-cccc-100000000000"),
        name: "Invoice section owner",
        description: "The Owner role gives the user all permissions including access management rights to the invoice section.",
        agreements: MCA,
        level: Level::InvoiceSection,
        right: Right::ManageAccess,
        for_service_principals: true,
        actions: Actions::Numbered(&[(30, SECTION_OWNER)]),
    },
    BillingRole {
        id: uuid!("30000000-aaaa-bbbb-cccc-100000000001"),
        name: "Invoice section contributor",
        description: "The Contributor role gives the user all permissions except access management rights to the invoice section.",
        agreements: MCA,
        level: Level::InvoiceSection,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Numbered(&[(30, SECTION_CONTRIBUTOR)]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_SECTION_OR_CUSTOMER_READER,
        name: "Invoice section reader",
        description: "The reader role gives the user read only access to the invoice section.",
        agreements: MCA,
        level: Level::InvoiceSection,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Numbered(&[(30, SECTION_READER)]),
    },
    BillingRole {
        id: uuid!("30000000-aaaa-bbbb-cccc-100000000006"),
        name: "Azure subscription creator",
        description: "The Azure subscription creator role gives the user the ability to create an Azure subscription for the invoice section.",
        agreements: MCA,
        level: Level::InvoiceSection,
        right: Right::Purchase,
        for_service_principals: true,
        actions: Actions::Numbered(&[(30, &[1, 13])]),
    },
    BillingRole {
        id: ids::BILLING_ROLE_SECTION_OR_CUSTOMER_READER,
        name: "Customer reader",
        description: "The reader role gives the user read only access to the customer.",
        agreements: MPA,
        level: Level::Customer,
        right: Right::Read,
        for_service_principals: true,
        actions: Actions::Numbered(&[(30, SECTION_READER)]),
    },
];

/// The roles that can be given at a kind of scope under an agreement.
pub(super) fn roles(
    agreement: Agreement,
    kind: &Kind,
) -> impl Iterator<Item = &'static BillingRole> {
    let level = match kind {
        Kind::Account => Some(Level::Account),
        Kind::Profile(_) => Some(Level::Profile),
        Kind::InvoiceSection { .. } => Some(Level::InvoiceSection),
        Kind::Customer {
            profile: Some(_), ..
        } => Some(Level::Customer),
        Kind::Customer { profile: None, .. } => None,
        Kind::Department(_) => Some(Level::Department),
    };
    ROLES
        .iter()
        .filter(move |role| Some(role.level) == level && role.agreements.contains(&agreement))
}

/// One of them.
pub(super) fn role(agreement: Agreement, kind: &Kind, id: Uuid) -> Option<&'static BillingRole> {
    roles(agreement, kind).find(|role| role.id == id)
}

impl BillingRole {
    /// What it permits, as `billingPermissions` says it.
    pub(super) fn actions(&self) -> Vec<String> {
        match self.actions {
            Actions::Named(names) => names.iter().map(|name| (*name).to_owned()).collect(),
            Actions::Numbered(groups) => groups
                .iter()
                .flat_map(|(group, numbers)| {
                    numbers.iter().map(move |number| {
                        format!("{group}000000-aaaa-bbbb-cccc-2000000000{number:02}")
                    })
                })
                .collect(),
        }
    }
}
