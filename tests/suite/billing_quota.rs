//! Cost Management's quota is the whole directory's: a check of many scopes keeps within it, and obeys what it is told.

use std::collections::BTreeSet;

use crate::billing_lab::finding;
use crate::lab::Lab;

fn queries(lab: &Lab, from: usize) -> Vec<(Option<u16>, String)> {
    let log = lab.log();
    let all = log[from..].iter();
    all.filter(|entry| entry.path.ends_with("/Microsoft.CostManagement/query"))
        .map(|entry| (entry.status, entry.path.clone()))
        .collect()
}

/// The scopes that were answered, each once, and how many queries were refused.
fn sorted(asked: Vec<(Option<u16>, String)>) -> (BTreeSet<String>, usize) {
    let (refused, answered): (Vec<_>, Vec<_>) = asked
        .into_iter()
        .partition(|(status, _)| *status == Some(429));
    assert!(
        answered.iter().all(|(status, _)| *status == Some(200)),
        "{answered:?}"
    );
    let scopes = answered.into_iter().map(|(_, path)| path).collect();
    (scopes, refused.len())
}

#[test]
fn forty_subscriptions_are_checked_within_the_quota() {
    let lab = Lab::new();
    lab.state(|state| {
        for number in 1..40 {
            state.add_subscription(&format!("Contoso Project {number:02}"));
        }
    });
    let document = lab.run_init(&["--subscription", "all"]).exits(0).json();
    assert_eq!(
        finding(&document, "cost-management.cost-data")["status"],
        "pass"
    );
    // Twelve at once, twelve more after each ten seconds. Where this machine is slow, Azure may count some of them later than they
    // were sent, and refuse a few.
    let (passed, refused) = sorted(queries(&lab, 0));
    assert_eq!(passed.len(), 40);
    assert!(refused <= 12, "{refused} were refused");

    // Another process knows nothing of the units that are used up: it is told, waits, and ends well; and says so meanwhile.
    let from = lab.log().len();
    let check = lab.run(&["check", "spot", "--output", "events"]).exits(0);
    let (passed, refused) = sorted(queries(&lab, from));
    assert_eq!(passed.len(), 40);
    assert!(
        refused <= 12,
        "what is told holds for all queries: {refused} were refused"
    );
    assert!(
        check.stdout.contains("Cost Management's quota"),
        "{}",
        check.stdout
    );
}
