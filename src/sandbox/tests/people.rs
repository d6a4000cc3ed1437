//! People who sign in: browser, device code, refresh tokens.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::exchange::{form_pairs, percent_encoded};
use super::super::{SandboxError, ids};
use super::client::{ARM, GRAPH, Harness, Reply};

const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-rule-of-43";

/// An authorize URL for the Azure CLI's client, with some parameters changed.
fn authorize_url(
    harness: &Harness,
    authority: &str,
    redirect: &str,
    changes: &[(&str, &str)],
) -> String {
    let client = ids::AZURE_CLI_CLIENT_ID.to_string();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let scope = format!("{GRAPH} offline_access openid");
    let mut parameters = vec![
        ("client_id", client.as_str()),
        ("response_type", "code"),
        ("redirect_uri", redirect),
        ("scope", scope.as_str()),
        ("state", "s t&1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let query: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
        .collect();
    format!(
        "{}/{authority}/oauth2/v2.0/authorize?{}",
        harness.sandbox.endpoints().login,
        query.join("&")
    )
}

/// A program's loopback server: the query of the one request that it gets.
async fn listen_once(listener: TcpListener) -> Vec<(String, String)> {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut buffer = vec![0; 8192];
    let read = stream.read(&mut buffer).await.unwrap();
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    assert!(path.starts_with("/?"), "Entra adds the slash: {path}");
    form_pairs(path.split_once('?').map_or("", |(_, query)| query))
}

async fn sign_in(
    harness: &Harness,
    name: &str,
    authority: &str,
) -> (Vec<(String, String)>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let redirect = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let served = tokio::spawn(listen_once(listener));
    harness
        .sandbox
        .person(name)
        .open(&authorize_url(harness, authority, &redirect, &[]))
        .await
        .unwrap();
    (served.await.unwrap(), redirect)
}

fn parameter<'a>(query: &'a [(String, String)], name: &str) -> &'a str {
    query
        .iter()
        .find(|(found, _)| found == name)
        .map_or("", |(_, value)| value)
}

async fn redeem(harness: &Harness, code: &str, redirect: &str, verifier: &str) -> Reply {
    let client = ids::AZURE_CLI_CLIENT_ID.to_string();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", verifier),
    ];
    harness.token(&fields).await
}

#[tokio::test]
async fn a_browser_signs_in_once_for_every_resource() {
    let harness = Harness::new().await;
    let (query, redirect) = sign_in(&harness, ids::AVERY_NAME, "organizations").await;
    assert_eq!(parameter(&query, "state"), "s t&1");
    let code = parameter(&query, "code");
    assert_eq!(
        redeem(&harness, code, &redirect, "another verifier")
            .await
            .aadsts(),
        501_481
    );
    assert_eq!(
        redeem(&harness, code, "http://localhost:1", VERIFIER)
            .await
            .aadsts(),
        500_112
    );
    let tokens = redeem(&harness, code, &redirect, VERIFIER).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(
        redeem(&harness, code, &redirect, VERIFIER).await.aadsts(),
        54_005
    );
    let me = harness
        .graph("GET", "me", &tokens.text("/access_token"), None)
        .await;
    assert_eq!(me.text("/displayName"), "Avery Howard");

    let arm = refresh(
        &harness,
        &ids::TENANT.to_string(),
        &tokens.text("/refresh_token"),
        ARM,
    )
    .await;
    let subscriptions = harness
        .arm(
            "GET",
            "/subscriptions",
            "2022-12-01",
            &arm.text("/access_token"),
            None,
        )
        .await;
    assert_eq!(subscriptions.body["value"].as_array().unwrap().len(), 1);
    harness.sandbox.expire_refresh_tokens();
    let late = refresh(
        &harness,
        &ids::TENANT.to_string(),
        &tokens.text("/refresh_token"),
        ARM,
    )
    .await;
    assert_eq!(
        (late.text("/error").as_str(), late.aadsts()),
        ("invalid_grant", 700_082)
    );
}

async fn refresh(harness: &Harness, tenant: &str, token: &str, scope: &str) -> Reply {
    let client = ids::AZURE_CLI_CLIENT_ID.to_string();
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", token),
        ("scope", scope),
    ];
    harness
        .form(&format!("{tenant}/oauth2/v2.0/token"), &fields)
        .await
}

#[tokio::test]
async fn a_refresh_token_goes_where_the_person_is_a_guest() {
    let mut other = None;
    let harness = Harness::seeded(|state| {
        let tenant = state.add_tenant("Fabrikam", "fabrikam.com");
        state.add_guest(tenant, ids::TENANT, ids::AVERY_NAME, "Avery Howard");
        let closed = state.add_tenant("Tailspin", "tailspin.com");
        other = Some((tenant, closed));
    })
    .await;
    let (guest_of, stranger_to) = other.unwrap();
    let token = harness
        .person_tokens(ids::AVERY_NAME, ARM)
        .await
        .text("/refresh_token");
    let there = refresh(&harness, &guest_of.to_string(), &token, ARM).await;
    assert_eq!(there.status, 200, "{there:?}");
    let tenants = harness
        .arm(
            "GET",
            "/tenants",
            "2022-12-01",
            &there.text("/access_token"),
            None,
        )
        .await;
    assert_eq!(tenants.body["value"].as_array().unwrap().len(), 2);
    assert_eq!(
        refresh(&harness, &stranger_to.to_string(), &token, ARM)
            .await
            .aadsts(),
        50_020
    );
    assert_eq!(
        refresh(&harness, &ids::TENANT.to_string(), "made up", ARM)
            .await
            .aadsts(),
        9_002_313
    );
}

#[tokio::test]
async fn the_authorize_page_refuses_in_words() {
    let harness =
        Harness::seeded(|state| state.user_mut(ids::LEE_NAME).unwrap().account_enabled = false)
            .await;
    let tenant = ids::TENANT.to_string();
    let good = "http://localhost:9";
    /// Who, the redirect URI, further parameters, and the expected code.
    type Case = (
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static str,
    );
    let cases: [Case; 9] = [
        (ids::AVERY_NAME, "http://127.0.0.1:9", &[], "AADSTS50011"),
        (
            ids::AVERY_NAME,
            "http://localhost:9/callback",
            &[],
            "AADSTS50011",
        ),
        (
            ids::AVERY_NAME,
            "http://localhost:9@evil.example",
            &[],
            "AADSTS50011",
        ),
        (
            ids::AVERY_NAME,
            good,
            &[("client_id", "00000000-0000-4000-8000-000000000000")],
            "AADSTS700016",
        ),
        (
            ids::AVERY_NAME,
            good,
            &[("scope", "https://graph.microsoft.com/User.Read")],
            "AADSTS65002",
        ),
        (
            ids::AVERY_NAME,
            good,
            &[("code_challenge", "short")],
            "AADSTS501491",
        ),
        (ids::AVERY_NAME, good, &[("scope", "")], "AADSTS900144"),
        ("nobody@contoso.com", good, &[], "AADSTS50034"),
        (ids::LEE_NAME, good, &[], "AADSTS50057"),
    ];
    for (name, redirect, changes, expected) in cases {
        let url = authorize_url(&harness, &tenant, redirect, changes);
        match harness.sandbox.person(name).open(&url).await {
            Err(SandboxError::Refused(text)) => {
                assert!(text.starts_with(expected), "{expected}: {text}")
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
    let page = harness
        .send(
            "GET",
            &authorize_url(&harness, &tenant, good, &[]),
            &[],
            None,
        )
        .await
        .unwrap();
    assert!(
        page.body.as_str().unwrap().contains("Avery Howard</a>"),
        "the page lists people"
    );
}

#[tokio::test]
async fn who_declines_sends_the_program_an_error() {
    let harness = Harness::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let redirect = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let served = tokio::spawn(listen_once(listener));
    let url = authorize_url(&harness, "organizations", &redirect, &[]);
    harness
        .sandbox
        .person(ids::AVERY_NAME)
        .decline(&url)
        .await
        .unwrap();
    let query = served.await.unwrap();
    assert_eq!(parameter(&query, "error"), "access_denied");
    assert!(parameter(&query, "error_description").starts_with("AADSTS65004"));
}

async fn device(harness: &Harness) -> (String, String) {
    let client = ids::AZURE_CLI_CLIENT_ID.to_string();
    let path = format!("{}/oauth2/v2.0/devicecode", ids::TENANT);
    let asked = harness
        .form(&path, &[("client_id", &client), ("scope", ARM)])
        .await;
    assert_eq!(
        asked.text("/verification_uri"),
        format!("{}/devicelogin", harness.sandbox.endpoints().login)
    );
    (asked.text("/device_code"), asked.text("/user_code"))
}

async fn poll(harness: &Harness, code: &str) -> Reply {
    let client = ids::AZURE_CLI_CLIENT_ID.to_string();
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    harness
        .token(&[
            ("grant_type", grant),
            ("client_id", &client),
            ("device_code", code),
        ])
        .await
}

#[tokio::test]
async fn a_device_code_waits_and_slows_down() {
    let harness = Harness::new().await;
    let (code, _) = device(&harness).await;
    let waiting = poll(&harness, &code).await;
    assert_eq!(
        (
            waiting.status,
            waiting.text("/error").as_str(),
            waiting.aadsts()
        ),
        (400, "authorization_pending", 70_016)
    );
    assert_eq!(poll(&harness, &code).await.text("/error"), "slow_down");
    assert_eq!(
        poll(&harness, "unknown").await.text("/error"),
        "bad_verification_code"
    );

    let (code, user_code) = device(&harness).await;
    harness
        .sandbox
        .person(ids::AVERY_NAME)
        .enter_device_code(&user_code, false)
        .await
        .unwrap();
    assert_eq!(
        poll(&harness, &code).await.text("/error"),
        "authorization_declined"
    );
    let unknown = harness
        .sandbox
        .person(ids::AVERY_NAME)
        .enter_device_code("NOTACODE", true)
        .await;
    assert!(matches!(unknown, Err(SandboxError::Refused(text)) if text.starts_with("AADSTS70018")));
}

#[tokio::test]
async fn conditional_access_blocks_the_page_and_not_the_poll() {
    let harness = Harness::seeded(|state| {
        state
            .tenants
            .get_mut(&ids::TENANT)
            .unwrap()
            .device_code_blocked = true
    })
    .await;
    let (code, user_code) = device(&harness).await;
    let refused = harness
        .sandbox
        .person(ids::AVERY_NAME)
        .enter_device_code(&user_code, true)
        .await;
    assert!(matches!(refused, Err(SandboxError::Refused(text)) if text.starts_with("AADSTS53003")));
    assert_eq!(
        poll(&harness, &code).await.text("/error"),
        "authorization_pending"
    );
    tokio::time::sleep(Duration::from_millis(1050)).await;
    assert_eq!(
        poll(&harness, &code).await.text("/error"),
        "authorization_pending"
    );
}
