//! What others wrote arrives whole, and is never run. A program in the place of `az` writes down what it is told.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "bash and a stub of az are run")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::azure::cloud::Cloud;
use crate::connection::{Application, ConnectionSpec, Credential, Directory, ScopeChoice};
use crate::plan::Plan;

/// It knows no application until one is registered, and writes each of its arguments down, with a zero byte behind.
const STUB: &str = r#"#!/usr/bin/env bash
printf '%s\0' "$@" >>told
case "$*" in
  "account show"*) echo c0470500-0000-4000-8000-000000000001 ;;
  *deletedItems*) exit 1 ;;
  *"--method patch"*uniqueName*) touch registered ;;
  *addPassword*) echo 'abc~secret' ;;
  *keyCredentials*) ;;
  *uniqueName*)
    if [ ! -e registered ]; then
      echo 'ERROR: Not Found({})' >&2
      exit 3
    fi
    echo 'a0000000-0000-4000-8000-000000000001 c0000000-0000-4000-8000-000000000001'
    ;;
  *"--method get"*"servicePrincipals(appId"*) echo e0000000-0000-4000-8000-000000000001 ;;
  *"--method get"*"applications(appId"*) echo a0000000-0000-4000-8000-000000000001 ;;
esac
"#;

fn spec(application: Application, credential: Credential, scope_name: &str) -> ConnectionSpec {
    ConnectionSpec {
        name: "spot".parse().unwrap(),
        vendor: "spot-cost-intelligence".to_owned(),
        cloud: "public".to_owned(),
        directory: Directory {
            id: "c0470500-0000-4000-8000-000000000001".parse().unwrap(),
            display_name: scope_name.to_owned(),
            default_domain: None,
        },
        agreement: None,
        scopes: vec![ScopeChoice {
            scope: "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e"
                .parse()
                .unwrap(),
            display_name: scope_name.to_owned(),
        }],
        application,
        credential,
        store: "keyring".to_owned(),
        storage: None,
        exports: Vec::new(),
        backfill_months: 0,
        partner: None,
    }
}

fn own(display_name: &str) -> Application {
    Application::Own {
        display_name: display_name.to_owned(),
        unique_name: "azconnect-spot".to_owned(),
        redirect_uris: vec!["https://spot.io".to_owned()],
    }
}

fn written(spec: &ConnectionSpec, change: impl FnOnce(&mut Draft<'_>)) -> String {
    let vendor = crate::vendors::find(&spec.vendor).unwrap();
    let cloud = Cloud::named("public").unwrap();
    let plan = Plan::new(spec, vendor, None, Some("a file")).unwrap();
    let mut draft = Draft::new(&plan, spec, vendor, &cloud);
    change(&mut draft);
    write(&draft).files.remove(0).text
}

/// Runs a script in a folder, with the stub in the place of `az`; everything that it was told.
fn run(folder: &Path, script: &str, arguments: &[&str]) -> (Output, Vec<String>) {
    std::fs::write(folder.join("script.sh"), script).unwrap();
    std::fs::write(folder.join("az"), STUB).unwrap();
    std::fs::set_permissions(folder.join("az"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let output = Command::new("bash")
        .arg("script.sh")
        .args(arguments)
        .env("PATH", path)
        .env_remove("AZCONNECT_SECRET_FILE")
        .current_dir(folder)
        .output()
        .unwrap();
    let told = std::fs::read(folder.join("told")).unwrap_or_default();
    let told = String::from_utf8(told).unwrap();
    (output, told.split('\0').map(str::to_owned).collect())
}

/// The bodies that were sent.
fn bodies(told: &[String]) -> Vec<Value> {
    told.windows(2)
        .filter(|pair| pair[0] == "--body")
        .map(|pair| serde_json::from_str(&pair[1]).unwrap())
        .collect()
}

fn is_well(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

/// What breaks out where it is not quoted, among whatever else.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("$(touch pwned)".to_owned()),
        Just("`touch pwned`".to_owned()),
        Just("'; touch pwned; '".to_owned()),
        Just("\ntouch pwned\n".to_owned()),
        Just("${IFS}".to_owned()),
        Just("!!".to_owned()),
        Just("%s%n".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("株式会社".to_owned()),
        "[ -~]{1,8}",
        any::<char>()
            .prop_filter("no shell has it", |c| *c != '\0')
            .prop_map(|c| c.to_string()),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_name_arrives_whole_and_is_never_run(name in hostile(), scope in hostile(), folder in hostile()) {
        let home = tempfile::tempdir().unwrap();
        let spec = spec(own(&name), Credential::NewSecret { days: 90 }, &scope);
        let script = written(&spec, |draft| {
            draft.go_on = format!("azconnect init {}", crate::text::shell_word(&folder));
            draft.errands = vec![Errand { title: name.clone(), lines: vec![scope.clone()], link: folder.clone() }];
        });
        let (output, told) = run(home.path(), &script, &[]);
        is_well(&output);
        prop_assert!(!home.path().join("pwned").exists(), "{script}");
        let bodies = bodies(&told);
        let app = bodies.iter().find(|body| body.get("displayName").is_some()).unwrap();
        prop_assert_eq!(app["displayName"].as_str().unwrap(), name);
        let left = std::fs::read_to_string(home.path().join("azconnect-spot.env")).unwrap();
        prop_assert!(left.ends_with("AZURE_CLIENT_SECRET=abc~secret\n"), "{left}");
        let role = bodies.iter().find(|body| body["properties"].get("principalType").is_some()).unwrap();
        prop_assert_eq!(&role["properties"]["principalId"], "e0000000-0000-4000-8000-000000000001");
        prop_assert!(!told.iter().any(|word| word.contains("abc~secret")), "the secret was an argument");
    }

    #[test]
    fn a_federated_credential_arrives_whole(subject in hostile(), issuer in hostile()) {
        let home = tempfile::tempdir().unwrap();
        let credential = Credential::Federated { issuer: issuer.clone(), subject: subject.clone(), audience: "api://AzureADTokenExchange".to_owned() };
        let script = written(&spec(own("app"), credential, "Contoso"), |_| {});
        let (output, told) = run(home.path(), &script, &[]);
        is_well(&output);
        prop_assert!(!home.path().join("pwned").exists(), "{script}");
        let bodies = bodies(&told);
        let body = bodies.iter().find(|body| body.get("issuer").is_some()).unwrap();
        prop_assert_eq!(body["issuer"].as_str().unwrap(), issuer);
        prop_assert_eq!(body["subject"].as_str().unwrap(), subject);
        prop_assert!(told.iter().any(|word| word.starts_with("value[?issuer==`\"")), "{told:?}");
    }
}

#[test]
fn a_role_has_the_name_that_azconnect_gives_it() {
    let home = tempfile::tempdir().unwrap();
    let spec = spec(own("app"), Credential::NewSecret { days: 90 }, "Contoso");
    let (output, told) = run(home.path(), &written(&spec, |_| {}), &[]);
    is_well(&output);
    let names = uuid::uuid!("6d5e1b3e-3f0c-4c61-9a55-1f6f2f4f90ac");
    let seed = "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e|e0000000-0000-4000-8000-000000000001|acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let name = uuid::Uuid::new_v5(&names, seed.as_bytes()).to_string();
    assert!(
        told.iter()
            .any(|word| word.contains(&format!("/roleAssignments/{name}?"))),
        "{name}: {told:#?}"
    );
}

#[test]
fn a_run_that_was_cut_off_leaves_no_secret_that_nobody_has() {
    let home = tempfile::tempdir().unwrap();
    let spec = spec(own("app"), Credential::NewSecret { days: 90 }, "Contoso");
    std::fs::write(
        home.path().join("azconnect-spot.env.note"),
        "azconnect spot x",
    )
    .unwrap();
    let (output, told) = run(home.path(), &written(&spec, |_| {}), &[]);
    is_well(&output);
    let looked = "passwordCredentials[?displayName=='azconnect spot x'].keyId";
    assert!(told.iter().any(|word| word == looked), "{told:#?}");
    assert!(!home.path().join("azconnect-spot.env.note").exists());
}

#[test]
fn a_file_of_something_else_is_never_written_over() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("azconnect-spot.env");
    std::fs::write(&file, "AZURE_CLIENT_ID=another\n").unwrap();
    let spec = spec(own("app"), Credential::NewSecret { days: 90 }, "Contoso");
    let (output, told) = run(home.path(), &written(&spec, |_| {}), &[]);
    assert!(!output.status.success());
    assert!(!told.iter().any(|word| word.contains("addPassword")));
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "AZURE_CLIENT_ID=another\n"
    );
}

#[test]
fn a_script_for_another_directory_stops_before_it_does_anything() {
    let home = tempfile::tempdir().unwrap();
    let mut spec = spec(own("app"), Credential::NewSecret { days: 90 }, "Contoso");
    spec.directory.id = "c0470500-0000-4000-8000-00000000000f".parse().unwrap();
    let (output, told) = run(home.path(), &written(&spec, |_| {}), &[]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("another directory"));
    assert!(!told.iter().any(|word| word == "rest"), "{told:?}");
}

#[test]
fn a_script_without_an_application_takes_it_as_its_argument() {
    let home = tempfile::tempdir().unwrap();
    let spec = spec(own("app"), Credential::NewSecret { days: 90 }, "Contoso");
    let script = written(&spec, |draft| {
        let is_left = |task: &Task| matches!(task.declared, Declared::Secret { .. });
        draft.tasks.retain(is_left);
    });
    let (output, _) = run(home.path(), &script, &[]);
    assert!(!output.status.success());
    let client = "c0000000-0000-4000-8000-000000000001";
    let (output, told) = run(home.path(), &script, &[client]);
    is_well(&output);
    assert!(
        told.iter()
            .any(|word| word.ends_with("/a0000000-0000-4000-8000-000000000001/addPassword"))
    );
}

#[test]
fn a_certificate_that_is_made_stays_in_its_file_and_its_public_half_is_added() {
    let home = tempfile::tempdir().unwrap();
    let spec = spec(
        own("app"),
        Credential::NewCertificate { days: 90 },
        "Contoso",
    );
    let (output, told) = run(home.path(), &written(&spec, |_| {}), &[]);
    is_well(&output);
    let file = home.path().join("azconnect-spot.env");
    let pem = std::fs::read_to_string(&file).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----") && pem.contains("PRIVATE KEY-----"));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let public = std::fs::read_to_string(home.path().join("azconnect-spot.env.cer")).unwrap();
    assert!(!public.contains("PRIVATE"));
    let bodies = bodies(&told);
    let body = bodies
        .iter()
        .find(|body| body.get("keyCredentials").is_some())
        .unwrap();
    let flat = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>()
    };
    assert_eq!(
        body["keyCredentials"][0]["key"].as_str().unwrap(),
        flat(&public)
    );
    assert!(!told.iter().any(|word| word.contains("PRIVATE")));
}
