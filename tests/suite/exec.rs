//! `azconnect exec`: the command gets the credential, nobody else does, and azconnect ends as the command ends.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use crate::lab::Lab;

/// A laboratory with a connection, and its secret.
fn connected() -> (Lab, String) {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let kept = std::fs::read_to_string(lab.secret_file()).unwrap();
    let secret = kept
        .lines()
        .find_map(|line| line.strip_prefix("AZURE_CLIENT_SECRET="))
        .unwrap()
        .trim_matches(['\'', '"'])
        .to_owned();
    (lab, secret)
}

fn variable<'a>(environment: &'a str, name: &str) -> Option<&'a str> {
    environment
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

#[test]
fn the_secret_is_in_the_commands_environment_and_nowhere_else() {
    let (mut lab, secret) = connected();
    for (name, value) in [
        ("AZCONNECT_CLIENT_SECRET", "operators-own"),
        ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "operators-own"),
        ("AZURE_FEDERATED_TOKEN_FILE", "/tmp/token"),
        ("KEPT", "as it was"),
    ] {
        lab.env.insert(name.to_owned(), value.to_owned());
    }
    let script = "tr '\\0' '\\n' </proc/self/environ >env; tr '\\0' '\\n' </proc/$$/cmdline >argv; echo out; echo err >&2";
    let log = lab.home().join("log").display().to_string();
    let ran = lab
        .run(&[
            "exec",
            "spot",
            "-vv",
            "--log-file",
            &log,
            "--",
            "sh",
            "-c",
            script,
        ])
        .exits(0);
    assert_eq!(ran.stdout, "out\n");
    let read = |name: &str| std::fs::read_to_string(lab.home().join(name)).unwrap();
    let environment = read("env");
    let document = lab
        .run(&["show", "spot", "--output", "json"])
        .exits(0)
        .json();
    let connection = &document["connection"];
    assert_eq!(
        variable(&environment, "AZURE_CLIENT_SECRET"),
        Some(secret.as_str())
    );
    assert_eq!(
        variable(&environment, "AZURE_CLIENT_ID"),
        connection["client_id"].as_str()
    );
    assert_eq!(
        variable(&environment, "AZURE_TENANT_ID"),
        connection["tenant_id"].as_str()
    );
    let login = format!("{}/", lab.sandbox().endpoints().login);
    assert_eq!(
        variable(&environment, "AZURE_AUTHORITY_HOST"),
        Some(login.as_str())
    );
    assert_eq!(variable(&environment, "KEPT"), Some("as it was"));
    for left_out in [
        "AZCONNECT_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "AZURE_FEDERATED_TOKEN_FILE",
    ] {
        assert_eq!(variable(&environment, left_out), None, "{left_out}");
    }
    assert!(!environment.contains("operators-own"));
    for (place, text) in [
        ("argv", read("argv")),
        ("log", read("log")),
        ("stdout", ran.stdout),
        ("stderr", ran.stderr),
    ] {
        assert!(!text.contains(&secret), "{place} has the secret:\n{text}");
    }
}

#[test]
fn its_code_is_ours() {
    let (lab, _) = connected();
    for code in [0, 1, 42, 255] {
        let exit = format!("exit {code}");
        lab.run(&["exec", "spot", "--", "sh", "-c", &exit])
            .exits(code);
    }
    let killed = ["exec", "spot", "--", "sh", "-c", "kill -TERM $$"];
    let status = lab.command(&killed).status().unwrap();
    assert_eq!(status.signal(), Some(15), "a shell shows 143: {status:?}");
}

#[test]
fn this_process_becomes_the_command_with_its_streams_and_signals() {
    let (lab, _) = connected();
    let script = "trap 'echo told; exit 9' TERM; echo $$; read -r line; echo \"heard $line\"; while :; do sleep 0.1; done";
    let mut child = lab
        .command(&["exec", "spot", "--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let pid = child.id();
    let mut output = child.stdout.take().unwrap();
    let until = |output: &mut std::process::ChildStdout, end: &str| {
        let mut seen = String::new();
        let mut byte = [0];
        while !seen.ends_with(end) && std::io::Read::read(output, &mut byte).unwrap() > 0 {
            seen.push(char::from(byte[0]));
        }
        seen
    };
    assert_eq!(
        until(&mut output, "hello\n"),
        format!("{pid}\nheard hello\n")
    );
    let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(until(&mut output, "told\n"), "told\n");
    assert_eq!(child.wait().unwrap().code(), Some(9));
}

#[test]
fn what_cannot_be_run_is_said_before_anything_runs() {
    let (lab, secret) = connected();
    let code = |words: &[&str], expected| {
        let ran = lab
            .run(&[&["exec", "--output", "json"], words].concat())
            .exits(2);
        assert!(!ran.stdout.contains(&secret) && !ran.stderr.contains(&secret));
        assert_eq!(ran.json()["error"]["code"], expected);
    };
    code(&["nobody", "--", "true"], "connection_unknown");
    code(
        &["spot", "--", "no-such-command-anywhere"],
        "command_not_found",
    );
    code(&["spot", "--", "/etc/passwd"], "command_not_started");
    code(&["spot"], "usage");
}

#[test]
fn a_connection_without_a_secret_is_refused_with_the_way_on() {
    let lab = Lab::new();
    let words = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--store",
        "none",
        "--output",
        "json",
    ];
    lab.run(&words).exits(0);
    let ran = lab
        .run(&["exec", "spot", "--output", "json", "--", "touch", "ran"])
        .exits(2);
    assert_eq!(ran.json()["error"]["code"], "secret_not_kept");
    assert!(ran.stdout.contains("--store keyring"));
    assert!(!lab.home().join("ran").exists());
}

#[test]
fn a_file_of_the_clouds_name_does_not_say_where_the_secret_goes() {
    let (mut lab, _) = connected();
    let cloud = std::fs::read_to_string(lab.home().join("cloud.toml")).unwrap();
    let login = &lab.sandbox().endpoints().login;
    let planted = cloud.replace(login.as_str(), "https://evil.example");
    assert!(planted.contains("evil.example"));
    std::fs::write(lab.home().join("sandbox"), planted).unwrap();
    lab.env.remove("AZCONNECT_CLOUD");
    let ran = lab.run(&["exec", "spot", "--", "env"]).exits(0);
    assert!(ran.stdout.contains("AZURE_CLIENT_SECRET="));
    assert_eq!(variable(&ran.stdout, "AZURE_AUTHORITY_HOST"), None);
}
