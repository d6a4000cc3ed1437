//! The sample state, and the words in which tests change a state.
//!
//! Ids made here follow from names, so that two runs of a test see the same ones; what the services make has random ids.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::billing::Billing;
use super::ids;
use super::tenant::{
    AppManagementPolicy, Application, CostProfile, DirectoryRole, ManagementGroup,
    PasswordCredential, RoleAssignment, STATE_VERSION, ServicePrincipal, State, Subscription,
    SubscriptionState, Tenant, User, UserType,
};

/// When everything in the sample was made: 2025-01-06T08:00:00Z.
const FOUNDED: Timestamp = Timestamp::constant(1_736_150_400, 0);
/// When the operator's secret expires: 2099-01-01T00:00:00Z.
const FAR_AWAY: Timestamp = Timestamp::constant(4_070_908_800, 0);
/// The resource groups that every subscription has.
const COST_GROUPS: [&str; 3] = ["web", "data", "operations"];

impl State {
    /// Nothing at all.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            version: STATE_VERSION,
            tenants: BTreeMap::new(),
            users: BTreeMap::new(),
            applications: BTreeMap::new(),
            service_principals: BTreeMap::new(),
            management_groups: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            role_assignments: BTreeMap::new(),
            billing: Billing::default(),
            storage: super::storage::Storage::default(),
            exports: super::exports::Exports::default(),
            partner_center: super::partner_center::PartnerCenter::default(),
            key_vaults: BTreeMap::new(),
        }
    }

    /// One directory, three people, one subscription, and an operator for pipelines; the ids are in [`ids`]. The subscription
    /// has three resource groups, where its costs arise, and the providers of storage and costs, but not the one of exports. There
    /// is one key vault, empty; and elsewhere, a vendor's application that the directory may take in.
    #[must_use]
    pub fn contoso() -> Self {
        let mut state = Self::empty();
        state.found(
            ids::TENANT,
            "Contoso",
            "contoso.com",
            "contoso.onmicrosoft.com",
        );
        let root = management_group_scope(&ids::TENANT.to_string());

        let administrator = BTreeSet::from([DirectoryRole::GlobalAdministrator]);
        state.enrol(person(
            ids::AVERY,
            ids::AVERY_NAME,
            "Avery Howard",
            administrator,
        ));
        state.enrol(person(ids::LEE, ids::LEE_NAME, "Lee Gu", BTreeSet::new()));
        state.enrol(User {
            sign_in_name: "riley@fabrikam.com".to_owned(),
            user_type: UserType::Guest,
            home_tenant: ids::FABRIKAM_TENANT,
            ..person(
                ids::RILEY,
                ids::RILEY_NAME,
                "Riley Johnson",
                BTreeSet::new(),
            )
        });

        state.found_subscription(ids::SUBSCRIPTION, ids::TENANT, "Contoso Production");
        for namespace in [
            "Microsoft.Storage",
            "Microsoft.CostManagement",
            "Microsoft.Consumption",
        ] {
            state.register_provider(ids::SUBSCRIPTION, namespace);
        }
        state.hire_operator();
        state.add_vendor_application(ids::VENDOR_CLIENT_ID, "Harness Continuous Efficiency App");
        state.add_key_vault(ids::KEY_VAULT);
        state.assign_role(ids::AVERY, ids::ROLE_OWNER, &root);
        state.assign_role(ids::OPERATOR_SERVICE_PRINCIPAL, ids::ROLE_OWNER, &root);
        state.assign_role(
            ids::LEE,
            ids::ROLE_READER,
            &format!("/subscriptions/{}", ids::SUBSCRIPTION),
        );
        state
    }

    /// Adds a directory with its root management group, whose name is the tenant id.
    pub fn add_tenant(&mut self, display_name: &str, default_domain: &str) -> Uuid {
        let id = derived("tenant", default_domain);
        let label = default_domain.split('.').next().unwrap_or(default_domain);
        self.found(
            id,
            display_name,
            default_domain,
            &format!("{label}.onmicrosoft.com"),
        );
        id
    }

    /// Adds a member without any role.
    pub fn add_user(
        &mut self,
        tenant: Uuid,
        user_principal_name: &str,
        display_name: &str,
    ) -> Uuid {
        let id = derived("user", &format!("{tenant}/{user_principal_name}"));
        let user = User {
            tenant,
            home_tenant: tenant,
            ..person(id, user_principal_name, display_name, BTreeSet::new())
        };
        self.enrol(user);
        id
    }

    /// Invites a user of another directory as a guest.
    pub fn add_guest(
        &mut self,
        tenant: Uuid,
        home_tenant: Uuid,
        sign_in_name: &str,
        display_name: &str,
    ) -> Uuid {
        let initial_domain = self
            .tenants
            .get(&tenant)
            .map(|tenant| tenant.initial_domain.clone())
            .unwrap_or_default();
        let name = format!("{}#EXT#@{initial_domain}", sign_in_name.replace('@', "_"));
        let id = derived("user", &format!("{tenant}/{name}"));
        self.enrol(User {
            tenant,
            home_tenant,
            sign_in_name: sign_in_name.to_owned(),
            user_type: UserType::Guest,
            ..person(id, &name, display_name, BTreeSet::new())
        });
        id
    }

    /// Adds a subscription with daily costs to Contoso, directly under its root management group.
    pub fn add_subscription(&mut self, display_name: &str) -> Uuid {
        self.add_subscription_in(ids::TENANT, display_name)
    }

    /// Adds a subscription with daily costs to a directory, directly under its root management group.
    pub fn add_subscription_in(&mut self, tenant: Uuid, display_name: &str) -> Uuid {
        let id = derived("subscription", &format!("{tenant}/{display_name}"));
        self.found_subscription(id, tenant, display_name);
        id
    }

    /// Adds a management group under another; give the tenant id for the root.
    pub fn add_management_group(
        &mut self,
        tenant: Uuid,
        name: &str,
        display_name: &str,
        parent: &str,
    ) {
        let group = ManagementGroup {
            name: name.to_owned(),
            tenant,
            display_name: display_name.to_owned(),
            parent: Some(parent.to_owned()),
        };
        self.management_groups.insert(name.to_owned(), group);
    }

    /// Gives a principal a role at a scope, with effect at once, and returns the assignment's name.
    pub fn assign_role(&mut self, principal: Uuid, role: Uuid, scope: &str) -> Uuid {
        let name = derived("assignment", &format!("{scope}/{principal}/{role}"));
        let is_user = self.users.contains_key(&principal);
        let tenant = self.users.get(&principal).map(|user| user.tenant);
        let tenant = tenant.or_else(|| {
            self.service_principals
                .get(&principal)
                .map(|found| found.tenant)
        });
        let assignment = RoleAssignment {
            name,
            tenant: tenant.unwrap_or(ids::TENANT),
            scope: scope.to_owned(),
            principal,
            principal_type: if is_user { "User" } else { "ServicePrincipal" }.to_owned(),
            role,
            description: None,
            condition: None,
            condition_version: None,
            created_by: None,
            created: FOUNDED,
            effective_at: FOUNDED,
        };
        self.role_assignments.insert(name, assignment);
        name
    }

    /// Adds an application without credentials, visible at once, and returns its object id.
    pub fn add_application(&mut self, tenant: Uuid, display_name: &str) -> Uuid {
        let id = derived("application", &format!("{tenant}/{display_name}"));
        let app_id = derived("client", &format!("{tenant}/{display_name}"));
        self.applications
            .insert(id, application(id, app_id, tenant, display_name));
        id
    }

    /// Adds the service principal of an application to its directory, visible at once, and returns its object id.
    pub fn add_service_principal(&mut self, application: Uuid) -> Option<Uuid> {
        let application = self.applications.get(&application)?;
        let id = derived("service principal", &application.app_id.to_string());
        let principal = service_principal(
            id,
            application.app_id,
            application.tenant,
            &application.display_name,
        );
        self.service_principals.insert(id, principal);
        Some(id)
    }

    /// The user with this user principal name or sign-in name, in whichever directory is first.
    pub fn user_mut(&mut self, name: &str) -> Option<&mut User> {
        self.users.values_mut().find(|user| user.is_called(name))
    }

    fn found(&mut self, id: Uuid, display_name: &str, default_domain: &str, initial_domain: &str) {
        let policy = AppManagementPolicy {
            id: derived("app management policy", &id.to_string()),
            is_enabled: false,
            password_addition_forbidden: false,
            password_max_lifetime: None,
        };
        let tenant = Tenant {
            id,
            display_name: display_name.to_owned(),
            default_domain: default_domain.to_owned(),
            initial_domain: initial_domain.to_owned(),
            allowed_to_create_apps: true,
            app_management_policy: policy,
            device_code_blocked: false,
        };
        self.tenants.insert(id, tenant);
        let root = ManagementGroup {
            name: id.to_string(),
            tenant: id,
            display_name: "Tenant Root Group".to_owned(),
            parent: None,
        };
        self.management_groups.insert(id.to_string(), root);
    }

    fn enrol(&mut self, user: User) {
        self.users.insert(user.id, user);
    }

    fn found_subscription(&mut self, id: Uuid, tenant: Uuid, display_name: &str) {
        let subscription = Subscription {
            id,
            display_name: display_name.to_owned(),
            tenant,
            state: SubscriptionState::Enabled,
            quota_id: "EnterpriseAgreement_2014-09-01".to_owned(),
            parent: tenant.to_string(),
            costs: CostProfile::Daily {
                currency: "EUR".to_owned(),
                amount: 184.0,
            },
        };
        self.subscriptions.insert(id, subscription);
        // Where the costs of every simulated subscription arise.
        for group in COST_GROUPS {
            self.add_resource_group(id, group);
        }
    }

    fn hire_operator(&mut self) {
        let name = "azconnect sandbox operator";
        let mut operator = application(
            ids::OPERATOR_APPLICATION,
            ids::OPERATOR_CLIENT_ID,
            ids::TENANT,
            name,
        );
        operator.password_credentials.push(PasswordCredential {
            key_id: ids::OPERATOR_KEY_ID,
            display_name: Some("sandbox".to_owned()),
            start_date_time: FOUNDED,
            end_date_time: FAR_AWAY,
            hint: ids::OPERATOR_SECRET.chars().take(3).collect(),
            secret_text: ids::OPERATOR_SECRET.to_owned(),
            effective_at: FOUNDED,
        });
        self.applications.insert(operator.id, operator);
        let mut principal = service_principal(
            ids::OPERATOR_SERVICE_PRINCIPAL,
            ids::OPERATOR_CLIENT_ID,
            ids::TENANT,
            name,
        );
        principal
            .directory_roles
            .insert(DirectoryRole::ApplicationAdministrator);
        self.service_principals.insert(principal.id, principal);
    }
}

impl User {
    /// Whether this is the person's user principal name or sign-in name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.user_principal_name.eq_ignore_ascii_case(name)
            || self.sign_in_name.eq_ignore_ascii_case(name)
    }
}

pub(super) fn derived(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&ids::TENANT, format!("{kind}:{name}").as_bytes())
}

fn management_group_scope(name: &str) -> String {
    format!("/providers/Microsoft.Management/managementGroups/{name}")
}

fn person(
    id: Uuid,
    name: &str,
    display_name: &str,
    directory_roles: BTreeSet<DirectoryRole>,
) -> User {
    User {
        id,
        tenant: ids::TENANT,
        user_principal_name: name.to_owned(),
        sign_in_name: name.to_owned(),
        display_name: display_name.to_owned(),
        user_type: UserType::Member,
        home_tenant: ids::TENANT,
        directory_roles,
        account_enabled: true,
    }
}

pub(super) fn application(id: Uuid, app_id: Uuid, tenant: Uuid, display_name: &str) -> Application {
    Application {
        id,
        app_id,
        tenant,
        display_name: display_name.to_owned(),
        unique_name: None,
        sign_in_audience: "AzureADMyOrg".to_owned(),
        redirect_uris: Vec::new(),
        notes: None,
        description: None,
        service_management_reference: None,
        tags: Vec::new(),
        password_credentials: Vec::new(),
        key_credentials: Vec::new(),
        federated_identity_credentials: Vec::new(),
        owners: BTreeSet::new(),
        is_disabled: false,
        created: FOUNDED,
        visible_at: FOUNDED,
        deleted_at: None,
    }
}

fn service_principal(id: Uuid, app_id: Uuid, tenant: Uuid, display_name: &str) -> ServicePrincipal {
    ServicePrincipal {
        id,
        app_id,
        tenant,
        display_name: display_name.to_owned(),
        account_enabled: true,
        notes: None,
        tags: Vec::new(),
        directory_roles: BTreeSet::new(),
        created: FOUNDED,
        visible_at: FOUNDED,
    }
}
