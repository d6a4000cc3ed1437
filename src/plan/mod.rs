//! The engine: from what is wanted to steps, run by one executor with one journal. Knows steps, not Azure's APIs.
//!
//! ```text
//! ConnectionSpec ─ Plan::new ─ survey (what is there?) ─ preflight (who may?) ─ execute (intent, act, outcome) ─ receipts
//!                                                                                        undo: newest first, by id
//! ```

pub mod execute;
pub mod journal;
pub mod preflight;
pub mod survey;
pub mod undo;
pub mod unnoted;

use uuid::Uuid;

use crate::azure::ids::KeyId;
use crate::connection::{Application, ConnectionSpec, Credential};
use crate::error::{Error, Result};
use crate::steps::Step;
use crate::steps::application::ApplicationStep;
use crate::steps::role::RoleStep;
use crate::steps::secret::SecretStep;
use crate::steps::service_principal::ServicePrincipalStep;
use crate::vendors::{self, Level, System, Vendor};

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
        kept_in: &str,
    ) -> Result<Plan> {
        let application_is_ours = matches!(spec.application, Application::Own { .. });
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
        if let Credential::NewSecret { days } = spec.credential {
            steps.push(Box::new(SecretStep {
                connection: spec.name.to_string(),
                days,
                known: known_secret,
                kept_in: kept_in.to_owned(),
                application_is_ours,
            }));
        }
        steps.extend(roles(spec, vendor)?);
        Ok(Plan { steps })
    }

    /// The steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &dyn Step> {
        self.steps.iter().map(AsRef::as_ref)
    }
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
        (None, None) => None,
    }
}

fn roles(spec: &ConnectionSpec, vendor: &Vendor) -> Result<Vec<Box<dyn Step>>> {
    if let Some(lack) = lacks(vendor) {
        return Err(Error::usage(
            "vendor_unsupported",
            format!(
                "azconnect can't connect {} yet: it needs {lack}.",
                vendor.name
            ),
        )
        .why("This release gives roles on subscriptions and management groups only.")
        .hint(format!(
            "See what it needs: azconnect vendors {}",
            vendor.id
        )));
    }
    let mut steps: Vec<Box<dyn Step>> = Vec::new();
    for grant in vendor
        .grants
        .iter()
        .filter(|grant| !grant.optional && is_supported(grant.at))
    {
        let role = vendors::role(&grant.role)
            .ok_or_else(|| Error::bug(format!("the role table lacks `{}`", grant.role)))?;
        let id = Uuid::try_parse(&role.id)
            .map_err(|_| Error::bug(format!("the role table's id of `{}` is no GUID", role.key)))?;
        if role.system != System::Rbac {
            return Err(Error::bug(format!(
                "`{}` is no role of Azure role-based access control",
                role.key
            )));
        }
        steps.extend(spec.scopes.iter().map(|at| {
            let step = RoleStep {
                role: id,
                role_name: role.name.clone(),
                why: grant.why.clone(),
                at: at.clone(),
            };
            Box::new(step) as Box<dyn Step>
        }));
    }
    Ok(steps)
}

fn is_supported(level: Level) -> bool {
    level == Level::SubscriptionOrManagementGroup
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
