//! The engine: from what is wanted to steps, run by one executor with one journal. Knows steps, not Azure's APIs.
//!
//! ```text
//! ConnectionSpec ─ Plan::new ─ survey (what is there?) ─ preflight (who may?) ─ execute (intent, act, outcome) ─ receipts
//!                                                                                        undo: newest first, by id
//! ```

pub mod backfill;
pub mod backfill_book;
mod costs;
pub mod execute;
pub mod guide;
pub mod journal;
pub mod preflight;
mod roles;
pub mod rotation;
pub mod script;
pub mod survey;
pub mod undo;
pub mod unnoted;
mod versioned;

use crate::azure::ids::KeyId;
use crate::connection::handover;
use crate::connection::{Application, ConnectionSpec, Credential};
use crate::error::{Error, Result};
use crate::steps::Step;
use crate::steps::application::ApplicationStep;
use crate::steps::certificate::CertificateStep;
use crate::steps::federated::FederatedStep;
use crate::steps::principal::PrincipalStep;
use crate::steps::secret::SecretStep;
use crate::steps::service_principal::ServicePrincipalStep;
use crate::vendors::{Level, Vendor};

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
        if let Some(lack) = lacks(vendor) {
            return Err(unsupported(vendor, &lack));
        }
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
            let (on_storage, elsewhere) = roles::steps(spec, vendor)?;
            steps.extend(elsewhere);
            steps.extend(costs::steps(spec, vendor)?);
            steps.extend(on_storage);
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
        let (on_storage, elsewhere) = roles::steps(spec, vendor)?;
        steps.extend(elsewhere);
        steps.extend(costs::steps(spec, vendor)?);
        steps.extend(on_storage);
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
        .find(|grant| !grant.optional && !roles::is_supported(grant.at));
    match beyond {
        Some(grant) => Some(format!(
            "the role `{}` at a {}",
            roles::role_name(&grant.role),
            roles::level_name(grant.at)
        )),
        None if vendor
            .gives
            .iter()
            .any(|field| !field.optional && !handover::is_known(&field.key)) =>
        {
            Some("values that azconnect doesn't ask for yet".to_owned())
        }
        None => None,
    }
}

/// Whether the vendor reads a billing account, under whichever agreement.
pub fn needs_billing_account(vendor: &Vendor) -> bool {
    vendor
        .grants
        .iter()
        .any(|grant| !grant.optional && grant.at == Level::BillingAccount)
}

fn unsupported(vendor: &Vendor, lack: &str) -> Error {
    Error::usage(
        "vendor_unsupported",
        format!(
            "This release can't connect {}: it needs {lack}.",
            vendor.name
        ),
    )
    .hint(format!(
        "See what it needs: azconnect vendors {}",
        vendor.id
    ))
}
