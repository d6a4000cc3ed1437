//! Cost Management's quota is the whole directory's: a check of many scopes keeps within it, and obeys what it is told.

use std::time::{Duration, Instant};

use crate::billing_lab::finding;
use crate::lab::Lab;

fn queries(lab: &Lab, from: usize) -> Vec<(Option<u16>, String)> {
    let log = lab.log();
    let all = log[from..].iter();
    all.filter(|entry| entry.path.ends_with("/Microsoft.CostManagement/query"))
        .map(|entry| (entry.status, entry.path.clone()))
        .collect()
}

#[test]
fn forty_subscriptions_are_checked_within_the_quota() {
    let lab = Lab::new();
    lab.state(|state| {
        for number in 1..40 {
            state.add_subscription(&format!("Contoso Project {number:02}"));
        }
    });
    let begun = Instant::now();
    let document = lab.run_init(&["--subscription", "all"]).exits(0).json();
    assert_eq!(
        finding(&document, "cost-management.cost-data")["status"],
        "pass"
    );
    let asked = queries(&lab, 0);
    assert_eq!(asked.len(), 40, "none was refused and asked again");
    assert!(
        asked.iter().all(|(status, _)| *status == Some(200)),
        "{asked:?}"
    );
    // Twelve at once, twelve more after each ten seconds.
    assert!(
        begun.elapsed() < Duration::from_secs(70),
        "{:?}",
        begun.elapsed()
    );

    // Another process knows nothing of the units that are used up: it is told, waits, and ends well; and says so meanwhile.
    let from = lab.log().len();
    let check = lab.run(&["check", "spot", "--output", "events"]).exits(0);
    let mut passed: Vec<String> = Vec::new();
    let mut refused = 0;
    for (status, path) in queries(&lab, from) {
        match status {
            Some(429) => refused += 1,
            _ => passed.push(path),
        }
    }
    passed.sort();
    passed.dedup();
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
    assert!(
        begun.elapsed() < Duration::from_secs(240),
        "{:?}",
        begun.elapsed()
    );
}
