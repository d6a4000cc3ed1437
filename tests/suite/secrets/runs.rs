//! Every command, well and badly ended, as text and as JSON, with all that it can be made to log.

use std::path::Path;
use std::time::Duration;

use azconnect::sandbox::{Action, Options, Replication, Rule, Service, State, ids};

use super::Canaries;
use super::traces::{Watched, files, watch};
use crate::lab::Lab;

/// A secret of the person's own, that no service issued.
const BROUGHT: &str = "brought~along.Q8Q~0123456789abcdefgh";

/// A laboratory that answers slowly enough to be looked at.
fn lab() -> Lab {
    Lab::with(Options {
        replication: Replication::none(),
        latency: Duration::from_millis(10),
        ..Options::default()
    })
}

/// Runs a command in all forms, and looks everywhere for what must not be seen. `stdin` is what it is given there.
fn quiet(lab: &Lab, arguments: &[&str], stdin: &str) -> Vec<Watched> {
    let log = lab.home().join("run.log");
    let log = log.display().to_string();
    let all: Vec<Watched> = [
        &["-vv"][..],
        &["-vv", "--output", "json"],
        &["-vv", "--output", "events"],
    ]
    .iter()
    .map(|form| {
        let all = [arguments, form, &["--log-file", &log]].concat();
        let watched = watch(lab, &all, stdin);
        assert_quiet(lab, &watched, &all);
        watched
    })
    .collect();
    // A run that ends at once may be over before the first look.
    let looked = all.iter().any(|watched| watched.processes.len() > 1);
    assert!(looked, "no process of {arguments:?} was looked at");
    all
}

fn assert_quiet(lab: &Lab, watched: &Watched, arguments: &[&str]) {
    let canaries = Canaries::of(lab, &[BROUGHT]);
    let told = format!("{arguments:?}");
    canaries.assert_absent(&format!("stdout of {told}"), watched.ran.stdout.as_bytes());
    canaries.assert_absent(&format!("stderr of {told}"), watched.ran.stderr.as_bytes());
    assert!(
        watched.ran.stderr.contains("DEBUG") || watched.ran.code == 2,
        "-vv logs something: {}",
        watched.ran.stderr
    );
    for file in files(lab.home()) {
        // The one file that is to hold the secret.
        if file != lab.secret_file() {
            canaries.assert_absent(
                &format!("{} after {told}", file.display()),
                &std::fs::read(&file).unwrap(),
            );
        }
    }
    for (place, text) in &watched.processes {
        // The operator's secret is in the environment because that is how a pipeline gives it; azconnect itself puts nothing there.
        let text = without(text, ids::OPERATOR_SECRET);
        canaries.assert_absent(&format!("{place} during {told}"), &text);
    }
}

fn without(text: &[u8], secret: &str) -> Vec<u8> {
    let given = format!("AZURE_CLIENT_SECRET={secret}");
    text.split(|byte| *byte == 0)
        .filter(|entry| *entry != given.as_bytes())
        .collect::<Vec<_>>()
        .join(&0)
}

fn init(store: &str) -> Vec<&str> {
    vec![
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--store",
        store,
    ]
}

fn store(lab: &Lab) -> String {
    format!("file:{}", lab.secret_file().display())
}

fn exits(runs: &[Watched], code: i32) {
    for watched in runs {
        assert_eq!(watched.ran.code, code, "{:#?}", watched.ran);
    }
}

#[test]
fn a_connections_whole_life() {
    let lab = lab();
    let store = store(&lab);
    exits(&quiet(&lab, &init(&store), ""), 0);
    let kept = std::fs::read_to_string(lab.secret_file()).unwrap();
    let issued = issued(&lab);
    assert!(kept.contains(&issued), "it is where it was to be");
    for command in [
        &["check", "spot"][..],
        &["show", "spot"],
        &["list"],
        &["handover", "spot"],
    ] {
        for watched in quiet_without_log(&lab, command) {
            assert_eq!(watched.ran.code, 0, "{:#?}", watched.ran);
        }
    }
    let removed = quiet(&lab, &["remove", "spot", "--yes"], "");
    assert_eq!(removed[0].ran.code, 0, "{:#?}", removed[0].ran);
    assert!(!lab.secret_file().exists());
}

/// As [`quiet`], for commands that may have nothing to log.
fn quiet_without_log(lab: &Lab, arguments: &[&str]) -> Vec<Watched> {
    [&["-vv"][..], &["-vv", "--output", "json"]]
        .iter()
        .map(|form| {
            let all = [arguments, form].concat();
            let mut watched = watch(lab, &all, "");
            watched.ran.stderr.push_str("DEBUG");
            assert_quiet(lab, &watched, &all);
            watched
        })
        .collect()
}

fn issued(lab: &Lab) -> String {
    let ours = |state: &mut State| {
        state
            .applications
            .values()
            .filter(|application| application.unique_name.is_some())
            .flat_map(|application| &application.password_credentials)
            .map(|password| password.secret_text.clone())
            .next()
    };
    lab.state(ours).unwrap()
}

/// Failures of each service, at the moments when a secret is in hand.
fn faults() -> Vec<(&'static str, Rule)> {
    let rule = |service, method: &str, path: &str, action| Rule {
        service: Some(service),
        method: Some(method.to_owned()),
        path_contains: Some(path.to_owned()),
        nth: 1,
        times: 50,
        action,
    };
    let answer = |status, body: serde_json::Value| Action::Respond {
        status,
        headers: std::collections::BTreeMap::new(),
        body: Some(body),
    };
    let cut = format!("{{\"keyId\":\"1\",\"secretText\":\"{BROUGHT}\"");
    let odd = serde_json::json!({"secretText": BROUGHT, "keyId": {"no": "guid"}});
    let token = serde_json::json!({"access_token": BROUGHT, "expires_in": "soon", "token_type": 7});
    let refused = serde_json::json!({"error": {"code": "AuthorizationFailed", "message": "No."}});
    vec![
        (
            "a lost answer",
            rule(Service::Graph, "POST", "addPassword", Action::DropAfter),
        ),
        (
            "half an answer",
            rule(
                Service::Graph,
                "POST",
                "addPassword",
                answer(200, cut.into()),
            ),
        ),
        (
            "an odd answer",
            rule(Service::Graph, "POST", "addPassword", answer(200, odd)),
        ),
        (
            "a refused role",
            rule(Service::Arm, "PUT", "roleAssignments", answer(403, refused)),
        ),
        (
            "no costs",
            rule(
                Service::Arm,
                "POST",
                "query",
                answer(500, "<html>down</html>".into()),
            ),
        ),
        (
            "an odd token",
            rule(Service::Login, "POST", "token", answer(200, token)),
        ),
    ]
}

#[test]
fn runs_that_fail_while_a_secret_is_in_hand() {
    for (name, fault) in faults() {
        let mut lab = lab();
        lab.env
            .insert("AZCONNECT_TIMEOUT".to_owned(), "5".to_owned());
        lab.sandbox().faults().add(fault);
        let store = store(&lab);
        let log = lab.home().join("run.log").display().to_string();
        let arguments = [
            &init(&store)[..],
            &[
                "-vv",
                "--output",
                "json",
                "--timeout",
                "3",
                "--log-file",
                &log,
            ],
        ]
        .concat();
        let watched = watch(&lab, &arguments, "");
        assert_ne!(watched.ran.code, 0, "{name}: {:#?}", watched.ran);
        assert_quiet(&lab, &watched, &arguments);
    }
}

#[test]
fn a_wrong_secret_from_stdin_and_from_a_file() {
    let lab = lab();
    let tenant = ids::TENANT.to_string();
    let client = ids::OPERATOR_CLIENT_ID.to_string();
    let check = [
        "check",
        "--tenant",
        &tenant,
        "--client-id",
        &client,
        "--vendor",
        "spot-cost-intelligence",
    ];
    let stdin = [&check[..], &["--client-secret-stdin"]].concat();
    exits(&quiet(&lab, &stdin, BROUGHT), 3);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("given");
    std::fs::write(&file, BROUGHT).unwrap();
    let file = file.display().to_string();
    let from_file = [&check[..], &["--client-secret-file", &file]].concat();
    exits(&quiet(&lab, &from_file, ""), 3);
}

#[test]
fn a_secret_that_is_brought_along_in_the_wrong_form() {
    let lab = lab();
    let client = ids::OPERATOR_CLIENT_ID.to_string();
    for text in [
        format!("{BROUGHT}\nand a line more"),
        format!("\u{7}{BROUGHT}"),
    ] {
        let arguments = [
            &init("none")[..],
            &["--app-id", &client, "--client-secret-stdin"],
        ]
        .concat();
        let watched = watch(&lab, &arguments, &text);
        assert_eq!(watched.ran.code, 2, "{:#?}", watched.ran);
        assert_quiet(&lab, &watched, &arguments);
    }
}

/// A program of this name that notes its arguments and its environment.
pub(super) fn spy(folder: &Path, name: &str, ends: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let (program, notes) = (folder.join(name), folder.join(format!("{name}.notes")));
    let text = format!(
        "#!/bin/sh\n{{ printf '%s\\n' \"$0\" \"$@\"; env; }} >> '{}'\n{ends}\n",
        notes.display()
    );
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    notes
}

#[test]
fn az_as_a_child_gets_no_secret() {
    let mut lab = lab();
    let bin = tempfile::tempdir().unwrap();
    let client = ids::OPERATOR_CLIENT_ID.to_string();
    let notes = spy(bin.path(), "az", "exit 1");
    let path = format!("{}:{}", bin.path().display(), lab.env["PATH"]);
    lab.env.insert("PATH".to_owned(), path);
    // No whole credential, so that `az` is asked; and nothing that could reach the real Azure.
    lab.env.remove("AZURE_CLIENT_ID");
    lab.env
        .insert("AZCONNECT_CLOUD".to_owned(), "public".to_owned());
    lab.env
        .insert("AZCONNECT_CLIENT_SECRET".to_owned(), BROUGHT.to_owned());
    let arguments = [&init("none")[..], &["--app-id", &client]].concat();
    let watched = watch(&lab, &arguments, "");
    assert_ne!(watched.ran.code, 0, "{:#?}", watched.ran);
    let noted = std::fs::read(&notes).expect("`az` was asked who is signed in");
    let canaries = Canaries::of(&lab, &[BROUGHT]);
    canaries.assert_absent("what `az` was given", &noted);
    canaries.assert_absent("stderr", watched.ran.stderr.as_bytes());
    canaries.assert_absent("stdout", watched.ran.stdout.as_bytes());
}

#[test]
fn the_clipboard_gets_it_and_nothing_else_does() {
    use std::os::unix::fs::PermissionsExt;
    let mut lab = lab();
    let store = store(&lab);
    exits(&quiet(&lab, &init(&store), ""), 0);
    // A clipboard is what its program keeps; it lies outside of the home that is searched.
    let bin = tempfile::tempdir().unwrap();
    let at = bin.path().display().to_string();
    let programs = [
        (
            "wl-copy",
            format!(
                "case $1 in --clear) : > '{at}/held';; *) cat > '{at}/held'; cp '{at}/held' '{at}/once';; esac"
            ),
        ),
        ("wl-paste", format!("cat '{at}/held'")),
    ];
    for (name, text) in programs {
        let notes = spy(bin.path(), name, &text);
        assert!(!notes.exists());
        assert!(
            std::fs::metadata(bin.path().join(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o100
                != 0
        );
    }
    lab.env
        .insert("PATH".to_owned(), format!("{at}:{}", lab.env["PATH"]));
    lab.env
        .insert("WAYLAND_DISPLAY".to_owned(), "wayland-0".to_owned());
    let copy = ["handover", "spot", "--copy", "--clear-after", "1"];
    for watched in quiet_without_log(&lab, &copy) {
        assert_eq!(watched.ran.code, 0, "{:#?}", watched.ran);
        assert!(
            watched
                .processes
                .iter()
                .any(|(place, _)| place.ends_with("azconnect"))
        );
    }
    assert_eq!(
        std::fs::read_to_string(bin.path().join("once")).unwrap(),
        issued(&lab)
    );
    assert_eq!(std::fs::read(bin.path().join("held")).unwrap(), b"");
    let canaries = Canaries::of(&lab, &[BROUGHT]);
    for program in ["wl-copy", "wl-paste"] {
        let notes = std::fs::read(bin.path().join(format!("{program}.notes"))).unwrap();
        canaries.assert_absent(&format!("what `{program}` was given"), &notes);
    }
}
