//! Signed in, but not allowed: what somebody else has to do is written down, and the run goes on afterwards.

use azconnect::sandbox::{State, ids};
use serde_json::Value;

use crate::failing::{Failure, hints, masked, shown, statuses};
use crate::lab::{Lab, Ran};
use crate::people;
use crate::second_person::letters;

const MAY_NOT_REGISTER: Failure = Failure {
    name: "may_not_register",
    exit: (5, "forbidden"),
    code: "Authorization_RequestDenied",
    words: "Insufficient privileges",
    has_id: true,
};

const MAY_NOT_ASSIGN: Failure = Failure {
    name: "may_not_assign",
    code: "AuthorizationFailed",
    words: "does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/write'",
    ..MAY_NOT_REGISTER
};

fn subscription() -> String {
    format!("/subscriptions/{}", ids::SUBSCRIPTION)
}

/// The operator may read the subscription and nothing else.
fn only_a_reader(lab: &Lab) {
    lab.state(|state| {
        state
            .role_assignments
            .retain(|_, given| given.principal != ids::OPERATOR_SERVICE_PRINCIPAL);
        state.assign_role(
            ids::OPERATOR_SERVICE_PRINCIPAL,
            ids::ROLE_READER,
            &subscription(),
        );
    });
}

/// The only letter, or all of them where there are more.
fn letter(lab: &Lab) -> String {
    let texts: Vec<String> = letters(lab, "spot")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert!(!texts.is_empty());
    texts.join("\n")
}

/// The new app's service principal.
fn principal(lab: &Lab) -> uuid::Uuid {
    lab.state(|state| {
        let mut all = state.service_principals.values();
        all.find(|one| one.display_name.starts_with("azconnect-"))
            .unwrap()
            .id
    })
}

fn refused() -> (Lab, Value) {
    let (lab, document) = MAY_NOT_ASSIGN.of(|lab| {
        only_a_reader(lab);
        Vec::new()
    });
    assert_eq!(statuses(&document), ["done", "done", "done", "manual"]);
    (lab, document)
}

#[test]
fn who_may_not_assign_roles_gets_a_request_for_somebody_who_may() {
    let (lab, document) = refused();
    let request = letter(&lab);
    shown("may_not_assign_request", &masked(&lab, &request));
    assert_eq!(document["request"], request);
    let command = format!(
        "az role assignment create --assignee-object-id {} --assignee-principal-type ServicePrincipal --role Reader --scope {}",
        principal(&lab),
        subscription()
    );
    assert!(request.contains(&command), "{request}");
    assert!(
        hints(&document)
            .iter()
            .any(|hint| hint.contains("requests/spot/subscription-owner.txt"))
    );

    // The right is given, and the run goes on.
    lab.state(|state| {
        state.assign_role(
            ids::OPERATOR_SERVICE_PRINCIPAL,
            ids::ROLE_OWNER,
            &subscription(),
        );
    });
    let resumed = lab.run_init(&["--resume"]).exits(0).json();
    assert_eq!(statuses(&resumed), ["found", "found", "found", "done"]);
}

#[test]
fn the_command_of_the_request_is_enough() {
    let (lab, _) = refused();
    let principal = principal(&lab);
    lab.state(|state| state.assign_role(principal, ids::ROLE_READER, &subscription()));
    let resumed = lab.run_init(&["--resume"]).exits(0).json();
    assert_eq!(statuses(&resumed), ["found"; 4]);
}

#[test]
fn what_was_made_before_the_refusal_can_be_undone() {
    let before = |state: &mut State| (state.applications.len(), state.service_principals.len());
    let fresh = Lab::new().state(before);
    let (lab, _) = refused();
    lab.run(&["remove", "spot", "--yes"]).exits(0);
    let left = lab.state(|state| {
        let live = state
            .applications
            .values()
            .filter(|app| app.deleted_at.is_none());
        (live.count(), state.service_principals.len())
    });
    assert_eq!(left, fresh);
    assert!(!lab.secret_file().exists());
}

#[test]
fn a_member_may_not_register_where_the_directory_says_so() {
    let (lab, document) = MAY_NOT_REGISTER.of_one_who_acts(
        |lab| {
            lab.state(|state| {
                let tenant = state.tenants.get_mut(&ids::TENANT).unwrap();
                tenant.allowed_to_create_apps = false;
            });
            people::nobody_else(lab);
            people::give_browser(lab);
            vec!["--sign-in".into(), "browser".into()]
        },
        |lab, arguments| people::sign_in_by_browser(lab, ids::LEE_NAME, arguments),
    );
    assert_eq!(
        statuses(&document),
        ["manual", "skipped", "skipped", "skipped"]
    );
    let request = letter(&lab);
    shown("may_not_register_request", &masked(&lab, &request));
    assert!(request.contains("az ad app create --display-name azconnect-spot-cost-intelligence"));
    assert!(request.contains("--app-id"));

    // Somebody does what the request says, and Lee goes on with the app that was made.
    let client_id = lab.state(|state| {
        let app = state.add_application(ids::TENANT, "azconnect-spot-cost-intelligence");
        state.add_service_principal(app);
        state
            .applications
            .get_mut(&app)
            .unwrap()
            .owners
            .insert(ids::LEE);
        state.assign_role(ids::LEE, ids::ROLE_OWNER, &subscription());
        state.applications[&app].app_id.to_string()
    });
    let arguments = lab.init(&[]);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--resume", "--sign-in", "browser", "--app-id", &client_id]);
    let resumed = people::sign_in_by_browser(&lab, ids::LEE_NAME, &arguments);
    let resumed = resumed.exits(0).json();
    assert_eq!(statuses(&resumed), ["found", "found", "done", "done"]);
}

#[test]
fn a_policy_forbids_secrets() {
    let forbidden = Failure {
        name: "secrets_forbidden",
        code: "CredentialTypeNotAllowedAsPerAppPolicy",
        words: "Credential type not allowed",
        ..MAY_NOT_REGISTER
    };
    let (lab, document) = forbidden.of(|lab| {
        lab.state(|state| {
            let policy = &mut state
                .tenants
                .get_mut(&ids::TENANT)
                .unwrap()
                .app_management_policy;
            (policy.is_enabled, policy.password_addition_forbidden) = (true, true);
        });
        Vec::new()
    });
    assert_eq!(statuses(&document), ["done", "done", "manual", "done"]);
    shown("secrets_forbidden_request", &masked(&lab, &letter(&lab)));
}

#[test]
fn a_policy_shortens_the_secrets_life() {
    let lab = Lab::new();
    lab.state(|state| {
        let policy = &mut state
            .tenants
            .get_mut(&ids::TENANT)
            .unwrap()
            .app_management_policy;
        (policy.is_enabled, policy.password_max_lifetime) = (true, Some("P30D".into()));
    });
    let document = lab.run_init(&[]).exits(0).json();
    let asked = |entry: &&azconnect::sandbox::LogEntry| entry.path.ends_with("addPassword");
    assert_eq!(
        lab.log().iter().filter(asked).count(),
        2,
        "once refused, once allowed"
    );
    let ends = lab.state(|state| {
        let ours = |app: &&azconnect::sandbox::Application| app.tags.contains(&"azconnect".into());
        state
            .applications
            .values()
            .find(ours)
            .unwrap()
            .password_credentials[0]
            .end_date_time
    });
    let recorded = document["connection"]["credential"]["expires_at"]
        .as_str()
        .unwrap();
    assert_eq!(recorded.parse::<jiff::Timestamp>().unwrap(), ends);
    let days = (ends - jiff::Timestamp::now())
        .total(jiff::Unit::Hour)
        .unwrap()
        / 24.0;
    assert!((29.0..30.0).contains(&days), "{days}");
}

#[test]
fn the_request_says_the_same_in_text() {
    let lab = Lab::new();
    only_a_reader(&lab);
    let store = format!("file:{}", lab.secret_file().display());
    let arguments = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--store",
        &store,
    ];
    let ran: Ran = lab.run(&arguments).exits(5);
    let joined: String = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        joined.contains("az role assignment create --assignee-object-id"),
        "{joined}"
    );
}
