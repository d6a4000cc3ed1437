//! The power fails while a file of ours is written. What a disk may then show is the old file with an unfinished copy beside it, or, where
//! it doesn't keep its promises, a file that is empty or ends in the middle. Nothing of it is guessed at: either the run goes on from the
//! whole file, or it stops with what to do, and Azure stays as it is.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use crate::aftermath::{aftermath, azure, differences, journal_file, record_file};
use crate::exports_lab;
use crate::kill_walk::{stop_after, stop_at_run};
use crate::lab::{Lab, Ran};

const REMOVE: [&str; 5] = ["remove", "spot", "--yes", "--output", "json"];
const ROTATE: [&str; 5] = ["rotate", "spot", "--yes", "--output", "json"];

fn ours(lab: &Lab, folder: &str) -> PathBuf {
    lab.home().join("azconnect").join(folder).join("spot.json")
}

/// Each state that a torn write may leave.
fn torn(whole: &[u8]) -> Vec<Vec<u8>> {
    let mut zeros = whole.to_vec();
    zeros[whole.len() / 2..].fill(0);
    vec![
        Vec::new(),
        whole[..1].to_vec(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        // The blocks were allotted and never written.
        vec![0; whole.len()],
        zeros,
    ]
}

/// Every command is refused with this code and a way on, nothing in Azure is changed, and the file is kept as it is.
fn refused(lab: &Lab, file: &Path, code: &str, commands: &[&dyn Fn(&Lab) -> Ran]) {
    let whole = fs::read(file).unwrap();
    let before = azure(lab);
    for left in torn(&whole) {
        fs::write(file, &left).unwrap();
        for command in commands {
            let error = command(lab).exits(1).json()["error"].clone();
            assert_eq!(error["code"], code, "{error:#}");
            let text = error.to_string();
            assert!(text.contains(&file.display().to_string()), "{text}");
            assert!(!error["hints"].as_array().unwrap().is_empty(), "{error:#}");
        }
        assert_eq!(fs::read(file).unwrap(), left);
        assert_eq!(azure(lab), before);
    }
    fs::write(file, whole).unwrap();
}

/// An unfinished copy beside a file is no obstacle, and is cleared.
fn with_unfinished_copy(file: &Path) {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let copy = file.with_file_name(format!(".azconnect-{name}-Ab3dE9"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(copy, "{\"version\": 1, \"spec").unwrap();
}

fn has_unfinished_copy(file: &Path) -> bool {
    let all = fs::read_dir(file.parent().unwrap()).unwrap().flatten();
    all.map(|entry| entry.file_name().to_string_lossy().into_owned())
        .any(|name| name.starts_with(".azconnect-"))
}

#[test]
fn of_the_record_of_a_connection() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let file = record_file(&lab);
    refused(
        &lab,
        &file,
        "connection_file",
        &[
            &|lab| lab.run_init(&[]),
            &|lab| lab.run(&REMOVE),
            &|lab| lab.run(&ROTATE),
            &|lab| lab.run(&["check", "spot", "--output", "json"]),
            &|lab| lab.run(&["handover", "spot", "--output", "json"]),
        ],
    );
    with_unfinished_copy(&file);
    lab.run_init(&[]).exits(0);
    assert!(!has_unfinished_copy(&file));
}

#[test]
fn of_the_journal_of_a_run() {
    let undisturbed = Lab::new();
    undisturbed.run_init(&[]).exits(0);
    let lab = Lab::new();
    let init = lab.init(&[]);
    let words: Vec<&str> = init.iter().map(String::as_str).collect();
    stop_after(&lab, &words, "/addPassword", Signal::KILL)
        .unwrap()
        .unwrap();
    let file = journal_file(&lab);
    refused(
        &lab,
        &file,
        "journal",
        &[
            &|lab| lab.run_init(&[]),
            &|lab| lab.run_init(&["--resume"]),
            &|lab| lab.run(&REMOVE),
        ],
    );
    // The rename was lost: the journal is the one before, and the run goes on from it.
    with_unfinished_copy(&file);
    lab.run_init(&[]).exits(0);
    assert_eq!(
        differences(&aftermath(&lab), &aftermath(&undisturbed)),
        Vec::<String>::new()
    );
}

/// The journal of the moment before the last write: its last outcome is lost, and what it speaks of is found again.
#[test]
fn of_the_last_write_of_each_step_the_older_journal_leads_to_the_same() {
    let undisturbed = Lab::new();
    undisturbed.run_init(&[]).exits(0);
    let wanted = aftermath(&undisturbed);
    for path in [
        "/applications",
        "/servicePrincipals",
        "/addPassword",
        "/roleAssignments/",
    ] {
        let lab = Lab::new();
        let init = lab.init(&[]);
        let words: Vec<&str> = init.iter().map(String::as_str).collect();
        stop_after(&lab, &words, path, Signal::KILL)
            .unwrap()
            .unwrap();
        let file = journal_file(&lab);
        if let Ok(text) = fs::read(&file) {
            let mut written: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let steps = written["steps"].as_object_mut().unwrap();
            let newest = steps
                .iter_mut()
                .filter(|(id, step)| *id != "secret" && !step["receipt"].is_null())
                .max_by_key(|(_, step)| step["order"].as_u64());
            if let Some((_, step)) = newest {
                step["receipt"] = serde_json::Value::Null;
                step["order"] = 0.into();
            }
            fs::write(&file, written.to_string()).unwrap();
        }
        lab.run_init(&[]).exits(0);
        assert_eq!(
            differences(&aftermath(&lab), &wanted),
            Vec::<String>::new(),
            "{path}"
        );
    }
}

#[test]
fn of_the_journal_of_a_rotation() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    stop_after(&lab, &ROTATE, "/addPassword", Signal::KILL)
        .unwrap()
        .unwrap();
    let file = ours(&lab, "rotations");
    assert!(file.exists(), "{file:?}");
    refused(&lab, &file, "rotation_journal", &[&|lab| lab.run(&ROTATE)]);
    // What was used until now works at every moment.
    lab.run(&["check", "spot"]).exits(0);
    with_unfinished_copy(&file);
    lab.run(&ROTATE).exits(0);
    assert!(!has_unfinished_copy(&file) && !file.exists());
    let secrets: usize = lab.state(|state| {
        let all = state.applications.values();
        let ours = all.filter(|app| app.tags.contains(&"azconnect".into()));
        ours.map(|app| app.password_credentials.len()).sum()
    });
    assert_eq!(secrets, 1);
}

#[test]
fn of_the_book_of_a_backfill() {
    let lab = exports_lab::lab();
    exports_lab::is_connected(exports_lab::connect_subscription(&lab));
    let wanted = crate::backfill::whole_months(3);
    let from = wanted.last().unwrap().0.to_string();
    let backfill = ["backfill", "spot", "--output", "json", "--from", &from[..7]];
    stop_at_run(&lab, &backfill, 2, Signal::KILL)
        .unwrap()
        .unwrap();
    let file = ours(&lab, "backfills");
    assert!(file.exists(), "{file:?}");
    refused(
        &lab,
        &file,
        "backfill_book_unreadable",
        &[&|lab| lab.run(&backfill)],
    );
    with_unfinished_copy(&file);
    lab.run(&backfill).exits(0);
    assert!(!has_unfinished_copy(&file));
    let mut got = crate::backfill::months(&lab);
    got.sort();
    got.reverse();
    assert_eq!(got, wanted, "no month is twice, and none is missing");
}
