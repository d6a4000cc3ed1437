//! `--store key-vault:NAME` from the built binary: a key vault keeps the secret for a connection's whole life.

use azconnect::sandbox::{KeyVault, LogEntry, Service, State, VaultSecret, ids};

use crate::lab::{Lab, Ran};

const STORE: &str = "key-vault:contoso-vault";

fn init(lab: &Lab, store: &str) -> Ran {
    lab.run(&[
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--output",
        "json",
        "--store",
        store,
    ])
}

fn vault(state: &mut State) -> &mut KeyVault {
    state.key_vaults.get_mut(ids::KEY_VAULT).unwrap()
}

/// The connection's secret in the vault.
fn kept(lab: &Lab) -> Option<VaultSecret> {
    lab.state(|state| vault(state).secrets.get("azconnect-spot").cloned())
}

/// The value that is current in the vault.
fn value(lab: &Lab) -> String {
    kept(lab).unwrap().versions.last().unwrap().value.clone()
}

/// How many apps of ours there are, and how many secrets they have.
fn made(lab: &Lab) -> (usize, usize) {
    lab.state(|state| {
        let all = state.applications.values();
        let ours = all.filter(|app| app.unique_name.is_some() && app.deleted_at.is_none());
        ours.fold((0, 0), |(apps, secrets), app| {
            (apps + 1, secrets + app.password_credentials.len())
        })
    })
}

fn asked(lab: &Lab) -> Vec<LogEntry> {
    let log = lab.log().into_iter();
    log.filter(|entry| entry.service == Service::KeyVault)
        .collect()
}

#[test]
fn a_vault_keeps_the_secret_for_a_connections_whole_life() {
    let lab = Lab::new();
    let document = init(&lab, STORE).exits(0).json();
    assert_eq!(document["connection"]["credential"]["stored_in"], STORE);
    let secret = value(&lab);
    let tags = kept(&lab).unwrap().versions[0].tags.clone();
    assert_eq!(tags["managed-by"], "azconnect");
    assert_eq!(tags["connection"], "spot");
    assert_eq!(tags["tenant-id"], ids::TENANT.to_string());
    let log = asked(&lab);
    assert_eq!(
        log[0].status,
        Some(401),
        "the vault says which directory it trusts"
    );
    assert!(!log[0].request_headers.contains_key("authorization"));
    assert!(
        log[1].path.ends_with("/azconnect--probe"),
        "{}",
        log[1].path
    );

    lab.run(&["check", "spot"]).exits(0);
    let shown = lab.run(&["handover", "spot", "--reveal"]).exits(0);
    assert!(shown.stdout.contains(&secret));
    init(&lab, STORE).exits(0);
    assert_eq!(
        made(&lab),
        (1, 1),
        "a second run finds what the first one kept"
    );
    assert_eq!(kept(&lab).unwrap().versions.len(), 1);

    lab.run(&["remove", "spot", "--yes"]).exits(0);
    assert!(kept(&lab).unwrap().deleted_at.is_some());
    assert_eq!(made(&lab), (0, 0));
}

#[test]
fn a_connection_that_is_made_again_gets_its_deleted_secrets_name() {
    let lab = Lab::new();
    init(&lab, STORE).exits(0);
    let first = value(&lab);
    lab.run(&["remove", "spot", "--yes"]).exits(0);
    init(&lab, STORE).exits(0);
    assert_ne!(value(&lab), first);
    assert!(kept(&lab).unwrap().deleted_at.is_none());
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn one_vault_in_two_spellings_is_one_place() {
    let lab = Lab::new();
    init(&lab, STORE).exits(0);
    let secret = value(&lab);
    let address = format!(
        "key-vault:{}/contoso-vault/",
        lab.sandbox().endpoints().key_vault
    );
    for store in [address.as_str(), "key-vault:Contoso-Vault"] {
        let document = init(&lab, store).exits(0).json();
        assert_eq!(document["connection"]["credential"]["stored_in"], STORE);
        assert!(
            kept(&lab).unwrap().deleted_at.is_none(),
            "moved onto itself"
        );
        assert_eq!(value(&lab), secret);
    }
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn each_shut_door_is_named_before_anything_is_made() {
    type Shut = fn(&mut State);
    let doors: [(&str, &str, Shut); 4] = [
        ("ForbiddenByRbac", "Key Vault Secrets Officer", |state| {
            vault(state).access.clear();
        }),
        (
            "ForbiddenByPolicy",
            "set-policy --name contoso-vault",
            |state| {
                vault(state).access.clear();
                vault(state).uses_roles = false;
            },
        ),
        ("ForbiddenByFirewall", "network-rule add", |state| {
            vault(state).firewall_closed = true;
        }),
        ("VaultNotFound", "az keyvault list", |state| {
            state.key_vaults.clear();
        }),
    ];
    for (code, fix, shut) in doors {
        let lab = Lab::new();
        lab.state(shut);
        let document = init(&lab, STORE).exits(8).json();
        let error = &document["error"];
        assert_eq!(error["code"], code);
        assert!(error.to_string().contains(fix), "{error}");
        assert!(error.to_string().contains("--store file:PATH"), "{error}");
        assert_eq!(made(&lab), (0, 0), "{code}");
    }
}

#[test]
fn a_secret_of_another_directory_is_left_alone() {
    let lab = Lab::new();
    init(&lab, STORE).exits(0);
    let other = |state: &mut State| {
        let secret = vault(state).secrets.get_mut("azconnect-spot").unwrap();
        let version = secret.versions.last_mut().unwrap();
        version
            .tags
            .insert("tenant-id".to_owned(), ids::FABRIKAM_TENANT.to_string());
        version.value.clone()
    };
    let value_before = lab.state(other);
    std::fs::remove_dir_all(lab.home().join("azconnect")).unwrap();
    let document = init(&lab, STORE).exits(8).json();
    assert_eq!(document["error"]["code"], "store_vault_taken");
    assert_eq!(value(&lab), value_before);
}

#[test]
fn what_is_no_vault_is_refused_at_once() {
    let lab = Lab::new();
    for store in [
        "key-vault:",
        "key-vault:a--b",
        "key-vault:http://x.vault.azure.net",
    ] {
        let document = init(&lab, store).exits(2).json();
        assert!(
            document
                .to_string()
                .contains("contoso-vault.vault.azure.net"),
            "{document}"
        );
    }
    let elsewhere = "key-vault:https://contoso-vault.vault.azure.net.example";
    let document = init(&lab, elsewhere).exits(2).json();
    assert_eq!(document["error"]["code"], "invalid_store");
    assert!(asked(&lab).is_empty());
    assert_eq!(made(&lab), (0, 0));
}

#[test]
fn a_challenge_for_another_audience_gets_no_token() {
    let lab = Lab::new();
    let file = lab.env["AZCONNECT_CLOUD"].clone();
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("https://vault.azure.net", "https://storage.azure.com");
    std::fs::write(&file, text).unwrap();
    let document = init(&lab, STORE).exits(1).json();
    let error = document["error"].to_string();
    assert!(error.contains("which is none for key vaults"), "{error}");
    assert_eq!(asked(&lab).len(), 1, "nothing was sent after the challenge");
    assert_eq!(made(&lab), (0, 0));
}

/// What `exec` hands on, what `check` signs in with and what `rotate` replaces is the vault's, and the vault knows when it ends.
#[test]
fn a_vaults_secret_is_used_rotated_and_ends_when_the_credential_does() {
    let lab = Lab::new();
    let ends = |document: &serde_json::Value| {
        let ends = document["connection"]["credential"]["expires_at"]
            .as_str()
            .unwrap();
        ends.parse::<jiff::Timestamp>().unwrap().as_second()
    };
    let said = |lab: &Lab| kept(lab).unwrap().versions.last().unwrap().expires;
    let made_first = init(&lab, STORE).exits(0).json();
    assert_eq!(said(&lab), Some(ends(&made_first)));
    let first = value(&lab);
    let script = "echo \"$AZURE_CLIENT_SECRET\"";
    let ran = lab
        .run(&["exec", "spot", "--", "sh", "-c", script])
        .exits(0);
    assert_eq!(ran.stdout.trim(), first);

    lab.run(&["rotate", "spot", "--secret-days", "30", "--yes"])
        .exits(0);
    assert_ne!(value(&lab), first);
    assert_eq!(made(&lab), (1, 1));
    let shown = lab
        .run(&["show", "spot", "--output", "json"])
        .exits(0)
        .json();
    assert!(ends(&shown) < ends(&made_first));
    assert_eq!(said(&lab), Some(ends(&shown)));
    let checked = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(0)
        .json();
    assert_eq!(checked["ok"], true);
    let ran = lab
        .run(&["exec", "spot", "--", "sh", "-c", script])
        .exits(0);
    assert_eq!(ran.stdout.trim(), value(&lab));
}

/// Moved to the vault later, it ends there as it did before.
#[test]
fn a_secret_that_moves_to_a_vault_keeps_its_end() {
    let lab = Lab::new();
    let file = format!("file:{}", lab.secret_file().display());
    let document = init(&lab, &file).exits(0).json();
    init(&lab, STORE).exits(0);
    let ends = document["connection"]["credential"]["expires_at"]
        .as_str()
        .unwrap();
    let ends: jiff::Timestamp = ends.parse().unwrap();
    assert_eq!(
        kept(&lab).unwrap().versions[0].expires,
        Some(ends.as_second())
    );
    assert!(!lab.secret_file().exists());
}

#[test]
fn the_doctor_reads_a_vault_that_a_connection_uses_and_no_other() {
    let lab = Lab::new();
    let places = |code: i32| {
        let document = lab.run(&["doctor", "--output", "json"]).exits(code).json();
        let all = document["checks"].as_array().unwrap().clone();
        all.into_iter()
            .filter(|check| check["id"] == "store.place")
            .collect::<Vec<_>>()
    };
    assert!(places(0).is_empty());
    init(&lab, STORE).exits(0);
    let written = kept(&lab).unwrap().versions.len();
    let place = places(0);
    assert_eq!(place.len(), 1);
    assert_eq!(place[0]["status"], "pass", "{place:#?}");
    assert!(place[0]["title"].to_string().contains("contoso-vault"));
    assert_eq!(kept(&lab).unwrap().versions.len(), written, "it only reads");
    lab.state(|state| vault(state).firewall_closed = true);
    let place = places(3);
    assert_eq!(place[0]["code"], "ForbiddenByFirewall", "{place:#?}");
    assert!(place[0]["fix"].to_string().contains("network-rule add"));
    lab.state(|state| {
        vault(state).firewall_closed = false;
        vault(state).secrets.clear();
    });
    assert!(places(3)[0]["what"].to_string().contains("no longer there"));
}

/// The simulated Azure has a vault too, for a connection's whole life.
#[test]
fn the_sandbox_has_a_vault_for_newcomers() {
    let mut lab = Lab::new();
    lab.env
        .retain(|name, _| !name.starts_with("AZURE_") && name != "AZCONNECT_CLOUD");
    let sandbox = |words: &[&str]| lab.run(&[words, &["--sandbox"]].concat());
    sandbox(&[
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--store",
        STORE,
    ])
    .exits(0);
    sandbox(&["check", "spot"]).exits(0);
    sandbox(&["rotate", "spot", "--yes"]).exits(0);
    let ran = sandbox(&["handover", "spot", "--reveal"]).exits(0);
    assert!(ran.stdout.contains("(secret)"), "{ran:#?}");
    sandbox(&["remove", "spot", "--yes"]).exits(0);
}
