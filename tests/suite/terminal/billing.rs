//! Billing accounts at a terminal: which one, which customers, and twelve hundred of them.

use azconnect::sandbox::{State, ids};

use super::pty::{CTRL_C, DOWN, ENTER, Pty};
use super::{folder, store_in};
use crate::billing_lab::{account, lab, many_customers, principal, roles_of, state, with};
use crate::lab::Lab;

fn start(lab: &Lab, store: &str, vendor: &str, more: &[&str]) -> Pty {
    let fixed = ["init", vendor, "--connection", "spot", "--store", store];
    Pty::start(lab, 110, &[&fixed, more].concat())
}

#[test]
fn of_the_accounts_that_the_vendor_can_read_one_is_chosen() {
    for (name, shown) in [
        (ids::ENROLLMENT, "Contoso Enterprise"),
        (ids::MCA_ACCOUNT, "Contoso Services"),
    ] {
        let (lab, folder) = (lab(), folder());
        let mut pty = start(&lab, &store_in(&folder), "spot-billing-engine", &[]);
        let menu = pty.wait_for_menu("Contoso Services");
        assert!(
            menu.contains("Enterprise Agreement") && menu.contains(ids::ENROLLMENT),
            "{menu}"
        );
        assert!(
            !menu.contains("Contoso Partner") && !menu.contains("Contoso until 2025"),
            "{menu}"
        );
        let at = |name: &str| {
            menu.rfind(name)
                .unwrap_or_else(|| panic!("{name} in {menu}"))
        };
        let first = at("Contoso Enterprise").min(at("Contoso Services"));
        if at(shown) != first {
            pty.keys(DOWN);
        }
        pty.keys(ENTER);
        let plan = pty.wait_for("[e]xplain");
        assert!(plan.contains(&format!("on \"{shown}\"")), "{plan}");
        pty.keys("y\r");
        let left = pty.end().exits(0);
        assert!(
            left.screen.contains("Billing Account ID"),
            "{}",
            left.screen
        );
        assert_eq!(roles_of(&lab, principal(&lab))[0].0, account(name));
    }
}

#[test]
fn a_partner_is_asked_which_customers() {
    let (lab, folder) = (lab(), folder());
    let mut pty = start(
        &lab,
        &store_in(&folder),
        "spaceone",
        &["--billing-account", ids::MPA_ACCOUNT],
    );
    let asked = pty.wait_for_menu("Some of them");
    assert!(asked.contains("All 12 customers"), "{asked}");
    pty.keys(ENTER);
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let left = pty.end().exits(0);
    assert!(
        !left.screen.contains("Customer Tenant ID"),
        "{}",
        left.screen
    );
}

fn thousand() -> State {
    let mut state = state();
    let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
    account.customers = many_customers(1_200);
    state
}

#[test]
fn of_twelve_hundred_customers_some_are_found_by_typing() {
    let (lab, folder) = (with(thousand()), folder());
    let mut pty = start(
        &lab,
        &store_in(&folder),
        "spaceone",
        &["--billing-account", ids::MPA_ACCOUNT],
    );
    let asked = pty.wait_for_menu("Some of them");
    assert!(asked.contains("All 1200 customers"), "{asked}");
    pty.keys(DOWN);
    pty.keys(ENTER);
    let search = pty.wait_for_prompt("1200 found");
    assert!(search.contains("search by a part of the name"), "{search}");
    pty.keys("customer 119\r");
    let list = pty.wait_for_menu("Customer 1199");
    assert!(!list.contains("Customer 1200"), "{list}");
    pty.keys("a\r");
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let left = pty.end().exits(0);
    // 1190 to 1199, each on a line of the vendor's form.
    assert_eq!(
        left.screen.matches("Customer Tenant ID").count(),
        10,
        "{}",
        left.screen
    );
}

/// A refusal of the role leaves a run that can be gone on with.
fn refused_once(lab: &Lab) {
    lab.sandbox().faults().add(azconnect::sandbox::Rule {
        service: None,
        method: Some("POST".to_owned()),
        path_contains: Some("/createBillingRoleAssignment".to_owned()),
        nth: 1,
        times: 1,
        action: azconnect::sandbox::Action::Respond {
            status: 422,
            headers: [("Content-Type".to_owned(), "application/json".to_owned())].into(),
            body: Some(serde_json::json!({"error": {"code": "UnprocessableEntity", "message": "Not now."}})),
        },
    });
}

#[test]
fn all_customers_are_remembered_when_a_run_is_gone_on_with() {
    let (lab, folder) = (lab(), folder());
    let store = store_in(&folder);
    refused_once(&lab);
    let account = ["--billing-account", ids::MPA_ACCOUNT];
    let mut pty = start(&lab, &store, "spaceone", &account);
    pty.wait_for_menu("Some of them");
    pty.keys(ENTER);
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    assert_ne!(pty.end().code, 0);
    let mut pty = start(&lab, &store, "spaceone", &["--resume"]);
    let shown = pty.wait_for("[e]xplain");
    assert!(!shown.contains("All 12 customers"), "{shown}");
    pty.keys("y\r");
    pty.end().exits(0);
    assert_eq!(roles_of(&lab, principal(&lab)).len(), 1);
}

#[test]
fn one_of_several_billing_profiles_can_be_chosen_and_one_alone_is_not_asked_for() {
    let lab = with(crate::billing_parts::two_profiles(ids::MCA_ACCOUNT));
    let wanted = ["--billing-account", ids::MCA_ACCOUNT];
    let folder = folder();
    let mut pty = start(&lab, &store_in(&folder), "generic", &wanted);
    let menu = pty.wait_for_menu("The whole account");
    assert!(menu.contains("Contoso Nordic"), "{menu}");
    pty.keys(DOWN);
    pty.keys(DOWN);
    pty.keys(ENTER);
    let plan = pty.wait_for("[e]xplain");
    assert!(plan.contains("Billing profile reader"), "{plan}");
    pty.keys(CTRL_C);
    pty.end().exits(130);
    // The vendor reads the account, and an account with one profile leaves no choice.
    for (state, vendor) in [
        (
            crate::billing_parts::two_profiles(ids::MCA_ACCOUNT),
            "spot-billing-engine",
        ),
        (state(), "generic"),
    ] {
        let lab = with(state);
        let mut pty = start(&lab, &store_in(&folder), vendor, &wanted);
        let plan = pty.wait_for("[e]xplain");
        assert!(!plan.contains("The whole account"), "{plan}");
        assert!(plan.contains("Billing account reader"), "{plan}");
        pty.keys(CTRL_C);
        pty.end().exits(130);
    }
}
