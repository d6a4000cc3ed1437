//! The main job, end to end, from the built binary against the simulated Azure.

use azconnect::sandbox::ids;

use crate::lab::Lab;

#[test]
fn it_connects_a_subscription_and_a_second_run_changes_nothing() {
    let lab = Lab::new();
    let first = lab.run_init(&[]).exits(0).json();
    assert_eq!(first["ok"], true);
    let statuses = |document: &serde_json::Value, key: &str, field: &str| -> Vec<String> {
        document[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry[field].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(statuses(&first, "steps", "status"), ["done"; 4]);
    assert_eq!(statuses(&first, "checks", "status"), ["pass"; 4]);
    let before = lab.state(|state| serde_json::to_value(&*state).unwrap());
    let writes = |from: usize| -> Vec<String> {
        let log = lab.log();
        let writing = log[from..].iter().filter(|entry| {
            matches!(entry.method.as_str(), "PUT" | "PATCH" | "DELETE")
                || entry.path.contains("addPassword")
                || entry.path.contains("removePassword")
        });
        writing
            .map(|entry| format!("{} {}", entry.method, entry.path))
            .collect()
    };
    let seen = lab.log().len();
    let second = lab.run_init(&[]).exits(0).json();
    assert_eq!(statuses(&second, "steps", "status"), ["found"; 4]);
    assert_eq!(writes(seen), Vec::<String>::new());
    let after = lab.state(|state| serde_json::to_value(&*state).unwrap());
    assert_eq!(before, after);
    assert_eq!(first["connection"], second["connection"]);
    assert_eq!(first["connection"]["tenant_id"], ids::TENANT.to_string());
}

#[test]
fn a_secret_moves_to_another_place_only_once_the_plan_is_agreed() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let kept = std::fs::read_to_string(lab.secret_file()).unwrap();
    let other = lab.home().join("other.env");
    let store = format!("file:{}", other.display());
    let init = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--store",
        &store,
        "--output",
        "json",
    ];
    let with = |more: &'static str| -> Vec<&str> { init.iter().copied().chain([more]).collect() };
    lab.run(&with("--plan")).exits(0);
    assert!(!other.exists(), "`--plan` moved the secret");
    let moved = lab.run(&with("--yes")).exits(0).json();
    assert_eq!(moved["connection"]["credential"]["stored_in"], store);
    assert!(
        moved["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["status"] == "found")
    );
    assert_eq!(std::fs::read_to_string(&other).unwrap(), kept);
    assert!(
        !lab.secret_file().exists(),
        "the secret is left where it was"
    );
    lab.run(&["check", "spot"]).exits(0);
}
