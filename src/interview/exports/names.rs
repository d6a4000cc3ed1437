//! Names that nobody has to think of: the same answers give the same names, so that a rerun meets what the run before it made.

use uuid::Uuid;

use crate::azure::ids::{SubscriptionId, TenantId};
use crate::connection::{ConnectionName, Dataset, Scope};

/// The resource group, where nobody names one.
pub(super) const RESOURCE_GROUP: &str = "azconnect";
/// The container, where nobody names one.
pub(super) const CONTAINER: &str = "cost-exports";

/// Under which our names are derived.
const NAMESPACE: Uuid = Uuid::from_u128(0x5c6c_7fd1_2f0b_4f0e_9c3b_6a4d_93b5_17e2);
/// How a name of ours begins.
const PREFIX: &str = "azconnect";

/// A storage account's name: 24 characters, of which the last 15 tell connections, directories and subscriptions apart. It has to be
/// unique in the whole cloud.
pub(super) fn account(
    tenant: TenantId,
    subscription: SubscriptionId,
    connection: &ConnectionName,
) -> String {
    let mark = mark(&format!("{tenant}/{subscription}/{connection}"));
    format!("{PREFIX}{}", &mark[..15])
}

/// An export's name: letters and digits, 24 at most, since services older than today's took no more.
pub(super) fn export(tenant: TenantId, connection: &ConnectionName, dataset: Dataset) -> String {
    let mark = mark(&format!("{tenant}/{connection}"));
    format!("{PREFIX}{}{}", short(dataset), &mark[..6])
}

/// The folder of a connection.
pub(super) fn directory(connection: &ConnectionName) -> String {
    format!("{PREFIX}/{}", folder(connection.as_str()))
}

/// The folder of one of several scopes, below the connection's: two scopes in one folder would write over one another.
pub(super) fn directory_of(base: &str, scope: &Scope) -> String {
    let text = scope.to_string();
    let last = text.rsplit('/').next().unwrap_or_default();
    format!("{base}/{}", folder(last))
}

/// The name where several data sets share the one that was given.
pub(super) fn shared(name: &str, dataset: Dataset) -> String {
    format!("{name}-{}", dataset.key())
}

fn short(dataset: Dataset) -> &'static str {
    match dataset {
        Dataset::Focus => "focus",
        Dataset::Actual => "actual",
        Dataset::Amortized => "amortized",
        Dataset::Usage => "usage",
        Dataset::PriceSheet => "prices",
        Dataset::ReservationDetails => "resdetail",
        Dataset::ReservationTransactions => "resbuys",
        Dataset::ReservationRecommendations => "resadvice",
    }
}

/// What a folder's name may have: letters, digits, `-` and `_`.
fn folder(text: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.chars()
        .map(|c| if legal(c) { c } else { '-' })
        .take(64)
        .collect()
}

fn mark(text: &str) -> String {
    Uuid::new_v5(&NAMESPACE, text.as_bytes())
        .simple()
        .to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::connection::export::{is_directory, is_export_name};
    use crate::connection::storage::{is_account_name, is_container_name, is_resource_group_name};

    fn id<K: crate::azure::ids::Named>(number: u128) -> crate::azure::ids::Id<K> {
        Uuid::from_u128(number).to_string().parse().unwrap()
    }

    #[test]
    fn what_nobody_names_has_names_that_azure_takes() {
        assert!(is_resource_group_name(RESOURCE_GROUP) && is_container_name(CONTAINER));
    }

    proptest! {
        #[test]
        fn every_name_is_one_that_azure_takes(
            tenant in any::<u128>(),
            subscription in any::<u128>(),
            name in "[a-z0-9][a-z0-9._-]{0,63}",
            billing in "[A-Za-z0-9:_-]{1,60}",
        ) {
            let (tenant, subscription) = (id(tenant), id(subscription));
            let name: ConnectionName = name.parse().unwrap();
            prop_assert!(is_account_name(&account(tenant, subscription, &name)));
            for dataset in Dataset::all() {
                let export = export(tenant, &name, dataset);
                prop_assert!(is_export_name(&export) && export.len() <= 24, "{}", export);
            }
            let base = directory(&name);
            prop_assert!(is_directory(&base), "{}", base);
            let below = directory_of(&base, &Scope::BillingAccount(billing));
            prop_assert!(is_directory(&below), "{}", below);
        }

        #[test]
        fn a_rerun_meets_the_same_names_and_another_connection_others(
            tenant in any::<u128>(),
            subscription in any::<u128>(),
            one in "[a-z0-9]{1,20}",
            other in "[a-z0-9]{1,20}",
        ) {
            prop_assume!(one != other);
            let (tenant, subscription) = (id(tenant), id(subscription));
            let (one, other): (ConnectionName, ConnectionName) = (one.parse().unwrap(), other.parse().unwrap());
            let names = |name: &ConnectionName| {
                (account(tenant, subscription, name), export(tenant, name, Dataset::Focus), directory(name))
            };
            prop_assert_eq!(names(&one), names(&one));
            prop_assert_ne!(names(&one).0, names(&other).0);
            prop_assert_ne!(names(&one).1, names(&other).1);
            prop_assert_ne!(names(&one).2, names(&other).2);
        }

        #[test]
        fn every_data_set_has_an_export_of_its_own(tenant in any::<u128>(), name in "[a-z0-9]{1,20}") {
            let name: ConnectionName = name.parse().unwrap();
            let all: std::collections::BTreeSet<String> =
                Dataset::all().map(|dataset| export(id(tenant), &name, dataset)).collect();
            prop_assert_eq!(all.len(), Dataset::all().count());
        }
    }
}
