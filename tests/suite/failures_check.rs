//! `check` on a connection that no longer works: a finding with a cause and a fix, never somebody else's credential.

use azconnect::sandbox::{LogEntry, Options, Replication, Service, State, ids};
use serde_json::Value;

use crate::failing::{masked, shown};
use crate::lab::{Lab, Ran};

fn connected() -> Lab {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    lab
}

/// Checks it in both forms; the one for people is compared with what was approved.
fn found(lab: &Lab, name: &str) -> Value {
    let text = lab.run(&["check", "spot"]).exits(3);
    shown(
        name,
        &masked(lab, &format!("{}{}", text.stderr, text.stdout)),
    );
    let document = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(3)
        .json();
    assert_eq!(document["exit"], "attention");
    assert_eq!(document["ok"], false);
    for check in document["checks"].as_array().unwrap() {
        if check["status"] == "fail" {
            assert!(
                check["why"].is_string() && check["fix"].is_string(),
                "{check:#}"
            );
        }
    }
    document
}

fn failed<'a>(document: &'a Value, id: &str) -> &'a Value {
    let checks = document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    assert_eq!(check["status"], "fail", "{document:#}");
    check
}

fn of_ours(state: &mut State, change: impl Fn(&mut azconnect::sandbox::PasswordCredential)) {
    let ours = |app: &&mut azconnect::sandbox::Application| app.tags.contains(&"azconnect".into());
    let app = state.applications.values_mut().find(ours).unwrap();
    app.password_credentials.iter_mut().for_each(change);
}

#[test]
fn a_secret_that_was_changed() {
    let lab = connected();
    lab.state(|state| of_ours(state, |secret| secret.secret_text = "another".into()));
    let document = found(&lab, "check_wrong_secret");
    let token = failed(&document, "entra.token");
    assert_eq!(token["code"], "AADSTS7000215");
    assert!(token["correlation_id"].is_string());
}

#[test]
fn a_secret_that_has_expired() {
    let lab = connected();
    lab.state(|state| {
        of_ours(state, |secret| {
            secret.end_date_time = secret.start_date_time
        })
    });
    let document = found(&lab, "check_expired_secret");
    assert_eq!(failed(&document, "entra.token")["code"], "AADSTS7000222");
}

#[test]
fn a_secret_that_is_gone_from_this_machine() {
    let lab = connected();
    std::fs::remove_file(lab.secret_file()).unwrap();
    let before = lab.log().len();
    let document = found(&lab, "check_secret_gone");
    failed(&document, "store.secret");
    assert_eq!(
        lab.log().len(),
        before,
        "without the secret nothing is asked"
    );
}

#[test]
fn an_app_that_was_deleted() {
    let lab = connected();
    lab.state(|state| {
        state
            .applications
            .retain(|_, app| !app.tags.contains(&"azconnect".into()));
        state
            .service_principals
            .retain(|_, one| one.id == ids::OPERATOR_SERVICE_PRINCIPAL);
    });
    let document = found(&lab, "check_deleted_app");
    assert_eq!(failed(&document, "entra.token")["code"], "AADSTS700016");
}

#[test]
fn a_role_that_was_taken_away() {
    let lab = connected();
    lab.state(|state| {
        state
            .role_assignments
            .retain(|_, given| given.created_by.is_none());
    });
    let document = found(&lab, "check_role_gone");
    assert_eq!(
        failed(&document, "arm.subscription")["code"],
        "AuthorizationFailed"
    );
}

#[test]
fn a_role_that_does_not_count_yet() {
    let lab = Lab::with(Options {
        replication: Replication {
            rbac: std::time::Duration::from_secs(3600),
            ..Replication::none()
        },
        ..Options::default()
    });
    let arguments = lab.init(&[]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let child = lab.start(&arguments);
    wait_for(&lab, |entry| {
        entry.service == Service::Arm && entry.status == Some(403)
    });
    interrupt(&child);
    let stopped = Ran::from(child.wait_with_output().unwrap())
        .exits(130)
        .json();
    assert_eq!(stopped["exit"], "interrupted");
    let document = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(3)
        .json();
    let finding = failed(&document, "arm.subscription");
    assert_eq!(finding["code"], "AuthorizationFailed");
    assert!(
        finding["why"].as_str().unwrap().contains("ten minutes"),
        "{finding:#}"
    );
}

#[test]
fn it_uses_no_credential_but_the_connections_own() {
    let lab = connected();
    let before = lab.log().len();
    lab.run(&["check", "spot"]).exits(0);
    let client = lab.state(|state| {
        let mut all = state.applications.values();
        all.find(|app| app.tags.contains(&"azconnect".into()))
            .unwrap()
            .app_id
            .to_string()
    });
    let log = lab.log();
    let tokens: Vec<&LogEntry> = log[before..]
        .iter()
        .filter(|entry| entry.service == Service::Login && entry.method == "POST")
        .collect();
    assert!(!tokens.is_empty());
    for token in tokens {
        assert_eq!(token.request_body["client_id"], client, "{token:#?}");
    }
}

/// Waits until Azure has been asked something; a hang fails.
fn wait_for(lab: &Lab, asked: impl Fn(&LogEntry) -> bool) {
    for _ in 0..3000 {
        if lab.log().iter().any(&asked) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("it was never asked");
}

fn interrupt(child: &std::process::Child) {
    let ended = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(ended.success());
}

/// A fix that begins so, without its beginning and its backticks.
fn fix(check: &Value, beginning: &str) -> Vec<String> {
    let fixes = check["fix"].as_str().unwrap();
    let line = fixes
        .lines()
        .find_map(|line| line.strip_prefix(beginning))
        .unwrap();
    let command = line.trim_matches('`').strip_prefix("azconnect ").unwrap();
    command.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_secret_that_was_made_by_hand_is_taken_in_as_the_fix_says() {
    let lab = connected();
    lab.state(|state| of_ours(state, |secret| secret.secret_text = "made~by~hand".into()));
    let document = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(3)
        .json();
    let words = fix(
        failed(&document, "entra.token"),
        "Then give azconnect the new Value on stdin: ",
    );
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let file = lab.home().join("by-hand");
    std::fs::write(&file, "made~by~hand\n").unwrap();
    let mut command = lab.command(&words);
    command
        .arg("--yes")
        .stdin(std::fs::File::open(file).unwrap());
    Ran::from(command.output().unwrap()).exits(0);
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn a_secret_that_is_gone_is_made_anew_as_the_fix_says() {
    let lab = connected();
    std::fs::remove_file(lab.secret_file()).unwrap();
    let document = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(3)
        .json();
    let words = fix(failed(&document, "store.secret"), "Make a new one: ");
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.push("--yes");
    lab.run(&words).exits(0);
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn a_secret_that_somebody_deleted_in_the_portal_is_made_anew_as_the_fix_says() {
    let lab = connected();
    lab.state(|state| {
        let ours =
            |app: &&mut azconnect::sandbox::Application| app.tags.contains(&"azconnect".into());
        let app = state.applications.values_mut().find(ours).unwrap();
        app.password_credentials.clear();
    });
    let document = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(3)
        .json();
    let words = fix(
        failed(&document, "entra.token"),
        "Make a new secret and prove it: ",
    );
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.push("--yes");
    lab.run(&words).exits(0);
    lab.run(&["check", "spot"]).exits(0);
}
