//! What Partner Center refuses, and how it says so.
//!
//! <https://learn.microsoft.com/partner-center/developer/error-codes>: a JSON object of `code`, `description`, `data` and
//! `source`. Two refusals have shapes of their own: a token that is not accepted (no body, the reason in a header) and too
//! many requests (`statusCode` and `message`).

use serde_json::{Value, json};

use super::super::exchange::Answer;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The usual shape.
    Coded {
        status: u16,
        code: u32,
        description: String,
        data: Vec<&'static str>,
        source: &'static str,
    },
    /// 401 without a body: the reason stands in `WWW-Authenticate`.
    Challenge(String),
    /// 429; asking again is worth it after so many seconds.
    TooMany(i64),
}

/// Where an error says that it comes from, unless its sample names another source.
const SOURCE: &str = "PartnerFD";

impl Refusal {
    pub(super) fn new(status: u16, code: u32, description: impl Into<String>) -> Self {
        Self::Coded {
            status,
            code,
            description: description.into(),
            data: Vec::new(),
            source: SOURCE,
        }
    }

    /// Names another source.
    pub(super) fn with_source(self, name: &'static str) -> Self {
        match self {
            Self::Coded {
                status,
                code,
                description,
                data,
                ..
            } => Self::Coded {
                status,
                code,
                description,
                data,
                source: name,
            },
            other => other,
        }
    }

    /// Adds a page to read.
    pub(super) fn with_page(mut self, page: &'static str) -> Self {
        if let Self::Coded { data, .. } = &mut self {
            data.push(page);
        }
        self
    }

    /// 401, 800001: no token at all.
    pub(super) fn no_token() -> Self {
        Self::new(401, 800_001, "Partner Token missing in request context")
    }

    /// 401, 900420: a token for Azure AD Graph.
    pub(super) fn old_audience() -> Self {
        let text = "The audience in the token is no longer supported. Request a token for https://api.partnercenter.microsoft.com.";
        Self::new(401, 900_420, text)
    }

    /// A token that is there but not accepted. The header is that of ASP.NET's bearer tokens; that of a missing second
    /// factor is the only one that Microsoft shows, without a description.
    pub(super) fn invalid_token(description: Option<&str>) -> Self {
        Self::Challenge(match description {
            Some(text) => {
                format!("Bearer error=\"invalid_token\", error_description=\"{text}\"")
            }
            None => "Bearer error=\"invalid_token\"".to_owned(),
        })
    }

    /// 403, 900150: the application or the person may not.
    pub(super) fn no_rights() -> Self {
        let text = "The supplied role doesn't have the rights to perform the requested operation";
        Self::new(403, 900_150, text)
    }

    /// 403, 900150: the API does not serve resellers.
    pub(super) fn reseller(is_named: bool) -> Self {
        if is_named {
            let text = "API access for indirect resellers isn't supported.";
            Self::new(403, 900_150, text)
        } else {
            Self::no_rights()
        }
    }

    /// 403, 900329: people only.
    pub(super) fn people_only() -> Self {
        let text = "This resource does not support application-only authentication.";
        Self::new(403, 900_329, text)
    }

    /// 403, 900149: the programme.
    pub(super) fn programme_inactive() -> Self {
        Self::new(403, 900_149, "CSP program status isn't active.")
    }

    /// 403, 900124: the agreement of the partner itself.
    pub(super) fn agreement_not_signed(domain: &str) -> Self {
        let text = format!(
            "Your company hasn't accepted the Microsoft Partner Agreement (MPA). The global admin of the CSP account must \
             accept the MPA to resume the full transactional capabilities. Search {domain} for your global admin and have \
             them sign the MPA on the dashboard https://partner.microsoft.com/dashboard to resume full transactional \
             capabilities"
        );
        Self::new(403, 900_124, text)
    }

    /// 400, 3000: a parameter has no sensible value.
    pub(super) fn invalid_property(name: &str) -> Self {
        Self::new(400, 3000, format!("Invalid property: {name}"))
    }

    /// 404, 1000.
    pub(super) fn not_found() -> Self {
        Self::new(404, 1000, "Not found")
    }

    /// The answer that carries it; `as_text` makes a string of the code.
    pub(super) fn answer(self, as_text: bool) -> Answer {
        match self {
            Self::Coded {
                status,
                code,
                description,
                data,
                source,
            } => {
                let code = if as_text {
                    Value::from(code.to_string())
                } else {
                    Value::from(code)
                };
                let body = json!({"code": code, "description": description, "data": data, "source": source});
                let answer = Answer::json(status, body);
                if status == 401 {
                    let realm = "OAuth realm=urn:cpsvc:cpid:00000000-0000-0000-0000-000000000000";
                    answer.with_header("www-authenticate", realm)
                } else {
                    answer
                }
            }
            Self::Challenge(challenge) => {
                Answer::empty(401).with_header("www-authenticate", challenge)
            }
            Self::TooMany(seconds) => {
                let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
                Answer::json(429, json!({"statusCode": 429, "message": message}))
                    .with_header("retry-after", seconds.to_string())
            }
        }
    }
}
