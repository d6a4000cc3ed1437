//! `azconnect sandbox`: the simulated Azure as a server of its own, used by other processes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use azconnect::sandbox::ids;
use serde_json::Value;

use crate::lab::Lab;

/// A running `azconnect sandbox`, ended when dropped.
struct Server {
    child: Child,
    cloud_file: String,
}

impl Server {
    fn start(lab: &Lab, more: &[&str]) -> Server {
        let arguments: Vec<&str> = ["sandbox", "--output", "json"]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        let mut child = lab
            .command(&arguments)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        // The document is pretty-printed and ends with a closing brace at the beginning of a line.
        let mut text = String::new();
        for line in stdout.lines().map(Result::unwrap) {
            text.push_str(&line);
            text.push('\n');
            if line == "}" {
                break;
            }
        }
        let document: Value = serde_json::from_str(&text).unwrap();
        let cloud_file = document["cloud_file"].as_str().unwrap().to_owned();
        Server { child, cloud_file }
    }

    fn stop(mut self) -> Option<i32> {
        rustix::process::kill_process(pid(&self.child), rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pid(child: &Child) -> rustix::process::Pid {
    rustix::process::Pid::from_child(child)
}

#[test]
fn other_processes_live_with_it_and_it_keeps_its_state() {
    let lab = Lab::new();
    let log = lab.home().join("requests.jsonl");
    let server = Server::start(&lab, &["--request-log", log.to_str().unwrap()]);
    let store = format!("file:{}", lab.secret_file().display());
    let cloud = server.cloud_file.clone();
    let init = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--output",
        "json",
        "--store",
        &store,
        "--cloud",
        &cloud,
    ];
    let connected = lab.run(&init).exits(0).json();
    assert_eq!(
        connected["connection"]["tenant_id"],
        ids::TENANT.to_string()
    );
    assert!(lab.log().is_empty(), "the laboratory's own Azure was asked");
    let written = std::fs::read_to_string(&log).unwrap();
    assert!(written.lines().count() > 10, "{written}");
    let secret = std::fs::read_to_string(lab.secret_file()).unwrap();
    let secret = secret
        .lines()
        .find_map(|line| line.strip_prefix("AZURE_CLIENT_SECRET="))
        .unwrap()
        .trim_matches('"');
    assert!(
        !written.contains(secret) && !written.contains(ids::OPERATOR_SECRET),
        "a secret stands in the request log"
    );
    assert_eq!(server.stop(), Some(0));
    // Its ports are other ones now; what was made in it is still there.
    let server = Server::start(&lab, &[]);
    let again = server.cloud_file.clone();
    lab.run(&["check", "spot", "--cloud", &again]).exits(0);
    drop(server);
    lab.run(&["sandbox", "--reset"]).exits(0);
    let server = Server::start(&lab, &[]);
    let empty = server.cloud_file.clone();
    lab.run(&["check", "spot", "--cloud", &empty]).exits(3);
}

#[test]
fn it_fails_as_its_rules_say() {
    let lab = Lab::new();
    let faults = lab.home().join("faults.toml");
    let rule = "[[rule]]\nservice = \"graph\"\nmethod = \"PATCH\"\naction = { respond = { status = 403, body = { error = { code = \"Authorization_RequestDenied\", message = \"Insufficient privileges to complete the operation.\" } } } }\n";
    std::fs::write(&faults, rule).unwrap();
    let server = Server::start(&lab, &["--faults", faults.to_str().unwrap()]);
    let cloud = server.cloud_file.clone();
    let ran = lab.run_init(&["--cloud", &cloud]).exits(5).json();
    assert_eq!(ran["error"]["code"], "Authorization_RequestDenied");
    lab.run_init(&["--cloud", &cloud]).exits(0);
    std::fs::write(&faults, "[[rule]]\naction = \"explode\"\n").unwrap();
    let refused = lab
        .run(&[
            "sandbox",
            "--faults",
            faults.to_str().unwrap(),
            "--output",
            "json",
        ])
        .exits(2)
        .json();
    assert_eq!(refused["error"]["code"], "faults_file");
}

#[test]
fn the_shell_and_its_reader_are_served() {
    let lab = Lab::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = lab.run(&["completions", shell]).exits(0).stdout;
        assert!(
            script.contains("azconnect") && script.contains("management-group"),
            "{shell}"
        );
    }
    let help = lab.run(&["--help"]).exits(0).stdout;
    for line in [
        "Connect Azure to a cost tool",
        "Check that a connection works",
        "Take away what init created",
        "Run the simulated Azure as a server",
    ] {
        assert!(help.contains(line), "{help}");
    }
    let page = lab.run(&["man"]).exits(0).stdout;
    assert!(
        page.starts_with(".ie") || page.contains(".TH azconnect"),
        "{page:.200}"
    );
}
