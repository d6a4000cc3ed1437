//! Which data sets are exported from where: pure decisions, and the refusals with what is possible instead.

use crate::connection::{Agreement, Dataset, Scope};
use crate::error::{Error, Result};
use crate::interview::Answers;
use crate::vendors::{ExportNeed, Recurrence, Timeframe};

/// A data set and the version of its columns.
pub(super) type Asked = (Dataset, Option<String>);

/// The data sets that a person asked for, in their order, each once.
pub(super) fn asked(answers: &Answers) -> Vec<Asked> {
    let given = answers.get("export_dataset");
    let mut all: Vec<Asked> = Vec::new();
    for (dataset, version) in given
        .iter()
        .flat_map(|answer| &answer.values)
        .filter_map(|text| Dataset::of_key(text))
    {
        if all.iter().all(|(other, _)| *other != dataset) {
            all.push((dataset, version.map(str::to_owned)));
        }
    }
    all
}

/// The data sets to export from a place: those that were asked for, or the first of the vendor's that the place gives.
///
/// # Errors
/// `Usage` where the place doesn't give one, with what it gives.
pub(super) fn at(
    asked: &[Asked],
    need: &ExportNeed,
    place: &Scope,
    agreement: Option<Agreement>,
) -> Result<Vec<Asked>> {
    let refused: Vec<Dataset> = asked
        .iter()
        .map(|(dataset, _)| *dataset)
        .filter(|dataset| !dataset.is_given_at(place, agreement))
        .collect();
    if !refused.is_empty() {
        return Err(not_given(&refused, place, agreement));
    }
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let wished: Vec<(Dataset, Option<&str>)> =
        need.datasets().filter_map(Dataset::of_key).collect();
    let first = wished
        .iter()
        .find(|(dataset, _)| dataset.is_given_at(place, agreement));
    match first {
        Some((dataset, version)) => Ok(vec![(*dataset, version.map(str::to_owned))]),
        None => {
            let wished: Vec<Dataset> = wished.iter().map(|(dataset, _)| *dataset).collect();
            Err(not_given(&wished, place, agreement))
        }
    }
}

/// How often the exports run, and what each run covers.
///
/// # Errors
/// `Usage` where a data set can't be exported that often.
pub(super) fn schedule(
    asked: &[Asked],
    need: &ExportNeed,
    answer: Option<&str>,
) -> Result<(Recurrence, Timeframe)> {
    let (recurrence, timeframe) = match answer.and_then(recurrence) {
        None => (need.recurrence, need.timeframe),
        Some(recurrence) if recurrence == need.recurrence => (recurrence, need.timeframe),
        Some(Recurrence::Daily) => (Recurrence::Daily, Timeframe::MonthToDate),
        Some(Recurrence::Weekly) => (Recurrence::Weekly, Timeframe::WeekToDate),
        Some(Recurrence::Monthly) => (Recurrence::Monthly, Timeframe::LastMonth),
    };
    // Prices and advice are of today: Azure exports them every day or once.
    let only_daily = |dataset: Dataset| {
        matches!(
            dataset,
            Dataset::PriceSheet | Dataset::ReservationRecommendations
        )
    };
    match asked.iter().find(|(dataset, _)| only_daily(*dataset)) {
        Some((dataset, _)) if recurrence != Recurrence::Daily => Err(Error::usage(
            "export_recurrence",
            format!("`{}` is exported daily only.", dataset.key()),
        )
        .why("It shows what holds today, so that there is nothing of a week or month to export.")
        .hint("Say `--export-recurrence daily`, or make another connection for it.")),
        _ => Ok((recurrence, timeframe)),
    }
}

/// The recurrence of this name.
pub(super) fn recurrence(key: &str) -> Option<Recurrence> {
    match key {
        "daily" => Some(Recurrence::Daily),
        "weekly" => Some(Recurrence::Weekly),
        "monthly" => Some(Recurrence::Monthly),
        _ => None,
    }
}

/// The name of a recurrence, as `--export-recurrence` has it.
pub fn recurrence_key(recurrence: Recurrence) -> &'static str {
    match recurrence {
        Recurrence::Daily => "daily",
        Recurrence::Weekly => "weekly",
        Recurrence::Monthly => "monthly",
    }
}

fn not_given(refused: &[Dataset], place: &Scope, agreement: Option<Agreement>) -> Error {
    let possible: Vec<Dataset> = Dataset::all()
        .filter(|dataset| dataset.is_given_at(place, agreement))
        .collect();
    let error = Error::usage(
        "dataset_not_given",
        format!(
            "{} can't export {}.",
            kind(place, agreement),
            quoted(refused)
        ),
    )
    .why(if possible.is_empty() {
        "It exports no data set at all.".to_owned()
    } else {
        format!("It exports {}.", quoted(&possible))
    });
    let elsewhere = refused.iter().filter_map(|dataset| {
        let places = places_of(*dataset);
        (!places.is_empty())
            .then(|| format!("`{}` comes from: {}.", dataset.key(), places.join(", ")))
    });
    let error = error.hints(elsewhere);
    match possible.first() {
        Some(first) => error.hint(format!(
            "Export what it has: --export-dataset {}",
            first.key()
        )),
        None => error.hint("Name another place: --export-scope ID"),
    }
}

fn quoted(all: &[Dataset]) -> String {
    let all: Vec<String> = all
        .iter()
        .map(|dataset| format!("`{}`", dataset.key()))
        .collect();
    all.join(", ")
}

/// What kind of place it is, at the beginning of a sentence.
fn kind(place: &Scope, agreement: Option<Agreement>) -> &'static str {
    match (place, agreement) {
        (Scope::BillingAccount(_), Some(Agreement::Ea)) => "An enrollment",
        (Scope::BillingAccount(_), Some(Agreement::Mpa)) => {
            "A partner's billing account (name its customers instead)"
        }
        (Scope::BillingAccount(_), _) => "A billing account",
        (Scope::BillingProfile(..), _) => "A billing profile",
        (Scope::InvoiceSection(..), _) => "An invoice section",
        (Scope::Department(..), _) => "A department",
        (Scope::Customer(..) | Scope::CustomerOfProfile(..), _) => "A partner's customer",
        (Scope::ManagementGroup(_), Some(Agreement::Ea) | None) => "A management group",
        (Scope::ManagementGroup(_), Some(_)) => {
            "A management group (only one under an Enterprise Agreement has exports)"
        }
        (Scope::Subscription(_), Some(Agreement::Mosp)) => "A pay-as-you-go subscription",
        (Scope::Subscription(_), _) => "A subscription",
        (Scope::ResourceGroup(..), _) => "A resource group",
        (Scope::StorageAccount(_) | Scope::Container(..), _) => "A storage account",
    }
}

/// Where a data set comes from, in words.
fn places_of(dataset: Dataset) -> Vec<&'static str> {
    let account = || Scope::BillingAccount("0".to_owned());
    let profile = || Scope::BillingProfile("0".to_owned(), "0".to_owned());
    let subscription = "/subscriptions/00000000-0000-0000-0000-000000000000".parse::<Scope>();
    let kinds = [
        ("an enrollment", Ok(account()), Agreement::Ea),
        ("a billing profile (MCA)", Ok(profile()), Agreement::Mca),
        ("a billing profile (MPA)", Ok(profile()), Agreement::Mpa),
        ("a subscription", subscription.clone(), Agreement::Ea),
        (
            "a pay-as-you-go subscription",
            subscription,
            Agreement::Mosp,
        ),
    ];
    kinds
        .into_iter()
        .filter_map(|(words, scope, agreement)| {
            let scope = scope.ok()?;
            dataset
                .is_given_at(&scope, Some(agreement))
                .then_some(words)
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::vendors;

    const SUBSCRIPTION: &str = "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e";
    const ACCOUNT: &str = "/providers/Microsoft.Billing/billingAccounts/1";

    fn need() -> &'static ExportNeed {
        vendors::find("cloudpi").unwrap().export.as_ref().unwrap()
    }

    fn keys(found: &[Asked]) -> Vec<&'static str> {
        found.iter().map(|(dataset, _)| dataset.key()).collect()
    }

    #[test]
    fn where_nobody_asks_the_vendors_first_that_the_place_gives_is_taken() {
        for (place, agreement, expected) in [
            (ACCOUNT.to_owned(), Some(Agreement::Ea), "actual"),
            (
                format!("{ACCOUNT}/billingProfiles/P"),
                Some(Agreement::Mca),
                "actual",
            ),
            (SUBSCRIPTION.to_owned(), None, "actual"),
            (SUBSCRIPTION.to_owned(), Some(Agreement::Mosp), "usage"),
        ] {
            let place: Scope = place.parse().unwrap();
            let found = at(&[], need(), &place, agreement).unwrap();
            assert_eq!(keys(&found), [expected], "{place}");
        }
    }

    #[test]
    fn what_a_place_does_not_give_is_refused_with_what_it_gives() {
        for (place, agreement, dataset, says, instead) in [
            (
                SUBSCRIPTION,
                Some(Agreement::Mosp),
                Dataset::Focus,
                "A pay-as-you-go subscription can't export `focus`",
                "--export-dataset usage",
            ),
            (
                SUBSCRIPTION,
                None,
                Dataset::PriceSheet,
                "A subscription can't export `price-sheet`",
                "an enrollment, a billing profile (MCA)",
            ),
            (
                "/providers/Microsoft.Management/managementGroups/g",
                None,
                Dataset::Focus,
                "A management group can't",
                "--export-dataset actual",
            ),
            (
                "/providers/Microsoft.Management/managementGroups/g",
                Some(Agreement::Mca),
                Dataset::Actual,
                "only one under an Enterprise Agreement",
                "--export-scope",
            ),
        ] {
            let asked = [(dataset, None)];
            let error = at(&asked, need(), &place.parse().unwrap(), agreement).unwrap_err();
            assert!(error.message().contains(says), "{error}");
            let advice = error.advice().join("\n");
            assert!(advice.contains(instead), "{advice}");
        }
    }

    #[test]
    fn how_often_decides_what_a_run_covers() {
        let on = |answer| schedule(&[], need(), answer).unwrap();
        assert_eq!(on(None), (Recurrence::Daily, Timeframe::MonthToDate));
        assert_eq!(
            on(Some("monthly")),
            (Recurrence::Monthly, Timeframe::LastMonth)
        );
        assert_eq!(
            on(Some("weekly")),
            (Recurrence::Weekly, Timeframe::WeekToDate)
        );
        let prices = [(Dataset::PriceSheet, None)];
        assert!(schedule(&prices, need(), Some("daily")).is_ok());
        let error = schedule(&prices, need(), Some("monthly")).unwrap_err();
        assert!(error.message().contains("daily only"), "{error}");
    }

    #[test]
    fn every_recurrence_has_its_name() {
        for recurrence_of in [Recurrence::Daily, Recurrence::Weekly, Recurrence::Monthly] {
            assert_eq!(
                recurrence(recurrence_key(recurrence_of)),
                Some(recurrence_of)
            );
        }
    }
}
