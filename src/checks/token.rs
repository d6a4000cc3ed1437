//! Can the app sign in?

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use crate::azure::cloud::Cloud;
use crate::connection::ConnectionRecord;
use crate::error::{Error, Kind};
use crate::text::shell_word;

/// The check's id.
pub const ID: &str = "entra.token";

/// Asks Entra ID for a token with the connection's credential.
///
/// A token proves the credential and nothing else: Entra ID gives one to an app without any role.
pub struct Token;

#[async_trait]
impl Check for Token {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Sign-in"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let scope = Cloud::scope(&connected.cloud.arm_audience);
        let answer = connected
            .credential
            .get_token(&[scope.as_str()], None)
            .await;
        vec![match answer {
            Ok(_) => Finding::new(ID, self.title(), Status::Pass, "The app can sign in."),
            Err(error) => {
                let error = mendable(
                    Error::from(connected.azure.explain(error)),
                    connected.record,
                );
                Finding::failed(ID, self.title(), &error)
            }
        }]
    }
}

/// A secret that somebody makes by hand is of use only once this machine has it too.
fn mendable(error: Error, record: &ConnectionRecord) -> Error {
    if error.kind() != Kind::SignedOut || record.receipts.is_empty() {
        return error;
    }
    error.hint(format!(
        "Then give azconnect the new Value on stdin: `azconnect init {} --connection {} --tenant {} --app-id {} --store {} --client-secret-stdin`",
        record.vendor,
        record.name,
        record.tenant_id,
        record.client_id,
        shell_word(&record.credential.stored_in)
    ))
}
