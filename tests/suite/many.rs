//! `check --all`: every connection of a machine at once, for people, programs and CI.

use azconnect::sandbox::State;

use crate::lab::{Lab, Ran};

/// A laboratory with connections of these names.
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

/// Gives the app of this name another secret than the one that is kept.
fn spoil(state: &mut State, name: &str) {
    let app = state
        .applications
        .values_mut()
        .find(|app| app.display_name == name)
        .unwrap();
    for secret in &mut app.password_credentials {
        secret.secret_text = "another".into();
    }
}

fn junit(lab: &Lab, more: &[&str]) -> (Ran, String) {
    let mut arguments = vec!["check", "--all", "--junit", "findings.xml"];
    arguments.extend(more);
    let ran = lab.run(&arguments);
    let text = std::fs::read_to_string(lab.home().join("findings.xml")).unwrap();
    (ran, text)
}

#[test]
fn all_connections_are_one_table_and_what_is_wrong_is_told_below() {
    let lab = connected(&["one", "two"]);
    let ran = lab.run(&["check", "--all"]).exits(0);
    assert!(ran.stdout.contains("All 2 connections work."), "{ran:#?}");
    lab.state(|state| spoil(state, "two"));
    let ran = lab.run(&["check", "--all"]).exits(3);
    for part in [
        "Connection",
        "Secret ends",
        "in 180 days",
        "broken",
        "AADSTS7000215",
        "1 of 2 connections don't work as they should",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {ran:#?}");
    }
    let document = lab
        .run(&["check", "--all", "--output", "json"])
        .exits(3)
        .json();
    let all = document["connections"].as_array().unwrap();
    assert_eq!(all[0]["connection"]["name"], "one");
    assert_eq!(all[1]["checks"][0]["status"], "fail");
}

#[test]
fn ci_reads_a_suite_for_each_connection_and_a_case_for_each_finding() {
    let lab = connected(&["one", "two"]);
    lab.state(|state| spoil(state, "two"));
    let (ran, text) = junit(&lab, &["--output", "json"]);
    let document = ran.exits(3).json();
    let xml = roxmltree::Document::parse(&text).unwrap();
    let suites: Vec<_> = xml
        .descendants()
        .filter(|node| node.has_tag_name("testsuite"))
        .collect();
    for (at, name) in ["one", "two"].into_iter().enumerate() {
        let checks = document["connections"][at]["checks"].as_array().unwrap();
        let suite = suites[at];
        assert_eq!(suite.attribute("name"), Some(name));
        let cases = || {
            suite
                .children()
                .filter(|node| node.has_tag_name("testcase"))
        };
        assert_eq!(cases().count(), checks.len());
        for (case, check) in cases().zip(checks) {
            let class = format!("{name}.{}", check["id"].as_str().unwrap());
            assert_eq!(case.attribute("classname"), Some(class.as_str()));
            assert_eq!(case.attribute("name"), check["title"].as_str());
            let failure = case.children().find(|node| node.has_tag_name("failure"));
            assert_eq!(failure.is_some(), check["status"] == "fail", "{check:#}");
            if let Some(failure) = failure {
                assert_eq!(failure.attribute("type"), check["code"].as_str());
                let fix = check["fix"].as_str().unwrap();
                assert!(failure.text().unwrap().contains(fix), "{text}");
            }
        }
    }
    assert_eq!(suites[0].attribute("failures"), Some("0"));
    assert_eq!(suites[1].attribute("failures"), Some("1"));
}

#[test]
fn a_connection_that_cannot_be_looked_at_keeps_no_other_back() {
    let lab = connected(&["one", "two"]);
    let file = lab.home().join("azconnect/connections/two.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut written: serde_json::Value = serde_json::from_str(&text).unwrap();
    written["connection"]["cloud"] = "elsewhere".into();
    std::fs::write(&file, written.to_string()).unwrap();
    let document = lab
        .run(&["check", "--all", "--output", "json"])
        .exits(0)
        .json();
    let all = document["connections"].as_array().unwrap();
    assert_eq!(all[0]["checks"][0]["status"], "pass");
    assert_eq!(all[1]["checks"][0]["status"], "skip");
    assert_eq!(all[1]["checks"][0]["code"], "other_cloud");
    let ran = lab.run(&["check", "--all"]).exits(0);
    assert!(
        ran.stdout
            .contains("1 of 2 connections work; 1 were not checked."),
        "{ran:#?}"
    );
    lab.run(&["check", "two"]).exits(2);
}

#[test]
fn a_junit_file_that_cannot_be_written_is_told_before_anything_is_asked() {
    let lab = connected(&["one"]);
    let before = lab.log().len();
    let ran = lab
        .run(&[
            "check",
            "--all",
            "--junit",
            "no/such/folder.xml",
            "--output",
            "json",
        ])
        .exits(2);
    assert_eq!(ran.json()["error"]["code"], "junit_file");
    assert_eq!(lab.log().len(), before);
}
