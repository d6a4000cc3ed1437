//! `--store helper:COMMAND` from the built binary: a helper of a few lines keeps the secret for a connection's whole life.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::lab::Lab;

/// Keeps each connection in a file, and notes how it was called: arguments, environment, and what it was asked.
const HELPER: &str = r#"#!/bin/sh
keep=$1; verb=$2
question=$(cat)
echo "$*" >>"$keep/argv"
env >>"$keep/env"
printf '%s %s\n' "$verb" "$question" | sed 's/"secret":"[^"]*"/"secret":"***"/' >>"$keep/asked"
field() { printf %s "$question" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
file="$keep/secret-$(field service)-$(field connection)"
case "$verb" in
  store) field secret >"$file" ;;
  get) [ ! -e "$file" ] || printf '{"secret":"%s"}\n' "$(cat "$file")" ;;
  erase) rm -f "$file" ;;
esac
"#;

/// A laboratory with a helper, the folder that it keeps things in, and the value of `--store`.
fn with_helper(script: &str) -> (Lab, PathBuf, String) {
    let lab = Lab::new();
    let keep = lab.home().join("kept here");
    std::fs::create_dir(&keep).unwrap();
    let program = lab.home().join("keep-secrets");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let store = format!("helper:{} \"{}\"", program.display(), keep.display());
    (lab, keep, store)
}

fn init(lab: &Lab, store: &str) -> crate::lab::Ran {
    lab.run(&[
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--output",
        "json",
        "--store",
        store,
    ])
}

#[test]
fn a_helper_keeps_the_secret_for_a_connections_whole_life() {
    let (lab, keep, store) = with_helper(HELPER);
    let document = init(&lab, &store).exits(0).json();
    assert_eq!(
        document["connection"]["credential"]["stored_in"],
        store.as_str()
    );
    let file = keep.join("secret-azconnect-spot");
    let secret = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert!(secret.len() > 20);
    lab.run(&["check", "spot"]).exits(0);
    let ran = lab
        .run(&[
            "exec",
            "spot",
            "--",
            "sh",
            "-c",
            "echo \"$AZURE_CLIENT_SECRET\"",
        ])
        .exits(0);
    assert_eq!(ran.stdout.trim(), secret);
    lab.run(&["rotate", "spot", "--yes"]).exits(0);
    let rotated = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert_ne!(rotated, secret);
    lab.run(&["check", "spot"]).exits(0);
    let doctor = lab.run(&["doctor", "--output", "json"]).exits(0).json();
    let checks = doctor["checks"].as_array().unwrap();
    let place = checks
        .iter()
        .find(|check| check["id"] == "store.place")
        .unwrap();
    assert_eq!(place["status"], "pass", "{place:#}");
    let read = |name: &str| std::fs::read_to_string(keep.join(name)).unwrap();
    for place in ["argv", "env"] {
        assert!(
            !read(place).contains(&secret) && !read(place).contains(&rotated),
            "the secret is in the helper's {place}"
        );
    }
    assert!(
        !read("env").contains("AZURE_CLIENT_SECRET="),
        "{}",
        read("env")
    );
    let asked = read("asked");
    let first = asked.lines().next().unwrap();
    assert!(
        first.starts_with("store {\"client_id\"") && first.contains("\"connection\":\"_probe-"),
        "proven first: {first}"
    );
    lab.run(&["remove", "spot", "--yes"]).exits(0);
    assert!(!file.exists(), "removed with the connection");
    let left: Vec<_> = std::fs::read_dir(&keep)
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(left.len(), 3, "no marker is left: {left:?}");
}

#[test]
fn a_helper_that_fails_stops_the_run_before_a_secret_exists() {
    let (lab, _, store) =
        with_helper("#!/bin/sh\ncat >/dev/null; echo 'the safe is locked' >&2; exit 4\n");
    let document = init(&lab, &store).exits(8).json();
    assert_eq!(document["error"]["code"], "store_helper_failed");
    assert_eq!(document["error"]["why"], "The safe is locked.");
    let secrets: usize = lab.state(|state| {
        let applications = state.applications.values();
        applications
            .map(|application| application.password_credentials.len())
            .sum()
    });
    assert_eq!(secrets, 1, "the operator's own");
}
