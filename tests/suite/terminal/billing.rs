//! Billing accounts at a terminal: which one, which customers, and twelve hundred of them.

use azconnect::sandbox::{State, ids};

use super::pty::{DOWN, ENTER, Pty};
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
    let search = pty.wait_for("1200 found");
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
