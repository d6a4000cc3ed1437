//! Each vendor, from nothing to its values, by hand.

use azconnect::sandbox::ids;

use super::super::portal::Portal;
use super::super::{assert_kept, folder, store_in};
use super::{
    assert_known_to_microsoft, assert_untouched, paste_secret, register, start, subscription,
};
use crate::billing_lab::account;
use crate::lab::Lab;

#[test]
fn spot_cost_intelligence_is_connected_by_hand() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let mut pty = start(&lab, &store_in(&folder), "spot-cost-intelligence", &[]);
    let app = register(&mut pty, &portal, "azconnect-spot-cost-intelligence");
    let secret = paste_secret(&mut pty, &portal, app);
    pty.wait_for_prompt("Enter looks now");
    portal.assign(app, ids::ROLE_READER, &subscription());
    let left = pty.end().exits(0);
    assert_kept("guided_spot_cost_intelligence", &left.screen);
    assert!(!left.screen.contains(&secret), "{}", left.screen);
    assert_untouched(&lab);
    let shown = lab.run(&["handover", "spot", "--reveal"]).exits(0);
    assert!(shown.stdout.contains(&secret), "{shown:#?}");
    // All of it is the person's, so it stays.
    let removed = lab.run(&["remove", "spot", "--yes"]).exits(0);
    assert!(lab.state(|state| state.applications.contains_key(&app.object_id)));
    assert!(
        removed.stdout.contains(&app.object_id.to_string()),
        "{removed:#?}"
    );
}

#[test]
fn spot_billing_engine_is_connected_by_hand() {
    let (lab, folder) = (crate::billing_lab::lab(), folder());
    let portal = Portal(&lab);
    let more = ["--billing-account", ids::ENROLLMENT];
    let mut pty = start(&lab, &store_in(&folder), "spot-billing-engine", &more);
    let app = register(&mut pty, &portal, "azconnect-spot-billing-engine");
    paste_secret(&mut pty, &portal, app);
    let told = pty.wait_for_prompt("Enter looks now");
    // No page of the portal gives this role; the command is the exact one.
    assert!(told.contains("az rest --method put"), "{told}");
    let role = ids::BILLING_ROLE_ENROLLMENT_READER;
    portal.assign_billing(app, role, &account(ids::ENROLLMENT));
    let left = pty.end().exits(0);
    assert_kept("guided_spot_billing_engine", &left.screen);
    assert_untouched(&lab);
}

#[test]
fn spaceone_is_connected_by_hand() {
    let (lab, folder) = (crate::billing_lab::lab(), folder());
    let portal = Portal(&lab);
    let more = [
        "--billing-account",
        ids::MPA_ACCOUNT,
        "--customer-tenant",
        "all",
    ];
    let mut pty = start(&lab, &store_in(&folder), "spaceone", &more);
    let app = register(&mut pty, &portal, "azconnect-spaceone");
    paste_secret(&mut pty, &portal, app);
    pty.wait_for_prompt("Enter looks now");
    let wrong = ids::BILLING_ROLE_ACCOUNT_CONTRIBUTOR;
    portal.assign_billing(app, wrong, &account(ids::MPA_ACCOUNT));
    pty.wait_for_prompt("and Billing account reader is needed");
    let role = ids::BILLING_ROLE_ACCOUNT_READER;
    portal.assign_billing(app, role, &account(ids::MPA_ACCOUNT));
    let left = pty.end().exits(0);
    assert_kept("guided_spaceone", &left.screen);
    assert_untouched(&lab);
}

#[test]
fn optima_csp_is_connected_by_hand() {
    let (lab, folder) = (crate::partner_lab::lab(|_| {}), folder());
    let portal = Portal(&lab);
    let more = [
        "--partner-id",
        ids::PARTNER_LOCATION_ID,
        "--partner-app",
        "new",
    ];
    let mut pty = start(&lab, &store_in(&folder), "optima-csp", &more);
    let app = register(&mut pty, &portal, "azconnect-optima-csp");
    paste_secret(&mut pty, &portal, app);
    pty.wait_for("the registration in Partner Center");
    crate::partner_lab::register(&lab, &app.client_id.to_string());
    let left = pty.end().exits(0);
    assert_kept("guided_optima_csp", &left.screen);
    assert_untouched(&lab);
}

#[test]
fn cloudpi_is_connected_by_hand() {
    let lab = crate::exports_lab::with(|state| {
        state.storage.accounts.clear();
        state.storage.resource_groups.clear();
        state.storage.providers.clear();
    });
    let (portal, folder) = (Portal(&lab), folder());
    let storage = format!(
        "{}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts",
        subscription()
    );
    let id = ids::SUBSCRIPTION.to_string();
    let more = [
        "--subscription",
        &id,
        "--storage-account",
        &storage,
        "--location",
        "westeurope",
        "--export-name",
        "dailycosts",
        "--export-directory",
        "costs",
        "--container",
        "exports",
        "--backfill-months",
        "2",
    ];
    let mut pty = start(&lab, &store_in(&folder), "cloudpi", &more);
    let app = register(&mut pty, &portal, "azconnect-cloudpi");
    paste_secret(&mut pty, &portal, app);
    pty.wait_for_prompt(": Reader on \"Contoso Production\"");
    portal.assign(app, ids::ROLE_READER, &subscription());
    for namespace in [
        "Microsoft.Storage",
        "Microsoft.CostManagement",
        "Microsoft.CostManagementExports",
    ] {
        pty.wait_for_prompt(&format!(": Resource provider {namespace}\n"));
        portal.register_provider(namespace);
    }
    pty.wait_for_prompt(": Resource group \"costs\"");
    lab.state(|state| state.add_resource_group(ids::SUBSCRIPTION, "costs"));
    pty.wait_for_prompt(": Storage account ");
    portal.create_account("costs", "contosocosts");
    pty.wait_for_prompt(": Container \"exports\"");
    lab.state(|state| state.add_container("contosocosts", "exports"));
    pty.wait_for_prompt(": Export \"dailycosts\"");
    portal.create_export(
        &subscription(),
        "dailycosts",
        (&storage, "exports", "costs"),
    );
    pty.wait_for_prompt(": First run of \"dailycosts\"");
    portal.run_export(&subscription(), "dailycosts");
    pty.wait_for_prompt(": Storage Blob Data Reader on");
    let reader = uuid::uuid!("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
    portal.assign(
        app,
        reader,
        &format!("{storage}/blobServices/default/containers/exports"),
    );
    let left = pty.end();
    assert!(matches!(left.code, 0 | 7), "{}", left.screen);
    assert_kept("guided_cloudpi", &left.screen);
    assert_known_to_microsoft(&lab);
    assert_untouched(&lab);
}
