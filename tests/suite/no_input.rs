//! Nobody can be asked: every gap at once, at once, whatever stdin is.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use azconnect::sandbox::ids;
use serde_json::Value;

use crate::failing::{masked, shown};
use crate::lab::{Lab, Ran};
use crate::people;

/// Generous: only a hang is longer.
const LIMIT: Duration = Duration::from_secs(60);

fn finishes(mut command: Command) -> Ran {
    let mut child = command.spawn().unwrap();
    let kept = child.stdin.take();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < LIMIT, "it hangs: {command:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(kept);
    Ran::from(child.wait_with_output().unwrap())
}

fn nobody() -> Lab {
    let mut lab = Lab::new();
    people::nobody_else(&mut lab);
    lab
}

fn keys(document: &Value) -> Vec<&str> {
    let gaps = document["error"]["gaps"].as_array().unwrap();
    for gap in gaps {
        for part in ["key", "flag", "env", "example"] {
            assert!(
                gap[part].as_str().is_some_and(|text| !text.is_empty()),
                "{gap:#}"
            );
        }
    }
    gaps.iter()
        .map(|gap| gap["key"].as_str().unwrap())
        .collect()
}

const ALL: [&str; 5] = ["vendor", "yes", "sign_in", "tenant", "subscription"];

#[test]
fn every_gap_comes_at_once_in_text_and_json() {
    let lab = nobody();
    let text = lab.run(&["init", "--no-input"]).exits(2);
    assert_eq!(text.stdout, "");
    shown("gaps", &masked(&lab, &text.stderr));
    let document = lab
        .run(&["init", "--no-input", "--output", "json"])
        .exits(2)
        .json();
    assert_eq!(document["exit"], "usage");
    assert_eq!(document["error"]["code"], "answers_missing");
    assert_eq!(keys(&document), ALL);
    assert!(lab.log().is_empty());
}

#[test]
fn whatever_stdin_is() {
    let lab = nobody();
    let init = || lab.command(&["init", "--output", "json"]);
    let mut runs = vec![("null", finishes(init()))];

    let mut idle = init();
    idle.stdin(Stdio::piped());
    runs.push(("an idle pipe", finishes(idle)));

    let mut closed = Command::new("/bin/sh");
    closed
        .args([
            "-c",
            "exec \"$0\" init --output json <&-",
            env!("CARGO_BIN_EXE_azconnect"),
        ])
        .env_clear()
        .envs(&lab.env)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    runs.push(("closed", finishes(closed)));

    let mut yes = Command::new("yes").stdout(Stdio::piped()).spawn().unwrap();
    let mut agreed = init();
    agreed.stdin(yes.stdout.take().unwrap());
    runs.push(("yes", finishes(agreed)));
    // The rest of its output has no reader: `yes` ends by itself, or here.
    let _ = yes.kill();
    yes.wait().unwrap();

    for (stdin, ran) in runs {
        assert_eq!(ran.code, 2, "{stdin}: {ran:#?}");
        assert_eq!(keys(&ran.json()), ALL, "{stdin}");
    }
    assert!(lab.log().is_empty());
}

#[test]
fn ci_asks_nobody() {
    let mut lab = nobody();
    lab.env.insert("CI".into(), "1".into());
    let document = lab.run(&["init", "--output", "json"]).exits(2).json();
    assert_eq!(keys(&document), ALL);
}

#[test]
fn answers_fill_gaps_from_every_source() {
    let mut lab = nobody();
    lab.env
        .insert("AZCONNECT_VENDOR".into(), "spot-cost-intelligence".into());
    lab.env.insert("AZCONNECT_YES".into(), "1".into());
    let file = lab.home().join("answers.toml");
    let mut written = std::fs::File::create(&file).unwrap();
    writeln!(
        written,
        "tenant = \"contoso.com\"\nsubscription = [\"all\"]"
    )
    .unwrap();
    let file = file.display().to_string();
    let document = lab
        .run(&["init", "--answers", &file, "--output", "json"])
        .exits(2)
        .json();
    assert_eq!(keys(&document), ["sign_in"]);
}

#[test]
fn several_subscriptions_are_a_gap_with_choices_beside_the_others() {
    let lab = Lab::new();
    let more = lab.state(|state| state.add_subscription("Contoso Development"));
    let document = lab.run(&["init", "--output", "json"]).exits(2).json();
    assert_eq!(keys(&document), ["vendor", "yes", "subscription"]);
    let gaps = document["error"]["gaps"].as_array().unwrap();
    let choices: Vec<&str> = gaps[2]["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    assert_eq!(choices, [more.to_string(), ids::SUBSCRIPTION.to_string()]);
    let text = lab.run(&["init"]).exits(2);
    assert!(text.stderr.contains(&more.to_string()), "{text:#?}");
}

#[test]
fn several_directories_are_a_gap_with_choices() {
    let mut lab = Lab::new();
    people::nobody_else(&mut lab);
    people::give_browser(&mut lab);
    let fabrikam = lab.state(|state| {
        let fabrikam = state.add_tenant("Fabrikam", "fabrikam.com");
        state.add_guest(fabrikam, ids::TENANT, ids::AVERY_NAME, "Avery Howard");
        fabrikam
    });
    let arguments = lab.init(&[]);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--sign-in", "browser"]);
    let document = people::sign_in_by_browser(&lab, ids::AVERY_NAME, &arguments)
        .exits(2)
        .json();
    assert_eq!(keys(&document), ["tenant"]);
    let choices = document["error"]["gaps"][0]["choices"].to_string();
    for tenant in [ids::TENANT, fabrikam] {
        assert!(choices.contains(&tenant.to_string()), "{choices}");
    }
}

#[test]
fn nobody_is_sent_to_a_page_for_a_run_that_can_not_go_on() {
    let lab = nobody();
    let ran = finishes(lab.command(&["init", "--sign-in", "device-code", "--output", "json"]));
    assert_eq!(keys(&ran.exits(2).json()), ["vendor", "yes"]);
    assert!(lab.log().is_empty());
}
