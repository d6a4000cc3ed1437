//! The operator, who has a role everywhere, as a plain client of the simulated Azure: for tests of the sandbox itself.

use azconnect::sandbox::ids;
use serde_json::Value;

use crate::lab::Lab;

/// The operator with a token.
pub(crate) struct Client<'lab> {
    pub(crate) lab: &'lab Lab,
    http: reqwest::Client,
    token: String,
}

impl<'lab> Client<'lab> {
    /// With a token for Azure Resource Manager.
    pub(crate) fn new(lab: &'lab Lab) -> Self {
        Self::with_token_for(lab, "https%3A%2F%2Fmanagement.azure.com%2F.default")
    }

    /// With a token for another resource; `scope` is percent-encoded.
    pub(crate) fn with_token_for(lab: &'lab Lab, scope: &str) -> Self {
        let root = reqwest::Certificate::from_pem(lab.sandbox().ca_pem().as_bytes()).unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([root])
            .no_proxy()
            .build()
            .unwrap();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={scope}",
            ids::OPERATOR_CLIENT_ID,
            ids::OPERATOR_SECRET
        );
        let url = format!(
            "{}/{}/oauth2/v2.0/token",
            lab.sandbox().endpoints().login,
            ids::TENANT
        );
        let request = http
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let (_, _, answer) = lab.block_on(answer(request));
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { lab, http, token }
    }

    /// Sends a request to Azure Resource Manager; status, `Location`, body.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        version: &str,
        body: Option<Value>,
    ) -> (u16, String, Value) {
        let joint = if path.contains('?') { '&' } else { '?' };
        let arm = &self.lab.sandbox().endpoints().arm;
        self.ask(
            method,
            &format!("{arm}{path}{joint}api-version={version}"),
            body,
        )
    }

    /// Sends a request to any address.
    pub(crate) fn ask(&self, method: &str, url: &str, body: Option<Value>) -> (u16, String, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        self.lab.block_on(answer(request))
    }

    /// Sends a request to the blob service; status and text.
    pub(crate) fn blob(&self, method: &str, rest: &str) -> (u16, String) {
        let url = format!("{}/{rest}", self.lab.sandbox().endpoints().blob);
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, url).bearer_auth(&self.token);
        let request = request.header("x-ms-version", "2023-11-03");
        self.lab.block_on(async {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        })
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, String, Value) {
    let response = request.send().await.unwrap();
    let location = response
        .headers()
        .get("location")
        .map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let bytes = response.bytes().await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    (status, location.unwrap_or_default(), body)
}
