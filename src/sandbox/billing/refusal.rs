//! What Microsoft.Billing refuses, in each of the four shapes that it says so in.
//!
//! ARM's envelope; a bare code and message; ASP.NET's problem details; nothing at all. Each constructor says which it is and
//! who has seen it.

use serde_json::{Value, json};

use super::super::arm::{ArmError, Caller};
use super::super::exchange::{Answer, Call};

/// An answer that refuses. Boxed: every handler's result has room for one.
#[derive(Debug)]
pub(super) struct Refusal(Box<Answer>);

impl From<ArmError> for Refusal {
    fn from(error: ArmError) -> Self {
        Self(Box::new(error.answer()))
    }
}

impl Refusal {
    /// ARM's envelope.
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        ArmError::new(status, code, message).into()
    }

    /// 404 without an envelope: an account that does not exist, above all a mistyped enrollment number.
    /// <https://github.com/helderpinto/AzureOptimizationEngine/issues/104>
    pub(super) fn not_found() -> Self {
        let message = "The resource or one of its dependencies could not be found.";
        Self(Box::new(Answer::json(
            404,
            json!({"code": "NotFound", "message": message}),
        )))
    }

    /// 404 in ARM's words: no such resource type.
    pub(super) fn no_such_path(path: &str) -> Self {
        Self::new(
            404,
            "NotFound",
            format!("The path '{path}' does not exist."),
        )
    }

    /// 403 in ARM's words.
    pub(super) fn forbidden(caller: &Caller, action: &str, scope: &str) -> Self {
        ArmError::forbidden(caller, action, scope).into()
    }

    /// 403 without a body: somebody who is no enrollment writer gives a role.
    /// <https://github.com/microsoft/finops-toolkit/issues/1754>
    pub(super) fn forbidden_in_silence() -> Self {
        Self(Box::new(Answer::empty(403)))
    }

    /// 401, code "401": a valid token of somebody without any role at the enrollment.
    /// <https://github.com/microsoft/finops-toolkit/issues/1754>
    pub(super) fn no_claims() -> Self {
        Self::new(401, "401", "No claims present for the caller in the system")
    }

    /// 400 as ASP.NET says it, with what is wrong by member.
    /// <https://github.com/helderpinto/AzureOptimizationEngine/issues/116>
    pub(super) fn problem(call: &Call, errors: Vec<(String, &str)>) -> Self {
        let errors: Value = errors
            .into_iter()
            .map(|(member, sentence)| (member, json!([sentence])))
            .collect();
        Self(Box::new(Answer::json(
            400,
            json!({
                "errors": errors, "title": "One or more validation errors occurred.", "status": 400,
                "traceId": format!("00-{}-0000000000000001-00", call.request_id.simple()),
            }),
        )))
    }

    /// 422: the wrong way for this agreement, or an account that can only be read. That PUT on MCA answers so is documented
    /// (<https://github.com/Azure/terraform-provider-azapi/issues/400>); that the other cases do is an assumption.
    pub(super) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, "UnprocessableEntity", message)
    }

    /// 501: Azure can do it, the sandbox cannot.
    pub(super) fn not_simulated(what: &str) -> Self {
        Self::new(
            501,
            "NotImplemented",
            format!("The sandbox does not simulate {what}."),
        )
    }

    /// The answer.
    pub(super) fn answer(self) -> Answer {
        *self.0
    }
}
