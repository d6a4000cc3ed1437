//! Somebody who was sent a request and does what it says: signs in by themselves and runs its commands, one after the other, as `az` would.
//!
//! Knows only the letter. Whatever the letter doesn't say, it can't do.

use std::path::PathBuf;

use azconnect::sandbox::ids;
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use crate::lab::Lab;

/// The letters of a connection by the right that they are about.
pub(crate) fn letters(lab: &Lab, connection: &str) -> Vec<(String, String)> {
    let folder = lab.home().join("azconnect/requests").join(connection);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map(|all| all.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    files.sort();
    let named = |file: PathBuf| {
        let right = file.file_stem().unwrap().to_str().unwrap().to_owned();
        (right, std::fs::read_to_string(file).unwrap())
    };
    files.into_iter().map(named).collect()
}

/// A person with a letter.
pub(crate) struct SecondPerson<'lab> {
    lab: &'lab Lab,
    http: reqwest::Client,
    name: &'static str,
    /// What the last `az ad app create` printed.
    pub(crate) printed: Option<String>,
}

impl<'lab> SecondPerson<'lab> {
    pub(crate) fn new(lab: &'lab Lab, name: &'static str) -> Self {
        let root = reqwest::Certificate::from_pem(lab.sandbox().ca_pem().as_bytes()).unwrap();
        let http = reqwest::Client::builder().tls_certs_only([root]).no_proxy();
        SecondPerson {
            lab,
            http: http.build().unwrap(),
            name,
            printed: None,
        }
    }

    /// Runs every command of a letter. `given` are the values that it says to put in, with what they are.
    pub(crate) fn does(&mut self, letter: &str, given: &[(&str, &str)]) {
        let mut done = 0;
        for line in letter.lines().map(str::trim) {
            if !line.starts_with("az ") {
                continue;
            }
            let mut line = line.to_owned();
            for (placeholder, value) in given {
                line = line.replace(placeholder, value);
            }
            if let Some(printed) = &self.printed {
                line = line.replace("<the ID that it printed>", printed);
            }
            assert!(!line.contains('<'), "left to guess: {line}");
            self.run(&words(&line));
            done += 1;
        }
        assert!(done > 1, "a sign-in and a command in {letter}");
    }

    fn run(&mut self, words: &[String]) {
        let option = |name: &str| {
            let at = words.iter().position(|word| word == name);
            at.map(|at| words[at + 1].clone())
                .unwrap_or_else(|| panic!("{name} in {words:?}"))
        };
        let verb: Vec<&str> = words[1..]
            .iter()
            .map(String::as_str)
            .take_while(|word| !word.starts_with("--"))
            .collect();
        let endpoints = self.lab.sandbox().endpoints();
        match verb.as_slice() {
            ["login"] => assert_eq!(option("--tenant"), ids::TENANT.to_string()),
            ["role", "assignment", "create"] => {
                let role = match option("--role").as_str() {
                    "Reader" => ids::ROLE_READER,
                    "Storage Blob Data Reader" => uuid!("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
                    other => panic!("{other}"),
                };
                let (scope, name) = (option("--scope"), Uuid::new_v4());
                let url = format!(
                    "{}{scope}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01",
                    endpoints.arm
                );
                let definition =
                    format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}");
                let body = json!({"properties": {"principalId": option("--assignee-object-id"), "principalType": option("--assignee-principal-type"), "roleDefinitionId": definition}});
                self.sends("put", &url, Some(body));
            }
            ["rest"] => {
                let body = serde_json::from_str(&option("--body")).unwrap();
                self.sends(&option("--method"), &option("--url"), Some(body));
            }
            ["ad", "app", "create"] => {
                let body = json!({"displayName": option("--display-name"), "signInAudience": option("--sign-in-audience")});
                let url = format!("{}/v1.0/applications", endpoints.graph);
                let made = self.sends("post", &url, Some(body));
                self.printed = Some(made["appId"].as_str().unwrap().to_owned());
            }
            ["ad", "sp", "create"] => {
                let url = format!("{}/v1.0/servicePrincipals", endpoints.graph);
                self.sends("post", &url, Some(json!({"appId": option("--id")})));
            }
            ["ad", "sp", "show"] => {
                let url = format!(
                    "{}/v1.0/servicePrincipals(appId='{}')",
                    endpoints.graph,
                    option("--id")
                );
                self.sends("get", &url, None);
            }
            // The simulated Graph gives no owners afterwards.
            ["ad", "app", "owner", "add"] => self.lab.state(|state| {
                let id = option("--id");
                let mut all = state.applications.values_mut();
                let app = all.find(|app| app.app_id.to_string() == id).unwrap();
                app.owners
                    .insert(option("--owner-object-id").parse().unwrap());
            }),
            other => panic!("no such command: {other:?}"),
        }
    }

    /// Sends a request with a token of their own; it must be granted.
    fn sends(&self, method: &str, url: &str, body: Option<Value>) -> Value {
        let token = self.token(if url.starts_with(&self.lab.sandbox().endpoints().graph) {
            "https%3A%2F%2Fgraph.microsoft.com%2F.default"
        } else {
            "https%3A%2F%2Fmanagement.azure.com%2F.default"
        });
        let verb = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let mut request = self.http.request(verb, url).bearer_auth(token);
        if let Some(body) = body {
            let request_body = body.to_string();
            request = request
                .header("content-type", "application/json")
                .body(request_body);
        }
        self.lab.block_on(async {
            let response = request.send().await.unwrap();
            let status = response.status();
            let bytes = response.bytes().await.unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(status.is_success(), "{method} {url}: {status} {text}");
            serde_json::from_slice(&bytes).unwrap_or(Value::Null)
        })
    }

    /// Signs in with a code.
    fn token(&self, scope: &str) -> String {
        let login = format!(
            "{}/{}/oauth2/v2.0",
            self.lab.sandbox().endpoints().login,
            ids::TENANT
        );
        let client = ids::AZURE_CLI_CLIENT_ID;
        let form = |path: &str, text: String| {
            let request = self.http.post(format!("{login}/{path}"));
            let request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(text);
            async move {
                let bytes = request.send().await.unwrap().bytes().await.unwrap();
                serde_json::from_slice::<Value>(&bytes).unwrap()
            }
        };
        self.lab.block_on(async {
            let code = form("devicecode", format!("client_id={client}&scope={scope}")).await;
            let text = |name: &str| code[name].as_str().unwrap().to_owned();
            let person = self.lab.sandbox().person(self.name);
            person
                .enter_device_code(&text("user_code"), true)
                .await
                .unwrap();
            let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";
            let asked = format!(
                "grant_type={grant}&client_id={client}&device_code={}",
                text("device_code")
            );
            let token = form("token", asked).await;
            token["access_token"].as_str().unwrap().to_owned()
        })
    }
}

/// The words of a command, as a shell takes them apart.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut begun = false;
    for letter in line.chars() {
        match letter {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun || !word.is_empty() {
                    all.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            other => word.push(other),
        }
    }
    all.push(word);
    all
}
