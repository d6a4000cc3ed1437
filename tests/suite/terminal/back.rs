//! Going back to an earlier question, having a question explained, and saving the plan: what a person does who is not sure yet.

use azconnect::sandbox::{Service, ids};

use super::pty::{DOWN, ENTER, LEFT, Left, Pty};
use super::{assert_kept, folder, made, store_in};
use crate::billing_lab::{account, principal, roles_of, state, with};
use crate::lab::Lab;

/// Contoso with an enrollment, before anything was made in its subscription.
fn bare() -> Lab {
    let mut world = state();
    world
        .billing
        .accounts
        .retain(|name, _| name == ids::ENROLLMENT);
    world.storage.accounts.clear();
    world.storage.resource_groups.clear();
    with(world)
}

/// How often somebody signed in as themselves.
fn sign_ins(left: &Left) -> usize {
    left.screen.matches("Signed in").count()
}

#[test]
fn an_answer_is_changed_and_what_depended_on_it_is_asked_again() {
    let (lab, folder) = (bare(), folder());
    let store = store_in(&folder);
    let words = [
        "init",
        "cloudpi",
        "--connection",
        "spot",
        "--store",
        &store,
        "--backfill-months",
        "0",
    ];
    let mut pty = Pty::start(&lab, 170, &words);
    let first = pty.wait_for_menu("Subscriptions");
    assert!(!first.contains("Left goes back"), "{first}");
    pty.keys(ENTER);
    let region = pty.wait_for_prompt("In which region");
    assert!(region.contains("< to go back"), "{region}");
    pty.keys("<\r");
    // The same menu once more; the cursor goes to the last row.
    pty.wait_for_times("What is CloudPi to read?", 2);
    pty.wait_for_menu("Subscriptions");
    pty.keys("\u{1b}[F\r");
    pty.wait_for_times("In which region", 2);
    pty.wait_for_prompt("In which region");
    pty.keys("westeurope\r");
    let plan = pty.wait_for("[b]ack");
    assert!(plan.contains("Reader on \"Contoso Production\""), "{plan}");
    // From the plan as well: the last question comes again, and the one before it is not asked.
    pty.keys("b\r");
    pty.wait_for_times("In which region", 3);
    pty.wait_for_prompt("In which region");
    pty.keys("northeurope\r");
    pty.wait_for_times("[b]ack", 2);
    assert!(pty.screen().contains("northeurope"), "{}", pty.screen());
    pty.keys("n\r");
    let left = pty.end().exits(130);
    assert_eq!(sign_ins(&left), 1, "{}", left.screen);
    assert_eq!(
        left.screen.matches("Directory  ").count(),
        1,
        "{}",
        left.screen
    );
    let tokens = lab
        .log()
        .iter()
        .filter(|entry| entry.service == Service::Login && entry.path.ends_with("/token"))
        .count();
    assert!(tokens > 0);
    assert_kept("back", &left.screen);
    assert_eq!(made(&lab)[0], 1, "nothing was made");
}

#[test]
fn what_was_chosen_last_is_what_is_made() {
    let (lab, folder) = (with(state()), folder());
    let store = store_in(&folder);
    let words = ["init", "--connection", "spot", "--store", &store];
    let mut pty = Pty::start(&lab, 170, &words);
    let vendors = pty.wait_for_menu("that isn't listed");
    assert!(!vendors.contains("Left goes back"), "{vendors}");
    let at = |name: &str| {
        let rows: Vec<&str> = vendors
            .lines()
            .filter(|row| row.starts_with("  › ") || row.starts_with("    "))
            .collect();
        rows.iter()
            .position(|row| row.contains(name))
            .unwrap_or_else(|| panic!("{name} in {vendors}"))
    };
    let (engine, first) = (at("Spot Billing Engine"), at("Spot Cost Intelligence"));
    assert_eq!(first, 0, "{vendors}");
    for _ in 0..engine {
        pty.keys(DOWN);
    }
    pty.keys(ENTER);
    let accounts = pty.wait_for_menu("Contoso Services");
    assert!(accounts.contains("Left goes back"), "{accounts}");
    // Back to the first question, after the sign-in; and then the same way again.
    pty.keys(LEFT);
    pty.wait_for_times("Which cost tool?", 2);
    pty.wait_for_menu("that isn't listed");
    for _ in 0..engine {
        pty.keys(DOWN);
    }
    pty.keys(ENTER);
    pty.wait_for_menu("Contoso Services");
    pty.keys("<");
    pty.wait_for_times("Which cost tool?", 3);
    pty.wait_for_menu("that isn't listed");
    for _ in 0..engine {
        pty.keys(DOWN);
    }
    pty.keys(ENTER);
    let menu = pty.wait_for_menu("Contoso Services");
    let place = |name: &str| menu.rfind(name).unwrap();
    if place("Contoso Enterprise") > place("Contoso Services") {
        pty.keys(DOWN);
    }
    pty.keys(ENTER);
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let left = pty.end().exits(0);
    assert_eq!(sign_ins(&left), 1, "{}", left.screen);
    let roles = roles_of(&lab, principal(&lab));
    assert_eq!(roles.len(), 1);
    assert_eq!(roles[0].0, account(ids::ENROLLMENT));
}

#[test]
fn in_plain_mode_the_word_leads_back_too() {
    let (lab, folder) = (bare(), folder());
    let store = store_in(&folder);
    let words = [
        "init",
        "cloudpi",
        "--plain",
        "--connection",
        "spot",
        "--store",
        &store,
        "--backfill-months",
        "0",
    ];
    let mut pty = Pty::start(&lab, 100, &words);
    pty.wait_for("Type a number");
    pty.wait_for("Answer:");
    pty.keys("<\r");
    pty.wait_for("There is no question before this one.");
    pty.keys("1\r");
    pty.wait_for("In which region");
    pty.wait_for_times("Answer:", 3);
    pty.keys("back\r");
    pty.wait_for_times("What is CloudPi to read?", 2);
    pty.wait_for_times("Answer:", 4);
    pty.keys("1\r");
    pty.wait_for_times("Answer:", 5);
    pty.keys("westeurope\r");
    pty.wait_for("[b]ack");
    pty.keys("back\r");
    pty.wait_for_times("In which region", 3);
    pty.wait_for_times("Answer:", 6);
    pty.keys("<\r");
    pty.wait_for_times("What is CloudPi to read?", 3);
    pty.wait_for_times("Answer:", 7);
    // The end of input is not the way back: it stops.
    pty.keys(super::pty::CTRL_D);
    pty.end().exits(130);
}

#[test]
fn a_question_mark_explains_every_kind_of_question() {
    let (lab, folder) = (bare(), folder());
    for number in 1..=12 {
        lab.state(|state| state.add_subscription(&format!("Contoso Project {number:02}")));
    }
    let store = store_in(&folder);
    let words = [
        "init",
        "cloudpi",
        "--connection",
        "spot",
        "--store",
        &store,
        "--backfill-months",
        "0",
    ];
    let mut pty = Pty::start(&lab, 170, &words);
    // A menu.
    let menu = pty.wait_for_menu("Subscriptions");
    assert!(
        menu.contains("? explains") && !menu.contains("Properties"),
        "{menu}"
    );
    pty.keys("?");
    pty.wait_for("In the portal under Cost Management + Billing > Properties");
    pty.keys(ENTER);
    // A list with a search: more than seven.
    let search = pty.wait_for_menu("1 of 13");
    assert!(search.contains("type to search"), "{search}");
    pty.keys("?");
    pty.wait_for("IDs are in the portal under Subscriptions");
    pty.keys("uction");
    pty.wait_for("/ uction|");
    pty.keys(ENTER);
    // A typed line, and a wrong one is told at once, with what would be right.
    pty.wait_for_prompt("In which region");
    pty.keys("?\r");
    pty.wait_for_prompt("az account list-locations");
    pty.keys("the moon!\r");
    pty.wait_for_prompt("is no region");
    pty.keys("westeurope\r");
    // The plan.
    let plan = pty.wait_for("[s]ave");
    assert!(plan.contains("kept?  Contoso Production"), "{plan}");
    pty.keys("?\r");
    pty.wait_for("save writes the plan");
    pty.keys("n\r");
    pty.end().exits(130);
}

#[test]
fn a_plan_that_is_saved_can_be_read_sent_and_carried_out_later() {
    let (lab, folder) = (Lab::new(), folder());
    let store = store_in(&folder);
    let words = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--store",
        &store,
    ];
    let mut pty = Pty::start(&lab, 110, &words);
    pty.wait_for("[s]ave");
    pty.keys("s\r");
    let told = pty.wait_for("azconnect-spot.plan.txt");
    assert!(told.contains("azconnect-spot.answers.toml"), "{told}");
    pty.wait_for_times("[s]ave", 2);
    pty.keys("save\r");
    pty.wait_for_times("[s]ave", 3);
    pty.keys("n\r");
    let left = pty.end().exits(130);
    assert_kept("save", &left.screen);
    // Saved twice, the same is there once.
    let saved = std::fs::read_dir(lab.home()).unwrap();
    let names = saved.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(
        names.filter(|name| name.starts_with("azconnect-")).count(),
        2
    );
    let plan = std::fs::read_to_string(lab.home().join("azconnect-spot.plan.txt")).unwrap();
    for part in [
        "Reader on \"Contoso Production\"",
        "(you have it)",
        "azconnect init spot-cost-intelligence",
        "single tenant",
    ] {
        assert!(plan.contains(part), "{part} in\n{plan}");
    }
    assert!(
        !plan.contains('\u{1b}') && plan.lines().all(|line| line.chars().count() <= 160),
        "{plan}"
    );
    // Somebody else's files of that name are left alone.
    std::fs::write(lab.home().join("azconnect-spot.plan.txt"), "precious").unwrap();
    let mut pty = Pty::start(&lab, 110, &words);
    pty.wait_for("[s]ave");
    pty.keys("s\r");
    pty.wait_for("azconnect-spot-2.plan.txt");
    pty.wait_for_times("[s]ave", 2);
    pty.keys("n\r");
    pty.end().exits(130);
    assert_eq!(
        std::fs::read_to_string(lab.home().join("azconnect-spot.plan.txt")).unwrap(),
        "precious"
    );
    let answers = [
        "init",
        "--answers",
        "azconnect-spot-2.answers.toml",
        "--yes",
        "--output",
        "json",
    ];
    let document = lab.run(&answers).exits(0).json();
    assert_eq!(document["connection"]["name"], "spot");
    assert_eq!(made(&lab)[0], 2);
}
