//! What Entra ID keeps of deleted app registrations, for 30 days.
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/directory>

use serde::Deserialize;
use serde_json::json;

use super::client::Call;
use super::ids::ApplicationObjectId;
use super::{Azure, Result};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    id: ApplicationObjectId,
    unique_name: Option<String>,
}

impl Azure {
    /// The deleted app registration that had this unique name, if it can be restored still.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/directory-deleteditems-list>
    pub async fn deleted_application(
        &self,
        unique_name: &str,
    ) -> Result<Option<ApplicationObjectId>> {
        let quoted = unique_name.replace('\'', "''");
        let path = format!(
            "/v1.0/directory/deletedItems/microsoft.graph.application?$filter=uniqueName eq '{quoted}'&$select=id,uniqueName"
        );
        let all: Vec<Deleted> = self.graph.list(path).await?;
        // Whatever the filter was understood as, nobody else's app is taken.
        Ok(all
            .into_iter()
            .find(|deleted| deleted.unique_name.as_deref() == Some(unique_name))
            .map(|deleted| deleted.id))
    }

    /// Restores a deleted app registration under its old ids. Its service principal does not come back with it.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/directory-deleteditems-restore>
    pub async fn restore_application(&self, id: ApplicationObjectId) -> Result<()> {
        let call = Call::query(
            format!("/v1.0/directory/deletedItems/{id}/restore"),
            json!({}),
        );
        self.graph.send(call).await.map(drop)
    }
}
