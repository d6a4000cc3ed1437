//! Credentials beside secrets: a certificate made here, the vendor's own, and the tokens of another identity provider.

use std::fs;
use std::path::{Path, PathBuf};

use azconnect::sandbox::{Application, State, ids};
use serde_json::Value;

use crate::aftermath::azure;
use crate::lab::{Lab, Ran};

/// Connects any other tool, with further arguments.
fn init(lab: &Lab, more: &[&str]) -> Ran {
    let words: Vec<&str> = [
        "init",
        "generic",
        "--connection",
        "tool",
        "--yes",
        "--output",
        "json",
    ]
    .iter()
    .chain(more)
    .copied()
    .collect();
    lab.run(&words)
}

fn app(state: &mut State) -> &mut Application {
    let ours = |app: &&mut Application| app.tags.contains(&"azconnect".into());
    state.applications.values_mut().find(ours).unwrap()
}

fn pem_store(lab: &Lab) -> String {
    format!("file:{}", lab.home().join("tool.pem").display())
}

fn made_here(lab: &Lab, more: &[&str]) -> Ran {
    let store = pem_store(lab);
    let words: Vec<&str> = ["--credential", "certificate", "--store", &store]
        .iter()
        .chain(more)
        .copied()
        .collect();
    init(lab, &words)
}

fn check_of(document: &Value, id: &str) -> String {
    let checks = document["checks"].as_array().unwrap().iter();
    let mut found = checks.filter(|check| check["id"] == id);
    found.next().unwrap()["status"].as_str().unwrap().to_owned()
}

fn value(document: &Value, key: &str) -> Option<String> {
    let fields = document["handover"]["fields"].as_array().unwrap().iter();
    let mut found = fields.filter(|field| field["key"] == key);
    found
        .next()
        .map(|field| field["value"].as_str().unwrap_or_default().to_owned())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| entry.path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// A certificate of the vendor, as PEM and DER.
fn vendors_own(lab: &Lab) -> (String, Vec<u8>) {
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
        .unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2036, 1, 1);
    let made = params.self_signed(&pair).unwrap();
    fs::write(lab.home().join("vendor.pem"), made.pem()).unwrap();
    fs::write(lab.home().join("vendor.cer"), made.der()).unwrap();
    (made.pem(), made.der().to_vec())
}

#[test]
fn a_certificate_is_made_proven_kept_found_again_rotated_and_taken_back() {
    let lab = Lab::new();
    let before = azure(&lab);
    let log = lab.home().join("log.txt").display().to_string();
    let document = made_here(&lab, &["--secret-days", "90", "-vv", "--log-file", &log])
        .exits(0)
        .json();
    assert_eq!(check_of(&document, "entra.token"), "pass");
    let credential = document["connection"]["credential"].clone();
    assert_eq!(credential["kind"], "certificate");
    assert_eq!(credential["stored_in"], pem_store(&lab));
    assert_eq!(value(&document, "client_secret"), None);
    let path = value(&document, "certificate_path").unwrap();
    assert_eq!(
        value(&document, "certificate_thumbprint").unwrap().len(),
        40
    );
    let kept = fs::read_to_string(&path).unwrap();
    assert!(kept.contains("BEGIN PRIVATE KEY") && kept.contains("BEGIN CERTIFICATE"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let key = kept
        .split_once("PRIVATE KEY-----")
        .unwrap()
        .1
        .lines()
        .nth(2)
        .unwrap()
        .to_owned();
    for file in files(lab.home()) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        assert_eq!(
            text.contains(&key),
            file.ends_with("tool.pem"),
            "{}",
            file.display()
        );
    }
    let keys = |lab: &Lab| lab.state(|state| app(state).key_credentials.clone());
    assert_eq!(keys(&lab).len(), 1);
    assert!(lab.state(|state| app(state).password_credentials.is_empty()));

    // Again: nothing is made.
    let again = made_here(&lab, &[]).exits(0).json();
    assert!(
        again["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["status"] == "found")
    );
    lab.run(&["check", "tool"]).exits(0);
    let shown = lab.run(&["handover", "tool", "--reveal"]).exits(0);
    assert!(!shown.stdout.contains(&key) && shown.stdout.contains(&path));
    let shown = lab.run(&["show", "tool"]).exits(0);
    assert!(shown.stdout.contains("Certificate"), "{shown:#?}");

    // Rotated: another key, and only it.
    let old = keys(&lab)[0].key_id;
    let rotated = lab
        .run(&["rotate", "tool", "--yes", "--output", "json"])
        .exits(0)
        .json();
    assert_eq!(check_of(&rotated, "entra.token"), "pass");
    assert_eq!(keys(&lab).len(), 1);
    assert_ne!(keys(&lab)[0].key_id, old);
    assert_ne!(fs::read_to_string(&path).unwrap(), kept);
    lab.run(&["check", "tool"]).exits(0);

    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert_eq!(azure(&lab), before);
    assert!(!lab.home().join("tool.pem").exists());
}

#[test]
fn no_key_is_made_that_could_not_be_kept() {
    let lab = Lab::new();
    let error = init(&lab, &["--credential", "certificate", "--store", "none"]).exits(2);
    assert_eq!(error.json()["error"]["code"], "certificate_unkept");
    // Another's file is not replaced.
    fs::write(
        lab.home().join("tool.pem"),
        "AZURE_CLIENT_ID=00000000-0000-4000-8000-000000000009\n-----BEGIN CERTIFICATE-----\nx\n",
    )
    .unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mine = fs::Permissions::from_mode(0o600);
        fs::set_permissions(lab.home().join("tool.pem"), mine).unwrap();
    }
    let before = fs::read(lab.home().join("tool.pem")).unwrap();
    let error = made_here(&lab, &[]).json();
    assert_eq!(error["error"]["code"], "store_file_taken", "{error:#}");
    assert_eq!(fs::read(lab.home().join("tool.pem")).unwrap(), before);
    assert!(
        lab.state(|state| app(state).key_credentials.is_empty()),
        "its certificate was taken back"
    );
}

#[test]
fn the_vendors_certificate_is_added_beside_others_found_by_content_and_taken_back() {
    let lab = Lab::new();
    let before = azure(&lab);
    let (pem, _) = vendors_own(&lab);
    let given = |file: &str| {
        init(
            &lab,
            &["--credential", "certificate", "--certificate", file],
        )
    };
    let document = given("vendor.pem").exits(0).json();
    assert_eq!(check_of(&document, "entra.token"), "skip");
    assert_eq!(document["connection"]["credential"]["stored_in"], "none");
    assert_eq!(value(&document, "certificate_path"), None);
    assert!(value(&document, "certificate_thumbprint").is_some());
    // The same in the other form is found by its content.
    let again = given("vendor.cer").exits(0).json();
    assert!(
        again["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["status"] == "found"),
        "{again:#}"
    );
    let checked = lab
        .run(&["check", "tool", "--output", "json"])
        .exits(0)
        .json();
    assert_eq!(check_of(&checked, "entra.token"), "skip");
    let error = lab
        .run(&["rotate", "tool", "--yes", "--output", "json"])
        .exits(2)
        .json();
    assert_eq!(error["error"]["code"], "nothing_to_rotate");

    // A second one leaves the first where it is.
    vendors_own(&lab);
    given("vendor.pem").exits(0);
    let keys = lab.state(|state| app(state).key_credentials.clone());
    assert_eq!(keys.len(), 2);
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    assert_eq!(keys[0].key, body);
    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert_eq!(azure(&lab), before);
}

#[test]
fn a_private_key_is_refused_where_a_public_certificate_is_asked_for() {
    let lab = Lab::new();
    made_here(&lab, &[]).exits(0);
    let file = lab.home().join("tool.pem").display().to_string();
    let error = init(
        &lab,
        &["--credential", "certificate", "--certificate", &file],
    )
    .exits(2)
    .json();
    assert_eq!(error["error"]["code"], "certificate_file");
    assert!(
        error["error"]["message"]
            .to_string()
            .contains("private key")
    );
}

#[test]
fn a_federated_credential_has_nothing_to_keep_and_is_proven_where_its_tokens_are() {
    let mut lab = Lab::new();
    let before = azure(&lab);
    let preset = [
        "--credential",
        "federated",
        "--federated",
        "github:contoso/billing:ref:refs/heads/main",
    ];
    let document = init(&lab, &preset).exits(0).json();
    assert_eq!(check_of(&document, "entra.token"), "skip");
    assert_eq!(check_of(&document, "entra.credential-expiry"), "pass");
    assert_eq!(document["connection"]["credential"]["kind"], "federated");
    assert_eq!(value(&document, "client_secret"), None);
    assert_eq!(
        value(&document, "federated_subject").unwrap(),
        "repo:contoso/billing:ref:refs/heads/main"
    );
    let made = lab.state(|state| app(state).federated_identity_credentials.clone());
    assert_eq!(made.len(), 1);
    assert_eq!(
        made[0].issuer,
        "https://token.actions.githubusercontent.com"
    );
    assert_eq!(made[0].audiences, ["api://AzureADTokenExchange"]);
    let again = init(&lab, &preset).exits(0).json();
    assert!(
        again["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["status"] == "found")
    );
    lab.run(&["check", "tool"]).exits(0);

    // From where the tokens are made it can be proven.
    let now = jiff::Timestamp::now().as_second();
    let claims = serde_json::json!({
        "iss": "https://token.actions.githubusercontent.com", "sub": "repo:contoso/billing:ref:refs/heads/main",
        "aud": "api://AzureADTokenExchange", "nbf": now - 60, "iat": now, "exp": now + 600,
    });
    let key = jsonwebtoken::EncodingKey::from_secret(b"whoever");
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap();
    fs::write(lab.home().join("token"), token).unwrap();
    lab.env.insert(
        "AZURE_FEDERATED_TOKEN_FILE".to_owned(),
        lab.home().join("token").display().to_string(),
    );
    let checked = lab
        .run(&["check", "tool", "--output", "json"])
        .exits(0)
        .json();
    assert_eq!(check_of(&checked, "entra.token"), "pass");
    lab.env.remove("AZURE_FEDERATED_TOKEN_FILE");
    lab.run(&["rotate", "tool", "--yes"]).exits(2);
    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert_eq!(azure(&lab), before);
}

#[test]
fn what_a_vendor_does_not_take_or_what_is_incomplete_is_refused_before_any_write() {
    let lab = Lab::new();
    let before = azure(&lab);
    let error = lab
        .run_init(&["--credential", "certificate"])
        .exits(2)
        .json();
    assert_eq!(error["error"]["code"], "credential_not_taken");
    assert!(error["error"]["hints"].to_string().contains("secret"));
    let error = init(
        &lab,
        &[
            "--credential",
            "federated",
            "--issuer",
            "https://idp.example",
        ],
    )
    .exits(2)
    .json();
    assert_eq!(error["error"]["code"], "federated_incomplete");
    init(
        &lab,
        &["--credential", "federated", "--federated", "github:contoso"],
    )
    .exits(2);
    assert_eq!(azure(&lab), before);
}

/// A service principal of somebody else's: its object ID, its client ID, and the object ID of its app registration.
fn somebodys(lab: &Lab) -> (String, String, String) {
    lab.state(|state| {
        let app = state.add_application(ids::TENANT, "Billing robot");
        let client_id = state.applications[&app].app_id;
        let mut principal = state.service_principals.values().next().unwrap().clone();
        principal.id = uuid::Uuid::from_u128(77);
        principal.app_id = client_id;
        principal.display_name = "Billing robot".to_owned();
        let id = principal.id;
        state.service_principals.insert(id, principal);
        (id.to_string(), client_id.to_string(), app.to_string())
    })
}

#[test]
fn a_principal_that_exists_gets_roles_and_nothing_else() {
    let lab = Lab::new();
    let (principal, client_id, app_object) = somebodys(&lab);
    let before = azure(&lab);
    let document = init(&lab, &["--principal-id", &principal]).exits(0).json();
    let steps = document["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 2, "{document:#}");
    assert_eq!(steps[0]["status"], "found");
    assert_eq!(steps[1]["status"], "done");
    assert_eq!(document["connection"]["client_id"], client_id);
    assert_eq!(
        document["connection"]["service_principal_object_id"],
        principal
    );
    assert_eq!(check_of(&document, "entra.token"), "skip");
    let given = lab.state(|state| state.role_assignments.len());
    assert_eq!(given, before.role_assignments.len() + 1);
    let again = init(&lab, &["--principal-id", &principal]).exits(0).json();
    assert!(
        again["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["status"] == "found")
    );
    lab.run(&["check", "tool"]).exits(0);
    lab.run(&["rotate", "tool", "--yes"]).exits(2);
    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert_eq!(azure(&lab), before);

    // The two other ids that people paste are told apart, and the right one is named.
    for (wrong, words) in [
        (&client_id, "client) ID"),
        (&app_object, "app registration"),
    ] {
        let error = init(&lab, &["--principal-id", wrong]).exits(2).json();
        let text = error["error"].to_string();
        assert_eq!(error["error"]["code"], "principal_id_of_another");
        assert!(text.contains(words) && text.contains(&principal), "{text}");
    }
    let nobody = "00000000-0000-4000-8000-00000000dead";
    let error = init(&lab, &["--principal-id", nobody]).exits(2).json();
    assert_eq!(error["error"]["code"], "principal_unknown");
    let error = init(
        &lab,
        &["--principal-id", &principal, "--credential", "secret"],
    )
    .exits(2);
    assert_eq!(error.json()["error"]["code"], "principal_and_more");
    assert_eq!(azure(&lab), before);
}
