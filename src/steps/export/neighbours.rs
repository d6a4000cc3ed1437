//! Exports beside the wanted one that would have costs counted twice: another one into the same folder, or the same data from a scope that
//! holds this one or is held by it.

use super::matching::{goes_to, writes_the_same};
use crate::azure::Azure;
use crate::azure::exports::Export;
use crate::connection::{ExportSpec, Scope, StorageSpec};
use crate::text::printable;

/// Looks at the exports of the scope and of those above it. What can't be read is no warning.
pub(super) async fn warnings(
    azure: &Azure,
    wanted: &ExportSpec,
    storage: &StorageSpec,
) -> Vec<String> {
    let mut scopes = above(&wanted.at.scope);
    scopes.push(wanted.at.scope.clone());
    let looked = scopes.iter().map(async |scope| {
        let found = azure.exports(scope).await.unwrap_or_default();
        (scope.clone(), found)
    });
    let all = futures::future::join_all(looked).await;
    of(wanted, storage, &all)
}

/// What to say about the exports that are there, each with its scope.
fn of(wanted: &ExportSpec, storage: &StorageSpec, all: &[(Scope, Vec<Export>)]) -> Vec<String> {
    let mut said = Vec::new();
    for (scope, exports) in all {
        let is_here = *scope == wanted.at.scope;
        for export in exports {
            let is_it = is_here
                && (export.name.eq_ignore_ascii_case(&wanted.name)
                    || writes_the_same(wanted, storage, export));
            if is_it {
                continue;
            }
            said.extend(said_of(wanted, storage, scope, export));
        }
    }
    said
}

fn said_of(
    wanted: &ExportSpec,
    storage: &StorageSpec,
    scope: &Scope,
    export: &Export,
) -> Option<String> {
    let name = printable(&export.name);
    if goes_to(wanted, storage, export) {
        return Some(format!(
            "The export \"{name}\" at {scope} writes to the folder {}/{} too: whoever reads it counts costs twice. Choose another folder with `--export-directory`, or delete that export.",
            storage.container, wanted.directory
        ));
    }
    let same_account = export.storage_account().as_ref() == Some(&storage.account)
        && export.container() == storage.container;
    let same_data = export.dataset_type() == wanted.dataset.row().api_type;
    (same_account && same_data && export.is_active()).then(|| {
        let relation = if *scope == wanted.at.scope {
            "exports the same costs"
        } else {
            "exports costs that hold these"
        };
        format!(
            "The export \"{name}\" at {scope} {relation} into the container {} too: a tool that reads the whole container counts them twice.",
            storage.container
        )
    })
}

/// The scopes that hold this one, as far as its own path tells.
fn above(scope: &Scope) -> Vec<Scope> {
    let account = |account: &String| Scope::BillingAccount(account.clone());
    match scope {
        Scope::BillingProfile(name, _)
        | Scope::Department(name, _)
        | Scope::Customer(name, _)
        | Scope::CustomerOfProfile(name, ..) => vec![account(name)],
        Scope::InvoiceSection(name, profile, _) => vec![
            account(name),
            Scope::BillingProfile(name.clone(), profile.clone()),
        ],
        Scope::ResourceGroup(subscription, _) => vec![Scope::Subscription(*subscription)],
        Scope::Subscription(_)
        | Scope::ManagementGroup(_)
        | Scope::StorageAccount(_)
        | Scope::Container(..)
        | Scope::BillingAccount(_) => Vec::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::super::body::tests::step;
    use super::super::matching::tests::shown;
    use super::*;

    const FOLDER: &str = "/properties/deliveryInfo/destination/rootFolderPath";

    fn named(name: &str, change: impl FnOnce(&mut serde_json::Value)) -> Export {
        shown(|export| {
            export["name"] = json!(name);
            change(export);
        })
    }

    #[test]
    fn another_export_into_the_same_folder_is_said() {
        let step = step();
        let scope = step.export.at.scope.clone();
        let other = named("theirs", |export| {
            export["properties"]["definition"]["type"] = json!("ActualCost");
        });
        let said = of(&step.export, &step.storage, &[(scope, vec![other])]);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("\"theirs\"") && said[0].contains("exports/azconnect/focus"));
    }

    #[test]
    fn the_export_itself_and_one_that_is_used_instead_are_not() {
        let step = step();
        let scope = step.export.at.scope.clone();
        let (own, used) = (shown(|_| {}), named("same", |_| {}));
        let none: Vec<String> = Vec::new();
        assert_eq!(
            of(&step.export, &step.storage, &[(scope, vec![own, used])]),
            none
        );
    }

    #[test]
    fn the_same_costs_in_the_same_container_are_said_and_elsewhere_not() {
        let step = step();
        let scope = step.export.at.scope.clone();
        let folder = |folder: &'static str| {
            move |export: &mut serde_json::Value| {
                *export.pointer_mut(FOLDER).unwrap() = json!(folder);
            }
        };
        let beside = named("beside", folder("other"));
        let away = named("away", |export| {
            folder("other")(export);
            export["properties"]["deliveryInfo"]["destination"]["container"] = json!("other");
        });
        let off = named("off", |export| {
            folder("other")(export);
            export["properties"]["schedule"]["status"] = json!("Inactive");
        });
        let said = of(
            &step.export,
            &step.storage,
            &[(scope, vec![beside, away, off])],
        );
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("\"beside\" at /providers/Microsoft.Billing/billingAccounts/55671234 exports the same costs"), "{said:?}");
    }

    #[test]
    fn a_scope_knows_what_holds_it() {
        let scope = |text: &str| text.parse::<Scope>().unwrap();
        let account = "/providers/Microsoft.Billing/billingAccounts/a:b_2019-05-31";
        let section = scope(&format!("{account}/billingProfiles/P/invoiceSections/S"));
        assert_eq!(
            above(&section),
            [
                scope(account),
                scope(&format!("{account}/billingProfiles/P"))
            ]
        );
        assert!(above(&scope(account)).is_empty());
    }
}
