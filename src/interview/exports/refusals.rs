//! What the answers alone show to be impossible.

use super::datasets::Asked;
use super::places;
use crate::azure::ids::TenantId;
use crate::connection::{Agreement, Dataset, Scope};
use crate::error::{Error, Result};
use crate::interview::{Answers, QUESTIONS, Source};
use crate::vendors::Vendor;

/// Answers about an export that nobody makes are a mistake, and not to be passed over. (In the environment they may be for others.)
pub(super) fn without_export(answers: &Answers, vendor: &Vendor) -> Result<()> {
    let typed = |key: &str| {
        answers
            .get(key)
            .is_some_and(|answer| matches!(answer.source, Source::Flag(_) | Source::File(_)))
    };
    let Some(question) = QUESTIONS
        .iter()
        .find(|question| question.is_about_exports() && typed(question.key))
    else {
        return Ok(());
    };
    let flag = question.written();
    if vendor.export.is_some() {
        return Err(Error::usage(
            "no_export_asked",
            format!("`{flag}` is about an export, and none is asked for."),
        )
        .why(format!("{} reads an export only on request.", vendor.name))
        .hint("Ask for one: --export-dataset focus"));
    }
    Err(Error::usage(
        "vendor_reads_no_export",
        format!(
            "`{flag}` doesn't go with {}: it reads no export.",
            vendor.name
        ),
    )
    .hint(format!(
        "Leave it away. What it reads: azconnect vendors {}",
        vendor.id
    )))
}

/// The places that are known from the answers, each with its agreement, as far as it is known.
pub(super) fn known_places(
    answers: &Answers,
    said: Option<Agreement>,
) -> Vec<(Scope, Option<Agreement>)> {
    let named = places::named(answers);
    let account = answers.value("billing_account").map(str::to_owned);
    let all: Vec<Scope> = if !named.is_empty() {
        named
    } else if let Some(account) = account {
        let agreement = said.or_else(|| Agreement::of_account_name(&account));
        let usual = match (agreement, answers.value("billing_profile")) {
            (Some(Agreement::Mca), profile) => {
                Scope::BillingProfile(account, profile.unwrap_or("any").to_owned())
            }
            (Some(Agreement::Mpa), _) => match nobody() {
                Some(customer) => Scope::Customer(account, customer),
                None => return Vec::new(),
            },
            _ => Scope::BillingAccount(account),
        };
        vec![usual]
    } else if let Some(group) = answers.value("management_group") {
        vec![Scope::ManagementGroup(group.to_owned())]
    } else {
        let ids = answers.get("subscription");
        ids.iter()
            .flat_map(|answer| &answer.values)
            .filter_map(|id| id.parse().ok().map(Scope::Subscription))
            .collect()
    };
    all.into_iter()
        .map(|place| {
            let enrollment = place.billing_account().and_then(Agreement::of_account_name);
            (place, said.or(enrollment))
        })
        // What a billing account gives depends on nothing but its agreement.
        .filter(|(place, agreement)| {
            agreement.is_some()
                || !matches!(place, Scope::BillingAccount(_) | Scope::BillingProfile(..))
        })
        .collect()
}

fn nobody() -> Option<TenantId> {
    uuid::Uuid::nil().to_string().parse().ok()
}

/// Months that no data set of those that are named goes back to.
pub(super) fn backfill(answers: &Answers, asked: &[Asked]) -> Result<()> {
    let months: u8 = match answers.value("backfill_months").map(str::parse) {
        Some(Ok(months)) => months,
        _ => return Ok(()),
    };
    let longest = asked
        .iter()
        .map(|(dataset, _)| *dataset)
        .max_by_key(|dataset| dataset.row().history_months);
    match longest.map(|dataset: Dataset| (dataset, dataset.row().history_months)) {
        Some((dataset, history)) if months > history => Err(Error::usage(
            "backfill_too_far",
            format!(
                "`{}` can't be exported for {months} past months.",
                dataset.key()
            ),
        )
        .why(if history == 0 {
            "It shows what holds today: there is no past of it.".to_owned()
        } else {
            format!("Azure keeps {history} months of it.")
        })
        .hint(format!("Say `--backfill-months {history}`, or less."))),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::host::Host;
    use crate::interview::exports::refuse;
    use crate::vendors;

    fn refusal(vendor: &str, given: &[(&str, &str)]) -> Option<Error> {
        let flags: BTreeMap<String, Vec<String>> = given
            .iter()
            .map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]))
            .collect();
        let answers = Answers::gather(&flags, &Host::made_of([]), None, &BTreeMap::new()).unwrap();
        refuse(&answers, vendors::find(vendor).unwrap()).err()
    }

    const GROUP: (&str, &str) = ("management_group", "contoso");
    const SUBSCRIPTION: (&str, &str) = ("subscription", "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e");
    const MODERN: (&str, &str) = ("billing_account", "a:b_2019-05-31");

    #[test]
    fn what_can_not_be_is_refused_from_the_answers_alone() {
        for (vendor, given, code) in [
            (
                "cloudpi",
                &[("billing_account", "55671234"), ("export_dataset", "usage")][..],
                "dataset_not_given",
            ),
            (
                "cloudpi",
                &[GROUP, ("export_dataset", "focus")],
                "dataset_not_given",
            ),
            (
                "cloudpi",
                &[GROUP, ("agreement", "mca")],
                "dataset_not_given",
            ),
            (
                "cloudpi",
                &[
                    SUBSCRIPTION,
                    ("agreement", "mosp"),
                    ("export_dataset", "focus"),
                ],
                "dataset_not_given",
            ),
            (
                "cloudpi",
                &[SUBSCRIPTION, ("export_dataset", "price-sheet")],
                "dataset_not_given",
            ),
            (
                "cloudpi",
                &[MODERN, ("agreement", "mca"), ("export_dataset", "usage")],
                "dataset_not_given",
            ),
            (
                "cloudpi",
                &[
                    MODERN,
                    ("agreement", "mpa"),
                    ("export_dataset", "price-sheet"),
                ],
                "dataset_not_given",
            ),
            (
                "cloudpi",
                &[
                    ("export_dataset", "price-sheet"),
                    ("export_recurrence", "weekly"),
                ],
                "export_recurrence",
            ),
            (
                "cloudpi",
                &[
                    ("export_dataset", "reservation-details"),
                    ("backfill_months", "14"),
                ],
                "backfill_too_far",
            ),
            ("generic", &[("container", "costs")], "no_export_asked"),
            (
                "spot-cost-intelligence",
                &[("export_dataset", "focus")],
                "vendor_reads_no_export",
            ),
        ] {
            let error = refusal(vendor, given).unwrap_or_else(|| panic!("{vendor} {given:?}"));
            assert_eq!(error.code(), code, "{vendor} {given:?}: {error}");
        }
    }

    #[test]
    fn what_only_azure_knows_is_left_to_it() {
        for (vendor, given) in [
            ("cloudpi", &[MODERN, ("export_dataset", "price-sheet")][..]),
            ("cloudpi", &[SUBSCRIPTION, ("export_dataset", "usage")]),
            ("cloudpi", &[SUBSCRIPTION, ("agreement", "mosp")]),
            (
                "cloudpi",
                &[
                    ("billing_account", "55671234"),
                    ("export_dataset", "price-sheet"),
                ],
            ),
            ("generic", &[SUBSCRIPTION, ("export_dataset", "focus")]),
            ("generic", &[SUBSCRIPTION]),
            ("spot-cost-intelligence", &[SUBSCRIPTION]),
        ] {
            let error = refusal(vendor, given);
            assert!(error.is_none(), "{vendor} {given:?}: {error:?}");
        }
    }
}
