//! The rules that a vendor's file must keep. The reader in `mod.rs` calls [`faults`] once for each file; the rules are
//! the ones that serde can't express.

use super::{
    ApplicationKind, CHECKS, Console, CredentialKind, ExportNeed, FIELDS, Field, Grant, Vendor,
    role,
};

/// The agreements that `--agreement` knows.
const AGREEMENTS: &[&str] = &["ea", "mca", "mpa", "csp", "mosp"];

/// The keys of the questions table that a vendor may ask for; the others are asked of everybody.
const QUESTIONS: &[&str] = &[
    "subscription",
    "management_group",
    "billing_account",
    "billing_profile",
    "invoice_section",
    "department",
    "billing_role",
    "customer_tenant",
    "partner_id",
    "default_domain",
    "credential",
    "vendor_app_id",
    "resource_group",
    "location",
    "storage_account",
    "container",
    "export_name",
    "export_dataset",
    "export_format",
    "export_directory",
    "export_recurrence",
    "export_scope",
    "backfill_months",
];

/// What `--export-dataset` and `--export-format` know.
const DATASETS: &[&str] = &[
    "focus",
    "actual",
    "amortized",
    "usage",
    "price-sheet",
    "reservation-details",
    "reservation-transactions",
    "reservation-recommendations",
];
const FORMATS: &[&str] = &["csv", "csv-gzip", "parquet"];

/// Everything that is wrong with a vendor's file, each as one sentence; none means that it may be used.
pub(super) fn faults(file: &str, vendor: &Vendor) -> Vec<String> {
    let mut faults = Vec::new();
    identity(file, vendor, &mut faults);
    credential(vendor, &mut faults);
    for grant in &vendor.grants {
        granted(grant, &vendor.agreements, &mut faults);
    }
    match &vendor.export {
        Some(export) => exported(export, &mut faults),
        None if vendor.asks.iter().any(|key| is_about_exports(key)) => {
            faults.push("`asks` speaks of an export, and there is no `[export]`".to_owned());
        }
        None => {}
    }
    for field in &vendor.gives {
        handed_over(field, &mut faults);
    }
    repeated(
        "gives",
        vendor.gives.iter().map(|field| field.key.as_str()),
        &mut faults,
    );
    shown(&vendor.console, &mut faults);
    known("asks", &vendor.asks, QUESTIONS, &mut faults);
    known("checks", &vendor.checks, CHECKS, &mut faults);
    faults
}

fn identity(file: &str, vendor: &Vendor, faults: &mut Vec<String>) {
    if vendor.id != file {
        faults.push(format!("`{}` is not the file's name", vendor.id));
    }
    if !is_kebab_case(&vendor.id) {
        faults.push(format!("`{}` is not kebab-case", vendor.id));
    }
    for (key, value) in [
        ("name", &vendor.name),
        ("maker", &vendor.maker),
        ("summary", &vendor.summary),
    ] {
        if value.trim().is_empty() {
            faults.push(format!("`{key}` is empty"));
        }
    }
    if vendor.agreements.is_empty() {
        faults.push("`agreements` is empty".to_owned());
    }
    known("agreements", &vendor.agreements, AGREEMENTS, faults);
    if vendor
        .documentation
        .as_deref()
        .is_some_and(|link| !link.starts_with("https://"))
    {
        faults.push("`documentation` is no https link".to_owned());
    }
    for uri in &vendor.application.redirect_uris {
        if !uri.starts_with("https://") {
            faults.push(format!("redirect URI `{uri}` is not https"));
        }
    }
}

/// The vendor's own application brings its own credential; every other one needs ours, and a secret must reach the form.
fn credential(vendor: &Vendor, faults: &mut Vec<String>) {
    let theirs = vendor.application.kind == ApplicationKind::VendorMultiTenant;
    if theirs != vendor.application.client_id.is_some() {
        faults.push(
            "`application.client_id` belongs to `vendor-multi-tenant`, and to nothing else"
                .to_owned(),
        );
    }
    if theirs != vendor.credential.kinds.is_empty() {
        faults.push(
            "`credential.kinds` is empty for `vendor-multi-tenant`, and for nothing else"
                .to_owned(),
        );
    }
    let secret_is_made = vendor.credential.kinds.contains(&CredentialKind::Secret);
    if secret_is_made != vendor.gives.iter().any(|field| field.secret) {
        faults
            .push("`gives` must have a secret exactly when `credential.kinds` has one".to_owned());
    }
}

fn granted(grant: &Grant, agreements: &[String], faults: &mut Vec<String>) {
    if role(&grant.role).is_none() {
        faults.push(format!("role `{}` is not in roles.toml", grant.role));
    }
    for agreement in &grant.agreements {
        if !agreements.contains(agreement) {
            faults.push(format!(
                "role `{}` is for `{agreement}`, which the vendor doesn't name",
                grant.role
            ));
        }
    }
    if grant.why.trim().is_empty() {
        faults.push(format!("role `{}` has no `why`", grant.role));
    }
}

fn exported(export: &ExportNeed, faults: &mut Vec<String>) {
    let datasets: Vec<String> = export.datasets().map(str::to_owned).collect();
    known("export.dataset", &datasets, DATASETS, faults);
    known(
        "export.format",
        std::slice::from_ref(&export.format),
        FORMATS,
        faults,
    );
}

fn is_about_exports(key: &str) -> bool {
    key.starts_with("export_") || ["container", "storage_account", "backfill_months"].contains(&key)
}

fn handed_over(field: &Field, faults: &mut Vec<String>) {
    if !FIELDS.iter().any(|(key, _)| *key == field.key) {
        faults.push(format!(
            "field `{}` is not one that can be handed over",
            field.key
        ));
    }
    if field.label.trim().is_empty() {
        faults.push(format!("field `{}` has no label", field.key));
    }
    if field.secret != (field.key == "client_secret") {
        faults.push(format!(
            "field `{}`: `client_secret` is secret, and nothing else is",
            field.key
        ));
    }
}

fn shown(console: &Console, faults: &mut Vec<String>) {
    if console
        .url
        .as_deref()
        .is_some_and(|link| !link.starts_with("https://"))
    {
        faults.push("`console.url` is no https link".to_owned());
    }
    if console.paste.is_empty() || console.next.trim().is_empty() {
        faults.push("`console` must say where to paste and what comes next".to_owned());
    }
}

fn known(what: &str, values: &[String], allowed: &[&str], faults: &mut Vec<String>) {
    for value in values {
        if !allowed.contains(&value.as_str()) {
            faults.push(format!(
                "`{what}` has `{value}`, which is none of {allowed:?}"
            ));
        }
    }
    repeated(what, values.iter().map(String::as_str), faults);
}

fn repeated<'a>(what: &str, values: impl Iterator<Item = &'a str>, faults: &mut Vec<String>) {
    let mut seen = Vec::new();
    for value in values {
        if seen.contains(&value) {
            faults.push(format!("`{what}` has `{value}` twice"));
        }
        seen.push(value);
    }
}

fn is_kebab_case(text: &str) -> bool {
    text.split('-').all(|word| {
        !word.is_empty()
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    })
}
