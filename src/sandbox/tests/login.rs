//! The login service: discovery and applications on their own.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::entra::sha1;
use super::super::ids;
use super::client::{ARM, GRAPH, Harness, Reply};

#[tokio::test]
async fn discovery_names_the_endpoints_of_known_directories() {
    let harness = Harness::new().await;
    let login = harness.sandbox.endpoints().login.clone();
    let get = async |path: &str| {
        harness
            .send("GET", &format!("{login}/{path}"), &[], None)
            .await
            .unwrap()
    };
    for name in [
        ids::TENANT.to_string(),
        "contoso.com".to_owned(),
        "contoso.onmicrosoft.com".to_owned(),
    ] {
        let found = get(&format!("{name}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!(
            found.text("/token_endpoint"),
            format!("{login}/{}/oauth2/v2.0/token", ids::TENANT)
        );
    }
    let unknown = get("nobody.example/v2.0/.well-known/openid-configuration").await;
    assert_eq!(
        (
            unknown.status,
            unknown.text("/error").as_str(),
            unknown.aadsts()
        ),
        (400, "invalid_tenant", 90_002)
    );
    let keys = get(&format!("{}/discovery/v2.0/keys", ids::TENANT)).await;
    assert_eq!(keys.text("/keys/0/kty"), "RSA");
    assert_eq!(
        get(&format!("{}/oauth2/v2.0/token", ids::TENANT))
            .await
            .aadsts(),
        900_561
    );
    assert_eq!(get("nothing/here").await.status, 404);
}

#[tokio::test]
async fn a_token_says_who_it_is_for() {
    let harness = Harness::new().await;
    let token = harness.operator(ARM).await;
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(&token).unwrap();
    assert_eq!(claims["aud"], "https://management.azure.com");
    assert_eq!(claims["tid"], json!(ids::TENANT));
    assert_eq!(claims["oid"], json!(ids::OPERATOR_SERVICE_PRINCIPAL));
    assert_eq!(claims["appid"], json!(ids::OPERATOR_CLIENT_ID));
    assert_eq!(
        (&claims["idtyp"], &claims["ver"]),
        (&json!("app"), &json!("1.0"))
    );
}

#[tokio::test]
async fn each_bad_request_has_its_number() {
    let harness = Harness::new().await;
    let operator = ids::OPERATOR_CLIENT_ID.to_string();
    let good = [
        ("grant_type", "client_credentials"),
        ("client_id", operator.as_str()),
        ("client_secret", ids::OPERATOR_SECRET),
        ("scope", ARM),
    ];
    let two = format!("{ARM} {GRAPH}");
    let cases: [(&str, &str, &str, u64); 10] = [
        ("grant_type", "", "invalid_request", 900_144),
        ("grant_type", "password", "unsupported_grant_type", 70_003),
        ("client_id", "", "invalid_request", 900_144),
        (
            "client_id",
            "4dbe1b6c-0000-4000-8000-000000000000",
            "unauthorized_client",
            700_016,
        ),
        ("client_secret", "", "invalid_client", 7_000_218),
        ("client_secret", "wrong", "invalid_client", 7_000_215),
        ("scope", "", "invalid_request", 900_144),
        (
            "scope",
            "https://management.azure.com/user_impersonation",
            "invalid_scope",
            1_002_012,
        ),
        ("scope", &two, "invalid_scope", 70_011),
        (
            "scope",
            "https://unknown.example/.default",
            "invalid_resource",
            500_011,
        ),
    ];
    for (changed, value, error, code) in cases {
        let fields = good.map(|(name, old)| (name, if name == changed { value } else { old }));
        let reply = harness.token(&fields).await;
        assert_eq!(
            (reply.text("/error").as_str(), reply.aadsts()),
            (error, code),
            "{changed}={value}"
        );
        let expected = if error == "invalid_client" { 401 } else { 400 };
        assert_eq!(reply.status, expected, "{changed}={value}");
        assert!(
            reply
                .text("/error_description")
                .starts_with(&format!("AADSTS{code}: ")),
            "{reply:?}"
        );
        assert!(
            reply.text("/error_description").contains("\r\nTrace ID: "),
            "{reply:?}"
        );
    }
    for (authority, code) in [
        ("common", 9_001_023),
        ("consumers", 9_001_023),
        ("nobody.example", 90_002),
        ("x", 900_023),
    ] {
        assert_eq!(
            harness
                .form(&format!("{authority}/oauth2/v2.0/token"), &good)
                .await
                .aadsts(),
            code,
            "{authority}"
        );
    }
}

#[tokio::test]
async fn secrets_and_applications_end() {
    let harness = Harness::new().await;
    let operator = ids::OPERATOR_CLIENT_ID.to_string();
    let ask = async || {
        harness
            .secret_token(&operator, ids::OPERATOR_SECRET, ARM)
            .await
            .aadsts()
    };
    let change = |change: &dyn Fn(&mut super::super::Application)| {
        harness.sandbox.state(|state| {
            change(
                state
                    .applications
                    .get_mut(&ids::OPERATOR_APPLICATION)
                    .unwrap(),
            )
        });
    };
    change(&|application| {
        application.password_credentials[0].end_date_time = "2025-02-01T00:00:00Z".parse().unwrap()
    });
    assert_eq!(ask().await, 7_000_222);
    change(&|application| application.is_disabled = true);
    assert_eq!(ask().await, 7_000_112);
    change(&|application| application.deleted_at = Some(jiff::Timestamp::now()));
    assert_eq!(ask().await, 700_016);
}

/// A certificate and its key.
struct Signer {
    key: EncodingKey,
    der: Vec<u8>,
}

impl Signer {
    fn new() -> Self {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::new(vec!["azconnect".to_owned()])
            .unwrap()
            .self_signed(&pair)
            .unwrap();
        let key = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).unwrap();
        Self {
            key,
            der: certificate.der().to_vec(),
        }
    }

    fn assertion(&self, algorithm: Algorithm, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        if algorithm == Algorithm::PS256 {
            header.x5t_s256 = Some(URL_SAFE_NO_PAD.encode(Sha256::digest(&self.der)));
        } else {
            header.x5t = Some(URL_SAFE_NO_PAD.encode(sha1(&self.der)));
        }
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

async fn assertion_token(harness: &Harness, client_id: &str, assertion: &str) -> Reply {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", assertion),
        ("scope", ARM),
    ];
    harness.token(&fields).await
}

#[tokio::test]
async fn certificates_prove_an_application() {
    let harness = Harness::new().await;
    let graph = harness.operator(GRAPH).await;
    let [id, app_id, _, _] = harness.application(&graph, "With certificate").await;
    let signer = Signer::new();
    let key = json!([{"type": "AsymmetricX509Cert", "usage": "Verify", "key": STANDARD.encode(&signer.der)}]);
    let patched = harness
        .graph(
            "PATCH",
            &format!("applications/{id}"),
            &graph,
            Some(json!({"keyCredentials": key})),
        )
        .await;
    assert_eq!(patched.status, 204, "{patched:?}");

    let now = jiff::Timestamp::now().as_second();
    let endpoint = format!(
        "{}/{}/oauth2/v2.0/token",
        harness.sandbox.endpoints().login,
        ids::TENANT
    );
    let claims = json!({"aud": endpoint, "iss": app_id, "sub": app_id, "jti": "1", "nbf": now, "exp": now + 300});
    for algorithm in [Algorithm::PS256, Algorithm::RS256] {
        let reply = assertion_token(&harness, &app_id, &signer.assertion(algorithm, &claims)).await;
        assert_eq!(reply.status, 200, "{algorithm:?}: {reply:?}");
    }

    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        signer.assertion(Algorithm::PS256, &claims)
    };
    let stranger = Signer::new();
    let forged = {
        let mut header = Header::new(Algorithm::PS256);
        header.x5t_s256 = Some(URL_SAFE_NO_PAD.encode(Sha256::digest(&signer.der)));
        jsonwebtoken::encode(&header, &claims, &stranger.key).unwrap()
    };
    let cases = [
        (
            stranger.assertion(Algorithm::PS256, &claims),
            700_027,
            "an unknown certificate",
        ),
        (forged, 700_027, "another key's signature"),
        (
            with("aud", json!("https://login.example/token")),
            700_023,
            "another audience",
        ),
        (with("exp", json!(now - 3600)), 700_024, "expired"),
        (with("sub", json!("somebody")), 50_048, "iss and sub differ"),
        ("no.jwt.here".to_owned(), 50_027, "no JWT"),
    ];
    for (assertion, code, what) in cases {
        assert_eq!(
            assertion_token(&harness, &app_id, &assertion)
                .await
                .aadsts(),
            code,
            "{what}"
        );
    }
}

#[tokio::test]
async fn federated_tokens_match_byte_for_byte() {
    let harness = Harness::new().await;
    let graph = harness.operator(GRAPH).await;
    let [id, app_id, _, _] = harness.application(&graph, "Federated").await;
    let (issuer, subject) = (
        "https://token.actions.githubusercontent.com",
        "repo:contoso/infra:ref:refs/heads/main",
    );
    let audience = "api://AzureADTokenExchange";
    let now = jiff::Timestamp::now().as_second();
    let signer = Signer::new();
    let token = |issuer: &str, subject: &str, audience: &str| {
        let claims = json!({"iss": issuer, "sub": subject, "aud": audience, "exp": now + 300});
        signer.assertion(Algorithm::RS256, &claims)
    };
    let good = token(issuer, subject, audience);
    assert_eq!(
        assertion_token(&harness, &app_id, &good).await.aadsts(),
        70_025,
        "none configured"
    );

    let path = format!("applications/{id}/federatedIdentityCredentials(name='github-main')");
    let body = json!({"issuer": issuer, "subject": subject, "audiences": [audience]});
    assert_eq!(
        harness.upsert(&path, &graph, body.clone()).await.status,
        201
    );
    assert_eq!(harness.upsert(&path, &graph, body).await.status, 204);
    assert_eq!(assertion_token(&harness, &app_id, &good).await.status, 200);
    let cases = [
        (token("https://other.example", subject, audience), 700_211),
        (
            token(issuer, "repo:Contoso/infra:ref:refs/heads/main", audience),
            700_213,
        ),
        (token(issuer, subject, "api://other"), 700_212),
    ];
    for (assertion, code) in cases {
        assert_eq!(
            assertion_token(&harness, &app_id, &assertion)
                .await
                .aadsts(),
            code
        );
    }
}
