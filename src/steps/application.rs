//! The app registration: made by upsert under our own unique name, or one that exists already.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::step::{Making, Outcome, Permission, Receipts, Step, made};
use super::wait::until_visible;
use crate::azure::error::ApiError;
use crate::azure::ids::ClientId;
use crate::azure::{Azure, AzureError, Result, graph};
use crate::connection::{Application, Change, Receipt, ResourceKind};
use crate::remedies::Service;
use crate::text::shell_word;

/// The step's id.
pub const ID: &str = "application";

/// Registers the application that the vendor will sign in as, or finds the one that is to be used.
#[derive(Debug)]
pub struct ApplicationStep {
    /// Which one.
    pub application: Application,
    /// The vendor's name, for the app's notes.
    pub vendor_name: String,
    /// The connection's name, for the app's notes.
    pub connection: String,
}

#[async_trait]
impl Step for ApplicationStep {
    fn id(&self) -> String {
        ID.to_owned()
    }

    fn title(&self) -> String {
        match &self.application {
            Application::Own { display_name, .. } => format!("App registration \"{display_name}\""),
            Application::Existing { client_id } | Application::Principal { client_id, .. } => {
                format!("App registration {client_id}")
            }
        }
    }

    fn explain(&self) -> Vec<String> {
        match &self.application {
            Application::Own { unique_name, redirect_uris, .. } => vec![
                "Registers an application in this directory only (single tenant), without any API permission.".to_owned(),
                format!("Its unique name is `{unique_name}`: a second run finds it by that, so there is never a second one. If it was deleted less than 30 days ago, it is restored."),
                match redirect_uris.as_slice() {
                    [] => "It gets no redirect URI.".to_owned(),
                    uris => format!("Its redirect URI is {}, as the vendor's page asks; a vendor that signs in with a secret never uses it.", uris.join(", ")),
                },
            ],
            Application::Existing { .. } | Application::Principal { .. } => {
                vec!["Uses the app registration that you named. Nothing about it is changed, except that a secret may be added.".to_owned()]
            }
        }
    }

    fn after(&self) -> Vec<String> {
        Vec::new()
    }

    fn needs(&self) -> Vec<Permission> {
        match &self.application {
            Application::Own { .. } => vec![Permission::RegisterApplications],
            Application::Existing { .. } | Application::Principal { .. } => Vec::new(),
        }
    }

    fn declared(&self) -> Declared {
        match &self.application {
            Application::Own {
                display_name,
                unique_name,
                redirect_uris,
            } => Declared::Application {
                display_name: display_name.clone(),
                unique_name: unique_name.clone(),
                redirect_uris: redirect_uris.clone(),
                notes: self.notes(),
            },
            Application::Existing { client_id } | Application::Principal { client_id, .. } => {
                Declared::KnownApplication {
                    client_id: *client_id,
                }
            }
        }
    }

    fn by_hand(&self, _: &Receipts, _: &Place<'_>) -> ByHand {
        ByHand {
            what: "Register an application".to_owned(),
            who: "an Application Developer, Cloud Application Administrator or Application Administrator".to_owned(),
            commands: self.commands(),
            portal: None,
        }
    }

    async fn find(&self, azure: &Azure, _: &Receipts) -> Result<Option<Receipt>> {
        let found = match &self.application {
            Application::Own { unique_name, .. } => {
                azure.application_by_unique_name(unique_name).await?
            }
            Application::Existing { client_id } | Application::Principal { client_id, .. } => {
                match azure.application_by_client_id(*client_id).await? {
                    Some(application) => Some(application),
                    None => return Err(self.explained(azure, *client_id).await),
                }
            }
        };
        Ok(found.map(|application| {
            self.receipt(&application, jiff::Timestamp::UNIX_EPOCH, Change::Reuse)
        }))
    }

    async fn apply(&self, azure: &Azure, _: &Receipts, making: &Making<'_>) -> Result<Outcome> {
        let Application::Own {
            display_name,
            unique_name,
            redirect_uris,
        } = &self.application
        else {
            return Err(self.not_there(azure));
        };
        let properties = properties(display_name, redirect_uris, &self.notes());
        self.upsert(azure, unique_name, properties, making).await?;
        let look = || azure.application_by_unique_name(unique_name);
        let application =
            until_visible(making, "Entra ID to show the new app registration", look).await?;
        let application = application.ok_or_else(|| self.not_there(azure))?;
        Ok(Outcome {
            receipt: self.receipt(&application, making.now, Change::Create),
            secret: None,
        })
    }
}

/// What an app registration of ours has, as Graph is told.
///
/// Source: <https://learn.microsoft.com/graph/api/resources/application#properties>
pub fn properties(display_name: &str, redirect_uris: &[String], notes: &str) -> Value {
    json!({
        "displayName": display_name,
        "signInAudience": "AzureADMyOrg",
        "web": {"redirectUris": redirect_uris},
        "notes": notes,
        "tags": ["azconnect"],
    })
}

impl ApplicationStep {
    fn notes(&self) -> String {
        format!(
            "Made by azconnect for {} (connection `{}`). `azconnect remove {}` takes it away.",
            self.vendor_name, self.connection, self.connection
        )
    }

    /// Upserts the app, restoring it first where a deleted one still holds the name: Entra ID keeps those for 30 days, and Microsoft
    /// doesn't say what the upsert answers then, so any refusal of its content is looked into.
    async fn upsert(
        &self,
        azure: &Azure,
        unique_name: &str,
        properties: serde_json::Value,
        making: &Making<'_>,
    ) -> Result<()> {
        let refusal = match azure
            .upsert_application(unique_name, properties.clone())
            .await
        {
            Err(error) if matches!(error.status(), Some(400 | 409)) => error,
            answer => return answer,
        };
        // The refusal says more than why it could not be looked into.
        let deleted = azure.deleted_application(unique_name).await.ok().flatten();
        let Some(deleted) = deleted else {
            return Err(refusal);
        };
        making.waiting_for(
            "Entra ID to restore the app registration of that name, which was deleted",
        );
        azure.restore_application(deleted).await?;
        azure.upsert_application(unique_name, properties).await
    }

    fn receipt(
        &self,
        application: &graph::Application,
        at: jiff::Timestamp,
        change: Change,
    ) -> Receipt {
        let mut receipt = made(self, ResourceKind::Application, application.id, at);
        receipt.change = change;
        receipt.facts.insert(
            "application_object_id".to_owned(),
            application.id.to_string(),
        );
        receipt
            .facts
            .insert("client_id".to_owned(), application.app_id.to_string());
        receipt
    }

    fn commands(&self) -> Vec<String> {
        let Application::Own {
            display_name,
            redirect_uris,
            ..
        } = &self.application
        else {
            return Vec::new();
        };
        let redirect = redirect_uris
            .iter()
            .map(|uri| format!(" --web-redirect-uris {}", shell_word(uri)))
            .collect::<String>();
        vec![
            format!("az ad app create --display-name {} --sign-in-audience AzureADMyOrg{redirect} --query appId --output tsv", shell_word(display_name)),
            "az ad sp create --id <the ID that it printed>".to_owned(),
            "az ad app owner add --id <the ID that it printed> --owner-object-id <object ID of the person>".to_owned(),
        ]
    }

    /// Why there is no application of that client id: people paste one of the two object ids of the portal.
    async fn explained(&self, azure: &Azure, given: ClientId) -> AzureError {
        match azure.client_id_of_object(given.guid()).await {
            Ok(Some(client_id)) => self.error(azure, "ObjectIdGiven", format!("`{given}` is an object ID, and the application (client) ID is needed: it is {client_id}")),
            Ok(None) | Err(_) => self.not_there(azure),
        }
    }

    fn not_there(&self, azure: &Azure) -> AzureError {
        self.error(
            azure,
            "Request_ResourceNotFound",
            format!("{} does not exist in this directory", self.title()),
        )
    }

    fn error(&self, azure: &Azure, code: &str, message: String) -> AzureError {
        AzureError::from(Box::new(ApiError {
            status: 404,
            code: code.to_owned(),
            message,
            request: "GET applications".to_owned(),
            service: Service::Graph,
            retry_after: None,
            correlation_id: None,
            facts: azure.facts(),
        }))
    }
}

/// Deletes the app registration. Its service principal and secrets go with it; Entra ID keeps it restorable for 30 days.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    match receipt.id.parse() {
        Ok(id) => azure.delete_application(id).await,
        Err(_) => Ok(false),
    }
}
