//! `--store helper:COMMAND`: a program of the person's own keeps the secret, by a protocol on stdin and stdout.
//!
//! azconnect runs `COMMAND get`, `COMMAND store` or `COMMAND erase`, without a shell, and writes one JSON object to its stdin:
//!
//! ```text
//! get, erase   {"version":1,"service":"azconnect","connection":"spot"}
//! store        the same with "tenant_id", "client_id" and "secret"
//! ```
//!
//! The program ends with 0 where it did what it was asked for; anything it says on stderr is then ignored, and is shown otherwise. On stdout
//! `get` answers `{"secret":"…"}`, or nothing at all (or `{}`) where it keeps none; `erase` may answer `{"erased":false}` where there was
//! none, and `store` nothing. `service` is `azconnect-sandbox` for simulated connections, which must not meet the real ones. A connection
//! whose name begins with `_` is a marker: it is stored, read and erased before a secret exists.
//!
//! Promised: the secret is on those two pipes only, never in an argument, in the environment or in a message of ours; the program gets
//! none of the secrets that may be in our environment; it is ended when its time is up.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use zeroize::Zeroizing;

use super::{Entry, SecretStore, StoreError};
use crate::host::Host;
use crate::secret::Secret;

/// How long a helper may take when nobody is there to unlock what it keeps things in.
const UNATTENDED: Duration = Duration::from_secs(20);
/// How long a person may take to find the window of a password manager, and type.
const ATTENDED: Duration = Duration::from_secs(90);
/// The version of the protocol.
const VERSION: u8 = 1;
/// How much of what a failed helper says is shown.
const SHOWN: usize = 400;

/// A program that keeps secrets.
#[derive(Debug, Clone)]
pub struct Helper {
    command: String,
    service: &'static str,
    limit: Duration,
}

#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    secret: Option<String>,
}

#[derive(Deserialize)]
struct Erased {
    #[serde(default = "yes")]
    erased: bool,
}

fn yes() -> bool {
    true
}

impl Helper {
    /// The helper that `command` runs: a program and its arguments between spaces, `"…"` around a word that has some. `wait_for_unlock`
    /// says that a person is there whom it may ask.
    pub fn new(command: impl Into<String>, service: &'static str, wait_for_unlock: bool) -> Self {
        Helper {
            command: command.into(),
            service,
            limit: if wait_for_unlock {
                ATTENDED
            } else {
                UNATTENDED
            },
        }
    }

    /// Asks the program one thing; its stdout.
    async fn ask(
        &self,
        verb: &'static str,
        question: &Value,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        tokio::time::timeout(self.limit, self.run(verb, question))
            .await
            .unwrap_or(Err(StoreError::TimedOut {
                store: self.describe(),
                after: Some(self.limit),
            }))
    }

    async fn run(
        &self,
        verb: &'static str,
        question: &Value,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let words = words(&self.command);
        let (program, arguments) = words
            .split_first()
            .ok_or_else(|| self.missing("It is empty."))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .arg(verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for name in Host::SECRETS {
            command.env_remove(name);
        }
        let mut child = command
            .spawn()
            .map_err(|error| self.missing(&super::error::sentence(&error.to_string())))?;
        let input = Zeroizing::new(question.to_string());
        let mut stdin = child.stdin.take();
        let write = async {
            if let Some(stdin) = &mut stdin {
                // A helper that needs none of it may close the pipe: what it answers counts.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
            drop(stdin.take());
        };
        let (output, ()) = tokio::join!(child.wait_with_output(), write);
        let output = output.map_err(|error| self.failed(verb, error.to_string()))?;
        let stdout = Zeroizing::new(output.stdout);
        if output.status.success() {
            return Ok(stdout);
        }
        let secret = question["secret"].as_str();
        Err(self.failed(verb, said(&output.stderr, output.status, secret)))
    }

    async fn read(&self, connection: &str) -> Result<Option<Secret>, StoreError> {
        let stdout = self.ask("get", &self.question(connection)).await?;
        let kept: Option<Kept> = self.answer("get", &stdout)?;
        let secret = kept.and_then(|kept| kept.secret).map(Zeroizing::new);
        Ok(secret
            .filter(|secret| !secret.is_empty())
            .map(|secret| Secret::new(secret.as_str())))
    }

    async fn write(&self, entry: &Entry) -> Result<(), StoreError> {
        let mut question = self.question(&entry.connection);
        question["tenant_id"] = json!(entry.tenant_id);
        question["client_id"] = json!(entry.client_id);
        question["secret"] = json!(entry.secret.expose());
        let asked = self.ask("store", &question).await;
        wipe(&mut question["secret"]);
        asked.map(|_| ())
    }

    fn question(&self, connection: &str) -> Value {
        json!({"version": VERSION, "service": self.service, "connection": connection})
    }

    /// A verb's answer; none where it is empty.
    fn answer<'a, T: Deserialize<'a>>(
        &self,
        verb: &'static str,
        stdout: &'a [u8],
    ) -> Result<Option<T>, StoreError> {
        if stdout.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        // The parser's own words could repeat what it read.
        serde_json::from_slice(stdout)
            .map(Some)
            .map_err(|_| StoreError::HelperAnswer {
                store: self.describe(),
                verb,
            })
    }

    fn missing(&self, why: &str) -> StoreError {
        StoreError::HelperMissing {
            store: self.describe(),
            why: why.to_owned(),
        }
    }

    fn failed(&self, verb: &'static str, why: String) -> StoreError {
        StoreError::HelperFailed {
            store: self.describe(),
            verb,
            why,
        }
    }
}

#[async_trait]
impl SecretStore for Helper {
    fn describe(&self) -> String {
        format!("helper `{}`", crate::text::printable(&self.command))
    }

    fn kind(&self) -> String {
        format!("helper:{}", self.command)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let marker = uuid::Uuid::new_v4().to_string();
        let entry = Entry {
            connection: format!("_probe-{marker}"),
            tenant_id: uuid::Uuid::nil().to_string(),
            client_id: uuid::Uuid::nil().to_string(),
            secret: Secret::new(&marker),
            expires_at: None,
        };
        self.write(&entry).await?;
        let read = self.read(&entry.connection).await;
        // Erased before the reading is judged: a failed probe leaves nothing behind.
        self.delete(&entry.connection).await?;
        if read?.as_ref() != Some(&entry.secret) || self.read(&entry.connection).await?.is_some() {
            return Err(StoreError::Forgetful {
                store: self.describe(),
            });
        }
        Ok(())
    }

    async fn get(&self, connection: &str) -> Result<Option<Secret>, StoreError> {
        self.read(connection).await
    }

    async fn set(&self, entry: &Entry) -> Result<(), StoreError> {
        self.write(entry).await
    }

    async fn delete(&self, connection: &str) -> Result<bool, StoreError> {
        let stdout = self.ask("erase", &self.question(connection)).await?;
        let answer: Option<Erased> = self.answer("erase", &stdout)?;
        Ok(answer.is_none_or(|answer| answer.erased))
    }
}

/// What a failed helper said, without the secret that it may have repeated.
fn said(stderr: &[u8], status: std::process::ExitStatus, secret: Option<&str>) -> String {
    let mut text = String::from_utf8_lossy(stderr).into_owned();
    if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    let text = crate::text::printable(text.trim());
    if text.is_empty() {
        return format!("It ended with {status} and said nothing.");
    }
    let shown: String = text.chars().take(SHOWN).collect();
    super::error::sentence(&shown)
}

/// Overwrites a secret in a JSON value before it is freed.
fn wipe(value: &mut Value) {
    if let Value::String(text) = std::mem::take(value) {
        drop(Zeroizing::new(text));
    }
}

/// The words of a command: between spaces, `"…"` around a word that has some.
pub(super) fn words(command: &str) -> Vec<String> {
    let mut all = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for letter in command.chars() {
        match letter {
            '"' => (quoted, begun) = (!quoted, true),
            ' ' | '\t' if !quoted => {
                if begun {
                    all.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            other => {
                word.push(other);
                begun = true;
            }
        }
    }
    if begun {
        all.push(word);
    }
    all
}

#[cfg(all(test, unix))]
mod tests;
