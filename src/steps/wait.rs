//! Waiting for Azure: bounded, growing, and never silent.
//!
//! Entra ID and Resource Manager answer before all their replicas know. What they say in the meantime looks like an error and is none.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::step::Making;
use crate::azure::{AzureError, Result};

/// The first pause.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(15);
/// When it is given up. Microsoft speaks of up to ten minutes for role assignments.
/// Source: <https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---role-assignment-changes-arent-being-detected>
pub const PATIENCE: Duration = Duration::from_secs(600);

/// Pauses that grow from one second to fifteen, until the patience is used up.
#[derive(Debug)]
pub struct Pauses {
    next: Duration,
    end: Instant,
}

impl Pauses {
    /// Pauses for at most `patience` in all.
    pub fn new(patience: Duration) -> Self {
        Pauses {
            next: FIRST,
            end: Instant::now() + patience,
        }
    }

    /// Waits for the next pause; `false` when the patience is used up.
    pub async fn pause(&mut self) -> bool {
        self.pause_at_least(None).await
    }

    /// Waits for the next pause, or as long as Azure asks; `false` when the patience is used up or would be.
    pub async fn pause_at_least(&mut self, asked: Option<Duration>) -> bool {
        let pause = self.next.max(asked.unwrap_or_default());
        let now = Instant::now();
        if now >= self.end || (asked.is_some() && now + pause > self.end) {
            return false;
        }
        tokio::time::sleep(pause).await;
        self.next = (self.next * 3 / 2).min(LONGEST);
        true
    }
}

/// Tries until it works, as long as the failure is one of replication.
///
/// # Errors
/// The first failure that is no sign of replication, or the last one when the patience is used up.
pub async fn until_replicated<T, F>(
    making: &Making<'_>,
    what: &str,
    attempt: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    until_passed(making, what, is_replication, attempt).await
}

/// Tries until it works, as long as the failure is one that passes; not before Azure wants to be asked again.
///
/// # Errors
/// The first failure that doesn't pass, or the last one when the patience is used up.
pub async fn until_passed<T, F>(
    making: &Making<'_>,
    what: &str,
    passes: fn(&AzureError) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut pauses = Pauses::new(PATIENCE);
    loop {
        match attempt().await {
            Err(error) if passes(&error) => {
                making.waiting_for(what);
                if !pauses.pause_at_least(error.retry_after()).await {
                    return Err(error);
                }
            }
            answer => return answer,
        }
    }
}

/// Tries until there is something.
///
/// # Errors
/// As [`until_replicated`]; `None` when the patience is used up.
pub async fn until_visible<T, F>(
    making: &Making<'_>,
    what: &str,
    mut look: impl FnMut() -> F,
) -> Result<Option<T>>
where
    F: Future<Output = Result<Option<T>>>,
{
    let mut pauses = Pauses::new(PATIENCE);
    loop {
        if let Some(thing) = look().await? {
            return Ok(Some(thing));
        }
        making.waiting_for(what);
        if !pauses.pause().await {
            return Ok(None);
        }
    }
}

/// Whether an answer means "not yet everywhere" and not "no". Status, code and, where Azure reuses a code, words of the message.
const REPLICATION: &[(u16, &str, &str)] = &[
    (404, "Request_ResourceNotFound", ""),
    (400, "NoBackingApplicationObject", ""),
    (
        400,
        "Request_BadRequest",
        "does not reference a valid application object",
    ),
    (400, "PrincipalNotFound", ""),
    // Azure Billing, of a service principal that it does not know yet (or that is none: then the wait ends with this answer).
    (400, "", "The provided principal Tenant Id"),
    (
        403,
        "Authorization_RequestDenied",
        "backing application of the service principal being created must in the local tenant",
    ),
    (
        403,
        "Authorization_RequestDenied",
        "backing application of the service principal being created must be in the local tenant",
    ),
];

/// Whether a failure is one of replication, to be waited for.
pub fn is_replication(error: &AzureError) -> bool {
    let AzureError::Api(error) = error else {
        return false;
    };
    REPLICATION.iter().any(|(status, code, words)| {
        error.status == *status
            && (code.is_empty() || error.code == *code)
            && error.message.contains(words)
    })
}
