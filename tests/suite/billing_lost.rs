//! A grant whose operation nobody knows any more, or whose answer never came: the list of assignments says what became of it.

use std::time::Duration;

use azconnect::sandbox::{Action, Options, Replication, Rule, ids};
use serde_json::json;

use crate::billing_lab::{REMOVE, account, connect, each, grants, lab, principal, roles_of, state};
use crate::lab::Lab;

fn forgets_operations(lab: &Lab) {
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some("GET".to_owned()),
        path_contains: Some("/operationResults/".to_owned()),
        nth: 1,
        times: 1000,
        action: Action::Respond {
            status: 404,
            headers: [("Content-Type".to_owned(), "application/json".to_owned())].into(),
            body: Some(json!({"code": "NotFound", "message": "The resource or one of its dependencies could not be found."})),
        },
    });
}

#[test]
fn a_forgotten_operation_is_looked_for_in_the_list_and_the_run_finishes() {
    for name in [ids::MCA_ACCOUNT, ids::MPA_ACCOUNT] {
        let lab = lab();
        forgets_operations(&lab);
        let document = connect(&lab, "spaceone", name).exits(0).json();
        assert_eq!(each(&document, "steps", "status"), ["done"; 4]);
        assert_eq!(grants(&lab, 0).len(), 1, "given once");
        let principal = principal(&lab);
        assert_eq!(roles_of(&lab, principal).len(), 1);
        // It is ours, and goes with the rest.
        lab.run(&REMOVE).exits(0);
        assert_eq!(roles_of(&lab, principal).len(), 0);
    }
}

#[test]
fn an_assignment_that_is_listed_late_is_waited_for() {
    let lab = Lab::with(Options {
        replication: Replication {
            billing: Duration::from_secs(6),
            ..Replication::none()
        },
        seed: state(),
        ..Options::default()
    });
    forgets_operations(&lab);
    let document = connect(&lab, "spaceone", ids::MPA_ACCOUNT).exits(0).json();
    assert_eq!(each(&document, "steps", "status"), ["done"; 4]);
    let lists = format!("{}/billingRoleAssignments", account(ids::MPA_ACCOUNT));
    let looks = lab.log().iter().filter(|entry| entry.path == lists).count();
    assert!(looks >= 2, "{looks}");
    assert_eq!(grants(&lab, 0).len(), 1);
}

/// The answer is cut off, and the grant stands.
#[test]
fn a_grant_whose_answer_never_came_is_found_in_the_same_run() {
    let lab = lab();
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some("POST".to_owned()),
        path_contains: Some("/createBillingRoleAssignment".to_owned()),
        nth: 1,
        times: 1,
        action: Action::DropAfter,
    });
    let document = connect(&lab, "spaceone", ids::MCA_ACCOUNT).exits(0).json();
    assert_eq!(each(&document, "steps", "status"), ["done"; 4]);
    assert_eq!(grants(&lab, 0).len(), 1);
    lab.run(&REMOVE).exits(0);
    assert_eq!(roles_of(&lab, principal_before(&lab)).len(), 0);
}

/// The principal that the grant was for; it is gone by now.
fn principal_before(lab: &Lab) -> uuid::Uuid {
    let body = &grants(lab, 0)[0].request_body;
    body["principalId"].as_str().unwrap().parse().unwrap()
}
