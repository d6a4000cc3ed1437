//! Microsoft Graph v1.0: service principals of applications that live in another directory ("Enterprise applications" in the portal).
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/serviceprincipal?view=graph-rest-1.0>

use serde::Deserialize;
use serde_json::json;

use super::client::Call;
use super::ids::{ClientId, ServicePrincipalObjectId};
use super::{Azure, Result};

/// A service principal, with what tells whose application it is and who added it.
/// Source: <https://learn.microsoft.com/graph/api/resources/serviceprincipal#properties>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnterpriseApp {
    /// Its object ID: what roles are assigned to.
    pub id: ServicePrincipalObjectId,
    /// What the portal shows.
    pub display_name: Option<String>,
    /// Whether anybody can sign in as it; Graph has it as `null` for some.
    pub account_enabled: Option<bool>,
    /// Free text for the directory's administrators.
    pub notes: Option<String>,
}

const FIELDS: &str = "$select=id,displayName,accountEnabled,notes";

impl Azure {
    /// The service principal of an application of any directory in this one, or none.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/serviceprincipal-get>
    pub async fn enterprise_app(&self, client_id: ClientId) -> Result<Option<EnterpriseApp>> {
        let path = format!("/v1.0/servicePrincipals(appId='{client_id}')?{FIELDS}");
        found(self.graph.read(Call::get(path)).await)
    }

    /// The service principal with this object ID, or none.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/serviceprincipal-get>
    pub async fn enterprise_app_of(
        &self,
        id: ServicePrincipalObjectId,
    ) -> Result<Option<EnterpriseApp>> {
        let path = format!("/v1.0/servicePrincipals/{id}?{FIELDS}");
        found(self.graph.read(Call::get(path)).await)
    }

    /// Adds an application of another directory to this one. Repeatable: a second one is refused (409), and the first stays as it is,
    /// which an upsert would not promise.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals>
    pub async fn add_enterprise_app(&self, client_id: ClientId, notes: &str) -> Result<()> {
        let body = json!({"appId": client_id, "notes": notes});
        self.graph
            .send(Call::query("/v1.0/servicePrincipals", body))
            .await
            .map(drop)
    }
}

fn found<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Err(error) if error.is_not_found() => Ok(None),
        answer => answer.map(Some),
    }
}
