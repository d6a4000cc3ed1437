//! The words in which tests fill a state with what exports need.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::ids;
use super::super::tenant::State;
use super::destination::PROVIDER;
use super::settings::Settings;
use super::state::{Export, key};
use super::write::{give_role, provide_container};

/// When everything in the sample was made: 2025-01-06T08:00:00Z.
const FOUNDED: Timestamp = Timestamp::constant(1_736_150_400, 0);
/// The resource group of storage accounts for exports.
const GROUP: &str = "exports";

impl State {
    /// Adds a storage account that exports may write to, in the resource group `exports` of a subscription which has
    /// registered the exports provider, and returns its resource id.
    pub fn add_export_storage(&mut self, subscription: Uuid, name: &str) -> String {
        self.register_provider(subscription, PROVIDER);
        self.add_storage_account(subscription, GROUP, name)
    }

    /// Adds an export that has an identity and runs daily, in FOCUS, partitioned CSV with gzip, into the container `exports`
    /// of a storage account; its first scheduled run is due at `first_run`, none for a schedule that is switched off.
    /// Returns its resource id.
    pub fn add_export(
        &mut self,
        scope: &str,
        name: &str,
        storage: &str,
        first_run: Option<Timestamp>,
    ) -> String {
        let properties = properties(storage, first_run);
        let identity = Uuid::new_v5(&ids::TENANT, key(scope, name).as_bytes());
        let export = Export {
            scope: scope.to_owned(),
            name: name.to_owned(),
            tenant: ids::TENANT,
            e_tag: format!("\"{identity}\""),
            api_version: "2025-03-01".to_owned(),
            identity: Some(identity),
            location: Some("global".to_owned()),
            properties,
            created: FOUNDED,
            next_run: first_run,
            runs: Vec::new(),
        };
        provide_container(self, Settings(&export.properties), FOUNDED);
        give_role(self, &export, identity, None);
        let id = export.id();
        self.exports.exports.insert(key(scope, name), export);
        id
    }

    /// The export of this id.
    pub fn export_mut(&mut self, id: &str) -> Option<&mut Export> {
        self.exports.exports.get_mut(&id.to_ascii_lowercase())
    }
}

fn properties(storage: &str, first_run: Option<Timestamp>) -> Value {
    let (status, from) = match first_run {
        Some(first) => ("Active", first),
        None => ("Inactive", FOUNDED),
    };
    json!({
        "format": "Csv", "compressionMode": "gzip", "partitionData": true, "dataOverwriteBehavior": "CreateNewReport",
        "definition": {
            "type": "FocusCost", "timeframe": "MonthToDate",
            "dataSet": {"granularity": "Daily", "configuration": {"dataVersion": "1.2-preview"}},
        },
        "deliveryInfo": {"destination": {
            "type": "AzureBlob", "resourceId": storage, "container": "exports", "rootFolderPath": "costs",
        }},
        "schedule": {
            "status": status, "recurrence": "Daily",
            "recurrencePeriod": {"from": from, "to": "2099-01-01T00:00:00Z"},
        },
    })
}
