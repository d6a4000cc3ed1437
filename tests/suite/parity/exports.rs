//! The cases of the questions about exports and storage.

use azconnect::sandbox::ids;

use super::Case;
use super::cases::{asked, case, choose};
use crate::billing_lab::{self, account};
use crate::billing_parts::two_profiles;
use crate::terminal::pty::DOWN;

/// What is exported, and where it goes.
pub(super) fn of(key: &str) -> Option<Case> {
    let bare = || {
        let mut state = billing_lab::state();
        state.storage.accounts.clear();
        state.storage.resource_groups.clear();
        billing_lab::with(state)
    };
    let ea = [
        "cloudpi",
        "--billing-account",
        ids::ENROLLMENT,
        "--backfill-months",
        "0",
    ];
    let located = [&ea[..], &["--location", "westeurope"]].concat();
    let located_with = |key, value| Some(case(key, bare(), &located, &[value]));
    let scope = account(ids::ENROLLMENT);
    match key {
        "export_dataset" => {
            let base = [
                "generic",
                "--billing-account",
                ids::ENROLLMENT,
                "--location",
                "westeurope",
            ];
            Some(case("export_dataset", bare(), &base, &["focus", "actual"]))
        }
        "export_scope" => export_scope(),
        "export_name" => located_with("export_name", "dailycosts"),
        "export_format" => located_with("export_format", "csv"),
        "export_recurrence" => located_with("export_recurrence", "daily"),
        "export_directory" => export_directory(),
        "storage_account" => storage_account(),
        "container" => located_with("container", "contoso-costs"),
        "resource_group" => located_with("resource_group", "costs"),
        "location" => asked(case("location", bare(), &ea, &["westeurope"]), |pty| {
            pty.wait_for_prompt("In which region");
            pty.keys("westeurope\r");
        }),
        "backfill_months" => {
            let base = [
                "cloudpi",
                "--export-scope",
                &scope,
                "--location",
                "westeurope",
            ];
            Some(case("backfill_months", bare(), &base, &["2"]))
        }
        _ => None,
    }
}

/// Of two billing profiles, which are exported.
fn export_scope() -> Option<Case> {
    let lab = billing_lab::with(two_profiles(ids::MCA_ACCOUNT));
    let value = format!(
        "{}/billingProfiles/CNTS-NORD-BG7-TGB",
        account(ids::MCA_ACCOUNT)
    );
    let base = [
        "cloudpi",
        "--billing-account",
        ids::MCA_ACCOUNT,
        "--billing-profile",
        "all",
        "--location",
        "westeurope",
    ];
    asked(case("export_scope", lab, &base, &[&value]), |pty| {
        pty.wait_for_menu("Contoso Nordic");
        let screen = pty.screen();
        let rows: Vec<&str> = screen.lines().filter(|row| row.contains("[ ]")).collect();
        let at = rows
            .iter()
            .position(|row| row.contains("Contoso Nordic"))
            .unwrap();
        for _ in 0..at {
            pty.keys(DOWN);
        }
        pty.keys(" \r");
    })
}

/// Somebody's export does the same: whoever wants another one all the same has its files put elsewhere.
fn export_directory() -> Option<Case> {
    let lab = billing_lab::lab();
    let account = format!(
        "/subscriptions/{}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts",
        ids::SUBSCRIPTION
    );
    let place = [
        "--billing-account",
        ids::ENROLLMENT,
        "--storage-account",
        &account,
        "--location",
        "westeurope",
        "--backfill-months",
        "0",
    ];
    billing_lab::run(&lab, "cloudpi", &place).exits(0);
    let base = [&["cloudpi", "--connection", "other"][..], &place].concat();
    asked(
        case("export_directory", lab, &base, &["azconnect/other"]),
        |pty| {
            choose(pty, "Make another one", "Use the export");
        },
    )
}

/// An account that is there, among those that are offered.
fn storage_account() -> Option<Case> {
    let lab = billing_lab::lab();
    lab.state(|state| {
        state.storage.accounts.clear();
        state.add_storage_account(ids::SUBSCRIPTION, "costs", "contosocosts");
    });
    let value = format!(
        "/subscriptions/{}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts",
        ids::SUBSCRIPTION
    );
    let subscription = ids::SUBSCRIPTION.to_string();
    let base = [
        "cloudpi",
        "--billing-account",
        ids::ENROLLMENT,
        "--subscription",
        &subscription,
    ];
    asked(case("storage_account", lab, &base, &[&value]), |pty| {
        choose(pty, "contosocosts", "A new storage account");
    })
}
