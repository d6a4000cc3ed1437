//! The values of the vendor's form, as far as they are known before anything is made: what a script hands out at its end.

use jiff::Timestamp;
use uuid::Uuid;

use super::Draft;
use crate::azure::ids::ClientId;
use crate::connection::handover::Value;
use crate::connection::{
    Application, Change, ConnectionRecord, ConnectionSpec, CredentialRecord, ExportRecord, Receipt,
    ResourceKind, hand_over,
};
use crate::steps::Declared;

/// One output of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormField {
    /// Our key, `client_id`.
    pub(super) key: String,
    /// The vendor's words.
    pub(super) label: String,
    /// What it is.
    pub(super) value: FormValue,
}

/// The value of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FormValue {
    /// The client ID of the application that the script makes.
    ClientId,
    /// Known already; several where the form takes several.
    Known(Vec<String>),
    /// A secret: no script says it.
    Secret,
}

/// The form of the draft's vendor, in its order. The client ID is always among it, since azconnect needs it to go on.
pub(super) fn fields(draft: &Draft<'_>) -> Vec<FormField> {
    let mut fields: Vec<FormField> = Vec::new();
    for field in hand_over(draft.vendor, &anticipated(draft), None) {
        let value = match field.value {
            Value::Secret(_) => FormValue::Secret,
            Value::Open(text) if text.is_empty() => continue,
            Value::Open(_) if field.key == "client_id" => FormValue::ClientId,
            Value::Open(text) => FormValue::Known(vec![text]),
        };
        match (
            fields.iter_mut().find(|known| known.key == field.key),
            value,
        ) {
            (
                Some(FormField {
                    value: FormValue::Known(all),
                    ..
                }),
                FormValue::Known(more),
            ) => {
                all.extend(more);
            }
            // The same value under two of the vendor's labels is one output.
            (Some(_), _) => {}
            (None, value) => fields.push(FormField {
                key: field.key,
                label: field.label,
                value,
            }),
        }
    }
    if fields.iter().all(|field| field.key != "client_id") {
        fields.push(FormField {
            key: "client_id".to_owned(),
            label: "Application (client) ID".to_owned(),
            value: FormValue::ClientId,
        });
    }
    fields
}

/// The record that the connection would have, without what Azure chooses.
fn anticipated(draft: &Draft<'_>) -> ConnectionRecord {
    let spec = draft.spec;
    ConnectionRecord {
        name: spec.name.clone(),
        vendor: spec.vendor.clone(),
        cloud: spec.cloud.clone(),
        tenant_id: spec.directory.id,
        tenant_name: Some(spec.directory.display_name.clone()),
        client_id: match &spec.application {
            Application::Existing { client_id } | Application::Principal { client_id, .. } => {
                *client_id
            }
            Application::Own { .. } => ClientId::new(Uuid::nil()),
        },
        application_object_id: None,
        service_principal_object_id: None,
        agreement: spec.agreement,
        scopes: spec
            .scopes
            .iter()
            .map(|choice| choice.scope.clone())
            .collect(),
        credential: CredentialRecord {
            kind: spec.credential.kind().to_owned(),
            key_id: None,
            expires_at: None,
            stored_in: spec.store.clone(),
        },
        receipts: federated(draft).into_iter().collect(),
        exports: exports(spec),
        partner: spec.partner.clone(),
        created_at: Timestamp::UNIX_EPOCH,
        census: None,
    }
}

/// What the form says of a federated credential.
fn federated(draft: &Draft<'_>) -> Option<Receipt> {
    draft.tasks.iter().find_map(|task| {
        let Declared::Federated {
            name,
            issuer,
            subject,
            audience,
        } = &task.declared
        else {
            return None;
        };
        let facts = [
            ("issuer", issuer),
            ("subject", subject),
            ("audience", audience),
        ];
        Some(Receipt {
            step: task.id.clone(),
            title: task.title.clone(),
            kind: ResourceKind::FederatedCredential,
            id: name.clone(),
            change: Change::Create,
            at: Timestamp::UNIX_EPOCH,
            facts: facts
                .map(|(key, value)| (key.to_owned(), value.clone()))
                .into(),
        })
    })
}

fn exports(spec: &ConnectionSpec) -> Vec<ExportRecord> {
    let Some(storage) = &spec.storage else {
        return Vec::new();
    };
    let wished = spec.exports.iter().map(|export| ExportRecord {
        id: export.id(),
        scope: export.at.scope.clone(),
        name: export.name.clone(),
        dataset: export.dataset,
        storage_account: storage.account.clone(),
        container: storage.container.clone(),
        directory: export.directory.clone(),
        recurrence: export.recurrence,
        schedule_ends_at: None,
    });
    wished.collect()
}
