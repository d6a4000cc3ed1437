//! Partner Center as it is: its oddities, its limits, its ids, and what it says when something changes behind a connection's back.

use std::collections::{BTreeMap, BTreeSet};

use azconnect::sandbox::{Action, PartnerOddity, PartnerOffer, Rule, Service, ids};
use serde_json::json;

use crate::billing_lab::finding;
use crate::lab::Lab;
use crate::partner_lab::{asked, check, connect, lab, peoples_lab, run_as, web_app};

/// A laboratory with a connection that works.
fn connected() -> Lab {
    let lab = lab(|_| {});
    let app = web_app(&lab);
    connect(&lab, &["--app-id", &app]).exits(0);
    lab
}

#[test]
fn whatever_shape_its_answers_have_they_are_read() {
    let all = [
        PartnerOddity::PlainJson,
        PartnerOddity::NextWithoutVersion,
        PartnerOddity::CodesAsText,
        PartnerOddity::PartnerIdField,
        PartnerOddity::UnknownApplicationUnauthorized,
    ];
    for oddity in all {
        let lab = peoples_lab(|state| {
            state.partner_center.oddities = BTreeSet::from([oddity]);
        });
        let ran = run_as(&lab, ids::AVERY_NAME, "optima-csp", &[])
            .exits(7)
            .json();
        let form = crate::partner_lab::form(&ran);
        assert_eq!(form[0].1, ids::PARTNER_LOCATION_ID, "{oddity:?}");
        let id = ran["connection"]["client_id"].as_str().unwrap();
        crate::partner_lab::register(&lab, id);
        let document = check(&lab, 0);
        let seen = finding(&document, "partner-center.customers");
        assert_eq!(seen["status"], "pass", "{oddity:?}: {seen:#}");
    }
}

#[test]
fn an_app_that_is_taken_out_of_app_management_is_found_out() {
    let lab = connected();
    lab.state(|state| {
        let partner = state.partner_mut(ids::TENANT).unwrap();
        partner.registered_applications.clear();
    });
    let document = check(&lab, 3);
    let refusal = finding(&document, "partner-center.customers");
    assert_eq!(refusal["code"], "900150");
    let fix = refusal["fix"].as_str().unwrap();
    assert!(fix.contains("appmanagement"), "{fix}");
    let what = refusal["what"].as_str().unwrap();
    assert!(what.contains("request id"), "both of its ids: {what}");
}

#[test]
fn the_dead_audience_is_explained() {
    let lab = connected();
    let cloud = std::fs::read_to_string(&lab.env["AZCONNECT_CLOUD"]).unwrap();
    let old = lab.home().join("old.toml");
    let text: String = cloud
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some(("partner_center_audience", _)) => {
                "partner_center_audience = \"https://graph.windows.net\"\n".to_owned()
            }
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&old, text).unwrap();
    let old = old.display().to_string();
    let ran = lab.run(&["check", "spot", "--output", "json", "--cloud", &old]);
    let document = ran.exits(3).json();
    let refusal = finding(&document, "partner-center.customers");
    assert_eq!(refusal["code"], "900420", "{refusal:#}");
    let why = refusal["why"].as_str().unwrap();
    assert!(why.contains("graph.windows.net"), "{why}");
    let fix = refusal["fix"].as_str().unwrap();
    assert!(
        fix.contains("https://api.partnercenter.microsoft.com"),
        "{fix}"
    );
}

#[test]
fn it_is_left_alone_as_long_as_it_asks_and_the_request_keeps_its_id() {
    let lab = connected();
    lab.sandbox().faults().add(Rule {
        service: Some(Service::PartnerCenter),
        method: None,
        path_contains: Some("/v1/customers".to_owned()),
        nth: 1,
        times: 1,
        action: Action::Respond {
            status: 429,
            headers: BTreeMap::from([
                ("Retry-After".to_owned(), "2".to_owned()),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ]),
            body: Some(json!({"statusCode": 429, "message": "Rate limit is exceeded. Try again in 2 seconds."})),
        },
    });
    let from = lab.log().len();
    check(&lab, 0);
    let asked = asked(&lab, from);
    let header = |at: usize, name: &str| asked[at].request_headers[name].clone();
    // Checks ask at once, so other requests may come between.
    let same = |at: &usize| header(*at, "ms-requestid") == header(0, "ms-requestid");
    let again = (1..asked.len()).find(same).unwrap();
    let waited = asked[again].at.duration_since(asked[0].at).as_millis();
    assert!(waited >= 2_000, "asked again after {waited} ms");
    let ids: BTreeSet<String> = (1..asked.len())
        .map(|at| header(at, "ms-requestid"))
        .collect();
    assert_eq!(ids.len(), asked.len() - 1, "each call has one of its own");
    let runs: BTreeSet<String> = (0..asked.len())
        .map(|at| header(at, "ms-correlationid"))
        .collect();
    assert_eq!(runs.len(), 1, "the run has one");
}

#[test]
fn a_limit_that_does_not_end_is_told_with_its_own_words() {
    let lab = connected();
    lab.sandbox().faults().add(Rule {
        service: Some(Service::PartnerCenter),
        method: None,
        path_contains: None,
        nth: 1,
        times: 20,
        action: Action::Respond {
            status: 429,
            headers: BTreeMap::from([("Content-Type".to_owned(), "application/json".to_owned())]),
            body: Some(json!({"statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds."})),
        },
    });
    let document = check(&lab, 3);
    let refusal = finding(&document, "partner-center.customers");
    assert_eq!(refusal["code"], "429");
    assert!(
        refusal["what"].as_str().unwrap().contains("57 seconds"),
        "{refusal:#}"
    );
}

#[test]
fn customers_who_are_all_on_the_azure_plan_are_warned_of() {
    let lab = connected();
    lab.state(|state| {
        let partner = state.partner_mut(ids::TENANT).unwrap();
        for customer in partner.customers.values_mut() {
            for bought in &mut customer.subscriptions {
                bought.offer = PartnerOffer::AzurePlan;
            }
        }
    });
    let document = check(&lab, 0);
    let warning = finding(&document, "partner-center.customers");
    assert_eq!(warning["status"], "warn");
    let what = warning["what"].as_str().unwrap();
    assert!(what.contains("all 15 customers"), "{what}");
    lab.run(&["check", "spot", "--strict"]).exits(3);
}

#[test]
fn a_link_to_another_host_is_not_followed() {
    let lab = connected();
    let next = |uri: &str| {
        json!({"totalCount": 1, "items": [{"id": ids::FABRIKAM_TENANT}],
            "links": {"next": {"uri": uri, "method": "GET", "headers": []}}})
    };
    lab.sandbox().faults().add(Rule {
        service: Some(Service::PartnerCenter),
        method: None,
        path_contains: Some("/subscriptions".to_owned()),
        nth: 1,
        times: 1,
        action: Action::Respond {
            status: 200,
            headers: BTreeMap::from([("Content-Type".to_owned(), "application/json".to_owned())]),
            body: Some(next("https://127.0.0.1:9/v1/customers")),
        },
    });
    let document = check(&lab, 0);
    let odd = finding(&document, "partner-center.customers");
    assert_eq!(odd["status"], "warn", "{odd:#}");
    assert!(
        odd["what"].as_str().unwrap().contains("another host"),
        "{odd:#}"
    );
}
