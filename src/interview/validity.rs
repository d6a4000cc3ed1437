//! What makes an answer valid, and what is said of one that isn't.

use crate::azure::ids::ClientId;

/// The values of `--sign-in`.
pub(super) const SIGN_INS: &[&str] = &[
    "auto",
    "azure-cli",
    "browser",
    "device-code",
    "service-principal",
    "managed-identity",
    "workload-identity",
    "none",
];

/// The values of `--mode`.
pub(super) const MODES: &[&str] = &["automatic", "guided", "script"];

/// The values of `--billing-role`.
pub(super) const BILLING_ROLES: &[&str] = &["account-reader", "customer-reader"];

pub(super) fn one_of(text: &str, all: &[&str]) -> Result<(), String> {
    if all.contains(&text) {
        return Ok(());
    }
    Err(format!(
        "`{}` is none of {}.",
        crate::text::printable(text),
        all.join(", ")
    ))
}

pub(super) fn vendor(text: &str) -> Result<(), String> {
    if crate::vendors::find(text).is_some() {
        return Ok(());
    }
    let all: Vec<&str> = crate::vendors::all()
        .iter()
        .map(|vendor| vendor.id.as_str())
        .collect();
    Err(format!(
        "`{}` is no vendor that azconnect knows; use one of {}.",
        crate::text::printable(text),
        all.join(", ")
    ))
}

pub(super) fn client_id(text: &str) -> Result<(), String> {
    text.parse::<ClientId>()
        .map(drop)
        .map_err(|error| error.to_string())
}

/// A GUID or a domain name.
pub(super) fn tenant(text: &str) -> Result<(), String> {
    let guid = match text.parse::<crate::azure::ids::TenantId>() {
        Ok(_) => return Ok(()),
        Err(error) => error.to_string(),
    };
    if is_domain(text) {
        return Ok(());
    }
    Err(format!(
        "{guid} A domain such as contoso.onmicrosoft.com will do too."
    ))
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.len() <= 253
        && text.split('.').all(label)
        && top.chars().any(|c| c.is_ascii_alphabetic())
}

pub(super) fn domain(text: &str) -> Result<(), String> {
    if is_domain(text) {
        return Ok(());
    }
    Err(format!(
        "`{}` is no domain: give one such as contoso.onmicrosoft.com.",
        crate::text::printable(text)
    ))
}

/// Microsoft's own samples have five and seven digits, and nothing says how many there may be.
pub(super) fn partner_id(text: &str) -> Result<(), String> {
    let is_number =
        !text.is_empty() && text.len() <= 20 && text.chars().all(|c| c.is_ascii_digit());
    if is_number {
        return Ok(());
    }
    Err(format!(
        "`{}` is no partner ID: it has digits only, such as 4391507.",
        crate::text::printable(text)
    ))
}

/// A customer's directory, or `all`.
pub(super) fn customer(text: &str) -> Result<(), String> {
    if text == "all" {
        return Ok(());
    }
    text.parse::<crate::azure::ids::TenantId>()
        .map(drop)
        .map_err(|error| error.to_string())
}

pub(super) fn management_group(text: &str) -> Result<(), String> {
    if crate::connection::scope::is_management_group_name(text) {
        return Ok(());
    }
    Err(format!(
        "`{}` can't be a management group's ID: use its ID (not its path or display name), 1 to 90 letters, digits, `-`, `_`, `.`, `(` and `)`.",
        crate::text::printable(text)
    ))
}

/// Microsoft Graph's own limit is 256 characters.
/// Source: <https://learn.microsoft.com/graph/api/resources/application#properties>
pub(super) fn app_name(text: &str) -> Result<(), String> {
    let long = text.chars().count();
    if text.trim().is_empty() {
        return Err("An app registration needs a name that can be seen.".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err(format!(
            "The name `{}` has control characters (such as a line break) in it.",
            crate::text::printable(text)
        ));
    }
    if long > 256 {
        return Err(format!(
            "The name has {long} characters; Microsoft Entra ID takes 256 at most."
        ));
    }
    Ok(())
}

pub(super) fn secret_days(text: &str) -> Result<(), String> {
    match text.parse::<u16>() {
        Ok(1..=730) => Ok(()),
        Ok(_) | Err(_) => Err(format!(
            "`{}` is no lifetime: use 1 to 730 days.",
            crate::text::printable(text)
        )),
    }
}

pub(super) fn agreement(text: &str) -> Result<(), String> {
    one_of(text, &["ea", "mca", "mpa", "csp", "mosp"])
}

/// The name of a billing account or profile: not its path, and nothing that could lead out of one.
pub(super) fn billing_name(text: &str) -> Result<(), String> {
    if crate::connection::scope::is_billing_name(text) {
        return Ok(());
    }
    Err(format!(
        "`{}` can't be a billing account's or profile's name: give the enrollment number, or the whole ID such as `guid:guid_2019-05-31` (not its path).",
        crate::text::printable(text)
    ))
}
