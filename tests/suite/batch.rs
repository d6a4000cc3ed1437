//! `init --batch`: many connections by one command, one table, one consent.

use azconnect::sandbox::ids;
use serde_json::Value;

use crate::aftermath::azure;
use crate::lab::{Lab, Ran};

/// A laboratory with a file of these rows, each with a store of its own.
fn with(rows: &[(&str, &str)]) -> Lab {
    let lab = Lab::new();
    write(&lab, rows);
    lab
}

fn write(lab: &Lab, rows: &[(&str, &str)]) {
    let mut text = "vendor = \"spot-cost-intelligence\"\n".to_owned();
    for (name, more) in rows {
        let store = lab.home().join(format!("{name}.env"));
        text.push_str(&format!(
            "\n[[connection]]\nconnection = \"{name}\"\napp_name = \"{name}\"\nstore = \"file:{}\"\n{more}\n",
            store.display()
        ));
    }
    std::fs::write(lab.home().join("batch.toml"), text).unwrap();
}

fn run(lab: &Lab, more: &[&str]) -> Ran {
    let mut arguments = vec!["init", "--batch", "batch.toml", "--output", "json"];
    arguments.extend(more);
    lab.run(&arguments)
}

fn rows(document: &Value, member: &str) -> Vec<String> {
    let all = document["connections"].as_array().unwrap();
    all.iter()
        .map(|row| row[member].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn writes(lab: &Lab, from: usize) -> usize {
    let all = lab.log();
    all[from..]
        .iter()
        .filter(|entry| matches!(entry.method.as_str(), "PUT" | "PATCH" | "DELETE"))
        .count()
}

#[test]
fn all_are_planned_and_made_with_one_consent_and_a_second_run_makes_nothing() {
    let lab = with(&[("one", ""), ("two", "secret_days = 30")]);
    let before = azure(&lab);
    let plan = run(&lab, &["--plan"]).exits(0).json();
    assert_eq!(plan["plan"], true);
    assert_eq!(plan["connections"][1]["steps"][0]["status"], "pending");
    let refused = run(&lab, &[]).exits(2).json();
    assert_eq!(refused["error"]["gaps"][0]["flag"], "--yes");
    assert_eq!(azure(&lab), before, "nothing was agreed to");
    let document = run(&lab, &["--yes"]).exits(0).json();
    assert_eq!(rows(&document, "name"), ["one", "two"]);
    assert_eq!(rows(&document, "exit"), ["ok", "ok"]);
    assert_eq!(document["connections"][1]["connection"]["name"], "two");
    let list = lab.run(&["list", "--output", "json"]).exits(0).json();
    assert_eq!(list["connections"].as_array().unwrap().len(), 2);
    let (seen, made) = (lab.log().len(), azure(&lab));
    run(&lab, &["--yes"]).exits(0);
    assert_eq!(azure(&lab), made);
    assert_eq!(writes(&lab, seen), 0);
}

#[test]
fn one_that_fails_stops_no_other_and_a_second_run_does_only_what_is_missing() {
    let strange = "subscription = \"0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e\"";
    let lab = with(&[("one", ""), ("two", strange), ("three", "")]);
    let document = run(&lab, &["--yes"]).exits(6).json();
    assert_eq!(rows(&document, "exit"), ["ok", "forbidden", "ok"]);
    let failed = &document["connections"][1];
    assert_eq!(failed["error"]["code"], "subscription_not_seen");
    assert_eq!(failed["line"], 9);
    let before = azure(&lab).applications.len();
    let right = format!("subscription = \"{}\"", ids::SUBSCRIPTION);
    write(&lab, &[("one", ""), ("two", &right), ("three", "")]);
    let text = lab
        .run(&["init", "--batch", "batch.toml", "--yes"])
        .exits(0);
    assert!(text.stdout.contains("All 3 are connected."), "{text:#?}");
    assert_eq!(azure(&lab).applications.len(), before + 1);
}

#[test]
fn people_see_a_table_with_what_is_wrong_below() {
    let strange = "subscription = \"0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e\"";
    let lab = with(&[("one", ""), ("two", strange)]);
    let ran = lab
        .run(&["init", "--batch", "batch.toml", "--plan"])
        .exits(6);
    for part in [
        "To make",
        "can be made",
        "forbidden",
        "two (line 9)",
        "is not among those",
        "1 of 2 can't be connected as it stands. Nothing was changed.",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {ran:#?}");
    }
}

#[test]
fn a_wrong_file_is_told_whole_and_nothing_is_asked() {
    let lab = Lab::new();
    std::fs::write(
        lab.home().join("tenants.csv"),
        "connection,vendor,secret_days\none,nosuch,30\none,generic,x\n",
    )
    .unwrap();
    let ran = lab
        .run(&[
            "init",
            "--batch",
            "tenants.csv",
            "--yes",
            "--output",
            "json",
        ])
        .exits(2)
        .json();
    assert_eq!(ran["error"]["code"], "batch_file");
    let hints = ran["error"]["hints"].to_string();
    for part in [
        "Line 2: `vendor`",
        "Line 3: `secret_days`",
        "Line 3: the name `one`",
    ] {
        assert!(hints.contains(part), "{part}: {hints}");
    }
    assert!(lab.log().is_empty());
}

#[test]
fn a_person_signs_in_once_for_all_of_them() {
    let mut lab = with(&[("one", ""), ("two", ""), ("three", "")]);
    // The simulated Azure brings its own administrator, who signs in with a browser.
    lab.env
        .retain(|name, _| !name.starts_with("AZURE_") && name != "AZCONNECT_CLOUD");
    let ran = lab
        .run(&["init", "--batch", "batch.toml", "--yes", "--sandbox"])
        .exits(0);
    let times = ran.stderr.matches("Signed in").count();
    assert_eq!(times, 1, "{ran:#?}");
}
