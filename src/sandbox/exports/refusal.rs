//! What Cost Management refuses about exports.

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

impl From<Answer> for Refusal {
    fn from(answer: Answer) -> Self {
        Self(Box::new(answer))
    }
}

impl Refusal {
    /// ARM's envelope.
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        ArmError::new(status, code, message).into()
    }

    /// 400: a value that breaks a rule, in the sentence that Cost Management begins all of these with.
    pub(super) fn invalid(what: impl AsRef<str>) -> Self {
        let text = format!("Request properties validation failed: {}", what.as_ref());
        Self::new(400, "BadRequest", text)
    }

    /// 400: a member that is unknown, absent or no such value; `path` is like `properties.schedule.recurrence`.
    /// <https://github.com/Azure/azure-powershell/issues/27730>
    pub(super) fn member(path: &str) -> Self {
        let text = format!("Invalid request payload, Invalid member :{path}");
        Self::new(400, "BadRequest", text)
    }

    /// 400: a period that cannot be exported; `{}` to run is one. <https://github.com/microsoft/finops-toolkit/issues/1370>
    pub(super) fn time_period(why: &str) -> Self {
        Self::invalid(format!("Invalid time period provided.{why}"))
    }

    /// 401: a token that Cost Management does not take. <https://github.com/microsoft/finops-toolkit/issues/2113>
    pub(super) fn access_denied(call: &Call) -> Self {
        let text = format!(
            "The client does not have authorization to perform action. Request ID: {}",
            call.request_id
        );
        Self::new(401, "RBACAccessDenied", text)
    }

    /// 401 without a body: an application's token, and an identity for the export, under an MCA.
    pub(super) fn in_silence() -> Self {
        Self(Box::new(Answer::empty(401)))
    }

    /// 401, code "401": somebody without any role at an enrollment.
    pub(super) fn no_claims() -> Self {
        Self::new(401, "401", "No claims present for the caller in the system")
    }

    /// 401: a person without any role, at an enrollment account.
    /// <https://github.com/microsoft/finops-toolkit/issues/1495>
    pub(super) fn no_enrollment_account() -> Self {
        let text = "The user does not have valid claims on any enrollmentaccounts.";
        Self::new(401, "BillingAccessDenied", text)
    }

    /// 403 in ARM's words.
    pub(super) fn forbidden(caller: &Caller, action: &str, scope: &str) -> Self {
        ArmError::forbidden(caller, action, scope).into()
    }

    /// 404: no such export, or none that this api-version sees.
    pub(super) fn not_found(name: &str) -> Self {
        let text = format!("The requested export with export name: {name} could not be found.");
        Self::new(404, "NotFound", text)
    }

    /// The answer.
    pub(super) fn answer(self) -> Answer {
        *self.0
    }
}
