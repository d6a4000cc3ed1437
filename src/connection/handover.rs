//! The values that the vendor's form asks for, in the vendor's words and order.

use super::scope::Scope;
use super::{ConnectionRecord, ExportRecord};
use crate::secret::Secret;
use crate::vendors::Vendor;

/// One field of the vendor's form.
///
/// It has no `Serialize`: whoever writes it out decides about the secret at that place.
#[derive(Debug, Clone)]
pub struct Field {
    /// Our key, `client_id`.
    pub key: String,
    /// The vendor's label, `Application (client) ID`.
    pub label: String,
    /// The value.
    pub value: Value,
    /// What the person should know about it.
    pub note: Option<String>,
}

/// A field's value.
#[derive(Debug, Clone)]
pub enum Value {
    /// May be seen.
    Open(String),
    /// Must not be seen; absent where it is not kept on this machine or was not asked for.
    Secret(Option<Secret>),
}

/// Fills the vendor's form from the record. A field that the connection has no value for is left out if the vendor calls it
/// optional, and is empty otherwise.
pub fn hand_over(
    vendor: &Vendor,
    record: &ConnectionRecord,
    secret: Option<&Secret>,
) -> Vec<Field> {
    vendor
        .gives
        .iter()
        .filter(|field| !field.secret || record.credential.kind == "secret")
        .flat_map(|field| {
            let values = if field.secret {
                vec![Value::Secret(secret.cloned())]
            } else {
                open_values(&field.key, record)
                    .into_iter()
                    .map(|value| Value::Open(field.format.apply(&value).to_owned()))
                    .collect()
            };
            let values = if values.is_empty() && !field.optional {
                vec![Value::Open(String::new())]
            } else {
                values
            };
            values.into_iter().map(|value| Field {
                key: field.key.clone(),
                label: field.label.clone(),
                value,
                note: field.note.clone(),
            })
        })
        .collect()
}

/// The values that a key stands for; several where the connection has several subscriptions or customers.
fn open_values(key: &str, record: &ConnectionRecord) -> Vec<String> {
    KEYS.iter()
        .find(|(known, _)| *known == key)
        .map(|(_, values)| values(record))
        .unwrap_or_default()
}

/// Whether azconnect has a value for this key of a vendor's form.
pub fn is_known(key: &str) -> bool {
    key == "client_secret" || KEYS.iter().any(|(known, _)| *known == key)
}

type Values = fn(&ConnectionRecord) -> Vec<String>;

/// What each key of a vendor's form stands for.
const KEYS: &[(&str, Values)] = &[
    ("client_id", |record| vec![record.client_id.to_string()]),
    ("tenant_id", |record| vec![record.tenant_id.to_string()]),
    ("secret_expires", |record| {
        record
            .credential
            .expires_at
            .map(|at| at.to_string().chars().take(10).collect())
            .into_iter()
            .collect()
    }),
    ("certificate_thumbprint", |record| {
        fact(record, "thumbprint")
    }),
    ("certificate_path", |record| {
        let place = record.credential.stored_in.strip_prefix("file:");
        place
            .filter(|_| record.credential.kind == "certificate")
            .map(str::to_owned)
            .into_iter()
            .collect()
    }),
    ("federated_issuer", |record| fact(record, "issuer")),
    ("federated_subject", |record| fact(record, "subject")),
    ("federated_audience", |record| fact(record, "audience")),
    ("agreement", |record| {
        record
            .agreement
            .map(|agreement| agreement.title().to_owned())
            .into_iter()
            .collect()
    }),
    ("subscription_id", |record| {
        scopes(record, |scope| {
            if let Scope::Subscription(id) = scope {
                Some(id.to_string())
            } else {
                None
            }
        })
    }),
    ("customer_tenant_id", |record| {
        scopes(record, |scope| scope.customer().map(|id| id.to_string()))
    }),
    ("billing_account_id", |record| {
        record
            .scopes
            .iter()
            .find_map(Scope::billing_account)
            .map(str::to_owned)
            .into_iter()
            .collect()
    }),
    ("partner_id", |record| {
        let partner = record.partner.as_ref();
        let id = partner.and_then(|partner| partner.partner_id.clone());
        id.into_iter().collect()
    }),
    ("default_domain", |record| {
        let partner = record.partner.as_ref();
        let domain = partner.and_then(|partner| partner.default_domain.clone());
        domain.into_iter().collect()
    }),
    ("billing_profile_id", |record| {
        scopes(record, |scope| match scope {
            Scope::BillingProfile(_, profile) | Scope::InvoiceSection(_, profile, _) => {
                Some(profile.clone())
            }
            _ => None,
        })
    }),
    ("invoice_section_id", |record| {
        scopes(record, |scope| match scope {
            Scope::InvoiceSection(_, _, section) => Some(section.clone()),
            _ => None,
        })
    }),
    ("department_id", |record| {
        scopes(record, |scope| match scope {
            Scope::Department(_, department) => Some(department.clone()),
            _ => None,
        })
    }),
    ("export_name", |record| {
        exports(record, |export| export.name.clone())
    }),
    ("export_directory", |record| {
        exports(record, |export| export.directory.clone())
    }),
    ("storage_account_name", |record| {
        exports(record, |export| export.storage_account.account.clone())
    }),
    ("storage_account_id", |record| {
        exports(record, |export| export.storage_account.to_string())
    }),
    ("container", |record| {
        exports(record, |export| export.container.clone())
    }),
];

/// A value of each export, each once: several exports share name or storage account.
fn exports(record: &ConnectionRecord, value: fn(&ExportRecord) -> String) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for one in record.exports.iter().map(value) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// A fact of the credential in use.
fn fact(record: &ConnectionRecord, key: &str) -> Vec<String> {
    record
        .credential_receipt()
        .and_then(|receipt| receipt.facts.get(key).cloned())
        .into_iter()
        .collect()
}

fn scopes(record: &ConnectionRecord, wanted: fn(&Scope) -> Option<String>) -> Vec<String> {
    record.scopes.iter().filter_map(wanted).collect()
}
