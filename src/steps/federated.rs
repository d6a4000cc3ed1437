//! A federated credential: the application trusts the tokens of another identity provider, and there is no secret at all.
//!
//! Its name is ours, so that making it is repeatable. Source:
//! <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>

use async_trait::async_trait;
use jiff::Timestamp;

use super::application;
use super::by_hand::{ByHand, Place, fact_or};
use super::declared::Declared;
use super::step::{Making, Outcome, Permission, Receipts, Step, made, needed};
use super::wait::{until_replicated, until_visible};
use crate::azure::graph_keys::FederatedCredential;
use crate::azure::ids::ApplicationObjectId;
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, Receipt, ResourceKind};

/// The step's id.
pub const ID: &str = "federated-credential";

/// Adds a federated credential to the application.
#[derive(Debug)]
pub struct FederatedStep {
    /// The connection's name, for the credential's.
    pub connection: String,
    /// Who issues the tokens.
    pub issuer: String,
    /// Whom they are about.
    pub subject: String,
    /// Whom they are for.
    pub audience: String,
    /// Whether the application is one that we register.
    pub application_is_ours: bool,
}

#[async_trait]
impl Step for FederatedStep {
    fn id(&self) -> String {
        ID.to_owned()
    }

    fn title(&self) -> String {
        format!("Federated credential for {}", self.subject)
    }

    fn explain(&self) -> Vec<String> {
        vec![
            format!(
                "Lets whoever has a token of {} for the subject {} sign in as the app. There is no secret to keep, to hand over, or to renew.",
                self.issuer, self.subject
            ),
            format!(
                "The token must be made for the audience {}. All three are compared letter by letter.",
                self.audience
            ),
        ]
    }

    fn after(&self) -> Vec<String> {
        vec![application::ID.to_owned()]
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::to_change_application(self.application_is_ours)]
    }

    fn declared(&self) -> Declared {
        Declared::Federated {
            name: self.name(),
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            audience: self.audience.clone(),
        }
    }

    fn by_hand(&self, receipts: &Receipts, place: &Place<'_>) -> ByHand {
        let client_id = fact_or(
            receipts,
            application::ID,
            "client_id",
            "application (client) ID",
        );
        ByHand {
            what: format!("Add a federated credential for {} to the app", self.subject),
            who: "an owner of the app, or a Cloud Application Administrator".to_owned(),
            commands: vec![format!(
                "az ad app federated-credential create --id {client_id} --parameters '{}'",
                serde_json::json!({"name": self.name(), "issuer": self.issuer, "subject": self.subject, "audiences": [self.audience]})
            )],
            portal: Some(format!(
                "{}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/{client_id}",
                place.portal
            )),
        }
    }

    async fn find(&self, azure: &Azure, receipts: &Receipts) -> Result<Option<Receipt>> {
        let object: ApplicationObjectId =
            needed(receipts, application::ID, "application_object_id")?;
        let all = match azure.federated_credentials(object).await {
            Err(error) if error.is_not_found() => return Ok(None),
            answer => answer?,
        };
        // Issuer and subject are unique on an application: under another name it does the same.
        Ok(all.iter().find(|one| self.is_it(one)).map(|one| {
            let mut receipt = self.receipt(one, object, Timestamp::UNIX_EPOCH);
            receipt.change = Change::Reuse;
            receipt
        }))
    }

    async fn apply(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Outcome> {
        let object: ApplicationObjectId =
            needed(receipts, application::ID, "application_object_id")?;
        let name = self.name();
        let values = (
            self.issuer.as_str(),
            self.subject.as_str(),
            self.audience.as_str(),
        );
        until_replicated(
            making,
            "Entra ID to know the new application everywhere",
            || azure.upsert_federated_credential(object, &name, values),
        )
        .await?;
        let look = async || {
            let all = azure.federated_credentials(object).await?;
            Ok(all.into_iter().find(|one| self.is_it(one)))
        };
        let added =
            until_visible(making, "Entra ID to show the federated credential", look).await?;
        let added = added.ok_or_else(|| AzureError::Unreadable {
            service: "Microsoft Graph",
            detail: "a federated credential that was made and is not shown".to_owned(),
        })?;
        Ok(Outcome {
            receipt: self.receipt(&added, object, making.now),
            secret: None,
        })
    }
}

impl FederatedStep {
    /// Letters, digits, hyphens and underscores, at most 120: a connection's name has nothing else but dots.
    fn name(&self) -> String {
        let plain = |letter: char| {
            if letter.is_ascii_alphanumeric() || letter == '_' {
                letter
            } else {
                '-'
            }
        };
        format!("azconnect-{}", self.connection)
            .chars()
            .map(plain)
            .take(120)
            .collect()
    }

    fn is_it(&self, one: &FederatedCredential) -> bool {
        one.issuer == self.issuer
            && one.subject == self.subject
            && one.audiences.contains(&self.audience)
    }

    fn receipt(
        &self,
        one: &FederatedCredential,
        object: ApplicationObjectId,
        at: Timestamp,
    ) -> Receipt {
        let mut receipt = made(self, ResourceKind::FederatedCredential, &one.id, at);
        receipt.facts.extend([
            ("application_object_id".to_owned(), object.to_string()),
            ("issuer".to_owned(), one.issuer.clone()),
            ("subject".to_owned(), one.subject.clone()),
            ("audience".to_owned(), self.audience.clone()),
        ]);
        receipt
    }
}

/// Removes the federated credential by its id.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    match receipt.fact::<ApplicationObjectId>("application_object_id") {
        Some(object) => azure.remove_federated_credential(object, &receipt.id).await,
        None => Err(AzureError::Unreadable {
            service: "azconnect",
            detail: "a record of a federated credential without its application".to_owned(),
        }),
    }
}
