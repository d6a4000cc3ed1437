//! CloudPi at a terminal: what it is to read, where the files go, and what is shown before anything is made.

use azconnect::sandbox::ids;

use super::pty::{DOWN, ENTER, Pty};
use super::{assert_kept, folder, store_in};
use crate::billing_lab::{account, principal, roles_of, state, with};

#[test]
fn cloudpi_is_connected_with_two_questions_and_the_plan() {
    let mut world = state();
    world.storage.accounts.clear();
    world.storage.resource_groups.clear();
    let (lab, folder) = (with(world), folder());
    let store = store_in(&folder);
    let arguments = [
        "init",
        "cloudpi",
        "--connection",
        "spot",
        "--store",
        store.as_str(),
        "--backfill-months",
        "0",
    ];
    let mut pty = Pty::start(&lab, 170, &arguments);
    let menu = pty.wait_for_menu("Subscriptions");
    assert!(menu.contains("What is CloudPi to read?"), "{menu}");
    assert!(
        menu.contains("Contoso Enterprise") && menu.contains("Contoso Services"),
        "{menu}"
    );
    let at = |name: &str| {
        menu.rfind(name)
            .unwrap_or_else(|| panic!("{name} in {menu}"))
    };
    let mut names = ["Contoso Enterprise", "Contoso Services", "Contoso Partner"];
    names.sort_by_key(|name| at(name));
    for _ in names
        .iter()
        .take_while(|name| **name != "Contoso Enterprise")
    {
        pty.keys(DOWN);
    }
    pty.keys(ENTER);
    pty.wait_for_prompt("In which region");
    pty.keys("West Europe\r");
    let plan = pty.wait_for("[e]xplain");
    assert!(
        plan.contains("actual of Contoso Enterprise, daily, csv"),
        "{plan}"
    );
    assert!(plan.contains("westeurope"), "{plan}");
    pty.keys("y\r");
    let left = pty.end();
    assert!(
        left.screen.contains("Export storage details: container"),
        "{}",
        left.screen
    );
    assert_kept("cloudpi", &left.screen);
    assert_eq!(
        roles_of(&lab, principal(&lab))[0].0,
        account(ids::ENROLLMENT)
    );
}
