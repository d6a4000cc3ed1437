//! What Azure Resource Manager refuses, and how it says so.

use serde_json::json;

use super::super::exchange::Answer;
use super::caller::Caller;

/// A refusal in ARM's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct ArmError {
    status: u16,
    pub(super) code: &'static str,
    message: String,
    headers: Vec<(&'static str, String)>,
}

impl ArmError {
    pub(in crate::sandbox) fn new(
        status: u16,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            headers: Vec::new(),
        }
    }

    pub(in crate::sandbox) fn with_header(
        mut self,
        name: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// 403 `AuthorizationFailed`, in the sentence that programs take apart.
    pub(in crate::sandbox) fn forbidden(caller: &Caller, action: &str, scope: &str) -> Self {
        let text = format!(
            "The client '{}' with object id '{}' does not have authorization to perform action '{action}' over scope '{}' or \
             the scope is invalid. If access was recently granted, please refresh your credentials.",
            caller.name,
            caller.id,
            if scope.is_empty() { "/" } else { scope }
        );
        Self::new(403, "AuthorizationFailed", text)
    }

    /// 400 `InvalidRequestContent`: a member that the type does not have.
    pub(in crate::sandbox) fn unknown_member(member: &str, of: &str) -> Self {
        let text = format!(
            "The request content was invalid and could not be deserialized: 'Could not find member '{member}' on object of \
             type '{of}'. Path '{member}'.'."
        );
        Self::new(400, "InvalidRequestContent", text)
    }

    /// The answer that carries it.
    pub(in crate::sandbox) fn answer(&self) -> Answer {
        let body = json!({"error": {"code": self.code, "message": self.message}});
        let answer = Answer::json(self.status, body);
        self.headers.iter().fold(answer, |answer, (name, value)| {
            answer.with_header(name, value.clone())
        })
    }
}
