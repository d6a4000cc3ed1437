//! A partner's customers, many of them, and what `check` says of billing accounts as time goes on.

use std::collections::BTreeMap;

use azconnect::sandbox::{AccountStatus, Action, Agreement, Rule, State, ids};
use serde_json::{Value, json};

use crate::billing_lab::{
    account, connect, customers, each, finding, lab, many_customers, run, state, with,
};
use crate::lab::Lab;

fn thousand() -> State {
    let mut state = state();
    let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
    account.customers = many_customers(1_200);
    state
}

/// The paths of the requests from here on that end so.
fn asked(lab: &Lab, from: usize, end: &str) -> Vec<String> {
    let log = lab.log();
    let all = log[from..].iter().map(|entry| &entry.path);
    all.filter(|path| path.ends_with(end)).cloned().collect()
}

/// Connects SpaceONE to so many customers of the partner's account; they are the last ones, which only complete paging shows.
fn connected(lab: &Lab, count: usize) -> Vec<String> {
    let all = customers(lab);
    let chosen: Vec<String> = all
        .iter()
        .rev()
        .take(count)
        .map(|one| one.1.to_string())
        .collect();
    let mut flags = vec!["--billing-account", ids::MPA_ACCOUNT];
    for tenant in &chosen {
        flags.extend(["--customer-tenant", tenant]);
    }
    let document = run(lab, "spaceone", &flags).exits(0).json();
    let mut fields = each(&document["handover"], "fields", "value");
    assert_eq!(fields.remove(0), ids::MPA_ACCOUNT);
    assert_eq!(
        fields.split_off(3),
        chosen,
        "in the order in which they were named"
    );
    chosen
}

fn check(lab: &Lab, code: i32) -> Value {
    lab.run(&["check", "spot", "--output", "json"])
        .exits(code)
        .json()
}

#[test]
fn twenty_of_twelve_hundred_customers_are_verified_and_their_costs_read() {
    let lab = with(thousand());
    let chosen = connected(&lab, 20);
    let pages = asked(&lab, 0, "/customers").len();
    assert_eq!(pages, 24, "twelve for the person, twelve for the app");
    let from = lab.log().len();
    let document = check(&lab, 0);
    let what = finding(&document, "billing.customers")["what"]
        .as_str()
        .unwrap();
    assert!(what.contains("1200") && what.contains("20"), "{what}");
    let log = lab.log();
    let answered = log[from..]
        .iter()
        .filter(|entry| entry.path.ends_with("/query") && entry.status == Some(200));
    let mut queried: Vec<String> = answered.map(|entry| entry.path.clone()).collect();
    let scopes = [account(ids::MPA_ACCOUNT)].into_iter().chain(
        chosen
            .iter()
            .map(|tenant| format!("{}/customers/{tenant}", account(ids::MPA_ACCOUNT))),
    );
    let mut expected: Vec<String> = scopes
        .map(|scope| format!("{scope}/providers/Microsoft.CostManagement/query"))
        .collect();
    queried.sort();
    expected.sort();
    assert_eq!(queried, expected, "each scope once");
    let refused = |log: &[azconnect::sandbox::LogEntry]| {
        log.iter().filter(|entry| entry.status == Some(429)).count()
    };
    // Paced, where twenty-one at once would be refused nine times; a busy machine may push one request to its neighbours.
    assert!(refused(&log[..from]) <= 2, "{}", refused(&log[..from]));
    // The second process begins while the first one's units still count, and is told so.
    assert!(refused(&log[from..]) <= 12, "{}", refused(&log[from..]));
}

#[test]
fn cost_managements_own_retry_header_is_obeyed() {
    let lab = lab();
    let chosen = connected(&lab, 2);
    let path = format!("{}/customers/{}", account(ids::MPA_ACCOUNT), chosen[0]);
    for header in ["entity", "qpu", "tenant"] {
        lab.sandbox().faults().clear();
        lab.sandbox().faults().add(Rule {
            service: None,
            method: Some("POST".to_owned()),
            path_contains: Some(path.clone()),
            nth: 1,
            times: 1,
            action: Action::Respond {
                status: 429,
                headers: BTreeMap::from([
                    (format!("x-ms-ratelimit-microsoft.costmanagement-{header}-retry-after"), "2".to_owned()),
                    ("Content-Type".to_owned(), "application/json".to_owned()),
                ]),
                body: Some(json!({"error": {"code": "429", "message": "Too many requests. Please retry."}})),
            },
        });
        let from = lab.log().len();
        let document = check(&lab, 0);
        assert_eq!(
            finding(&document, "cost-management.cost-data")["status"],
            "pass"
        );
        let times: Vec<jiff::Timestamp> = lab.log()[from..]
            .iter()
            .filter(|entry| entry.path.starts_with(&path))
            .map(|entry| entry.at)
            .collect();
        assert_eq!(times.len(), 2, "{header}");
        let waited = times[1].duration_since(times[0]).as_millis();
        assert!(waited >= 2_000, "{header}: asked again after {waited} ms");
    }
}

/// SpaceONE lists the customers whatever was chosen, and stops where there are none.
#[test]
fn customers_are_read_even_where_some_were_chosen() {
    let lab = lab();
    let chosen = connected(&lab, 1);
    let from = lab.log().len();
    check(&lab, 0);
    assert_eq!(asked(&lab, from, "/customers").len(), 1);

    lab.state(|state| {
        let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        account
            .customers
            .retain(|tenant, _| tenant.to_string() != chosen[0]);
    });
    let gone = check(&lab, 3);
    let gone = finding(&gone, "billing.customers");
    assert!(
        gone["what"].as_str().unwrap().contains(&chosen[0]),
        "{gone:#}"
    );
    assert!(
        gone["why"].is_string() && gone["fix"].is_string(),
        "{gone:#}"
    );

    lab.state(|state| {
        state
            .billing_account_mut(ids::MPA_ACCOUNT)
            .unwrap()
            .customers
            .clear()
    });
    let none = check(&lab, 3);
    let none = finding(&none, "billing.customers");
    assert!(
        none["what"].as_str().unwrap().contains("no customer"),
        "{none:#}"
    );
}

#[test]
fn an_account_whose_agreement_or_state_has_changed_is_found() {
    let lab = lab();
    connect(&lab, "spot-billing-engine", ids::MCA_ACCOUNT).exits(0);
    let change = |change: fn(&mut State)| {
        lab.state(change);
        let document = check(&lab, 3);
        let found = finding(&document, "billing.account").clone();
        assert_eq!(found["status"], "fail", "{document:#}");
        assert!(
            found["why"].is_string() && found["fix"].is_string(),
            "{found:#}"
        );
        found["what"].as_str().unwrap().to_owned()
    };
    let expired =
        change(|state| state.set_billing_status(ids::MCA_ACCOUNT, AccountStatus::Expired));
    assert!(expired.contains("expired"), "{expired}");
    let moved = change(|state| {
        state.set_billing_status(ids::MCA_ACCOUNT, AccountStatus::Active);
        let account = state.billing_account_mut(ids::MCA_ACCOUNT).unwrap();
        account.agreement = Agreement::MicrosoftPartnerAgreement;
    });
    assert!(
        moved.contains("Partner") && moved.contains("Customer"),
        "{moved}"
    );
}

/// The billing API refuses in four forms; each becomes a finding with a reason and a way on.
#[test]
fn every_form_of_a_refusal_becomes_a_finding() {
    let lab = lab();
    connect(&lab, "spaceone", ids::ENROLLMENT).exits(0);
    let forms = [
        (
            403,
            Some(json!({"error": {"code": "AuthorizationFailed", "message": "No."}})),
            "AuthorizationFailed",
        ),
        (
            404,
            Some(
                json!({"code": "NotFound", "message": "The resource or one of its dependencies could not be found."}),
            ),
            "NotFound",
        ),
        (
            400,
            Some(
                json!({"errors": {"Properties.PrincipalId": ["Missing."]}, "title": "One or more validation errors occurred.", "status": 400}),
            ),
            "Properties.PrincipalId",
        ),
        (403, None, "403"),
    ];
    for (status, body, words) in forms {
        lab.sandbox().faults().clear();
        lab.sandbox().faults().add(Rule {
            service: None,
            method: Some("GET".to_owned()),
            path_contains: Some(format!("/billingAccounts/{}", ids::ENROLLMENT)),
            nth: 1,
            // Whatever is read of the account: the checks ask at once, in no fixed order.
            times: 9,
            action: Action::Respond {
                status,
                headers: BTreeMap::from([(
                    "Content-Type".to_owned(),
                    "application/json".to_owned(),
                )]),
                body,
            },
        });
        let document = check(&lab, 3);
        let found = finding(&document, "billing.account");
        assert_eq!(found["status"], "fail", "{found:#}");
        assert!(found.to_string().contains(words), "{words}: {found:#}");
        assert!(
            found["why"].is_string() && found["fix"].is_string(),
            "{found:#}"
        );
    }
}

#[test]
fn a_role_that_was_taken_away_is_given_again_by_the_same_command() {
    let lab = lab();
    connect(&lab, "spaceone", ids::ENROLLMENT).exits(0);
    let principal = crate::billing_lab::principal(&lab);
    lab.state(|state| {
        state
            .billing
            .role_assignments
            .retain(|_, given| given.principal != principal)
    });
    let document = check(&lab, 3);
    let cost = finding(&document, "cost-management.cost-data");
    assert!(
        cost["why"]
            .as_str()
            .unwrap()
            .contains("no role on this billing account, or not yet"),
        "{cost:#}"
    );
    assert!(
        cost["fix"]
            .as_str()
            .unwrap()
            .contains("init spaceone --connection spot"),
        "{cost:#}"
    );
    let again = connect(&lab, "spaceone", ids::ENROLLMENT).exits(0).json();
    assert_eq!(
        each(&again, "steps", "status"),
        ["found", "found", "found", "done"]
    );
    check(&lab, 0);
}

#[test]
fn cost_details_are_made_only_where_they_are_asked_for() {
    let lab = lab();
    connected(&lab, 2);
    check(&lab, 0);
    assert_eq!(asked(&lab, 0, "/generateCostDetailsReport").len(), 0);
    let deep = lab
        .run(&["check", "spot", "--deep", "--output", "json"])
        .exits(0)
        .json();
    assert_eq!(
        asked(&lab, 0, "/generateCostDetailsReport").len(),
        3,
        "the account and both customers"
    );
    let made = each(&deep, "checks", "id")
        .iter()
        .filter(|id| **id == "cost-management.cost-details")
        .count();
    assert_eq!(made, 3, "{deep:#}");
}

/// Whoever has only the values that were handed over can look too.
#[test]
fn a_connection_that_is_not_stored_here_is_checked_in_full() {
    let lab = lab();
    let chosen = connected(&lab, 1);
    let record = lab
        .run(&["show", "spot", "--output", "json"])
        .exits(0)
        .json();
    let client_id = record["connection"]["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let secret = lab.home().join("secret");
    std::fs::write(&secret, crate::aftermath::kept_secret(&lab).unwrap()).unwrap();
    let (tenant, secret) = (ids::TENANT.to_string(), secret.display().to_string());
    let fixed = [
        "check",
        "--tenant",
        &tenant,
        "--client-id",
        &client_id,
        "--vendor",
        "spaceone",
        "--client-secret-file",
        &secret,
        "--output",
        "json",
    ];
    let nothing = lab.run(&fixed).exits(2).json();
    assert_eq!(
        nothing["error"]["code"], "billing_account_missing",
        "{nothing:#}"
    );
    let more = [
        "--billing-account",
        ids::MPA_ACCOUNT,
        "--customer-tenant",
        &chosen[0],
    ];
    let from = lab.log().len();
    let document = lab.run(&[&fixed[..], &more].concat()).exits(0).json();
    for id in [
        "billing.account",
        "billing.customers",
        "cost-management.cost-data",
    ] {
        assert_eq!(finding(&document, id)["status"], "pass", "{document:#}");
    }
    assert_eq!(asked(&lab, from, "/query").len(), 2);
    let wrong = ["--billing-account", "/providers/Microsoft.Billing/x"];
    lab.run(&[&fixed[..], &wrong].concat()).exits(2);
}
