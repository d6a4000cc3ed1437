//! The engine: from what is wanted to steps, run by one executor with one journal. Knows steps, not Azure's APIs.
//!
//! ```text
//! ConnectionSpec ─ Plan::new ─ survey (what is there?) ─ preflight (who may?) ─ execute (intent, act, outcome) ─ receipts
//!                                                                                        undo: newest first, by id
//! ```

pub mod backfill;
pub mod backfill_book;
pub mod execute;
pub mod journal;
pub mod preflight;
pub mod rotation;
pub mod survey;
pub mod undo;
pub mod unnoted;

use uuid::Uuid;

use crate::azure::ids::KeyId;
use crate::connection::handover;
use crate::connection::{Application, ConnectionSpec, Credential, Scope, ScopeChoice};
use crate::error::{Error, Result};
use crate::steps::Step;
use crate::steps::application::ApplicationStep;
use crate::steps::billing_role::BillingRoleStep;
use crate::steps::certificate::CertificateStep;
use crate::steps::federated::FederatedStep;
use crate::steps::principal::PrincipalStep;
use crate::steps::role::RoleStep;
use crate::steps::secret::SecretStep;
use crate::steps::service_principal::ServicePrincipalStep;
use crate::vendors::{self, Grant, Level, System, Vendor};

/// The steps that lead to a connection, in an order in which each comes after those it needs.
pub struct Plan {
    steps: Vec<Box<dyn Step>>,
}

impl Plan {
    /// The plan for a connection.
    ///
    /// `known_secret` is the key id of a secret that an earlier run made and that this machine still keeps; `kept_in` says where a new
    /// one will be kept.
    ///
    /// # Errors
    /// `Usage` where the vendor needs something that this release can't do, named.
    pub fn new(
        spec: &ConnectionSpec,
        vendor: &Vendor,
        known_secret: Option<KeyId>,
        kept_in: Option<&str>,
    ) -> Result<Plan> {
        let application_is_ours = matches!(spec.application, Application::Own { .. });
        if let Application::Principal {
            object_id,
            client_id,
            display_name,
        } = &spec.application
        {
            let mut steps: Vec<Box<dyn Step>> = vec![Box::new(PrincipalStep {
                object_id: *object_id,
                client_id: *client_id,
                display_name: display_name.clone(),
            })];
            steps.extend(roles(spec, vendor)?);
            return Ok(Plan { steps });
        }
        let mut steps: Vec<Box<dyn Step>> = vec![
            Box::new(ApplicationStep {
                application: spec.application.clone(),
                vendor_name: vendor.name.clone(),
                connection: spec.name.to_string(),
            }),
            Box::new(ServicePrincipalStep {
                application_is_ours,
            }),
        ];
        steps.extend(credential(spec, known_secret, kept_in));
        steps.extend(roles(spec, vendor)?);
        Ok(Plan { steps })
    }

    /// The steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &dyn Step> {
        self.steps.iter().map(AsRef::as_ref)
    }
}

/// The step that gives the application its credential; none where the person brought one along.
fn credential(
    spec: &ConnectionSpec,
    known: Option<KeyId>,
    kept_in: Option<&str>,
) -> Option<Box<dyn Step>> {
    let application_is_ours = matches!(spec.application, Application::Own { .. });
    let connection = spec.name.to_string();
    let certificate = |days, given: Option<&String>| CertificateStep {
        connection: connection.clone(),
        days,
        given: given.cloned(),
        known,
        kept_in: kept_in.map(str::to_owned),
        application_is_ours,
    };
    Some(match &spec.credential {
        Credential::GivenSecret | Credential::Elsewhere => return None,
        Credential::NewSecret { days } => Box::new(SecretStep {
            connection,
            days: *days,
            known,
            kept_in: kept_in.map(str::to_owned),
            application_is_ours,
        }),
        Credential::NewCertificate { days } => Box::new(certificate(*days, None)),
        Credential::GivenCertificate { public, .. } => Box::new(certificate(0, Some(public))),
        Credential::Federated {
            issuer,
            subject,
            audience,
        } => Box::new(FederatedStep {
            connection,
            issuer: issuer.clone(),
            subject: subject.clone(),
            audience: audience.clone(),
            application_is_ours,
        }),
    })
}

/// Whether this release can carry out everything that the vendor needs; if not, what it lacks, in words.
pub fn lacks(vendor: &Vendor) -> Option<String> {
    let beyond = vendor
        .grants
        .iter()
        .find(|grant| !grant.optional && !is_supported(grant.at));
    match (beyond, &vendor.export) {
        (Some(grant), _) => Some(format!(
            "the role `{}` at a {}",
            role_name(&grant.role),
            level_name(grant.at)
        )),
        (None, Some(_)) => Some("a Cost Management export".to_owned()),
        (None, None) if vendor.grants.is_empty() => Some("a Partner Center connection".to_owned()),
        (None, None)
            if vendor
                .gives
                .iter()
                .any(|field| !field.optional && !handover::is_known(&field.key)) =>
        {
            Some("values that azconnect doesn't ask for yet".to_owned())
        }
        (None, None) => None,
    }
}

/// Whether the vendor reads a billing account, under whichever agreement.
pub fn needs_billing_account(vendor: &Vendor) -> bool {
    vendor
        .grants
        .iter()
        .any(|grant| !grant.optional && grant.at == Level::BillingAccount)
}

/// One step for each role of the vendor under the agreement and each scope of the role's level.
fn roles(spec: &ConnectionSpec, vendor: &Vendor) -> Result<Vec<Box<dyn Step>>> {
    if let Some(lack) = lacks(vendor) {
        return Err(Error::usage(
            "vendor_unsupported",
            format!(
                "This release can't connect {}: it needs {lack}.",
                vendor.name
            ),
        )
        .hint(format!(
            "See what it needs: azconnect vendors {}",
            vendor.id
        )));
    }
    let applies = |grant: &&Grant| {
        grant.agreements.is_empty()
            || spec
                .agreement
                .is_some_and(|agreement| grant.agreements.iter().any(|key| key == agreement.key()))
    };
    let mut steps: Vec<Box<dyn Step>> = Vec::new();
    for grant in vendor.grants.iter().filter(applies) {
        for at in spec
            .scopes
            .iter()
            .filter(|choice| is_at(&choice.scope, grant.at))
        {
            steps.push(role_step(spec, grant, at)?);
        }
    }
    Ok(steps)
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

fn is_supported(level: Level) -> bool {
    matches!(
        level,
        Level::SubscriptionOrManagementGroup | Level::BillingAccount
    )
}

fn role_name(key: &str) -> &str {
    vendors::role(key).map_or(key, |role| role.name.as_str())
}

fn level_name(level: Level) -> String {
    serde_json::to_value(level)
        .ok()
        .and_then(|value| value.as_str().map(|text| text.replace('-', " ")))
        .unwrap_or_default()
}
