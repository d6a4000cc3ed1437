//! What a person does in the portal, as changes of the simulated Azure's state.

use azconnect::sandbox::{Execution, ExportRun, KeyCredential, PasswordCredential, ids};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::lab::Lab;

/// Somebody who clicks in the portal.
pub(super) struct Portal<'a>(pub(super) &'a Lab);

/// A secret as the portal shows it: its ID, and its value, once.
pub(super) struct Shown {
    pub(super) id: Uuid,
    pub(super) value: String,
}

/// An app registration as the portal shows it.
#[derive(Clone, Copy)]
pub(super) struct Registered {
    pub(super) object_id: Uuid,
    pub(super) client_id: Uuid,
    pub(super) principal: Uuid,
}

impl Portal<'_> {
    /// New registration. The portal makes the service principal with it.
    pub(super) fn register(&self, name: &str) -> Registered {
        self.0.state(|state| {
            let object_id = state.add_application(ids::TENANT, name);
            let principal = state.add_service_principal(object_id).unwrap();
            Registered {
                object_id,
                client_id: state.applications[&object_id].app_id,
                principal,
            }
        })
    }

    /// New client secret.
    pub(super) fn add_secret(&self, app: Registered, days: i64) -> Shown {
        let now = Timestamp::now();
        let id = Uuid::new_v4();
        let value = format!("hnd8Q~{}", id.simple());
        let credential = PasswordCredential {
            key_id: id,
            display_name: Some("azconnect spot".to_owned()),
            start_date_time: now,
            end_date_time: now + SignedDuration::from_hours(24 * days),
            hint: "hnd".to_owned(),
            secret_text: value.clone(),
            effective_at: now,
        };
        self.0.state(|state| {
            let found = state.applications.get_mut(&app.object_id).unwrap();
            found.password_credentials.push(credential);
        });
        Shown { id, value }
    }

    /// Add role assignment.
    pub(super) fn assign(&self, app: Registered, role: Uuid, scope: &str) {
        self.0
            .state(|state| state.assign_role(app.principal, role, scope));
    }

    /// Add, on the billing account's page Access control (IAM); or the command in Cloud Shell.
    pub(super) fn assign_billing(&self, app: Registered, role: Uuid, scope: &str) {
        self.0
            .state(|state| state.assign_billing_role(app.principal, role, scope));
    }
}

/// The portal's pages below a subscription and of Cost Management.
impl Portal<'_> {
    /// Resource providers: Register.
    pub(super) fn register_provider(&self, namespace: &str) {
        self.0
            .state(|state| state.register_provider(ids::SUBSCRIPTION, namespace));
    }

    /// Create a storage account, in a resource group that is there.
    pub(super) fn create_account(&self, group: &str, name: &str) {
        self.0.state(|state| {
            state.add_storage_account(ids::SUBSCRIPTION, group, name);
        });
    }

    /// Exports: Create, with the values of the guide.
    pub(super) fn create_export(
        &self,
        scope: &str,
        name: &str,
        (storage, container, directory): (&str, &str, &str),
    ) {
        self.0.state(|state| {
            let id = state.add_export(scope, name, storage, None);
            let export = state.export_mut(&id).unwrap();
            let properties = &mut export.properties;
            properties["compressionMode"] = json!("none");
            properties["dataOverwriteBehavior"] = json!("OverwritePreviousReport");
            properties["definition"] = json!({
                "type": "ActualCost",
                "timeframe": "MonthToDate",
                "dataSet": {"granularity": "Daily", "configuration": {"dataVersion": "2021-10-01"}},
            });
            let destination = &mut properties["deliveryInfo"]["destination"];
            destination["container"] = json!(container);
            destination["rootFolderPath"] = json!(directory);
            properties["schedule"]["status"] = json!("Active");
        });
    }

    /// Exports: Run now.
    pub(super) fn run_export(&self, scope: &str, name: &str) {
        let now = Timestamp::now();
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        self.0.state(|state| {
            let id = format!("{scope}/providers/Microsoft.CostManagement/exports/{name}");
            let export = state.export_mut(&id).unwrap();
            export.runs.push(ExportRun {
                id: Uuid::new_v4(),
                execution: Execution::OnDemand,
                submitted_by: ids::AVERY_NAME.to_owned(),
                submitted: now,
                picked_up: now,
                ends: now,
                result: None,
                from: today.first_of_month(),
                to: today,
                settings: export.properties.clone(),
                file_name: None,
                manifest: None,
                error: None,
                digest: None,
            });
        });
    }
}

impl Portal<'_> {
    /// Certificates: Upload certificate.
    pub(super) fn upload(&self, app: Registered, pem: &str) {
        let now = Timestamp::now();
        let lines = pem.lines().filter(|line| !line.starts_with("-----"));
        let credential = KeyCredential {
            key_id: Uuid::new_v4(),
            display_name: Some("azconnect spot".to_owned()),
            key: lines.collect(),
            start_date_time: now,
            end_date_time: now + SignedDuration::from_hours(24 * 180),
        };
        self.0.state(|state| {
            let found = state.applications.get_mut(&app.object_id).unwrap();
            found.key_credentials.push(credential);
        });
    }
}
