//! A real Secret Service: GNOME Keyring on a D-Bus of the test's own, and another program that reads what azconnect keeps there.
//!
//! Needs the Debian packages that the README's test command installs; without them these tests fail and say so.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::lab::{Lab, Ran};

const NEEDED: [&str; 4] = [
    "dbus-run-session",
    "dbus-send",
    "gnome-keyring-daemon",
    "secret-tool",
];
const INSTALL: &str =
    "apt-get install -y --no-install-recommends gnome-keyring dbus dbus-x11 libsecret-tools";

/// A bus on which nothing is started by asking for it: what a test does not start is not there.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What runs on the bus.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Daemon {
    /// Nothing.
    None,
    /// The keyring, unlocked (and made, where there was none) with the password.
    Unlocked,
    /// The keyring as it is after a reboot, when nobody has typed the password.
    Locked,
}

impl Daemon {
    /// Starts it in a shell, as `$daemon`, and waits until it answers.
    fn start(self) -> &'static str {
        match self {
            Daemon::None => "daemon=",
            // printf, because the newline of an echo would become part of the password. That a value can be kept shows that the
            // keyring is there, open, and on disk.
            Daemon::Unlocked => {
                "printf 'a password' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null & daemon=$!
                 until printf x | secret-tool store --label=ready service ready username ready; do tries=x$tries; [ ${#tries} -lt 600 ] || exit 1; sleep 0.1; done
                 secret-tool clear service ready username ready"
            }
            Daemon::Locked => {
                "gnome-keyring-daemon --foreground --components=secrets </dev/null >/dev/null & daemon=$!
                 until dbus-send --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true
                 do tries=x$tries; [ ${#tries} -lt 600 ] || exit 1; sleep 0.1; done"
            }
        }
    }
}

/// A session bus with what runs on it; both end when this is dropped.
struct Session {
    shell: Child,
}

impl Session {
    /// Starts a session for the laboratory's children; they find it in their environment.
    fn start(lab: &mut Lab, daemon: Daemon) -> Session {
        for program in NEEDED {
            let found = std::env::split_paths(&lab.env["PATH"])
                .any(|folder| folder.join(program).is_file());
            assert!(
                found,
                "`{program}` is not installed, and a real keyring needs it. Run the README's test command (`bash tests/run`), or: {INSTALL}"
            );
        }
        let config = lab.home().join("bus.conf");
        std::fs::write(&config, BUS).unwrap();
        runtime_folder(lab);
        let script = format!(
            "{}\necho \"$DBUS_SESSION_BUS_ADDRESS\"; exec >/dev/null; read -r end; [ -z \"$daemon\" ] || kill \"$daemon\"",
            daemon.start()
        );
        let mut shell = Command::new("dbus-run-session")
            .arg(format!("--config-file={}", config.display()))
            .args(["--", "/bin/sh", "-c", &script])
            .env_clear()
            .envs(&lab.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(shell.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        assert!(
            address.starts_with("unix:"),
            "the session did not start: {:?}",
            shell.try_wait()
        );
        lab.env.insert(
            "DBUS_SESSION_BUS_ADDRESS".to_owned(),
            address.trim().to_owned(),
        );
        Session { shell }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The shell waits for its stdin; it ends the daemon, and the bus ends with it.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// A runtime folder without the bus of whoever runs the tests.
fn runtime_folder(lab: &mut Lab) {
    use std::os::unix::fs::DirBuilderExt;
    let folder = lab.home().join("run");
    let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
    assert!(made.is_ok() || folder.is_dir());
    lab.env
        .insert("XDG_RUNTIME_DIR".to_owned(), folder.display().to_string());
    lab.env.remove("DBUS_SESSION_BUS_ADDRESS");
}

fn init(lab: &Lab) -> Ran {
    lab.run(&[
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--output",
        "json",
        "--store",
        "keyring",
    ])
}

/// What another program finds in the keyring.
fn looked_up(lab: &Lab, service: &str, name: &str) -> Ran {
    let output = Command::new("secret-tool")
        .args(["lookup", "service", service, "username", name])
        .env_clear()
        .envs(&lab.env)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran::from(output)
}

/// The secrets that the simulated Azure issued to the apps that azconnect made.
fn issued(lab: &Lab) -> Vec<String> {
    lab.state(|state| {
        state
            .applications
            .values()
            .filter(|application| application.unique_name.is_some())
            .flat_map(|application| &application.password_credentials)
            .map(|password| password.secret_text.clone())
            .collect()
    })
}

#[test]
fn another_program_finds_the_secret_that_was_issued_and_remove_takes_it_away() {
    let mut lab = Lab::new();
    let _session = Session::start(&mut lab, Daemon::Unlocked);
    let document = init(&lab).exits(0).json();
    assert_eq!(document["connection"]["credential"]["stored_in"], "keyring");
    let issued = issued(&lab);
    assert_eq!(issued.len(), 1);
    assert_eq!(
        looked_up(&lab, "azconnect", "spot").exits(0).stdout,
        issued[0]
    );

    let checked = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(0)
        .json();
    assert_eq!(checked["ok"], true);
    let revealed = lab.run(&["handover", "spot", "--reveal"]).exits(0);
    assert!(revealed.stdout.contains(&issued[0]));

    lab.run(&["remove", "spot", "--yes", "--output", "json"])
        .exits(0);
    assert_ne!(
        looked_up(&lab, "azconnect", "spot").code,
        0,
        "the entry is gone"
    );
    assert_eq!(all_entries(&lab), "", "and no marker of a probe is left");
}

/// Everything of ours in the keyring, as `secret-tool` shows it.
fn all_entries(lab: &Lab) -> String {
    let output = Command::new("secret-tool")
        .args(["search", "--all", "service", "azconnect"])
        .env_clear()
        .envs(&lab.env)
        .output()
        .unwrap();
    Ran::from(output).stdout
}

#[test]
fn a_second_run_keeps_the_entry_and_a_lost_one_is_replaced() {
    let mut lab = Lab::new();
    let _session = Session::start(&mut lab, Daemon::Unlocked);
    init(&lab).exits(0);
    let first = issued(&lab);
    init(&lab).exits(0);
    assert_eq!(issued(&lab), first);
    let cleared = Command::new("secret-tool")
        .args(["clear", "service", "azconnect", "username", "spot"])
        .env_clear()
        .envs(&lab.env)
        .status()
        .unwrap();
    assert!(cleared.success());
    let gone = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(3)
        .json();
    assert!(
        gone.to_string().contains("no longer in the keyring"),
        "{gone}"
    );
    init(&lab).exits(0);
    let found = looked_up(&lab, "azconnect", "spot").exits(0).stdout;
    let all = issued(&lab);
    assert!(
        all.contains(&found) && found != first[0],
        "a new one is kept"
    );
    // The one that this machine lost may be what the vendor signs in with, so it stays.
    assert!(all.contains(&first[0]) && all.len() == 2);
}

#[test]
fn the_sandbox_has_entries_of_its_own() {
    let mut lab = Lab::new();
    let _session = Session::start(&mut lab, Daemon::Unlocked);
    lab.env.remove("AZCONNECT_CLOUD");
    init_in_sandbox(&lab).exits(0);
    assert_ne!(looked_up(&lab, "azconnect", "spot").code, 0);
    assert_eq!(looked_up(&lab, "azconnect-sandbox", "spot").code, 0);
    lab.run(&["check", "spot", "--sandbox"]).exits(0);
    lab.run(&["sandbox", "--reset"]).exits(0);
    assert_ne!(looked_up(&lab, "azconnect-sandbox", "spot").code, 0);
}

fn init_in_sandbox(lab: &Lab) -> Ran {
    lab.run(&[
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--sandbox",
        "--yes",
    ])
}

/// The run must end before anything is made, with the other places for a secret.
fn refused(lab: &Lab) -> Value {
    let before = lab.state(|state| serde_json::to_value(&*state).unwrap());
    let document = init(lab).exits(8).json();
    assert_eq!(document["exit"], "storage");
    let hints = document["error"]["hints"].to_string();
    for choice in ["--store none", "--store file:PATH"] {
        assert!(hints.contains(choice), "{document}");
    }
    let after = lab.state(|state| serde_json::to_value(&*state).unwrap());
    assert_eq!(before, after, "nothing was made");
    assert!(no_file_of_a_connection(lab.home()));
    document
}

fn no_file_of_a_connection(home: &Path) -> bool {
    let listed = |folder: &Path| std::fs::read_dir(folder).map_or(0, Iterator::count);
    listed(&home.join("azconnect/connections")) == 0
}

#[test]
fn without_a_keyring_nothing_is_made_and_the_reasons_are_told_apart() {
    let mut lab = Lab::new();
    runtime_folder(&mut lab);
    let no_bus = refused(&lab);
    let no_daemon = {
        let _session = Session::start(&mut lab, Daemon::None);
        refused(&lab)
    };
    drop(Session::start(&mut lab, Daemon::Unlocked));
    let locked = {
        let _session = Session::start(&mut lab, Daemon::Locked);
        refused(&lab)
    };
    let code = |document: &Value| document["error"]["code"].as_str().unwrap().to_owned();
    assert_eq!(
        [&no_bus, &no_daemon, &locked].map(code),
        ["store_absent", "store_absent", "store_locked"]
    );
    let why = |document: &Value| document["error"]["why"].as_str().unwrap().to_owned();
    let reasons = [&no_bus, &no_daemon, &locked].map(why);
    assert!(
        reasons[0] != reasons[1] && reasons[1] != reasons[2],
        "{reasons:#?}"
    );
    let unlock = locked["error"]["hints"].to_string();
    assert!(unlock.contains("Unlock the keyring"), "{unlock}");
    // Unlocked again, the same command goes through.
    let _session = Session::start(&mut lab, Daemon::Unlocked);
    init(&lab).exits(0);
}

/// A private key is longer than a secret, and has lines: it goes through a real keyring whole.
#[test]
fn a_certificates_key_is_kept_used_rotated_and_taken_away() {
    let mut lab = Lab::new();
    let _session = Session::start(&mut lab, Daemon::Unlocked);
    let before = crate::aftermath::azure(&lab);
    let document = lab
        .run(&[
            "init",
            "generic",
            "--connection",
            "tool",
            "--yes",
            "--output",
            "json",
            "--credential",
            "certificate",
            "--store",
            "keyring",
        ])
        .exits(0)
        .json();
    assert_eq!(document["connection"]["credential"]["stored_in"], "keyring");
    let first = looked_up(&lab, "azconnect", "tool").exits(0).stdout;
    assert!(
        first.contains("BEGIN PRIVATE KEY") && first.contains("BEGIN CERTIFICATE"),
        "{}",
        first.len()
    );
    lab.run(&["check", "tool"]).exits(0);
    lab.run(&["rotate", "tool", "--yes"]).exits(0);
    let second = looked_up(&lab, "azconnect", "tool").exits(0).stdout;
    assert_ne!(first, second);
    lab.run(&["check", "tool"]).exits(0);
    // A command is given a secret or a file, and there is neither: that is said, and no key is shown.
    let refused = lab.run(&["exec", "tool", "--", "env"]).exits(2);
    assert!(!format!("{refused:?}").contains("PRIVATE KEY"));
    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert!(
        looked_up(&lab, "azconnect", "tool")
            .stdout
            .trim()
            .is_empty()
    );
    assert_eq!(crate::aftermath::azure(&lab), before);
}
