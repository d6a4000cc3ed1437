//! What leads from costs to files: resource providers, storage account, container, exports and their first runs.

use crate::connection::{ConnectionSpec, StorageSpec};
use crate::error::{Error, Result};
use crate::steps::Step;
use crate::steps::container::ContainerStep;
use crate::steps::export::ExportStep;
use crate::steps::first_run::FirstRunStep;
use crate::steps::resource_group::ResourceGroupStep;
use crate::steps::resource_provider::{COST_MANAGEMENT, EXPORTS, ResourceProviderStep, STORAGE};
use crate::steps::storage_account::StorageAccountStep;
use crate::vendors::Vendor;

/// The providers that exports stand on, and why each is needed.
const PROVIDERS: [(&str, &str); 3] = [
    (STORAGE, "Storage accounts are its things."),
    (COST_MANAGEMENT, "Exports are its things."),
    (
        EXPORTS,
        "It is the service that writes exports into storage accounts of the subscription.",
    ),
];

/// The steps, in an order in which each comes after those it needs; none where the vendor reads no export.
///
/// # Errors
/// `Usage` where the vendor reads exports and none was chosen, or they have no place to go.
pub(super) fn steps(spec: &ConnectionSpec, vendor: &Vendor) -> Result<Vec<Box<dyn Step>>> {
    let is_needed = vendor.export.as_ref().is_some_and(|need| !need.optional);
    if spec.exports.is_empty() && !is_needed {
        return Ok(Vec::new());
    }
    let (Some(storage), false) = (&spec.storage, spec.exports.is_empty()) else {
        return Err(no_export(vendor));
    };
    let mut steps = place(spec, storage);
    for export in &spec.exports {
        steps.push(Box::new(ExportStep {
            export: export.clone(),
            storage: storage.clone(),
            connection: spec.name.to_string(),
        }));
    }
    for export in &spec.exports {
        steps.push(Box::new(FirstRunStep {
            export: export.clone(),
        }));
    }
    Ok(steps)
}

fn place(spec: &ConnectionSpec, storage: &StorageSpec) -> Vec<Box<dyn Step>> {
    let mut steps: Vec<Box<dyn Step>> = Vec::new();
    for (namespace, why) in PROVIDERS {
        steps.push(Box::new(ResourceProviderStep {
            subscription: storage.account.subscription,
            namespace,
            why,
        }));
    }
    steps.push(Box::new(ResourceGroupStep {
        storage: storage.clone(),
        connection: spec.name.to_string(),
    }));
    steps.push(Box::new(StorageAccountStep {
        storage: storage.clone(),
        connection: spec.name.to_string(),
        tenant: spec.directory.id,
    }));
    steps.push(Box::new(ContainerStep {
        storage: storage.clone(),
        files_are_replaced: spec.exports.iter().any(|export| export.overwrite),
    }));
    steps
}

fn no_export(vendor: &Vendor) -> Error {
    Error::usage(
        "export_missing",
        format!(
            "{} reads exported costs, and it isn't said where they are written.",
            vendor.name
        ),
    )
    .hint("Name a storage account, new or existing: `--storage-account <name>`")
}
