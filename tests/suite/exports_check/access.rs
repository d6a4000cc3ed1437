//! Why an app may not read: no role, the firewall, a container or an account that is not there. Each has a remedy of its own.

use std::collections::BTreeSet;

use azconnect::sandbox::{Action, Rule, Service};

use super::*;

/// What is found of the files after `change`, which also gets the app's service principal.
fn after(change: impl FnOnce(&mut State, Uuid)) -> Value {
    let export = Export::delivered(5);
    export.lab.state(|state| change(state, export.principal));
    let files = export.files();
    assert_eq!(files["status"], "fail", "{files:#}");
    files
}

#[test]
fn every_reason_has_its_code_and_a_remedy_of_its_own() {
    let cases: Vec<(&str, &str, Value)> = vec![
        (
            "AuthorizationPermissionMismatch",
            "Storage Blob Data Reader",
            after(|state, principal| {
                state
                    .role_assignments
                    .retain(|_, given| given.principal != principal || given.role != BLOB_READER);
            }),
        ),
        (
            "AuthorizationFailure",
            "Networking",
            after(|state, _| {
                state
                    .storage_account_mut(ACCOUNT)
                    .unwrap()
                    .network
                    .default_action = "Deny".into();
            }),
        ),
        (
            "ContainerNotFound",
            "containersList",
            after(|state, _| _ = containers(state).remove("exports")),
        ),
        (
            "ContainerBeingDeleted",
            "Wait a minute",
            after(|state, _| {
                containers(state).get_mut("exports").unwrap().deleting_until = Some(hours(1));
            }),
        ),
        (
            "AccountIsDisabled",
            "enable the subscription",
            after(|state, _| {
                state.storage_account_mut(ACCOUNT).unwrap().is_disabled = true;
            }),
        ),
        (
            "ResourceNotFound",
            "Compare the name",
            after(|state, _| _ = state.storage.accounts.remove(ACCOUNT)),
        ),
    ];
    let mut whys = BTreeSet::new();
    for (code, words, files) in &cases {
        assert_eq!(files["code"], *code, "{files:#}");
        assert!(files["fix"].as_str().unwrap().contains(words), "{files:#}");
        assert!(files["correlation_id"].is_string(), "{files:#}");
        whys.insert(files["why"].to_string());
    }
    assert_eq!(whys.len(), cases.len(), "two reasons are explained alike");
}

#[test]
fn the_header_decides_and_not_the_text() {
    for (code, words) in [
        ("KeyBasedAuthenticationNotPermitted", "--log-file"),
        ("InvalidAuthenticationInfo", "clock"),
    ] {
        let export = Export::delivered(5);
        let respond = Action::Respond {
            status: 403,
            headers: [("x-ms-error-code".to_owned(), code.to_owned())].into(),
            // Storage Explorer has seen this text under several codes.
            body: Some(json!(
                "This request is not authorized to perform this operation."
            )),
        };
        export.lab.sandbox().faults().add(Rule {
            service: Some(Service::Blob),
            method: None,
            path_contains: None,
            nth: 1,
            times: 9,
            action: respond,
        });
        let files = export.files();
        assert_eq!(files["code"], code, "{files:#}");
        assert!(files["fix"].as_str().unwrap().contains(words), "{files:#}");
    }
}

#[test]
fn an_app_that_sees_only_the_files_is_told_so() {
    let export = Export::delivered(5);
    export.lab.state(|state| {
        state.role_assignments.retain(|_, given| {
            given.principal != export.principal || given.role != ids::ROLE_READER
        });
    });
    let refused = export.check_with(&[]).exits(2).json();
    assert_eq!(refused["error"]["code"], "storage_missing", "{refused:#}");
    let told = [
        "--storage-account",
        &export.storage,
        "--container",
        "exports",
        "--export-directory",
        "costs",
    ];
    let ran = export.check_with(&told).exits(0);
    is(
        &found(&ran, "cost-management.export"),
        "warn",
        "can't see the export itself (AuthorizationFailed)",
    );
    is(&found(&ran, "storage.container"), "pass", "3 files");
    export
        .check_with(&[&told[..], &["--strict"]].concat())
        .exits(3);
}

#[test]
fn an_account_whose_name_is_unknown_is_no_account() {
    let mut export = Export::delivered(5);
    let cloud = std::fs::read_to_string(&export.lab.env["AZCONNECT_CLOUD"]).unwrap();
    let elsewhere: String = cloud
        .lines()
        .map(|line| match line.starts_with("blob ") {
            true => "blob = \"https://{account}.blob.invalid\"\n".to_owned(),
            false => format!("{line}\n"),
        })
        .collect();
    assert_ne!(elsewhere.trim(), cloud.trim());
    let file = export.lab.home().join("elsewhere.toml");
    std::fs::write(&file, elsewhere).unwrap();
    export
        .lab
        .env
        .insert("AZCONNECT_CLOUD".to_owned(), file.display().to_string());
    let files = export.files();
    assert_eq!(files["code"], "storage-dns", "{files:#}");
    assert!(
        files["fix"].as_str().unwrap().contains("private endpoint"),
        "{files:#}"
    );
}
