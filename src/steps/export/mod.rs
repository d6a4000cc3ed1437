//! An export of costs into a container, made with the administrator's token: Cost Management refuses applications on Microsoft Customer
//! Agreements whatever their role.
//!
//! Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports>

mod body;
mod matching;
mod neighbours;

use async_trait::async_trait;
use jiff::Timestamp;

use super::by_hand::{ByHand, Place};
use super::declared::Declared;
use super::marks::{self, FOREIGN};
use super::refused::Refused;
use super::step::{Making, Outcome, Permission, Receipts, Step, made};
use super::wait::until_passed;
use super::{container, resource_provider};
use crate::azure::exports::Export;
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, ExportSpec, Receipt, ResourceKind, Scope, StorageSpec};
use crate::remedies::Service;
use crate::text::{printable, shell_word};

/// The action that it needs, beside the right to give roles on the storage account.
const WRITE: &str = "Microsoft.CostManagement/exports/write";

/// Makes an export, or finds one that writes the same to the same place.
#[derive(Debug)]
pub struct ExportStep {
    /// The export as it is wanted.
    pub export: ExportSpec,
    /// Where it writes.
    pub storage: StorageSpec,
    /// The connection's name, which the export's description has.
    pub connection: String,
}

/// What there is at the scope.
#[derive(Debug)]
enum There {
    /// One that does.
    Fits(Export),
    /// Ours, and set otherwise.
    Ours(Export),
    /// Nothing.
    Nothing,
}

/// The id of the step for an export.
pub fn id(export: &ExportSpec) -> String {
    format!("export:{}", export.id())
}

#[async_trait]
impl Step for ExportStep {
    fn id(&self) -> String {
        id(&self.export)
    }

    fn title(&self) -> String {
        format!(
            "Export \"{}\" of {} from \"{}\"",
            self.export.name,
            self.export.dataset.key(),
            self.export.at.display_name
        )
    }

    fn explain(&self) -> Vec<String> {
        let export = &self.export;
        let version = export
            .version
            .as_ref()
            .map_or_else(String::new, |version| format!(" (version {version})"));
        let files = if export.overwrite {
            "Each run replaces the files of the one before"
        } else {
            "Each run writes files of its own, and the ones before stay"
        };
        vec![
            format!(
                "Azure writes `{}`{version} as {} to {}/{} in {}, for the first time tomorrow. {files}.",
                export.dataset.key(),
                export.format.key(),
                self.storage.container,
                export.directory,
                self.storage.account.account
            ),
            "The export signs in with an identity of its own, to which Azure gives Storage Blob Data Contributor on the container: no key is involved.".to_owned(),
            "One that is there and writes the same to the same folder is used instead, whatever its name. One of this name that was made by others is never changed.".to_owned(),
        ]
    }

    fn after(&self) -> Vec<String> {
        let subscription = self.storage.account.subscription;
        vec![
            container::id(&self.storage.account, &self.storage.container),
            resource_provider::id(subscription, resource_provider::COST_MANAGEMENT),
            resource_provider::id(subscription, resource_provider::EXPORTS),
        ]
    }

    fn needs(&self) -> Vec<Permission> {
        let account = Scope::StorageAccount(self.storage.account.clone());
        vec![
            Permission::Act(self.export.at.scope.clone(), WRITE),
            Permission::AssignRoles(account),
        ]
    }

    fn declared(&self) -> Declared {
        Declared::Export {
            scope: self.export.at.scope.clone(),
            display_name: self.export.at.display_name.clone(),
            name: self.export.name.clone(),
            body: body::declared(self),
        }
    }

    fn by_hand(&self, _: &Receipts, place: &Place<'_>) -> ByHand {
        let body = body::written(self, None, Timestamp::now(), None);
        let url = format!("{}{}?api-version=2025-03-01", place.arm, self.export.id());
        ByHand {
            what: self.title(),
            who: who_may_export(&self.export.at.scope).to_owned(),
            commands: vec![format!(
                "az rest --method put --url {} --body {}",
                shell_word(&url),
                quoted(&body.to_string())
            )],
            portal: Some(format!(
                "{}/#view/Microsoft_Azure_CostManagement/Menu/~/exports",
                place.portal
            )),
        }
    }

    async fn warnings(&self, azure: &Azure) -> Vec<String> {
        neighbours::warnings(azure, &self.export, &self.storage).await
    }

    async fn find(&self, azure: &Azure, _: &Receipts) -> Result<Option<Receipt>> {
        Ok(match self.look(azure).await? {
            There::Fits(export) => Some(self.found(&export)),
            There::Ours(_) | There::Nothing => None,
        })
    }

    async fn apply(&self, azure: &Azure, _: &Receipts, making: &Making<'_>) -> Result<Outcome> {
        let before = match self.look(azure).await? {
            There::Fits(export) => {
                return Ok(Outcome {
                    receipt: marks::as_made(self.found(&export), making.now),
                    secret: None,
                });
            }
            There::Ours(export) => Some(export),
            There::Nothing => None,
        };
        let body = body::written(
            self,
            before.as_ref().and_then(|export| export.e_tag.as_deref()),
            making.now,
            before
                .as_ref()
                .and_then(|export| export.location.as_deref()),
        );
        let waiting = "Cost Management to see that its exports are registered in the subscription";
        let (scope, name) = (&self.export.at.scope, &self.export.name);
        let put = || azure.put_export(scope, name, &body);
        let export = until_passed(making, waiting, is_registering, put).await?;
        let mut receipt = self.receipt(&export, making.now);
        receipt.change = Change::Create;
        Ok(Outcome {
            receipt,
            secret: None,
        })
    }
}

impl ExportStep {
    /// What is there: by name first, and then whatever writes the same to the same place.
    async fn look(&self, azure: &Azure) -> Result<There> {
        let all = azure.exports(&self.export.at.scope).await?;
        let named = all
            .iter()
            .find(|each| each.name.eq_ignore_ascii_case(&self.export.name));
        if let Some(named) = named {
            let differences = matching::differences(&self.export, &self.storage, named);
            if differences.is_empty() {
                return Ok(There::Fits(named.clone()));
            }
            if body::is_ours(named, &self.connection) {
                return Ok(There::Ours(named.clone()));
            }
            return Err(self.taken(azure, &differences));
        }
        let same = all
            .into_iter()
            .find(|each| matching::writes_the_same(&self.export, &self.storage, each));
        Ok(same.map_or(There::Nothing, There::Fits))
    }

    fn found(&self, export: &Export) -> Receipt {
        let mut receipt = self.receipt(export, Timestamp::UNIX_EPOCH);
        receipt.change = Change::Reuse;
        if !body::is_ours(export, &self.connection) {
            receipt.facts.insert(FOREIGN.to_owned(), "yes".to_owned());
        }
        receipt
    }

    /// What later steps and the record need: of an export that was found under another name, its own values.
    fn receipt(&self, export: &Export, at: Timestamp) -> Receipt {
        let name = printable(&export.name);
        let id = crate::connection::export::export_id(&self.export.at.scope, &name);
        let mut receipt = made(self, ResourceKind::Export, id, at);
        let facts = [
            ("export_name", Some(name)),
            ("export_directory", Some(printable(export.directory()))),
            (
                "schedule_ends_at",
                export.ends_at().map(|at| at.to_string()),
            ),
        ];
        receipt.facts.extend(
            facts
                .into_iter()
                .filter_map(|(key, value)| Some((key.to_owned(), value?))),
        );
        receipt
    }

    fn taken(&self, azure: &Azure, differences: &[&str]) -> AzureError {
        Refused {
            service: Service::CostManagement,
            code: "ExportNameTaken",
            message: format!(
                "There is an export \"{}\" at {} already, and it differs in {}",
                self.export.name,
                self.export.at.scope,
                differences.join(", ")
            ),
            about: self.export.id(),
        }
        .into_error(azure)
    }
}

/// Whether Cost Management doesn't know yet that it may write to storage accounts of the subscription. Microsoft speaks of five minutes.
/// Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/cost-management-error-codes>
fn is_registering(error: &AzureError) -> bool {
    let AzureError::Api(error) = error else {
        return false;
    };
    error.status == 503 || (error.status == 400 && error.message.contains("RP Not Registered"))
}

/// Who may make and run exports at a scope.
pub(super) fn who_may_export(scope: &Scope) -> &'static str {
    match scope {
        Scope::BillingAccount(_) | Scope::Department(..) => {
            "a person with a role on the billing account that may make exports (EA: an Enterprise Administrator), who may also give roles on the storage account"
        }
        Scope::BillingProfile(..)
        | Scope::InvoiceSection(..)
        | Scope::Customer(..)
        | Scope::CustomerOfProfile(..) => {
            "a person, not an application, with an owner's or contributor's role there, who may also give roles on the storage account"
        }
        Scope::ManagementGroup(_)
        | Scope::Subscription(_)
        | Scope::ResourceGroup(..)
        | Scope::StorageAccount(_)
        | Scope::Container(..) => {
            "a Cost Management Contributor, Contributor or Owner there, who may also give roles on the storage account"
        }
    }
}

/// JSON as one word of a POSIX shell. It is longer than what is shown elsewhere and holds no single quote of ours, but a name may.
fn quoted(json: &str) -> String {
    format!("'{}'", json.replace('\'', r"'\''"))
}

/// Deletes the export. The files that it wrote stay.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    match split(&receipt.id) {
        Some((scope, name)) => azure.delete_export(&scope, name).await,
        None => Ok(false),
    }
}

/// Scope and name of an export's resource id.
pub(super) fn split(id: &str) -> Option<(Scope, &str)> {
    let (scope, name) = id.split_once("/providers/Microsoft.CostManagement/exports/")?;
    Some((scope.parse().ok()?, name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_exports_id_is_scope_and_name() {
        let id = "/providers/Microsoft.Billing/billingAccounts/55671234/providers/Microsoft.CostManagement/exports/costs";
        let (scope, name) = split(id).unwrap();
        assert_eq!(scope, Scope::BillingAccount("55671234".to_owned()));
        assert_eq!(name, "costs");
        assert!(split("/providers/Microsoft.Billing/billingAccounts/1").is_none());
    }
}
