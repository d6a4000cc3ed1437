//! Costs: late, none, no data, not allowed. Each is told apart, and none hides what was made.

use azconnect::sandbox::{Action, CostProfile, LogEntry, Rule, Service, State, ids};
use serde_json::{Value, json};

use crate::lab::Lab;

fn costs(lab: &Lab, profile: CostProfile) {
    lab.state(|state: &mut State| {
        state
            .subscriptions
            .get_mut(&ids::SUBSCRIPTION)
            .unwrap()
            .costs = profile;
    });
}

fn finding<'a>(document: &'a Value, id: &str) -> &'a Value {
    let checks = document["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap()
}

/// The answer to the nth cost query.
fn answers(lab: &Lab, times: u32, status: u16, header: Option<(&str, &str)>, body: Option<Value>) {
    lab.sandbox().faults().add(Rule {
        service: Some(Service::Arm),
        method: Some("POST".into()),
        path_contains: Some("/Microsoft.CostManagement/query".into()),
        nth: 1,
        times,
        action: Action::Respond {
            status,
            headers: header
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            body,
        },
    });
}

#[test]
fn no_rows_and_no_content_are_told_apart() {
    for (profile, words) in [
        (CostProfile::NoRows, "no cost in the last 30 days"),
        (CostProfile::NoContent, "no data for it (HTTP status 204)"),
    ] {
        let lab = Lab::new();
        costs(&lab, profile);
        let document = lab.run_init(&[]).exits(0).json();
        let cost = finding(&document, "cost-management.cost-data");
        assert_eq!(cost["status"], "warn", "{document:#}");
        assert!(cost["what"].as_str().unwrap().contains(words), "{cost:#}");
        assert!(
            cost["why"].is_string() && cost["fix"].is_string(),
            "{cost:#}"
        );
        // A warning alone is nothing to wake anybody for, unless that is asked for.
        lab.run(&["check", "spot", "--output", "json"])
            .exits(0)
            .json();
        lab.run(&["check", "spot", "--strict", "--output", "json"])
            .exits(3)
            .json();
    }
}

#[test]
fn a_used_up_quota_is_waited_for_as_cost_management_says() {
    let lab = Lab::new();
    let header = "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after";
    let body = json!({"error": {"code": "429", "message": "Too many requests. Please retry."}});
    answers(&lab, 1, 429, Some((header, "2")), Some(body));
    let document = lab.run_init(&[]).exits(0).json();
    assert_eq!(
        finding(&document, "cost-management.cost-data")["status"],
        "pass"
    );
    let log = lab.log();
    let queries: Vec<&LogEntry> = log
        .iter()
        .filter(|entry| entry.path.ends_with("/query"))
        .collect();
    assert_eq!(queries.len(), 2);
    let waited = queries[1].at.duration_since(queries[0].at);
    assert!(waited.as_millis() >= 1_900, "{waited:?}");
}

#[test]
fn costs_that_may_not_be_read_are_a_finding_and_no_failed_run() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let body =
        json!({"error": {"code": "AccountCostDisabled", "message": "Account Cost is disabled."}});
    answers(&lab, 1000, 403, None, Some(body));
    let document = lab
        .run(&["check", "spot", "--output", "json"])
        .exits(3)
        .json();
    let cost = finding(&document, "cost-management.cost-data");
    assert_eq!(
        (&cost["status"], &cost["code"]),
        (&json!("fail"), &json!("AccountCostDisabled"))
    );
    assert!(
        cost["fix"]
            .as_str()
            .unwrap()
            .contains("Account owners can view charges"),
        "{cost:#}"
    );
    assert_eq!(finding(&document, "arm.subscription")["status"], "pass");
}
