//! Guided mode: a person does each step in the portal, azconnect watches and goes on by itself. The test plays the portal by changing the
//! simulated Azure's state; nothing else changes it.

use azconnect::sandbox::ids;

use super::portal::{Portal, Registered};
use super::pty::{CTRL_C, DOWN, ENTER, Pty};
use super::{assert_kept, folder, store_in};
use crate::billing_lab::{account, writes};
use crate::lab::Lab;

fn start(lab: &Lab, store: &str, vendor: &str, more: &[&str]) -> Pty {
    let fixed = ["init", vendor, "--connection", "spot", "--store", store];
    Pty::start(
        lab,
        140,
        &[&fixed[..], &["--mode", "guided"], more].concat(),
    )
}

fn subscription() -> String {
    format!("/subscriptions/{}", ids::SUBSCRIPTION)
}

/// azconnect itself has changed nothing: what there is, the person has made.
fn assert_untouched(lab: &Lab) {
    let own: Vec<String> = writes(lab, 0)
        .iter()
        .filter(|entry| !entry.path.contains("appmanagement"))
        .filter(|entry| !entry.path.ends_with("/checkNameAvailability"))
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    assert!(
        own.is_empty(),
        "azconnect changed something itself: {own:?}"
    );
}

/// The app registration: made in the portal, found by its name, confirmed.
fn register(pty: &mut Pty, portal: &Portal<'_>, name: &str) -> Registered {
    pty.wait_for_prompt("Paste the Application (client) ID");
    let app = portal.register(name);
    pty.wait_for_menu("Another one");
    pty.keys(ENTER);
    app
}

/// The secret: made in the portal, pasted.
fn paste_secret(pty: &mut Pty, portal: &Portal<'_>, app: Registered) -> String {
    pty.wait_for_prompt("asks for the secret");
    let secret = portal.add_secret(app, 180);
    pty.keys(ENTER);
    pty.wait_for_hidden("Paste the secret's Value");
    pty.keys(&format!("{}\r", secret.value));
    secret.value
}

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
    assert_eq!(
        writes(&lab, 0).len(),
        0,
        "azconnect itself changed something"
    );
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
    assert_untouched(&lab);
}

#[test]
fn typical_mistakes_are_named() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let mut pty = start(&lab, &store_in(&folder), "spot-cost-intelligence", &[]);
    pty.wait_for_prompt("Paste the Application (client) ID");
    // Under another name, so that it has to be pasted.
    let app = portal.register("costs");
    for (pasted, said) in [
        ("costs".to_owned(), "is not an application (client) ID"),
        (ids::TENANT.to_string(), "That is the Directory (tenant) ID"),
        (
            app.object_id.to_string(),
            "is an object ID. The Application (client) ID of that app is",
        ),
        (
            uuid::Uuid::from_u128(1).to_string(),
            "has no app registration with the client ID",
        ),
    ] {
        pty.keys(&format!("{pasted}\r"));
        pty.wait_for_prompt(said);
    }
    pty.keys(&format!("{}\r", app.client_id));
    pty.wait_for_prompt("asks for the secret");
    let secret = portal.add_secret(app, 180);
    pty.keys("my secret\r");
    pty.wait_for_prompt("was not taken for one");
    pty.keys(ENTER);
    pty.wait_for_hidden("What you type or paste is not shown.");
    pty.keys(&format!("{}\r", secret.id));
    pty.wait_for_prompt("That is the Secret ID, not the secret.");
    pty.keys(ENTER);
    pty.wait_for_hidden("What you type or paste is not shown.");
    pty.keys("hnd8Q~of-another-app-that-is-not-this-one\r");
    pty.wait_for_prompt("doesn't accept it as a secret of the app");
    pty.keys(ENTER);
    pty.wait_for_hidden("What you type or paste is not shown.");
    pty.keys(&format!("{}\r", secret.value));
    pty.wait_for_prompt("Enter looks now");
    pty.keys(ENTER);
    pty.wait_for_prompt("It is not to be seen yet.");
    portal.assign(app, ids::ROLE_CONTRIBUTOR, &subscription());
    let told = pty.wait_for_prompt("The app has another role on");
    assert!(told.contains("Contributor, and Reader is needed"), "{told}");
    pty.keys("?\r");
    pty.wait_for(
        "https://learn.microsoft.com/azure/role-based-access-control/role-assignments-portal",
    );
    portal.assign(app, ids::ROLE_READER, &subscription());
    let left = pty.end().exits(0);
    assert_kept("guided_mistakes", &left.screen);
}

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
    pty.wait_for_prompt("Enter looks now");
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
    for flag in ["--tenant"] {
        assert!(gaps.stderr.contains(flag), "{gaps:#?}");
    }
    let automatic = lab
        .run(&[&fixed[..], &["--mode", "automatic"]].concat())
        .exits(2);
    assert!(automatic.stderr.contains("--mode guided"), "{automatic:#?}");
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

#[test]
fn whoever_stops_or_leaves_a_step_goes_on_later() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let store = store_in(&folder);
    let mut pty = start(&lab, &store, "spot-cost-intelligence", &[]);
    let app = register(&mut pty, &portal, "azconnect-spot-cost-intelligence");
    pty.wait_for_prompt("asks for the secret");
    pty.keys(CTRL_C);
    let left = pty.end().exits(130);
    assert!(left.screen.contains("--resume"), "{}", left.screen);
    let resume = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--resume",
    ];
    let mut pty = Pty::start(&lab, 140, &resume);
    // The app is not asked for again.
    paste_secret(&mut pty, &portal, app);
    pty.wait_for_prompt("Enter looks now");
    pty.keys("s\r");
    let left = pty.end().exits(7);
    assert!(
        left.screen.contains("1 step is left for later"),
        "{}",
        left.screen
    );
    portal.assign(app, ids::ROLE_READER, &subscription());
    // Nor is the secret; now nobody is asked at all.
    lab.run(&resume).exits(0);
    assert_untouched(&lab);
}

#[test]
fn without_a_terminal_all_guides_are_printed_and_resume_finds_what_was_done() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let store = store_in(&folder);
    let fixed = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--mode",
        "guided",
    ];
    let more = ["--store", &store, "--output", "json"];
    let document = lab.run(&[&fixed[..], &more].concat()).exits(7).json();
    let guides = document["guides"].as_array().unwrap();
    let steps: Vec<&str> = guides
        .iter()
        .map(|guide| guide["step"].as_str().unwrap())
        .collect();
    assert_eq!(steps[..3], ["application", "service-principal", "secret"]);
    assert_eq!(steps.len(), 4);
    let resume = document["resume"].as_str().unwrap();
    assert!(
        resume.contains("--app-id") && resume.contains("--client-secret-stdin"),
        "{resume}"
    );
    let app = portal.register("azconnect-spot-cost-intelligence");
    portal.assign(app, ids::ROLE_READER, &subscription());
    let secret = lab.home().join("secret");
    std::fs::write(&secret, portal.add_secret(app, 180).value).unwrap();
    let client_id = app.client_id.to_string();
    let resume = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--resume",
        "--app-id",
        &client_id,
    ];
    let brought = [
        "--client-secret-file",
        secret.to_str().unwrap(),
        "--output",
        "json",
    ];
    let document = lab.run(&[&resume[..], &brought].concat()).exits(0).json();
    assert_eq!(document["connection"]["client_id"], client_id.as_str());
    assert_untouched(&lab);
    // As text, the same is there to be read.
    let other = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "other",
        "--mode",
        "guided",
    ];
    let text = lab
        .run(&[&other[..], &["--store", "none"]].concat())
        .exits(7)
        .stdout;
    let squeezed: String = text.split_whitespace().collect();
    for guide in guides {
        let link = guide["link"].as_str().unwrap();
        assert!(
            text.contains(link) || link.contains("appId"),
            "{link} in {text}"
        );
        for click in guide["clicks"].as_array().unwrap() {
            let click: String = click.as_str().unwrap().split_whitespace().collect();
            assert!(squeezed.contains(&click), "{click} in {text}");
        }
    }
}

#[test]
fn a_screen_reader_hears_the_same_guides() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let store = store_in(&folder);
    let plan = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--mode",
        "guided",
    ];
    let document = lab
        .run(
            &[
                &plan[..],
                &["--plan", "--store", "none", "--output", "json"],
            ]
            .concat(),
        )
        .exits(0)
        .json();
    let mut pty = start(&lab, &store, "spot-cost-intelligence", &["--plain"]);
    pty.wait_for("Answer:");
    let app = portal.register("azconnect-spot-cost-intelligence");
    pty.wait_for("Is it the one?");
    pty.wait_for_times("Answer:", 2);
    pty.keys("1\r");
    pty.wait_for_times("Answer:", 3);
    let secret = portal.add_secret(app, 180);
    pty.keys(ENTER);
    pty.wait_for_times("Answer:", 4);
    pty.keys(&format!("{}\r", secret.value));
    pty.wait_for_times("Answer:", 5);
    portal.assign(app, ids::ROLE_READER, &subscription());
    let left = pty.end().exits(0);
    assert!(!left.raw.contains(&0x1b), "an escape byte");
    let heard: String = left.screen.split_whitespace().collect();
    for guide in document["guides"].as_array().unwrap() {
        // The portal makes the service principal with the app: it is found, and nothing is said of how.
        if guide["step"] == "service-principal" {
            continue;
        }
        for click in guide["clicks"].as_array().unwrap() {
            let click: String = click.as_str().unwrap().split_whitespace().collect();
            assert!(heard.contains(&click), "{click} in {}", left.screen);
        }
    }
}

#[test]
fn whoever_lacks_a_right_is_offered_to_be_guided() {
    let (lab, folder) = (Lab::new(), folder());
    let operator = ids::OPERATOR_SERVICE_PRINCIPAL;
    lab.state(|state| {
        state
            .role_assignments
            .retain(|_, role| role.principal != operator);
        state.assign_role(operator, ids::ROLE_READER, &subscription());
    });
    let store = store_in(&folder);
    let mut pty = Pty::start(
        &lab,
        140,
        &[
            "init",
            "spot-cost-intelligence",
            "--connection",
            "spot",
            "--store",
            &store,
            "--yes",
        ],
    );
    pty.wait_for_menu("Be guided in the portal");
    pty.keys(DOWN);
    pty.keys(ENTER);
    pty.wait_for_prompt(": Reader on \"Contoso Production\"");
    let principal = crate::billing_lab::principal(&lab);
    lab.state(|state| state.assign_role(principal, ids::ROLE_READER, &subscription()));
    let left = pty.end().exits(0);
    assert_kept("guided_for_the_rest", &left.screen);
}

#[test]
fn a_certificate_of_this_machine_is_uploaded_by_hand() {
    let (lab, folder) = (Lab::new(), folder());
    let portal = Portal(&lab);
    let more = ["--credential", "certificate"];
    let mut pty = start(&lab, &store_in(&folder), "generic", &more);
    let app = register(&mut pty, &portal, "azconnect-generic");
    let told = pty.wait_for_prompt("Upload certificate");
    let file = lab.home().join("azconnect/requests/spot.cer");
    assert!(told.contains("spot.cer"), "{told}");
    portal.upload(app, &std::fs::read_to_string(file).unwrap());
    pty.wait_for_prompt(": Reader on \"Contoso Production\"");
    portal.assign(app, ids::ROLE_READER, &subscription());
    pty.end();
}
