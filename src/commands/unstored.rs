//! A connection that is not stored on this machine, told by flags: a vendor's support checks a customer's.

use std::path::PathBuf;

use super::app::App;
use crate::azure::AzureError;
use crate::azure::exports::Export;
use crate::azure::ids::{ClientId, SubscriptionId, TenantId};
use crate::checks;
use crate::connection::{
    ConnectionName, ConnectionRecord, CredentialRecord, Dataset, ExportRecord, Partner, Scope,
    StorageAccountId, export, parse_export_id, scope, storage,
};
use crate::error::{Error, Result};
use crate::interview::Question;
use crate::plan;
use crate::secret::Secret;
use crate::vendors::{self, Recurrence, Vendor};

/// Which export: whose costs it has, and its name there.
#[derive(Debug, Clone)]
pub(super) struct ExportId {
    scope: Scope,
    name: String,
}

/// A connection that is not stored here, told by flags.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "A connection that is not stored here")]
pub(super) struct Unstored {
    /// Directory (tenant) ID
    #[arg(long, value_name = "ID", requires = "client_id", conflicts_with_all = ["connections", "all"])]
    tenant: Option<TenantId>,
    /// Application (client) ID
    #[arg(long, value_name = "ID", requires = "tenant")]
    client_id: Option<ClientId>,
    /// Subscription that the vendor reads (repeat)
    #[arg(long, value_name = "ID", requires = "tenant")]
    subscription: Vec<SubscriptionId>,
    /// Billing account that the vendor reads
    #[arg(long, value_name = "NAME", requires = "tenant", value_parser = billing_name)]
    billing_account: Option<String>,
    /// Customer of a partner's billing account that the vendor reads (repeat)
    #[arg(long, value_name = "ID", requires = "billing_account")]
    customer_tenant: Vec<TenantId>,
    /// Default domain that a partner's vendor was given
    #[arg(long, value_name = "DOMAIN", requires = "tenant", value_parser = domain)]
    default_domain: Option<String>,
    /// What it is used for
    #[arg(long, value_name = "VENDOR", requires = "tenant")]
    vendor: Option<String>,
    /// Export that the vendor reads, by its resource ID
    #[arg(long, value_name = "ID", requires = "tenant", value_parser = export_id)]
    export: Option<ExportId>,
    /// Storage account that the vendor was told of, by its resource ID (where it is not the one that the export names)
    #[arg(long, value_name = "ID", requires_all = ["export", "container"])]
    storage_account: Option<StorageAccountId>,
    /// Container there
    #[arg(long, value_name = "NAME", requires = "storage_account", value_parser = container)]
    container: Option<String>,
    /// Folder in the container
    #[arg(long, value_name = "DIR", requires = "storage_account")]
    export_directory: Option<String>,
    /// Read the client secret from stdin
    #[arg(long, conflicts_with = "client_secret_file")]
    pub(super) client_secret_stdin: bool,
    /// Read the client secret from a file
    #[arg(long, value_name = "FILE")]
    pub(super) client_secret_file: Option<PathBuf>,
}

impl Unstored {
    /// The connection that the flags tell; `None` where they tell none.
    ///
    /// # Errors
    /// `Usage` where the vendor is unknown, or what it reads is not named.
    pub(super) fn record(&self, app: &App) -> Result<Option<ConnectionRecord>> {
        let (Some(tenant_id), Some(client_id)) = (self.tenant, self.client_id) else {
            return Ok(None);
        };
        let vendor = self.vendor.as_deref().unwrap_or("generic");
        let found = vendors::find(vendor).ok_or_else(|| vendor_unknown(vendor))?;
        self.names_what_is_read(found)?;
        let name: ConnectionName = "unstored"
            .parse()
            .map_err(|_| Error::bug("a fixed name is refused"))?;
        Ok(Some(ConnectionRecord {
            name,
            vendor: vendor.to_owned(),
            cloud: app.global.cloud.clone(),
            tenant_id,
            tenant_name: None,
            client_id,
            application_object_id: None,
            service_principal_object_id: None,
            agreement: None,
            scopes: self.scopes(),
            credential: CredentialRecord {
                kind: "secret".to_owned(),
                key_id: None,
                expires_at: None,
                stored_in: "none".to_owned(),
            },
            receipts: Vec::new(),
            exports: Vec::new(),
            partner: self.default_domain.as_ref().map(|domain| Partner {
                partner_id: None,
                default_domain: Some(domain.clone()),
            }),
            created_at: app.host.now(),
        }))
    }
}

impl Unstored {
    /// Without it there is nothing that the check could read as the vendor does, and it would pass all the same.
    fn names_what_is_read(&self, vendor: &Vendor) -> Result<()> {
        let missing = |code: &str, what: String, see: &str| {
            Err(Error::usage(code, what)
                .why("Without it there is nothing that the check could read as the vendor does.")
                .hint(see))
        };
        if vendor.export.as_ref().is_some_and(|need| !need.optional) {
            if self.export.is_some() {
                return Ok(());
            }
            let what = format!(
                "{} reads an export; say which with `--export ID`.",
                vendor.name
            );
            return missing(
                "export_missing",
                what,
                "See those that there are, with their IDs: az costmanagement export list --scope <scope>",
            );
        }
        if plan::needs_billing_account(vendor) && self.billing_account.is_none() {
            let what = format!(
                "{} reads a billing account; say which with `--billing-account NAME`.",
                vendor.name
            );
            return missing(
                "billing_account_missing",
                what,
                "See those that there are: az billing account list --output table",
            );
        }
        Ok(())
    }

    /// The record with the export that the flags name. What they don't say of it, its own definition does, to an app that may read it.
    ///
    /// # Errors
    /// `Usage` where neither flags nor definition say where the files are.
    pub(super) async fn with_exports(
        &self,
        app: &App,
        record: ConnectionRecord,
        secret: &Secret,
    ) -> Result<ConnectionRecord> {
        let Some(id) = &self.export else {
            return Ok(record);
        };
        let (azure, _) = app.as_connection(&record, secret).await?;
        let read = match azure.export(&id.scope, &id.name).await {
            Ok(export) => export,
            // That it can't sign in, the checks say.
            Err(AzureError::SignIn(_)) => return Ok(record),
            Err(_) => None,
        };
        let exports = vec![self.export_record(id, read.as_ref())?];
        Ok(ConnectionRecord { exports, ..record })
    }

    fn export_record(&self, id: &ExportId, read: Option<&Export>) -> Result<ExportRecord> {
        let account = self
            .storage_account
            .clone()
            .or_else(|| read?.storage_account());
        let container = self
            .container
            .clone()
            .or_else(|| Some(read?.container().to_owned()));
        let (Some(storage_account), Some(container)) = (account, container) else {
            return Err(Error::usage("storage_missing", "The app can't see where the export writes.")
                .why("The export isn't there, or the app has no role that shows it. Many vendors need none: they read the files only.")
                .hint("Say it: `--storage-account ID --container NAME --export-directory DIR`"));
        };
        let directory = self
            .export_directory
            .clone()
            .or_else(|| Some(read?.directory().to_owned()));
        Ok(ExportRecord {
            id: export::export_id(&id.scope, &id.name),
            scope: id.scope.clone(),
            name: id.name.clone(),
            // What the vendor was told of these, nobody says here: what there is, is right.
            dataset: read
                .and_then(|read| Dataset::of_api(read.dataset_type()))
                .unwrap_or(Dataset::Actual),
            recurrence: read
                .and_then(checks::export::recurrence)
                .unwrap_or(Recurrence::Daily),
            storage_account,
            container,
            directory: directory.unwrap_or_default().trim_matches('/').to_owned(),
            schedule_ends_at: None,
        })
    }

    fn scopes(&self) -> Vec<Scope> {
        let subscriptions = self.subscription.iter().copied().map(Scope::Subscription);
        let account = self.billing_account.iter().flat_map(|account| {
            let customers = self.customer_tenant.iter();
            std::iter::once(Scope::BillingAccount(account.clone()))
                .chain(customers.map(|tenant| Scope::Customer(account.clone(), *tenant)))
        });
        subscriptions.chain(account).collect()
    }
}

fn vendor_unknown(vendor: &str) -> Error {
    Error::usage(
        "vendor_unknown",
        format!(
            "`{}` is no vendor that azconnect knows.",
            crate::text::printable(vendor)
        ),
    )
    .hint("See them all: azconnect vendors")
}

fn domain(text: &str) -> std::result::Result<String, String> {
    let check = Question::find("default_domain").map(|question| question.check);
    check.map_or(Ok(()), |check| check(text))?;
    Ok(text.to_ascii_lowercase())
}

fn billing_name(text: &str) -> std::result::Result<String, String> {
    if scope::is_billing_name(text) {
        return Ok(text.to_owned());
    }
    Err("give the enrollment number, or the whole ID such as `guid:guid_2019-05-31`".to_owned())
}

fn export_id(text: &str) -> std::result::Result<ExportId, String> {
    let (scope, name) = parse_export_id(text).ok_or("give the whole ID, such as `/subscriptions/…/providers/Microsoft.CostManagement/exports/NAME`")?;
    Ok(ExportId { scope, name })
}

fn container(text: &str) -> std::result::Result<String, String> {
    if storage::is_container_name(text) {
        return Ok(text.to_owned());
    }
    Err("a container's name has 3 to 63 lower-case letters, digits and single dashes".to_owned())
}
