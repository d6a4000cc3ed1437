//! Nobody signs in: what can't be looked at is asked for, and the new credential proves it at the end.

use azconnect::sandbox::ids;

use super::super::portal::Portal;
use super::super::pty::{CTRL_C, ENTER};
use super::super::{assert_kept, folder, store_in};
use super::{assert_untouched, paste_secret, start, subscription};
use crate::billing_lab::account;
use crate::lab::Lab;

#[test]
fn without_any_right_it_asks_and_proves_at_the_end() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let nobody = ["--sign-in", "none", "--tenant", "contoso.onmicrosoft.com"];
    let mut pty = start(&lab, &store_in(&folder), "spot-cost-intelligence", &nobody);
    pty.wait_for_prompt("Which subscriptions is the vendor to read?");
    pty.keys(&format!("{}\r", ids::SUBSCRIPTION));
    pty.wait_for_prompt("Paste the Application (client) ID");
    let app = portal.register("azconnect-spot-cost-intelligence");
    // Nothing tells it from a client ID but the sign-in.
    pty.keys(&format!("{}\r", app.object_id));
    let secret = portal.add_secret(app, 180).value;
    pty.wait_for_prompt("asks for the secret");
    pty.keys(ENTER);
    pty.wait_for_hidden("What you type or paste is not shown.");
    pty.keys(&format!("{secret}\r"));
    pty.wait_for_prompt("You may have pasted its Object ID");
    pty.keys(&format!("{}\r", app.client_id));
    pty.wait_for_times("asks for the secret", 2);
    pty.wait_for_prompt("asks for the secret");
    pty.keys(ENTER);
    pty.wait_for_hidden("What you type or paste is not shown.");
    pty.keys(&format!("{secret}\r"));
    pty.wait_for_prompt("Enter says that it is done");
    portal.assign(app, ids::ROLE_READER, &subscription());
    let left = pty.end().exits(0);
    assert_kept("guided_without_rights", &left.screen);
    assert_untouched(&lab);
    let of_others = lab
        .log()
        .into_iter()
        .filter(|entry| entry.service == azconnect::sandbox::Service::Graph);
    assert_eq!(
        of_others.count(),
        0,
        "the directory was asked without a sign-in"
    );
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn an_enrollment_is_connected_without_any_right() {
    let (lab, folder) = (crate::billing_lab::lab(), folder());
    let portal = Portal(&lab);
    let tenant = ids::TENANT.to_string();
    let nobody = ["--sign-in", "none", "--tenant", &tenant];
    let mut pty = start(&lab, &store_in(&folder), "spot-billing-engine", &nobody);
    pty.wait_for_prompt("Which billing account is the vendor to read?");
    pty.keys(&format!("{}\r", ids::ENROLLMENT));
    pty.wait_for_prompt("Paste the Application (client) ID");
    let app = portal.register("azconnect-spot-billing-engine");
    pty.keys(&format!("{}\r", app.client_id));
    paste_secret(&mut pty, &portal, app);
    // The token tells the object ID, so that the command is whole.
    let told = pty.wait_for_prompt("Enter looks now");
    assert!(
        told.contains(&format!("\"principalId\":\"{}\"", app.principal)),
        "{told}"
    );
    let role = ids::BILLING_ROLE_ENROLLMENT_READER;
    portal.assign_billing(app, role, &account(ids::ENROLLMENT));
    pty.keys(ENTER);
    pty.end().exits(0);
    assert_untouched(&lab);
}

#[test]
fn without_terminal_and_sign_in_the_guides_are_whole() {
    let lab = Lab::new();
    let fixed = [
        "init",
        "cloudpi",
        "--connection",
        "spot",
        "--sign-in",
        "none",
        "--store",
        "none",
    ];
    let (tenant, subscription) = (ids::TENANT.to_string(), ids::SUBSCRIPTION.to_string());
    let wish = [
        "--tenant",
        &tenant,
        "--subscription",
        &subscription,
        "--location",
        "westeurope",
        "--output",
        "json",
    ];
    let document = lab.run(&[&fixed[..], &wish].concat()).exits(7).json();
    assert_eq!(
        document["guides"].as_array().unwrap().len(),
        13,
        "{document:#}"
    );
    assert!(lab.log().is_empty(), "Azure was asked for something");
    // What nobody can see has to be said.
    let gaps = lab.run(&fixed).exits(2);
    assert!(gaps.stderr.contains("--tenant"), "{gaps:#?}");
    let automatic = lab
        .run(&[&fixed[..], &["--mode", "automatic"]].concat())
        .exits(2);
    assert!(automatic.stderr.contains("--mode guided"), "{automatic:#?}");
}

#[test]
fn where_nobody_can_be_signed_in_it_goes_on_without() {
    let mut lab = Lab::new();
    crate::people::nobody_else(&mut lab);
    let (tenant, subscription) = (ids::TENANT.to_string(), ids::SUBSCRIPTION.to_string());
    let fixed = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--store",
        "none",
    ];
    let wish = [
        "--mode",
        "guided",
        "--tenant",
        &tenant,
        "--subscription",
        &subscription,
    ];
    let ran = lab.run(&[&fixed[..], &wish].concat()).exits(7);
    assert!(ran.stderr.contains("Nobody could be signed in"), "{ran:#?}");
    assert!(ran.stdout.contains("Step 4 of 4: Reader on"), "{ran:#?}");
}

#[test]
fn an_app_of_another_directory_is_told() {
    let (lab, folder) = (Lab::new(), folder());
    let other = lab.state(|state| state.add_tenant("Fabrikam", "fabrikam.example"));
    let portal = Portal(&lab);
    let other = other.to_string();
    let subscription = ids::SUBSCRIPTION.to_string();
    let nobody = [
        "--sign-in",
        "none",
        "--tenant",
        &other,
        "--subscription",
        &subscription,
    ];
    let mut pty = start(&lab, &store_in(&folder), "spot-cost-intelligence", &nobody);
    pty.wait_for_prompt("Paste the Application (client) ID");
    let app = portal.register("azconnect-spot-cost-intelligence");
    pty.keys(&format!("{}\r", app.client_id));
    paste_secret(&mut pty, &portal, app);
    let told = pty.wait_for_prompt("or the app is in another directory");
    assert!(
        told.contains(&format!("The directory {other} has no app")),
        "{told}"
    );
    pty.keys(CTRL_C);
    let left = pty.end().exits(130);
    assert!(left.screen.contains("--resume"), "{}", left.screen);
}
