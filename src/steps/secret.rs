//! The client secret: the one thing that cannot be made twice without harm.
//!
//! Graph chooses its id and shows its value once. So the run writes a marker to disk first and puts it into the secret's description;
//! whoever finds the marker on disk without the secret being kept removes the secret of that description before a new one is made.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::application;
use super::by_hand::{ByHand, Place, fact_or};
use super::declared::Declared;
use super::marks;
use super::step::{Making, Outcome, Permission, Receipts, Step, made, needed};
use super::wait::until_replicated;
use crate::azure::ids::{ApplicationObjectId, ClientId, KeyId};
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, Receipt, ResourceKind};

/// The step's id.
pub const ID: &str = "secret";

/// Adds a client secret to the application.
#[derive(Debug)]
pub struct SecretStep {
    /// The connection's name, for the secret's description.
    pub connection: String,
    /// How long it is to live, in days.
    pub days: u16,
    /// The secret that an earlier run made and that is kept on this machine (or was handed over without being kept).
    pub known: Option<KeyId>,
    /// Where it will be kept, for the plan; nowhere where it is only shown.
    pub kept_in: Option<String>,
    /// Whether the application is one that we register.
    pub application_is_ours: bool,
}

#[async_trait]
impl Step for SecretStep {
    fn id(&self) -> String {
        ID.to_owned()
    }

    fn title(&self) -> String {
        match &self.kept_in {
            Some(place) => format!("Client secret, kept in {place}"),
            None => "Client secret, shown once and kept nowhere".to_owned(),
        }
    }

    fn explain(&self) -> Vec<String> {
        vec![
            format!(
                "Adds a secret that ends after {} days (less where your directory's policy says so). Secrets that are there already are not touched.",
                self.days
            ),
            match &self.kept_in {
                Some(place) => format!(
                    "Its value goes from Entra ID into {place} and is shown only when you ask for it."
                ),
                None => "Its value is shown once, at the end, and kept nowhere.".to_owned(),
            },
        ]
    }

    fn after(&self) -> Vec<String> {
        vec![application::ID.to_owned()]
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::to_change_application(self.application_is_ours)]
    }

    fn marker(&self, making: &Making<'_>) -> Option<String> {
        Some(marks::in_description(&self.connection, making))
    }

    fn declared(&self) -> Declared {
        Declared::Secret {
            description: format!("azconnect {}", self.connection),
            days: self.days,
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
            what: "Make the signed-in person an owner of the app, so that a secret can be added"
                .to_owned(),
            who: "an owner of the app, or a Cloud Application Administrator".to_owned(),
            commands: vec![format!(
                "az ad app owner add --id {client_id} --owner-object-id <object ID of the person>"
            )],
            portal: Some(format!(
                "{}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Owners/appId/{client_id}",
                place.portal
            )),
        }
    }

    async fn find(&self, azure: &Azure, receipts: &Receipts) -> Result<Option<Receipt>> {
        let Some(known) = self.known else {
            return Ok(None);
        };
        let client_id: ClientId = needed(receipts, application::ID, "client_id")?;
        let application = azure.application_by_client_id(client_id).await?;
        let credentials = application
            .map(|application| application.password_credentials)
            .unwrap_or_default();
        let found = credentials
            .into_iter()
            .find(|credential| credential.key_id == known);
        Ok(found.map(|credential| {
            let object: Option<ApplicationObjectId> =
                needed(receipts, application::ID, "application_object_id").ok();
            self.receipt(
                known,
                credential.end_date_time,
                object,
                Timestamp::UNIX_EPOCH,
                Change::Reuse,
            )
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
        let description = making
            .marker
            .clone()
            .or_else(|| self.marker(making))
            .unwrap_or_default();
        let wanted = SignedDuration::from_hours(24 * i64::from(self.days));
        let add = async |lifetime: SignedDuration| {
            let ends =
                Timestamp::from_second((making.now + lifetime).as_second()).unwrap_or(making.now);
            until_replicated(
                making,
                "Entra ID to know the new application everywhere",
                || azure.add_password(object, &description, ends),
            )
            .await
        };
        let added = match add(wanted).await {
            Err(error) if error.code() == "CredentialInvalidLifetimeAsPerAppPolicy" => {
                match allowed_lifetime(azure, wanted).await {
                    Some(allowed) => {
                        making.waiting_for("a shorter secret, as the directory's policy allows");
                        add(allowed).await?
                    }
                    None => return Err(error),
                }
            }
            answer => answer?,
        };
        let receipt = self.receipt(
            added.key_id,
            added.end_date_time,
            Some(object),
            making.now,
            Change::Create,
        );
        Ok(Outcome {
            receipt,
            secret: Some(added.secret),
        })
    }

    async fn clean_up(&self, azure: &Azure, receipts: &Receipts, marker: &str) -> Result<bool> {
        let client_id: ClientId = needed(receipts, application::ID, "client_id")?;
        let Some(application) = azure.application_by_client_id(client_id).await? else {
            return Ok(false);
        };
        let mut removed = false;
        for credential in &application.password_credentials {
            if credential.display_name.as_deref() == Some(marker)
                && Some(credential.key_id) != self.known
            {
                removed |= azure
                    .remove_password(application.id, credential.key_id)
                    .await?;
            }
        }
        Ok(removed)
    }
}

impl SecretStep {
    fn receipt(
        &self,
        key: KeyId,
        ends: Option<Timestamp>,
        object: Option<ApplicationObjectId>,
        at: Timestamp,
        change: Change,
    ) -> Receipt {
        let mut receipt = made(self, ResourceKind::ClientSecret, key, at);
        receipt.change = change;
        receipt
            .facts
            .extend(ends.map(|ends| ("expires_at".to_owned(), ends.to_string())));
        receipt
            .facts
            .extend(object.map(|object| ("application_object_id".to_owned(), object.to_string())));
        receipt
    }
}

/// What the directory's policy allows, a little less than it says, if it can be read and is shorter than what was wanted.
async fn allowed_lifetime(azure: &Azure, wanted: SignedDuration) -> Option<SignedDuration> {
    let most = azure.longest_password_lifetime().await.ok().flatten()?;
    let allowed = most.checked_sub(SignedDuration::from_hours(1))?;
    (allowed > SignedDuration::ZERO && allowed < wanted).then_some(allowed)
}

/// Removes the client secret by its key id.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    let object = receipt.fact::<ApplicationObjectId>("application_object_id");
    match (receipt.id.parse(), object) {
        (Ok(key), Some(object)) => azure.remove_password(object, key).await,
        (Ok(_) | Err(_), None) | (Err(_), Some(_)) => Err(AzureError::Unreadable {
            service: "azconnect",
            detail: format!(
                "a record of the client secret {} without the application that it belongs to",
                receipt.id
            ),
        }),
    }
}
