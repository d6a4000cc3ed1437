//! The words in which tests fill Partner Center's part of a state, and a Contoso that is a CSP partner.
//!
//! As in `contoso`, ids follow from names.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::super::ids;
use super::super::tenant::{DirectoryRole, State};
use super::account::{
    PartnerAccount, PartnerCustomer, PartnerKind, PartnerOffer, PartnerSubscription,
};

impl State {
    /// Contoso with billing accounts that is a direct-bill partner besides. Its customers are the twelve of the partner
    /// agreement, on the Azure plan, and three that Cost Management does not know: two on the old Azure offer and one with
    /// licences only. Avery is Admin agent. No application is registered in App management.
    #[must_use]
    pub fn contoso_as_partner() -> Self {
        let mut state = Self::contoso_with_billing();
        state.add_partner(
            ids::TENANT,
            PartnerKind::DirectBill,
            ids::PARTNER_LOCATION_ID,
        );
        let account = state
            .billing
            .accounts
            .get(&ids::MPA_ACCOUNT.to_ascii_lowercase());
        let billed: Vec<(Uuid, String)> = account
            .map(|account| account.customers.values())
            .into_iter()
            .flatten()
            .map(|customer| (customer.tenant, customer.display_name.clone()))
            .collect();
        for (tenant, name) in billed {
            let customer = customer(tenant, &name, PartnerOffer::AzurePlan);
            state.insert_partner_customer(ids::TENANT, customer);
        }
        state.add_partner_customer(ids::TENANT, "Relecloud", PartnerOffer::LegacyAzure);
        state.add_partner_customer(ids::TENANT, "Trey Research", PartnerOffer::LegacyAzure);
        state.add_partner_customer(ids::TENANT, "VanArsdel", PartnerOffer::Licences);
        if let Some(partner) = state.partner_mut(ids::TENANT) {
            ids::PARTNER_GLOBAL_ID.clone_into(&mut partner.global_id);
        }
        state
    }

    /// Makes a directory a partner with a signed agreement and no customers. Its Global administrators are Admin agents too.
    /// `location_id` is the partner ID; that of the headquarters is the same with a 9 in front.
    pub fn add_partner(&mut self, tenant: Uuid, kind: PartnerKind, location_id: &str) {
        let company_name = self
            .tenants
            .get(&tenant)
            .map(|tenant| tenant.display_name.clone());
        let admin_agents: BTreeSet<Uuid> = self
            .users
            .values()
            .filter(|user| {
                user.tenant == tenant
                    && user
                        .directory_roles
                        .contains(&DirectoryRole::GlobalAdministrator)
            })
            .map(|user| user.id)
            .collect();
        let account = PartnerAccount {
            tenant,
            kind,
            company_name: company_name.unwrap_or_default(),
            country: "DE".to_owned(),
            global_id: format!("9{location_id}"),
            location_id: location_id.to_owned(),
            agreement_signed: true,
            programme_active: true,
            registered_applications: BTreeSet::new(),
            admin_agents,
            without_second_factor: BTreeSet::new(),
            customers: BTreeMap::new(),
        };
        self.partner_center.accounts.insert(tenant, account);
    }

    /// The partner account of a directory.
    pub fn partner_mut(&mut self, tenant: Uuid) -> Option<&mut PartnerAccount> {
        self.partner_center.accounts.get_mut(&tenant)
    }

    /// Adds a customer that bought one thing, and returns the id of its directory.
    pub fn add_partner_customer(&mut self, partner: Uuid, name: &str, offer: PartnerOffer) -> Uuid {
        let id = derived("customer", partner, name);
        self.insert_partner_customer(partner, customer(id, name, offer));
        id
    }

    /// Adds so many customers, called `Customer 00001` and so on.
    pub fn add_partner_customers(&mut self, partner: Uuid, count: usize, offer: PartnerOffer) {
        for number in 1..=count {
            self.add_partner_customer(partner, &format!("Customer {number:05}"), offer);
        }
    }

    /// The click of a person on the page "App management": lets an application of the partner's directory call on its own.
    /// False where the directory is no partner or has no such application.
    pub fn register_in_app_management(&mut self, tenant: Uuid, client_id: Uuid) -> bool {
        let known = self.applications.values().any(|application| {
            application.tenant == tenant
                && application.app_id == client_id
                && application.deleted_at.is_none()
        });
        match self.partner_center.accounts.get_mut(&tenant) {
            Some(account) if known => {
                account.registered_applications.insert(client_id);
                true
            }
            _ => false,
        }
    }

    fn insert_partner_customer(&mut self, partner: Uuid, customer: PartnerCustomer) {
        if let Some(account) = self.partner_mut(partner) {
            account.customers.insert(customer.tenant, customer);
        }
    }
}

fn customer(tenant: Uuid, name: &str, offer: PartnerOffer) -> PartnerCustomer {
    let label: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let subscription = PartnerSubscription {
        id: derived("subscription", tenant, name),
        offer,
        status: "active".to_owned(),
    };
    PartnerCustomer {
        tenant,
        domain: format!("{label}.onmicrosoft.com"),
        company_name: name.to_owned(),
        delegated_access: false,
        subscriptions: vec![subscription],
    }
}

fn derived(kind: &str, within: Uuid, name: &str) -> Uuid {
    Uuid::new_v5(&within, format!("partner {kind}:{name}").as_bytes())
}
