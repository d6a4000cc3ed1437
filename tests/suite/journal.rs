//! Journal and record: files that outlive releases, power cuts and processes, and never hold a secret.

use std::fs;
use std::path::{Path, PathBuf};

use azconnect::plan::journal::Journal;
use azconnect::sandbox::{Options, Replication, State, ids};
use rustix::process::Signal;

use crate::aftermath::{azure, journal_file, record_file};
use crate::kill_walk::stop_after;
use crate::lab::Lab;

const JOURNAL: &str = include_str!("fixtures/journal-v1.json");
const CONNECTION: &str = include_str!("fixtures/connection-v1.json");
const REMOVE: [&str; 5] = ["remove", "spot", "--yes", "--output", "json"];

/// A laboratory in which a run was killed while it assigned the role.
fn interrupted() -> Lab {
    let lab = Lab::new();
    let init = lab.init(&[]);
    let words: Vec<&str> = init.iter().map(String::as_str).collect();
    stop_after(&lab, &words, "/roleAssignments/", Signal::KILL)
        .unwrap()
        .unwrap();
    assert!(journal_file(&lab).exists());
    lab
}

/// Puts a file where azconnect keeps its own.
fn put(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| entry.path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// The canary: whatever the simulated Azure issued stands in the store's file and nowhere else. Right after a kill that includes an
/// unfinished copy of that file (0600, beside it), which the next run clears.
fn no_secret_but_in_the_store(lab: &Lab, killed: bool) {
    let unfinished = |file: &Path| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        killed && name.starts_with(".azconnect-connection.env-")
    };
    let state = azure(lab);
    let secrets: Vec<&str> = state
        .applications
        .values()
        .filter(|application| application.id != ids::OPERATOR_APPLICATION)
        .flat_map(|application| &application.password_credentials)
        .map(|password| password.secret_text.as_str())
        .collect();
    assert!(!secrets.is_empty(), "nothing was issued");
    for file in files(lab.home())
        .into_iter()
        .filter(|file| *file != lab.secret_file() && !unfinished(file))
    {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        assert!(
            secrets.iter().all(|secret| !text.contains(secret)),
            "a secret stands in {}",
            file.display()
        );
    }
}

#[test]
fn no_file_of_ours_ever_holds_the_secret() {
    for path in ["/addPassword", "/roleAssignments/"] {
        let lab = Lab::new();
        let log = lab.home().join("log.txt").display().to_string();
        let init = lab.init(&["-vv", "--log-file", &log]);
        let words: Vec<&str> = init.iter().map(String::as_str).collect();
        stop_after(&lab, &words, path, Signal::KILL)
            .unwrap()
            .unwrap();
        no_secret_but_in_the_store(&lab, true);
        let ran = lab.run(&words).exits(0);
        no_secret_but_in_the_store(&lab, false);
        let kept = crate::aftermath::kept_secret(&lab).unwrap();
        assert!(!ran.stdout.contains(&kept) && !ran.stderr.contains(&kept));
        assert!(
            !fs::read_to_string(&log).unwrap().is_empty(),
            "the canary needs a log to sit in"
        );
    }
}

#[test]
fn a_journal_of_version_1_opens_and_can_be_taken_back() {
    let lab = Lab::new();
    let before = azure(&lab);
    put(&journal_file(&lab), JOURNAL);
    let save = |_: &Path, _: &[u8]| Err(std::io::Error::other("not in this test"));
    let journal = Journal::open(journal_file(&lab), save).unwrap().unwrap();
    let role = format!("role:reader:/subscriptions/{}", ids::SUBSCRIPTION);
    let order: Vec<String> = journal
        .receipts()
        .into_iter()
        .map(|receipt| receipt.step)
        .collect();
    assert_eq!(order, ["application", "secret", "service-principal"]);
    assert!(journal.has_begun(&role) && journal.receipt(&role).is_none());
    assert_eq!(
        journal.markers("secret"),
        ["azconnect spot 2026-11-20 6be7ea"]
    );
    assert_eq!(journal.written().spec.store, "file:/home/avery/spot.env");
    // Its things are not in this Azure: they count as gone.
    lab.run(&REMOVE).exits(0);
    assert!(!journal_file(&lab).exists());
    assert_eq!(azure(&lab), before);
}

#[test]
fn a_connection_of_version_1_opens() {
    let lab = Lab::new();
    put(&record_file(&lab), CONNECTION);
    let shown = lab
        .run(&["show", "spot", "--output", "json"])
        .exits(0)
        .json();
    let written: serde_json::Value = serde_json::from_str(CONNECTION).unwrap();
    let wanted = &written["connection"];
    for key in [
        "name",
        "vendor",
        "cloud",
        "tenant_id",
        "client_id",
        "application_object_id",
        "service_principal_object_id",
        "scopes",
        "credential",
    ] {
        assert_eq!(shown["connection"][key], wanted[key], "{key}");
    }
    let receipts = wanted["receipts"].as_array().unwrap();
    assert_eq!(shown["steps"].as_array().unwrap().len(), receipts.len());
    lab.run(&REMOVE).exits(0);
    assert!(!record_file(&lab).exists());
}

#[test]
fn files_of_a_later_release_are_refused_in_a_sentence_and_left_alone() {
    let later = r#"{"version": 2, "whatever": ["a later release needs"]}"#;
    for (file, code) in [
        (journal_file as fn(&Lab) -> PathBuf, "journal"),
        (record_file, "connection_file"),
    ] {
        let lab = Lab::new();
        let before = azure(&lab);
        put(&file(&lab), later);
        for ran in [lab.run_init(&[]), lab.run(&REMOVE)] {
            let error = ran.exits(1).json()["error"].clone();
            assert_eq!(error["code"], code, "{error}");
            let message = error["message"].as_str().unwrap();
            assert!(
                message.contains("a later azconnect wrote it (format 2"),
                "{message}"
            );
            assert!(
                message.contains(&file(&lab).display().to_string()),
                "{message}"
            );
        }
        assert_eq!(fs::read_to_string(file(&lab)).unwrap(), later);
        assert_eq!(azure(&lab), before);
    }
}

#[test]
fn a_truncated_journal_is_refused_with_what_to_do_and_not_overwritten() {
    let lab = interrupted();
    let before = azure(&lab);
    let whole = fs::read(journal_file(&lab)).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(journal_file(&lab), &whole[..length]).unwrap();
        for ran in [
            lab.run_init(&[]),
            lab.run_init(&["--resume"]),
            lab.run_init(&["--fresh"]),
            lab.run(&REMOVE),
        ] {
            let error = ran.exits(1).json()["error"].clone();
            assert_eq!(error["code"], "journal", "{error}");
            assert!(
                error["hints"].to_string().contains("Move the file away"),
                "{error}"
            );
        }
        assert_eq!(fs::read(journal_file(&lab)).unwrap(), whole[..length]);
        assert_eq!(azure(&lab), before);
    }
    // What the message says works: everything is found again by its unique name.
    fs::rename(journal_file(&lab), lab.home().join("away.json")).unwrap();
    lab.run_init(&[]).exits(0);
    assert_eq!(azure(&lab).applications.len(), before.applications.len());
    assert_eq!(azure(&lab).role_assignments, before.role_assignments);
}

#[test]
fn a_damaged_journal_stops_its_own_connection_only() {
    let lab = Lab::new();
    let damaged = lab.home().join("azconnect/journals/another.json");
    put(&damaged, "{");
    lab.run_init(&[]).exits(0);
    lab.run(&REMOVE).exits(0);
    // Which run is meant, nobody can say while one can't be read.
    let error = lab
        .run(&["init", "--resume", "--yes", "--output", "json"])
        .exits(1)
        .json();
    assert_eq!(error["error"]["code"], "journal");
    assert_eq!(fs::read_to_string(&damaged).unwrap(), "{");
}

/// The journal knows what was made for one target; another target under the same name would make it forget.
#[test]
fn an_interrupted_run_for_another_app_is_not_forgotten() {
    let lab = interrupted();
    let client_id = lab.state(|state| {
        let id = state.add_application(ids::TENANT, "Billing reader");
        state.applications[&id].app_id.to_string()
    });
    let before = azure(&lab);
    let journal = fs::read(journal_file(&lab)).unwrap();
    let refused = lab.run_init(&["--app-id", &client_id]).exits(2).json();
    assert_eq!(refused["error"]["code"], "connection_taken");
    let hints = refused["error"]["hints"].to_string();
    assert!(
        hints.contains("azconnect remove spot") && hints.contains("--resume"),
        "{hints}"
    );
    assert_eq!(azure(&lab), before);
    assert_eq!(fs::read(journal_file(&lab)).unwrap(), journal);
}

/// Killed while it gave a role on one subscription, and run again for another: the first role is known, and goes with the rest.
#[test]
fn a_scope_that_the_next_run_no_longer_wants_is_taken_back_all_the_same() {
    let mut seed = State::contoso();
    let staging = seed.add_subscription("Contoso Staging").to_string();
    let lab = Lab::with(Options {
        replication: Replication::none(),
        seed,
        ..Options::default()
    });
    let before = azure(&lab);
    let init = lab.init(&["--subscription", &ids::SUBSCRIPTION.to_string()]);
    let words: Vec<&str> = init.iter().map(String::as_str).collect();
    stop_after(&lab, &words, "/roleAssignments/", Signal::KILL)
        .unwrap()
        .unwrap();
    lab.run_init(&["--subscription", &staging]).exits(0);
    let shown = lab
        .run(&["show", "spot", "--output", "json"])
        .exits(0)
        .json();
    assert_eq!(shown["steps"].as_array().unwrap().len(), 5, "{shown}");
    lab.run(&REMOVE).exits(0);
    assert_eq!(azure(&lab), before);
}
