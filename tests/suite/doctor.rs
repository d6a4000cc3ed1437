//! `azconnect doctor` from the built binary: on a machine where all is well, and with one thing broken at a time.

use std::collections::BTreeMap;
use std::net::TcpListener;

use azconnect::sandbox::{Action, Rule, Service};
use serde_json::Value;

use crate::lab::{Lab, Ran};

/// Every finding of a document with this id.
fn all<'a>(document: &'a Value, id: &str) -> Vec<&'a Value> {
    let checks = document["checks"].as_array().unwrap();
    checks.iter().filter(|check| check["id"] == id).collect()
}

/// The one finding with this id.
fn one<'a>(document: &'a Value, id: &str) -> &'a Value {
    let found = all(document, id);
    assert_eq!(found.len(), 1, "{id}: {document:#}");
    found[0]
}

fn status<'a>(document: &'a Value, id: &str) -> &'a str {
    one(document, id)["status"].as_str().unwrap()
}

fn text<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding[key].as_str().unwrap_or_default()
}

fn doctor(lab: &Lab, more: &[&str]) -> Ran {
    let words = ["doctor", "--output", "json"];
    lab.run(&[&words[..], more].concat())
}

/// Whoever is signed in to nothing.
fn signed_out() -> Lab {
    let mut lab = Lab::new();
    for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
        lab.env.remove(name);
    }
    lab
}

#[test]
fn where_all_is_well_it_says_who_is_signed_in_and_what_they_may_do() {
    let lab = Lab::new();
    let document = doctor(&lab, &[]).exits(0).json();
    assert_eq!(
        (&document["ok"], &document["exit"]),
        (&true.into(), &"ok".into())
    );
    for id in [
        "network.login",
        "network.graph",
        "network.arm",
        "network.partner_center",
        "network.blob",
        "machine.clock",
        "sign_in",
        "directory",
        "subscriptions",
    ] {
        assert_eq!(status(&document, id), "pass", "{id}: {document:#}");
    }
    assert_eq!(document["signed_in"]["method"], "service-principal");
    let written = lab.log().into_iter().filter(|entry| {
        !matches!(entry.method.as_str(), "GET" | "HEAD") && entry.service != Service::Login
    });
    assert_eq!(written.count(), 0, "it writes nothing");
}

#[test]
fn the_simulated_azure_has_somebody_to_ask_about() {
    let lab = signed_out();
    let document = doctor(&lab, &["--sandbox"]).exits(0).json();
    assert_eq!(
        status(&document, "directory.register_apps"),
        "pass",
        "{document:#}"
    );
    assert_eq!(status(&document, "directory.account"), "pass");
    assert!(!all(&document, "billing").is_empty());
    assert!(
        document["signed_in"]["account"]
            .as_str()
            .unwrap()
            .contains('@')
    );
}

#[test]
fn without_a_sign_in_the_rest_is_left_out_and_said() {
    let document = doctor(&signed_out(), &[]).exits(0).json();
    assert_eq!(status(&document, "sign_in"), "warn");
    assert!(text(one(&document, "sign_in"), "fix").contains("az login"));
    for id in ["directory.register_apps", "billing", "subscriptions"] {
        assert_eq!(one(&document, id)["status"], "skip");
        assert_eq!(
            one(&document, id)["what"],
            "Not asked: nobody is signed in."
        );
    }
    assert_eq!(document["signed_in"], Value::Null);
    let strict = doctor(&signed_out(), &["--strict"]).exits(3).json();
    assert_eq!(strict["exit"], "attention");
}

#[test]
fn a_refused_credential_is_a_failure_with_azures_code() {
    let mut lab = Lab::new();
    lab.env.insert("AZURE_CLIENT_SECRET".into(), "wrong".into());
    let document = doctor(&lab, &[]).exits(3).json();
    let sign_in = one(&document, "sign_in");
    assert_eq!(sign_in["status"], "fail");
    assert_eq!(sign_in["code"], "AADSTS7000215");
    assert!(!sign_in["correlation_id"].is_null());
}

#[test]
fn a_broken_proxy_is_named_and_nobody_signs_in_through_it() {
    let mut lab = Lab::new();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    lab.env
        .insert("HTTPS_PROXY".into(), format!("http://ada:hunter2@{closed}"));
    let ran = doctor(&lab, &["--cloud", "public"]).exits(3);
    assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"));
    let document = ran.json();
    for id in ["network.login", "network.graph", "network.arm"] {
        let finding = one(&document, id);
        assert_eq!(finding["status"], "fail", "{finding:#}");
        assert!(
            text(finding, "what").contains(&format!("through the proxy http://{closed}")),
            "{finding:#}"
        );
    }
    assert_eq!(status(&document, "network.partner_center"), "warn");
    assert_eq!(status(&document, "network.blob"), "skip");
    assert_eq!(status(&document, "machine.clock"), "skip");
    let sign_in = one(&document, "sign_in");
    assert!(
        text(sign_in, "what").starts_with("Not asked: the way to Microsoft Entra ID"),
        "{sign_in:#}"
    );
}

#[test]
fn a_clock_that_is_off_is_told_by_how_much() {
    for (minutes, expected, words) in [(12, "fail", "12 min slow"), (-3, "warn", "3 min fast")] {
        let lab = Lab::new();
        // Some seconds beyond, for the time that the machine takes.
        let theirs = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(minutes * 60 + 5);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&theirs)
            .unwrap();
        lab.sandbox().faults().add(Rule {
            service: Some(Service::Login),
            method: Some("GET".into()),
            path_contains: None,
            nth: 1,
            times: 1,
            action: Action::Respond {
                status: 404,
                headers: BTreeMap::from([("Date".to_owned(), date)]),
                body: None,
            },
        });
        let code = if expected == "fail" { 3 } else { 0 };
        let document = doctor(&lab, &[]).exits(code).json();
        let clock = one(&document, "machine.clock");
        assert_eq!(clock["status"], expected, "{clock:#}");
        assert!(text(clock, "what").contains(words), "{clock:#}");
        assert!(!text(clock, "fix").is_empty());
    }
}

#[test]
fn a_certificate_that_nobody_trusts_is_named_by_its_signer() {
    let lab = Lab::new();
    let file = lab.home().join("cloud.toml");
    let cloud = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, cloud.replace("ca_file = \"ca.pem\"\n", "")).unwrap();
    let document = doctor(&lab, &[]).exits(3).json();
    for id in ["network.login", "network.graph", "network.arm"] {
        let finding = one(&document, id);
        assert_eq!(
            (&finding["status"], &finding["code"]),
            (&"fail".into(), &"tls-unknown-issuer".into())
        );
        assert!(
            text(finding, "why").starts_with("The certificate was signed by \"azconnect sandbox"),
            "{finding:#}"
        );
        assert!(text(finding, "fix").contains("--ca-file"));
    }
    assert_eq!(status(&document, "sign_in"), "skip");
}

#[test]
fn a_missing_keyring_fails_once_a_secret_is_in_it() {
    let lab = Lab::new();
    let document = doctor(&lab, &[]).exits(0).json();
    let keyring = one(&document, "store.keyring");
    assert_eq!(keyring["status"], "warn", "{keyring:#}");
    assert!(text(keyring, "fix").contains("--store file:PATH"));
    lab.run_init(&[]).exits(0);
    let folder = lab.home().join("azconnect");
    let record = find(&folder, "spot.json").expect("the record of the connection");
    let written = std::fs::read_to_string(&record).unwrap();
    let kept = format!("file:{}", lab.secret_file().display());
    assert!(written.contains(&kept));
    std::fs::write(&record, written.replace(&kept, "keyring")).unwrap();
    let document = doctor(&lab, &[]).exits(3).json();
    let keyring = one(&document, "store.keyring");
    assert_eq!(keyring["status"], "fail");
    assert!(
        text(keyring, "what").ends_with("It holds the secret of one connection."),
        "{keyring:#}"
    );
}

fn find(folder: &std::path::Path, name: &str) -> Option<std::path::PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return find(&path, name);
        }
        path.ends_with(name).then_some(path)
    })
}

#[cfg(unix)]
#[test]
fn az_is_run_once_and_gets_no_secret() {
    use std::os::unix::fs::PermissionsExt;
    let mut lab = Lab::new();
    let bin = lab.home().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let script = "#!/bin/sh\nenv >>\"$HOME/az-env\"; echo \"$*\" >>\"$HOME/az-runs\"\necho \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1\n";
    std::fs::write(bin.join("az"), script).unwrap();
    std::fs::set_permissions(bin.join("az"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), lab.env["PATH"]);
    lab.env.insert("PATH".into(), path);
    // Nobody gets anywhere: the proxy is closed, and `az` is a question about this machine.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    lab.env
        .insert("HTTPS_PROXY".into(), format!("http://{closed}"));
    let document = doctor(&lab, &["--cloud", "public"]).exits(3).json();
    assert!(text(one(&document, "sign_in.azure_cli"), "what").contains("nobody is signed in"));
    let runs = std::fs::read_to_string(lab.home().join("az-runs")).unwrap();
    assert_eq!(runs, "account show -o json\n");
    let env = std::fs::read_to_string(lab.home().join("az-env")).unwrap();
    assert!(
        env.contains("AZURE_CLIENT_ID=") && !env.contains("AZURE_CLIENT_SECRET"),
        "{env}"
    );
}

#[test]
fn the_screen_has_a_heading_for_each_part_and_a_verdict() {
    let ran = Lab::new().run(&["doctor"]).exits(0);
    for words in [
        "Network",
        "This machine",
        "Sign-in",
        "What you may do",
        "Nothing is broken",
    ] {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
}
