//! `rotate`, end to end: what is added, proven, kept, handed over and removed, and what happens when any of it fails.

use std::fs;

use azconnect::sandbox::{
    Action, Application, Options, PasswordCredential, Replication, Rule, Service, State, ids,
};
use serde_json::Value;

use crate::aftermath::{azure, kept_secret, record_file};
use crate::lab::{Lab, Ran};

const ROTATE: [&str; 5] = ["rotate", "spot", "--yes", "--output", "json"];
const JOURNAL: &str = include_str!("fixtures/rotation-v1.json");

fn connected() -> Lab {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    lab
}

fn rotate(lab: &Lab, more: &[&str]) -> Ran {
    let words: Vec<&str> = ROTATE.iter().chain(more).copied().collect();
    lab.run(&words)
}

fn ours(state: &mut State) -> &mut Application {
    let ours = |app: &&mut Application| app.tags.contains(&"azconnect".into());
    state.applications.values_mut().find(ours).unwrap()
}

/// The secrets of our app, oldest first.
fn secrets(lab: &Lab) -> Vec<PasswordCredential> {
    lab.state(|state| ours(state).password_credentials.clone())
}

fn journal(lab: &Lab) -> std::path::PathBuf {
    lab.home().join("azconnect/rotations/spot.json")
}

fn statuses(document: &Value) -> Vec<String> {
    let steps = document["steps"].as_array().unwrap().iter();
    let word = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
    steps
        .map(|step| format!("{} {}", word(step, "change"), word(step, "status")))
        .collect()
}

/// Lets the recorded day of an old secret's removal, or the end of the one in use, come.
fn rewrite(lab: &Lab, change: impl Fn(&mut Value)) {
    let mut record: Value = serde_json::from_slice(&fs::read(record_file(lab)).unwrap()).unwrap();
    change(&mut record["connection"]);
    fs::write(record_file(lab), record.to_string()).unwrap();
}

fn finding(document: &Value, title: &str) -> Value {
    let checks = document["checks"].as_array().unwrap().iter();
    let mut found = checks.filter(|check| check["title"] == title);
    found.next().cloned().unwrap_or_default()
}

#[test]
fn the_new_secret_is_proven_kept_and_handed_over_and_the_old_one_goes() {
    let lab = connected();
    let old = secrets(&lab)[0].key_id.to_string();
    let file = lab.home().join("form.txt");
    let ended = rotate(&lab, &["--handover-to", &file.display().to_string()]).exits(0);
    let document = ended.json();
    assert_eq!(statuses(&document), ["create done", "remove done"]);
    assert_eq!(document["steps"][1]["resource_id"], old);
    assert!(
        document["checks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["status"] == "pass"),
        "{document:#}"
    );
    let left = secrets(&lab);
    assert_eq!(left.len(), 1);
    let kept = kept_secret(&lab).unwrap();
    assert_eq!(left[0].secret_text, kept);
    let key = left[0].key_id.to_string();
    assert_eq!(document["connection"]["credential"]["key_id"], key);
    assert!(fs::read_to_string(&file).unwrap().contains(&kept));
    assert!(!ended.stdout.contains(&kept) && !ended.stderr.contains(&kept));
    assert!(!journal(&lab).exists());
    lab.run(&["check", "spot"]).exits(0);
    // It lives as long as the old one was to.
    let life = left[0]
        .end_date_time
        .duration_since(left[0].start_date_time);
    assert_eq!((life.as_hours() + 12) / 24, 180);
}

#[test]
fn an_old_secret_can_be_left_for_some_days_and_is_then_asked_after_and_removed() {
    let lab = connected();
    let old = kept_secret(&lab).unwrap();
    let document = rotate(&lab, &["--keep-old", "7"]).exits(0).json();
    assert_eq!(statuses(&document), ["create done", "remove pending"]);
    let both: Vec<String> = secrets(&lab)
        .into_iter()
        .map(|secret| secret.secret_text)
        .collect();
    assert_eq!(both, [old, kept_secret(&lab).unwrap()]);
    let checked = lab.run(&["check", "spot", "--output", "json"]).exits(0);
    assert_eq!(finding(&checked.json(), "Old client secret"), Value::Null);

    // The week is over.
    rewrite(&lab, |record| {
        for receipt in record["receipts"].as_array_mut().unwrap() {
            if receipt["facts"]["remove_after"].is_string() {
                receipt["facts"]["remove_after"] = "2026-01-01T00:00:00Z".into();
            }
        }
    });
    let strict = ["check", "spot", "--strict", "--output", "json"];
    let warning = finding(&lab.run(&strict).exits(3).json(), "Old client secret");
    assert_eq!(warning["status"], "warn");
    let fix = warning["fix"].as_str().unwrap();
    let words = fix.split("azconnect ").nth(1).unwrap();
    assert!(words.starts_with("rotate --finish spot"), "{fix}");
    let finish: Vec<&str> = words
        .split_whitespace()
        .chain(["--yes", "--output", "json"])
        .collect();
    let document = lab.run(&finish).exits(0).json();
    assert_eq!(statuses(&document), ["remove done"]);
    assert_eq!(secrets(&lab).len(), 1);
    lab.run(&strict).exits(0);
    // There is nothing left to do, and nobody is asked.
    let again = lab.run(&["rotate", "spot", "--finish", "--output", "json"]);
    assert_eq!(statuses(&again.exits(0).json()), Vec::<String>::new());
}

#[test]
fn a_second_rotation_takes_what_the_first_had_left() {
    let lab = connected();
    rotate(&lab, &["--keep-old", "7"]).exits(0);
    let document = rotate(&lab, &[]).exits(0).json();
    assert_eq!(
        statuses(&document),
        ["create done", "remove done", "remove done"]
    );
    assert_eq!(secrets(&lab)[0].secret_text, kept_secret(&lab).unwrap());
    assert_eq!(secrets(&lab).len(), 1);
}

#[test]
fn a_new_secret_that_is_late_is_waited_for_and_the_old_one_works_meanwhile() {
    let mut replication = Replication::none();
    replication.password = std::time::Duration::from_secs(3);
    let lab = Lab::with(Options {
        replication,
        ..Options::default()
    });
    lab.run_init(&[]).exits(0);
    let ended = lab
        .run(&["rotate", "spot", "--yes", "--output", "events"])
        .exits(0);
    assert!(
        ended.stdout.contains("Entra ID to accept the new secret"),
        "{ended:#?}"
    );
    assert_eq!(secrets(&lab).len(), 1);
}

#[test]
fn what_fails_while_it_adds_leaves_everything_as_it_was() {
    let lab = connected();
    let before = kept_secret(&lab);
    lab.state(|state| {
        let tenant = state.tenants.get_mut(&ids::TENANT).unwrap();
        tenant.app_management_policy.is_enabled = true;
        tenant.app_management_policy.password_addition_forbidden = true;
    });
    let error = rotate(&lab, &[]).exits(5).json()["error"].clone();
    assert_eq!(error["code"], "CredentialTypeNotAllowedAsPerAppPolicy");
    assert!(!error["hints"].to_string().contains("--resume"), "{error}");
    assert_eq!(secrets(&lab).len(), 1);
    assert_eq!(before, kept_secret(&lab));
    assert!(!journal(&lab).exists(), "nothing was begun");
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn an_old_secret_that_cant_be_removed_is_named_and_the_next_run_removes_it() {
    let lab = connected();
    let old = secrets(&lab)[0].key_id.to_string();
    lab.sandbox().faults().add(Rule {
        service: Some(Service::Graph),
        method: None,
        path_contains: Some("removePassword".to_owned()),
        nth: 1,
        times: 9,
        action: Action::Respond {
            status: 403,
            headers: Default::default(),
            body: Some(serde_json::json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}})),
        },
    });
    let error = rotate(&lab, &[]).exits(6).json();
    assert_eq!(statuses(&error), ["create done", "remove failed"]);
    let hints = error["error"]["hints"].to_string();
    assert!(
        hints.contains(&old) && hints.contains("azconnect rotate spot"),
        "{hints}"
    );
    lab.run(&["check", "spot"]).exits(0);
    lab.sandbox().faults().clear();
    let new = kept_secret(&lab);
    rotate(&lab, &[]).exits(0);
    assert_eq!(new, kept_secret(&lab), "the second run made another secret");
    assert_eq!(secrets(&lab).len(), 1);
    assert!(!journal(&lab).exists());
}

#[test]
fn secrets_of_others_are_left_and_said_to_be_there() {
    let mut seed = State::contoso();
    let id = seed.add_application(ids::TENANT, "Billing reader");
    let now = jiff::Timestamp::now();
    let app = seed.applications.get_mut(&id).unwrap();
    app.password_credentials.push(PasswordCredential {
        key_id: uuid::Uuid::from_u128(7),
        display_name: Some("theirs".to_owned()),
        start_date_time: now,
        end_date_time: now + jiff::SignedDuration::from_hours(9_000),
        hint: "the".to_owned(),
        secret_text: "the secret of somebody else".to_owned(),
        effective_at: now,
    });
    let client_id = app.app_id.to_string();
    let mut lab = Lab::with(Options {
        replication: Replication::none(),
        seed,
        ..Options::default()
    });
    lab.env.insert(
        "AZCONNECT_CLIENT_SECRET".to_owned(),
        "the secret of somebody else".to_owned(),
    );
    lab.run_init(&["--app-id", &client_id]).exits(0);
    lab.env.remove("AZCONNECT_CLIENT_SECRET");
    let document = rotate(&lab, &[]).exits(0).json();
    assert_eq!(statuses(&document), ["create done"]);
    let left = lab.state(|state| state.applications[&id].password_credentials.clone());
    assert_eq!(left.len(), 2);
    assert_eq!(left[1].secret_text, kept_secret(&lab).unwrap());
    // And from then on it is ours to rotate.
    let document = rotate(&lab, &[]).exits(0).json();
    assert_eq!(statuses(&document), ["create done", "remove done"]);
}

#[test]
fn a_secret_that_is_gone_from_this_machine_comes_back_by_rotating() {
    let lab = connected();
    fs::remove_file(lab.secret_file()).unwrap();
    rotate(&lab, &[]).exits(0);
    assert_eq!(secrets(&lab).len(), 1);
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn a_secret_that_is_kept_nowhere_is_shown_before_the_old_one_goes() {
    let lab = Lab::new();
    let init = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--store",
        "none",
        "--yes",
        "--output",
        "json",
    ];
    lab.run(&init).exits(0);
    let document = rotate(&lab, &[]).exits(0).json();
    assert_eq!(statuses(&document), ["create done", "remove pending"]);
    let both = secrets(&lab);
    assert_eq!(both.len(), 2);
    assert!(
        document["handover"]
            .to_string()
            .contains(&both[1].secret_text)
    );
    lab.run(&["rotate", "spot", "--finish", "--yes"]).exits(0);
    assert_eq!(secrets(&lab).len(), 1);
    // Written to a file it is safe, and the old one goes at once.
    let file = lab.home().join("form.txt");
    let ended = rotate(&lab, &["--handover-to", &file.display().to_string()]).exits(0);
    assert_eq!(statuses(&ended.json()), ["create done", "remove done"]);
    let left = secrets(&lab);
    assert_eq!(left.len(), 1);
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .contains(&left[0].secret_text)
    );
    assert!(!ended.stdout.contains(&left[0].secret_text));
}

#[test]
fn all_that_end_soon_are_rotated_each_with_a_row() {
    let lab = connected();
    let all = |more: &[&str]| {
        let words: Vec<&str> = ["rotate", "--all", "--yes", "--output", "json"]
            .iter()
            .chain(more)
            .copied()
            .collect();
        lab.run(&words)
    };
    let document = all(&[]).exits(0).json();
    assert_eq!(document["connections"][0]["status"], "not-due");
    let old = kept_secret(&lab);
    let document = all(&["--within", "200"]).exits(0).json();
    let row = &document["connections"][0];
    assert_eq!(
        (&row["status"], &row["exit"]),
        (&"rotated".into(), &"ok".into())
    );
    assert_eq!(statuses(row), ["create done", "remove done"]);
    assert_ne!(old, kept_secret(&lab));
    assert_eq!(secrets(&lab).len(), 1);

    // A second connection whose app is gone: its row says so, the first is rotated all the same, and the worst decides.
    let text = fs::read_to_string(record_file(&lab)).unwrap();
    let app = lab.state(|state| ours(state).app_id.to_string());
    let other = text
        .replace("\"spot\"", "\"also\"")
        .replace(&app, "00000000-0000-4000-8000-000000000009");
    fs::write(lab.home().join("azconnect/connections/also.json"), other).unwrap();
    let document = all(&["--within", "200", "--keep-old", "3"]).exits(1).json();
    let rows = document["connections"].as_array().unwrap();
    assert_eq!(rows[0]["error"]["code"], "application_gone");
    assert_eq!(rows[1]["status"], "rotated");
    assert_eq!(statuses(&rows[1]), ["create done", "remove pending"]);
}

#[test]
fn the_days_that_are_left_are_counted_and_the_fix_is_to_rotate() {
    let lab = connected();
    for (days, status, exit) in [(31, "pass", 0), (29, "warn", 3), (-1, "fail", 3)] {
        let ends = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days + 1);
        rewrite(&lab, |record| {
            record["credential"]["expires_at"] = ends.to_string().into();
        });
        let ran = lab.run(&["check", "spot", "--strict", "--output", "json"]);
        let found = finding(&ran.exits(exit).json(), "Client secret");
        assert_eq!(found["status"], status, "{days}: {found}");
        let fix = found["fix"].as_str().unwrap_or("azconnect rotate spot");
        assert!(fix.contains("azconnect rotate spot"), "{fix}");
    }
}

#[test]
fn without_consent_or_a_connection_nothing_is_changed() {
    let lab = connected();
    let before = azure(&lab);
    let error = lab.run(&["rotate", "spot", "--output", "json"]).exits(2);
    assert_eq!(error.json()["error"]["gaps"][0]["key"], "yes");
    lab.run(&["rotate", "nobody", "--yes"]).exits(2);
    lab.run(&["rotate", "--yes"]).exits(2);
    lab.run(&["rotate", "spot", "--all", "--yes"]).exits(2);
    assert_eq!(azure(&lab), before);
}

#[test]
fn a_journal_of_version_1_opens_and_a_later_one_is_left_alone() {
    let lab = connected();
    let app = lab.state(|state| ours(state).app_id.to_string());
    let put = |text: &str| {
        fs::create_dir_all(journal(&lab).parent().unwrap()).unwrap();
        fs::write(journal(&lab), text).unwrap();
    };
    // What the killed rotation had added, as its marker says.
    lab.state(|state| {
        let app = ours(state);
        let mut orphan = app.password_credentials[0].clone();
        orphan.key_id = uuid::Uuid::from_u128(5);
        orphan.display_name = Some("azconnect spot 2026-11-26 c0ffee".to_owned());
        app.password_credentials.push(orphan);
    });
    put(&JOURNAL.replace("6893664d-34d0-4052-b121-bb1aa4801d45", &app));
    rotate(&lab, &[]).exits(0);
    let left = secrets(&lab);
    assert_eq!(left.len(), 1, "{left:?}");
    // As the journal wished, and not as long as the old one.
    let life = left[0]
        .end_date_time
        .duration_since(left[0].start_date_time);
    assert_eq!((life.as_hours() + 12) / 24, 90);
    assert!(!journal(&lab).exists());

    let later = r#"{"version": 2, "whatever": ["a later release needs"]}"#;
    put(later);
    let error = rotate(&lab, &[]).exits(1).json()["error"].clone();
    assert_eq!(error["code"], "rotation_journal");
    assert!(
        error["message"]
            .to_string()
            .contains("a later azconnect wrote it (format 2")
    );
    assert_eq!(fs::read_to_string(journal(&lab)).unwrap(), later);
    assert_eq!(secrets(&lab).len(), 1);
}
