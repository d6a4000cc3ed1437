//! The rules of the Microsoft identity platform's endpoints, which no machine-readable definition has. Each row names the page
//! of the protocol's documentation that it was read from.

/// One endpoint, or one way to use it.
#[derive(Debug)]
pub(crate) struct Rule {
    /// What it is called in a report.
    pub(crate) name: &'static str,
    /// HTTP method, in capitals.
    pub(crate) method: &'static str,
    /// Path; `{tenant}` is a GUID, a domain, `common`, `organizations` or `consumers`.
    pub(crate) path: &'static str,
    /// The `grant_type` of a request to the token endpoint.
    pub(crate) grant: Option<&'static str>,
    /// Parameters, in the query of a GET and in the form of a POST.
    pub(crate) parameters: Fields,
    /// Sets of parameters that prove who the client is, of which exactly one must be there; empty where the client is public.
    pub(crate) proofs: &'static [&'static [&'static str]],
    /// Statuses of success.
    pub(crate) statuses: &'static [u16],
    /// Fields of a successful answer. None where the answer is a page or a redirect.
    pub(crate) answer: Option<Fields>,
    /// Where it is documented.
    pub(crate) source: &'static str,
}

/// Names that must be there, and names that may.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// They must be there.
    pub(crate) required: &'static [&'static str],
    /// They may be there; a name in neither list is unknown. `None`: further names are no fault.
    pub(crate) optional: Option<&'static [&'static str]>,
}

const TOKEN: &str = "/{tenant}/oauth2/v2.0/token";
const NONE: Fields = Fields {
    required: &[],
    optional: Some(&[]),
};
const SECRET: &[&str] = &["client_secret"];
const ASSERTION: &[&str] = &["client_assertion_type", "client_assertion"];

/// An answer with tokens: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response-2>.
const USER_TOKENS: Fields = Fields {
    required: &["access_token", "token_type", "expires_in", "scope"],
    optional: Some(&[
        "ext_expires_in",
        "refresh_token",
        "id_token",
        "client_info",
        "refresh_in",
        "foci",
    ]),
};

/// All rules.
pub(crate) const RULES: [Rule; 8] = [
    Rule {
        name: "openid-configuration",
        method: "GET",
        path: "/{tenant}/v2.0/.well-known/openid-configuration",
        grant: None,
        parameters: NONE,
        proofs: &[],
        statuses: &[200],
        answer: Some(Fields {
            required: &[
                "issuer",
                "authorization_endpoint",
                "token_endpoint",
                "jwks_uri",
            ],
            optional: None,
        }),
        source: "https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc",
    },
    Rule {
        name: "signing keys",
        method: "GET",
        path: "/{tenant}/discovery/v2.0/keys",
        grant: None,
        parameters: NONE,
        proofs: &[],
        statuses: &[200],
        answer: Some(Fields {
            required: &["keys"],
            optional: Some(&[]),
        }),
        source: "https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signature",
    },
    Rule {
        name: "authorize",
        method: "GET",
        path: "/{tenant}/oauth2/v2.0/authorize",
        grant: None,
        parameters: Fields {
            required: &[
                "client_id",
                "response_type",
                "redirect_uri",
                "scope",
                "state",
                "code_challenge",
                "code_challenge_method",
            ],
            optional: Some(&[
                "response_mode",
                "prompt",
                "login_hint",
                "domain_hint",
                "nonce",
                "claims",
            ]),
        },
        proofs: &[],
        statuses: &[200, 302],
        answer: None,
        source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow",
    },
    Rule {
        name: "devicecode",
        method: "POST",
        path: "/{tenant}/oauth2/v2.0/devicecode",
        grant: None,
        parameters: Fields {
            required: &["client_id", "scope"],
            optional: Some(&["claims"]),
        },
        proofs: &[],
        statuses: &[200],
        answer: Some(Fields {
            required: &[
                "device_code",
                "user_code",
                "verification_uri",
                "expires_in",
                "interval",
                "message",
            ],
            optional: Some(&[]),
        }),
        source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code",
    },
    Rule {
        name: "token",
        method: "POST",
        path: TOKEN,
        grant: Some("client_credentials"),
        parameters: Fields {
            required: &["client_id", "scope", "grant_type"],
            optional: Some(&[
                "client_secret",
                "client_assertion_type",
                "client_assertion",
                "claims",
            ]),
        },
        proofs: &[SECRET, ASSERTION],
        statuses: &[200],
        answer: Some(Fields {
            required: &["access_token", "token_type", "expires_in"],
            optional: Some(&["ext_expires_in", "refresh_in"]),
        }),
        source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow",
    },
    Rule {
        name: "token",
        method: "POST",
        path: TOKEN,
        grant: Some("authorization_code"),
        parameters: Fields {
            required: &[
                "client_id",
                "grant_type",
                "code",
                "redirect_uri",
                "code_verifier",
            ],
            optional: Some(&["scope", "claims", "client_info"]),
        },
        proofs: &[],
        statuses: &[200],
        answer: Some(USER_TOKENS),
        source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow",
    },
    Rule {
        name: "token",
        method: "POST",
        path: TOKEN,
        grant: Some("refresh_token"),
        parameters: Fields {
            required: &["client_id", "grant_type", "refresh_token"],
            optional: Some(&["scope", "claims", "client_info"]),
        },
        proofs: &[],
        statuses: &[200],
        answer: Some(USER_TOKENS),
        source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token",
    },
    Rule {
        name: "token",
        method: "POST",
        path: TOKEN,
        grant: Some("urn:ietf:params:oauth:grant-type:device_code"),
        parameters: Fields {
            required: &["client_id", "grant_type", "device_code"],
            optional: Some(&["scope", "claims", "client_info"]),
        },
        proofs: &[],
        statuses: &[200],
        answer: Some(USER_TOKENS),
        source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code",
    },
];

/// What a parameter's value must be.
#[derive(Debug)]
pub(crate) struct ValueRule {
    /// The parameter.
    pub(crate) name: &'static str,
    /// Only with this grant.
    pub(crate) grant: Option<&'static str>,
    /// A pattern for the whole value.
    pub(crate) pattern: &'static str,
    /// The pattern in words.
    pub(crate) what: &'static str,
}

/// Rules for values; the same pages document them. Redirects: <https://learn.microsoft.com/entra/identity-platform/reply-url>.
pub(crate) const VALUE_RULES: [ValueRule; 7] = [
    ValueRule {
        name: "client_id",
        grant: None,
        pattern: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        what: "a GUID",
    },
    ValueRule {
        name: "response_type",
        grant: None,
        pattern: "^code$",
        what: "`code`",
    },
    ValueRule {
        name: "code_challenge_method",
        grant: None,
        pattern: "^S256$",
        what: "`S256`",
    },
    ValueRule {
        name: "code_challenge",
        grant: None,
        pattern: "^[A-Za-z0-9_-]{43}$",
        what: "a SHA-256 digest in base64url",
    },
    ValueRule {
        name: "redirect_uri",
        grant: None,
        pattern: "^http://localhost(:[0-9]+)?/?$",
        what: "http://localhost with a port and no path",
    },
    ValueRule {
        name: "client_assertion_type",
        grant: None,
        pattern: "^urn:ietf:params:oauth:client-assertion-type:jwt-bearer$",
        what: "the URN for a JWT",
    },
    ValueRule {
        name: "scope",
        grant: Some("client_credentials"),
        pattern: "^[^ ]+/[.]default$",
        what: "one resource with `/.default`",
    },
];

/// Directories that only a person can sign in to: a token for an application itself needs a real one (AADSTS9001023).
pub(crate) const SHARED_AUTHORITIES: [&str; 3] = ["common", "organizations", "consumers"];

/// A refusal of the token endpoint: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.
pub(crate) const REFUSAL: Fields = Fields {
    required: &["error", "error_description"],
    optional: Some(&[
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
        "error_uri",
        "suberror",
        "claims",
    ]),
};
