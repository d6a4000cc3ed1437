//! The script as it is printed.

use std::process::Command;

use azconnect::sandbox::ids;
use regex::Regex;

use super::{CASES, Case, changed_nothing};
use crate::billing_lab::words;

/// The script without its functions, each of which is a file of its own.
fn without_functions(script: &str) -> String {
    let begin = script.find("# Tells what happens.").unwrap();
    let end = script.find("said=$(mktemp)").unwrap();
    let name = Regex::new(r"(?m)^(\w+)\(\) \{").unwrap();
    let names: Vec<&str> = name
        .captures_iter(&script[begin..end])
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    format!(
        "{}<functions: {}>\n\n{}",
        &script[..begin],
        names.join(" "),
        &script[end..]
    )
}

fn kept(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("script_az_{name}"), text));
}

#[test]
fn each_vendors_script_is_one_that_bash_reads_and_that_was_approved() {
    let port = Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    for case in CASES {
        let lab = (case.lab)();
        let (before, script) = (lab.log().len(), case.script(&lab));
        changed_nothing(&lab, before);
        assert_eq!(
            script,
            case.script(&lab),
            "the same answers, the same bytes"
        );
        assert!(!script.contains(ids::OPERATOR_SECRET));
        assert!(
            !lab.home()
                .join("azconnect/connections")
                .join("spot.json")
                .exists()
        );
        let file = lab.home().join("script.sh");
        std::fs::write(&file, &script).unwrap();
        let read = Command::new("bash").arg("-n").arg(&file).output().unwrap();
        assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
        let text = port.replace_all(&script, "127.0.0.1:PORT").into_owned();
        kept(case.name, &without_functions(&text));
    }
}

#[test]
fn a_document_carries_the_script_and_its_file() {
    let case = Case::named("spot-cost-intelligence");
    let lab = (case.lab)();
    let script = case.script(&lab);
    let ran = lab.run(&words(
        &case.printing(&["--script", "az", "--output", "json"]),
    ));
    let document = ran.exits(0).json();
    assert_eq!(document["script"], script);
    assert_eq!(document["script_language"], "az");
    assert_eq!(document["files"][0]["name"], "azconnect-spot.sh");
    assert_eq!(document["files"][0]["text"], script);
    assert_eq!(document["ok"], true);
}

#[test]
fn what_to_do_with_it_goes_to_stderr() {
    let case = Case::named("spot-cost-intelligence");
    let lab = (case.lab)();
    let ran = lab.run(&words(&case.printing(&[]))).exits(0);
    let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Nothing was changed."), "{said}");
    assert!(said.contains("`azconnect-spot.sh`"), "{said}");
    assert!(!ran.stdout.contains("Nothing was changed."));
}

#[test]
fn what_makes_no_sense_with_a_script_is_refused() {
    let case = Case::named("spot-cost-intelligence");
    let lab = (case.lab)();
    let with = |more: &[&str]| {
        let ran = lab.run(&words(&case.printing(more))).exits(2);
        ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for flag in ["--handover-to", "--wait"] {
        let more = if flag == "--wait" {
            vec![flag]
        } else {
            vec![flag, "form.txt"]
        };
        let said = with(&more);
        assert!(
            said.contains(flag) && said.contains("only written"),
            "{said}"
        );
    }
    let ran = lab.run_init(&["--script", "az"]).exits(2).json();
    assert_eq!(ran["error"]["code"], "script_without_mode");
    let file = lab.home().join("many.csv");
    std::fs::write(
        &file,
        "connection,vendor,mode\nspot,spot-cost-intelligence,script\n",
    )
    .unwrap();
    let file = file.display().to_string();
    let ran = lab.run(&["init", "--batch", &file, "--yes", "--output", "json"]);
    assert_eq!(ran.exits(2).json()["error"]["code"], "script_of_many");
}

/// The end of the script says how azconnect goes on: with the app and the file that the script made.
#[test]
fn azconnect_goes_on_where_the_script_ends() {
    let case = Case::named("spot-cost-intelligence");
    let lab = (case.lab)();
    let script = case.script(&lab);
    let line = script
        .lines()
        .find(|line| line.starts_with("printf '  %s' "))
        .unwrap();
    let command = line.trim_start_matches("printf '  %s' ").trim_matches('\'');
    let (program, arguments) = command.split_once(' ').unwrap();
    assert_eq!(program, "azconnect");
    // What the script leaves: an app of the operator's world stands for it, with its secret in a file as the script writes it.
    let file = lab.home().join("azconnect-spot.env");
    let (app, secret) = (ids::OPERATOR_CLIENT_ID, ids::OPERATOR_SECRET);
    std::fs::write(
        &file,
        format!(
            "AZURE_TENANT_ID={}\nAZURE_CLIENT_ID={app}\nAZURE_CLIENT_SECRET={secret}\n",
            ids::TENANT
        ),
    )
    .unwrap();
    let (app, file) = (app.to_string(), file.display().to_string());
    let store = format!("file:{}", lab.secret_file().display());
    let mut all: Vec<&str> = arguments
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect();
    all.extend([
        "--app-id",
        &app,
        "--client-secret-file",
        &file,
        "--store",
        &store,
    ]);
    all.extend(["--yes", "--output", "json"]);
    let document = lab.run(&all).exits(0).json();
    assert_eq!(document["connection"]["client_id"], app);
    let kept = std::fs::read_to_string(lab.secret_file()).unwrap();
    assert!(kept.contains(secret));
}
