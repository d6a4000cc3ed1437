//! Bad input is refused before the first request, with the place named.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;

use crate::lab::Lab;

const LONG_GUID: &str = "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1ea";
const GUID: &str = "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e";

/// Further arguments of `init`, and what the refusal has to name.
fn refused_flags() -> Vec<(Vec<String>, &'static str)> {
    let long = "x".repeat(300);
    [
        (vec!["--tenant", LONG_GUID], "--tenant"),
        (vec!["--subscription", LONG_GUID], "--subscription"),
        (
            vec!["--subscription", "all", "--management-group", "x"],
            "--management-group",
        ),
        (vec!["--app-id", LONG_GUID], "--app-id"),
        (vec!["--app-name", &long], "--app-name"),
        (vec!["--app-name", "a\u{7}b"], "--app-name"),
        (vec!["--app-name", "a\nb"], "--app-name"),
        (vec!["--app-name", "   "], "--app-name"),
        (vec!["--management-group", "a/b"], "--management-group"),
        (vec!["--secret-days", "0"], "--secret-days"),
        (vec!["--secret-days=-1"], "--secret-days"),
        (vec!["--secret-days=ten"], "--secret-days"),
        (vec!["--sign-in", "magic"], "--sign-in"),
        (vec!["--sign-in-client-id", "x"], "--sign-in-client-id"),
        (vec!["--credential", "certificate"], "--credential"),
        (vec!["--mode", "magic"], "--mode"),
        (vec!["--store", "magnet"], "--store"),
        (vec!["--tenant", "conto so"], "--tenant"),
        (vec!["--tenant", "../../x"], "--tenant"),
        (vec!["--timeout", "0"], "--timeout"),
        (vec!["--ca-file", "no-such.pem"], "no-such.pem"),
        (vec!["--answers", "no-such.toml"], "no-such.toml"),
        (vec!["--nonsense"], "--nonsense"),
        (vec!["one-too-many"], "one-too-many"),
    ]
    .map(|(words, place)| (words.into_iter().map(str::to_owned).collect(), place))
    .to_vec()
}

/// The refusal, in both forms, without a request.
fn is_refused(lab: &Lab, arguments: &[&str], place: &str) -> Value {
    let asked = lab.log().len();
    let text = lab.run(arguments);
    assert_eq!(
        (text.code, text.stdout.as_str()),
        (2, ""),
        "{arguments:?}: {text:#?}"
    );
    // Where lines are broken depends on how long this machine's paths are.
    let read = text.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(read.contains(place), "{arguments:?}: {text:#?}");
    let mut words = arguments.to_vec();
    words.extend(["--output", "json"]);
    let document = lab.run(&words).exits(2).json();
    assert_eq!(document["exit"], "usage", "{document:#}");
    assert!(
        document["error"].to_string().contains(place),
        "{arguments:?}: {document:#}"
    );
    let hints = document["error"]["hints"].as_array().unwrap();
    assert!(!hints.is_empty(), "{arguments:?}: {document:#}");
    let log = lab.log();
    assert_eq!(log.len(), asked, "{arguments:?}: {:#?}", log.last());
    document
}

#[test]
fn a_wrong_flag_is_named() {
    let lab = Lab::new();
    for (more, place) in refused_flags() {
        let mut arguments = vec!["init", "spot-cost-intelligence", "--yes", "--store", "none"];
        if more.iter().any(|word| word == "--store") {
            arguments.truncate(3);
        }
        arguments.extend(more.iter().map(String::as_str));
        is_refused(&lab, &arguments, place);
    }
}

#[test]
fn a_wrong_environment_and_a_wrong_file_are_named() {
    let mut lab = Lab::new();
    lab.env
        .insert("AZCONNECT_SUBSCRIPTION".into(), LONG_GUID.into());
    is_refused(
        &lab,
        &["init", "spot-cost-intelligence", "--yes"],
        "AZCONNECT_SUBSCRIPTION",
    );
    lab.env.remove("AZCONNECT_SUBSCRIPTION");
    for (text, place) in [
        (format!("tenant = \"{LONG_GUID}\""), "key `tenant`"),
        ("tenat = \"x\"".to_owned(), "`tenat`"),
        ("client_secret = \"x\"".to_owned(), "never read"),
        ("tenant = ".to_owned(), "no TOML"),
        ("{\"tenant\": ".to_owned(), "no JSON"),
        ("tenant = { a = 1 }".to_owned(), "`tenant`"),
    ] {
        let file = lab.home().join("answers.toml");
        std::fs::write(&file, text).unwrap();
        let file = file.display().to_string();
        let document = is_refused(&lab, &["init", "--yes", "--answers", &file], place);
        assert!(
            document["error"].to_string().contains("answers.toml"),
            "{document:#}"
        );
    }
}

#[test]
fn a_wrong_cloud_file_is_named_with_its_place() {
    let lab = Lab::new();
    let whole = std::fs::read_to_string(lab.home().join("cloud.toml")).unwrap();
    let without = |key: &str| -> String {
        let kept = whole.lines().filter(|line| !line.starts_with(key));
        kept.map(|line| format!("{line}\n")).collect()
    };
    let arm = &lab.sandbox().endpoints().arm;
    for (text, place) in [
        (without("graph ="), "`graph`"),
        (without("login ="), "`login`"),
        (whole.replace(arm, &arm.replace("https", "http")), "`arm`"),
        (whole.replace(arm, "https://user:pass@127.0.0.1"), "`arm`"),
        (whole.replace(arm, "nowhere"), "`arm`"),
        (format!("{whole}verify = false\n"), "verify"),
        ("nonsense".to_owned(), "line 1"),
        (whole.replace("ca.pem", "cloud.toml"), "cloud.toml"),
        (whole.replace("ca.pem", "gone.pem"), "gone.pem"),
    ] {
        std::fs::write(lab.home().join("bad.toml"), text).unwrap();
        let arguments = [
            "init",
            "spot-cost-intelligence",
            "--yes",
            "--cloud",
            "bad.toml",
        ];
        is_refused(&lab, &arguments, place);
    }
    is_refused(&lab, &["init", "--yes", "--cloud", "mars"], "`mars`");
}

#[test]
fn a_secrets_id_is_not_taken_for_the_secret() {
    let mut lab = Lab::new();
    let file = lab.home().join("secret");
    std::fs::write(&file, GUID).unwrap();
    let file = file.display().to_string();
    let arguments = [
        "init",
        "spot-cost-intelligence",
        "--yes",
        "--app-id",
        GUID,
        "--client-secret-file",
        &file,
    ];
    is_refused(&lab, &arguments, "Secret ID");
    lab.env
        .insert("AZCONNECT_CLIENT_SECRET".into(), GUID.into());
    let arguments = ["init", "spot-cost-intelligence", "--yes", "--app-id", GUID];
    is_refused(&lab, &arguments, "Secret ID");
    let arguments = ["check", "--tenant", GUID, "--client-id", GUID];
    is_refused(&lab, &arguments, "Secret ID");
}

#[test]
fn a_vendor_that_is_unknown() {
    let lab = Lab::new();
    is_refused(&lab, &["init", "spot", "--yes"], "spot-cost-intelligence");
    is_refused(&lab, &["vendors", "nobody"], "`nobody`");
    let number = ["init", "optima-csp", "--yes", "--partner-id", "V-4391507"];
    is_refused(&lab, &number, "digits only");
    let domain = ["init", "optima-csp", "--yes", "--default-domain", "contoso"];
    is_refused(&lab, &domain, "no domain");
}

#[test]
fn a_connection_that_is_not_there() {
    let lab = Lab::new();
    for command in ["check", "show", "handover", "remove"] {
        is_refused(&lab, &[command, "nothing"], "nothing");
        is_refused(&lab, &[command, "../../etc/passwd"], "passwd");
    }
}

#[test]
fn a_wrong_command_line_is_one_document_too() {
    let lab = Lab::new();
    for arguments in [
        vec!["--output", "json"],
        vec!["--output", "json", "nonsense"],
        vec!["--output=json", "check", "--al"],
        vec!["handover", "--output", "json"],
        vec!["init", "--output", "json", "--resume", "--fresh"],
        vec!["-q", "-v", "list", "--output", "json"],
    ] {
        let ran = lab.run(&arguments).exits(2);
        let document = ran.json();
        assert_eq!(document["exit"], "usage", "{arguments:?}");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(
            !message.is_empty() && !message.starts_with("error"),
            "{message}"
        );
    }
}

/// What people may type, and what nobody would.
fn word() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(vec![
        "init",
        "check",
        "list",
        "show",
        "handover",
        "remove",
        "vendors",
        "completions",
        "man",
        "sandbox",
        "--reset",
        "--yes",
        "--no-input",
        "--plain",
        "--output",
        "json",
        "events",
        "text",
        "--sandbox",
        "--cloud",
        "public",
        "--tenant",
        "--all",
        "--strict",
        "--resume",
        "--fresh",
        "--plan",
        "--store",
        "none",
        "--subscription",
        "all",
        "spot-cost-intelligence",
        "--app-name",
        "--demo",
        "-vv",
        "-q",
        "--",
        "--help",
        "-y",
        "--reveal",
        "--timeout",
    ]);
    prop_oneof![
        4 => known.prop_map(str::to_owned),
        1 => "[^\u{0}]{0,12}",
    ]
}

#[test]
fn no_words_make_it_panic() {
    let mut lab = Lab::new();
    // Nothing listens here: a run that gets as far as the network ends at once.
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let cloud = std::fs::read_to_string(lab.home().join("cloud.toml")).unwrap();
    let endpoints = lab.sandbox().endpoints().clone();
    let nowhere = format!("https://{closed}");
    let cloud = [&endpoints.login, &endpoints.graph, &endpoints.arm]
        .iter()
        .fold(cloud, |text, endpoint| {
            text.replace(endpoint.as_str(), &nowhere)
        });
    std::fs::write(lab.home().join("cloud.toml"), cloud).unwrap();
    lab.env
        .insert("HTTPS_PROXY".into(), format!("http://{closed}"));
    lab.env.retain(|name, _| !name.starts_with("AZURE_"));
    let lab = lab;
    let config = ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(words in proptest::collection::vec(word(), 0..7))| {
        // `sandbox` as a server runs until it is stopped.
        prop_assume!(words.first().is_none_or(|word| word != "sandbox") && !words.iter().any(|word| word == "sandbox"));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut child = lab.start(&words);
        let ended = wait(&mut child);
        prop_assert!(ended.is_some(), "it hangs: {words:?}");
        let code = ended.flatten().unwrap_or(-1);
        prop_assert!(![-1, 70, 101, 134].contains(&code), "{words:?} ended with {code}");
    });
}

/// How a child ends: none for one that hangs.
fn wait(child: &mut std::process::Child) -> Option<Option<i32>> {
    // The pipes are read, lest a child with much to say waits for a reader.
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let readers = [
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink())),
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink())),
    ];
    for _ in 0..6000 {
        if let Some(status) = child.try_wait().unwrap() {
            for reader in readers {
                reader.join().unwrap().unwrap();
            }
            return Some(status.code());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}
