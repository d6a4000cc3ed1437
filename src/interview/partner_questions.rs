//! The part of the table that is about CSP partners.

use super::questions::Question;
use super::validity;

/// The partner id, once MPN ID.
pub(super) const PARTNER_ID: Question = Question {
    key: "partner_id",
    flag: "partner-id",
    value: "NUMBER",
    help: "Partner ID (MPN ID) of the location that is enrolled in CSP: digits",
    prompt: "What is your partner ID (MPN ID)?",
    explain: "Of the location (PLA) that is enrolled in CSP, not the global one (PGA) of the headquarters. In Partner Center under Account settings > Legal info > Partner: https://partner.microsoft.com/dashboard/account/v3/organization/legalinfo#mpn",
    example: "4391507",
    default: Some("read from Partner Center where your sign-in may"),
    many: false,
    check: validity::partner_id,
};

/// The domain that a partner's directory is known by.
pub(super) const DEFAULT_DOMAIN: Question = Question {
    key: "default_domain",
    flag: "default-domain",
    value: "DOMAIN",
    help: "Default domain of the partner's directory",
    prompt: "What is the directory's default domain?",
    explain: "A domain that leads to the partner's directory, in the Entra admin center under Settings > Domain names.",
    example: "contoso.onmicrosoft.com",
    default: Some("read from Microsoft Graph"),
    many: false,
    check: validity::domain,
};

/// Who registers the web app of Partner Center, and where first.
pub(super) const PARTNER_APP: Question = Question {
    key: "partner_app",
    flag: "partner-app",
    value: "WHICH",
    help: "Partner Center's web app: registered (a person has registered it there, and `--app-id` names it), new (azconnect registers it, and a person adds it there)",
    prompt: "Which web app of Partner Center is it to be?",
    explain: "App management in Partner Center has no API: a Global Administrator registers the app there, or adds one that azconnect has registered.",
    example: "new",
    default: Some("registered with `--app-id`, else new"),
    many: false,
    check: |text| validity::one_of(text, &[REGISTERED, NEW]),
};

/// The web app is on Partner Center's page already, or a person puts it there now.
pub(super) const REGISTERED: &str = "registered";
/// azconnect registers the app in Entra ID, and a person adds it on Partner Center's page.
pub(super) const NEW: &str = "new";
