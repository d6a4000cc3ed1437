//! The words in which tests fill the billing part of a state, and a Contoso that has one account of every agreement.
//!
//! As in `contoso`, ids follow from names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::ids;
use super::super::tenant::{CostProfile, State};
use super::account::{
    AccountStatus, Agreement, BillingAccount, BillingProfile, BillingRoleAssignment, Customer,
    Department, EnrollmentDetails,
};
use super::role_assignments::key;

/// When everything in the sample was made: 2025-01-06T08:00:00Z.
const FOUNDED: Timestamp = Timestamp::constant(1_736_150_400, 0);
/// When an enrollment that still runs ends: 2099-01-01T00:00:00Z.
const FAR_AWAY: Timestamp = Timestamp::constant(4_070_908_800, 0);
/// The billing profile that every MCA and MPA account has.
const PROFILE: &str = "CNTS-MAIN-BG7-TGB";
/// Names of customers; from the eleventh on they are numbered.
const CUSTOMERS: [&str; 10] = [
    "Adatum",
    "Alpine Ski House",
    "Bellows College",
    "Fourth Coffee",
    "Litware",
    "Northwind Traders",
    "Proseware",
    "Tailspin Toys",
    "Wide World Importers",
    "Woodgrove Bank",
];

impl State {
    /// Contoso with an enrollment and its transferred predecessor, an MCA, an MPA with twelve customers and a MOSP account.
    /// Avery is Enterprise Administrator of the former two, owner of the MCA, administrator of the last, and Global
    /// Administrator over the MPA; the names are in [`ids`].
    #[must_use]
    pub fn contoso_with_billing() -> Self {
        let mut state = Self::contoso();
        let enrollment = state.add_enrollment(ids::ENROLLMENT, "Contoso Enterprise");
        let transferred = state.add_enrollment(ids::TRANSFERRED_ENROLLMENT, "Contoso until 2025");
        state.set_billing_status(ids::TRANSFERRED_ENROLLMENT, AccountStatus::Transferred);
        for scope in [enrollment, transferred] {
            state.assign_billing_role(
                ids::AVERY,
                ids::BILLING_ROLE_ENROLLMENT_ADMINISTRATOR,
                &scope,
            );
        }
        let mca = state.insert_modern(
            Agreement::MicrosoftCustomerAgreement,
            ids::MCA_ACCOUNT,
            ids::TENANT,
            "Contoso Services",
        );
        state.assign_billing_role(ids::AVERY, ids::BILLING_ROLE_ACCOUNT_OWNER, &mca);
        state.insert_modern(
            Agreement::MicrosoftPartnerAgreement,
            ids::MPA_ACCOUNT,
            ids::TENANT,
            "Contoso Partner",
        );
        state.add_customers(ids::MPA_ACCOUNT, 12);
        state.insert_mosp(
            ids::MOSP_ACCOUNT,
            ids::TENANT,
            "Contoso pay-as-you-go",
            ids::AVERY,
        );
        state
    }

    /// Adds an active enrollment with the departments 101 and 102, whose people are Contoso's, and returns its id.
    pub fn add_enrollment(&mut self, number: &str, display_name: &str) -> String {
        let mut account = account(
            Agreement::EnterpriseAgreement,
            number,
            ids::TENANT,
            display_name,
        );
        account.enrollment = Some(EnrollmentDetails {
            start: FOUNDED,
            end: FAR_AWAY,
            channel: "EaDirect".to_owned(),
            currency: "EUR".to_owned(),
        });
        for (name, display_name) in [("101", "Production"), ("102", "Research")] {
            let department = Department {
                name: name.to_owned(),
                display_name: display_name.to_owned(),
            };
            account.departments.insert(name.to_owned(), department);
        }
        self.insert_account(account)
    }

    /// Adds a Microsoft Customer Agreement of a directory, with one billing profile and one invoice section in it, and
    /// returns its id.
    pub fn add_mca_account(&mut self, tenant: Uuid, display_name: &str) -> String {
        let name = modern_name(tenant, display_name);
        self.insert_modern(
            Agreement::MicrosoftCustomerAgreement,
            &name,
            tenant,
            display_name,
        )
    }

    /// Adds a Microsoft Partner Agreement of a directory, with one billing profile and so many customers, and returns its id.
    pub fn add_mpa_account(
        &mut self,
        tenant: Uuid,
        display_name: &str,
        customers: usize,
    ) -> String {
        let name = modern_name(tenant, display_name);
        let id = self.insert_modern(
            Agreement::MicrosoftPartnerAgreement,
            &name,
            tenant,
            display_name,
        );
        self.add_customers(&name, customers);
        id
    }

    /// Adds a pay-as-you-go account of an account administrator, and returns its id.
    pub fn add_mosp_account(
        &mut self,
        tenant: Uuid,
        display_name: &str,
        administrator: Uuid,
    ) -> String {
        let name = derived("account", tenant, display_name).to_string();
        self.insert_mosp(&name, tenant, display_name, administrator)
    }

    /// Gives a principal a billing role at a billing scope, with effect at once and without asking whether the scope has
    /// such a role. Returns the assignment's name.
    pub fn assign_billing_role(&mut self, principal: Uuid, role: Uuid, scope: &str) -> String {
        let name = derived("assignment", principal, &format!("{scope}/{role}")).to_string();
        let user = self.users.get(&principal).map(|user| user.tenant);
        let service_principal = self
            .service_principals
            .get(&principal)
            .map(|found| found.tenant);
        let assignment = BillingRoleAssignment {
            name: name.clone(),
            scope: scope.to_owned(),
            role,
            principal,
            tenant: user.or(service_principal).unwrap_or(ids::TENANT),
            principal_type: if user.is_some() {
                "User"
            } else {
                "ServicePrincipal"
            }
            .to_owned(),
            created_by: None,
            created: FOUNDED,
            effective_at: FOUNDED,
        };
        self.billing
            .role_assignments
            .insert(key(scope, &name), assignment);
        name
    }

    /// The billing account of this name, or of this id.
    pub fn billing_account_mut(&mut self, name: &str) -> Option<&mut BillingAccount> {
        let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        self.billing.accounts.get_mut(&name)
    }

    /// Changes the status of a billing account, if it is there.
    pub fn set_billing_status(&mut self, name: &str, status: AccountStatus) {
        if let Some(account) = self.billing_account_mut(name) {
            account.status = status;
        }
    }

    /// The id of the billing profile that every MCA and MPA account is made with.
    #[must_use]
    pub fn first_billing_profile(account: &str) -> String {
        format!("{account}/billingProfiles/{PROFILE}")
    }

    fn add_customers(&mut self, account: &str, count: usize) {
        let Some(account) = self.billing_account_mut(account) else {
            return;
        };
        for number in 0..count {
            let name = CUSTOMERS.get(number).map_or_else(
                || format!("Customer {:04}", number + 1),
                |name| (*name).to_owned(),
            );
            let tenant = derived("customer", account.tenant, &name);
            let customer = Customer {
                tenant,
                display_name: name,
                status: "Active".to_owned(),
                profile: PROFILE.to_owned(),
                azure_plans: vec!["Microsoft Azure Plan".to_owned()],
                costs: daily(41.0),
            };
            account.customers.insert(tenant, customer);
        }
    }

    fn insert_modern(
        &mut self,
        agreement: Agreement,
        name: &str,
        tenant: Uuid,
        display_name: &str,
    ) -> String {
        let mut account = account(agreement, name, tenant, display_name);
        let sections = match agreement {
            Agreement::MicrosoftCustomerAgreement => {
                BTreeMap::from([("CNTS-INV1-PJA-TGB".to_owned(), "Operations".to_owned())])
            }
            _ => BTreeMap::new(),
        };
        let profile = BillingProfile {
            name: PROFILE.to_owned(),
            display_name: display_name.to_owned(),
            currency: "EUR".to_owned(),
            invoice_sections: sections,
        };
        account.profiles.insert(PROFILE.to_owned(), profile);
        self.insert_account(account)
    }

    fn insert_mosp(&mut self, name: &str, tenant: Uuid, display_name: &str, owner: Uuid) -> String {
        let agreement = Agreement::MicrosoftOnlineServicesProgram;
        let mut account = account(agreement, name, tenant, display_name);
        account.administrator = Some(owner);
        self.insert_account(account)
    }

    fn insert_account(&mut self, account: BillingAccount) -> String {
        let id = format!(
            "/providers/Microsoft.Billing/billingAccounts/{}",
            account.name
        );
        self.billing
            .accounts
            .insert(account.name.to_ascii_lowercase(), account);
        id
    }
}

fn account(agreement: Agreement, name: &str, tenant: Uuid, display_name: &str) -> BillingAccount {
    let account_type = match agreement {
        Agreement::EnterpriseAgreement => "Enterprise",
        Agreement::MicrosoftCustomerAgreement => "Business",
        Agreement::MicrosoftPartnerAgreement => "Partner",
        Agreement::MicrosoftOnlineServicesProgram => "Individual",
    };
    BillingAccount {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        agreement,
        account_type: account_type.to_owned(),
        status: AccountStatus::Active,
        tenant,
        enrollment: None,
        administrator: None,
        profiles: BTreeMap::new(),
        departments: BTreeMap::new(),
        customers: BTreeMap::new(),
        costs: daily(512.0),
    }
}

fn daily(amount: f64) -> CostProfile {
    CostProfile::Daily {
        currency: "EUR".to_owned(),
        amount,
    }
}

/// `guid:guid_date`, as MCA and MPA accounts are called.
fn modern_name(tenant: Uuid, display_name: &str) -> String {
    let (first, second) = (
        derived("account", tenant, display_name),
        derived("organisation", tenant, display_name),
    );
    format!("{first}:{second}_2019-05-31")
}

fn derived(kind: &str, within: Uuid, name: &str) -> Uuid {
    Uuid::new_v5(&within, format!("billing {kind}:{name}").as_bytes())
}
