//! `remove` agreed to by a name, and of every connection at once.

use crate::aftermath::azure;
use crate::lab::Lab;

fn connected(names: &[&str]) -> Lab {
    let lab = Lab::new();
    for name in names {
        let store = format!("file:{}", lab.home().join(format!("{name}.env")).display());
        lab.run(&[
            "init",
            "spot-cost-intelligence",
            "--connection",
            name,
            "--app-name",
            name,
            "--store",
            &store,
            "--yes",
        ])
        .exits(0);
    }
    lab
}

#[test]
fn a_script_agrees_by_the_name_and_only_by_that_one() {
    let lab = connected(&["one", "two"]);
    let before = azure(&lab);
    let refused = lab
        .run(&["remove", "one", "--confirm", "two", "--output", "json"])
        .exits(2)
        .json();
    assert_eq!(refused["error"]["code"], "confirm");
    // Not even with --yes: the two say different things.
    lab.run(&["remove", "one", "--confirm", "two", "--yes"])
        .exits(2);
    lab.run(&["remove", "one"]).exits(2);
    assert_eq!(azure(&lab), before);
    lab.run(&["remove", "one", "--confirm", "one"]).exits(0);
    let list = lab.run(&["list", "--output", "json"]).exits(0).json();
    assert_eq!(list["connections"].as_array().unwrap().len(), 1);
}

#[test]
fn all_of_them_go_and_then_what_is_ours_on_this_machine_and_nothing_else() {
    let lab = Lab::new();
    let before = azure(&lab);
    drop(lab);
    let lab = connected(&["one", "two"]);
    let ours = lab.home().join("azconnect");
    std::fs::write(ours.join("theirs.txt"), "kept").unwrap();
    lab.run(&["remove", "--all"]).exits(2);
    lab.run(&["remove", "--forget-this-machine"]).exits(2);
    let document = lab
        .run(&[
            "remove",
            "--all",
            "--forget-this-machine",
            "--yes",
            "--output",
            "json",
        ])
        .exits(0)
        .json();
    assert_eq!(document["removed"], serde_json::json!(["one", "two"]));
    assert_eq!(document["connections"][1]["steps"][0]["status"], "done");
    assert_eq!(azure(&lab).applications.len(), before.applications.len());
    assert_eq!(
        azure(&lab).role_assignments.len(),
        before.role_assignments.len()
    );
    let left: Vec<_> = std::fs::read_dir(&ours)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["theirs.txt"]);
    assert!(!lab.home().join("one.env").exists());
}

#[test]
fn one_that_cannot_be_removed_keeps_no_other_back_and_nothing_is_forgotten() {
    let lab = connected(&["one", "two"]);
    let file = lab.home().join("azconnect/connections/one.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut written: serde_json::Value = serde_json::from_str(&text).unwrap();
    written["connection"]["cloud"] = "elsewhere".into();
    std::fs::write(&file, written.to_string()).unwrap();
    let document = lab
        .run(&[
            "remove",
            "--all",
            "--forget-this-machine",
            "--yes",
            "--output",
            "json",
        ])
        .exits(6)
        .json();
    assert_eq!(document["removed"], serde_json::json!(["two"]));
    assert_eq!(document["connections"][0]["exit"], "usage");
    assert!(
        document["error"]["hints"]
            .to_string()
            .contains("--cloud elsewhere"),
        "{document:#}"
    );
    assert!(file.exists());
    // None of it matters to the next run, which finds the one that is left.
    let list = lab.run(&["list", "--output", "json"]).exits(0).json();
    assert_eq!(list["connections"].as_array().unwrap().len(), 1);
}
