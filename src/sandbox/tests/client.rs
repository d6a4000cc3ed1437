//! A plain https client for the tests of this room.

use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::percent_encoded;
use super::super::{Options, Replication, Sandbox, State, ids, start};

pub(super) const ARM: &str = "https://management.azure.com/.default";
pub(super) const GRAPH: &str = "https://graph.microsoft.com/.default";

/// A running sandbox and a client that trusts it.
pub(super) struct Harness {
    pub(super) sandbox: Sandbox,
    pub(super) http: Client,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Value,
}

impl Reply {
    /// The code of an ARM or Graph error.
    pub(super) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// The AADSTS number of a login error.
    pub(super) fn aadsts(&self) -> u64 {
        self.body["error_codes"][0].as_u64().unwrap_or_default()
    }

    pub(super) fn text(&self, pointer: &str) -> String {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }
}

impl Harness {
    /// A sandbox where everything is seen at once.
    pub(super) async fn new() -> Self {
        Self::with(Replication::none(), State::contoso()).await
    }

    pub(super) async fn seeded(change: impl FnOnce(&mut State)) -> Self {
        let mut seed = State::contoso();
        change(&mut seed);
        Self::with(Replication::none(), seed).await
    }

    pub(super) async fn with(replication: Replication, seed: State) -> Self {
        Self::started(Options {
            replication,
            seed,
            ..Options::default()
        })
        .await
    }

    pub(super) async fn started(options: Options) -> Self {
        let sandbox = start(options).await.unwrap();
        let root = Certificate::from_pem(sandbox.ca_pem().as_bytes()).unwrap();
        let http = Client::builder()
            .tls_certs_only([root])
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { sandbox, http }
    }

    pub(super) async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Reply, reqwest::Error> {
        let mut request = self
            .http
            .request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes).into_owned()));
        Ok(Reply {
            status,
            headers,
            body,
        })
    }

    /// A request with a token and perhaps a JSON body.
    pub(super) async fn ask(
        &self,
        method: &str,
        url: &str,
        token: &str,
        body: Option<Value>,
    ) -> Reply {
        self.ask_with(method, url, token, &[], body).await
    }

    pub(super) async fn ask_with(
        &self,
        method: &str,
        url: &str,
        token: &str,
        extra: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let authorization = format!("Bearer {token}");
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        headers.extend(extra);
        self.send(method, url, &headers, body.map(|body| body.to_string()))
            .await
            .unwrap()
    }

    pub(super) async fn graph(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Reply {
        self.ask(
            method,
            &format!("{}/v1.0/{path}", self.sandbox.endpoints().graph),
            token,
            body,
        )
        .await
    }

    pub(super) async fn upsert(&self, path: &str, token: &str, body: Value) -> Reply {
        let url = format!("{}/v1.0/{path}", self.sandbox.endpoints().graph);
        self.ask_with(
            "PATCH",
            &url,
            token,
            &[("prefer", "create-if-missing")],
            Some(body),
        )
        .await
    }

    pub(super) async fn arm(
        &self,
        method: &str,
        path: &str,
        version: &str,
        token: &str,
        body: Option<Value>,
    ) -> Reply {
        let joint = if path.contains('?') { '&' } else { '?' };
        let url = format!(
            "{}{path}{joint}api-version={version}",
            self.sandbox.endpoints().arm
        );
        self.ask(method, &url, token, body).await
    }

    pub(super) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect();
        let url = format!("{}/{path}", self.sandbox.endpoints().login);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", &url, &form, Some(body.join("&")))
            .await
            .unwrap()
    }

    /// A request to the token endpoint of Contoso.
    pub(super) async fn token(&self, fields: &[(&str, &str)]) -> Reply {
        self.form(&format!("{}/oauth2/v2.0/token", ids::TENANT), fields)
            .await
    }

    pub(super) async fn secret_token(&self, client_id: &str, secret: &str, scope: &str) -> Reply {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", secret),
            ("scope", scope),
        ];
        self.token(&fields).await
    }

    /// A token of the operator.
    pub(super) async fn operator(&self, scope: &str) -> String {
        let reply = self
            .secret_token(
                &ids::OPERATOR_CLIENT_ID.to_string(),
                ids::OPERATOR_SECRET,
                scope,
            )
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.text("/access_token")
    }

    /// A token of a person, by the device code flow of the Azure CLI's client.
    pub(super) async fn person(&self, name: &str, scope: &str) -> String {
        self.person_tokens(name, scope).await.text("/access_token")
    }

    pub(super) async fn person_tokens(&self, name: &str, scope: &str) -> Reply {
        let client = ids::AZURE_CLI_CLIENT_ID.to_string();
        let scope = format!("{scope} offline_access openid profile");
        let asked = self
            .form(
                &format!("{}/oauth2/v2.0/devicecode", ids::TENANT),
                &[("client_id", &client), ("scope", &scope)],
            )
            .await;
        assert_eq!(asked.status, 200, "{asked:?}");
        self.sandbox
            .person(name)
            .enter_device_code(&asked.text("/user_code"), true)
            .await
            .unwrap();
        let reply = self
            .token(&[
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("client_id", &client),
                ("device_code", &asked.text("/device_code")),
            ])
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply
    }

    /// Creates an application with its service principal and a secret: object id, client id, principal id, secret.
    pub(super) async fn application(&self, token: &str, name: &str) -> [String; 4] {
        let created = self
            .graph(
                "POST",
                "applications",
                token,
                Some(json!({"displayName": name, "signInAudience": "AzureADMyOrg"})),
            )
            .await;
        assert_eq!(created.status, 201, "{created:?}");
        let (id, app_id) = (created.text("/id"), created.text("/appId"));
        let principal = self
            .graph(
                "POST",
                "servicePrincipals",
                token,
                Some(json!({"appId": app_id})),
            )
            .await;
        assert_eq!(principal.status, 201, "{principal:?}");
        let secret = self
            .graph(
                "POST",
                &format!("applications/{id}/addPassword"),
                token,
                Some(json!({})),
            )
            .await;
        assert_eq!(secret.status, 200, "{secret:?}");
        [
            id,
            app_id,
            principal.text("/id"),
            secret.text("/secretText"),
        ]
    }

    /// Assigns a role at a scope.
    pub(super) async fn assign(
        &self,
        token: &str,
        scope: &str,
        name: Uuid,
        role: Uuid,
        principal: &str,
    ) -> Reply {
        let body = json!({"properties": {
            "roleDefinitionId": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            "principalId": principal, "principalType": "ServicePrincipal",
        }});
        let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}");
        self.arm("PUT", &path, "2022-04-01", token, Some(body))
            .await
    }
}

pub(super) fn subscription_scope() -> String {
    format!("/subscriptions/{}", ids::SUBSCRIPTION)
}
