//! Failures on demand, and the log that shows what happened.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use super::super::{Action, Rule, Service, ids};
use super::client::{ARM, GRAPH, Harness};

fn rule(service: Service, method: &str, path: &str, action: Action) -> Rule {
    Rule {
        service: Some(service),
        method: Some(method.to_owned()),
        path_contains: Some(path.to_owned()),
        nth: 1,
        times: 1,
        action,
    }
}

#[tokio::test]
async fn a_dropped_request_may_have_been_processed() {
    let harness = Harness::new().await;
    let token = harness.operator(GRAPH).await;
    let url = format!("{}/v1.0/applications", harness.sandbox.endpoints().graph);
    let authorization = format!("Bearer {token}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
    ];
    let body = |name: &str| Some(json!({"displayName": name}).to_string());
    harness.sandbox.faults().add(rule(
        Service::Graph,
        "POST",
        "/applications",
        Action::DropBefore,
    ));
    harness
        .send("POST", &url, &headers, body("Before"))
        .await
        .expect_err("no answer");
    harness.sandbox.faults().add(rule(
        Service::Graph,
        "POST",
        "/applications",
        Action::DropAfter,
    ));
    harness
        .send("POST", &url, &headers, body("After"))
        .await
        .expect_err("no answer");
    let made = |name: &str| {
        harness.sandbox.state(|state| {
            state
                .applications
                .values()
                .any(|found| found.display_name == name)
        })
    };
    assert_eq!((made("Before"), made("After")), (false, true));
    let log = harness.sandbox.log();
    let posts: Vec<_> = log
        .iter()
        .filter(|entry| entry.service == Service::Graph)
        .collect();
    assert_eq!(
        posts
            .iter()
            .map(|entry| (entry.status, entry.processed))
            .collect::<Vec<_>>(),
        [(None, false), (None, true)]
    );
    assert_eq!(
        harness
            .send("POST", &url, &headers, body("Later"))
            .await
            .unwrap()
            .status,
        201,
        "only once"
    );
}

#[tokio::test]
async fn an_answer_can_be_prescribed() {
    let harness = Harness::new().await;
    let token = harness.operator(ARM).await;
    let headers = BTreeMap::from([("Retry-After".to_owned(), "1".to_owned())]);
    let busy = Action::Respond {
        status: 429,
        headers,
        body: Some(json!({"error": {"code": "TooManyRequests"}})),
    };
    harness.sandbox.faults().add(Rule {
        nth: 2,
        ..rule(Service::Arm, "GET", "/subscriptions", busy)
    });
    let ask = async || {
        harness
            .arm("GET", "/subscriptions", "2022-12-01", &token, None)
            .await
    };
    assert_eq!(ask().await.status, 200);
    let second = ask().await;
    assert_eq!(
        (
            second.status,
            second.code(),
            second.headers["retry-after"].to_str().unwrap()
        ),
        (429, "TooManyRequests", "1")
    );
    assert_eq!(ask().await.status, 200);
    let page = Action::Respond {
        status: 502,
        headers: BTreeMap::new(),
        body: Some(json!("<html>proxy</html>")),
    };
    harness
        .sandbox
        .faults()
        .add(rule(Service::Arm, "GET", "/subscriptions", page));
    assert_eq!(ask().await.body, "<html>proxy</html>");
}

#[tokio::test]
async fn a_held_request_is_in_the_log_before_it_is_processed() {
    let harness = Harness::new().await;
    let token = harness.operator(GRAPH).await;
    let hold = Duration::from_millis(400);
    for (action, processed) in [
        (Action::HoldBefore(hold), false),
        (Action::HoldAfter(hold), true),
    ] {
        harness
            .sandbox
            .faults()
            .add(rule(Service::Graph, "POST", "/applications", action));
        let begun = Instant::now();
        let asking = harness.graph(
            "POST",
            "applications",
            &token,
            Some(json!({"displayName": "Held"})),
        );
        let looking = async {
            tokio::time::sleep(hold / 2).await;
            harness.sandbox.log().last().cloned().unwrap()
        };
        let (reply, seen) = tokio::join!(asking, looking);
        assert_eq!(
            (seen.method.as_str(), seen.status, seen.processed),
            ("POST", None, processed)
        );
        assert_eq!(reply.status, 201);
        assert!(begun.elapsed() >= hold);
        assert_eq!(harness.sandbox.log().last().unwrap().status, Some(201));
    }
}

#[tokio::test]
async fn the_log_has_no_secrets() {
    let harness = Harness::new().await;
    let token = harness.operator(GRAPH).await;
    let [.., secret] = harness.application(&token, "Secretive").await;
    let person = harness.person_tokens(ids::AVERY_NAME, ARM).await;
    let text = serde_json::to_string(&harness.sandbox.log()).unwrap();
    for hidden in [
        token,
        secret,
        ids::OPERATOR_SECRET.to_owned(),
        person.text("/refresh_token"),
        person.text("/id_token"),
    ] {
        assert!(!hidden.is_empty() && !text.contains(&hidden), "{hidden}");
    }
    assert!(text.contains("REDACTED") && text.contains("Secretive"));
}
