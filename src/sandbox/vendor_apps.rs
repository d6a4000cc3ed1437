//! Applications of vendors: they live in another directory, and this one may take them in.

use uuid::Uuid;

use super::contoso::{application, derived};
use super::ids;
use super::tenant::State;

impl State {
    /// Adds a multi-tenant application of a vendor's directory, which the sandbox knows by its id only, and returns its object id.
    pub fn add_vendor_application(&mut self, app_id: Uuid, display_name: &str) -> Uuid {
        let id = derived("vendor application", &app_id.to_string());
        let mut vendors = application(id, app_id, ids::VENDOR_TENANT, display_name);
        vendors.sign_in_audience = "AzureADMultipleOrgs".to_owned();
        self.applications.insert(id, vendors);
        id
    }
}
