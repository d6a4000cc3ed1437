//! Signing in as a managed identity: App Service's endpoint, played here, gives tokens that the simulated Azure issued.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use azconnect::sandbox::ids;
use serde_json::{Value, json};

use crate::lab::Lab;

/// What the endpoint needs: the simulated Azure's token endpoint, and who asked it for what.
#[derive(Clone)]
struct Endpoint {
    token_url: String,
    ca: Vec<u8>,
    asked: Arc<Mutex<Vec<String>>>,
}

/// Source of the protocol: <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>
async fn token(
    State(endpoint): State<Endpoint>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> (StatusCode, axum::Json<Value>) {
    if headers
        .get("x-identity-header")
        .is_none_or(|value| value != "only-this-process")
    {
        return (
            StatusCode::UNAUTHORIZED,
            axum::Json(json!({"error": "no identity header"})),
        );
    }
    let resource = query.get("resource").cloned().unwrap_or_default();
    endpoint.asked.lock().unwrap().push(resource.clone());
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_merge([reqwest::Certificate::from_pem(&endpoint.ca).unwrap()])
        .build()
        .unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={}/.default",
        ids::OPERATOR_CLIENT_ID,
        ids::OPERATOR_SECRET,
        resource.trim_end_matches('/')
    );
    let answer = client
        .post(&endpoint.token_url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let expires_on = (jiff::Timestamp::now().as_second() + 3600).to_string();
    let body = json!({"access_token": answer["access_token"], "expires_on": expires_on, "resource": resource, "token_type": "Bearer"});
    (StatusCode::OK, axum::Json(body))
}

#[test]
fn a_managed_identity_connects_a_subscription() {
    let mut lab = Lab::new();
    let endpoint = Endpoint {
        token_url: format!(
            "{}/{}/oauth2/v2.0/token",
            lab.sandbox().endpoints().login,
            ids::TENANT
        ),
        ca: lab.sandbox().ca_pem().as_bytes().to_vec(),
        asked: Arc::default(),
    };
    let router = Router::new()
        .route("/msi/token", get(token))
        .with_state(endpoint.clone());
    let address = lab.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    });
    for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
        lab.env.remove(name);
    }
    lab.env.insert(
        "IDENTITY_ENDPOINT".to_owned(),
        format!("http://{address}/msi/token"),
    );
    lab.env
        .insert("IDENTITY_HEADER".to_owned(), "only-this-process".to_owned());
    let ran = lab.run_init(&["--sign-in", "managed-identity"]).exits(0);
    assert_eq!(
        ran.json()["connection"]["tenant_id"],
        ids::TENANT.to_string()
    );
    assert!(ran.stderr.contains("managed-identity"), "{ran:#?}");
    let asked = endpoint.asked.lock().unwrap().clone();
    assert!(
        asked
            .iter()
            .any(|resource| resource.starts_with("https://management.azure.com")),
        "{asked:?}"
    );
    assert!(
        asked
            .iter()
            .any(|resource| resource.starts_with("https://graph.microsoft.com")),
        "{asked:?}"
    );

    lab.env
        .insert("IDENTITY_HEADER".to_owned(), "another-one".to_owned());
    let refused = lab
        .run_init(&["--sign-in", "managed-identity"])
        .exits(4)
        .json();
    assert!(
        refused["error"]["hints"]
            .as_array()
            .is_some_and(|hints| !hints.is_empty()),
        "{refused}"
    );
}
