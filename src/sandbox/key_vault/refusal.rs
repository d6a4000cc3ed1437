//! What Key Vault refuses, and how it says so: `{"error": {"code", "message", "innererror": {"code"}}}`.
//!
//! <https://learn.microsoft.com/azure/key-vault/general/rest-error-codes>

use serde_json::json;

use super::super::exchange::Answer;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    inner: Option<&'static str>,
    message: String,
    challenge: Option<String>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            inner: None,
            message: message.into(),
            challenge: None,
        }
    }

    /// 401 with the challenge that says where tokens come from.
    pub(super) fn unauthorized(message: String, challenge: String) -> Self {
        Self {
            challenge: Some(challenge),
            ..Self::new(401, "Unauthorized", message)
        }
    }

    /// 403, for one of three reasons.
    pub(super) fn forbidden(message: String, inner: &'static str) -> Self {
        Self {
            inner: Some(inner),
            ..Self::new(403, "Forbidden", message)
        }
    }

    /// A vault without a name in the DNS; here all share one host.
    pub(super) fn vault_not_found(name: &str) -> Self {
        let text = format!("The vault '{name}' was not found.");
        Self::new(404, "VaultNotFound", text)
    }

    /// 404: no such secret, or a deleted one.
    pub(super) fn secret_not_found(name: &str) -> Self {
        let text = format!(
            "A secret with (name/id) {name} was not found in this key vault. If you recently deleted this secret you may be able \
             to recover it using the correct recovery command. For help resolving this issue, please see \
             https://go.microsoft.com/fwlink/?linkid=2125182"
        );
        Self::new(404, "SecretNotFound", text)
    }

    /// 404: no such deleted secret.
    pub(super) fn deleted_not_found(name: &str) -> Self {
        let text = format!("Deleted Secret not found: {name}");
        Self::new(404, "SecretNotFound", text)
    }

    /// 409: the name belongs to a deleted secret.
    pub(super) fn deleted_but_recoverable(name: &str) -> Self {
        let text = format!(
            "Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the \
             secret can only be recovered or purged."
        );
        Self {
            inner: Some("ObjectIsDeletedButRecoverable"),
            ..Self::new(409, "Conflict", text)
        }
    }

    /// 400: something in the request.
    pub(super) fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "BadParameter", message)
    }

    /// 400: the version, or its absence.
    pub(super) fn api_version(given: Option<&str>) -> Self {
        match given {
            None => Self::bad_parameter("The request is missing the api-version query parameter."),
            Some(version) => Self::bad_parameter(format!(
                "The specified version ({version}) is not recognized. Consider using the latest supported version (7.4)."
            )),
        }
    }

    /// 405.
    pub(super) fn method_not_allowed() -> Self {
        Self::new(405, "MethodNotAllowed", "The method is not allowed here.")
    }

    /// 404: nothing of Key Vault's that is simulated.
    pub(super) fn no_such_path(path: &str) -> Self {
        let text = format!("The sandbox's Key Vault has nothing at {path}.");
        Self::new(404, "NotFound", text)
    }

    /// The answer that carries it.
    pub(super) fn answer(self) -> Answer {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(inner) = self.inner {
            error["innererror"] = json!({"code": inner});
        }
        let answer = Answer::json(self.status, json!({"error": error}));
        match self.challenge {
            Some(challenge) => answer.with_header("www-authenticate", challenge),
            None => answer,
        }
    }
}
