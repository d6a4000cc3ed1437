//! What can stand between costs and a container: storage that is there and doesn't do, names that are taken, rights that are missing. Each is
//! said before anything is made, or ends in its own cause and remedy.

use azconnect::sandbox::{Action, Rule, State, ids};
use serde_json::Value;

use crate::billing_lab::writes;
use crate::exports_lab::{ACCOUNT, EXPORT, connect_subscription, is_connected, runs, with};
use crate::lab::Lab;

/// A storage account of the right name, changed.
fn spoiled(change: impl FnOnce(&mut State)) -> Lab {
    with(|state| {
        state.add_storage_account(ids::SUBSCRIPTION, "costs", ACCOUNT);
        change(state);
    })
}

/// The run is refused with this code, with a way out, before anything was changed.
fn is_refused(lab: &Lab, exit: i32, code: &str) -> Value {
    let before = lab.log().len();
    let document = connect_subscription(lab).exits(exit).json();
    assert_eq!(document["error"]["code"], code, "{document:#}");
    assert!(document["error"]["why"].is_string(), "{document:#}");
    assert!(
        !document["error"]["hints"].as_array().unwrap().is_empty(),
        "{document:#}"
    );
    let wrote: Vec<String> = writes(lab, before)
        .iter()
        .filter(|entry| !entry.path.ends_with("/checkNameAvailability"))
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    assert_eq!(wrote, Vec::<String>::new());
    document
}

#[test]
fn each_obstacle_of_an_account_is_refused_before_anything_is_made() {
    for (change, exit, code) in [
        (
            (|state| {
                let account = state.storage_account_mut(ACCOUNT).unwrap();
                account.network.default_action = "Deny".to_owned();
                account.network.bypass = "None".to_owned();
            }) as fn(&mut State),
            5,
            "AccountKeepsExportsOut",
        ),
        (
            |state| {
                let account = state.storage_account_mut(ACCOUNT).unwrap();
                account.allowed_copy_scope = Some("AAD".to_owned());
            },
            5,
            "AccountLimitsCopies",
        ),
        (
            |state| {
                let account = state.storage_account_mut(ACCOUNT).unwrap();
                account.kind = "FileStorage".to_owned();
            },
            2,
            "AccountHoldsNoBlobs",
        ),
    ] {
        is_refused(&spoiled(change), exit, code);
    }
}

#[test]
fn a_firewall_that_lets_trusted_services_in_is_no_obstacle() {
    let lab = spoiled(|state| {
        let account = state.storage_account_mut(ACCOUNT).unwrap();
        account.network.default_action = "Deny".to_owned();
        account.network.bypass = "AzureServices".to_owned();
        account.allow_shared_key_access = false;
    });
    let document = connect_subscription(&lab).json();
    let steps = document["steps"].as_array().unwrap();
    let export = steps
        .iter()
        .find(|step| step["id"].as_str().unwrap().starts_with("export:"))
        .unwrap();
    assert_eq!(export["status"], "done", "{document:#}");
}

#[test]
fn an_export_of_that_name_by_others_is_never_changed() {
    let lab = spoiled(|state| {
        let storage = state.storage.accounts[ACCOUNT].id();
        let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        state.add_export(&scope, EXPORT, &storage, None);
    });
    let before = lab.state(|state| state.exports.exports.clone());
    let document = connect_subscription(&lab).json();
    assert_eq!(document["error"]["code"], "ExportNameTaken", "{document:#}");
    assert_eq!(lab.state(|state| state.exports.exports.clone()), before);
    assert!(runs(&lab).is_empty());
}

/// The request meets this answer, as often as said.
fn answer(lab: &Lab, method: &str, path: &str, times: u32, action: Action) {
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some(method.to_owned()),
        path_contains: Some(path.to_owned()),
        nth: 1,
        times,
        action,
    });
}

fn refusal(status: u16, code: &str, message: &str) -> Action {
    Action::Respond {
        status,
        headers: Default::default(),
        body: Some(serde_json::json!({"error": {"code": code, "message": message}})),
    }
}

#[test]
fn a_service_that_does_not_know_yet_of_the_registration_is_waited_for() {
    let lab = with(|_| {});
    let path = format!("/exports/{EXPORT}");
    answer(
        &lab,
        "PUT",
        &path,
        1,
        refusal(
            400,
            "400",
            "RP Not Registered. Register destination storage account subscription with Microsoft.CostManagementExports",
        ),
    );
    is_connected(connect_subscription(&lab));
    assert_eq!(lab.state(|state| state.exports.exports.len()), 1);
}

#[test]
fn each_documented_refusal_of_an_export_ends_in_cause_and_remedy() {
    let path = format!("/exports/{EXPORT}");
    for (status, code, message, exit) in [
        (
            401,
            "Unauthorized",
            "The client does not have permission to perform the 'Microsoft.Authorization/roleAssignments/write' action on specified storage account. If the permissions have changed recently then retry after some time.",
            5,
        ),
        (
            401,
            "RBACAccessDenied",
            "The client does not have authorization to perform action. Request ID: NoHttpContext",
            5,
        ),
        (
            403,
            "BillingAccessDenied",
            "The user does not have valid claims on any enrollmentaccounts.",
            5,
        ),
        (
            400,
            "400",
            "The exports service is not authorized to access the specified storage account 'contosocosts'.",
            5,
        ),
        (
            400,
            "400",
            "Key-based authentication is currently disabled on this storage account.",
            5,
        ),
        (
            400,
            "BadRequest",
            "Request properties validation failed: Invalid deliveryInfo destination rootFolderPath; value cannot begin with a forward slash",
            2,
        ),
        (
            400,
            "BadRequest",
            "Invalid definition type 'ActualCost'; valid values: 'Usage'.",
            2,
        ),
        (
            400,
            "BadRequest",
            "Etag value required for update operation of report: dailycosts.Please get the latest to avoid overwrite.",
            6,
        ),
    ] {
        let lab = with(|_| {});
        answer(&lab, "PUT", &path, 99, refusal(status, code, message));
        let ran = connect_subscription(&lab);
        let document = ran.json();
        let error = &document["error"];
        assert_eq!(error["code"], code, "{document:#}");
        assert!(
            error["why"].is_string() && !error["hints"].as_array().unwrap().is_empty(),
            "{document:#}"
        );
        assert_eq!(ran.code, exit, "{message}: {document:#}");
        assert!(
            runs(&lab).is_empty(),
            "what stands on the export is not tried"
        );
    }
}

#[test]
fn a_run_whose_answer_is_lost_is_not_asked_for_twice() {
    let lab = with(|_| {});
    answer(&lab, "POST", "/run", 1, Action::DropAfter);
    is_connected(connect_subscription(&lab));
    assert_eq!(runs(&lab).len(), 1);
    let queued = lab.state(|state| {
        let export = state.exports.exports.values().next().unwrap();
        export.runs.len()
    });
    assert_eq!(queued, 1);
}

#[test]
fn a_run_that_was_refused_for_haste_is_asked_for_again() {
    let lab = with(|_| {});
    answer(
        &lab,
        "POST",
        "/run",
        1,
        refusal(429, "429", "Too many requests. Please retry."),
    );
    is_connected(connect_subscription(&lab));
    assert_eq!(runs(&lab).len(), 2);
}
