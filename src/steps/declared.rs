//! What a step leaves behind, said as data: for whoever has it made by other means than our own requests.
//!
//! A guide for a person, an `az` script, Terraform and Bicep all say the same things in their own words. They are made from this, so that
//! none of them can forget what [`super::Step::apply`] does. Ids that Azure chooses while the work is done are left out: whoever writes a
//! script says "of the application above" in its own way.

use serde_json::Value;
use uuid::Uuid;

use crate::azure::ids::{ClientId, ServicePrincipalObjectId, SubscriptionId, TenantId};
use crate::connection::{Agreement, Scope, StorageAccountId};

/// What stands in an export's schedule for the day on which the work is done, plus one: a schedule must begin in the future.
pub const TOMORROW: &str = "<tomorrow>T00:00:00Z";

/// What a step leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub enum Declared {
    /// An app registration of our own.
    Application {
        /// What the portal shows.
        display_name: String,
        /// What it is found by.
        unique_name: String,
        /// Its redirect URIs, of the platform "Web".
        redirect_uris: Vec<String>,
        /// What its notes say.
        notes: String,
    },
    /// An app registration that is there and only used.
    KnownApplication {
        /// Application (client) ID.
        client_id: ClientId,
    },
    /// The application's service principal.
    ServicePrincipal,
    /// A service principal that is there and only used.
    KnownPrincipal {
        /// Its object ID.
        object_id: ServicePrincipalObjectId,
        /// The client ID behind it.
        client_id: ClientId,
    },
    /// A client secret of the application.
    Secret {
        /// What its description begins with.
        description: String,
        /// How long it is to live, in days.
        days: u16,
    },
    /// A certificate of the application.
    Certificate {
        /// What its description begins with; also its subject's common name where it is made.
        description: String,
        /// The public certificate that was given, DER in base64; none where key and certificate are made.
        given: Option<String>,
        /// How long one that is made is to live, in days.
        days: u16,
    },
    /// A federated credential of the application.
    Federated {
        /// Its name.
        name: String,
        /// Who issues the tokens.
        issuer: String,
        /// Whom they are about.
        subject: String,
        /// Whom they are for.
        audience: String,
    },
    /// An Azure role of the service principal.
    Role {
        /// Where it holds.
        scope: Scope,
        /// What the scope is called.
        display_name: String,
        /// The role definition's id.
        role: Uuid,
        /// What the role is called.
        role_name: String,
        /// The namespace of the assignment's name, which is the UUIDv5 of `{scope}|{principal}|{role}` in it, the scope in small letters.
        names: Uuid,
    },
    /// A billing role of the service principal.
    BillingRole {
        /// Where it holds.
        scope: Scope,
        /// What the scope is called.
        display_name: String,
        /// The billing role definition's id.
        role: Uuid,
        /// What the role is called.
        role_name: String,
        /// The agreement: it decides how the role is given.
        agreement: Agreement,
        /// The directory of the service principal.
        tenant: TenantId,
        /// The namespace of the assignment's name on an enrollment, made as that of [`Declared::Role`].
        names: Uuid,
    },
    /// A registered resource provider.
    ResourceProvider {
        /// Of which subscription.
        subscription: SubscriptionId,
        /// Which: `Microsoft.CostManagementExports`.
        namespace: &'static str,
    },
    /// A resource group.
    ResourceGroup {
        /// In which subscription.
        subscription: SubscriptionId,
        /// Its name.
        name: String,
        /// Its region.
        location: String,
        /// Its tags.
        tags: Value,
    },
    /// A storage account.
    StorageAccount {
        /// Which one.
        id: StorageAccountId,
        /// The body that makes it.
        body: Value,
    },
    /// A container.
    Container {
        /// Of which account.
        account: StorageAccountId,
        /// Its name.
        name: String,
    },
    /// A Cost Management export.
    Export {
        /// Of whose costs.
        scope: Scope,
        /// What the scope is called.
        display_name: String,
        /// Its name.
        name: String,
        /// The body that makes it; [`TOMORROW`] stands where its schedule begins.
        body: Value,
    },
    /// A run of an export, once, now.
    ExportRun {
        /// Of whose costs.
        scope: Scope,
        /// The export's name.
        export: String,
    },
    /// Runs of an export for past months, one a month, counted back from the month before the day on which it is done.
    PastMonths {
        /// Of whose costs.
        scope: Scope,
        /// The export's name.
        export: String,
        /// How many months.
        months: u8,
    },
}
