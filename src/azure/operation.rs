//! Long-running operations: Azure accepts a request with 202 and says where to look for its end.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>

use std::time::Duration;

use serde::Deserialize;

use super::client::{Api, Call, Reply};
use super::error::ApiError;
use super::{AzureError, Result};

/// How often an operation is looked at before it is given up.
const MOST_LOOKS: u32 = 120;
/// The pause where Azure names none.
const PAUSE: Duration = Duration::from_secs(5);
/// The longest pause: Azure may name more than anybody wants to wait for a storage account.
const LONGEST: Duration = Duration::from_secs(30);

/// What `Azure-AsyncOperation` answers.
#[derive(Deserialize)]
struct Progress {
    #[serde(default)]
    status: String,
    #[serde(default)]
    error: Option<Refusal>,
}

#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl Api {
    /// Sends a request and waits until what it began has ended; its last answer. An answer that names no place to look is the last one.
    ///
    /// # Errors
    /// Whatever Azure answers, its refusal of the operation included; [`AzureError::Unreadable`] where it is never finished.
    pub async fn until_done(&self, call: Call) -> Result<Reply> {
        let reply = self.send(call).await?;
        self.end_of(reply).await
    }

    /// The last answer to what this answer began.
    ///
    /// # Errors
    /// As [`Api::until_done`]; 404 where the operation is forgotten, which says nothing of what it did.
    pub async fn end_of(&self, mut reply: Reply) -> Result<Reply> {
        let by_status = reply.header("azure-asyncoperation").map(str::to_owned);
        for _ in 0..MOST_LOOKS {
            let next = match &by_status {
                Some(url) if reply.status < 300 => Some(url.clone()),
                _ if reply.status == 202 => reply.header("location").map(str::to_owned),
                _ => None,
            };
            let Some(next) = next else {
                return Ok(reply);
            };
            let pause = reply.wait().unwrap_or(PAUSE).min(LONGEST);
            tokio::time::sleep(pause).await;
            reply = self.send(Call::get(next)).await?;
            if by_status.is_some() && self.has_ended(&reply)? {
                return Ok(reply);
            }
        }
        Err(AzureError::Unreadable {
            service: self.service().title(),
            detail: "an operation that is never finished".to_owned(),
        })
    }

    /// Whether the operation is over, by what `Azure-AsyncOperation` answers; a failed one is Azure's refusal.
    fn has_ended(&self, reply: &Reply) -> Result<bool> {
        let progress: Progress = reply.json()?;
        match progress.status.to_ascii_lowercase().as_str() {
            "succeeded" => Ok(true),
            "failed" | "canceled" | "cancelled" => {
                let refusal = progress.error.unwrap_or_default();
                let or = |text: String, instead: &str| {
                    if text.is_empty() {
                        instead.to_owned()
                    } else {
                        crate::text::printable_message(&text)
                    }
                };
                Err(AzureError::from(Box::new(ApiError {
                    status: 409,
                    code: or(refusal.code, "OperationFailed"),
                    message: or(refusal.message, "the operation failed"),
                    correlation_id: reply
                        .header("x-ms-correlation-request-id")
                        .map(crate::text::printable),
                    request: "the operation that it accepted".to_owned(),
                    service: self.service(),
                    retry_after: None,
                    facts: self.facts(),
                })))
            }
            _ => Ok(false),
        }
    }
}
