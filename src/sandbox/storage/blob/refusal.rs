//! What the blob service refuses, and how it says so: XML in the body, and the code in `x-ms-error-code`.
//!
//! <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes> and
//! <https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes>

use super::super::super::exchange::{Answer, Call, Payload};
use super::xml::{DECLARATION, element};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BlobError {
    status: u16,
    code: &'static str,
    message: &'static str,
    /// Further elements of the body.
    details: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

impl BlobError {
    fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    fn with_detail(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.details.push((name, text.into()));
        self
    }

    pub(super) fn with_header(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.headers.push((name, text.into()));
        self
    }

    /// 401 with a challenge: the token is not good.
    pub(super) fn invalid_token(detail: &str, challenge: String) -> Self {
        let error = Self::new(
            401,
            "InvalidAuthenticationInfo",
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
        );
        error
            .with_detail("AuthenticationErrorDetail", detail)
            .with_header("www-authenticate", challenge)
    }

    /// 401 with a challenge: there is no token at all.
    pub(super) fn no_token(challenge: String) -> Self {
        Self::new(
            401,
            "NoAuthenticationInformation",
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
        )
        .with_header("www-authenticate", challenge)
    }

    /// 403: the header is wrong as a whole, or the signature is.
    pub(super) fn authentication_failed(detail: &str) -> Self {
        Self::new(
            403,
            "AuthenticationFailed",
            "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including \
             the signature.",
        )
        .with_detail("AuthenticationErrorDetail", detail)
    }

    /// 403: keys, and SAS made from them, open nothing here.
    pub(super) fn keys_not_permitted() -> Self {
        Self::new(
            403,
            "KeyBasedAuthenticationNotPermitted",
            "Key based authentication is not permitted on this storage account.",
        )
    }

    /// 403: the firewall, or no public network at all.
    pub(super) fn authorization_failure() -> Self {
        Self::new(
            403,
            "AuthorizationFailure",
            "This request is not authorized to perform this operation.",
        )
    }

    /// 403: no role for it, or none yet.
    pub(super) fn permission_mismatch() -> Self {
        Self::new(
            403,
            "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission.",
        )
    }

    /// 403: the account was switched off.
    pub(super) fn account_disabled() -> Self {
        Self::new(
            403,
            "AccountIsDisabled",
            "The specified account is disabled.",
        )
    }

    /// 409: nobody may read without a token.
    pub(super) fn public_access_not_permitted() -> Self {
        Self::new(
            409,
            "PublicAccessNotPermitted",
            "Public access is not permitted on this storage account.",
        )
    }

    /// 404: no such account, or nothing for the nameless.
    pub(super) fn resource_not_found() -> Self {
        Self::new(
            404,
            "ResourceNotFound",
            "The specified resource does not exist.",
        )
    }

    pub(super) fn container_not_found() -> Self {
        Self::new(
            404,
            "ContainerNotFound",
            "The specified container does not exist.",
        )
    }

    pub(super) fn container_being_deleted() -> Self {
        Self::new(
            409,
            "ContainerBeingDeleted",
            "The specified container is being deleted. Try operation later.",
        )
    }

    pub(super) fn blob_not_found() -> Self {
        Self::new(404, "BlobNotFound", "The specified blob does not exist.")
    }

    pub(super) fn unsupported_verb() -> Self {
        Self::new(
            405,
            "UnsupportedHttpVerb",
            "The resource doesn't support specified Http Verb.",
        )
    }

    pub(super) fn invalid_uri() -> Self {
        Self::new(
            400,
            "InvalidUri",
            "The requested URI does not represent any resource on the server.",
        )
    }

    pub(super) fn invalid_query(name: &str, value: &str) -> Self {
        Self::new(
            400,
            "InvalidQueryParameterValue",
            "Value for one of the query parameters specified in the request URI is invalid.",
        )
        .with_detail("QueryParameterName", name)
        .with_detail("QueryParameterValue", value)
    }

    pub(super) fn query_out_of_range(name: &str, value: &str) -> Self {
        Self::new(
            400,
            "OutOfRangeQueryParameterValue",
            "One of the query parameters specified in the request URI is outside the permissible range.",
        )
        .with_detail("QueryParameterName", name)
        .with_detail("QueryParameterValue", value)
    }

    pub(super) fn invalid_header(name: &str, value: &str) -> Self {
        Self::new(
            400,
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format.",
        )
        .with_detail("HeaderName", name)
        .with_detail("HeaderValue", value)
    }

    pub(super) fn condition_not_met() -> Self {
        Self::new(
            412,
            "ConditionNotMet",
            "The condition specified using HTTP conditional header(s) is not met.",
        )
    }

    /// 416, with the blob's length.
    pub(super) fn invalid_range(length: u64) -> Self {
        Self::new(
            416,
            "InvalidRange",
            "The range specified is invalid for the current size of the resource.",
        )
        .with_header("content-range", format!("bytes */{length}"))
    }

    /// The answer that carries it.
    pub(super) fn answer(&self, call: &Call) -> Answer {
        let message = format!(
            "{}\nRequestId:{}\nTime:{}",
            self.message, call.request_id, call.now
        );
        let details: String = self
            .details
            .iter()
            .map(|(name, text)| element(name, text))
            .collect();
        let text = format!(
            "{DECLARATION}<Error>{}{}{details}</Error>",
            element("Code", self.code),
            element("Message", &message)
        );
        let answer = Answer {
            status: self.status,
            headers: Vec::new(),
            body: Payload::Text {
                content_type: "application/xml",
                text,
            },
        };
        self.headers
            .iter()
            .fold(answer, |answer, (name, text)| {
                answer.with_header(name, text.clone())
            })
            .with_header("x-ms-error-code", self.code)
    }
}

/// The version, where one is given, must be a date that the service has had: from its first version to today.
pub(super) fn check_version(call: &Call) -> Result<(), BlobError> {
    let Some(version) = call.header("x-ms-version") else {
        return Ok(());
    };
    let oldest = jiff::civil::date(2009, 9, 19);
    let newest = call.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let known = version
        .parse::<jiff::civil::Date>()
        .is_ok_and(|date| oldest <= date && date <= newest && version.len() == 10);
    if known {
        Ok(())
    } else {
        Err(BlobError::invalid_header("x-ms-version", version))
    }
}
