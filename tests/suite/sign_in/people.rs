//! People: browser and device code.

use std::sync::{Arc, Mutex};

use azconnect::azure::cloud::Cloud;
use azconnect::azure::error::SignInError;
use azconnect::azure::ids::TenantId;
use azconnect::azure::sign_in::{Method, News, Request, claims, sign_in};
use azconnect::error::Kind;
use azconnect::host::Host;
use azconnect::sandbox::{Action, Rule, Service, ids};
use serde_json::json;

use super::{Does, Lab, Somebody, refusal, token};

#[tokio::test]
async fn a_browser_serves_every_audience_with_one_sign_in() {
    let lab = Lab::start().await;
    let (signed_in, avery) = lab.avery(Method::Browser, Does::SignsIn).await;
    let signed_in = signed_in.unwrap();
    assert_eq!(signed_in.account.as_deref(), Some(ids::AVERY_NAME));
    assert_eq!(signed_in.tenant, Some(TenantId::new(ids::TENANT)));
    assert!(signed_in.why.contains("--sign-in browser"));

    let graph = token(&signed_in, &lab.cloud.graph_audience).await;
    assert_eq!(claims(&graph).unwrap().oid, Some(ids::AVERY));
    token(&signed_in, &lab.cloud.graph_audience).await;
    token(&signed_in, &lab.cloud.arm_audience).await;
    assert_eq!(lab.token_requests(), 2, "one for each audience");
    assert_eq!(avery.heard().len(), 2, "the address, and that it worked");

    let shown = format!(
        "{signed_in:?} {:?} {:?}",
        signed_in.credential,
        avery.heard()
    );
    assert!(!shown.contains(graph.token.secret()));
    lab.sandbox.shut_down().await;
}

#[tokio::test]
async fn declining_in_the_browser_is_explained() {
    let lab = Lab::start().await;
    let (result, _) = lab.avery(Method::Browser, Does::Declines).await;
    refusal(result, "AADSTS65004");
    assert_eq!(lab.token_requests(), 0);
}

#[tokio::test]
async fn a_device_code_is_typed_and_approved() {
    let lab = Lab::start().await;
    let (signed_in, avery) = lab.avery(Method::DeviceCode, Does::SignsIn).await;
    let signed_in = signed_in.unwrap();
    assert_eq!(signed_in.account.as_deref(), Some(ids::AVERY_NAME));
    let told = avery.heard();
    assert!(
        matches!(&told[0], News::EnterThisCode { url, message, code, .. }
        if url.ends_with("/devicelogin") && message.contains(code))
    );
    token(&signed_in, &lab.cloud.graph_audience).await;
}

#[tokio::test]
async fn a_declined_device_code_ends_the_wait() {
    let lab = Lab::start().await;
    let (result, _) = lab.avery(Method::DeviceCode, Does::Declines).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), Kind::SignedOut);
    assert!(
        error.reason().is_some() && !error.advice().is_empty(),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_same_person_goes_to_another_directory_without_being_asked() {
    let lab = Lab::start().await;
    let (there, closed) = lab.sandbox.state(|state| {
        let there = state.add_tenant("Fabrikam", "fabrikam.example");
        state.add_guest(there, ids::TENANT, ids::AVERY_NAME, "Avery Howard");
        (there, state.add_tenant("Tailwind", "tailwind.example"))
    });
    let (signed_in, avery) = lab.avery(Method::Browser, Does::SignsIn).await;
    let signed_in = signed_in.unwrap();
    let scope = Cloud::scope(&lab.cloud.graph_audience);
    let guest = signed_in.for_tenant(TenantId::new(there)).unwrap();
    let token = guest.get_token(&[&scope], None).await.unwrap();
    assert_eq!(claims(&token).unwrap().tid, Some(TenantId::new(there)));
    let refused = signed_in.for_tenant(TenantId::new(closed)).unwrap();
    let error = refused.get_token(&[&scope], None).await.unwrap_err();
    let typed = error.downcast_ref::<SignInError>().unwrap();
    assert!(typed.code.starts_with("AADSTS"), "{typed:?}");
    assert_eq!(avery.heard().len(), 2, "no second address");
}

#[tokio::test]
async fn a_claims_challenge_opens_the_page_once_more() {
    let lab = Lab::start().await;
    let challenge = json!({
        "error": "interaction_required", "error_codes": [50076], "claims": "{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}",
        "error_description": "AADSTS50076: Due to a configuration change made by your administrator you must use multi-factor authentication.\r\nTrace ID: 1",
    });
    lab.sandbox.faults().add(Rule {
        service: Some(Service::Login),
        method: Some("POST".to_owned()),
        path_contains: Some("/token".to_owned()),
        nth: 1,
        times: 1,
        action: Action::Respond {
            status: 400,
            headers: Default::default(),
            body: Some(challenge),
        },
    });
    let (signed_in, avery) = lab.avery(Method::Browser, Does::SignsIn).await;
    signed_in.unwrap();
    assert!(avery.heard().contains(&News::MoreProofNeeded));
    let asked: Vec<bool> = lab
        .sandbox
        .log()
        .iter()
        .filter(|entry| entry.path.ends_with("/authorize"))
        .map(|entry| entry.query.iter().any(|(name, _)| name == "claims"))
        .collect();
    assert_eq!(asked, [false, true]);
}

#[tokio::test]
async fn auto_opens_a_browser_where_there_is_a_person_and_a_display() {
    let lab = Lab::start().await;
    let avery = lab.somebody(ids::AVERY_NAME, Does::SignsIn);
    let host = Host::made_of([("BROWSER", "browser")]);
    let signed_in = lab
        .sign_in(Method::Auto, &host, Some("contoso.onmicrosoft.com"), &avery)
        .await
        .unwrap();
    assert_eq!(signed_in.method, Method::Browser);
}

#[tokio::test]
async fn a_login_service_that_is_down_is_a_network_failure_with_its_host() {
    let lab = Lab::start().await;
    let Lab {
        sandbox,
        cloud,
        transport,
        _folder,
    } = lab;
    let person = sandbox.person(ids::AVERY_NAME);
    sandbox.shut_down().await;
    let avery = Arc::new(Somebody {
        sandbox: person,
        does: Does::SignsIn,
        browser_here: false,
        heard: Mutex::default(),
        pages: Arc::default(),
    });
    let host = Host::made_of([]);
    let request = Request {
        cloud: &cloud,
        transport: &transport,
        host: &host,
        tenant: None,
        client_id: None,
        person: avery,
    };
    let error = sign_in(Method::DeviceCode, &request).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Failed, "connect"));
    assert!(error.message().contains("127.0.0.1"), "{error}");
}
