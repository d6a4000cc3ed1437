//! Optima for CSP partners, unattended: the app that a person registers, before or afterwards, and who is served at all.

use azconnect::sandbox::{PartnerKind, State, ids};
use serde_json::Value;

use crate::aftermath::journal_file;
use crate::billing_lab::{finding, writes};
use crate::lab::Lab;
use crate::partner_lab::{
    check, connect, form, lab, peoples_lab, register, run_as, status, web_app,
};

fn client_id(document: &Value) -> String {
    document["connection"]["client_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn passwords(lab: &Lab, client_id: &str) -> usize {
    lab.state(|state| {
        let mut all = state.applications.values();
        all.find(|app| app.app_id.to_string() == client_id)
            .unwrap()
            .password_credentials
            .len()
    })
}

#[test]
fn a_new_app_is_left_to_a_person_and_the_run_goes_on_afterwards() {
    let lab = lab(|_| {});
    let first = connect(&lab, &[]).exits(7).json();
    assert_eq!(first["exit"], "pending");
    assert_eq!(status(&first, "partner-app"), "manual");
    let id = client_id(&first);
    let letter = first["request"].as_str().unwrap();
    for told in [
        &id,
        "Register existing app",
        "appmanagement",
        "Global Administrator",
        "azconnect init optima-csp --connection spot --resume",
    ] {
        assert!(letter.contains(told), "{told} in {letter}");
    }
    let file = lab
        .home()
        .join("azconnect/requests/spot/partner-center-administrator.txt");
    assert_eq!(std::fs::read_to_string(file).unwrap(), letter);
    let refusal = finding(&first, "partner-center.customers");
    assert_eq!(refusal["code"], "900150", "{refusal:#}");
    assert!(
        journal_file(&lab).exists(),
        "there is something to go on with"
    );

    // Too early: nothing is made, and it is said again.
    let from = lab.log().len();
    let store = format!("file:{}", lab.secret_file().display());
    let resume = [
        "init",
        "optima-csp",
        "--resume",
        "--yes",
        "--no-input",
        "--output",
        "json",
        "--store",
        &store,
    ];
    let again = lab.run(&resume).exits(7).json();
    assert_eq!(status(&again, "partner-app"), "manual");

    register(&lab, &id);
    let last = lab.run(&resume).exits(0).json();
    assert_eq!(status(&last, "partner-app"), "found");
    assert_eq!(finding(&last, "partner-center.customers")["status"], "pass");
    assert_eq!(client_id(&last), id);
    assert_eq!(writes(&lab, from).len(), 1, "the person's click alone");
    assert_eq!(passwords(&lab, &id), 1);
    assert!(!journal_file(&lab).exists());
    let expected = [
        ("partner_id", ids::PARTNER_LOCATION_ID),
        ("default_domain", "contoso.com"),
        ("client_id", id.as_str()),
        ("client_secret", ""),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(form(&last), expected);
    assert_eq!(
        last["connection"]["partner"]["partner_id"],
        ids::PARTNER_LOCATION_ID
    );
    let ends = last["connection"]["credential"]["expires_at"].as_str();
    assert!(ends.is_some(), "the key's end is recorded");
    check(&lab, 0);
}

#[test]
fn the_plan_has_the_persons_part_and_changes_nothing() {
    let lab = lab(|_| {});
    let from = lab.log().len();
    let plan = connect(&lab, &["--plan"]).exits(0).json();
    let steps = plan["steps"].as_array().unwrap();
    let last = steps.last().unwrap();
    assert_eq!(
        (&last["id"], &last["status"]),
        (&"partner-app".into(), &"manual".into())
    );
    assert!(writes(&lab, from).is_empty());
}

#[test]
fn what_speaks_against_it_is_said_once() {
    let lab = lab(|_| {});
    let app = web_app(&lab);
    let first = connect(&lab, &["--app-id", &app]).exits(0);
    let told = ["never expires", "not to share the key", "MS-AZR-0145P"];
    for word in told {
        let text = first.stderr.replace('\n', " ");
        assert!(text.contains(word), "{word} in {text}");
    }
    let second = connect(&lab, &["--app-id", &app]).exits(0);
    assert!(!second.stderr.contains("never"), "{}", second.stderr);
}

#[test]
fn an_app_that_partner_center_knows_gets_a_key_with_direct_bill_and_with_a_provider() {
    for kind in [PartnerKind::DirectBill, PartnerKind::IndirectProvider] {
        let lab = lab(|state| state.partner_mut(ids::TENANT).unwrap().kind = kind);
        let app = web_app(&lab);
        let done = connect(&lab, &["--app-id", &app]).exits(0).json();
        assert_eq!(client_id(&done), app);
        assert_eq!(status(&done, "partner-app"), "found");
        assert_eq!(passwords(&lab, &app), 1);
        lab.run(&["remove", "spot", "--yes"]).exits(0);
        assert_eq!(passwords(&lab, &app), 0, "the app stays, our key goes");
    }
}

#[test]
fn an_indirect_reseller_is_told_so() {
    let reseller = |state: &mut State| {
        state.partner_mut(ids::TENANT).unwrap().kind = PartnerKind::IndirectReseller;
    };
    // A Global Administrator is refused the partner's own profile, which only a reseller's is.
    let lab = peoples_lab(reseller);
    let from = lab.log().len();
    let refused = run_as(&lab, ids::AVERY_NAME, "optima-csp", &[])
        .exits(5)
        .json();
    assert_eq!(refused["error"]["code"], "partner_not_served");
    let why = refused["error"]["why"].as_str().unwrap();
    assert!(why.contains("indirect resellers"), "{why}");
    assert!(writes(&lab, from).is_empty());

    // An application can't know: it ends where the person's click would not help, and says so.
    let lab = crate::partner_lab::lab(reseller);
    let app = web_app(&lab);
    let pending = connect(&lab, &["--app-id", &app]).exits(7).json();
    let letter = pending["request"].as_str().unwrap();
    assert!(letter.contains("indirect resellers"), "{letter}");
    let finding = finding(&pending, "partner-center.customers");
    assert!(
        finding["why"]
            .as_str()
            .unwrap()
            .contains("indirect reseller"),
        "{finding:#}"
    );
}

#[test]
fn a_directory_that_is_no_partners_is_refused_before_anything_is_made() {
    let lab = peoples_lab(|state| state.partner_center.accounts.clear());
    let from = lab.log().len();
    let refused = run_as(&lab, ids::AVERY_NAME, "optima-csp", &[])
        .exits(5)
        .json();
    assert_eq!(refused["error"]["code"], "no_partner");
    assert!(writes(&lab, from).is_empty());
}

/// What is wrong with the partner, and what is said of it.
type Trouble = (fn(&mut State), &'static str, &'static str);

#[test]
fn what_no_click_can_mend_is_not_waited_for() {
    let troubles: [Trouble; 2] = [
        (
            |state| state.partner_mut(ids::TENANT).unwrap().agreement_signed = false,
            "900124",
            "Microsoft Partner Agreement",
        ),
        (
            |state| state.partner_mut(ids::TENANT).unwrap().programme_active = false,
            "900149",
            "isn't active",
        ),
    ];
    for (trouble, code, why) in troubles {
        let lab = lab(trouble);
        let app = web_app(&lab);
        let done = connect(&lab, &["--app-id", &app]).exits(3).json();
        assert_eq!(status(&done, "partner-app"), "", "the proof says it");
        let refusal = finding(&done, "partner-center.customers");
        assert_eq!(refusal["code"], code);
        assert!(
            refusal["why"].as_str().unwrap().contains(why),
            "{refusal:#}"
        );
        assert!(refusal["correlation_id"].is_string(), "{refusal:#}");
    }
}

#[test]
fn a_new_app_and_an_existing_one_at_once_are_refused() {
    let lab = lab(|_| {});
    let app = web_app(&lab);
    let refused = connect(&lab, &["--app-id", &app, "--partner-app", "new"]).exits(2);
    assert_eq!(refused.json()["error"]["code"], "partner_app_twice");
    let gap = connect(&lab, &["--partner-app", "registered"])
        .exits(2)
        .json();
    assert_eq!(gap["error"]["gaps"][0]["key"], "app_id");
}

#[test]
fn all_gaps_come_at_once() {
    let lab = lab(|_| {});
    let ran = lab.run(&["init", "optima-csp", "--no-input", "--output", "json"]);
    let document = ran.exits(2).json();
    let missing = document["error"]["gaps"].as_array().unwrap();
    let keys: Vec<&str> = missing
        .iter()
        .map(|gap| gap["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["yes", "partner_id"]);
}

#[test]
fn the_vendors_page_says_what_is_by_hand() {
    let lab = lab(|_| {});
    let ran = lab.run(&["vendors", "optima-csp"]).exits(0);
    assert!(ran.stdout.contains("appmanagement"), "{}", ran.stdout);
    let document = lab.run(&["vendors", "--output", "json"]).exits(0).json();
    for vendor in document["vendors"].as_array().unwrap() {
        let id = vendor["id"].as_str().unwrap();
        if ["optima-csp", "flexera-mca-partner"].contains(&id) {
            assert_eq!(vendor["automatic"], true, "{id}");
        }
    }
}

/// A life without an Azure account: the simulated administrator, who signed in, clicks too.
#[test]
fn in_the_simulated_azure_its_own_administrator_registers_the_app() {
    let mut lab = lab(|_| {});
    lab.env.remove("AZCONNECT_CLOUD");
    let store = format!("file:{}", lab.secret_file().display());
    let words = [
        "init",
        "optima-csp",
        "--sandbox",
        "--yes",
        "--output",
        "json",
        "--store",
        &store,
    ];
    let done = lab.run(&words).exits(0).json();
    assert_eq!(status(&done, "partner-app"), "done");
    assert!(lab.log().is_empty(), "`--sandbox` has an Azure of its own");
}

/// Nobody can look with a secret that is not kept, so the run is over when it has been shown.
#[test]
fn a_key_that_is_kept_nowhere_is_shown_before_the_person_clicks() {
    let lab = lab(|_| {});
    let words = [
        "init",
        "optima-csp",
        "--connection",
        "spot",
        "--yes",
        "--no-input",
        "--output",
        "json",
        "--store",
        "none",
        "--partner-id",
        ids::PARTNER_LOCATION_ID,
    ];
    let pending = lab.run(&words).exits(7).json();
    assert_eq!(status(&pending, "partner-app"), "manual");
    let key = form(&pending).pop().unwrap();
    assert_eq!(key.0, "client_secret");
    assert!(key.1.len() > 20, "the key is shown");
    assert!(!journal_file(&lab).exists());
    let id = client_id(&pending);
    let again = lab.run(&words).exits(0).json();
    assert_eq!((client_id(&again), passwords(&lab, &id)), (id, 1));
}

#[test]
fn a_connection_that_is_not_stored_here_is_checked_by_flags() {
    let lab = lab(|_| {});
    let app = web_app(&lab);
    connect(&lab, &["--app-id", &app]).exits(0);
    let key = lab.home().join("key");
    std::fs::write(&key, crate::aftermath::kept_secret(&lab).unwrap()).unwrap();
    let (tenant, key) = (ids::TENANT.to_string(), key.display().to_string());
    let check = |domain: &str, code: i32| {
        let words = [
            "check",
            "--tenant",
            &tenant,
            "--client-id",
            &app,
            "--vendor",
            "optima-csp",
            "--default-domain",
            domain,
            "--client-secret-file",
            &key,
            "--output",
            "json",
        ];
        lab.run(&words).exits(code).json()
    };
    let good = check("contoso.com", 0);
    assert_eq!(finding(&good, "entra.domain")["status"], "pass");
    assert_eq!(finding(&good, "partner-center.customers")["status"], "pass");
    let bad = check("nobody.example", 3);
    assert_eq!(finding(&bad, "entra.domain")["status"], "fail");
}
