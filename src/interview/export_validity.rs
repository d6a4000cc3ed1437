//! What makes an answer about exports and storage valid, and what is said of one that isn't.

use super::validity::one_of;
use crate::connection::export::{is_directory, is_export_name};
use crate::connection::storage::{is_account_name, is_container_name, is_resource_group_name};
use crate::connection::{Dataset, ExportFormat, Scope, StorageAccountId};
use crate::text::printable;

/// The most months that any data set goes back.
/// Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports>
const MOST_MONTHS: u8 = 84;

pub(super) fn dataset(text: &str) -> Result<(), String> {
    if Dataset::of_key(text).is_some() {
        return Ok(());
    }
    let key = text.split('@').next().unwrap_or_default();
    if let Some((dataset, _)) = Dataset::of_key(key).filter(|_| text.contains('@')) {
        let versions = dataset.row().versions;
        return Err(if versions.is_empty() {
            format!("`{key}` has no versions: leave `@…` away.")
        } else {
            format!(
                "`{}` is no version of `{key}` that Azure exports; use one of {}.",
                printable(text),
                versions.join(", ")
            )
        });
    }
    let all: Vec<&str> = Dataset::all().map(Dataset::key).collect();
    Err(format!(
        "`{}` is no data set that Azure exports; use one of {}.",
        printable(text),
        all.join(", ")
    ))
}

pub(super) fn scope(text: &str) -> Result<(), String> {
    match text.parse::<Scope>() {
        Ok(Scope::StorageAccount(_) | Scope::Container(..)) | Err(_) => Err(format!(
            "`{}` is no scope that has costs: give the resource ID of a billing account, billing profile, department, customer, management group, subscription or resource group, such as /subscriptions/ID.",
            printable(text)
        )),
        Ok(_) => Ok(()),
    }
}

pub(super) fn export_name(text: &str) -> Result<(), String> {
    ok(is_export_name(text), || {
        format!(
            "`{}` can't be an export's name: use 3 to 64 letters, digits, `-` and `_`.",
            printable(text)
        )
    })
}

pub(super) fn format(text: &str) -> Result<(), String> {
    let all = [
        ExportFormat::Csv,
        ExportFormat::CsvGzip,
        ExportFormat::Parquet,
    ];
    one_of(text, &all.map(ExportFormat::key))
}

pub(super) fn recurrence(text: &str) -> Result<(), String> {
    one_of(text, &["daily", "weekly", "monthly"])
}

pub(super) fn directory(text: &str) -> Result<(), String> {
    ok(is_directory(text), || {
        format!(
            "`{}` can't be a folder: use letters, digits, `-` and `_`, with `/` only between folders. Azure refuses one that begins with `/`, or has `:`, `.` or a space in it.",
            printable(text)
        )
    })
}

pub(super) fn storage_account(text: &str) -> Result<(), String> {
    ok(
        is_account_name(text) || text.parse::<StorageAccountId>().is_ok(),
        || {
            format!(
                "`{}` is no storage account: use a name of 3 to 24 lower-case letters and digits, or the resource ID of one that exists (portal: the account > Overview > JSON view; or `az storage account list --query \"[].id\"`).",
                printable(text)
            )
        },
    )
}

pub(super) fn container(text: &str) -> Result<(), String> {
    ok(is_container_name(text), || {
        format!(
            "`{}` can't be a container's name: use 3 to 63 lower-case letters, digits and single hyphens, none at an end.",
            printable(text)
        )
    })
}

pub(super) fn resource_group(text: &str) -> Result<(), String> {
    ok(is_resource_group_name(text), || {
        format!(
            "`{}` can't be a resource group's name: use 1 to 90 letters, digits, `_`, `-`, `.`, `(` and `)`, and no full stop at the end.",
            printable(text)
        )
    })
}

pub(super) fn location(text: &str) -> Result<(), String> {
    ok(region(text).is_some(), || {
        format!(
            "`{}` is no region: use a name such as westeurope; `az account list-locations --output table` lists them.",
            printable(text)
        )
    })
}

/// A region's name as Azure writes it in ids: `West Europe` is `westeurope`, as `az` takes it too.
pub(super) fn region(text: &str) -> Option<String> {
    let name: String = text
        .chars()
        .filter(|c| *c != ' ')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let legal = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    (legal && (3..=40).contains(&name.len())).then_some(name)
}

pub(super) fn backfill_months(text: &str) -> Result<(), String> {
    ok(
        text.parse::<u8>().is_ok_and(|months| months <= MOST_MONTHS),
        || {
            format!(
                "`{}` is no number of months: use 0 to {MOST_MONTHS} (seven years, as far as Azure goes back).",
                printable(text)
            )
        },
    )
}

fn ok(is_valid: bool, reason: impl FnOnce() -> String) -> Result<(), String> {
    if is_valid { Ok(()) } else { Err(reason()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::interview::Question;

    #[test]
    fn bad_answers_are_refused_with_advice() {
        for (key, bad, expected) in [
            ("export_dataset", "costs", "reservation-recommendations"),
            ("export_dataset", "focus@2.0", "1.2-preview"),
            ("export_dataset", "usage@1", "no versions"),
            ("export_scope", "prod", "/subscriptions/ID"),
            ("export_name", "a b", "3 to 64"),
            ("export_format", "json", "csv-gzip"),
            ("export_recurrence", "hourly", "weekly"),
            ("export_directory", "/costs", "begins with `/`"),
            ("export_directory", "a:b", "Azure refuses"),
            ("storage_account", "Contoso-Costs", "lower-case"),
            ("container", "Cost_Exports", "single hyphens"),
            ("resource_group", "costs.", "full stop"),
            ("location", "Europe/West", "list-locations"),
            ("backfill_months", "85", "0 to 84"),
            ("backfill_months", "-1", "0 to 84"),
        ] {
            let reason = (Question::find(key).unwrap().check)(bad).unwrap_err();
            assert!(reason.contains(expected), "{key}: {reason}");
        }
    }

    #[test]
    fn a_region_is_written_as_az_takes_it() {
        assert_eq!(region("West Europe").as_deref(), Some("westeurope"));
        assert_eq!(region("eastus2").as_deref(), Some("eastus2"));
        assert_eq!(region("west-europe"), None);
        assert_eq!(region(""), None);
    }
}
