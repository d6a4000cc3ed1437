//! A vendor's own multi-tenant application: the directory gets a service principal of it, which roles are given to. Its credential stays
//! with the vendor.
//!
//! An administrator's consent by link makes the same service principal. Whichever comes first, the other finds it, and only one that bears
//! our note is ours to remove.
//! Source: <https://learn.microsoft.com/entra/identity-platform/howto-convert-app-to-be-multi-tenant>

use async_trait::async_trait;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::marks::{self, FOREIGN};
use super::service_principal;
use super::step::{Making, Outcome, Permission, Receipts, Step, made};
use super::wait::until_visible;
use crate::azure::enterprise_apps::EnterpriseApp;
use crate::azure::error::ApiError;
use crate::azure::ids::ClientId;
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, Receipt, ResourceKind};

/// What Entra ID says of a client ID that no application has which this directory may use.
/// Source: <https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals>
const UNKNOWN: &str = "does not reference a valid application object";

/// Adds the vendor's application to the directory, or finds it there. It stands where an application's own service principal would stand
/// in the plan, and roles come after it.
#[derive(Debug)]
pub struct VendorAppStep {
    /// The application's client ID.
    pub client_id: ClientId,
    /// What people call it: the vendor's name, or the client ID again.
    pub display_name: String,
    /// The page where an administrator consents to it, which has the same effect.
    pub consent: Option<String>,
    /// The connection's name, for the service principal's notes.
    pub connection: String,
}

#[async_trait]
impl Step for VendorAppStep {
    fn id(&self) -> String {
        service_principal::ID.to_owned()
    }

    fn title(&self) -> String {
        format!(
            "Service principal of the vendor's app \"{}\"",
            self.display_name
        )
    }

    fn explain(&self) -> Vec<String> {
        let mut all = vec![format!(
            "The vendor's application {} lives in the vendor's directory, and the vendor has its credential. This directory gets an account of it (portal: Enterprise applications), to which roles are given; it can do nothing else here.",
            self.client_id
        )];
        all.extend(self.consent.iter().map(|link| {
            format!("An administrator who opens this link and consents does the same: {link}")
        }));
        all
    }

    fn after(&self) -> Vec<String> {
        Vec::new()
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::AddVendorApps]
    }

    fn by_hand(&self, _: &Receipts, _: &Place<'_>) -> ByHand {
        ByHand {
            what: format!(
                "Add the vendor's app \"{}\" to the directory, by the link or by the command",
                self.display_name
            ),
            who: Permission::AddVendorApps.holders().to_owned(),
            commands: vec![format!("az ad sp create --id {}", self.client_id)],
            portal: self.consent.clone(),
        }
    }

    fn declared(&self) -> Declared {
        Declared::VendorApp {
            client_id: self.client_id,
            consent: self.consent.clone(),
        }
    }

    async fn find(&self, azure: &Azure, _: &Receipts) -> Result<Option<Receipt>> {
        let found = azure.enterprise_app(self.client_id).await?;
        Ok(found.map(|app| self.receipt(&app, jiff::Timestamp::UNIX_EPOCH)))
    }

    async fn apply(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Outcome> {
        match azure.add_enterprise_app(self.client_id, &self.note()).await {
            // Somebody's consent was a moment faster, or an answer of ours was lost: the note tells which.
            Err(AzureError::Api(error)) if error.status == 409 => {}
            Err(AzureError::Api(error)) => return Err(self.explained(azure, *error)),
            answer => answer?,
        }
        let look = || self.find(azure, receipts);
        let waiting = "Entra ID to show the vendor's app in this directory";
        let found = until_visible(making, waiting, look).await?;
        let found = found.ok_or_else(|| AzureError::Unreadable {
            service: "Microsoft Graph",
            detail: "a service principal that it created and does not show".to_owned(),
        })?;
        Ok(Outcome {
            receipt: marks::as_made(found, making.now),
            secret: None,
        })
    }
}

impl VendorAppStep {
    fn note(&self) -> String {
        format!(
            "Added by azconnect for the connection `{}`. `azconnect remove {}` takes it away.",
            self.connection, self.connection
        )
    }

    fn receipt(&self, app: &EnterpriseApp, at: jiff::Timestamp) -> Receipt {
        let mut receipt = made(self, ResourceKind::ServicePrincipal, app.id, at);
        receipt.change = Change::Reuse;
        receipt.facts.extend([
            ("service_principal_object_id".to_owned(), app.id.to_string()),
            ("client_id".to_owned(), self.client_id.to_string()),
        ]);
        if app.notes.as_deref() != Some(self.note().as_str()) {
            let by = "added by somebody else".to_owned();
            receipt.facts.insert(FOREIGN.to_owned(), by);
        }
        receipt
    }

    /// The same refusal under a code of its own: what helps is another thing than with an application that was registered a moment ago.
    fn explained(&self, azure: &Azure, error: ApiError) -> AzureError {
        let code = match error.status {
            400 if error.message.contains(UNKNOWN) => "VendorAppUnknown",
            403 => "VendorAppDenied",
            _ => return AzureError::from(Box::new(error)),
        };
        let known = [("client_id", self.client_id.to_string())];
        AzureError::from(Box::new(ApiError {
            code: code.to_owned(),
            message: format!("{} ({})", error.message, error.code),
            facts: azure.knowing(&known).facts(),
            ..error
        }))
    }
}
