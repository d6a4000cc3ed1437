//! `handover --copy`: the secret is in a real clipboard for as long as it should be, and then it is not.
//!
//! Needs an X server and `xclip`, which the README's test command installs; without them these tests fail and say so.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use azconnect::sandbox::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rexpect::process::Signal;

use crate::lab::Lab;
use crate::terminal::pty::{CTRL_C, Pty};

/// A hang fails; nothing else depends on the time.
const PATIENCE: Duration = Duration::from_secs(30);
const INSTALL: &str = "apt-get install -y --no-install-recommends xvfb xclip";

/// An X server that nobody sees, and its clipboard.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn new() -> Display {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "640x480x8"])
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("Xvfb: {error}; {INSTALL}"));
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        Display {
            server,
            name: format!(":{}", number.trim()),
        }
    }

    fn xclip(&self, way: &str) -> Command {
        let mut command = Command::new("xclip");
        command
            .args(["-selection", "clipboard", way])
            .env("DISPLAY", &self.name)
            .stderr(Stdio::null());
        command
    }

    /// What a person would paste.
    fn text(&self) -> String {
        let output = self.xclip("-out").output().expect(INSTALL);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Copies something, as a person does elsewhere.
    fn copy(&self, text: &str) {
        use std::io::Write;
        let mut child = self
            .xclip("-in")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect(INSTALL);
        let written = child.stdin.take().unwrap().write_all(text.as_bytes());
        written.unwrap();
        assert!(child.wait().unwrap().success());
    }

    fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        while self.text() != text {
            assert!(begun.elapsed() < PATIENCE, "{:?} is there", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A laboratory with a connection, and its secret.
fn connected() -> (Lab, String) {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let ours = |state: &mut State| {
        let mut applications = state.applications.values();
        let ours = applications.find(|application| application.unique_name.is_some());
        ours.unwrap().password_credentials[0].secret_text.clone()
    };
    let secret = lab.state(ours);
    (lab, secret)
}

fn with_display() -> (Lab, String, Display) {
    let (mut lab, secret) = connected();
    let display = Display::new();
    lab.env.insert("DISPLAY".to_owned(), display.name.clone());
    (lab, secret, display)
}

#[test]
fn it_is_there_for_as_long_as_was_said_and_then_it_is_not() {
    let (lab, secret, display) = with_display();
    display.copy("before");
    let child = lab.start(&[
        "handover",
        "spot",
        "--copy",
        "--clear-after",
        "2",
        "--output",
        "json",
    ]);
    display.wait_for(&secret);
    let ended = crate::lab::Ran::from(child.wait_with_output().unwrap()).exits(0);
    assert_eq!(display.text(), "");
    assert_eq!(ended.json()["clipboard"]["by"], "xclip");
    assert_eq!(ended.json()["clipboard"]["state"], "cleared");
    assert!(!format!("{ended:?}").contains(&secret), "{ended:#?}");
    // Nothing else of the document is different for it.
    let fields = &ended.json()["handover"]["fields"];
    assert!(
        fields
            .as_array()
            .unwrap()
            .iter()
            .any(|field| field["secret"] == true && field["value"].is_null())
    );
}

#[test]
fn what_somebody_copied_meanwhile_is_left() {
    let (lab, secret, display) = with_display();
    let child = lab.start(&["handover", "spot", "--copy", "--clear-after", "2"]);
    display.wait_for(&secret);
    display.copy("of my own");
    let ended = crate::lab::Ran::from(child.wait_with_output().unwrap()).exits(0);
    assert_eq!(display.text(), "of my own");
    assert!(ended.stdout.contains("left it there"), "{ended:#?}");
}

#[test]
fn whatever_ends_the_wait_takes_it_away() {
    let (lab, secret, display) = with_display();
    for (signal, code) in [
        (Signal::SIGINT, 130),
        (Signal::SIGTERM, 143),
        (Signal::SIGHUP, 0),
    ] {
        // Without a number it stays for a minute, so it is the signal that ends it.
        let child = lab.start(&["handover", "spot", "--copy"]);
        display.wait_for(&secret);
        let begun = Instant::now();
        let process = rustix::process::Pid::from_child(&child);
        let signal = rustix::process::Signal::from_named_raw(signal as i32).unwrap();
        rustix::process::kill_process(process, signal).unwrap();
        let ended = crate::lab::Ran::from(child.wait_with_output().unwrap()).exits(code);
        assert!(begun.elapsed() < PATIENCE);
        assert_eq!(display.text(), "", "{ended:#?}");
        let told = format!("{}{}", ended.stdout, ended.stderr);
        assert!(
            told.contains("The secret is cleared from the clipboard."),
            "{told}"
        );
    }
}

#[test]
fn the_values_are_shown_while_it_can_be_pasted_and_ctrl_c_ends_it() {
    let (lab, secret, display) = with_display();
    let mut pty = Pty::start(&lab, 100, &["handover", "spot", "--copy"]);
    display.wait_for(&secret);
    let screen = pty.wait_for("until it is cleared, after 60 s or at once with Ctrl-C");
    for shown in [
        "Application (client) ID",
        "Where they go:",
        "Paste the application secret",
        "Secret in the clipboard, by xclip",
        "clipboard manager",
    ] {
        assert!(screen.contains(shown), "{shown} in\n{screen}");
    }
    pty.keys(CTRL_C);
    let left = pty.end().exits(130);
    assert_eq!(display.text(), "");
    assert!(
        left.screen
            .contains("The secret is cleared from the clipboard."),
        "{}",
        left.screen
    );
    assert!(!left.screen.contains(&secret), "{}", left.screen);
}

/// A program in a folder that is the first of the path.
fn program(lab: &mut Lab, folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
    let path = &lab.env["PATH"];
    if !path.starts_with(&folder.display().to_string()) {
        let path = format!("{}:{path}", folder.display());
        lab.env.insert("PATH".to_owned(), path);
    }
}

/// `wl-copy` and `wl-paste` of an older release: `--sensitive` is refused. Their clipboard is a file; what they are given is noted.
fn wayland(lab: &mut Lab, folder: &Path) {
    let at = folder.display();
    let copy = format!(
        "{{ echo \"$0 $*\"; env; }} >> '{at}/notes'\n[ \"$1\" = --sensitive ] && exit 1\n[ \"$1\" = --clear ] && exec rm -f '{at}/held'\ncat > '{at}/held'; cp '{at}/held' '{at}/once'"
    );
    program(lab, folder, "wl-copy", &copy);
    program(lab, folder, "wl-paste", &format!("cat '{at}/held'"));
    lab.env
        .insert("WAYLAND_DISPLAY".to_owned(), "wayland-0".to_owned());
}

#[test]
fn the_program_gets_it_on_its_stdin_and_no_other_way() {
    let (mut lab, secret) = connected();
    let folder = tempfile::tempdir().unwrap();
    wayland(&mut lab, folder.path());
    let ended = lab
        .run(&[
            "handover",
            "spot",
            "--copy",
            "--clear-after",
            "1",
            "--output",
            "json",
        ])
        .exits(0);
    assert_eq!(ended.json()["clipboard"]["by"], "wl-copy");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("once")).unwrap(),
        secret
    );
    assert!(!folder.path().join("held").exists(), "it is cleared");
    let notes = std::fs::read_to_string(folder.path().join("notes")).unwrap();
    assert!(
        !notes.contains(&secret) && !notes.contains("AZURE_CLIENT_SECRET"),
        "{notes}"
    );
    let calls: Vec<&str> = notes.lines().filter(|line| line.starts_with('/')).collect();
    assert_eq!(calls.len(), 3, "{calls:?}");
}

#[test]
fn over_ssh_the_terminal_is_asked() {
    let (mut lab, secret) = connected();
    lab.env.insert(
        "SSH_CONNECTION".to_owned(),
        "192.0.2.1 50000 192.0.2.2 22".to_owned(),
    );
    let pty = Pty::start(
        &lab,
        100,
        &["handover", "spot", "--copy", "--clear-after", "1"],
    );
    let left = pty.end().exits(0);
    let raw = String::from_utf8_lossy(&left.raw);
    let put = format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(&secret));
    let (_, behind) = raw.split_once(&put).expect("the secret in an OSC 52");
    assert!(
        behind.contains("\u{1b}]52;c;\u{7}"),
        "and nothing in a second one: {behind:?}"
    );
    assert!(
        left.screen.contains("whatever is in it then"),
        "{}",
        left.screen
    );
    assert!(!left.screen.contains(&secret), "{}", left.screen);
    // Stopped, it is cleared as well.
    let mut pty = Pty::start(&lab, 100, &["handover", "spot", "--copy"]);
    pty.wait_for("at once with Ctrl-C");
    pty.keys(CTRL_C);
    let left = pty.end().exits(130);
    assert!(String::from_utf8_lossy(&left.raw).contains("\u{1b}]52;c;\u{7}"));
}

#[test]
fn without_a_clipboard_the_other_ways_are_named() {
    let (lab, secret) = connected();
    let ended = lab
        .run(&["handover", "spot", "--copy", "--output", "json"])
        .exits(8);
    let error = &ended.json()["error"];
    assert_eq!(error["code"], "no_clipboard");
    assert!(!error["why"].as_str().unwrap().is_empty());
    for way in ["handover spot --to FILE", "handover spot --reveal"] {
        assert!(error["hints"].to_string().contains(way), "{error}");
    }
    assert!(!format!("{ended:?}").contains(&secret));
    // Nor does plain text turn into control sequences.
    let plain = Pty::start(&lab, 100, &["handover", "spot", "--copy", "--plain"])
        .end()
        .exits(8);
    assert!(!plain.raw.contains(&0x1b), "{}", plain.screen);
    // A display that nobody serves is no clipboard either.
    let mut lab = lab;
    lab.env.insert("DISPLAY".to_owned(), ":65432".to_owned());
    lab.run(&["handover", "spot", "--copy"]).exits(8);
}

#[test]
fn what_has_no_secret_has_nothing_to_copy() {
    let lab = Lab::new();
    lab.run(&[
        "init",
        "generic",
        "--connection",
        "tool",
        "--yes",
        "--subscription",
        "all",
        "--credential",
        "federated",
        "--federated",
        "github:contoso/costs:ref:refs/heads/main",
    ])
    .exits(0);
    let ended = lab
        .run(&["handover", "tool", "--copy", "--output", "json"])
        .exits(2);
    assert_eq!(ended.json()["error"]["code"], "no_secret");
}
