//! The words of ours that a vendor's file may use: keys of the form's fields, and ids of the checks.

/// Keys that a [`super::Field`] may have, and what stands behind each.
pub const FIELDS: &[(&str, &str)] = &[
    ("client_id", "the application's client id"),
    ("tenant_id", "the directory's id"),
    ("client_secret", "the secret's value"),
    ("secret_expires", "the day the secret ends"),
    (
        "certificate_thumbprint",
        "the certificate's SHA-1 thumbprint, as the portal shows it",
    ),
    (
        "certificate_path",
        "the file with the certificate and its key",
    ),
    ("federated_issuer", "who issues the tokens"),
    ("federated_subject", "whom the tokens are about"),
    ("federated_audience", "whom the tokens are for"),
    ("subscription_id", "the subscription's id"),
    (
        "agreement",
        "the agreement with Microsoft, in Microsoft's words",
    ),
    (
        "billing_account_id",
        "the enrollment number, or the MCA or MPA account's name",
    ),
    ("billing_profile_id", "the billing profile's id"),
    ("invoice_section_id", "the invoice section's id"),
    ("department_id", "the number of an enrollment's department"),
    (
        "customer_tenant_id",
        "the directory id of a partner's customer",
    ),
    (
        "partner_id",
        "the partner id of the location that is enrolled in CSP",
    ),
    ("default_domain", "the directory's default domain"),
    ("export_name", "the export's name"),
    ("export_directory", "the folder in the container"),
    ("storage_account_name", "the storage account's name"),
    ("storage_account_id", "the storage account's resource id"),
    ("container", "the blob container's name"),
];

/// Ids of the checks that a vendor may name: where the question goes, and what it asks.
pub const CHECKS: &[&str] = &[
    "entra.token",
    "entra.credential-expiry",
    "entra.domain",
    "arm.subscription",
    "billing.account",
    "billing.customers",
    "cost-management.cost-data",
    "cost-management.export",
    "storage.container",
    "partner-center.customers",
];
