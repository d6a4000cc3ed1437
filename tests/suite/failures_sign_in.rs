//! Signing in fails: the operator's credential, the directory, the application.

use azconnect::sandbox::{State, ids};

use crate::failing::Failure;
use crate::lab::Lab;

const REFUSED: Failure = Failure {
    name: "wrong_secret",
    exit: (4, "signed-out"),
    code: "AADSTS7000215",
    words: "Invalid client secret provided",
    has_id: true,
};

fn nothing_was_asked_but_a_token(lab: &Lab) {
    for entry in lab.log() {
        assert_eq!(entry.service, azconnect::sandbox::Service::Login, "{entry:#?}");
    }
}

#[test]
fn a_wrong_secret() {
    let (lab, _) = REFUSED.of(|lab| {
        lab.env.insert("AZURE_CLIENT_SECRET".into(), "wrong~secret".into());
        Vec::new()
    });
    nothing_was_asked_but_a_token(&lab);
}

#[test]
fn an_expired_secret() {
    let expired = Failure {
        name: "expired_secret",
        code: "AADSTS7000222",
        words: "are expired",
        ..REFUSED
    };
    expired.of(|lab| {
        change_operator(lab, |app| {
            app.password_credentials[0].end_date_time = app.created;
        });
        Vec::new()
    });
}

#[test]
fn an_unknown_directory_by_domain() {
    let unknown = Failure {
        name: "unknown_domain",
        exit: (2, "usage"),
        code: "AADSTS90002",
        words: "Tenant 'nope.example.com' not found",
        ..REFUSED
    };
    let (lab, _) = unknown.of(|_| vec!["--tenant".into(), "nope.example.com".into()]);
    nothing_was_asked_but_a_token(&lab);
}

#[test]
fn an_unknown_directory_by_id() {
    let unknown = Failure {
        name: "unknown_tenant_id",
        exit: (2, "usage"),
        code: "AADSTS90002",
        words: "not found",
        ..REFUSED
    };
    unknown.of(|_| {
        vec![
            "--tenant".into(),
            "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e".into(),
        ]
    });
}

#[test]
fn a_deleted_application() {
    let gone = Failure {
        name: "deleted_application",
        exit: (2, "usage"),
        code: "AADSTS700016",
        words: "was not found in the directory",
        ..REFUSED
    };
    gone.of(|lab| {
        change_operator(lab, |app| app.deleted_at = Some(app.created));
        Vec::new()
    });
}

#[test]
fn a_disabled_application() {
    let disabled = Failure {
        name: "disabled_application",
        exit: (5, "forbidden"),
        code: "AADSTS7000112",
        words: "is disabled",
        ..REFUSED
    };
    disabled.of(|lab| {
        change_operator(lab, |app| app.is_disabled = true);
        Vec::new()
    });
}

#[test]
fn no_credential_that_belongs_to_anybody() {
    let incomplete = Failure {
        name: "incomplete_environment",
        exit: (2, "usage"),
        code: "environment",
        words: "AZURE_CLIENT_ID",
        has_id: false,
    };
    let (lab, _) = incomplete.of(|lab| {
        lab.env.remove("AZURE_CLIENT_ID");
        vec!["--sign-in".into(), "service-principal".into()]
    });
    assert!(lab.log().is_empty());
}

fn change_operator(lab: &Lab, change: impl FnOnce(&mut azconnect::sandbox::Application)) {
    lab.state(|state: &mut State| {
        change(state.applications.get_mut(&ids::OPERATOR_APPLICATION).unwrap());
    });
}
