//! What is in the things that `--with-data` removes, for the person who agrees to it.

use std::collections::BTreeMap;

use crate::azure::{Azure, Result};
use crate::connection::{Receipt, ResourceKind, Scope, StorageAccountId};
use crate::plan::undo::Undo;
use crate::text::printable;

/// A line for each thing, by the thing's id.
pub(super) type Contents = BTreeMap<String, (String, String)>;

/// How many names are said.
const MOST: usize = 6;

/// Looks into what is to be removed. What can't be read is said, and still asked for.
pub(super) async fn look(azure: Option<&Azure>, undo: &Undo) -> Contents {
    let mut all = Contents::new();
    let Some(azure) = azure else {
        return all;
    };
    for receipt in &undo.ours {
        let inside = match receipt.kind {
            ResourceKind::Container => Ok("every file in it".to_owned()),
            ResourceKind::StorageAccount => containers(azure, receipt).await,
            ResourceKind::ResourceGroup => resources(azure, receipt).await,
            ResourceKind::Application
            | ResourceKind::ServicePrincipal
            | ResourceKind::ClientSecret
            | ResourceKind::Certificate
            | ResourceKind::FederatedCredential
            | ResourceKind::RoleAssignment
            | ResourceKind::BillingRoleAssignment
            | ResourceKind::ResourceProvider
            | ResourceKind::Export
            | ResourceKind::ExportRun => continue,
        };
        let line = inside.unwrap_or_else(|error| format!("azconnect can't see what ({error})"));
        all.insert(receipt.id.clone(), ("Holds".to_owned(), line));
    }
    all
}

async fn containers(azure: &Azure, receipt: &Receipt) -> Result<String> {
    let Ok(id) = receipt.id.parse::<StorageAccountId>() else {
        return Ok("nothing".to_owned());
    };
    let all = match azure.containers(&id).await {
        Err(error) if error.is_not_found() => Vec::new(),
        answer => answer?,
    };
    let names = all
        .iter()
        .filter(|container| !container.is_deleted())
        .map(|container| printable(&container.name));
    Ok(list(names.collect(), "the container"))
}

async fn resources(azure: &Azure, receipt: &Receipt) -> Result<String> {
    let Ok(Scope::ResourceGroup(subscription, name)) = receipt.id.parse() else {
        return Ok("nothing".to_owned());
    };
    let all = match azure.resources_of(subscription, &name).await {
        Err(error) if error.is_not_found() => Vec::new(),
        answer => answer?,
    };
    let names = all.iter().map(|resource| {
        format!(
            "{} ({})",
            printable(&resource.name),
            printable(&resource.kind)
        )
    });
    Ok(list(names.collect(), "the resource"))
}

fn list(names: Vec<String>, what: &str) -> String {
    match names.len() {
        0 => "nothing".to_owned(),
        1 => format!("{what} {}", names.concat()),
        many if many <= MOST => format!("{what}s {}", names.join(", ")),
        many => format!(
            "{what}s {} and {} more",
            names[..MOST].join(", "),
            many - MOST
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_said_up_to_a_point() {
        let names = |count: usize| (0..count).map(|at| format!("c{at}")).collect::<Vec<_>>();
        assert_eq!(list(names(0), "the container"), "nothing");
        assert_eq!(list(names(1), "the container"), "the container c0");
        assert_eq!(list(names(2), "the container"), "the containers c0, c1");
        assert!(list(names(9), "the container").ends_with("c5 and 3 more"));
    }
}
