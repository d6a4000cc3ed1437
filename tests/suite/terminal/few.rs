//! A person with every right and one subscription answers at most three questions after the sign-in, and one of them is the plan.

use azconnect::sandbox::ids;

use super::pty::{DOWN, ENTER, Pty};
use super::{folder, made, store_in};
use crate::billing_lab;
use crate::lab::Lab;
use crate::partner_lab;

/// The most questions, the plan among them.
const MOST: usize = 3;

/// The number of the partner's location, as in `ids::PARTNER_LOCATION_ID`.
const PARTNER: &str = "5361204\r";

/// A question, and what is typed.
enum Asked {
    /// A menu with this row.
    Menu(&'static str, &'static str),
    /// A line to type.
    Line(&'static str, &'static str),
    /// The plan.
    Plan,
}
use Asked::{Line, Menu, Plan};

/// What a person is asked for a vendor, in what they find of Azure.
fn session(vendor: &str) -> Option<(Lab, Vec<Asked>)> {
    let own_billing = || {
        let mut state = billing_lab::state();
        // The company buys under one agreement, as most do.
        state
            .billing
            .accounts
            .retain(|name, _| name == ids::ENROLLMENT);
        state
    };
    let bare = || {
        let mut state = own_billing();
        state.storage.accounts.clear();
        state.storage.resource_groups.clear();
        billing_lab::with(state)
    };
    Some(match vendor {
        "spot-cost-intelligence" | "generic" => (Lab::new(), vec![Plan]),
        "spot-billing-engine" => (billing_lab::with(own_billing()), vec![Plan]),
        "cloudpi" | "harness-ccm" => (
            bare(),
            vec![
                Menu("Subscriptions", ENTER),
                Line("In which region", "westeurope\r"),
                Plan,
            ],
        ),
        "spaceone" => (
            partner_lab::lab(|_| {}),
            vec![Menu("Some of them", ENTER), Plan],
        ),
        "flexera-mca-partner" => (
            partner_lab::lab(|_| {}),
            vec![
                Menu("Some of them", ENTER),
                Line("What is your partner ID", PARTNER),
                Plan,
            ],
        ),
        "optima-csp" => (
            partner_lab::lab(|_| {}),
            vec![
                Line("What is your partner ID", PARTNER),
                Menu("A new one", DOWN),
                Plan,
            ],
        ),
        _ => return None,
    })
}

#[test]
fn at_most_three_questions_for_each_vendor() {
    let vendors = azconnect::vendors::all().iter();
    for vendor in vendors.filter(|vendor| azconnect::plan::lacks(vendor).is_none()) {
        let (lab, asked) =
            session(&vendor.id).unwrap_or_else(|| panic!("`{}` has no session", vendor.id));
        assert!(asked.len() <= MOST && matches!(asked.last(), Some(Plan)));
        let (folder, before) = (folder(), made(&lab)[1]);
        let store = store_in(&folder);
        let words = ["init", &vendor.id, "--store", &store];
        let mut pty = Pty::start(&lab, 150, &words);
        let mut prompts = 0;
        for question in &asked {
            match question {
                Menu(row, keys) => {
                    pty.wait_for_menu(row);
                    pty.keys(keys);
                    if *keys == DOWN {
                        pty.keys(ENTER);
                    }
                }
                Line(text, keys) => {
                    pty.wait_for_prompt(text);
                    pty.keys(keys);
                }
                Plan => {
                    pty.wait_for("Proceed?");
                    pty.keys("y\r");
                }
            }
            prompts += 1;
        }
        assert!(prompts <= MOST, "{}", vendor.id);
        // Any further question would wait for an answer in vain. A partner's new app is waited for, which is no question.
        if vendor.id == "optima-csp" {
            pty.wait_for("the registration in Partner Center");
            pty.keys(super::pty::CTRL_C);
            pty.end().exits(130);
        } else {
            let left = pty.end();
            assert!(matches!(left.code, 0 | 7), "{}", left.screen);
        }
        assert_eq!(made(&lab)[1], before + 1, "{}", vendor.id);
    }
}

#[test]
fn at_a_terminal_too_ci_and_no_input_ask_nobody() {
    for (name, words) in [("CI", &["init"][..]), ("", &["init", "--no-input"])] {
        let mut lab = Lab::new();
        crate::people::nobody_else(&mut lab);
        if !name.is_empty() {
            lab.env.insert(name.to_owned(), "1".to_owned());
        }
        let left = Pty::start(&lab, 100, words).end().exits(2);
        for key in ["VENDOR", "--yes", "--sign-in", "--tenant", "--subscription"] {
            assert!(left.screen.contains(key), "{key} in\n{}", left.screen);
        }
        assert!(lab.log().is_empty());
    }
}
