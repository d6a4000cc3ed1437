//! The plan as Terraform: `azuread` makes the app, `azurerm` gives roles, and `azapi` makes what has a body of our own, so that it is the
//! same to the letter. What only Azure's API does stands in a script beside it.
//!
//! No secret is made here: Terraform would keep it in its state. Arguments were read in the providers' own documentation (azuread 3.9,
//! azurerm 5.2, azapi 2.12, August 2026).
//!
//! Source: <https://registry.terraform.io/providers/hashicorp/azuread/latest/docs>,
//! <https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs>,
//! <https://registry.terraform.io/providers/Azure/azapi/latest/docs>

mod hcl;
mod resources;

use hcl::{Block, Hcl};

use super::form::{self, FormField, FormValue};
use super::words::{command, comment};
use super::{Draft, Script, ScriptFile, Task, beside};
use crate::connection::Scope;
use crate::steps::Declared;

/// The providers: name, source, version.
const PROVIDERS: &[(&str, &str, &str)] = &[
    ("azapi", "Azure/azapi", "~> 2.10"),
    ("azuread", "hashicorp/azuread", "~> 3.6"),
    ("azurerm", "hashicorp/azurerm", "~> 5.0"),
];

/// What the providers call Microsoft's other clouds.
const ENVIRONMENTS: &[(&str, &str)] = &[("usgov", "usgovernment"), ("china", "china")];

/// The draft as Terraform, and as a script for what Terraform doesn't do.
pub(super) fn write(draft: &Draft<'_>) -> Script {
    let beside = beside::script(draft, &|task| reason(task).is_some());
    let main = ScriptFile {
        name: "main.tf".to_owned(),
        text: main(draft, beside.as_ref()),
    };
    Script {
        files: std::iter::once(main).chain(beside).collect(),
    }
}

/// Why a step is left to the script beside it; none where Terraform does it.
fn reason(task: &Task) -> Option<&'static str> {
    match &task.declared {
        Declared::Secret { .. } => Some("Terraform would keep it in its state"),
        Declared::Certificate { given: None, .. } => {
            Some("Terraform would keep its key in its state")
        }
        Declared::PastMonths { .. } => {
            Some("these are runs, one for each month, and no thing that stays")
        }
        Declared::Certificate { given: Some(_), .. }
        | Declared::Application { .. }
        | Declared::KnownApplication { .. }
        | Declared::ServicePrincipal
        | Declared::KnownPrincipal { .. }
        | Declared::Federated { .. }
        | Declared::Role { .. }
        | Declared::BillingRole { .. }
        | Declared::ResourceProvider { .. }
        | Declared::ResourceGroup { .. }
        | Declared::StorageAccount { .. }
        | Declared::Container { .. }
        | Declared::Export { .. }
        | Declared::ExportRun { .. } => None,
    }
}

/// `main.tf`.
fn main(draft: &Draft<'_>, beside: Option<&ScriptFile>) -> String {
    let made = resources::blocks(draft);
    let used: Vec<&str> = PROVIDERS
        .iter()
        .map(|(name, ..)| *name)
        .filter(|name| made.iter().any(|block| block.is_of(name)))
        .collect();
    let settings = used.iter().map(|name| provider(draft, name));
    let outputs = form::fields(draft);
    let blocks = std::iter::once(versions(&used))
        .chain(settings)
        .chain(made)
        .chain(outputs.iter().filter_map(output));
    let mut text = head(draft, beside).join("\n") + "\n";
    for block in blocks {
        text.push('\n');
        text.push_str(&block.write());
    }
    text
}

fn versions(used: &[&str]) -> Block {
    let providers = PROVIDERS
        .iter()
        .filter(|(name, ..)| used.contains(name))
        .fold(
            Block::new("required_providers", &[]),
            |block, (name, source, version)| {
                let pair = [("source", source), ("version", version)];
                let pair = pair.map(|(key, value)| (key.to_owned(), Hcl::text(value)));
                block.set(name, Hcl::Object(pair.into()))
            },
        );
    Block::new("terraform", &[])
        .set("required_version", Hcl::text(">= 1.9.0"))
        .block(providers)
}

/// A provider's settings. The resource providers that exports stand on are registered by `azurerm` as it begins, whoever else uses them.
fn provider(draft: &Draft<'_>, name: &str) -> Block {
    let tenant = Hcl::text(draft.spec.directory.id);
    let environment = ENVIRONMENTS
        .iter()
        .find(|(cloud, _)| *cloud == draft.cloud.name)
        .map(|(_, environment)| Hcl::text(environment));
    let block = Block::new("provider", &[name])
        .set("tenant_id", tenant)
        .set_some("environment", environment);
    if name != "azurerm" {
        return block;
    }
    let block = block
        .set_some("subscription_id", subscription(draft).map(Hcl::Text))
        .set("resource_provider_registrations", Hcl::text("none"));
    let namespaces: Vec<Hcl> = draft
        .tasks
        .iter()
        .filter_map(|task| match &task.declared {
            Declared::ResourceProvider { namespace, .. } => Some(Hcl::text(namespace)),
            _ => None,
        })
        .collect();
    let registered = (!namespaces.is_empty()).then_some(Hcl::List(namespaces));
    block
        .set_some("resource_providers_to_register", registered)
        .block(Block::new("features", &[]))
}

/// The subscription that `azurerm` works in: that of the storage account, or the first one that the vendor reads. Where there is none, it
/// takes that of the sign-in.
fn subscription(draft: &Draft<'_>) -> Option<String> {
    let storage = draft.spec.storage.as_ref();
    let of_storage = storage.map(|storage| storage.account.subscription);
    let read = draft
        .spec
        .scopes
        .iter()
        .find_map(|choice| match &choice.scope {
            Scope::Subscription(id) | Scope::ResourceGroup(id, _) => Some(*id),
            _ => None,
        });
    of_storage.or(read).map(|id| id.to_string())
}

/// One output; none for a secret, which Terraform never has.
fn output(field: &FormField) -> Option<Block> {
    let value = match &field.value {
        FormValue::Secret => return None,
        FormValue::ClientId => Hcl::code("local.client_id"),
        FormValue::Known(all) => match all.as_slice() {
            [one] => Hcl::text(one),
            several => Hcl::List(several.iter().map(Hcl::text).collect()),
        },
    };
    Some(
        Block::new("output", &[&field.key])
            .set("description", Hcl::text(&field.label))
            .set("value", value),
    )
}

/// What stands above everything: what this is, how it is used, and what it doesn't do.
fn head(draft: &Draft<'_>, beside: Option<&ScriptFile>) -> Vec<String> {
    let spec = draft.spec;
    let mut lines = comment(
        "#",
        &format!(
            "Connects {} ({}) to {}: what `azconnect init {}` does, as Terraform.",
            spec.directory.display_name, spec.directory.id, draft.vendor.name, draft.vendor.id
        ),
    );
    let then = match beside {
        Some(script) => format!("bash {}{}", script.name, beside::argument(draft, CLIENT_ID)),
        None => beside::go_on(draft, CLIENT_ID),
    };
    let sign_in = format!("az login --tenant {}", spec.directory.id);
    lines.push("#".to_owned());
    for each in [
        sign_in.as_str(),
        "terraform init",
        "terraform apply",
        then.as_str(),
    ] {
        lines.push(command("#", each));
    }
    lines.push("#".to_owned());
    lines.extend(comment(
        "#",
        "Nothing secret is in it, and nothing secret comes into Terraform's state.",
    ));
    lines.extend(beside::left_out(draft, "#", &reason));
    lines.extend(beside::allowed(draft, "#", "apply"));
    lines
}

/// How the client ID is read when all is applied.
const CLIENT_ID: &str = "\"$(terraform output -raw client_id)\"";
