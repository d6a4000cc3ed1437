//! What a run was answered can be given again, as a file and as a command line, and leads to the same plan.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use azconnect::sandbox::ids;
use serde_json::Value;

use crate::billing_lab::{self, customers};
use crate::lab::{Lab, Ran};
use crate::partner_lab;

/// Runs that decide a good deal by themselves: who is connected, and what is said.
fn runs() -> Vec<(Lab, &'static str, Vec<String>)> {
    let say = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let mpa = billing_lab::lab();
    let customer = customers(&mpa)[0].1.to_string();
    vec![
        (
            Lab::new(),
            "spot-cost-intelligence",
            say(&["--app-name", "It's \"ours\""]),
        ),
        (
            Lab::new(),
            "generic",
            say(&[
                "--credential",
                "federated",
                "--federated",
                "github:contoso/billing:ref:refs/heads/main",
            ]),
        ),
        (
            billing_lab::lab(),
            "spot-billing-engine",
            say(&["--billing-account", ids::ENROLLMENT]),
        ),
        (
            billing_lab::lab(),
            "cloudpi",
            say(&[
                "--billing-account",
                ids::ENROLLMENT,
                "--location",
                "westeurope",
            ]),
        ),
        (
            billing_lab::lab(),
            "generic",
            say(&[
                "--billing-account",
                ids::MCA_ACCOUNT,
                "--export-dataset",
                "focus",
                "--export-dataset",
                "price-sheet",
            ]),
        ),
        (
            mpa,
            "spaceone",
            say(&[
                "--billing-account",
                ids::MPA_ACCOUNT,
                "--customer-tenant",
                &customer,
            ]),
        ),
        (
            billing_lab::lab(),
            "spaceone",
            say(&["--billing-account", ids::MPA_ACCOUNT]),
        ),
        (
            partner_lab::lab(|_| {}),
            "optima-csp",
            say(&["--partner-id", ids::PARTNER_LOCATION_ID]),
        ),
    ]
}

fn plan(lab: &Lab, words: &[&str]) -> Value {
    lab.run(&[words, &["--plan", "--output", "json"]].concat())
        .exits(0)
        .json()
}

/// The steps of a plan, but for where the answers came from that they follow.
pub(crate) fn without_sources(document: &Value) -> Value {
    let mut steps = document["steps"].clone();
    for step in steps.as_array_mut().unwrap() {
        step.as_object_mut()
            .unwrap()
            .remove("source")
            .expect("a step without `source`");
    }
    steps
}

/// Types a command line in a shell, as a person or a CI job would, and shows only the plan.
fn typed(lab: &Lab, command: &str) -> Ran {
    let folder = lab.home().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("azconnect");
    if !program.exists() {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_azconnect"), &program).unwrap();
    }
    let path = format!("{}:{}", folder.display(), lab.env["PATH"]);
    let output = std::process::Command::new("/bin/sh")
        .args(["-c", &format!("{command} --plan --output json")])
        .env_clear()
        .envs(&lab.env)
        .env("PATH", path)
        .current_dir(lab.home())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    Ran::from(output)
}

#[test]
fn a_saved_file_and_the_command_line_lead_to_the_same_plan() {
    for (lab, vendor, more) in runs() {
        let file = lab.home().join("saved.toml").display().to_string();
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let first = [
            &["init", vendor, "--store", "none", "--save-answers", &file][..],
            &more,
        ]
        .concat();
        let wanted = plan(&lab, &first);
        assert!(
            wanted["steps"].as_array().is_some_and(|all| all.len() > 2),
            "{wanted:#}"
        );
        let from_file = plan(&lab, &["init", "--answers", &file]);
        assert_eq!(
            without_sources(&from_file),
            without_sources(&wanted),
            "{vendor} from\n{}",
            text(&file)
        );
        let command = wanted["command"].as_str().unwrap();
        let from_command = typed(&lab, command).exits(0).json();
        assert_eq!(
            without_sources(&from_command),
            without_sources(&wanted),
            "{command}"
        );
        assert_eq!(from_command["command"], wanted["command"]);
        // What the file makes of it is the same connection: nothing is saved that a further run would change.
        let again = lab.home().join("again.toml").display().to_string();
        plan(
            &lab,
            &["init", "--answers", &file, "--save-answers", &again],
        );
        assert_eq!(values(&again), values(&file), "{vendor}");
    }
}

fn text(file: &str) -> String {
    std::fs::read_to_string(file).unwrap()
}

/// The answers of a file, without the comments.
fn values(file: &str) -> Vec<String> {
    let text = text(file);
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn each_step_of_a_plan_says_which_answer_it_follows() {
    let lab = Lab::new();
    let words = [
        "init",
        "spot-cost-intelligence",
        "--store",
        "none",
        "--app-name",
        "Costs",
    ];
    let document = plan(&lab, &words);
    let steps = document["steps"].as_array().unwrap();
    let source = |id: &str| {
        let step = steps
            .iter()
            .find(|step| step["id"].as_str().unwrap().starts_with(id));
        step.unwrap_or_else(|| panic!("no {id} in {document:#}"))["source"].clone()
    };
    assert_eq!(source("application"), "--app-name");
    assert_eq!(source("service-principal"), Value::Null);
    assert_eq!(source("secret"), "default");
    assert_eq!(source("role:reader:"), "the only one");
    let text = lab.run(&[&words[..], &["--plan"]].concat()).exits(0).stdout;
    for row in [
        "create: App registration \"Costs\" (--app-name)",
        "create: Reader on \"Contoso Production\" (the only one)",
    ] {
        assert!(text.contains(row), "{row} in\n{text}");
    }
    // What a reviewer and a pipeline look for: which rights are needed, and whether this sign-in has them.
    for step in steps {
        for right in step["rights"].as_array().unwrap() {
            assert_eq!(right["held"], "yes", "{document:#}");
        }
    }
    lab.state(|state| {
        let operator = ids::OPERATOR_SERVICE_PRINCIPAL;
        let subscription = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        state
            .role_assignments
            .retain(|_, given| given.principal != operator);
        state.assign_role(operator, ids::ROLE_READER, &subscription);
    });
    let document = plan(&lab, &words);
    let steps = document["steps"].as_array().unwrap();
    let role = steps
        .iter()
        .find(|step| step["id"].as_str().unwrap().starts_with("role:"));
    assert_eq!(role.unwrap()["rights"][0]["held"], "no", "{document:#}");
    let text = lab.run(&[&words[..], &["--plan"]].concat()).exits(0).stdout;
    assert!(text.contains("(you don't seem to have it)"), "{text}");
    assert!(
        text.contains("One of them needs a right that you don't seem to have."),
        "{text}"
    );
}

#[test]
fn each_saved_answer_names_its_source_and_none_is_a_secret() {
    let mut lab = Lab::new();
    lab.env.insert("AZCONNECT_SECRET_DAYS".into(), "90".into());
    lab.env
        .insert("AZCONNECT_CLIENT_SECRET".into(), "canary-8c1f".into());
    let earlier = lab.home().join("earlier.toml");
    std::fs::write(&earlier, "app_name = \"Costs\"\n").unwrap();
    let file = lab.home().join("saved.toml");
    let app = ids::OPERATOR_CLIENT_ID.to_string();
    let more = [
        "--answers",
        "earlier.toml",
        "--save-answers",
        "saved.toml",
        "--app-id",
        &app,
    ];
    lab.run_init(&[&more[..], &["--plan"]].concat()).exits(0);
    let text = text(&file.display().to_string());
    for (source, line) in [
        ("(VENDOR)", "vendor = \"spot-cost-intelligence\""),
        ("(--app-id)", "app_id = "),
        ("(AZCONNECT_SECRET_DAYS)", "secret_days = \"90\""),
        ("(earlier.toml)", "app_name = \"Costs\""),
        ("(the only one)", "subscription = ["),
        ("(--connection)", "connection = \"spot\""),
    ] {
        let at = text
            .find(&format!("\n{line}"))
            .unwrap_or_else(|| panic!("no {line} in\n{text}"));
        let above = text[..at].lines().last().unwrap();
        assert!(
            above.starts_with('#') && above.ends_with(source),
            "{line}: {above}"
        );
    }
    assert!(
        !text.contains("canary-8c1f") && !text.contains(ids::OPERATOR_SECRET),
        "{text}"
    );
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_that_is_there_is_not_written_over_and_nothing_is_asked_of_azure() {
    let lab = Lab::new();
    std::fs::write(lab.home().join("mine.toml"), "precious").unwrap();
    for (name, code, error) in [
        ("mine.toml", 2, "answers_exist"),
        ("nosuch/answers.toml", 8, "answers_not_saved"),
    ] {
        let ran = lab.run_init(&["--save-answers", name]).exits(code);
        assert_eq!(ran.json()["error"]["code"], error);
    }
    assert!(lab.log().is_empty());
    assert_eq!(
        text(&lab.home().join("mine.toml").display().to_string()),
        "precious"
    );
    assert!(!Path::new(&lab.home().join("nosuch")).exists());
}

#[test]
fn a_run_ends_with_the_command_that_needs_no_person() {
    let lab = Lab::new();
    let store = format!("file:{}", lab.secret_file().display());
    let ran = lab
        .run(&["init", "spot-cost-intelligence", "--yes", "--store", &store])
        .exits(0);
    let (_, told) = ran.stdout.split_once("The same without questions").unwrap();
    let command: String = told
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("azconnect init"))
        .take_while(|line| !line.trim().is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    assert!(command.ends_with("--yes"), "{command}");
    let document = typed(&lab, &command).exits(0).json();
    let changes = document["steps"].as_array().unwrap().iter();
    assert!(
        changes.clone().all(|step| step["change"] == "reuse"),
        "{document:#}"
    );
    let one_line = command
        .replace(" \\\n", " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(document["command"], one_line);
}
