//! Signing in fails: the operator's credential, the directory, the application.

use azconnect::sandbox::{State, ids};

use crate::failing::Failure;
use crate::lab::Lab;
use crate::people;

const REFUSED: Failure = Failure {
    name: "wrong_secret",
    exit: (4, "signed-out"),
    code: "AADSTS7000215",
    words: "Invalid client secret provided",
    has_id: true,
};

fn nothing_was_asked_but_a_token(lab: &Lab) {
    for entry in lab.log() {
        assert_eq!(
            entry.service,
            azconnect::sandbox::Service::Login,
            "{entry:#?}"
        );
    }
}

#[test]
fn a_wrong_secret() {
    let (lab, _) = REFUSED.of(|lab| {
        lab.env
            .insert("AZURE_CLIENT_SECRET".into(), "wrong~secret".into());
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
        code: "environment_incomplete",
        words: "AZURE_CLIENT_ID",
        has_id: false,
    };
    let (lab, _) = incomplete.of(|lab| {
        lab.env.remove("AZURE_CLIENT_ID");
        vec!["--sign-in".into(), "service-principal".into()]
    });
    assert!(lab.log().is_empty());
}

#[test]
fn a_browser_signs_in_end_to_end() {
    let mut lab = Lab::new();
    people::nobody_else(&mut lab);
    people::give_browser(&mut lab);
    let arguments = lab.init(&[]);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--sign-in", "browser"]);
    let ran = people::sign_in_by_browser(&lab, ids::AVERY_NAME, &arguments).exits(0);
    ran.json();
    assert!(
        ran.stderr.contains("/oauth2/v2.0/authorize?"),
        "the address is always printed: {ran:#?}"
    );
}

#[test]
fn a_code_signs_in_end_to_end() {
    let mut lab = Lab::new();
    people::nobody_else(&mut lab);
    let arguments = lab.init(&[]);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--sign-in", "device-code"]);
    people::sign_in_by_code(&lab, ids::AVERY_NAME, true, &arguments)
        .exits(0)
        .json();
}

#[test]
fn a_code_that_is_declined() {
    let declined = Failure {
        name: "declined_code",
        code: "AADSTS65004",
        words: "declined to consent",
        has_id: true,
        ..REFUSED
    };
    declined.of_one_who_acts(
        |lab| {
            people::nobody_else(lab);
            vec!["--sign-in".into(), "device-code".into()]
        },
        |lab, arguments| people::sign_in_by_code(lab, ids::AVERY_NAME, false, arguments),
    );
}

#[test]
fn entra_is_busy() {
    let busy = Failure {
        name: "entra_is_busy",
        exit: (1, "failed"),
        code: "AADSTS90033",
        words: "transient error",
        has_id: true,
    };
    let (_, document) = busy.of(|lab| {
        let body = serde_json::json!({"error": "temporarily_unavailable", "error_codes": [90033],
            "error_description": "AADSTS90033: A transient error has occurred. Please try again.\r\nTrace ID: 1\r\nCorrelation ID: 0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e\r\n"});
        crate::failures_network::answers(lab, azconnect::sandbox::Service::Login, "/token", 503, Some(body));
        Vec::new()
    });
    assert_eq!(document["error"]["retry"], true);
}

fn change_operator(lab: &Lab, change: impl FnOnce(&mut azconnect::sandbox::Application)) {
    lab.state(|state: &mut State| {
        change(
            state
                .applications
                .get_mut(&ids::OPERATOR_APPLICATION)
                .unwrap(),
        );
    });
}
